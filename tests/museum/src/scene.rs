//! What exhibits share: elections whose secrets are known, and a voting system that forgets what it should not.

use isoloir_protocol::ballot::{Choice, Vote, create};
use isoloir_protocol::credential::{ElectionUuid, SecretCredential};
use isoloir_protocol::election::{Election, ElectionParams};
use isoloir_protocol::elgamal::Ciphertext;
use isoloir_protocol::group::{Ed25519, Group, GroupName};
use isoloir_protocol::hash::{challenge_of, sha256_base64};
use isoloir_protocol::json;
use isoloir_protocol::proof::Proof;
use isoloir_protocol::proof::disjunction::{self, Claim};
use isoloir_protocol::question::Homomorphic;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// The group of all exhibits.
pub type G = Ed25519;
pub type Element = <G as Group>::Element;
pub type Scalar = <G as Group>::Scalar;

pub fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

pub fn text(element: &Element) -> String {
    let mut text = String::new();
    G::write(element, &mut text);
    text
}

/// An election between two lists, under a key that is known.
pub fn election(key: &Scalar, seed: u64) -> Election<G> {
    let uuid = ElectionUuid::generate(&mut rng(seed));
    let question = Homomorphic::new("Qui ?", vec!["Oui".to_owned(), "Non".to_owned()], 1, 1, false).unwrap();
    let params = ElectionParams::new(uuid, GroupName::Ed25519, text(&G::pow_g(key)), vec![question.into()]);
    Election::parse(&params.to_bytes()).unwrap()
}

/// A true ballot for one of the two lists.
pub fn ballot(election: &Election<G>, voter: &SecretCredential, list: usize, rng: &mut StdRng) -> String {
    let vote = Vote::new(vec![Choice::Answers(vec![list])]);
    String::from_utf8(create(election, voter, &vote, rng).unwrap()).unwrap()
}

/// The ballot with this text, whatever it says, signed by the voter.
pub fn signed(ballot: &str, election: &Election<G>, voter: &SecretCredential, rng: &mut StdRng) -> Vec<u8> {
    let (body, _) = ballot.split_once(",\"signature\":").unwrap();
    let hash = sha256_base64(format!("{body}}}").as_bytes());
    let exponent = voter.exponent::<G>(election.uuid());
    let sign = |commitment: &Element| challenge_of::<G>("sig", &hash, std::slice::from_ref(commitment));
    let proof = Proof::<G>::prove_g(&exponent, sign, rng);
    let proof = String::from_utf8(json::to_bytes(&proof)).unwrap();
    format!("{body},\"signature\":{{\"hash\":\"{hash}\",\"proof\":{proof}}}}}").into_bytes()
}

/// Yes or no in the way of early Helios: a ciphertext with a proof that it is 0 or 1. `context` is what else the proof binds: nothing
/// in the weak systems, election and voter in ours.
#[derive(Clone)]
pub struct YesOrNo {
    pub ciphertext: Ciphertext<G>,
    proofs: Vec<Proof<G>>,
}

impl YesOrNo {
    pub fn encrypt(yes: bool, key: &Element, context: &str, rng: &mut StdRng) -> Self {
        let table = G::table(key);
        let bit = subtle::Choice::from(u8::from(yes));
        let (ciphertext, opening) = Ciphertext::<G>::encrypt(&table, bit, rng);
        let hash = |commitments: &[Element]| bit_challenge(context, &ciphertext, commitments);
        let claim = Claim {
            about: &opening,
            values: 0..=1,
        };
        let proofs = disjunction::prove(&[claim], &table, hash, rng).unwrap();
        Self { ciphertext, proofs }
    }

    pub fn holds(&self, key: &Element, context: &str) -> bool {
        let hash = |commitments: &[Element]| bit_challenge(context, &self.ciphertext, commitments);
        let claim = Claim {
            about: &self.ciphertext,
            values: 0..=1,
        };
        disjunction::vartime_verify(&[claim], &self.proofs, &G::table(key), hash)
    }
}

fn bit_challenge(context: &str, c: &Ciphertext<G>, commitments: &[Element]) -> Scalar {
    let statement = format!("{context}|{},{}", text(&c.alpha), text(&c.beta));
    challenge_of::<G>("prove", &statement, commitments)
}

/// What a box holds, counted by the trustees: how many yes.
pub fn count(sum: &Ciphertext<G>, key: &Scalar) -> Option<u64> {
    let message = G::div(&sum.beta, &G::pow(&sum.alpha, key));
    (0..1000).find(|count| G::pow_g(&G::scalar(*count)) == message)
}
