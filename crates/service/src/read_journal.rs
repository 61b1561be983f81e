//! The journal, to read: by page, by kind of event, by whom or what it names, by time; and whether its chain holds.

use isoloir_domain::journal::Entry;
pub use isoloir_store::journal::Wanted;

use crate::{Fault, VotingServer};

/// Entries on one page.
pub const ENTRIES_PER_PAGE: u32 = 50;

impl VotingServer {
    /// Entries before the rank `before` (all when `None`) that `wanted` describes, the latest first, with their ranks.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn journal_page(&self, before: Option<u64>, wanted: &Wanted<'_>) -> Result<Vec<(u64, Entry)>, Fault> {
        // Kinds are names of our own, identifiers have few characters; whatever else was typed matches nothing.
        let is_kind = |kind: &str| kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let is_identifier = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-+/=".contains(&b));
        if !wanted.kind.is_none_or(is_kind) || !wanted.about.is_none_or(is_identifier) {
            return Ok(Vec::new());
        }
        let before = before.unwrap_or(u64::MAX);
        Ok(self
            .inner
            .store
            .journal_before(before, wanted, ENTRIES_PER_PAGE)
            .await?)
    }

    /// Whether every entry of the journal follows from the one before. Reads all of it.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn journal_chain_holds(&self) -> Result<bool, Fault> {
        Ok(self.inner.store.journal_holds().await?)
    }
}
