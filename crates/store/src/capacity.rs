//! Certificates of capacity: kept as they were signed.

use isoloir_domain::ConsultationId;
use jiff::Timestamp;

use crate::value::millis;
use crate::{Store, StoreError};

statements! {
    RECORD = "INSERT INTO capacity_certificate (consultation, recorded, certificate) VALUES ($1, $2, $3)";
    LATEST = "SELECT certificate FROM capacity_certificate WHERE consultation = $1 ORDER BY recorded DESC LIMIT 1";
}

impl Store {
    /// Keeps a certificate.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_capacity(&self, of: &ConsultationId, at: Timestamp, certificate: &str) -> Result<(), StoreError> {
        on!(write &self.db, pool => {
            sqlx::query(RECORD)
                .bind(of.as_str())
                .bind(millis(at))
                .bind(certificate)
                .execute(pool)
                .await?;
        });
        Ok(())
    }

    /// The latest certificate, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn latest_capacity(&self, of: &ConsultationId) -> Result<Option<String>, StoreError> {
        Ok(on!(read &self.db, pool => sqlx::query_scalar(LATEST).bind(of.as_str()).fetch_optional(pool).await?))
    }
}
