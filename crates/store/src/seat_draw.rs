//! The drawing of lots that settles the last seats, as the board recorded it: once, and never changed.

use isoloir_domain::ElectionId;
use isoloir_domain::journal::Entry;

use crate::value::millis;
use crate::{Store, StoreError};

statements! {
    INSERT_DRAW = "INSERT INTO seat_draw (election, record, recorded) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    DRAW = "SELECT record FROM seat_draw WHERE election = $1";
}

impl Store {
    /// Records the draw of an election; false when one is recorded, and then nothing is stored.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_draw(&self, election: &ElectionId, record: &str, entry: &Entry) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let stored = sqlx::query(INSERT_DRAW)
                .bind(election.as_str())
                .bind(record)
                .bind(millis(entry.at))
                .execute(&mut *tx)
                .await?;
            if stored.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// The recorded draw of an election, as it was written.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn draw(&self, election: &ElectionId) -> Result<Option<String>, StoreError> {
        Ok(on!(read &self.db, pool => sqlx::query_scalar(DRAW).bind(election.as_str()).fetch_optional(pool).await?))
    }
}
