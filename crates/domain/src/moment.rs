//! Days and hours in words; in Paris, the zone of the law, unless said otherwise.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

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

/// Names of the day of the week and of the month.
#[must_use]
pub fn names(language: Language, day: Date) -> (&'static str, &'static str) {
    let (weekdays, months) = match language {
        Language::French => (DAYS_FR, MONTHS_FR),
        Language::English => (DAYS_EN, MONTHS_EN),
    };
    let name = |names: &[&'static str], rank: i8| {
        let rank = usize::try_from(rank.saturating_sub(1)).unwrap_or(0);
        names.get(rank).copied().unwrap_or_default()
    };
    let weekday = name(&weekdays, day.weekday().to_monday_one_offset());
    (weekday, name(&months, day.month()))
}

/// `3 décembre 2026`, with spaces that no line breaks at where the words belong together.
#[must_use]
pub fn date(language: Language, day: Date) -> String {
    let first = if language == Language::French && day.day() == 1 {
        "er"
    } else {
        ""
    };
    let (_, month) = names(language, day);
    format!("{}{first}\u{a0}{month} {}", day.day(), day.year())
}

/// `jeudi 3 décembre 2026`, in the same way.
#[must_use]
pub fn day(language: Language, day: Date) -> String {
    format!("{} {}", names(language, day).0, date(language, day))
}

/// `8 h 00`, in the same way.
#[must_use]
pub fn hour(language: Language, at: Time) -> String {
    let (hour, minute) = (at.hour(), at.minute());
    match language {
        Language::French => format!("{hour}\u{a0}h\u{a0}{minute:02}"),
        Language::English => format!("{hour:02}:{minute:02}"),
    }
}

/// `jeudi 3 décembre 2026 à 8 h 00` in Paris, in the same way.
#[must_use]
pub fn day_and_hour(language: Language, at: Timestamp) -> String {
    day_and_hour_in(language, at, paris())
}

/// The same, elsewhere.
#[must_use]
pub fn day_and_hour_in(language: Language, at: Timestamp, zone: TimeZone) -> String {
    let there = at.to_zoned_datetime(zone);
    let (day, hour) = (day(language, there.date()), hour(language, there.time()));
    match language {
        Language::French => format!("{day} à {hour}"),
        Language::English => format!("{day} at {hour}"),
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
