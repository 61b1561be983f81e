//! Sessions, sign-ins for their voter to read, and failed attempts.

use isoloir_domain::journal::Entry;
use isoloir_domain::{SessionId, Voter, VoterId};
use jiff::{SignedDuration, Timestamp};

use crate::roll::VoterRow;
use crate::value::{instant, millis, minute, parse, unsigned};
use crate::{Store, StoreError};

statements! {
    LOCK_FAILURE = "INSERT INTO sign_in_failure (address, failures, locked_until, latest) VALUES ($1, 0, 0, 0)
        ON CONFLICT (address) DO UPDATE SET failures = sign_in_failure.failures RETURNING failures, locked_until, latest";
    SET_FAILURE = "UPDATE sign_in_failure SET failures = $2, locked_until = $3, latest = $4 WHERE address = $1";
    CLEAR_FAILURE = "DELETE FROM sign_in_failure WHERE address = $1";
    INSERT_SESSION = "INSERT INTO session (hash, id, voter, created, seen, idle, warning, expires, previous_sign_in)
        VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)";
    SIGNED_IN = "UPDATE account SET last_sign_in = $2 WHERE voter = $1";
    INSERT_CONNECTION = "INSERT INTO connection (id, voter, at_minute, browser) VALUES ($1, $2, $3, $4)";
    CONNECTIONS = "SELECT at_minute, browser FROM connection WHERE voter = $1 ORDER BY at_minute DESC, id LIMIT $2";
    PURGE_CONNECTIONS = "DELETE FROM connection WHERE NOT EXISTS (SELECT 1 FROM consultation WHERE closes + grace > $1)";
    SESSION = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language,
        s.id AS session, s.created, s.seen, s.idle, s.warning, s.expires, s.previous_sign_in
        FROM session s JOIN voter v ON v.id = s.voter JOIN account a ON a.voter = s.voter
        WHERE s.hash = $1 AND s.expires > $2 AND s.seen + s.idle > $2 AND a.suspended IS NULL";
    SEEN = "UPDATE session SET seen = $2 WHERE id = $1 AND expires > $2 AND seen + idle > $2";
    END_SESSION = "DELETE FROM session WHERE id = $1";
    END_SESSIONS = "DELETE FROM session WHERE voter = $1";
    OPEN_SESSIONS = "SELECT COUNT(*) FROM session WHERE expires > $1 AND seen + idle > $1";
    PURGE_SESSIONS = "DELETE FROM session WHERE expires <= $1 OR seen + idle <= $1";
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
    /// How long it may stay unused.
    pub idle: SignedDuration,
    /// How long before an end the voter is warned.
    pub warning: SignedDuration,
    /// Absolute end.
    pub expires: Timestamp,
    /// The sign-in before.
    pub previous_sign_in: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
pub(crate) struct SessionRow {
    #[sqlx(flatten)]
    voter: VoterRow,
    session: String,
    created: i64,
    seen: i64,
    idle: i64,
    warning: i64,
    expires: i64,
    previous_sign_in: Option<i64>,
}

impl SessionRow {
    pub(crate) fn read(self) -> Result<SessionRecord, StoreError> {
        Ok(SessionRecord {
            id: parse(&self.session, "a session's identifier")?,
            voter: self.voter.read()?,
            created: instant(self.created)?,
            seen: instant(self.seen)?,
            idle: SignedDuration::from_millis(self.idle),
            warning: SignedDuration::from_millis(self.warning),
            expires: instant(self.expires)?,
            previous_sign_in: self.previous_sign_in.map(instant).transpose()?,
        })
    }
}

/// A session to be stored.
pub struct NewSession<'a> {
    /// SHA-256 of the cookie's token.
    pub hash: [u8; 32],
    /// Public identifier.
    pub id: SessionId,
    /// Whose.
    pub voter: VoterId,
    /// From now.
    pub created: Timestamp,
    /// How long it may stay unused.
    pub idle: SignedDuration,
    /// How long before an end the voter is warned.
    pub warning: SignedDuration,
    /// Absolute end.
    pub expires: Timestamp,
    /// The sign-in before.
    pub previous_sign_in: Option<Timestamp>,
    /// Kind of browser, for instance `Firefox, Android`.
    pub browser: &'a str,
    /// Random UUID of the sign-in.
    pub connection: String,
}

/// A sign-in (*connexion*), for its voter to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The minute.
    pub at: Timestamp,
    /// Kind of browser; empty when it said nothing that we know.
    pub browser: String,
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
    /// Counts an attempt as a failure before it is known to be one, so that attempts at the same time cannot outrun the
    /// limit. `decide` gives what to store, or `None` when the address is locked; success clears it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_attempt<F>(&self, address: &[u8; 32], decide: F) -> Result<Failures, StoreError>
    where
        F: FnOnce(Failures) -> Option<Failures>,
    {
        let before = on!(light &self.db, tx => {
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

    /// Forgets failures: what was tried was right.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clear_failures(&self, address: &[u8; 32]) -> Result<(), StoreError> {
        on!(write &self.db, pool => {
            sqlx::query(CLEAR_FAILURE).bind(address.as_slice()).execute(pool).await?;
        });
        Ok(())
    }

    /// Stores the session of a successful sign-in and forgets the failures.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_session(&self, session: &NewSession<'_>, address: &[u8; 32]) -> Result<(), StoreError> {
        on!(light &self.db, tx => {
            sqlx::query(CLEAR_FAILURE).bind(address.as_slice()).execute(&mut *tx).await?;
            sqlx::query(INSERT_SESSION)
                .bind(session.hash.as_slice())
                .bind(session.id.to_string())
                .bind(session.voter.to_string())
                .bind(millis(session.created))
                .bind(span(session.idle))
                .bind(span(session.warning))
                .bind(millis(session.expires))
                .bind(session.previous_sign_in.map(millis))
                .execute(&mut *tx)
                .await?;
            sqlx::query(SIGNED_IN)
                .bind(session.voter.to_string())
                .bind(millis(session.created))
                .execute(&mut *tx)
                .await?;
            sqlx::query(INSERT_CONNECTION)
                .bind(&session.connection)
                .bind(session.voter.to_string())
                .bind(minute(session.created))
                .bind(session.browser)
                .execute(&mut *tx)
                .await?;
        });
        Ok(())
    }

    /// The session of a token's hash, unless it is over at `now`, or its account is suspended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<SessionRecord>, StoreError> {
        let row: Option<SessionRow> = on!(read &self.db, pool => sqlx::query_as(SESSION)
            .bind(hash.as_slice())
            .bind(millis(now))
            .fetch_optional(pool)
            .await?);
        row.map(SessionRow::read).transpose()
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session_seen(&self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        on!(note &self.db, connection => {
            sqlx::query(SEEN).bind(id.to_string()).bind(millis(now)).execute(&mut *connection).await?;
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

    /// Ends all sessions of a voter.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_sessions(&self, voter: VoterId, entry: &Entry) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            sqlx::query(END_SESSIONS).bind(voter.to_string()).execute(&mut *tx).await?;
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// The latest sign-ins of a voter, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn connections(&self, voter: VoterId, limit: u32) -> Result<Vec<Connection>, StoreError> {
        let rows: Vec<(i64, String)> = on!(read &self.db, pool => sqlx::query_as(CONNECTIONS)
            .bind(voter.to_string())
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        rows.into_iter()
            .map(|(at, browser)| {
                Ok(Connection {
                    at: instant(at)?,
                    browser,
                })
            })
            .collect()
    }

    /// How many sessions are not over at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let count: i64 = on!(read &self.db, pool => sqlx::query_scalar(OPEN_SESSIONS)
            .bind(millis(now))
            .fetch_one(pool)
            .await?);
        unsigned(count, "a count")
    }

    /// Forgets sessions that are over and, once no consultation is to come or under way, the list of sign-ins.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn purge_sessions(&self, now: Timestamp) -> Result<(), StoreError> {
        on!(write &self.db, pool => {
            sqlx::query(PURGE_SESSIONS).bind(millis(now)).execute(pool).await?;
            sqlx::query(PURGE_CONNECTIONS).bind(millis(now)).execute(pool).await?;
        });
        Ok(())
    }
}

fn span(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
