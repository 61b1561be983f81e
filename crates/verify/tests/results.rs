//! `--results`: the seats are computed again from the archive, and a false publication is named.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};

fn archive(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../vectors/archives/valid")
        .join(name);
    let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.extension().is_some_and(|e| e == "bel")).unwrap()
}

fn verify(name: &str, published: &Value, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("results.json");
    fs::write(&file, published.to_string()).unwrap();
    Command::new(env!("CARGO_BIN_EXE_isoloir-verify"))
        .arg(archive(name))
        .arg("--results")
        .arg(&file)
        .args(more)
        .output()
        .unwrap()
}

fn answer(name: &str, published: &Value) -> (Value, Option<i32>) {
    let output = verify(name, published, &["--json"]);
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code())
}

/// What the archive itself says: names and counts of its question, blank first.
fn counts(name: &str) -> (Vec<String>, Vec<u64>) {
    let output = Command::new(env!("CARGO_BIN_EXE_isoloir-verify"))
        .arg(archive(name))
        .arg("--json")
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let bytes = fs::read(archive(name)).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let start = text.find("\"answers\":").unwrap() + 10;
    let end = start + text[start..].find(']').unwrap() + 1;
    let names = serde_json::from_str(&text[start..end]).unwrap();
    let counts = answer["result"]["result"][0].as_array().unwrap();
    (names, counts.iter().map(|count| count.as_u64().unwrap()).collect())
}

fn outcome(answer: &Value, id: &str) -> String {
    let checks = answer["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["id"] == id).unwrap();
    check["outcome"].as_str().unwrap().to_owned()
}

fn publication(name: &str, seats: u16) -> Value {
    let (names, counts) = counts(name);
    let lists: Vec<Value> = names
        .iter()
        .zip(&counts[1..])
        .map(|(list, votes)| json!([list, votes]))
        .collect();
    json!({"seats": seats, "ties": ["votes", "candidates", "lot"], "lists": lists, "blank": counts[0]})
}

const NAME: &str = "t33-blank4-ed-s1";

#[test]
fn seats_follow_from_the_archive() {
    let published = publication(NAME, 3);
    let (said, code) = answer(NAME, &published);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(outcome(&said, "seats.votes"), "passed");
    assert_eq!(outcome(&said, "seats.allocation"), "passed");
    let lists = said["results"]["contests"][0]["lists"].as_array().unwrap();
    assert_eq!(lists.len(), published["lists"].as_array().unwrap().len());

    // Publishing what was computed is right; publishing one seat more is not.
    let mut expected: serde_json::Map<String, Value> = lists
        .iter()
        .map(|list| (list["name"].as_str().unwrap().to_owned(), list["seats"].clone()))
        .collect();
    let mut right = published.clone();
    right["expected"] = json!({ "seats": expected });
    assert_eq!(answer(NAME, &right).1, Some(0));
    let first = expected.keys().next().unwrap().clone();
    expected[&first] = json!(expected[&first].as_u64().unwrap() + 1);
    right["expected"] = json!({ "seats": expected });
    let (said, code) = answer(NAME, &right);
    assert_eq!(code, Some(1));
    assert_eq!(said["verdict"], "invalid");
    assert_eq!(outcome(&said, "seats.votes"), "passed");
    assert_eq!(outcome(&said, "seats.allocation"), "failed");
}

#[test]
fn votes_that_are_not_the_archives_are_named() {
    let mut published = publication(NAME, 3);
    published["lists"][0][1] = json!(published["lists"][0][1].as_u64().unwrap() + 1);
    let (said, code) = answer(NAME, &published);
    assert_eq!(code, Some(1));
    assert_eq!(outcome(&said, "seats.votes"), "failed");
    assert_eq!(outcome(&said, "seats.allocation"), "not_reached");

    let mut published = publication(NAME, 3);
    published["lists"][0][0] = json!("Liste inconnue");
    let (said, code) = answer(NAME, &published);
    assert_eq!((code, outcome(&said, "seats.votes").as_str()), (Some(1), "failed"));

    let output = verify(NAME, &published, &["--lang", "fr"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("seats.votes") && text.contains("n’en découlent pas"),
        "{text}"
    );
}

#[test]
fn without_a_publication_seats_are_not_applicable() {
    let output = Command::new(env!("CARGO_BIN_EXE_isoloir-verify"))
        .arg(archive(NAME))
        .arg("--json")
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(outcome(&said, "seats.votes"), "not_applicable");
    assert!(said["results"].is_null());
}
