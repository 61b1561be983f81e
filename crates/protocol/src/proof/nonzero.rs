//! Proofs that a ciphertext does not encrypt zero (specification, "Lists questions").
//!
//! The prover shows a commitment `A0 = g^(m·u)` with a random `u` other than zero, and proves to know
//! `u` and `v` with `alpha^u · g^v = 1` and `beta^u · y^v = A0`, which fixes `v = -r·u` and hence
//! `A0 = g^(m·u)`. So `A0` other than one shows `m` other than zero, and tells nothing else about it.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    elgamal::{Ciphertext, Opening},
    group::Group,
};

/// The proof, as it stands in a ballot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct NonzeroProof<G: Group> {
    commitment: G::Element,
    challenge: G::Scalar,
    response: (G::Scalar, G::Scalar),
}

impl<G: Group> NonzeroProof<G> {
    /// Proves it for the ciphertext that `opening` opens. `hash` receives `A0, A1, A2`.
    ///
    /// When the plaintext is zero, the result does not verify.
    pub fn prove<R: CryptoRng + ?Sized>(
        ciphertext: &Ciphertext<G>,
        opening: &Opening<G>,
        key: &G::Table,
        hash: impl FnOnce(&[G::Element; 3]) -> G::Scalar,
        rng: &mut R,
    ) -> Self {
        let mut random = || Zeroizing::new(G::random_scalar(rng));
        // Zero has the probability 1/q, then the proof would not verify; no secret would be lost.
        let (u, w1, w2) = (random(), random(), random());
        let commitment = G::pow_g(&Zeroizing::new(G::scalar_mul(&opening.plaintext, &u)));
        let a1 = G::mul(&G::pow(&ciphertext.alpha, &w1), &G::pow_g(&w2));
        let a2 = G::mul(&G::pow(&ciphertext.beta, &w1), &G::pow_table(key, &w2));
        let commitments = [commitment, a1, a2];
        let challenge = hash(&commitments);
        let [commitment, ..] = commitments;
        let ru = Zeroizing::new(G::scalar_mul(&opening.randomness, &u));
        let t1 = G::sub(&w1, &G::scalar_mul(&challenge, &u));
        let t2 = G::add(&w2, &G::scalar_mul(&challenge, &ru));
        Self {
            commitment,
            challenge,
            response: (t1, t2),
        }
    }

    /// Whether the proof shows that `ciphertext` does not encrypt zero. `y` is the key.
    #[must_use]
    pub fn vartime_verify(
        &self,
        ciphertext: &Ciphertext<G>,
        y: &G::Element,
        hash: impl FnOnce(&[G::Element; 3]) -> G::Scalar,
    ) -> bool {
        let (t1, t2) = &self.response;
        let a1 = G::vartime_product(&[(ciphertext.alpha.clone(), t1.clone()), (G::generator(), t2.clone())]);
        let a2 = G::vartime_product(&[
            (ciphertext.beta.clone(), t1.clone()),
            (y.clone(), t2.clone()),
            (self.commitment.clone(), self.challenge.clone()),
        ]);
        self.commitment != G::identity() && hash(&[self.commitment.clone(), a1, a2]) == self.challenge
    }
}
