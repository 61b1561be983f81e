//! Unlocks the credentials of a voter (*déverrouillage par le code de vote*).
//!
//! Who knocks is proved by a ticket of the voting server, the code by its authenticator. Whether the voter exists, has a code, or
//! mistyped it, the answer and the work are the same. Wrong attempts are counted per voter in the database, also when they race; after a
//! few, each makes the next wait longer, never for ever: nobody can lock a voter out of the election.

use isoloir_domain::token::{Admission, Ticket, TokenError};
use isoloir_domain::{ElectionId, VoterId};

use crate::attempts::{FREE_FAILURES, locked_after, wait};
use crate::derivation::Authenticator;
use crate::keys::Verifier;
use crate::store::StoreError;
use crate::store::codes::{Attempted, Decision, WrappedRow};
use crate::{Registrar, measured};

/// One credential of the voter, as the browser receives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockedCredential {
    /// The election.
    pub election: ElectionId,
    /// The credential under the voter's wrapping key.
    pub wrapped: Vec<u8>,
    /// The signed admission for the voting server.
    pub admission: String,
}

/// Why nothing was unlocked.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// Malformed, forged or expired: sign in again.
    #[error("the ticket is not valid: {0}")]
    TicketInvalid(TokenError),
    /// Not this voter's code; or the voter has none.
    #[error("the code is wrong, {attempts_left} attempts left before waiting")]
    CodeWrong {
        /// Attempts that cost no waiting.
        attempts_left: u32,
        /// Waiting before the next attempt, when there are none left.
        retry_after: u64,
    },
    /// Too many wrong codes: nothing was compared.
    #[error("too many wrong codes, next attempt in {retry_after} seconds")]
    CodeLocked {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// A value of the database is not what it should be, or cannot be signed.
    #[error("the registrar's records are damaged")]
    Damaged,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UnlockError {
    /// Its stable code, as the answer has it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            UnlockError::TicketInvalid(_) => "ticket_invalid",
            UnlockError::CodeWrong { .. } => "code_wrong",
            UnlockError::CodeLocked { .. } => "code_locked",
            UnlockError::Damaged => "fault",
            UnlockError::Store(_) => "store_unavailable",
        }
    }
}

impl Registrar {
    /// Checks ticket and authenticator; yields the wrapped credentials and the admissions.
    ///
    /// # Errors
    /// See [`UnlockError`].
    pub async fn unlock(
        &self,
        ticket: &str,
        authenticator: &Authenticator,
    ) -> Result<Vec<UnlockedCredential>, UnlockError> {
        let outcome = self.try_unlock(ticket, authenticator).await;
        measured::unlocked(&outcome);
        outcome
    }

    async fn try_unlock(
        &self,
        ticket: &str,
        authenticator: &Authenticator,
    ) -> Result<Vec<UnlockedCredential>, UnlockError> {
        let now = self.clock.now();
        let ticket = Ticket::verify(ticket, &self.tickets, now).map_err(UnlockError::TicketInvalid)?;
        let verifier = self.keys.verifier(ticket.voter(), authenticator);
        let rows = self.attempt(ticket.voter(), &verifier, now.as_second()).await?;
        let admit = |row: WrappedRow| -> Result<UnlockedCredential, UnlockError> {
            let election: ElectionId = row.election.parse().map_err(|_| UnlockError::Damaged)?;
            let admission = Admission::new(ticket.session(), election.clone(), &row.public, now);
            let admission = admission.sign(self.keys.signing()).map_err(|_| UnlockError::Damaged)?;
            Ok(UnlockedCredential {
                election,
                wrapped: row.wrapped,
                admission,
            })
        };
        rows.into_iter().map(admit).collect()
    }

    async fn attempt(&self, voter: VoterId, verifier: &Verifier, now: i64) -> Result<Vec<WrappedRow>, UnlockError> {
        let mut waiting = 0;
        let decide = |before: Attempted, stored: Option<Vec<u8>>| {
            let right = verifier.matches(stored.as_deref().unwrap_or(&[0; 32]));
            waiting = wait(before.locked_until, now);
            if waiting > 0 {
                Decision::Wait
            } else if right {
                Decision::Right
            } else {
                Decision::Wrong(after_failure(before, now))
            }
        };
        let (decision, rows) = self.store.attempt(voter, decide).await?;
        match decision {
            Decision::Right => Ok(rows),
            Decision::Wait => Err(UnlockError::CodeLocked { retry_after: waiting }),
            Decision::Wrong(after) => {
                let attempts_left = u32::try_from(FREE_FAILURES - after.failures).unwrap_or(0);
                Err(UnlockError::CodeWrong {
                    attempts_left,
                    retry_after: wait(after.locked_until, now),
                })
            }
        }
    }
}

fn after_failure(before: Attempted, now: i64) -> Attempted {
    let failures = before.failures.saturating_add(1);
    Attempted {
        failures,
        locked_until: locked_after(failures, now),
    }
}
