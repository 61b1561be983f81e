//! What is kept of a closing: the statement of what was frozen, and the audit that an archive passed before its result entered the box.

use isoloir_domain::ElectionId;
use isoloir_domain::journal::Entry;
use isoloir_protocol::archive::EventHash;
use jiff::Timestamp;

use crate::value::{hash, instant, millis, unsigned};
use crate::{Store, StoreError};

statements! {
    INSERT_SEAL = "INSERT INTO closing_seal (election, statement, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    SEAL = "SELECT statement, at FROM closing_seal WHERE election = $1";
    INSERT_VERIFICATION = "INSERT INTO verification (election, head, archive, size, checks, at) VALUES ($1, $2, $3, $4, $5, $6)";
    VERIFICATION = "SELECT head, archive, size, checks, at FROM verification WHERE election = $1";
}

/// An audit that an archive passed, its result included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The last event of the archive: the result.
    pub head: EventHash,
    /// SHA-256 of the file.
    pub archive: [u8; 32],
    /// Its size, in bytes.
    pub size: u64,
    /// How many checks were made; all passed.
    pub checks: u64,
    /// When.
    pub at: Timestamp,
}

/// Head, digest of the file, size, checks, instant.
type VerificationRow = (Vec<u8>, Vec<u8>, i64, i64, i64);

/// Keeps a verification in the transaction `$tx`.
macro_rules! keep_verification {
    ($tx:ident, $election:expr, $verified:expr) => {{
        let verified: &$crate::closing::Verification = $verified;
        sqlx::query($crate::closing::INSERT_VERIFICATION)
            .bind($election.as_str())
            .bind(verified.head.as_bytes().as_slice())
            .bind(verified.archive.as_slice())
            .bind($crate::value::signed(verified.size, "a size")?)
            .bind($crate::value::signed(verified.checks, "a count")?)
            .bind($crate::value::millis(verified.at))
            .execute(&mut *$tx)
            .await?;
    }};
}

impl Store {
    /// Keeps the statement of what was frozen, with its entry in the journal. False when there is one: then nothing changes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_closing_seal(
        &self,
        election: &ElectionId,
        statement: &str,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let stored = sqlx::query(INSERT_SEAL)
                .bind(election.as_str())
                .bind(statement)
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

    /// What was frozen of an election, and when.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn closing_seal(&self, election: &ElectionId) -> Result<Option<(String, Timestamp)>, StoreError> {
        let row: Option<(String, i64)> =
            on!(read &self.db, pool => sqlx::query_as(SEAL).bind(election.as_str()).fetch_optional(pool).await?);
        row.map(|(statement, at)| Ok((statement, instant(at)?))).transpose()
    }

    /// The audit that the archive of an election passed before its result was known.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn verification(&self, election: &ElectionId) -> Result<Option<Verification>, StoreError> {
        let row: Option<VerificationRow> = on!(read &self.db, pool => sqlx::query_as(VERIFICATION).bind(election.as_str()).fetch_optional(pool).await?);
        row.map(|(head, archive, size, checks, at)| {
            Ok(Verification {
                head: EventHash::from_bytes(hash(&head, "a head")?),
                archive: hash(&archive, "a digest")?,
                size: unsigned(size, "a size")?,
                checks: unsigned(checks, "a count")?,
                at: instant(at)?,
            })
        })
        .transpose()
    }
}
