//! The walk of one ballot: parse, admission, entitlement, proofs (outside of any transaction), then one commit for box,
//! poll book, journal and outbox, and a receipt that only that commit can yield.

use isoloir_domain::ElectionId;
use isoloir_domain::message::{Class, Message, Refusal};

use crate::{Fault, Receipt, Session, VotingServer};

/// Largest ballot accepted, in bytes.
pub const MAX_BALLOT_BYTES: usize = 256 * 1024;

/// The ballot is in the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cast {
    /// The promise.
    pub receipt: Receipt,
    /// False when an identical ballot was there already: a retry, answered with the identical receipt.
    pub fresh: bool,
}

/// Why the ballot is not in the box (or, for [`CastError::Fault`], may not be: the same bytes sent again tell).
#[derive(Debug, thiserror::Error)]
pub enum CastError {
    /// No such election, or its box is not set up.
    #[error("there is no such election")]
    UnknownElection,
    /// Above [`MAX_BALLOT_BYTES`].
    #[error("the ballot is too large")]
    TooLarge,
    /// Not a ballot.
    #[error("the ballot is malformed")]
    Malformed,
    /// A ballot, but not in its canonical text.
    #[error("the ballot is not canonical")]
    NotCanonical,
    /// Made for another election.
    #[error("the ballot is for another election")]
    WrongElection,
    /// The credential is not in this election's list.
    #[error("the credential is unknown")]
    CredentialUnknown,
    /// The credential is not the one that this session unlocked.
    #[error("the credential was not unlocked in this session")]
    CredentialForeign,
    /// The admission is not one by the registrar for this session and election.
    #[error("the admission is invalid")]
    AdmissionInvalid,
    /// A proof or the signature of the ballot is wrong.
    #[error("a proof of the ballot is wrong")]
    ProofInvalid,
    /// The voter is not on this election's roll.
    #[error("the voter is not on the roll")]
    NotOnRoll,
    /// Another ballot of this voter is stored.
    #[error("the voter has voted")]
    AlreadyVoted,
    /// This ballot or this credential is in the box, by another voter.
    #[error("the ballot was replayed")]
    Replayed,
    /// Before opening.
    #[error("the polls are not open")]
    NotOpen,
    /// After closing (and grace, if it applied).
    #[error("the polls are closed")]
    Closed,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for CastError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownElection => "election_unknown",
            Self::TooLarge => "ballot_too_large",
            Self::Malformed => "ballot_malformed",
            Self::NotCanonical => "ballot_not_canonical",
            Self::WrongElection => "ballot_wrong_election",
            Self::CredentialUnknown => "credential_unknown",
            Self::CredentialForeign => "credential_foreign",
            Self::AdmissionInvalid => "admission_invalid",
            Self::ProofInvalid => "ballot_proof_invalid",
            Self::NotOnRoll => "not_on_roll",
            Self::AlreadyVoted => "already_voted",
            Self::Replayed => "ballot_replayed",
            Self::NotOpen => "polls_not_open",
            Self::Closed => "polls_closed",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        todo!()
    }

    fn class(&self) -> Class {
        match self {
            Self::UnknownElection => Class::NotFound,
            Self::TooLarge => Class::TooLarge,
            Self::Malformed | Self::NotCanonical => Class::Malformed,
            Self::WrongElection | Self::CredentialUnknown | Self::ProofInvalid => Class::Unprocessable,
            Self::CredentialForeign | Self::AdmissionInvalid | Self::NotOnRoll => Class::Forbidden,
            Self::AlreadyVoted | Self::Replayed | Self::NotOpen | Self::Closed => Class::Conflict,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Casts a ballot. `bytes` is the exact canonical text made by the voter's device; `admission` is the registrar's token.
    ///
    /// # Errors
    /// [`CastError`].
    pub async fn cast_ballot(
        &self,
        session: &Session,
        election: &ElectionId,
        admission: &str,
        bytes: Vec<u8>,
    ) -> Result<Cast, CastError> {
        todo!()
    }
}
