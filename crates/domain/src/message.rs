//! Refusals: what a person did cannot be accepted, said with a stable code and in two languages.

use serde::{Deserialize, Serialize};

/// Language of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Language {
    /// *Français*, the default.
    #[default]
    French,
    /// English.
    English,
}

impl Language {
    /// Its code: `fr` or `en`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// The language of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::French, Self::English]
            .into_iter()
            .find(|language| language.code() == code)
    }
}

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// In French.
    pub fr: String,
    /// In English.
    pub en: String,
}

impl Message {
    /// Puts the two together.
    #[must_use]
    pub fn new(fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            fr: fr.into(),
            en: en.into(),
        }
    }

    /// The text in `language`.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::French => &self.fr,
            Language::English => &self.en,
        }
    }
}

/// How a refusal is classed, from which the web layer takes the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The request itself is malformed (400).
    Malformed,
    /// Sign in first (401).
    Unauthenticated,
    /// Signed in, and not allowed (403).
    Forbidden,
    /// There is no such thing (404).
    NotFound,
    /// Not in this state (409).
    Conflict,
    /// Too large (413).
    TooLarge,
    /// Well formed and wrong (422).
    Unprocessable,
    /// Too often (429).
    TooMany,
    /// Our fault, nothing was stored, try again (503).
    Unavailable,
    /// Our fault (500).
    Fault,
}

/// An error that says to a person what is wrong.
pub trait Refusal: std::error::Error {
    /// Stable `snake_case` code, part of the public interface.
    fn code(&self) -> &'static str;
    /// What the person reads.
    fn message(&self) -> Message;
    /// How it is classed.
    fn class(&self) -> Class;
}
