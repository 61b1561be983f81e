//! What was frozen at the end of the grace (R. 211-572): box, poll book and counters under one digest, which stands in the journal. The check
//! of the seal computes it again: nothing of it may change after.

use isoloir_domain::ElectionId;
use isoloir_domain::journal::{Event, Subject};
use isoloir_protocol::archive::EventKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Fault, VotingServer};

/// What was frozen of one election.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingSeal {
    /// `isoloir/closing/v1`.
    form: String,
    /// Which.
    election: ElectionId,
    /// Head of the box when it was frozen, in hexadecimal.
    pub head: String,
    /// Ballots in the box.
    pub ballots: u64,
    /// Voters on the roll.
    pub registered: u64,
    /// Marks in the poll book.
    pub marked: u64,
    /// SHA-256 of the poll book, in hexadecimal: a line for each mark, voter and minute, in the order of voters' identifiers.
    poll_book: String,
}

impl ClosingSeal {
    /// The election that was frozen.
    #[must_use]
    pub const fn election(&self) -> &ElectionId {
        &self.election
    }
}

impl VotingServer {
    /// Seals what is frozen. Again, it changes nothing.
    pub(crate) async fn seal_closing(&self, election: &ElectionId) -> Result<(), Fault> {
        if self.inner.store.closing_seal(election).await?.is_some() {
            return Ok(());
        }
        let frozen = self.frozen(election).await?.ok_or(Fault::Damaged("a frozen box"))?;
        let statement = serde_json::to_string(&frozen).map_err(|_| Fault::Damaged("what is frozen"))?;
        let digest = hex::encode(Sha256::digest(statement.as_bytes()));
        let entry = self.entry(Subject::Election(election.clone()), Event::ClosingSealed { digest });
        self.inner.store.keep_closing_seal(election, &statement, &entry).await?;
        Ok(())
    }

    /// What was frozen, the digest of its statement, and when; `None` before.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn closing_seal(
        &self,
        election: &ElectionId,
    ) -> Result<Option<(ClosingSeal, [u8; 32], Timestamp)>, Fault> {
        let Some((statement, at)) = self.inner.store.closing_seal(election).await? else {
            return Ok(None);
        };
        let frozen = serde_json::from_str(&statement).map_err(|_| Fault::Damaged("what is frozen"))?;
        Ok(Some((frozen, Sha256::digest(statement.as_bytes()).into(), at)))
    }

    /// Whether what was frozen is what is there; true before anything is frozen.
    pub(crate) async fn closing_seal_holds(&self, election: &ElectionId) -> Result<bool, Fault> {
        match self.closing_seal(election).await? {
            None => Ok(true),
            Some((sealed, ..)) => Ok(self.frozen(election).await? == Some(sealed)),
        }
    }

    /// What is frozen now; `None` while the box is open.
    async fn frozen(&self, election: &ElectionId) -> Result<Option<ClosingSeal>, Fault> {
        let store = &self.inner.store;
        let records = store.records(election).await?;
        let Some(end) = records.iter().find(|record| record.kind == EventKind::EndBallots) else {
            return Ok(None);
        };
        let counts = store.roll_counts(election).await?;
        let mut poll_book = Sha256::new();
        for (voter, minute) in store.poll_book(election).await? {
            poll_book.update(format!("{voter}|{minute}\n"));
        }
        Ok(Some(ClosingSeal {
            form: "isoloir/closing/v1".to_owned(),
            election: election.clone(),
            head: hex::encode(end.event),
            ballots: counts.ballots,
            registered: counts.registered,
            marked: counts.marked,
            poll_book: hex::encode(poll_book.finalize()),
        }))
    }
}
