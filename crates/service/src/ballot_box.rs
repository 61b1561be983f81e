//! The box as anyone sees it. While the vote is open, and unless the consultation publishes its box live, that is one tracker at
//! a time and the signed head, from which nobody learns how many have voted. From the closing on it is everything.

use std::io::{self, Write};
use std::sync::Arc;

use ed25519_dalek::Signer as _;
use isoloir_domain::ElectionId;
use isoloir_domain::ballot_box::{SignedHead, head_text};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_protocol::archive::{ArchiveWriter, EventHash, EventKind};
use isoloir_store::ballot_box::{BoxSetup, NewRecord, StoredBallot, TallyRecord};

use crate::{Fault, VotingServer};

/// Why the box does not show it.
#[derive(Debug, thiserror::Error)]
pub enum BoxError {
    /// No such election, or its box is not set up.
    #[error("there is no such box")]
    UnknownElection,
    /// The whole box is public from the closing on.
    #[error("the whole box is not public before closing")]
    NotYetPublic,
    /// So few ballots that their sum would tell how some voted.
    #[error("too few ballots for the archive to be public")]
    FewBallots,
    /// Its archive has no sidecar.
    #[error("the archive has no sidecar")]
    NoSidecar,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for BoxError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownElection => "election_unknown",
            Self::NotYetPublic => "box_not_public_yet",
            Self::FewBallots => "box_of_few_ballots",
            Self::NoSidecar => "box_without_sidecar",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::UnknownElection => Message::new("Ce scrutin n’existe pas.", "There is no such election."),
            Self::NotYetPublic => Message::new(
                "L’urne entière est publique à partir de la clôture. Jusque-là, vous pouvez y chercher un numéro de suivi.",
                "The whole box is public from the closing on. Until then, you can look up a tracker in it.",
            ),
            Self::FewBallots => Message::new(
                "Trop peu de bulletins\u{a0}: leur total, que l’archive permet de calculer, dirait comment certains ont voté. Le bureau de vote en garde \
                 l’archive. Votre numéro de suivi reste vérifiable ici.",
                "Too few ballots: their sum, which the archive lets anyone compute, would tell how some voted. The board keeps the archive. You \
                 can still look your tracker up here.",
            ),
            Self::NoSidecar => Message::new(
                "Cette archive n’a pas de fichier compagnon\u{a0}: il est calculé à la clôture, par un serveur dont le processeur a les instructions \
                 AVX-512 IFMA. L’archive se vérifie sans lui, plus lentement.",
                "This archive has no sidecar: it is made at closing, by a server whose processor has the instructions AVX-512 IFMA. The archive can \
                 be verified without it, more slowly.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::UnknownElection | Self::NoSidecar => Class::NotFound,
            Self::NotYetPublic | Self::FewBallots => Class::Forbidden,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// A page of the public list of trackers, in the order of the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackerPage {
    /// Heights and trackers.
    pub trackers: Vec<(u64, String)>,
    /// Ballots in the whole box.
    pub total: u64,
}

/// Why the archive could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The box does not show it.
    #[error(transparent)]
    Box(#[from] BoxError),
    /// The receiving end failed.
    #[error("the archive could not be written")]
    Write(#[from] std::io::Error),
}

impl From<Fault> for ExportError {
    fn from(fault: Fault) -> Self {
        Self::Box(BoxError::Fault(fault))
    }
}

/// Ballots read at a time when the whole box is read.
pub(crate) const PAGE: u32 = 256;

impl VotingServer {
    /// The exact bytes of the Belenios election JSON.
    ///
    /// # Errors
    /// [`BoxError::UnknownElection`], [`BoxError::Fault`].
    pub async fn election_bytes(&self, election: &ElectionId) -> Result<Arc<[u8]>, BoxError> {
        let open = self.open_box(election).await?.ok_or(BoxError::UnknownElection)?;
        Ok(Arc::clone(&open.bytes))
    }

    /// Whether a ballot with this tracker is in the box. Never limited.
    ///
    /// # Errors
    /// [`BoxError::UnknownElection`], [`BoxError::Fault`].
    pub async fn find_tracker(&self, election: &ElectionId, tracker: &str) -> Result<bool, BoxError> {
        self.open_box(election).await?.ok_or(BoxError::UnknownElection)?;
        let stored = self
            .inner
            .store
            .recorded(election, tracker)
            .await
            .map_err(Fault::from)?;
        Ok(stored.is_some())
    }

    /// Head of the box, signed. Never limited; does not tell the height.
    ///
    /// # Errors
    /// [`BoxError::UnknownElection`], [`BoxError::Fault`].
    pub async fn signed_head(&self, election: &ElectionId) -> Result<SignedHead, BoxError> {
        let state = self.inner.store.box_state(election).await.map_err(Fault::from)?;
        let head = state.ok_or(BoxError::UnknownElection)?.head;
        self.copied().await?;
        let signature = self.inner.server_key.sign(&head_text(election, &head.event));
        Ok(SignedHead {
            election: election.clone(),
            event: hex::encode(head.event),
            signature: hex::encode(signature.to_bytes()),
        })
    }

    /// Whether the whole box is public now.
    ///
    /// # Errors
    /// [`BoxError::UnknownElection`], [`BoxError::Fault`].
    pub async fn box_is_public(&self, election: &ElectionId) -> Result<bool, BoxError> {
        let (_, consultation) = self.election(election).await?.ok_or(BoxError::UnknownElection)?;
        let phase = consultation.calendar.phase(self.inner.clock.now());
        Ok(consultation.live_box || phase.is_over())
    }

    /// Refuses the archive to the public: before closing like the box, and after it when so few voted that the sum of their ballots,
    /// which partial decryptions in the archive give to anyone, would tell how some voted.
    ///
    /// # Errors
    /// [`BoxError`].
    pub async fn check_archive_is_public(&self, election: &ElectionId) -> Result<(), BoxError> {
        self.check_public(election).await?;
        let (_, consultation) = self.election(election).await?.ok_or(BoxError::UnknownElection)?;
        let phase = consultation.calendar.phase(self.inner.clock.now());
        let ballots = self.inner.store.ballot_count(election).await.map_err(Fault::from)?;
        if phase.is_over() && ballots < consultation.policy.results.threshold(consultation.profile) {
            return Err(BoxError::FewBallots);
        }
        Ok(())
    }

    /// Refuses while the whole box is not public.
    async fn check_public(&self, election: &ElectionId) -> Result<(), BoxError> {
        if self.box_is_public(election).await? {
            Ok(())
        } else {
            Err(BoxError::NotYetPublic)
        }
    }

    /// At most `limit` trackers above height `after` (0 to begin).
    ///
    /// # Errors
    /// [`BoxError`].
    pub async fn trackers(&self, election: &ElectionId, after: u64, limit: u32) -> Result<TrackerPage, BoxError> {
        self.check_public(election).await?;
        self.open_box(election).await?.ok_or(BoxError::UnknownElection)?;
        let trackers = self
            .inner
            .store
            .trackers(election, after, limit)
            .await
            .map_err(Fault::from)?;
        let total = self.inner.store.ballot_count(election).await.map_err(Fault::from)?;
        Ok(TrackerPage { trackers, total })
    }

    /// Streams the archive (`.bel`) into `out`, page of ballots by page: memory stays bounded whatever the size of the box. What enters
    /// the box meanwhile is left out. `out` is written on a blocking thread, and given back.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn export_archive<W: Write + Send + 'static>(
        &self,
        election: &ElectionId,
        out: W,
    ) -> Result<W, ExportError> {
        Ok(self.write_archive(election, out).await?.into_inner())
    }

    /// Writes the archive of a frozen box as it will be once `last` is at its end; gives the hash of that event.
    pub(crate) async fn export_archive_with<W: Write + Send + 'static>(
        &self,
        election: &ElectionId,
        out: W,
        last: &NewRecord,
    ) -> Result<(W, EventHash), ExportError> {
        let mut writer = self.write_archive(election, out).await?;
        let (kind, payload, data) = (last.kind, last.payload.clone(), last.data.clone());
        blocking(move || {
            if let Some(data) = &data {
                writer.data(data)?;
            }
            let payload = payload.as_ref().map(|payload| writer.data(payload)).transpose()?;
            let head = writer.event(kind, payload)?;
            Ok((writer.into_inner(), head))
        })
        .await
    }

    async fn write_archive<W: Write + Send + 'static>(
        &self,
        election: &ElectionId,
        out: W,
    ) -> Result<ArchiveWriter<W>, ExportError> {
        self.check_public(election).await?;
        let setup = self
            .inner
            .store
            .box_setup(election)
            .await
            .map_err(Fault::from)
            .map_err(BoxError::from)?;
        let setup = setup.ok_or(BoxError::UnknownElection)?;
        let state = self
            .inner
            .store
            .box_state(election)
            .await
            .map_err(Fault::from)
            .map_err(BoxError::from)?;
        let until = state.ok_or(BoxError::UnknownElection)?.head.height;
        let mut writer = blocking(move || begin_archive(out, &setup)).await?;
        let mut after = 0;
        loop {
            let page = self.inner.store.ballots(election, after, until, PAGE).await;
            let page = page.map_err(Fault::from).map_err(BoxError::from)?;
            let Some(last) = page.last() else { break };
            after = last.height;
            writer = blocking(move || write_ballots(writer, &page)).await?;
        }
        let records = self
            .inner
            .store
            .records(election)
            .await
            .map_err(Fault::from)
            .map_err(BoxError::from)?;
        let records: Vec<TallyRecord> = records.into_iter().filter(|record| record.height <= until).collect();
        blocking(move || write_records(writer, &records)).await
    }
}

impl VotingServer {
    /// Whether the archive has a sidecar.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn has_sidecar(&self, election: &ElectionId) -> Result<bool, Fault> {
        Ok(self.inner.store.sidecar_pages(election).await? > 0)
    }

    /// Refuses the sidecar where the archive is refused, and where there is none.
    ///
    /// # Errors
    /// [`BoxError`].
    pub async fn check_sidecar_is_public(&self, election: &ElectionId) -> Result<(), BoxError> {
        self.check_archive_is_public(election).await?;
        if self.has_sidecar(election).await? {
            Ok(())
        } else {
            Err(BoxError::NoSidecar)
        }
    }

    /// Streams the archive's sidecar into `out`, page by page, as [`Self::export_archive`] does the archive.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn export_sidecar<W: Write + Send + 'static>(
        &self,
        election: &ElectionId,
        mut out: W,
    ) -> Result<W, ExportError> {
        self.check_sidecar_is_public(election).await?;
        let mut number = 0;
        loop {
            let page = self.inner.store.sidecar_page(election, number).await;
            let Some(page) = page.map_err(Fault::from).map_err(BoxError::from)? else {
                return Ok(out);
            };
            out = blocking(move || out.write_all(&page).map(|()| out)).await?;
            number += 1;
        }
    }
}

/// Runs writing on a blocking thread.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, ExportError>
where
    T: Send + 'static,
    F: FnOnce() -> io::Result<T> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| BoxError::Fault(Fault::Stopping))??)
}

fn begin_archive<W: Write>(out: W, setup: &BoxSetup) -> io::Result<ArchiveWriter<W>> {
    let mut writer = ArchiveWriter::new(out, setup.archive_timestamp)?;
    writer.data(&setup.election)?;
    writer.data(&setup.trustees)?;
    writer.data(&setup.credentials)?;
    let payload = writer.data(&setup.setup)?;
    writer.event(EventKind::Setup, Some(payload))?;
    Ok(writer)
}

fn write_ballots<W: Write>(mut writer: ArchiveWriter<W>, page: &[StoredBallot]) -> io::Result<ArchiveWriter<W>> {
    for ballot in page {
        let payload = writer.data(&ballot.bytes)?;
        let event = writer.event(EventKind::Ballot, Some(payload))?;
        agree(event.as_bytes(), &ballot.event)?;
    }
    Ok(writer)
}

fn write_records<W: Write>(mut writer: ArchiveWriter<W>, records: &[TallyRecord]) -> io::Result<ArchiveWriter<W>> {
    for record in records {
        if let Some(data) = &record.data {
            writer.data(data)?;
        }
        let payload = record
            .payload
            .as_ref()
            .map(|payload| writer.data(payload))
            .transpose()?;
        let event = writer.event(record.kind, payload)?;
        agree(event.as_bytes(), &record.event)?;
    }
    Ok(writer)
}

/// An archive that differs from what was promised in receipts is not handed out.
fn agree(written: &[u8; 32], promised: &[u8; 32]) -> io::Result<()> {
    if written == promised {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidData,
        "the stored chain does not hold",
    ))
}
