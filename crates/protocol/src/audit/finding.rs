//! What an audit finds wrong: which check, who or what is the culprit, and why.

use serde::Serialize;

use super::check::CheckId;
use crate::{
    archive::{ArchiveError, ReadError},
    ballot::BallotError,
    certificate::CertificateError,
    election::ElectionError,
    group::ElementError,
    json::JsonError,
    tally::{AccumulateError, CombineError, DecryptionError, ShuffleError},
    trustee::TrusteeError,
};

/// A check that does not hold.
#[derive(Debug)]
pub struct Finding {
    /// What is wrong.
    pub reason: Reason,
    /// Who or what is to blame.
    pub culprit: Culprit,
}

impl Finding {
    pub(super) fn new(culprit: Culprit, reason: impl Into<Reason>) -> Self {
        Self {
            reason: reason.into(),
            culprit,
        }
    }

    /// The check that does not hold.
    #[must_use]
    pub fn check(&self) -> CheckId {
        self.reason.check()
    }
}

/// Who or what is to blame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Culprit {
    /// The file as a whole.
    Archive,
    /// The record that begins at this byte.
    Record(u64),
    /// The event of this height.
    Event(u64),
    /// The election's description.
    Election,
    /// The list of trustees.
    Trustees,
    /// A trustee, by its number from 1.
    Trustee(u32),
    /// A public credential, by its place in the list, from 1.
    Credential(usize),
    /// A ballot.
    Ballot {
        /// Height of its event.
        height: u64,
        /// Its tracker.
        tracker: String,
    },
    /// The encrypted tally.
    Tally,
    /// The result.
    Result,
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// Records or their chain.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The archive ends with another event than expected.
    #[error("the archive ends with the event {0}")]
    Head(String),
    /// The election.
    #[error(transparent)]
    Election(#[from] ElectionError),
    /// A non-homomorphic question in a group that embeds no integers.
    #[error("question {0} is not homomorphic, and the election’s group cannot encrypt its answers")]
    NoEmbedding(usize),
    /// The trustees' JSON.
    #[error("the trustees: {0}")]
    TrusteesForm(#[source] JsonError),
    /// A trustee.
    #[error(transparent)]
    Trustee(#[from] TrusteeError),
    /// The election's key.
    #[error("the election’s public key is not the product of the trustees’ keys")]
    Key,
    /// The list of public credentials.
    #[error("the public credentials: {0}")]
    CredentialsForm(#[source] JsonError),
    /// A public credential is no element of the group.
    #[error(transparent)]
    Credential(#[from] ElementError),
    /// A weight is not a natural number.
    #[error("a voter’s weight is not a natural number")]
    Weight,
    /// A credential is listed twice.
    #[error("a public credential is listed twice")]
    CredentialTwice,
    /// The credential authority's certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A ballot.
    #[error(transparent)]
    Ballot(#[from] BallotError),
    /// The same ballot again.
    #[error("the same ballot is in the box already")]
    Duplicate,
    /// The ballot's credential is not on the list.
    #[error("the ballot’s credential is not on the list")]
    UnknownCredential,
    /// Sums of ballots.
    #[error(transparent)]
    Accumulate(#[from] AccumulateError),
    /// The encrypted tally's JSON.
    #[error("the encrypted tally: {0}")]
    TallyForm(#[source] JsonError),
    /// The encrypted tally is not the product of the ballots.
    #[error("the encrypted tally is not the product of the ballots")]
    Sum,
    /// Number of ballots or total weight.
    #[error(
        "{said_count} ballots of weight {said_weight} are said to be tallied, but there are {count} of weight {weight}"
    )]
    Figures {
        /// `num_tallied`.
        said_count: u64,
        /// `total_weight`.
        said_weight: u64,
        /// The right count.
        count: u64,
        /// The right weight.
        weight: u64,
    },
    /// A shuffle by nobody.
    #[error("the shuffle is of no trustee: there is none with this number")]
    UnknownShuffler,
    /// Two shuffles of one trustee.
    #[error("this trustee has already shuffled")]
    ShuffledTwice,
    /// A shuffle's JSON.
    #[error("the shuffle: {0}")]
    ShuffleForm(#[source] JsonError),
    /// A shuffle.
    #[error(transparent)]
    Shuffle(#[from] ShuffleError),
    /// Non-homomorphic answers are decrypted in the order of the ballots.
    #[error("no trustee shuffled the answers that are decrypted one by one")]
    NotShuffled,
    /// Nobody has this number.
    #[error("there is no trustee with this number")]
    UnknownOwner,
    /// Two partial decryptions of one trustee.
    #[error("this trustee has already given a partial decryption")]
    OwnerTwice,
    /// A partial decryption's JSON.
    #[error("the partial decryption: {0}")]
    DecryptionForm(#[source] JsonError),
    /// A partial decryption.
    #[error(transparent)]
    Decryption(#[from] DecryptionError),
    /// Combination.
    #[error(transparent)]
    Combine(#[from] CombineError),
    /// The result's JSON.
    #[error("the result: {0}")]
    ResultForm(#[source] JsonError),
    /// A count is wrong; its place counted through all questions.
    #[error("count {0} of the result is not the one that was decrypted")]
    Result(usize),
    /// The auditor asked for a complete archive.
    #[error("the archive has no result yet")]
    NoResult,
}

impl Reason {
    /// The check that fails for this reason.
    #[must_use]
    pub fn check(&self) -> CheckId {
        match self {
            Self::Archive(error) => archive_check(error),
            Self::Head(_) => CheckId::ArchiveHead,
            Self::Election(_) => CheckId::SetupElection,
            Self::NoEmbedding(_) => CheckId::SetupQuestions,
            Self::TrusteesForm(_) | Self::Trustee(_) => CheckId::SetupTrustees,
            Self::Key => CheckId::SetupKey,
            Self::CredentialsForm(_)
            | Self::Credential(_)
            | Self::Weight
            | Self::CredentialTwice
            | Self::Certificate(_) => CheckId::SetupCredentials,
            Self::Ballot(error) => ballot_check(error),
            Self::Duplicate => CheckId::BallotDuplicate,
            Self::UnknownCredential => CheckId::BallotCredential,
            Self::Accumulate(_) | Self::TallyForm(_) | Self::Sum => CheckId::TallySum,
            Self::Figures { .. } => CheckId::TallyFigures,
            Self::UnknownShuffler | Self::ShuffledTwice => CheckId::ShuffleOwner,
            Self::ShuffleForm(_) | Self::Shuffle(_) => CheckId::ShuffleProof,
            Self::NotShuffled => CheckId::ShufflePresent,
            Self::UnknownOwner | Self::OwnerTwice => CheckId::DecryptionOwner,
            Self::DecryptionForm(_) | Self::Decryption(_) => CheckId::DecryptionProof,
            Self::Combine(_) => CheckId::DecryptionQuorum,
            Self::ResultForm(_) | Self::Result(_) => CheckId::ResultConsistent,
            Self::NoResult => CheckId::ResultPresent,
        }
    }
}

const fn archive_check(error: &ArchiveError) -> CheckId {
    match error {
        ArchiveError::Read(ReadError::Hash(_)) => CheckId::ArchiveHash,
        ArchiveError::Read(_) | ArchiveError::EventForm { .. } | ArchiveError::PayloadForm { .. } => {
            CheckId::ArchiveFormat
        }
        ArchiveError::Parent { .. } | ArchiveError::Height { .. } => CheckId::ArchiveChain,
        ArchiveError::Grammar { .. } | ArchiveError::Payload { .. } => CheckId::ArchiveGrammar,
        ArchiveError::References { .. } | ArchiveError::Unreferenced { .. } => CheckId::ArchiveReferences,
    }
}

/// Where an archive is to blame for an error of its records.
pub(super) const fn archive_culprit(error: &ArchiveError) -> Culprit {
    match error {
        ArchiveError::Read(
            ReadError::Header(offset)
            | ReadError::Truncated(offset)
            | ReadError::Padding(offset)
            | ReadError::TooLarge(offset)
            | ReadError::Hash(offset),
        )
        | ArchiveError::EventForm { offset, .. }
        | ArchiveError::Unreferenced { offset } => Culprit::Record(*offset),
        ArchiveError::PayloadForm { height, .. }
        | ArchiveError::Parent { height }
        | ArchiveError::Height { height, .. }
        | ArchiveError::Grammar { height, .. }
        | ArchiveError::Payload { height, .. }
        | ArchiveError::References { height } => Culprit::Event(*height),
        ArchiveError::Read(ReadError::Io(_) | ReadError::NotAnArchive) => Culprit::Archive,
    }
}

/// Whom a trustee's error names.
pub(super) const fn trustee_culprit(error: &TrusteeError) -> Culprit {
    match error.owner() {
        Some(owner) => Culprit::Trustee(owner),
        None => Culprit::Trustees,
    }
}

/// The check that a ballot's error fails.
const fn ballot_check(error: &BallotError) -> CheckId {
    match error {
        BallotError::WrongElection => CheckId::BallotElection,
        BallotError::SignatureHash | BallotError::Signature => CheckId::BallotSignature,
        BallotError::IndividualProof { .. }
        | BallotError::OverallProof { .. }
        | BallotError::BlankProof { .. }
        | BallotError::ListProof { .. }
        | BallotError::NonzeroProof { .. }
        | BallotError::KnowledgeProof { .. } => CheckId::BallotProof,
        BallotError::Json(_)
        | BallotError::Answers
        | BallotError::Shape { .. }
        | BallotError::NotInSubgroup { .. }
        | BallotError::CredentialNotInSubgroup => CheckId::BallotForm,
    }
}
