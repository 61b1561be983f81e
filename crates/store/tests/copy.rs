//! The synchronous copy and the takeover, by themselves: whose copy it is, what follows what, and what is refused. With ballots: tests of the whole program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "in a test, a failure is a failed test"
)]

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_store::copy::{CopyError, CopyPlace};
use isoloir_store::takeover::{Gap, RebuildError, Sources, rebuild};
use isoloir_store::{Store, StoreError};
use jiff::Timestamp;
use sqlx::sqlite::SqlitePool;

/// What the copy keeps of the server's own tables.
const COPIED: [&str; 8] = [
    "box_setup",
    "box_head",
    "ballot",
    "tally_record",
    "poll_book",
    "journal",
    "closing_seal",
    "verification",
];

fn now() -> Timestamp {
    "2026-12-05T10:00:00Z".parse().unwrap()
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn entry(count: u64) -> Entry {
    Entry {
        at: now(),
        actor: None,
        subject: Subject::Consultation("c".parse().unwrap()),
        what: Event::InvitationsSent { count },
    }
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn url(&self, name: &str) -> String {
        format!("sqlite:{}", self.file(name).display())
    }

    fn copy(&self, seed: u8) -> CopyPlace {
        CopyPlace {
            file: self.file("votes.db"),
            server: key(seed).verifying_key().to_bytes(),
        }
    }

    async fn open(&self) -> Result<Store, StoreError> {
        Store::open_with_copy(&self.url("server.db"), self.copy(1), now()).await
    }

    async fn rebuilt(
        &self,
        backup: &str,
        copy: &str,
        seed: u8,
    ) -> Result<isoloir_store::takeover::Findings, RebuildError> {
        let sources = Sources {
            backup: self.file(backup),
            copy: self.file(copy),
            out: self.file("out.db"),
            server: key(seed).verifying_key(),
            heads: Vec::new(),
        };
        rebuild(&sources).await?.finish(&[entry(99)]).await
    }

    fn keep(&self, from: &str, to: &str) {
        std::fs::copy(self.file(from), self.file(to)).unwrap();
    }
}

async fn columns(file: &Path, table: &str) -> Vec<(String, String, bool)> {
    let pool = SqlitePool::connect(&format!("sqlite:{}", file.display()))
        .await
        .unwrap();
    let columns = sqlx::query_as("SELECT name, type, \"notnull\" FROM pragma_table_info($1) ORDER BY cid")
        .bind(table)
        .fetch_all(&pool)
        .await
        .unwrap();
    pool.close().await;
    columns
}

#[tokio::test]
async fn the_tables_of_the_copy_are_those_of_the_server() {
    let place = Place::new();
    place.open().await.unwrap().close().await;
    for table in COPIED {
        let ours = columns(&place.file("server.db"), table).await;
        assert!(!ours.is_empty(), "{table}");
        assert_eq!(ours, columns(&place.file("votes.db"), table).await, "{table}");
    }
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(place.file("votes.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn the_copy_refuses_what_would_change_it() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    store.append_journal(&entry(1)).await.unwrap();
    store.complete_copy(now()).await.unwrap();
    store.close().await;
    let pool = SqlitePool::connect(&place.url("votes.db")).await.unwrap();
    for table in [
        "journal",
        "poll_book",
        "ballot",
        "box_setup",
        "tally_record",
        "closing_seal",
        "verification",
    ] {
        let triggers: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = $1")
                .bind(table)
                .fetch_one(&pool)
                .await
                .unwrap();
        assert!(triggers >= 2, "{table}");
    }
    for change in ["DELETE FROM journal", "UPDATE journal SET entry = '{}'"] {
        let refused = sqlx::query(change).execute(&pool).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{change}: {refused}");
    }
    pool.close().await;
}

#[tokio::test]
async fn a_copy_follows_one_server_and_never_an_older_database() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    store.append_journal(&entry(1)).await.unwrap();
    store.close().await;
    place.keep("server.db", "yesterday.db");
    let store = place.open().await.unwrap();
    store.append_journal(&entry(2)).await.unwrap();
    store.copied(now()).await.unwrap();
    assert!(store.copy_follows());
    store.close().await;

    let other = Store::open_with_copy(&place.url("server.db"), place.copy(2), now()).await;
    assert!(matches!(other, Err(StoreError::Copy(CopyError::Foreign(_)))));
    let another = Store::open_with_copy(&place.url("fresh.db"), place.copy(1), now()).await;
    assert!(
        matches!(another, Err(StoreError::Copy(CopyError::Ahead(_)))),
        "an empty database"
    );
    let forked = Store::open(&place.url("fresh.db")).await.unwrap();
    for count in 10..15 {
        forked.append_journal(&entry(count)).await.unwrap();
    }
    forked.close().await;
    let forked = Store::open_with_copy(&place.url("fresh.db"), place.copy(1), now()).await;
    assert!(
        matches!(forked, Err(StoreError::Copy(CopyError::Foreign(_)))),
        "another history"
    );
    place.keep("yesterday.db", "server.db");
    let restored = place.open().await;
    assert!(
        matches!(restored, Err(StoreError::Copy(CopyError::Ahead(_)))),
        "a backup put back"
    );
    let standby = Store::open_with_copy("postgres://127.0.0.1:9/none", place.copy(1), now()).await;
    assert!(matches!(standby, Err(StoreError::Copy(CopyError::NotSqlite))));
}

#[tokio::test]
async fn a_database_rebuilt_has_the_whole_journal_and_the_copy_follows_it() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    store.append_journal(&entry(1)).await.unwrap();
    store.close().await;
    place.keep("server.db", "backup.db");
    let store = place.open().await.unwrap();
    for count in 2..600 {
        store.append_journal(&entry(count)).await.unwrap();
    }
    store.complete_copy(now()).await.unwrap();
    // Not closed: what the copy took last stands beside it.
    let before = std::fs::read(place.file("votes.db")).unwrap();
    let findings = place.rebuilt("backup.db", "votes.db", 1).await.unwrap();
    assert_eq!((findings.backup_journal.rank, findings.journal.rank), (1, 599));
    assert_eq!(findings.since["invitations_sent"], 598);
    assert_eq!(std::fs::read(place.file("votes.db")).unwrap(), before, "only read");
    store.close().await;
    let rebuilt = Store::open_with_copy(&place.url("out.db"), place.copy(1), now())
        .await
        .unwrap();
    assert!(rebuilt.journal_holds().await.unwrap());
    assert_eq!(rebuilt.journal_head().await.unwrap().rank, 600);
    rebuilt.close().await;
    let there = place.rebuilt("backup.db", "votes.db", 1).await;
    assert!(matches!(there, Err(RebuildError::File { .. })), "nothing is replaced");
    assert!(place.file("out.db").exists() && !place.file("out.db.copy").exists());
}

#[tokio::test]
async fn what_does_not_belong_together_is_refused() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    store.append_journal(&entry(1)).await.unwrap();
    store.close().await;
    place.keep("votes.db", "old.db");
    let store = place.open().await.unwrap();
    store.append_journal(&entry(2)).await.unwrap();
    store.close().await;
    place.keep("server.db", "backup.db");
    let gap = async |backup: &str, copy: &str, seed: u8| match place.rebuilt(backup, copy, seed).await {
        Err(RebuildError::Gap(gap)) => gap,
        other => panic!("{:?}", other.map(|_| ())),
    };
    assert_eq!(gap("backup.db", "old.db", 1).await, Gap::CopyOlder);
    assert_eq!(gap("backup.db", "votes.db", 2).await, Gap::OtherServer);
    assert_eq!(gap("backup.db", "backup.db", 1).await, Gap::NotACopy);
    let other = Store::open(&place.url("other.db")).await.unwrap();
    other.append_journal(&entry(7)).await.unwrap();
    other.close().await;
    assert_eq!(gap("other.db", "votes.db", 1).await, Gap::OtherHistory);
    assert!(!place.file("out.db").exists() && !place.file("out.db.part").exists());
}
