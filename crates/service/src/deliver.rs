//! Carries what is in the outbox: the worker (*acheminement*).
//!
//! A message is taken under a lease, handed over, and its fate written down. Several servers may work on one outbox; a lease that ends (its worker
//! died) gives the message to the next. So a message leaves at least once, and twice only when a worker died between the relay's answer and
//! the note of it; both bear the same Message-ID. Each operator has its own limits, so that a slow one holds up nobody else.

use std::time::Duration;

use isoloir_carriers::mail::MailError;
use isoloir_carriers::{Carried, Depot, Handed, LEASE, MailMode, Parcel, UnderWay};
use isoloir_domain::delivery::Status;
use isoloir_store::outbox::Claimed;
use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use tokio::task::JoinSet;

use crate::{Fault, VotingServer};

/// How messages leave.
pub(crate) enum Postman {
    Demonstration,
    Carriers(Box<Depot>),
}

impl Postman {
    pub(crate) fn new(mode: MailMode) -> Result<Self, MailError> {
        Ok(match mode {
            MailMode::Demonstration => Self::Demonstration,
            MailMode::Carriers(carriers) => Self::Carriers(Box::new(Depot::new(*carriers)?)),
        })
    }
}

impl VotingServer {
    /// Whether messages stay here for everyone to read.
    pub(crate) fn is_demonstration(&self) -> bool {
        matches!(self.inner.postman, Postman::Demonstration)
    }

    /// Hands over everything that is due and waits for it.
    ///
    /// # Errors
    /// [`Fault`]; a message that a carrier refuses is not an error here.
    pub async fn deliver_due_messages(&self) -> Result<(), Fault> {
        self.put_aside().await?;
        let mut carried = JoinSet::new();
        loop {
            if self.take_up(&mut carried).await? == 0 && carried.join_next().await.is_none() {
                return Ok(());
            }
        }
    }

    /// Delivers for ever, looking every `period`. To be spawned by the binary.
    pub async fn run_outbox_worker(self, period: Duration) {
        let mut carried = JoinSet::new();
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {
                    if let Err(error) = self.put_aside().await {
                        tracing::error!(%error, "the outbox could not be read");
                    }
                }
                Some(_) = carried.join_next() => {}
            }
            match self.take_up(&mut carried).await {
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "the outbox could not be read"),
            }
        }
    }

    /// What is too old is not sent any more; in a demonstration everything counts as arrived.
    async fn put_aside(&self) -> Result<(), Fault> {
        let now = self.inner.clock.now();
        match &self.inner.postman {
            Postman::Demonstration => self.inner.store.demonstrate_messages(now).await?,
            Postman::Carriers(_) => {
                let expired = self.inner.store.expire_messages(now).await?;
                if expired > 0 {
                    tracing::warn!(expired, "messages were too old to be sent");
                }
            }
        }
        Ok(())
    }

    /// Takes what there is room for and starts carrying it; returns how many.
    async fn take_up(&self, carried: &mut JoinSet<()>) -> Result<usize, Fault> {
        let Postman::Carriers(depot) = &self.inner.postman else {
            return Ok(0);
        };
        while carried.try_join_next().is_some() {}
        let room = depot.capacity().saturating_sub(carried.len());
        // Taken by the handful: each taking is a transaction of its own.
        if room < depot.capacity().div_ceil(4) {
            return Ok(0);
        }
        let now = self.inner.clock.now();
        let lease = now.saturating_add(LEASE).unwrap_or(now);
        let room = u32::try_from(room).unwrap_or(1);
        let taken = self.inner.store.claim_messages(now, lease, room, &depot.busy()).await?;
        let count = taken.len();
        for message in taken {
            let under_way = depot.take(&message.operator);
            let server = self.clone();
            carried.spawn(async move {
                if let Err(error) = server.carry(&message, &under_way).await {
                    tracing::error!(%error, message = message.id, "the fate of a message could not be noted");
                }
            });
        }
        Ok(count)
    }

    async fn carry(&self, message: &Claimed, under_way: &UnderWay) -> Result<(), Fault> {
        let Postman::Carriers(depot) = &self.inner.postman else {
            return Ok(());
        };
        let origin = depot.report_origin().unwrap_or(&self.inner.public_url);
        let parcel = Parcel {
            id: &message.id,
            channel: message.channel,
            queued: message.queued,
            left: message.expires.duration_since(self.inner.clock.now()),
            report: &format!("{origin}/api/livraison/sms/{}", self.report_token(&message.id)),
        };
        let open = || self.unsealed(&message.id, &message.letter).ok();
        match depot.carry(under_way, &parcel, open).await {
            Carried::Handed(handed) => self.note(depot, message, handed).await,
            Carried::TooFast(wait) => {
                let due = self.later(wait);
                Ok(self
                    .inner
                    .store
                    .give_back_message(&message.id, message.attempts, due)
                    .await?)
            }
        }
    }

    async fn note(&self, depot: &Depot, message: &Claimed, handed: Handed) -> Result<(), Fault> {
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        let (id, attempt) = (message.id.as_str(), message.attempts);
        match handed {
            Handed::Sent { gateway } => {
                store
                    .message_left(id, Status::Sent, None, gateway.as_deref(), now)
                    .await?
            }
            Handed::Held => store.message_left(id, Status::Held, Some("held"), None, now).await?,
            Handed::Refused(class) => store.message_failed(id, attempt, &class, now).await?,
            Handed::Later(class) => {
                let wait = depot.retry_after(attempt, self.rng().random_range(0.8..1.2));
                store.postpone_message(id, attempt, &class, self.later(wait)).await?;
            }
        }
        Ok(())
    }

    fn later(&self, wait: SignedDuration) -> Timestamp {
        self.after(wait)
    }

    /// An SMS gateway reports (`status` in Kannel's numbers: 1 delivered, 2 not, 4 buffered, 8 taken by the operator, 16 refused by it). The
    /// token is the secret; a report that is repeated or comes late changes nothing. Returns whether the token is one of ours.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn record_sms_report(&self, token: &str, status: u32) -> Result<bool, Fault> {
        let Some(id) = self.reported(token) else {
            return Ok(false);
        };
        let now = self.inner.clock.now();
        let (status, class) = match status {
            1 => (Status::Delivered, None),
            2 => (Status::Failed, Some("sms-undeliverable")),
            8 => (Status::Sent, None),
            16 => (Status::Failed, Some("sms-rejected")),
            _ => return Ok(true),
        };
        self.inner.store.report_message(id, status, class, now).await?;
        Ok(true)
    }
}
