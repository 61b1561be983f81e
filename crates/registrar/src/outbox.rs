//! Messages of the registrar: sealed when queued, handed over by a worker, wiped once nothing more is to be learned of them.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isoloir_carriers::{Carried, Content, Depot, Handed, LEASE, Parcel, UnderWay};
use isoloir_domain::VoterId;
use isoloir_domain::delivery::{Channel, Status};
use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use rand::rngs::StdRng;
use rand_core::Rng as _;
use subtle::ConstantTimeEq as _;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use crate::Registrar;
use crate::desk::Desk;
use crate::store::StoreError;
use crate::store::outbox::{Claimed, NewMessage};

/// A message that the demonstration shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMessage {
    /// By which channel.
    pub channel: Channel,
    /// Address or number.
    pub to: String,
    /// Subject; empty for an SMS.
    pub subject: String,
    /// Text.
    pub body: String,
    /// When it was queued.
    pub at: Timestamp,
}

impl Registrar {
    /// Seals a message about a voter, of a kind, to be queued by the transaction that causes it. It goes by a channel to one of its operators.
    pub(crate) fn message(
        &self,
        (voter, kind): (VoterId, &'static str),
        (channel, operator): (Channel, String),
        content: &Content,
        expires: i64,
        rng: &mut StdRng,
    ) -> Option<NewMessage> {
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        let id = hex::encode(random);
        let plain = Zeroizing::new(serde_json::to_vec(content).ok()?);
        Some(NewMessage {
            letter: self.keys.seal(&letter_place(&id), &plain, rng)?,
            id,
            voter,
            channel,
            kind,
            operator,
            queued: self.clock.now().as_second(),
            expires,
        })
    }

    /// What a sealed letter says.
    pub(crate) fn unsealed(&self, id: &str, letter: &[u8]) -> Option<Content> {
        let plain = self.keys.open(&letter_place(id), letter)?;
        serde_json::from_slice(&plain).ok()
    }

    /// Hands over everything that is due and waits for it.
    ///
    /// # Errors
    /// [`StoreError`]; a message that a carrier refuses is not an error here.
    pub async fn deliver_due_messages(self: &Arc<Self>) -> Result<(), StoreError> {
        self.put_aside().await?;
        let mut carried = JoinSet::new();
        loop {
            if self.take_up(&mut carried).await? == 0 && carried.join_next().await.is_none() {
                return Ok(());
            }
        }
    }

    /// Delivers for ever, looking every `period`. To be spawned by the binary.
    pub async fn run_outbox_worker(self: Arc<Self>, period: Duration) {
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
            if let Err(error) = self.take_up(&mut carried).await {
                tracing::error!(%error, "the outbox could not be read");
            }
        }
    }

    /// What is too old is not sent any more; in a demonstration everything counts as arrived.
    async fn put_aside(&self) -> Result<(), StoreError> {
        let now = self.clock.now().as_second();
        match self.desk() {
            Some(Desk { depot: None, .. }) => self.store.demonstrate_messages(now).await,
            _ => self.store.expire_messages(now).await,
        }
    }

    /// Takes what there is room for and starts carrying it; returns how many.
    async fn take_up(self: &Arc<Self>, carried: &mut JoinSet<()>) -> Result<usize, StoreError> {
        let Some(depot) = self.desk().and_then(|desk| desk.depot.as_ref()) else {
            return Ok(0);
        };
        while carried.try_join_next().is_some() {}
        let room = depot.capacity().saturating_sub(carried.len());
        // Taken by the handful: each taking is a transaction of its own.
        if room < depot.capacity().div_ceil(4) {
            return Ok(0);
        }
        let now = self.clock.now().as_second();
        let lease = now.saturating_add(LEASE.as_secs());
        let room = i64::try_from(room).unwrap_or(1);
        let taken = self.store.claim_messages(now, lease, room, &depot.busy()).await?;
        let count = taken.len();
        for message in taken {
            let under_way = depot.take(&message.operator);
            let registrar = Arc::clone(self);
            carried.spawn(async move {
                if let Err(error) = registrar.carry(&message, &under_way).await {
                    tracing::error!(%error, message = message.id, "the fate of a message could not be noted");
                }
            });
        }
        Ok(count)
    }

    async fn carry(&self, message: &Claimed, under_way: &UnderWay) -> Result<(), StoreError> {
        let Some(desk) = self.desk() else { return Ok(()) };
        let Some(depot) = &desk.depot else { return Ok(()) };
        let now = self.clock.now();
        let origin = depot.report_origin().unwrap_or(desk.origin.as_str());
        let parcel = Parcel {
            id: &message.id,
            channel: message.channel.parse().map_err(|_| StoreError::Damaged("a channel"))?,
            queued: Timestamp::from_second(message.queued).unwrap_or(now),
            left: SignedDuration::from_secs(message.expires.saturating_sub(now.as_second())),
            report: &format!("{origin}/api/livraison/sms/{}", self.report_token(&message.id)),
        };
        let open = || self.unsealed(&message.id, message.letter.as_deref()?);
        let carried = depot.carry(under_way, &parcel, open).await;
        self.note(desk, depot, message, carried).await
    }

    async fn note(&self, desk: &Desk, depot: &Depot, message: &Claimed, carried: Carried) -> Result<(), StoreError> {
        let (store, now) = (&self.store, self.clock.now().as_second());
        let (id, attempt) = (message.id.as_str(), message.attempts);
        match carried {
            Carried::Handed(Handed::Sent { .. }) => store.message_left(id, Status::Sent, None, now).await,
            Carried::Handed(Handed::Held) => store.message_left(id, Status::Held, Some("held"), now).await,
            Carried::Handed(Handed::Refused(class)) => store.message_failed(id, attempt, &class, now).await,
            Carried::Handed(Handed::Later(class)) => {
                let spread = desk.rng().random_range(0.8..1.2);
                let wait = depot.retry_after(u64::try_from(attempt).unwrap_or(1), spread);
                let due = now.saturating_add(wait.as_secs());
                store.postpone_message(id, attempt, &class, due).await
            }
            Carried::TooFast(wait) => {
                let due = now.saturating_add(wait.as_secs());
                store.give_back_message(id, attempt, due).await
            }
        }
    }

    /// An SMS gateway reports (`status` in Kannel's numbers: 1 delivered, 2 not, 4 buffered, 8 taken by the operator, 16 refused by it). The
    /// token is the secret; a report that is repeated or comes late changes nothing. Returns whether the token is one of ours.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_sms_report(&self, token: &str, status: u32) -> Result<bool, StoreError> {
        let Some(id) = self.reported(token) else {
            return Ok(false);
        };
        let (status, class) = match status {
            1 => (Status::Delivered, None),
            2 => (Status::Failed, Some("sms-undeliverable")),
            8 => (Status::Sent, None),
            16 => (Status::Failed, Some("sms-rejected")),
            _ => return Ok(true),
        };
        let now = self.clock.now().as_second();
        self.store.report_message(id, status, class, now).await?;
        Ok(true)
    }

    /// The latest messages, for the demonstration's inbox; empty when messages leave.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn demonstration_inbox(&self) -> Result<Vec<InboxMessage>, StoreError> {
        if self.desk().is_none_or(|desk| desk.depot.is_some()) {
            return Ok(Vec::new());
        }
        let mut messages = Vec::new();
        for (id, channel, letter, queued) in self.store.inbox().await? {
            let content = self
                .unsealed(&id, &letter)
                .ok_or(StoreError::Damaged("a sealed letter"))?;
            messages.push(InboxMessage {
                channel: channel.parse().map_err(|_| StoreError::Damaged("a channel"))?,
                to: content.to.clone(),
                subject: content.subject.clone(),
                body: content.body.clone(),
                at: Timestamp::from_second(queued).map_err(|_| StoreError::Damaged("an instant"))?,
            });
        }
        Ok(messages)
    }

    /// What a gateway must show to report on this message: nobody can make it who does not have the registrar's key.
    fn report_token(&self, id: &str) -> String {
        format!("{id}.{}", URL_SAFE_NO_PAD.encode(self.keys.mark("report", id)))
    }

    fn reported<'t>(&self, token: &'t str) -> Option<&'t str> {
        let (id, mark) = token.split_once('.')?;
        let mark = URL_SAFE_NO_PAD.decode(mark).ok()?;
        bool::from(self.keys.mark("report", id).ct_eq(mark.as_slice())).then_some(id)
    }
}

pub(crate) fn letter_place(id: &str) -> String {
    format!("outbox|letter|{id}")
}
