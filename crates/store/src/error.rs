//! What can go wrong between us and the database.

use crate::copy::CopyError;

/// The store could not do what was asked. Whether it did is unknown when the failure was that of a commit.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The tables are not those of this version, or this login may not use them.
    #[error(transparent)]
    Rights(#[from] isoloir_rights::RightsError),
    /// A stored value does not read back.
    #[error("damaged value in {0}")]
    Damaged(&'static str),
    /// Neither `sqlite:` nor `postgres:`.
    #[error("the database URL must begin with sqlite: or postgres:")]
    Url,
    /// The synchronous copy does not follow; what the database itself holds is as it was, or has what the copy lacks.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// A transaction shared with others failed; its own error is in the log.
    #[error("the outcome of a shared transaction is unknown")]
    Unknown,
}
