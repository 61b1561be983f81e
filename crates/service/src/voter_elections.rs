//! What the booth shows: the elections in which the voter is on the roll, and whether the poll book is marked.

use std::collections::HashMap;

use isoloir_domain::{CandidateList, Consultation, Election, ElectionId, Phase};

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
        let mut marks: HashMap<ElectionId, bool> = self
            .inner
            .store
            .entitlements(session.voter.id)
            .await?
            .into_iter()
            .collect();
        let mut found = Vec::with_capacity(marks.len());
        for consultation in self.consultations().await? {
            for election in self.elections(&consultation.id).await? {
                if let Some(marked) = marks.remove(&election.id) {
                    found.push(self.voter_election(session, &consultation, election, marked).await?);
                }
            }
        }
        Ok(found)
    }

    async fn voter_election(
        &self,
        session: &Session,
        consultation: &Consultation,
        election: Election,
        marked: bool,
    ) -> Result<VoterElection, Fault> {
        let state = self.inner.store.box_state(&election.id).await?;
        let ready = state.as_ref().is_some_and(|state| !state.ended);
        let open = consultation.calendar.may_cast(self.inner.clock.now(), session.created);
        Ok(VoterElection {
            lists: self.lists(&election.id).await?,
            phase: self.phase_of(&election, consultation).await?,
            ready: state.is_some(),
            marked,
            can_vote: ready && open && !marked,
            consultation: consultation.clone(),
            election,
        })
    }
}
