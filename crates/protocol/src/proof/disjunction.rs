//! Proofs that one of several claims "this ciphertext encrypts that number" is true, without
//! telling which: interval membership, possibly-blank votes, lists.
//!
//! Specification, "Proofs of interval membership", "Proofs of possibly-blank votes" and, for lists,
//! "Lists questions": all of them verify a sum of challenges against a hash of the commitments
//! `A = g^response · alpha^challenge`, `B = y^response · (beta/g^value)^challenge` of every branch.

use std::ops::RangeInclusive;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::Proof;
use crate::{
    elgamal::{CandidateCiphertext, Ciphertext, Opening},
    group::{Branch, ElementError, Group},
};

/// "This ciphertext encrypts one of these values": one branch for each value.
pub struct Claim<T> {
    /// A ciphertext for the verifier, its opening for the prover.
    pub about: T,
    /// The values.
    pub values: RangeInclusive<u32>,
}

impl<T> Claim<T> {
    /// One value.
    pub const fn equals(about: T, value: u32) -> Self {
        Self {
            about,
            values: value..=value,
        }
    }
}

/// Proves that one branch of one claim is true. `None` when none is.
///
/// `hash` receives `A_0, B_0, A_1, B_1, ...`. All branches are computed alike, so that the work does not
/// depend on which one is true: with random `w` and `challenge`, `A = g^w` and
/// `B = y^w · g^((plaintext-value)·challenge)` are what the verifier recomputes from `response = w - r·challenge`.
/// In the true branch the challenge does not matter for `B`, so it can make the sum come out.
pub fn prove<G: Group, R: CryptoRng + ?Sized>(
    claims: &[Claim<&Opening<G>>],
    key: &G::Table,
    hash: impl FnOnce(&[G::Element]) -> G::Scalar,
    rng: &mut R,
) -> Option<Vec<Proof<G>>> {
    let zero = G::scalar(0);
    let mut commitments = Vec::new();
    let mut drafts = Vec::new();
    for claim in claims {
        for value in claim.values.clone() {
            let draft = Draft {
                w: Zeroizing::new(G::random_scalar(rng)),
                challenge: G::random_scalar(rng),
                opening: claim.about,
            };
            let difference = Zeroizing::new(G::sub(&claim.about.plaintext, &G::scalar(value.into())));
            let offset = G::pow_g(&Zeroizing::new(G::scalar_mul(&difference, &draft.challenge)));
            commitments.push(G::pow_g(&draft.w));
            commitments.push(G::mul(&G::pow_table(key, &draft.w), &offset));
            drafts.push((draft, *difference == zero));
        }
    }
    let sum = drafts
        .iter()
        .fold(zero, |sum, (draft, _)| G::add(&sum, &draft.challenge));
    let missing = G::sub(&hash(&commitments), &sum);
    let (truth, _) = drafts.iter_mut().find(|(_, is_true)| *is_true)?;
    truth.challenge = G::add(&truth.challenge, &missing);
    Some(drafts.into_iter().map(|(draft, _)| draft.answer()).collect())
}

/// A branch before its response.
struct Draft<'a, G: Group> {
    opening: &'a Opening<G>,
    w: Zeroizing<G::Scalar>,
    challenge: G::Scalar,
}

impl<G: Group> Draft<'_, G> {
    fn answer(self) -> Proof<G> {
        Proof::<G>::answer(&self.w, &self.opening.randomness, self.challenge)
    }
}

/// Whether the proofs, one for each branch of each claim, prove that one branch is true.
#[must_use]
pub fn vartime_verify<G: Group>(
    claims: &[Claim<&Ciphertext<G>>],
    proofs: &[Proof<G>],
    key: &G::Table,
    hash: impl FnOnce(&[G::Element]) -> G::Scalar,
) -> bool {
    let mut rest = proofs;
    let mut commitments = Vec::with_capacity(2 * proofs.len());
    for claim in claims {
        let Some((own, others)) = rest.split_at_checked(claim.values.clone().count()) else {
            return false;
        };
        rest = others;
        let (for_alpha, for_beta) = branches(own, &claim.values);
        let alphas = G::vartime_commitments(&claim.about.alpha, G::generator_table(), &for_alpha);
        let betas = G::vartime_commitments(&claim.about.beta, key, &for_beta);
        commitments.extend(alphas.into_iter().zip(betas).flat_map(<[_; 2]>::from));
    }
    rest.is_empty() && hash(&commitments) == sum_of_challenges(proofs)
}

/// Checks that a ciphertext is in the group and, sharing the work, whether the proofs prove the one claim
/// about it.
///
/// # Errors
/// [`ElementError::NotInSubgroup`].
pub fn vartime_admit<G: Group>(
    claim: &Claim<&CandidateCiphertext<G>>,
    proofs: &[Proof<G>],
    key: &G::Table,
    hash: impl FnOnce(&[G::Element]) -> G::Scalar,
) -> Result<(Ciphertext<G>, bool), ElementError> {
    let (for_alpha, for_beta) = branches(proofs, &claim.values);
    let (alpha, alphas) = G::vartime_admit(&claim.about.alpha, G::generator_table(), &for_alpha)?;
    let (beta, betas) = G::vartime_admit(&claim.about.beta, key, &for_beta)?;
    let commitments: Vec<_> = alphas.into_iter().zip(betas).flat_map(<[_; 2]>::from).collect();
    let complete = proofs.len() == claim.values.clone().count();
    let proven = complete && hash(&commitments) == sum_of_challenges(proofs);
    Ok((Ciphertext { alpha, beta }, proven))
}

/// What recomputes the commitments of alpha and of beta.
fn branches<'a, G: Group>(
    proofs: &'a [Proof<G>],
    values: &RangeInclusive<u32>,
) -> (Vec<Branch<'a, G>>, Vec<Branch<'a, G>>) {
    proofs
        .iter()
        .zip(values.clone())
        .map(|(proof, value)| (proof.branch(0), proof.branch(value)))
        .unzip()
}

fn sum_of_challenges<G: Group>(proofs: &[Proof<G>]) -> G::Scalar {
    proofs
        .iter()
        .fold(G::scalar(0), |sum, proof| G::add(&sum, &proof.challenge))
}
