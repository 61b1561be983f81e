//! Suspends an account (*suspension du compte*): its sessions end, nobody signs in to it, no link replaces its password; or opens it again.
//!
//! The operator does it, by command, at the request of the person or of the organiser, and says why. It says nothing of a ballot: one that was
//! cast stays in the box.

use isoloir_domain::Voter;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};

use crate::free_text::line;
use crate::{Fault, VotingServer};

/// Characters of the reason at most.
const LONGEST_REASON: usize = 300;

/// Why an account stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum SuspendError {
    /// The reason is empty, longer than 300 characters, or has several lines.
    #[error("the reason is one line of 1 to 300 characters")]
    Reason,
    /// No roll has this staff number.
    #[error("nobody has this staff number")]
    Unknown,
    /// The person has no account yet, or it is suspended.
    #[error("this person has no account that is open")]
    NotOpen,
    /// The account is not suspended.
    #[error("this person has no account that is suspended")]
    NotSuspended,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for SuspendError {
    fn code(&self) -> &'static str {
        match self {
            Self::Reason => "suspension_reason",
            Self::Unknown => "suspension_voter_unknown",
            Self::NotOpen => "suspension_not_open",
            Self::NotSuspended => "suspension_not_suspended",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Reason => Message::new(
                "Donnez un motif d’une ligne, de 300 caractères au plus.",
                "Give a reason of one line, of 300 characters at most.",
            ),
            Self::Unknown => Message::new("Personne n’a ce matricule.", "Nobody has this staff number."),
            Self::NotOpen => Message::new(
                "Cette personne n’a pas de compte ouvert.",
                "This person has no account that is open.",
            ),
            Self::NotSuspended => Message::new(
                "Cette personne n’a pas de compte suspendu.",
                "This person has no account that is suspended.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Reason => Class::Unprocessable,
            Self::Unknown => Class::NotFound,
            Self::NotOpen | Self::NotSuspended => Class::Conflict,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Suspends the account of the voter with this staff number. `reason` enters the journal.
    ///
    /// # Errors
    /// [`SuspendError`].
    pub async fn suspend_account(&self, number: &str, reason: &str) -> Result<Voter, SuspendError> {
        let (voter, reason) = self.whom_and_why(number, reason).await?;
        let changed = self.set_suspended(&voter, true, Event::AccountSuspended { reason });
        changed.await?.then_some(voter).ok_or(SuspendError::NotOpen)
    }

    /// Opens the suspended account of the voter with this staff number again. `reason` enters the journal.
    ///
    /// # Errors
    /// [`SuspendError`].
    pub async fn restore_account(&self, number: &str, reason: &str) -> Result<Voter, SuspendError> {
        let (voter, reason) = self.whom_and_why(number, reason).await?;
        let changed = self.set_suspended(&voter, false, Event::AccountRestored { reason });
        changed.await?.then_some(voter).ok_or(SuspendError::NotSuspended)
    }

    async fn whom_and_why(&self, number: &str, reason: &str) -> Result<(Voter, String), SuspendError> {
        let reason = line(reason, LONGEST_REASON, true).map_err(|_| SuspendError::Reason)?;
        let number = [number.trim().to_owned()];
        let known = self.inner.store.known_voters(&number, &[]).await.map_err(Fault::from)?;
        let voter = known.into_iter().next().ok_or(SuspendError::Unknown)?;
        Ok((voter, reason))
    }

    async fn set_suspended(&self, voter: &Voter, suspended: bool, what: Event) -> Result<bool, Fault> {
        let entry = self.entry(Subject::Voter(voter.id), what);
        let now = self.inner.clock.now();
        Ok(self.inner.store.set_suspended(voter.id, suspended, now, &entry).await?)
    }
}
