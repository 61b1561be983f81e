//! Activation letters (*courriers d’activation*), for voters without a mailbox: a short address and a code, on paper.
//!
//! The code is shown once, to be printed; the server keeps a hash of it. It leads to the same two steps as a link does, and stays good until
//! the account is active.

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Consultation, ConsultationId, Identifier, Voter};
use isoloir_store::account::{NewCode, NewLink};
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use crate::activate_account::new_token;
use crate::activation_code::ActivationCode;
pub use crate::activation_code::CodeProblem;
use crate::attempts::Tried;
use crate::{Fault, VotingServer};

/// What one letter says.
pub struct ActivationLetter {
    /// To whom.
    pub voter: Voter,
    /// The code, as printed: `A-K7QM-2RTD-9XHF-4CAD`.
    pub code: Zeroizing<String>,
    /// Until when it is good.
    pub expires: Timestamp,
}

/// Why a letter's code does not lead on.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// What was typed is no activation code, whoever it were for.
    #[error(transparent)]
    Typed(#[from] CodeProblem),
    /// Number or code wrong, used or too old: one answer.
    #[error("number or code wrong")]
    Wrong,
    /// Too many failures for this number.
    #[error("too many failures; again in {retry_after} s")]
    Locked {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for CodeError {
    fn code(&self) -> &'static str {
        match self {
            Self::Typed(_) => "activation_code_mistyped",
            Self::Wrong => "activation_code_wrong",
            Self::Locked { .. } => "activation_code_locked",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Typed(problem) => problem.message(),
            Self::Wrong => Message::new(
                "Ce matricule et ce code ne vont pas ensemble, ou le code a déjà servi, ou il est trop ancien.",
                "This staff number and this code do not belong together, or the code has been used, or it is too old.",
            ),
            Self::Locked { retry_after } => Message::new(
                format!("Trop d’essais infructueux. Réessayez dans {retry_after}\u{a0}secondes."),
                format!("Too many failed attempts. Try again in {retry_after} seconds."),
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Typed(_) | Self::Wrong => Class::Unprocessable,
            Self::Locked { .. } => Class::TooMany,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// How long one has to finish, once the code is typed.
const CONTINUED: SignedDuration = SignedDuration::from_hours(1);
const DAY: i64 = 24;

impl VotingServer {
    /// Makes a letter for every voter of the consultation who has neither account nor address, by name. Letters made before are void.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn activation_letters(&self, consultation: &ConsultationId) -> Result<Vec<ActivationLetter>, Fault> {
        let Some(known) = self.consultation(consultation).await? else {
            return Ok(Vec::new());
        };
        let days = i64::from(known.policy.activation.letter_days);
        let expires = self.after(SignedDuration::from_hours(days.saturating_mul(DAY)));
        let voters = self.inner.store.voters_without_mailbox(consultation).await?;
        if voters.is_empty() {
            return Ok(Vec::new());
        }
        let mut rng = self.rng();
        let mut stored = Vec::with_capacity(voters.len());
        let mut letters = Vec::with_capacity(voters.len());
        for voter in voters {
            let code = ActivationCode::generate(&mut rng);
            stored.push(NewCode {
                hash: code.hash(Identifier::read(&voter.number).as_str()),
                voter: voter.id,
                expires,
            });
            letters.push(ActivationLetter {
                voter,
                code: code.text(),
                expires,
            });
        }
        let count = u64::try_from(letters.len()).map_err(|_| Fault::Damaged("a count"))?;
        let entry = self.entry(
            Subject::Consultation(consultation.clone()),
            Event::LettersMade { count },
        );
        self.inner.store.insert_codes(&stored, &entry).await?;
        Ok(letters)
    }

    /// Makes one letter: what is printed, and what is stored once it is.
    pub(crate) fn activation_letter(&self, voter: Voter, consultation: &Consultation) -> (ActivationLetter, NewCode) {
        let days = i64::from(consultation.policy.activation.letter_days);
        let expires = self.after(SignedDuration::from_hours(days.saturating_mul(DAY)));
        let code = ActivationCode::generate(&mut self.rng());
        let stored = NewCode {
            hash: code.hash(Identifier::read(&voter.number).as_str()),
            voter: voter.id,
            expires,
        };
        let letter = ActivationLetter {
            voter,
            code: code.text(),
            expires,
        };
        (letter, stored)
    }

    /// Takes number and code of a letter; returns the token of a link by which the activation goes on, within the hour.
    /// `human`: a captcha was just answered.
    ///
    /// # Errors
    /// [`CodeError`].
    pub async fn activation_by_code(&self, number: &str, code: &str, human: bool) -> Result<String, CodeError> {
        // A slip of the finger says nothing of any account, and is not counted.
        let code = ActivationCode::parse(code)?;
        let number = Identifier::read(number);
        let key = Tried::Code(number.as_str()).key();
        self.attempt(&key, human, async {
            let now = self.inner.clock.now();
            let voter = self
                .inner
                .store
                .code(&code.hash(number.as_str()), now)
                .await
                .map_err(Fault::from)?;
            let voter = voter.ok_or(CodeError::Wrong)?;
            let (token, hash) = new_token(&mut self.rng());
            let link = NewLink {
                hash,
                voter,
                expires: self.after(CONTINUED),
                mail: None,
            };
            let entry = self.entry(Subject::Voter(voter), Event::ActivationCodeUsed);
            self.inner
                .store
                .go_on_by_code(&link, &key, &entry)
                .await
                .map_err(Fault::from)?;
            Ok(token)
        })
        .await
    }
}
