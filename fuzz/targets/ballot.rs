//! The fuzzer knows valid ballots of one election but no credential: whatever it makes of them, only those verify.
#![no_main]

use std::{collections::HashSet, sync::LazyLock};

use isoloir_protocol::any::AnyElection;
use libfuzzer_sys::fuzz_target;

const ELECTION: &[u8] = include_bytes!("../known/election.json");
const BALLOTS: &str = include_str!("../known/ballots.jsons");

static KNOWN: LazyLock<(AnyElection, HashSet<&[u8]>)> = LazyLock::new(|| {
    let election = AnyElection::parse(ELECTION.trim_ascii_end()).expect("the known election");
    let ballots: HashSet<&[u8]> = BALLOTS.lines().map(str::as_bytes).collect();
    for ballot in &ballots {
        election.parse_ballot(ballot.to_vec()).and_then(|ballot| ballot.verify(&election)).expect("a known ballot");
    }
    (election, ballots)
});

fuzz_target!(|bytes: &[u8]| {
    let (election, known) = &*KNOWN;
    if let Ok(ballot) = election.parse_ballot(bytes.to_vec()) {
        assert_eq!(ballot.bytes(), bytes);
        if ballot.verify(election).is_ok() {
            assert!(known.contains(bytes), "a ballot was forged or is malleable");
        }
    }
});
