//! Suspends an account (*suspension du compte*): its sessions end, nobody signs in to it, no link replaces its password; or opens it again.

use isoloir_domain::VoterId;
use isoloir_domain::journal::{Event, Subject};

use crate::{Fault, VotingServer};

impl VotingServer {
    /// Suspends an account; false when there is none that is open.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn suspend_account(&self, voter: VoterId) -> Result<bool, Fault> {
        self.set_suspended(voter, true, Event::AccountSuspended).await
    }

    /// Opens a suspended account again; false when there is none.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn restore_account(&self, voter: VoterId) -> Result<bool, Fault> {
        self.set_suspended(voter, false, Event::AccountRestored).await
    }

    async fn set_suspended(&self, voter: VoterId, suspended: bool, what: Event) -> Result<bool, Fault> {
        let entry = self.entry(Subject::Voter(voter), what);
        let now = self.inner.clock.now();
        Ok(self.inner.store.set_suspended(voter, suspended, now, &entry).await?)
    }
}
