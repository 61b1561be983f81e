//! Carries what is in the outbox: the worker (*acheminement*).
//!
//! A message is taken under a lease, handed over, and its fate written down. Several servers may work on one outbox; a lease that ends (its worker
//! died) gives the message to the next. So a message leaves at least once, and twice only when a worker died between the relay's answer and
//! the note of it; both bear the same Message-ID. Each operator has its own limits, so that a slow one holds up nobody else.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use isoloir_domain::delivery::{Channel, Status};
use isoloir_store::outbox::Claimed;
use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::mail::{MailError, MailMode, Smtp, SmtpSettings};
use crate::sms::{SmsGateway, SmsSettings};
use crate::{Fault, VotingServer};

/// Relay and gateway, as the operator describes them.
pub struct Carriers {
    /// The mail relay.
    pub mail: SmtpSettings,
    /// The SMS gateway, when there is one.
    pub sms: Option<SmsSettings>,
    /// Limits of every operator that has none of its own.
    pub pace: Pace,
    /// Limits by operator (mail domain in lower case, or region such as `+33 6`).
    pub paces: HashMap<String, Pace>,
    /// Wait after the first failure; doubled after each further one, up to an hour.
    pub retry: Duration,
}

/// How fast an operator takes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Messages under way at the same time.
    pub at_once: u32,
    /// Messages in a minute from this server; unlimited when `None`.
    pub per_minute: Option<u32>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            at_once: 16,
            per_minute: None,
        }
    }
}

/// What a carrier did with a message. Classes name kinds of errors, without address or text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Handed {
    /// Accepted.
    Sent {
        /// The carrier's own identifier.
        gateway: Option<String>,
    },
    /// Kept by the gateway, which could not pass it on.
    Held,
    /// Not now.
    Later(String),
    /// Never.
    Refused(String),
}

/// How messages leave.
pub(crate) enum Postman {
    Demonstration,
    Carriers(Box<Depot>),
}

pub(crate) struct Depot {
    smtp: Smtp,
    /// Mails under way: lettre opens a connection for each.
    connections: Semaphore,
    sms: Option<SmsGateway>,
    gates: Gates,
    retry: Duration,
    capacity: usize,
}

impl Postman {
    pub(crate) fn new(mode: MailMode) -> Result<Self, MailError> {
        let carriers = match mode {
            MailMode::Demonstration => return Ok(Self::Demonstration),
            MailMode::Carriers(carriers) => carriers,
        };
        let connections = carriers.mail.connections.clamp(1, 1000);
        let connections = usize::try_from(connections).unwrap_or(1);
        Ok(Self::Carriers(Box::new(Depot {
            smtp: Smtp::new(&carriers.mail)?,
            connections: Semaphore::new(connections),
            sms: carriers.sms.map(SmsGateway::new).transpose()?,
            gates: Gates {
                pace: carriers.pace,
                paces: carriers.paces,
                open: Mutex::default(),
            },
            retry: carriers.retry,
            capacity: connections * 2,
        })))
    }
}

/// One gate per operator.
struct Gates {
    pace: Pace,
    paces: HashMap<String, Pace>,
    open: Mutex<HashMap<String, Arc<Gate>>>,
}

/// How many messages go to one operator now, and when the next may.
struct Gate {
    pace: Pace,
    inside: AtomicU32,
    places: Semaphore,
    next: Mutex<Instant>,
}

impl Gates {
    fn of(&self, operator: &str) -> Arc<Gate> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = open.get(operator) {
            return Arc::clone(gate);
        }
        let pace = self.paces.get(operator).copied().unwrap_or(self.pace);
        let gate = Arc::new(Gate {
            pace,
            inside: AtomicU32::new(0),
            places: Semaphore::new(usize::try_from(pace.at_once.max(1)).unwrap_or(1)),
            next: Mutex::new(Instant::now()),
        });
        open.insert(operator.to_owned(), Arc::clone(&gate));
        gate
    }

    /// Operators that nothing more is to be taken for now.
    fn busy(&self, now: Instant) -> Vec<String> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let full = open.iter().filter(|(_, gate)| gate.is_full(now));
        full.map(|(operator, _)| operator.clone()).collect()
    }
}

/// A message waits in a worker's hands no longer than this for its operator's pace.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl Gate {
    fn is_full(&self, now: Instant) -> bool {
        let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        self.inside.load(Ordering::Relaxed) >= self.pace.at_once.max(1)
            || next.saturating_duration_since(now) > LONGEST_WAIT
    }

    /// How long to wait for the operator's pace; `None` when that is too long to be waited for.
    fn slot(&self, now: Instant) -> Option<Duration> {
        let Some(per_minute) = self.pace.per_minute else {
            return Some(Duration::ZERO);
        };
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = (*next).max(now);
        let wait = at.saturating_duration_since(now);
        if wait > LONGEST_WAIT {
            return None;
        }
        *next = at + Duration::from_secs(60) / per_minute.max(1);
        Some(wait)
    }
}

/// How long a message is left to the worker that took it: longer than waiting and handing over may last together.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Longest wait between two attempts.
const LONGEST_RETRY: Duration = Duration::from_secs(3600);
/// Attempts after which the wait no longer doubles.
const DOUBLINGS: u64 = 12;

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
        let room = depot.capacity.saturating_sub(carried.len());
        // Taken by the handful: each taking is a transaction of its own.
        if room < depot.capacity.div_ceil(4) {
            return Ok(0);
        }
        let now = self.inner.clock.now();
        let lease = now.saturating_add(LEASE).unwrap_or(now);
        let room = u32::try_from(room).unwrap_or(1);
        let taken = self
            .inner
            .store
            .claim_messages(now, lease, room, &depot.gates.busy(Instant::now()))
            .await?;
        let count = taken.len();
        for message in taken {
            let gate = depot.gates.of(&message.operator);
            gate.inside.fetch_add(1, Ordering::Relaxed);
            let server = self.clone();
            carried.spawn(async move {
                if let Err(error) = server.carry(&message, &gate).await {
                    tracing::error!(%error, message = message.id, "the fate of a message could not be noted");
                }
                gate.inside.fetch_sub(1, Ordering::Relaxed);
            });
        }
        Ok(count)
    }

    async fn carry(&self, message: &Claimed, gate: &Gate) -> Result<(), Fault> {
        let Postman::Carriers(depot) = &self.inner.postman else {
            return Ok(());
        };
        let store = &self.inner.store;
        let Some(wait) = gate.slot(Instant::now()) else {
            let wait = SignedDuration::try_from(LONGEST_WAIT).unwrap_or(SignedDuration::ZERO);
            let due = self.later(wait);
            return Ok(store.give_back_message(&message.id, message.attempts, due).await?);
        };
        tokio::time::sleep(wait).await;
        let _place = gate.places.acquire().await.map_err(|_| Fault::Stopping)?;
        let handed = match self.unsealed(&message.id, &message.letter) {
            Ok(content) => match message.channel {
                Channel::Mail => {
                    let _connection = depot.connections.acquire().await.map_err(|_| Fault::Stopping)?;
                    depot.smtp.send(&message.id, message.queued, &content).await
                }
                Channel::Sms => match &depot.sms {
                    Some(gateway) => {
                        let left = message.expires.duration_since(self.inner.clock.now());
                        let origin = gateway.report_origin().unwrap_or(&self.inner.public_url);
                        let report = format!("{origin}/api/livraison/sms/{}", self.report_token(&message.id));
                        gateway.send(&message.id, &content, left, &report).await
                    }
                    None => Handed::Later("settings-no-gateway".to_owned()),
                },
            },
            // Sealed under another key: no attempt will ever open it.
            Err(_) => Handed::Refused("unreadable".to_owned()),
        };
        self.note(depot, message, handed).await
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
                let wait = self.rng().random_range(0.8..1.2) * backoff(depot.retry, attempt).as_secs_f64();
                let wait = SignedDuration::try_from_secs_f64(wait).unwrap_or(SignedDuration::from_mins(30));
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

/// First wait doubled at each attempt, an hour at most.
fn backoff(first: Duration, attempt: u64) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1).min(DOUBLINGS)).unwrap_or(0);
    first.saturating_mul(1 << doublings).min(LONGEST_RETRY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour() {
        let first = Duration::from_secs(30);
        let waits: Vec<u64> = (1..=9).map(|attempt| backoff(first, attempt).as_secs()).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(backoff(first, u64::MAX), LONGEST_RETRY);
    }

    #[test]
    fn an_operator_is_not_hurried_and_others_do_not_wait_for_it() {
        let slow = Pace {
            at_once: 2,
            per_minute: Some(60),
        };
        let gates = Gates {
            pace: Pace::default(),
            paces: HashMap::from([("ac-slow.fr".to_owned(), slow)]),
            open: Mutex::default(),
        };
        let gate = gates.of("ac-slow.fr");
        let now = Instant::now();
        let waits: Vec<_> = (0..31).map(|_| gate.slot(now).unwrap().as_secs()).collect();
        assert!(
            waits.is_sorted() && waits[0] <= 1 && (29..=31).contains(&waits[30]),
            "{waits:?}"
        );
        assert_eq!(gate.slot(now), None);
        assert_eq!(gates.busy(now), ["ac-slow.fr"]);
        assert_eq!(gates.of("gmail.com").slot(now), Some(Duration::ZERO));
        let later = now + Duration::from_secs(5);
        assert!(gates.busy(later).is_empty() && gate.slot(later).is_some());
        gate.inside.store(2, Ordering::Relaxed);
        assert_eq!(gates.busy(later + Duration::from_secs(60)), ["ac-slow.fr"]);
    }
}
