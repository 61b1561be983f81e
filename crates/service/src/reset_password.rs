//! A forgotten password (*mot de passe oublié*): a one-use link by mail, then a new password, and the secret answer where there is one.
//!
//! Asking tells nothing: known or unknown, the portal answers the same page at once and the work is done behind it. A voter without a
//! mailbox receives nothing here; the help desk has a new letter made.

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Identifier, Voter};
use isoloir_store::account::{Account, NewReset, Reset};
use jiff::SignedDuration;
use jiff::Timestamp;

use crate::activate_account::{new_token, token_hash};
use crate::attempts::Tried;
use crate::challenge::ChallengeError;
use crate::letters::Letter;
use crate::outbox::Recipient;
use crate::password::{PasswordRule, broken_rules};
use crate::{Fault, VotingServer};

/// Why the password was not replaced.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// The link is unknown, used or too old; one answer for the three.
    #[error("the link is not valid")]
    Link,
    /// Rules not met.
    #[error("the password breaks {} rules", .0.len())]
    Password(Vec<PasswordRule>),
    /// The confirmation differs.
    #[error("password and confirmation differ")]
    Confirmation,
    /// The secret answer is wrong, or was tried too often.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ResetError {
    fn code(&self) -> &'static str {
        match self {
            Self::Link => "reset_link_invalid",
            Self::Password(_) => "password_too_weak",
            Self::Confirmation => "password_confirmation_differs",
            Self::Challenge(error) => error.code(),
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Link => Message::new(
                "Ce lien n’est pas valable\u{a0}: il a déjà servi, il est trop ancien, ou un autre lien a servi depuis.",
                "This link is not valid: it has been used, it is too old, or another one has been used since.",
            ),
            Self::Password(_) => Message::new(
                "Le mot de passe ne respecte pas toutes les règles.",
                "The password does not meet all the rules.",
            ),
            Self::Confirmation => Message::new(
                "Le mot de passe et sa confirmation sont différents.",
                "The password and its confirmation differ.",
            ),
            Self::Challenge(error) => error.message(),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Link => Class::NotFound,
            Self::Password(_) | Self::Confirmation => Class::Unprocessable,
            Self::Challenge(error) => error.class(),
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// Links of one voter that are good at the same time. Whoever types another's identifier again and again fills no mailbox, and voids nothing
/// that the voter has received.
const MOST_LINKS: usize = 3;

/// Who holds a good link, and what is asked beside the new password.
pub struct PendingReset {
    /// The voter.
    pub voter: Voter,
    /// The challenge question, when its answer is asked.
    pub question: Option<Message>,
}

impl VotingServer {
    /// Mails a link to the voter of this identifier, if there is one with an open account and an address, and none was mailed a moment
    /// ago. Whether it did is told to nobody; the portal answers before this is done.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn ask_password_reset(&self, identifier: &str) -> Result<(), Fault> {
        let identifier = Identifier::read(identifier);
        let Some(account) = self.inner.store.account_named(&identifier).await? else {
            return Ok(());
        };
        let Some(to) = Recipient::voter(&account.voter) else {
            return Ok(());
        };
        let rules = self.portal_rules().await?;
        let policy = &rules.policy.password_reset;
        let (token, hash) = new_token(&mut self.rng());
        let now = self.inner.clock.now();
        let pause = SignedDuration::from_mins(i64::from(policy.resend_minutes));
        let valid = SignedDuration::from_mins(i64::from(policy.link_minutes));
        let letter = Letter::PasswordReset {
            link: format!("{}/mot-de-passe/{token}", self.inner.public_url),
            valid,
        };
        let reset = NewReset {
            voter: account.voter.id,
            hash,
            asked: now,
            expires: self.after(valid),
            not_since: now.saturating_sub(pause).unwrap_or(Timestamp::MIN),
            most: MOST_LINKS,
            mails: vec![self.letter(&to, &letter).await?],
        };
        let entry = self.entry(Subject::Voter(account.voter.id), Event::PasswordResetAsked);
        self.inner.store.insert_reset(&reset, &entry).await?;
        Ok(())
    }

    async fn account_of_reset(&self, token: &str) -> Result<Account, ResetError> {
        let now = self.inner.clock.now();
        let voter = self
            .inner
            .store
            .reset(&token_hash(token), now)
            .await
            .map_err(Fault::from)?;
        let voter = voter.ok_or(ResetError::Link)?;
        let account = self.inner.store.account(voter).await.map_err(Fault::from)?;
        account.ok_or(ResetError::Link)
    }

    /// Whose password the link would replace, without using it up.
    ///
    /// # Errors
    /// [`ResetError::Link`], [`ResetError::Fault`].
    pub async fn password_reset(&self, token: &str) -> Result<PendingReset, ResetError> {
        let account = self.account_of_reset(token).await?;
        let rules = self.portal_rules().await?;
        let question = account
            .challenge
            .filter(|_| rules.policy.password_reset.challenge)
            .map(|challenge| challenge.question);
        Ok(PendingReset {
            voter: account.voter,
            question,
        })
    }

    /// Uses the link up, sets the password, ends all sessions and the delay after failures. A wrong answer leaves the link good.
    ///
    /// # Errors
    /// [`ResetError`].
    pub async fn reset_password(
        &self,
        token: &str,
        password: &str,
        confirmation: &str,
        answer: &str,
    ) -> Result<(), ResetError> {
        let pending = self.password_reset(token).await?;
        let voter = &pending.voter;
        let rules = self.portal_rules().await?;
        let broken = broken_rules(password, voter, &rules.words);
        if !broken.is_empty() {
            return Err(ResetError::Password(broken));
        }
        if password != confirmation {
            return Err(ResetError::Confirmation);
        }
        if pending.question.is_some() {
            self.check_challenge(voter.id, answer).await?;
        }
        let hash = self.hash_password(password).await?;
        let failures: Vec<[u8; 32]> = [voter.email.as_deref(), Some(voter.number.as_str())]
            .into_iter()
            .flatten()
            .map(|typed| Tried::Password(Identifier::read(typed).as_str()).key())
            .collect();
        let reset = Reset {
            hash: &token_hash(token),
            password: &hash,
            failures: &failures,
            mail: self.letter_to(voter, &Letter::PasswordChanged).await?,
        };
        let entry = self.entry(Subject::Voter(voter.id), Event::PasswordReset);
        let now = self.inner.clock.now();
        let used = self
            .inner
            .store
            .use_reset(&reset, now, &entry)
            .await
            .map_err(Fault::from)?;
        if used { Ok(()) } else { Err(ResetError::Link) }
    }
}
