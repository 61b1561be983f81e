//! For the board: poll book against box, and the chains against themselves.

use isoloir_domain::ElectionId;

use crate::ballot_box::BoxError;
use crate::{Fault, VotingServer};

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
        let store = &self.inner.store;
        self.open_box(election).await?.ok_or(BoxError::UnknownElection)?;
        let chain_holds = store.chain_holds(election).await.map_err(Fault::from)?;
        let journal_holds = store.journal_holds().await.map_err(Fault::from)?;
        let roll = store.roll_counts(election).await.map_err(Fault::from)?;
        Ok(BoardCounts {
            registered: roll.registered,
            marked: roll.marked,
            ballots: roll.ballots,
            marked_off_roll: roll.marked_off_roll,
            chain_holds,
            journal_holds,
        })
    }
}
