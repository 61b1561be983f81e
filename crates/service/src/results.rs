//! The results: counts, blanks, turnout, seats.

use isoloir_domain::{CandidateList, Consultation, Election, ElectionId};

use crate::{Fault, VotingServer};

/// Results (*résultats*) of one election.
#[derive(Debug, Clone)]
pub struct Results {
    /// The election.
    pub election: Election,
    /// Its consultation.
    pub consultation: Consultation,
    /// On the roll (*inscrits*).
    pub registered: u64,
    /// Ballots in the box (*votants*); equal to the marks in the poll book.
    pub voters: u64,
    /// Blank ballots (*votes blancs*).
    pub blank: u64,
    /// Votes for lists (*suffrages exprimés*).
    pub expressed: u64,
    /// Each list with its votes (*voix*) and seats (*sièges*), in display order.
    pub lists: Vec<ListResult>,
}

/// Result of one list.
#[derive(Debug, Clone)]
pub struct ListResult {
    /// The list.
    pub list: CandidateList,
    /// Votes.
    pub votes: u64,
    /// Seats, `None` while a tie must be decided first.
    pub seats: Option<u32>,
}

impl Results {
    /// Turnout (*taux de participation*) in hundredths of a percent, rounded half up: 6941 for 69.41 %.
    #[must_use]
    pub fn turnout_hundredths(&self) -> u64 {
        if self.registered == 0 {
            return 0;
        }
        (self.voters.saturating_mul(20_000) / self.registered).saturating_add(1) / 2
    }
}

impl VotingServer {
    /// The results, `None` until the count is finished.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn results(&self, election: &ElectionId) -> Result<Option<Results>, Fault> {
        todo!()
    }
}
