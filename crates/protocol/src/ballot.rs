//! The encrypted ballot (bulletin), specification "Ballots".
//!
//! Bytes become a [`Ballot`] when they are the canonical JSON of a ballot for this election, and a
//! [`VerifiedBallot`] when every proof in it holds. There is no other way to a `VerifiedBallot`.

mod answer;
mod create;
mod verify;
mod vote;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use create::create;
pub use verify::Ciphertexts;
pub use vote::{Choice, Vote, VoteError};

use crate::{
    archive::PayloadHash,
    credential::{ElectionUuid, PublicCredential},
    election::Election,
    group::Group,
    hash,
    json::{self, JsonError},
    proof::Proof,
};
use answer::Answer;

/// A ballot of known form for a known election; its proofs are still to be verified.
#[derive(Clone)]
pub struct Ballot<G: Group> {
    bytes: Vec<u8>,
    election_hash: String,
    credential: G::Candidate,
    answers: Vec<Answer<G>>,
    signature: Signature<G>,
}

/// The signature with the credential (specification, "Signatures").
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct Signature<G: Group> {
    hash: String,
    proof: Proof<G>,
}

/// The JSON of a ballot, answers left as they stand.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "", deserialize = "'de: 'a"), deny_unknown_fields)]
struct Form<'a, G: Group> {
    election_uuid: ElectionUuid,
    election_hash: String,
    credential: G::Candidate,
    answers: Vec<&'a RawValue>,
    signature: Signature<G>,
}

impl<G: Group> Ballot<G> {
    /// Reads the canonical JSON of a ballot for `election`.
    ///
    /// # Errors
    /// [`BallotError::Json`], [`BallotError::WrongElection`], [`BallotError::Answers`], [`BallotError::Shape`].
    pub fn parse(bytes: Vec<u8>, election: &Election<G>) -> Result<Self, BallotError> {
        let form: Form<'_, G> = serde_json::from_slice(&bytes).map_err(JsonError::Form)?;
        json::check(&form, &bytes)?;
        if form.election_uuid != *election.uuid() || form.election_hash != election.fingerprint() {
            return Err(BallotError::WrongElection);
        }
        if form.answers.len() != election.questions().len() {
            return Err(BallotError::Answers);
        }
        let answers = election.questions().iter().zip(&form.answers).enumerate();
        let answers = answers
            .map(|(at, (question, text))| Answer::parse(text, question, at))
            .collect::<Result<_, _>>()?;
        let Form {
            election_hash,
            credential,
            signature,
            ..
        } = form;
        Ok(Self {
            election_hash,
            credential,
            answers,
            signature,
            bytes,
        })
    }

    /// The credential it claims to be signed with, as a text to look up; not yet proven.
    #[must_use]
    pub fn credential(&self) -> PublicCredential {
        PublicCredential::of_candidate::<G>(&self.credential)
    }

    /// The tracker.
    #[must_use]
    pub fn tracker(&self) -> Tracker {
        Tracker::of(&self.bytes)
    }

    /// The exact text.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the signature signs: the hash of the ballot's text without the signature.
    fn body_hash(&self) -> String {
        let suffix = br#","signature":}"#.len() + json::to_bytes(&self.signature).len();
        let body = self
            .bytes
            .len()
            .checked_sub(suffix)
            .and_then(|end| self.bytes.get(..end))
            .unwrap_or_default();
        hash::sha256_base64(&[body, b"}"].concat())
    }
}

/// A ballot of an election, every proof verified: it may be counted if its credential is on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedBallot {
    bytes: Vec<u8>,
    tracker: Tracker,
    credential: PublicCredential,
    election: ElectionUuid,
}

impl VerifiedBallot {
    /// The tracker (numéro de suivi).
    #[must_use]
    pub const fn tracker(&self) -> &Tracker {
        &self.tracker
    }

    /// The credential whose owner made it.
    #[must_use]
    pub const fn credential(&self) -> &PublicCredential {
        &self.credential
    }

    /// The exact text.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The election it was verified for.
    #[must_use]
    pub const fn election(&self) -> &ElectionUuid {
        &self.election
    }

    /// The exact text, by value.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// A ballot's tracker (numéro de suivi): unpadded base64 of the SHA-256 of its text, 43 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Tracker(String);

impl Tracker {
    /// Of a ballot's text.
    #[must_use]
    pub fn of(ballot: &[u8]) -> Self {
        Self(hash::sha256_base64(ballot))
    }

    /// Reads the 43 characters.
    ///
    /// # Errors
    /// [`InvalidTracker`] for any text that is not the hash of something.
    pub fn parse(text: &str) -> Result<Self, InvalidTracker> {
        use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
        let digest = STANDARD_NO_PAD.decode(text).map_err(|_| InvalidTracker)?;
        if digest.len() == 32 {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidTracker)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<PayloadHash> for Tracker {
    /// Of the ballot whose text has this hash.
    fn from(hash: PayloadHash) -> Self {
        use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
        Self(STANDARD_NO_PAD.encode(hash.as_bytes()))
    }
}

/// Not a tracker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tracker is 43 characters of base64")]
pub struct InvalidTracker;

/// Why bytes are not a valid ballot. Questions, choices and lists are counted from zero.
#[derive(Debug, thiserror::Error)]
pub enum BallotError {
    /// Not the canonical JSON of a ballot, or a number or group element in it is not canonical.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// For another election, or for another text of this one.
    #[error("the ballot is for another election")]
    WrongElection,
    /// The election has another number of questions.
    #[error("the ballot does not answer every question once")]
    Answers,
    /// The question has another number of choices or needs other proofs.
    #[error("the answer to question {question} does not have the question's form")]
    Shape {
        /// The question.
        question: usize,
    },
    /// A ciphertext is outside of the prime-order subgroup.
    #[error("a ciphertext of question {question} is outside of the prime-order subgroup")]
    NotInSubgroup {
        /// The question.
        question: usize,
    },
    /// The credential is outside of the prime-order subgroup, or the neutral element, whose secret all know.
    #[error("the credential is not one that a voter can have")]
    CredentialNotInSubgroup,
    /// The signed hash is not that of the ballot.
    #[error("the signature is for another ballot")]
    SignatureHash,
    /// The signature was not made with the credential.
    #[error("the signature is wrong")]
    Signature,
    /// A choice is not proven to be 0 or 1.
    #[error("question {question}, choice {choice}: the individual proof is wrong")]
    IndividualProof {
        /// The question.
        question: usize,
        /// The ciphertext, counted through all lists.
        choice: usize,
    },
    /// The number of choices is not proven to be allowed; on lists, that exactly one is chosen.
    #[error("question {question}: the overall proof is wrong")]
    OverallProof {
        /// The question.
        question: usize,
    },
    /// Not proven that a blank vote chooses nothing else.
    #[error("question {question}: the blank proof is wrong")]
    BlankProof {
        /// The question.
        question: usize,
    },
    /// Not proven that candidates are only chosen on the chosen list.
    #[error("question {question}, list {list}: the list proof is wrong")]
    ListProof {
        /// The question.
        question: usize,
        /// The list.
        list: usize,
    },
    /// Not proven that a candidate is chosen.
    #[error("question {question}: the proof that a candidate is chosen is wrong")]
    NonzeroProof {
        /// The question.
        question: usize,
    },
    /// Not proven that the voter knows what he encrypted.
    #[error("question {question}: the proof of knowledge is wrong")]
    KnowledgeProof {
        /// The question.
        question: usize,
    },
}

impl BallotError {
    /// The stable code that the voting server answers with.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Json(JsonError::NotCanonical(_)) => "ballot_not_canonical",
            Self::Json(JsonError::Form(_)) | Self::Answers | Self::Shape { .. } => "ballot_malformed",
            Self::WrongElection => "ballot_wrong_election",
            Self::NotInSubgroup { .. }
            | Self::CredentialNotInSubgroup
            | Self::SignatureHash
            | Self::Signature
            | Self::IndividualProof { .. }
            | Self::OverallProof { .. }
            | Self::BlankProof { .. }
            | Self::ListProof { .. }
            | Self::NonzeroProof { .. }
            | Self::KnowledgeProof { .. } => "ballot_proof_invalid",
        }
    }

    /// A stable name for what is wrong, finer than [`BallotError::code`].
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Json(JsonError::NotCanonical(_)) => "not_canonical",
            Self::Json(JsonError::Form(_)) => "malformed",
            Self::WrongElection => "wrong_election",
            Self::Answers => "answers",
            Self::Shape { .. } => "shape",
            Self::NotInSubgroup { .. } => "not_in_subgroup",
            Self::CredentialNotInSubgroup => "credential",
            Self::SignatureHash | Self::Signature => "signature",
            Self::IndividualProof { .. } => "individual_proof",
            Self::OverallProof { .. } => "overall_proof",
            Self::BlankProof { .. } => "blank_proof",
            Self::ListProof { .. } => "list_proof",
            Self::NonzeroProof { .. } => "nonzero_proof",
            Self::KnowledgeProof { .. } => "knowledge_proof",
        }
    }
}
