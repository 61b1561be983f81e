//! The journal: appended to inside the transaction of what it tells.

use isoloir_domain::journal::chain;

use super::{Store, StoreError};
use crate::journal::Entry;

statements! {
    LOCK_HEAD = "UPDATE journal_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash";
    SET_HEAD = "UPDATE journal_head SET hash = $1 WHERE id = 1";
    APPEND = "INSERT INTO journal (seq, entry, hash) VALUES ($1, $2, $3)";
    HEAD = "SELECT seq, hash FROM journal_head WHERE id = 1";
    PAGE = "SELECT seq, entry, hash FROM journal WHERE seq > $1 ORDER BY seq LIMIT 1000";
}

/// The entry's text and its hash at rank `seq` after `parent`.
pub(crate) fn link(parent: &str, seq: i64, entry: &Entry) -> Result<(String, String), StoreError> {
    let text = serde_json::to_string(entry).map_err(|_| StoreError::Damaged("a journal entry"))?;
    let hash = follow(parent, seq, &text)?;
    Ok((text, hash))
}

fn follow(parent: &str, seq: i64, text: &str) -> Result<String, StoreError> {
    let mut before = [0; 32];
    hex::decode_to_slice(parent, &mut before).map_err(|_| StoreError::Damaged("the journal's head"))?;
    let seq = u64::try_from(seq).map_err(|_| StoreError::Damaged("the journal's head"))?;
    Ok(hex::encode(chain(&before, seq, text)))
}

/// Appends an entry in the transaction `$tx`. The last lock that a transaction takes.
macro_rules! append_journal {
    ($tx:ident, $entry:expr) => {{
        let (seq, parent): (i64, String) = sqlx::query_as($crate::store::journal::LOCK_HEAD)
            .fetch_one(&mut *$tx)
            .await?;
        let (text, hash) = $crate::store::journal::link(&parent, seq, $entry)?;
        sqlx::query($crate::store::journal::APPEND)
            .bind(seq)
            .bind(&text)
            .bind(&hash)
            .execute(&mut *$tx)
            .await?;
        sqlx::query($crate::store::journal::SET_HEAD)
            .bind(&hash)
            .execute(&mut *$tx)
            .await?;
    }};
}

impl Store {
    /// Every entry, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn journal(&self) -> Result<Vec<Entry>, StoreError> {
        let rows = self.journal_rows().await?;
        let read = |(_, text, _): &(i64, String, String)| {
            serde_json::from_str(text).map_err(|_| StoreError::Damaged("a journal entry"))
        };
        rows.iter().map(read).collect()
    }

    /// Whether every entry follows from the one before, down to the head.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn journal_holds(&self) -> Result<bool, StoreError> {
        let (last, head): (i64, String) = on!(read self, pool => sqlx::query_as(HEAD).fetch_one(pool).await?);
        let (mut seq, mut parent) = (0_i64, "0".repeat(64));
        for (number, text, stored) in self.journal_rows().await? {
            if number > last {
                break;
            }
            seq = seq.saturating_add(1);
            parent = follow(&parent, seq, &text)?;
            if number != seq || parent != stored {
                return Ok(false);
            }
        }
        Ok(seq == last && parent == head)
    }

    async fn journal_rows(&self) -> Result<Vec<(i64, String, String)>, StoreError> {
        let mut rows: Vec<(i64, String, String)> = Vec::new();
        loop {
            let after = rows.last().map_or(0, |(seq, ..)| *seq);
            let page: Vec<(i64, String, String)> =
                on!(read self, pool => sqlx::query_as(PAGE).bind(after).fetch_all(pool).await?);
            if page.is_empty() {
                return Ok(rows);
            }
            rows.extend(page);
        }
    }
}
