//! Notices by command, as an organiser uses them: whole files or void codes, a printer's encrypted data, scans, destruction.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::{PROGRAM, fail, succeed};
use sha2::{Digest as _, Sha256};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo");
const ENTITLEMENTS: [&str; 2] = ["--entitlements", "entitlements.json"];

/// A voting server with the demonstration's rolls, and a registrar with their credentials, in one folder.
fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["server", "registrar"] {
        succeed(path, &["key", "new", name]);
    }
    let server = "listen = \"127.0.0.1:1\"\norigin = \"https://vote.example.fr\"\nregistrar_origin = \"https://codes.example.fr\"\n\
        key = \"server.key\"\nregistrar_key = \"registrar.pub\"\ndemonstration = true\n[database]\nurl = \"sqlite:server.db\"\n";
    std::fs::write(path.join("isoloir.toml"), server).unwrap();
    let registrar = "listen = \"127.0.0.1:2\"\nportal_origin = \"https://vote.example.fr\"\nkey = \"registrar.key\"\n\
        server_key = \"server.pub\"\n[database]\nurl = \"sqlite:registrar.db\"\n[notice]\nphone = \"01 23 45 67 89\"\n";
    std::fs::write(path.join("registrar.toml"), registrar).unwrap();
    succeed(path, &["consultation", "apply", DEMO]);
    succeed(path, &["consultation", "entitlements", "--out", "entitlements.json"]);
    notary(
        path,
        &[
            "create-credentials",
            ENTITLEMENTS[0],
            ENTITLEMENTS[1],
            "--out",
            "public",
        ],
    );
    folder
}

/// A registrar's command.
fn notary(folder: &Path, arguments: &[&str]) -> String {
    succeed(
        folder,
        &[&["registrar", "--config", "registrar.toml"], arguments].concat(),
    )
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    fail(
        folder,
        &[&["registrar", "--config", "registrar.toml"], arguments].concat(),
    )
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = read(path);
    text.lines()
        .skip(1)
        .map(|line| line.split(';').map(str::to_owned).collect())
        .collect()
}

fn words(path: &Path) -> String {
    let output = Command::new("pdftotext").arg(path).arg("-").output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .unwrap()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The first valid reference of a place.
fn reference(folder: &Path, place: &str) -> String {
    let index = rows(&folder.join("notices/index.csv"));
    index.iter().find(|row| row[1] == place && row[4] == "oui").unwrap()[0].clone()
}

#[test]
fn an_interrupted_run_goes_on_and_only_the_files_of_the_manifest_count() {
    let site = site();
    let path = site.path();
    let make = [
        "notices",
        ENTITLEMENTS[0],
        ENTITLEMENTS[1],
        "--out",
        "notices",
        "--batch",
        "3",
    ];
    // A file stands where the second place's folder should be: its batches are recorded, and their files cannot be written.
    std::fs::create_dir(path.join("notices")).unwrap();
    std::fs::write(path.join("notices/lieu-2A0044Z"), "").unwrap();
    refused(path, &make);
    assert!(
        !path.join("notices/manifest.csv").exists(),
        "no manifest, no file that counts"
    );
    std::fs::remove_file(path.join("notices/lieu-2A0044Z")).unwrap();
    let said = notary(path, &make);
    assert!(said.contains("R. 211-553") && said.contains("rgs"), "{said}");

    let manifest = rows(&path.join("notices/manifest.csv"));
    let mut counted = 0;
    for row in &manifest {
        let file = std::fs::read(path.join("notices").join(&row[0])).unwrap();
        assert_eq!(hex::encode(Sha256::digest(&file)), row[5], "{}", row[0]);
        counted += row[4].parse::<u32>().unwrap();
    }
    assert_eq!(counted, 12, "every voter has one notice: {manifest:?}");
    let files: Vec<_> = ["lieu-2A0012X", "lieu-2A0044Z", "poste"]
        .iter()
        .flat_map(|place| std::fs::read_dir(path.join("notices").join(place)).unwrap())
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("notices-"))
        .collect();
    assert_eq!(files.len(), manifest.len(), "{files:?}");

    // Every reference of the index is on the page that it says.
    let index = rows(&path.join("notices/index.csv"));
    assert_eq!(index.len(), 12);
    for row in &index {
        let page = ["-f", &row[3], "-l", &row[3]];
        let file = path.join("notices").join(&row[2]);
        let output = Command::new("pdftotext")
            .args(page)
            .arg(&file)
            .arg("-")
            .output()
            .unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).contains(&row[0]), "{row:?}");
    }
    let list = words(&path.join("notices/lieu-2A0012X/emargement-01.pdf"));
    assert!(
        list.contains("Collège de la Lagune") && list.contains("Belkacem Inès"),
        "{list}"
    );

    let again = notary(path, &make);
    assert!(again.contains("0 notices made; 12 voters had theirs"), "{again}");
}

#[test]
fn a_printer_gets_what_only_the_printer_reads() {
    let site = site();
    let path = site.path();
    let key = age::x25519::Identity::generate();
    let recipient = key.to_public().to_string();
    let make = [
        "notices",
        ENTITLEMENTS[0],
        ENTITLEMENTS[1],
        "--out",
        "notices",
        "--for-printer",
        &recipient,
    ];
    notary(path, &make);
    let mut codes = BTreeMap::new();
    for row in rows(&path.join("notices/manifest.csv")) {
        let file = std::fs::read(path.join("notices").join(&row[0])).unwrap();
        assert!(file.starts_with(b"age-encryption.org/v1"));
        let mut text = String::new();
        let decryptor = age::Decryptor::new(&file[..]).unwrap();
        let mut reader = decryptor.decrypt(std::iter::once(&key as &dyn age::Identity)).unwrap();
        reader.read_to_string(&mut text).unwrap();
        for line in text.lines().skip(1) {
            let (rest, code) = line.rsplit_once(';').unwrap();
            assert_eq!(code.len(), 19, "{code}");
            codes.insert(rest.split(';').next().unwrap().to_owned(), code.to_owned());
        }
    }
    assert_eq!(codes.len(), 12);
    let index = read(&path.join("notices/index.csv"));
    for (reference, code) in &codes {
        assert!(index.contains(reference) && !index.contains(code));
    }
    let wrong = [&make[..5], &["--for-printer", "age1nobody"]].concat();
    assert!(refused(path, &wrong).contains("age1nobody"));
}

#[test]
fn a_place_scans_closes_and_destroys() {
    let site = site();
    let path = site.path();
    notary(path, &["notices", ENTITLEMENTS[0], ENTITLEMENTS[1], "--out", "notices"]);
    let there = reference(path, "2A0044Z");
    let scan = |typed: &str| {
        let mut child = Command::new(PROGRAM)
            .args([
                "registrar",
                "--config",
                "registrar.toml",
                "notices",
                "handed",
                "--place",
                "2A0012X",
            ])
            .current_dir(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    // The voter at the head of the list obtains another code: the notice on the table is void.
    notary(
        path,
        &[
            "issue-codes",
            ENTITLEMENTS[0],
            ENTITLEMENTS[1],
            "--number",
            "VAL0002",
            "--out",
            "lost.csv",
        ],
    );
    let left = notary(path, &["notices", "remaining", "--place", "2A0012X"]);
    let void = left.lines().find(|line| line.contains("Belkacem")).unwrap();
    assert!(void.contains("VOID"), "{left}");
    let void = void.split_whitespace().next().unwrap();
    let valid = left
        .lines()
        .find(|line| !line.contains("VOID"))
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap();

    assert!(scan(&format!("{valid}\n")).0);
    let (all, said) = scan(&format!("{valid}\n{void}\n{there}\nN-000001-Z\nN-0000\n"));
    assert!(!all);
    for (line, words) in said.lines().zip([
        "handed over before",
        "VOID, DO NOT",
        "another place",
        "mistyped",
        "N-XXXXXX-X",
    ]) {
        assert!(line.contains(words), "{words}: {said}");
    }

    // By post: one comes back, one line is wrong.
    let posted = reference(path, "");
    assert!(notary(path, &["notices", "posted"]).contains("1 notices"));
    std::fs::write(path.join("returns.csv"), format!("reference\n{posted}\nN-0000\n")).unwrap();
    let said = refused(path, &["notices", "undelivered", "returns.csv"]);
    assert!(
        said.contains("1 lines were not recorded") && said.contains("line 3"),
        "{said}"
    );

    let witnesses = ["--witness", "Paul Garnier", "--witness", "Inès Moreau"];
    let certificate = [
        "--organiser",
        "Académie",
        "--consultation",
        "Élections",
        "--out",
        "certificate.pdf",
    ];
    let destroy = [
        &["notices", "destroy", "--place", "2A0012X"],
        &witnesses[..],
        &certificate[..],
    ]
    .concat();
    assert!(refused(path, &destroy).contains("has not ended"));
    assert!(!path.join("certificate.pdf").exists());
    notary(path, &["notices", "close", "--place", "2A0012X"]);
    notary(path, &destroy);
    let certificate = words(&path.join("certificate.pdf"));
    assert!(
        certificate.contains(&format!("{void} Annulée")) && !certificate.contains(valid),
        "{certificate}"
    );
    let status = notary(path, &["notices", "status", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let place = status["places"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["place"] == "2A0012X")
        .unwrap();
    assert_eq!(place["valid"]["handed"], 1);
    assert_eq!(place["void"]["destroyed"], 1);
    assert!(place["closed"].is_string());
}
