//! A large archive is verified within bounded memory. Takes minutes, so it is asked for by name:
//! `cargo test -p isoloir-verify --test large -- --ignored --nocapture` (`ISOLOIR_BALLOTS` sets the size).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "helpers of tests fail as tests do"
)]

use std::{
    fs,
    io::{BufWriter, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use isoloir_protocol::{
    archive::{ArchiveWriter, EventKind, Setup},
    ballot::{Choice, Vote, create},
    credential::{ElectionUuid, SecretCredential},
    election::{Election, ElectionParams},
    group::{Ed25519, Group},
    json,
    question::Homomorphic,
    trustee::{Item, PrivateKey, Trustees},
};
use rand::{SeedableRng as _, rngs::StdRng};
use rayon::prelude::*;

/// An open archive with as many ballots as voters, and the first tenth of the voters voting again.
fn write_archive(out: impl Write, ballots: usize) {
    let mut rng = StdRng::seed_from_u64(1);
    let key: PrivateKey<Ed25519> = PrivateKey::generate(&mut rng);
    let trustees = Trustees::of(vec![Item::Single(key.public_key(None, &mut rng))]).to_bytes();
    let mut public_key = String::new();
    Ed25519::write(&key.public_element(), &mut public_key);
    let uuid = ElectionUuid::generate(&mut rng);
    let question = Homomorphic::new("?", vec!["a".into(), "b".into()], 1, 1, false).unwrap();
    let params = ElectionParams::new(uuid.clone(), Ed25519::NAME, public_key, vec![question.into()]).to_bytes();
    let election = Election::<Ed25519>::parse(&params).unwrap();
    let secrets: Vec<_> = (0..ballots).map(|_| SecretCredential::generate(&mut rng)).collect();
    let credentials: Vec<String> = secrets
        .par_iter()
        .map(|s| s.public(&uuid, Ed25519::NAME).as_str().to_owned())
        .collect();
    let credentials = json::to_bytes(&credentials);

    let mut archive = ArchiveWriter::new(out, 1_795_469_588).unwrap();
    for document in [&params, &trustees, &credentials] {
        archive.data(document).unwrap();
    }
    let payload = archive
        .data(&Setup::of(&params, &trustees, &credentials).to_bytes())
        .unwrap();
    archive.event(EventKind::Setup, Some(payload)).unwrap();
    let votes: Vec<_> = (0..ballots).chain(0..ballots / 10).collect();
    for page in votes.chunks(4096) {
        let page: Vec<_> = page
            .par_iter()
            .map(|voter| {
                let vote = Vote::new(vec![Choice::Answers(vec![voter % 2])]);
                create(&election, &secrets[*voter], &vote, &mut rand::make_rng::<StdRng>()).unwrap()
            })
            .collect();
        for ballot in page {
            let payload = archive.data(&ballot).unwrap();
            archive.event(EventKind::Ballot, Some(payload)).unwrap();
        }
    }
    archive.into_inner().flush().unwrap();
}

/// Peak resident memory of a running process, in mebibytes.
fn peak(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes / 1024)
}

#[test]
#[ignore = "takes minutes"]
fn a_hundred_thousand_ballots_need_less_than_500_mb() {
    let ballots = std::env::var("ISOLOIR_BALLOTS").map_or(100_000, |n| n.parse().unwrap());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("large.bel");
    write_archive(BufWriter::new(fs::File::create(&path).unwrap()), ballots);
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_isoloir-verify"))
        .args([path.to_str().unwrap(), "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = peak(child.id()).unwrap_or(0).max(most);
        thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let size = fs::metadata(&path).unwrap().len() >> 20;
    println!(
        "{ballots} voters, {size} MiB: {most} MiB of memory, {:?}",
        start.elapsed()
    );
    fs::remove_file(&path).unwrap();
    assert_eq!(answer["verdict"], "valid");
    assert_eq!(answer["ballots"], (ballots + ballots / 10) as u64);
    assert_eq!(answer["tallied"], ballots as u64);
    assert!(most < 500, "{most} MiB of memory");
}
