//! For the board: poll book against box, and the chains against themselves.

use isoloir_domain::ElectionId;

use crate::VotingServer;
use crate::ballot_box::BoxError;

/// What the board may see at any time (R. 211-542), and what it may demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardCounts {
    /// On the roll.
    pub registered: u64,
    /// Marks in the poll book.
    pub marked: u64,
    /// Ballots in the box.
    pub ballots: u64,
    /// Marks of voters who are not on the roll: always 0.
    pub marked_off_roll: u64,
    /// Whether every event follows from the one before, down to the head.
    pub chain_holds: bool,
    /// Whether the journal's chain holds.
    pub journal_holds: bool,
}

impl BoardCounts {
    /// Whether everything agrees.
    #[must_use]
    pub fn agree(&self) -> bool {
        self.marked == self.ballots && self.marked_off_roll == 0 && self.chain_holds && self.journal_holds
    }
}

impl VotingServer {
    /// Counts and checks one election. Reads the whole box.
    ///
    /// # Errors
    /// [`BoxError::UnknownElection`], [`BoxError::Fault`].
    pub async fn board_counts(&self, election: &ElectionId) -> Result<BoardCounts, BoxError> {
        todo!()
    }
}
