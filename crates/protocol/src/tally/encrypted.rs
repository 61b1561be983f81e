//! The encrypted tally (dépouillement chiffré): the product of all ballots, which nobody has opened. Answers to
//! non-homomorphic questions are not multiplied but listed, in an order that does not say whose they are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Shape, Weight};
use crate::{
    elgamal::Ciphertext,
    group::Group,
    json::{self, JsonError},
    question::Question,
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
    sums: Vec<Sum<G>>,
    figures: Figures,
}

/// What the answers to one question come to.
#[derive(Debug, Clone)]
enum Sum<G: Group> {
    /// Their product.
    Product(Shape<Ciphertext<G>>),
    /// All of them, sorted, each with the number of times that it occurs.
    List(BTreeMap<SortKey, (Ciphertext<G>, usize)>),
}

/// Order of ciphertexts in the encrypted tally: by `alpha`, then by `beta`.
type SortKey = (Vec<u8>, Vec<u8>);

impl<G: Group> Sum<G> {
    fn accepts(&self, answer: &Shape<Ciphertext<G>>) -> bool {
        match self {
            Self::Product(sum) => sum.is_like(answer),
            Self::List(_) => matches!(answer, Shape::Atom(_)),
        }
    }

    fn add(&mut self, answer: &Shape<Ciphertext<G>>, weight: Weight) {
        match (self, answer) {
            (Self::Product(sum), answer) => {
                sum.zip_with(answer, &|sum, c| sum.add(&c.vartime_scale(weight.get())));
            }
            (Self::List(list), Shape::Atom(c)) => {
                let (_, times) = list.entry(sort_key(c)).or_insert_with(|| (c.clone(), 0));
                *times += 1;
            }
            (Self::List(_), Shape::Array(_)) => {}
        }
    }

    fn remove(&mut self, answer: &Shape<Ciphertext<G>>, weight: Weight) {
        match (self, answer) {
            (Self::Product(sum), answer) => sum.zip_with(answer, &|sum, c| {
                let c = c.vartime_scale(weight.get());
                Ciphertext {
                    alpha: G::div(&sum.alpha, &c.alpha),
                    beta: G::div(&sum.beta, &c.beta),
                }
            }),
            (Self::List(list), Shape::Atom(c)) => {
                let key = sort_key(c);
                if let Some((_, times)) = list.get_mut(&key) {
                    *times -= 1;
                    if *times == 0 {
                        list.remove(&key);
                    }
                }
            }
            (Self::List(_), Shape::Array(_)) => {}
        }
    }

    fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Product(sum), Self::Product(other)) => sum.zip_with(other, &Ciphertext::add),
            (Self::List(list), Self::List(other)) => {
                for (key, (c, more)) in other {
                    let (_, times) = list.entry(key.clone()).or_insert_with(|| (c.clone(), 0));
                    *times += more;
                }
            }
            _ => {}
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Product(a), Self::Product(b)) => a.is_like(b),
            (Self::List(_), Self::List(_)) => true,
            _ => false,
        }
    }

    fn into_shape(self) -> Shape<Ciphertext<G>> {
        match self {
            Self::Product(sum) => sum,
            Self::List(list) => Shape::Array(
                list.into_values()
                    .flat_map(|(c, times)| std::iter::repeat_n(Shape::Atom(c), times))
                    .collect(),
            ),
        }
    }
}

fn sort_key<G: Group>(ciphertext: &Ciphertext<G>) -> SortKey {
    (G::sort_key(&ciphertext.alpha), G::sort_key(&ciphertext.beta))
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
    /// An answer that is listed can only count once.
    #[error("a voter whose weight is not 1 answers a non-homomorphic question")]
    WeightOfListed,
}

impl<G: Group> Accumulator<G> {
    /// No ballot yet; `shapes` are those of the ciphertexts of questions that are all added up.
    #[must_use]
    pub fn new(shapes: &[Shape<()>]) -> Self {
        Self::of(
            shapes
                .iter()
                .map(|shape| Sum::Product(shape.map(&mut |()| Ciphertext::zero()))),
        )
    }

    /// No ballot yet, for questions of any kind.
    #[must_use]
    pub fn for_questions(questions: &[Question]) -> Self {
        Self::of(questions.iter().map(|question| match Shape::of_question(question) {
            Some(shape) => Sum::Product(shape.map(&mut |()| Ciphertext::zero())),
            None => Sum::List(BTreeMap::new()),
        }))
    }

    /// What had been added up before an interruption; `None` when the tally does not have the questions' shape.
    #[must_use]
    pub fn restore(questions: &[Question], tally: EncryptedTally<G>, figures: Figures) -> Option<Self> {
        if questions.len() != tally.questions.len() {
            return None;
        }
        let one = |(question, shape): (&Question, Shape<Ciphertext<G>>)| match Shape::of_question(question) {
            Some(expected) => expected.is_like(&shape).then_some(Sum::Product(shape)),
            None => {
                let mut list = Sum::List(BTreeMap::new());
                for ciphertext in shape.atoms() {
                    list.add(&Shape::Atom(ciphertext.clone()), Weight::ONE);
                }
                Some(list)
            }
        };
        let sums = questions.iter().zip(tally.questions).map(one).collect::<Option<_>>()?;
        Some(Self { sums, figures })
    }

    fn of(sums: impl Iterator<Item = Sum<G>>) -> Self {
        Self {
            sums: sums.collect(),
            figures: Figures::default(),
        }
    }

    /// Adds a ballot that counts `weight` times.
    ///
    /// # Errors
    /// [`AccumulateError`]; nothing is added then.
    pub fn add(&mut self, answers: &[Shape<Ciphertext<G>>], weight: Weight) -> Result<(), AccumulateError> {
        let figures = self.figures.with(weight).ok_or(AccumulateError::Weight)?;
        self.accepts(answers, weight)?;
        for (sum, answer) in self.sums.iter_mut().zip(answers) {
            sum.add(answer, weight);
        }
        self.figures = figures;
        Ok(())
    }

    /// Takes out a ballot that was added with this weight.
    ///
    /// # Errors
    /// [`AccumulateError`]; nothing is taken out then.
    pub fn remove(&mut self, answers: &[Shape<Ciphertext<G>>], weight: Weight) -> Result<(), AccumulateError> {
        let figures = self.figures.without(weight).ok_or(AccumulateError::Weight)?;
        self.accepts(answers, weight)?;
        for (sum, answer) in self.sums.iter_mut().zip(answers) {
            sum.remove(answer, weight);
        }
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
        let added: Option<Vec<_>> = sum
            .iter()
            .zip(&self.sums)
            .map(|(added, sum)| match sum {
                Sum::Product(own) if own.is_like(added) => Some(Sum::Product(added.clone())),
                _ => None,
            })
            .collect();
        match added {
            Some(added) if added.len() == self.sums.len() => {
                self.sums
                    .iter_mut()
                    .zip(&added)
                    .for_each(|(own, added)| own.merge(added));
                Ok(())
            }
            _ => Err(AccumulateError::Shape),
        }
    }

    /// Adds what another one has added up.
    ///
    /// # Errors
    /// [`AccumulateError`].
    pub fn merge(&mut self, other: &Self) -> Result<(), AccumulateError> {
        let total = self.figures.total_weight.checked_add(other.figures.total_weight);
        let total_weight = total.ok_or(AccumulateError::Weight)?;
        let alike = self.sums.len() == other.sums.len() && self.sums.iter().zip(&other.sums).all(|(a, b)| a.is_like(b));
        if !alike {
            return Err(AccumulateError::Shape);
        }
        for (sum, other) in self.sums.iter_mut().zip(&other.sums) {
            sum.merge(other);
        }
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
        let questions = self.sums.into_iter().map(Sum::into_shape).collect();
        (EncryptedTally { questions }, self.figures)
    }

    fn accepts(&self, answers: &[Shape<Ciphertext<G>>], weight: Weight) -> Result<(), AccumulateError> {
        if self.sums.len() != answers.len() || !self.sums.iter().zip(answers).all(|(sum, a)| sum.accepts(a)) {
            return Err(AccumulateError::Shape);
        }
        if weight != Weight::ONE && self.sums.iter().any(|sum| matches!(sum, Sum::List(_))) {
            return Err(AccumulateError::WeightOfListed);
        }
        Ok(())
    }
}
