//! Consultations, elections, lists, rolls and phases, to read.

use isoloir_domain::{
    CandidateList, Consultation, ConsultationId, Election, ElectionId, ElectoralRoll, Phase, PollBook,
};

use crate::{Fault, VotingServer};

impl VotingServer {
    /// All consultations, by opening.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn consultations(&self) -> Result<Vec<Consultation>, Fault> {
        todo!()
    }

    /// One consultation.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn consultation(&self, id: &ConsultationId) -> Result<Option<Consultation>, Fault> {
        todo!()
    }

    /// The elections of a consultation, in display order.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn elections(&self, consultation: &ConsultationId) -> Result<Vec<Election>, Fault> {
        todo!()
    }

    /// One election and its consultation.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn election(&self, id: &ElectionId) -> Result<Option<(Election, Consultation)>, Fault> {
        todo!()
    }

    /// Candidate lists in display order.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn lists(&self, election: &ElectionId) -> Result<Vec<CandidateList>, Fault> {
        todo!()
    }

    /// The roll, for the registrar's generation of credentials and for the board. Not public.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn electoral_roll(&self, election: &ElectionId) -> Result<ElectoralRoll, Fault> {
        todo!()
    }

    /// The poll book, for board members only (R. 211-542, R. 211-570).
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn poll_book(&self, election: &ElectionId) -> Result<PollBook, Fault> {
        todo!()
    }

    /// Where the vote stands, `None` for an unknown election.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn phase(&self, election: &ElectionId) -> Result<Option<Phase>, Fault> {
        todo!()
    }
}
