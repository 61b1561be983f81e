//! What was asked of reissues (*réassorts*): the journal's entry and the notice to the voter, in one transaction; the counts, from the journal.

use isoloir_domain::journal::Entry;

use crate::outbox::NewMessage;
use crate::{Store, StoreError};

statements! {
    REISSUES = "SELECT seq, entry FROM journal WHERE seq > $1 AND entry LIKE $2 ORDER BY seq LIMIT 1000";
}

/// Events of reissues begin so in the journal.
const EVENTS: &str = "%\"event\":\"reissue%";

impl Store {
    /// Journals a request for a new code, with the notice that tells the voter of it; the notice of one cause leaves once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_reissue(&self, entry: &Entry, notice: Option<&NewMessage>) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            if let Some(notice) = notice {
                queue_message!(tx, notice);
            }
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// Every entry about reissues after the rank `after`, at most a thousand, with their ranks.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reissues_after(&self, after: i64) -> Result<Vec<(i64, Entry)>, StoreError> {
        let rows: Vec<(i64, String)> = on!(read &self.db, pool => sqlx::query_as(REISSUES)
            .bind(after)
            .bind(EVENTS)
            .fetch_all(pool)
            .await?);
        rows.into_iter()
            .map(|(seq, text)| {
                let entry = serde_json::from_str(&text).map_err(|_| StoreError::Damaged("a journal entry"))?;
                Ok((seq, entry))
            })
            .collect()
    }
}
