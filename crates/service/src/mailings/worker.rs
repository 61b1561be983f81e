//! The worker that fills the outbox with the messages of mailings, at their pace. Several servers may do it at once: each batch locks its mailing, and
//! the mark of how far it is moves in the transaction that queues the messages.

use std::sync::Arc;
use std::time::Duration;

use isoloir_domain::ids::MailingId;
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::mailing::{MailingAct, MailingEntry, MailingWords, PerMinute};
use isoloir_domain::{Consultation, Voter};
use isoloir_store::StoreError;
use isoloir_store::mailing::{Batch, Queued, Written};

use super::preview::words_of;
use super::{Mailing, MailingError};
use crate::activate_account::{lifetime, new_token};
use crate::outbox::Recipient;
use crate::{Fault, VotingServer};

/// Seconds for which a batch keeps the relay busy.
const BATCH_SECONDS: u32 = 2;
const MINUTE_SECONDS: u32 = 60;
/// Fewest messages that may wait before no other is added.
const SMALLEST_BACKLOG: u32 = 60;

impl VotingServer {
    /// Fills the outbox for ever, looking every `period`. To be spawned by the binary.
    pub async fn run_mailings(self, period: Duration) {
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.queue_due_mailings().await {
                tracing::error!(%error, "a mailing could not go on");
            }
        }
    }

    /// Queues the next batch of every mailing that is due; returns how many messages.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn queue_due_mailings(&self) -> Result<u64, Fault> {
        let mut queued = 0_u64;
        for id in self.inner.store.due_mailings(self.inner.clock.now()).await? {
            let many = match self.queue_next(id).await {
                Ok(many) => many,
                Err(MailingError::Fault(fault)) => return Err(fault),
                Err(_) => return Err(Fault::Damaged("a mailing")),
            };
            queued = queued.saturating_add(many);
        }
        Ok(queued)
    }

    async fn queue_next(&self, id: MailingId) -> Result<u64, MailingError> {
        let mailing = self.mailing(id).await?;
        let consultation = self.consultation_of(&mailing).await?;
        let now = self.inner.clock.now();
        match super::fits(mailing.kind, &consultation.calendar, now) {
            Ok(()) => {}
            // The opening was moved since it was started: it waits for it.
            Err(MailingError::TooEarly) => return Ok(0),
            Err(MailingError::TooLate) => {
                let entry = self.ended(&mailing, MailingAct::Stopped, mailing.queued);
                self.inner.store.stop_mailing(id, &entry).await.map_err(Fault::from)?;
                return Ok(0);
            }
            Err(other) => return Err(other),
        }
        let batch = batch_of(&mailing, now);
        let words = words_of(&mailing)?;
        let write = |voter: &Voter| self.written(&mailing, &words, &consultation, voter);
        let end = |queued| self.ended(&mailing, MailingAct::Done, queued);
        let queued = self.inner.store.queue_batch(&batch, write, end).await;
        Ok(match queued.map_err(Fault::from)? {
            Queued::Some(many) | Queued::Last(many) => many,
            Queued::Nothing => 0,
        })
    }

    fn written(
        &self,
        mailing: &Mailing,
        words: &Arc<MailingWords>,
        consultation: &Consultation,
        voter: &Voter,
    ) -> Result<Written, StoreError> {
        let damaged = || StoreError::Damaged("a voter of a mailing");
        let to = Recipient::voter(voter).ok_or_else(damaged)?;
        let (token, hash) = new_token(&mut self.rng());
        let letter = self.mailing_letter(mailing.kind, Arc::clone(words), consultation, &token);
        let cause = format!("mailing|{}|{}", mailing.id, voter.id);
        let mail = self.letter_signed(&consultation.organiser, &to, &letter, Some(&cause));
        let mut mail = mail.map_err(|_| damaged())?;
        mail.mailing = Some(mailing.id);
        let expires = self.after(lifetime(Some(consultation)));
        Ok(Written {
            mail,
            link: mailing.kind.activates().then_some((hash, expires)),
        })
    }

    /// What the server itself concludes.
    fn ended(&self, mailing: &Mailing, did: MailingAct, queued: u64) -> Entry {
        let what = Event::Mailing(MailingEntry {
            mailing: mailing.id,
            kind: mailing.kind,
            did,
            voters: Some(queued),
            by: String::new(),
        });
        self.entry(Subject::Consultation(mailing.consultation.clone()), what)
    }
}

fn batch_of(mailing: &Mailing, now: jiff::Timestamp) -> Batch {
    let pace = mailing.content.pace.value();
    let most = pace
        .saturating_mul(BATCH_SECONDS)
        .div_ceil(MINUTE_SECONDS)
        .clamp(1, PerMinute::MOST);
    Batch {
        mailing: mailing.id,
        without_account: mailing.kind.activates(),
        most,
        lasts: i64::from(most)
            .saturating_mul(60_000)
            .div_euclid(i64::from(pace.max(1))),
        backlog: u64::from(pace.max(SMALLEST_BACKLOG)),
        now,
    }
}
