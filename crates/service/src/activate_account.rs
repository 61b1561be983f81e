//! Activates an account (*activation du compte*): a one-use link, kept as a hash, then a password.

use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{ConsultationId, Voter, VoterId};

use crate::{Fault, VotingServer};

/// A rule that a password must meet, for the live list of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PasswordRule {
    /// 12 to 256 characters.
    Length,
    /// A lower-case letter.
    Lower,
    /// An upper-case letter.
    Upper,
    /// A digit.
    Digit,
    /// A character that is none of these.
    Special,
    /// Not one that everyone tries first, nor made of the voter's name or address.
    NotKnown,
}

impl PasswordRule {
    /// All rules, in display order.
    pub const ALL: [Self; 6] = [
        Self::Length,
        Self::Lower,
        Self::Upper,
        Self::Digit,
        Self::Special,
        Self::NotKnown,
    ];

    /// The rule, as the voter reads it.
    #[must_use]
    pub fn message(self) -> Message {
        todo!()
    }
}

/// The rules that `password` breaks, for this voter.
#[must_use]
pub fn broken_rules(password: &str, voter: &Voter) -> Vec<PasswordRule> {
    todo!()
}

/// Why the account was not activated.
#[derive(Debug, thiserror::Error)]
pub enum ActivateError {
    /// The link is unknown, used or too old; one answer for the three.
    #[error("the activation link is not valid")]
    Link,
    /// The confirmation differs.
    #[error("password and confirmation differ")]
    Confirmation,
    /// Rules not met.
    #[error("the password breaks {} rules", .0.len())]
    Password(Vec<PasswordRule>),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ActivateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Link => "activation_link_invalid",
            Self::Confirmation => "password_confirmation_differs",
            Self::Password(_) => "password_too_weak",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        todo!()
    }

    fn class(&self) -> Class {
        match self {
            Self::Link => Class::NotFound,
            Self::Confirmation | Self::Password(_) => Class::Unprocessable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Sends every voter of the consultation without an account an activation link; returns how many. A link sent
    /// earlier is void.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn send_invitations(&self, consultation: &ConsultationId) -> Result<u64, Fault> {
        todo!()
    }

    /// Makes an activation link for one voter without sending it; returns its token (the path is `/activation/{token}`).
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn activation_token(&self, voter: VoterId) -> Result<String, Fault> {
        todo!()
    }

    /// Whom the link would activate, without using it up (mail scanners open links).
    ///
    /// # Errors
    /// [`ActivateError::Link`], [`ActivateError::Fault`].
    pub async fn activation(&self, token: &str) -> Result<Voter, ActivateError> {
        todo!()
    }

    /// Uses the link up and sets the password. Ends all sessions of the voter.
    ///
    /// # Errors
    /// [`ActivateError`].
    pub async fn activate_account(
        &self,
        token: &str,
        password: &str,
        confirmation: &str,
    ) -> Result<VoterId, ActivateError> {
        todo!()
    }

    /// Profile `test` only, for rehearsals and the demonstration: one password for every voter of the consultation, hashed
    /// once. Returns how many accounts it activated, 0 under another profile.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn activate_all_for_rehearsal(
        &self,
        consultation: &ConsultationId,
        password: &str,
    ) -> Result<u64, Fault> {
        todo!()
    }
}
