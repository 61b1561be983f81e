//! The rolls against what the organiser said that they should be (*contrôles avant scellement*), and the decision to pass a gate all the same.

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::roll_gates::{Gate, RollFigures, Waiver};
use isoloir_domain::{Consultation, ConsultationId, StaffId, StaffMember};

use crate::free_text::line;
use crate::{Fault, VotingServer};

/// Longest name, in characters.
pub const MAX_NAME: usize = 120;
/// Longest reason, in characters.
pub const MAX_REASON: usize = 500;

/// What was found.
#[derive(Debug, Clone)]
pub struct RollReview {
    /// What the rolls are.
    pub figures: RollFigures,
    /// The gates that they do not pass, each with the decision to pass it all the same, if there is one.
    pub gates: Vec<(Gate, Option<Waiver>)>,
}

impl RollReview {
    /// The gates that stand: nothing is set up before each is mended, or passed by somebody's decision.
    pub fn standing(&self) -> impl Iterator<Item = &Gate> {
        self.gates
            .iter()
            .filter_map(|(gate, waiver)| waiver.is_none().then_some(gate))
    }
}

/// Who decides: a member of the staff who is signed in, or somebody whom the operator names.
#[derive(Debug, Clone, Copy)]
pub enum Decider<'a> {
    /// Signed in.
    Staff(&'a StaffMember),
    /// Named on the command line.
    Named(&'a str),
    /// Two people: one, or a program, proposed, another confirmed.
    Two {
        /// The name of who proposed.
        proposed: &'a str,
        /// Who confirmed, signed in.
        confirmed: &'a StaffMember,
    },
}

impl Decider<'_> {
    /// The name, or both.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Staff(member) => member.name.clone(),
            Self::Named(name) => (*name).to_owned(),
            Self::Two { proposed, confirmed } => format!("{proposed}, {}", confirmed.name),
        }
    }

    /// The member of the staff whom the journal names as acting; nobody when a command or a program of the operator does.
    #[must_use]
    pub fn actor(&self) -> Option<StaffId> {
        match self {
            Self::Staff(member) | Self::Two { confirmed: member, .. } => Some(member.id),
            Self::Named(_) => None,
        }
    }

    /// The name as it is stored: one line, of a length that is read.
    pub(crate) fn checked_name(&self) -> Option<String> {
        let longest = match self {
            Self::Staff(_) | Self::Named(_) => MAX_NAME,
            Self::Two { .. } => MAX_NAME.saturating_mul(2).saturating_add(2),
        };
        line(&self.name(), longest, true).ok()
    }
}

/// Why a gate is not passed.
#[derive(Debug, thiserror::Error)]
pub enum WaiveError {
    /// The consultation is unknown.
    #[error("there is no consultation {0}")]
    UnknownConsultation(ConsultationId),
    /// No gate of this key stands: mended, passed already, or another figure by now.
    #[error("no gate {0} stands")]
    NotStanding(String),
    /// A mistake that a reason does not mend.
    #[error("this gate cannot be passed: the roll is to be mended")]
    Never,
    /// Name or reason is missing or too long.
    #[error("a decision takes a name and a reason")]
    Words,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for WaiveError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownConsultation(_) => "unknown_consultation",
            Self::NotStanding(_) => "gate_not_standing",
            Self::Never => "gate_never_waived",
            Self::Words => "waiver_incomplete",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::UnknownConsultation(_) => {
                Message::new("Cette consultation n’existe pas.", "This consultation does not exist.")
            }
            Self::NotStanding(_) => Message::new(
                "Ce contrôle n’est plus à lever\u{a0}: la liste a changé, ou la décision est déjà prise.",
                "This gate no longer stands: the roll has changed, or the decision is taken already.",
            ),
            Self::Never => Message::new(
                "Ce contrôle ne se lève pas\u{a0}: la liste est à corriger.",
                "This gate cannot be passed: the roll is to be mended.",
            ),
            Self::Words => Message::new(
                format!("Écrivez la raison de cette décision, en {MAX_REASON} caractères au plus."),
                format!("Write the reason of this decision, in {MAX_REASON} characters at most."),
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::UnknownConsultation(_) => Class::NotFound,
            Self::NotStanding(_) | Self::Never => Class::Conflict,
            Self::Words => Class::Unprocessable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Compares the rolls of a consultation with what its policy says.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn review_roll(&self, consultation: &Consultation) -> Result<RollReview, Fault> {
        let store = &self.inner.store;
        let figures = store.roll_figures(&consultation.id).await?;
        let waivers = store.gate_waivers(&consultation.id).await?;
        let decision = |gate: &Gate| {
            let key = gate.key();
            waivers.iter().find(|waiver| waiver.gate == key).cloned()
        };
        let gates = consultation.policy.roll.gates.judge(&figures);
        let gates = gates.into_iter().map(|gate| {
            let waiver = decision(&gate);
            (gate, waiver)
        });
        Ok(RollReview {
            gates: gates.collect(),
            figures,
        })
    }

    /// Records somebody's decision to pass the gate of this key, with the reason. It is about the figures that the key holds: when the roll
    /// changes, so does the key, and the gate stands again.
    ///
    /// # Errors
    /// [`WaiveError`].
    pub async fn waive_gate(
        &self,
        consultation: &ConsultationId,
        key: &str,
        by: Decider<'_>,
        reason: &str,
    ) -> Result<(), WaiveError> {
        let name = by.checked_name().ok_or(WaiveError::Words)?;
        let known = self.consultation(consultation).await?;
        let known = known.ok_or_else(|| WaiveError::UnknownConsultation(consultation.clone()))?;
        let reason = self.check_waiver(&known, key, reason).await?;
        let subject = Subject::Consultation(consultation.clone());
        let what = Event::GateWaived {
            gate: key.to_owned(),
            by: name.clone(),
            reason: reason.clone(),
        };
        let entry = match by.actor() {
            Some(actor) => self.entry_by(actor, subject, what),
            None => self.entry(subject, what),
        };
        let waiver = Waiver {
            gate: key.to_owned(),
            by: name,
            reason,
            at: entry.at,
        };
        let stored = self.inner.store.waive_gate(consultation, &waiver, &entry).await;
        if stored.map_err(Fault::from)? {
            Ok(())
        } else {
            Err(WaiveError::NotStanding(key.to_owned()))
        }
    }

    /// Whether a gate stands that can be passed, and the reason is one; the reason as it is stored.
    pub(crate) async fn check_waiver(
        &self,
        consultation: &Consultation,
        key: &str,
        reason: &str,
    ) -> Result<String, WaiveError> {
        let reason = line(reason, MAX_REASON, true).map_err(|_| WaiveError::Words)?;
        let review = self.review_roll(consultation).await?;
        let gate = review.standing().find(|gate| gate.key() == key);
        let gate = gate.ok_or_else(|| WaiveError::NotStanding(key.to_owned()))?;
        if gate.can_be_waived() {
            Ok(reason)
        } else {
            Err(WaiveError::Never)
        }
    }
}
