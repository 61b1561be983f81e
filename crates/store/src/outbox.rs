//! Mail to send after the commit that asked for it.

use jiff::Timestamp;

use crate::value::{instant, millis, unsigned};
use crate::{Store, StoreError};

statements! {
    QUEUE = "INSERT INTO outbox (id, recipient, subject, body, queued, due, attempts) VALUES ($1, $2, $3, $4, $5, $5, 0)";
    CLAIM = "UPDATE outbox SET due = $2, attempts = attempts + 1 WHERE sent IS NULL AND due <= $1 AND id IN
        (SELECT id FROM outbox WHERE sent IS NULL AND due <= $1 ORDER BY due LIMIT $3)
        RETURNING id, recipient, subject, body, queued, attempts";
    SENT = "UPDATE outbox SET sent = $2, body = '' WHERE id = $1";
    POSTPONE = "UPDATE outbox SET due = $2 WHERE id = $1";
    WAITING = "SELECT COUNT(*) FROM outbox WHERE sent IS NULL";
    INBOX = "SELECT id, recipient, subject, body, queued, attempts FROM outbox ORDER BY queued DESC, id LIMIT $1";
    INBOX_OF = "SELECT id, recipient, subject, body, queued, attempts FROM outbox WHERE recipient = $1
        ORDER BY queued DESC, id LIMIT $2";
}

/// A mail to be queued. Its identifier is random, and its instant a whole minute: neither tells the order of votes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Random UUID.
    pub id: String,
    /// Address.
    pub recipient: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
    /// When it was asked for.
    pub queued: Timestamp,
}

/// A mail taken from the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMail {
    /// Identifier.
    pub id: String,
    /// Address.
    pub recipient: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
    /// The minute in which it was queued.
    pub queued: Timestamp,
    /// Attempts, this one included.
    pub attempts: u64,
}

type Row = (String, String, String, String, i64, i64);

fn read((id, recipient, subject, body, queued, attempts): Row) -> Result<QueuedMail, StoreError> {
    Ok(QueuedMail {
        id,
        recipient,
        subject,
        body,
        queued: instant(queued)?,
        attempts: unsigned(attempts, "a count")?,
    })
}

/// Queues a mail in the transaction `$tx`.
macro_rules! queue_mail {
    ($tx:ident, $mail:expr) => {{
        let mail: &$crate::outbox::Mail = $mail;
        sqlx::query($crate::outbox::QUEUE)
            .bind(&mail.id)
            .bind(&mail.recipient)
            .bind(&mail.subject)
            .bind(&mail.body)
            .bind($crate::value::minute(mail.queued))
            .execute(&mut *$tx)
            .await?;
    }};
}

impl Store {
    /// Takes at most `limit` mails that are due, and leaves them to this worker until `lease_until`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_mail(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<QueuedMail>, StoreError> {
        let rows: Vec<Row> = on!(write &self.db, pool => sqlx::query_as(CLAIM)
            .bind(millis(now))
            .bind(millis(lease_until))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(read).collect()
    }

    /// A mail has left; its text, which may hold a link, is forgotten.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mail_sent(&self, id: &str, now: Timestamp) -> Result<(), StoreError> {
        on!(write &self.db, pool => { sqlx::query(SENT).bind(id).bind(millis(now)).execute(pool).await?; });
        Ok(())
    }

    /// A mail has not left; again at `due`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn postpone_mail(&self, id: &str, due: Timestamp) -> Result<(), StoreError> {
        on!(write &self.db, pool => { sqlx::query(POSTPONE).bind(id).bind(millis(due)).execute(pool).await?; });
        Ok(())
    }

    /// How many mails wait.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mail_waiting(&self) -> Result<u64, StoreError> {
        let count: i64 = on!(read &self.db, pool => sqlx::query_scalar(WAITING).fetch_one(pool).await?);
        unsigned(count, "a count")
    }

    /// The latest mails, of one recipient or of all.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn inbox(&self, recipient: Option<&str>, limit: u32) -> Result<Vec<QueuedMail>, StoreError> {
        let limit = i64::from(limit);
        let rows: Vec<Row> = on!(read &self.db, pool => match recipient {
            Some(to) => sqlx::query_as(INBOX_OF).bind(to).bind(limit).fetch_all(pool).await?,
            None => sqlx::query_as(INBOX).bind(limit).fetch_all(pool).await?,
        });
        rows.into_iter().map(read).collect()
    }
}
