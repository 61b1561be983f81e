//! The encrypted tally (dépouillement chiffré): the product of all ballots, which nobody has opened.

use serde::{Deserialize, Serialize};

use super::{Shape, Weight};
use crate::{
    elgamal::Ciphertext,
    group::Group,
    json::{self, JsonError},
};

/// One shape of ciphertexts per question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", transparent)]
pub struct EncryptedTally<G: Group> {
    pub(super) questions: Vec<Shape<Ciphertext<G>>>,
}

impl<G: Group> EncryptedTally<G> {
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

    /// Shapes of the questions' ciphertexts.
    #[must_use]
    pub fn questions(&self) -> &[Shape<Ciphertext<G>>] {
        &self.questions
    }

    /// The whole as one shape: that of decryptions and of the result.
    pub(super) fn shape(&self) -> Shape<&Ciphertext<G>> {
        Shape::Array(self.questions.iter().map(Shape::by_ref).collect())
    }
}

/// What is counted: one ballot per credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Ballots counted.
    pub num_tallied: u64,
    /// Sum of their weights.
    pub total_weight: Weight,
}

impl Figures {
    /// With one more ballot; `None` when the weights exceed 64 bits.
    fn with(self, weight: Weight) -> Option<Self> {
        Some(Self {
            num_tallied: self.num_tallied.checked_add(1)?,
            total_weight: self.total_weight.checked_add(weight)?,
        })
    }

    /// With one ballot less; `None` when it was not there.
    fn without(self, weight: Weight) -> Option<Self> {
        Some(Self {
            num_tallied: self.num_tallied.checked_sub(1)?,
            total_weight: Weight::new(self.total_weight.get().checked_sub(weight.get())?),
        })
    }
}

/// Adds ballots up. Ballots can be taken out again, so that of several ballots with one credential only
/// the last counts without all of them being kept.
#[derive(Debug, Clone)]
pub struct Accumulator<G: Group> {
    sums: Vec<Shape<Ciphertext<G>>>,
    figures: Figures,
}

/// Why a ballot cannot be added or taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccumulateError {
    /// The ballot does not have the questions' shape.
    #[error("a ballot does not have the shape of the questions")]
    Shape,
    /// The sum of the weights exceeds 64 bits, or more was taken out than was added.
    #[error("the sum of the voters' weights is out of range")]
    Weight,
}

impl<G: Group> Accumulator<G> {
    /// No ballot yet; `shapes` are those of the questions' ciphertexts.
    #[must_use]
    pub fn new(shapes: &[Shape<()>]) -> Self {
        let sums = shapes
            .iter()
            .map(|shape| shape.map(&mut |()| Ciphertext::zero()))
            .collect();
        Self {
            sums,
            figures: Figures::default(),
        }
    }

    /// Adds a ballot that counts `weight` times.
    ///
    /// # Errors
    /// [`AccumulateError`]; nothing is added then.
    pub fn add(&mut self, answers: &[Shape<Ciphertext<G>>], weight: Weight) -> Result<(), AccumulateError> {
        let figures = self.figures.with(weight).ok_or(AccumulateError::Weight)?;
        self.combine(answers, |sum, c| sum.add(&c.vartime_scale(weight.get())))?;
        self.figures = figures;
        Ok(())
    }

    /// Takes out a ballot that was added with this weight.
    ///
    /// # Errors
    /// [`AccumulateError`]; nothing is taken out then.
    pub fn remove(&mut self, answers: &[Shape<Ciphertext<G>>], weight: Weight) -> Result<(), AccumulateError> {
        let figures = self.figures.without(weight).ok_or(AccumulateError::Weight)?;
        self.combine(answers, |sum, c| {
            let c = c.vartime_scale(weight.get());
            Ciphertext {
                alpha: G::div(&sum.alpha, &c.alpha),
                beta: G::div(&sum.beta, &c.beta),
            }
        })?;
        self.figures = figures;
        Ok(())
    }

    /// Counts a ballot in whose ciphertexts [`Accumulator::add_ciphertexts`] adds, with those of others.
    ///
    /// # Errors
    /// [`AccumulateError::Weight`].
    pub fn count_in(&mut self, weight: Weight) -> Result<(), AccumulateError> {
        self.figures = self.figures.with(weight).ok_or(AccumulateError::Weight)?;
        Ok(())
    }

    /// Counts a ballot out whose ciphertexts [`Accumulator::add_ciphertexts`] takes out.
    ///
    /// # Errors
    /// [`AccumulateError::Weight`].
    pub fn count_out(&mut self, weight: Weight) -> Result<(), AccumulateError> {
        self.figures = self.figures.without(weight).ok_or(AccumulateError::Weight)?;
        Ok(())
    }

    /// Adds ciphertexts of ballots that were counted in or out: the sum of those in, less that of those out.
    ///
    /// # Errors
    /// [`AccumulateError::Shape`].
    pub fn add_ciphertexts(&mut self, sum: &[Shape<Ciphertext<G>>]) -> Result<(), AccumulateError> {
        self.combine(sum, Ciphertext::add)
    }

    /// Adds what another one has added up.
    ///
    /// # Errors
    /// [`AccumulateError`].
    pub fn merge(&mut self, other: &Self) -> Result<(), AccumulateError> {
        let total = self.figures.total_weight.checked_add(other.figures.total_weight);
        let total_weight = total.ok_or(AccumulateError::Weight)?;
        self.combine(&other.sums, Ciphertext::add)?;
        let num_tallied = self.figures.num_tallied + other.figures.num_tallied;
        self.figures = Figures {
            num_tallied,
            total_weight,
        };
        Ok(())
    }

    /// How many ballots, and their weight.
    #[must_use]
    pub const fn figures(&self) -> Figures {
        self.figures
    }

    /// The encrypted tally of the ballots added.
    #[must_use]
    pub fn into_tally(self) -> (EncryptedTally<G>, Figures) {
        (EncryptedTally { questions: self.sums }, self.figures)
    }

    fn combine(
        &mut self,
        answers: &[Shape<Ciphertext<G>>],
        f: impl Fn(&Ciphertext<G>, &Ciphertext<G>) -> Ciphertext<G>,
    ) -> Result<(), AccumulateError> {
        let alike = self.sums.len() == answers.len() && self.sums.iter().zip(answers).all(|(a, b)| a.is_like(b));
        if !alike {
            return Err(AccumulateError::Shape);
        }
        for (sums, answer) in self.sums.iter_mut().zip(answers) {
            sums.zip_with(answer, &f);
        }
        Ok(())
    }
}
