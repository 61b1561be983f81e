//! Combines the partial decryptions into the result, once the quorum is there.

use isoloir_domain::ElectionId;

use crate::{Fault, VotingServer};

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum FinishTallyError {
    /// No such election, or its box is not set up.
    #[error("there is no such box")]
    UnknownElection,
    /// The encrypted tally is not in the box yet.
    #[error("the box is not frozen yet")]
    NotFrozen,
    /// Partial decryptions are missing, or do not combine.
    #[error("the result cannot be computed: {0}")]
    Combine(String),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// Computes the result and appends it to the box; when it is there already, nothing changes.
    ///
    /// # Errors
    /// [`FinishTallyError`].
    pub async fn finish_tally(&self, election: &ElectionId) -> Result<(), FinishTallyError> {
        todo!()
    }
}
