//! Answers of a ballot to each kind of question, as JSON has them.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::BallotError;
use crate::{
    elgamal::CandidateCiphertext,
    group::Group,
    json,
    proof::{Proof, nonzero::NonzeroProof},
    question::{Homomorphic, Lists, Question},
};

/// The answer to one question, of the shape that the question asks for.
#[derive(Clone)]
pub(super) enum Answer<G: Group> {
    Homomorphic(HomomorphicAnswer<G>),
    Lists(ListsAnswer<G>),
    NonHomomorphic(NonHomomorphicAnswer<G>),
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub(super) struct HomomorphicAnswer<G: Group> {
    pub choices: Vec<CandidateCiphertext<G>>,
    pub individual_proofs: Vec<Vec<Proof<G>>>,
    pub overall_proof: Vec<Proof<G>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blank_proof: Option<Vec<Proof<G>>>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub(super) struct ListsAnswer<G: Group> {
    pub choices: Vec<Vec<CandidateCiphertext<G>>>,
    pub individual_proofs: Vec<Vec<Vec<Proof<G>>>>,
    pub overall_proof: Proof<G>,
    pub list_proofs: Vec<Vec<Proof<G>>>,
    pub nonzero_proof: NonzeroProof<G>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub(super) struct NonHomomorphicAnswer<G: Group> {
    pub choices: CandidateCiphertext<G>,
    pub proof: Proof<G>,
}

impl<G: Group> Answer<G> {
    /// Reads the answer to `question`, the election's `at`-th.
    pub fn parse(text: &RawValue, question: &Question, at: usize) -> Result<Self, BallotError> {
        let bytes = text.get().as_bytes();
        let (answer, fits) = match question {
            Question::Homomorphic(question) => {
                let answer: HomomorphicAnswer<G> = json::parse(bytes)?;
                let fits = answer.fits(question);
                (Self::Homomorphic(answer), fits)
            }
            Question::Lists(question) => {
                let answer: ListsAnswer<G> = json::parse(bytes)?;
                let fits = answer.fits(&question.value);
                (Self::Lists(answer), fits)
            }
            Question::NonHomomorphic(_) => (Self::NonHomomorphic(json::parse(bytes)?), true),
        };
        if fits {
            Ok(answer)
        } else {
            Err(BallotError::Shape { question: at })
        }
    }
}

impl<G: Group> HomomorphicAnswer<G> {
    fn fits(&self, question: &Homomorphic) -> bool {
        self.choices.len() == question.choices()
            && self.individual_proofs.len() == question.choices()
            && self.blank_proof.is_some() == question.blank()
    }
}

impl<G: Group> ListsAnswer<G> {
    fn fits(&self, question: &Lists) -> bool {
        let lengths = || question.lists().iter().map(Vec::len);
        self.choices.iter().map(Vec::len).eq(lengths())
            && self.individual_proofs.iter().map(Vec::len).eq(lengths())
            && self.list_proofs.len() == question.lists().len()
    }
}

impl<G: Group> Serialize for Answer<G> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Homomorphic(answer) => answer.serialize(serializer),
            Self::Lists(answer) => answer.serialize(serializer),
            Self::NonHomomorphic(answer) => answer.serialize(serializer),
        }
    }
}

/// `S|alpha1,beta1,alpha2,beta2,...`: what the proofs about a whole answer are bound to.
pub(super) fn whole_statement<'a, G: Group>(
    credential: &str,
    choices: impl IntoIterator<Item = &'a CandidateCiphertext<G>>,
) -> String {
    let mut statement = credential.to_owned();
    for (i, choice) in choices.into_iter().enumerate() {
        statement.push(if i == 0 { '|' } else { ',' });
        write_pair(choice, &mut statement);
    }
    statement
}

/// `S|alpha,beta`: what the proof about one ciphertext is bound to.
pub(super) fn pair_statement<G: Group>(statement: &str, choice: &CandidateCiphertext<G>) -> String {
    let mut text = format!("{statement}|");
    write_pair(choice, &mut text);
    text
}

/// `S|y,alpha,beta`: what the proof of knowledge of a non-homomorphic answer is bound to.
pub(super) fn knowledge_statement<G: Group>(
    statement: &str,
    key: &G::Element,
    choice: &CandidateCiphertext<G>,
) -> String {
    let mut text = format!("{statement}|");
    G::write(key, &mut text);
    text.push(',');
    write_pair(choice, &mut text);
    text
}

/// `alpha,beta`.
fn write_pair<G: Group>(choice: &CandidateCiphertext<G>, out: &mut String) {
    G::write_candidate(&choice.alpha, out);
    out.push(',');
    G::write_candidate(&choice.beta, out);
}
