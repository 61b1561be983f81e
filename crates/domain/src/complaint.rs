//! Complaints about the roll (*réclamations*): what one may contest, the number of a complaint, where it stands.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a complaint is about (*objet de la réclamation*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Object {
    /// I should be on this roll and am not.
    Missing,
    /// I am on a roll on which I should not be, instead of another.
    WrongElection,
    /// My name or another of my data is wrong.
    WrongData,
    /// Another person should not be on this roll, or should be.
    OtherPerson,
    /// Something else about the roll.
    Other,
}

impl Object {
    /// In the order of the form.
    pub const ALL: [Self; 5] = [
        Self::Missing,
        Self::WrongElection,
        Self::WrongData,
        Self::OtherPerson,
        Self::Other,
    ];

    /// The name in forms and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::WrongElection => "wrong_election",
            Self::WrongData => "wrong_data",
            Self::OtherPerson => "other_person",
            Self::Other => "other",
        }
    }
}

/// The text names nothing known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown name")]
pub struct UnknownName;

impl FromStr for Object {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|object| object.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// Where a complaint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Filed, not decided (*en cours d’instruction*).
    Open,
    /// The organiser follows it (*acceptée*).
    Accepted,
    /// The organiser does not, and says why (*rejetée*).
    Rejected,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Accepted, Self::Rejected];

    /// The name in addresses and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

impl FromStr for Status {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// Number of a complaint (*numéro de réclamation*): `R-2026-000123`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ComplaintNumber {
    year: u16,
    rank: u32,
}

impl ComplaintNumber {
    /// The complaint of rank `rank` (from 1) of the year `year`.
    #[must_use]
    pub const fn new(year: u16, rank: u32) -> Self {
        Self { year, rank }
    }

    /// Its year, in Paris.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Its rank in the year, from 1.
    #[must_use]
    pub const fn rank(self) -> u32 {
        self.rank
    }
}

impl fmt::Display for ComplaintNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R-{:04}-{:06}", self.year, self.rank)
    }
}

impl FromStr for ComplaintNumber {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let (year, rank) = text
            .strip_prefix("R-")
            .and_then(|rest| rest.split_once('-'))
            .ok_or(UnknownName)?;
        let number = Self {
            year: year.parse().map_err(|_| UnknownName)?,
            rank: rank.parse().map_err(|_| UnknownName)?,
        };
        // One spelling only.
        if number.to_string() == text {
            Ok(number)
        } else {
            Err(UnknownName)
        }
    }
}

impl TryFrom<String> for ComplaintNumber {
    type Error = UnknownName;
    fn try_from(text: String) -> Result<Self, UnknownName> {
        text.parse()
    }
}

impl From<ComplaintNumber> for String {
    fn from(number: ComplaintNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        let number = ComplaintNumber::new(2026, 123);
        assert_eq!(number.to_string(), "R-2026-000123");
        assert_eq!("R-2026-000123".parse(), Ok(number));
        for wrong in [
            "R-2026-123",
            "r-2026-000123",
            "R-2026-+00123",
            "R-2026-000123 ",
            "R--000123",
            "",
        ] {
            assert_eq!(wrong.parse::<ComplaintNumber>(), Err(UnknownName), "{wrong}");
        }
    }
}
