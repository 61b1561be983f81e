//! Who may do what in PostgreSQL: the rights are those of the table beside the schema, whatever the database was before, and what they refuse is refused.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "in a test, a failure is a failed test"
)]

use std::collections::BTreeSet;

use isoloir_store::{ROLES, Store, StoreError, prepare};
use isoloir_testkit::Postgres;

/// Of a login that serves: each would remove, change, or open the way to it.
const REFUSED: [&str; 33] = [
    "DELETE FROM box.ballot",
    "UPDATE box.ballot SET tracker = 'x'",
    "TRUNCATE box.ballot",
    "DELETE FROM box.box_setup",
    "DELETE FROM box.box_head",
    "UPDATE box.tally_record SET payload = NULL",
    "DELETE FROM server.poll_book",
    "UPDATE server.poll_book SET marked_minute = 0",
    "TRUNCATE server.poll_book",
    "DELETE FROM server.journal",
    "UPDATE server.journal SET entry = '{}'",
    "TRUNCATE server.journal",
    "DELETE FROM server.journal_day",
    "DELETE FROM server.journal_head",
    "DELETE FROM server.board_record",
    "DELETE FROM server.voter",
    "UPDATE server._sqlx_migrations SET success = FALSE",
    "ALTER TABLE box.ballot DISABLE TRIGGER append_only",
    "ALTER TABLE server.poll_book DISABLE TRIGGER USER",
    "DROP TRIGGER append_only ON server.journal",
    "CREATE TRIGGER mine BEFORE INSERT ON box.ballot FOR EACH ROW EXECUTE FUNCTION box.refuse_change()",
    "CREATE OR REPLACE FUNCTION box.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "ALTER TABLE box.ballot ADD COLUMN voter TEXT",
    "ALTER TABLE box.ballot OWNER TO node",
    "CREATE INDEX mine ON box.ballot (tracker)",
    "DROP TABLE box.ballot",
    "DROP SCHEMA box CASCADE",
    "DROP OWNED BY isoloir_owner CASCADE",
    "CREATE TABLE server.mine (a INT)",
    "CREATE SCHEMA mine",
    "SET ROLE isoloir_owner",
    "SET session_replication_role = replica",
    "ALTER ROLE node SUPERUSER",
];

const REFUSED_TO_READERS: [(&str, &str); 9] = [
    ("isoloir_box_reader", "SELECT FROM server.poll_book"),
    ("isoloir_box_reader", "SELECT FROM server.voter"),
    ("isoloir_box_reader", "SELECT FROM server.journal"),
    ("isoloir_box_reader", "INSERT INTO box.box_sidecar VALUES ('x', 1, '')"),
    ("isoloir_roll_reader", "SELECT FROM box.ballot"),
    ("isoloir_roll_reader", "SELECT FROM server.account"),
    ("isoloir_roll_reader", "SELECT FROM server.session"),
    ("isoloir_roll_reader", "SELECT FROM server.journal"),
    ("isoloir_roll_reader", "UPDATE server.poll_book SET marked_minute = 0"),
];

/// What the plan says, in the words of [`Postgres::granted`].
fn planned() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for schema in ROLES.schemas {
        all.insert(format!("{schema} {} USAGE", ROLES.serving));
    }
    for (role, schema) in ROLES.readers {
        all.insert(format!("{schema} {role} USAGE"));
    }
    for table in ROLES.tables() {
        let name = format!("{}.{}", table.schema, table.name);
        for right in table.serving {
            all.insert(format!("{name} {} {}", ROLES.serving, right.sql()));
        }
        if let Some(reader) = table.reader {
            all.insert(format!("{name} {reader} SELECT"));
        }
    }
    all
}

/// Everything belongs to the owner, every table has its rights, and nobody has another.
fn as_planned(cluster: &Postgres, owner: &str) {
    assert_eq!(
        cluster.owners(owner, ROLES.schemas),
        BTreeSet::from([ROLES.owner.to_owned()])
    );
    let tables: BTreeSet<_> = ROLES
        .tables()
        .map(|table| format!("{}.{}", table.schema, table.name))
        .collect();
    assert_eq!(
        cluster.tables(owner, ROLES.schemas),
        tables,
        "crates/store/src/rights.rs has a row for every table, and for no other"
    );
    assert_eq!(cluster.granted(owner, ROLES.schemas), planned());
}

#[tokio::test]
async fn rights_are_those_of_the_table_and_preparing_again_changes_nothing() {
    let cluster = Postgres::start();
    let owner = cluster.fresh_database();
    let first = prepare(&owner).await.unwrap();
    assert!(first.changes > 30 && first.logins.is_empty(), "{first:?}");
    as_planned(&cluster, &owner);
    // What somebody gave or took by hand does not stay.
    cluster.ask(
        &owner,
        "GRANT DELETE ON box.ballot TO isoloir_portal; GRANT SELECT ON server.poll_book TO PUBLIC, isoloir_box_reader",
    );
    cluster.ask(&owner, "REVOKE INSERT ON box.ballot FROM isoloir_portal");
    assert_ne!(cluster.granted(&owner, ROLES.schemas), planned());
    let _node = cluster.login(&owner, "node", Some(ROLES.serving));
    let again = prepare(&owner).await.unwrap();
    assert_eq!((again.changes, again.logins), (0, vec!["node".to_owned()]));
    as_planned(&cluster, &owner);
}

#[tokio::test]
async fn what_a_node_must_not_do_is_refused_by_the_database_itself() {
    let cluster = Postgres::start();
    let owner = cluster.fresh_database();
    prepare(&owner).await.unwrap();
    let node = cluster.login(&owner, "node", Some(ROLES.serving));
    Store::open(&node).await.unwrap().ping().await.unwrap();
    for sql in REFUSED {
        assert_eq!(cluster.refusal(&node, sql).as_deref(), Some("42501"), "{sql}");
    }
    for (role, sql) in REFUSED_TO_READERS {
        let reader = cluster.login(&owner, &format!("one_{role}"), Some(role));
        assert_eq!(cluster.refusal(&reader, sql).as_deref(), Some("42501"), "{role}: {sql}");
    }
    let expert = cluster.login(&owner, "one_isoloir_box_reader", None);
    assert_eq!(cluster.ask(&expert, "SELECT COUNT(*) FROM box.ballot").trim(), "0");
    let expert = cluster.login(&owner, "one_isoloir_roll_reader", None);
    assert_eq!(
        cluster.ask(&expert, "SELECT COUNT(*) FROM server.poll_book").trim(),
        "0"
    );
}

#[tokio::test]
async fn a_node_changes_no_table_and_says_what_to_run() {
    let cluster = Postgres::start();
    let owner = cluster.fresh_database();
    let node = cluster.login(&owner, "node", None);
    let refused = async |url: &str| match Store::open(url).await {
        Err(StoreError::Rights(error)) => error.to_string(),
        other => panic!("{:?}", other.map(drop)),
    };
    // An empty database where it may make nothing.
    let empty = refused(&node).await;
    assert!(empty.contains("run `isoloir database prepare`"), "{empty}");
    prepare(&owner).await.unwrap();
    let stranger = refused(&node).await;
    assert!(stranger.contains("GRANT isoloir_portal TO node"), "{stranger}");
    let _member = cluster.login(&owner, "node", Some(ROLES.serving));
    Store::open(&node).await.unwrap();
    // A database that an earlier version left: two changes are missing, with their table.
    cluster.ask(
        &owner,
        "DROP TABLE server.capacity_certificate; DELETE FROM server._sqlx_migrations WHERE version IN (95, 96)",
    );
    let behind = refused(&node).await;
    assert!(
        behind.contains("2 changes of the tables are missing") && behind.contains("database prepare"),
        "{behind}"
    );
    // Not even by a login that could: the new table would have no rights.
    assert!(refused(&owner).await.contains("2 changes"));
    assert_eq!(prepare(&owner).await.unwrap().changes, 2);
    as_planned(&cluster, &owner);
    Store::open(&node).await.unwrap();
    // One that a later version left.
    cluster.ask(
        &owner,
        "INSERT INTO server._sqlx_migrations VALUES (9999, 'later', now(), TRUE, '', 0)",
    );
    assert!(refused(&node).await.contains("9999"));
}

#[tokio::test]
async fn a_database_of_one_role_that_owned_all_is_taken_over() {
    let cluster = Postgres::start();
    let administrator = cluster.fresh_database();
    let vote = cluster.login(&administrator, "vote", None);
    cluster.ask(
        &administrator,
        "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO vote', current_database()); END $$",
    );
    // As ever: it makes its tables, and does with them what it likes.
    drop(Store::open(&vote).await.unwrap());
    cluster.ask(&vote, "INSERT INTO server.captcha_bypass VALUES ('x', 1)");
    assert_eq!(
        cluster.refusal(&vote, "ALTER TABLE box.ballot DISABLE TRIGGER USER"),
        None
    );
    assert_eq!(prepare(&administrator).await.unwrap().changes, 0);
    as_planned(&cluster, &administrator);
    let _member = cluster.login(&administrator, "vote", Some(ROLES.serving));
    drop(Store::open(&vote).await.unwrap());
    assert_eq!(
        cluster.ask(&vote, "SELECT COUNT(*) FROM server.captcha_bypass").trim(),
        "1"
    );
    let refused = cluster.refusal(&vote, "ALTER TABLE box.ballot DISABLE TRIGGER USER");
    assert_eq!(refused.as_deref(), Some("42501"));
    assert!(matches!(prepare("sqlite:x.db").await, Err(StoreError::Url)));
}
