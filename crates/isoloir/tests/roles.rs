//! PostgreSQL as the guide prepares it: the scripts of `deploy/cluster`, logins that own nothing, and a whole election by them.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::{PROGRAM, fail, succeed};
use isoloir_testkit::Postgres;

fn deployed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy/cluster")
        .join(name)
}

fn as_owner(arguments: &[&str], url: &str) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .env("ISOLOIR_OWNER_URL", url)
        .output()
        .unwrap()
}

fn prepare(arguments: &[&str], url: &str) -> String {
    let output = as_owner(arguments, url);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const VOTE: [&str; 2] = ["database", "prepare"];
const REGISTRAR: [&str; 2] = ["registrar", "prepare-database"];

#[test]
fn a_whole_election_by_logins_that_own_nothing() {
    let cluster = Postgres::start();
    cluster.script(&deployed("roles.sql"));
    cluster.script(&deployed("roles-registrar.sql"));
    let (vote, codes) = (cluster.url("vote", "vote"), cluster.url("registrar", "registrar"));
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "rehearse",
        "corse-2022",
        "--voters",
        "40",
        "--seed",
        "7",
        "--database",
        &vote,
        "--registrar-database",
        &codes,
        "--out",
    ];
    let rehearse = |out: &'static str| [&arguments[..], &[out]].concat();
    let told = fail(folder.path(), &rehearse("too-early"));
    assert!(told.contains("run `isoloir database prepare`"), "{told}");

    // An owner who is no administrator.
    let first = prepare(&VOTE, &cluster.url("vote_owner", "vote"));
    assert!(
        first.contains("vote: ") && first.contains("logins that serve: vote\n"),
        "{first}"
    );
    assert!(!first.contains(": 0 changes"), "{first}");
    let first = prepare(&REGISTRAR, &cluster.url("registrar_owner", "registrar"));
    assert!(first.contains("logins that serve: registrar\n"), "{first}");

    succeed(folder.path(), &rehearse("out"));
    let report = std::fs::read(folder.path().join("out/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    assert_eq!((&report["ok"], &report["database"]), (&true.into(), &"postgres".into()));

    let again = prepare(&VOTE, &cluster.url("vote_owner", "vote"));
    assert!(again.contains("vote: 0 changes made"), "{again}");
    let again = prepare(&REGISTRAR, &cluster.url("registrar_owner", "registrar"));
    assert!(again.contains("registrar: 0 changes made"), "{again}");

    // Whoever has a node's password: the ballots of a real vote stay, and nobody else connects.
    for sql in [
        "DELETE FROM box.ballot",
        "DELETE FROM server.poll_book",
        "DROP DATABASE vote",
    ] {
        assert_eq!(cluster.refusal(&vote, sql).as_deref(), Some("42501"), "{sql}");
    }
    assert_ne!(cluster.ask(&vote, "SELECT COUNT(*) FROM box.ballot").trim(), "0");
    assert!(
        cluster
            .refusal(&cluster.url("registrar", "vote"), "SELECT 1")
            .unwrap()
            .contains("permission denied")
    );
    let owner = cluster.refusal(&cluster.url("vote_owner", "vote"), "DELETE FROM box.ballot");
    assert_eq!(owner.as_deref(), Some("P0001"), "the owner meets the triggers");
}

#[test]
fn the_owners_url_is_never_an_argument_and_its_file_is_private() {
    let cluster = Postgres::start();
    let folder = tempfile::tempdir().unwrap();
    let told = fail(folder.path(), &VOTE);
    assert!(
        told.contains("ISOLOIR_OWNER_URL") && told.contains("--owner-url-file"),
        "{told}"
    );
    fail(folder.path(), &["database", "prepare", "postgres://u:secret@db/x"]);

    let file = folder.path().join("owner.url");
    std::fs::write(&file, format!("{}\n", cluster.fresh_database())).unwrap();
    let from_file = ["database", "prepare", "--owner-url-file", "owner.url"];
    std::fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    assert!(fail(folder.path(), &from_file).contains("may be read by others"));
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let told = succeed(folder.path(), &from_file);
    assert!(told.contains("no login is in isoloir_portal yet"), "{told}");

    // A login that may make nothing is told what an administrator has to do; SQLite has no roles.
    let other = Postgres::start();
    let nobody = other.login(&other.fresh_database(), "nobody", None);
    let refused = as_owner(&VOTE, &nobody);
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("role isoloir_owner is missing"), "{told}");
    assert!(!as_owner(&VOTE, "sqlite:server.db").status.success());
}
