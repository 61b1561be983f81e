//! One election and those who stand in it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::count_rules::CountRules;
use crate::ids::{ConsultationId, ElectionId};

/// Election (*scrutin*): one box, one poll book, one roll, one count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Election {
    /// Identifier, also the uuid in every ballot.
    pub id: ElectionId,
    /// The consultation that it belongs to.
    pub consultation: ConsultationId,
    /// Short key of `consultation.toml`, for instance `csa`.
    pub key: String,
    /// Title in French, as voters read it.
    pub title: String,
    /// Seats to fill (*sièges à pourvoir*).
    pub seats: u32,
    /// Rank among the consultation's elections, from 1.
    pub position: u32,
    /// How it is counted.
    pub count: CountRules,
}

/// Candidate list (*liste de candidats*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateList {
    /// Rank in the drawn display order, from 1; also the answer's number in the ballot (0 is blank).
    pub position: u32,
    /// Name in full.
    pub name: String,
    /// Sigle.
    pub acronym: String,
    /// When the union filed it (*dépôt de la candidature*), where the organiser says so.
    pub filed: Option<Timestamp>,
    /// Candidates in list order; none where voters choose between unions.
    pub candidates: Vec<Candidate>,
}

/// Candidate (*candidat, candidate*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Rank on the list, from 1.
    pub rank: u32,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// For the shares of women and men (R. 211-531 and following).
    pub sex: Sex,
    /// Date of birth, where equal averages go to the elder; shown nowhere else.
    pub born: Option<Date>,
}

impl Candidate {
    /// Given name, then family name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// Sex of a candidate, as the civil register says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sex {
    /// *Femme*.
    #[serde(rename = "F")]
    Female,
    /// *Homme*.
    #[serde(rename = "H")]
    Male,
}

impl Sex {
    /// The letter of `lists.csv`.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::Female => "F",
            Self::Male => "H",
        }
    }

    /// Reads `F`, `H` or `M`, in either case.
    #[must_use]
    pub fn from_letter(text: &str) -> Option<Self> {
        match text {
            "F" | "f" => Some(Self::Female),
            "H" | "h" | "M" | "m" => Some(Self::Male),
            _ => None,
        }
    }
}
