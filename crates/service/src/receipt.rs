//! The receipt (*preuve de vote*): exists only after a commit, because only the commit's outcome makes one.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use isoloir_domain::ElectionId;
use isoloir_domain::ballot_box::receipt_text;
use isoloir_store::Recorded;
use serde::{Deserialize, Serialize};

use crate::VotingServer;

/// What the server promises for good: this ballot is in the box, at this event. No name, no choice, no time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    election: ElectionId,
    tracker: String,
    event: String,
    signature: String,
}

/// What somebody shows as a receipt: four texts, worth nothing before [`VotingServer::read_receipt`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownReceipt {
    election: String,
    tracker: String,
    event: String,
    signature: String,
}

impl VotingServer {
    /// The receipt that is shown, `None` when this server did not sign it. Nothing is looked up and nothing is stored.
    #[must_use]
    pub fn read_receipt(&self, shown: &ShownReceipt) -> Option<Receipt> {
        Receipt::read(shown, &self.server_key())
    }
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

    /// Reads a receipt that somebody shows; `None` unless `key` signed it, this very text of it.
    pub(crate) fn read(shown: &ShownReceipt, key: &VerifyingKey) -> Option<Self> {
        let election: ElectionId = shown.election.parse().ok()?;
        let event: [u8; 32] = hex::decode(&shown.event).ok()?.try_into().ok()?;
        let signature: [u8; 64] = hex::decode(&shown.signature).ok()?.try_into().ok()?;
        let text = receipt_text(&election, &shown.tracker, &event);
        key.verify_strict(&text, &Signature::from_bytes(&signature)).ok()?;
        Some(Self {
            election,
            tracker: shown.tracker.clone(),
            event: hex::encode(event),
            signature: hex::encode(signature),
        })
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
