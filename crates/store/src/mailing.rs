//! Mailings to the voters of chosen rolls: what they say, how far they are. Messages go through the outbox, a batch in one transaction with the mark of
//! how far it is: whoever is killed, and however many servers work on it, no voter is written to twice.
//!
//! Nothing here reads the poll book.

use isoloir_domain::delivery::Status;
use isoloir_domain::ids::MailingId;
use isoloir_domain::journal::Entry;
use isoloir_domain::mailing::{Drafts, MailingKind, MailingStatus, PerMinute};
use isoloir_domain::{ConsultationId, ElectionId, Voter};
use jiff::Timestamp;

use crate::account::INSERT_LINKS;
use crate::outbox::NewMessage;
use crate::roll::VoterRow;
use crate::value::{instant, millis, parse, signed, small, unsigned};
use crate::{Store, StoreError};

statements! {
    INSERT = "INSERT INTO mailing (id, consultation, kind, words, per_minute, status, created, created_by, started_by, reached, queued, next_at)
        VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, '', '', 0, 0)";
    INSERT_ROLL = "INSERT INTO mailing_roll (mailing, election) VALUES ($1, $2)";
    DELETE_ROLLS = "DELETE FROM mailing_roll WHERE mailing = $1";
    CORRECT = "UPDATE mailing SET words = $2, per_minute = $3 WHERE id = $1 AND status = 'draft'";
    MAILING = "SELECT id, consultation, kind, words, per_minute, status, created, created_by, starts, started, started_by, ended, queued
        FROM mailing WHERE id = $1";
    MAILINGS = "SELECT id, consultation, kind, words, per_minute, status, created, created_by, starts, started, started_by, ended, queued
        FROM mailing WHERE consultation = $1 ORDER BY created DESC, id";
    ROLLS = "SELECT election FROM mailing_roll WHERE mailing = $1 ORDER BY election";
    START = "UPDATE mailing SET status = 'started', starts = $2, next_at = $2, started = $3, started_by = $4 WHERE id = $1 AND status = 'draft'";
    PAUSE = "UPDATE mailing SET status = 'paused' WHERE id = $1 AND status = 'started'";
    RESUME = "UPDATE mailing SET status = 'started' WHERE id = $1 AND status = 'paused'";
    STOP = "UPDATE mailing SET status = 'stopped', ended = $2 WHERE id = $1 AND status IN ('draft', 'started', 'paused')";
    WITHDRAW = "UPDATE outbox SET status = 'expired', letter = NULL, settled = $2
        WHERE mailing = $1 AND status IN ('queued', 'held') AND lease <= $2";
    AUDIENCE = "SELECT COUNT(*), COUNT(v.email) FROM voter v
        WHERE EXISTS (SELECT 1 FROM roll_entry r JOIN mailing_roll m ON m.election = r.election WHERE r.voter = v.id AND m.mailing = $1)
        AND ($2 = FALSE OR NOT EXISTS (SELECT 1 FROM account a WHERE a.voter = v.id))";
    BATCH = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language FROM voter v
        WHERE v.id > $3 AND v.email IS NOT NULL
        AND EXISTS (SELECT 1 FROM roll_entry r JOIN mailing_roll m ON m.election = r.election WHERE r.voter = v.id AND m.mailing = $1)
        AND ($2 = FALSE OR NOT EXISTS (SELECT 1 FROM account a WHERE a.voter = v.id))
        ORDER BY v.id LIMIT $4";
    DUE = "SELECT id FROM mailing WHERE status = 'started' AND next_at <= $1 ORDER BY next_at, id";
    LOCK = "UPDATE mailing SET status = status WHERE id = $1 AND status = 'started' AND next_at <= $2 RETURNING reached, next_at";
    WAITING = "SELECT COUNT(*) FROM outbox WHERE mailing = $1 AND status = 'queued'";
    ADVANCE = "UPDATE mailing SET reached = $2, queued = queued + $3, next_at = $4 WHERE id = $1";
    DONE = "UPDATE mailing SET status = 'done', ended = $2 WHERE id = $1 RETURNING queued";
    FIGURES = "SELECT status, COUNT(*) FROM outbox WHERE mailing = $1 GROUP BY status";
}

/// A mailing to keep.
pub struct NewMailing {
    /// Its identifier.
    pub id: MailingId,
    /// The consultation.
    pub consultation: ConsultationId,
    /// What for.
    pub kind: MailingKind,
    /// What may be corrected until it starts.
    pub content: Content,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// What may be corrected until a mailing starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The rolls whose voters it goes to.
    pub elections: Vec<ElectionId>,
    /// Subjects and texts.
    pub words: Drafts,
    /// How fast.
    pub pace: PerMinute,
}

/// A mailing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailing {
    /// Its identifier.
    pub id: MailingId,
    /// The consultation.
    pub consultation: ConsultationId,
    /// What for.
    pub kind: MailingKind,
    /// Rolls, texts, pace.
    pub content: Content,
    /// Where it stands.
    pub status: MailingStatus,
    /// When it was written, and by whom.
    pub created: (Timestamp, String),
    /// The instant before which nothing leaves, once it was started.
    pub starts: Option<Timestamp>,
    /// When it was started, and by whom.
    pub started: Option<(Timestamp, String)>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Voters for whom a message was queued.
    pub queued: u64,
}

#[derive(sqlx::FromRow)]
struct MailingRow {
    id: String,
    consultation: String,
    kind: String,
    words: String,
    per_minute: i64,
    status: String,
    created: i64,
    created_by: String,
    starts: Option<i64>,
    started: Option<i64>,
    started_by: String,
    ended: Option<i64>,
    queued: i64,
}

impl MailingRow {
    fn read(self, rolls: &[String]) -> Result<Mailing, StoreError> {
        let elections = rolls.iter().map(|id| parse(id, "an election's identifier"));
        let pace = PerMinute::new(small(self.per_minute, "a pace")?);
        let started = self.started.map(instant).transpose()?;
        Ok(Mailing {
            id: parse(&self.id, "a mailing's identifier")?,
            consultation: parse(&self.consultation, "a consultation's identifier")?,
            kind: parse(&self.kind, "a kind of mailing")?,
            content: Content {
                elections: elections.collect::<Result<_, _>>()?,
                words: serde_json::from_str(&self.words).map_err(|_| StoreError::Damaged("a mailing"))?,
                pace: pace.ok_or(StoreError::Damaged("a pace"))?,
            },
            status: parse(&self.status, "a mailing's status")?,
            created: (instant(self.created)?, self.created_by),
            starts: self.starts.map(instant).transpose()?,
            started: started.map(|at| (at, self.started_by)),
            ended: self.ended.map(instant).transpose()?,
            queued: unsigned(self.queued, "a count")?,
        })
    }
}

/// Whom a mailing would reach now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audience {
    /// Voters with a mailbox: each receives one message, on however many rolls they are.
    pub reached: u64,
    /// Voters without one.
    pub without_mailbox: u64,
}

/// A message of a mailing, and the link that it carries when it activates an account: SHA-256 of its token, until when.
pub struct Written {
    /// The message.
    pub mail: NewMessage,
    /// The link.
    pub link: Option<([u8; 32], Timestamp)>,
}

/// A batch to queue.
pub struct Batch {
    /// The mailing.
    pub mailing: MailingId,
    /// Whether it goes to voters without an account only.
    pub without_account: bool,
    /// Messages at most.
    pub most: u32,
    /// Milliseconds for which a whole batch keeps the relay busy.
    pub lasts: i64,
    /// Nothing is added while so many messages of the mailing wait to leave.
    pub backlog: u64,
    /// Now.
    pub now: Timestamp,
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queued {
    /// So many messages, and there are more to come.
    Some(u64),
    /// So many messages, and everybody has one.
    Last(u64),
    /// None: another server does it, somebody held the mailing, or messages wait already.
    Nothing,
}

impl Store {
    /// Keeps a mailing as a draft.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_mailing(&self, new: &NewMailing, entry: &Entry) -> Result<(), StoreError> {
        let words = serde_json::to_string(&new.content.words).map_err(|_| StoreError::Damaged("a mailing"))?;
        on!(tx &self.db, tx => {
            sqlx::query(INSERT)
                .bind(new.id.to_string())
                .bind(new.consultation.as_str())
                .bind(new.kind.as_str())
                .bind(&words)
                .bind(i64::from(new.content.pace.value()))
                .bind(millis(new.at))
                .bind(&new.by)
                .execute(&mut *tx)
                .await?;
            for election in &new.content.elections {
                sqlx::query(INSERT_ROLL).bind(new.id.to_string()).bind(election.as_str()).execute(&mut *tx).await?;
            }
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// Replaces what a draft says, to whom, how fast; false when it is no draft any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn correct_mailing(&self, id: MailingId, content: &Content, entry: &Entry) -> Result<bool, StoreError> {
        let words = serde_json::to_string(&content.words).map_err(|_| StoreError::Damaged("a mailing"))?;
        on!(tx &self.db, tx => {
            let made = sqlx::query(CORRECT)
                .bind(id.to_string())
                .bind(&words)
                .bind(i64::from(content.pace.value()))
                .execute(&mut *tx)
                .await?;
            if made.rows_affected() == 0 {
                return Ok(false);
            }
            sqlx::query(DELETE_ROLLS).bind(id.to_string()).execute(&mut *tx).await?;
            for election in &content.elections {
                sqlx::query(INSERT_ROLL).bind(id.to_string()).bind(election.as_str()).execute(&mut *tx).await?;
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// One mailing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mailing(&self, id: MailingId) -> Result<Option<Mailing>, StoreError> {
        let row: Option<MailingRow> =
            on!(read &self.db, pool => sqlx::query_as(MAILING).bind(id.to_string()).fetch_optional(pool).await?);
        match row {
            Some(row) => self.with_rolls(row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The mailings of a consultation, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mailings(&self, consultation: &ConsultationId) -> Result<Vec<Mailing>, StoreError> {
        let rows: Vec<MailingRow> =
            on!(read &self.db, pool => sqlx::query_as(MAILINGS).bind(consultation.as_str()).fetch_all(pool).await?);
        let mut mailings = Vec::with_capacity(rows.len());
        for row in rows {
            mailings.push(self.with_rolls(row).await?);
        }
        Ok(mailings)
    }

    async fn with_rolls(&self, row: MailingRow) -> Result<Mailing, StoreError> {
        let rolls: Vec<String> =
            on!(read &self.db, pool => sqlx::query_scalar(ROLLS).bind(&row.id).fetch_all(pool).await?);
        row.read(&rolls)
    }

    /// Starts a draft: nothing leaves before `starts`. False when it is no draft any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn start_mailing(
        &self,
        id: MailingId,
        starts: Timestamp,
        by: &str,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let made = sqlx::query(START)
                .bind(id.to_string())
                .bind(millis(starts))
                .bind(millis(entry.at))
                .bind(by)
                .execute(&mut *tx)
                .await?;
            if made.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Holds a mailing that is under way, or lets one go on that is held; false when it is neither.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hold_mailing(&self, id: MailingId, hold: bool, entry: &Entry) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let made = sqlx::query(if hold { PAUSE } else { RESUME }).bind(id.to_string()).execute(&mut *tx).await?;
            if made.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Ends a mailing before its end, with the messages of it that still wait here; false when it has ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn stop_mailing(&self, id: MailingId, entry: &Entry) -> Result<bool, StoreError> {
        let at = millis(entry.at);
        on!(tx &self.db, tx => {
            let made = sqlx::query(STOP).bind(id.to_string()).bind(at).execute(&mut *tx).await?;
            if made.rows_affected() == 0 {
                return Ok(false);
            }
            sqlx::query(WITHDRAW).bind(id.to_string()).bind(at).execute(&mut *tx).await?;
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Whom a mailing would reach now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mailing_audience(&self, id: MailingId, without_account: bool) -> Result<Audience, StoreError> {
        let (voters, reached): (i64, i64) = on!(read &self.db, pool => sqlx::query_as(AUDIENCE)
            .bind(id.to_string())
            .bind(without_account)
            .fetch_one(pool)
            .await?);
        let reached = unsigned(reached, "a count")?;
        Ok(Audience {
            reached,
            without_mailbox: unsigned(voters, "a count")?.saturating_sub(reached),
        })
    }

    /// The first voter whom a mailing would reach.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mailing_sample(&self, id: MailingId, without_account: bool) -> Result<Option<Voter>, StoreError> {
        let row: Option<VoterRow> = on!(read &self.db, pool => sqlx::query_as(BATCH)
            .bind(id.to_string())
            .bind(without_account)
            .bind("")
            .bind(1_i64)
            .fetch_optional(pool)
            .await?);
        row.map(VoterRow::read).transpose()
    }

    /// Mailings of which messages are to be queued at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_mailings(&self, now: Timestamp) -> Result<Vec<MailingId>, StoreError> {
        let rows: Vec<String> =
            on!(read &self.db, pool => sqlx::query_scalar(DUE).bind(millis(now)).fetch_all(pool).await?);
        rows.iter().map(|id| parse(id, "a mailing's identifier")).collect()
    }

    /// Queues the next messages of a mailing, which `write` makes, and marks how far it is, in one transaction that locks the mailing. `end` is the
    /// entry of the journal for the last batch.
    ///
    /// # Errors
    /// [`StoreError`], and those of `write`.
    pub async fn queue_batch(
        &self,
        batch: &Batch,
        write: impl Fn(&Voter) -> Result<Written, StoreError>,
        end: impl Fn(u64) -> Entry,
    ) -> Result<Queued, StoreError> {
        let (id, now) = (batch.mailing.to_string(), millis(batch.now));
        let done = on!(tx &self.db, tx => {
            let locked: Option<(String, i64)> = sqlx::query_as(LOCK).bind(&id).bind(now).fetch_optional(&mut *tx).await?;
            let Some((reached, next)) = locked else { return Ok(Queued::Nothing) };
            let waiting: i64 = sqlx::query_scalar(WAITING).bind(&id).fetch_one(&mut *tx).await?;
            if unsigned(waiting, "a count")? >= batch.backlog {
                return Ok(Queued::Nothing);
            }
            let rows: Vec<VoterRow> = sqlx::query_as(BATCH)
                .bind(&id)
                .bind(batch.without_account)
                .bind(&reached)
                .bind(i64::from(batch.most))
                .fetch_all(&mut *tx)
                .await?;
            let voters = rows.into_iter().map(VoterRow::read).collect::<Result<Vec<Voter>, _>>()?;
            let mut written = Vec::with_capacity(voters.len());
            for voter in &voters {
                written.push(write(voter)?);
            }
            let tokens = voters
                .iter()
                .zip(&written)
                .filter_map(|(voter, written)| written.link.as_ref().map(|(hash, expires)| (hash, voter.id, *expires)))
                .collect();
            replace_tokens!(tx, INSERT_LINKS, tokens);
            let mails: Vec<&NewMessage> = written.iter().map(|written| &written.mail).collect();
            queue_messages!(tx, &mails);
            let many = u64::try_from(voters.len()).unwrap_or(u64::MAX);
            let reached = voters.last().map_or(reached, |last| last.id.to_string());
            // What was missed while nobody looked is caught up with for one batch only.
            let next = next.max(now.saturating_sub(batch.lasts)).saturating_add(batch.lasts);
            sqlx::query(ADVANCE)
                .bind(&id)
                .bind(&reached)
                .bind(signed(many, "a count")?)
                .bind(next)
                .execute(&mut *tx)
                .await?;
            if many < u64::from(batch.most) {
                let queued: i64 = sqlx::query_scalar(DONE).bind(&id).bind(now).fetch_one(&mut *tx).await?;
                let entry = end(unsigned(queued, "a count")?);
                append_journal!(tx, &entry);
                Queued::Last(many)
            } else {
                Queued::Some(many)
            }
        });
        Ok(done)
    }

    /// How many messages of a mailing stand where.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mailing_figures(&self, id: MailingId) -> Result<Vec<(Status, u64)>, StoreError> {
        let rows: Vec<(String, i64)> =
            on!(read &self.db, pool => sqlx::query_as(FIGURES).bind(id.to_string()).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(status, count)| Ok((parse(&status, "a status")?, unsigned(count, "a count")?)))
            .collect()
    }
}
