//! Persistence of the voting server: SQLite and PostgreSQL, in two compartments (*fichier des électeurs* and *urne électronique*).
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

mod error;
mod record;

pub use error::StoreError;
pub use record::Recorded;
