//! The lot that orders the lists (*tirage au sort de l’ordre d’affichage*): nobody chooses it, anybody computes it again.
//!
//! The server first draws a secret and publishes its digest. Then people draw something in public, dice or balls, and what came out is written down as
//! `words`. Secret, words, election and lists give the order. Whoever has the secret did not know the words, and whoever drew the words did not know
//! the secret; the record holds both, so that `isoloir election check-order` computes the order from the record alone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::ids::ElectionId;

/// The record of a draw, as it is stored, shown and checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRecord {
    /// The election.
    pub election: ElectionId,
    /// Digest of the secret, published before anything was drawn.
    pub commitment: String,
    /// When it was published.
    pub committed: Timestamp,
    /// The secret: 32 bytes in hexadecimal.
    pub secret: String,
    /// What was drawn in public, as it was read out.
    pub words: String,
    /// Where, and how.
    pub place: String,
    /// Who was there.
    pub present: String,
    /// Sigles of the lists, in alphabetical order.
    pub lists: Vec<String>,
    /// The same in the order drawn.
    pub order: Vec<String>,
    /// When it was drawn.
    pub drawn: Timestamp,
}

/// Why a record does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum OrderError {
    /// The secret is not 32 bytes in hexadecimal.
    #[error("the secret is not 32 bytes in hexadecimal")]
    Secret,
    /// The secret is not the one of the commitment.
    #[error("the secret is not the one whose digest was published")]
    Commitment,
    /// The lists are not in alphabetical order, or one appears twice.
    #[error("the lists are not in alphabetical order, each once")]
    Lists,
    /// The order is another.
    #[error("the order is not the one that secret and words give")]
    Order,
}

/// What is published of a secret before the draw, in hexadecimal.
#[must_use]
pub fn commitment(election: &ElectionId, secret: &[u8; 32]) -> String {
    let hash = Sha256::new()
        .chain_update(b"isoloir/order/commitment/v1|")
        .chain_update(election.as_str())
        .chain_update(b"|")
        .chain_update(secret);
    hex::encode(hash.finalize())
}

/// The order of `lists` that a secret and words give. Lists are sorted first, so that it does not depend on how they are given.
#[must_use]
pub fn order(election: &ElectionId, secret: &[u8; 32], words: &str, lists: &[String]) -> Vec<String> {
    let mut lists = lists.to_vec();
    lists.sort();
    let mut seed = Sha256::new();
    seed.update(b"isoloir/order/seed/v1|");
    for part in [election.as_str(), words]
        .into_iter()
        .chain(lists.iter().map(String::as_str))
    {
        // The digest of each part, so that no part runs into the next.
        seed.update(Sha256::digest(part.as_bytes()));
    }
    seed.update(secret);
    let mut lot = Lot {
        seed: seed.finalize().into(),
        drawn: 0,
    };
    let mut drawn = Vec::with_capacity(lists.len());
    while !lists.is_empty() {
        let next = lot.below(u64::try_from(lists.len()).unwrap_or(u64::MAX));
        drawn.push(lists.remove(usize::try_from(next).unwrap_or(0)));
    }
    drawn
}

/// Numbers drawn from a seed, one digest each.
struct Lot {
    seed: [u8; 32],
    drawn: u64,
}

impl Lot {
    /// A number below `bound`, all alike: what would favour the small ones is drawn again.
    fn below(&mut self, bound: u64) -> u64 {
        let fair = u64::MAX - u64::MAX % bound;
        loop {
            let digest = Sha256::new()
                .chain_update(self.seed)
                .chain_update(self.drawn.to_be_bytes())
                .finalize();
            self.drawn = self.drawn.saturating_add(1);
            let number = digest
                .iter()
                .take(8)
                .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            if number < fair {
                return number % bound;
            }
        }
    }
}

impl OrderRecord {
    /// Computes the order again.
    ///
    /// # Errors
    /// [`OrderError`].
    pub fn check(&self) -> Result<(), OrderError> {
        let mut secret = [0; 32];
        hex::decode_to_slice(&self.secret, &mut secret).map_err(|_| OrderError::Secret)?;
        if commitment(&self.election, &secret) != self.commitment {
            return Err(OrderError::Commitment);
        }
        if !self.lists.is_sorted_by(|one, next| one < next) {
            return Err(OrderError::Lists);
        }
        if order(&self.election, &secret, &self.words, &self.lists) == self.order {
            Ok(())
        } else {
            Err(OrderError::Order)
        }
    }
}
