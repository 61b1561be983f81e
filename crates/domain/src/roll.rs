//! Who may vote, and who has.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ElectionId, VoterId};
use crate::message::Language;

/// Voter (*électeur, électrice*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voter {
    /// Identifier shared with the registrar.
    pub id: VoterId,
    /// Staff number (*matricule*).
    pub number: String,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Professional e-mail address, in lower case; those who have none are written to on paper and sign in with their number.
    pub email: Option<String>,
    /// The language that the voter chose for mails and texts, if any.
    pub language: Option<Language>,
}

impl Voter {
    /// What this voter types to sign in: the address, or the staff number of those who have none.
    #[must_use]
    pub fn identifier(&self) -> &str {
        self.email.as_deref().unwrap_or(&self.number)
    }

    /// Given name and family name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// Where the notice that carries a voter's code goes (*remise de la notice*, R. 211-554): by hand at a place, or by post.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// The place that hands it over against a signature; without one it is posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Lines of the postal address under the name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub address: Vec<String>,
}

/// A place that hands notices over (*lieu de remise*): a school, an office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Its code, a school's UAI for instance.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// What a voter types to say who knocks (*identifiant*): an address or a staff number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Identifier {
    /// An e-mail address, in lower case.
    Email(String),
    /// A staff number, in upper case as rolls keep it.
    Number(String),
}

impl Identifier {
    /// Reads what was typed, without surrounding space nor case: what has an `@` is an address.
    #[must_use]
    pub fn read(typed: &str) -> Self {
        let typed = typed.trim();
        if typed.contains('@') {
            Self::Email(typed.to_lowercase())
        } else {
            Self::Number(typed.to_uppercase())
        }
    }

    /// The text in its normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(text) | Self::Number(text) => text,
        }
    }
}

/// Electoral roll (*liste électorale*) of one election, in order of the voters' identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElectoralRoll {
    /// The election.
    pub election: ElectionId,
    /// Its voters (*inscrits*).
    pub voters: Vec<Voter>,
}

/// Poll book (*liste d'émargement*) of one election: who has voted, in no order that tells when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollBook {
    /// The election.
    pub election: ElectionId,
    /// Voters marked, with the minute of the mark.
    pub marks: Vec<(VoterId, Timestamp)>,
}
