//! What is counted (*compteurs*), for the board and for the minutes: no counter names a voter.

use isoloir_domain::reissue::ReissuePath;
use serde::Serialize;

use crate::store::StoreError;
use crate::{Registrar, path_name};

/// The counters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Codes made in all, notices and reissues together.
    pub codes: u64,
    /// Reissues, by path.
    pub reissues: Vec<PathCount>,
    /// Wrong voting codes that were compared.
    pub wrong_codes: u64,
    /// Wrong identifiers that were compared.
    pub wrong_identifiers: u64,
    /// Codes that their voter contested.
    pub contested: u64,
    /// Messages, by channel, kind and final status.
    pub messages: Vec<MessageCount>,
}

/// What was asked for and made by one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PathCount {
    /// Path.
    pub path: &'static str,
    /// Links made.
    pub links: u64,
    /// Codes made by them.
    pub codes: u64,
}

/// How many messages stand where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageCount {
    /// Channel.
    pub channel: &'static str,
    /// Stable name of the letter.
    pub kind: String,
    /// Status.
    pub status: &'static str,
    /// How many.
    pub count: u64,
}

impl Registrar {
    /// Counts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn counters(&self) -> Result<Counters, StoreError> {
        let counts = self.store.counts().await?;
        let by = |path: &str, state: Option<&str>| {
            let rows = counts
                .links
                .iter()
                .filter(|(p, s, _)| p == path && state.is_none_or(|state| s == state));
            count(rows.map(|(_, _, count)| count).sum())
        };
        let reissues = [ReissuePath::Challenge, ReissuePath::FranceConnect]
            .map(path_name)
            .map(|path| PathCount {
                path,
                links: by(path, None),
                codes: by(path, Some("used")),
            });
        let ledger = self.store.delivery_ledger().await?;
        let messages = ledger.into_iter().map(|line| MessageCount {
            channel: line.channel.as_str(),
            kind: line.kind,
            status: line.status.as_str(),
            count: line.count,
        });
        Ok(Counters {
            codes: count(counts.codes),
            reissues: reissues.to_vec(),
            wrong_codes: count(counts.wrong_codes),
            wrong_identifiers: count(counts.wrong_identifiers),
            contested: count(counts.contested),
            messages: messages.collect(),
        })
    }
}

fn count(signed: i64) -> u64 {
    u64::try_from(signed).unwrap_or(0)
}
