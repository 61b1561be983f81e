//! The ballots of `vectors/ballots.json`: valid ones, and wrong ones with the refusal each must meet.

use isoloir_protocol::{
    any::AnyElection,
    ballot::{Choice, Tracker, Vote},
    credential::SecretCredential,
    group::GroupName,
    question::{Homomorphic, Lists, Question},
};
use serde::{Deserialize, Serialize};

use super::{SeededRng, election, rng, tamper::Source};

/// The file.
#[derive(Serialize, Deserialize)]
pub struct Vectors {
    /// What this is, for readers.
    pub about: String,
    /// Elections with their ballots.
    pub elections: Vec<ElectionVectors>,
}

/// One election.
#[derive(Serialize, Deserialize)]
pub struct ElectionVectors {
    /// What is special about it.
    pub name: String,
    /// Its text.
    pub election: String,
    /// Hash of the text.
    pub fingerprint: String,
    /// Two voters.
    pub credentials: Vec<CredentialVector>,
    /// Valid ballots.
    pub ballots: Vec<BallotVector>,
    /// Ballots that must be refused.
    pub tampered: Vec<TamperedVector>,
}

/// A voter's credential.
#[derive(Serialize, Deserialize)]
pub struct CredentialVector {
    /// Secret half.
    pub secret: String,
    /// Public half.
    pub public: String,
}

/// A valid ballot.
#[derive(Serialize, Deserialize)]
pub struct BallotVector {
    /// What is chosen.
    pub name: String,
    /// Its text.
    pub ballot: String,
    /// Hash of the text.
    pub tracker: String,
}

/// A wrong ballot.
#[derive(Serialize, Deserialize)]
pub struct TamperedVector {
    /// What is wrong.
    pub name: String,
    /// Its text.
    pub ballot: String,
    /// The refusal.
    pub refusal: String,
}

/// Makes them, the same each time.
pub fn vectors() -> Vectors {
    let elections = vec![
        make(
            "one of ten or blank",
            GroupName::Ed25519,
            vec![homomorphic(10, 1, 1, true)],
            vec![("the fourth", vec![answers(&[3])]), ("blank", vec![Choice::Blank])],
        ),
        make(
            "one of ten",
            GroupName::Ed25519,
            vec![homomorphic(10, 1, 1, false)],
            vec![("the last", vec![answers(&[9])])],
        ),
        make(
            "up to three of four",
            GroupName::Ed25519,
            vec![homomorphic(4, 0, 3, false)],
            vec![("none", vec![answers(&[])]), ("three", vec![answers(&[0, 1, 3])])],
        ),
        make(
            "lists with strikes",
            GroupName::Ed25519,
            vec![lists(&[3, 1])],
            vec![
                ("a whole list", vec![list(0, &[0, 1, 2])]),
                ("two strikes", vec![list(0, &[1])]),
                ("a list of one", vec![list(1, &[0])]),
            ],
        ),
        make(
            "two questions",
            GroupName::Ed25519,
            vec![homomorphic(2, 1, 2, true), lists(&[1, 1])],
            vec![("both", vec![answers(&[0, 1]), list(1, &[0])])],
        ),
        make(
            "one of two or blank, finite field",
            GroupName::Belenios2048,
            vec![homomorphic(2, 1, 1, true)],
            vec![("the first", vec![answers(&[0])])],
        ),
    ];
    let about = "Ballots made by crates/protocol from fixed seeds (cargo run -p isoloir-protocol --example ballot_vectors): \
                 every ballot verifies, every tampered one is refused, with the name of the refusal in Rust.";
    Vectors {
        about: about.to_owned(),
        elections,
    }
}

fn make(name: &str, group: GroupName, questions: Vec<Question>, votes: Vec<(&str, Vec<Choice>)>) -> ElectionVectors {
    let seed = name
        .bytes()
        .fold(0_u64, |seed, byte| seed * 31 % 1_000_003 + u64::from(byte));
    let rng = &mut rng(seed);
    let election = election(questions, group, rng);
    let secrets = [SecretCredential::generate(rng), SecretCredential::generate(rng)];
    let (_, first_choices) = votes.first().unwrap();
    let foreign = create(&election, &secrets[1], first_choices, rng);
    let own: Vec<_> = votes
        .iter()
        .map(|(_, choices)| create(&election, &secrets[0], choices, rng))
        .collect();
    let source = Source {
        election: &election,
        secret: &secrets[0],
        ballot: &own[0],
        foreign: &foreign,
    };
    let tampered = source.tampered(rng).into_iter().map(|tampered| TamperedVector {
        name: tampered.name.to_owned(),
        ballot: tampered.ballot,
        refusal: tampered.refusal.to_owned(),
    });
    let names = votes.iter().map(|(name, _)| *name);
    let ballots = names
        .zip(own)
        .chain([("another voter's", foreign)])
        .map(|(name, ballot)| BallotVector {
            name: name.to_owned(),
            tracker: Tracker::of(ballot.as_bytes()).to_string(),
            ballot,
        });
    let credentials = secrets.iter().map(|secret| CredentialVector {
        secret: secret.expose().to_owned(),
        public: secret.public(election.uuid(), group).to_string(),
    });
    ElectionVectors {
        name: name.to_owned(),
        election: String::from_utf8(election.bytes().to_vec()).unwrap(),
        fingerprint: election.fingerprint().to_owned(),
        credentials: credentials.collect(),
        ballots: ballots.collect(),
        tampered: tampered.collect(),
    }
}

fn create(election: &AnyElection, secret: &SecretCredential, choices: &[Choice], rng: &mut SeededRng) -> String {
    let vote = Vote::new(choices.to_vec());
    String::from_utf8(election.create_ballot(secret, &vote, rng).unwrap()).unwrap()
}

fn homomorphic(answers: usize, min: u32, max: u32, blank: bool) -> Question {
    let names = (1..=answers).map(|n| format!("Liste « {n} »")).collect();
    Homomorphic::new("Comité social d’administration", names, min, max, blank)
        .unwrap()
        .into()
}

fn lists(candidates: &[usize]) -> Question {
    let names = |(at, count): (usize, &usize)| {
        let name = format!("Liste {at}");
        std::iter::once(name)
            .chain((1..=*count).map(|n| format!("Candidate {n}")))
            .collect()
    };
    Lists::new(
        "Comité social et économique",
        candidates.iter().enumerate().map(names).collect(),
    )
    .unwrap()
    .into()
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
