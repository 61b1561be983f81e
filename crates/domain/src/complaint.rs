//! Complaints about the roll (*réclamations*): what one may contest, the number of a complaint, where it stands.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::ElectionId;
pub use crate::number::UnknownName;

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

/// What a decision changes on a roll (*effet sur la liste*), before the sealing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Staff number of the person concerned.
    pub number: String,
    /// What changes.
    pub what: CorrectionKind,
}

/// What changes for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionKind {
    /// The person joins the roll of this election.
    Join(ElectionId),
    /// The person leaves the roll of this election.
    Leave(ElectionId),
    /// The person is called otherwise.
    Rename {
        /// Family name.
        last_name: String,
        /// Given name.
        first_name: String,
    },
    /// The person has another mailbox, in lower case.
    Mail(String),
}

impl CorrectionKind {
    /// The name in the history of entries and in the journal.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Join(_) => "joined",
            Self::Leave(_) => "left",
            Self::Rename { .. } => "renamed",
            Self::Mail(_) => "mail",
        }
    }

    /// The election whose roll changes, if one does.
    #[must_use]
    pub const fn election(&self) -> Option<&ElectionId> {
        match self {
            Self::Join(election) | Self::Leave(election) => Some(election),
            Self::Rename { .. } | Self::Mail(_) => None,
        }
    }
}

yearly_number! {
    /// Number of a complaint (*numéro de réclamation*): `R-2026-000123`.
    ComplaintNumber, "R"
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
