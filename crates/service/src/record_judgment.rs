//! Judgments that order a person onto a roll or off it (*inscription ou radiation par décision de justice*).
//!
//! Before the sealing the roll is corrected. After it nothing of the roll, the credentials or the box changes: a person whom a judge admits votes on
//! paper before the board, and the record, signed by the board, goes into the minutes. Why: docs/adr/0017.

use std::collections::BTreeSet;
use std::str::FromStr;

use isoloir_domain::complaint::{Correction, CorrectionKind};
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::number::UnknownName;
use isoloir_domain::{ConsultationId, Election, Phase};
use isoloir_store::roll_correction::{Decided, NewCorrection, NotCorrected};
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

pub use isoloir_store::roll_correction::Judgment;

use crate::correct_roll::{CorrectionError, Newcomer};
use crate::free_text::line;
use crate::review_roll::{MAX_NAME, MAX_REASON};
use crate::{Fault, VotingServer};

/// Signatures that a record takes once the roll is sealed: the president or the secretary, and two delegates, as for the seal (R. 211-552).
pub const SIGNATURES: usize = 3;

/// What a judgment orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The person votes.
    Join,
    /// The person does not vote.
    Leave,
}

/// What follows from a judgment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The roll was corrected.
    Roll,
    /// The roll is sealed: the person votes on paper, before the board.
    Paper,
    /// The roll is sealed, and nothing else follows.
    Recorded,
}

impl Effect {
    /// The name in the database, in the journal and in the minutes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Roll => "roll",
            Self::Paper => "paper",
            Self::Recorded => "recorded",
        }
    }
}

impl FromStr for Effect {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Roll, Self::Paper, Self::Recorded]
            .into_iter()
            .find(|effect| effect.as_str() == text)
            .ok_or(UnknownName)
    }
}

impl FromStr for Order {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        [Self::Join, Self::Leave]
            .into_iter()
            .find(|order| order.as_str() == text)
            .ok_or(UnknownName)
    }
}

impl Order {
    /// The name in the database and in the journal.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Leave => "leave",
        }
    }
}

/// A judgment to record.
#[derive(Debug, Clone)]
pub struct NewJudgment {
    /// Key of the election.
    pub election: String,
    /// Staff number of the person.
    pub number: String,
    /// Family name and given name, as the judgment says them.
    pub name: (String, String),
    /// What is ordered.
    pub order: Order,
    /// Which court.
    pub court: String,
    /// The day of the judgment.
    pub dated: Date,
    /// Its number.
    pub reference: String,
    /// Who sign the record, name and function.
    pub signed: Vec<String>,
    /// Who records it.
    pub by: String,
}

/// Why a judgment is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum JudgmentError {
    /// No such consultation.
    #[error("there is no consultation {0}")]
    UnknownConsultation(ConsultationId),
    /// No election of the consultation has this key.
    #[error("no election has the key {0}")]
    UnknownElection(String),
    /// A text is missing or too long.
    #[error("a text is missing or too long")]
    Words,
    /// Too few persons sign.
    #[error("{given} persons sign, {asked} are asked for")]
    Signatures {
        /// Who sign.
        given: usize,
        /// How many are asked for.
        asked: usize,
    },
    /// Recorded before, for this person and election.
    #[error("the judgment is recorded already")]
    Already,
    /// The roll cannot be corrected so.
    #[error(transparent)]
    Correction(#[from] CorrectionError),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for JudgmentError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownConsultation(_) => "unknown_consultation",
            Self::UnknownElection(_) => "election_unknown",
            Self::Words => "judgment_incomplete",
            Self::Signatures { .. } => "signatures_missing",
            Self::Already => "judgment_recorded",
            Self::Correction(refused) => refused.code(),
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::UnknownConsultation(_) => {
                Message::new("Cette consultation n’existe pas.", "This consultation does not exist.")
            }
            Self::UnknownElection(key) => Message::new(
                format!("Aucun scrutin n’a la clé «\u{a0}{key}\u{a0}»."),
                format!("No election has the key “{key}”."),
            ),
            Self::Words => Message::new(
                "Écrivez la juridiction, le numéro de la décision, le nom et le prénom de la personne, qui signe et qui enregistre.",
                "Write the court, the number of the judgment, the person’s names, who sign and who records it.",
            ),
            Self::Signatures { given, asked } => Message::new(
                format!(
                    "{given} signatures\u{a0}: il en faut {asked}, dont celle du président ou du secrétaire et celles de deux délégués."
                ),
                format!(
                    "{given} signatures: {asked} are needed, the president’s or the secretary’s and those of two delegates among them."
                ),
            ),
            Self::Already => Message::new(
                "Cette décision est déjà enregistrée pour cette personne et ce scrutin.",
                "This judgment is recorded already for this person and election.",
            ),
            Self::Correction(refused) => refused.message(),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::UnknownConsultation(_) | Self::UnknownElection(_) => Class::NotFound,
            Self::Words | Self::Signatures { .. } => Class::Unprocessable,
            Self::Already => Class::Conflict,
            Self::Correction(refused) => refused.class(),
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Records a judgment and what follows from it.
    ///
    /// # Errors
    /// [`JudgmentError`].
    pub async fn record_judgment(
        &self,
        consultation: &ConsultationId,
        new: &NewJudgment,
    ) -> Result<Judgment, JudgmentError> {
        let known = self.consultation(consultation).await?;
        let known = known.ok_or_else(|| JudgmentError::UnknownConsultation(consultation.clone()))?;
        let elections = self.elections(consultation).await?;
        let election = elections.into_iter().find(|election| election.key == new.election);
        let election = election.ok_or_else(|| JudgmentError::UnknownElection(new.election.clone()))?;
        let judgment = self.judgment(consultation, &election, new)?;
        if judgment.signed.is_empty() {
            return Err(JudgmentError::Signatures { given: 0, asked: 1 });
        }
        let what = match new.order {
            Order::Join => CorrectionKind::Join(election.id.clone()),
            Order::Leave => CorrectionKind::Leave(election.id.clone()),
        };
        let asked = Correction {
            number: judgment.number.clone(),
            what,
        };
        let newcomer = Newcomer {
            number: judgment.number.clone(),
            last_name: judgment.last_name.clone(),
            first_name: judgment.first_name.clone(),
        };
        let correction = self.correction(&known, &asked, Some(newcomer)).await?;
        let correction = NewCorrection {
            source: judgment.id.clone(),
            by: judgment.recorded_by.clone(),
            at: judgment.recorded,
            ..correction
        };
        match self.store_judgment(&judgment, Some(&correction)).await? {
            Decided::Made => Ok(judgment),
            Decided::Already => Err(JudgmentError::Already),
            Decided::Not(NotCorrected::Sealed) => self.record_sealed(judgment, &election, new.order).await,
            Decided::Not(not) => Err(CorrectionError::from(not).into()),
        }
    }

    /// Once the roll is sealed: nothing changes but the record, which the board signs.
    async fn record_sealed(
        &self,
        judgment: Judgment,
        election: &Election,
        order: Order,
    ) -> Result<Judgment, JudgmentError> {
        let given = judgment.signed.len();
        if given < SIGNATURES {
            return Err(JudgmentError::Signatures {
                given,
                asked: SIGNATURES,
            });
        }
        let phase = self.phase(&election.id).await?.unwrap_or(Phase::Closed);
        let paper = order == Order::Join && matches!(phase, Phase::Preparation | Phase::Open | Phase::Grace);
        let judgment = Judgment {
            effect: if paper { Effect::Paper } else { Effect::Recorded }.as_str().to_owned(),
            ..judgment
        };
        match self.store_judgment(&judgment, None).await? {
            Decided::Made => Ok(judgment),
            Decided::Already => Err(JudgmentError::Already),
            Decided::Not(not) => Err(CorrectionError::from(not).into()),
        }
    }

    async fn store_judgment(&self, judgment: &Judgment, correction: Option<&NewCorrection>) -> Result<Decided, Fault> {
        let what = Event::JudgmentRecorded {
            judgment: judgment.id.clone(),
            election: judgment.election.clone(),
            order: judgment.ordered.clone(),
            effect: judgment.effect.clone(),
            record: digest(judgment),
        };
        let entry = self.entry(Subject::Election(judgment.election.clone()), what);
        let corrected = correction.map(|correction| self.correction_entry(correction));
        let entries: Vec<_> = std::iter::once(entry).chain(corrected).collect();
        Ok(self.inner.store.record_judgment(judgment, correction, &entries).await?)
    }

    fn judgment(
        &self,
        consultation: &ConsultationId,
        election: &Election,
        new: &NewJudgment,
    ) -> Result<Judgment, JudgmentError> {
        let name = |text: &str| line(text, MAX_NAME, true).map_err(|_| JudgmentError::Words);
        let signed = new
            .signed
            .iter()
            .map(|one| name(one))
            .collect::<Result<BTreeSet<_>, _>>()?;
        Ok(Judgment {
            id: self.random_uuid(),
            consultation: consultation.clone(),
            election: election.id.clone(),
            number: name(&new.number)?.to_uppercase(),
            last_name: name(&new.name.0)?,
            first_name: name(&new.name.1)?,
            ordered: new.order.as_str().to_owned(),
            court: line(&new.court, MAX_REASON, true).map_err(|_| JudgmentError::Words)?,
            dated: new.dated,
            reference: name(&new.reference)?,
            effect: Effect::Roll.as_str().to_owned(),
            signed: signed.into_iter().collect(),
            recorded: self.inner.clock.now(),
            recorded_by: name(&new.by)?,
        })
    }

    /// The judgments recorded about the rolls of a consultation, in order: for the minutes.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn judgments(&self, consultation: &ConsultationId) -> Result<Vec<Judgment>, Fault> {
        Ok(self.inner.store.judgments(consultation).await?)
    }
}

/// What the journal keeps of a record that names a person: its digest.
fn digest(judgment: &Judgment) -> String {
    let signed = judgment.signed.join("|");
    let dated = judgment.dated.to_string();
    let parts = [
        judgment.id.as_str(),
        judgment.election.as_str(),
        &judgment.number,
        &judgment.last_name,
        &judgment.first_name,
        &judgment.ordered,
        &judgment.court,
        &dated,
        &judgment.reference,
        &judgment.effect,
        &signed,
    ];
    let mut hash = Sha256::new();
    for part in parts {
        // Two texts never run into each other.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hex::encode(hash.finalize())
}
