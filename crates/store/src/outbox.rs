//! Messages to send after the commit that asked for them, and what became of each: the delivery ledger is read from the same rows.

use isoloir_domain::VoterId;
use isoloir_domain::delivery::{Channel, Status};
use isoloir_domain::ids::MailingId;
use isoloir_domain::journal::Entry;
use jiff::Timestamp;
use sqlx::QueryBuilder;

use crate::value::{instant, millis, minute, parse, unsigned};
use crate::{Store, StoreError};

statements! {
    QUEUE = "INSERT INTO outbox (id, cause, channel, kind, voter, operator, letter, queued, due, expires, attempts, lease, status, mailing)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, 0, 0, 'queued', $10) ON CONFLICT (cause) DO NOTHING";
    EXPIRE = "UPDATE outbox SET status = 'expired', letter = NULL, settled = $2
        WHERE status IN ('queued', 'held') AND expires <= $1 AND lease <= $1";
    SETTLE = "UPDATE outbox SET status = $2, error = $3, gateway = $4, settled = $5, lease = 0, letter = NULL
        WHERE id = $1 AND status = 'queued'";
    FAIL = "UPDATE outbox SET status = 'failed', error = $2, settled = $3, lease = 0, letter = NULL
        WHERE id = $1 AND status = 'queued' AND attempts = $4";
    POSTPONE = "UPDATE outbox SET due = $2, error = $3, lease = 0 WHERE id = $1 AND status = 'queued' AND attempts = $4";
    GIVE_BACK = "UPDATE outbox SET due = $2, lease = 0, attempts = attempts - 1 WHERE id = $1 AND status = 'queued' AND attempts = $3";
    REACHED = "UPDATE outbox SET status = 'delivered', error = NULL, settled = $2, letter = NULL WHERE id = $1 AND status <> 'delivered'";
    LOST = "UPDATE outbox SET status = 'failed', error = $2, settled = $3, letter = NULL
        WHERE id = $1 AND status IN ('queued', 'held', 'sent')";
    TAKEN = "UPDATE outbox SET status = 'sent', settled = $2, letter = NULL WHERE id = $1 AND status IN ('queued', 'held')";
    DEMONSTRATED = "UPDATE outbox SET status = 'delivered', settled = $1 WHERE status = 'queued'";
    INBOX = "SELECT id, channel, letter, queued FROM outbox WHERE letter IS NOT NULL ORDER BY queued DESC, id LIMIT $1";
    ONE = "SELECT id, channel, kind, status, queued, settled FROM outbox WHERE id = $1";
    OF_VOTER = "SELECT id, channel, kind, status, queued, settled FROM outbox WHERE voter = $1 ORDER BY queued DESC, id LIMIT $2";
    LEDGER = "SELECT channel, kind, operator, status, COUNT(*), MIN(queued) FROM outbox
        GROUP BY channel, kind, operator, status ORDER BY channel, kind, operator, status";
    WAITING = "SELECT channel, COUNT(*), MIN(queued) FROM outbox WHERE status = 'queued' GROUP BY channel";
    ERRORS = "SELECT channel, status, error, COUNT(*) FROM outbox WHERE error IS NOT NULL
        GROUP BY channel, status, error ORDER BY channel, status, error";
}

/// A message to be queued. Its identifier is random, and its instant a whole minute: neither tells the order of votes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Random UUID.
    pub id: String,
    /// Keyed hash of what causes it: a cause that is there already queues nothing.
    pub cause: [u8; 32],
    /// By which channel.
    pub channel: Channel,
    /// Stable name of the letter.
    pub kind: &'static str,
    /// Whom it concerns; `None` when the message would tell that this person has voted.
    pub voter: Option<VoterId>,
    /// Domain of the mail address, or region of the telephone number.
    pub operator: String,
    /// Destination and text, sealed.
    pub letter: Vec<u8>,
    /// When it was asked for.
    pub queued: Timestamp,
    /// From then on it is of no use any more.
    pub expires: Timestamp,
    /// The mailing that it is part of, if it is part of one.
    pub mailing: Option<MailingId>,
}

/// A message that a worker has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Identifier.
    pub id: String,
    /// By which channel.
    pub channel: Channel,
    /// Operator.
    pub operator: String,
    /// Sealed.
    pub letter: Vec<u8>,
    /// The minute in which it was queued.
    pub queued: Timestamp,
    /// From then on it is of no use any more.
    pub expires: Timestamp,
    /// Attempts, this one included. Whoever took it later has another number.
    pub attempts: u64,
}

/// A message that the demonstration shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Identifier.
    pub id: String,
    /// By which channel.
    pub channel: Channel,
    /// Sealed.
    pub letter: Vec<u8>,
    /// The minute in which it was queued.
    pub queued: Timestamp,
}

/// Where one message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    /// Identifier.
    pub id: String,
    /// By which channel.
    pub channel: Channel,
    /// Stable name of the letter.
    pub kind: String,
    /// Where it stands.
    pub status: Status,
    /// The minute in which it was queued.
    pub queued: Timestamp,
    /// The minute in which the status was reached, once it no longer waits here.
    pub settled: Option<Timestamp>,
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerLine {
    /// Channel.
    pub channel: Channel,
    /// Stable name of the letter.
    pub kind: String,
    /// Operator.
    pub operator: String,
    /// Status.
    pub status: Status,
    /// How many messages.
    pub count: u64,
    /// When the oldest of them was queued.
    pub oldest: Timestamp,
}

/// Messages of one channel that wait to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingLine {
    /// Channel.
    pub channel: Channel,
    /// How many.
    pub count: u64,
    /// The minute in which the oldest of them was queued.
    pub oldest: Timestamp,
}

/// How many messages met a class of errors last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorLine {
    /// Channel.
    pub channel: Channel,
    /// Where those messages stand.
    pub status: Status,
    /// Class, for instance `smtp-550`.
    pub class: String,
    /// How many.
    pub count: u64,
}

/// Queues a message in the transaction `$tx`.
macro_rules! queue_message {
    ($tx:ident, $message:expr) => {{
        let message: &$crate::outbox::NewMessage = $message;
        sqlx::query($crate::outbox::QUEUE)
            .bind(&message.id)
            .bind(message.cause.as_slice())
            .bind(message.channel.as_str())
            .bind(message.kind)
            .bind(message.voter.map(|voter| voter.to_string()))
            .bind(&message.operator)
            .bind(&message.letter)
            .bind($crate::value::minute(message.queued))
            .bind($crate::value::millis(message.expires))
            .bind(message.mailing.map(|mailing| mailing.to_string()))
            .execute(&mut *$tx)
            .await?;
    }};
}

/// Queues many messages in the transaction `$tx` by statements of many.
macro_rules! queue_messages {
    ($tx:ident, $messages:expr) => {{
        let messages: &[&$crate::outbox::NewMessage] = $messages;
        put_rows!(
            $tx,
            "INSERT INTO outbox (id, cause, channel, kind, voter, operator, letter, queued, due, expires, attempts, lease, status, mailing) ",
            messages,
            |row, message| row
                .push_bind(&message.id)
                .push_bind(message.cause.as_slice())
                .push_bind(message.channel.as_str())
                .push_bind(message.kind)
                .push_bind(message.voter.map(|voter| voter.to_string()))
                .push_bind(&message.operator)
                .push_bind(&message.letter)
                .push_bind($crate::value::minute(message.queued))
                .push_bind($crate::value::minute(message.queued))
                .push_bind($crate::value::millis(message.expires))
                .push_bind(0_i64)
                .push_bind(0_i64)
                .push_bind("queued")
                .push_bind(message.mailing.map(|mailing| mailing.to_string())),
            " ON CONFLICT (cause) DO NOTHING"
        );
    }};
}

type ClaimedRow = (String, String, String, Option<Vec<u8>>, i64, i64, i64);
type TrackedRow = (String, String, String, String, i64, Option<i64>);

fn claimed((id, channel, operator, letter, queued, expires, attempts): ClaimedRow) -> Result<Claimed, StoreError> {
    Ok(Claimed {
        id,
        channel: parse(&channel, "a channel")?,
        operator,
        letter: letter.ok_or(StoreError::Damaged("a message to send"))?,
        queued: instant(queued)?,
        expires: instant(expires)?,
        attempts: unsigned(attempts, "a count")?,
    })
}

fn tracked((id, channel, kind, status, queued, settled): TrackedRow) -> Result<Tracked, StoreError> {
    Ok(Tracked {
        id,
        channel: parse(&channel, "a channel")?,
        kind,
        status: parse(&status, "a status")?,
        queued: instant(queued)?,
        settled: settled.map(instant).transpose()?,
    })
}

impl Store {
    /// Queues a message by itself, when nothing else is to be committed with it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn queue(&self, message: &NewMessage) -> Result<(), StoreError> {
        on!(tx &self.db, tx => { queue_message!(tx, message); });
        Ok(())
    }

    /// Queues a message, with the entry of the journal about it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn queue_with_entry(&self, message: &NewMessage, entry: &Entry) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            queue_message!(tx, message);
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// Takes at most `limit` messages that are due and leaves them to this worker until `lease_until`; none of the operators `busy`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_messages(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
        busy: &[String],
    ) -> Result<Vec<Claimed>, StoreError> {
        let now = millis(now);
        let rows: Vec<ClaimedRow> = on!(write &self.db, pool => {
            let mut claim = QueryBuilder::new("UPDATE outbox SET attempts = attempts + 1, lease = ");
            claim.push_bind(millis(lease_until));
            // Said twice: a row that another worker took while this statement waited for it is not taken again.
            claim.push(" WHERE status = 'queued' AND lease <= ").push_bind(now);
            claim.push(" AND id IN (SELECT id FROM outbox WHERE status = 'queued' AND due <= ").push_bind(now);
            claim.push(" AND lease <= ").push_bind(now);
            claim.push(" AND expires > ").push_bind(now);
            if !busy.is_empty() {
                claim.push(" AND operator NOT IN (");
                let mut list = claim.separated(", ");
                for operator in busy {
                    list.push_bind(operator);
                }
                claim.push(")");
            }
            claim.push(" ORDER BY due, id LIMIT ").push_bind(i64::from(limit));
            claim.push(") RETURNING id, channel, operator, letter, queued, expires, attempts");
            claim.build_query_as().persistent(false).fetch_all(pool).await?
        });
        rows.into_iter().map(claimed).collect()
    }

    /// Forgets what nobody would read any more; returns how many messages.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn expire_messages(&self, now: Timestamp) -> Result<u64, StoreError> {
        let done = on!(write &self.db, pool =>
            sqlx::query(EXPIRE).bind(millis(now)).bind(minute(now)).execute(pool).await?.rows_affected());
        Ok(done)
    }

    /// A message was handed over; whom and what is forgotten. A report that came before has the last word.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn message_left(
        &self,
        id: &str,
        status: Status,
        error: Option<&str>,
        gateway: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        on!(write &self.db, pool => {
            sqlx::query(SETTLE)
                .bind(id)
                .bind(status.as_str())
                .bind(error)
                .bind(gateway)
                .bind(minute(now))
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// A message was refused for good at this attempt.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn message_failed(&self, id: &str, attempt: u64, error: &str, now: Timestamp) -> Result<(), StoreError> {
        let attempt = crate::value::signed(attempt, "a count")?;
        on!(write &self.db, pool => {
            sqlx::query(FAIL).bind(id).bind(error).bind(minute(now)).bind(attempt).execute(pool).await?;
        });
        Ok(())
    }

    /// A message did not leave at this attempt; again at `due`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn postpone_message(
        &self,
        id: &str,
        attempt: u64,
        error: &str,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let attempt = crate::value::signed(attempt, "a count")?;
        on!(write &self.db, pool => {
            sqlx::query(POSTPONE).bind(id).bind(millis(due)).bind(error).bind(attempt).execute(pool).await?;
        });
        Ok(())
    }

    /// A message was taken and not tried: its operator must not be hurried. Again at `due`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn give_back_message(&self, id: &str, attempt: u64, due: Timestamp) -> Result<(), StoreError> {
        let attempt = crate::value::signed(attempt, "a count")?;
        on!(write &self.db, pool => {
            sqlx::query(GIVE_BACK).bind(id).bind(millis(due)).bind(attempt).execute(pool).await?;
        });
        Ok(())
    }

    /// What an operator reports afterwards; repeated, it changes nothing. Returns whether anything changed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn report_message(
        &self,
        id: &str,
        status: Status,
        error: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let at = minute(now);
        let changed = on!(write &self.db, pool => {
            let query = match status {
                Status::Delivered => sqlx::query(REACHED).bind(id).bind(at),
                Status::Failed => sqlx::query(LOST).bind(id).bind(error).bind(at),
                Status::Sent => sqlx::query(TAKEN).bind(id).bind(at),
                Status::Queued | Status::Held | Status::Expired => return Ok(false),
            };
            query.execute(pool).await?.rows_affected()
        });
        Ok(changed > 0)
    }

    /// In a demonstration nothing leaves, and everything has arrived.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn demonstrate_messages(&self, now: Timestamp) -> Result<(), StoreError> {
        on!(write &self.db, pool => { sqlx::query(DEMONSTRATED).bind(minute(now)).execute(pool).await?; });
        Ok(())
    }

    /// The latest messages whose text is still there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn inbox(&self, limit: u32) -> Result<Vec<Shown>, StoreError> {
        let rows: Vec<(String, String, Vec<u8>, i64)> =
            on!(read &self.db, pool => sqlx::query_as(INBOX).bind(i64::from(limit)).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(id, channel, letter, queued)| {
                Ok(Shown {
                    id,
                    channel: parse(&channel, "a channel")?,
                    letter,
                    queued: instant(queued)?,
                })
            })
            .collect()
    }

    /// Where one message stands.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tracked_message(&self, id: &str) -> Result<Option<Tracked>, StoreError> {
        let row: Option<TrackedRow> =
            on!(read &self.db, pool => sqlx::query_as(ONE).bind(id).fetch_optional(pool).await?);
        row.map(tracked).transpose()
    }

    /// The latest messages that concern a voter; none that tells that they have voted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn messages_of(&self, voter: VoterId, limit: u32) -> Result<Vec<Tracked>, StoreError> {
        let rows: Vec<TrackedRow> = on!(read &self.db, pool =>
            sqlx::query_as(OF_VOTER).bind(voter.to_string()).bind(i64::from(limit)).fetch_all(pool).await?);
        rows.into_iter().map(tracked).collect()
    }

    /// The delivery ledger.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delivery_ledger(&self) -> Result<Vec<LedgerLine>, StoreError> {
        let rows: Vec<(String, String, String, String, i64, i64)> =
            on!(read &self.db, pool => sqlx::query_as(LEDGER).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(channel, kind, operator, status, count, oldest)| {
                Ok(LedgerLine {
                    channel: parse(&channel, "a channel")?,
                    kind,
                    operator,
                    status: parse(&status, "a status")?,
                    count: unsigned(count, "a count")?,
                    oldest: instant(oldest)?,
                })
            })
            .collect()
    }

    /// What waits to leave, by channel; a channel for which nothing waits has no line.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn messages_waiting(&self) -> Result<Vec<WaitingLine>, StoreError> {
        let rows: Vec<(String, i64, i64)> = on!(read &self.db, pool => sqlx::query_as(WAITING).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(channel, count, oldest)| {
                Ok(WaitingLine {
                    channel: parse(&channel, "a channel")?,
                    count: unsigned(count, "a count")?,
                    oldest: instant(oldest)?,
                })
            })
            .collect()
    }

    /// How many messages met which class of errors last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delivery_errors(&self) -> Result<Vec<ErrorLine>, StoreError> {
        let rows: Vec<(String, String, String, i64)> =
            on!(read &self.db, pool => sqlx::query_as(ERRORS).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(channel, status, class, count)| {
                Ok(ErrorLine {
                    channel: parse(&channel, "a channel")?,
                    status: parse(&status, "a status")?,
                    class,
                    count: unsigned(count, "a count")?,
                })
            })
            .collect()
    }
}
