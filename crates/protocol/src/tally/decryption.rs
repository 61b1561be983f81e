//! Partial decryptions (déchiffrements partiels): what each trustee contributes, and its proof.

use rand_core::CryptoRng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{EncryptedTally, Shape};
use crate::{
    group::Group,
    hash::challenge,
    json::{self, JsonError},
    proof::Proof,
    trustee::{PrivateKey, schnorr::written},
};

/// `alpha^x` for every ciphertext of the tally, each with a proof that it is the trustee's `x`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct PartialDecryption<G: Group> {
    decryption_factors: Shape<G::Element>,
    decryption_proofs: Shape<Proof<G>>,
}

/// Why a partial decryption is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecryptionError {
    /// It does not have the shape of the encrypted tally.
    #[error("the partial decryption does not have the shape of the encrypted tally")]
    Shape,
    /// The proof of one factor is wrong.
    #[error("the proof of the partial decryption of ciphertext {0} is wrong")]
    Proof(usize),
    /// The factors are not those of one key, though each has a proof of the protocol: see [`super::binding`].
    #[error("the proof that binds the partial decryption to its factors is wrong")]
    Binding,
}

impl<G: Group> PartialDecryption<G> {
    /// Decrypts a trustee's part. `fingerprint` is the election's.
    pub fn create<R: CryptoRng + ?Sized>(
        key: &PrivateKey<G>,
        fingerprint: &str,
        tally: &EncryptedTally<G>,
        rng: &mut R,
    ) -> Self {
        let public_key = key.public_element();
        let g = G::generator();
        let shape = tally.shape();
        let decryption_factors = shape.map(&mut |c| G::pow(&c.alpha, key.scalar()));
        let decryption_proofs = shape.map(&mut |c| {
            let hash = |[a, b]: &[G::Element; 2]| decryption_challenge::<G>(fingerprint, &public_key, a, b);
            Proof::prove(key.scalar(), [&g, &c.alpha], hash, rng)
        });
        Self {
            decryption_factors,
            decryption_proofs,
        }
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

    /// The decryption factors in the shape of the tally.
    #[must_use]
    pub const fn factors(&self) -> &Shape<G::Element> {
        &self.decryption_factors
    }

    /// Checks every proof against the trustee's public key.
    ///
    /// # Errors
    /// [`DecryptionError`].
    pub fn verify(
        &self,
        public_key: &G::Element,
        fingerprint: &str,
        tally: &EncryptedTally<G>,
    ) -> Result<(), DecryptionError> {
        let shape = tally.shape();
        if !shape.is_like(&self.decryption_factors) || !shape.is_like(&self.decryption_proofs) {
            return Err(DecryptionError::Shape);
        }
        let g = G::generator();
        let ciphertexts = shape.atoms();
        let factors = self.decryption_factors.atoms();
        let proofs = self.decryption_proofs.atoms();
        let wrong = ciphertexts
            .par_iter()
            .zip(factors)
            .zip(proofs)
            .position_first(|((ciphertext, factor), proof)| {
                let hash = |[a, b]: &[G::Element; 2]| decryption_challenge::<G>(fingerprint, public_key, a, b);
                !proof.vartime_verify([(&g, public_key), (&ciphertext.alpha, factor)], hash)
            });
        wrong.map_or(Ok(()), |index| Err(DecryptionError::Proof(index)))
    }
}

/// `decrypt|phi|X|A,B`
fn decryption_challenge<G: Group>(
    fingerprint: &str,
    public_key: &G::Element,
    a: &G::Element,
    b: &G::Element,
) -> G::Scalar {
    let text = written::<G>(format!("decrypt|{fingerprint}|"), public_key) + "|";
    let text = written::<G>(text, a) + ",";
    challenge::<G>(&written::<G>(text, b))
}
