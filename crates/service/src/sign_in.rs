//! Sign-in, sessions, sign-out.
//!
//! Known or unknown identifier, right or wrong password: the same answer after the same work. Failures are counted in the
//! database, per address or number typed. Password hashing runs behind a small gate, so that sign-ins never starve casts.

use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Identifier, SessionId, Voter};
use isoloir_store::account::{Credentials, Failures, NewSession};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::activate_account::{new_token, token_hash};
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
    /// Identifier or password wrong, or account not activated: one answer.
    #[error("identifier or password wrong")]
    Wrong,
    /// Too many failures for this identifier.
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
            Self::Fault(fault) => fault.message(),
        }
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

/// A session unused for this long is over.
const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// A session is over after this long, used or not.
const ABSOLUTE: SignedDuration = SignedDuration::from_hours(4);
/// Use is noted at most this often, to spare writes.
const NOTED: SignedDuration = SignedDuration::from_mins(1);
/// Failures before an address is locked.
const FREE_FAILURES: u64 = 5;
/// Failures are forgotten after this long.
const MEMORY: SignedDuration = SignedDuration::from_hours(24);

impl VotingServer {
    /// Signs a voter in by e-mail address or staff number, and password.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in(&self, identifier: &str, password: &str) -> Result<SignedIn, SignInError> {
        self.attempt(identifier, password, false).await
    }

    /// The same for whoever has just answered a captcha: failures by others are no reason to make that person wait. Failures still count.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn sign_in_past_captcha(&self, identifier: &str, password: &str) -> Result<SignedIn, SignInError> {
        self.attempt(identifier, password, true).await
    }

    /// How often in a row sign-in failed for this identifier, known or not.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn sign_in_failures(&self, identifier: &str) -> Result<u64, Fault> {
        let address: [u8; 32] = Sha256::digest(Identifier::read(identifier).as_str().as_bytes()).into();
        let since = self.inner.clock.now().saturating_sub(MEMORY).unwrap_or(Timestamp::MIN);
        Ok(self.inner.store.sign_in_failures(&address, since).await?)
    }

    async fn attempt(&self, identifier: &str, password: &str, human: bool) -> Result<SignedIn, SignInError> {
        let _place = self.inner.waiting.try_acquire().map_err(|_| SignInError::Busy)?;
        let identifier = Identifier::read(identifier);
        let address: [u8; 32] = Sha256::digest(identifier.as_str().as_bytes()).into();
        let now = self.inner.clock.now();
        let before = self
            .inner
            .store
            .count_attempt(&address, |f| after_failure(f, now, human))
            .await
            .map_err(Fault::from)?;
        if before.locked_until > now && !human {
            let wait = before.locked_until.duration_since(now).as_secs();
            return Err(SignInError::Locked {
                retry_after: u64::try_from(wait).unwrap_or(0).saturating_add(1),
            });
        }
        let account = self.inner.store.credentials(&identifier).await.map_err(Fault::from)?;
        let hash = account.as_ref().map(|account| account.password.clone());
        let right = self.check_password(password, hash).await?;
        match account {
            Some(account) if right => Ok(self.begin_session(account, &address).await?),
            _ => Err(SignInError::Wrong),
        }
    }

    async fn begin_session(&self, account: Credentials, address: &[u8; 32]) -> Result<SignedIn, Fault> {
        let mut rng = self.rng();
        let (token, hash) = new_token(&mut rng);
        let session = Session {
            id: SessionId::generate(&mut rng),
            voter: account.voter,
            created: self.inner.clock.now(),
            expires: self.after(ABSOLUTE),
            previous_sign_in: account.last_sign_in,
        };
        let stored = NewSession {
            hash,
            id: session.id,
            voter: session.voter.id,
            created: session.created,
            expires: session.expires,
            previous_sign_in: session.previous_sign_in,
        };
        self.inner.store.insert_session(&stored, address).await?;
        Ok(SignedIn { token, session })
    }

    /// The session of a cookie, `None` when it is unknown, ended, idle for too long or too old.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn session(&self, token: &str) -> Result<Option<Session>, Fault> {
        let now = self.inner.clock.now();
        let idle_since = now.saturating_sub(IDLE).unwrap_or(Timestamp::MIN);
        let Some(found) = self.inner.store.session(&token_hash(token), now, idle_since).await? else {
            return Ok(None);
        };
        if now.duration_since(found.seen) >= NOTED {
            self.inner.store.session_seen(found.id, now).await?;
        }
        Ok(Some(Session {
            id: found.id,
            voter: found.voter,
            created: found.created,
            expires: found.expires,
            previous_sign_in: found.previous_sign_in,
        }))
    }

    /// Ends the session.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn sign_out(&self, session: &Session) -> Result<(), Fault> {
        Ok(self.inner.store.end_session(session.id).await?)
    }

    /// Forgets sessions that are over. For a periodic worker.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn purge_sessions(&self) -> Result<(), Fault> {
        let now = self.inner.clock.now();
        let idle_since = now.saturating_sub(IDLE).unwrap_or(Timestamp::MIN);
        Ok(self.inner.store.purge_sessions(now, idle_since).await?)
    }
}

/// Failures once this attempt has failed, `None` while the address is locked. After five in a row it is locked for 30 s, then a minute,
/// two, and so on up to a quarter of an hour: enough against guessing, and no way to shut a voter out for long.
fn after_failure(before: Failures, now: Timestamp, human: bool) -> Option<Failures> {
    if before.locked_until > now && !human {
        return None;
    }
    let count = if now.duration_since(before.latest) > MEMORY {
        1
    } else {
        before.count.saturating_add(1)
    };
    let over = count.saturating_sub(FREE_FAILURES);
    let lock = match over {
        0 if count < FREE_FAILURES => SignedDuration::ZERO,
        over => SignedDuration::from_secs((30_i64 << over.min(5)).min(900)),
    };
    let locked_until = now.saturating_add(lock).unwrap_or(Timestamp::MAX);
    Some(Failures {
        count,
        locked_until,
        latest: now,
    })
}
