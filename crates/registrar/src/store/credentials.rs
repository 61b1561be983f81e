//! Credentials, one per voter and election: written once, read to be wrapped; and the rolls for which they are drawn.

use std::collections::HashSet;

use isoloir_domain::{ElectionId, VoterId};
use sqlx::QueryBuilder;

use super::{Store, StoreError, pages};
use crate::journal::Entry;

statements! {
    PUBLIC_OF_ELECTION = "SELECT public, weight FROM credential WHERE election = $1";
    BEGIN_ROLL = "INSERT INTO drawn_roll (election, size, digest, complete) VALUES ($1, $2, $3, 0) ON CONFLICT (election) DO NOTHING";
    ROLL = "SELECT size, digest, complete FROM drawn_roll WHERE election = $1";
    // A roll of which nothing was drawn yet may still be another.
    CHANGE_ROLL = "UPDATE drawn_roll SET size = $2, digest = $3 WHERE election = $1 AND complete = 0 \
        AND NOT EXISTS (SELECT 1 FROM credential c WHERE c.election = $1)";
    END_ROLL = "UPDATE drawn_roll SET complete = 1 WHERE election = $1 AND complete = 0 \
        AND size = (SELECT COUNT(*) FROM credential c WHERE c.election = $1) RETURNING size";
    IS_COMPLETE = "SELECT size FROM drawn_roll WHERE election = $1 AND complete = 1";
}

/// A credential as stored.
pub(crate) struct CredentialRow {
    pub voter: VoterId,
    pub public: String,
    pub weight: u32,
    pub sealed: Vec<u8>,
}

/// How a roll that is told compares with the one on record.
pub(crate) enum Begun {
    /// It is the one, and some of its voters may have no credential yet.
    Open,
    /// It is the one, and everybody on it has one.
    Complete,
    /// It is another.
    Another,
}

/// A sealed credential, to be opened and wrapped.
#[derive(sqlx::FromRow)]
pub(crate) struct SealedRow {
    pub voter: Vec<u8>,
    pub election: String,
    pub sealed: Vec<u8>,
}

impl Store {
    /// Records the roll of an election, or compares it with the one on record.
    pub(crate) async fn begin_roll(
        &self,
        election: &ElectionId,
        size: i64,
        digest: &[u8; 32],
    ) -> Result<Begun, StoreError> {
        let digest = digest.to_vec();
        let (on_record, kept, complete): (i64, Option<Vec<u8>>, i64) = on!(tx self, tx => {
            sqlx::query(BEGIN_ROLL).bind(election.as_str()).bind(size).bind(&digest).execute(&mut *tx).await?;
            sqlx::query(CHANGE_ROLL).bind(election.as_str()).bind(size).bind(&digest).execute(&mut *tx).await?;
            sqlx::query_as(ROLL).bind(election.as_str()).fetch_one(&mut *tx).await?
        });
        let same = on_record == size && kept.is_none_or(|kept| kept == digest);
        Ok(match (same, complete) {
            (false, _) => Begun::Another,
            (true, 0) => Begun::Open,
            (true, _) => Begun::Complete,
        })
    }

    /// Which of some voters have a credential of this election, as the bytes of their identifiers.
    pub(crate) async fn have_credentials(
        &self,
        election: &ElectionId,
        voters: &[VoterId],
    ) -> Result<HashSet<Vec<u8>>, StoreError> {
        let mut have = HashSet::new();
        for page in pages(voters) {
            let found: Vec<(Vec<u8>,)> = on!(read self, pool => {
                let mut select = QueryBuilder::new("SELECT voter FROM credential WHERE election = ");
                select.push_bind(election.as_str()).push(" AND voter IN (");
                let mut list = select.separated(", ");
                for voter in page {
                    list.push_bind(voter.uuid().as_bytes().to_vec());
                }
                select.push(")");
                select.build_query_as().fetch_all(pool).await?
            });
            have.extend(found.into_iter().map(|(voter,)| voter));
        }
        Ok(have)
    }

    /// Adds credentials, all or none; a voter who has one meanwhile keeps it. Gives how many were added.
    pub(crate) async fn add_credentials(
        &self,
        election: &ElectionId,
        rows: &[CredentialRow],
    ) -> Result<u64, StoreError> {
        let added = on!(tx self, tx => {
            let mut added = 0_u64;
            for page in pages(rows) {
                let mut insert = QueryBuilder::new("INSERT INTO credential (voter, election, public, weight, sealed) ");
                insert.push_values(page, |mut values, row| {
                    values.push_bind(row.voter.uuid().as_bytes().to_vec()).push_bind(election.as_str());
                    values.push_bind(row.public.as_str()).push_bind(i64::from(row.weight)).push_bind(row.sealed.as_slice());
                });
                insert.push(" ON CONFLICT (voter, election) DO NOTHING");
                added = added.saturating_add(insert.build().execute(&mut *tx).await?.rows_affected());
            }
            added
        });
        Ok(added)
    }

    /// Ends the drawing, if everybody has a credential; whether it is ended. `entry` writes the journal's line, told how many there are.
    pub(crate) async fn end_roll<F>(&self, election: &ElectionId, entry: F) -> Result<bool, StoreError>
    where
        F: FnOnce(u64) -> Entry,
    {
        let ended = on!(tx self, tx => {
            let ended: Option<(i64,)> = sqlx::query_as(END_ROLL).bind(election.as_str()).fetch_optional(&mut *tx).await?;
            match ended {
                Some((size,)) => {
                    let line = entry(u64::try_from(size).unwrap_or(0));
                    append_journal!(tx, &line);
                    true
                }
                None => {
                    let before: Option<(i64,)> =
                        sqlx::query_as(IS_COMPLETE).bind(election.as_str()).fetch_optional(&mut *tx).await?;
                    before.is_some()
                }
            }
        });
        Ok(ended)
    }

    /// The public credentials of an election with their weights, in no particular order.
    pub(crate) async fn public_credentials(&self, election: &ElectionId) -> Result<Vec<(String, i64)>, StoreError> {
        let rows: Vec<(String, i64)> =
            on!(read self, pool => sqlx::query_as(PUBLIC_OF_ELECTION).bind(election.as_str()).fetch_all(pool).await?);
        Ok(rows)
    }

    /// The sealed credentials of some voters.
    pub(crate) async fn sealed_credentials(&self, voters: &[VoterId]) -> Result<Vec<SealedRow>, StoreError> {
        let mut rows: Vec<SealedRow> = Vec::new();
        for page in pages(voters) {
            let found: Vec<SealedRow> = on!(read self, pool => {
                let mut select = QueryBuilder::new("SELECT voter, election, sealed FROM credential WHERE voter IN (");
                let mut list = select.separated(", ");
                for voter in page {
                    list.push_bind(voter.uuid().as_bytes().to_vec());
                }
                select.push(")");
                select.build_query_as().fetch_all(pool).await?
            });
            rows.extend(found);
        }
        Ok(rows)
    }
}
