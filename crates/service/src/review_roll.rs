//! The rolls against what the organiser said that they should be (*contrôles avant scellement*), and the decision to pass a gate all the same.

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::roll_gates::{Gate, RollFigures, Waiver};
use isoloir_domain::{Consultation, ConsultationId, StaffMember};

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
        let name = match by {
            Decider::Staff(member) => member.name.as_str(),
            Decider::Named(name) => name,
        };
        let name = line(name, MAX_NAME, true).map_err(|_| WaiveError::Words)?;
        let reason = line(reason, MAX_REASON, true).map_err(|_| WaiveError::Words)?;
        let known = self.consultation(consultation).await?;
        let known = known.ok_or_else(|| WaiveError::UnknownConsultation(consultation.clone()))?;
        let review = self.review_roll(&known).await?;
        let not_standing = || WaiveError::NotStanding(key.to_owned());
        let gate = review
            .standing()
            .find(|gate| gate.key() == key)
            .ok_or_else(not_standing)?;
        if !gate.can_be_waived() {
            return Err(WaiveError::Never);
        }
        let subject = Subject::Consultation(consultation.clone());
        let what = Event::GateWaived {
            gate: key.to_owned(),
            by: name.clone(),
            reason: reason.clone(),
        };
        let entry = match by {
            Decider::Staff(member) => self.entry_by(member.id, subject, what),
            Decider::Named(_) => self.entry(subject, what),
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
            Err(not_standing())
        }
    }
}
