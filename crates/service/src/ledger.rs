//! The delivery ledger (*registre des envois*): what has become of the messages, by channel, kind and operator, with alarms. Counts only: no address,
//! no name, and operators with very few messages are counted together, since a domain of one's own is a name.

use std::collections::BTreeMap;

use isoloir_domain::delivery::{Channel, Status};
use isoloir_store::outbox::LedgerLine;
use jiff::Timestamp;
use serde::Serialize;

use crate::{Fault, VotingServer};

/// The ledger at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// When it was read.
    pub at: Timestamp,
    /// By channel.
    pub channels: Vec<Figures>,
    /// By channel and kind of letter.
    pub kinds: Vec<Figures>,
    /// By channel and operator.
    pub operators: Vec<Figures>,
    /// Errors that messages met last.
    pub errors: Vec<Met>,
    /// What somebody should look at.
    pub alarms: Vec<Alarm>,
}

/// How many messages stand where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Channel.
    pub channel: Channel,
    /// Kind or operator; empty for a whole channel.
    pub name: String,
    /// All of them.
    pub total: u64,
    /// With us.
    pub queued: u64,
    /// With the gateway.
    pub held: u64,
    /// Accepted by the relay or the operator.
    pub sent: u64,
    /// Reached the telephone.
    pub delivered: u64,
    /// Refused for good.
    pub failed: u64,
    /// Too old to be sent.
    pub expired: u64,
    /// When the oldest that still waits was queued.
    pub oldest_waiting: Option<Timestamp>,
}

/// A class of errors and how many messages met it last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Met {
    /// Channel.
    pub channel: Channel,
    /// Where those messages stand.
    pub status: Status,
    /// Class, for instance `smtp-550`, `connection`, `settings-535`.
    pub class: String,
    /// How many.
    pub count: u64,
}

/// What somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "alarm", rename_all = "snake_case")]
pub enum Alarm {
    /// Many messages to this operator failed or grew too old.
    Failing {
        /// Channel.
        channel: Channel,
        /// Operator.
        operator: String,
        /// In percent of those whose fate is known.
        percent: u64,
    },
    /// Messages wait for long.
    Waiting {
        /// Channel.
        channel: Channel,
        /// Since how many minutes the oldest waits.
        minutes: u64,
    },
    /// The relay or the gateway does not accept our settings (password, certificate, sender).
    Settings {
        /// Channel.
        channel: Channel,
        /// Class of the errors.
        class: String,
        /// Messages that wait for it.
        count: u64,
    },
}

/// When a figure becomes an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// Percent of an operator's messages that failed or expired.
    pub failed_percent: u64,
    /// Messages whose fate is known before a share means anything.
    pub at_least: u64,
    /// Minutes that the oldest message waits.
    pub waiting_minutes: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            failed_percent: 5,
            at_least: 20,
            waiting_minutes: 15,
        }
    }
}

/// Operators with fewer messages are counted together.
const FEW: u64 = 5;
/// The name under which they are.
pub const OTHERS: &str = "*";

impl Figures {
    fn new(channel: Channel, name: &str) -> Self {
        Self {
            channel,
            name: name.to_owned(),
            total: 0,
            queued: 0,
            held: 0,
            sent: 0,
            delivered: 0,
            failed: 0,
            expired: 0,
            oldest_waiting: None,
        }
    }

    fn add(&mut self, line: &LedgerLine) {
        let place = match line.status {
            Status::Queued => &mut self.queued,
            Status::Held => &mut self.held,
            Status::Sent => &mut self.sent,
            Status::Delivered => &mut self.delivered,
            Status::Failed => &mut self.failed,
            Status::Expired => &mut self.expired,
        };
        *place += line.count;
        self.total += line.count;
        if line.status.waits() {
            self.oldest_waiting = Some(self.oldest_waiting.map_or(line.oldest, |at| at.min(line.oldest)));
        }
    }

    /// Percent that failed or expired, of those whose fate is known.
    #[must_use]
    pub fn failed_percent(&self) -> u64 {
        let lost = self.failed + self.expired;
        let known = lost + self.sent + self.delivered;
        (lost * 100).checked_div(known).unwrap_or(0)
    }
}

impl VotingServer {
    /// Reads the ledger.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn delivery_ledger(&self, thresholds: &Thresholds) -> Result<Ledger, Fault> {
        let lines = self.inner.store.delivery_ledger().await?;
        let errors = self.inner.store.delivery_errors().await?;
        let errors = errors
            .into_iter()
            .map(|line| Met {
                channel: line.channel,
                status: line.status,
                class: line.class,
                count: line.count,
            })
            .collect();
        Ok(drawn_up(self.inner.clock.now(), &lines, errors, thresholds))
    }
}

fn drawn_up(at: Timestamp, lines: &[LedgerLine], errors: Vec<Met>, thresholds: &Thresholds) -> Ledger {
    let channels = grouped(lines, |_| "");
    let operators = grouped(lines, |line| &line.operator);
    let alarms = alarms(at, &channels, &operators, &errors, thresholds);
    Ledger {
        at,
        kinds: grouped(lines, |line| &line.kind),
        operators: few_together(lines, &operators),
        channels,
        errors,
        alarms,
    }
}

fn grouped<'l>(lines: &'l [LedgerLine], name: impl Fn(&'l LedgerLine) -> &'l str) -> Vec<Figures> {
    let mut groups = BTreeMap::new();
    for line in lines {
        let name = name(line);
        let group = groups
            .entry((line.channel, name))
            .or_insert_with(|| Figures::new(line.channel, name));
        group.add(line);
    }
    groups.into_values().collect()
}

fn few_together(lines: &[LedgerLine], operators: &[Figures]) -> Vec<Figures> {
    let few = |line: &LedgerLine| {
        operators
            .iter()
            .any(|group| group.channel == line.channel && group.name == line.operator && group.total < FEW)
    };
    let hidden: Vec<LedgerLine> = lines
        .iter()
        .map(|line| LedgerLine {
            operator: if few(line) {
                OTHERS.to_owned()
            } else {
                line.operator.clone()
            },
            ..line.clone()
        })
        .collect();
    grouped(&hidden, |line| &line.operator)
}

fn alarms(
    at: Timestamp,
    channels: &[Figures],
    operators: &[Figures],
    errors: &[Met],
    thresholds: &Thresholds,
) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    for met in errors {
        if met.status.waits() && met.class.starts_with("settings-") {
            alarms.push(Alarm::Settings {
                channel: met.channel,
                class: met.class.clone(),
                count: met.count,
            });
        }
    }
    for group in channels {
        let minutes = group
            .oldest_waiting
            .map_or(0, |oldest| at.duration_since(oldest).as_mins());
        let minutes = u64::try_from(minutes).unwrap_or(0);
        if group.oldest_waiting.is_some() && minutes >= thresholds.waiting_minutes {
            alarms.push(Alarm::Waiting {
                channel: group.channel,
                minutes,
            });
        }
    }
    for group in operators {
        let known = group.sent + group.delivered + group.failed + group.expired;
        let percent = group.failed_percent();
        if known >= thresholds.at_least && percent >= thresholds.failed_percent {
            alarms.push(Alarm::Failing {
                channel: group.channel,
                operator: group.name.clone(),
                percent,
            });
        }
    }
    alarms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(channel: Channel, operator: &str, status: Status, count: u64, oldest: &str) -> LedgerLine {
        LedgerLine {
            channel,
            kind: "activation".to_owned(),
            operator: operator.to_owned(),
            status,
            count,
            oldest: oldest.parse().unwrap(),
        }
    }

    #[test]
    fn figures_add_up_and_alarms_say_where_to_look() {
        let at = "2026-12-05T10:00:00Z".parse().unwrap();
        let lines = [
            line(
                Channel::Mail,
                "ac-versailles.fr",
                Status::Sent,
                90,
                "2026-12-05T09:00:00Z",
            ),
            line(
                Channel::Mail,
                "ac-versailles.fr",
                Status::Failed,
                8,
                "2026-12-05T09:00:00Z",
            ),
            line(
                Channel::Mail,
                "ac-versailles.fr",
                Status::Expired,
                2,
                "2026-12-05T09:00:00Z",
            ),
            line(Channel::Mail, "ac-lille.fr", Status::Queued, 7, "2026-12-05T09:40:00Z"),
            line(
                Channel::Mail,
                "dupont.example",
                Status::Failed,
                1,
                "2026-12-05T09:40:00Z",
            ),
            line(Channel::Sms, "+33 6", Status::Held, 5, "2026-12-05T09:55:00Z"),
        ];
        let errors = vec![Met {
            channel: Channel::Mail,
            status: Status::Queued,
            class: "settings-535".to_owned(),
            count: 7,
        }];
        let ledger = drawn_up(at, &lines, errors, &Thresholds::default());
        assert_eq!(
            ledger.channels.iter().map(|group| group.total).collect::<Vec<_>>(),
            [108, 5]
        );
        let names: Vec<&str> = ledger.operators.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, [OTHERS, "ac-lille.fr", "ac-versailles.fr", "+33 6"]);
        let mail = Channel::Mail;
        assert_eq!(
            ledger.alarms,
            [
                Alarm::Settings {
                    channel: mail,
                    class: "settings-535".to_owned(),
                    count: 7
                },
                Alarm::Waiting {
                    channel: mail,
                    minutes: 20
                },
                Alarm::Failing {
                    channel: mail,
                    operator: "ac-versailles.fr".to_owned(),
                    percent: 10
                },
            ]
        );
    }
}
