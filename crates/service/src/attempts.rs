//! Failed attempts, and the delay that they cost (*temporisation*).
//!
//! After five failures in a row for one key the next attempts wait 30 s, then a minute, two, and so on up to a quarter of an hour: enough
//! against guessing, and no way to shut a voter out for good. While the delay runs nothing is compared, so a right password is refused
//! like a wrong one: otherwise the delay would tell a guesser nothing and cost nothing. The keys are what was typed (address and staff
//! number apart), so that a voter whose address is under attack still signs in with the number; whoever answers a captcha need not wait at
//! sign-in for what others did; and a link for a forgotten password, which only the voter's mailbox receives, ends the delay at once.

use std::time::Duration;

use isoloir_store::session::Failures;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::activation_letter::CodeError;
use crate::challenge::ChallengeError;
use crate::change_password::CurrentError;
use crate::sign_in::SignInError;
use crate::staff_sign_in::StaffSignInError;
use crate::{Fault, VotingServer};

/// Failures before a key is locked.
const FREE_FAILURES: u64 = 5;
/// Failures are forgotten after this long.
pub(crate) const MEMORY: SignedDuration = SignedDuration::from_hours(24);
/// The longest delay.
const LONGEST: i64 = 900;
/// What clocks of two machines may differ by. Beyond it, an instant in the future tells that the clock was put back.
pub(crate) const SKEW: SignedDuration = SignedDuration::from_mins(1);

/// What is tried.
#[derive(Clone, Copy)]
pub(crate) enum Tried<'a> {
    /// A password, for an identifier as typed.
    Password(&'a str),
    /// An activation code, for a staff number as typed.
    Code(&'a str),
    /// The current password, by the voter who is signed in.
    Current(&'a str),
    /// The secret answer of a voter.
    Answer(&'a str),
    /// Password and code of a member of the staff, for an address as typed.
    Staff(&'a str),
}

impl Tried<'_> {
    /// The key under which failures are counted: no identifier is stored.
    pub(crate) fn key(self) -> [u8; 32] {
        let (kind, text) = match self {
            Self::Password(text) => ("password", text),
            Self::Code(text) => ("code", text),
            Self::Current(text) => ("current", text),
            Self::Answer(text) => ("answer", text),
            Self::Staff(text) => ("staff", text),
        };
        Sha256::new()
            .chain_update(b"isoloir/attempt/v1|")
            .chain_update(kind)
            .chain_update(b"|")
            .chain_update(text)
            .finalize()
            .into()
    }
}

impl VotingServer {
    /// Does what may be tried so often only. Counted as failed before it begins, so that attempts at the same time are too, until
    /// [`isoloir_store::Store::clear_failures`]. An attempt of which nothing came, because the server could not do its part, is taken back: otherwise a failover
    /// would cost people a captcha or a delay who typed what is right again and again.
    ///
    /// `human`: a captcha was just answered, so that this person need not wait for what others did.
    pub(crate) async fn attempt<T, E: Attempted>(
        &self,
        key: &[u8; 32],
        human: bool,
        tried: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if let Some(retry_after) = self.count_attempt(key, human).await? {
            return Err(E::locked(retry_after));
        }
        let outcome = tried.await;
        if outcome.as_ref().is_err_and(E::is_fault) {
            self.take_attempt_back(*key);
        }
        outcome
    }

    /// Counts an attempt; the seconds to wait when it may not take place.
    async fn count_attempt(&self, key: &[u8; 32], human: bool) -> Result<Option<u64>, Fault> {
        let now = self.inner.clock.now();
        let before = self
            .inner
            .store
            .count_attempt(key, |f| after_failure(f, now, human))
            .await?;
        if human || !is_locked(before, now) {
            return Ok(None);
        }
        let wait = before.locked_until.duration_since(now).as_secs();
        Ok(Some(u64::try_from(wait).unwrap_or(0).saturating_add(1)))
    }

    /// The database may still be away, so it is asked again, beside the answer.
    fn take_attempt_back(&self, key: [u8; 32]) {
        let (server, now) = (self.clone(), self.inner.clock.now());
        tokio::spawn(async move {
            for _ in 0..TAKE_BACK_TRIES {
                let taken = server.inner.store.count_attempt(&key, |f| Some(without_one(f, now)));
                if taken.await.is_ok() {
                    return;
                }
                tokio::time::sleep(TAKE_BACK_PAUSE).await;
            }
        });
    }
}

/// Why an attempt did not succeed.
pub(crate) trait Attempted: From<Fault> {
    /// There were too many; seconds to wait.
    fn locked(retry_after: u64) -> Self;
    /// The server could not do its part.
    fn is_fault(&self) -> bool;
}

/// The errors of what may be tried so often only have these two cases.
macro_rules! attempted {
    ($($error:ty),* $(,)?) => {
        $(impl Attempted for $error {
            fn locked(retry_after: u64) -> Self {
                Self::Locked { retry_after }
            }
            fn is_fault(&self) -> bool {
                matches!(self, Self::Fault(_))
            }
        })*
    };
}

attempted!(ChallengeError, CodeError, CurrentError, SignInError, StaffSignInError);

/// Failures without one that happened before `before`: the delay is over if nobody has tried since.
fn without_one(failures: Failures, before: Timestamp) -> Failures {
    Failures {
        count: failures.count.saturating_sub(1),
        locked_until: if failures.latest <= before {
            Timestamp::UNIX_EPOCH
        } else {
            failures.locked_until
        },
        latest: failures.latest,
    }
}

/// The database may be away for the time of a failover, and somewhat longer.
const TAKE_BACK_TRIES: u32 = 90;
const TAKE_BACK_PAUSE: Duration = Duration::from_secs(2);

/// A delay set by a clock that was since put back would last for ever: it is over.
fn is_locked(failures: Failures, now: Timestamp) -> bool {
    failures.locked_until > now && failures.latest.duration_since(now) <= SKEW
}

/// Failures once this attempt has failed, `None` while the key is locked.
fn after_failure(before: Failures, now: Timestamp, human: bool) -> Option<Failures> {
    if !human && is_locked(before, now) {
        return None;
    }
    let count = if now.duration_since(before.latest) > MEMORY {
        1
    } else {
        before.count.saturating_add(1)
    };
    let over = count.saturating_sub(FREE_FAILURES);
    let lock = match over {
        0 if count < FREE_FAILURES => SignedDuration::ZERO,
        over => SignedDuration::from_secs((30_i64 << over.min(5)).min(LONGEST)),
    };
    let locked_until = now.saturating_add(lock).unwrap_or(Timestamp::MAX);
    Some(Failures {
        count,
        locked_until,
        latest: now,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    const NONE: Failures = Failures {
        count: 0,
        locked_until: Timestamp::UNIX_EPOCH,
        latest: Timestamp::UNIX_EPOCH,
    };

    #[test]
    fn however_many_attempts_the_delay_never_passes_a_quarter_of_an_hour() {
        let (mut failures, mut now) = (NONE, 1_000_000_i64);
        let mut waited = 0;
        for _ in 0..10_000 {
            match after_failure(failures, at(now), false) {
                Some(after) => failures = after,
                None => {
                    let wait = failures.locked_until.as_second() - now;
                    assert!(wait <= LONGEST, "{wait}");
                    waited += 1;
                    now += wait;
                }
            }
        }
        assert!(waited > 4_000, "most attempts were stopped");
    }

    #[test]
    fn a_clock_put_back_neither_locks_for_ever_nor_forgets() {
        let locked = (0..20).fold(NONE, |f, _| {
            after_failure(
                Failures {
                    locked_until: Timestamp::UNIX_EPOCH,
                    ..f
                },
                at(2_000_000),
                false,
            )
            .unwrap()
        });
        assert!(is_locked(locked, at(2_000_000)));
        let back = at(1_000_000);
        assert!(!is_locked(locked, back));
        let after = after_failure(locked, back, false).unwrap();
        assert!(is_locked(after, back), "the count goes on, so does the delay");
        assert!(after.locked_until <= at(1_000_000 + LONGEST));
    }
}
