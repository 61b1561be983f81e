//! The registrar's own database: SQLite by default, PostgreSQL by URL; never the voting server's.
//!
//! Two typed pools behind one enum. SQL is the same for both; `on!` runs an expression on whichever it is. Every fixed statement
//! is declared with `statements!`, and one test prepares them all on both engines.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use isoloir_rights::{Prepared, RightsError};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Database, PgConnection, Pool, SqlSafeStr as _, SqliteConnection, Transaction};

/// Runs an expression on the pool of either engine.
macro_rules! on {
    (read $store:expr, $pool:ident => $body:expr) => {
        match &$store.db {
            crate::store::Db::Postgres($pool) => $body,
            crate::store::Db::Sqlite { read: $pool, .. } => $body,
        }
    };
    (write $store:expr, $pool:ident => $body:expr) => {
        match &$store.db {
            crate::store::Db::Postgres($pool) => $body,
            crate::store::Db::Sqlite { write: $pool, .. } => $body,
        }
    };
    (tx $store:expr, $tx:ident => $body:expr) => {
        on!(write $store, pool => {
            let mut $tx = crate::store::begin(pool).await?;
            let output = $body;
            $tx.commit().await?;
            output
        })
    };
}

/// Declares statements, and lists them for the test that prepares each on both engines.
macro_rules! statements {
    ($($name:ident = $text:literal;)*) => {
        $(pub(crate) const $name: &str = $text;)*
        /// Every statement of this file, with its name.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &str)] = &[$((stringify!($name), $text)),*];
    };
}

#[macro_use]
pub(crate) mod journal;
#[macro_use]
pub(crate) mod outbox;
#[macro_use]
pub(crate) mod codes;
pub(crate) mod credentials;
pub(crate) mod keys;
pub(crate) mod notices;
pub(crate) mod reissue;
mod rights;

pub use outbox::LedgerLine;
pub use reissue::KnownConsultation;
pub use rights::ROLES;

/// Rows per statement: 32,766 parameters at most in SQLite, and little gain beyond.
pub(crate) const ROWS: usize = 500;

const WAIT: Duration = Duration::from_secs(10);
const POSTGRES_CONNECTIONS: u32 = 10;
const SQLITE_READERS: u32 = 4;
/// 64 MiB, in SQLite's way of saying it.
const WRITER_CACHE: &str = "-65536";

/// What goes wrong in the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refuses or cannot be reached.
    #[error("the registrar's database: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables are not those of this version and cannot be made so.
    #[error("the registrar's database cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The tables are not those of this version, or this login may not use them.
    #[error("the registrar's database: {0}")]
    Rights(#[from] RightsError),
    /// The SQLite file cannot be made.
    #[error("the registrar's database file: {0}")]
    File(#[from] std::io::Error),
    /// What the database holds does not read back as what was written.
    #[error("the registrar's database is damaged: {0}")]
    Damaged(&'static str),
    /// Neither `sqlite:` nor `postgres:`.
    #[error("a database URL starts with sqlite: or postgres:")]
    Url,
}

/// The registrar's database.
#[derive(Clone)]
pub struct Store {
    db: Db,
}

#[derive(Clone)]
enum Db {
    Postgres(PgPool),
    /// One writer, because SQLite has one; readers beside it.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
}

impl Store {
    /// Opens `sqlite:FILE` (made when missing, readable by its owner alone) or `postgres://...`, and brings the tables up to date, unless the database has
    /// an owner: see [`prepare`].
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn open(url: &str) -> Result<Store, StoreError> {
        let db = if let Some(path) = url.strip_prefix("sqlite:") {
            sqlite(Path::new(path.trim_start_matches("//"))).await?
        } else if is_postgres(url) {
            postgres(url).await?
        } else {
            return Err(StoreError::Url);
        };
        Ok(Store { db })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Database`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        on!(read self, pool => sqlx::query("SELECT 1").execute(pool).await.map(|_| ())?);
        Ok(())
    }

    /// Connections that are open now: at work or kept for somebody, and free.
    #[must_use]
    pub fn pool(&self) -> (u32, u32) {
        fn of<E: Database>(pool: &Pool<E>) -> (u32, u32) {
            let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
            // The two are read one after the other.
            (pool.size().saturating_sub(idle), idle)
        }
        match &self.db {
            Db::Postgres(pool) => of(pool),
            Db::Sqlite { write, read } => {
                let (write, read) = (of(write), of(read));
                (write.0.saturating_add(read.0), write.1.saturating_add(read.1))
            }
        }
    }

    /// Waits for running statements and closes all connections.
    pub async fn close(&self) {
        match &self.db {
            Db::Postgres(pool) => pool.close().await,
            Db::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

/// Where `append_only_….sql` stands among the migrations: each engine has its own. What another table takes to be kept has another number.
const KEPT: i64 = 105;

fn migrator(append_only: &'static str) -> Migrator {
    let kept = Migration::new(
        KEPT,
        "journals are kept".into(),
        MigrationType::Simple,
        append_only.into_sql_str(),
        false,
    );
    let tables = sqlx::migrate!("./migrations");
    Migrator::with_migrations(tables.iter().cloned().chain([kept]).collect())
}

fn postgres_migrator() -> Migrator {
    migrator(include_str!("../schema/append_only_postgres.sql"))
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres:") || url.starts_with("postgresql:")
}

async fn postgres(url: &str) -> Result<Db, StoreError> {
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(WAIT)
        .connect(url)
        .await?;
    ROLES.open(&pool, &postgres_migrator()).await?;
    Ok(Db::Postgres(pool))
}

/// Brings a PostgreSQL database up to date as its owner, and sets what each role may do there (docs/adr/0030). `url` is that of a login that owns
/// the tables; the first time, of one that may make what is missing.
///
/// # Errors
/// See [`StoreError`]; [`StoreError::Url`] for SQLite, which knows no roles.
pub async fn prepare(url: &str) -> Result<Prepared, StoreError> {
    if !is_postgres(url) {
        return Err(StoreError::Url);
    }
    let mut connection = PgConnection::connect(url).await?;
    let prepared = ROLES.prepare(&mut connection, &postgres_migrator()).await?;
    connection.close().await?;
    Ok(prepared)
}

async fn sqlite(path: &Path) -> Result<Db, StoreError> {
    // Made here rather than by SQLite for the sake of its mode; the journal files take the same.
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(WAIT);
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .after_release(|connection, _| Box::pin(is_reusable(connection)))
        .acquire_timeout(WAIT)
        // Keys are random: without these pages at hand, a whole roll is written a third slower.
        .connect_with(options.clone().pragma("cache_size", WRITER_CACHE))
        .await?;
    migrator(include_str!("../schema/append_only_sqlite.sql"))
        .run(&write)
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(WAIT);
    let read = readers.connect_lazy_with(options.read_only(true));
    Ok(Db::Sqlite { write, read })
}

/// How an engine begins a transaction that will write.
pub(crate) trait Engine: Database {
    const BEGIN: &'static str;
}

impl Engine for sqlx::Postgres {
    const BEGIN: &'static str = "BEGIN";
}

impl Engine for sqlx::Sqlite {
    // A deferred transaction that reads, then writes, fails at once with SQLITE_BUSY_SNAPSHOT.
    const BEGIN: &'static str = "BEGIN IMMEDIATE";
}

pub(crate) async fn begin<E: Engine>(pool: &Pool<E>) -> Result<Transaction<'static, E>, sqlx::Error> {
    pool.begin_with(E::BEGIN).await
}

/// Exclusive use of an owned row list in pages of [`ROWS`].
pub(crate) fn pages<T>(rows: &[T]) -> std::slice::Chunks<'_, T> {
    rows.chunks(ROWS)
}

/// On a full disk SQLite ends the transaction by itself, the rollback that follows fails, and sqlx counts a transaction for ever: such a
/// connection is closed instead of being used again.
async fn is_reusable(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // Waits for a rollback that is still queued.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

#[cfg(test)]
mod tests {

    use sqlx::Executor as _;

    use super::*;

    fn all() -> Vec<(&'static str, &'static str)> {
        [
            codes::ALL,
            credentials::ALL,
            journal::ALL,
            keys::ALL,
            notices::ALL,
            outbox::ALL,
            reissue::ALL,
        ]
        .concat()
    }

    async fn prepare_all(url: &str) {
        let store = Store::open(url).await.unwrap();
        for (name, text) in all() {
            let prepared: Result<(), sqlx::Error> = on!(write store, pool => {
                let mut connection = pool.acquire().await.unwrap();
                connection.prepare(text.into_sql_str()).await.map(|_| ())
            });
            prepared.unwrap_or_else(|e| panic!("{name} on {url}: {e}\n{text}"));
        }
        store.ping().await.unwrap();
        store.close().await;
    }

    #[tokio::test]
    async fn every_statement_is_right_on_both_engines() {
        let folder = tempfile::tempdir().unwrap();
        prepare_all(&format!("sqlite:{}", folder.path().join("registrar.db").display())).await;
        prepare_all(&isoloir_testkit::Postgres::shared().fresh_database()).await;
    }

    #[tokio::test]
    async fn the_role_that_serves_may_do_every_statement_and_nothing_that_none_does() {
        let cluster = isoloir_testkit::Postgres::start();
        let owner = cluster.fresh_database();
        prepare(&owner).await.unwrap();
        let node = cluster.login(&owner, "node", Some(ROLES.serving));
        let forbidden = cluster.forbidden(&node, ROLES.schemas, &all());
        assert!(forbidden.is_empty(), "{}", forbidden.join("\n"));

        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
        let granted = ROLES.tables().map(|table| {
            let rights = table.serving.iter().map(|right| right.sql());
            (table.name, rights.collect())
        });
        isoloir_testkit::assert_rights_are_needed(granted, &source, &[]);
    }

    #[tokio::test]
    async fn other_urls_are_refused_and_the_file_is_private() {
        use std::os::unix::fs::PermissionsExt as _;
        assert!(matches!(
            Store::open("mysql://x").await.map(|_| ()),
            Err(StoreError::Url)
        ));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registrar.db");
        let _store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(
                entry.metadata().unwrap().permissions().mode() & 0o777,
                0o600,
                "{:?}",
                entry.file_name()
            );
        }
    }
}
