//! The small public key infrastructure of threshold trustees: everything is derived from one seed.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::schnorr;
use crate::{group::Group, proof::Proof};

/// Digits of base 58.
const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const SEED_LENGTH: usize = 22;

/// Secret seed of a threshold trustee: 22 characters of base 58, from which its keys are derived.
pub struct Seed(Zeroizing<String>);

/// Not 22 characters of base 58.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a trustee's seed is 22 characters of base 58")]
pub struct SeedError;

impl Seed {
    /// Picks one (128 bits of entropy).
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(SEED_LENGTH));
        let mut byte = [0];
        while text.len() < SEED_LENGTH {
            rng.fill_bytes(&mut byte);
            // Values of 58 and more are drawn again, so that digits are uniform.
            let digit = ALPHABET.get(usize::from(byte.first().copied().unwrap_or(u8::MAX) & 63));
            text.extend(digit.map(|d| char::from(*d)));
        }
        Self(text)
    }

    /// Reads what was written down.
    ///
    /// # Errors
    /// [`SeedError`].
    pub fn parse(text: &str) -> Result<Self, SeedError> {
        if text.len() == SEED_LENGTH && text.bytes().all(|b| ALPHABET.contains(&b)) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(SeedError)
        }
    }

    /// What the trustee writes down.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Derives the trustee's keys.
    #[must_use]
    pub fn keys<G: Group>(&self) -> Keys<G> {
        let derive = |prefix: &str| {
            let text = Zeroizing::new(format!("{prefix}{}", self.expose()));
            let digest: Zeroizing<[u8; 32]> = Zeroizing::new(Sha256::digest(text.as_bytes()).into());
            Zeroizing::new(G::scalar_from_hash(&digest))
        };
        Keys {
            signing: derive("sk|"),
            decryption: derive("dk|"),
        }
    }
}

/// Private keys for the exchange between trustees; not those that decrypt the tally.
pub struct Keys<G: Group> {
    signing: Zeroizing<G::Scalar>,
    decryption: Zeroizing<G::Scalar>,
}

impl<G: Group> Keys<G> {
    /// Public key under which the trustee's signatures verify.
    #[must_use]
    pub fn verification(&self) -> G::Element {
        G::pow_g(&self.signing)
    }

    /// Public key to which messages for the trustee are encrypted.
    #[must_use]
    pub fn encryption(&self) -> G::Element {
        G::pow_g(&self.decryption)
    }

    pub(super) fn decryption(&self) -> &G::Scalar {
        &self.decryption
    }

    /// Signs a message. What is signed for one purpose must not read as a message of another: each begins in its own way.
    pub fn sign<R: CryptoRng + ?Sized>(&self, message: String, rng: &mut R) -> Signed<G> {
        let signature = self.signature(&message, rng);
        Signed { message, signature }
    }

    pub(super) fn signature<R: CryptoRng + ?Sized>(&self, message: &str, rng: &mut R) -> Proof<G> {
        schnorr::sign::<G, R>(&self.signing, message, rng)
    }
}

/// A message with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Signed<G: Group> {
    /// The message, itself JSON.
    pub message: String,
    /// Its signature.
    pub signature: Proof<G>,
}

impl<G: Group> Signed<G> {
    /// Whether it was signed by the owner of this key.
    #[must_use]
    pub fn is_by(&self, verification_key: &G::Element) -> bool {
        schnorr::is_signed(verification_key, &self.message, &self.signature)
    }
}
