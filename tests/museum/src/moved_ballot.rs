//! A ballot is moved into a small box, whose result tells what it says (Debant, Hirschi 2023).
//!
//! In the French legislative election of 2022 a proof did not say of which ballot box it was; consulates with few voters were boxes of their own, all
//! under one key.

use isoloir_protocol::ballot::{Ballot, BallotError};
use isoloir_protocol::credential::SecretCredential;
use isoloir_protocol::group::{Group, GroupName};

use crate::scene::{G, YesOrNo, ballot, count, election, rng, signed};

#[test]
fn without_the_box_in_the_proof_a_ballot_counts_wherever_it_is_put() {
    let mut rng = rng(1);
    let key = G::random_scalar(&mut rng);
    let public = G::pow_g(&key);
    for says in [true, false] {
        let cast_in_paris = YesOrNo::encrypt(says, &public, "", &mut rng);
        // The box of a consulate where nobody has voted yet.
        assert!(cast_in_paris.holds(&public, ""));
        assert_eq!(
            count(&cast_in_paris.ciphertext, &key),
            Some(u64::from(says)),
            "alone in its box"
        );
    }
    let bound = YesOrNo::encrypt(true, &public, "paris", &mut rng);
    assert!(bound.holds(&public, "paris") && !bound.holds(&public, "quito"));
}

#[test]
fn here_it_is_refused_in_every_other_box_even_if_its_voter_signs_again() {
    let mut rng = rng(2);
    let key = G::random_scalar(&mut rng);
    let (large, small) = (election(&key, 3), election(&key, 4));
    let voter = SecretCredential::generate(&mut rng);
    let cast = ballot(&large, &voter, 0, &mut rng);
    let moved = Ballot::parse(cast.clone().into_bytes(), &small).err().unwrap();
    assert!(matches!(moved, BallotError::WrongElection), "{moved}");
    // With the names of the other box, and signed for it: only the proofs remember where they were made.
    let name = |of: &isoloir_protocol::election::Election<G>| voter.public(of.uuid(), GroupName::Ed25519).to_string();
    let renamed = cast
        .replace(large.uuid().as_str(), small.uuid().as_str())
        .replace(large.fingerprint(), small.fingerprint())
        .replace(&name(&large), &name(&small));
    let moved = signed(&renamed, &small, &voter, &mut rng);
    let refused = Ballot::parse(moved, &small).unwrap().verify(&small).err().unwrap();
    assert!(matches!(refused, BallotError::IndividualProof { .. }), "{refused}");
}
