//! Imports voters and rolls (*listes électorales*): `matricule;nom;prenom;courriel;scrutin`, one row per voter and election.
//!
//! All or nothing: every anomaly of the file is reported with its line, and none is repaired in silence.

use isoloir_domain::ConsultationId;
use isoloir_domain::message::Message;

use crate::{Fault, VotingServer};

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows accepted.
    pub rows: u64,
    /// Voters (or lists) that the file names.
    pub subjects: u64,
    /// How the file was encoded: `UTF-8` or `windows-1252`.
    pub encoding: &'static str,
    /// SHA-256 of the file, in hexadecimal.
    pub file: String,
}

/// One thing wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    /// Line in the file, from 1.
    pub line: u64,
    /// What is wrong.
    pub what: AnomalyKind,
}

/// What can be wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnomalyKind {
    /// The first line does not name the columns expected.
    WrongColumns {
        /// As they should be.
        expected: &'static str,
        /// As they are.
        found: String,
    },
    /// The row has another number of fields.
    WrongFieldCount {
        /// Fields in the header.
        expected: u64,
        /// Fields in the row.
        found: u64,
    },
    /// A field is empty.
    MissingField(&'static str),
    /// No election of the consultation has this key.
    UnknownElection(String),
    /// Not an e-mail address.
    BadEmail(String),
    /// This voter is on this roll twice; the first time at the line given.
    DuplicateRow(u64),
    /// The same staff number, with another name or address, at the line given.
    SameNumberOtherPerson(u64),
    /// The same address for another staff number, at the line given.
    SameEmailOtherPerson(u64),
    /// The staff number is known already, under another name or address.
    KnownUnderOtherName,
    /// The address is known already, for another staff number.
    KnownEmail(String),
    /// Not a whole number from 1.
    BadRank(String),
    /// The ranks of a list are not 1, 2, 3... in the order of the file.
    RankOutOfOrder,
    /// Neither F nor H.
    BadSex(String),
    /// The same list comes again after another one, or under another acronym.
    ListScattered(String),
    /// The file has no row.
    Empty,
    /// Not a CSV file (a quote that is not closed, for instance).
    Unreadable(String),
    /// The text holds control characters or is longer than 500 characters.
    BadText(&'static str),
}

impl AnomalyKind {
    /// What the organiser reads.
    #[must_use]
    pub fn message(&self) -> Message {
        todo!()
    }
}

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No such consultation.
    #[error("there is no consultation {0}")]
    UnknownConsultation(ConsultationId),
    /// The box of an election of the file is set up: rolls and lists are sealed.
    #[error("an election of this file is set up already")]
    Sealed,
    /// The file has anomalies, in order of lines. Nothing was stored.
    #[error("the file has {} anomalies", .0.len())]
    Anomalies(Vec<Anomaly>),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// Imports a roll file into a consultation. Voters known already (same staff number) keep their identifier; importing
    /// again replaces the rolls of the elections that the file names.
    ///
    /// # Errors
    /// [`ImportError`].
    pub async fn import_roll(&self, consultation: &ConsultationId, file: &[u8]) -> Result<ImportReport, ImportError> {
        todo!()
    }
}
