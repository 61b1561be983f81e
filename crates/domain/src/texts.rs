//! The organiser's texts (*textes de l’autorité organisatrice*): Markdown, in French and, when there is one, in English; each with its versions.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::complaint::UnknownName;
use crate::message::Language;

/// A text that the organiser may write, in Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextName {
    /// The foreword (*édito*).
    Foreword,
    /// What stands above the form of complaints: to whom else to turn, until when.
    Complaints,
    /// The organiser's own part of the legal notices (*mentions légales*).
    Legal,
    /// The organiser's own part of the privacy notice (*données personnelles*).
    Privacy,
    /// A note above the guide on one's account (*parcours électeur*).
    AccountGuide,
    /// A note above the guide on voting (*parcours de vote*).
    VoteGuide,
    /// A note above the guide on lost codes (*réassorts*).
    CodeGuide,
}

impl TextName {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Foreword,
        Self::Complaints,
        Self::Legal,
        Self::Privacy,
        Self::AccountGuide,
        Self::VoteGuide,
        Self::CodeGuide,
    ];

    /// The name of its files, before `.fr.md`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Foreword => "edito",
            Self::Complaints => "reclamations",
            Self::Legal => "mentions-legales",
            Self::Privacy => "donnees-personnelles",
            Self::AccountGuide => "tutoriel-electeur",
            Self::VoteGuide => "tutoriel-vote",
            Self::CodeGuide => "tutoriel-reassorts",
        }
    }
}

impl FromStr for TextName {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or(UnknownName)
    }
}

/// What has versions: a text in one language, or the questions and answers. Written `edito.fr`, `faq`, as files are named before their ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextKey {
    /// A text in a language.
    Words(TextName, Language),
    /// The questions and answers, in all languages.
    Faq,
}

impl TextKey {
    /// The name of the questions and answers.
    pub const FAQ: &'static str = "faq";

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let words = TextName::ALL
            .into_iter()
            .flat_map(|name| [Language::French, Language::English].map(|language| Self::Words(name, language)));
        words.chain([Self::Faq])
    }

    /// Its name and the code of its language; none for the questions and answers.
    #[must_use]
    pub const fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::Words(name, language) => (name.as_str(), language.code()),
            Self::Faq => (Self::FAQ, ""),
        }
    }

    /// From its parts; `None` when there is no such text.
    #[must_use]
    pub fn of(name: &str, language: &str) -> Option<Self> {
        Self::all().find(|key| key.parts() == (name, language))
    }

    /// Its file in the folder `textes`: `edito.fr.md`, `faq.toml`.
    #[must_use]
    pub fn file(self) -> String {
        match self {
            Self::Words(..) => format!("{self}.md"),
            Self::Faq => format!("{self}.toml"),
        }
    }

    /// The PDF beside it in the folder: `edito.fr.pdf`.
    #[must_use]
    pub fn attachment_file(self) -> String {
        format!("{self}.pdf")
    }
}

impl fmt::Display for TextKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (name, "") => f.write_str(name),
            (name, language) => write!(f, "{name}.{language}"),
        }
    }
}

impl FromStr for TextKey {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let (name, language) = text.split_once('.').unwrap_or((text, ""));
        Self::of(name, language).ok_or(UnknownName)
    }
}

/// A PDF beside a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attachment {
    /// SHA-256 of its bytes, under which it is served.
    pub digest: [u8; 32],
    /// Bytes.
    pub size: u64,
    /// Pages.
    pub pages: u32,
}

/// What a version says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextContent {
    /// Markdown; of the questions and answers, JSON of [`Faq`].
    pub body: String,
    /// The PDF beside it.
    pub attachment: Option<Attachment>,
}

/// Where a version comes from. Written `folder DIGEST`, `written`, `again N`, `earlier`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextSource {
    /// A folder that was applied: the digest of its plan, as the journal has it.
    Folder(String),
    /// Written on the portal.
    Written,
    /// An older version of this number, put back.
    Again(u32),
    /// It was on line before versions were kept.
    Earlier,
}

impl fmt::Display for TextSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(plan) => write!(f, "folder {plan}"),
            Self::Written => f.write_str("written"),
            Self::Again(number) => write!(f, "again {number}"),
            Self::Earlier => f.write_str("earlier"),
        }
    }
}

impl FromStr for TextSource {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text.split_once(' ') {
            Some(("folder", plan)) => Ok(Self::Folder(plan.to_owned())),
            Some(("again", number)) => number.parse().map(Self::Again).map_err(|_| UnknownName),
            None if text == "written" => Ok(Self::Written),
            None if text == "earlier" => Ok(Self::Earlier),
            _ => Err(UnknownName),
        }
    }
}

/// One version of a text. Versions are kept for good; the latest is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextVersion {
    /// From 1.
    pub number: u32,
    /// What it says; nothing when the text was taken off line.
    pub content: Option<TextContent>,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
    /// Where it comes from.
    pub source: TextSource,
    /// Who put it on line; empty when a folder did, whose application the journal names.
    pub by: String,
}

/// A text on line, as voters read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// In which language.
    pub language: Language,
    /// Markdown.
    pub body: String,
    /// The PDF beside it.
    pub attachment: Option<Attachment>,
    /// Since when, where that is known.
    pub since: Option<Timestamp>,
}

/// A text in both languages, when there are two.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// In French.
    pub fr: String,
    /// In English; the French one is shown, marked as French, when it is empty.
    #[serde(default)]
    pub en: String,
}

impl Bilingual {
    /// The text for a reader of `language`, and the language that it is in.
    #[must_use]
    pub fn for_reader(&self, language: Language) -> (&str, Language) {
        match language {
            Language::English if !self.en.is_empty() => (&self.en, Language::English),
            Language::French | Language::English => (&self.fr, Language::French),
        }
    }
}

/// A question often asked, and its answer (*foire aux questions*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaqEntry {
    /// Its anchor: lower-case letters, digits and hyphens.
    pub id: String,
    /// What it belongs under.
    pub theme: Bilingual,
    /// The question, plain.
    pub question: Bilingual,
    /// The answer, in Markdown.
    pub answer: Bilingual,
}

/// `faq.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faq {
    /// In display order.
    #[serde(default, rename = "entry")]
    pub entries: Vec<FaqEntry>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_and_every_source_is_read_as_it_is_written() {
        assert_eq!(TextKey::all().count(), 15);
        for key in TextKey::all() {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        for wrong in ["", "edito", "edito.de", "faq.fr", "Edito.fr", "edito.fr.md"] {
            assert_eq!(wrong.parse::<TextKey>(), Err(UnknownName), "{wrong}");
        }
        for source in [
            TextSource::Folder("ab".to_owned()),
            TextSource::Written,
            TextSource::Again(3),
            TextSource::Earlier,
        ] {
            assert_eq!(source.to_string().parse(), Ok(source));
        }
    }
}
