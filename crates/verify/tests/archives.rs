//! The binary, run on every reference archive.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "helpers of tests fail as tests do"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/archives");
    assert!(
        root.is_dir(),
        "the reference archives are missing: they must stand in {}",
        root.display()
    );
    root
}

fn bel(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.extension().is_some_and(|e| e == "bel")).unwrap()
}

fn archives(kind: &str) -> Vec<(String, PathBuf)> {
    let folders = fs::read_dir(root().join(kind)).unwrap().map(|entry| entry.unwrap());
    let found: Vec<_> = folders
        .map(|e| (e.file_name().into_string().unwrap(), bel(&e.path())))
        .collect();
    assert!(found.len() >= 11, "some reference archives are missing in {kind}");
    found
}

fn verify(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_isoloir-verify"))
        .args(args)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn valid_archives_exit_with_0() {
    for (name, path) in archives("valid") {
        let output = verify(&[path.to_str().unwrap(), "--complete"]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output));
        assert!(
            output.stderr.is_empty(),
            "{name}: something is written beside the answer"
        );
    }
}

#[test]
fn corrupted_archives_exit_with_1_and_name_the_check() {
    for (name, path) in archives("corrupted") {
        let output = verify(&[path.to_str().unwrap(), "--lang", "en"]);
        let control = name.ends_with("control");
        assert_eq!(output.status.code(), Some(i32::from(!control)), "{name}");
        let text = text(&output);
        assert_eq!(text.contains("Failed check: "), !control, "{name}: {text}");
        assert_eq!(text.contains("INVALID ARCHIVE."), !control, "{name}: {text}");
    }
}

#[test]
fn engine_2_says_what_engine_1_says() {
    for (name, path) in ["valid", "corrupted"].into_iter().flat_map(archives) {
        let [direct, exact] = ["1", "2"].map(|engine| verify(&[path.to_str().unwrap(), "--json", "--engine", engine]));
        if String::from_utf8_lossy(&exact.stderr).contains("AVX-512") {
            println!("skipped: this processor lacks AVX-512 IFMA");
            return;
        }
        assert_eq!(direct.status.code(), exact.status.code(), "{name}");
        assert_eq!(text(&direct), text(&exact), "{name}");
    }
}

#[test]
fn engine_3_says_what_engine_1_says() {
    let sidecar = Path::new(env!("CARGO_TARGET_TMPDIR")).join("archives.sidecar");
    let sidecar = sidecar.to_str().unwrap();
    for (name, path) in ["valid", "corrupted"].into_iter().flat_map(archives) {
        let path = path.to_str().unwrap();
        let recording = verify(&[path, "--json", "--write-sidecar", sidecar, "--lang", "en"]);
        let error = String::from_utf8_lossy(&recording.stderr).into_owned();
        if error.contains("AVX-512") {
            println!("skipped: this processor lacks AVX-512 IFMA");
            return;
        }
        if error.contains("has no sidecar") {
            continue;
        }
        let [direct, combined] = [&["--engine", "1"][..], &["--engine", "3", "--sidecar", sidecar]]
            .map(|engine| verify(&[&[path, "--json"], engine].concat()));
        assert_eq!(direct.status.code(), combined.status.code(), "{name}");
        assert_eq!(text(&direct), text(&combined), "{name}");
        assert_eq!(text(&direct), text(&recording), "{name}");
    }
    let path = archives("valid").swap_remove(0).1;
    let output = verify(&[path.to_str().unwrap(), "--engine", "3"]);
    assert_eq!(output.status.code(), Some(2), "engine 3 without a sidecar");
}

/// On processors without AVX-512 IFMA, with and without AVX2, as an emulator shows them: engine 1 takes over, with the same answer, and
/// engines that need more say so. `./run test` installs the emulator; where it is missing the test prints `skipped: …`.
#[test]
fn without_the_instructions_engine_1_takes_over() {
    let emulated = |processor: &str, args: &[&str]| {
        Command::new("qemu-x86_64")
            .args(["-cpu", processor, env!("CARGO_BIN_EXE_isoloir-verify")])
            .args(args)
            .output()
    };
    if !cfg!(target_arch = "x86_64") || emulated("Haswell", &["--version"]).is_err() {
        println!("skipped: qemu-x86_64 is not there");
        return;
    }
    let path = archives("valid")
        .into_iter()
        .find(|(name, _)| name.contains("two-ed"))
        .unwrap()
        .1;
    let path = path.to_str().unwrap();
    let direct = verify(&[path, "--json", "--engine", "1"]);
    for processor in ["Haswell", "Nehalem"] {
        let output = emulated(processor, &[path, "--json"]).unwrap();
        assert_eq!(output.status.code(), Some(0), "{processor}");
        assert_eq!(text(&output), text(&direct), "{processor}");
        for more in [&["--engine", "2"][..], &["--write-sidecar", "/dev/null"]] {
            let output = emulated(processor, &[&[path, "--lang", "en"], more].concat()).unwrap();
            assert_eq!(output.status.code(), Some(2), "{processor} {more:?}");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.contains("needs a processor with AVX-512 IFMA"), "{said}");
        }
    }
}

#[test]
fn other_files_are_refused_and_missing_files_cannot_be_read() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    assert_eq!(verify(&[source.to_str().unwrap()]).status.code(), Some(1));
    let missing = verify(&["no-such-file.bel"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(
        String::from_utf8(missing.stderr)
            .unwrap()
            .starts_with("Lecture impossible")
    );
}

#[test]
fn the_answer_lists_every_check_in_french_and_names_the_ballot() {
    let path = bel(&root().join("corrupted/cb33--ballot-iproof-response-flip"));
    let output = text(&verify(&[path.to_str().unwrap()]));
    assert!(output.contains("✗ ballot.proof"), "{output}");
    assert!(output.contains("✓ setup.trustees"), "{output}");
    assert!(output.contains("· tally.sum"), "{output}");
    assert!(output.contains("En cause\u{a0}: le bulletin "), "{output}");
    assert!(output.contains("ARCHIVE NON VALIDE."), "{output}");
}

#[test]
fn the_answer_in_json_says_the_same() {
    let path = bel(&root().join("corrupted/cb33--result-plus-one"));
    let output = verify(&[path.to_str().unwrap(), "--json", "--jobs", "1"]);
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["verdict"], "invalid");
    assert_eq!(answer["finding"]["check"], "result.consistent");
    assert_eq!(answer["finding"]["culprit"], "result");
    let path = bel(&root().join("valid/t33-quorum-ed-1of2-and-2of3"));
    let output = verify(&[path.to_str().unwrap(), "--json"]);
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["verdict"], "valid");
    assert_eq!(answer["result"]["result"], serde_json::json!([[1, 2, 0, 0]]));
    assert_eq!(answer["trustees"], 5);
}

#[test]
fn what_an_earlier_copy_held_must_still_be_there() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("since");
    fs::create_dir_all(&folder).unwrap();
    let whole = bel(&root().join("corrupted/cb33--control"));
    let bytes = fs::read(&whole).unwrap();
    // The first ballot's event ends there.
    let early = folder.join("early.bel");
    fs::write(&early, &bytes[..10_240]).unwrap();
    let (whole, early) = (whole.to_str().unwrap(), early.to_str().unwrap());

    let kept = verify(&[whole, "--since", early]);
    assert_eq!(kept.status.code(), Some(0), "{}", text(&kept));
    assert!(text(&kept).contains("inchangés"));

    let removed = verify(&[early, "--since", whole, "--lang", "en"]);
    assert_eq!(removed.status.code(), Some(1));
    assert!(text(&removed).contains("event 2 (Ballot,"), "{}", text(&removed));
    assert!(text(&removed).contains("has gone"));

    // Another list of voters at setup: another history, and valid in itself as long as no ballot contradicts it.
    let other = bel(&root().join("corrupted/cb33--setup-credential-missing"));
    let other_early = folder.join("other.bel");
    fs::write(&other_early, &fs::read(other).unwrap()[..6_144]).unwrap();
    let changed = verify(&[whole, "--since", other_early.to_str().unwrap()]);
    assert_eq!(changed.status.code(), Some(1));
    assert!(
        text(&changed).contains("l’événement 0 n’est plus le même"),
        "{}",
        text(&changed)
    );
}

#[test]
fn an_open_box_is_valid_so_far_and_not_complete() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("open");
    fs::create_dir_all(&folder).unwrap();
    let bytes = fs::read(bel(&root().join("corrupted/cb33--control"))).unwrap();
    let open = folder.join("open.bel");
    fs::write(&open, &bytes[..10_240]).unwrap();
    let open = open.to_str().unwrap();
    let output = verify(&[open]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output).contains("l’urne est ouverte"));
    assert_eq!(verify(&[open, "--complete"]).status.code(), Some(1));
    let head = "00".repeat(32);
    assert_eq!(verify(&[open, "--head", &head]).status.code(), Some(1));
}
