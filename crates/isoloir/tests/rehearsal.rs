//! The rehearsal as a command: small samples of the real election, on both databases and in the finite field.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use std::process::Command;

use common::{fail, run, succeed, tool};

fn rehearse(arguments: &[&str]) -> (tempfile::TempDir, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let mut all = vec!["rehearse", "corse-2022", "--out", "out"];
    all.extend(arguments);
    succeed(folder.path(), &all);
    let report = std::fs::read(folder.path().join("out/report.json")).unwrap();
    (folder, serde_json::from_slice(&report).unwrap())
}

#[test]
fn forty_voters_on_sqlite_and_a_folder_in_use_is_refused() {
    let (folder, report) = rehearse(&["--voters", "40", "--seed", "7"]);
    assert_eq!(report["ok"], true);
    assert_eq!(report["voters"], 40);
    assert!(report["checks"].as_array().unwrap().len() >= 14);
    let refused = fail(folder.path(), &["rehearse", "corse-2022", "--out", "out"]);
    assert!(refused.contains("not empty"), "{refused}");
}

#[test]
fn forty_voters_on_postgresql() {
    let url = isoloir_testkit::Postgres::shared().fresh_database();
    let registrar = isoloir_testkit::Postgres::shared().fresh_database();
    let (_folder, report) = rehearse(&["--voters", "40", "--database", &url, "--registrar-database", &registrar]);
    assert_eq!((&report["ok"], &report["database"]), (&true.into(), &"postgres".into()));
}

#[test]
fn belenios_tool_accepts_the_archive() {
    let Some(belenios) = tool("/usr/bin/belenios-tool") else {
        return;
    };
    let (folder, _report) = rehearse(&["--voters", "9", "--group", "BELENIOS-2048"]);
    // The tool wants the archive alone in its folder.
    let output = Command::new(belenios)
        .args(["election", "verify"])
        .current_dir(folder.path().join("out/archives"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("all checks passed"), "{said}");
}

#[test]
fn an_unknown_scenario_and_an_impossible_sample_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        ["rehearse", "corse-2021", "--out", "x"].as_slice(),
        &["rehearse", "corse-2022", "--out", "x", "--voters", "3"],
    ] {
        assert!(!run(folder.path(), arguments).status.success());
        assert!(!folder.path().join("x").exists());
    }
}
