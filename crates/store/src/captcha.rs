//! Captchas already answered, and the help desk's codes past them.

use jiff::Timestamp;

use crate::value::{millis, unsigned};
use crate::{Store, StoreError};

statements! {
    FORGET_SPENT = "DELETE FROM captcha_spent WHERE expires <= $1";
    SPEND = "INSERT INTO captcha_spent (nonce, expires) VALUES ($1, $2) ON CONFLICT (nonce) DO NOTHING";
    FORGET_BYPASSES = "DELETE FROM captcha_bypass WHERE expires <= $1";
    INSERT_BYPASS = "INSERT INTO captcha_bypass (digest, expires) VALUES ($1, $2)
        ON CONFLICT (digest) DO UPDATE SET expires = excluded.expires";
    USE_BYPASS = "DELETE FROM captcha_bypass WHERE digest = $1 AND expires > $2";
    FAILURES = "SELECT failures FROM sign_in_failure WHERE address = $1 AND latest > $2";
}

impl Store {
    /// Marks the captcha `nonce` as answered; `false` when it already was. Forgets those that have expired.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn spend_captcha(&self, nonce: &[u8], expires: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        let first = on!(tx &self.db, tx => {
            sqlx::query(FORGET_SPENT).bind(millis(now)).execute(&mut *tx).await?;
            sqlx::query(SPEND).bind(nonce).bind(millis(expires)).execute(&mut *tx).await?.rows_affected() == 1
        });
        Ok(first)
    }

    /// Keeps a code of the help desk. Forgets those that have expired.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_captcha_bypass(
        &self,
        digest: &[u8; 32],
        expires: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            sqlx::query(FORGET_BYPASSES).bind(millis(now)).execute(&mut *tx).await?;
            sqlx::query(INSERT_BYPASS).bind(digest.as_slice()).bind(millis(expires)).execute(&mut *tx).await?;
        });
        Ok(())
    }

    /// Uses a code of the help desk up; `false` when there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn use_captcha_bypass(&self, digest: &[u8; 32], now: Timestamp) -> Result<bool, StoreError> {
        let used = on!(write &self.db, pool => sqlx::query(USE_BYPASS)
            .bind(digest.as_slice())
            .bind(millis(now))
            .execute(pool)
            .await?
            .rows_affected());
        Ok(used == 1)
    }

    /// Failed sign-ins of an address since `since`, by the digest of what was typed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sign_in_failures(&self, address: &[u8; 32], since: Timestamp) -> Result<u64, StoreError> {
        let failures: Option<i64> = on!(read &self.db, pool => sqlx::query_scalar(FAILURES)
            .bind(address.as_slice())
            .bind(millis(since))
            .fetch_optional(pool)
            .await?);
        unsigned(failures.unwrap_or(0), "a count")
    }
}
