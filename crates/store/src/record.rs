//! Ballots into the box, marks into the poll book, in one transaction.

use isoloir_domain::ElectionId;

/// A ballot that is in the box for good. Only a commit, or a read of what a commit left, makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    election: ElectionId,
    tracker: String,
    event: [u8; 32],
}

impl Recorded {
    /// The election.
    #[must_use]
    pub fn election(&self) -> &ElectionId {
        &self.election
    }

    /// The ballot's tracker.
    #[must_use]
    pub fn tracker(&self) -> &str {
        &self.tracker
    }

    /// Hash of the ballot's event.
    #[must_use]
    pub fn event(&self) -> &[u8; 32] {
        &self.event
    }
}
