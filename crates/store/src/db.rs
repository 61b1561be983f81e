//! The two engines behind one enum, and the macro that runs one text of code on either.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Database, PgPool, Pool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};

use crate::{StoreError, schema};

/// How an engine begins a transaction that will write.
pub(crate) trait Engine: Database {
    /// SQLite must take its write lock at once: upgrading later fails without waiting.
    const BEGIN: &'static str;
}

impl Engine for Postgres {
    const BEGIN: &'static str = "BEGIN";
}

impl Engine for Sqlite {
    const BEGIN: &'static str = "BEGIN IMMEDIATE";
}

pub(crate) async fn begin<E: Engine>(pool: &Pool<E>) -> Result<Transaction<'static, E>, sqlx::Error> {
    pool.begin_with(E::BEGIN).await
}

/// The voting server's database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Db,
}

#[derive(Clone)]
pub(crate) enum Db {
    Pg(PgPool),
    /// One connection writes; others only read, so that they never wait for it.
    Lite {
        write: SqlitePool,
        read: SqlitePool,
    },
}

/// Runs `$body` on the engine at hand: `on!(read db, pool => ...)`, `on!(tx db, tx => ...)` (committed at the end; rolled back on `?`).
macro_rules! on {
    (read $db:expr, $pool:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Pg($pool) => $body,
            $crate::db::Db::Lite { read: $pool, .. } => $body,
        }
    };
    (write $db:expr, $pool:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Pg($pool) => $body,
            $crate::db::Db::Lite { write: $pool, .. } => $body,
        }
    };
    (tx $db:expr, $tx:ident => $body:expr) => {
        on!(write $db, pool => {
            let mut $tx = $crate::db::begin(pool).await?;
            let outcome = $body;
            $tx.commit().await?;
            outcome
        })
    };
}

const ACQUIRE: Duration = Duration::from_secs(10);

impl Store {
    /// Opens the database at `url`, creates it if it is a SQLite file that is not there, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let db = if url.starts_with("sqlite:") {
            open_sqlite(url).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            open_postgres(url).await?
        } else {
            return Err(StoreError::Url);
        };
        Ok(Self { db })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        on!(read &self.db, pool => { sqlx::query("SELECT 1").execute(pool).await?; });
        Ok(())
    }

    /// Closes all connections, after what is under way.
    pub async fn close(&self) {
        match &self.db {
            Db::Pg(pool) => pool.close().await,
            Db::Lite { write, read } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

async fn open_sqlite(url: &str) -> Result<Db, StoreError> {
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A receipt is a promise: every commit reaches the disk before it is given.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(ACQUIRE);
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .after_release(|connection, _| Box::pin(is_reusable(connection)))
        .max_lifetime(None)
        .idle_timeout(None)
        .acquire_timeout(ACQUIRE)
        .connect_with(options.clone())
        .await?;
    schema::sqlite().run(&write).await?;
    let read = SqlitePoolOptions::new()
        .max_connections(8)
        .acquire_timeout(ACQUIRE)
        .connect_with(options.pragma("query_only", "on"))
        .await?;
    Ok(Db::Lite { write, read })
}

/// On a full disk SQLite ends the transaction by itself, the rollback that follows fails, and sqlx counts a transaction for ever: such a
/// connection is closed instead of being used again.
async fn is_reusable(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // Waits for a rollback that is still queued.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

async fn open_postgres(url: &str) -> Result<Db, StoreError> {
    let options = PgConnectOptions::from_str(url)?.options([("search_path", "server,box")]);
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(ACQUIRE)
        .connect_with(options)
        .await?;
    let mut migrator = schema::postgres();
    migrator.create_schema("server");
    migrator.create_schema("box");
    migrator.run(&pool).await?;
    Ok(Db::Pg(pool))
}
