//! A changed archive, and what the audit must say of it.

use isoloir_protocol::audit::CheckId;
use rand::{SeedableRng as _, rngs::StdRng};
use rand_core::Rng as _;

use crate::archive::Archive;

/// A changed archive.
#[derive(Debug, Clone)]
pub struct Mutation {
    /// What sort of change; reports count by it.
    pub family: &'static str,
    /// What was changed, and into what.
    pub what: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// What the audit must say.
    pub expected: Expected,
}

/// What the audit must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// One of these checks fails.
    Refused(&'static [CheckId]),
    /// The election is the same, by construction: the audit accepts, with the same result.
    Harmless {
        /// Whether the last event is another one: then who knows the right head (`--head`) notices.
        other_head: bool,
    },
}

impl Mutation {
    /// A change that must be refused by one of `checks`.
    #[must_use]
    pub fn refused(family: &'static str, what: String, archive: &Archive, checks: &'static [CheckId]) -> Self {
        Self {
            family,
            what,
            bytes: archive.to_bytes(),
            expected: Expected::Refused(checks),
        }
    }
}

/// Chance that can be repeated: from the campaign's seed and the mutation's number.
pub struct Chance(StdRng);

impl Chance {
    /// For mutation `number` of the campaign `seed`.
    #[must_use]
    pub fn new(seed: u64, number: u64) -> Self {
        let mut bytes = [0; 32];
        let numbers = seed.to_le_bytes().into_iter().chain(number.to_le_bytes());
        bytes.iter_mut().zip(numbers).for_each(|(byte, value)| *byte = value);
        Self(StdRng::from_seed(bytes))
    }

    /// Below `limit`; zero when that is zero.
    pub fn below(&mut self, limit: usize) -> usize {
        // The bias is of no matter here.
        let number = self.0.next_u64().checked_rem(limit as u64).unwrap_or_default();
        usize::try_from(number).unwrap_or_default()
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        let at = self.below(among.len());
        among.get(at)
    }

    /// The generator itself.
    pub const fn rng(&mut self) -> &mut StdRng {
        &mut self.0
    }
}
