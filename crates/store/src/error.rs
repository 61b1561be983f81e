//! What can go wrong between us and the database.

/// The store could not do what was asked. Whether it did is unknown after [`StoreError::Database`] on a commit.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("database")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("migration")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A stored value does not read back.
    #[error("damaged value in {0}")]
    Damaged(&'static str),
    /// Neither `sqlite:` nor `postgres:`.
    #[error("the database URL must begin with sqlite: or postgres:")]
    Url,
}
