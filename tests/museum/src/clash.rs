//! Several voters are given one ballot, and each finds it in the box (Küsters, Truderung, Vogt 2012).
//!
//! A dishonest program draws the same randomness for voters who choose alike: their ballots are one, the box holds it once, and the places saved are
//! filled with other votes. Whoever checks a tracker finds it.

use std::collections::BTreeSet;

use isoloir_protocol::ballot::Tracker;
use isoloir_protocol::credential::SecretCredential;
use isoloir_protocol::group::Group;
use isoloir_protocol::hash::sha256_base64;

use crate::scene::{G, ballot, election, rng};

/// A tracker over what was chosen and not over who chose.
fn weak_tracker(ballot: &str) -> String {
    let (_, answers) = ballot.split_once("\"choices\":[").unwrap();
    let (choices, _) = answers.split_once(']').unwrap();
    sha256_base64(choices.as_bytes())
}

#[test]
fn one_tracker_would_serve_all_who_choose_alike_and_here_it_never_does() {
    let mut draw = rng(1);
    let election = election(&G::random_scalar(&mut draw), 2);
    let voters: Vec<_> = (0..3).map(|_| SecretCredential::generate(&mut draw)).collect();
    // The same randomness for everybody.
    let ballots: Vec<_> = voters
        .iter()
        .map(|voter| ballot(&election, voter, 0, &mut rng(3)))
        .collect();
    let weak: BTreeSet<_> = ballots.iter().map(|ballot| weak_tracker(ballot)).collect();
    assert_eq!(weak.len(), 1, "three voters would find the one ballot");
    let ours: BTreeSet<_> = ballots
        .iter()
        .map(|ballot| Tracker::of(ballot.as_bytes()).as_str().to_owned())
        .collect();
    assert_eq!(ours.len(), 3, "the credential is in what is hashed");
}
