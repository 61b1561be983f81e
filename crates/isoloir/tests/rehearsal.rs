//! The rehearsal as a command: small samples of the real election, on both databases and in the finite field.

use std::process::Command;

use crate::common::{PASSWORD, PROGRAM, fail, run, succeed, tool};
use isoloir::rehearse::email;
use isoloir::rehearse::logs::Known;

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

/// Every line of a log that a program could read.
fn lines(log: &str) -> Vec<serde_json::Value> {
    log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[test]
fn at_their_most_talkative_the_servers_name_nobody_in_their_logs() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(PROGRAM)
        .args([
            "rehearse",
            "corse-2022",
            "--out",
            "out",
            "--voters",
            "12",
            "--seed",
            "3",
        ])
        .envs([("RUST_LOG", "trace"), ("ISOLOIR_LOG", "json")])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let out = folder.path().join("out");
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("report.json")).unwrap()).unwrap();
    let checks = report["checks"].as_array().unwrap();
    assert!(
        checks
            .iter()
            .any(|check| check["check"] == "the logs name nobody and hold no secret" && check["ok"] == true)
    );

    // All the registered, those who did not vote included; ballots, trackers, tokens and cookies are known by their form.
    let mut known = Known::default();
    let codes = std::fs::read_to_string(out.join("codes.csv")).unwrap();
    known.add_notices(&codes).unwrap();
    let registered = u32::try_from(report["registered"].as_u64().unwrap()).unwrap();
    for number in 1..=registered {
        known.add("a mail address", &email(number));
    }
    known.add("a password", PASSWORD);
    assert_eq!(known.leaks_in(&out).unwrap(), [], "a log names somebody");

    // The logs are not silent: every request is there, by the pattern of its route.
    let server = std::fs::read_to_string(out.join("server.log")).unwrap();
    let requests: Vec<_> = lines(&server)
        .into_iter()
        .filter(|line| line["target"] == "isoloir::requests")
        .collect();
    let asked = |route: &str, method: &str| {
        let of_route = requests.iter().filter(|line| line["span"]["route"] == route);
        of_route.filter(|line| line["span"]["method"] == method).count()
    };
    assert!(asked("/connexion", "POST") >= 12 && asked("/activation/{token}", "GET") >= 12);
    assert!(
        asked("/api/elections/{election}/ballots", "POST") >= 17,
        "and those who tried twice"
    );
    let mut ids = std::collections::BTreeSet::new();
    for line in &requests {
        assert!(
            ids.insert(line["span"]["id"].as_str().unwrap().to_owned()),
            "an id twice"
        );
        let said: Vec<&String> = line["fields"].as_object().unwrap().keys().collect();
        assert_eq!(said, ["message", "milliseconds", "status"], "{line}");
    }
    let registrar = std::fs::read_to_string(out.join("registrar.log")).unwrap();
    assert!(lines(&registrar).iter().any(|line| line["span"]["route"] == "/unlock"));
    let ours = |line: &serde_json::Value| {
        line["level"] == "WARN" || line["level"] == "ERROR" || line["target"].as_str().unwrap().starts_with("isoloir")
    };
    assert!(
        lines(&server).iter().chain(&lines(&registrar)).all(ours),
        "a library talks"
    );

    // And the search finds what is planted, of each kind.
    let code = known_code(&codes);
    for planted in [
        email(3).as_str(),
        code,
        PASSWORD,
        "E000004",
        "Électeur 5",
        "q3J7w-9xQ_fkP2mZtYb4cA8sLd1eRv0uHnGiOjKpWxE",
    ] {
        std::fs::write(
            out.join("planted.log"),
            format!("{}\nto {planted}\n", server.lines().next().unwrap()),
        )
        .unwrap();
        let found = known.leaks_in(&out).unwrap();
        assert!(
            !found.is_empty() && found.iter().all(|(name, leak)| name == "planted.log" && leak.line == 2),
            "{planted}: {found:?}"
        );
    }
}

/// The first code of the registrar's file.
fn known_code(codes: &str) -> &str {
    codes.lines().nth(1).and_then(|line| line.rsplit(';').next()).unwrap()
}
