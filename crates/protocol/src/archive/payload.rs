//! The small data records that events refer to, and which refer to the large ones.

use serde::{Deserialize, Serialize};

use super::digest::PayloadHash;
use crate::{json, tally::Weight};

/// What an election is set up with (payload of the event `Setup`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// Hash of the election's JSON.
    pub election: PayloadHash,
    /// Hash of the trustees' JSON.
    pub trustees: PayloadHash,
    /// Hash of the list of public credentials.
    pub credentials: PayloadHash,
    /// Hash of the credential authority's certificate (3.2 and later).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub credentials_certificate: Option<PayloadHash>,
}

impl Setup {
    /// Refers to the three documents, without certificate.
    #[must_use]
    pub fn of(election: &[u8], trustees: &[u8], credentials: &[u8]) -> Self {
        Self {
            election: PayloadHash::of(election),
            trustees: PayloadHash::of(trustees),
            credentials: PayloadHash::of(credentials),
            credentials_certificate: None,
        }
    }

    /// The record's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self)
    }

    /// The records that precede this one, in order.
    #[must_use]
    pub fn references(&self) -> Vec<PayloadHash> {
        let mut all = vec![self.election, self.trustees, self.credentials];
        all.extend(self.credentials_certificate);
        all
    }
}

/// Figures of the tally and where the encrypted tally stands (payload of `EncryptedTally`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TallyRecord {
    /// How many ballots were tallied: one per credential that voted.
    pub num_tallied: u64,
    /// Sum of their weights.
    pub total_weight: Weight,
    /// Hash of the encrypted tally.
    pub encrypted_tally: PayloadHash,
}

impl TallyRecord {
    /// The record's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self)
    }
}

/// What one trustee contributed (payload of `Shuffle` and `PartialDecryption`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owned {
    /// Number of the trustee, from 1, counted through all items of the trustees in order.
    pub owner: u32,
    /// Hash of the contribution.
    pub payload: PayloadHash,
}

impl Owned {
    /// The record's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self)
    }
}
