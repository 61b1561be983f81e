//! Events (événements): the links of the hash chain.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::digest::{EventHash, PayloadHash};
use crate::json;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// The election is set up; payload: [`super::Setup`].
    Setup,
    /// A ballot was accepted; payload: the ballot.
    Ballot,
    /// The ballot box is closed (urne scellée); no payload.
    EndBallots,
    /// The encrypted tally was computed; payload: [`super::TallyRecord`].
    EncryptedTally,
    /// A trustee mixed the ciphertexts; payload: [`super::Owned`].
    Shuffle,
    /// Mixing is over; no payload.
    EndShuffles,
    /// A trustee decrypted its part; payload: [`super::Owned`].
    PartialDecryption,
    /// The result; payload: the result.
    Result,
}

impl EventKind {
    /// Whether such an event carries a payload.
    #[must_use]
    pub const fn has_payload(self) -> bool {
        !matches!(self, Self::EndBallots | Self::EndShuffles)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// One event as the archive writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Hash of the previous event; absent in the first.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parent: Option<EventHash>,
    /// Number of events before this one.
    pub height: u64,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// What it refers to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub payload: Option<PayloadHash>,
}

/// The bytes of an event and their hash, which is the new head of the chain.
#[must_use]
pub fn event(
    parent: Option<EventHash>,
    height: u64,
    kind: EventKind,
    payload: Option<PayloadHash>,
) -> (Vec<u8>, EventHash) {
    let bytes = json::to_bytes(&Event {
        parent,
        height,
        kind,
        payload,
    });
    let hash = EventHash::of(&bytes);
    (bytes, hash)
}
