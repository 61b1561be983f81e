//! ARCHITECTURE.md's two import tables are true: read from the document, compared with `cargo metadata`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Our crates without their prefix, each with the names of its normal dependencies.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let normal = package["dependencies"]
                .as_array()
                .expect("dependencies")
                .iter()
                .filter(|d| d["kind"].is_null());
            (
                short(package["name"].as_str().unwrap()),
                normal.map(|d| short(d["name"].as_str().unwrap())).collect(),
            )
        })
        .collect()
}

fn short(name: &str) -> String {
    name.strip_prefix("isoloir-").unwrap_or(name).to_owned()
}

/// The rows of the table under `heading`: first column, then the second split at commas.
fn table(heading: &str) -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let start = text
        .find(heading)
        .unwrap_or_else(|| panic!("no table headed {heading}"));
    text[start..]
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let names = cells[1]
                .split(',')
                .map(|name| name.trim().to_owned())
                .filter(|name| name != "none");
            (cells[0].to_owned(), names.collect())
        })
        .collect()
}

#[test]
fn our_crates_import_what_the_table_allows() {
    let allowed = table("| crate | may import (ours) |");
    let actual = dependencies();
    assert_eq!(
        allowed.keys().collect::<Vec<_>>(),
        actual.keys().collect::<Vec<_>>(),
        "every crate has its row"
    );
    for (name, imports) in &actual {
        let ours: BTreeSet<String> = imports.iter().filter(|i| actual.contains_key(*i)).cloned().collect();
        let excess: Vec<_> = ours.difference(&allowed[name]).collect();
        assert!(
            excess.is_empty(),
            "{name} imports {excess:?}, which ARCHITECTURE.md does not allow"
        );
    }
}

#[test]
fn libraries_stay_where_they_belong() {
    let actual = dependencies();
    for (library, homes) in table("| library | only in |") {
        for (name, imports) in &actual {
            assert!(
                !imports.contains(&library) || homes.contains(name),
                "{name} uses {library}, which belongs in {homes:?} only"
            );
        }
        for home in &homes {
            assert!(
                actual[home].contains(&library),
                "ARCHITECTURE.md says that {home} uses {library}; it does not"
            );
        }
    }
}

/// Where a crate's tests are one program, a file that `all.rs` forgets would never run, and nothing would say so.
#[test]
fn no_file_of_tests_is_forgotten() {
    let mut programs = 0;
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path();
        let tests = folder.join("tests");
        let Ok(program) = std::fs::read_to_string(tests.join("all.rs")) else {
            continue;
        };
        programs += 1;
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        for file in std::fs::read_dir(&tests).unwrap() {
            let file = file.unwrap().path();
            let name = file.file_stem().unwrap().to_str().unwrap();
            if file.extension().is_some_and(|extension| extension == "rs") && name != "all" {
                let listed = program.lines().any(|line| line == format!("mod {name};"));
                let alone = manifest.contains(&format!("path = \"tests/{name}.rs\""));
                assert!(listed || alone, "{} is not in all.rs", file.display());
            }
        }
    }
    assert!(programs >= 3, "the crates with many files of tests have one program");
}
