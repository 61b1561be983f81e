//! Sessions: who is signed in, until when, and sign-out here or everywhere.

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::{Language, SessionId, Voter};
pub use isoloir_store::session::Connection;
use isoloir_store::session::SessionRecord;
use jiff::{SignedDuration, Timestamp};

use crate::activate_account::token_hash;
use crate::attempts::SKEW;
use crate::{Fault, VotingServer};

/// A voter signed in (*session*). Exists only while the session is valid.
#[derive(Debug, Clone)]
pub struct Session {
    /// Public identifier, named in tickets and admissions.
    pub(crate) id: SessionId,
    pub(crate) voter: Voter,
    pub(crate) created: Timestamp,
    pub(crate) seen: Timestamp,
    pub(crate) idle: SignedDuration,
    pub(crate) warning: SignedDuration,
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

    /// When the session ends unless it is used before.
    #[must_use]
    pub fn idle_ends(&self) -> Timestamp {
        let end = self.seen.saturating_add(self.idle).unwrap_or(self.expires);
        end.min(self.expires)
    }

    /// How long before an end the voter is warned: half of the idle time at most.
    #[must_use]
    pub fn warning(&self) -> SignedDuration {
        self.warning.min(self.idle.checked_div(2).unwrap_or(self.warning))
    }

    /// The sign-in before this one (*dernière connexion*).
    #[must_use]
    pub fn previous_sign_in(&self) -> Option<Timestamp> {
        self.previous_sign_in
    }
}

impl From<SessionRecord> for Session {
    fn from(found: SessionRecord) -> Self {
        Self {
            id: found.id,
            voter: found.voter,
            created: found.created,
            seen: found.seen,
            idle: found.idle,
            warning: found.warning,
            expires: found.expires,
            previous_sign_in: found.previous_sign_in,
        }
    }
}

/// Use is noted at most this often, to spare writes.
const NOTED: SignedDuration = SignedDuration::from_mins(1);
/// Sign-ins shown to their voter.
const SHOWN: u32 = 10;

impl VotingServer {
    /// The session of a cookie, kept alive by this use; `None` when it is unknown, ended, idle for too long or too old, or when its account
    /// is suspended.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn session(&self, token: &str) -> Result<Option<Session>, Fault> {
        let Some(session) = self.look_at_session(token).await? else {
            return Ok(None);
        };
        let unused = self.inner.clock.now().duration_since(session.seen);
        // Notes are coarse, but never so coarse that half of a short idle time goes by unseen.
        if unused >= NOTED.min(session.idle.checked_div(4).unwrap_or(NOTED)) {
            return self.extend_session(session).await.map(Some);
        }
        Ok(Some(session))
    }

    /// As [`VotingServer::session`], without keeping it alive: for a page that asks how long is left.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn look_at_session(&self, token: &str) -> Result<Option<Session>, Fault> {
        let now = self.inner.clock.now();
        let found = self.inner.store.session(&token_hash(token), now).await?;
        // A session of the future was made before the clock was put back: nobody knows how old it is.
        let sound = |at: Timestamp| at.duration_since(now) <= SKEW;
        Ok(found
            .filter(|found| sound(found.created) && sound(found.seen))
            .map(Session::from))
    }

    /// Keeps the session alive from now on; the absolute end does not move.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn extend_session(&self, session: Session) -> Result<Session, Fault> {
        let now = self.inner.clock.now();
        self.inner.store.session_seen(session.id, now).await?;
        Ok(Session { seen: now, ..session })
    }

    /// Ends the session.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn sign_out(&self, session: &Session) -> Result<(), Fault> {
        Ok(self.inner.store.end_session(session.id).await?)
    }

    /// Ends all sessions of this voter, this one too.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn sign_out_everywhere(&self, session: &Session) -> Result<(), Fault> {
        let entry = self.entry(Subject::Voter(session.voter.id), Event::SessionsEnded);
        Ok(self.inner.store.end_sessions(session.voter.id, &entry).await?)
    }

    /// The latest sign-ins of this voter, the latest first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn connections(&self, session: &Session) -> Result<Vec<Connection>, Fault> {
        Ok(self.inner.store.connections(session.voter.id, SHOWN).await?)
    }

    /// Notes the language in which this voter wants mails and texts.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn choose_language(&self, session: &Session, language: Language) -> Result<(), Fault> {
        Ok(self.inner.store.set_language(session.voter.id, language).await?)
    }

    /// Forgets sessions that are over, and sign-ins once the vote is. For a periodic worker.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn purge_sessions(&self) -> Result<(), Fault> {
        Ok(self.inner.store.purge_sessions(self.inner.clock.now()).await?)
    }

    /// Purges for ever, every `period`. To be spawned by the binary.
    pub async fn run_session_purge(self, period: std::time::Duration) {
        let mut ticks = tokio::time::interval(period);
        loop {
            ticks.tick().await;
            if let Err(error) = self.purge_sessions().await {
                tracing::error!(%error, "ended sessions could not be forgotten");
            }
            if let Err(error) = self.purge_staff_sessions().await {
                tracing::error!(%error, "ended sessions of the staff could not be forgotten");
            }
        }
    }
}
