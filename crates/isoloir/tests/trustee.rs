//! The board's work as its members do it: separate private files, one shared folder, no network.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::common::{fail, succeed};

/// One step of every member of an item.
fn step(folder: &Path, item: &str, command: &str, members: &[&str]) {
    for member in members {
        succeed(
            folder,
            &["trustee", command, "--item", item, "--seed", &format!("{member}.seed")],
        );
    }
}

fn certify(folder: &Path, item: &str, members: &[&str]) {
    for (index, member) in (1..).zip(members) {
        let (index, seed) = (index.to_string(), format!("{member}.seed"));
        succeed(
            folder,
            &[
                "trustee", "certify", "--item", item, "--index", &index, "--name", member, "--seed", &seed,
            ],
        );
    }
}

fn item(folder: &Path, name: &str, threshold: &str, members: &[&str]) {
    let count = members.len().to_string();
    succeed(
        folder,
        &["trustee", "item", name, "--members", &count, "--threshold", threshold],
    );
    certify(folder, name, members);
    for command in ["commit", "reveal", "derive"] {
        step(folder, name, command, members);
    }
    succeed(folder, &["trustee", "finish", name]);
}

#[test]
fn the_french_quorum_step_by_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    item(path, "administration", "1", &["president", "secretary"]);
    item(path, "delegates", "2", &["d1", "d2", "d3"]);
    let said = succeed(
        path,
        &[
            "trustee",
            "assemble",
            "administration",
            "delegates",
            "--out",
            "trustees.json",
        ],
    );
    assert!(said.contains("trustee 2: secretary (1 of 2 needed)"), "{said}");
    assert!(said.contains("trustee 5: d3 (2 of 3 needed)"), "{said}");
    assert_eq!(succeed(path, &["trustee", "check", "trustees.json"]), said);
    for private in ["president.seed", "president.key", "d1.polynomial", "d3.key"] {
        assert_eq!(
            std::fs::metadata(path.join(private)).unwrap().permissions().mode() & 0o777,
            0o600,
            "{private}"
        );
    }
    let trustees = std::fs::read_to_string(path.join("trustees.json")).unwrap();
    std::fs::write(
        path.join("bad.json"),
        trustees.replacen("\"challenge\":\"1", "\"challenge\":\"2", 1),
    )
    .unwrap();
    fail(path, &["trustee", "check", "bad.json"]);
}

#[test]
fn a_step_waits_for_the_others_and_nobody_does_it_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    succeed(
        path,
        &["trustee", "item", "delegates", "--members", "2", "--threshold", "2"],
    );
    certify(path, "delegates", &["d1"]);
    let waiting = fail(path, &["trustee", "commit", "--item", "delegates", "--seed", "d1.seed"]);
    assert!(waiting.contains("no certificate yet from member(s) 2"), "{waiting}");
    fail(
        path,
        &[
            "trustee",
            "certify",
            "--item",
            "delegates",
            "--index",
            "1",
            "--name",
            "x",
            "--seed",
            "x.seed",
        ],
    );
    fail(
        path,
        &[
            "trustee",
            "certify",
            "--item",
            "delegates",
            "--index",
            "3",
            "--name",
            "x",
            "--seed",
            "x.seed",
        ],
    );
    succeed(
        path,
        &[
            "trustee",
            "certify",
            "--item",
            "delegates",
            "--index",
            "2",
            "--name",
            "d2",
            "--seed",
            "d2.seed",
        ],
    );
    step(path, "delegates", "commit", &["d1"]);
    fail(path, &["trustee", "commit", "--item", "delegates", "--seed", "d1.seed"]);
    let waiting = fail(path, &["trustee", "reveal", "--item", "delegates", "--seed", "d1.seed"]);
    assert!(waiting.contains("no commitment yet from member(s) 2"), "{waiting}");
    assert!(
        !path.join("delegates/1.polynomial.json").exists(),
        "a polynomial is held back until all have committed"
    );
    // A member who takes another's seat is named.
    std::fs::write(
        path.join("delegates/2.commitment.json"),
        std::fs::read(path.join("delegates/1.commitment.json")).unwrap(),
    )
    .unwrap();
    let cheat = fail(path, &["trustee", "reveal", "--item", "delegates", "--seed", "d1.seed"]);
    assert!(cheat.contains("trustee 2"), "{cheat}");
}

#[test]
fn a_single_trustee_and_a_threshold_item_go_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    item(path, "delegates", "2", &["d1", "d2"]);
    succeed(path, &["trustee", "single", "expert", "--name", "Expert"]);
    let said = succeed(
        path,
        &["trustee", "assemble", "expert.json", "delegates", "--out", "t.json"],
    );
    assert!(
        said.contains("trustee 1: Expert (1 of 1 needed)") && said.contains("trustee 3: d2"),
        "{said}"
    );
    fail(
        path,
        &[
            "trustee",
            "assemble",
            "expert.json",
            "delegates",
            "--out",
            "t.json",
            "--group",
            "BELENIOS-2048",
        ],
    );
}

/// Key files of a delegate of a reference archive, saved by the pages of the board (`web/tests/key_file_made.ts`).
#[derive(serde::Deserialize)]
struct KeyFiles {
    archive: String,
    trustee: u32,
    passphrase: String,
    file: String,
    unfinished: String,
}

/// The first `.bel` of a reference archive, up to its closing: before anybody decrypted.
fn closed_box(name: &str) -> Vec<u8> {
    use isoloir_protocol::archive::{ChainReader, EventKind};
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../vectors/archives/valid")
        .join(name);
    let mut files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let bytes = std::fs::read(files.find(|path| path.extension().is_some_and(|e| e == "bel")).unwrap()).unwrap();
    let mut chain = ChainReader::open(bytes.as_slice()).unwrap();
    while chain.next_entry().unwrap().unwrap().event.kind != EventKind::EncryptedTally {}
    bytes[..usize::try_from(chain.offset()).unwrap()].to_vec()
}

/// Decrypts with the key `file`; what was said, and whether it went well.
fn decrypt_with(folder: &Path, file: &str, passphrase: Option<&str>) -> (bool, String) {
    std::fs::write(folder.join("cle.json"), file).unwrap();
    let mut command = std::process::Command::new(crate::common::PROGRAM);
    command
        .args([
            "trustee",
            "decrypt",
            "--archive",
            "box.bel",
            "--key",
            "cle.json",
            "--out",
            ".",
        ])
        .current_dir(folder)
        .stdin(std::process::Stdio::null())
        .env_remove("ISOLOIR_KEY_PASSPHRASE");
    if let Some(passphrase) = passphrase {
        command.env("ISOLOIR_KEY_PASSPHRASE", passphrase);
    }
    let output = command.output().unwrap();
    (
        output.status.success(),
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
    )
}

#[test]
fn a_key_file_of_the_boards_pages_decrypts_with_its_passphrase_only() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/key-file-ts.json");
    let keys: KeyFiles = serde_json::from_slice(&std::fs::read(vectors).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("box.bel"), closed_box(&keys.archive)).unwrap();
    let refused = |file: &str, passphrase: Option<&str>, reason: &str| {
        let (done, said) = decrypt_with(path, file, passphrase);
        assert!(!done && said.contains(reason), "{reason}: {said}");
    };
    let passphrase = Some(keys.passphrase.as_str());
    refused(
        &keys.file,
        Some("une autre phrase"),
        "another passphrase, or a changed file",
    );
    refused(&keys.file, None, "set ISOLOIR_KEY_PASSPHRASE");
    refused(&keys.unfinished, passphrase, "saved before the shared key was made");
    let renamed = keys.file.replacen("\"board\":\"csa\"", "\"board\":\"cap\"", 1);
    refused(&renamed, passphrase, "another passphrase, or a changed file");
    let changes = [
        ("65536", "16777216"),
        ("file\":1", "file\":2"),
        ("\"sealed\":\"", "\"sealed\":\"zz"),
    ];
    for ((from, to), reason) in changes.iter().zip(["out of bounds", "of version 2", "content"]) {
        refused(&keys.file.replacen(from, to, 1), passphrase, reason);
    }
    refused(keys.file.trim_end_matches('}'), passphrase, "damaged");
    // As an editor of another system would have left it.
    let (done, said) = decrypt_with(path, &format!("{}\r\n", keys.file), passphrase);
    assert!(done, "{said}");
    let made = path.join(format!("NkHrZ7QCf3Nf3h-trustee-{}.json", keys.trustee));
    let made: serde_json::Value = serde_json::from_slice(&std::fs::read(made).unwrap()).unwrap();
    assert_eq!(made["trustee"], keys.trustee);
}
