//! Verification in BELENIOS-2048 against the reference tool (`belenios-tool`), live: the same ballots, in one run,
//! CPU time of one core each.
//!
//! `cargo bench -p isoloir-protocol --bench belenios_tool`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark may panic"
)]

#[path = "../tests/common/mod.rs"]
mod common;
#[allow(dead_code, reason = "the other benchmark uses the rest")]
mod cpu_time;

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use common::rng;
use isoloir_protocol::{
    any::AnyElection,
    ballot::{Choice, Vote},
    credential::{ElectionUuid, SecretCredential},
    group::GroupName,
};

const BALLOTS: usize = 20;
const CANDIDATES: usize = 10;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let rng = &mut rng(1);
    let uuid = ElectionUuid::generate(rng);
    let secrets: Vec<_> = (0..BALLOTS).map(|_| SecretCredential::generate(rng)).collect();
    let election = set_up(folder, &uuid, &secrets);
    let empty = verify_with_the_tool(folder);

    let vote = |at: usize| Vote::new(vec![Choice::Answers(vec![at % CANDIDATES])]);
    let ballots: Vec<_> = secrets
        .iter()
        .enumerate()
        .map(|(at, secret)| election.create_ballot(secret, &vote(at), rng).unwrap())
        .collect();
    for ballot in &ballots {
        tool(folder, &["archive", "add-event", "--type=Ballot"], ballot);
    }
    let theirs = (verify_with_the_tool(folder) - empty) / BALLOTS as f64;

    let start = cpu_time::now();
    for ballot in &ballots {
        election
            .parse_ballot(ballot.clone())
            .unwrap()
            .verify(&election)
            .unwrap();
    }
    let ours = (cpu_time::now() - start) as f64 / 1e6 / BALLOTS as f64;
    println!("verify a 1-of-{CANDIDATES} ballot in BELENIOS-2048, CPU time of one core, {BALLOTS} ballots:");
    println!("  belenios-tool {:5.1} ms", theirs);
    println!("  isoloir       {ours:5.1} ms");
    assert!(ours < theirs, "slower than the reference tool");
}

/// Keys and election by the tool, credentials by us.
fn set_up(folder: &Path, uuid: &ElectionUuid, secrets: &[SecretCredential]) -> AnyElection {
    let group = "--group=BELENIOS-2048";
    tool(folder, &["setup", "generate-trustee-key", group], b"");
    let key = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let key = key
        .into_iter()
        .find(|path| path.extension().is_some_and(|e| e == "pubkey"))
        .unwrap();
    fs::rename(key, folder.join("public_keys.jsons")).unwrap();
    tool(folder, &["setup", "make-trustees"], b"");
    let answers: Vec<_> = (1..=CANDIDATES).map(|n| format!("Candidat {n}")).collect();
    let template = serde_json::json!({
        "description": "", "name": "Banc d’essai",
        "questions": [{"answers": answers, "min": 1, "max": 1, "question": "Qui ?"}],
        "administrator": "", "credential_authority": "",
    });
    fs::write(folder.join("template.json"), template.to_string()).unwrap();
    let uuid_argument = format!("--uuid={uuid}");
    tool(
        folder,
        &[
            "setup",
            "make-election",
            group,
            &uuid_argument,
            "--template=template.json",
        ],
        b"",
    );
    let mut public = SecretCredential::public_of_all(secrets, uuid, GroupName::Belenios2048);
    public.sort();
    fs::write(folder.join("public_creds.json"), serde_json::to_vec(&public).unwrap()).unwrap();
    tool(folder, &["archive", "init"], b"");
    let election = fs::read(folder.join("election.json")).unwrap();
    AnyElection::parse(election.trim_ascii_end()).unwrap()
}

fn tool(folder: &Path, arguments: &[&str], input: &[u8]) {
    let mut child = Command::new("belenios-tool")
        .args(arguments)
        .env("BELENIOS_USE_URANDOM", "1")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("belenios-tool is needed: apt-get install belenios-tool");
    child.stdin.take().unwrap().write_all(input).unwrap();
    assert!(child.wait().unwrap().success(), "{arguments:?}");
}

/// CPU time in milliseconds; the tool wants the archive alone in its folder.
fn verify_with_the_tool(folder: &Path) -> f64 {
    let alone = tempfile::tempdir().unwrap();
    let archive = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let archive = archive
        .into_iter()
        .find(|path| path.extension().is_some_and(|e| e == "bel"))
        .unwrap();
    fs::copy(&archive, alone.path().join(archive.file_name().unwrap())).unwrap();
    let script = "TIMEFORMAT=%U; time belenios-tool election verify --dir . 2>/dev/null";
    let output = Command::new("bash")
        .args(["-ec", script])
        .current_dir(alone.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "the tool refuses our ballots");
    let seconds: f64 = String::from_utf8(output.stderr).unwrap().trim().parse().unwrap();
    seconds * 1e3
}
