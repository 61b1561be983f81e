//! The walk of one ballot: parse, admission, entitlement, proofs (outside of any transaction), then one commit for box,
//! poll book, journal and outbox, and a receipt that only that commit can yield.

use std::sync::Arc;

use ed25519_dalek::VerifyingKey;
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::token::Admission;
use isoloir_domain::{Calendar, ElectionId, Phase};
use isoloir_protocol::ballot::BallotError;
use isoloir_store::Recorded;
use isoloir_store::outbox::NewMessage;
use isoloir_store::record::{NewCast, Outcome};
use jiff::Timestamp;

use crate::boxes::OpenBox;
use crate::letters::Letter;
use crate::outbox::Recipient;
use crate::{Fault, Receipt, Session, VotingServer, measured};

/// Largest ballot accepted, in bytes.
pub const MAX_BALLOT_BYTES: usize = 256 * 1024;

/// The ballot is in the box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cast {
    /// The promise.
    pub receipt: Receipt,
    /// False when an identical ballot was there already: a retry, answered with the identical receipt.
    pub fresh: bool,
}

/// Why the ballot is not in the box (or, for [`CastError::Fault`], may not be: the same bytes sent again tell).
#[derive(Debug, thiserror::Error)]
pub enum CastError {
    /// No such election, or its box is not set up.
    #[error("there is no such election")]
    UnknownElection,
    /// Above [`MAX_BALLOT_BYTES`].
    #[error("the ballot is too large")]
    TooLarge,
    /// Not a ballot.
    #[error("the ballot is malformed")]
    Malformed,
    /// A ballot, but not in its canonical text.
    #[error("the ballot is not canonical")]
    NotCanonical,
    /// Made for another election.
    #[error("the ballot is for another election")]
    WrongElection,
    /// The credential is not in this election's list.
    #[error("the credential is unknown")]
    CredentialUnknown,
    /// The credential is not the one that this session unlocked.
    #[error("the credential was not unlocked in this session")]
    CredentialForeign,
    /// The admission is not one by the registrar for this session and election.
    #[error("the admission is invalid")]
    AdmissionInvalid,
    /// A proof or the signature of the ballot is wrong.
    #[error("a proof of the ballot is wrong")]
    ProofInvalid,
    /// The voter is not on this election's roll.
    #[error("the voter is not on the roll")]
    NotOnRoll,
    /// Another ballot of this voter is stored.
    #[error("the voter has voted")]
    AlreadyVoted,
    /// This ballot or this credential is in the box, by another voter.
    #[error("the ballot was replayed")]
    Replayed,
    /// Before opening.
    #[error("the polls are not open")]
    NotOpen,
    /// After closing (and grace, if it applied).
    #[error("the polls are closed")]
    Closed,
    /// The board has suspended the vote.
    #[error("the vote is suspended")]
    Suspended,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for CastError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownElection => "election_unknown",
            Self::TooLarge => "ballot_too_large",
            Self::Malformed => "ballot_malformed",
            Self::NotCanonical => "ballot_not_canonical",
            Self::WrongElection => "ballot_wrong_election",
            Self::CredentialUnknown => "credential_unknown",
            Self::CredentialForeign => "credential_foreign",
            Self::AdmissionInvalid => "admission_invalid",
            Self::ProofInvalid => "ballot_proof_invalid",
            Self::NotOnRoll => "not_on_roll",
            Self::AlreadyVoted => "already_voted",
            Self::Replayed => "ballot_replayed",
            Self::NotOpen => "polls_not_open",
            Self::Closed => "polls_closed",
            Self::Suspended => "polls_suspended",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        let (fr, en) = match self {
            Self::UnknownElection => ("Ce scrutin n’existe pas.", "There is no such election."),
            Self::TooLarge => ("Le bulletin est trop volumineux.", "The ballot is too large."),
            Self::Malformed => ("Le bulletin est illisible.", "The ballot cannot be read."),
            Self::NotCanonical => (
                "Le bulletin n’est pas sous sa forme canonique.",
                "The ballot is not in its canonical form.",
            ),
            Self::WrongElection => (
                "Ce bulletin a été préparé pour un autre scrutin.",
                "This ballot was made for another election.",
            ),
            Self::CredentialUnknown => (
                "Le droit de vote joint à ce bulletin ne figure pas dans ce scrutin.",
                "The credential of this ballot is not in this election’s list.",
            ),
            Self::CredentialForeign => (
                "Ce bulletin porte un droit de vote qui n’est pas celui déverrouillé par votre code.",
                "This ballot bears a credential other than the one that your code unlocked.",
            ),
            Self::AdmissionInvalid => (
                "Votre code de vote doit être saisi à nouveau avant d’envoyer le bulletin.",
                "Enter your voting code again before sending the ballot.",
            ),
            Self::ProofInvalid => (
                "Une preuve du bulletin est fausse\u{a0}: le bulletin n’est pas recevable.",
                "A proof of the ballot is wrong: the ballot cannot be accepted.",
            ),
            Self::NotOnRoll => (
                "Vous ne figurez pas sur la liste électorale de ce scrutin.",
                "You are not on the roll of this election.",
            ),
            Self::AlreadyVoted => (
                "Vous avez déjà voté pour ce scrutin. Votre premier bulletin est dans l’urne et le reste.",
                "You have already voted in this election. Your first ballot is in the box and stays there.",
            ),
            Self::Replayed => (
                "Ce bulletin, ou le droit de vote qu’il porte, est déjà dans l’urne.",
                "This ballot, or the credential that it bears, is in the box already.",
            ),
            Self::NotOpen => ("Le vote n’est pas encore ouvert.", "The vote is not open yet."),
            Self::Closed => ("Le vote est clos.", "The vote is closed."),
            Self::Suspended => (
                "Le bureau de vote a suspendu ce scrutin. Votre bulletin n’est pas envoyé\u{a0}: réessayez à la reprise.",
                "The board has suspended this election. Your ballot is not sent: try again when it resumes.",
            ),
            Self::Fault(fault) => return fault.message(),
        };
        Message::new(fr, en)
    }

    fn class(&self) -> Class {
        match self {
            Self::UnknownElection => Class::NotFound,
            Self::TooLarge => Class::TooLarge,
            Self::Malformed | Self::NotCanonical => Class::Malformed,
            Self::WrongElection | Self::CredentialUnknown | Self::ProofInvalid => Class::Unprocessable,
            Self::CredentialForeign | Self::AdmissionInvalid | Self::NotOnRoll => Class::Forbidden,
            Self::AlreadyVoted | Self::Replayed | Self::NotOpen | Self::Closed | Self::Suspended => Class::Conflict,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Casts a ballot. `bytes` is the exact canonical text made by the voter's device; `admission` is the registrar's token.
    ///
    /// # Errors
    /// [`CastError`].
    pub async fn cast_ballot(
        &self,
        session: &Session,
        election: &ElectionId,
        admission: &str,
        bytes: Vec<u8>,
    ) -> Result<Cast, CastError> {
        let outcome = self.take(session, election, admission, bytes).await;
        measured::cast(&outcome);
        outcome
    }

    async fn take(
        &self,
        session: &Session,
        election: &ElectionId,
        admission: &str,
        bytes: Vec<u8>,
    ) -> Result<Cast, CastError> {
        if bytes.len() > MAX_BALLOT_BYTES {
            return Err(CastError::TooLarge);
        }
        let _passwords_wait = self.inner.hashing.cast_under_way();
        let open = self.open_box(election).await?.ok_or(CastError::UnknownElection)?;
        let ballot = open.election.parse_ballot(bytes).map_err(|error| refuse(&error))?;
        let credential = ballot.credential();
        if !open.knows(credential.as_str()) {
            return Err(CastError::CredentialUnknown);
        }
        let admission = check_admission(admission, &self.inner.registrar_key, session, election)?;
        if admission.credential() != credential.as_str() {
            return Err(CastError::CredentialForeign);
        }
        let casting = self
            .inner
            .store
            .casting(election, session.voter.id)
            .await
            .map_err(Fault::from)?;
        let casting = casting.ok_or(CastError::UnknownElection)?;
        if !casting.on_roll {
            return Err(CastError::NotOnRoll);
        }
        // The truth about what is stored comes before the calendar: a retry gets its receipt, even after closing.
        if casting.marked {
            return self.retry(election, ballot.tracker().as_str()).await;
        }
        if casting.suspended {
            return Err(CastError::Suspended);
        }
        let authenticated = authenticated(&admission, session)?;
        check_open(&casting.calendar, self.inner.clock.now(), authenticated)?;
        let verifying = Arc::clone(&open);
        let ballot = self
            .compute(move || ballot.verify(&verifying.election))
            .await?
            .map_err(|error| refuse(&error))?;
        let cast = NewCast {
            election: election.clone(),
            ballot,
            voter: session.voter.id,
            authenticated,
            mail: self.told(session, election, &open)?,
        };
        self.answer(self.inner.writer.record(cast).await?)
    }

    /// The voter has voted: with this very ballot, or with another one.
    async fn retry(&self, election: &ElectionId, tracker: &str) -> Result<Cast, CastError> {
        let stored = self
            .inner
            .store
            .recorded(election, tracker)
            .await
            .map_err(Fault::from)?;
        let recorded = stored.ok_or(CastError::AlreadyVoted)?;
        // Recorded and without a receipt yet, if the synchronous copy failed at that moment.
        self.copied().await?;
        Ok(self.cast(&recorded, false))
    }

    fn answer(&self, outcome: Outcome) -> Result<Cast, CastError> {
        match outcome {
            Outcome::Recorded(recorded) => Ok(self.cast(&recorded, true)),
            Outcome::Again(recorded) => Ok(self.cast(&recorded, false)),
            Outcome::AlreadyVoted => Err(CastError::AlreadyVoted),
            Outcome::Replayed => Err(CastError::Replayed),
            Outcome::NotOnRoll => Err(CastError::NotOnRoll),
            Outcome::NotOpen => Err(CastError::NotOpen),
            Outcome::Closed => Err(CastError::Closed),
            Outcome::Suspended => Err(CastError::Suspended),
            Outcome::NoBox => Err(CastError::UnknownElection),
        }
    }

    fn cast(&self, recorded: &Recorded, fresh: bool) -> Cast {
        Cast {
            receipt: Receipt::sign(recorded, &self.inner.server_key),
            fresh,
        }
    }

    /// Tells the voter that a vote was recorded. Says nothing of the ballot, not even its tracker.
    fn told(&self, session: &Session, election: &ElectionId, open: &OpenBox) -> Result<Option<NewMessage>, Fault> {
        let Some(to) = Recipient::voter(&session.voter) else {
            return Ok(None);
        };
        let [title, consultation, organiser] = &open.titles;
        let letter = Letter::VoteRecorded {
            election: title.clone(),
            consultation: consultation.clone(),
        };
        let cause = format!("vote|{election}|{}", session.voter.id);
        self.letter_signed(organiser, &to, &letter, Some(&cause)).map(Some)
    }
}

/// The registrar's word that this session unlocked a credential of this election.
fn check_admission(
    token: &str,
    registrar: &VerifyingKey,
    session: &Session,
    election: &ElectionId,
) -> Result<Admission, CastError> {
    let admission = Admission::verify(token, registrar).map_err(|_| CastError::AdmissionInvalid)?;
    if admission.session() != session.id || admission.election() != election {
        return Err(CastError::AdmissionInvalid);
    }
    Ok(admission)
}

/// When the voter had shown both factors (R. 211-563): the later of sign-in and voting code.
fn authenticated(admission: &Admission, session: &Session) -> Result<Timestamp, CastError> {
    let issued = Timestamp::from_second(admission.issued()).map_err(|_| CastError::AdmissionInvalid)?;
    Ok(issued.max(session.created))
}

fn check_open(calendar: &Calendar, now: Timestamp, authenticated: Timestamp) -> Result<(), CastError> {
    if calendar.may_cast(now, authenticated) {
        return Ok(());
    }
    match calendar.phase(now) {
        Phase::Preparation => Err(CastError::NotOpen),
        _ => Err(CastError::Closed),
    }
}

/// What is wrong with a ballot, in the terms of this use case. The detail goes to the log, without the ballot.
fn refuse(error: &BallotError) -> CastError {
    tracing::info!(%error, "a ballot was refused");
    match error.code() {
        "ballot_not_canonical" => CastError::NotCanonical,
        "ballot_malformed" => CastError::Malformed,
        "ballot_wrong_election" => CastError::WrongElection,
        _ => CastError::ProofInvalid,
    }
}
