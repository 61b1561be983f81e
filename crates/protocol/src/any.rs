//! Elections and ballots whose group is known at run time only.

use rand_core::CryptoRng;

use crate::{
    ballot::{self, Ballot, BallotError, Tracker, VerifiedBallot, Vote, VoteError},
    credential::{ElectionUuid, PublicCredential, SecretCredential},
    election::{Election, ElectionError, ElectionParams},
    group::{Belenios2048, Ed25519, GroupName, Rfc3526},
    json,
    question::Question,
};

/// An election in any group. Cheap to clone.
#[derive(Clone)]
pub enum AnyElection {
    /// In [`Ed25519`].
    Ed25519(Election<Ed25519>),
    /// In [`Belenios2048`].
    Belenios2048(Election<Belenios2048>),
    /// In [`Rfc3526`].
    Rfc3526(Election<Rfc3526>),
}

/// Evaluates an expression with `$election` bound to the typed election.
macro_rules! typed {
    ($any:expr, $election:ident => $then:expr) => {
        match $any {
            AnyElection::Ed25519($election) => $then,
            AnyElection::Belenios2048($election) => $then,
            AnyElection::Rfc3526($election) => $then,
        }
    };
}

impl AnyElection {
    /// Reads the canonical JSON of an election in any group.
    ///
    /// # Errors
    /// [`ElectionError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ElectionError> {
        let params: ElectionParams = json::parse(bytes)?;
        Ok(match params.group {
            GroupName::Ed25519 => Self::Ed25519(Election::from_params(params, bytes)?),
            GroupName::Belenios2048 => Self::Belenios2048(Election::from_params(params, bytes)?),
            GroupName::Rfc3526 => Self::Rfc3526(Election::from_params(params, bytes)?),
        })
    }

    /// The group.
    #[must_use]
    pub fn group(&self) -> GroupName {
        self.params().group
    }

    /// Identifier.
    #[must_use]
    pub fn uuid(&self) -> &ElectionUuid {
        &self.params().uuid
    }

    /// Every field.
    #[must_use]
    pub fn params(&self) -> &ElectionParams {
        typed!(self, election => election.params())
    }

    /// Unpadded base64 of the SHA-256 of the text.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        typed!(self, election => election.fingerprint())
    }

    /// The exact text.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        typed!(self, election => election.bytes())
    }

    /// Questions.
    #[must_use]
    pub fn questions(&self) -> &[Question] {
        &self.params().questions
    }

    /// Reads the canonical JSON of a ballot for this election.
    ///
    /// # Errors
    /// As [`Ballot::parse`].
    pub fn parse_ballot(&self, bytes: Vec<u8>) -> Result<AnyBallot, BallotError> {
        Ok(AnyBallot(match self {
            Self::Ed25519(election) => Inner::Ed25519(Ballot::parse(bytes, election)?.into()),
            Self::Belenios2048(election) => Inner::Belenios2048(Ballot::parse(bytes, election)?.into()),
            Self::Rfc3526(election) => Inner::Rfc3526(Ballot::parse(bytes, election)?.into()),
        }))
    }

    /// Makes a ballot, see [`ballot::create`].
    ///
    /// # Errors
    /// [`VoteError`].
    pub fn create_ballot<R: CryptoRng + ?Sized>(
        &self,
        secret: &SecretCredential,
        vote: &Vote,
        rng: &mut R,
    ) -> Result<Vec<u8>, VoteError> {
        typed!(self, election => ballot::create(election, secret, vote, rng))
    }
}

/// A ballot of known form in any group; its proofs are still to be verified.
#[derive(Clone)]
pub struct AnyBallot(Inner);

#[derive(Clone)]
enum Inner {
    Ed25519(Box<Ballot<Ed25519>>),
    Belenios2048(Box<Ballot<Belenios2048>>),
    Rfc3526(Box<Ballot<Rfc3526>>),
}

/// Evaluates an expression with `$ballot` bound to the typed ballot.
macro_rules! typed_ballot {
    ($any:expr, $ballot:ident => $then:expr) => {
        match &$any.0 {
            Inner::Ed25519($ballot) => $then,
            Inner::Belenios2048($ballot) => $then,
            Inner::Rfc3526($ballot) => $then,
        }
    };
}

impl AnyBallot {
    /// The credential it claims to be signed with, as a text to look up; not yet proven.
    #[must_use]
    pub fn credential(&self) -> PublicCredential {
        typed_ballot!(self, ballot => ballot.credential())
    }

    /// The tracker.
    #[must_use]
    pub fn tracker(&self) -> Tracker {
        typed_ballot!(self, ballot => ballot.tracker())
    }

    /// The exact text.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        typed_ballot!(self, ballot => ballot.bytes())
    }

    /// Verifies every proof.
    ///
    /// # Errors
    /// [`BallotError`]; [`BallotError::WrongElection`] also when the election is not that of [`AnyElection::parse_ballot`].
    pub fn verify(self, election: &AnyElection) -> Result<VerifiedBallot, BallotError> {
        match (self.0, election) {
            (Inner::Ed25519(ballot), AnyElection::Ed25519(election)) => ballot.verify(election),
            (Inner::Belenios2048(ballot), AnyElection::Belenios2048(election)) => ballot.verify(election),
            (Inner::Rfc3526(ballot), AnyElection::Rfc3526(election)) => ballot.verify(election),
            _ => Err(BallotError::WrongElection),
        }
    }
}
