//! What is counted and timed of the voting server while it works, for who watches it (docs/adr/0026). Where no exporter is set up, nothing is kept.
//!
//! A label is a word of this program, never of anybody's: its type is `&'static str`. So none can name a person, an election, a session or an
//! address, and none tells a choice. How many ballots an election has is not among the figures: while the vote is open that is for its board
//! (R. 211-542).

use std::time::Duration;

use isoloir_domain::Phase;
use isoloir_domain::delivery::Channel;
use isoloir_domain::message::Refusal;
use isoloir_store::Connections;
use jiff::Timestamp;
use metrics::{counter, histogram};

use crate::cast_ballot::{Cast, CastError};
use crate::{Fault, VotingServer};

/// Ballots recorded since the start, all elections together.
pub const CASTS_RECORDED: &str = "isoloir_casts_recorded_total";
/// Retries of a ballot that was stored already, answered with the same receipt.
pub const CASTS_REPEATED: &str = "isoloir_casts_repeated_total";
/// Ballots refused, by the stable code of the refusal.
pub const CASTS_REFUSED: &str = "isoloir_casts_refused_total";
/// Ballots in one commit.
pub const COMMIT_BALLOTS: &str = "isoloir_commit_ballots";
/// How long a commit took.
pub const COMMIT_SECONDS: &str = "isoloir_commit_seconds";
/// Commits that failed.
pub const COMMITS_FAILED: &str = "isoloir_commits_failed_total";
/// How long a password took, the wait for a pause of the casts included.
pub const PASSWORD_SECONDS: &str = "isoloir_password_seconds";
/// Sign-ins of voters, by outcome.
pub const SIGN_INS: &str = "isoloir_sign_ins_total";
/// Sign-ins of the staff, by outcome.
pub const STAFF_SIGN_INS: &str = "isoloir_staff_sign_ins_total";
/// The outcome that is no refusal.
pub const ACCEPTED: &str = "accepted";

/// What is busy at this moment: known without asking the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    /// Passwords being hashed or waiting for it.
    pub passwords: usize,
    /// Whether newcomers need a place.
    pub room_open: bool,
    /// People who stand in line on this node.
    pub standing: usize,
    /// People whom the room has called since the start.
    pub called: u64,
    /// Connections to the database.
    pub connections: Connections,
}

/// What the database counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Sessions of voters that are not over.
    pub sessions: u64,
    /// Elections, by where they stand.
    pub elections: Vec<(Phase, u64)>,
    /// Messages that wait to leave, by channel.
    pub waiting: Vec<Waiting>,
}

/// Messages of one channel that wait to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// By which channel.
    pub channel: Channel,
    /// How many.
    pub count: u64,
    /// Since when the oldest waits, to the minute.
    pub oldest: Option<Timestamp>,
}

pub(crate) fn cast(outcome: &Result<Cast, CastError>) {
    match outcome {
        Ok(Cast { fresh: true, .. }) => counter!(CASTS_RECORDED).increment(1),
        Ok(Cast { fresh: false, .. }) => counter!(CASTS_REPEATED).increment(1),
        Err(error) => counter!(CASTS_REFUSED, "code" => error.code()).increment(1),
    }
}

pub(crate) fn committed(ballots: usize, took: Duration) {
    // A batch has 256 ballots at most.
    histogram!(COMMIT_BALLOTS).record(f64::from(u32::try_from(ballots).unwrap_or(u32::MAX)));
    histogram!(COMMIT_SECONDS).record(took.as_secs_f64());
}

pub(crate) fn commit_failed() {
    counter!(COMMITS_FAILED).increment(1);
}

pub(crate) fn password_hashed(took: Duration) {
    histogram!(PASSWORD_SECONDS).record(took.as_secs_f64());
}

pub(crate) fn signed_in<T>(outcome: &Result<T, impl Refusal>) {
    counter!(SIGN_INS, "outcome" => outcome_of(outcome)).increment(1);
}

pub(crate) fn staff_signed_in<T>(outcome: &Result<T, impl Refusal>) {
    counter!(STAFF_SIGN_INS, "outcome" => outcome_of(outcome)).increment(1);
}

fn outcome_of<T>(outcome: &Result<T, impl Refusal>) -> &'static str {
    match outcome {
        Ok(_) => ACCEPTED,
        Err(error) => error.code(),
    }
}

impl VotingServer {
    /// What is busy now.
    #[must_use]
    pub fn busy(&self) -> Busy {
        let (room_open, standing, called) = self.waiting_room_now();
        Busy {
            passwords: self.inner.hashing.queued(),
            room_open,
            standing,
            called,
            connections: self.inner.store.pool(),
        }
    }

    /// What the database counts now.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn counted(&self) -> Result<Counted, Fault> {
        let (store, now) = (&self.inner.store, self.inner.clock.now());
        let waiting = store.messages_waiting().await?;
        let mut elections = Phase::ALL.map(|phase| (phase, 0));
        for consultation in self.consultations().await? {
            for (_, stands) in self.elections_with_phase(&consultation).await? {
                let of_phase = elections.iter_mut().find(|(phase, _)| *phase == stands);
                of_phase.into_iter().for_each(|(_, count)| *count += 1);
            }
        }
        Ok(Counted {
            sessions: store.open_sessions(now).await?,
            elections: elections.to_vec(),
            waiting: Channel::ALL
                .into_iter()
                .map(|channel| {
                    let line = waiting.iter().find(|line| line.channel == channel);
                    Waiting {
                        channel,
                        count: line.map_or(0, |line| line.count),
                        oldest: line.map(|line| line.oldest),
                    }
                })
                .collect(),
        })
    }
}
