//! Changes the password of a voter who knows the current one (*changement de mot de passe*). Other sessions end, and a mail tells the voter.

use isoloir_domain::Voter;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_store::outbox::NewMessage;

use crate::attempts::Tried;
use crate::letters::Letter;
use crate::outbox::Recipient;
use crate::password::{PasswordRule, broken_rules};
use crate::{Fault, Session, VotingServer};

/// Why the current password does not open the door.
#[derive(Debug, thiserror::Error)]
pub enum CurrentError {
    /// It is another one.
    #[error("the current password is wrong")]
    Wrong,
    /// Too many failures for this voter.
    #[error("too many failures; again in {retry_after} s")]
    Locked {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for CurrentError {
    fn code(&self) -> &'static str {
        match self {
            Self::Wrong => "current_password_wrong",
            Self::Locked { .. } => "current_password_locked",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Wrong => Message::new(
                "Ce n’est pas votre mot de passe actuel.",
                "This is not your current password.",
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
            Self::Wrong => Class::Unprocessable,
            Self::Locked { .. } => Class::TooMany,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// Why the password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The current password is wrong, or was tried too often.
    #[error(transparent)]
    Current(#[from] CurrentError),
    /// Rules not met by the new one.
    #[error("the password breaks {} rules", .0.len())]
    Password(Vec<PasswordRule>),
    /// The confirmation differs.
    #[error("password and confirmation differ")]
    Confirmation,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// Whether `current` is the password of the voter who is signed in.
    pub(crate) async fn check_current_password(&self, session: &Session, current: &str) -> Result<(), CurrentError> {
        let voter = session.voter.id;
        let key = Tried::Current(&voter.to_string()).key();
        let turn = self.inner.hashing.turn()?;
        self.attempt(&key, false, async {
            let account = self.inner.store.account(voter).await.map_err(Fault::from)?;
            let hash = account.map(|account| account.password);
            if !self.check_password(turn, current, hash).await? {
                return Err(CurrentError::Wrong);
            }
            self.inner.store.clear_failures(&key).await.map_err(Fault::from)?;
            Ok(())
        })
        .await
    }

    /// Changes the password and ends the voter's other sessions.
    ///
    /// # Errors
    /// [`ChangePasswordError`].
    pub async fn change_password(
        &self,
        session: &Session,
        current: &str,
        password: &str,
        confirmation: &str,
    ) -> Result<(), ChangePasswordError> {
        let rules = self.portal_rules().await?;
        let broken = broken_rules(password, &session.voter, &rules.words);
        if !broken.is_empty() {
            return Err(ChangePasswordError::Password(broken));
        }
        if password != confirmation {
            return Err(ChangePasswordError::Confirmation);
        }
        self.check_current_password(session, current).await?;
        let hash = self.hash_password(password).await?;
        let entry = self.entry(Subject::Voter(session.voter.id), Event::PasswordChanged);
        let mail = self.letter_to(&session.voter, &Letter::PasswordChanged).await?;
        self.inner
            .store
            .change_password(session.voter.id, &hash, session.id, mail.as_ref(), &entry)
            .await
            .map_err(Fault::from)?;
        Ok(())
    }

    /// A mail to a voter, `None` for those who have no address.
    pub(crate) async fn letter_to(&self, voter: &Voter, letter: &Letter) -> Result<Option<NewMessage>, Fault> {
        match Recipient::voter(voter) {
            Some(to) => self.letter(&to, letter).await.map(Some),
            None => Ok(None),
        }
    }
}
