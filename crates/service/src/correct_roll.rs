//! One entry of a roll corrected by a decision: an accepted complaint, a judgment. Before the sealing only; each leaves a line in the history of the
//! entry and in the journal.

use isoloir_carriers::mail::is_writable;
use isoloir_domain::complaint::{Correction, CorrectionKind};
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Consultation, Voter, VoterId};
use isoloir_store::roll_correction::{NewCorrection, NotCorrected};
use jiff::Timestamp;

use crate::free_text::line;
use crate::review_roll::MAX_NAME;
use crate::{Fault, VotingServer};

/// Why a roll is not corrected.
#[derive(Debug, thiserror::Error)]
pub enum CorrectionError {
    /// A decision that rejects changes nothing.
    #[error("a decision that rejects changes nothing on the roll")]
    Rejected,
    /// Nobody has this number.
    #[error("nobody has this number")]
    UnknownNumber,
    /// No such election in this consultation.
    #[error("there is no such election in this consultation")]
    UnknownElection,
    /// A name is missing or too long.
    #[error("a name is missing or too long")]
    Name,
    /// Not a mailbox that the consultation admits.
    #[error("not a mailbox that the consultation admits")]
    Mailbox,
    /// The store refuses it.
    #[error("the roll is not corrected")]
    Not(NotCorrected),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<NotCorrected> for CorrectionError {
    fn from(not: NotCorrected) -> Self {
        Self::Not(not)
    }
}

impl Refusal for CorrectionError {
    fn code(&self) -> &'static str {
        match self {
            Self::Rejected => "correction_of_rejected",
            Self::UnknownNumber => "number_unknown",
            Self::UnknownElection => "election_unknown",
            Self::Name => "name_bad",
            Self::Mailbox => "mailbox_bad",
            Self::Not(NotCorrected::Sealed) => "election_sealed",
            Self::Not(NotCorrected::There) => "on_roll_already",
            Self::Not(NotCorrected::NotThere) => "not_on_roll",
            Self::Not(NotCorrected::Taken) => "mailbox_or_number_taken",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Rejected => Message::new(
                "Une réclamation rejetée ne change pas la liste.",
                "A complaint that is rejected does not change the roll.",
            ),
            Self::UnknownNumber => Message::new("Aucun électeur n’a ce matricule.", "No voter has this staff number."),
            Self::UnknownElection => Message::new(
                "Ce scrutin n’est pas de cette consultation.",
                "This election is not of this consultation.",
            ),
            Self::Name => Message::new(
                format!("Écrivez le nom et le prénom, en {MAX_NAME} caractères au plus."),
                format!("Write family name and given name, in {MAX_NAME} characters at most."),
            ),
            Self::Mailbox => Message::new(
                "Cette adresse de courriel n’est pas de celles que la consultation admet.",
                "This is not an e-mail address that the consultation admits.",
            ),
            Self::Not(NotCorrected::Sealed) => Message::new(
                "La liste est scellée\u{a0}: elle ne change plus. Une décision de justice s’enregistre à part.",
                "The roll is sealed: it does not change any more. A judgment is recorded apart.",
            ),
            Self::Not(NotCorrected::There) => Message::new(
                "Cette personne figure déjà sur la liste de ce scrutin.",
                "This person is on the roll of this election already.",
            ),
            Self::Not(NotCorrected::NotThere) => Message::new(
                "Cette personne ne figure pas sur la liste de ce scrutin.",
                "This person is not on the roll of this election.",
            ),
            Self::Not(NotCorrected::Taken) => Message::new(
                "Cette adresse de courriel ou ce matricule est d’un autre électeur.",
                "This e-mail address or staff number is another voter’s.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Not(_) | Self::Rejected => Class::Conflict,
            Self::UnknownNumber | Self::UnknownElection | Self::Name | Self::Mailbox => Class::Unprocessable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// A person whom no roll names, if it is the one whom the correction is about.
pub(crate) struct Newcomer {
    pub(crate) number: String,
    pub(crate) last_name: String,
    pub(crate) first_name: String,
}

impl VotingServer {
    /// The correction asked for, compared with what is known of the person; whose decision it is, and when, is still to be filled in.
    pub(crate) async fn correction(
        &self,
        consultation: &Consultation,
        asked: &Correction,
        newcomer: Option<Newcomer>,
    ) -> Result<NewCorrection, CorrectionError> {
        if let Some(election) = asked.what.election() {
            let elections = self.elections(&consultation.id).await?;
            if elections.iter().all(|known| known.id != *election) {
                return Err(CorrectionError::UnknownElection);
            }
        }
        let number = asked.number.trim().to_uppercase();
        let known = self.inner.store.known_voters(std::slice::from_ref(&number), &[]).await;
        let known = known.map_err(Fault::from)?.into_iter().next();
        let joins = matches!(asked.what, CorrectionKind::Join(_));
        let (mut voter, is_new) = match known {
            Some(voter) => (voter, false),
            None => {
                let newcomer = newcomer.filter(|newcomer| joins && newcomer.number == number);
                (self.voter_of(newcomer.ok_or(CorrectionError::UnknownNumber)?)?, true)
            }
        };
        let before = match &asked.what {
            CorrectionKind::Rename { last_name, first_name } => {
                let before = voter.full_name();
                voter.last_name = name(last_name)?;
                voter.first_name = name(first_name)?;
                before
            }
            CorrectionKind::Mail(email) => {
                let email = email.trim().to_lowercase();
                if !is_writable(&email) || !consultation.policy.roll.keys.admits(&email) {
                    return Err(CorrectionError::Mailbox);
                }
                voter.email.replace(email).unwrap_or_default()
            }
            CorrectionKind::Join(_) | CorrectionKind::Leave(_) => String::new(),
        };
        Ok(NewCorrection {
            consultation: consultation.id.clone(),
            voter,
            newcomer: is_new,
            what: asked.what.clone(),
            before,
            source: String::new(),
            by: String::new(),
            at: Timestamp::UNIX_EPOCH,
        })
    }

    fn voter_of(&self, newcomer: Newcomer) -> Result<Voter, CorrectionError> {
        Ok(Voter {
            id: VoterId::generate(self.clock(), &mut self.rng()),
            last_name: name(&newcomer.last_name)?,
            first_name: name(&newcomer.first_name)?,
            number: newcomer.number,
            email: None,
            language: None,
        })
    }

    /// What the journal says of a correction.
    pub(crate) fn correction_entry(&self, correction: &NewCorrection) -> Entry {
        let what = Event::RollCorrected {
            change: correction.what.as_str().to_owned(),
            election: correction.what.election().cloned(),
            decision: correction.source.clone(),
        };
        self.entry(Subject::Voter(correction.voter.id), what)
    }
}

fn name(text: &str) -> Result<String, CorrectionError> {
    line(text, MAX_NAME, true).map_err(|_| CorrectionError::Name)
}
