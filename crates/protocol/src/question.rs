//! Questions of an election (specification, "Elections").
//!
//! In crypto v1 a homomorphic question is a bare object; the two other kinds are wrapped in
//! `{"type":...,"value":...,"extra"?:...}`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

/// What voters are asked.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Question {
    /// Choose between `min` and `max` of the answers, or vote blank.
    Homomorphic(Homomorphic),
    /// Choose one list and strike some of its candidates.
    Lists(Wrapped<Lists>),
    /// Rank or grade the answers: tallied after shuffles.
    NonHomomorphic(Wrapped<NonHomomorphic>),
}

impl Question {
    /// The title.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Homomorphic(question) => &question.question,
            Self::Lists(question) => &question.value.question,
            Self::NonHomomorphic(question) => &question.value.question,
        }
    }

    /// Whether ballots are shuffled and decrypted one by one, rather than added up.
    #[must_use]
    pub const fn is_shuffled(&self) -> bool {
        matches!(self, Self::NonHomomorphic(_))
    }
}

impl From<Homomorphic> for Question {
    fn from(question: Homomorphic) -> Self {
        Self::Homomorphic(question)
    }
}

impl From<Lists> for Question {
    fn from(value: Lists) -> Self {
        Self::Lists(Wrapped { value, extra: None })
    }
}

/// Choose between `min` and `max` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "HomomorphicForm", deny_unknown_fields)]
pub struct Homomorphic {
    answers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blank: Option<bool>,
    min: u32,
    max: u32,
    question: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HomomorphicForm {
    answers: Vec<String>,
    blank: Option<bool>,
    min: u32,
    max: u32,
    question: String,
}

impl TryFrom<HomomorphicForm> for Homomorphic {
    type Error = QuestionError;

    fn try_from(form: HomomorphicForm) -> Result<Self, QuestionError> {
        let HomomorphicForm {
            answers,
            blank,
            min,
            max,
            question,
        } = form;
        let possible = usize::try_from(max).is_ok_and(|max| max <= answers.len());
        if answers.is_empty() || min > max || max == 0 || !possible {
            return Err(QuestionError::Bounds);
        }
        Ok(Self {
            answers,
            blank,
            min,
            max,
            question,
        })
    }
}

impl Homomorphic {
    /// A question; `blank` allows to vote blank.
    ///
    /// # Errors
    /// [`QuestionError::Bounds`] when no answer is offered or `min <= max <= answers` does not hold.
    pub fn new(title: &str, answers: Vec<String>, min: u32, max: u32, blank: bool) -> Result<Self, QuestionError> {
        HomomorphicForm {
            answers,
            blank: blank.then_some(true),
            min,
            max,
            question: title.to_owned(),
        }
        .try_into()
    }

    /// The answers, without the blank one.
    #[must_use]
    pub fn answers(&self) -> &[String] {
        &self.answers
    }

    /// Whether voters may vote blank; then blank is choice 0 of ballots and results.
    #[must_use]
    pub const fn blank(&self) -> bool {
        matches!(self.blank, Some(true))
    }

    /// Smallest number of answers that a vote other than blank may choose.
    #[must_use]
    pub const fn min(&self) -> u32 {
        self.min
    }

    /// Largest number of answers.
    #[must_use]
    pub const fn max(&self) -> u32 {
        self.max
    }

    /// Number of ciphertexts.
    #[must_use]
    pub fn choices(&self) -> usize {
        self.answers.len() + usize::from(self.blank())
    }
}

/// Choose exactly one list and at least one of its candidates: a candidate not chosen is struck
/// (*rature*, law of the CSE).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ListsForm", deny_unknown_fields)]
pub struct Lists {
    answers: Vec<Vec<String>>,
    question: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListsForm {
    answers: Vec<Vec<String>>,
    question: String,
}

impl TryFrom<ListsForm> for Lists {
    type Error = QuestionError;

    fn try_from(form: ListsForm) -> Result<Self, QuestionError> {
        let ListsForm { answers, question } = form;
        if answers.is_empty() || answers.iter().any(|list| list.len() < 2) {
            return Err(QuestionError::Lists);
        }
        Ok(Self { answers, question })
    }
}

impl Lists {
    /// A question; each list is its name, then its candidates.
    ///
    /// # Errors
    /// [`QuestionError::Lists`] when there is no list, or one without candidates.
    pub fn new(title: &str, lists: Vec<Vec<String>>) -> Result<Self, QuestionError> {
        ListsForm {
            answers: lists,
            question: title.to_owned(),
        }
        .try_into()
    }

    /// The lists: name, then candidates.
    #[must_use]
    pub fn lists(&self) -> &[Vec<String>] {
        &self.answers
    }
}

/// A question whose answers are numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NonHomomorphic {
    answers: Vec<String>,
    question: String,
}

impl From<NonHomomorphic> for Question {
    fn from(value: NonHomomorphic) -> Self {
        Self::NonHomomorphic(Wrapped { value, extra: None })
    }
}

impl NonHomomorphic {
    /// A question: each of the answers receives a number from 0 to 255, a rank or a grade.
    #[must_use]
    pub fn new(title: &str, answers: Vec<String>) -> Self {
        Self {
            answers,
            question: title.to_owned(),
        }
    }

    /// The answers.
    #[must_use]
    pub fn answers(&self) -> &[String] {
        &self.answers
    }
}

/// A question with what its counting method needs, kept as it stands.
#[derive(Debug, Clone)]
pub struct Wrapped<T> {
    /// The question.
    pub value: T,
    extra: Option<Box<RawValue>>,
}

impl<T> Wrapped<T> {
    /// JSON for the counting method.
    #[must_use]
    pub fn extra(&self) -> Option<&str> {
        self.extra.as_deref().map(RawValue::get)
    }
}

/// Why a question cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// No answer, or more answers to choose than there are.
    #[error("a question needs answers, and min <= max <= number of answers")]
    Bounds,
    /// No list, or a list without candidates.
    #[error("a question on lists needs lists with a name and at least one candidate")]
    Lists,
}

/// The fields of all kinds, in the order in which each kind has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    answers: Option<Vec<String>>,
    blank: Option<bool>,
    min: Option<u32>,
    max: Option<u32>,
    question: Option<String>,
    r#type: Option<String>,
    value: Option<Box<RawValue>>,
    extra: Option<Box<RawValue>>,
}

impl<'de> Deserialize<'de> for Question {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Form::deserialize(deserializer)? {
            Form {
                answers: Some(answers),
                blank,
                min: Some(min),
                max: Some(max),
                question: Some(question),
                r#type: None,
                value: None,
                extra: None,
            } => {
                let form = HomomorphicForm {
                    answers,
                    blank,
                    min,
                    max,
                    question,
                };
                form.try_into().map(Self::Homomorphic).map_err(de::Error::custom)
            }
            Form {
                answers: None,
                blank: None,
                min: None,
                max: None,
                question: None,
                r#type: Some(kind),
                value: Some(value),
                extra,
            } => wrapped(&kind, &value, extra).map_err(de::Error::custom),
            _ => Err(de::Error::custom("not a question of a known form")),
        }
    }
}

fn wrapped(kind: &str, value: &RawValue, extra: Option<Box<RawValue>>) -> Result<Question, serde_json::Error> {
    match kind {
        "Lists" => Ok(Question::Lists(Wrapped {
            value: serde_json::from_str(value.get())?,
            extra,
        })),
        "NonHomomorphic" => Ok(Question::NonHomomorphic(Wrapped {
            value: serde_json::from_str(value.get())?,
            extra,
        })),
        _ => Err(de::Error::custom("unknown type of question")),
    }
}

impl Serialize for Question {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a, T> {
            r#type: &'static str,
            value: &'a T,
            #[serde(skip_serializing_if = "Option::is_none")]
            extra: &'a Option<Box<RawValue>>,
        }
        match self {
            Self::Homomorphic(question) => question.serialize(serializer),
            Self::Lists(Wrapped { value, extra }) => Form {
                r#type: "Lists",
                value,
                extra,
            }
            .serialize(serializer),
            Self::NonHomomorphic(Wrapped { value, extra }) => Form {
                r#type: "NonHomomorphic",
                value,
                extra,
            }
            .serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn every_kind_round_trips() {
        for text in [
            r#"{"answers":["a","b"],"min":0,"max":2,"question":"q"}"#,
            r#"{"answers":["a"],"blank":true,"min":1,"max":1,"question":"é"}"#,
            r#"{"answers":["a"],"blank":false,"min":1,"max":1,"question":""}"#,
            r#"{"type":"Lists","value":{"answers":[["A","a"],["B","b","c"]],"question":"q"}}"#,
            r#"{"type":"NonHomomorphic","value":{"answers":["a"],"question":"q"},"extra":{"type":"Schulze","n":1.50}}"#,
        ] {
            assert!(json::parse::<Question>(text.as_bytes()).is_ok(), "{text}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            r#"{"answers":["a","b"],"min":0,"max":3,"question":"q"}"#,
            r#"{"answers":["a","b"],"min":2,"max":1,"question":"q"}"#,
            r#"{"answers":[],"min":0,"max":0,"question":"q"}"#,
            r#"{"answers":["a"],"max":1,"min":1,"question":"q"}"#,
            r#"{"answers":["a"],"min":1,"max":1,"question":"q","more":1}"#,
            r#"{"answers":["a"],"min":1,"max":1,"question":"q","type":"Lists"}"#,
            r#"{"type":"Lists","value":{"answers":[["A"]],"question":"q"}}"#,
            r#"{"type":"Lists","value":{"answers":[["A","a"]], "question":"q"}}"#,
            r#"{"type":"Else","value":{"answers":["a"],"question":"q"}}"#,
        ] {
            assert!(json::parse::<Question>(text.as_bytes()).is_err(), "{text}");
        }
    }
}
