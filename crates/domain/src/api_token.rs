//! Tokens of the API (*jetons*): what a program may do in place of a person. Scopes are a closed set: a route names those that it takes.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ConsultationId, StaffId, TokenId};

/// What a token may do (*portée*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Reads consultations, elections, their calendar and how far their preparation is.
    ConsultationRead,
    /// Plans and applies a consultation's folder, moves a calendar.
    ConsultationWrite,
    /// Reads staged roll files and their differences, gates and waivers: personal data.
    RollRead,
    /// Stages, approves, applies and abandons roll files, waives gates.
    RollWrite,
    /// Reads complaints: personal data.
    ComplaintRead,
    /// Decides complaints.
    ComplaintDecide,
    /// Reads the journal.
    JournalRead,
    /// Reads the figures of the delivery ledger.
    DeliveryRead,
    /// Reads results and archives, once they are public.
    ResultsRead,
    /// Reads minutes that were signed, once the polls are closed: figures that are not published may stand in them.
    MinutesRead,
}

impl Scope {
    /// All scopes, in display order.
    pub const ALL: [Self; 10] = [
        Self::ConsultationRead,
        Self::ConsultationWrite,
        Self::RollRead,
        Self::RollWrite,
        Self::ComplaintRead,
        Self::ComplaintDecide,
        Self::JournalRead,
        Self::DeliveryRead,
        Self::ResultsRead,
        Self::MinutesRead,
    ];

    /// The name written in commands, in the database and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConsultationRead => "consultation:read",
            Self::ConsultationWrite => "consultation:write",
            Self::RollRead => "roll:read",
            Self::RollWrite => "roll:write",
            Self::ComplaintRead => "complaint:read",
            Self::ComplaintDecide => "complaint:decide",
            Self::JournalRead => "journal:read",
            Self::DeliveryRead => "delivery:read",
            Self::ResultsRead => "results:read",
            Self::MinutesRead => "minutes:read",
        }
    }

    /// Whether it shows what is not of one consultation alone: journal and ledger are of the whole server.
    #[must_use]
    pub const fn is_of_the_server(self) -> bool {
        matches!(self, Self::JournalRead | Self::DeliveryRead)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text names no scope or no set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Not a scope.
    #[error(
        "a scope is one of consultation:read, consultation:write, roll:read, roll:write, complaint:read, complaint:decide, \
         journal:read, delivery:read, results:read, minutes:read"
    )]
    Unknown,
    /// No scope at all.
    #[error("a token has at least one scope")]
    None,
}

impl FromStr for Scope {
    type Err = ScopeError;
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or(ScopeError::Unknown)
    }
}

/// The scopes of one token: at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// These scopes, each once.
    ///
    /// # Errors
    /// [`ScopeError::None`] for an empty set.
    pub fn new(scopes: impl IntoIterator<Item = Scope>) -> Result<Self, ScopeError> {
        let scopes: BTreeSet<Scope> = scopes.into_iter().collect();
        if scopes.is_empty() {
            Err(ScopeError::None)
        } else {
            Ok(Self(scopes))
        }
    }

    /// Every scope.
    #[must_use]
    pub fn all() -> Self {
        Self(Scope::ALL.into_iter().collect())
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// The scopes, in display order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (rank, scope) in self.iter().enumerate() {
            if rank > 0 {
                f.write_str(",")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for Scopes {
    type Err = ScopeError;
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let scopes: Result<Vec<Scope>, ScopeError> =
            text.split(',').filter(|one| !one.is_empty()).map(str::parse).collect();
        Self::new(scopes?)
    }
}

impl TryFrom<String> for Scopes {
    type Error = ScopeError;
    fn try_from(text: String) -> Result<Self, ScopeError> {
        text.parse()
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

/// A token as one may know it: everything but its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Identifier, named in the journal and in the token itself.
    pub id: TokenId,
    /// What it is for, in the words of whoever made it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The only consultation that it works on, when there is a limit.
    pub consultation: Option<ConsultationId>,
    /// In whose place it acts; nobody's when the operator made it by a command.
    pub owner: Option<StaffId>,
    /// When it was made.
    pub created: Timestamp,
    /// From then on it is void.
    pub expires: Timestamp,
    /// Last use, to the minute or so.
    pub last_used: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_have_one_spelling_and_are_never_empty() {
        let both: Scopes = "roll:write,consultation:read,roll:write".parse().unwrap();
        assert_eq!(both.to_string(), "consultation:read,roll:write");
        assert!(both.has(Scope::RollWrite) && !both.has(Scope::RollRead));
        assert_eq!("".parse::<Scopes>(), Err(ScopeError::None));
        assert_eq!("roll:*".parse::<Scopes>(), Err(ScopeError::Unknown));
        assert!(Scope::ALL.iter().all(|scope| Scopes::all().has(*scope)));
    }
}
