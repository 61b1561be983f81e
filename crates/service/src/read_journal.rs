//! The journal, to read: by page, by kind of event, and whether its chain holds.

use isoloir_domain::journal::Entry;

use crate::{Fault, VotingServer};

/// Entries on one page.
pub const ENTRIES_PER_PAGE: u32 = 50;

impl VotingServer {
    /// Entries before the rank `before` (all when `None`), the latest first, with their ranks; of one kind only, when given.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn journal_page(&self, before: Option<u64>, kind: Option<&str>) -> Result<Vec<(u64, Entry)>, Fault> {
        // A kind is a name of our own; whatever else was typed matches nothing.
        let sound = |kind: &&str| kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let kind = match kind {
            Some(kind) if !sound(&kind) => return Ok(Vec::new()),
            kind => kind,
        };
        let before = before.unwrap_or(u64::MAX);
        Ok(self.inner.store.journal_before(before, kind, ENTRIES_PER_PAGE).await?)
    }

    /// Every entry as it is chained, from the first, and the head: for the archive.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn journal_texts(&self) -> Result<(Vec<String>, [u8; 32]), Fault> {
        Ok(self.inner.store.journal_texts().await?)
    }

    /// Whether every entry of the journal follows from the one before. Reads all of it.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn journal_chain_holds(&self) -> Result<bool, Fault> {
        Ok(self.inner.store.journal_holds().await?)
    }
}
