//! Shuffles (mélanges): answers that are not added up are decrypted one by one, so that they must first lose their
//! order. Each trustee encrypts them again, in an order that it keeps secret, and proves that it changed nothing else.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::{EncryptedTally, Shape};
use crate::{
    election::Election,
    elgamal::Ciphertext,
    group::Group,
    json::{self, JsonError},
    proof::shuffle::{ShuffleProof, Statement, shuffle},
    question::Question,
};

/// The ciphertexts of every non-homomorphic question, question by question.
pub type ToShuffle<G> = Vec<Vec<Ciphertext<G>>>;

/// What one trustee made of them, and its proofs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Shuffle<G: Group> {
    ciphertexts: ToShuffle<G>,
    proofs: Vec<ShuffleProof<G>>,
}

/// Why a shuffle is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShuffleError {
    /// Another number of questions or of ciphertexts than those that were to be shuffled.
    #[error("the shuffle does not have the shape of what was to be shuffled")]
    Shape,
    /// The proof for one of the non-homomorphic questions, counted from zero, is wrong.
    #[error("the proof of the shuffle of non-homomorphic question {0} is wrong")]
    Proof(usize),
}

impl<G: Group> Shuffle<G> {
    /// Shuffles what the trustee before left.
    pub fn create<R: CryptoRng + ?Sized>(election: &Election<G>, before: &[Vec<Ciphertext<G>>], rng: &mut R) -> Self {
        let shuffled = before
            .iter()
            .map(|before| shuffle(before, election.public_key(), election.fingerprint(), rng));
        let (ciphertexts, proofs) = shuffled.map(|one| (one.after, one.proof)).unzip();
        Self { ciphertexts, proofs }
    }

    /// Reads the archive's record.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        json::parse(bytes)
    }

    /// The archive's record.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self)
    }

    /// Checks every proof: that this is a shuffle of `before`. Gives the ciphertexts for the next trustee.
    ///
    /// # Errors
    /// [`ShuffleError`].
    pub fn verify(self, election: &Election<G>, before: &[Vec<Ciphertext<G>>]) -> Result<ToShuffle<G>, ShuffleError> {
        let lengths = |lists: &[Vec<Ciphertext<G>>]| lists.iter().map(Vec::len).collect::<Vec<_>>();
        if lengths(before) != lengths(&self.ciphertexts) || self.proofs.len() != before.len() {
            return Err(ShuffleError::Shape);
        }
        let wrong = before
            .iter()
            .zip(&self.ciphertexts)
            .zip(&self.proofs)
            .position(|((before, after), proof)| {
                !proof.vartime_verify(&Statement {
                    before,
                    after,
                    key: election.public_key(),
                    fingerprint: election.fingerprint(),
                })
            });
        match wrong {
            Some(question) => Err(ShuffleError::Proof(question)),
            None => Ok(self.ciphertexts),
        }
    }
}

impl<G: Group> EncryptedTally<G> {
    /// The ciphertexts that trustees must shuffle: those of the non-homomorphic questions.
    #[must_use]
    pub fn to_shuffle(&self, questions: &[Question]) -> ToShuffle<G> {
        let pairs = self.questions.iter().zip(questions);
        pairs
            .filter(|(_, question)| question.is_shuffled())
            .map(|(shape, _)| shape.atoms().into_iter().cloned().collect())
            .collect()
    }

    /// The same tally with what the last trustee left in place of what was to be shuffled: what is decrypted.
    #[must_use]
    pub fn with_shuffled(&self, questions: &[Question], shuffled: ToShuffle<G>) -> Self {
        let mut shuffled = shuffled.into_iter();
        let replace = |(shape, question): (&Shape<Ciphertext<G>>, &Question)| match question.is_shuffled() {
            true => Shape::Array(
                shuffled
                    .next()
                    .unwrap_or_default()
                    .into_iter()
                    .map(Shape::Atom)
                    .collect(),
            ),
            false => shape.clone(),
        };
        Self {
            questions: self.questions.iter().zip(questions).map(replace).collect(),
        }
    }
}
