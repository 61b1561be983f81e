//! Takes a trustee's partial decryption: verified, with the culprit named when it is wrong, then appended to the box.

use isoloir_domain::ElectionId;
use isoloir_domain::journal::{Event, Subject};
use isoloir_protocol::archive::{EventHash, EventKind, Owned, PayloadHash};
use isoloir_store::ballot_box::{NewRecord, TallyRecord};

use crate::count::{self, CountError};
use crate::{Fault, VotingServer};

/// Why the partial decryption is not in the box.
#[derive(Debug, thiserror::Error)]
pub enum PartialDecryptionError {
    /// No such election, or its box is not set up.
    #[error("there is no such box")]
    UnknownElection,
    /// The encrypted tally is not in the box yet.
    #[error("the box is not frozen yet")]
    NotFrozen,
    /// The result is in the box.
    #[error("the count is finished")]
    Finished,
    /// No trustee has this number.
    #[error("there is no trustee {0}")]
    UnknownTrustee(u32),
    /// This trustee's is in the box.
    #[error("the partial decryption of trustee {0} is recorded already")]
    Already(u32),
    /// Malformed, or a proof is wrong: of the protocol, or the one that binds.
    #[error("the partial decryption of trustee {trustee} is refused: {reason}")]
    Refused {
        /// The culprit, from 1.
        trustee: u32,
        /// What is wrong.
        reason: String,
    },
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// The encrypted tally, for trustees to decrypt.
    ///
    /// # Errors
    /// [`PartialDecryptionError::UnknownElection`], [`PartialDecryptionError::NotFrozen`], [`PartialDecryptionError::Fault`].
    pub async fn encrypted_tally(&self, election: &ElectionId) -> Result<Vec<u8>, PartialDecryptionError> {
        self.open_box(election)
            .await?
            .ok_or(PartialDecryptionError::UnknownElection)?;
        let records = self.inner.store.records(election).await.map_err(Fault::from)?;
        tally_of(&records)
            .map(<[u8]>::to_vec)
            .ok_or(PartialDecryptionError::NotFrozen)
    }

    /// The trustees of the election, as set up (canonical JSON).
    ///
    /// # Errors
    /// [`PartialDecryptionError::UnknownElection`], [`PartialDecryptionError::Fault`].
    pub async fn trustees(&self, election: &ElectionId) -> Result<Vec<u8>, PartialDecryptionError> {
        let setup = self.inner.store.box_setup(election).await.map_err(Fault::from)?;
        setup
            .map(|setup| setup.trustees)
            .ok_or(PartialDecryptionError::UnknownElection)
    }

    /// Numbers of the trustees whose partial decryption is in the box.
    ///
    /// # Errors
    /// [`PartialDecryptionError::Fault`].
    pub async fn decrypted_by(&self, election: &ElectionId) -> Result<Vec<u32>, PartialDecryptionError> {
        let records = self.inner.store.records(election).await.map_err(Fault::from)?;
        Ok(records
            .iter()
            .filter(|r| r.kind == EventKind::PartialDecryption)
            .map(|r| r.owner)
            .collect())
    }

    /// Verifies what `trustee` hands over (from 1, counting the members of all items in order; a
    /// [`BoundDecryption`](isoloir_protocol::tally::BoundDecryption)), and appends the partial decryption.
    ///
    /// # Errors
    /// [`PartialDecryptionError`].
    pub async fn record_partial_decryption(
        &self,
        election: &ElectionId,
        trustee: u32,
        bytes: &[u8],
    ) -> Result<(), PartialDecryptionError> {
        let open = self
            .open_box(election)
            .await?
            .ok_or(PartialDecryptionError::UnknownElection)?;
        let trustees = self.trustees(election).await?;
        let records = self.inner.store.records(election).await.map_err(Fault::from)?;
        let tally = tally_of(&records).ok_or(PartialDecryptionError::NotFrozen)?.to_vec();
        if records.iter().any(|record| record.kind == EventKind::Result) {
            return Err(PartialDecryptionError::Finished);
        }
        let data = bytes.to_vec();
        let checked = self
            .compute(move || count::check_decryption(&open.election, &trustees, &tally, trustee, &data))
            .await?;
        let decryption = checked.map_err(|error| match error {
            CountError::UnknownTrustee(number) => PartialDecryptionError::UnknownTrustee(number),
            error => PartialDecryptionError::Refused {
                trustee,
                reason: error.to_string(),
            },
        })?;
        let payload = Owned {
            owner: trustee,
            payload: PayloadHash::of(&decryption),
        }
        .to_bytes();
        let record = NewRecord {
            kind: EventKind::PartialDecryption,
            owner: trustee,
            payload: Some(payload),
            data: Some(decryption),
        };
        let subject = Subject::Election(election.clone());
        let entry = |_: &EventHash| self.entry(subject, Event::PartialDecryptionRecorded { trustee });
        let fresh = self
            .inner
            .store
            .append_record(election, &record, entry)
            .await
            .map_err(Fault::from)?;
        if fresh {
            Ok(())
        } else {
            Err(PartialDecryptionError::Already(trustee))
        }
    }
}

/// The encrypted tally among the events of the count.
pub(crate) fn tally_of(records: &[TallyRecord]) -> Option<&[u8]> {
    records
        .iter()
        .find(|record| record.kind == EventKind::EncryptedTally)?
        .data
        .as_deref()
}
