//! Dates, hours and time left, in words (*calendrier en toutes lettres*).
//!
//! Hours are always said with their place: "heure de Paris", then the voter's own hour overseas. Everything is computed by the server
//! from the moment it is given, so that a page reads the same without a script.

use isoloir_domain::local_time::paris;
use isoloir_domain::moment;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::i18n::{Lang, key};

/// The overseas zones, with the message that names each: voters there read their own closing hour.
const OVERSEAS: [(&str, &str); 9] = [
    ("America/Martinique", key("zone-antilles")),
    ("America/Cayenne", key("zone-guyane")),
    ("Indian/Reunion", key("zone-reunion")),
    ("Indian/Mayotte", key("zone-mayotte")),
    ("America/Miquelon", key("zone-miquelon")),
    ("Pacific/Noumea", key("zone-caledonie")),
    ("Pacific/Tahiti", key("zone-polynesie")),
    ("Pacific/Wallis", key("zone-wallis")),
    ("Indian/Kerguelen", key("zone-taaf")),
];

/// A day and hour in Paris: `jeudi 3 décembre 2026 à 8 h 00`, without naming the place.
#[must_use]
pub fn date_time(lang: Lang, at: Timestamp) -> String {
    moment::day_and_hour(lang.language(), at)
}

/// A day and hour in Paris as on the portal of 2022, which voters know: `jeudi 01 décembre 2022 à 08h00`, without naming the place.
#[must_use]
pub fn padded_date_time(lang: Lang, at: Timestamp) -> String {
    let zoned = at.to_zoned_datetime(paris());
    let (weekday, month) = moment::names(lang.language(), zoned.date());
    let (day, year, hour, minute) = (zoned.day(), zoned.year(), zoned.hour(), zoned.minute());
    match lang {
        Lang::Fr => format!("{weekday} {day:02} {month} {year} à {hour:02}h{minute:02}"),
        Lang::En => format!("{weekday} {day:02} {month} {year} at {hour:02}:{minute:02}"),
    }
}

/// The same in figures: `29/11/2022 à 15h33`.
#[must_use]
pub fn short_date_time(lang: Lang, at: Timestamp) -> String {
    let zoned = at.to_zoned_datetime(paris());
    let (day, month, year) = (zoned.day(), zoned.month(), zoned.year());
    let (hour, minute) = (zoned.hour(), zoned.minute());
    match lang {
        Lang::Fr => format!("{day:02}/{month:02}/{year} à {hour:02}h{minute:02}"),
        Lang::En => format!("{day:02}/{month:02}/{year} at {hour:02}:{minute:02}"),
    }
}

/// A day and hour in Paris, kept as one `<time>` element with its machine form.
#[must_use]
pub fn time_element(lang: Lang, at: Timestamp) -> Markup {
    html! { time datetime=(at.to_string()) { (date_time(lang, at)) } }
}

/// An hour in Paris alone: `17 h 30`.
#[must_use]
pub fn hour(lang: Lang, at: Timestamp) -> String {
    let zoned = at.to_zoned_datetime(paris());
    moment::hour(lang.language(), zoned.time())
}

/// A day in Paris as short as it can be said in both languages: `05/12`. For an SMS.
#[must_use]
pub fn short_day(at: Timestamp) -> String {
    let zoned = at.to_zoned_datetime(paris());
    format!("{:02}/{:02}", zoned.day(), zoned.month())
}

/// Whether two instants fall on the same day in Paris.
#[must_use]
pub fn is_same_day(one: Timestamp, other: Timestamp) -> bool {
    let day = |at: Timestamp| at.to_zoned_datetime(paris()).date();
    day(one) == day(other)
}

/// The overseas places, each with its own day and hour of `at`.
#[must_use]
pub fn overseas(lang: Lang, at: Timestamp) -> Vec<(String, String)> {
    OVERSEAS
        .iter()
        .map(|(name, label)| {
            (
                lang.text(label),
                moment::day_and_hour_in(lang.language(), at, zone(name)),
            )
        })
        .collect()
}

/// A day alone: `24 novembre 2026`.
#[must_use]
pub fn day(lang: Lang, day: Date) -> String {
    moment::date(lang.language(), day)
}

/// Days, hours and minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLeft {
    /// Whole days.
    pub days: u64,
    /// Hours beside the days, 0 to 23.
    pub hours: u64,
    /// Minutes beside the hours, 0 to 59.
    pub minutes: u64,
}

impl TimeLeft {
    /// From `now` to `until`, a minute begun counted whole, so that nothing reads zero while one can still vote; zero once it is past.
    #[must_use]
    pub fn between(now: Timestamp, until: Timestamp) -> TimeLeft {
        let seconds = u64::try_from(until.as_second().saturating_sub(now.as_second())).unwrap_or(0);
        let minutes = seconds.div_ceil(60);
        TimeLeft {
            days: minutes / 1_440,
            hours: minutes / 60 % 24,
            minutes: minutes % 60,
        }
    }
}

/// The zone database is in the binary, so a known name is always found.
fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_sentence_of_the_seed() {
        let opens = at("2022-12-01T07:00:00Z");
        assert_eq!(padded_date_time(Lang::Fr, opens), "jeudi 01 décembre 2022 à 08h00");
        assert_eq!(padded_date_time(Lang::En, opens), "Thursday 01 December 2022 at 08:00");
        let seen = at("2022-11-29T14:33:00Z");
        assert_eq!(short_date_time(Lang::Fr, seen), "29/11/2022 à 15h33");
        assert_eq!(short_date_time(Lang::En, seen), "29/11/2022 at 15:33");
        assert_eq!(
            date_time(Lang::Fr, opens),
            "jeudi 1er\u{a0}décembre 2022 à 8\u{a0}h\u{a0}00"
        );
        assert_eq!(date_time(Lang::En, opens), "Thursday 1\u{a0}December 2022 at 08:00");
        assert_eq!(hour(Lang::Fr, at("2022-12-08T16:00:00Z")), "17\u{a0}h\u{a0}00");
    }

    #[test]
    fn summer_time_is_known() {
        assert_eq!(hour(Lang::Fr, at("2026-07-01T15:00:00Z")), "17\u{a0}h\u{a0}00");
    }

    #[test]
    fn the_countdown_of_the_seed() {
        let left = TimeLeft::between(at("2022-12-01T09:36:00Z"), at("2022-12-08T16:00:00Z"));
        assert_eq!(
            left,
            TimeLeft {
                days: 7,
                hours: 6,
                minutes: 24
            }
        );
        assert_eq!(
            TimeLeft::between(at("2022-12-09T00:00:00Z"), at("2022-12-08T16:00:00Z")),
            TimeLeft {
                days: 0,
                hours: 0,
                minutes: 0
            }
        );
    }

    #[test]
    fn a_change_of_hour_moves_no_instant() {
        // Paris goes back from 3 to 2 on 25 October 2026, and ahead from 2 to 3 on 28 March 2027.
        let hour_of = |text: &str| hour(Lang::Fr, at(text));
        assert_eq!(hour_of("2026-10-25T00:30:00Z"), "2\u{a0}h\u{a0}30");
        assert_eq!(hour_of("2026-10-25T01:30:00Z"), "2\u{a0}h\u{a0}30");
        assert_eq!(hour_of("2027-03-28T00:59:00Z"), "1\u{a0}h\u{a0}59");
        assert_eq!(hour_of("2027-03-28T01:00:00Z"), "3\u{a0}h\u{a0}00");
        // From noon to noon over the night that goes back: twenty-five hours, said as such.
        let left = TimeLeft::between(at("2026-10-24T12:00:00+02:00"), at("2026-10-25T12:00:00+01:00"));
        assert_eq!((left.days, left.hours, left.minutes), (1, 1, 0));
        let left = TimeLeft::between(at("2027-03-27T12:00:00+01:00"), at("2027-03-28T12:00:00+02:00"));
        assert_eq!((left.days, left.hours, left.minutes), (0, 23, 0));
        // Overseas does not follow: La Réunion is three hours ahead in winter, two in summer.
        let reunion = |text: &str| overseas(Lang::Fr, at(text)).into_iter().nth(2).unwrap().1;
        assert!(reunion("2026-10-24T10:00:00Z").ends_with("14\u{a0}h\u{a0}00"));
        assert!(reunion("2026-10-26T10:00:00Z").ends_with("14\u{a0}h\u{a0}00"));
        assert!(is_same_day(at("2026-12-10T16:00:00Z"), at("2026-12-10T22:59:00Z")));
        assert!(!is_same_day(at("2026-12-10T16:00:00Z"), at("2026-12-10T23:00:00Z")));
    }

    #[test]
    fn overseas_hours_are_those_of_the_place() {
        let all = overseas(Lang::Fr, at("2026-12-10T16:00:00Z"));
        let reunion = all.iter().find(|(name, _)| name.contains("Réunion")).unwrap();
        assert!(reunion.1.ends_with("20\u{a0}h\u{a0}00"), "{}", reunion.1);
        let noumea = all.iter().find(|(name, _)| name.contains("Calédonie")).unwrap();
        assert!(noumea.1.starts_with("vendredi 11"), "{}", noumea.1);
    }
}
