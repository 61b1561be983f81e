//! What the tests of this crate share.
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;

use isoloir_lanes::engine::ExactLanes;
use isoloir_protocol::{
    any::AnyElection,
    archive::PayloadHash,
    audit::engine::{Accelerator, Cast, Engine},
};
use serde_json::Value;

/// Engine 2, or a notice that the test was skipped.
pub fn exact_or_skip() -> Option<ExactLanes> {
    let lanes = ExactLanes::detect();
    if lanes.is_none() {
        println!("skipped: this processor lacks AVX-512 IFMA");
    }
    lanes
}

/// The engine for an election.
pub fn engine(lanes: &ExactLanes, election: &AnyElection) -> Option<Box<dyn Engine>> {
    lanes.engine(election.params(), election.fingerprint())
}

/// Ballots as an archive has them.
pub fn casts<'a>(texts: &[&'a str]) -> Vec<Cast<'a>> {
    texts
        .iter()
        .zip(0..)
        .map(|(text, ordinal)| Cast {
            ordinal,
            hash: PayloadHash::of(text.as_bytes()),
            bytes: text.as_bytes(),
        })
        .collect()
}

/// The verdict of engine 1: the credential of a valid ballot.
pub fn direct(election: &AnyElection, text: &str) -> Option<String> {
    let ballot = election
        .parse_ballot(text.as_bytes().to_vec())
        .and_then(|b| b.verify(election));
    ballot.ok().map(|ballot| ballot.credential().to_string())
}

/// An election of `vectors/ballots.json`.
pub struct Vector {
    /// What is special about it.
    pub name: String,
    /// Its text.
    pub election: String,
    /// Secret credentials of two voters.
    pub secrets: Vec<String>,
    /// Valid ballots.
    pub ballots: Vec<String>,
    /// Wrong ballots.
    pub tampered: Vec<String>,
}

/// All of them.
pub fn vectors() -> Vec<Vector> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/ballots.json");
    let all: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = |value: &Value, field: &str| {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|item| text(&item[field]))
            .collect()
    };
    all["elections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|election| Vector {
            name: text(&election["name"]),
            election: text(&election["election"]),
            secrets: list(&election["credentials"], "secret"),
            ballots: list(&election["ballots"], "ballot"),
            tampered: list(&election["tampered"], "ballot"),
        })
        .collect()
}
