//! Warnings before deadlines: which were sent, so that none is sent twice.

use isoloir_domain::ConsultationId;
use isoloir_domain::journal::Entry;
use jiff::Timestamp;

use crate::outbox::NewMessage;
use crate::value::millis;
use crate::{Store, StoreError};

statements! {
    SENT = "SELECT COUNT(*) FROM deadline_warning WHERE consultation = $1 AND step = $2 AND due = $3 AND days <= $4";
    RECORD = "INSERT INTO deadline_warning (consultation, step, due, days, sent) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
}

/// A warning before a deadline.
#[derive(Debug, Clone, Copy)]
pub struct Warning<'a> {
    /// The consultation.
    pub consultation: &'a ConsultationId,
    /// What is due, as the calendar of the law names it.
    pub step: &'a str,
    /// From this instant on it is late.
    pub due: Timestamp,
    /// How many days before, as the organiser's rules say.
    pub days: u16,
}

impl Store {
    /// Whether this warning was sent, or a later one about the same deadline.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_warned(&self, warning: &Warning<'_>) -> Result<bool, StoreError> {
        let found: i64 = on!(read &self.db, pool => sqlx::query_scalar(SENT)
            .bind(warning.consultation.as_str())
            .bind(warning.step)
            .bind(millis(warning.due))
            .bind(i64::from(warning.days))
            .fetch_one(pool)
            .await?);
        Ok(found > 0)
    }

    /// Queues the messages of a warning and records that it was sent; false when it was already, and then nothing is stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn warn(
        &self,
        warning: &Warning<'_>,
        messages: &[NewMessage],
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let made = sqlx::query(RECORD)
                .bind(warning.consultation.as_str())
                .bind(warning.step)
                .bind(millis(warning.due))
                .bind(i64::from(warning.days))
                .bind(millis(entry.at))
                .execute(&mut *tx)
                .await?;
            if made.rows_affected() == 0 {
                return Ok(false);
            }
            for message in messages {
                queue_message!(tx, message);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }
}
