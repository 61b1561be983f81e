//! docs/security/asvs.md holds: every requirement of levels 1 and 2 has one row, what a row names exists, list and totals are those of the rows.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The sections of ASVS 5.0.0, each with its last requirement of level 1 or 2: those of level 3 come after it.
const SECTIONS: [(&str, u32); 75] = [
    ("1.1", 2),
    ("1.2", 9),
    ("1.3", 11),
    ("1.4", 3),
    ("1.5", 2),
    ("2.1", 3),
    ("2.2", 3),
    ("2.3", 4),
    ("2.4", 1),
    ("3.2", 2),
    ("3.3", 4),
    ("3.4", 6),
    ("3.5", 5),
    ("3.7", 2),
    ("4.1", 3),
    ("4.2", 1),
    ("4.3", 2),
    ("4.4", 4),
    ("5.1", 1),
    ("5.2", 3),
    ("5.3", 2),
    ("5.4", 3),
    ("6.1", 3),
    ("6.2", 12),
    ("6.3", 4),
    ("6.4", 4),
    ("6.5", 5),
    ("6.6", 3),
    ("6.8", 4),
    ("7.1", 3),
    ("7.2", 4),
    ("7.3", 2),
    ("7.4", 5),
    ("7.5", 2),
    ("7.6", 2),
    ("8.1", 2),
    ("8.2", 3),
    ("8.3", 1),
    ("8.4", 1),
    ("9.1", 3),
    ("9.2", 4),
    ("10.1", 2),
    ("10.2", 2),
    ("10.3", 4),
    ("10.4", 11),
    ("10.5", 5),
    ("10.6", 2),
    ("10.7", 3),
    ("11.1", 2),
    ("11.2", 3),
    ("11.3", 3),
    ("11.4", 4),
    ("11.5", 1),
    ("11.6", 1),
    ("12.1", 3),
    ("12.2", 2),
    ("12.3", 4),
    ("13.1", 1),
    ("13.2", 5),
    ("13.3", 2),
    ("13.4", 5),
    ("14.1", 2),
    ("14.2", 4),
    ("14.3", 3),
    ("15.1", 3),
    ("15.2", 3),
    ("15.3", 7),
    ("16.1", 1),
    ("16.2", 5),
    ("16.3", 4),
    ("16.4", 3),
    ("16.5", 3),
    ("17.1", 1),
    ("17.2", 4),
    ("17.3", 2),
];

const VERDICTS: [&str; 4] = ["met", "partly", "not met", "n/a"];

/// A row of a chapter.
struct Row {
    numbers: Vec<String>,
    verdict: &'static str,
    files: String,
    tests: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    fs::read_to_string(root().join("docs/security/asvs.md")).expect("docs/security/asvs.md")
}

/// The list of what is missing, and the chapters.
fn halves() -> (String, String) {
    let text = page();
    let (_, rest) = text.split_once("## What is not met").expect("the list");
    let (list, chapters) = rest.split_once("\n## V1 ").expect("the chapters");
    (list.to_owned(), chapters.to_owned())
}

/// The cells of every row of the tables in `text`, heads left out.
fn cells(text: &str) -> Vec<Vec<String>> {
    let lines = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| No. |"));
    lines
        .map(|line| {
            let inner = line.strip_prefix('|').and_then(|line| line.strip_suffix('|'));
            let inner = inner.unwrap_or_else(|| panic!("not a row: {line}"));
            inner.split('|').map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
}

/// `6.2.1, 6.2.3–6.2.5` one by one.
fn numbers(cell: &str) -> Vec<String> {
    let mut all = Vec::new();
    for part in cell.split(", ") {
        let (first, last) = part.split_once('–').unwrap_or((part, part));
        let (section, from) = first.rsplit_once('.').unwrap_or_else(|| panic!("no number: {cell}"));
        let (same, to) = last.rsplit_once('.').unwrap_or_else(|| panic!("no number: {cell}"));
        assert_eq!(section, same, "a range stays in its section: {cell}");
        let (from, to): (u32, u32) = (from.parse().expect(cell), to.parse().expect(cell));
        all.extend((from..=to).map(|number| format!("{section}.{number}")));
    }
    all
}

fn rows() -> Vec<Row> {
    let (_, chapters) = halves();
    cells(&chapters)
        .into_iter()
        .map(|row| {
            assert_eq!(row.len(), 5, "{row:?}");
            let said = &row[2];
            let verdict = VERDICTS
                .into_iter()
                .find(|verdict| said == verdict || said.starts_with(&format!("{verdict}:")));
            Row {
                numbers: numbers(&row[0]),
                verdict: verdict.unwrap_or_else(|| panic!("no verdict: {row:?}")),
                files: row[3].clone(),
                tests: row[4].clone(),
            }
        })
        .collect()
}

/// What stands between backquotes.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The file of a path, with or without the `crates/` that the page leaves out.
fn file(path: &str) -> PathBuf {
    let places = [root().join("crates").join(path), root().join(path)];
    let found = places.into_iter().find(|place| place.is_file());
    found.unwrap_or_else(|| panic!("docs/security/asvs.md names {path}, which does not exist"))
}

#[test]
fn every_requirement_of_levels_1_and_2_has_one_row() {
    let expected: BTreeSet<String> = SECTIONS
        .into_iter()
        .flat_map(|(section, last)| (1..=last).map(move |number| format!("{section}.{number}")))
        .collect();
    assert_eq!(expected.len(), 253);
    let mut seen = BTreeSet::new();
    for number in rows().into_iter().flat_map(|row| row.numbers) {
        assert!(expected.contains(&number), "{number} is no requirement of these levels");
        assert!(seen.insert(number.clone()), "{number} stands twice");
    }
    let missing: Vec<_> = expected.difference(&seen).collect();
    assert!(missing.is_empty(), "without a row: {missing:?}");
}

#[test]
fn what_a_row_names_exists() {
    for row in rows() {
        let named: Vec<PathBuf> = quoted(&row.files).map(file).collect();
        assert!(
            !named.is_empty() || row.verdict == "n/a",
            "{:?} names no file",
            row.numbers
        );
        let mut current: Option<(&str, String)> = None;
        for name in quoted(&row.tests) {
            // A file has an ending; a function has none.
            if name.contains('.') {
                current = Some((name, fs::read_to_string(file(name)).expect(name)));
                continue;
            }
            let (path, text) = current.as_ref().unwrap_or_else(|| panic!("{name}: in which file?"));
            assert!(text.contains(&format!("fn {name}(")), "{path} has no fn {name}");
        }
    }
}

#[test]
fn the_list_at_the_top_is_what_is_not_met() {
    let (list, _) = halves();
    let mut listed = BTreeSet::new();
    for number in cells(&list).iter().flat_map(|row| numbers(&row[0])) {
        assert!(listed.insert(number.clone()), "{number} is listed twice");
    }
    let wanting: BTreeSet<String> = rows()
        .into_iter()
        .filter(|row| matches!(row.verdict, "partly" | "not met"))
        .flat_map(|row| row.numbers)
        .collect();
    assert_eq!(listed, wanting);
}

#[test]
fn the_totals_are_right() {
    let rows = rows();
    let totals = VERDICTS.map(|verdict| {
        let of_it = rows.iter().filter(|row| row.verdict == verdict);
        format!("{} {verdict}", of_it.map(|row| row.numbers.len()).sum::<usize>())
    });
    let line = format!("{}.", totals.join(", "));
    assert!(page().lines().any(|said| said == line), "the page should say: {line}");
}
