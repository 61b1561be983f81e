//! Keys kept in the database, and everything that is sealed there: read and written again when the master key changes.

use super::{Store, StoreError};
use crate::journal::Entry;

statements! {
    KEPT = "SELECT name, sealed FROM kept_key ORDER BY name";
    KEEP = "INSERT INTO kept_key (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    REPLACE_KEPT = "UPDATE kept_key SET sealed = $2 WHERE name = $1";
    A_CREDENTIAL = "SELECT voter, election, sealed FROM credential LIMIT 1";
    CREDENTIALS = "SELECT voter, election, sealed FROM credential WHERE voter > $1 OR (voter = $1 AND election > $2) \
        ORDER BY voter, election LIMIT 2000";
    SET_CREDENTIAL = "UPDATE credential SET sealed = $3 WHERE voter = $1 AND election = $2";
    MAILBOXES = "SELECT voter, mailbox FROM voter WHERE mailbox IS NOT NULL AND voter > $1 ORDER BY voter LIMIT 2000";
    SET_MAILBOX = "UPDATE voter SET mailbox = $2 WHERE voter = $1";
    TOKENS = "SELECT id, token FROM link WHERE token IS NOT NULL AND id > $1 ORDER BY id LIMIT 2000";
    SET_TOKEN = "UPDATE link SET token = $2 WHERE id = $1";
    NAMES = "SELECT number, voter, name FROM notice WHERE number > $1 ORDER BY number LIMIT 2000";
    SET_NAME = "UPDATE notice SET name = $2 WHERE number = $1";
    LETTERS = "SELECT id, letter FROM outbox WHERE letter IS NOT NULL AND id > $1 ORDER BY id LIMIT 2000";
    SET_LETTER = "UPDATE outbox SET letter = $2 WHERE id = $1";
}

/// A sealed value of the database, by its place.
pub(crate) enum Place<'a> {
    KeptKey(&'a str),
    Credential(&'a [u8], &'a str),
    Mailbox(&'a [u8]),
    Token(&'a [u8]),
    Letter(&'a str),
    /// Of a notice's voter.
    Name(&'a [u8]),
}

fn mailbox(voter: &[u8]) -> Place<'_> {
    Place::Mailbox(voter)
}

fn token(link: &[u8]) -> Place<'_> {
    Place::Token(link)
}

impl Store {
    /// The kept keys, sealed, by name.
    pub(crate) async fn kept_keys(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        Ok(on!(read self, pool => sqlx::query_as(KEPT).fetch_all(pool).await?))
    }

    /// Keeps keys where none are kept.
    pub(crate) async fn keep_keys(&self, keys: &[(&str, Vec<u8>)]) -> Result<(), StoreError> {
        on!(tx self, tx => {
            for (name, sealed) in keys {
                sqlx::query(KEEP).bind(*name).bind(sealed).execute(&mut *tx).await?;
            }
        });
        Ok(())
    }

    /// One sealed credential, to see whether a key opens it.
    pub(crate) async fn a_credential(&self) -> Result<Option<(Vec<u8>, String, Vec<u8>)>, StoreError> {
        Ok(on!(read self, pool => sqlx::query_as(A_CREDENTIAL).fetch_optional(pool).await?))
    }

    /// Seals every value again, in one transaction: all or nothing, whenever it is interrupted. `again` opens a value in its place and seals it
    /// under the other key; `None` ends it all. Returns how many values there were.
    pub(crate) async fn seal_again<F>(&self, mut again: F, entry: impl FnOnce(u64) -> Entry) -> Result<u64, StoreError>
    where
        F: FnMut(&Place<'_>, &[u8]) -> Option<Vec<u8>>,
    {
        let foreign = || StoreError::Damaged("a sealed value");
        let mut count = 0_u64;
        on!(tx self, tx => {
            let kept: Vec<(String, Vec<u8>)> = sqlx::query_as(KEPT).fetch_all(&mut *tx).await?;
            for (name, sealed) in &kept {
                let sealed = again(&Place::KeptKey(name), sealed).ok_or_else(foreign)?;
                sqlx::query(REPLACE_KEPT).bind(name).bind(sealed).execute(&mut *tx).await?;
                count += 1;
            }
            let mut after: (Vec<u8>, String) = (Vec::new(), String::new());
            loop {
                let page: Vec<(Vec<u8>, String, Vec<u8>)> =
                    sqlx::query_as(CREDENTIALS).bind(&after.0).bind(&after.1).fetch_all(&mut *tx).await?;
                let Some((voter, election, _)) = page.last() else { break };
                after = (voter.clone(), election.clone());
                for (voter, election, sealed) in &page {
                    let sealed = again(&Place::Credential(voter, election), sealed).ok_or_else(foreign)?;
                    sqlx::query(SET_CREDENTIAL).bind(voter).bind(election).bind(sealed).execute(&mut *tx).await?;
                    count += 1;
                }
            }
            for (select, update, place) in [
                (MAILBOXES, SET_MAILBOX, mailbox as fn(&[u8]) -> Place<'_>),
                (TOKENS, SET_TOKEN, token as fn(&[u8]) -> Place<'_>),
            ] {
                let mut after: Vec<u8> = Vec::new();
                loop {
                    let page: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(select).bind(&after).fetch_all(&mut *tx).await?;
                    let Some((last, _)) = page.last() else { break };
                    after.clone_from(last);
                    for (id, sealed) in &page {
                        let sealed = again(&place(id), sealed).ok_or_else(foreign)?;
                        sqlx::query(update).bind(id).bind(sealed).execute(&mut *tx).await?;
                        count += 1;
                    }
                }
            }
            let mut after = 0_i64;
            loop {
                let page: Vec<(i64, Vec<u8>, Vec<u8>)> = sqlx::query_as(NAMES).bind(after).fetch_all(&mut *tx).await?;
                let Some((last, ..)) = page.last() else { break };
                after = *last;
                for (number, voter, sealed) in &page {
                    let sealed = again(&Place::Name(voter), sealed).ok_or_else(foreign)?;
                    sqlx::query(SET_NAME).bind(*number).bind(sealed).execute(&mut *tx).await?;
                    count += 1;
                }
            }
            let mut after = String::new();
            loop {
                let page: Vec<(String, Vec<u8>)> = sqlx::query_as(LETTERS).bind(&after).fetch_all(&mut *tx).await?;
                let Some((last, _)) = page.last() else { break };
                after.clone_from(last);
                for (id, sealed) in &page {
                    let sealed = again(&Place::Letter(id), sealed).ok_or_else(foreign)?;
                    sqlx::query(SET_LETTER).bind(id).bind(sealed).execute(&mut *tx).await?;
                    count += 1;
                }
            }
            let line = entry(count);
            append_journal!(tx, &line);
        });
        Ok(count)
    }
}
