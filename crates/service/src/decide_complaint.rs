//! Complaints on the organiser's side: read them by urgency, open what is attached, decide with reasons, export them.
//!
//! For the pages of those who decide:
//! - [`VotingServer::complaints_by_status`]: a page of complaints, the most urgent first, each with [`Deadline`];
//!   [`VotingServer::complaint_counts`]: how many in each status
//! - [`VotingServer::complaint`]: one complaint with its attachments; [`VotingServer::complaint_file`]: the bytes of one of them
//! - [`VotingServer::decide_complaint`]: accept or reject, once, with reasons, what changes on the roll, and pieces to attach
//! - [`VotingServer::complaint_statistics`]: by object and status, delays
//! - [`VotingServer::export_complaints`]: CSV of a consultation's complaints, safe to open in a spreadsheet
//!
//! Who may call them is the caller's business (a staff role), whose complaints they are is said by a [`ComplaintScope`]; `by` names the staff account and goes to the journal.

use std::collections::BTreeMap;

use isoloir_domain::cell::safe_cell;
use isoloir_domain::complaint::{ComplaintNumber, Correction, Status};
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Consultation, ConsultationId};
use isoloir_store::complaint::NewDecision as StoredDecision;
use isoloir_store::roll_correction::{Decided, NewCorrection};
use jiff::{SignedDuration, Timestamp};

pub use isoloir_store::complaint::{Complaint, ComplaintFile, ComplaintScope, Decision};

use crate::correct_roll::{CorrectionError, Newcomer};

use crate::examine_file::FileRefused;
use crate::file_complaint::{ComplaintError, ComplaintField, paragraphs};
use crate::{Fault, VotingServer};

/// How the legal deadline of a complaint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deadline {
    /// Decided.
    Met,
    /// Decided after it.
    Missed,
    /// More than a day left.
    Ahead,
    /// Less than a day left.
    Near,
    /// Past, and not decided.
    Past,
}

impl Deadline {
    /// Of `complaint` at `now`.
    #[must_use]
    pub fn of(complaint: &Complaint, now: Timestamp) -> Self {
        match &complaint.decision {
            Some(decision) if decision.at <= complaint.due => Self::Met,
            Some(_) => Self::Missed,
            None if now > complaint.due => Self::Past,
            None if complaint.due.duration_since(now).as_hours() < 24 => Self::Near,
            None => Self::Ahead,
        }
    }
}

/// What is decided.
#[derive(Debug, Clone)]
pub struct NewDecision {
    /// Accepted, or rejected.
    pub accepted: bool,
    /// Why, as the person reads it.
    pub reasons: String,
    /// What changes on the roll, if anything, as the person reads it.
    pub effect: String,
    /// What changes on the roll, made with the decision; of one that accepts only, and before the sealing.
    pub correction: Option<Correction>,
    /// Names and bytes of pieces to attach.
    pub files: Vec<(String, Vec<u8>)>,
    /// Who decides: the identifier of a staff account.
    pub by: String,
}

/// Why a complaint was not decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// No such complaint.
    #[error("there is no such complaint")]
    Unknown,
    /// Somebody decided it before; see the complaint.
    #[error("the complaint is decided already")]
    Decided,
    /// A decision without reasons, or with a text too long.
    #[error("the reasons are too short or too long")]
    Reasons,
    /// The effect is too long.
    #[error("the effect is too long")]
    Effect,
    /// A file is refused: its rank from 0, and why.
    #[error("file {0} is refused")]
    File(usize, #[source] FileRefused),
    /// More files than allowed.
    #[error("too many files")]
    TooManyFiles,
    /// The roll cannot be corrected so; nothing was stored, the decision neither.
    #[error(transparent)]
    Correction(#[from] CorrectionError),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for DecideError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "complaint_unknown",
            Self::Decided => "complaint_decided",
            Self::Reasons => "reasons_bad",
            Self::Effect => "effect_bad",
            Self::File(_, why) => why.code(),
            Self::TooManyFiles => "too_many_files",
            Self::Correction(refused) => refused.code(),
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Unknown => Message::new("Cette réclamation n’existe pas.", "There is no such complaint."),
            Self::Decided => Message::new(
                "Cette réclamation est déjà tranchée. Votre décision n’a pas été enregistrée.",
                "This complaint is decided already. Your decision was not stored.",
            ),
            Self::Reasons => Message::new(
                "Une décision est motivée\u{a0}: écrivez pourquoi, en 20 à 4\u{202f}000\u{a0}caractères.",
                "A decision has reasons: write why, in 20 to 4,000 characters.",
            ),
            Self::Effect => Message::new(
                "L’effet sur la liste dépasse 4\u{202f}000\u{a0}caractères.",
                "The effect on the roll is longer than 4,000 characters.",
            ),
            Self::File(rank, why) => ComplaintErrorWords(*rank, why).message(),
            Self::TooManyFiles => ComplaintError::TooManyFiles.message(),
            Self::Correction(refused) => refused.message(),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Unknown => Class::NotFound,
            Self::Decided => Class::Conflict,
            Self::File(_, why) => why.class(),
            Self::Correction(refused) => refused.class(),
            Self::Fault(fault) => fault.class(),
            Self::Reasons | Self::Effect | Self::TooManyFiles => Class::Unprocessable,
        }
    }
}

/// The words of a refused file with its rank, the same as on the voter's side.
struct ComplaintErrorWords<'a>(usize, &'a FileRefused);

impl ComplaintErrorWords<'_> {
    fn message(&self) -> Message {
        let inner = self.1.message();
        let rank = self.0.saturating_add(1);
        Message::new(
            format!("Fichier {rank}\u{a0}: {}", inner.fr),
            format!("File {rank}: {}", inner.en),
        )
    }
}

/// The complaints of a consultation in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComplaintStatistics {
    /// By what they are about, as [`isoloir_domain::complaint::Object`] names it.
    pub by_object: BTreeMap<&'static str, StatusCounts>,
    /// How many are decided.
    pub decided: u64,
    /// Of these, how many after their deadline.
    pub late: u64,
    /// Open and past their deadline.
    pub overdue: u64,
    /// Hours from filing to decision, on the mean; none before the first decision.
    pub mean_hours: Option<i64>,
}

/// How many stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusCounts {
    /// Not decided.
    pub open: u64,
    /// Accepted.
    pub accepted: u64,
    /// Rejected.
    pub rejected: u64,
}

/// A complaint with what is attached.
#[derive(Debug, Clone)]
pub struct WholeComplaint {
    /// The complaint.
    pub complaint: Complaint,
    /// Its attachments, by rank.
    pub files: Vec<ComplaintFile>,
}

/// Fewest characters of the reasons: a decision of one word has none.
pub const SHORTEST_REASONS: usize = 20;

/// Columns of the export.
const COLUMNS: [&str; 14] = [
    "numero",
    "deposee",
    "echeance",
    "etat",
    "objet",
    "scrutin",
    "nom",
    "prenom",
    "matricule",
    "courriel",
    "autre personne",
    "texte",
    "motifs",
    "effet",
];

impl VotingServer {
    /// A page of those of the complaints in one status that `scope` has, the most urgent first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn complaints_by_status(
        &self,
        scope: &ComplaintScope,
        status: Status,
        limit: u32,
        offset: u64,
    ) -> Result<Vec<(Complaint, Deadline)>, Fault> {
        let now = self.inner.clock.now();
        let found = self
            .inner
            .store
            .complaints_by_status(scope, status, limit, offset)
            .await?;
        Ok(found
            .into_iter()
            .map(|complaint| {
                let deadline = Deadline::of(&complaint, now);
                (complaint, deadline)
            })
            .collect())
    }

    /// How many of the complaints that `scope` has stand in a status.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn complaint_counts(&self, scope: &ComplaintScope, status: Status) -> Result<u64, Fault> {
        let counts = self.inner.store.complaint_counts(scope).await?;
        Ok(counts
            .into_iter()
            .find(|(one, _)| *one == status)
            .map_or(0, |(_, count)| count))
    }

    /// One complaint with its attachments.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn complaint(&self, number: ComplaintNumber) -> Result<Option<WholeComplaint>, Fault> {
        let Some(complaint) = self.inner.store.complaint(number).await? else {
            return Ok(None);
        };
        let files = self.inner.store.complaint_files(number).await?;
        Ok(Some(WholeComplaint { complaint, files }))
    }

    /// The bytes of an attachment, with what is known of it.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn complaint_file(
        &self,
        number: ComplaintNumber,
        position: u32,
    ) -> Result<Option<(ComplaintFile, Vec<u8>)>, Fault> {
        let files = self.inner.store.complaint_files(number).await?;
        let Some(file) = files.into_iter().find(|file| file.position == position) else {
            return Ok(None);
        };
        let sealed = self.inner.store.complaint_file(number, position).await?;
        let sealed = sealed.ok_or(Fault::Damaged("an attachment"))?;
        Ok(Some((file, self.open_file(&sealed)?)))
    }

    /// Decides a complaint, once, and tells the person.
    ///
    /// # Errors
    /// [`DecideError`].
    pub async fn decide_complaint(&self, number: ComplaintNumber, decision: NewDecision) -> Result<(), DecideError> {
        let (complaint, reasons) = self.check_decision(number, &decision.reasons).await?;
        let effect = match decision.effect.trim() {
            "" => String::new(),
            effect => paragraphs(ComplaintField::Body, effect).map_err(|_| DecideError::Effect)?,
        };
        let files = self.seal_files(decision.files).await.map_err(|error| match error {
            ComplaintError::File(rank, why) => DecideError::File(rank, why),
            ComplaintError::Fault(fault) => DecideError::Fault(fault),
            _ => DecideError::TooManyFiles,
        })?;
        let status = if decision.accepted {
            Status::Accepted
        } else {
            Status::Rejected
        };
        let stored = Decision {
            at: self.inner.clock.now(),
            by: decision.by.clone(),
            reasons,
            effect,
        };
        let subject = match complaint.voter {
            Some(voter) => Subject::Voter(voter),
            None => Subject::Consultation(complaint.consultation.clone()),
        };
        let what = Event::ComplaintDecided {
            number,
            accepted: decision.accepted,
            by: decision.by,
        };
        let entry = self.entry(subject, what);
        let known = self
            .consultation(&complaint.consultation)
            .await?
            .ok_or(DecideError::Unknown)?;
        let correction = match decision.correction {
            None => None,
            Some(_) if !decision.accepted => return Err(CorrectionError::Rejected.into()),
            Some(asked) => Some(self.complaint_correction(&complaint, &known, &asked, &stored).await?),
        };
        let corrected = correction.as_ref().map(|correction| self.correction_entry(correction));
        let entries: Vec<Entry> = std::iter::once(entry).chain(corrected).collect();
        let mail = self.decision_mail(&complaint, &known);
        let new = StoredDecision {
            status,
            decision: &stored,
            files: &files,
            mail: mail.as_ref(),
            correction: correction.as_ref(),
            entries: &entries,
        };
        let decided = self.inner.store.decide_complaint(number, &new).await;
        match decided.map_err(Fault::from)? {
            Decided::Made => Ok(()),
            Decided::Already => Err(DecideError::Decided),
            Decided::Not(not) => Err(DecideError::Correction(not.into())),
        }
    }

    /// The complaint, if it is open, and the reasons of its decision as they are stored.
    pub(crate) async fn check_decision(
        &self,
        number: ComplaintNumber,
        reasons: &str,
    ) -> Result<(Complaint, String), DecideError> {
        let complaint = self.inner.store.complaint(number).await.map_err(Fault::from)?;
        let complaint = complaint.ok_or(DecideError::Unknown)?;
        if complaint.status != Status::Open {
            return Err(DecideError::Decided);
        }
        let reasons = paragraphs(ComplaintField::Body, reasons).map_err(|_| DecideError::Reasons)?;
        if reasons.chars().count() < SHORTEST_REASONS {
            return Err(DecideError::Reasons);
        }
        Ok((complaint, reasons))
    }

    /// What a decision changes on the roll. A person on no roll joins one under the number and names of the complaint, without a mailbox: the address
    /// that somebody typed is no proof of who reads it, and a letter opens the account.
    async fn complaint_correction(
        &self,
        complaint: &Complaint,
        known: &Consultation,
        asked: &Correction,
        decision: &Decision,
    ) -> Result<NewCorrection, DecideError> {
        let newcomer = complaint.voter.is_none().then(|| Newcomer {
            number: complaint.staff_number.to_uppercase(),
            last_name: complaint.last_name.clone(),
            first_name: complaint.first_name.clone(),
        });
        let made = self.correction(known, asked, newcomer).await?;
        Ok(NewCorrection {
            source: complaint.number.to_string(),
            by: decision.by.clone(),
            at: decision.at,
            ..made
        })
    }

    /// The complaints of a consultation that `scope` has, in figures.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn complaint_statistics(
        &self,
        consultation: &ConsultationId,
        scope: &ComplaintScope,
    ) -> Result<ComplaintStatistics, Fault> {
        let now = self.inner.clock.now();
        let mut figures = ComplaintStatistics::default();
        let mut spent = SignedDuration::ZERO;
        let all = self.inner.store.complaints(consultation).await?;
        for complaint in all.into_iter().filter(|complaint| scope.has(complaint)) {
            let counts = figures.by_object.entry(complaint.object.as_str()).or_default();
            let place = match complaint.status {
                Status::Open => &mut counts.open,
                Status::Accepted => &mut counts.accepted,
                Status::Rejected => &mut counts.rejected,
            };
            *place = place.saturating_add(1);
            match Deadline::of(&complaint, now) {
                Deadline::Missed => figures.late = figures.late.saturating_add(1),
                Deadline::Past => figures.overdue = figures.overdue.saturating_add(1),
                Deadline::Met | Deadline::Ahead | Deadline::Near => {}
            }
            if let Some(decision) = &complaint.decision {
                figures.decided = figures.decided.saturating_add(1);
                spent = spent.saturating_add(decision.at.duration_since(complaint.filed));
            }
        }
        let decided = i64::try_from(figures.decided).unwrap_or(i64::MAX);
        figures.mean_hours = spent.as_hours().checked_div(decided);
        Ok(figures)
    }

    /// The complaints of a consultation as CSV (UTF-8 with its mark, `;`), for the organiser's file. A cell that a spreadsheet would
    /// compute is written so that it stays a text.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn export_complaints(&self, consultation: &ConsultationId) -> Result<Vec<u8>, Fault> {
        let titles: Vec<_> = self
            .elections(consultation)
            .await?
            .into_iter()
            .map(|election| (election.id, election.key))
            .collect();
        let damaged = |_| Fault::Damaged("an export");
        let mut writer = csv::WriterBuilder::new()
            .delimiter(b';')
            .from_writer(b"\xef\xbb\xbf".to_vec());
        writer.write_record(COLUMNS).map_err(damaged)?;
        for complaint in self.inner.store.complaints(consultation).await? {
            let election = complaint.election.as_ref();
            let key = titles
                .iter()
                .find(|(id, _)| Some(id) == election)
                .map_or("", |(_, key)| key.as_str());
            let (reasons, effect) = complaint.decision.as_ref().map_or(("", ""), |decision| {
                (decision.reasons.as_str(), decision.effect.as_str())
            });
            let cells = [
                &complaint.number.to_string(),
                &complaint.filed.to_string(),
                &complaint.due.to_string(),
                complaint.status.as_str(),
                complaint.object.as_str(),
                key,
                &complaint.last_name,
                &complaint.first_name,
                &complaint.staff_number,
                &complaint.contact,
                &complaint.other_person,
                &complaint.body,
                reasons,
                effect,
            ];
            writer.write_record(cells.map(safe_cell)).map_err(damaged)?;
        }
        writer.into_inner().map_err(|_| Fault::Damaged("an export"))
    }
}
