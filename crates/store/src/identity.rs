//! FranceConnect: which voter an identity is, visits under way, and how they ended.

use isoloir_domain::VoterId;
use isoloir_domain::journal::Entry;
use jiff::Timestamp;
use sqlx::QueryBuilder;

use crate::session::{SessionRecord, SessionRow};
use crate::value::{millis, parse};
use crate::{Store, StoreError};

statements! {
    PURGE_VISITS = "DELETE FROM identity_visit WHERE expires <= $1";
    PURGE_OUTCOMES = "DELETE FROM identity_outcome WHERE expires <= $1";
    INSERT_VISIT = "INSERT INTO identity_visit (state, browser, purpose, session, secrets, language, expires)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    TAKE_VISIT = "DELETE FROM identity_visit WHERE state = $1 RETURNING browser, purpose, session, secrets, language, expires";
    SET_OUTCOME = "INSERT INTO identity_outcome (browser, purpose, outcome, expires) VALUES ($1, $2, $3, $4)
        ON CONFLICT (browser) DO UPDATE SET purpose = excluded.purpose, outcome = excluded.outcome, expires = excluded.expires";
    OUTCOME = "SELECT purpose, outcome FROM identity_outcome WHERE browser = $1 AND expires > $2";
    SESSION_NAMED = "SELECT v.id, v.number, v.last_name, v.first_name, v.email, v.language,
        s.id AS session, s.created, s.seen, s.idle, s.warning, s.expires, s.previous_sign_in
        FROM session s JOIN voter v ON v.id = s.voter JOIN account a ON a.voter = s.voter
        WHERE s.id = $1 AND s.expires > $2 AND s.seen + s.idle > $2 AND a.suspended IS NULL";
}

/// A visit to the provider, as it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// SHA-256 of the token in the browser's cookie.
    pub browser: Vec<u8>,
    /// What for.
    pub purpose: String,
    /// Identifier of the session that it began in.
    pub session: Option<String>,
    /// What only this server may read.
    pub secrets: Vec<u8>,
    /// Code of the language of messages.
    pub language: String,
    /// Until when one may come back.
    pub expires: Timestamp,
}

#[derive(sqlx::FromRow)]
struct VisitRow {
    browser: Vec<u8>,
    purpose: String,
    session: Option<String>,
    secrets: Vec<u8>,
    language: String,
    expires: i64,
}

impl Store {
    /// Records a visit that begins now, under the SHA-256 of its state, and forgets those that are over.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn insert_visit(&self, state: &[u8; 32], visit: &Visit, now: Timestamp) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            sqlx::query(PURGE_VISITS).bind(millis(now)).execute(&mut *tx).await?;
            sqlx::query(PURGE_OUTCOMES).bind(millis(now)).execute(&mut *tx).await?;
            sqlx::query(INSERT_VISIT)
                .bind(state.as_slice())
                .bind(&visit.browser)
                .bind(&visit.purpose)
                .bind(&visit.session)
                .bind(&visit.secrets)
                .bind(&visit.language)
                .bind(millis(visit.expires))
                .execute(&mut *tx)
                .await?;
        });
        Ok(())
    }

    /// Uses a visit up, whatever comes of it: a state serves once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take_visit(&self, state: &[u8; 32]) -> Result<Option<Visit>, StoreError> {
        let row: Option<VisitRow> = on!(tx &self.db, tx =>
            sqlx::query_as(TAKE_VISIT).bind(state.as_slice()).fetch_optional(&mut *tx).await?);
        row.map(|row| {
            Ok(Visit {
                browser: row.browser,
                purpose: row.purpose,
                session: row.session,
                secrets: row.secrets,
                language: row.language,
                expires: crate::value::instant(row.expires)?,
            })
        })
        .transpose()
    }

    /// Records how a visit ended, with its entry in the journal where there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_outcome(
        &self,
        browser: &[u8],
        (purpose, outcome): (&str, &str),
        expires: Timestamp,
        entry: Option<&Entry>,
    ) -> Result<(), StoreError> {
        on!(tx &self.db, tx => {
            sqlx::query(SET_OUTCOME)
                .bind(browser)
                .bind(purpose)
                .bind(outcome)
                .bind(millis(expires))
                .execute(&mut *tx)
                .await?;
            if let Some(entry) = entry {
                append_journal!(tx, entry);
            }
        });
        Ok(())
    }

    /// Purpose and outcome of the visit of a browser.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn outcome(&self, browser: &[u8; 32], now: Timestamp) -> Result<Option<(String, String)>, StoreError> {
        Ok(on!(read &self.db, pool => sqlx::query_as(OUTCOME)
            .bind(browser.as_slice())
            .bind(millis(now))
            .fetch_optional(pool)
            .await?))
    }

    /// The session of this identifier, while it is valid. Only for a visit that began in it: identifiers are no secrets.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session_named(&self, id: &str, now: Timestamp) -> Result<Option<SessionRecord>, StoreError> {
        let row: Option<SessionRow> = on!(read &self.db, pool =>
            sqlx::query_as(SESSION_NAMED).bind(id).bind(millis(now)).fetch_optional(pool).await?);
        row.map(SessionRow::read).transpose()
    }

    /// The voters that one of these marks may mean; two at most are of interest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn voters_marked(&self, marks: &[[u8; 32]]) -> Result<Vec<VoterId>, StoreError> {
        let found: Vec<String> = on!(read &self.db, pool => {
            let mut select = QueryBuilder::new("SELECT DISTINCT voter FROM voter_identity WHERE mark IN (");
            let mut list = select.separated(", ");
            for mark in marks {
                list.push_bind(mark.as_slice());
            }
            select.push(") LIMIT 2");
            select.build_query_scalar().persistent(false).fetch_all(pool).await?
        });
        found.iter().map(|id| parse(id, "a voter's identifier")).collect()
    }
}
