//! Accounts: one-use links, passwords, failures, sessions. Secrets are stored as hashes only.

use isoloir_domain::journal::Entry;
use isoloir_domain::{Identifier, SessionId, Voter, VoterId};
use jiff::Timestamp;
use sqlx::QueryBuilder;

use crate::outbox::NewMessage;
use crate::roll::VoterRow;
use crate::value::{instant, millis, parse, unsigned};
use crate::{Store, StoreError};

statements! {
    VOID_LINKS = "DELETE FROM activation WHERE voter = $1";
    INSERT_LINK = "INSERT INTO activation (hash, voter, expires) VALUES ($1, $2, $3)";
    LINK = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language
        FROM activation a JOIN voter v ON v.id = a.voter WHERE a.hash = $1 AND a.expires > $2";
    USE_LINK = "DELETE FROM activation WHERE hash = $1 AND expires > $2 RETURNING voter";
    SET_PASSWORD = "INSERT INTO account (voter, password, activated) VALUES ($1, $2, $3)
        ON CONFLICT (voter) DO UPDATE SET password = excluded.password, activated = excluded.activated";
    END_SESSIONS = "DELETE FROM session WHERE voter = $1";
    CREDENTIALS = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language, a.password, a.last_sign_in
        FROM voter v JOIN account a ON a.voter = v.id WHERE v.email = $1";
    CREDENTIALS_BY_NUMBER = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language, a.password, a.last_sign_in
        FROM voter v JOIN account a ON a.voter = v.id WHERE v.number = $1";
    LOCK_FAILURE = "INSERT INTO sign_in_failure (address, failures, locked_until, latest) VALUES ($1, 0, 0, 0)
        ON CONFLICT (address) DO UPDATE SET failures = sign_in_failure.failures RETURNING failures, locked_until, latest";
    SET_FAILURE = "UPDATE sign_in_failure SET failures = $2, locked_until = $3, latest = $4 WHERE address = $1";
    CLEAR_FAILURE = "DELETE FROM sign_in_failure WHERE address = $1";
    INSERT_SESSION = "INSERT INTO session (hash, id, voter, created, seen, expires, previous_sign_in)
        VALUES ($1, $2, $3, $4, $4, $5, $6)";
    SIGNED_IN = "UPDATE account SET last_sign_in = $2 WHERE voter = $1";
    SESSION = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language,
        s.id AS session, s.created, s.seen, s.expires, s.previous_sign_in
        FROM session s JOIN voter v ON v.id = s.voter WHERE s.hash = $1 AND s.expires > $2 AND s.seen > $3";
    SEEN = "UPDATE session SET seen = $2 WHERE id = $1";
    END_SESSION = "DELETE FROM session WHERE id = $1";
    PURGE_SESSIONS = "DELETE FROM session WHERE expires <= $1 OR seen <= $2";
}

const CHUNK: usize = 500;

/// A one-use link: hash of its token, whom it activates, until when, and the mail that carries it.
pub struct NewLink {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Whom it activates.
    pub voter: VoterId,
    /// Until when.
    pub expires: Timestamp,
    /// The mail, when there is one.
    pub mail: Option<NewMessage>,
}

/// What a password is checked against.
pub struct Credentials {
    /// The voter.
    pub voter: Voter,
    /// Argon2 hash in its textual form.
    pub password: String,
    /// Sign-in before this one.
    pub last_sign_in: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct CredentialsRow {
    #[sqlx(flatten)]
    voter: VoterRow,
    password: String,
    last_sign_in: Option<i64>,
}

/// A session as stored.
pub struct SessionRecord {
    /// Public identifier.
    pub id: SessionId,
    /// Whose.
    pub voter: Voter,
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
    voter: VoterRow,
    session: String,
    created: i64,
    seen: i64,
    expires: i64,
    previous_sign_in: Option<i64>,
}

/// A session to be stored.
pub struct NewSession {
    /// SHA-256 of the cookie's token.
    pub hash: [u8; 32],
    /// Public identifier.
    pub id: SessionId,
    /// Whose.
    pub voter: VoterId,
    /// From now.
    pub created: Timestamp,
    /// Absolute end.
    pub expires: Timestamp,
    /// The sign-in before.
    pub previous_sign_in: Option<Timestamp>,
}

/// Failures of one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many in a row.
    pub count: u64,
    /// Locked until then.
    pub locked_until: Timestamp,
    /// The latest.
    pub latest: Timestamp,
}

impl Store {
    /// Stores links, voiding earlier ones of the same voters, and queues their mails.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_links(&self, links: &[NewLink], entry: Option<&Entry>) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            for link in links {
                sqlx::query(VOID_LINKS).bind(link.voter.to_string()).execute(&mut *tx).await?;
                sqlx::query(INSERT_LINK)
                    .bind(link.hash.as_slice())
                    .bind(link.voter.to_string())
                    .bind(millis(link.expires))
                    .execute(&mut *tx)
                    .await?;
                if let Some(mail) = &link.mail {
                    queue_message!(tx, mail);
                }
            }
            if let Some(entry) = entry {
                append_journal!(tx, entry);
            }
        });
        Ok(())
    }

    /// Whom an unexpired link would activate.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn link(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<Voter>, StoreError> {
        let row: Option<VoterRow> = on!(read &self.db, pool =>
            sqlx::query_as(LINK).bind(hash.as_slice()).bind(millis(now)).fetch_optional(pool).await?);
        row.map(VoterRow::read).transpose()
    }

    /// Uses a link up: sets the password, ends the voter's sessions. False when the link is not, or no longer, good.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn use_link(
        &self,
        hash: &[u8; 32],
        password: &str,
        now: Timestamp,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        on!(tx &self.db, tx => {
            let voter: Option<String> = sqlx::query_scalar(USE_LINK)
                .bind(hash.as_slice())
                .bind(millis(now))
                .fetch_optional(&mut *tx)
                .await?;
            let Some(voter) = voter else { return Ok(false) };
            sqlx::query(SET_PASSWORD).bind(&voter).bind(password).bind(millis(now)).execute(&mut *tx).await?;
            sqlx::query(END_SESSIONS).bind(&voter).execute(&mut *tx).await?;
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Gives all these voters the same password hash. For rehearsals.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_passwords(&self, voters: &[VoterId], password: &str, now: Timestamp) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            for chunk in voters.chunks(CHUNK) {
                let mut insert = QueryBuilder::new("INSERT INTO account (voter, password, activated) ");
                insert.push_values(chunk, |mut row, voter| {
                    row.push_bind(voter.to_string()).push_bind(password).push_bind(millis(now));
                });
                insert.push(" ON CONFLICT (voter) DO NOTHING");
                insert.build().persistent(false).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// The account of an address, or of a staff number when what is typed is no address.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn credentials(&self, identifier: &Identifier) -> Result<Option<Credentials>, StoreError> {
        let (statement, value) = match identifier {
            Identifier::Email(email) => (CREDENTIALS, email),
            Identifier::Number(number) => (CREDENTIALS_BY_NUMBER, number),
        };
        let row: Option<CredentialsRow> =
            on!(read &self.db, pool => sqlx::query_as(statement).bind(value).fetch_optional(pool).await?);
        row.map(|row| {
            Ok(Credentials {
                voter: row.voter.read()?,
                password: row.password,
                last_sign_in: row.last_sign_in.map(instant).transpose()?,
            })
        })
        .transpose()
    }

    /// Counts an attempt as a failure before it is known to be one, so that attempts at the same time cannot outrun the
    /// limit. `decide` gives what to store, or `None` when the address is locked; success clears it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_attempt<F>(&self, address: &[u8; 32], decide: F) -> Result<Failures, StoreError>
    where
        F: FnOnce(Failures) -> Option<Failures>,
    {
        let before = on!(tx &self.db, tx => {
            let (failures, locked, latest): (i64, i64, i64) =
                sqlx::query_as(LOCK_FAILURE).bind(address.as_slice()).fetch_one(&mut *tx).await?;
            let before = Failures {
                count: unsigned(failures, "a count")?,
                locked_until: instant(locked)?,
                latest: instant(latest)?,
            };
            if let Some(after) = decide(before) {
                sqlx::query(SET_FAILURE)
                    .bind(address.as_slice())
                    .bind(i64::try_from(after.count).unwrap_or(i64::MAX))
                    .bind(millis(after.locked_until))
                    .bind(millis(after.latest))
                    .execute(&mut *tx)
                    .await?;
            }
            before
        });
        Ok(before)
    }

    /// Stores the session of a successful sign-in and forgets the failures.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_session(&self, session: &NewSession, address: &[u8; 32]) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            sqlx::query(CLEAR_FAILURE).bind(address.as_slice()).execute(&mut *tx).await?;
            sqlx::query(INSERT_SESSION)
                .bind(session.hash.as_slice())
                .bind(session.id.to_string())
                .bind(session.voter.to_string())
                .bind(millis(session.created))
                .bind(millis(session.expires))
                .bind(session.previous_sign_in.map(millis))
                .execute(&mut *tx)
                .await?;
            sqlx::query(SIGNED_IN)
                .bind(session.voter.to_string())
                .bind(millis(session.created))
                .execute(&mut *tx)
                .await?;
        });
        Ok(())
    }

    /// The session of a token's hash, unless it is over at `now` or was last used before `idle_since`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(
        &self,
        hash: &[u8; 32],
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<SessionRecord>, StoreError> {
        let row: Option<SessionRow> = on!(read &self.db, pool => sqlx::query_as(SESSION)
            .bind(hash.as_slice())
            .bind(millis(now))
            .bind(millis(idle_since))
            .fetch_optional(pool)
            .await?);
        row.map(|row| {
            Ok(SessionRecord {
                id: parse(&row.session, "a session's identifier")?,
                voter: row.voter.read()?,
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
    pub async fn session_seen(&self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        on!(write &self.db, pool => {
            sqlx::query(SEEN).bind(id.to_string()).bind(millis(now)).execute(pool).await?;
        });
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_session(&self, id: SessionId) -> Result<(), StoreError> {
        on!(write &self.db, pool => { sqlx::query(END_SESSION).bind(id.to_string()).execute(pool).await?; });
        Ok(())
    }

    /// Forgets sessions that are over.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn purge_sessions(&self, now: Timestamp, idle_since: Timestamp) -> Result<(), StoreError> {
        on!(write &self.db, pool => {
            sqlx::query(PURGE_SESSIONS).bind(millis(now)).bind(millis(idle_since)).execute(pool).await?;
        });
        Ok(())
    }
}
