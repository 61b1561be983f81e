//! The receipt (*preuve de vote*) and how a voter checks it.

use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};

/// Why a receipt proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// It speaks of another election or of another ballot.
    #[error("the receipt is for another ballot or another election")]
    Foreign,
    /// Its signature is not the voting server's.
    #[error("the receipt is not signed by the voting server")]
    Signature,
    /// The server's key is not an Ed25519 key.
    #[error("the voting server's receipt key is malformed")]
    Key,
}

/// The voting server's statement that a ballot is in the box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Election id.
    pub election: String,
    /// Tracker of the ballot (*numéro de suivi*).
    pub tracker: String,
    /// Hash of the ballot's event in the chain of the box.
    pub event: String,
    /// Ed25519 signature in hexadecimal.
    pub signature: String,
}

/// Answer of `GET /api/keys`.
#[derive(Debug, Clone, Deserialize)]
pub struct ServerKeys {
    /// Key of the receipts, hexadecimal.
    pub receipt: String,
    /// Key of the registrar, hexadecimal.
    pub registrar: String,
}

impl Receipt {
    /// Checks that this receipt is for this ballot, signed with this key.
    ///
    /// # Errors
    /// Says which of the two fails.
    pub fn check(&self, keys: &ServerKeys, election: &str, tracker: &str) -> Result<(), ReceiptError> {
        if self.election != election || self.tracker != tracker {
            return Err(ReceiptError::Foreign);
        }
        let message = format!("isoloir/receipt/v1|{}|{}|{}", self.election, self.tracker, self.event);
        verify(&keys.receipt, &message, &self.signature)
    }
}

/// Verifies a hexadecimal Ed25519 signature under a hexadecimal key.
fn verify(key: &str, message: &str, signature: &str) -> Result<(), ReceiptError> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(key, &mut bytes).map_err(|_| ReceiptError::Key)?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| ReceiptError::Key)?;
    let mut bytes = [0; 64];
    hex::decode_to_slice(signature, &mut bytes).map_err(|_| ReceiptError::Signature)?;
    key.verify_strict(message.as_bytes(), &Signature::from_bytes(&bytes))
        .map_err(|_| ReceiptError::Signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    #[test]
    fn a_receipt_for_another_ballot_or_by_another_key_proves_nothing() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let keys = ServerKeys {
            receipt: hex::encode(key.verifying_key().as_bytes()),
            registrar: String::new(),
        };
        let signature = hex::encode(key.sign(b"isoloir/receipt/v1|E|T|H").to_bytes());
        let receipt = Receipt {
            election: "E".into(),
            tracker: "T".into(),
            event: "H".into(),
            signature,
        };
        assert!(receipt.check(&keys, "E", "T").is_ok());
        assert!(matches!(receipt.check(&keys, "E", "U"), Err(ReceiptError::Foreign)));
        let forged = Receipt {
            event: "I".into(),
            ..receipt
        };
        assert!(matches!(forged.check(&keys, "E", "T"), Err(ReceiptError::Signature)));
    }
}
