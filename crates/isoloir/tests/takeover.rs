//! The machine's disk dies in the middle of the vote: from last night's backup and the synchronous copy the vote goes on, and not one receipted ballot is lost.
//! Where anything is missing, the takeover says what and makes nothing. While the copy cannot be written, nobody gets a receipt.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::{Polls, SmallDisk, fail, succeed};
use isoloir::ambient;
use isoloir::rehearse::Ballots;
use isoloir::voter::{Ballot, Portal, Receipt, Session, VoterError};

/// Keeps the copy of the site at `file`.
fn keep_copy(polls: &Polls, file: &Path) {
    let path = polls.site.folder.join("server.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let with_copy = format!("[database]\ncopy = \"{}\"\n", file.display());
    std::fs::write(path, text.replacen("[database]\n", &with_copy, 1)).unwrap();
}

/// Gives the copy up, deliberately.
fn give_copy_up(polls: &Polls) {
    let path = polls.site.folder.join("server.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("copy = ")).collect();
    std::fs::write(path, without.join("\n")).unwrap();
}

/// A voter with a ballot in hand.
struct Hand {
    session: Session,
    admission: isoloir::voter::Admission,
    ballot: Ballot,
}

async fn hand(polls: &Polls, portal: &Portal, number: u32) -> Hand {
    let ballots = Ballots::fetch(portal, polls.elections.clone()).await.unwrap();
    let election = ballots.election(polls.election()).unwrap();
    let (session, mut entitlements) = polls.voter(portal, number).await;
    let one = entitlements.remove(0);
    let ballot = Ballot::choose(&election, &one.credential, number % 8, &mut ambient::rng()).unwrap();
    Hand {
        session,
        admission: one.admission,
        ballot,
    }
}

impl Hand {
    async fn cast(&self, polls: &Polls) -> Result<Receipt, VoterError> {
        self.session
            .cast(polls.election(), &self.admission, self.ballot.bytes.clone())
            .await
    }
}

/// Those who have voted: ballot and receipt.
type Voted = BTreeMap<u32, (Vec<u8>, Receipt)>;

async fn vote(polls: &Polls, portal: &Portal, numbers: std::ops::RangeInclusive<u32>, voted: &mut Voted) {
    for number in numbers {
        let hand = hand(polls, portal, number).await;
        let receipt = hand.cast(polls).await.unwrap();
        voted.insert(number, (hand.ballot.bytes.clone(), receipt));
    }
}

/// Seven have voted, three of them before the backup; then the machine's disk is gone.
struct Struck {
    polls: Polls,
    registrar: isoloir::rehearse::Server,
    voted: Voted,
    /// As of yesterday, both: before the backup.
    old_copy: PathBuf,
}

impl Struck {
    async fn new() -> Self {
        let polls = Polls::with_voters(10, None).await;
        let folder = polls.site.folder.clone();
        let second = folder.join("second");
        std::fs::create_dir(&second).unwrap();
        keep_copy(&polls, &second.join("votes.db"));
        let running = polls.start().await;
        let portal = polls.portal();
        let mut voted = Voted::new();
        vote(&polls, &portal, 1..=2, &mut voted).await;
        running.server.stop().await.unwrap();
        let old_copy = folder.join("old.db");
        back_up(&second.join("votes.db"), &old_copy);

        let server = polls.site.start_server().await.unwrap();
        vote(&polls, &portal, 3..=3, &mut voted).await;
        server.stop().await.unwrap();
        back_up(&folder.join("server.db"), &folder.join("backup.db"));

        let server = polls.site.start_server().await.unwrap();
        vote(&polls, &portal, 4..=7, &mut voted).await;
        let head = portal
            .fetch(&format!("/api/elections/{}/head", polls.election()))
            .await
            .unwrap();
        std::fs::write(folder.join("head.json"), head).unwrap();
        server.kill().await.unwrap();
        for lost in ["server.db", "server.db-wal", "server.db-shm"] {
            let _ = std::fs::remove_file(folder.join(lost));
        }
        Self {
            polls,
            registrar: running.registrar,
            voted,
            old_copy,
        }
    }

    fn folder(&self) -> &Path {
        &self.polls.site.folder
    }

    /// The copy under another name, with what SQLite left beside it, changed by `sql` with its triggers out of the way.
    fn altered(&self, name: &str, sql: &str) -> String {
        let second = self.folder().join("second");
        for suffix in ["", "-wal"] {
            let from = second.join(format!("votes.db{suffix}"));
            if from.exists() {
                std::fs::copy(from, second.join(format!("{name}{suffix}"))).unwrap();
            }
        }
        let file = second.join(name);
        let triggers = "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_master WHERE type = 'trigger'";
        let drops = sqlite(&file, triggers);
        sqlite(&file, &format!("{drops}{sql};"));
        format!("second/{name}")
    }

    fn refused(&self, copy: &str, more: &[&str]) -> String {
        let mut arguments = vec![
            "takeover",
            "--backup",
            "backup.db",
            "--copy",
            copy,
            "--out",
            "repris.db",
        ];
        arguments.extend(["--proof", "refus", "--config", "server.toml"]);
        arguments.extend(more);
        let said = fail(self.folder(), &arguments);
        for made in [
            "repris.db",
            "repris.db.part",
            "repris.db.copy",
            "refus.json",
            "refus.txt",
        ] {
            assert!(!self.folder().join(made).exists(), "{made} is left by: {said}");
        }
        said
    }
}

/// Asks the system's SQLite, with another library than ours.
fn sqlite(file: &Path, sql: &str) -> String {
    let output = Command::new("sqlite3").arg(file).arg(sql).output().unwrap();
    assert!(
        output.status.success(),
        "{sql}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// As the runbook says: never the file alone.
fn back_up(file: &Path, to: &Path) {
    sqlite(file, &format!(".backup '{}'", to.display()));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_loss_of_the_database_the_vote_goes_on_and_no_receipt_is_lost() {
    let struck = Struck::new().await;
    let folder = struck.folder().to_path_buf();
    let before = std::fs::read(folder.join("second/votes.db")).unwrap();
    let told = succeed(
        &folder,
        &[
            "takeover",
            "--backup",
            "backup.db",
            "--copy",
            "second/votes.db",
            "--out",
            "repris.db",
            "--head",
            "head.json",
            "--proof",
            "reprise",
            "--config",
            "server.toml",
        ],
    );
    assert!(
        told.contains("bulletins\u{a0}: 7, dont 3 de la sauvegarde et 4 de la copie seule"),
        "{told}"
    );
    assert_eq!(
        std::fs::read(folder.join("second/votes.db")).unwrap(),
        before,
        "the copy is only read"
    );
    assert!(!folder.join("repris.db.copy").exists() && !folder.join("repris.db.part").exists());
    let text = std::fs::read_to_string(folder.join("reprise.txt")).unwrap();
    assert!(told.contains(&text), "what is printed is what is kept");
    let proof: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("reprise.json")).unwrap()).unwrap();
    let election = &proof["elections"][0];
    let figure = |name: &str| election[name].as_u64().unwrap();
    assert_eq!(
        [
            "backup_ballots",
            "copy_ballots",
            "ballots",
            "marks",
            "height",
            "witnesses"
        ]
        .map(figure),
        [3, 4, 7, 7, 7, 1]
    );
    for hidden in ["E000004", "@"] {
        assert!(!text.contains(hidden), "{hidden} in the proof");
    }

    std::fs::rename(folder.join("repris.db"), folder.join("server.db")).unwrap();
    let Struck {
        polls,
        registrar,
        mut voted,
        ..
    } = struck;
    let server = polls.site.start_server().await.unwrap();
    let portal = polls.portal();
    for (number, (_, receipt)) in &voted {
        let there = portal.has_tracker(polls.election(), &receipt.tracker).await.unwrap();
        assert!(there, "voter {number}");
    }
    // The same bytes again, by somebody whose ballot only the copy had: the very same receipt.
    let again = hand(&polls, &portal, 6).await;
    let (bytes, receipt) = &voted[&6];
    let retried = again
        .session
        .cast(polls.election(), &again.admission, bytes.clone())
        .await
        .unwrap();
    assert_eq!(retried, *receipt);
    let other = again.cast(&polls).await.unwrap_err();
    assert_eq!(other.code(), Some("already_voted"), "{other}");
    vote(&polls, &portal, 8..=10, &mut voted).await;
    server.stop().await.unwrap();

    succeed(
        &folder,
        &["journal", "export", "--out", "journal.jsonl", "--config", "server.toml"],
    );
    succeed(&folder, &["journal", "verify", "journal.jsonl", "--key", "server.pub"]);
    let journal = std::fs::read_to_string(folder.join("journal.jsonl")).unwrap();
    let digest = told
        .trim_end()
        .lines()
        .find_map(|line| line.split_once("inscrite au journal\u{a0}: "))
        .unwrap()
        .1;
    assert!(journal.contains("taken_over") && journal.contains(digest));

    // The copy follows the new database from there, and is no less good than before.
    let copied = sqlite(
        &folder.join("second/votes.db"),
        "SELECT (SELECT COUNT(*) FROM ballot), (SELECT COUNT(*) FROM poll_book)",
    );
    assert_eq!(copied.trim(), "10|10");
    let board = isoloir::open_voting_server(&folder.join("server.toml")).await.unwrap();
    let counts = board.board_counts(&polls.election().parse().unwrap()).await.unwrap();
    assert!(counts.agree() && counts.ballots == 10, "{counts:?}");
    board.close().await;
    let counted = polls
        .site
        .count(&["president.key", "delegate-1.key", "delegate-2.key"])
        .await
        .unwrap();
    assert!(counted.contains("10"), "{counted}");
    registrar.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_named_and_nothing_is_made() {
    let struck = Struck::new().await;
    let folder = struck.folder().to_path_buf();
    let old = struck.old_copy.display().to_string();
    let last = "(SELECT MAX(height) FROM ballot)";
    let cases = [
        ("middle.db", "DELETE FROM ballot WHERE height = 5".to_owned(), "event_missing"),
        ("altered.db", "UPDATE ballot SET bytes = CAST(replace(CAST(bytes AS TEXT), '\"credential\"', '\"Credential\"') AS BLOB) WHERE height = 6".to_owned(), "event_altered"),
        ("tracker.db", "UPDATE ballot SET tracker = 'x' WHERE height = 6".to_owned(), "event_altered"),
        ("last.db", format!("DELETE FROM ballot WHERE height = {last}"), "head_differs"),
        (
            "tail.db",
            format!(
                "DELETE FROM ballot WHERE height = {last}; UPDATE box_head SET height = {last}, event = (SELECT event FROM ballot WHERE height = {last})"
            ),
            "journal_differs",
        ),
        ("mark.db", "DELETE FROM poll_book WHERE voter = (SELECT MIN(voter) FROM poll_book)".to_owned(), "counts_differ"),
        ("marks.db", "UPDATE poll_book SET voter = 'x' || voter WHERE voter = (SELECT MIN(voter) FROM poll_book)".to_owned(), "marks_off_roll"),
        ("journal.db", "DELETE FROM journal WHERE seq = (SELECT MAX(seq) FROM journal)".to_owned(), "journal_differs"),
        ("entry.db", "UPDATE journal SET entry = replace(entry, ':1,', ':2,') WHERE entry LIKE '%\"count\":1,%'".to_owned(), "journal_broken"),
        ("box.db", "DELETE FROM box_setup".to_owned(), "box_missing"),
        ("setup.db", "UPDATE box_setup SET trustees = x'00'".to_owned(), "other_setup"),
        ("owner.db", "UPDATE copied SET server = 'another'".to_owned(), "other_server"),
    ];
    for (name, sql, code) in cases {
        let copy = struck.altered(name, &sql);
        let said = struck.refused(&copy, &[]);
        assert!(said.contains(code), "{name}: {said}");
    }
    let said = struck.refused(&old, &[]);
    assert!(said.contains("copy_older"), "{said}");
    let said = struck.refused("backup.db", &[]);
    assert!(said.contains("not_a_copy"), "{said}");

    // The end cut off everywhere alike: a head that the server signed for somebody tells.
    let tail = "DELETE FROM ballot WHERE height > 6; UPDATE box_head SET height = 6, event = (SELECT event FROM ballot WHERE height = 6);
        DELETE FROM journal WHERE seq >= (SELECT MAX(seq) FROM journal WHERE entry LIKE '%ballots_recorded%');
        DELETE FROM poll_book WHERE voter = (SELECT voter FROM poll_book ORDER BY voter DESC LIMIT 1)";
    let copy = struck.altered("short.db", tail);
    let said = struck.refused(&copy, &["--head", "head.json"]);
    assert!(said.contains("signed_head_off_chain"), "{said}");
    let head = std::fs::read_to_string(folder.join("head.json")).unwrap();
    let mut forged: serde_json::Value = serde_json::from_str(&head).unwrap();
    forged["event"] = "00".repeat(32).into();
    std::fs::write(folder.join("forged.json"), forged.to_string()).unwrap();
    let said = struck.refused("second/votes.db", &["--head", "forged.json"]);
    assert!(said.contains("not signed by this server"), "{said}");

    // Nor does a server start on the backup beside a copy that knows more.
    std::fs::copy(folder.join("backup.db"), folder.join("server.db")).unwrap();
    let said = fail(&folder, &["serve", "--config", "server.toml"]);
    assert!(said.contains("isoloir takeover"), "{said}");
    struck.registrar.stop().await.unwrap();
}

async fn is_healthy(portal: &Portal) -> bool {
    portal.fetch("/healthz").await.is_ok()
}

async fn wait_until_healthy(portal: &Portal) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !is_healthy(portal).await {
        assert!(
            Instant::now() < deadline,
            "the server never said that the copy follows again"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_copy_no_receipt_is_given_and_the_retry_gets_one() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&folder.path().join("second")) else {
        eprintln!("SKIPPED: this user may not mount a small disk");
        return;
    };
    let copy = disk.0.join("votes.db");
    let polls = Polls::with_voters(4, None).await;
    keep_copy(&polls, &copy);
    let mut running = polls.start().await;
    let portal = polls.portal();
    let first = hand(&polls, &portal, 1).await;
    first.cast(&polls).await.unwrap();
    let (second, third) = (hand(&polls, &portal, 2).await, hand(&polls, &portal, 3).await);

    // The second disk is full: whether the first ballot that met it is in the box is not said; the next is not even stored.
    disk.fill();
    let error = second.cast(&polls).await.unwrap_err();
    assert_eq!(error.code(), Some("store_unavailable"), "{error}");
    assert!(!is_healthy(&portal).await, "/healthz tells it");
    let error = third.cast(&polls).await.unwrap_err();
    assert_eq!(error.code(), Some("store_unavailable"), "{error}");
    let stored = portal
        .has_tracker(polls.election(), &third.ballot.tracker)
        .await
        .unwrap();
    assert!(!stored, "nothing is stored while the copy is known to be away");
    disk.make_room();
    let receipt = second.cast(&polls).await.unwrap();
    assert_eq!(receipt.tracker, second.ballot.tracker);
    third.cast(&polls).await.unwrap();
    wait_until_healthy(&portal).await;
    let copied = "SELECT (SELECT COUNT(*) FROM ballot), (SELECT COUNT(*) FROM poll_book)";
    assert_eq!(sqlite(&copy, copied).trim(), "3|3");

    // The file is taken away under the server's feet, as when a disk is unmounted: it must not go on writing where nobody will find it.
    let aside = disk.0.join("aside.db");
    std::fs::rename(&copy, &aside).unwrap();
    let fourth = hand(&polls, &portal, 4).await;
    let error = fourth.cast(&polls).await.unwrap_err();
    assert_eq!(error.code(), Some("store_unavailable"), "{error}");
    assert!(
        !portal
            .has_tracker(polls.election(), &fourth.ballot.tracker)
            .await
            .unwrap()
    );
    assert!(!copy.exists(), "and no new copy is begun in its place");
    running.server.kill().await.unwrap();

    // A place that is not there is no copy: the server does not start, unless its operator gives the copy up.
    let other = disk.0.join("absent").join("votes.db");
    give_copy_up(&polls);
    keep_copy(&polls, &other);
    let said = fail(&polls.site.folder, &["serve", "--config", "server.toml"]);
    assert!(said.contains("copy cannot be written"), "{said}");
    give_copy_up(&polls);
    running.server = polls.site.start_server().await.unwrap();
    fourth.cast(&polls).await.unwrap();
    running.stop().await.unwrap();
}

#[test]
fn a_copy_is_refused_over_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["server", "registrar"] {
        succeed(folder.path(), &["key", "new", name]);
    }
    let config = "listen = \"127.0.0.1:0\"\norigin = \"http://127.0.0.1:1\"\nregistrar_origin = \"http://127.0.0.1:2\"\nkey = \"server.key\"\n\
                  registrar_key = \"registrar.pub\"\ndemonstration = true\n[database]\nurl = \"postgres://127.0.0.1:9/none\"\ncopy = \"votes.db\"\n";
    std::fs::write(folder.path().join("server.toml"), config).unwrap();
    let said = fail(folder.path(), &["serve", "--config", "server.toml"]);
    assert!(said.contains("SQLite database only"), "{said}");
    assert!(!folder.path().join("votes.db").exists());
}
