//! The result: partial decryptions combined, and the counts that they reveal.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{EncryptedTally, PartialDecryption, Shape, Weight};
use crate::{
    group::{Group, embedding},
    json::{self, JsonError},
    question::Question,
    trustee::VerifiedTrustees,
};

/// Counts in the shape of the questions; where a question allows blank votes, their count comes first. Of a
/// non-homomorphic question, the integers of every ballot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElectionResult {
    result: Shape<Weight>,
}

impl ElectionResult {
    /// Reads the archive's record.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        json::parse(bytes)
    }

    /// The archive's record.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self)
    }

    /// The counts, one shape per question inside of one array.
    #[must_use]
    pub const fn counts(&self) -> &Shape<Weight> {
        &self.result
    }
}

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CombineError {
    /// There is no trustee with this number.
    #[error("there is no trustee {0}")]
    UnknownOwner(u32),
    /// Two partial decryptions of one trustee.
    #[error("trustee {0} gave two partial decryptions")]
    OwnerTwice(u32),
    /// Too few members of an item decrypted.
    #[error("of the trustees {first} to {last}, {needed} must decrypt and {present} did")]
    Quorum {
        /// Number of the item's first member.
        first: u32,
        /// Number of its last member.
        last: u32,
        /// How many must decrypt.
        needed: usize,
        /// How many did.
        present: usize,
    },
    /// A partial decryption does not have the tally's shape.
    #[error("a partial decryption does not have the shape of the encrypted tally")]
    Shape,
    /// A count is larger than the sum of all weights, so decryption went wrong.
    #[error("ciphertext {0} decrypts to no possible count")]
    OutOfRange(usize),
}

/// `g^m` for every ciphertext of a tally, from enough partial decryptions, each of them verified before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decrypted<G: Group> {
    powers: Shape<G::Element>,
}

impl<G: Group> Decrypted<G> {
    /// Combines verified partial decryptions: a product over items, by Lagrange's coefficients inside of
    /// threshold items.
    ///
    /// # Errors
    /// [`CombineError`].
    pub fn combine(
        trustees: &VerifiedTrustees<G>,
        tally: &EncryptedTally<G>,
        decryptions: &[(u32, PartialDecryption<G>)],
    ) -> Result<Self, CombineError> {
        let by_owner = index_by_owner(trustees, decryptions)?;
        let mut exponents: Vec<(&PartialDecryption<G>, G::Scalar)> = Vec::new();
        for item in trustees.items() {
            let owners = item.owners();
            let present: Vec<u32> = owners.clone().filter(|o| by_owner.contains_key(o)).collect();
            let needed = item.threshold();
            let chosen = present.get(..needed).ok_or(CombineError::Quorum {
                first: owners.start,
                last: owners.end.saturating_sub(1),
                needed,
                present: present.len(),
            })?;
            let places: Vec<u64> = chosen.iter().map(|o| u64::from(o - owners.start) + 1).collect();
            for (owner, place) in chosen.iter().zip(&places) {
                exponents.extend(by_owner.get(owner).map(|d| (*d, lagrange::<G>(*place, &places))));
            }
        }
        let powers = Self::divide(tally, &exponents).ok_or(CombineError::Shape)?;
        Ok(Self { powers })
    }

    /// `beta / ∏ factor^exponent` for every ciphertext.
    fn divide(
        tally: &EncryptedTally<G>,
        exponents: &[(&PartialDecryption<G>, G::Scalar)],
    ) -> Option<Shape<G::Element>> {
        let shape = tally.shape();
        if !exponents.iter().all(|(d, _)| shape.is_like(d.factors())) {
            return None;
        }
        let factors: Vec<_> = exponents.iter().map(|(d, x)| (d.factors().atoms(), x)).collect();
        let ciphertexts = shape.atoms();
        let powers = ciphertexts.iter().enumerate().map(|(i, ciphertext)| {
            let terms: Option<Vec<_>> = factors
                .iter()
                .map(|(f, x)| f.get(i).map(|f| ((*f).clone(), (*x).clone())))
                .collect();
            Some(G::div(&ciphertext.beta, &G::vartime_product(&terms?)))
        });
        shape.filled(powers.collect::<Option<Vec<_>>>()?)
    }

    /// Whether the published result is the one encrypted: counts where answers were added up (`g^count` equals what
    /// was decrypted), the integers of every ballot where they were shuffled.
    ///
    /// # Errors
    /// The place of the first that is wrong, counted through all ciphertexts; 0 when the shape is another one.
    pub fn check(&self, questions: &[Question], result: &ElectionResult) -> Result<(), usize> {
        let (Shape::Array(powers), Shape::Array(results)) = (&self.powers, result.counts()) else {
            return Err(0);
        };
        if powers.len() != questions.len() || results.len() != questions.len() {
            return Err(0);
        }
        let mut before = 0;
        for ((question, powers), result) in questions.iter().zip(powers).zip(results) {
            let checked = match question {
                Question::NonHomomorphic(question) => {
                    Self::check_listed(powers, result, question.value.answers().len())
                }
                _ => Self::check_counts(powers, result),
            };
            checked.map_err(|place| before + place)?;
            before += powers.atoms().len();
        }
        Ok(())
    }

    fn check_counts(powers: &Shape<G::Element>, counts: &Shape<Weight>) -> Result<(), usize> {
        if !powers.is_like(counts) {
            return Err(0);
        }
        let g = G::generator();
        let counts = counts.atoms();
        let wrong = powers
            .atoms()
            .iter()
            .zip(counts)
            .position(|(power, count)| **power != G::vartime_product(&[(g.clone(), G::scalar(count.get()))]));
        wrong.map_or(Ok(()), Err)
    }

    fn check_listed(powers: &Shape<G::Element>, published: &Shape<Weight>, answers: usize) -> Result<(), usize> {
        let (Some(Shape::Array(right)), Shape::Array(published)) = (Self::listed(powers, answers), published) else {
            return Err(0);
        };
        if right.len() != published.len() {
            return Err(0);
        }
        let wrong = right.iter().zip(published).position(|(a, b)| a != b);
        wrong.map_or(Ok(()), Err)
    }

    /// The integers of every ballot; `None` when the group embeds none.
    fn listed(powers: &Shape<G::Element>, answers: usize) -> Option<Shape<Weight>> {
        let one = |power: &G::Element| {
            let values = embedding::extract::<G>(power, answers)?;
            Some(Shape::Array(
                values
                    .into_iter()
                    .map(|value| Shape::Atom(Weight::new(value)))
                    .collect(),
            ))
        };
        powers
            .atoms()
            .into_iter()
            .map(one)
            .collect::<Option<_>>()
            .map(Shape::Array)
    }

    /// Finds the counts of questions that are all added up; none exceeds `total_weight` (10 million take a moment;
    /// 10^12 some seconds).
    ///
    /// # Errors
    /// [`CombineError::OutOfRange`].
    pub fn result(&self, total_weight: Weight) -> Result<ElectionResult, CombineError> {
        let result = Self::counts(&self.powers, &Logarithms::up_to(total_weight))?;
        Ok(ElectionResult { result })
    }

    /// Finds the result of questions of any kind.
    ///
    /// # Errors
    /// [`CombineError`].
    pub fn result_of(&self, questions: &[Question], total_weight: Weight) -> Result<ElectionResult, CombineError> {
        let Shape::Array(powers) = &self.powers else {
            return Err(CombineError::Shape);
        };
        if powers.len() != questions.len() {
            return Err(CombineError::Shape);
        }
        let table = Logarithms::up_to(total_weight);
        let results = questions.iter().zip(powers).map(|(question, powers)| match question {
            Question::NonHomomorphic(question) => {
                Self::listed(powers, question.value.answers().len()).ok_or(CombineError::Shape)
            }
            _ => Self::counts(powers, &table),
        });
        Ok(ElectionResult {
            result: Shape::Array(results.collect::<Result<_, _>>()?),
        })
    }

    fn counts(powers: &Shape<G::Element>, table: &Logarithms<G>) -> Result<Shape<Weight>, CombineError> {
        let atoms = powers.atoms();
        let counts = atoms
            .iter()
            .enumerate()
            .map(|(i, power)| table.of(power).ok_or(CombineError::OutOfRange(i)));
        let counts = counts.collect::<Result<Vec<_>, _>>()?;
        powers.filled(counts).ok_or(CombineError::Shape)
    }
}

fn index_by_owner<'a, G: Group>(
    trustees: &VerifiedTrustees<G>,
    decryptions: &'a [(u32, PartialDecryption<G>)],
) -> Result<HashMap<u32, &'a PartialDecryption<G>>, CombineError> {
    let mut by_owner = HashMap::new();
    for (owner, decryption) in decryptions {
        if trustees.member(*owner).is_none() {
            return Err(CombineError::UnknownOwner(*owner));
        }
        if by_owner.insert(*owner, decryption).is_some() {
            return Err(CombineError::OwnerTwice(*owner));
        }
    }
    Ok(by_owner)
}

/// `∏ k/(k - place)` over the other places; one when there are none.
fn lagrange<G: Group>(place: u64, places: &[u64]) -> G::Scalar {
    let own = G::scalar(place);
    let others = places.iter().filter(|k| **k != place).map(|k| G::scalar(*k));
    others.fold(G::scalar(1), |product, k| {
        // Places are distinct and far below q, so the difference has an inverse.
        let inverse = G::scalar_invert(&G::sub(&k, &own)).unwrap_or_else(|| G::scalar(0));
        G::scalar_mul(&product, &G::scalar_mul(&k, &inverse))
    })
}

/// Discrete logarithms of small numbers by baby steps and giant steps.
struct Logarithms<G: Group> {
    steps: u64,
    baby: HashMap<String, u64>,
    giant: G::Element,
}

impl<G: Group> Logarithms<G> {
    /// Prepares for numbers up to `limit`: about its square root of steps.
    fn up_to(limit: Weight) -> Self {
        let steps = limit.get().isqrt() + 1;
        let g = G::generator();
        let mut baby = HashMap::new();
        let mut power = G::identity();
        for i in 0..steps {
            baby.insert(text::<G>(&power), i);
            power = G::mul(&power, &g);
        }
        Self {
            steps,
            baby,
            giant: power,
        }
    }

    /// `m` with `g^m = power`.
    fn of(&self, power: &G::Element) -> Option<Weight> {
        let mut rest = power.clone();
        for giant in 0..=self.steps {
            if let Some(baby) = self.baby.get(&text::<G>(&rest)) {
                return Some(Weight::new(giant * self.steps + baby));
            }
            rest = G::div(&rest, &self.giant);
        }
        None
    }
}

fn text<G: Group>(element: &G::Element) -> String {
    crate::trustee::schnorr::written::<G>(String::new(), element)
}
