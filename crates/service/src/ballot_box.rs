//! The box as anyone sees it. While the vote is open, and unless the consultation publishes its box live, that is one tracker at
//! a time and the signed head, from which nobody learns how many have voted. From the closing on it is everything.

use std::io::Write;
use std::sync::Arc;

use isoloir_domain::ElectionId;
use isoloir_domain::ballot_box::SignedHead;
use isoloir_domain::message::{Class, Message, Refusal};

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
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for BoxError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownElection => "election_unknown",
            Self::NotYetPublic => "box_not_public_yet",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        todo!()
    }

    fn class(&self) -> Class {
        match self {
            Self::UnknownElection => Class::NotFound,
            Self::NotYetPublic => Class::Forbidden,
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

impl VotingServer {
    /// The exact bytes of the Belenios election JSON.
    ///
    /// # Errors
    /// [`BoxError::UnknownElection`], [`BoxError::Fault`].
    pub async fn election_bytes(&self, election: &ElectionId) -> Result<Arc<[u8]>, BoxError> {
        todo!()
    }

    /// Whether a ballot with this tracker is in the box. Never limited.
    ///
    /// # Errors
    /// [`BoxError::UnknownElection`], [`BoxError::Fault`].
    pub async fn find_tracker(&self, election: &ElectionId, tracker: &str) -> Result<bool, BoxError> {
        todo!()
    }

    /// Head of the box, signed. Never limited; does not tell the height.
    ///
    /// # Errors
    /// [`BoxError::UnknownElection`], [`BoxError::Fault`].
    pub async fn signed_head(&self, election: &ElectionId) -> Result<SignedHead, BoxError> {
        todo!()
    }

    /// Whether the whole box is public now.
    ///
    /// # Errors
    /// [`BoxError::UnknownElection`], [`BoxError::Fault`].
    pub async fn box_is_public(&self, election: &ElectionId) -> Result<bool, BoxError> {
        todo!()
    }

    /// At most `limit` trackers above height `after` (0 to begin).
    ///
    /// # Errors
    /// [`BoxError`].
    pub async fn trackers(&self, election: &ElectionId, after: u64, limit: u32) -> Result<TrackerPage, BoxError> {
        todo!()
    }

    /// Streams the archive (`.bel`) into `out`, ballot by ballot: memory stays bounded whatever the size of the box. What enters
    /// the box meanwhile is left out. `out` is written on a blocking thread.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn export_archive<W: Write + Send + 'static>(
        &self,
        election: &ElectionId,
        out: W,
    ) -> Result<W, ExportError> {
        todo!()
    }
}
