//! Mobile telephone numbers of France and its overseas territories, in the international form (E.164).
//!
//! Only numbers that may receive an SMS, and only these territories: a free choice of country would let anyone spend the organiser's money.

use std::fmt;
use std::str::FromStr;

/// A mobile number, for instance `+33612345678`. Shown in logs as its region only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

/// The text is no mobile number of France or its territories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a French mobile number")]
pub struct NotAMobile;

/// Territory code, digits after it, and how a mobile number begins.
const TERRITORIES: &[(&str, usize, &[&str])] = &[
    ("33", 9, &["6", "73", "74", "75", "76", "77", "78", "79"]),
    ("262", 9, &["692", "693", "639"]),
    ("590", 9, &["690", "691"]),
    ("594", 9, &["694"]),
    ("596", 9, &["696", "697"]),
    ("687", 6, &["7", "8", "9"]),
    ("689", 8, &["87", "88", "89"]),
    ("508", 6, &["55", "40", "41", "42", "43", "44", "45"]),
    ("681", 6, &["8"]),
];

/// Longest text worth reading.
const LONGEST: usize = 40;

impl Phone {
    /// The number, in E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Territory and, in metropolitan France, the first digit: what the delivery ledger counts by.
    #[must_use]
    pub fn region(&self) -> String {
        let digits = self.0.trim_start_matches('+');
        let code = TERRITORIES
            .iter()
            .map(|(code, ..)| *code)
            .find(|code| digits.starts_with(code))
            .unwrap_or_default();
        match digits.strip_prefix("33").and_then(|rest| rest.chars().next()) {
            Some(first) => format!("+33 {first}"),
            None => format!("+{code}"),
        }
    }
}

impl FromStr for Phone {
    type Err = NotAMobile;

    /// Reads `06 12 34 56 78`, `+33 (0)6 12 34 56 78`, `0033612345678`, `0692 12 34 56`; spaces, dots, dashes and slashes do not count.
    fn from_str(text: &str) -> Result<Self, NotAMobile> {
        if text.len() > LONGEST {
            return Err(NotAMobile);
        }
        let text = text.trim().replace("(0)", "");
        let (international, rest) = match text.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, text.as_str()),
        };
        let mut digits = String::with_capacity(rest.len());
        for c in rest.chars() {
            match c {
                '0'..='9' => digits.push(c),
                ' ' | '.' | '-' | '/' | '\u{a0}' | '\u{202f}' | '\u{2011}' => {}
                _ => return Err(NotAMobile),
            }
        }
        let full = if international {
            digits
        } else if let Some(rest) = digits.strip_prefix("00") {
            rest.to_owned()
        } else if let Some(national) = digits.strip_prefix('0') {
            at_home(national)
        } else {
            return Err(NotAMobile);
        };
        let mobile = TERRITORIES.iter().any(|(code, length, beginnings)| {
            full.strip_prefix(code).is_some_and(|rest| {
                rest.len() == *length
                    && beginnings.iter().any(|beginning| rest.starts_with(beginning))
                    // The overseas blocks of 06 are dialled with their own code.
                    && (*code != "33" || at_home(rest).starts_with("33"))
            })
        });
        if mobile {
            Ok(Self(format!("+{full}")))
        } else {
            Err(NotAMobile)
        }
    }
}

/// A number as dialled within France, without its 0: those of the overseas blocks get their territory's code.
fn at_home(national: &str) -> String {
    let code = TERRITORIES
        .iter()
        .filter(|(code, length, _)| *code != "33" && *length == 9)
        .find(|(_, _, beginnings)| beginnings.iter().any(|beginning| national.starts_with(beginning)))
        .map_or("33", |(code, ..)| *code);
    format!("{code}{national}")
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.region())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (written, read) in [
            ("06 12 34 56 78", "+33612345678"),
            ("06.12.34.56.78", "+33612345678"),
            ("+33 (0)6 12 34 56 78", "+33612345678"),
            ("0033-7-81-23-45-67", "+33781234567"),
            ("0692 12 34 56", "+262692123456"),
            ("0639 12 34 56", "+262639123456"),
            ("+590 690 12 34 56", "+590690123456"),
            ("0694123456", "+594694123456"),
            ("0696\u{202f}123456", "+596696123456"),
            ("+687 78 12 34", "+687781234"),
            ("+689 87 12 34 56", "+68987123456"),
        ] {
            assert_eq!(written.parse::<Phone>().unwrap().as_str(), read, "{written}");
        }
    }

    #[test]
    fn what_is_no_mobile_of_these_territories_is_refused() {
        for written in [
            "",
            "01 23 45 67 89",
            "06 12 34 56 7",
            "06 12 34 56 789",
            "0700123456",
            "+33 692 12 34 56",
            "+44 7911 123456",
            "612345678",
            "06 12 34 56 7a",
            "+33612345678;ls",
            "06\n12345678",
            "+687 41 12 34",
            "+00 33612345678",
        ] {
            assert_eq!(written.parse::<Phone>(), Err(NotAMobile), "{written}");
        }
    }

    #[test]
    fn the_region_tells_no_number() {
        let phone: Phone = "06 12 34 56 78".parse().unwrap();
        assert_eq!(phone.region(), "+33 6");
        assert_eq!(format!("{phone:?}"), "Phone(+33 6)");
        assert_eq!("0692123456".parse::<Phone>().unwrap().region(), "+262");
    }
}
