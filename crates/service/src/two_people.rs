//! Acts that take two people (*actes à quatre yeux*): whoever has the right proposes, another of the same right confirms, and only then is it done.
//!
//! Which acts these are is part of the legal profile ([`CriticalAct::takes_two`]). The pages and the API ask for every such act here; where the profile does not
//! want two people, it is done at once. A confirmed act is done under both names. The operator's commands are not held by this: whoever holds the
//! database is watched by the board's seal and the journal, not by a second click.

use isoloir_domain::critical::CriticalAct;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Calendar, ChangeId, Consultation, ConsultationId, StaffMember};
pub use isoloir_store::critical_act::Proposal;
pub use isoloir_store::critical_act::ProposalStatus;
use jiff::SignedDuration;

use crate::change_calendar::ChangeCalendarError;
use crate::decide_complaint::{DecideError, NewDecision};
use crate::review_roll::{Decider, WaiveError};
use crate::stage_roll::StageError;
use crate::{Fault, VotingServer};

/// How long a proposal waits for another person.
pub const PROPOSAL_LIFETIME: SignedDuration = SignedDuration::from_hours(72);
/// Proposals listed at most.
pub const LISTED: u32 = 100;

/// What came of an act that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It is done.
    Now,
    /// It waits for another person.
    Proposed(ChangeId),
}

/// Why an act is neither done nor proposed, or not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// Passing a gate.
    #[error(transparent)]
    Waive(#[from] WaiveError),
    /// Approving a roll.
    #[error(transparent)]
    Stage(#[from] StageError),
    /// Deciding a complaint.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// Moving a calendar.
    #[error(transparent)]
    Calendar(#[from] ChangeCalendarError),
    /// The same waits for another person already.
    #[error("the same waits for another person already")]
    Pending,
    /// No such proposal.
    #[error("there is no such proposal")]
    Unknown,
    /// Decided, or too old.
    #[error("the proposal is decided or too old")]
    Decided,
    /// Nobody confirms what they proposed.
    #[error("nobody confirms what they proposed")]
    SamePerson,
    /// A program of the operator proposes and confirms nothing: it is nobody.
    #[error("a person confirms")]
    Nobody,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ActError {
    fn code(&self) -> &'static str {
        match self {
            Self::Waive(error) => error.code(),
            Self::Stage(error) => error.code(),
            Self::Decide(error) => error.code(),
            Self::Calendar(error) => error.code(),
            Self::Pending => "act_pending",
            Self::Unknown => "proposal_unknown",
            Self::Decided => "proposal_decided",
            Self::SamePerson => "same_person",
            Self::Nobody => "person_required",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        let (fr, en) = match self {
            Self::Waive(error) => return error.message(),
            Self::Stage(error) => return error.message(),
            Self::Decide(error) => return error.message(),
            Self::Calendar(error) => return error.message(),
            Self::Fault(fault) => return fault.message(),
            Self::Pending => (
                "Le même acte attend déjà la confirmation d’une autre personne.",
                "The same act waits for another person’s confirmation already.",
            ),
            Self::Unknown => ("Cette proposition n’existe pas.", "There is no such proposal."),
            Self::Decided => (
                "Cette proposition n’attend plus\u{a0}: elle a été décidée, ou elle a expiré.",
                "This proposal no longer waits: it was decided, or it expired.",
            ),
            Self::SamePerson => (
                "Vous avez proposé cet acte\u{a0}: une autre personne le confirme.",
                "You proposed this act: another person confirms it.",
            ),
            Self::Nobody => (
                "Un acte critique est confirmé par une personne\u{a0}: un jeton de l’exploitant ne confirme rien.",
                "A critical act is confirmed by a person: a token of the operator confirms nothing.",
            ),
        };
        Message::new(fr, en)
    }

    fn class(&self) -> Class {
        match self {
            Self::Waive(error) => error.class(),
            Self::Stage(error) => error.class(),
            Self::Decide(error) => error.class(),
            Self::Calendar(error) => error.class(),
            Self::Pending | Self::Decided => Class::Conflict,
            Self::Unknown => Class::NotFound,
            Self::SamePerson | Self::Nobody => Class::Forbidden,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Does an act, or proposes it where the legal profile wants two people.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn act(&self, by: Decider<'_>, consultation: &Consultation, act: &CriticalAct) -> Result<Done, ActError> {
        self.act_from(by, consultation, act, None).await
    }

    /// As [`VotingServer::act`]; with a revision, a calendar is moved only while the consultation is still of it. A proposal changes nothing yet:
    /// who confirms it sees the consultation as it is then.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn act_from(
        &self,
        by: Decider<'_>,
        consultation: &Consultation,
        act: &CriticalAct,
        read: Option<i64>,
    ) -> Result<Done, ActError> {
        if !act.takes_two(consultation, self.inner.clock.now()) {
            self.perform(by, &consultation.id, act, read).await?;
            return Ok(Done::Now);
        }
        if let Some(read) = read
            && self.consultation_revision(&consultation.id).await? != read
        {
            return Err(ChangeCalendarError::Moved.into());
        }
        self.check_proposed(consultation, act).await?;
        let id = ChangeId::generate(&mut self.rng());
        let what = Event::ActProposed {
            proposal: id,
            act: act.as_str().to_owned(),
            about: act.of(),
            by: by.name(),
        };
        let subject = Subject::Consultation(consultation.id.clone());
        let entry = match by.actor() {
            Some(member) => self.entry_by(member, subject, what),
            None => self.entry(subject, what),
        };
        let proposal = Proposal {
            id,
            consultation: consultation.id.clone(),
            act: act.clone(),
            proposed: entry.at,
            proposed_by: by.actor(),
            proposer: by.name(),
            expires: self.after(PROPOSAL_LIFETIME),
            status: ProposalStatus::Pending,
            decision: None,
        };
        if self
            .inner
            .store
            .propose_act(&proposal, &entry)
            .await
            .map_err(Fault::from)?
        {
            Ok(Done::Proposed(id))
        } else {
            Err(ActError::Pending)
        }
    }

    /// What was proposed in a consultation, what waits first, then the latest.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn proposals(&self, consultation: &ConsultationId) -> Result<Vec<Proposal>, Fault> {
        Ok(self.inner.store.proposals(consultation, LISTED).await?)
    }

    /// One proposal.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn proposal(&self, id: ChangeId) -> Result<Option<Proposal>, Fault> {
        Ok(self.inner.store.proposal(id).await?)
    }

    /// Another person confirms: the act is done. The confirmation stands even if the act is refused afterwards, since the state has moved: it
    /// is proposed again then.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn confirm_act(&self, by: &StaffMember, id: ChangeId) -> Result<(), ActError> {
        let proposal = self.proposal(id).await?.ok_or(ActError::Unknown)?;
        if proposal.proposed_by == Some(by.id) {
            return Err(ActError::SamePerson);
        }
        let entry = self.entry_by(
            by.id,
            Subject::Consultation(proposal.consultation.clone()),
            Event::ActConfirmed {
                proposal: id,
                act: proposal.act.as_str().to_owned(),
                about: proposal.act.of(),
                proposed_by: proposal.proposer.clone(),
                by: by.name.clone(),
            },
        );
        let decided = self.inner.store.decide_act(id, true, (by.id, entry.at), &entry).await;
        if !decided.map_err(Fault::from)? {
            return Err(ActError::Decided);
        }
        let both = Decider::Two {
            proposed: &proposal.proposer,
            confirmed: by,
        };
        self.perform(both, &proposal.consultation, &proposal.act, None).await
    }

    /// Refuses a proposal, or withdraws one's own.
    ///
    /// # Errors
    /// [`ActError`].
    pub async fn refuse_act(&self, by: &StaffMember, id: ChangeId) -> Result<(), ActError> {
        let proposal = self.proposal(id).await?.ok_or(ActError::Unknown)?;
        let entry = self.entry_by(
            by.id,
            Subject::Consultation(proposal.consultation.clone()),
            Event::ActRefused {
                proposal: id,
                act: proposal.act.as_str().to_owned(),
                about: proposal.act.of(),
                proposed_by: proposal.proposer,
                by: by.name.clone(),
            },
        );
        let decided = self.inner.store.decide_act(id, false, (by.id, entry.at), &entry).await;
        if decided.map_err(Fault::from)? {
            Ok(())
        } else {
            Err(ActError::Decided)
        }
    }

    /// What would be refused to anyone is not proposed.
    async fn check_proposed(&self, consultation: &Consultation, act: &CriticalAct) -> Result<(), ActError> {
        match act {
            CriticalAct::WaiveGate { gate, reason } => {
                Ok(self.check_waiver(consultation, gate, reason).await.map(|_| ())?)
            }
            CriticalAct::ApproveRoll { stage } => Ok(self.check_approval(stage).await?),
            CriticalAct::DecideComplaint { number, reasons, .. } => {
                Ok(self.check_decision(*number, reasons).await.map(|_| ())?)
            }
            CriticalAct::MoveCalendar { opens, closes } => {
                let grace = consultation.calendar.grace();
                let calendar = Calendar::new(*opens, *closes, grace).map_err(ChangeCalendarError::from)?;
                Ok(self.check_calendar(&consultation.id, calendar).await?)
            }
        }
    }

    async fn perform(
        &self,
        by: Decider<'_>,
        consultation: &ConsultationId,
        act: &CriticalAct,
        read: Option<i64>,
    ) -> Result<(), ActError> {
        match act.clone() {
            CriticalAct::WaiveGate { gate, reason } => Ok(self.waive_gate(consultation, &gate, by, &reason).await?),
            CriticalAct::ApproveRoll { stage } => Ok(self.approve_roll(&stage, by).await?),
            CriticalAct::DecideComplaint {
                number,
                accepted,
                reasons,
                effect,
                correction,
            } => {
                let decision = NewDecision {
                    accepted,
                    reasons,
                    effect,
                    correction,
                    files: Vec::new(),
                    by: by.actor().map_or_else(|| "operator".to_owned(), |id| id.to_string()),
                };
                Ok(self.decide_complaint(number, decision).await?)
            }
            CriticalAct::MoveCalendar { opens, closes } => {
                let known = self.consultation(consultation).await?;
                let known = known.ok_or_else(|| ChangeCalendarError::UnknownConsultation(consultation.clone()))?;
                let calendar =
                    Calendar::new(opens, closes, known.calendar.grace()).map_err(ChangeCalendarError::from)?;
                Ok(self.change_calendar_from(consultation, calendar, read).await?)
            }
        }
    }
}
