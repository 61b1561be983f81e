//! Zero-knowledge proofs, made non-interactive by hashing a text.
//!
//! In crypto v1 a proof of the knowledge of `x` with `X = g^x` is `(challenge, response)` with
//! `response = w - x·challenge`; a verifier recomputes the commitment `A = g^response · X^challenge`
//! and compares the challenge with the hash of the text that contains `A`.

pub mod disjunction;
pub mod nonzero;
pub mod shuffle;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::group::Group;

/// One Schnorr proof, or one branch of a disjunction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Proof<G: Group> {
    /// Hash, or share of a hash.
    pub challenge: G::Scalar,
    /// `w - secret·challenge`.
    pub response: G::Scalar,
}

impl<G: Group> Proof<G> {
    /// Proves that the prover knows `secret`, for every base at once: the commitments given to `hash` are
    /// `base^w` (specification, "Trustee keys", "Signatures"; "Tally" with two bases).
    pub fn prove<R, const BASES: usize>(
        secret: &G::Scalar,
        bases: [&G::Element; BASES],
        hash: impl FnOnce(&[G::Element; BASES]) -> G::Scalar,
        rng: &mut R,
    ) -> Self
    where
        R: CryptoRng + ?Sized,
    {
        let w = Zeroizing::new(G::random_scalar(rng));
        let challenge = hash(&bases.map(|base| G::pow(base, &w)));
        Self::answer(&w, secret, challenge)
    }

    /// Proves that the prover knows `secret` with `X = g^secret`.
    pub fn prove_g<R>(secret: &G::Scalar, hash: impl FnOnce(&G::Element) -> G::Scalar, rng: &mut R) -> Self
    where
        R: CryptoRng + ?Sized,
    {
        let w = Zeroizing::new(G::random_scalar(rng));
        let challenge = hash(&G::pow_g(&w));
        Self::answer(&w, secret, challenge)
    }

    /// Whether the challenge is the hash of the commitments `base^response · power^challenge`.
    #[must_use]
    pub fn vartime_verify<const BASES: usize>(
        &self,
        bases: [(&G::Element, &G::Element); BASES],
        hash: impl FnOnce(&[G::Element; BASES]) -> G::Scalar,
    ) -> bool {
        let commitments = bases.map(|(base, power)| {
            G::vartime_product(&[
                (base.clone(), self.response.clone()),
                (power.clone(), self.challenge.clone()),
            ])
        });
        hash(&commitments) == self.challenge
    }

    /// Whether the proof shows knowledge of `x` with `public = g^x`.
    #[must_use]
    pub fn vartime_verify_g(&self, public: &G::Element, hash: impl FnOnce(&G::Element) -> G::Scalar) -> bool {
        let commitments = G::vartime_commitments(public, G::generator_table(), &[self.branch(0)]);
        commitments
            .first()
            .is_some_and(|commitment| hash(commitment) == self.challenge)
    }

    pub(crate) fn answer(w: &G::Scalar, secret: &G::Scalar, challenge: G::Scalar) -> Self {
        let response = G::sub(w, &G::scalar_mul(secret, &challenge));
        Self { challenge, response }
    }

    pub(crate) fn branch(&self, shift: u32) -> crate::group::Branch<'_, G> {
        crate::group::Branch {
            response: &self.response,
            challenge: &self.challenge,
            shift,
        }
    }
}
