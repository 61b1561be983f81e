//! Freezes the box after the grace (R. 211-572): `EndBallots`, then the encrypted tally. Doing it again changes nothing.

use isoloir_domain::ElectionId;

use crate::{Fault, VotingServer};

/// Why the box is not frozen.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// No such election, or its box is not set up.
    #[error("there is no such box")]
    UnknownElection,
    /// Somebody may still vote.
    #[error("the polls are not closed yet")]
    NotYet,
    /// The tally could not be computed from the stored ballots.
    #[error("the tally could not be computed: {0}")]
    Tally(String),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// Freezes one box and appends the encrypted tally. Idempotent, and resumes where a crash left it.
    ///
    /// # Errors
    /// [`CloseError`].
    pub async fn close_polls(&self, election: &ElectionId) -> Result<(), CloseError> {
        todo!()
    }

    /// Freezes every box whose grace is over; returns those frozen by this call. For the periodic worker.
    ///
    /// # Errors
    /// [`CloseError`].
    pub async fn close_due_polls(&self) -> Result<Vec<ElectionId>, CloseError> {
        todo!()
    }
}
