//! The journal: appended to inside the transaction of what it tells, chained by hashes, never changed.

use isoloir_domain::journal::{Entry, chain};
use isoloir_domain::journal_file::{JournalHead, SignedDay};
use jiff::Timestamp;

use crate::value::{hash, signed, unsigned};
use crate::{Store, StoreError};

statements! {
    LOCK_HEAD = "UPDATE journal_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash";
    SET_HEAD = "UPDATE journal_head SET hash = $1 WHERE id = 1";
    APPEND = "INSERT INTO journal (seq, entry, hash) VALUES ($1, $2, $3)";
    HEAD = "SELECT seq, hash FROM journal_head WHERE id = 1";
    PAGE = "SELECT seq, entry, hash FROM journal WHERE seq > $1 ORDER BY seq LIMIT 1000";
    BEFORE = "SELECT seq, entry FROM journal WHERE seq < $1 AND entry LIKE $2 AND entry LIKE $3
        AND substr(entry, 8, 16) BETWEEN $4 AND $5 ORDER BY seq DESC LIMIT $6";
    INSERT_DAY = "INSERT INTO journal_day (day, seq, hash, signature) VALUES ($1, $2, $3, $4) ON CONFLICT (day) DO NOTHING";
    DAYS = "SELECT day, seq, hash, signature FROM journal_day ORDER BY day";
    LATEST_DAY = "SELECT day, seq, hash, signature FROM journal_day ORDER BY day DESC LIMIT 1";
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

/// Which entries are wanted; what is `None` leaves none out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// The kind of event, as the journal names it.
    pub kind: Option<&'a str>,
    /// An identifier or a word that the entry holds as a whole value: an election, a voter, a tracker, a member of the staff. Without `%`, `_` or `"`.
    pub about: Option<&'a str>,
    /// Not before this minute.
    pub from: Option<Timestamp>,
    /// Not after this minute.
    pub until: Option<Timestamp>,
}

impl<'a> Wanted<'a> {
    /// Those of one kind.
    #[must_use]
    pub fn of_kind(kind: &'a str) -> Self {
        Self {
            kind: Some(kind),
            ..Self::default()
        }
    }
}

fn pattern(text: Option<String>) -> String {
    text.map_or_else(|| "%".to_owned(), |text| format!("%{text}%"))
}

/// As an entry's text begins: `{"at":"2026-12-03T07:00`.
fn to_the_minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

type DayRow = (String, i64, String, String);

fn read_day((day, seq, hash, signature): DayRow) -> Result<SignedDay, StoreError> {
    let damaged = StoreError::Damaged("a signed day of the journal");
    let mut signed = SignedDay {
        day: day
            .parse()
            .map_err(|_| StoreError::Damaged("a signed day of the journal"))?,
        head: JournalHead {
            rank: unsigned(seq, "a signed day of the journal")?,
            hash: [0; 32],
        },
        signature: [0; 64],
    };
    hex::decode_to_slice(&hash, &mut signed.head.hash)
        .and_then(|()| hex::decode_to_slice(&signature, &mut signed.signature))
        .map_err(|_| damaged)?;
    Ok(signed)
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

    /// Entries before the rank `before`, the latest first, with their ranks; of those that `wanted` describes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn journal_before(
        &self,
        before: u64,
        wanted: &Wanted<'_>,
        limit: u32,
    ) -> Result<Vec<(u64, Entry)>, StoreError> {
        let kind = pattern(wanted.kind.map(|kind| format!("\"event\":\"{kind}\"")));
        let about = pattern(wanted.about.map(|about| format!("\"{about}\"")));
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        let rows: Vec<(i64, String)> = on!(read &self.db, pool => sqlx::query_as(BEFORE)
            .bind(before)
            .bind(kind)
            .bind(about)
            .bind(wanted.from.map_or_else(String::new, to_the_minute))
            .bind(wanted.until.map_or_else(|| "9999".to_owned(), to_the_minute))
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

    /// Where the journal ends.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn journal_head(&self) -> Result<JournalHead, StoreError> {
        let (last, head): (i64, Vec<u8>) = on!(read &self.db, pool => sqlx::query_as(HEAD).fetch_one(pool).await?);
        Ok(JournalHead {
            rank: unsigned(last, "the journal's head")?,
            hash: hash(&head, "the journal's head")?,
        })
    }

    /// A thousand texts of entries at most, after the rank `after`, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn journal_texts(&self, after: u64) -> Result<Vec<String>, StoreError> {
        let after = signed(after, "the journal")?;
        let page: Vec<(i64, String, Vec<u8>)> =
            on!(read &self.db, pool => sqlx::query_as(PAGE).bind(after).fetch_all(pool).await?);
        Ok(page.into_iter().map(|(_, text, _)| text).collect())
    }

    /// Keeps what was signed for a day; the first signature of a day stays.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_journal_day(&self, signed_day: &SignedDay) -> Result<(), StoreError> {
        let rank = signed(signed_day.head.rank, "the journal")?;
        on!(write &self.db, pool => {
            sqlx::query(INSERT_DAY)
                .bind(signed_day.day.to_string())
                .bind(rank)
                .bind(hex::encode(signed_day.head.hash))
                .bind(hex::encode(signed_day.signature))
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// Days that were signed, the first first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn journal_days(&self) -> Result<Vec<SignedDay>, StoreError> {
        let rows: Vec<DayRow> = on!(read &self.db, pool => sqlx::query_as(DAYS).fetch_all(pool).await?);
        rows.into_iter().map(read_day).collect()
    }

    /// The latest day that was signed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn latest_journal_day(&self) -> Result<Option<SignedDay>, StoreError> {
        let row: Option<DayRow> = on!(read &self.db, pool => sqlx::query_as(LATEST_DAY).fetch_optional(pool).await?);
        row.map(read_day).transpose()
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
