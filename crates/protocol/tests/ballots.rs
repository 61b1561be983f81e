//! Ballots that Isoloir makes: the allowed ones verify, everything else is refused.

use crate::common;

use common::{election, one_of, rng, tamper::Source};
use isoloir_protocol::{
    any::AnyElection,
    ballot::{Choice, Tracker, Vote, VoteError},
    credential::SecretCredential,
    group::GroupName,
    hash::sha256_base64,
    question::{Homomorphic, Lists, Question},
};
use proptest::prelude::*;

fn names(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("Nom {n}")).collect()
}

fn up_to(min: u32, max: u32, answers: usize, blank: bool) -> Question {
    Homomorphic::new("Qui ?", names(answers), min, max, blank)
        .unwrap()
        .into()
}

fn lists(candidates: &[usize]) -> Question {
    let lists = candidates.iter().map(|count| names(count + 1)).collect();
    Lists::new("Quelle liste ?", lists).unwrap().into()
}

fn answers(chosen: &[usize]) -> Choice {
    Choice::Answers(chosen.to_vec())
}

fn list(list: usize, candidates: &[usize]) -> Choice {
    Choice::List {
        list,
        candidates: candidates.to_vec(),
    }
}

/// `Ok` or the name of the refusal.
fn verdict(election: &AnyElection, ballot: &[u8]) -> Result<(), &'static str> {
    let verified = election
        .parse_ballot(ballot.to_vec())
        .and_then(|ballot| ballot.verify(election));
    verified.map(|_| ()).map_err(|error| error.name())
}

fn casts(election: &AnyElection, choices: Vec<Choice>) -> Result<(), VoteError> {
    let rng = &mut rng(7);
    let secret = SecretCredential::generate(rng);
    let bytes = election.create_ballot(&secret, &Vote::new(choices), rng)?;
    let ballot = election.parse_ballot(bytes.clone()).unwrap();
    assert_eq!(ballot.credential(), secret.public(election.uuid(), election.group()));
    assert_eq!(ballot.tracker().as_str(), sha256_base64(&bytes));
    let verified = ballot.verify(election).unwrap();
    assert_eq!(verified.bytes(), bytes);
    assert_eq!(verified.tracker(), &Tracker::of(&bytes));
    assert_eq!(verified.credential(), &secret.public(election.uuid(), election.group()));
    Ok(())
}

#[test]
fn allowed_votes_can_be_cast_in_every_group() {
    for group in GroupName::ALL {
        let rng = &mut rng(1);
        let questions = vec![up_to(0, 2, 3, false), up_to(1, 1, 2, true), lists(&[2, 1])];
        let election = election(questions, group, rng);
        assert_eq!(
            casts(&election, vec![answers(&[]), Choice::Blank, list(0, &[1])]),
            Ok(())
        );
        assert_eq!(
            casts(&election, vec![answers(&[2, 0]), answers(&[1]), list(1, &[0])]),
            Ok(())
        );
    }
}

#[test]
fn votes_that_the_question_forbids_cannot_be_made() {
    let not_allowed = Err(VoteError::NotAllowed { question: 0 });
    for (question, choices) in [
        (
            up_to(1, 2, 3, false),
            vec![
                answers(&[]),
                answers(&[0, 1, 2]),
                answers(&[3]),
                answers(&[1, 1]),
                Choice::Blank,
                list(0, &[0]),
            ],
        ),
        (
            up_to(0, 1, 3, true),
            vec![answers(&[0, 1]), answers(&[3]), list(0, &[0])],
        ),
        (
            lists(&[2, 1]),
            vec![
                list(0, &[]),
                list(2, &[0]),
                list(0, &[2]),
                list(0, &[0, 0]),
                Choice::Blank,
                answers(&[0]),
            ],
        ),
    ] {
        let election = election(vec![question], GroupName::Ed25519, &mut rng(2));
        for (at, choice) in choices.into_iter().enumerate() {
            assert_eq!(casts(&election, vec![choice]), not_allowed, "choice {at}");
        }
        assert_eq!(casts(&election, vec![]), Err(VoteError::Questions));
    }
}

/// A valid ballot and that of another voter.
fn two_ballots(election: &AnyElection, choices: &[Choice], seed: u64) -> (SecretCredential, [String; 2]) {
    let rng = &mut rng(seed);
    let secrets = [SecretCredential::generate(rng), SecretCredential::generate(rng)];
    let ballots = secrets.each_ref().map(|secret| {
        let vote = Vote::new(choices.to_vec());
        String::from_utf8(election.create_ballot(secret, &vote, rng).unwrap()).unwrap()
    });
    let [secret, _] = secrets;
    (secret, ballots)
}

#[test]
fn tampered_ballots_are_refused_for_the_right_reason() {
    let cases = [
        (GroupName::Ed25519, vec![up_to(1, 1, 3, true)], vec![answers(&[1])]),
        (GroupName::Ed25519, vec![up_to(1, 3, 4, false)], vec![answers(&[0, 3])]),
        (GroupName::Ed25519, vec![lists(&[2, 1])], vec![list(0, &[1])]),
        (
            GroupName::Ed25519,
            vec![up_to(0, 1, 2, true), lists(&[1, 1])],
            vec![Choice::Blank, list(1, &[0])],
        ),
        (GroupName::Belenios2048, vec![up_to(1, 1, 2, true)], vec![answers(&[1])]),
    ];
    for (seed, (group, questions, choices)) in (0..).zip(cases) {
        let election = election(questions, group, &mut rng(seed));
        let (secret, [ballot, foreign]) = two_ballots(&election, &choices, seed);
        let source = Source {
            election: &election,
            secret: &secret,
            ballot: &ballot,
            foreign: &foreign,
        };
        let tampered = source.tampered(&mut rng(seed));
        assert!(tampered.len() >= 35, "{}", tampered.len());
        for tampered in tampered {
            let verdict = verdict(&election, tampered.ballot.as_bytes());
            assert_eq!(verdict, Err(tampered.refusal), "case {seed}: {}", tampered.name);
        }
    }
}

#[test]
fn a_ballot_is_good_for_its_election_only() {
    let rng = &mut rng(3);
    let (one, other) = (
        one_of(3, true, GroupName::Ed25519, rng),
        one_of(3, true, GroupName::Ed25519, rng),
    );
    let finite = one_of(3, true, GroupName::Belenios2048, rng);
    let (_, [ballot, _]) = two_ballots(&one, &[answers(&[0])], 3);
    assert_eq!(verdict(&one, ballot.as_bytes()), Ok(()));
    assert_eq!(verdict(&other, ballot.as_bytes()), Err("wrong_election"));
    assert_eq!(verdict(&finite, ballot.as_bytes()), Err("malformed"));
    for wrong in [&other, &finite] {
        let parsed = one.parse_ballot(ballot.clone().into_bytes()).unwrap();
        assert_eq!(parsed.verify(wrong).unwrap_err().name(), "wrong_election");
    }
}

/// The proofs of an election that allows two answers do not convince one that allows one.
#[test]
fn proofs_of_a_laxer_election_do_not_hold() {
    let rng = &mut rng(4);
    let strict = election(vec![up_to(1, 1, 3, false)], GroupName::Ed25519, rng);
    let mut lax = strict.params().clone();
    lax.questions = vec![up_to(2, 2, 3, false)];
    let lax = AnyElection::parse(&lax.to_bytes()).unwrap();
    let (secret, [ballot, _]) = two_ballots(&lax, &[answers(&[0, 1])], 4);
    assert_eq!(verdict(&lax, ballot.as_bytes()), Ok(()));
    let relabelled = ballot.replacen(lax.fingerprint(), strict.fingerprint(), 1);
    let forged = common::tamper::sign_again(&strict, &secret, &relabelled, rng);
    assert_eq!(verdict(&strict, forged.as_bytes()), Err("individual_proof"));
}

#[test]
fn every_flipped_bit_is_noticed() {
    for (group, step) in [(GroupName::Ed25519, 41), (GroupName::Belenios2048, 797)] {
        let election = election(vec![up_to(1, 1, 2, true)], group, &mut rng(5));
        let (_, [ballot, _]) = two_ballots(&election, &[answers(&[1])], 5);
        for (turn, at) in (0..ballot.len()).step_by(step).enumerate() {
            let mut flipped = ballot.clone().into_bytes();
            flipped[at] ^= 1 << (turn % 8);
            assert!(verdict(&election, &flipped).is_err(), "byte {at}");
        }
    }
}

/// A question and an allowed choice; choices are secrets without `Debug`.
struct Drawn(Question, Choice);

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

fn questions() -> impl Strategy<Value = Vec<Drawn>> {
    let homomorphic =
        (1_usize..6, any::<bool>(), any::<bool>(), any::<[u8; 8]>()).prop_map(|(n, blank, votes_blank, r)| {
            let chosen: Vec<_> = (0..n).filter(|i| r[*i] & 1 == 1).collect();
            let count = u32::try_from(chosen.len()).unwrap();
            let total = u32::try_from(n).unwrap();
            let min = u32::from(r[6]) % (count + 1);
            let max = (count + u32::from(r[7]) % (total - count + 1)).max(1);
            let choice = if blank && votes_blank {
                Choice::Blank
            } else {
                Choice::Answers(chosen)
            };
            Drawn(up_to(min, max, n, blank), choice)
        });
    let listed = (
        prop::collection::vec(1_usize..4, 1..4),
        any::<prop::sample::Index>(),
        any::<u8>(),
    )
        .prop_map(|(counts, chosen, struck)| {
            let at = chosen.index(counts.len());
            let mut candidates: Vec<_> = (0..counts[at]).filter(|i| struck >> i & 1 == 0).collect();
            if candidates.is_empty() {
                candidates.push(0);
            }
            Drawn(lists(&counts), Choice::List { list: at, candidates })
        });
    prop::collection::vec(prop_oneof![homomorphic, listed], 1..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_allowed_verifies_and_one_flip_spoils_it(drawn in questions(), seed: u64, flip: prop::sample::Index) {
        let rng = &mut rng(seed);
        let (questions, choices): (Vec<_>, Vec<_>) = drawn.into_iter().map(|Drawn(question, choice)| (question, choice)).unzip();
        let election = election(questions, GroupName::Ed25519, rng);
        let secret = SecretCredential::generate(rng);
        let mut ballot = election.create_ballot(&secret, &Vote::new(choices), rng).unwrap();
        prop_assert_eq!(verdict(&election, &ballot), Ok(()));
        let at = flip.index(ballot.len());
        ballot[at] ^= 4;
        prop_assert!(verdict(&election, &ballot).is_err());
    }
}
