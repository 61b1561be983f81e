//! Days and hours in words, in Paris, the zone of the law.

use jiff::Timestamp;

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

/// `jeudi 3 décembre 2026 à 8 h 00`, with spaces that no line breaks at where the words belong together.
#[must_use]
pub fn day_and_hour(language: Language, at: Timestamp) -> String {
    let zoned = at.to_zoned_datetime(paris());
    let day = usize::try_from(zoned.weekday().to_monday_zero_offset()).unwrap_or(0);
    let month = usize::try_from(zoned.month().saturating_sub(1)).unwrap_or(0);
    let name = |names: &[&'static str], rank: usize| names.get(rank).copied().unwrap_or_default();
    match language {
        Language::French => format!(
            "{} {}{}\u{a0}{} {} à {}\u{a0}h\u{a0}{:02}",
            name(&DAYS_FR, day),
            zoned.day(),
            if zoned.day() == 1 { "er" } else { "" },
            name(&MONTHS_FR, month),
            zoned.year(),
            zoned.hour(),
            zoned.minute()
        ),
        Language::English => format!(
            "{} {}\u{a0}{} {} at {:02}:{:02}",
            name(&DAYS_EN, day),
            zoned.day(),
            name(&MONTHS_EN, month),
            zoned.year(),
            zoned.hour(),
            zoned.minute()
        ),
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
