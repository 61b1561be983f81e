//! Codes, wrapped credentials and attempts.

use std::collections::HashMap;

use isoloir_domain::{ElectionId, VoterId};
use sqlx::QueryBuilder;

use super::notices::NewBatch;
use super::{Store, StoreError, pages};
use crate::journal::Entry;

statements! {
    // The row lock that this takes orders the attempts of one voter; the rest of the transaction is alone with them.
    COUNT_ATTEMPT = "INSERT INTO attempt (voter, attempts, failures, locked_until) VALUES ($1, 1, 0, 0) \
        ON CONFLICT (voter) DO UPDATE SET attempts = attempt.attempts + 1 RETURNING failures, locked_until";
    VERIFIER = "SELECT verifier FROM code WHERE voter = $1";
    RECORD_FAILURE = "UPDATE attempt SET failures = $2, locked_until = $3 WHERE voter = $1";
    COUNT_WRONG = "UPDATE counter SET count = count + 1 WHERE name = 'wrong_codes'";
    FORGET_ATTEMPTS = "UPDATE attempt SET attempts = 0, failures = 0, locked_until = 0 WHERE voter = $1";
    WRAPPED = "SELECT c.election, c.public, w.wrapped FROM wrapped_credential w \
        JOIN credential c ON c.voter = w.voter AND c.election = w.election WHERE w.voter = $1 ORDER BY c.election";
    ADD_PLACE = "INSERT INTO notice_place (code, name, organiser, consultation) VALUES ($1, $2, $3, $4) ON CONFLICT (code) \
        DO UPDATE SET name = excluded.name, organiser = excluded.organiser, consultation = excluded.consultation";
    NEXT_BATCH = "SELECT COALESCE(MAX(id), 0) + 1 FROM notice_batch";
    ADD_BATCH = "INSERT INTO notice_batch (id, place, file, first, size, made_at) VALUES ($1, $2, $3, $4, $5, $6)";
    NEXT_NOTICE = "SELECT COALESCE(MAX(number), 0) + 1 FROM notice";
    ATTEMPTS = "SELECT attempts, failures, locked_until FROM attempt WHERE voter = $1";
}

/// A new code, with everything wrapped under it.
pub(crate) struct NewCode {
    pub voter: VoterId,
    pub verifier: [u8; 32],
    pub wrapped: Vec<(ElectionId, Vec<u8>)>,
}

/// A wrapped credential and its public counterpart.
#[derive(sqlx::FromRow)]
pub(crate) struct WrappedRow {
    pub election: String,
    pub public: String,
    pub wrapped: Vec<u8>,
}

/// What an attempt meets: how many failed before, and until when the voter must wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Attempted {
    pub failures: i64,
    pub locked_until: i64,
}

/// What is decided about an attempt while the voter's row is locked.
pub(crate) enum Decision {
    /// Too early: nothing was compared.
    Wait,
    /// Compared, and wrong.
    Wrong(Attempted),
    /// Compared, and right.
    Right,
}

/// The counters of a voter's attempts (*tentatives*), for support and for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct Attempts {
    /// All attempts since the last success.
    pub attempts: i64,
    /// Those that were compared and wrong.
    pub failures: i64,
    /// No attempt is compared before this second since 1970.
    pub locked_until: i64,
}

/// Writes new codes and what is wrapped under them, keeping a trace of the older ones; gives the generation of each, by voter. A macro, since
/// it serves several transactions on two engines.
macro_rules! write_codes {
    ($tx:ident, $codes:expr, $now:expr) => {{
        let (codes, now): (&[$crate::store::codes::NewCode], i64) = ($codes, $now);
        let mut generations: std::collections::HashMap<Vec<u8>, i64> = std::collections::HashMap::with_capacity(codes.len());
        for page in $crate::store::pages(codes) {
            let mut void = sqlx::QueryBuilder::new(
                "INSERT INTO voided_code (voter, generation, issued_at, voided_at) SELECT voter, generation, issued_at, ",
            );
            void.push_bind(now).push(" FROM code WHERE voter IN (");
            let mut voters = void.separated(", ");
            for code in page {
                voters.push_bind(code.voter.uuid().as_bytes().to_vec());
            }
            void.push(")");
            void.build().execute(&mut *$tx).await?;

            let mut issue = sqlx::QueryBuilder::new("INSERT INTO code (voter, generation, verifier, issued_at) ");
            issue.push_values(page, |mut values, code| {
                values.push_bind(code.voter.uuid().as_bytes().to_vec()).push_bind(1_i64);
                values.push_bind(code.verifier.to_vec()).push_bind(now);
            });
            issue.push(
                " ON CONFLICT (voter) DO UPDATE SET generation = code.generation + 1, verifier = excluded.verifier, \
                 issued_at = excluded.issued_at RETURNING voter, generation",
            );
            let issued: Vec<(Vec<u8>, i64)> = issue.build_query_as().fetch_all(&mut *$tx).await?;
            generations.extend(issued);

            let mut forget = sqlx::QueryBuilder::new("DELETE FROM attempt WHERE voter IN (");
            let mut voters = forget.separated(", ");
            for code in page {
                voters.push_bind(code.voter.uuid().as_bytes().to_vec());
            }
            forget.push(")");
            forget.build().execute(&mut *$tx).await?;
        }
        let wrapped: Vec<_> = codes
            .iter()
            .flat_map(|c| c.wrapped.iter().map(|(election, wrapped)| (c.voter, election, wrapped)))
            .collect();
        for page in $crate::store::pages(&wrapped) {
            let mut wrap = sqlx::QueryBuilder::new("INSERT INTO wrapped_credential (voter, election, wrapped) ");
            wrap.push_values(page, |mut values, (voter, election, wrapped)| {
                values.push_bind(voter.uuid().as_bytes().to_vec()).push_bind(election.as_str());
                values.push_bind(wrapped.as_slice());
            });
            wrap.push(" ON CONFLICT (voter, election) DO UPDATE SET wrapped = excluded.wrapped");
            wrap.build().execute(&mut *$tx).await?;
        }
        generations
    }};
}

impl Store {
    /// Replaces the voters' codes and what is wrapped under them, keeping a trace of the older ones: all or nothing.
    pub(crate) async fn replace_codes(&self, codes: &[NewCode], now: i64, entry: &Entry) -> Result<(), StoreError> {
        on!(tx self, tx => {
            write_codes!(tx, codes, now);
            append_journal!(tx, entry);
        });
        Ok(())
    }

    /// The verifiers of the valid codes of some voters, by the bytes of their identifiers.
    pub(crate) async fn verifiers(&self, voters: &[VoterId]) -> Result<HashMap<Vec<u8>, Vec<u8>>, StoreError> {
        let mut verifiers = HashMap::with_capacity(voters.len());
        for page in pages(voters) {
            let found: Vec<(Vec<u8>, Vec<u8>)> = on!(read self, pool => {
                let mut select = QueryBuilder::new("SELECT voter, verifier FROM code WHERE voter IN (");
                let mut list = select.separated(", ");
                for voter in page {
                    list.push_bind(voter.uuid().as_bytes().to_vec());
                }
                select.push(")");
                select.build_query_as().fetch_all(pool).await?
            });
            verifiers.extend(found);
        }
        Ok(verifiers)
    }

    /// Replaces codes as [`Store::replace_codes`] does and records the notices that carry them, in the order given, as a batch whose file is
    /// still to be written: all or nothing. Gives the batch's number and that of its first notice.
    pub(crate) async fn replace_codes_by_notices(
        &self,
        codes: &[NewCode],
        batch: &NewBatch<'_>,
        now: i64,
        entry: &Entry,
    ) -> Result<(i64, i64), StoreError> {
        let place = batch.place.map_or("", |place| place.code.as_str());
        let size = i64::try_from(codes.len()).unwrap_or(i64::MAX);
        let made = on!(tx self, tx => {
            let generations = write_codes!(tx, codes, now);
            if let Some(place) = batch.place {
                let add = sqlx::query(ADD_PLACE).bind(&place.code).bind(&place.name);
                add.bind(batch.organiser).bind(batch.consultation).execute(&mut *tx).await?;
            }
            let (id,): (i64,) = sqlx::query_as(NEXT_BATCH).fetch_one(&mut *tx).await?;
            let file = batch.file.replace("{}", &format!("{id:05}"));
            let (first,): (i64,) = sqlx::query_as(NEXT_NOTICE).fetch_one(&mut *tx).await?;
            let add = sqlx::query(ADD_BATCH).bind(id).bind(place).bind(&file).bind(first).bind(size).bind(now);
            add.execute(&mut *tx).await?;
            let rows: Vec<(i64, &NewCode, &Vec<u8>)> =
                (0_i64..).zip(codes).zip(batch.names).map(|((at, code), name)| (at, code, name)).collect();
            for page in pages(&rows) {
                let mut insert = QueryBuilder::new("INSERT INTO notice (number, voter, generation, place, batch, page, name, status, changed_at) ");
                insert.push_values(page, |mut values, (at, code, name)| {
                    let voter = code.voter.uuid().as_bytes().to_vec();
                    let generation = generations.get(&voter).copied().unwrap_or_default();
                    values.push_bind(first.saturating_add(*at)).push_bind(voter).push_bind(generation).push_bind(place);
                    values.push_bind(id).push_bind(at.saturating_add(1)).push_bind(name.as_slice()).push_bind("made").push_bind(now);
                });
                insert.build().execute(&mut *tx).await?;
            }
            append_journal!(tx, entry);
            (id, first)
        });
        Ok(made)
    }

    /// Counts an attempt, lets `decide` judge it with the verifier on record (if any), and writes the consequence, in one
    /// transaction that is alone with this voter's attempts. The wrapped credentials come only with [`Decision::Right`].
    pub(crate) async fn attempt<F>(&self, voter: VoterId, decide: F) -> Result<(Decision, Vec<WrappedRow>), StoreError>
    where
        F: FnOnce(Attempted, Option<Vec<u8>>) -> Decision,
    {
        let id = voter.uuid().as_bytes().to_vec();
        let outcome = on!(tx self, tx => {
            let before: Attempted = sqlx::query_as(COUNT_ATTEMPT).bind(&id).fetch_one(&mut *tx).await?;
            let verifier: Option<(Vec<u8>,)> = sqlx::query_as(VERIFIER).bind(&id).fetch_optional(&mut *tx).await?;
            let decision = decide(before, verifier.map(|(v,)| v));
            let rows: Vec<WrappedRow> = match &decision {
                Decision::Wait => Vec::new(),
                Decision::Wrong(after) => {
                    let record = sqlx::query(RECORD_FAILURE).bind(&id).bind(after.failures).bind(after.locked_until);
                    record.execute(&mut *tx).await?;
                    sqlx::query(COUNT_WRONG).execute(&mut *tx).await?;
                    Vec::new()
                }
                Decision::Right => {
                    sqlx::query(FORGET_ATTEMPTS).bind(&id).execute(&mut *tx).await?;
                    sqlx::query_as(WRAPPED).bind(&id).fetch_all(&mut *tx).await?
                }
            };
            (decision, rows)
        });
        Ok(outcome)
    }

    /// The counters of a voter's attempts.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn attempts(&self, voter: VoterId) -> Result<Attempts, StoreError> {
        let id = voter.uuid().as_bytes().to_vec();
        let found: Option<Attempts> =
            on!(read self, pool => sqlx::query_as(ATTEMPTS).bind(&id).fetch_optional(pool).await?);
        Ok(found.unwrap_or_default())
    }
}
