//! The organiser's texts: replaced as a whole, at any time (they change no right and no box), read by pages.

use std::collections::HashSet;
use std::sync::LazyLock;

use isoloir_domain::ConsultationId;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::Message;
use isoloir_domain::texts::{Bilingual, Faq, Text, TextName};
use sha2::{Digest as _, Sha256};

use crate::{Fault, VotingServer};

/// Longest text, in characters.
const MAX_TEXT: usize = 20_000;
/// Most questions.
const MAX_QUESTIONS: usize = 200;
/// Longest question, theme or anchor, in characters.
const MAX_LINE: usize = 300;

/// Answers to what every voter asks, shown while the organiser has written none.
static DEFAULT_FAQ: LazyLock<Result<Faq, toml::de::Error>> = LazyLock::new(|| toml::from_str(include_str!("faq.toml")));

/// Why texts were not replaced.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    /// No such consultation.
    #[error("there is no consultation {0}")]
    UnknownConsultation(ConsultationId),
    /// A text is empty, too long, or holds control characters.
    #[error("{0}: empty, longer than {MAX_TEXT} characters, or with control characters")]
    BadText(String),
    /// An anchor is not made of lower-case letters, digits and hyphens.
    #[error("the id {0:?} is not made of lower-case letters, digits and hyphens")]
    BadId(String),
    /// Two questions have the same anchor.
    #[error("two questions have the id {0:?}")]
    DuplicateId(String),
    /// More questions than a page can hold.
    #[error("more than {MAX_QUESTIONS} questions")]
    TooMany,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl TextsError {
    /// What the organiser reads.
    #[must_use]
    pub fn message(&self) -> Message {
        let fr = match self {
            Self::UnknownConsultation(id) => format!("il n’y a pas de consultation {id}"),
            Self::BadText(name) => format!(
                "{name}\u{a0}: texte vide, de plus de {MAX_TEXT} caractères, ou avec des caractères de contrôle"
            ),
            Self::BadId(id) => {
                format!("l’ancre «\u{a0}{id}\u{a0}» n’est pas faite de minuscules, de chiffres et de traits d’union")
            }
            Self::DuplicateId(id) => format!("deux questions ont l’ancre «\u{a0}{id}\u{a0}»"),
            Self::TooMany => format!("plus de {MAX_QUESTIONS} questions"),
            Self::Fault(_) => return Message::new("erreur interne", "internal error"),
        };
        Message::new(fr, self.to_string())
    }
}

impl VotingServer {
    /// Replaces all texts of a consultation; without `faq`, the built-in questions are shown.
    ///
    /// # Errors
    /// [`TextsError`]; nothing is stored then.
    pub async fn replace_texts(
        &self,
        consultation: &ConsultationId,
        texts: &[Text],
        faq: Option<&Faq>,
    ) -> Result<u64, TextsError> {
        if self.consultation(consultation).await?.is_none() {
            return Err(TextsError::UnknownConsultation(consultation.clone()));
        }
        check_texts(texts, faq)?;
        let count = texts.len().saturating_add(faq.map_or(0, |faq| faq.entries.len()));
        let count = u64::try_from(count).map_err(|_| Fault::Damaged("a count"))?;
        let what = Event::TextsReplaced {
            count,
            digest: digest(texts, faq)?,
        };
        let entry = self.entry(Subject::Consultation(consultation.clone()), what);
        self.inner
            .store
            .replace_texts(consultation, texts, faq, &entry)
            .await
            .map_err(Fault::from)?;
        Ok(count)
    }

    /// One text in each language that it has.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn text(&self, consultation: &ConsultationId, name: TextName) -> Result<Vec<Text>, Fault> {
        Ok(self.inner.store.texts(consultation, name).await?)
    }

    /// Whether the organiser wrote this text.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn has_text(&self, consultation: &ConsultationId, name: TextName) -> Result<bool, Fault> {
        Ok(self.inner.store.text_names(consultation).await?.contains(&name))
    }

    /// The organiser's questions and answers, or the built-in ones.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn faq(&self, consultation: &ConsultationId) -> Result<Faq, Fault> {
        match self.inner.store.faq(consultation).await? {
            Some(faq) => Ok(faq),
            None => default_faq(),
        }
    }
}

/// The built-in questions and answers.
///
/// # Errors
/// [`Fault`] if they do not read, which a test forbids.
pub fn default_faq() -> Result<Faq, Fault> {
    DEFAULT_FAQ
        .as_ref()
        .map(Clone::clone)
        .map_err(|_| Fault::Damaged("the built-in questions"))
}

/// Checks texts and questions before they are stored.
///
/// # Errors
/// [`TextsError`], the first.
pub(crate) fn check_texts(texts: &[Text], faq: Option<&Faq>) -> Result<(), TextsError> {
    for text in texts {
        check(text.name.as_str(), &text.body, MAX_TEXT)?;
    }
    faq.map_or(Ok(()), check_faq)
}

fn check(name: &str, text: &str, limit: usize) -> Result<(), TextsError> {
    let foreign = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.trim().is_empty() || text.chars().count() > limit || text.chars().any(foreign) {
        Err(TextsError::BadText(name.to_owned()))
    } else {
        Ok(())
    }
}

fn check_both(name: &str, text: &Bilingual, limit: usize) -> Result<(), TextsError> {
    check(name, &text.fr, limit)?;
    if text.en.is_empty() {
        Ok(())
    } else {
        check(name, &text.en, limit)
    }
}

fn check_faq(faq: &Faq) -> Result<(), TextsError> {
    if faq.entries.len() > MAX_QUESTIONS {
        return Err(TextsError::TooMany);
    }
    let mut seen = HashSet::new();
    for entry in &faq.entries {
        let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if entry.id.is_empty() || entry.id.len() > MAX_LINE || !entry.id.bytes().all(sound) {
            return Err(TextsError::BadId(entry.id.clone()));
        }
        if !seen.insert(&entry.id) {
            return Err(TextsError::DuplicateId(entry.id.clone()));
        }
        check_both(&entry.id, &entry.theme, MAX_LINE)?;
        check_both(&entry.id, &entry.question, MAX_LINE)?;
        check_both(&entry.id, &entry.answer, MAX_TEXT)?;
    }
    Ok(())
}

/// What the journal keeps of the texts.
fn digest(texts: &[Text], faq: Option<&Faq>) -> Result<String, Fault> {
    let mut hash = Sha256::new();
    for text in texts {
        let language = format!("{:?}", text.language);
        for part in [text.name.as_str(), &language, &text.body] {
            hash.update(part);
            hash.update([0]);
        }
    }
    hash.update(serde_json::to_vec(&faq).map_err(|_| Fault::Damaged("questions"))?);
    Ok(hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_questions_are_sound_and_in_both_languages() {
        let faq = default_faq().unwrap();
        check_faq(&faq).unwrap();
        assert!(faq.entries.len() >= 12);
        for entry in &faq.entries {
            for text in [&entry.theme, &entry.question, &entry.answer] {
                assert!(!text.en.is_empty(), "{}: no English", entry.id);
                for sign in [
                    " ;", " !", " ?", " :", "« ", " »", "...", "'", "Veuillez", "veuillez", "!",
                ] {
                    assert!(!text.fr.contains(sign), "{}: {sign:?} in {}", entry.id, text.fr);
                }
            }
        }
    }

    #[test]
    fn an_anchor_is_an_anchor() {
        let mut faq = default_faq().unwrap();
        faq.entries.truncate(2);
        faq.entries[1].id = faq.entries[0].id.clone();
        assert!(matches!(check_faq(&faq), Err(TextsError::DuplicateId(_))));
        faq.entries[1].id = "a\" onclick".to_owned();
        assert!(matches!(check_faq(&faq), Err(TextsError::BadId(_))));
    }
}
