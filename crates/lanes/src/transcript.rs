//! The hashes of a ballot, once its commitments are known.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::{
    parse::Parsed,
    plan::{Hash, Plan, Statement},
    scalar::Scalar,
    text::{self, DIGITS, Encoding},
};

/// The texts of the commitments of one ballot, with commas between them.
pub struct Commitments(Vec<u8>);

impl Commitments {
    /// Room for so many.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self(vec![b','; count * (DIGITS + 1)])
    }

    /// Writes one.
    pub fn set(&mut self, at: usize, encoding: &Encoding) {
        let start = at * (DIGITS + 1);
        if let Some(out) = self.0.get_mut(start..).and_then(|rest| rest.first_chunk_mut()) {
            text::write(encoding, out);
        }
    }
}

/// Whether the signature is about this ballot, and the challenges of every proof add up to the hash of what the
/// proof is about and of its commitments. `sums` are those of [`Plan::sums`].
#[must_use]
pub fn holds(
    fingerprint: &str,
    plan: &Plan,
    ballot: &Parsed<'_>,
    commitments: &Commitments,
    sums: &[Encoding],
) -> bool {
    is_signed(ballot)
        && plan
            .hashes
            .iter()
            .all(|hash| is_hash(fingerprint, hash, ballot, commitments, sums) == Some(true))
}

/// Whether the signature says the hash of the ballot without the signature.
fn is_signed(ballot: &Parsed<'_>) -> bool {
    let digest = Sha256::new().chain_update(ballot.body).chain_update(b"}").finalize();
    let mut text = [0; 43];
    let written = STANDARD_NO_PAD.encode_slice(digest, &mut text);
    written == Ok(43) && text == *ballot.signed
}

/// `None` never happens: all places are those of the plan.
fn is_hash(
    fingerprint: &str,
    hash: &Hash,
    ballot: &Parsed<'_>,
    commitments: &Commitments,
    sums: &[Encoding],
) -> Option<bool> {
    let mut text = Sha256::new().chain_update(hash.name).chain_update(b"|");
    if matches!(hash.statement, Statement::Signature) {
        text.update(ballot.signed);
    } else {
        text.update(fingerprint);
        text.update(b"|");
        text.update(ballot.credential);
    }
    if let Statement::Points(points) | Statement::PointsAndSums(points, _) = &hash.statement {
        text.update(b"|");
        text.update(listed(&ballot.texts, points.start, points.end)?);
    }
    if let Statement::PointsAndSums(_, places) = &hash.statement {
        for (place, separator) in places.iter().zip([b"|", b","]) {
            let mut digits = [0; DIGITS];
            text::write(sums.get(*place)?, &mut digits);
            text.update(separator);
            text.update(digits);
        }
    }
    text.update(b"|");
    text.update(listed(&commitments.0, hash.commitments.start, hash.commitments.end)?);
    let sum = ballot.proofs.get(hash.proofs.clone())?.iter();
    let sum = sum.fold(Scalar::ZERO, |sum, [challenge, _]| sum.add(challenge));
    Some(Scalar::from_hash(&text.finalize().into()) == sum)
}

/// Some texts of a list, with the commas between them.
fn listed(texts: &[u8], start: usize, end: usize) -> Option<&[u8]> {
    texts.get(start * (DIGITS + 1)..end * (DIGITS + 1) - 1)
}
