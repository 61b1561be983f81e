//! Credentials, one per voter and election: written once, read to be wrapped.

use isoloir_domain::{ElectionId, VoterId};
use sqlx::QueryBuilder;
use tokio::sync::mpsc;

use super::{Store, StoreError, pages};

statements! {
    COUNT_OF_ELECTION = "SELECT COUNT(*) FROM credential WHERE election = $1";
    PUBLIC_OF_ELECTION = "SELECT public, weight FROM credential WHERE election = $1";
}

/// A credential as stored.
pub(crate) struct CredentialRow {
    pub voter: VoterId,
    pub public: String,
    pub weight: u32,
    pub sealed: Vec<u8>,
}

/// What the drawing of an election's credentials yields.
pub(crate) enum Drawn {
    /// Some of them.
    Rows(Vec<CredentialRow>),
    /// They were all sent.
    End,
}

/// A sealed credential, to be opened and wrapped.
#[derive(sqlx::FromRow)]
pub(crate) struct SealedRow {
    pub voter: Vec<u8>,
    pub election: String,
    pub sealed: Vec<u8>,
}

impl Store {
    /// Adds the credentials of an election that has none, as they are drawn: all or nothing. `false` when the election has some already.
    pub(crate) async fn add_credentials(
        &self,
        election: &ElectionId,
        mut drawn: mpsc::Receiver<Drawn>,
    ) -> Result<bool, StoreError> {
        let added = on!(tx self, tx => {
            let (count,): (i64,) = sqlx::query_as(COUNT_OF_ELECTION).bind(election.as_str()).fetch_one(&mut *tx).await?;
            if count == 0 {
                loop {
                    let rows = match drawn.recv().await {
                        Some(Drawn::Rows(rows)) => rows,
                        Some(Drawn::End) => break,
                        // The drawing ended before its end: nothing is kept.
                        None => return Err(StoreError::Interrupted),
                    };
                    for page in pages(&rows) {
                        let mut insert = QueryBuilder::new("INSERT INTO credential (voter, election, public, weight, sealed) ");
                        insert.push_values(page, |mut values, row| {
                            values.push_bind(row.voter.uuid().as_bytes().to_vec()).push_bind(election.as_str());
                            values.push_bind(row.public.as_str()).push_bind(i64::from(row.weight)).push_bind(row.sealed.as_slice());
                        });
                        insert.build().execute(&mut *tx).await?;
                    }
                }
            }
            count == 0
        });
        Ok(added)
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
