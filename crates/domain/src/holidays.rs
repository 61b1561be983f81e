//! Public holidays in France (*jours fériés*): Code du travail, art. L. 3133-1.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use crate::message::Message;

/// Why a day is not worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOff {
    /// A Saturday.
    Saturday,
    /// A Sunday.
    Sunday,
    /// A public holiday: its names, in French and in English.
    Holiday(&'static str, &'static str),
}

impl DayOff {
    /// Its name.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::Saturday => Message::new("samedi", "Saturday"),
            Self::Sunday => Message::new("dimanche", "Sunday"),
            Self::Holiday(fr, en) => Message::new(fr, en),
        }
    }
}

/// Holidays with a date of their own: month, day, names.
const FIXED: [(i8, i8, &str, &str); 8] = [
    (1, 1, "jour de l’an", "New Year’s Day"),
    (5, 1, "fête du Travail", "Labour Day"),
    (5, 8, "victoire de 1945", "Victory Day"),
    (7, 14, "fête nationale", "Bastille Day"),
    (8, 15, "Assomption", "Assumption Day"),
    (11, 1, "Toussaint", "All Saints’ Day"),
    (11, 11, "armistice de 1918", "Armistice Day"),
    (12, 25, "Noël", "Christmas Day"),
];
/// Holidays by the days that they come after Easter.
const AFTER_EASTER: [(i64, &str, &str); 3] = [
    (1, "lundi de Pâques", "Easter Monday"),
    (39, "Ascension", "Ascension Day"),
    (50, "lundi de Pentecôte", "Whit Monday"),
];

/// Why nobody works on this day, if so.
#[must_use]
pub fn day_off(day: Date) -> Option<DayOff> {
    let fixed = FIXED
        .iter()
        .find(|&&(month, date, ..)| (day.month(), day.day()) == (month, date));
    if let Some(&(_, _, fr, en)) = fixed {
        return Some(DayOff::Holiday(fr, en));
    }
    let easter = easter(day.year());
    let moving = AFTER_EASTER
        .iter()
        .find(|&&(days, ..)| easter.and_then(|easter| easter.checked_add(days.days()).ok()) == Some(day));
    match (moving, day.weekday()) {
        (Some(&(_, fr, en)), _) => Some(DayOff::Holiday(fr, en)),
        (None, Weekday::Saturday) => Some(DayOff::Saturday),
        (None, Weekday::Sunday) => Some(DayOff::Sunday),
        (None, _) => None,
    }
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y.rem_euclid(19), y.div_euclid(100), y.rem_euclid(100));
    let g = (8 * b + 13).div_euclid(25);
    let h = (19 * a + b - b.div_euclid(4) - g + 15).rem_euclid(30);
    let l = (32 + 2 * b.rem_euclid(4) + 2 * c.div_euclid(4) - h - c.rem_euclid(4)).rem_euclid(7);
    let m = (a + 11 * h + 19 * l).div_euclid(433);
    let n = h + l - 7 * m;
    let month = (n + 90).div_euclid(25);
    let day = (n + 33 * month + 19).rem_euclid(32);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
