//! Combines the partial decryptions into the result, once the quorum is there; the result enters the box only with an archive that verifies.

use isoloir_domain::ElectionId;
use isoloir_domain::journal::{Event, Subject};
use isoloir_protocol::archive::{EventHash, EventKind};
use isoloir_protocol::tally::Weight;
use isoloir_store::ballot_box::NewRecord;

use crate::count;
use crate::record_partial_decryption::tally_of;
use crate::verify_archive::{Verification, VerifyError};
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
    /// The archive does not pass its audit with this result, which stays out of the box.
    #[error("the archive does not verify: {0}")]
    NotVerified(String),
    /// The archive to audit could not be written, or read again.
    #[error("the archive to audit cannot be written: {0}")]
    Disk(std::io::Error),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// Computes the result, audits the archive with it, and only then appends it to the box; when it is there already, nothing changes.
    ///
    /// # Errors
    /// [`FinishTallyError`].
    pub async fn finish_tally(&self, election: &ElectionId) -> Result<(), FinishTallyError> {
        let _alone = self.inner.counting.lock().await;
        loop {
            if self.inner.store.has_result(election).await.map_err(Fault::from)? {
                return Ok(());
            }
            let record = NewRecord {
                kind: EventKind::Result,
                owner: 0,
                payload: Some(self.combine(election).await?),
                data: None,
            };
            let verified = self.audited(election, &record).await?;
            let archive = Some(hex::encode(verified.archive));
            let subject = Subject::Election(election.clone());
            let entry = |head: &EventHash| {
                let head = head.to_string();
                self.entry(subject, Event::TallyFinished { head, archive })
            };
            let appended = self.inner.store.append_verified(election, &record, &verified, entry);
            // Otherwise a decryption came in between: the archive is another one, and is audited again.
            if appended.await.map_err(Fault::from)? {
                return Ok(());
            }
        }
    }

    /// The audit of the archive with this result at its end; a refusal goes to the journal.
    async fn audited(&self, election: &ElectionId, record: &NewRecord) -> Result<Verification, FinishTallyError> {
        match self.verify_with(election, record).await {
            Ok(verified) => Ok(verified),
            Err(VerifyError::Fault(fault)) => Err(fault.into()),
            Err(VerifyError::Disk(error)) => Err(FinishTallyError::Disk(error)),
            Err(VerifyError::Invalid(finding)) => self.refuse_archive(election, finding).await,
        }
    }

    async fn refuse_archive<T>(&self, election: &ElectionId, finding: String) -> Result<T, FinishTallyError> {
        tracing::error!(%election, finding, "the archive does not verify: nothing is proclaimed");
        let what = Event::ArchiveRefused {
            finding: finding.clone(),
        };
        let entry = self.entry(Subject::Election(election.clone()), what);
        self.inner.store.append_journal(&entry).await.map_err(Fault::from)?;
        Err(FinishTallyError::NotVerified(finding))
    }

    /// The result that the partial decryptions of the box give.
    async fn combine(&self, election: &ElectionId) -> Result<Vec<u8>, FinishTallyError> {
        let open = self
            .open_box(election)
            .await?
            .ok_or(FinishTallyError::UnknownElection)?;
        let setup = self.inner.store.box_setup(election).await.map_err(Fault::from)?;
        let trustees = setup.ok_or(FinishTallyError::UnknownElection)?.trustees;
        let records = self.inner.store.records(election).await.map_err(Fault::from)?;
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
        result.map_err(|error| FinishTallyError::Combine(error.to_string()))
    }
}
