//! Staff of the organiser: invitations, second factors, sessions. Tables of their own: a voter's session is never one of the staff.

use isoloir_domain::journal::Entry;
use isoloir_domain::{ElectionId, SessionId, StaffId, StaffMember};
use jiff::Timestamp;

use crate::account::CLEAR_FAILURE;
use crate::outbox::NewMessage;
use crate::value::{instant, millis, parse, unsigned};
use crate::{Store, StoreError};

statements! {
    KNOWN = "SELECT id FROM staff WHERE email = $1";
    INSERT = "INSERT INTO staff (id, name, email, roles, consultation, elections, disabled, used_step)
        VALUES ($1, $2, $3, $4, $5, $7, $6, 0)
        ON CONFLICT (email) DO NOTHING";
    VOID_LINKS = "DELETE FROM staff_link WHERE staff = $1";
    INSERT_LINK = "INSERT INTO staff_link (hash, staff, second_factor, expires) VALUES ($1, $2, $3, $4)";
    LINK = "SELECT s.id, s.name, s.email, s.roles, s.consultation, s.elections, s.disabled, s.last_sign_in,
        s.password IS NOT NULL AS activated, l.second_factor
        FROM staff_link l JOIN staff s ON s.id = l.staff WHERE l.hash = $1 AND l.expires > $2 AND NOT s.disabled";
    USE_LINK = "DELETE FROM staff_link WHERE hash = $1 AND expires > $2 RETURNING staff";
    ENROL = "UPDATE staff SET password = $2, second_factor = $3, used_step = $4 WHERE id = $1 AND NOT disabled";
    VOID = "UPDATE staff SET password = NULL, second_factor = NULL WHERE id = $1 AND NOT disabled";
    END_SESSIONS = "DELETE FROM staff_session WHERE staff = $1";
    DISABLE = "UPDATE staff SET disabled = $2, password = NULL, second_factor = NULL WHERE id = $1";
    MEMBERS = "SELECT id, name, email, roles, consultation, elections, disabled, last_sign_in, password IS NOT NULL AS activated
        FROM staff ORDER BY disabled, name, id";
    MEMBER = "SELECT id, name, email, roles, consultation, elections, disabled, last_sign_in, password IS NOT NULL AS activated
        FROM staff WHERE id = $1";
    CREDENTIALS = "SELECT id, name, email, roles, consultation, elections, disabled, last_sign_in, password IS NOT NULL AS activated,
        password, second_factor FROM staff
        WHERE email = $1 AND NOT disabled AND password IS NOT NULL AND second_factor IS NOT NULL";
    USE_STEP = "UPDATE staff SET used_step = $2, last_sign_in = $3 WHERE id = $1 AND used_step < $2 AND NOT disabled
        RETURNING used_step";
    INSERT_SESSION = "INSERT INTO staff_session (hash, id, staff, created, seen, expires, previous_sign_in)
        VALUES ($1, $2, $3, $4, $4, $5, $6)";
    SESSION = "SELECT s.id, s.name, s.email, s.roles, s.consultation, s.elections, s.disabled, s.last_sign_in,
        s.password IS NOT NULL AS activated, t.id AS session, t.created, t.seen, t.expires, t.previous_sign_in
        FROM staff_session t JOIN staff s ON s.id = t.staff
        WHERE t.hash = $1 AND t.expires > $2 AND t.seen > $3 AND NOT s.disabled";
    SEEN = "UPDATE staff_session SET seen = $2 WHERE id = $1";
    END_SESSION = "DELETE FROM staff_session WHERE id = $1";
    PURGE = "DELETE FROM staff_session WHERE expires <= $1 OR seen <= $2";
}

/// A member of the staff as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRecord {
    /// Who.
    pub member: StaffMember,
    /// Whether there are a password and a second factor.
    pub activated: bool,
    /// Last sign-in.
    pub last_sign_in: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct StaffRow {
    id: String,
    name: String,
    email: String,
    roles: String,
    consultation: Option<String>,
    elections: String,
    disabled: bool,
    last_sign_in: Option<i64>,
    activated: bool,
}

impl StaffRow {
    fn read(self) -> Result<StaffRecord, StoreError> {
        let consultation = self.consultation.map(|id| parse(&id, "a consultation's identifier"));
        let elections = self.elections.split(',').filter(|id| !id.is_empty());
        let elections = elections.map(|id| parse(id, "an election's identifier"));
        Ok(StaffRecord {
            member: StaffMember {
                id: parse(&self.id, "a staff identifier")?,
                name: self.name,
                email: self.email,
                roles: parse(&self.roles, "roles")?,
                consultation: consultation.transpose()?,
                elections: elections.collect::<Result<_, StoreError>>()?,
                disabled: self.disabled,
            },
            activated: self.activated,
            last_sign_in: self.last_sign_in.map(instant).transpose()?,
        })
    }
}

/// As stored: identifiers with commas.
fn elections_text(member: &StaffMember) -> String {
    let elections: Vec<&str> = member.elections.iter().map(ElectionId::as_str).collect();
    elections.join(",")
}

/// A one-use invitation.
pub struct NewStaffLink {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Whom it invites.
    pub staff: StaffId,
    /// The second factor to enrol, sealed.
    pub second_factor: Vec<u8>,
    /// Until when.
    pub expires: Timestamp,
}

#[derive(sqlx::FromRow)]
struct LinkRow {
    #[sqlx(flatten)]
    staff: StaffRow,
    second_factor: Vec<u8>,
}

/// What a sign-in is checked against.
pub struct StaffCredentials {
    /// Who.
    pub record: StaffRecord,
    /// Argon2 hash in its textual form.
    pub password: String,
    /// The second factor, sealed.
    pub second_factor: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct CredentialsRow {
    #[sqlx(flatten)]
    staff: StaffRow,
    password: String,
    second_factor: Vec<u8>,
}

/// A session to be stored.
pub struct NewStaffSession {
    /// SHA-256 of the cookie's token.
    pub hash: [u8; 32],
    /// Public identifier.
    pub id: SessionId,
    /// Whose.
    pub staff: StaffId,
    /// From now.
    pub created: Timestamp,
    /// Absolute end.
    pub expires: Timestamp,
    /// The sign-in before.
    pub previous_sign_in: Option<Timestamp>,
}

/// A session as stored.
pub struct StaffSessionRecord {
    /// Public identifier.
    pub id: SessionId,
    /// Whose.
    pub member: StaffMember,
    /// Since when.
    pub created: Timestamp,
    /// Last used, to the minute or so.
    pub seen: Timestamp,
    /// Absolute end.
    pub expires: Timestamp,
    /// The sign-in before.
    pub previous_sign_in: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    #[sqlx(flatten)]
    staff: StaffRow,
    session: String,
    created: i64,
    seen: i64,
    expires: i64,
    previous_sign_in: Option<i64>,
}

/// Stores a link in the transaction `$tx`, voiding earlier ones of the same person.
macro_rules! put_link {
    ($tx:ident, $link:expr) => {{
        let link: &NewStaffLink = $link;
        sqlx::query(VOID_LINKS)
            .bind(link.staff.to_string())
            .execute(&mut *$tx)
            .await?;
        sqlx::query(INSERT_LINK)
            .bind(link.hash.as_slice())
            .bind(link.staff.to_string())
            .bind(&link.second_factor)
            .bind(millis(link.expires))
            .execute(&mut *$tx)
            .await?;
    }};
}

impl Store {
    /// Adds somebody with an invitation. False when the address is known already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_staff(
        &self,
        member: &StaffMember,
        link: &NewStaffLink,
        mail: Option<&NewMessage>,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let inserted = sqlx::query(INSERT)
                .bind(member.id.to_string())
                .bind(&member.name)
                .bind(&member.email)
                .bind(member.roles.to_string())
                .bind(member.consultation.as_ref().map(|id| id.as_str()))
                .bind(member.disabled)
                .bind(elections_text(member))
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if inserted == 0 {
                return Ok(false);
            }
            put_link!(tx, link);
            if let Some(mail) = mail {
                queue_message!(tx, mail);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Invites somebody again: password, second factor, earlier links and sessions are void. False when disabled or unknown.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew_staff_link(
        &self,
        link: &NewStaffLink,
        mail: Option<&NewMessage>,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let id = link.staff.to_string();
            if sqlx::query(VOID).bind(&id).execute(&mut *tx).await?.rows_affected() == 0 {
                return Ok(false);
            }
            sqlx::query(END_SESSIONS).bind(&id).execute(&mut *tx).await?;
            put_link!(tx, link);
            if let Some(mail) = mail {
                queue_message!(tx, mail);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Whom an unexpired invitation is for, with the sealed second factor to enrol.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn staff_link(
        &self,
        hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<(StaffRecord, Vec<u8>)>, StoreError> {
        let row: Option<LinkRow> = on!(read &self.db, pool =>
            sqlx::query_as(LINK).bind(hash.as_slice()).bind(millis(now)).fetch_optional(pool).await?);
        row.map(|row| Ok((row.staff.read()?, row.second_factor))).transpose()
    }

    /// Uses an invitation up: sets password and second factor, of which `step` is used, and ends sessions. False when the link is not,
    /// or no longer, good.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn use_staff_link(
        &self,
        hash: &[u8; 32],
        (password, second_factor, step): (&str, &[u8], i64),
        now: Timestamp,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let staff: Option<String> = sqlx::query_scalar(USE_LINK)
                .bind(hash.as_slice())
                .bind(millis(now))
                .fetch_optional(&mut *tx)
                .await?;
            let Some(staff) = staff else { return Ok(false) };
            let enrolled = sqlx::query(ENROL)
                .bind(&staff)
                .bind(password)
                .bind(second_factor)
                .bind(step)
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if enrolled == 0 {
                return Ok(false);
            }
            sqlx::query(END_SESSIONS).bind(&staff).execute(&mut *tx).await?;
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Allows or forbids somebody to sign in; either way password, second factor, links and sessions are void. False when unknown.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn disable_staff(&self, staff: StaffId, disabled: bool, entry: &Entry) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let id = staff.to_string();
            if sqlx::query(DISABLE).bind(&id).bind(disabled).execute(&mut *tx).await?.rows_affected() == 0 {
                return Ok(false);
            }
            sqlx::query(VOID_LINKS).bind(&id).execute(&mut *tx).await?;
            sqlx::query(END_SESSIONS).bind(&id).execute(&mut *tx).await?;
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Everybody, those who may sign in first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn staff(&self) -> Result<Vec<StaffRecord>, StoreError> {
        let rows: Vec<StaffRow> = on!(read &self.db, pool => sqlx::query_as(MEMBERS).fetch_all(pool).await?);
        rows.into_iter().map(StaffRow::read).collect()
    }

    /// One member of the staff.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn staff_member(&self, id: StaffId) -> Result<Option<StaffRecord>, StoreError> {
        let row: Option<StaffRow> =
            on!(read &self.db, pool => sqlx::query_as(MEMBER).bind(id.to_string()).fetch_optional(pool).await?);
        row.map(StaffRow::read).transpose()
    }

    /// Who has this address, whether or not they may sign in.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn staff_by_email(&self, email: &str) -> Result<Option<StaffId>, StoreError> {
        let id: Option<String> =
            on!(read &self.db, pool => sqlx::query_scalar(KNOWN).bind(email).fetch_optional(pool).await?);
        id.map(|id| parse(&id, "a staff identifier")).transpose()
    }

    /// What a sign-in with this address is checked against; `None` for whoever may not sign in.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn staff_credentials(&self, email: &str) -> Result<Option<StaffCredentials>, StoreError> {
        let row: Option<CredentialsRow> =
            on!(read &self.db, pool => sqlx::query_as(CREDENTIALS).bind(email).fetch_optional(pool).await?);
        row.map(|row| {
            Ok(StaffCredentials {
                record: row.staff.read()?,
                password: row.password,
                second_factor: row.second_factor,
            })
        })
        .transpose()
    }

    /// Uses a step of the second factor up, stores the session and forgets the failures. False when the step, or a later one, was used.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_staff_session(
        &self,
        session: &NewStaffSession,
        step: i64,
        address: &[u8; 32],
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let fresh: Option<i64> = sqlx::query_scalar(USE_STEP)
                .bind(session.staff.to_string())
                .bind(step)
                .bind(millis(session.created))
                .fetch_optional(&mut *tx)
                .await?;
            if fresh.is_none() {
                return Ok(false);
            }
            sqlx::query(CLEAR_FAILURE).bind(address.as_slice()).execute(&mut *tx).await?;
            sqlx::query(INSERT_SESSION)
                .bind(session.hash.as_slice())
                .bind(session.id.to_string())
                .bind(session.staff.to_string())
                .bind(millis(session.created))
                .bind(millis(session.expires))
                .bind(session.previous_sign_in.map(millis))
                .execute(&mut *tx)
                .await?;
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// The session of a token's hash, unless it is over at `now`, was last used before `idle_since`, or its owner is disabled.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn staff_session(
        &self,
        hash: &[u8; 32],
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<StaffSessionRecord>, StoreError> {
        let row: Option<SessionRow> = on!(read &self.db, pool => sqlx::query_as(SESSION)
            .bind(hash.as_slice())
            .bind(millis(now))
            .bind(millis(idle_since))
            .fetch_optional(pool)
            .await?);
        row.map(|row| {
            Ok(StaffSessionRecord {
                id: parse(&row.session, "a session's identifier")?,
                member: row.staff.read()?.member,
                created: instant(row.created)?,
                seen: instant(row.seen)?,
                expires: instant(row.expires)?,
                previous_sign_in: row.previous_sign_in.map(instant).transpose()?,
            })
        })
        .transpose()
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn staff_session_seen(&self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        on!(note &self.db, connection => {
            sqlx::query(SEEN).bind(id.to_string()).bind(millis(now)).execute(&mut *connection).await?;
        });
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_staff_session(&self, id: SessionId) -> Result<(), StoreError> {
        on!(write &self.db, pool => { sqlx::query(END_SESSION).bind(id.to_string()).execute(pool).await?; });
        Ok(())
    }

    /// Forgets sessions that are over; returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn purge_staff_sessions(&self, now: Timestamp, idle_since: Timestamp) -> Result<u64, StoreError> {
        let gone = on!(write &self.db, pool => sqlx::query(PURGE)
            .bind(millis(now))
            .bind(millis(idle_since))
            .execute(pool)
            .await?
            .rows_affected());
        unsigned(i64::try_from(gone).unwrap_or(i64::MAX), "a count")
    }
}
