//! Freezes the box after the grace (R. 211-572): `EndBallots`, then the encrypted tally. Doing it again changes nothing.

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::{ElectionId, Phase};
use isoloir_lanes::lend::Maker;
use isoloir_protocol::archive::{EventHash, EventKind};
use isoloir_store::ballot_box::NewRecord;

use crate::ballot_box::PAGE;
use crate::boxes::OpenBox;
use crate::count::{self, CountError, TallyBytes};
use crate::{Fault, VotingServer};

/// Why the box is not frozen.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// No such election, or its box is not set up.
    #[error("there is no such box")]
    UnknownElection,
    /// Somebody may still vote.
    #[error("the polls are not closed yet")]
    NotYet,
    /// The tally could not be computed from the stored ballots.
    #[error("the tally could not be computed: {0}")]
    Tally(String),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// Freezes one box and appends the encrypted tally. Idempotent, and resumes where a crash left it.
    ///
    /// # Errors
    /// [`CloseError`].
    pub async fn close_polls(&self, election: &ElectionId) -> Result<(), CloseError> {
        let (_, consultation) = self.election(election).await?.ok_or(CloseError::UnknownElection)?;
        let open = self.open_box(election).await?.ok_or(CloseError::UnknownElection)?;
        if consultation.calendar.phase(self.inner.clock.now()) < Phase::Closed {
            return Err(CloseError::NotYet);
        }
        let subject = Subject::Election(election.clone());
        let end = NewRecord {
            kind: EventKind::EndBallots,
            owner: 0,
            payload: None,
            data: None,
        };
        let entry = |head: &EventHash| self.entry(subject.clone(), Event::PollsClosed { head: head.to_string() });
        self.inner
            .store
            .append_record(election, &end, entry)
            .await
            .map_err(Fault::from)?;
        self.seal_closing(election).await?;
        let records = self.inner.store.records(election).await.map_err(Fault::from)?;
        if records.iter().any(|record| record.kind == EventKind::EncryptedTally) {
            return Ok(());
        }
        let tally = self.encrypt_tally(election, &open).await?;
        let record = NewRecord {
            kind: EventKind::EncryptedTally,
            owner: 0,
            payload: Some(tally.record),
            data: Some(tally.tally),
        };
        let entry = |head: &EventHash| self.entry(subject.clone(), Event::TallyEncrypted { head: head.to_string() });
        self.inner
            .store
            .append_record(election, &record, entry)
            .await
            .map_err(Fault::from)?;
        Ok(())
    }

    /// Multiplies the ballots of a frozen box, page by page, and keeps the sidecar of its archive.
    async fn encrypt_tally(&self, election: &ElectionId, open: &OpenBox) -> Result<TallyBytes, CloseError> {
        let refused = |error: CountError| CloseError::Tally(error.to_string());
        let mut adder = count::adder(&open.election).map_err(refused)?;
        // Made on the way, where this processor can: whoever audits the archive is spared most of the work.
        let mut sidecar = Maker::new(open.election.params(), open.election.fingerprint());
        let (mut after, mut number) = (0, 0);
        loop {
            let page = self
                .inner
                .store
                .ballots(election, after, u64::from(u32::MAX), PAGE)
                .await
                .map_err(Fault::from)?;
            let Some(last) = page.last() else { break };
            after = last.height;
            let page: Vec<(u64, Vec<u8>)> = page.into_iter().map(|ballot| (ballot.height, ballot.bytes)).collect();
            let (back, added, maker, entries) = self
                .compute(move || {
                    let ballots: Vec<&[u8]> = page.iter().map(|(_, bytes)| bytes.as_slice()).collect();
                    let entries = sidecar.as_mut().map(|maker| maker.page(&ballots));
                    let added = adder.add(page);
                    (adder, added, sidecar, entries)
                })
                .await?;
            added.map_err(refused)?;
            (adder, sidecar) = (back, maker);
            if let Some(entries) = entries {
                // The count does not wait for what only saves an auditor's time.
                if let Err(error) = self.inner.store.keep_sidecar_page(election, number, &entries).await {
                    tracing::warn!(%election, %error, "the sidecar is not kept");
                    sidecar = None;
                }
            }
            number += 1;
        }
        Ok(adder.finish())
    }

    /// Freezes every box whose grace is over; returns those frozen by this call. For the periodic worker. What this machine's clock says alone is not
    /// enough where the database has another.
    ///
    /// # Errors
    /// [`CloseError`].
    pub async fn close_due_polls(&self) -> Result<Vec<ElectionId>, CloseError> {
        self.clocks_agree()?;
        let due = self
            .inner
            .store
            .due_to_close(self.inner.clock.now())
            .await
            .map_err(Fault::from)?;
        for election in &due {
            self.close_polls(election).await?;
        }
        Ok(due)
    }
}
