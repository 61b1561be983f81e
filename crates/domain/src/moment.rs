//! Days and hours in words, in Paris, the zone of the law.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::local_time::paris;
use crate::message::Language;

const DAYS_FR: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const DAYS_EN: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS_FR: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `jeudi 3 décembre 2026`, with spaces that no line breaks at where the words belong together.
#[must_use]
pub fn day(language: Language, day: Date) -> String {
    let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
    let month = usize::try_from(day.month().saturating_sub(1)).unwrap_or(0);
    let name = |names: &[&'static str], rank: usize| names.get(rank).copied().unwrap_or_default();
    let (weekdays, months, first) = match language {
        Language::French => (&DAYS_FR, &MONTHS_FR, if day.day() == 1 { "er" } else { "" }),
        Language::English => (&DAYS_EN, &MONTHS_EN, ""),
    };
    let (number, year) = (day.day(), day.year());
    format!(
        "{} {number}{first}\u{a0}{} {year}",
        name(weekdays, weekday),
        name(months, month)
    )
}

/// `jeudi 3 décembre 2026 à 8 h 00`, in the same way.
#[must_use]
pub fn day_and_hour(language: Language, at: Timestamp) -> String {
    let zoned = at.to_zoned_datetime(paris());
    let (date, hour, minute) = (day(language, zoned.date()), zoned.hour(), zoned.minute());
    match language {
        Language::French => format!("{date} à {hour}\u{a0}h\u{a0}{minute:02}"),
        Language::English => format!("{date} at {hour:02}:{minute:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_those_of_paris_in_winter_and_in_summer() {
        let said = |at: &str, language| day_and_hour(language, at.parse().unwrap()).replace('\u{a0}', " ");
        assert_eq!(
            said("2026-12-03T07:00:00Z", Language::French),
            "jeudi 3 décembre 2026 à 8 h 00"
        );
        assert_eq!(
            said("2026-07-31T22:30:00Z", Language::French),
            "samedi 1er août 2026 à 0 h 30"
        );
        assert_eq!(
            said("2026-12-10T16:00:00Z", Language::English),
            "Thursday 10 December 2026 at 17:00"
        );
    }
}
