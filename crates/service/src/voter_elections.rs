//! What the booth shows: the elections in which the voter is on the roll, and whether the poll book is marked.

use isoloir_domain::{CandidateList, Consultation, Election, Phase};

use crate::{Fault, Session, VotingServer};

/// One election of a voter.
#[derive(Debug, Clone)]
pub struct VoterElection {
    /// The election.
    pub election: Election,
    /// Its consultation, with the calendar.
    pub consultation: Consultation,
    /// Candidate lists in display order.
    pub lists: Vec<CandidateList>,
    /// Where the vote stands.
    pub phase: Phase,
    /// Whether the box is set up, without which nobody can vote.
    pub ready: bool,
    /// Whether the poll book is marked: this voter has voted (*a émargé*).
    pub marked: bool,
    /// Whether this session may cast now (open, or in the grace and signed in before closing), set up and not marked.
    pub can_vote: bool,
}

impl VotingServer {
    /// The elections of the voter, by consultation and position.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn voter_elections(&self, session: &Session) -> Result<Vec<VoterElection>, Fault> {
        todo!()
    }
}
