//! A new version's tables come while nodes of the version before are connected: what adds is made beside them, what changes is refused until they are stopped.
#![allow(clippy::unwrap_used, missing_docs, reason = "in a test, a failure is a failed test")]

use std::time::Duration;

use isoloir_rights::{ADDS, FREE, Plan, Prepared, RightsError, Table};
use isoloir_testkit::Postgres;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection as _, PgConnection, PgPool, SqlStr};

const PLAN: Plan = Plan {
    owner: "upgrade_owner",
    serving: "upgrade_nodes",
    readers: &[],
    schemas: &["vote"],
    tables: &[&[
        Table {
            schema: "vote",
            name: "ballot",
            serving: FREE,
            reader: None,
        },
        Table {
            schema: "vote",
            name: "_sqlx_migrations",
            serving: FREE,
            reader: None,
        },
    ]],
    command: "prepare",
};

const FIRST: (i64, &str, &str) = (1, "box", "CREATE TABLE vote.ballot (id INT)");
const ADDED: (i64, &str, &str) = (2, "adds when", "ALTER TABLE vote.ballot ADD COLUMN at BIGINT");
const CHANGED: (i64, &str, &str) = (3, "ids are long", "ALTER TABLE vote.ballot ALTER COLUMN id TYPE BIGINT");

fn version(changes: &[(i64, &'static str, &'static str)]) -> Migrator {
    let one = |&(version, description, sql): &(i64, &'static str, &'static str)| {
        let sql = SqlStr::from_static(sql);
        Migration::new(version, description.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(changes.iter().map(one).collect())
}

/// A database that the first version prepared, and the URL of a node's login.
struct Vote {
    cluster: &'static Postgres,
    owner: String,
    node: String,
}

impl Vote {
    async fn begin() -> Self {
        let cluster = Postgres::shared();
        let owner = format!("{}&options=-csearch_path%3Dvote", cluster.fresh_database());
        let vote = Self {
            cluster,
            node: String::new(),
            owner,
        };
        vote.prepare(&[FIRST]).await.unwrap();
        let node = cluster.login(&vote.owner, "upgrade_node", Some(PLAN.serving));
        Self { node, ..vote }
    }

    async fn prepare(&self, changes: &[(i64, &'static str, &'static str)]) -> Result<Prepared, RightsError> {
        let mut connection = PgConnection::connect(&self.owner).await.unwrap();
        PLAN.prepare(&mut connection, &version(changes)).await
    }

    /// A node of the version that knows these changes starts.
    async fn start(&self, changes: &[(i64, &'static str, &'static str)]) -> Result<PgPool, RightsError> {
        let pool = PgPool::connect(&self.node).await.unwrap();
        PLAN.open(&pool, &version(changes)).await?;
        Ok(pool)
    }
}

async fn cast(pool: &PgPool) {
    sqlx::query("INSERT INTO vote.ballot (id) VALUES (7)")
        .execute(pool)
        .await
        .unwrap();
    let (id,): (i32,) = sqlx::query_as("SELECT id FROM vote.ballot LIMIT 1")
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(id, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_adds_is_made_while_nodes_serve_and_the_older_ones_go_on_and_start_again() {
    assert!(ADDED.1.starts_with(ADDS) && !CHANGED.1.starts_with(ADDS));
    let vote = Vote::begin().await;
    let old = vote.start(&[FIRST]).await.unwrap();
    cast(&old).await;
    assert_eq!(vote.prepare(&[FIRST, ADDED]).await.unwrap().changes, 1);
    cast(&old).await;
    let new = vote.start(&[FIRST, ADDED]).await.unwrap();
    cast(&new).await;
    // A supervisor starts the old one again, or an operator goes back.
    cast(&vote.start(&[FIRST]).await.unwrap()).await;
    assert_eq!(vote.prepare(&[FIRST]).await.unwrap().changes, 0);
    cast(&new).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_waits_until_nobody_serves_and_then_refuses_the_older_program() {
    let vote = Vote::begin().await;
    let old = vote.start(&[FIRST]).await.unwrap();
    let refused = vote.prepare(&[FIRST, ADDED, CHANGED]).await.unwrap_err();
    assert!(
        matches!(refused, RightsError::Serving { connections: 1.., .. }),
        "{refused}"
    );
    let columns = "SELECT COUNT(*) FROM information_schema.columns WHERE table_name = 'ballot'";
    assert_eq!(
        vote.cluster.ask(&vote.owner, columns).trim(),
        "1",
        "nothing was changed"
    );
    cast(&old).await;
    old.close().await;
    assert_eq!(vote.prepare(&[FIRST, ADDED, CHANGED]).await.unwrap().changes, 2);
    let refused = vote.start(&[FIRST, ADDED]).await.unwrap_err();
    assert!(matches!(refused, RightsError::Newer { version: 3, .. }), "{refused}");
    let new = vote.start(&[FIRST, ADDED, CHANGED]).await.unwrap();
    sqlx::query("INSERT INTO vote.ballot (id) VALUES (7)")
        .execute(&new)
        .await
        .unwrap();
}

/// Somebody reads the whole box: the change waits for it, and whoever casts meanwhile waits for neither for long.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_being_read_delays_the_change_and_not_the_casts() {
    let vote = Vote::begin().await;
    let old = vote.start(&[FIRST]).await.unwrap();
    let mut reading = old.begin().await.unwrap();
    sqlx::query("SELECT * FROM vote.ballot")
        .execute(&mut *reading)
        .await
        .unwrap();
    let changing = vote.prepare(&[FIRST, ADDED]);
    let reading = async {
        for _ in 0..10 {
            let cast = tokio::time::timeout(Duration::from_secs(10), cast(&old)).await;
            cast.expect("casts go on");
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        reading.commit().await.unwrap();
    };
    let (changed, ()) = tokio::join!(changing, reading);
    assert_eq!(changed.unwrap().changes, 1);
}
