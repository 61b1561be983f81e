//! Sign-in (*connexion*).
//!
//! Known or unknown identifier, right or wrong password: the same answer after the same work. Failures are counted in the
//! database, per address or number typed (see `attempts`). Passwords are hashed on the threads of `hashing`, so that sign-ins never starve
//! casts.

use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Identifier, SessionId};
use isoloir_store::account::Account;
use isoloir_store::session::NewSession;
use jiff::{SignedDuration, Timestamp};

use crate::activate_account::new_token;
use crate::attempts::{MEMORY, Tried};
use crate::hashing::Turn;
use crate::waiting_room::Arrival;
use crate::{Fault, Session, VotingServer, measured};

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
    /// Identifier or password wrong, or account not activated: one answer.
    #[error("identifier or password wrong")]
    Wrong,
    /// Too many failures for this identifier.
    #[error("too many failures; again in {retry_after} s")]
    Locked {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// Too many sign-ins at the same time: from now on there is a waiting room.
    #[error("too many sign-ins at the same time")]
    Busy,
    /// The place in the waiting room that was brought gives no right to sign in now.
    #[error("not called by the waiting room")]
    NotCalled,
    /// Our own fault.
    #[error(transparent)]
    Fault(Fault),
}

impl From<Fault> for SignInError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Crowded => Self::Busy,
            other => Self::Fault(other),
        }
    }
}

impl Refusal for SignInError {
    fn code(&self) -> &'static str {
        match self {
            Self::Wrong => "sign_in_wrong",
            Self::Locked { .. } => "sign_in_locked",
            Self::Busy => "sign_in_busy",
            Self::NotCalled => "sign_in_not_called",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Wrong => Message::new(
                "Identifiant ou mot de passe incorrect, ou compte non activé.",
                "Wrong identifier or password, or the account is not activated.",
            ),
            Self::Locked { retry_after } => Message::new(
                format!("Trop d’essais infructueux. Réessayez dans {retry_after} secondes."),
                format!("Too many failed attempts. Try again in {retry_after} seconds."),
            ),
            Self::Busy => Message::new(
                "Beaucoup de personnes se connectent en ce moment. Réessayez dans un instant.",
                "Many people are signing in right now. Try again shortly.",
            ),
            Self::NotCalled => Message::new(
                "Ce n’est pas encore votre tour de vous connecter.",
                "It is not your turn to sign in yet.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Wrong => Class::Unauthenticated,
            Self::Locked { .. } => Class::TooMany,
            Self::Busy | Self::NotCalled => Class::Unavailable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// Where a sign-in comes from, as far as the portal tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place<'a> {
    /// Kind of browser, for instance `Firefox, Android`; never an address.
    pub browser: &'a str,
    /// Whether the machine is shared (*borne*): the session then ends sooner.
    pub kiosk: bool,
    /// Whether a captcha was just answered: failures by others are then no reason to make that person wait. Failures still count.
    pub human: bool,
    /// The place in the waiting room by which this visitor was called.
    pub called: Option<Arrival>,
}

impl VotingServer {
    /// Signs a voter in by e-mail address or staff number, and password, from a browser that says nothing.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in(&self, identifier: &str, password: &str) -> Result<SignedIn, SignInError> {
        self.sign_in_from(identifier, password, Place::default()).await
    }

    /// Signs a voter in by e-mail address or staff number, and password.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in_from(
        &self,
        identifier: &str,
        password: &str,
        place: Place<'_>,
    ) -> Result<SignedIn, SignInError> {
        let outcome = self.try_sign_in(identifier, password, place).await;
        measured::signed_in(&outcome);
        outcome
    }

    async fn try_sign_in(&self, identifier: &str, password: &str, place: Place<'_>) -> Result<SignedIn, SignInError> {
        let identifier = Identifier::read(identifier);
        let key = Tried::Password(identifier.as_str()).key();
        let Some(arrival) = place.called else {
            let turn = self.inner.hashing.turn().inspect_err(|_| self.open_waiting_room())?;
            return self.compare(turn, &identifier, &key, password, place).await;
        };
        if !self.is_called(arrival, &key) {
            return Err(SignInError::NotCalled);
        }
        let outcome = match self.inner.hashing.turn_soon().await {
            Ok(turn) => self.compare(turn, &identifier, &key, password, place).await,
            Err(fault) => Err(fault.into()),
        };
        self.was_called(arrival, &key, &outcome);
        outcome
    }

    async fn compare(
        &self,
        turn: Turn,
        identifier: &Identifier,
        key: &[u8; 32],
        password: &str,
        place: Place<'_>,
    ) -> Result<SignedIn, SignInError> {
        self.attempt(key, place.human, async {
            let account = self.inner.store.account_named(identifier).await.map_err(Fault::from)?;
            let hash = account.as_ref().map(|account| account.password.clone());
            let right = self.check_password(turn, password, hash).await?;
            match account {
                Some(account) if right => Ok(self.begin_session(account, key, place).await?),
                _ => Err(SignInError::Wrong),
            }
        })
        .await
    }

    /// How often in a row sign-in failed for this identifier, known or not.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn sign_in_failures(&self, identifier: &str) -> Result<u64, Fault> {
        let key = Tried::Password(Identifier::read(identifier).as_str()).key();
        let since = self.inner.clock.now().saturating_sub(MEMORY).unwrap_or(Timestamp::MIN);
        Ok(self.inner.store.sign_in_failures(&key, since).await?)
    }

    async fn begin_session(&self, account: Account, key: &[u8; 32], place: Place<'_>) -> Result<SignedIn, Fault> {
        let rules = self.portal_rules().await?;
        let policy = &rules.policy.session;
        let mut rng = self.rng();
        let (token, hash) = new_token(&mut rng);
        let created = self.inner.clock.now();
        let minutes = |minutes: u16| SignedDuration::from_mins(i64::from(minutes.max(1)));
        let idle = minutes(if place.kiosk {
            policy.kiosk_idle_minutes
        } else {
            policy.idle_minutes
        });
        let session = Session {
            id: SessionId::generate(&mut rng),
            voter: account.voter,
            created,
            seen: created,
            idle,
            warning: minutes(policy.warning_minutes),
            expires: self.after(minutes(policy.absolute_minutes)),
            previous_sign_in: account.last_sign_in,
        };
        let stored = NewSession {
            hash,
            id: session.id,
            voter: session.voter.id,
            created,
            idle,
            warning: session.warning,
            expires: session.expires,
            previous_sign_in: session.previous_sign_in,
            browser: place.browser,
            connection: self.random_uuid(),
        };
        self.inner.store.insert_session(&stored, key).await?;
        Ok(SignedIn { token, session })
    }
}
