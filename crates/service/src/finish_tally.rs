//! Combines the partial decryptions into the result, once the quorum is there.

use isoloir_domain::ElectionId;
use isoloir_domain::journal::{Event, Subject};
use isoloir_protocol::archive::{EventHash, EventKind};
use isoloir_protocol::tally::Weight;
use isoloir_store::ballot_box::NewRecord;

use crate::count;
use crate::record_partial_decryption::tally_of;
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
        let open = self
            .open_box(election)
            .await?
            .ok_or(FinishTallyError::UnknownElection)?;
        let setup = self.inner.store.box_setup(election).await.map_err(Fault::from)?;
        let trustees = setup.ok_or(FinishTallyError::UnknownElection)?.trustees;
        let records = self.inner.store.records(election).await.map_err(Fault::from)?;
        if records.iter().any(|record| record.kind == EventKind::Result) {
            return Ok(());
        }
        let tally = tally_of(&records).ok_or(FinishTallyError::NotFrozen)?.to_vec();
        let total = Weight::new(self.inner.store.ballot_count(election).await.map_err(Fault::from)?);
        let decryptions: Vec<(u32, Vec<u8>)> = records
            .into_iter()
            .filter(|record| record.kind == EventKind::PartialDecryption)
            .filter_map(|record| Some((record.owner, record.data?)))
            .collect();
        let group = open.election.group();
        let result = self
            .compute(move || count::combine(group, &trustees, &tally, &decryptions, total))
            .await?;
        let result = result.map_err(|error| FinishTallyError::Combine(error.to_string()))?;
        let record = NewRecord {
            kind: EventKind::Result,
            owner: 0,
            payload: Some(result),
            data: None,
        };
        let subject = Subject::Election(election.clone());
        let entry = |head: &EventHash| self.entry(subject, Event::TallyFinished { head: head.to_string() });
        self.inner
            .store
            .append_record(election, &record, entry)
            .await
            .map_err(Fault::from)?;
        Ok(())
    }
}
