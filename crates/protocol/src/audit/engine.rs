//! Quicker engines, which another crate may lend to an audit.
//!
//! An engine only ever accepts. What it does not accept, and a sum that does not come out, is decided by the direct
//! verification of this crate, which defines the verdict: only it refuses. So a fault of an engine can cost time, and
//! could wrongly accept, but can refuse nothing.

use crate::{archive::PayloadHash, election::ElectionParams};

/// Lends an engine to an audit.
pub trait Accelerator: Sync {
    /// An engine for this election, whose text has this fingerprint; `None` when it has none for such elections.
    fn engine(&self, election: &ElectionParams, fingerprint: &str) -> Option<Box<dyn Engine>>;
}

/// Lends nothing: everything is verified directly.
pub struct Direct;

impl Accelerator for Direct {
    fn engine(&self, _: &ElectionParams, _: &str) -> Option<Box<dyn Engine>> {
        None
    }
}

/// Accepts credentials and ballots of one election.
pub trait Engine: Send + Sync {
    /// Which of the texts are certainly canonical texts of members of the group, other than the neutral one.
    fn admits(&self, credentials: &[&str]) -> Vec<bool>;

    /// So many ballots after the first so many will be asked about next: what there is to read of them may be read now, while others are
    /// verified.
    fn expect(&self, first: u64, count: usize) {
        let _ = (first, count);
    }

    /// Which of the ballots are certainly what [`crate::ballot::Ballot::parse`] reads and whose every proof
    /// [`crate::ballot::Ballot::verify`] finds right. One answer for each.
    fn accept(&self, ballots: &[Cast<'_>]) -> Vec<Option<Accepted>>;

    /// The sum of the ciphertexts of ballots that it accepted, each times its weight: the texts of alpha and beta of
    /// each ciphertext, in the order of the ballot.
    fn sum(&self, ballots: &[(&Accepted, i128)]) -> Vec<[String; 2]>;
}

/// A ballot of the archive.
#[derive(Debug, Clone, Copy)]
pub struct Cast<'a> {
    /// How many ballots stand before it in the archive.
    pub ordinal: u64,
    /// SHA-256 of its text.
    pub hash: PayloadHash,
    /// Its text.
    pub bytes: &'a [u8],
}

/// A ballot that an engine accepted.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The text of the credential with which it is signed.
    pub credential: String,
    /// Its ciphertexts, in a form that only the engine knows.
    pub ciphertexts: Box<[[u64; 8]]>,
}
