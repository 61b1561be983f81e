//! The registrar by command, as its operator uses it: credentials and codes that go on after an interruption, its master key replaced, its database
//! saved while it serves and restored, the rules of the reissue judged.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::common::{PROGRAM, Polls, fail, succeed};
use isoloir::voter::Session;

/// Codes of a file, by staff number.
fn codes(path: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(';').collect();
        (cells[1].to_owned(), cells[cells.len() - 1].to_owned())
    });
    rows.collect()
}

fn registrar(folder: &Path, arguments: &[&str]) -> String {
    succeed(
        folder,
        &[&["registrar"], arguments, &["--config", "registrar.toml"]].concat(),
    )
}

fn registrar_refuses(folder: &Path, arguments: &[&str]) -> String {
    fail(
        folder,
        &[&["registrar"], arguments, &["--config", "registrar.toml"]].concat(),
    )
}

/// Whether a code opens something for the voter of this session.
async fn opens(session: &Session, code: &str) -> bool {
    session.unlock(code).await.is_ok_and(|found| !found.is_empty())
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_go_on_after_an_interruption_and_credentials_are_drawn_for_one_roll() {
    let polls = Polls::with_voters(6, None).await;
    let folder = &polls.site.folder;
    let whole = std::fs::read_to_string(folder.join("codes.csv")).unwrap();
    assert!(registrar_refuses(folder, &["issue-codes", "--out", "codes.csv"]).contains("never over other codes"));

    // What an interruption leaves: three rows, one whose code is void by now, and one that was cut short.
    let rows: Vec<&str> = whole.lines().collect();
    let number = |row: usize| rows[row].split(';').nth(1).unwrap();
    registrar(folder, &["issue-codes", "--number", number(2), "--out", "one.csv"]);
    let part = format!(
        "{}\n{}\n{}\n{}\n{}",
        rows[0],
        rows[1],
        rows[2],
        rows[3],
        &rows[4][..rows[4].len() - 5]
    );
    std::fs::write(folder.join("again.csv.part"), part).unwrap();
    let said = registrar(folder, &["issue-codes", "--out", "again.csv"]);
    assert!(said.contains("6 codes in again.csv"), "{said}");
    assert!(!folder.join("again.csv.part").exists());
    let (before, after, alone) = (
        codes(&folder.join("codes.csv")),
        codes(&folder.join("again.csv")),
        codes(&folder.join("one.csv")),
    );
    assert_eq!(after.len(), 6);
    for row in [1, 3] {
        assert_eq!(
            after[number(row)],
            before[number(row)],
            "its row was whole and its code valid"
        );
    }
    assert!(after[number(2)] != before[number(2)] && after[number(2)] != alone[number(2)]);
    for row in [4, 5, 6] {
        assert_ne!(after[number(row)], before[number(row)]);
    }
    let running = polls.start().await;
    let portal = polls.portal();
    for (number, code) in (1..).zip(after.values()) {
        let session = Session::sign_in(&portal, &isoloir::rehearse::email(number), crate::common::PASSWORD)
            .await
            .unwrap();
        assert!(opens(&session, code).await, "voter {number}");
    }
    running.stop().await.unwrap();

    // The same roll again draws nothing and gives the same list; one voter less is another roll.
    let list = folder
        .join("public-credentials")
        .join(format!("{}.json", polls.election()));
    let drawn = std::fs::read(&list).unwrap();
    let create = [
        "create-credentials",
        "--entitlements",
        "entitlements.json",
        "--out",
        "public-credentials",
    ];
    registrar(folder, &create);
    assert_eq!(std::fs::read(&list).unwrap(), drawn);
    let text = std::fs::read_to_string(folder.join("entitlements.json")).unwrap();
    let shorter = text
        .lines()
        .take(text.lines().count() - 1)
        .collect::<Vec<_>>()
        .join("\n");
    std::fs::write(folder.join("shorter.json"), shorter + "\n").unwrap();
    let refused = registrar_refuses(
        folder,
        &["create-credentials", "--entitlements", "shorter.json", "--out", "other"],
    );
    assert!(refused.contains("another roll"), "{refused}");
    let twice = format!("{text}{}\n", text.lines().last().unwrap());
    std::fs::write(folder.join("twice.json"), twice).unwrap();
    let refused = registrar_refuses(
        folder,
        &["issue-codes", "--entitlements", "twice.json", "--out", "twice.csv"],
    );
    assert!(
        refused.contains("stands twice") && !folder.join("twice.csv").exists(),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_master_key_is_replaced_by_command_and_an_interrupted_replacement_is_ended() {
    let polls = Polls::with_voters(2, None).await;
    let folder = &polls.site.folder;
    let old = std::fs::read_to_string(folder.join("registrar.key")).unwrap();
    let said = registrar(folder, &["rotate-key"]);
    assert!(said.contains("values sealed under the new key"), "{said}");
    let new = std::fs::read_to_string(folder.join("registrar.key")).unwrap();
    assert!(old != new && std::fs::read_to_string(folder.join("registrar.key.old")).unwrap() == old);

    // Cut short between the database and the files: the same command ends it.
    std::fs::rename(folder.join("registrar.key"), folder.join("registrar.key.new")).unwrap();
    std::fs::rename(folder.join("registrar.key.old"), folder.join("registrar.key")).unwrap();
    assert!(
        registrar_refuses(folder, &["counters"]).contains("another key"),
        "the old key opens nothing"
    );
    assert!(registrar(folder, &["rotate-key"]).contains("already"));
    assert_eq!(std::fs::read_to_string(folder.join("registrar.key")).unwrap(), new);

    // Voters notice nothing: the codes on their notices unlock, and the voting server believes the admissions.
    let running = polls.start().await;
    let portal = polls.portal();
    let (_, unlocked) = polls.voter(&portal, 1).await;
    assert_eq!(unlocked.len(), 1);
    running.stop().await.unwrap();

    // Wrapped by a passphrase: every command needs it from then on.
    let wrap = |passphrase: Option<&str>, command: &str| {
        let mut program = Command::new(PROGRAM);
        program
            .args(["registrar", command, "--config", "registrar.toml"])
            .current_dir(folder);
        if let Some(passphrase) = passphrase {
            program.env("ISOLOIR_REGISTRAR_PASSPHRASE", passphrase);
        }
        program.output().unwrap().status.success()
    };
    assert!(wrap(Some("correct horse battery staple"), "wrap-key"));
    assert!(!wrap(None, "counters") && !wrap(Some("another horse battery staple"), "counters"));
    assert!(wrap(Some("correct horse battery staple"), "counters"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_the_registrar_serves_unlocks_the_same_codes() {
    let polls = Polls::with_voters(2, None).await;
    let folder = polls.site.folder.clone();
    let running = polls.start().await;
    let portal = polls.portal();
    let (first, _) = polls.voter(&portal, 1).await;
    let (second, _) = polls.voter(&portal, 2).await;
    // Voters unlock, and mistype, while the copy is made: each of that is a write.
    let busy = async {
        for _ in 0..20 {
            assert!(opens(&first, polls.code(1)).await);
        }
    };
    let copy = tokio::task::spawn_blocking({
        let folder = folder.clone();
        move || {
            let mut sqlite = Command::new("sqlite3");
            sqlite
                .args(["registrar.db", ".backup 'registrar-backup.db'"])
                .current_dir(folder);
            sqlite.status().expect("the package 'sqlite3'").success()
        }
    });
    let ((), copied) = tokio::join!(busy, copy);
    assert!(copied.unwrap());
    // After the copy, a voter gets another code.
    registrar(&folder, &["issue-codes", "--number", "E000002", "--out", "later.csv"]);
    let later = codes(&folder.join("later.csv")).remove("E000002").unwrap();
    assert!(opens(&second, &later).await && !opens(&second, polls.code(2)).await);

    // The registrar's disk is lost; the portal goes on, and the registrar comes back from its copy and its key.
    running.registrar.stop().await.unwrap();
    for name in ["registrar.db", "registrar.db-wal", "registrar.db-shm"] {
        let _: Result<(), _> = std::fs::remove_file(folder.join(name));
    }
    std::fs::rename(folder.join("registrar-backup.db"), folder.join("registrar.db")).unwrap();
    let registrar = polls.site.start_registrar().await.unwrap();
    assert!(opens(&first, polls.code(1)).await);
    assert!(opens(&second, polls.code(2)).await, "as it was when the copy was made");
    assert!(!opens(&second, &later).await, "what was made since is lost");
    registrar.stop().await.unwrap();
    running.server.stop().await.unwrap();
}

#[test]
fn rules_are_judged_with_their_sources_and_requests_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/demo");
    let said = succeed(folder.path(), &["consultation", "lint", demo]);
    assert!(said.ends_with("accepted\n"), "{said}");

    // Civil status alone: the case of 26 January 2021.
    let text = std::fs::read_to_string(Path::new(demo).join("consultation.toml")).unwrap();
    let alone = text.replace(
        "[[\"session\"], [\"challenge\"], [\"numen\"]]",
        "[[\"challenge\"], [\"nir_digits\"]]",
    );
    assert_ne!(alone, text);
    std::fs::write(folder.path().join("consultation.toml"), alone).unwrap();
    let output = crate::common::run(folder.path(), &["consultation", "lint", "."]);
    assert!(!output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("refused  ") && said.contains("437989") && said.contains("CNIL, avis n°\u{a0}2024-031"),
        "{said}"
    );

    let seed = succeed(folder.path(), &["consultation", "lint", "--preset", "seed"]);
    assert!(
        seed.contains("[[policy.reissue.paths]]") && seed.contains("warning  nir_digits"),
        "{seed}"
    );
    assert!(fail(folder.path(), &["consultation", "lint", "--preset", "none"]).contains("two_domains"));

    for name in ["server", "registrar"] {
        succeed(folder.path(), &["key", "new", name]);
    }
    let server = "listen = \"127.0.0.1:1\"\norigin = \"https://vote.example.fr\"\nregistrar_origin = \"https://codes.example.fr\"\n\
        key = \"server.key\"\nregistrar_key = \"registrar.pub\"\ndemonstration = true\n[database]\nurl = \"sqlite:server.db\"\n";
    std::fs::write(folder.path().join("isoloir.toml"), server).unwrap();
    succeed(folder.path(), &["consultation", "apply", demo]);
    let counted = succeed(folder.path(), &["consultation", "counters"]);
    assert_eq!(counted, "0 request(s) for a new code\n");
}

#[test]
fn one_environment_says_what_both_servers_need() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["server", "registrar"] {
        succeed(folder.path(), &["key", "new", name]);
    }
    let config = "listen = \"127.0.0.1:2\"\nportal_origin = \"https://vote.example.fr\"\nkey = \"registrar.key\"\n\
        server_key = \"server.pub\"\n[database]\nurl = \"sqlite:registrar.db\"\n";
    std::fs::write(folder.path().join("registrar.toml"), config).unwrap();
    let counters = |environment: &[(&str, &str)]| {
        let mut program = Command::new(PROGRAM);
        program
            .args(["registrar", "counters", "--config", "registrar.toml"])
            .current_dir(folder.path());
        program.envs(environment.iter().copied()).output().unwrap()
    };
    let output = counters(&[
        ("ISOLOIR__FRANCECONNECT__CLIENT_SECRET", "the voting server’s"),
        ("ISOLOIR__LIMITS__FACTOR", "2"),
        ("ISOLOIR__ORIGIN", "https://codes.example.fr"),
        ("ISOLOIR__MAIL__SMTP", "smtp://127.0.0.1:9"),
        ("ISOLOIR__MAIL__FROM", "codes@example.fr"),
        ("ISOLOIR__MAIL__CONNECTIONS", "2"),
        ("ISOLOIR__DATABASE__URL", "sqlite:elsewhere.db"),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(folder.path().join("elsewhere.db").exists());
    let output = counters(&[("ISOLOIR__MAIL__SMPT", "smtp://127.0.0.1:9")]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("smpt"));
}
