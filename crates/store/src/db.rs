//! The two engines behind one enum, and the macro that runs one text of code on either.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use isoloir_rights::Prepared;
use jiff::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{
    Connection as _, Database, PgConnection, PgPool, Pool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction,
};

use crate::copy::BallotCopy;
use crate::{ROLES, StoreError, schema, value};

/// How an engine begins a transaction that will write.
pub(crate) trait Engine: Database {
    /// SQLite must take its write lock at once: upgrading later fails without waiting.
    const BEGIN: &'static str;
    /// For what writes millions of rows at once: indexes that are met in no order stay in memory until the commit.
    const BEGIN_LARGE: &'static str;
}

impl Engine for Postgres {
    const BEGIN: &'static str = "BEGIN";
    const BEGIN_LARGE: &'static str = Self::BEGIN;
}

impl Engine for Sqlite {
    const BEGIN: &'static str = "BEGIN IMMEDIATE";
    /// 768 MiB, taken as needed, and given back afterwards: see [`make_ready`].
    const BEGIN_LARGE: &'static str = "PRAGMA cache_size = -786432; BEGIN IMMEDIATE";
}

pub(crate) async fn begin<E: Engine>(pool: &Pool<E>) -> Result<Transaction<'static, E>, sqlx::Error> {
    pool.begin_with(E::BEGIN).await
}

/// A transaction on SQLite whose commit does not wait for the disk. The connection waits again before anyone else has it: see [`make_ready`].
pub(crate) async fn begin_light(write: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    write.begin_with("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE").await
}

pub(crate) async fn begin_large<E: Engine>(pool: &Pool<E>) -> Result<Transaction<'static, E>, sqlx::Error> {
    pool.begin_with(E::BEGIN_LARGE).await
}

/// The voting server's database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Db,
    /// The synchronous copy, when one is kept.
    pub(crate) copy: Option<Arc<BallotCopy>>,
}

#[derive(Clone)]
pub(crate) enum Db {
    /// What goes to `light` commits without waiting for the disk.
    Pg { pool: PgPool, light: PgPool },
    /// One connection writes; others only read, so that they never wait for it.
    Lite { write: SqlitePool, read: SqlitePool },
}

/// Connections to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// At work, or kept for somebody.
    pub in_use: u32,
    /// Open, and free.
    pub idle: u32,
}

impl Connections {
    fn of<E: Database>(pool: &Pool<E>) -> Self {
        let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
        // The two are read one after the other.
        Self {
            in_use: pool.size().saturating_sub(idle),
            idle,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            in_use: self.in_use.saturating_add(other.in_use),
            idle: self.idle.saturating_add(other.idle),
        }
    }
}

/// Runs `$body` on the engine at hand: `on!(read db, pool => ...)`, `on!(tx db, tx => ...)` (committed at the end; rolled back on `?`);
/// `on!(light db, tx => ...)` is a transaction whose commit does not wait for the disk, for sessions and failed attempts: a rush of
/// sign-ins then leaves the disk to the ballots. A program that is killed loses none of it, a machine without power the last moment.
/// `on!(note db, connection => ...)` is the same for one statement alone, which goes to PostgreSQL without a word before or after.
/// `on!(large db, tx => ...)` is one that writes a whole electorate.
macro_rules! on {
    (read $db:expr, $pool:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Pg { pool: $pool, .. } => $body,
            $crate::db::Db::Lite { read: $pool, .. } => $body,
        }
    };
    (write $db:expr, $pool:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Pg { pool: $pool, .. } => $body,
            $crate::db::Db::Lite { write: $pool, .. } => $body,
        }
    };
    (tx $db:expr, $tx:ident => $body:expr) => {
        on!(write $db, pool => {
            on!(inside begin, pool, $tx => $body)
        })
    };
    (light $db:expr, $tx:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Pg { light, .. } => on!(inside begin, light, $tx => $body),
            $crate::db::Db::Lite { write, .. } => on!(inside begin_light, write, $tx => $body),
        }
    };
    (note $db:expr, $connection:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Pg { light, .. } => {
                let mut $connection = light.acquire().await?;
                $body
            }
            $crate::db::Db::Lite { write, .. } => on!(inside begin_light, write, $connection => $body),
        }
    };
    (large $db:expr, $tx:ident => $body:expr) => {
        on!(write $db, pool => {
            on!(inside begin_large, pool, $tx => $body)
        })
    };
    (inside $begin:ident, $pool:ident, $tx:ident => $body:expr) => {{
        let mut $tx = $crate::db::$begin($pool).await?;
        let outcome = $body;
        $tx.commit().await?;
        outcome
    }};
}

pub(crate) const ACQUIRE: Duration = Duration::from_secs(10);

/// Connections to PostgreSQL for what must be on the disk when it is committed, and for reading.
const POOL: u32 = 16;
/// Connections to PostgreSQL for the rest.
const LIGHT: u32 = 4;
/// A connection that answered less than this ago is used as it is. One that was unused for longer is asked first whether the database is still there:
/// a round trip, of which a cast would otherwise pay three.
const TRUSTED: Duration = Duration::from_millis(250);

impl Store {
    /// Opens the database at `url`, creates it if it is a SQLite file that is not there, and brings its schema up to date, unless it has an owner: see
    /// [`prepare`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let db = if url.starts_with("sqlite:") {
            open_sqlite(url).await?
        } else if is_postgres(url) {
            open_postgres(url).await?
        } else {
            return Err(StoreError::Url);
        };
        Ok(Self { db, copy: None })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        on!(read &self.db, pool => { sqlx::query("SELECT 1").execute(pool).await?; });
        Ok(())
    }

    /// What time it is where the database is, when that may be another machine than this one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clock(&self) -> Result<Option<Timestamp>, StoreError> {
        match &self.db {
            Db::Pg { pool, .. } => {
                let millis: i64 = sqlx::query_scalar("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint")
                    .fetch_one(pool)
                    .await?;
                value::instant(millis).map(Some)
            }
            Db::Lite { .. } => Ok(None),
        }
    }

    /// Connections that are open now.
    #[must_use]
    pub fn pool(&self) -> Connections {
        match &self.db {
            Db::Pg { pool, light } => Connections::of(pool).and(Connections::of(light)),
            Db::Lite { write, read } => Connections::of(write).and(Connections::of(read)),
        }
    }

    /// Closes all connections, after what is under way.
    pub async fn close(&self) {
        self.close_copy().await;
        match &self.db {
            Db::Pg { pool, light } => {
                light.close().await;
                pool.close().await;
            }
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
        .after_release(|connection, _| Box::pin(make_ready(connection)))
        .max_lifetime(None)
        .idle_timeout(None)
        .acquire_timeout(ACQUIRE)
        // In KiB, taken as needed: the indexes of a roll of millions of entries are written in memory first.
        .connect_with(options.clone().pragma("cache_size", "-131072"))
        .await?;
    schema::sqlite().run(&write).await?;
    let read = SqlitePoolOptions::new()
        .max_connections(8)
        .acquire_timeout(ACQUIRE)
        .connect_with(options.pragma("query_only", "on"))
        .await?;
    Ok(Db::Lite { write, read })
}

/// Makes a connection wait for the disk at every commit again and keep little in memory, whatever its last transaction was, and keeps it if it is as it should be. On a
/// full disk SQLite ends the transaction by itself, the rollback that follows fails, and sqlx counts a transaction for ever: such a
/// connection is closed instead of being used again.
async fn make_ready(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // After a rollback that is still queued. Inside a transaction the first is an error: the connection is closed then too.
    sqlx::raw_sql("PRAGMA synchronous = FULL; PRAGMA cache_size = -131072")
        .execute(&mut *connection)
        .await?;
    Ok(!connection.is_in_transaction())
}

async fn open_postgres(url: &str) -> Result<Db, StoreError> {
    let options = postgres_options(url)?;
    let pool = postgres_pool(POOL).connect_with(options.clone()).await?;
    let mut migrator = schema::postgres();
    for schema in ROLES.schemas {
        migrator.create_schema(*schema);
    }
    ROLES.open(&pool, &migrator).await?;
    let light = postgres_pool(LIGHT).connect_lazy_with(options.options([("synchronous_commit", "off")]));
    Ok(Db::Pg { pool, light })
}

fn postgres_pool(most: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(ACQUIRE)
        .after_connect(|connection, _| Box::pin(refuse_a_standby(connection)))
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres:") || url.starts_with("postgresql:")
}

fn postgres_options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    Ok(PgConnectOptions::from_str(url)?.options([("search_path", "server,box")]))
}

/// Brings a PostgreSQL database up to date as its owner, and sets what each role may do there (docs/adr/0030). `url` is that of a login that owns
/// the tables; the first time, of one that may make what is missing.
///
/// # Errors
/// [`StoreError`]; [`StoreError::Url`] for another engine, which knows no roles.
pub async fn prepare(url: &str) -> Result<Prepared, StoreError> {
    if !is_postgres(url) {
        return Err(StoreError::Url);
    }
    let mut connection = PgConnection::connect_with(&postgres_options(url)?).await?;
    refuse_a_standby(&mut connection).await?;
    let prepared = ROLES.prepare(&mut connection, &schema::postgres()).await?;
    connection.close().await?;
    Ok(prepared)
}

/// For some seconds after a failover a proxy may still lead to the server that was the primary: what is read there may be old, and nothing can be written.
async fn refuse_a_standby(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let standby: bool = sqlx::query_scalar("SELECT pg_is_in_recovery()")
        .fetch_one(connection)
        .await?;
    if standby {
        return Err(sqlx::Error::Configuration(
            "the database is a standby, not the primary".into(),
        ));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "in a test, a failure is a failed test")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn on_sqlite_only_a_light_transaction_leaves_the_disk_for_later() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("store.db").display());
        let Db::Lite { write, .. } = Store::open(&url).await.unwrap().db else {
            panic!("a store on SQLite");
        };
        let level = async |tx: &mut Transaction<'static, Sqlite>| -> i64 {
            sqlx::query_scalar("PRAGMA synchronous")
                .fetch_one(&mut **tx)
                .await
                .unwrap()
        };
        let durable = async || level(&mut begin(&write).await.unwrap()).await;
        assert_eq!(durable().await, 2);
        let mut light = begin_light(&write).await.unwrap();
        assert_eq!(level(&mut light).await, 1);
        light.commit().await.unwrap();
        assert_eq!(durable().await, 2, "after its commit");
        drop(begin_light(&write).await.unwrap());
        assert_eq!(durable().await, 2, "after a request that was given up");
        let alone: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(&write)
            .await
            .unwrap();
        assert_eq!(alone, 2, "and for a statement without a transaction");
    }

    #[tokio::test]
    async fn on_sqlite_only_a_large_transaction_takes_much_memory() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("store.db").display());
        let Db::Lite { write, .. } = Store::open(&url).await.unwrap().db else {
            panic!("a store on SQLite");
        };
        let cache = async |tx: &mut Transaction<'static, Sqlite>| -> i64 {
            let size = sqlx::query_scalar("PRAGMA cache_size").fetch_one(&mut **tx);
            size.await.unwrap()
        };
        let mut large = begin_large(&write).await.unwrap();
        assert_eq!(cache(&mut large).await, -786_432);
        large.commit().await.unwrap();
        assert_eq!(cache(&mut begin(&write).await.unwrap()).await, -131_072);
        drop(begin_large(&write).await.unwrap());
        assert_eq!(cache(&mut begin(&write).await.unwrap()).await, -131_072);
    }

    #[tokio::test]
    async fn on_postgresql_only_what_is_light_leaves_the_disk_for_later() {
        const LEVEL: &str = "SHOW synchronous_commit";
        let url = isoloir_testkit::Postgres::shared().fresh_database();
        let store = Store::open(&url).await.unwrap();
        let level = async || -> Result<[String; 4], StoreError> {
            let note = on!(note &store.db, connection => sqlx::query_scalar(LEVEL).fetch_one(&mut *connection).await?);
            let light = on!(light &store.db, tx => sqlx::query_scalar(LEVEL).fetch_one(&mut *tx).await?);
            let lasting = on!(tx &store.db, tx => sqlx::query_scalar(LEVEL).fetch_one(&mut *tx).await?);
            let alone = on!(write &store.db, pool => sqlx::query_scalar(LEVEL).fetch_one(pool).await?);
            Ok([note, light, lasting, alone])
        };
        for _ in 0..2 {
            assert_eq!(level().await.unwrap(), ["off", "off", "on", "on"]);
        }
    }

    /// The database ended every connection, as one does that becomes a standby: nobody is told, where nothing was asked for a while.
    #[tokio::test]
    async fn connections_that_the_database_ended_are_replaced_unseen_after_a_moment() {
        const OTHERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let url = isoloir_testkit::Postgres::shared().fresh_database();
        let store = Store::open(&url).await.unwrap();
        let Db::Pg { pool, .. } = &store.db else {
            panic!("a store on PostgreSQL");
        };
        let mut all = Vec::new();
        for _ in 0..POOL {
            all.push(pool.acquire().await.unwrap());
        }
        drop(all);
        let mut operator = PgConnection::connect(&url).await.unwrap();
        sqlx::query(OTHERS).execute(&mut operator).await.unwrap();
        tokio::time::sleep(TRUSTED * 2).await;
        for _ in 0..POOL {
            store.ping().await.unwrap();
        }
    }
}
