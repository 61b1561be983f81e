//! Identifiers. Each is its own type, so that a voter cannot stand where an election is meant.

use std::fmt;
use std::str::FromStr;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Clock;

/// Why a text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// An election is named by 14 base58 characters.
    #[error("an election identifier is 14 base58 characters")]
    Election,
    /// Voters and sessions are named by a lower-case hyphenated UUID.
    #[error("not a lower-case hyphenated UUID")]
    Uuid,
    /// A consultation is named by 1 to 64 lower-case letters, digits and hyphens.
    #[error("a consultation identifier is 1 to 64 lower-case letters, digits and hyphens")]
    Consultation,
}

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const ELECTION_LENGTH: usize = 14;

/// Identifier of an election (*scrutin*): the uuid of the Belenios election, 14 base58 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ElectionId(String);

impl ElectionId {
    /// Draws a new identifier, uniform among 58^14 (82 bits).
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut text = String::with_capacity(ELECTION_LENGTH);
        while text.len() < ELECTION_LENGTH {
            // Rejection keeps the draw uniform: 232 is the largest multiple of 58 in a byte.
            let byte = rng.next_u32().to_le_bytes()[0];
            if byte < 232
                && let Some(symbol) = BASE58.get(usize::from(byte % 58))
            {
                text.push(char::from(*symbol));
            }
        }
        Self(text)
    }

    /// The 14 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ElectionId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let canonical = text.len() == ELECTION_LENGTH && text.bytes().all(|b| BASE58.contains(&b));
        if canonical {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::Election)
        }
    }
}

impl TryFrom<String> for ElectionId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<ElectionId> for String {
    fn from(id: ElectionId) -> Self {
        id.0
    }
}

impl fmt::Display for ElectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Identifier of a consultation: what its author wrote in `consultation.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConsultationId(String);

impl ConsultationId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConsultationId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::Consultation)
        }
    }
}

impl TryFrom<String> for ConsultationId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<ConsultationId> for String {
    fn from(id: ConsultationId) -> Self {
        id.0
    }
}

impl fmt::Display for ConsultationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Declares an identifier that is a UUID, written lower-case and hyphenated only.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// The UUID itself.
            #[must_use]
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let uuid = Uuid::try_parse(text).map_err(|_| IdError::Uuid)?;
                if uuid.hyphenated().to_string() == text { Ok(Self(uuid)) } else { Err(IdError::Uuid) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    };
}

/// The same, drawn at random.
macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        uuid_id!($(#[$doc])* $name);

        impl $name {
            /// Draws a new identifier.
            #[must_use]
            pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
                let mut random = [0; 16];
                rng.fill_bytes(&mut random);
                Self(uuid::Builder::from_random_bytes(random).into_uuid())
            }
        }
    };
}

uuid_id!(
    /// Identifier of a voter (*électeur*), known to the voting server and to the registrar: a UUIDv7.
    VoterId
);
random_id!(
    /// Public identifier of a session: random, and no help in guessing the session's secret token.
    SessionId
);
random_id!(
    /// Identifier of a member of the organiser's staff (*agent*): random.
    StaffId
);

random_id!(
    /// Identifier of a proposed change of address: random.
    ChangeId
);
random_id!(
    /// Identifier of a mailing (*envoi*): random.
    MailingId
);

random_id!(
    /// Identifier of a token of the API (*jeton*): random. Not its secret.
    TokenId
);

random_id!(
    /// Identifier of a candidacy: random.
    CandidacyId
);

impl VoterId {
    /// Draws a new identifier whose first bits are the time, so that indexes stay compact.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(clock: &dyn Clock, rng: &mut R) -> Self {
        let millis = u64::try_from(clock.now().as_millisecond()).unwrap_or(0);
        let mut random = [0; 10];
        rng.fill_bytes(&mut random);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_election_id_is_exactly_14_base58_characters() {
        assert!("NkHrZ7QCf3Nf3h".parse::<ElectionId>().is_ok());
        for wrong in [
            "",
            "NkHrZ7QCf3Nf3",
            "NkHrZ7QCf3Nf3hh",
            "NkHrZ7QCf3Nf30",
            "NkHrZ7QCf3Nf3é",
        ] {
            assert_eq!(wrong.parse::<ElectionId>(), Err(IdError::Election), "{wrong}");
        }
    }

    #[test]
    fn a_uuid_has_one_spelling() {
        let text = "0190a2b4-5c6d-7e8f-9a0b-1c2d3e4f5061";
        assert_eq!(text.parse::<VoterId>().unwrap().to_string(), text);
        for wrong in [text.to_uppercase(), text.replace('-', ""), format!("{{{text}}}")] {
            assert_eq!(wrong.parse::<VoterId>(), Err(IdError::Uuid), "{wrong}");
        }
    }
}
