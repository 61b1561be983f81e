//! The organiser's texts (*textes de l’autorité organisatrice*): Markdown, in French and, when there is one, in English.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::complaint::UnknownName;
use crate::message::Language;

/// A text that the organiser may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextName {
    /// The foreword (*édito*).
    Foreword,
    /// What stands above the form of complaints: to whom else to turn, until when.
    Complaints,
}

impl TextName {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Foreword, Self::Complaints];

    /// The name of its files, before `.fr.md`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Foreword => "edito",
            Self::Complaints => "reclamations",
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

/// One text of the organiser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Which.
    pub name: TextName,
    /// In which language.
    pub language: Language,
    /// Markdown.
    pub body: String,
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
