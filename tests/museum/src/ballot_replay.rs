//! A voter casts a copy of somebody's ballot, and the result tells what it says (Cortier, Smyth 2011).
//!
//! Three vote; Eve copies Alice's ballot. With two equal ballots among three the result is Alice's vote. Helios's proofs did not say whose they were, and
//! changing a ballot a little (another writing of a number) hid the copy.

use isoloir_protocol::ballot::{Ballot, BallotError};
use isoloir_protocol::credential::SecretCredential;
use isoloir_protocol::elgamal::Ciphertext;
use isoloir_protocol::group::{Group, GroupName};

use crate::scene::{G, YesOrNo, ballot, count, election, rng, signed};

#[test]
fn without_the_voter_in_the_proof_a_copy_is_counted_and_tells() {
    let mut rng = rng(1);
    let key = G::random_scalar(&mut rng);
    let public = G::pow_g(&key);
    for alice_says in [true, false] {
        let alice = YesOrNo::encrypt(alice_says, &public, "", &mut rng);
        let bob = YesOrNo::encrypt(!alice_says, &public, "", &mut rng);
        let eve = alice.clone();
        let ballots = [alice, bob, eve];
        assert!(ballots.iter().all(|ballot| ballot.holds(&public, "")));
        let sum = Ciphertext::sum(ballots.iter().map(|ballot| &ballot.ciphertext));
        let yes = count(&sum, &key).unwrap();
        assert_eq!(yes >= 2, alice_says, "Eve has learnt what Alice said");
    }
    let alice = YesOrNo::encrypt(true, &public, "alice", &mut rng);
    assert!(alice.holds(&public, "alice") && !alice.holds(&public, "eve"));
}

#[test]
fn here_a_copied_answer_is_refused_under_every_other_credential() {
    let mut rng = rng(2);
    let election = election(&G::random_scalar(&mut rng), 3);
    let [alice, eve] = [0, 1].map(|_| SecretCredential::generate(&mut rng));
    let name = |voter: &SecretCredential| voter.public(election.uuid(), GroupName::Ed25519).to_string();
    let hers = ballot(&election, &alice, 0, &mut rng);
    assert!(
        Ballot::parse(hers.clone().into_bytes(), &election)
            .unwrap()
            .verify(&election)
            .is_ok()
    );
    let copy = signed(&hers.replace(&name(&alice), &name(&eve)), &election, &eve, &mut rng);
    let refused = Ballot::parse(copy, &election).unwrap().verify(&election).err().unwrap();
    assert!(matches!(refused, BallotError::IndividualProof { .. }), "{refused}");
}
