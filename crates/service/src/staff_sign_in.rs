//! Sign-in of the staff (*connexion d’un agent*): address, password and the code of an authenticator, all three at once.
//!
//! Which of the three was wrong is never said. Failures are counted per address as for voters, under keys of their own. A code serves
//! once. A failure at the address of a member of the staff enters the journal; one at an address that is nobody's does not, since no delay
//! bounds how many addresses a stranger makes up. Sessions are short, in a table and a cookie of their own: a voter's session opens nothing here, nor the reverse.

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Role, SessionId, StaffId, StaffMember};
use isoloir_store::staff::{NewStaffSession, StaffCredentials};
use jiff::{SignedDuration, Timestamp};

use crate::activate_account::{new_token, token_hash};
use crate::attempts::Tried;
use crate::invite_staff::normal_email;
use crate::{Fault, VotingServer, measured};

/// A member of the staff signed in. Exists only while the session is valid.
#[derive(Debug, Clone)]
pub struct StaffSession {
    id: SessionId,
    member: StaffMember,
    expires: Timestamp,
    previous_sign_in: Option<Timestamp>,
}

impl StaffSession {
    /// Public identifier.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.id
    }

    /// Who signed in.
    #[must_use]
    pub fn member(&self) -> &StaffMember {
        &self.member
    }

    /// Whether they have one of these roles.
    #[must_use]
    pub fn any_of(&self, roles: &[Role]) -> bool {
        self.member.roles.any_of(roles)
    }

    /// When the session ends at the latest.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// The sign-in before this one.
    #[must_use]
    pub fn previous_sign_in(&self) -> Option<Timestamp> {
        self.previous_sign_in
    }
}

/// What a successful sign-in yields.
pub struct StaffSignedIn {
    /// Secret of the session, for the cookie.
    pub token: String,
    /// The session.
    pub session: StaffSession,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum StaffSignInError {
    /// Address, password or code wrong, code used already, account not activated or disabled: one answer.
    #[error("address, password or code wrong")]
    Wrong,
    /// Too many failures for this address.
    #[error("too many failures; again in {retry_after} s")]
    Locked {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for StaffSignInError {
    fn code(&self) -> &'static str {
        match self {
            Self::Wrong => "staff_sign_in_wrong",
            Self::Locked { .. } => "staff_sign_in_locked",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Wrong => Message::new(
                "Adresse, mot de passe ou code incorrect, ou compte non activé. Un code ne sert qu’une fois\u{a0}: attendez le suivant.",
                "Wrong address, password or code, or the account is not activated. A code serves once: wait for the next one.",
            ),
            Self::Locked { retry_after } => Message::new(
                format!("Trop d’essais infructueux. Réessayez dans {retry_after} secondes."),
                format!("Too many failed attempts. Try again in {retry_after} seconds."),
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Wrong => Class::Unauthenticated,
            Self::Locked { .. } => Class::TooMany,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// A session unused for this long is over.
const IDLE: SignedDuration = SignedDuration::from_mins(15);
/// A session is over after this long, used or not.
const ABSOLUTE: SignedDuration = SignedDuration::from_hours(8);
/// Use is noted at most this often, to spare writes.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// Where the second factor of a member of the staff is sealed.
pub(crate) fn factor_place(staff: StaffId) -> String {
    format!("staff|second_factor|{staff}")
}

impl VotingServer {
    /// Signs a member of the staff in.
    ///
    /// # Errors
    /// [`StaffSignInError`].
    pub async fn staff_sign_in(
        &self,
        email: &str,
        password: &str,
        code: &str,
    ) -> Result<StaffSignedIn, StaffSignInError> {
        let outcome = self.try_staff_sign_in(email, password, code).await;
        measured::staff_signed_in(&outcome);
        outcome
    }

    async fn try_staff_sign_in(
        &self,
        email: &str,
        password: &str,
        code: &str,
    ) -> Result<StaffSignedIn, StaffSignInError> {
        let email = normal_email(email);
        let key = Tried::Staff(&email).key();
        let turn = self.inner.hashing.turn()?;
        self.attempt(&key, false, async {
            let found = self.inner.store.staff_credentials(&email).await.map_err(Fault::from)?;
            let hash = found.as_ref().map(|found| found.password.clone());
            let right = self.check_staff_password(turn, password, hash).await?;
            let Some(found) = found.filter(|_| right) else {
                return Err(self.staff_sign_in_failed(&email));
            };
            let place = factor_place(found.record.member.id);
            let factor = self.open_second_factor(&place, &found.second_factor)?;
            let Some(step) = factor.step(code, self.inner.clock.now()) else {
                return Err(self.staff_sign_in_failed(&email));
            };
            match self.begin_staff_session(found, step, &key).await? {
                Some(signed_in) => Ok(signed_in),
                None => Err(self.staff_sign_in_failed(&email)),
            }
        })
        .await
    }

    /// The answer to a wrong password or code. The journal is written beside it and not waited for: an address that is somebody's and one that is
    /// nobody's are answered after the same time.
    fn staff_sign_in_failed(&self, email: &str) -> StaffSignInError {
        let (server, email) = (self.clone(), email.to_owned());
        tokio::spawn(async move {
            if let Err(fault) = server.note_failed_staff_sign_in(&email).await {
                tracing::error!(%fault, "a failed sign-in of the staff is not in the journal");
            }
        });
        StaffSignInError::Wrong
    }

    async fn note_failed_staff_sign_in(&self, email: &str) -> Result<(), Fault> {
        if let Some(known) = self.staff_with_email(email).await? {
            let entry = self.entry(Subject::Staff(known.member.id), Event::StaffSignInFailed);
            self.inner.store.append_journal(&entry).await?;
        }
        Ok(())
    }

    /// Notes in the journal that a member of the staff asked for `route` (method and path), which their roles do not open.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn note_staff_refused(&self, session: &StaffSession, route: &str) -> Result<(), Fault> {
        let staff = session.member.id;
        let route = route.to_owned();
        let entry = self.entry_by(staff, Subject::Staff(staff), Event::StaffRefused { route });
        Ok(self.inner.store.append_journal(&entry).await?)
    }

    /// The session, `None` when the code was used already.
    async fn begin_staff_session(
        &self,
        found: StaffCredentials,
        step: i64,
        key: &[u8; 32],
    ) -> Result<Option<StaffSignedIn>, Fault> {
        let mut rng = self.rng();
        let (token, hash) = new_token(&mut rng);
        let session = StaffSession {
            id: SessionId::generate(&mut rng),
            member: found.record.member,
            expires: self.after(ABSOLUTE),
            previous_sign_in: found.record.last_sign_in,
        };
        let staff = session.member.id;
        let stored = NewStaffSession {
            hash,
            id: session.id,
            staff,
            created: self.inner.clock.now(),
            expires: session.expires,
            previous_sign_in: session.previous_sign_in,
        };
        let entry = self.entry_by(staff, Subject::Staff(staff), Event::StaffSignedIn);
        let begun = self
            .inner
            .store
            .insert_staff_session(&stored, step, key, &entry)
            .await?;
        Ok(begun.then_some(StaffSignedIn { token, session }))
    }

    /// The session of a cookie, `None` when it is unknown, ended, idle for too long, too old, or its owner was disabled.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn staff_session(&self, token: &str) -> Result<Option<StaffSession>, Fault> {
        let now = self.inner.clock.now();
        let idle_since = now.saturating_sub(IDLE).unwrap_or(Timestamp::MIN);
        let found = self
            .inner
            .store
            .staff_session(&token_hash(token), now, idle_since)
            .await?;
        let Some(found) = found else { return Ok(None) };
        if now.duration_since(found.seen) >= NOTED {
            self.inner.store.staff_session_seen(found.id, now).await?;
        }
        Ok(Some(StaffSession {
            id: found.id,
            member: found.member,
            expires: found.expires,
            previous_sign_in: found.previous_sign_in,
        }))
    }

    /// Ends the session.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn staff_sign_out(&self, session: &StaffSession) -> Result<(), Fault> {
        Ok(self.inner.store.end_staff_session(session.id).await?)
    }

    /// Forgets sessions that are over; returns how many. For a periodic worker.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn purge_staff_sessions(&self) -> Result<u64, Fault> {
        let now = self.inner.clock.now();
        let idle_since = now.saturating_sub(IDLE).unwrap_or(Timestamp::MIN);
        Ok(self.inner.store.purge_staff_sessions(now, idle_since).await?)
    }
}
