//! The organiser's texts: put on line one version after the other, at any time (they change no right and no box), read by pages. Every version is kept.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use isoloir_domain::ConsultationId;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::texts::{Bilingual, Faq, Text, TextContent, TextKey, TextName, TextSource, TextVersion};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::review_roll::Decider;
use crate::{Fault, VotingServer};

/// Longest text, in characters.
pub const MAX_TEXT: usize = 20_000;
/// Most questions.
const MAX_QUESTIONS: usize = 200;
/// Longest question, theme or anchor, in characters.
const MAX_LINE: usize = 300;

/// Answers to what every voter asks, shown while the organiser has written none.
static DEFAULT_FAQ: LazyLock<Result<Faq, toml::de::Error>> = LazyLock::new(|| toml::from_str(include_str!("faq.toml")));

/// Why a text is not put on line.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    /// No such consultation.
    #[error("there is no consultation {0}")]
    UnknownConsultation(ConsultationId),
    /// A text is empty, too long, or holds control characters.
    #[error("{0}: empty, longer than {MAX_TEXT} characters, or with control characters")]
    BadText(String),
    /// Questions that do not read; what is wrong, with its line.
    #[error("the questions do not read: {0}")]
    BadFaq(String),
    /// An anchor is not made of lower-case letters, digits and hyphens.
    #[error("the id {0:?} is not made of lower-case letters, digits and hyphens")]
    BadId(String),
    /// Two questions have the same anchor.
    #[error("two questions have the id {0:?}")]
    DuplicateId(String),
    /// More questions than a page can hold.
    #[error("more than {MAX_QUESTIONS} questions")]
    TooMany,
    /// What is on line says the same.
    #[error("what is on line says the same")]
    Same,
    /// Somebody else changed the text meanwhile.
    #[error("the text was changed meanwhile: read it again")]
    Moved,
    /// No version of this number, or one that took the text off line.
    #[error("there is no such version to put back")]
    UnknownVersion,
    /// The name of who decides is missing or too long.
    #[error("a decision takes a name")]
    Name,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for TextError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownConsultation(_) => "unknown_consultation",
            Self::BadText(_) => "text_bad",
            Self::BadFaq(_) => "questions_unreadable",
            Self::BadId(_) => "question_id_bad",
            Self::DuplicateId(_) => "question_id_twice",
            Self::TooMany => "questions_too_many",
            Self::Same => "text_same",
            Self::Moved => "text_moved",
            Self::UnknownVersion => "text_version_unknown",
            Self::Name => "decider_unnamed",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        let fr = match self {
            Self::UnknownConsultation(id) => format!("Il n’y a pas de consultation {id}."),
            Self::BadText(name) => format!(
                "{name}\u{a0}: texte vide, de plus de {MAX_TEXT} caractères, ou avec des caractères de contrôle."
            ),
            Self::BadFaq(what) => format!("Les questions ne se lisent pas\u{a0}: {what}"),
            Self::BadId(id) => {
                format!("L’ancre «\u{a0}{id}\u{a0}» n’est pas faite de minuscules, de chiffres et de traits d’union.")
            }
            Self::DuplicateId(id) => format!("Deux questions ont l’ancre «\u{a0}{id}\u{a0}»."),
            Self::TooMany => format!("Plus de {MAX_QUESTIONS} questions."),
            Self::Same => "Ce qui est en ligne dit la même chose\u{a0}: il n’y a rien à changer.".to_owned(),
            Self::Moved => "Ce texte a changé entre-temps. Relisez ce qui est en ligne, puis recommencez.".to_owned(),
            Self::UnknownVersion => "Il n’y a pas de telle version à remettre.".to_owned(),
            Self::Name => "Une décision porte un nom, de 120 caractères au plus.".to_owned(),
            Self::Fault(fault) => return fault.message(),
        };
        Message::new(fr, self.to_string())
    }

    fn class(&self) -> Class {
        match self {
            Self::UnknownConsultation(_) | Self::UnknownVersion => Class::NotFound,
            Self::BadText(_)
            | Self::BadFaq(_)
            | Self::BadId(_)
            | Self::DuplicateId(_)
            | Self::TooMany
            | Self::Same
            | Self::Name => Class::Unprocessable,
            Self::Moved => Class::Conflict,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// What a version is to say.
#[derive(Debug, Clone, Copy)]
pub enum NewText<'a> {
    /// What somebody typed: Markdown, or the questions and answers in TOML. The PDF beside the text stays.
    Written(&'a str),
    /// What the version of this number says, its PDF with it.
    Again(u32),
    /// Nothing: the text is taken off line.
    Nothing,
}

impl VotingServer {
    /// Puts a version of a text on line, after the one numbered `latest` (0 for none); returns its number.
    ///
    /// # Errors
    /// [`TextError`]; nothing is stored then.
    pub async fn publish_text(
        &self,
        consultation: &ConsultationId,
        key: TextKey,
        latest: u32,
        new: NewText<'_>,
        by: Decider<'_>,
    ) -> Result<u32, TextError> {
        if self.consultation(consultation).await?.is_none() {
            return Err(TextError::UnknownConsultation(consultation.clone()));
        }
        let name = by.checked_name().ok_or(TextError::Name)?;
        let content = self.text_content(consultation, key, new).await?;
        let known = self.latest(consultation, key).await?;
        if known.as_ref().map_or(0, |known| known.number) != latest {
            return Err(TextError::Moved);
        }
        if known.and_then(|known| known.content) == content {
            return Err(TextError::Same);
        }
        let version = TextVersion {
            number: latest.saturating_add(1),
            source: match new {
                NewText::Again(number) => TextSource::Again(number),
                NewText::Written(_) | NewText::Nothing => TextSource::Written,
            },
            content,
            since: Some(self.clock().now()),
            by: name,
        };
        let what = published(key, &version);
        let subject = Subject::Consultation(consultation.clone());
        let entry = match by.actor() {
            Some(actor) => self.entry_by(actor, subject, what),
            None => self.entry(subject, what),
        };
        let store = &self.inner.store;
        let made = store.publish_text(consultation, key, latest, &version, &entry).await;
        if made.map_err(Fault::from)? {
            Ok(version.number)
        } else {
            Err(TextError::Moved)
        }
    }

    /// What a new version would say, checked: for a preview, before it is put on line.
    ///
    /// # Errors
    /// [`TextError`].
    pub async fn text_content(
        &self,
        consultation: &ConsultationId,
        key: TextKey,
        new: NewText<'_>,
    ) -> Result<Option<TextContent>, TextError> {
        match new {
            NewText::Nothing => Ok(None),
            NewText::Again(number) => {
                let versions = self.text_versions(consultation, key).await?;
                let found = versions.into_iter().find(|version| version.number == number);
                let content = found.and_then(|version| version.content);
                content.map(Some).ok_or(TextError::UnknownVersion)
            }
            NewText::Written(typed) => {
                // Browsers send ends of lines as CR LF.
                let typed = typed.replace("\r\n", "\n");
                let known = self.latest(consultation, key).await?.and_then(|known| known.content);
                let content = TextContent {
                    body: body_of(key, &typed)?,
                    attachment: known.and_then(|known| known.attachment),
                };
                Ok(Some(content))
            }
        }
    }

    async fn latest(&self, consultation: &ConsultationId, key: TextKey) -> Result<Option<TextVersion>, Fault> {
        let (name, _) = key.parts();
        Ok(self.inner.store.texts(consultation, name).await?.remove(&key))
    }

    /// All versions of a text, the latest first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn text_versions(&self, consultation: &ConsultationId, key: TextKey) -> Result<Vec<TextVersion>, Fault> {
        Ok(self.inner.store.text_versions(consultation, key).await?)
    }

    /// The latest version of every text that was ever written.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn latest_texts(&self, consultation: &ConsultationId) -> Result<BTreeMap<TextKey, TextVersion>, Fault> {
        Ok(self.inner.store.latest_texts(consultation).await?)
    }

    /// One text in each language in which it is on line.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn text(&self, consultation: &ConsultationId, name: TextName) -> Result<Vec<Text>, Fault> {
        let latest = self.inner.store.texts(consultation, name.as_str()).await?;
        let texts = latest.into_iter().filter_map(|(key, version)| {
            let TextKey::Words(_, language) = key else { return None };
            on_line(language, version)
        });
        Ok(texts.collect())
    }

    /// Whether the organiser wrote this text.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn has_text(&self, consultation: &ConsultationId, name: TextName) -> Result<bool, Fault> {
        Ok(self.inner.store.has_text(consultation, name).await?)
    }

    /// The organiser's questions and answers, and since when; or the built-in ones.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn faq(&self, consultation: &ConsultationId) -> Result<(Faq, Option<Timestamp>), Fault> {
        let version = self.latest(consultation, TextKey::Faq).await?;
        let since = version.as_ref().and_then(|version| version.since);
        match version.and_then(|version| version.content) {
            Some(content) => Ok((read_faq(&content)?, since)),
            None => Ok((default_faq()?, None)),
        }
    }
}

/// A version as voters read it; `None` when it took the text off line.
#[must_use]
pub fn on_line(language: isoloir_domain::Language, version: TextVersion) -> Option<Text> {
    let content = version.content?;
    Some(Text {
        language,
        body: content.body,
        attachment: content.attachment,
        since: version.since,
    })
}

/// What a version says as its author writes it: Markdown, or TOML of the questions and answers.
///
/// # Errors
/// [`Fault`].
pub fn as_written(key: TextKey, content: &TextContent) -> Result<String, Fault> {
    match key {
        TextKey::Words(..) => Ok(content.body.clone()),
        TextKey::Faq => faq_as_written(&read_faq(content)?),
    }
}

/// Questions and answers in TOML.
///
/// # Errors
/// [`Fault`].
pub fn faq_as_written(faq: &Faq) -> Result<String, Fault> {
    toml::to_string(faq).map_err(|_| Fault::Damaged("questions"))
}

/// The questions and answers of a version.
///
/// # Errors
/// [`Fault`].
pub fn read_faq(content: &TextContent) -> Result<Faq, Fault> {
    serde_json::from_str(&content.body).map_err(|_| Fault::Damaged("questions"))
}

/// What is stored of what an author wrote, checked.
///
/// # Errors
/// [`TextError`].
fn body_of(key: TextKey, typed: &str) -> Result<String, TextError> {
    match key {
        TextKey::Words(..) => check(&key.to_string(), typed, MAX_TEXT).map(|()| typed.to_owned()),
        TextKey::Faq => {
            let faq: Faq = toml::from_str(typed).map_err(|error| TextError::BadFaq(error.to_string()))?;
            body_of_faq(&faq)
        }
    }
}

/// What is stored of questions and answers, checked.
///
/// # Errors
/// [`TextError`].
pub(crate) fn body_of_faq(faq: &Faq) -> Result<String, TextError> {
    check_faq(faq)?;
    Ok(serde_json::to_string(faq).map_err(|_| Fault::Damaged("questions"))?)
}

/// What is stored of a text of a folder, checked.
///
/// # Errors
/// [`TextError`].
pub(crate) fn check_body(key: TextKey, body: &str) -> Result<(), TextError> {
    check(&key.to_string(), body, MAX_TEXT)
}

fn published(key: TextKey, version: &TextVersion) -> Event {
    Event::TextPublished {
        text: key.to_string(),
        version: version.number,
        digest: version.content.as_ref().map(digest),
        again: match version.source {
            TextSource::Again(number) => Some(number),
            TextSource::Folder(_) | TextSource::Written | TextSource::Earlier => None,
        },
        by: version.by.clone(),
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

fn check(name: &str, text: &str, limit: usize) -> Result<(), TextError> {
    let foreign = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.trim().is_empty() || text.chars().count() > limit || text.chars().any(foreign) {
        Err(TextError::BadText(name.to_owned()))
    } else {
        Ok(())
    }
}

fn check_both(name: &str, text: &Bilingual, limit: usize) -> Result<(), TextError> {
    check(name, &text.fr, limit)?;
    if text.en.is_empty() {
        Ok(())
    } else {
        check(name, &text.en, limit)
    }
}

fn check_faq(faq: &Faq) -> Result<(), TextError> {
    if faq.entries.len() > MAX_QUESTIONS {
        return Err(TextError::TooMany);
    }
    let mut seen = HashSet::new();
    for entry in &faq.entries {
        let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if entry.id.is_empty() || entry.id.len() > MAX_LINE || !entry.id.bytes().all(sound) {
            return Err(TextError::BadId(entry.id.clone()));
        }
        if !seen.insert(&entry.id) {
            return Err(TextError::DuplicateId(entry.id.clone()));
        }
        check_both(&entry.id, &entry.theme, MAX_LINE)?;
        check_both(&entry.id, &entry.question, MAX_LINE)?;
        check_both(&entry.id, &entry.answer, MAX_TEXT)?;
    }
    Ok(())
}

/// What the journal keeps of a version: SHA-256 of its text, then of the digest of its PDF when it has one.
fn digest(content: &TextContent) -> String {
    let mut hash = Sha256::new();
    hash.update(Sha256::digest(&content.body));
    if let Some(attachment) = &content.attachment {
        hash.update(attachment.digest);
    }
    hex::encode(hash.finalize())
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
        assert!(matches!(check_faq(&faq), Err(TextError::DuplicateId(_))));
        faq.entries[1].id = "a\" onclick".to_owned();
        assert!(matches!(check_faq(&faq), Err(TextError::BadId(_))));
    }
}
