//! Calendar dates: of birth, where a tie goes to the elder, and of a drawing of lots.

use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar; the earlier one is the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The text or the figures are no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADate;

impl Date {
    /// The day `day` (from 1) of the month `month` (1 to 12).
    ///
    /// # Errors
    /// [`NotADate`], for instance on 29 February of a common year.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Date, NotADate> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return Err(NotADate),
        };
        if (1..=days).contains(&day) {
            Ok(Date { year, month, day })
        } else {
            Err(NotADate)
        }
    }
}

impl FromStr for Date {
    type Err = NotADate;

    /// Reads `2026-12-11`, and no other spelling.
    fn from_str(text: &str) -> Result<Date, NotADate> {
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotADate);
        };
        if (year.len(), month.len(), day.len()) != (4, 2, 2) || !text.bytes().all(|b| b == b'-' || b.is_ascii_digit()) {
            return Err(NotADate);
        }
        let number = |text: &str| text.parse::<u16>().map_err(|_| NotADate);
        let small = |text: &str| text.parse::<u8>().map_err(|_| NotADate);
        Date::new(number(year)?, small(month)?, small(day)?)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date: write it as 2026-12-11")
    }
}

impl std::error::Error for NotADate {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_only_and_days_that_exist() {
        assert_eq!(
            "2026-12-11".parse::<Date>().map(|d| d.to_string()),
            Ok("2026-12-11".into())
        );
        assert!("2024-02-29".parse::<Date>().is_ok());
        for wrong in [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-04-31",
            "2026-4-01",
            "2026-04-00",
            "+026-04-01",
            "2026-04-01-",
            "",
        ] {
            assert_eq!(wrong.parse::<Date>(), Err(NotADate), "{wrong}");
        }
        assert!("1971-03-09".parse::<Date>().unwrap() < "1971-10-02".parse().unwrap());
    }
}
