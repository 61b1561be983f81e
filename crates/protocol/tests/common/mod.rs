//! What several tests share: a reproducible random generator, elections.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

pub mod tamper;
pub mod vectors;

use std::convert::Infallible;

use isoloir_protocol::{
    any::AnyElection,
    credential::ElectionUuid,
    election::ElectionParams,
    group::{Belenios2048, Ed25519, Group, GroupName, Rfc3526},
    hash::sha256,
    question::{Homomorphic, Question},
};
use rand_core::{TryCryptoRng, TryRng};

/// SHA-256 in counter mode: the same bytes for the same seed, on every machine and in every version.
pub struct SeededRng {
    seed: u64,
    block: u64,
}

/// A generator for `seed`.
pub fn rng(seed: u64) -> SeededRng {
    SeededRng { seed, block: 0 }
}

impl SeededRng {
    fn block(&mut self) -> [u8; 32] {
        self.block += 1;
        let (seed, block) = (self.seed.to_be_bytes(), self.block.to_be_bytes());
        sha256(&[seed, block].concat())
    }
}

impl TryRng for SeededRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut word = [0; 4];
        self.try_fill_bytes(&mut word)?;
        Ok(u32::from_le_bytes(word))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut word = [0; 8];
        self.try_fill_bytes(&mut word)?;
        Ok(u64::from_le_bytes(word))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(32) {
            let block = self.block();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for SeededRng {}

/// An election with one question: choose one of `answers`.
pub fn one_of(answers: usize, blank: bool, group: GroupName, rng: &mut SeededRng) -> AnyElection {
    let answers = (1..=answers).map(|n| format!("Candidat {n}")).collect();
    let question = Homomorphic::new("Qui ?", answers, 1, 1, blank).unwrap();
    election(vec![question.into()], group, rng)
}

/// An election whose key nobody has kept.
pub fn election(questions: Vec<Question>, group: GroupName, rng: &mut SeededRng) -> AnyElection {
    let key = match group {
        GroupName::Ed25519 => key::<Ed25519>(rng),
        GroupName::Belenios2048 => key::<Belenios2048>(rng),
        GroupName::Rfc3526 => key::<Rfc3526>(rng),
    };
    let mut params = ElectionParams::new(ElectionUuid::generate(rng), group, key, questions);
    params.name = "Élection d’essai".to_owned();
    AnyElection::parse(&params.to_bytes()).unwrap()
}

fn key<G: Group>(rng: &mut SeededRng) -> String {
    let mut text = String::new();
    G::write(&G::pow_g(&G::random_scalar(rng)), &mut text);
    text
}
