//! Takes a trustee's partial decryption: verified, with the culprit named when it is wrong, then appended to the box.

use isoloir_domain::ElectionId;

use crate::{Fault, VotingServer};

/// Why the partial decryption is not in the box.
#[derive(Debug, thiserror::Error)]
pub enum PartialDecryptionError {
    /// No such election, or its box is not set up.
    #[error("there is no such box")]
    UnknownElection,
    /// The encrypted tally is not in the box yet.
    #[error("the box is not frozen yet")]
    NotFrozen,
    /// The result is in the box.
    #[error("the count is finished")]
    Finished,
    /// No trustee has this number.
    #[error("there is no trustee {0}")]
    UnknownTrustee(u32),
    /// This trustee's is in the box.
    #[error("the partial decryption of trustee {0} is recorded already")]
    Already(u32),
    /// Malformed, or a proof is wrong.
    #[error("the partial decryption of trustee {trustee} is refused: {reason}")]
    Refused {
        /// The culprit, from 1.
        trustee: u32,
        /// What is wrong.
        reason: String,
    },
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// The encrypted tally, for trustees to decrypt.
    ///
    /// # Errors
    /// [`PartialDecryptionError::UnknownElection`], [`PartialDecryptionError::NotFrozen`], [`PartialDecryptionError::Fault`].
    pub async fn encrypted_tally(&self, election: &ElectionId) -> Result<Vec<u8>, PartialDecryptionError> {
        todo!()
    }

    /// The trustees of the election, as set up (canonical JSON).
    ///
    /// # Errors
    /// [`PartialDecryptionError::UnknownElection`], [`PartialDecryptionError::Fault`].
    pub async fn trustees(&self, election: &ElectionId) -> Result<Vec<u8>, PartialDecryptionError> {
        todo!()
    }

    /// Verifies and appends the partial decryption of `trustee` (from 1, counting the members of all items in order).
    ///
    /// # Errors
    /// [`PartialDecryptionError`].
    pub async fn record_partial_decryption(
        &self,
        election: &ElectionId,
        trustee: u32,
        bytes: &[u8],
    ) -> Result<(), PartialDecryptionError> {
        todo!()
    }
}
