//! Engines agree: on the ballots of `vectors/ballots.json`, valid and tampered with, and on forgeries made here.
#![cfg(target_arch = "x86_64")]

use crate::common;
use crate::protocol;

use common::{casts, direct, exact_or_skip, vectors};
use curve25519_dalek::{constants::EIGHT_TORSION, edwards::CompressedEdwardsY};
use isoloir_protocol::{
    any::AnyElection,
    audit::engine::Accepted,
    ballot::{Ballot, Choice, Vote},
    credential::{PublicCredential, SecretCredential},
    elgamal::Ciphertext,
    group::{Ed25519, Group, GroupName},
    question::{Homomorphic, Question},
};
use protocol::{
    SeededRng, election, rng,
    tamper::{Source, sign_again},
};

#[test]
fn vectors_meet_the_same_verdict() {
    let Some(lanes) = exact_or_skip() else { return };
    let mut engines = 0;
    for vector in vectors() {
        let election = AnyElection::parse(vector.election.as_bytes()).unwrap();
        let Some(engine) = common::engine(&lanes, &election) else {
            continue;
        };
        engines += 1;
        let texts: Vec<&str> = vector
            .ballots
            .iter()
            .chain(&vector.tampered)
            .map(String::as_str)
            .collect();
        let accepted = engine.accept(&casts(&texts));
        assert_eq!(accepted.len(), texts.len());
        for (text, accepted) in texts.iter().zip(&accepted) {
            let verdict = direct(&election, text);
            assert_eq!(
                accepted.as_ref().map(|a| a.credential.clone()),
                verdict,
                "{}: {text}",
                vector.name
            );
        }
        let valid = accepted.iter().filter(|a| a.is_some()).count();
        assert_eq!(valid, vector.ballots.len(), "{}", vector.name);
    }
    assert_eq!(engines, 3, "the elections with homomorphic questions only");
}

/// Elections of every shape that engine 2 knows.
fn elections(rng: &mut SeededRng) -> Vec<(AnyElection, Vec<Vote>)> {
    let question = |answers: usize, min, max, blank| -> Question {
        let names = (0..answers).map(|n| format!("« {n} »")).collect();
        Homomorphic::new("?", names, min, max, blank).unwrap().into()
    };
    let votes = |choices: &[Choice]| {
        choices
            .iter()
            .map(|choice| Vote::new(vec![choice.clone()]))
            .collect::<Vec<_>>()
    };
    let answers = |chosen: &[usize]| Choice::Answers(chosen.to_vec());
    let ed = GroupName::Ed25519;
    vec![
        (
            election(vec![question(10, 1, 1, false)], ed, rng),
            votes(&[answers(&[3]), answers(&[9])]),
        ),
        (
            election(vec![question(3, 1, 1, true)], ed, rng),
            votes(&[answers(&[0]), Choice::Blank]),
        ),
        (
            election(vec![question(3, 0, 2, true)], ed, rng),
            votes(&[answers(&[]), answers(&[1, 2]), Choice::Blank]),
        ),
        (
            election(vec![question(4, 0, 4, false)], ed, rng),
            votes(&[answers(&[]), answers(&[0, 1, 2, 3])]),
        ),
        (
            election(vec![question(1, 0, 1, false)], ed, rng),
            votes(&[answers(&[]), answers(&[0])]),
        ),
        (
            election(
                vec![
                    question(2, 1, 2, true),
                    question(3, 2, 3, false),
                    question(2, 1, 1, true),
                ],
                ed,
                rng,
            ),
            vec![
                Vote::new(vec![answers(&[0, 1]), answers(&[0, 2]), Choice::Blank]),
                Vote::new(vec![Choice::Blank, answers(&[0, 1, 2]), answers(&[1])]),
            ],
        ),
    ]
}

fn create(election: &AnyElection, secret: &SecretCredential, vote: &Vote, rng: &mut SeededRng) -> String {
    String::from_utf8(election.create_ballot(secret, vote, rng).unwrap()).unwrap()
}

#[test]
fn every_shape_is_accepted_and_no_number_in_it_may_change() {
    let Some(lanes) = exact_or_skip() else { return };
    let rng = &mut rng(7);
    for (election, votes) in elections(rng) {
        let engine = common::engine(&lanes, &election).unwrap();
        let secret = SecretCredential::generate(rng);
        let valid: Vec<String> = votes.iter().map(|vote| create(&election, &secret, vote, rng)).collect();
        let mut texts = valid.clone();
        // Every challenge and every response, one after the other, in ballots that are then signed again.
        for field in ["\"challenge\":\"", "\"response\":\""] {
            for (at, _) in valid[0].match_indices(field) {
                let (before, after) = valid[0].split_at(at + field.len());
                let digit = if after.starts_with('1') { "2" } else { "1" };
                let changed = format!("{before}{digit}{}", &after[1..]);
                texts.push(sign_again(&election, &secret, &changed, rng));
                texts.push(changed);
            }
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let accepted = engine.accept(&casts(&texts));
        for (at, accepted) in accepted.iter().enumerate() {
            let is_signature_again = texts[at] == valid[0] || direct(&election, texts[at]).is_some();
            assert_eq!(accepted.is_some(), is_signature_again, "ballot {at}: {}", texts[at]);
        }
        assert!(accepted[..valid.len()].iter().all(Option::is_some));
        // One signature can be replaced by another, valid one; nothing else.
        let replaced = accepted.iter().filter(|a| a.is_some()).count() - valid.len();
        assert!(replaced <= 2, "{replaced} changed ballots are accepted");
    }
}

#[test]
fn tampered_ballots_of_every_shape_meet_the_same_verdict() {
    let Some(lanes) = exact_or_skip() else { return };
    let rng = &mut rng(8);
    for (election, votes) in elections(rng) {
        let engine = common::engine(&lanes, &election).unwrap();
        let [secret, other] = [SecretCredential::generate(rng), SecretCredential::generate(rng)];
        let ballot = create(&election, &secret, &votes[0], rng);
        let foreign = create(&election, &other, &votes[1], rng);
        let source = Source {
            election: &election,
            secret: &secret,
            ballot: &ballot,
            foreign: &foreign,
        };
        let tampered = source.tampered(rng);
        assert!(tampered.len() > 30);
        let texts: Vec<&str> = tampered.iter().map(|tampered| tampered.ballot.as_str()).collect();
        for (tampered, accepted) in tampered.iter().zip(engine.accept(&casts(&texts))) {
            assert!(accepted.is_none(), "{}", tampered.name);
            assert!(direct(&election, &tampered.ballot).is_none(), "{}", tampered.name);
        }
    }
}

#[test]
fn a_credential_of_small_order_is_no_credential() {
    let Some(lanes) = exact_or_skip() else { return };
    let rng = &mut rng(9);
    let (election, votes) = elections(rng).swap_remove(0);
    let engine = common::engine(&lanes, &election).unwrap();
    let ballot = create(&election, &SecretCredential::generate(rng), &votes[0], rng);
    for torsion in EIGHT_TORSION {
        let credential: String = torsion
            .compress()
            .as_bytes()
            .iter()
            .rev()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let start = ballot.find("\"credential\":\"").unwrap() + 14;
        let forged = format!("{}{credential}{}", &ballot[..start], &ballot[start + 64..]);
        // Everything but the credential's own order is made right: proofs bound to it, a signature that its order forgives.
        assert!(engine.accept(&casts(&[&forged]))[0].is_none());
        assert!(direct(&election, &forged).is_none());
        assert_eq!(engine.admits(&[&credential]), [false]);
    }
}

#[test]
fn credentials_are_admitted_as_they_are_read_directly() {
    let Some(lanes) = exact_or_skip() else { return };
    let rng = &mut rng(10);
    let (election, _) = elections(rng).swap_remove(0);
    let engine = common::engine(&lanes, &election).unwrap();
    let mut texts: Vec<String> = (0..20)
        .map(|_| {
            SecretCredential::generate(rng)
                .public(election.uuid(), GroupName::Ed25519)
                .to_string()
        })
        .collect();
    texts.push(texts[3].to_uppercase());
    texts.push(texts[4][1..].to_owned());
    texts.push(format!("{}1", "0".repeat(63)));
    texts.push(format!("{}2", "0".repeat(63)));
    texts.push("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffee".to_owned());
    for point in [texts[5].clone(), texts[6].clone()] {
        let mut bytes: [u8; 32] = std::array::from_fn(|i| u8::from_str_radix(&point[2 * i..2 * i + 2], 16).unwrap());
        bytes.reverse();
        let mixed = CompressedEdwardsY(bytes).decompress().unwrap() + EIGHT_TORSION[5];
        texts.push(
            mixed
                .compress()
                .as_bytes()
                .iter()
                .rev()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        );
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let read: Vec<bool> = texts
        .iter()
        .map(|text| PublicCredential::parse(text, GroupName::Ed25519).is_ok())
        .collect();
    assert_eq!(engine.admits(&texts), read);
    assert_eq!(read.iter().filter(|is_read| **is_read).count(), 20);
}

#[test]
fn sums_are_those_of_the_ciphertexts() {
    let Some(lanes) = exact_or_skip() else { return };
    let rng = &mut rng(11);
    let (election, votes) = elections(rng).swap_remove(5);
    let engine = common::engine(&lanes, &election).unwrap();
    let AnyElection::Ed25519(typed) = &election else {
        panic!("the group")
    };
    let texts: Vec<String> = (0..5)
        .map(|at| create(&election, &SecretCredential::generate(rng), &votes[at % 2], rng))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let accepted: Vec<Accepted> = engine.accept(&casts(&texts)).into_iter().flatten().collect();
    let weights = [1, -1, 3, 1 << 40, 7];
    let mut expected: Option<Vec<Ciphertext<Ed25519>>> = None;
    for (text, weight) in texts.iter().zip(weights) {
        let ballot = Ballot::parse(text.as_bytes().to_vec(), typed).unwrap();
        let (_, answers) = ballot.verify_with_ciphertexts(typed).unwrap();
        let own = answers
            .iter()
            .flat_map(|answer| answer.atoms().into_iter().cloned().collect::<Vec<_>>());
        let scaled = own.map(|ciphertext| scaled(&ciphertext, weight));
        expected = Some(match expected {
            None => scaled.collect(),
            Some(sum) => sum.iter().zip(scaled).map(|(sum, own)| sum.add(&own)).collect(),
        });
    }
    let terms: Vec<_> = accepted.iter().zip(weights.map(i128::from)).collect();
    let sums = engine.sum(&terms);
    let written = expected
        .unwrap()
        .iter()
        .map(|c| [text_of(&c.alpha), text_of(&c.beta)])
        .collect::<Vec<_>>();
    assert_eq!(sums, written);
}

fn scaled(ciphertext: &Ciphertext<Ed25519>, weight: i64) -> Ciphertext<Ed25519> {
    let scaled = ciphertext.vartime_scale(weight.unsigned_abs());
    if weight > 0 {
        return scaled;
    }
    let zero = Ed25519::identity();
    Ciphertext {
        alpha: Ed25519::div(&zero, &scaled.alpha),
        beta: Ed25519::div(&zero, &scaled.beta),
    }
}

fn text_of(element: &<Ed25519 as Group>::Element) -> String {
    let mut text = String::new();
    Ed25519::write(element, &mut text);
    text
}
