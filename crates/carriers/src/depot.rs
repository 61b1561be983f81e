//! Where messages leave from: relay and gateway, with the pace of each operator. What is to be sent, and what became of it, is the caller's outbox.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use isoloir_domain::delivery::Channel;
use jiff::{SignedDuration, Timestamp};
use metrics::counter;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::mail::{MailError, Smtp, SmtpSettings};
use crate::pace::{Gate, Gates, LONGEST_WAIT, Pace};
use crate::sms::{SmsGateway, SmsSettings};

/// Where messages go.
pub enum MailMode {
    /// Nowhere: they stay in the outbox, for everyone to read on a page that says so. Demonstration and rehearsal only.
    Demonstration,
    /// To an SMTP relay and, when there is one, an SMS gateway.
    Carriers(Box<Carriers>),
}

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

/// What is sent, to whom. An outbox keeps it sealed, and wipes it once it has left.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Content {
    /// Address or number.
    pub to: String,
    /// Name of the organiser, put before the sender's address; unused by SMS.
    pub from: String,
    /// Subject; empty for an SMS.
    pub subject: String,
    /// Text.
    pub body: String,
}

/// What a carrier did with a message. Classes name kinds of errors, without address or text.
#[derive(Debug, PartialEq, Eq)]
pub enum Handed {
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

impl Handed {
    const fn outcome(&self) -> &'static str {
        match self {
            Handed::Sent { .. } => "sent",
            Handed::Held => "held",
            Handed::Later(_) => "later",
            Handed::Refused(_) => "refused",
        }
    }
}

/// Attempts to hand a message over, by channel and outcome.
pub const MESSAGES: &str = "isoloir_messages_total";

/// What is known of a message without opening it.
#[derive(Debug, Clone, Copy)]
pub struct Parcel<'a> {
    /// Its identifier, the same at every attempt.
    pub id: &'a str,
    /// By which channel.
    pub channel: Channel,
    /// When it was queued: the mail's date.
    pub queued: Timestamp,
    /// How long it stays of use.
    pub left: SignedDuration,
    /// Where an SMS gateway reports to.
    pub report: &'a str,
}

/// What came of carrying a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Carried {
    /// A carrier answered.
    Handed(Handed),
    /// Its operator's pace leaves no place for so long: to be given back, and no attempt.
    TooFast(SignedDuration),
}

/// How long a message may be left to the worker that took it: longer than waiting and handing over may last together.
pub const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Longest wait between two attempts.
const LONGEST_RETRY: Duration = Duration::from_secs(3600);
/// Attempts after which the wait no longer doubles.
const DOUBLINGS: u64 = 12;

/// Relay and gateway, ready to be sent to.
pub struct Depot {
    smtp: Smtp,
    /// Mails under way: lettre opens a connection for each.
    connections: Semaphore,
    sms: Option<SmsGateway>,
    gates: Gates,
    retry: Duration,
    capacity: usize,
}

/// A message under way to its operator. It counts there until it is dropped.
pub struct UnderWay {
    gate: Arc<Gate>,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.gate.left();
    }
}

impl Depot {
    /// Opens nothing yet: connections are made when there is something to send.
    ///
    /// # Errors
    /// [`MailError`].
    pub fn new(carriers: Carriers) -> Result<Depot, MailError> {
        let connections = carriers.mail.connections.clamp(1, 1000);
        let connections = usize::try_from(connections).unwrap_or(1);
        Ok(Depot {
            smtp: Smtp::new(&carriers.mail)?,
            connections: Semaphore::new(connections),
            sms: carriers.sms.map(SmsGateway::new).transpose()?,
            gates: Gates::new(carriers.pace, carriers.paces),
            retry: carriers.retry,
            capacity: connections * 2,
        })
    }

    /// Messages that may be under way at the same time.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Operators that nothing more is to be taken for now.
    #[must_use]
    pub fn busy(&self) -> Vec<String> {
        self.gates.busy(Instant::now())
    }

    /// Origin under which the SMS gateway reports, when that is not the public one.
    #[must_use]
    pub fn report_origin(&self) -> Option<&str> {
        self.sms.as_ref().and_then(SmsGateway::report_origin)
    }

    /// Counts a message as under way to its operator.
    #[must_use]
    pub fn take(&self, operator: &str) -> UnderWay {
        let gate = self.gates.of(operator);
        gate.entered();
        UnderWay { gate }
    }

    /// Waits for the operator's pace, opens the message and hands it over. `open` yields `None` when it is sealed under another key.
    pub async fn carry(
        &self,
        under_way: &UnderWay,
        parcel: &Parcel<'_>,
        open: impl FnOnce() -> Option<Content>,
    ) -> Carried {
        let carried = self.hand_over(under_way, parcel, open).await;
        if let Carried::Handed(handed) = &carried {
            counter!(MESSAGES, "channel" => parcel.channel.as_str(), "outcome" => handed.outcome()).increment(1);
        }
        carried
    }

    async fn hand_over(
        &self,
        under_way: &UnderWay,
        parcel: &Parcel<'_>,
        open: impl FnOnce() -> Option<Content>,
    ) -> Carried {
        let Some(wait) = under_way.gate.slot(Instant::now()) else {
            return Carried::TooFast(SignedDuration::try_from(LONGEST_WAIT).unwrap_or(SignedDuration::ZERO));
        };
        tokio::time::sleep(wait).await;
        let stopping = || Carried::Handed(Handed::Later("stopping".to_owned()));
        let Ok(_place) = under_way.gate.place().await else {
            return stopping();
        };
        let Some(content) = open() else {
            // No attempt will ever open it.
            return Carried::Handed(Handed::Refused("unreadable".to_owned()));
        };
        Carried::Handed(match parcel.channel {
            Channel::Mail => {
                let Ok(_connection) = self.connections.acquire().await else {
                    return stopping();
                };
                self.smtp.send(parcel.id, parcel.queued, &content).await
            }
            Channel::Sms => match &self.sms {
                Some(gateway) => gateway.send(parcel.id, &content, parcel.left, parcel.report).await,
                None => Handed::Later("settings-no-gateway".to_owned()),
            },
        })
    }

    /// How long to wait after a failed attempt (counted from 1): doubled each time, an hour at most, times `spread` (0.8 to 1.2, drawn by the
    /// caller) so that what failed together does not come back together.
    #[must_use]
    pub fn retry_after(&self, attempt: u64, spread: f64) -> SignedDuration {
        let wait = spread.clamp(0.8, 1.2) * backoff(self.retry, attempt).as_secs_f64();
        SignedDuration::try_from_secs_f64(wait).unwrap_or(SignedDuration::from_mins(30))
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
}
