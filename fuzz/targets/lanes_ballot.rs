//! Whatever the lanes accept, the direct verification accepts; and of the texts near valid ballots they accept those that it accepts.
#![no_main]

use std::sync::LazyLock;

use isoloir_lanes::lend;
use isoloir_protocol::{
    any::AnyElection,
    archive::PayloadHash,
    audit::engine::{Cast, Engine},
};
use libfuzzer_sys::fuzz_target;

const ELECTION: &[u8] = include_bytes!("../known/election.json");

/// Nothing where the processor lacks the instructions: then there is nothing to fuzz.
static KNOWN: LazyLock<Option<(AnyElection, Box<dyn Engine>)>> = LazyLock::new(|| {
    let election = AnyElection::parse(ELECTION.trim_ascii_end()).expect("the known election");
    let Some(lanes) = lend::exact(None) else {
        eprintln!("skipped: this processor lacks AVX-512 IFMA");
        return None;
    };
    let engine = lanes.engine(election.params(), election.fingerprint()).expect("homomorphic questions, in Ed25519");
    Some((election, engine))
});

fuzz_target!(|bytes: &[u8]| {
    let Some((election, engine)) = &*KNOWN else { return };
    let cast = Cast { ordinal: 0, hash: PayloadHash::of(bytes), bytes };
    let accepted = engine.accept(&[cast]).pop().flatten().map(|accepted| accepted.credential);
    let direct = election.parse_ballot(bytes.to_vec()).and_then(|ballot| ballot.verify(election)).ok();
    assert_eq!(accepted, direct.map(|ballot| ballot.credential().to_string()));
});
