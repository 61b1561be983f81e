//! The registrar's messages, and what became of each.

use isoloir_domain::VoterId;
use isoloir_domain::delivery::{Channel, Status};
use sqlx::QueryBuilder;

use super::{Store, StoreError};

statements! {
    QUEUE = "INSERT INTO outbox (id, voter, channel, kind, operator, letter, queued, due, expires, attempts, lease, status) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, 0, 0, 'queued')";
    EXPIRE = "UPDATE outbox SET status = 'expired', letter = NULL, settled = $1, lease = 0 \
        WHERE status IN ('queued', 'held') AND expires <= $1 AND lease <= $1";
    // Its report never came: nothing more will be learned.
    FORGET = "UPDATE outbox SET letter = NULL WHERE letter IS NOT NULL AND status = 'sent' AND expires <= $1";
    // A mail that was accepted has reached its last known state; an SMS may still be reported on.
    LEFT = "UPDATE outbox SET status = $2, error = $3, settled = $4, lease = 0, \
        letter = CASE WHEN channel = 'mail' THEN NULL ELSE letter END WHERE id = $1 AND status = 'queued'";
    FAIL = "UPDATE outbox SET status = 'failed', error = $2, settled = $3, lease = 0, letter = NULL \
        WHERE id = $1 AND status = 'queued' AND attempts = $4";
    POSTPONE = "UPDATE outbox SET due = $2, error = $3, lease = 0 WHERE id = $1 AND status = 'queued' AND attempts = $4";
    GIVE_BACK = "UPDATE outbox SET due = $2, lease = 0, attempts = attempts - 1 WHERE id = $1 AND status = 'queued' AND attempts = $3";
    REACHED = "UPDATE outbox SET status = 'delivered', error = NULL, settled = $2, letter = NULL WHERE id = $1 AND status <> 'delivered'";
    LOST = "UPDATE outbox SET status = 'failed', error = $2, settled = $3, letter = NULL \
        WHERE id = $1 AND status IN ('queued', 'held', 'sent')";
    TAKEN = "UPDATE outbox SET status = 'sent', settled = $2 WHERE id = $1 AND status IN ('queued', 'held')";
    DEMONSTRATED = "UPDATE outbox SET status = 'delivered', settled = $1 WHERE status = 'queued'";
    INBOX = "SELECT id, channel, letter, queued FROM outbox WHERE letter IS NOT NULL ORDER BY queued DESC, id LIMIT 200";
    WAITING = "SELECT channel, COUNT(*), MIN(queued) FROM outbox WHERE status = 'queued' GROUP BY channel";
    LEDGER = "SELECT channel, kind, status, COUNT(*) FROM outbox GROUP BY channel, kind, status ORDER BY channel, kind, status";
}

/// A message to be queued.
pub(crate) struct NewMessage {
    pub id: String,
    pub voter: VoterId,
    pub channel: Channel,
    pub kind: &'static str,
    /// Domain of the mail address, or region of the telephone number.
    pub operator: String,
    pub letter: Vec<u8>,
    pub queued: i64,
    pub expires: i64,
}

/// A message that a worker has taken.
#[derive(sqlx::FromRow)]
pub(crate) struct Claimed {
    pub id: String,
    pub channel: String,
    pub operator: String,
    pub letter: Option<Vec<u8>>,
    pub queued: i64,
    pub expires: i64,
    /// Attempts, this one included. Whoever took it later has another number.
    pub attempts: i64,
}

/// One line of the ledger: how many messages of a kind, by a channel, stand where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerLine {
    /// Channel.
    pub channel: Channel,
    /// Stable name of the letter.
    pub kind: String,
    /// Status.
    pub status: Status,
    /// How many.
    pub count: u64,
}

/// Queues a message in the transaction `$tx`.
macro_rules! queue_message {
    ($tx:ident, $message:expr) => {{
        let message: &$crate::store::outbox::NewMessage = $message;
        sqlx::query($crate::store::outbox::QUEUE)
            .bind(&message.id)
            .bind(message.voter.uuid().as_bytes().to_vec())
            .bind(message.channel.as_str())
            .bind(message.kind)
            .bind(&message.operator)
            .bind(&message.letter)
            .bind(message.queued)
            .bind(message.expires)
            .execute(&mut *$tx)
            .await?;
    }};
}

impl Store {
    /// Takes at most `limit` messages that are due and leaves them to this worker until `lease`; none of the operators `busy`.
    pub(crate) async fn claim_messages(
        &self,
        now: i64,
        lease: i64,
        limit: i64,
        busy: &[String],
    ) -> Result<Vec<Claimed>, StoreError> {
        let rows: Vec<Claimed> = on!(write self, pool => {
            let mut claim = QueryBuilder::new("UPDATE outbox SET attempts = attempts + 1, lease = ");
            claim.push_bind(lease);
            // Said twice: a row that another worker took while this statement waited for it is not taken again.
            claim.push(" WHERE status = 'queued' AND lease <= ").push_bind(now);
            claim.push(" AND id IN (SELECT id FROM outbox WHERE status = 'queued' AND due <= ").push_bind(now);
            claim.push(" AND lease <= ").push_bind(now).push(" AND expires > ").push_bind(now);
            if !busy.is_empty() {
                claim.push(" AND operator NOT IN (");
                let mut list = claim.separated(", ");
                for operator in busy {
                    list.push_bind(operator);
                }
                claim.push(")");
            }
            claim.push(" ORDER BY due, id LIMIT ").push_bind(limit);
            claim.push(") RETURNING id, channel, operator, letter, queued, expires, attempts");
            claim.build_query_as().persistent(false).fetch_all(pool).await?
        });
        Ok(rows)
    }

    /// Forgets what nobody would read any more.
    pub(crate) async fn expire_messages(&self, now: i64) -> Result<(), StoreError> {
        on!(tx self, tx => {
            sqlx::query(EXPIRE).bind(now).execute(&mut *tx).await?;
            sqlx::query(FORGET).bind(now).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// A carrier accepted a message. A report that came before has the last word.
    pub(crate) async fn message_left(
        &self,
        id: &str,
        status: Status,
        error: Option<&str>,
        now: i64,
    ) -> Result<(), StoreError> {
        on!(write self, pool => {
            sqlx::query(LEFT).bind(id).bind(status.as_str()).bind(error).bind(now).execute(pool).await.map(|_| ())?
        });
        Ok(())
    }

    /// A message was refused for good at this attempt.
    pub(crate) async fn message_failed(&self, id: &str, attempt: i64, error: &str, now: i64) -> Result<(), StoreError> {
        on!(write self, pool => {
            sqlx::query(FAIL).bind(id).bind(error).bind(now).bind(attempt).execute(pool).await.map(|_| ())?
        });
        Ok(())
    }

    /// A message did not leave at this attempt; again at `due`.
    pub(crate) async fn postpone_message(
        &self,
        id: &str,
        attempt: i64,
        error: &str,
        due: i64,
    ) -> Result<(), StoreError> {
        on!(write self, pool => {
            sqlx::query(POSTPONE).bind(id).bind(due).bind(error).bind(attempt).execute(pool).await.map(|_| ())?
        });
        Ok(())
    }

    /// A message was taken and not tried: its operator must not be hurried. Again at `due`.
    pub(crate) async fn give_back_message(&self, id: &str, attempt: i64, due: i64) -> Result<(), StoreError> {
        on!(write self, pool => {
            sqlx::query(GIVE_BACK).bind(id).bind(due).bind(attempt).execute(pool).await.map(|_| ())?
        });
        Ok(())
    }

    /// What an operator reports afterwards; repeated, it changes nothing.
    pub(crate) async fn report_message(
        &self,
        id: &str,
        status: Status,
        error: Option<&str>,
        now: i64,
    ) -> Result<(), StoreError> {
        on!(write self, pool => {
            let query = match status {
                Status::Delivered => sqlx::query(REACHED).bind(id).bind(now),
                Status::Failed => sqlx::query(LOST).bind(id).bind(error).bind(now),
                Status::Sent => sqlx::query(TAKEN).bind(id).bind(now),
                Status::Queued | Status::Held | Status::Expired => return Ok(()),
            };
            query.execute(pool).await.map(|_| ())?
        });
        Ok(())
    }

    /// In a demonstration nothing leaves, and everything has arrived.
    pub(crate) async fn demonstrate_messages(&self, now: i64) -> Result<(), StoreError> {
        on!(write self, pool => sqlx::query(DEMONSTRATED).bind(now).execute(pool).await.map(|_| ())?);
        Ok(())
    }

    /// The latest messages whose text is still there: identifier, channel, sealed letter, when.
    pub(crate) async fn inbox(&self) -> Result<Vec<(String, String, Vec<u8>, i64)>, StoreError> {
        Ok(on!(read self, pool => sqlx::query_as(INBOX).fetch_all(pool).await?))
    }

    /// What waits to leave, by channel: how many, and when the oldest was queued. A channel for which nothing waits has no line.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn messages_waiting(&self) -> Result<Vec<(Channel, u64, i64)>, StoreError> {
        let rows: Vec<(String, i64, i64)> = on!(read self, pool => sqlx::query_as(WAITING).fetch_all(pool).await?);
        let line = |(channel, count, oldest): (String, i64, i64)| {
            let channel = channel.parse().map_err(|_| StoreError::Damaged("a channel"))?;
            Ok((channel, u64::try_from(count).unwrap_or(0), oldest))
        };
        rows.into_iter().map(line).collect()
    }

    /// How many messages stand where.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delivery_ledger(&self) -> Result<Vec<LedgerLine>, StoreError> {
        let rows: Vec<(String, String, String, i64)> =
            on!(read self, pool => sqlx::query_as(LEDGER).fetch_all(pool).await?);
        let line = |(channel, kind, status, count): (String, String, String, i64)| {
            Ok(LedgerLine {
                channel: channel.parse().map_err(|_| StoreError::Damaged("a channel"))?,
                kind,
                status: status.parse().map_err(|_| StoreError::Damaged("a status"))?,
                count: u64::try_from(count).unwrap_or(0),
            })
        };
        rows.into_iter().map(line).collect()
    }
}
