//! Mailings to the voters of chosen rolls (*envois*): written, looked at, tried on oneself, started, held, stopped, followed by figures.
//!
//! - [`VotingServer::plan_mailing`], [`VotingServer::correct_mailing`]: what one says, to whom, how fast (`plan`)
//! - [`VotingServer::preview_mailing`], [`VotingServer::try_mailing`]: the mail of one voter of the audience, and a trial to oneself (`preview`)
//! - [`VotingServer::start_mailing`] and its likes: what somebody decides while it runs (`course`)
//! - [`VotingServer::queue_due_mailings`]: the worker that fills the outbox (`worker`)
//!
//! Nothing of it reads the poll book: a reminder goes to all the voters of its rolls.

mod course;
mod plan;
mod preview;
mod worker;

use isoloir_domain::ids::MailingId;
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::mailing::{MailingAct, MailingEntry, MailingKind, MailingStatus, WordsError};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Calendar, Consultation, ConsultationId};

pub use isoloir_store::mailing::{Audience, Mailing};
pub use plan::MailingPlan;
pub use preview::Preview;

use crate::review_roll::Decider;
use crate::{Fault, VotingServer};

/// Why a mailing is not what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum MailingError {
    /// The consultation is unknown.
    #[error("there is no consultation {0}")]
    UnknownConsultation(ConsultationId),
    /// No such mailing.
    #[error("there is no mailing {0}")]
    Unknown(String),
    /// No roll is chosen, or one of another consultation.
    #[error("choose at least one election of the consultation")]
    NoRoll,
    /// A text that is not sound.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// A text with what has the shape of a voting code.
    #[error("a text holds what looks like a code")]
    HoldsCode,
    /// Too slow or too fast.
    #[error("not a pace")]
    Pace,
    /// The name of who decides is missing or too long.
    #[error("a decision takes a name")]
    Name,
    /// No voter of its rolls would receive it.
    #[error("nobody would receive it")]
    Nobody,
    /// Its instant is before what it announces, or past.
    #[error("it cannot leave before what it announces")]
    TooEarly,
    /// What it announces is over.
    #[error("it would leave after the vote has closed")]
    TooLate,
    /// Not in this state.
    #[error("it is {}", .0.as_str())]
    NotNow(MailingStatus),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for MailingError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownConsultation(_) => "unknown_consultation",
            Self::Unknown(_) => "unknown_mailing",
            Self::NoRoll => "mailing_without_roll",
            Self::Words(_) => "mailing_words",
            Self::HoldsCode => "mailing_holds_code",
            Self::Pace => "mailing_pace",
            Self::Name => "decider_unnamed",
            Self::Nobody => "mailing_to_nobody",
            Self::TooEarly => "mailing_too_early",
            Self::TooLate => "mailing_too_late",
            Self::NotNow(_) => "mailing_state",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::UnknownConsultation(_) => {
                Message::new("Cette consultation n’existe pas.", "This consultation does not exist.")
            }
            Self::Unknown(_) => Message::new("Cet envoi n’existe pas.", "This mailing does not exist."),
            Self::NoRoll => Message::new(
                "Choisissez au moins une liste électorale de cette consultation.",
                "Choose at least one roll of this consultation.",
            ),
            Self::Words(error) => error.what.message(),
            Self::HoldsCode => Message::new(
                "Ce texte contient ce qui ressemble à un code. Un code ne s’envoie jamais par courriel.",
                "This text holds what looks like a code. A code is never sent by mail.",
            ),
            Self::Pace => Message::new(
                "Choisissez une cadence, de 1 à 30\u{a0}000 messages par minute.",
                "Choose a pace, from 1 to 30,000 messages in a minute.",
            ),
            Self::Name => Message::new(
                "Une décision porte un nom, de 120 caractères au plus.",
                "A decision takes a name, of 120 characters at most.",
            ),
            Self::Nobody => Message::new(
                "Personne ne recevrait cet envoi\u{a0}: ces listes sont vides, sans messagerie, ou tous les comptes sont activés.",
                "Nobody would receive this mailing: these rolls are empty or without mailboxes, or all accounts are active.",
            ),
            Self::TooEarly => Message::new(
                "Cet envoi ne peut pas partir avant ce qu’il annonce. Choisissez un autre instant.",
                "This mailing cannot leave before what it announces. Choose another instant.",
            ),
            Self::TooLate => Message::new(
                "Cet envoi partirait après la clôture du vote.",
                "This mailing would leave after the vote has closed.",
            ),
            Self::NotNow(status) => {
                let (fr, en) = match status {
                    MailingStatus::Draft => ("n’est pas lancé", "has not started"),
                    MailingStatus::Started => ("est déjà lancé", "has started already"),
                    MailingStatus::Paused => ("est suspendu", "is held"),
                    MailingStatus::Stopped => ("est arrêté", "was stopped"),
                    MailingStatus::Done => ("est terminé", "is over"),
                };
                Message::new(format!("Cet envoi {fr}."), format!("This mailing {en}."))
            }
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::UnknownConsultation(_) | Self::Unknown(_) => Class::NotFound,
            Self::NoRoll | Self::Words(_) | Self::HoldsCode | Self::Pace | Self::Name => Class::Unprocessable,
            Self::Nobody | Self::TooEarly | Self::TooLate | Self::NotNow(_) => Class::Conflict,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// A mailing with its figures.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The mailing.
    pub mailing: Mailing,
    /// Whom it would reach now; while it runs, those who have a message already are among them.
    pub audience: Audience,
    /// What has become of its messages.
    pub figures: Fates,
}

/// How many messages of a mailing stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fates {
    /// With us.
    pub waiting: u64,
    /// Accepted by the relay, or reached.
    pub sent: u64,
    /// Refused for good.
    pub failed: u64,
    /// Withdrawn, or too old to be sent.
    pub expired: u64,
}

impl VotingServer {
    /// The mailings of a consultation, the latest first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn mailings(&self, consultation: &ConsultationId) -> Result<Vec<Mailing>, Fault> {
        Ok(self.inner.store.mailings(consultation).await?)
    }

    /// One mailing.
    ///
    /// # Errors
    /// [`MailingError::Unknown`], [`MailingError::Fault`].
    pub async fn mailing(&self, id: MailingId) -> Result<Mailing, MailingError> {
        let known = self.inner.store.mailing(id).await.map_err(Fault::from)?;
        known.ok_or_else(|| MailingError::Unknown(id.to_string()))
    }

    /// One mailing with its figures.
    ///
    /// # Errors
    /// As for [`VotingServer::mailing`].
    pub async fn followed_mailing(&self, id: MailingId) -> Result<Followed, MailingError> {
        use isoloir_domain::delivery::Status;
        let mailing = self.mailing(id).await?;
        let store = &self.inner.store;
        let audience = store.mailing_audience(id, mailing.kind.activates()).await;
        let mut figures = Fates::default();
        for (status, many) in store.mailing_figures(id).await.map_err(Fault::from)? {
            let place = match status {
                Status::Queued | Status::Held => &mut figures.waiting,
                Status::Sent | Status::Delivered => &mut figures.sent,
                Status::Failed => &mut figures.failed,
                Status::Expired => &mut figures.expired,
            };
            *place = place.saturating_add(many);
        }
        Ok(Followed {
            mailing,
            audience: audience.map_err(Fault::from)?,
            figures,
        })
    }

    async fn consultation_of(&self, mailing: &Mailing) -> Result<Consultation, MailingError> {
        let id = &mailing.consultation;
        let known = self.consultation(id).await?;
        known.ok_or_else(|| MailingError::UnknownConsultation(id.clone()))
    }

    fn mailing_entry(
        &self,
        by: Decider<'_>,
        consultation: &ConsultationId,
        mailing: (MailingId, MailingKind),
        (did, voters): (MailingAct, Option<u64>),
    ) -> Result<Entry, MailingError> {
        let what = Event::Mailing(MailingEntry {
            mailing: mailing.0,
            kind: mailing.1,
            did,
            voters,
            by: name_of(by)?,
        });
        let subject = Subject::Consultation(consultation.clone());
        Ok(match by.actor() {
            Some(actor) => self.entry_by(actor, subject, what),
            None => self.entry(subject, what),
        })
    }
}

/// The name of who decides.
fn name_of(by: Decider<'_>) -> Result<String, MailingError> {
    by.checked_name().ok_or(MailingError::Name)
}

/// Whether a mailing of this kind may leave at `at`.
fn fits(kind: MailingKind, calendar: &Calendar, at: jiff::Timestamp) -> Result<(), MailingError> {
    if kind.not_before(calendar).is_some_and(|from| at < from) {
        return Err(MailingError::TooEarly);
    }
    if kind.until(calendar).is_some_and(|until| at >= until) {
        return Err(MailingError::TooLate);
    }
    Ok(())
}
