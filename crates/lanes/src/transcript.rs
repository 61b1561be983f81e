//! The hashes of a ballot, once its commitments are known.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};

use crate::{
    parse::Parsed,
    plan::{Hash, Plan, Statement},
    scalar::Scalar,
    sha::Texts,
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

/// Writes what is hashed of a ballot: its text without the signature, then what every proof is about and its commitments. `sums` are those of
/// [`Plan::sums`]. Whether all is there, as it always is: all places are those of the plan.
pub fn write<'a>(
    fingerprint: &str,
    plan: &Plan,
    ballot: &Parsed<'a>,
    commitments: &Commitments,
    sums: &[Encoding],
    texts: &mut Texts<'a>,
) -> bool {
    texts.lend(ballot.body, b'}');
    let mut is_whole = true;
    for hash in &plan.hashes {
        is_whole &= write_one(fingerprint, hash, ballot, commitments, sums, texts).is_some();
        texts.end();
    }
    is_whole
}

fn write_one(
    fingerprint: &str,
    hash: &Hash,
    ballot: &Parsed<'_>,
    commitments: &Commitments,
    sums: &[Encoding],
    texts: &mut Texts<'_>,
) -> Option<()> {
    texts.extend(hash.name.as_bytes());
    texts.extend(b"|");
    if matches!(hash.statement, Statement::Signature) {
        texts.extend(ballot.signed);
    } else {
        texts.extend(fingerprint.as_bytes());
        texts.extend(b"|");
        texts.extend(ballot.credential);
    }
    if let Statement::Points(points) | Statement::PointsAndSums(points, _) = &hash.statement {
        texts.extend(b"|");
        texts.extend(listed(&ballot.texts, points.start, points.end)?);
    }
    if let Statement::PointsAndSums(_, places) = &hash.statement {
        for (place, separator) in places.iter().zip([b"|", b","]) {
            let mut digits = [0; DIGITS];
            text::write(sums.get(*place)?, &mut digits);
            texts.extend(separator);
            texts.extend(&digits);
        }
    }
    texts.extend(b"|");
    texts.extend(listed(&commitments.0, hash.commitments.start, hash.commitments.end)?);
    Some(())
}

/// How many texts [`write`] writes.
#[must_use]
pub const fn texts(plan: &Plan) -> usize {
    1 + plan.hashes.len()
}

/// Whether the signature is about this ballot, and the challenges of every proof add up to the hash of what the
/// proof is about and of its commitments: `hashes` are those of what [`write`] wrote.
#[must_use]
pub fn holds(plan: &Plan, ballot: &Parsed<'_>, hashes: &[[u8; 32]]) -> bool {
    let Some((body, hashes)) = hashes.split_first() else {
        return false;
    };
    let is_sum = |(hash, digest): (&Hash, &[u8; 32])| {
        let proofs = ballot.proofs.get(hash.proofs.clone()).unwrap_or_default().iter();
        let sum = proofs.fold(Scalar::ZERO, |sum, [challenge, _]| sum.add(challenge));
        Scalar::from_hash(digest) == sum
    };
    is_signed(ballot, body) && hashes.len() == plan.hashes.len() && plan.hashes.iter().zip(hashes).all(is_sum)
}

/// Whether the signature says the hash of the ballot without the signature.
fn is_signed(ballot: &Parsed<'_>, hash: &[u8; 32]) -> bool {
    let mut text = [0; 43];
    let written = STANDARD_NO_PAD.encode_slice(hash, &mut text);
    written == Ok(43) && text == *ballot.signed
}

/// Some texts of a list, with the commas between them.
fn listed(texts: &[u8], start: usize, end: usize) -> Option<&[u8]> {
    texts.get(start * (DIGITS + 1)..end * (DIGITS + 1) - 1)
}
