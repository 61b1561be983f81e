//! What somebody decides of a mailing: it starts, at once or at an instant; it is held, goes on, is stopped.

use isoloir_domain::ids::MailingId;
use isoloir_domain::mailing::MailingAct;
use jiff::Timestamp;

use super::{MailingError, fits, name_of};
use crate::review_roll::Decider;
use crate::{Fault, VotingServer};

impl VotingServer {
    /// Starts a draft, at once or at an instant to come.
    ///
    /// # Errors
    /// [`MailingError`].
    pub async fn start_mailing(
        &self,
        id: MailingId,
        at: Option<Timestamp>,
        by: Decider<'_>,
    ) -> Result<(), MailingError> {
        let mailing = self.mailing(id).await?;
        let consultation = self.consultation_of(&mailing).await?;
        let now = self.inner.clock.now();
        let starts = at.unwrap_or(now);
        if starts < now {
            return Err(MailingError::TooEarly);
        }
        fits(mailing.kind, &consultation.calendar, starts)?;
        let store = &self.inner.store;
        let audience = store.mailing_audience(id, mailing.kind.activates()).await;
        let reached = audience.map_err(Fault::from)?.reached;
        if reached == 0 {
            return Err(MailingError::Nobody);
        }
        let did = (MailingAct::Started, Some(reached));
        let entry = self.mailing_entry(by, &mailing.consultation, (id, mailing.kind), did)?;
        let made = store.start_mailing(id, starts, &name_of(by)?, &entry).await;
        self.decided(id, made.map_err(Fault::from)?).await
    }

    /// Holds a mailing: the messages of a minute at most are still on their way, no other follows.
    ///
    /// # Errors
    /// [`MailingError`].
    pub async fn pause_mailing(&self, id: MailingId, by: Decider<'_>) -> Result<(), MailingError> {
        self.hold(id, true, by).await
    }

    /// Lets a mailing go on from where it is.
    ///
    /// # Errors
    /// [`MailingError`].
    pub async fn resume_mailing(&self, id: MailingId, by: Decider<'_>) -> Result<(), MailingError> {
        self.hold(id, false, by).await
    }

    async fn hold(&self, id: MailingId, hold: bool, by: Decider<'_>) -> Result<(), MailingError> {
        let mailing = self.mailing(id).await?;
        let did = if hold { MailingAct::Paused } else { MailingAct::Resumed };
        let entry = self.mailing_entry(by, &mailing.consultation, (id, mailing.kind), (did, None))?;
        let made = self.inner.store.hold_mailing(id, hold, &entry).await;
        self.decided(id, made.map_err(Fault::from)?).await
    }

    /// Ends a mailing for good: what has not left does not leave.
    ///
    /// # Errors
    /// [`MailingError`].
    pub async fn stop_mailing(&self, id: MailingId, by: Decider<'_>) -> Result<(), MailingError> {
        let mailing = self.mailing(id).await?;
        let did = (MailingAct::Stopped, Some(mailing.queued));
        let entry = self.mailing_entry(by, &mailing.consultation, (id, mailing.kind), did)?;
        let made = self.inner.store.stop_mailing(id, &entry).await;
        self.decided(id, made.map_err(Fault::from)?).await
    }

    async fn decided(&self, id: MailingId, made: bool) -> Result<(), MailingError> {
        if made {
            return Ok(());
        }
        Err(MailingError::NotNow(self.mailing(id).await?.status))
    }
}
