//! A consultation is imported whole or not at all, and every mistake is told with its line.

use std::path::Path;

use crate::common::{fail, succeed};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo");

/// A server without data, and the demonstration's files in `in/` for the test to damage.
fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["server", "registrar"] {
        succeed(folder.path(), &["key", "new", name]);
    }
    let config = "listen = \"127.0.0.1:1\"\norigin = \"http://127.0.0.1:1\"\nregistrar_origin = \"http://127.0.0.1:2\"\n\
                  key = \"server.key\"\nregistrar_key = \"registrar.pub\"\ndemonstration = true\n[database]\nurl = \"sqlite:s.db\"\n";
    std::fs::write(folder.path().join("isoloir.toml"), config).unwrap();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    for name in ["consultation.toml", "roll.csv", "lists.csv"] {
        std::fs::copy(Path::new(DEMO).join(name), folder.path().join("in").join(name)).unwrap();
    }
    folder
}

fn edit(folder: &Path, name: &str, change: impl Fn(String) -> Vec<u8>) {
    let path = folder.join("in").join(name);
    std::fs::write(&path, change(std::fs::read_to_string(&path).unwrap())).unwrap();
}

fn import(folder: &Path) -> String {
    fail(folder, &["consultation", "apply", "in"])
}

/// Nothing is there, and the corrected files can be imported.
fn assert_nothing_imported(folder: &Path) {
    let status = fail(folder, &["consultation", "status"]);
    assert!(status.contains("nothing is imported"), "{status}");
}

#[test]
fn duplicates_unknown_elections_and_bad_addresses_are_told_with_their_lines() {
    let folder = site();
    edit(folder.path(), "roll.csv", |text| {
        let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
        lines.push(lines[1].clone()); // line 24: a duplicate of line 2
        lines.push("VAL0099;Nom;Prénom;nom@valbrune.example;cse".to_owned()); // line 25: no such election
        lines.push("VAL0098;Nom;Prénom;no address;csa".to_owned()); // line 26
        lines.push("VAL0097;Nom;Prénom".to_owned()); // line 27: fields missing
        (lines.join("\n") + "\n").into_bytes()
    });
    let said = import(folder.path());
    for line in [
        "roll.csv:24:",
        "roll.csv:25:",
        "roll.csv:26:",
        "roll.csv:27:",
        "nothing was applied",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    assert_nothing_imported(folder.path());
}

#[test]
fn wrong_columns_are_told_and_nothing_remains_of_the_consultation() {
    for (name, from, to) in [("roll.csv", "courriel", "email"), ("lists.csv", "sigle", "liste2")] {
        let folder = site();
        edit(folder.path(), name, |text| text.replacen(from, to, 1).into_bytes());
        let said = import(folder.path());
        assert!(said.contains(&format!("{name}:1:")), "{said}");
        assert_nothing_imported(folder.path());
        std::fs::copy(Path::new(DEMO).join(name), folder.path().join("in").join(name)).unwrap();
        succeed(folder.path(), &["consultation", "apply", "in"]);
        assert!(succeed(folder.path(), &["consultation", "status"]).contains("demo-2026/csa"));
    }
}

#[test]
fn a_windows_1252_file_is_read_and_its_accents_kept() {
    let folder = site();
    // é, è, ï and Œ have one byte each in windows-1252; ’ too.
    edit(folder.path(), "roll.csv", |text| {
        text.chars()
            .map(|c| match c {
                'Œ' => 0x8c,
                '’' => 0x92,
                c => u8::try_from(u32::from(c)).unwrap(),
            })
            .collect()
    });
    succeed(folder.path(), &["consultation", "apply", "in"]);
    succeed(folder.path(), &["consultation", "entitlements", "--out", "e.json"]);
    let entitlements = std::fs::read_to_string(folder.path().join("e.json")).unwrap();
    assert!(entitlements.contains("Œuvrard") && entitlements.contains("D’Hérouville"));
}

#[test]
fn a_bad_consultation_file_is_refused_with_its_line() {
    let folder = site();
    edit(folder.path(), "consultation.toml", |text| {
        text.replace("live_box", "live-box").into_bytes()
    });
    let said = import(folder.path());
    assert!(
        said.contains("consultation.toml") && said.contains("live-box"),
        "{said}"
    );
    assert_nothing_imported(folder.path());
}

#[test]
fn checking_imports_nothing() {
    let folder = site();
    succeed(folder.path(), &["consultation", "check", "in"]);
    assert_nothing_imported(folder.path());
}

#[test]
fn applying_twice_changes_nothing_and_a_plan_that_was_read_is_applied_or_nothing() {
    let folder = site();
    let folder = folder.path();
    let plan = |folder| {
        let said = succeed(folder, &["consultation", "plan", "in"]);
        said.lines().last().unwrap().strip_prefix("plan ").unwrap().to_owned()
    };
    let first = plan(folder);
    let other = fail(folder, &["consultation", "apply", "in", "--plan", &"0".repeat(64)]);
    assert!(
        other.contains(&first) && other.contains("have changed since"),
        "{other}"
    );
    assert_nothing_imported(folder);
    let said = succeed(folder, &["consultation", "apply", "in", "--plan", &first]);
    assert!(said.contains("+ elections csa seats: 10"), "{said}");
    let said = succeed(folder, &["consultation", "apply", "in"]);
    assert!(said.contains("nothing changes"), "{said}");
    let stale = fail(folder, &["consultation", "apply", "in", "--plan", &first]);
    assert!(stale.contains("have changed since"), "{stale}");

    // What the server holds, written down again, is the same consultation.
    succeed(folder, &["consultation", "export", "--out", "out"]);
    let said = succeed(folder, &["consultation", "plan", "out"]);
    assert!(said.contains("nothing changes"), "{said}");
    edit(folder, "consultation.toml", |text| {
        text.replace("seats = 10", "seats = 11").into_bytes()
    });
    let said = succeed(folder, &["consultation", "plan", "in"]);
    assert!(said.contains("~ elections csa seats: 10 → 11"), "{said}");
    edit(folder, "roll.csv", |text| {
        let kept = text.lines().filter(|line| !line.starts_with("VAL0001;"));
        (kept.collect::<Vec<_>>().join("\n") + "\n").into_bytes()
    });
    let said = fail(folder, &["consultation", "apply", "in"]);
    assert!(said.contains("FORBIDDEN") && said.contains("VAL0001"), "{said}");
    let said = succeed(folder, &["consultation", "plan", "out"]);
    assert!(said.contains("nothing changes"), "nothing of it was applied: {said}");
}

#[test]
fn a_roll_that_is_not_as_expected_stands_until_somebody_decides() {
    let folder = site();
    let folder = folder.path();
    edit(folder, "consultation.toml", |text| {
        let gates = "[policy.roll.gates]\nexpected = { csa = 100 }\n\n[policy.candidates]";
        text.replacen("[policy.candidates]", gates, 1).into_bytes()
    });
    succeed(folder, &["consultation", "apply", "in"]);
    let said = fail(folder, &["consultation", "review"]);
    let gate = said
        .split_whitespace()
        .find(|word| word.starts_with("head-count:csa:"))
        .unwrap()
        .trim_end_matches(',');
    assert!(gate.ends_with("/100"), "{said}");
    let by = ["--by", "Yann Corbel, chef de bureau"];
    fail(
        folder,
        &[
            "consultation",
            "waive",
            "head-count:csa:1/2",
            by[0],
            by[1],
            "--reason",
            "x",
        ],
    );
    let reason = ["--reason", "Effectif de l’an passé"];
    succeed(
        folder,
        &["consultation", "waive", gate, by[0], by[1], reason[0], reason[1]],
    );
    // Two of the demonstration have one identity at birth: another decision.
    let said = fail(folder, &["consultation", "review"]);
    assert!(!said.contains("STANDS  head-count"), "{said}");
    succeed(
        folder,
        &[
            "consultation",
            "waive",
            "duplicates:2",
            by[0],
            by[1],
            "--reason",
            "Deux personnes",
        ],
    );
    let said = succeed(folder, &["consultation", "review"]);
    assert!(
        said.contains("no gate stands") && said.contains("Yann Corbel"),
        "{said}"
    );
}

#[test]
fn where_the_organiser_has_keys_only_what_they_signed_is_applied() {
    let folder = site();
    let folder = folder.path();
    for name in ["organiser", "somebody"] {
        succeed(folder, &["key", "new", name]);
    }
    let config = folder.join("isoloir.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("organiser_keys = [\"organiser.pub\"]\n{text}")).unwrap();
    assert!(import(folder).contains("not signed"));
    succeed(folder, &["consultation", "sign", "in", "--key", "somebody.key"]);
    assert!(import(folder).contains("none of the organiser's keys"));
    succeed(folder, &["consultation", "sign", "in", "--key", "organiser.key"]);
    edit(folder, "lists.csv", |text| {
        text.replace("Brunel", "Brunet").into_bytes()
    });
    assert!(import(folder).contains("lists.csv: changed since it was signed"));
    edit(folder, "lists.csv", |text| {
        text.replace("Brunet", "Brunel").into_bytes()
    });
    std::fs::create_dir(folder.join("in/textes")).unwrap();
    std::fs::write(folder.join("in/textes/edito.fr.md"), "Ajouté").unwrap();
    assert!(import(folder).contains("textes/edito.fr.md: not among the files"));
    std::fs::remove_dir_all(folder.join("in/textes")).unwrap();
    assert_nothing_imported(folder);
    succeed(folder, &["consultation", "apply", "in"]);
}
