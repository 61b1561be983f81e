//! The journal: appended to inside the transaction of what it tells, chained by hashes, never changed.

use isoloir_domain::journal::{Entry, chain};

use crate::value::{hash, signed, unsigned};
use crate::{Store, StoreError};

statements! {
    LOCK_HEAD = "UPDATE journal_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash";
    SET_HEAD = "UPDATE journal_head SET hash = $1 WHERE id = 1";
    APPEND = "INSERT INTO journal (seq, entry, hash) VALUES ($1, $2, $3)";
    HEAD = "SELECT seq, hash FROM journal_head WHERE id = 1";
    PAGE = "SELECT seq, entry, hash FROM journal WHERE seq > $1 ORDER BY seq LIMIT 1000";
    BEFORE = "SELECT seq, entry FROM journal WHERE seq < $1 AND entry LIKE $2 ORDER BY seq DESC LIMIT $3";
    LATEST = "SELECT entry FROM journal ORDER BY seq DESC LIMIT $1";
}

/// An entry with its place and hash, computed from the head that the transaction has locked.
pub(crate) struct Link {
    pub(crate) text: String,
    pub(crate) hash: Vec<u8>,
}

pub(crate) fn link(parent: &[u8], seq: i64, entry: &Entry) -> Result<Link, StoreError> {
    let text = entry.to_text().map_err(|_| StoreError::Damaged("a journal entry"))?;
    let hash = chain(
        &hash(parent, "the journal's head")?,
        unsigned(seq, "the journal's head")?,
        &text,
    )
    .to_vec();
    Ok(Link { text, hash })
}

/// Appends an entry in the transaction `$tx`. The last lock that a transaction takes.
macro_rules! append_journal {
    ($tx:ident, $entry:expr) => {{
        let (seq, parent): (i64, Vec<u8>) = sqlx::query_as($crate::journal::LOCK_HEAD).fetch_one(&mut *$tx).await?;
        let link = $crate::journal::link(&parent, seq, $entry)?;
        sqlx::query($crate::journal::APPEND)
            .bind(seq)
            .bind(&link.text)
            .bind(&link.hash)
            .execute(&mut *$tx)
            .await?;
        sqlx::query($crate::journal::SET_HEAD)
            .bind(&link.hash)
            .execute(&mut *$tx)
            .await?;
    }};
}

impl Store {
    /// Appends an entry by itself.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn append_journal(&self, entry: &Entry) -> Result<(), StoreError> {
        on!(tx &self.db, tx => append_journal!(tx, entry));
        Ok(())
    }

    /// The latest entries, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn latest_journal(&self, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let texts: Vec<String> =
            on!(read &self.db, pool => sqlx::query_scalar(LATEST).bind(i64::from(limit)).fetch_all(pool).await?);
        let read = |text: &String| serde_json::from_str(text).map_err(|_| StoreError::Damaged("a journal entry"));
        texts.iter().map(read).collect()
    }

    /// Entries before the rank `before`, the latest first, with their ranks; of one kind of events only, when given.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn journal_before(
        &self,
        before: u64,
        kind: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(u64, Entry)>, StoreError> {
        let pattern = kind.map_or_else(|| "%".to_owned(), |kind| format!("%\"event\":\"{kind}\"%"));
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        let rows: Vec<(i64, String)> = on!(read &self.db, pool => sqlx::query_as(BEFORE)
            .bind(before)
            .bind(pattern)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        rows.into_iter()
            .map(|(seq, text)| {
                let entry = serde_json::from_str(&text).map_err(|_| StoreError::Damaged("a journal entry"))?;
                Ok((unsigned(seq, "the journal")?, entry))
            })
            .collect()
    }

    /// Every entry as it is chained, from the first down to the head that stood when the reading began, and that head.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn journal_texts(&self) -> Result<(Vec<String>, [u8; 32]), StoreError> {
        let (last, head): (i64, Vec<u8>) = on!(read &self.db, pool => sqlx::query_as(HEAD).fetch_one(pool).await?);
        let (mut texts, mut after) = (Vec::new(), 0_i64);
        while after < last {
            let page: Vec<(i64, String, Vec<u8>)> =
                on!(read &self.db, pool => sqlx::query_as(PAGE).bind(after).fetch_all(pool).await?);
            let Some((number, ..)) = page.last() else { break };
            after = *number;
            let wanted = page.into_iter().filter(|(number, ..)| *number <= last);
            texts.extend(wanted.map(|(_, text, _)| text));
        }
        Ok((texts, hash(&head, "the journal")?))
    }

    /// Whether every entry follows from the one before, down to the head.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn journal_holds(&self) -> Result<bool, StoreError> {
        let (last, head): (i64, Vec<u8>) = on!(read &self.db, pool => sqlx::query_as(HEAD).fetch_one(pool).await?);
        let (mut seq, mut parent) = (0_u64, [0_u8; 32]);
        loop {
            let after = signed(seq, "the journal")?;
            let page: Vec<(i64, String, Vec<u8>)> =
                on!(read &self.db, pool => sqlx::query_as(PAGE).bind(after).fetch_all(pool).await?);
            for (number, text, stored) in &page {
                if *number > last {
                    break;
                }
                seq = seq.saturating_add(1);
                parent = chain(&parent, seq, text);
                if signed(seq, "the journal")? != *number || parent.as_slice() != stored.as_slice() {
                    return Ok(false);
                }
            }
            if page.last().is_none_or(|(number, ..)| *number >= last) {
                return Ok(signed(seq, "the journal")? == last && parent.as_slice() == head.as_slice());
            }
        }
    }
}
