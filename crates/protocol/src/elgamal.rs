//! ElGamal encryption of small integers in the exponent (specification, "Encrypted answers").

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use subtle::Choice;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::group::Group;

/// Encryption of a small integer `m`: `(g^r, y^r·g^m)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Ciphertext<G: Group> {
    /// `g^r`.
    pub alpha: G::Element,
    /// `y^r·g^m`.
    pub beta: G::Element,
}

impl<G: Group> Ciphertext<G> {
    /// The encryption of zero without randomness: neutral for [`Ciphertext::add`].
    #[must_use]
    pub fn zero() -> Self {
        Self {
            alpha: G::identity(),
            beta: G::identity(),
        }
    }

    /// Encryption of the sum of two plaintexts.
    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        Self {
            alpha: G::mul(&self.alpha, &other.alpha),
            beta: G::mul(&self.beta, &other.beta),
        }
    }

    /// Encryption of the sum of many plaintexts.
    #[must_use]
    pub fn sum<'a>(ciphertexts: impl IntoIterator<Item = &'a Self>) -> Self {
        ciphertexts
            .into_iter()
            .fold(Self::zero(), |sum, ciphertext| sum.add(ciphertext))
    }

    /// Encryption of the plaintext times a public weight. Variable time.
    #[must_use]
    pub fn vartime_scale(&self, weight: u64) -> Self {
        if weight == 1 {
            return self.clone();
        }
        let power = |base: &G::Element| G::vartime_product(&[(base.clone(), G::scalar(weight))]);
        Self {
            alpha: power(&self.alpha),
            beta: power(&self.beta),
        }
    }

    /// Encrypts 0 or 1 under the key that `key` holds, and says how to open it.
    pub fn encrypt<R: CryptoRng + ?Sized>(key: &G::Table, bit: Choice, rng: &mut R) -> (Self, Opening<G>) {
        let randomness = G::random_scalar(rng);
        let message = G::select(&G::identity(), &G::generator(), bit);
        let beta = G::mul(&G::pow_table(key, &randomness), &message);
        let ciphertext = Self {
            alpha: G::pow_g(&randomness),
            beta,
        };
        (
            ciphertext,
            Opening {
                randomness,
                plaintext: G::scalar(bit.unwrap_u8().into()),
            },
        )
    }
}

/// A ciphertext as read: canonical texts that may not be members of the group yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct CandidateCiphertext<G: Group> {
    /// See [`Ciphertext::alpha`].
    pub alpha: G::Candidate,
    /// See [`Ciphertext::beta`].
    pub beta: G::Candidate,
}

impl<G: Group> CandidateCiphertext<G> {
    /// The texts of ciphertexts.
    #[must_use]
    pub fn of_all(ciphertexts: &[&Ciphertext<G>]) -> Vec<Self> {
        let elements: Vec<_> = ciphertexts
            .iter()
            .flat_map(|c| [c.alpha.clone(), c.beta.clone()])
            .collect();
        let mut candidates = G::candidates(&elements).into_iter();
        std::iter::from_fn(|| {
            Some(Self {
                alpha: candidates.next()?,
                beta: candidates.next()?,
            })
        })
        .collect()
    }
}

impl<G: Group> From<&Ciphertext<G>> for CandidateCiphertext<G> {
    fn from(ciphertext: &Ciphertext<G>) -> Self {
        Self {
            alpha: G::candidate(&ciphertext.alpha),
            beta: G::candidate(&ciphertext.beta),
        }
    }
}

/// What opens a ciphertext: its randomness `r` and its plaintext. Secret.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Opening<G: Group> {
    pub(crate) randomness: G::Scalar,
    pub(crate) plaintext: G::Scalar,
}

impl<G: Group> Opening<G> {
    /// Opening of the sum of the ciphertexts.
    #[must_use]
    pub fn sum<'a>(openings: impl IntoIterator<Item = &'a Self>) -> Self {
        let zero = Self {
            randomness: G::scalar(0),
            plaintext: G::scalar(0),
        };
        openings.into_iter().fold(zero, |sum, opening| Self {
            randomness: G::add(&sum.randomness, &opening.randomness),
            plaintext: G::add(&sum.plaintext, &opening.plaintext),
        })
    }
}
