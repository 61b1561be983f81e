//! Sign-in, sessions, sign-out.
//!
//! Known or unknown address, right or wrong password: the same answer after the same work. Failures are counted in the
//! database, per address typed. Password hashing runs behind a small gate, so that sign-ins never starve casts.

use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{SessionId, Voter};
use jiff::Timestamp;

use crate::{Fault, VotingServer};

/// A voter signed in (*session*). Exists only while the session is valid.
#[derive(Debug, Clone)]
pub struct Session {
    /// Public identifier, named in tickets and admissions.
    pub(crate) id: SessionId,
    pub(crate) voter: Voter,
    pub(crate) created: Timestamp,
    pub(crate) expires: Timestamp,
    pub(crate) previous_sign_in: Option<Timestamp>,
}

impl Session {
    /// Public identifier, named in tickets and admissions.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// Who signed in.
    #[must_use]
    pub fn voter(&self) -> &Voter {
        &self.voter
    }

    /// When.
    #[must_use]
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// When the session ends at the latest.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// The sign-in before this one (*dernière connexion*).
    #[must_use]
    pub fn previous_sign_in(&self) -> Option<Timestamp> {
        self.previous_sign_in
    }
}

/// What a successful sign-in yields.
pub struct SignedIn {
    /// Secret of the session, for the cookie: 43 base64url characters.
    pub token: String,
    /// The session.
    pub session: Session,
}

/// Why the voter is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Address or password wrong, or account not activated: one answer.
    #[error("address or password wrong")]
    Wrong,
    /// Too many failures for this address.
    #[error("too many failures; again in {retry_after} s")]
    Locked {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// Too many sign-ins at the same time.
    #[error("too many sign-ins at the same time")]
    Busy,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for SignInError {
    fn code(&self) -> &'static str {
        match self {
            Self::Wrong => "sign_in_wrong",
            Self::Locked { .. } => "sign_in_locked",
            Self::Busy => "sign_in_busy",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        todo!()
    }

    fn class(&self) -> Class {
        match self {
            Self::Wrong => Class::Unauthenticated,
            Self::Locked { .. } => Class::TooMany,
            Self::Busy => Class::Unavailable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Signs a voter in by e-mail address and password.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, SignInError> {
        todo!()
    }

    /// The session of a cookie, `None` when it is unknown, ended, idle for too long or too old.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn session(&self, token: &str) -> Result<Option<Session>, Fault> {
        todo!()
    }

    /// Ends the session.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn sign_out(&self, session: &Session) -> Result<(), Fault> {
        todo!()
    }
}
