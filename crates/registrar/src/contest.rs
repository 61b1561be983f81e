//! "It was not me" (*contestation*): the voter voids a code that somebody else had made, by the one-use link in the message about it.
//!
//! The code is void at once, the pending link too, and the path stays closed for this voter: whoever had the factors has them still. The way
//! to another code is the help desk, in person. Operator and board see it in the counters and in the journal.

use isoloir_domain::VoterId;
use isoloir_domain::reissue::ReissuePath;
use uuid::Uuid;

use crate::journal::Event;
use crate::link_token::LinkToken;
use crate::store::StoreError;
use crate::store::reissue::ContestRow;
use crate::{Registrar, measured, path_named};

/// Where a contest stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContestStanding {
    /// The code can be contested.
    Open,
    /// It was contested.
    Done,
    /// The vote is closed.
    Over,
    /// There is no such link.
    Unknown,
}

/// What a contest did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contested {
    /// The code was valid, and is void since.
    Voided,
    /// Another code had replaced it already: that one stays.
    Replaced,
    /// Nothing: the contest is not open.
    NotOpen,
}

impl Registrar {
    /// Where the contest with this token stands. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_contest(&self, token: &str) -> Result<ContestStanding, StoreError> {
        let Some(token) = LinkToken::parse(token) else {
            return Ok(ContestStanding::Unknown);
        };
        let now = self.clock.now().as_second();
        Ok(match self.store.contest(&token.hash()).await? {
            None => ContestStanding::Unknown,
            Some(contest) if contest.used.is_some() => ContestStanding::Done,
            Some(contest) if contest.expires <= now => ContestStanding::Over,
            Some(_) => ContestStanding::Open,
        })
    }

    /// Contests the code, once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn contest_code(&self, token: &str) -> Result<Contested, StoreError> {
        let Some(token) = LinkToken::parse(token) else {
            return Ok(Contested::NotOpen);
        };
        let line = |contest: &ContestRow, voided: bool| {
            let what = Event::CodeContested {
                path: path_named(&contest.path).unwrap_or(ReissuePath::Challenge),
                generation: contest.generation,
                voided,
            };
            self.entry(voter_of(&contest.voter), what)
        };
        let now = self.clock.now().as_second();
        let outcome = self.store.use_contest(&token.hash(), now, line).await?;
        if outcome.is_some() {
            measured::code_contested();
            tracing::warn!("a voter contests a reissued code: see `isoloir registrar counters`");
        }
        Ok(match outcome {
            None => Contested::NotOpen,
            Some(true) => Contested::Voided,
            Some(false) => Contested::Replaced,
        })
    }
}

fn voter_of(bytes: &[u8]) -> Option<VoterId> {
    Uuid::from_slice(bytes).ok()?.to_string().parse().ok()
}
