//! Roll files in four steps (*import de la liste électorale*): staged, that is read, checked and compared with the rolls in force, while nothing
//! changes; looked at, by its report, the rows put aside, the difference; approved by a person; applied, all of it or nothing.
//!
//! For other use cases and pages:
//! - [`VotingServer::stage_roll`] gives a [`StagedRoll`] with its [`RollReport`]; [`VotingServer::staged_rolls`], [`VotingServer::staged_roll`] find it again
//! - [`VotingServer::roll_difference`], [`VotingServer::refused_rows`], [`VotingServer::roll_remarks`] read what it holds, piece by piece;
//!   [`VotingServer::write_difference`], [`VotingServer::write_template`] write it as CSV
//! - [`VotingServer::approve_roll`], [`VotingServer::apply_roll`], [`VotingServer::abandon_roll`]
//!
//! What is staged holds personal data: it is sealed, and wiped once it is over and another file is staged.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write;

use isoloir_domain::cell::safe_cell;
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::names::normal;
use isoloir_domain::{Clock, ConsultationId, ElectionId, VoterId};
use isoloir_store::StoreError;
use isoloir_store::roll_apply::{Application, Applied, ElectionMove};
use isoloir_store::roll_stage::{CHANGES, NewStage, SealedPart};
use serde::{Deserialize, Serialize};

pub use isoloir_store::roll_stage::{Before, HistoryLine, Mode, VoterChange};
pub use isoloir_store::roll_stage::{Stage, StageStatus as Status};

use crate::anomaly::{Anomaly, REMARK_CODES};
use crate::hr_file::{FileUnread, GivenRoll, Shape};
use crate::import_roll::identities;
use crate::review_roll::{Decider, MAX_NAME};
use crate::roll_compare::{Comparison, Differences, Gone};
use crate::roll_draft::{Draft, Person, ReadError, RefusedRow, RollRow};
use crate::sealed::Vault;
use crate::{Fault, VotingServer};

/// Changes, or rows put aside, in one sealed part.
const IN_PART: usize = 2_000;
const REFUSED: &str = "refused";
const REMARKS: &str = "remarks";

/// A staged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedRoll {
    /// Where it stands, since when, by whom.
    pub stage: Stage,
    /// What was found in it.
    pub report: RollReport,
}

/// What was found in a file, in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollReport {
    /// How the file is encoded: `UTF-8`, `UTF-16`, `windows-1252` or `xlsx`.
    pub encoding: String,
    /// What separates its cells; none in a workbook.
    pub separator: Option<char>,
    /// Names of its columns.
    pub columns: Vec<String>,
    /// Rows read.
    pub rows: u64,
    /// Rows put aside.
    pub refused: u64,
    /// Things set right, or to look at.
    pub remarks: u64,
    /// Persons in the rows that are kept.
    pub voters: u64,
    /// Of these, persons not known before.
    pub new: u64,
    /// Known voters whose name or mailbox changes.
    pub corrected: u64,
    /// Persons in the rows that are kept without a mailbox.
    pub without_email: u64,
    /// Persons whom FranceConnect can identify.
    pub with_identity: u64,
    /// Of these, persons who share their identity with another of the file.
    pub shared_identity: u64,
    /// Persons who share family name and given name with another of the file.
    pub homonyms: u64,
    /// Voters who would be on no roll of the consultation any more.
    pub leaving: u64,
    /// Numbers in rows put aside: nobody of them leaves a roll by this file.
    pub held: u64,
    /// How often each kind of anomaly and remark was found.
    pub kinds: BTreeMap<String, u64>,
    /// The difference, election by election.
    pub elections: Vec<ElectionDifference>,
    /// The gates that would stand once it is applied.
    pub gates: Vec<ExpectedGate>,
}

/// What moves in the roll of an election.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElectionDifference {
    /// Key of the election.
    pub key: String,
    /// Title of the election.
    pub title: String,
    /// Whether the file names it.
    pub named: bool,
    /// On the roll so far.
    pub before: u64,
    /// Who join.
    pub joined: u64,
    /// Who leave.
    pub gone: u64,
    /// Who stay, under another name or mailbox.
    pub corrected: u64,
    /// On the roll afterwards.
    pub after: u64,
}

/// A gate that would stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedGate {
    /// Its key.
    pub key: String,
    /// What is wrong.
    pub message: Message,
}

impl StagedRoll {
    /// The elections that the file names.
    pub fn named(&self) -> impl Iterator<Item = &ElectionId> {
        let elections = self.stage.elections.iter().zip(&self.report.elections);
        elections.filter(|(_, difference)| difference.named).map(|(id, _)| id)
    }
}

impl RollReport {
    /// Entries that join a roll.
    #[must_use]
    pub fn joined(&self) -> u64 {
        self.elections.iter().fold(0, |sum, one| sum.saturating_add(one.joined))
    }

    /// Entries that leave a roll.
    #[must_use]
    pub fn gone(&self) -> u64 {
        self.elections.iter().fold(0, |sum, one| sum.saturating_add(one.gone))
    }
}

/// A remark, on its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Line in the file, from 1.
    pub line: u64,
    /// Code of the kind.
    pub code: String,
    /// What was found.
    pub message: Message,
}

/// Why a file is not staged, approved or applied.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// No such consultation.
    #[error("there is no consultation {0}")]
    UnknownConsultation(ConsultationId),
    /// The file cannot be read.
    #[error(transparent)]
    Unread(#[from] FileUnread),
    /// The columns are others, or there is no row.
    #[error("the file is not a roll")]
    NotARoll(Anomaly),
    /// More rows are wrong than are put aside; here are the first.
    #[error("more than {} rows are wrong", crate::roll_draft::MAX_REFUSED)]
    TooManyWrong(Vec<Anomaly>),
    /// A decision takes a name.
    #[error("a decision takes a name")]
    Words,
    /// No such staged file.
    #[error("there is no staged roll {0}")]
    Unknown(String),
    /// It is not waiting for this: approved, applied or given up already.
    #[error("the staged roll is {}", .0.as_str())]
    NotWaiting(Status),
    /// The rolls in force have moved since the file was compared with them.
    #[error("the rolls have moved since the file was staged")]
    Moved,
    /// An election concerned is set up.
    #[error("an election concerned is set up already")]
    Sealed,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for StageError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<ReadError> for StageError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unread(unread) => Self::Unread(unread),
            ReadError::Whole(anomaly) => Self::NotARoll(anomaly),
            ReadError::TooMany(first) => Self::TooManyWrong(first),
        }
    }
}

impl Refusal for StageError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownConsultation(_) => "unknown_consultation",
            Self::Unread(unread) => unread.code(),
            Self::NotARoll(anomaly) => anomaly.what.code(),
            Self::TooManyWrong(_) => "too_many_wrong_rows",
            Self::Words => "decision_incomplete",
            Self::Unknown(_) => "stage_unknown",
            Self::NotWaiting(_) => "stage_not_waiting",
            Self::Moved => "rolls_moved",
            Self::Sealed => "election_sealed",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::UnknownConsultation(_) => {
                Message::new("Cette consultation n’existe pas.", "This consultation does not exist.")
            }
            Self::Unread(unread) => unread.message(),
            Self::NotARoll(anomaly) => {
                let what = anomaly.what.message();
                Message::new(
                    format!("Ce fichier n’est pas une liste électorale\u{a0}: {}.", what.fr),
                    format!("This file is not an electoral roll: {}.", what.en),
                )
            }
            Self::TooManyWrong(first) => {
                let first = first.first().map_or(0, |anomaly| anomaly.line);
                Message::new(
                    format!(
                        "Trop de lignes sont fausses, dès la ligne {first}\u{a0}: ce n’est sans doute pas le bon fichier."
                    ),
                    format!(
                        "Too many rows are wrong, from line {first} on: this is probably not the file that was meant."
                    ),
                )
            }
            Self::Words => Message::new(
                format!("Écrivez qui décide, en {MAX_NAME} caractères au plus."),
                format!("Write who decides, in {MAX_NAME} characters at most."),
            ),
            Self::Unknown(_) => Message::new("Cet import n’existe pas.", "There is no such import."),
            Self::NotWaiting(status) => match status {
                Status::Staged => Message::new(
                    "Cet import n’est pas encore approuvé.",
                    "This import is not approved yet.",
                ),
                Status::Approved => Message::new("Cet import est déjà approuvé.", "This import is approved already."),
                Status::Applied => Message::new("Cet import est déjà appliqué.", "This import is applied already."),
                Status::Abandoned => Message::new("Cet import a été abandonné.", "This import was given up."),
            },
            Self::Moved => Message::new(
                "Les listes ont changé depuis la lecture de ce fichier. Déposez-le à nouveau\u{a0}: la différence est à revoir.",
                "The rolls have changed since this file was read. Bring it again: the difference is to be looked at anew.",
            ),
            Self::Sealed => Message::new(
                "Un scrutin que ce fichier modifie est scellé\u{a0}: sa liste ne change plus.",
                "An election that this file changes is sealed: its roll does not change any more.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::UnknownConsultation(_) | Self::Unknown(_) => Class::NotFound,
            Self::Unread(_) | Self::NotARoll(_) | Self::TooManyWrong(_) | Self::Words => Class::Unprocessable,
            Self::NotWaiting(_) | Self::Moved | Self::Sealed => Class::Conflict,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Reads a file, checks it and compares it with the rolls in force. Nothing of them changes. Rows that are wrong are put aside, each with its
    /// reasons; nobody whom such a row names leaves a roll by this file.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn stage_roll(
        &self,
        consultation: &ConsultationId,
        given: GivenRoll,
        mode: Mode,
        by: Decider<'_>,
    ) -> Result<StagedRoll, StageError> {
        let name = decider_name(by)?;
        let known = self.consultation(consultation).await?;
        let known = known.ok_or_else(|| StageError::UnknownConsultation(consultation.clone()))?;
        let elections = self.elections(consultation).await?;
        let base = self.inner.store.roll_version().await?;
        let (mut draft, shape) = self.read_draft(&given, elections, &known.policy.roll.keys).await??;
        let compared = self.compare_roll(&mut draft, mode, Differences::Corrections).await?;
        let draft = settle(draft, given).await?;
        if base != self.inner.store.roll_version().await? {
            return Err(StageError::Moved);
        }
        let gates = known.policy.roll.gates.judge(&compared.figures);
        let gates = gates.iter().map(|gate| ExpectedGate {
            key: gate.key(),
            message: gate.message(),
        });
        let report = RollReport {
            gates: gates.collect(),
            ..report(&draft, &compared, &shape)
        };
        let id = self.random_uuid();
        let stage = NewStage {
            id: id.clone(),
            consultation: consultation.clone(),
            mode,
            file: shape.digest,
            base,
            elections: draft.elections.iter().map(|election| election.id.clone()).collect(),
            report: serde_json::to_string(&report).map_err(|_| Fault::Damaged("a report"))?,
            at: self.inner.clock.now(),
            by: name.clone(),
        };
        let what = Event::RollStaged {
            stage: id.clone(),
            file: stage.file.clone(),
            rows: report.rows,
            refused: report.refused,
            by: name,
        };
        let entry = self.entry_of(by, consultation, what);
        let mut parts = Parts::new(self, id.clone(), draft, compared.gone);
        self.inner.store.stage_roll(&stage, || parts.next(), &entry).await?;
        self.staged_roll(&id).await?.ok_or(StageError::Unknown(id))
    }

    /// The staged files of a consultation, the latest first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn staged_rolls(&self, consultation: &ConsultationId) -> Result<Vec<StagedRoll>, Fault> {
        let stages = self.inner.store.staged_rolls(consultation).await?;
        stages.into_iter().map(read_stage).collect()
    }

    /// One staged file.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn staged_roll(&self, id: &str) -> Result<Option<StagedRoll>, Fault> {
        self.inner.store.staged_roll(id).await?.map(read_stage).transpose()
    }

    /// What a staged file would change, voter by voter in the order of names, given some at a time.
    ///
    /// # Errors
    /// [`Fault`], and those of `take`.
    pub async fn roll_difference<E: From<Fault>>(
        &self,
        id: &str,
        take: impl FnMut(Vec<VoterChange>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each_part(id, CHANGES, take).await
    }

    /// The rows that were put aside, by line, given some at a time.
    ///
    /// # Errors
    /// [`Fault`], and those of `take`.
    pub async fn refused_rows<E: From<Fault>>(
        &self,
        id: &str,
        take: impl FnMut(Vec<RefusedRow>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each_part(id, REFUSED, take).await
    }

    /// What was set right, and what is to be looked at, by line; the first ten thousand.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn roll_remarks(&self, id: &str) -> Result<Vec<Remark>, Fault> {
        let mut all = Vec::new();
        self.each_part(id, REMARKS, |some: Vec<Remark>| -> Result<(), Fault> {
            all.extend(some);
            Ok(())
        })
        .await?;
        Ok(all)
    }

    async fn each_part<T: serde::de::DeserializeOwned, E: From<Fault>>(
        &self,
        id: &str,
        kind: &str,
        mut take: impl FnMut(Vec<T>) -> Result<(), E>,
    ) -> Result<(), E> {
        for seq in 0_u32.. {
            let sealed = self.inner.store.staged_part(id, kind, seq).await.map_err(Fault::from)?;
            let Some(sealed) = sealed else { break };
            take(open_part(&self.inner.vault, id, kind, seq, &sealed)?)?;
        }
        Ok(())
    }

    /// Records that somebody looked at a staged file and approves it.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn approve_roll(&self, id: &str, by: Decider<'_>) -> Result<(), StageError> {
        let name = decider_name(by)?;
        let staged = self.known_stage(id).await?;
        let what = Event::RollApproved {
            stage: id.to_owned(),
            by: name.clone(),
        };
        let entry = self.entry_of(by, &staged.stage.consultation, what);
        let made = self.inner.store.approve_roll(id, entry.at, &name, &entry).await?;
        if made { Ok(()) } else { Err(self.not_waiting(id).await) }
    }

    /// Whether a staged file waits for its approval.
    pub(crate) async fn check_approval(&self, id: &str) -> Result<(), StageError> {
        match self.known_stage(id).await?.stage.status {
            Status::Staged => Ok(()),
            status => Err(StageError::NotWaiting(status)),
        }
    }

    /// Gives a staged file up.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn abandon_roll(&self, id: &str, by: Decider<'_>) -> Result<(), StageError> {
        let name = decider_name(by)?;
        let staged = self.known_stage(id).await?;
        let what = Event::RollAbandoned {
            stage: id.to_owned(),
            by: name,
        };
        let entry = self.entry_of(by, &staged.stage.consultation, what);
        let made = self.inner.store.abandon_roll(id, &entry).await?;
        if made { Ok(()) } else { Err(self.not_waiting(id).await) }
    }

    /// Changes the rolls as an approved file says, in one transaction: after a crash either all of it is there or nothing, and it can be asked for again.
    ///
    /// # Errors
    /// [`StageError`]; [`StageError::Moved`] when the rolls are no longer those that the file was compared with.
    pub async fn apply_roll(&self, id: &str, by: Decider<'_>) -> Result<StagedRoll, StageError> {
        let name = decider_name(by)?;
        let staged = self.known_stage(id).await?;
        let report = &staged.report;
        let what = Event::RollApplied {
            stage: id.to_owned(),
            file: staged.stage.file.clone(),
            joined: report.joined(),
            gone: report.gone(),
            corrected: report.corrected,
            by: name.clone(),
        };
        let entry = self.entry_of(by, &staged.stage.consultation, what);
        let moves = moves(&staged);
        let application = Application {
            stage: &staged.stage,
            moves: &moves,
            at: entry.at,
            by: &name,
        };
        let vault = &self.inner.vault;
        let open = |seq, sealed: &[u8]| {
            open_part(vault, id, CHANGES, seq, sealed).map_err(|_| StoreError::Damaged("a staged roll"))
        };
        match self.inner.store.apply_roll(&application, open, &entry).await? {
            Applied::Made => self.known_stage(id).await,
            Applied::NotApproved => Err(self.not_waiting(id).await),
            Applied::Moved => Err(StageError::Moved),
            Applied::Sealed => Err(StageError::Sealed),
        }
    }

    async fn known_stage(&self, id: &str) -> Result<StagedRoll, StageError> {
        let known = self.staged_roll(id).await?;
        known.ok_or_else(|| StageError::Unknown(id.to_owned()))
    }

    async fn not_waiting(&self, id: &str) -> StageError {
        match self.known_stage(id).await {
            Ok(staged) => StageError::NotWaiting(staged.stage.status),
            Err(error) => error,
        }
    }

    fn entry_of(&self, by: Decider<'_>, consultation: &ConsultationId, what: Event) -> Entry {
        let subject = Subject::Consultation(consultation.clone());
        match by.actor() {
            Some(actor) => self.entry_by(actor, subject, what),
            None => self.entry(subject, what),
        }
    }

    /// Writes the difference as CSV (UTF-8 with its mark, `;`), a line for each voter and election. A cell that a spreadsheet would compute is
    /// written so that it stays a text.
    ///
    /// # Errors
    /// [`StageError`], and those of `out` as [`FileUnread::Unreadable`].
    pub async fn write_difference(&self, id: &str, out: &mut (impl Write + Send)) -> Result<(), StageError> {
        let staged = self.known_stage(id).await?;
        let keys: Vec<&str> = staged.report.elections.iter().map(|one| one.key.as_str()).collect();
        let mut writer = csv_writer(out)?;
        writer.write_record(DIFFERENCE).map_err(unwritten)?;
        self.roll_difference(id, |changes| -> Result<(), StageError> {
            for change in &changes {
                for line in difference_lines(change, &keys) {
                    writer
                        .write_record(line.iter().map(|cell| safe_cell(cell)))
                        .map_err(unwritten)?;
                }
            }
            Ok(())
        })
        .await?;
        writer.flush().map_err(FileUnread::from)?;
        Ok(())
    }

    /// Writes the rows that were put aside as CSV, with their lines and the reasons, ready to be corrected and staged as a supplement: the two
    /// columns that are ours may stay. Cells that a spreadsheet would compute are written as texts.
    ///
    /// # Errors
    /// As for [`VotingServer::write_difference`].
    pub async fn write_template(&self, id: &str, out: &mut (impl Write + Send)) -> Result<(), StageError> {
        let staged = self.known_stage(id).await?;
        let columns = staged.report.columns.len();
        let mut writer = csv_writer(out)?;
        let ours = ["ligne", "anomalies"].map(str::to_owned);
        let header = staged.report.columns.iter().chain(&ours);
        writer
            .write_record(header.map(|name| safe_cell(name)))
            .map_err(unwritten)?;
        self.refused_rows(id, |rows| -> Result<(), StageError> {
            for row in rows {
                let mut cells = row.cells;
                cells.resize(columns, String::new());
                cells.push(row.line.to_string());
                let reasons: Vec<&str> = row.reasons.iter().map(|reason| reason.fr.as_str()).collect();
                cells.push(reasons.join(" / "));
                writer
                    .write_record(cells.iter().map(|cell| safe_cell(cell)))
                    .map_err(unwritten)?;
            }
            Ok(())
        })
        .await?;
        writer.flush().map_err(FileUnread::from)?;
        Ok(())
    }

    /// What happened to a voter's entries since the first import.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn roll_history(&self, voter: VoterId) -> Result<Vec<HistoryLine>, Fault> {
        Ok(self.inner.store.roll_history(voter).await?)
    }
}

/// Columns of the difference.
const DIFFERENCE: [&str; 8] = [
    "changement",
    "scrutin",
    "matricule",
    "nom",
    "prenom",
    "courriel",
    "avant",
    "ligne",
];

fn difference_lines(change: &VoterChange, keys: &[&str]) -> Vec<[String; 8]> {
    let mail = change.email.clone().unwrap_or_default();
    let told = |what: &str, election: &str, before: String| {
        [
            what.to_owned(),
            election.to_owned(),
            change.number.clone(),
            change.last_name.clone(),
            change.first_name.clone(),
            mail.clone(),
            before,
            if change.line == 0 {
                String::new()
            } else {
                change.line.to_string()
            },
        ]
    };
    let key = |index: &u16| keys.get(usize::from(*index)).copied().unwrap_or_default();
    let mut lines = Vec::new();
    if let Some(before) = &change.before {
        let mail = before.email.as_deref().unwrap_or("sans courriel");
        let before = format!("{} {}, {mail}", before.last_name, before.first_name);
        lines.push(told("correction", "", before));
    }
    lines.extend(
        change
            .joins
            .iter()
            .map(|index| told("ajout", key(index), String::new())),
    );
    lines.extend(
        change
            .leaves
            .iter()
            .map(|index| told("retrait", key(index), String::new())),
    );
    if lines.is_empty() {
        lines.push(told("remise ou identité", "", String::new()));
    }
    lines
}

fn csv_writer<W: Write>(mut out: W) -> Result<csv::Writer<W>, StageError> {
    out.write_all(b"\xef\xbb\xbf").map_err(FileUnread::from)?;
    Ok(csv::WriterBuilder::new().delimiter(b';').from_writer(out))
}

fn unwritten(error: csv::Error) -> StageError {
    StageError::Unread(FileUnread::Unreadable(error.into()))
}

/// Who decides, as it is stored.
fn decider_name(by: Decider<'_>) -> Result<String, StageError> {
    by.checked_name().ok_or(StageError::Words)
}

/// Puts aside every row of the persons in doubt, off the async threads.
async fn settle(mut draft: Draft, given: GivenRoll) -> Result<Draft, StageError> {
    let settled = tokio::task::spawn_blocking(move || draft.settle(&given).map(|()| draft));
    Ok(settled.await.map_err(|_| Fault::Stopping)??)
}

fn read_stage(stage: Stage) -> Result<StagedRoll, Fault> {
    let report = serde_json::from_str(&stage.report).map_err(|_| Fault::Damaged("a report"))?;
    Ok(StagedRoll { stage, report })
}

/// The elections that the file names, in order of identifiers.
fn moves(staged: &StagedRoll) -> Vec<ElectionMove> {
    let elections = staged.stage.elections.iter().zip(&staged.report.elections);
    let named = elections.filter(|(_, difference)| difference.named);
    let mut moves: Vec<ElectionMove> = named
        .map(|(id, difference): (&ElectionId, _)| ElectionMove {
            election: id.clone(),
            before: difference.before,
            joined: difference.joined,
            gone: difference.gone,
        })
        .collect();
    moves.sort_by(|one, other| one.election.cmp(&other.election));
    moves
}

fn report(draft: &Draft, compared: &Comparison, shape: &Shape) -> RollReport {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let sound = || draft.persons.iter().filter(|person| !person.doubted);
    let (with_identity, shared_identity) = identities(&draft.persons);
    let moves = draft.elections.iter().zip(&compared.moves).zip(0..);
    let elections = moves.map(|((election, moves), index)| ElectionDifference {
        key: election.key.clone(),
        title: election.title.clone(),
        named: draft.covered.contains(&index),
        before: moves.before,
        joined: moves.joined,
        gone: moves.gone,
        corrected: moves.corrected,
        after: moves.before.saturating_add(moves.joined).saturating_sub(moves.gone),
    });
    let remarks = draft.counts.iter().filter(|(code, _)| REMARK_CODES.contains(code));
    RollReport {
        encoding: shape.encoding.to_owned(),
        separator: shape.separator,
        columns: draft.own_header(),
        rows: draft.rows,
        refused: count(draft.refused.len()),
        remarks: remarks.fold(0, |sum, (_, count)| sum.saturating_add(*count)),
        voters: count(sound().count()),
        new: count(sound().filter(|person| person.known.is_none()).count()),
        corrected: compared.corrected,
        without_email: count(sound().filter(|person| person.email.is_none()).count()),
        with_identity: count(with_identity),
        shared_identity: count(shared_identity),
        homonyms: draft.homonyms(),
        leaving: compared.leaving,
        held: count(draft.held.len()),
        kinds: draft
            .counts
            .iter()
            .map(|(code, count)| ((*code).to_owned(), *count))
            .collect(),
        elections: elections.collect(),
        gates: Vec::new(),
    }
}

fn place(id: &str, kind: &str, seq: u32) -> String {
    format!("staged_part|{kind}|{id}|{seq}")
}

fn open_part<T: serde::de::DeserializeOwned>(
    vault: &Vault,
    id: &str,
    kind: &str,
    seq: u32,
    sealed: &[u8],
) -> Result<Vec<T>, Fault> {
    let damaged = || Fault::Damaged("a staged roll");
    let plain = vault.open(&place(id, kind, seq), sealed).ok_or_else(damaged)?;
    serde_json::from_slice(&plain).map_err(|_| damaged())
}

/// What a staged file holds, sealed part by part as the store asks for it.
struct Parts<'a> {
    server: &'a VotingServer,
    id: String,
    clock: &'a dyn Clock,
    rng: rand::rngs::StdRng,
    persons: Vec<Person>,
    /// Rows that are not there yet, by person.
    rows: Vec<RollRow>,
    /// Persons by name: the tables are filled in the order of their indexes.
    order: std::vec::IntoIter<u32>,
    gone: std::vec::IntoIter<Gone>,
    told: (bool, bool),
    refused: std::vec::IntoIter<RefusedRow>,
    remarks: std::vec::IntoIter<Remark>,
    next: VecDeque<(&'static str, u32)>,
}

impl<'a> Parts<'a> {
    fn new(server: &'a VotingServer, id: String, draft: Draft, gone: Vec<Gone>) -> Self {
        let told = draft.tells_more();
        let refused: Vec<RefusedRow> = draft.refused.into_iter().map(refused_row).collect();
        let remarks = draft.remarks.into_iter().map(|remark| Remark {
            line: remark.line,
            code: remark.what.code().to_owned(),
            message: remark.what.message(),
        });
        let persons = draft.persons;
        let doubted = |index: u32| {
            let person = usize::try_from(index).ok().and_then(|index| persons.get(index));
            person.is_none_or(|person| person.doubted)
        };
        let mut rows: Vec<RollRow> = draft.entries;
        rows.retain(|row| !row.there && !doubted(row.person));
        rows.sort_unstable_by_key(|row| (row.person, row.election));
        let mut order: Vec<u32> = (0..)
            .zip(&persons)
            .filter(|(_, person)| !person.doubted)
            .map(|(index, _)| index)
            .collect();
        order.sort_by_cached_key(|index| {
            let person = usize::try_from(*index).ok().and_then(|index| persons.get(index));
            person.map(|person| normal(&format!("{} {}", person.last_name, person.first_name)))
        });
        Self {
            server,
            id,
            clock: server.clock(),
            rng: server.rng(),
            rows,
            order: order.into_iter(),
            persons,
            gone: gone.into_iter(),
            told,
            refused: refused.into_iter(),
            remarks: remarks.collect::<Vec<_>>().into_iter(),
            next: VecDeque::from([(CHANGES, 0), (REFUSED, 0), (REMARKS, 0)]),
        }
    }

    /// The next part; none when all were given.
    fn next(&mut self) -> Result<Option<SealedPart>, StageError> {
        while let Some((kind, seq)) = self.next.pop_front() {
            let (items, json) = match kind {
                CHANGES => json_of(&self.changes()),
                REFUSED => json_of(&self.refused.by_ref().take(IN_PART).collect::<Vec<_>>()),
                _ => json_of(&self.remarks.by_ref().take(IN_PART).collect::<Vec<_>>()),
            };
            if items == 0 {
                continue;
            }
            let json = json.map_err(|_| Fault::Damaged("a staged roll"))?;
            let vault = &self.server.inner.vault;
            let sealed = vault.seal(&place(&self.id, kind, seq), &json, &mut self.rng);
            self.next.push_front((kind, seq.saturating_add(1)));
            return Ok(Some(SealedPart {
                kind,
                seq,
                sealed: sealed.ok_or(Fault::Damaged("a staged roll"))?,
            }));
        }
        Ok(None)
    }

    fn changes(&mut self) -> Vec<VoterChange> {
        let mut changes = Vec::with_capacity(IN_PART);
        while changes.len() < IN_PART {
            if let Some(index) = self.order.next() {
                changes.extend(self.change_of(index));
            } else if let Some(gone) = self.gone.next() {
                changes.push(change_of_gone(gone));
            } else {
                break;
            }
        }
        changes
    }

    /// What changes for a person of the file, if anything does.
    fn change_of(&mut self, index: u32) -> Option<VoterChange> {
        let first = self.rows.partition_point(|row| row.person < index);
        let own = self
            .rows
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(|row| row.person == index);
        let joins: Vec<u16> = own.map(|row| row.election).collect();
        let person = usize::try_from(index).ok().and_then(|index| self.persons.get(index))?;
        let more = person.more.as_deref();
        let (delivers, identifies) = self.told;
        let known = person.known.as_deref();
        let delivery = known.map_or(more.is_some(), |known| known.delivery_changes) && delivers;
        let marks = known.map_or(more.is_some(), |known| known.marks_change) && identifies;
        let change = VoterChange {
            voter: known.map_or_else(|| VoterId::generate(self.clock, &mut self.rng), |known| known.id),
            line: u64::from(person.line),
            number: person.number.to_string(),
            last_name: person.last_name.to_string(),
            first_name: person.first_name.to_string(),
            email: person.email.as_deref().map(str::to_owned),
            before: known.and_then(|known| known.before.clone()),
            new: known.is_none(),
            delivery: delivery.then(|| more.map(|more| more.delivery.clone()).unwrap_or_default()),
            marks: marks.then(|| {
                more.map(|more| more.marks.iter().map(hex::encode).collect())
                    .unwrap_or_default()
            }),
            joins,
            leaves: known.map(|known| known.leaves.clone()).unwrap_or_default(),
        };
        let nothing = !change.new
            && change.before.is_none()
            && change.delivery.is_none()
            && change.marks.is_none()
            && change.joins.is_empty()
            && change.leaves.is_empty();
        (!nothing).then_some(change)
    }
}

fn json_of<T: Serialize>(items: &[T]) -> (usize, serde_json::Result<Vec<u8>>) {
    (items.len(), serde_json::to_vec(items))
}

fn change_of_gone(gone: Gone) -> VoterChange {
    VoterChange {
        voter: gone.voter.id,
        line: 0,
        number: gone.voter.number,
        last_name: gone.voter.last_name,
        first_name: gone.voter.first_name,
        email: gone.voter.email,
        before: None,
        new: false,
        delivery: None,
        marks: None,
        joins: Vec::new(),
        leaves: gone.leaves,
    }
}

fn refused_row((line, (cells, kinds)): (u64, (Vec<String>, Vec<crate::anomaly::AnomalyKind>))) -> RefusedRow {
    RefusedRow {
        line,
        cells,
        codes: kinds.iter().map(|kind| kind.code().to_owned()).collect(),
        reasons: kinds.iter().map(crate::anomaly::AnomalyKind::message).collect(),
    }
}
