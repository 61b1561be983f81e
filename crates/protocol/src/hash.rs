//! SHA-256 in the three forms the protocol uses: challenges, compact base64, hexadecimal names.
//!
//! All challenge texts of crypto v1 go through [`challenge`]; a later version of the protocol
//! replaces this file.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::group::Group;

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 in unpadded standard base64, 43 characters: fingerprints, trackers, what a ballot's signature signs.
#[must_use]
pub fn sha256_base64(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(sha256(bytes))
}

/// SHA-256 in lower-case hexadecimal: the names of an archive's records.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(sha256(bytes))
}

/// The hash of a proof's text as an integer modulo `q` (specification, `H` of each proof).
#[must_use]
pub fn challenge<G: Group>(text: &str) -> G::Scalar {
    G::scalar_from_hash(&sha256(text.as_bytes()))
}

/// The challenge for `name|statement|A,B,...`: the form of every proof's text in crypto v1.
#[must_use]
pub fn challenge_of<G: Group>(name: &str, statement: &str, commitments: &[G::Element]) -> G::Scalar {
    let mut text = format!("{name}|{statement}|");
    G::write_list(commitments, &mut text);
    challenge::<G>(&text)
}

/// As [`challenge_of`] for several proofs of one name; encoding all their commitments at once is cheaper.
#[must_use]
pub fn challenges_of<G: Group>(name: &str, proofs: &[(String, Vec<G::Element>)]) -> Vec<G::Scalar> {
    let commitments: Vec<_> = proofs
        .iter()
        .flat_map(|(_, commitments)| commitments.iter().cloned())
        .collect();
    let mut list = String::new();
    G::write_list(&commitments, &mut list);
    let mut texts = list.split(',');
    let challenges = proofs.iter().map(|(statement, commitments)| {
        let own: Vec<_> = texts.by_ref().take(commitments.len()).collect();
        challenge::<G>(&format!("{name}|{statement}|{}", own.join(",")))
    });
    challenges.collect()
}
