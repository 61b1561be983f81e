//! The consultation is a file (*la consultation est un dossier*): one documented, versioned folder that describes all of it, in TOML, CSV, Markdown,
//! pictures and PDF. Format: `docs/guides/consultation-file.md`.
//!
//! - [`document`]: `consultation.toml`, read with the line of everything in it
//! - [`folder`]: the other files; [`check`]: all that is wrong in a folder, without a server
//! - [`describe`]: what a consultation is, in one value for a folder and for a server; [`plan`]: what would change, and what is forbidden of it
//! - [`apply`]: the folder becomes what the server holds; [`export`]: the folder from what the server holds; [`pack`]: the folder in one zip file

pub mod apply;
pub mod check;
pub mod describe;
pub mod document;
pub mod export;
pub mod folder;
pub mod pack;
pub mod plan;
mod scratch;

use std::collections::BTreeMap;

use isoloir_domain::message::Message;
pub use isoloir_domain::policy_lint::Severity;
pub use scratch::{Scratch, ScratchError};

/// The version of the format, `format = 1`.
pub const FORMAT: i64 = 1;
/// The main file.
pub const CONSULTATION: &str = "consultation.toml";
/// Who may vote.
pub const ROLL: &str = "roll.csv";
/// Candidate lists.
pub const LISTS: &str = "lists.csv";

/// The files of a folder, by their path in it, with `/`.
pub type Files = BTreeMap<String, Vec<u8>>;

/// One thing wrong, or to be known, in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1, where there is one.
    pub line: Option<u64>,
    /// Whether the folder is refused for it.
    pub severity: Severity,
    /// A stable name.
    pub code: &'static str,
    /// What is wrong.
    pub message: Message,
}

impl Problem {
    /// What a folder is refused for.
    pub(crate) fn refused(file: &str, line: Option<u64>, code: &'static str, message: Message) -> Self {
        Self {
            file: file.to_owned(),
            line,
            severity: Severity::Refused,
            code,
            message,
        }
    }

    /// What the organiser should know.
    pub(crate) fn warning(file: &str, line: Option<u64>, code: &'static str, message: Message) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::refused(file, line, code, message)
        }
    }
}
