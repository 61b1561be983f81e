//! The hours of a vote are told by the clocks of several machines. A node whose clock has left the database's neither serves nor freezes a box: it would
//! turn voters away too early, or let them vote too late, and a box that is frozen stays so.

use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::SignedDuration;

use crate::{Fault, VotingServer};

/// Machines whose clocks are kept by a time service agree far better; a clock that nobody keeps leaves this within some days.
pub const TOLERANCE: SignedDuration = SignedDuration::from_secs(5);

impl VotingServer {
    /// Compares this machine's clock with that of the database, where the database has one of its own (PostgreSQL). While they differ by more than
    /// [`TOLERANCE`], [`VotingServer::health`] fails and no box is frozen by the calendar. How much this clock is ahead.
    ///
    /// # Errors
    /// [`Fault`] when the database does not answer; nothing changes then.
    pub async fn compare_clocks(&self) -> Result<SignedDuration, Fault> {
        let before = self.inner.clock.now();
        let Some(there) = self.inner.store.clock().await? else {
            return Ok(SignedDuration::ZERO);
        };
        let after = self.inner.clock.now();
        // The answer may have been slow: the database was asked at some moment between the two.
        let ahead = if there < before {
            before.duration_since(there)
        } else if there > after {
            after.duration_since(there)
        } else {
            SignedDuration::ZERO
        };
        let is_adrift = ahead.abs() > TOLERANCE;
        let was_adrift = self.inner.is_adrift.swap(is_adrift, Ordering::Relaxed);
        match (was_adrift, is_adrift) {
            (false, true) => tracing::error!(
                ahead_ms = i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX),
                "this machine's clock is not the database's: the node does not serve"
            ),
            (true, false) => tracing::info!("the clocks agree again"),
            _ => {}
        }
        Ok(ahead)
    }

    /// Compares clocks again and again, `period` after the last time. To be spawned by the binary, which has compared them before anybody is served.
    pub async fn run_clock_comparison(self, period: Duration) {
        loop {
            tokio::time::sleep(period).await;
            if let Err(error) = self.compare_clocks().await {
                tracing::warn!(%error, "the clocks could not be compared");
            }
        }
    }

    /// Whether the clocks agreed when they were last compared.
    pub(crate) fn clocks_agree(&self) -> Result<(), Fault> {
        if self.inner.is_adrift.load(Ordering::Relaxed) {
            return Err(Fault::Adrift);
        }
        Ok(())
    }
}
