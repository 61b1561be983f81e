//! Enrols a member of the staff: the one-use link of the invitation, a password, and the first code of the authenticator.

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{StaffId, StaffMember};

use crate::activate_account::{PasswordRule, token_hash};
use crate::invite_staff::link_place;
use crate::second_factor::SecondFactor;
use crate::staff_password::broken_rules_of_staff;
use crate::staff_sign_in::factor_place;
use crate::{Fault, VotingServer};

/// Why the person was not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The link is unknown, used or too old; one answer for the three.
    #[error("the invitation is not valid")]
    Link,
    /// Rules not met.
    #[error("the password breaks {} rules", .0.len())]
    Password(Vec<PasswordRule>),
    /// The confirmation differs.
    #[error("password and confirmation differ")]
    Confirmation,
    /// The code is not that of the authenticator.
    #[error("the authenticator's code is wrong")]
    Code,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for EnrolError {
    fn code(&self) -> &'static str {
        match self {
            Self::Link => "staff_link_invalid",
            Self::Password(_) => "password_too_weak",
            Self::Confirmation => "password_confirmation_differs",
            Self::Code => "second_factor_wrong",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        let (fr, en) = match self {
            Self::Link => (
                "Cette invitation n’est pas valable\u{a0}: elle a déjà servi, ou elle est trop ancienne.",
                "This invitation is not valid: it has been used, or it is too old.",
            ),
            Self::Password(_) => (
                "Le mot de passe ne respecte pas toutes les règles.",
                "The password does not meet all the rules.",
            ),
            Self::Confirmation => (
                "Le mot de passe et sa confirmation sont différents.",
                "The password and its confirmation differ.",
            ),
            Self::Code => (
                "Le code de l’application d’authentification n’est pas le bon.",
                "The authenticator’s code is not the right one.",
            ),
            Self::Fault(fault) => return fault.message(),
        };
        Message::new(fr, en)
    }

    fn class(&self) -> Class {
        match self {
            Self::Link => Class::NotFound,
            Self::Password(_) | Self::Confirmation | Self::Code => Class::Unprocessable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// Whom an invitation is for, and the secret to put into an authenticator.
pub struct Invited {
    /// Who.
    pub member: StaffMember,
    /// The secret.
    pub second_factor: SecondFactor,
}

/// What somebody chooses when they enrol.
#[derive(Clone, Copy)]
pub struct Enrolment<'a> {
    /// The password.
    pub password: &'a str,
    /// The same again.
    pub confirmation: &'a str,
    /// The code that the authenticator shows.
    pub code: &'a str,
}

impl VotingServer {
    /// Whom the link invites, without using it up (mail scanners open links).
    ///
    /// # Errors
    /// [`EnrolError::Link`], [`EnrolError::Fault`].
    pub async fn staff_invitation(&self, token: &str) -> Result<Invited, EnrolError> {
        let now = self.inner.clock.now();
        let found = self.inner.store.staff_link(&token_hash(token), now).await;
        let (record, sealed) = found.map_err(Fault::from)?.ok_or(EnrolError::Link)?;
        let second_factor = self.open_second_factor(&link_place(record.member.id), &sealed)?;
        Ok(Invited {
            member: record.member,
            second_factor,
        })
    }

    /// Uses the link up: sets password and second factor. Ends all sessions of the person. Whoever has the link can read the secret on
    /// the page, so that trying codes gains nothing.
    ///
    /// # Errors
    /// [`EnrolError`].
    pub async fn enrol_staff(&self, token: &str, chosen: Enrolment<'_>) -> Result<StaffId, EnrolError> {
        let Invited { member, second_factor } = self.staff_invitation(token).await?;
        let broken = broken_rules_of_staff(chosen.password, &member);
        if !broken.is_empty() {
            return Err(EnrolError::Password(broken));
        }
        if chosen.password != chosen.confirmation {
            return Err(EnrolError::Confirmation);
        }
        let now = self.inner.clock.now();
        let step = second_factor.step(chosen.code, now).ok_or(EnrolError::Code)?;
        let password = self.hash_staff_password(chosen.password).await?;
        let sealed = self.seal_second_factor(&factor_place(member.id), &second_factor)?;
        let entry = self.entry_by(member.id, Subject::Staff(member.id), Event::StaffActivated);
        let used = self
            .inner
            .store
            .use_staff_link(&token_hash(token), (&password, &sealed, step), now, &entry)
            .await;
        if used.map_err(Fault::from)? {
            Ok(member.id)
        } else {
            Err(EnrolError::Link)
        }
    }
}
