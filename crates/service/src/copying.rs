//! The synchronous copy of the ballot log (docs/adr/0029), as the server follows it: tried every second, and no receipt nor signed head goes out before the
//! copy has what it speaks of.

use std::time::Duration;

use crate::{Fault, VotingServer};

impl VotingServer {
    /// Brings the copy up to the database every `period`, for ever: what is neither a ballot nor in its commit reaches the copy this way, and a disk that
    /// takes nothing any more is known before the next ballot. Nothing where no copy is kept. To be spawned by the binary.
    pub async fn run_copying(self, period: Duration) {
        loop {
            // Why it failed is in the log already, and `/healthz` tells it.
            let _ = self.inner.store.complete_copy(self.inner.clock.now()).await;
            tokio::time::sleep(period).await;
        }
    }

    /// Returns once all that was read before is in the copy too: before a signature goes out that promises it for good.
    pub(crate) async fn copied(&self) -> Result<(), Fault> {
        Ok(self.inner.store.copied(self.inner.clock.now()).await?)
    }
}
