//! The ballot box as others see it: its head, and what the server signs about it.
//!
//! Texts are signed with Ed25519 under distinct prefixes, so that a signature made for one purpose
//! never serves another.

use serde::{Deserialize, Serialize};

use crate::ids::ElectionId;

/// Head of a ballot box (*urne*): hash of its latest event, which fixes everything before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxHead {
    /// The election.
    pub election: ElectionId,
    /// SHA-256 of the latest event.
    pub event: [u8; 32],
    /// Height of the latest event; the setup is 0. Tells how many have voted: not for everyone while the vote is open.
    pub height: u64,
}

/// Signed head (*tête signée de l'urne*): what the server said the box was, for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// The election.
    pub election: ElectionId,
    /// SHA-256 of the latest event, 64 hexadecimal digits.
    pub event: String,
    /// Ed25519 over [`head_text`], 128 hexadecimal digits.
    pub signature: String,
}

/// What a receipt (*preuve de vote*) signs.
#[must_use]
pub fn receipt_text(election: &ElectionId, tracker: &str, event: &[u8; 32]) -> Vec<u8> {
    format!("isoloir/receipt/v1|{election}|{tracker}|{}", hex::encode(event)).into_bytes()
}

/// What a signed head signs.
#[must_use]
pub fn head_text(election: &ElectionId, event: &[u8; 32]) -> Vec<u8> {
    format!("isoloir/head/v1|{election}|{}", hex::encode(event)).into_bytes()
}
