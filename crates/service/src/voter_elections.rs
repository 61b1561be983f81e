//! What the booth shows: the elections in which the voter is on the roll, and whether the poll book is marked.

use std::sync::Arc;

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
    pub lists: Arc<[CandidateList]>,
    /// Where the vote stands.
    pub phase: Phase,
    /// Whether the box is set up, without which nobody can vote.
    pub ready: bool,
    /// Whether the poll book is marked: this voter has voted (*a émargé*).
    pub marked: bool,
    /// Whether this session may cast now (open, or in the grace and signed in before closing), set up and not marked.
    pub can_vote: bool,
}

/// How far a voter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Elections of the voter.
    pub elections: usize,
    /// Those in which the voter has voted.
    pub cast: usize,
}

impl VotingServer {
    /// The elections of the voter, by consultation and position.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn voter_elections(&self, session: &Session) -> Result<Vec<VoterElection>, Fault> {
        let own = self.inner.store.elections_of(session.voter.id).await?;
        let mut found = Vec::with_capacity(own.len());
        let mut consultation: Option<Consultation> = None;
        for (election, marked) in own {
            let known = consultation.take().filter(|known| known.id == election.consultation);
            let known = match known {
                Some(known) => known,
                None => self
                    .inner
                    .store
                    .consultation(&election.consultation)
                    .await?
                    .ok_or(Fault::Damaged("a consultation"))?,
            };
            found.push(self.voter_election(session, &known, election, marked).await?);
            consultation = Some(known);
        }
        Ok(found)
    }

    /// How many elections the voter has, and in how many of them the poll book is marked.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn voter_progress(&self, session: &Session) -> Result<Progress, Fault> {
        let own = self.inner.store.elections_of(session.voter.id).await?;
        Ok(Progress {
            elections: own.len(),
            cast: own.iter().filter(|(_, marked)| *marked).count(),
        })
    }

    async fn voter_election(
        &self,
        session: &Session,
        consultation: &Consultation,
        election: Election,
        marked: bool,
    ) -> Result<VoterElection, Fault> {
        let state = self.inner.store.box_state(&election.id).await?;
        let consultation = &self.with_course(&election.id, consultation.clone()).await?;
        let suspended = self.is_suspended(&election.id).await?;
        let ready = state.as_ref().is_some_and(|state| !state.ended);
        let open = consultation.calendar.may_cast(self.inner.clock.now(), session.created);
        let lists = match self.open_box(&election.id).await? {
            Some(open) => Arc::clone(&open.lists),
            None => Arc::from(self.lists(&election.id).await?),
        };
        Ok(VoterElection {
            lists,
            phase: self.phase_of(&election, consultation).await?,
            ready: state.is_some(),
            marked,
            can_vote: ready && open && !marked && !suspended,
            consultation: consultation.clone(),
            election,
        })
    }
}
