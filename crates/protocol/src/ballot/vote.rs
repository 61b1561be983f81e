//! What a voter chooses, in clear: it exists on the voter's device only.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::question::{Homomorphic, Lists, Question};

/// The voter's choices, one for each question of the election. Secret.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Vote(Vec<Choice>);

/// The choice for one question. Answers, lists and candidates are counted from zero. Secret.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub enum Choice {
    /// A blank vote (vote blanc).
    Blank,
    /// These answers of a homomorphic question.
    Answers(Vec<usize>),
    /// This list, without its struck candidates.
    List {
        /// The list.
        list: usize,
        /// Those of its candidates who are not struck; at least one.
        candidates: Vec<usize>,
    },
    /// A number (rank, grade) for each answer of a non-homomorphic question.
    Numbers(Vec<u8>),
}

impl Vote {
    /// One choice for each question.
    #[must_use]
    pub const fn new(choices: Vec<Choice>) -> Self {
        Self(choices)
    }

    /// What is encrypted for each question.
    pub(super) fn plaintexts(&self, questions: &[Question]) -> Result<Vec<Plaintext>, VoteError> {
        if self.0.len() != questions.len() {
            return Err(VoteError::Questions);
        }
        let pairs = questions.iter().zip(&self.0).enumerate();
        pairs
            .map(|(at, (question, choice))| {
                let refused = VoteError::NotAllowed { question: at };
                match (question, choice) {
                    (Question::Homomorphic(question), choice) => homomorphic(question, choice).map(Plaintext::Weights),
                    (Question::Lists(question), Choice::List { list, candidates }) => {
                        lists(&question.value, *list, candidates).map(Plaintext::Weights)
                    }
                    (Question::NonHomomorphic(question), Choice::Numbers(numbers)) => {
                        let fits = numbers.len() == question.value.answers().len();
                        fits.then(|| Plaintext::Numbers(numbers.clone()))
                    }
                    _ => None,
                }
                .ok_or(refused)
            })
            .collect()
    }
}

/// What is encrypted for one question.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) enum Plaintext {
    /// Numbers 0 and 1.
    Weights(Weights),
    /// What becomes one element.
    Numbers(Vec<u8>),
}

/// Numbers 0 and 1, in groups: one for each list, a single one for other questions.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Weights(pub Vec<Vec<bool>>);

fn homomorphic(question: &Homomorphic, choice: &Choice) -> Option<Weights> {
    let mut weights = Vec::with_capacity(question.choices());
    match choice {
        Choice::Blank if question.blank() => {
            weights.push(true);
            weights.resize(question.choices(), false);
        }
        Choice::Answers(answers) => {
            let allowed = u32::try_from(answers.len()).is_ok_and(|n| (question.min()..=question.max()).contains(&n));
            weights.resize(usize::from(question.blank()), false);
            weights.extend(chosen(answers, question.answers().len()).filter(|_| allowed)?);
        }
        _ => return None,
    }
    Some(Weights(vec![weights]))
}

fn lists(question: &Lists, list: usize, candidates: &[usize]) -> Option<Weights> {
    question.lists().get(list).filter(|_| !candidates.is_empty())?;
    let weights_of = |(at, names): (usize, &Vec<String>)| {
        let own = if at == list { candidates } else { &[] };
        let mut weights = vec![at == list];
        weights.extend(chosen(own, names.len().checked_sub(1)?)?);
        Some(weights)
    };
    question
        .lists()
        .iter()
        .enumerate()
        .map(weights_of)
        .collect::<Option<_>>()
        .map(Weights)
}

/// For each of `count` answers whether it is chosen; `None` when one does not exist or is chosen twice.
fn chosen(answers: &[usize], count: usize) -> Option<Vec<bool>> {
    let mut weights = vec![false; count];
    for answer in answers {
        let weight = weights.get_mut(*answer)?;
        if std::mem::replace(weight, true) {
            return None;
        }
    }
    Some(weights)
}

/// Why a vote cannot be cast in an election.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VoteError {
    /// The election has another number of questions.
    #[error("the vote does not answer every question once")]
    Questions,
    /// The question does not allow this choice, or the group cannot encrypt it.
    #[error("question {question} does not allow this choice")]
    NotAllowed {
        /// The question, from zero.
        question: usize,
    },
}
