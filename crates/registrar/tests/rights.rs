//! Who may do what in the registrar's PostgreSQL: the rights are those of the table beside the schema, and what they refuse is refused.

use std::collections::BTreeSet;

use isoloir_registrar::Store;
use isoloir_registrar::store::{ROLES, StoreError, prepare};
use isoloir_testkit::Postgres;

/// Of a login that serves: each would remove, change, or open the way to it.
const REFUSED: [&str; 16] = [
    "DELETE FROM journal",
    "UPDATE journal SET entry = '{}'",
    "TRUNCATE journal",
    "DELETE FROM notice_event",
    "UPDATE notice_event SET place = 'x'",
    "DELETE FROM credential",
    "DELETE FROM code",
    "UPDATE voided_code SET issued_at = 0",
    "DELETE FROM blocked_path",
    "ALTER TABLE journal DISABLE TRIGGER journal_stays",
    "DROP TRIGGER notice_event_stays ON notice_event",
    "CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "DROP TABLE credential",
    "CREATE TABLE mine (a INT)",
    "SET ROLE isoloir_registrar_owner",
    "SET session_replication_role = replica",
];

/// Everything belongs to the owner, every table has its rights, and nobody has another.
fn as_planned(cluster: &Postgres, owner: &str) {
    assert_eq!(
        cluster.owners(owner, ROLES.schemas),
        BTreeSet::from([ROLES.owner.to_owned()])
    );
    let tables: BTreeSet<_> = ROLES.tables().map(|table| format!("public.{}", table.name)).collect();
    assert_eq!(
        cluster.tables(owner, ROLES.schemas),
        tables,
        "crates/registrar/src/store/rights.rs has a row for every table, and for no other"
    );
    let mut planned = BTreeSet::from([format!("public {} USAGE", ROLES.serving)]);
    for table in ROLES.tables() {
        for right in table.serving {
            planned.insert(format!("public.{} {} {}", table.name, ROLES.serving, right.sql()));
        }
    }
    assert_eq!(cluster.granted(owner, ROLES.schemas), planned);
}

#[tokio::test]
async fn the_registrar_serves_with_the_rights_of_the_table_and_no_other() {
    let cluster = Postgres::start();
    let owner = cluster.fresh_database();
    let registrar = cluster.login(&owner, "codes", None);
    let refused = Store::open(&registrar).await.map(drop).unwrap_err().to_string();
    assert!(
        refused.contains("run `isoloir registrar prepare-database`"),
        "{refused}"
    );
    // As ever: one role that owns all; then it is taken over.
    drop(Store::open(&owner).await.unwrap());
    assert_eq!(prepare(&owner).await.unwrap().changes, 0);
    as_planned(&cluster, &owner);
    let _member = cluster.login(&owner, "codes", Some(ROLES.serving));
    assert_eq!(prepare(&owner).await.unwrap().logins, ["codes"]);
    as_planned(&cluster, &owner);
    Store::open(&registrar).await.unwrap().ping().await.unwrap();
    for sql in REFUSED {
        assert_eq!(cluster.refusal(&registrar, sql).as_deref(), Some("42501"), "{sql}");
    }
    assert!(matches!(prepare("sqlite:x.db").await, Err(StoreError::Url)));
}

/// Journals were kept by a text run at each start; it has a number among the migrations now, and what it made before stays.
#[tokio::test]
async fn a_database_from_before_the_guards_had_a_number_is_brought_up_to_date() {
    let cluster = Postgres::start();
    let owner = cluster.fresh_database();
    drop(Store::open(&owner).await.unwrap());
    cluster.ask(&owner, "DELETE FROM _sqlx_migrations WHERE version = 105");
    drop(Store::open(&owner).await.unwrap());
    let version = cluster.ask(&owner, "SELECT MAX(version) FROM _sqlx_migrations");
    assert_eq!(version.trim(), "105");
    let refused = cluster.refusal(&owner, "TRUNCATE journal");
    assert_eq!(refused.as_deref(), Some("P0001"));
}
