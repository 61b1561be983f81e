//! The challenge question (*question défi*) and its secret answer, which serve when the password or the voting code is lost.
//!
//! The answer is compared without accents, case, spaces and punctuation, and kept as a password is. Attempts are limited for each voter.

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Voter, VoterId};
use isoloir_store::account::Challenge;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use zeroize::Zeroizing;

use crate::attempts::Tried;
use crate::letters::Letter;
use crate::{Fault, Session, VotingServer};

/// Longest answer read, in characters.
pub const MAX_ANSWER: usize = 200;
/// Letters and digits that an answer must have.
pub const MIN_ANSWER: usize = 3;

/// Why question and answer cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerProblem {
    /// No question of the organiser's list was chosen.
    #[error("no question was chosen")]
    NoQuestion,
    /// Nothing was answered.
    #[error("the answer is empty")]
    Empty,
    /// Fewer than three letters or digits.
    #[error("the answer is too short")]
    TooShort,
    /// Longer than 200 characters.
    #[error("the answer is too long")]
    TooLong,
    /// The answer stands in the question.
    #[error("the answer is a word of the question")]
    InQuestion,
    /// The answer is what everyone at work knows: name, staff number, address.
    #[error("the answer is the voter's name, number or address")]
    OwnName,
}

impl AnswerProblem {
    /// Whether it is the question that must be corrected, and not the answer.
    #[must_use]
    pub fn is_of_question(self) -> bool {
        self == Self::NoQuestion
    }

    /// What the voter reads.
    #[must_use]
    pub fn message(self) -> Message {
        let (fr, en) = match self {
            Self::NoQuestion => ("Choisissez une question.", "Choose a question."),
            Self::Empty => ("Saisissez votre réponse secrète.", "Type your secret answer."),
            Self::TooShort => (
                "La réponse doit compter au moins trois lettres ou chiffres.",
                "The answer must have at least three letters or digits.",
            ),
            Self::TooLong => (
                "La réponse est limitée à 200\u{a0}caractères.",
                "The answer is limited to 200 characters.",
            ),
            Self::InQuestion => (
                "Cette réponse figure dans la question. Choisissez-en une que la question ne donne pas.",
                "This answer stands in the question. Choose one that the question does not give.",
            ),
            Self::OwnName => (
                "Votre nom, votre matricule et votre adresse sont connus de vos collègues. Choisissez une autre réponse.",
                "Your colleagues know your name, staff number and address. Choose another answer.",
            ),
        };
        Message::new(fr, en)
    }
}

/// The answer as it is compared: letters and digits alone, without accents nor case.
pub(crate) fn normal_answer(answer: &str) -> Zeroizing<String> {
    let mut normal = Zeroizing::new(String::with_capacity(answer.len()));
    for c in answer.nfkd().filter(|c| !is_combining_mark(*c)) {
        for c in c.to_lowercase() {
            match c {
                'œ' => normal.push_str("oe"),
                'æ' => normal.push_str("ae"),
                'ß' => normal.push_str("ss"),
                c if c.is_alphanumeric() => normal.push(c),
                _ => {}
            }
        }
    }
    normal
}

/// A question and an answer that may be kept, not hashed yet.
pub(crate) struct Chosen {
    pub(crate) question: Message,
    pub(crate) answer: Zeroizing<String>,
}

/// Checks what was chosen among the organiser's questions.
pub(crate) fn choose(
    questions: &[Message],
    rank: Option<usize>,
    answer: &str,
    voter: &Voter,
) -> Result<Chosen, AnswerProblem> {
    let question = rank
        .and_then(|rank| questions.get(rank))
        .ok_or(AnswerProblem::NoQuestion)?;
    if answer.trim().is_empty() {
        return Err(AnswerProblem::Empty);
    }
    if answer.chars().count() > MAX_ANSWER {
        return Err(AnswerProblem::TooLong);
    }
    let normal = normal_answer(answer);
    if normal.chars().count() < MIN_ANSWER {
        return Err(AnswerProblem::TooShort);
    }
    let same = |text: &str| *normal_answer(text) == *normal;
    if [&question.fr, &question.en]
        .into_iter()
        .any(|text| same(text) || text.split(|c: char| !c.is_alphanumeric()).any(same))
    {
        return Err(AnswerProblem::InQuestion);
    }
    let local = voter.email.as_deref().and_then(|email| email.split('@').next());
    let own = [
        voter.last_name.clone(),
        voter.first_name.clone(),
        voter.full_name(),
        format!("{} {}", voter.last_name, voter.first_name),
        voter.number.clone(),
        voter.email.clone().unwrap_or_default(),
        local.unwrap_or_default().to_owned(),
    ];
    if own.iter().any(|text| same(text)) {
        return Err(AnswerProblem::OwnName);
    }
    Ok(Chosen {
        question: question.clone(),
        answer: normal,
    })
}

/// Why a secret answer, or the current password, does not open what it protects.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    /// Wrong answer, or the voter has no challenge: one answer after the same work.
    #[error("wrong answer")]
    Wrong,
    /// Too many failures for this voter.
    #[error("too many failures; again in {retry_after} s")]
    Locked {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ChallengeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Wrong => "challenge_wrong",
            Self::Locked { .. } => "challenge_locked",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Wrong => Message::new(
                "Cette réponse n’est pas celle que vous aviez choisie.",
                "This is not the answer that you had chosen.",
            ),
            Self::Locked { retry_after } => Message::new(
                format!("Trop d’essais infructueux. Réessayez dans {retry_after}\u{a0}secondes."),
                format!("Too many failed attempts. Try again in {retry_after} seconds."),
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Wrong => Class::Unprocessable,
            Self::Locked { .. } => Class::TooMany,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// Why the challenge was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeChallengeError {
    /// The current password is wrong, or was tried too often.
    #[error(transparent)]
    Current(#[from] crate::change_password::CurrentError),
    /// Question or answer cannot be kept.
    #[error(transparent)]
    Answer(#[from] AnswerProblem),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// Hashes what was chosen, as a password is.
    pub(crate) async fn hash_challenge(&self, chosen: Chosen) -> Result<Challenge, Fault> {
        let answer = self.hash_password(&chosen.answer).await?;
        Ok(Challenge {
            question: chosen.question,
            answer,
        })
    }

    /// The question that a voter chose, if any.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn challenge_question(&self, voter: VoterId) -> Result<Option<Message>, Fault> {
        let account = self.inner.store.account(voter).await?;
        Ok(account
            .and_then(|account| account.challenge)
            .map(|challenge| challenge.question))
    }

    /// Whether the answer is the voter's secret answer: one proof among those that a lost code or password asks for.
    ///
    /// # Errors
    /// [`ChallengeError`].
    pub async fn check_challenge(&self, voter: VoterId, answer: &str) -> Result<(), ChallengeError> {
        let key = Tried::Answer(&voter.to_string()).key();
        let turn = self.inner.hashing.turn()?;
        self.attempt(&key, false, async {
            let account = self.inner.store.account(voter).await.map_err(Fault::from)?;
            let hash = account
                .and_then(|account| account.challenge)
                .map(|challenge| challenge.answer);
            let typed: String = answer.chars().take(MAX_ANSWER.saturating_add(1)).collect();
            if !self.check_password(turn, &normal_answer(&typed), hash).await? {
                return Err(ChallengeError::Wrong);
            }
            self.inner.store.clear_failures(&key).await.map_err(Fault::from)?;
            Ok(())
        })
        .await
    }

    /// Changes question and answer, for a voter who types the current password.
    ///
    /// # Errors
    /// [`ChangeChallengeError`].
    pub async fn change_challenge(
        &self,
        session: &Session,
        current: &str,
        question: Option<usize>,
        answer: &str,
    ) -> Result<(), ChangeChallengeError> {
        let rules = self.portal_rules().await?;
        let chosen = choose(&rules.policy.challenge.questions, question, answer, &session.voter)?;
        self.check_current_password(session, current).await?;
        let challenge = self.hash_challenge(chosen).await?;
        let entry = self.entry(Subject::Voter(session.voter.id), Event::ChallengeChanged);
        let mail = self.letter_to(&session.voter, &Letter::ChallengeChanged).await?;
        self.inner
            .store
            .change_challenge(session.voter.id, &challenge, mail.as_ref(), &entry)
            .await
            .map_err(Fault::from)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voter() -> Voter {
        Voter {
            id: "0190a2b4-5c6d-7e8f-9a0b-1c2d3e4f5061".parse().unwrap(),
            number: "A1234".to_owned(),
            last_name: "Lefèvre-Bœuf".to_owned(),
            first_name: "Camille".to_owned(),
            email: Some("camille.lefevre@valbrune.example".to_owned()),
            language: None,
        }
    }

    #[test]
    fn answers_are_compared_without_accents_case_spaces_and_punctuation() {
        for (typed, normal) in [
            ("Citroën 2 CV", "citroen2cv"),
            ("  CITROE\u{308}N-2cv !", "citroen2cv"),
            ("L’Œuvre au noir", "loeuvreaunoir"),
            ("ＲＵＥ　de  l'Été", "ruedelete"),
            ("…", ""),
        ] {
            assert_eq!(*normal_answer(typed), normal);
        }
    }

    #[test]
    fn an_answer_that_others_know_is_refused() {
        let questions = [Message::new(
            "Quelle était la marque de votre première voiture\u{202f}?",
            "First car?",
        )];
        let choice = |rank, answer: &str| choose(&questions, rank, answer, &voter()).map(|_| ()).err();
        assert_eq!(choice(Some(0), "Citroën"), None);
        assert_eq!(choice(None, "Citroën"), Some(AnswerProblem::NoQuestion));
        assert_eq!(choice(Some(1), "Citroën"), Some(AnswerProblem::NoQuestion));
        assert_eq!(choice(Some(0), " "), Some(AnswerProblem::Empty));
        assert_eq!(choice(Some(0), "2 !"), Some(AnswerProblem::TooShort));
        assert_eq!(choice(Some(0), "Voiture"), Some(AnswerProblem::InQuestion));
        assert_eq!(choice(Some(0), "lefevre boeuf"), Some(AnswerProblem::OwnName));
        assert_eq!(choice(Some(0), "camille.lefevre"), Some(AnswerProblem::OwnName));
        assert_eq!(choice(Some(0), &"a".repeat(201)), Some(AnswerProblem::TooLong));
    }
}
