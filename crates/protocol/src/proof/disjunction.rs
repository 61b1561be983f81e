//! Proofs that one of several claims "this ciphertext encrypts that number" is true, without
//! telling which: interval membership, possibly-blank votes, lists.
//!
//! Specification, "Proofs of interval membership", "Proofs of possibly-blank votes" and, for lists,
//! "Lists questions": all of them verify a sum of challenges against a hash of the commitments
//! `A = g^response · alpha^challenge`, `B = y^response · (beta/g^value)^challenge` of every branch.

use std::ops::RangeInclusive;

use rand_core::CryptoRng;
use subtle::Choice;
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
    let mut truths = Vec::new();
    let is_single = claims.iter().flat_map(|claim| claim.values.clone()).count() == 1;
    for claim in claims {
        for value in claim.values.clone() {
            let draft = Draft::new(claim.about, G::random_scalar(rng), rng);
            let difference = Zeroizing::new(G::sub(&claim.about.plaintext, &G::scalar(value.into())));
            let offset = match is_single {
                true => G::identity(),
                false => G::pow_g(&Zeroizing::new(G::scalar_mul(&difference, &draft.challenge))),
            };
            commitments.extend(draft.commitments(key, &offset));
            drafts.push(draft);
            truths.push(*difference == zero);
        }
    }
    let sum = drafts.iter().fold(zero, |sum, draft| G::add(&sum, &draft.challenge));
    let missing = G::sub(&hash(&commitments), &sum);
    let truth = truths.iter().position(|is_true| *is_true)?;
    let draft = drafts.get_mut(truth)?;
    draft.challenge = G::add(&draft.challenge, &missing);
    Some(drafts.into_iter().map(Draft::answer).collect())
}

/// Proves that plaintexts, which must be 0 or 1, are 0 or 1: as [`prove`] for each, with less work and in constant
/// time. `hash` receives the commitments of each proof.
pub fn prove_bits<'a, G: Group, R: CryptoRng + ?Sized>(
    openings: impl IntoIterator<Item = &'a Opening<G>>,
    key: &G::Table,
    hash: impl FnOnce(Vec<Vec<G::Element>>) -> Vec<G::Scalar>,
    rng: &mut R,
) -> Vec<[Proof<G>; 2]> {
    let drafts: Vec<_> = openings
        .into_iter()
        .map(|opening| BitDraft::new(opening, rng))
        .collect();
    let challenges = hash(drafts.iter().map(|draft| draft.commitments(key)).collect());
    drafts
        .into_iter()
        .zip(challenges)
        .map(|(draft, challenge)| draft.answer(&challenge))
        .collect()
}

/// The branches "it is 0" and "it is 1" before their responses. Both hold the same challenge, which stays in the
/// false one; the true one gets what is missing.
struct BitDraft<'a, G: Group> {
    zero: Draft<'a, G>,
    one: Draft<'a, G>,
}

impl<'a, G: Group> BitDraft<'a, G> {
    fn new<R: CryptoRng + ?Sized>(opening: &'a Opening<G>, rng: &mut R) -> Self {
        let challenge = G::random_scalar(rng);
        Self {
            zero: Draft::new(opening, challenge.clone(), rng),
            one: Draft::new(opening, challenge, rng),
        }
    }

    /// The offset is `g^challenge` in the branch of 0 when the plaintext is 1, `g^-challenge` in the branch of 1 when
    /// it is 0, and nothing in the true branch.
    fn commitments(&self, key: &G::Table) -> Vec<G::Element> {
        let plaintext = &self.zero.opening.plaintext;
        let is_one = Choice::from(u8::from(*plaintext == G::scalar(1)));
        let sign = Zeroizing::new(G::sub(&G::add(plaintext, plaintext), &G::scalar(1)));
        let offset = G::pow_g(&Zeroizing::new(G::scalar_mul(&sign, &self.zero.challenge)));
        let zero = self.zero.commitments(key, &G::select(&G::identity(), &offset, is_one));
        let one = self.one.commitments(key, &G::select(&offset, &G::identity(), is_one));
        [zero, one].into_iter().flatten().collect()
    }

    fn answer(mut self, sum: &G::Scalar) -> [Proof<G>; 2] {
        let missing = G::sub(sum, &G::add(&self.zero.challenge, &self.one.challenge));
        let to_one = G::scalar_mul(&self.one.opening.plaintext, &missing);
        self.zero.challenge = G::add(&self.zero.challenge, &G::sub(&missing, &to_one));
        self.one.challenge = G::add(&self.one.challenge, &to_one);
        [self.zero.answer(), self.one.answer()]
    }
}

/// A branch before its response.
struct Draft<'a, G: Group> {
    opening: &'a Opening<G>,
    w: Zeroizing<G::Scalar>,
    challenge: G::Scalar,
}

impl<'a, G: Group> Draft<'a, G> {
    fn new<R: CryptoRng + ?Sized>(opening: &'a Opening<G>, challenge: G::Scalar, rng: &mut R) -> Self {
        Self {
            opening,
            w: Zeroizing::new(G::random_scalar(rng)),
            challenge,
        }
    }

    /// `A = g^w`, `B = y^w · offset`.
    fn commitments(&self, key: &G::Table, offset: &G::Element) -> [G::Element; 2] {
        [G::pow_g(&self.w), G::mul(&G::pow_table(key, &self.w), offset)]
    }

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

/// Checks that a ciphertext is in the group and, sharing the work, prepares the verification of the one claim about it.
///
/// # Errors
/// [`ElementError::NotInSubgroup`].
pub fn vartime_admit<G: Group>(
    claim: &Claim<&CandidateCiphertext<G>>,
    proofs: &[Proof<G>],
    key: &G::Table,
) -> Result<Admitted<G>, ElementError> {
    let (for_alpha, for_beta) = branches(proofs, &claim.values);
    let (alpha, alphas) = G::vartime_admit(&claim.about.alpha, G::generator_table(), &for_alpha)?;
    let (beta, betas) = G::vartime_admit(&claim.about.beta, key, &for_beta)?;
    let is_complete = proofs.len() == claim.values.clone().count();
    Ok(Admitted {
        ciphertext: Ciphertext { alpha, beta },
        commitments: alphas.into_iter().zip(betas).flat_map(<[_; 2]>::from).collect(),
        sum: is_complete.then(|| sum_of_challenges(proofs)),
    })
}

/// A ciphertext in the group and what decides whether the claim about it is proven.
pub struct Admitted<G: Group> {
    /// The ciphertext.
    pub ciphertext: Ciphertext<G>,
    /// `A_0, B_0, A_1, B_1, ...`: what is hashed.
    pub commitments: Vec<G::Element>,
    /// What the hash must be; none when branches are missing.
    pub sum: Option<G::Scalar>,
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
