//! The receipt (*preuve de vote*): exists only after a commit, because only the commit's outcome makes one.

use ed25519_dalek::{Signer as _, SigningKey};
use isoloir_domain::ElectionId;
use isoloir_domain::ballot_box::receipt_text;
use isoloir_store::Recorded;
use serde::Serialize;

/// What the server promises for good: this ballot is in the box, at this event. No name, no choice, no time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    election: ElectionId,
    tracker: String,
    event: String,
    signature: String,
}

impl Receipt {
    /// Signs what a commit recorded. Ed25519 is deterministic: an identical retry gets the identical receipt.
    pub(crate) fn sign(recorded: &Recorded, key: &SigningKey) -> Self {
        let text = receipt_text(recorded.election(), recorded.tracker(), recorded.event());
        Self {
            election: recorded.election().clone(),
            tracker: recorded.tracker().to_owned(),
            event: hex::encode(recorded.event()),
            signature: hex::encode(key.sign(&text).to_bytes()),
        }
    }

    /// The election.
    #[must_use]
    pub fn election(&self) -> &ElectionId {
        &self.election
    }

    /// The tracker (*numéro de suivi*).
    #[must_use]
    pub fn tracker(&self) -> &str {
        &self.tracker
    }

    /// Hash of the ballot's event in the box, in hexadecimal.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.event
    }

    /// Ed25519 signature, in hexadecimal.
    #[must_use]
    pub fn signature(&self) -> &str {
        &self.signature
    }
}
