//! Presence, replacement, observations, and a new attempt at the keys.

use std::sync::PoisonError;

use isoloir_domain::Seat;
use isoloir_domain::board_deed::{Deed, Occasion};
use jiff::SignedDuration;

use super::{BoardError, Sitting, reason};
use crate::{Fault, VotingServer};

/// Longest observation, in characters.
pub const LONGEST_OBSERVATION: usize = 4000;

/// A browser that asked for nothing for this long is away. Pages that wait ask every three seconds.
const AWAY: SignedDuration = SignedDuration::from_secs(12);

impl VotingServer {
    /// Notes that a member's browser asks for something. In memory only, of this process.
    pub fn see(&self, board: &str, seat: Seat) {
        let now = self.inner.clock.now();
        let mut seen = self.inner.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, at| now.duration_since(*at) < AWAY);
        seen.insert((board.to_owned(), seat), now);
    }

    /// Whose browser asked for something in the last moments.
    #[must_use]
    pub fn online(&self, board: &str) -> Vec<Seat> {
        let now = self.inner.clock.now();
        let seen = self.inner.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = seen
            .iter()
            .filter(|((of, _), at)| of == board && now.duration_since(**at) < AWAY);
        lately.map(|((_, seat), _)| *seat).collect()
    }

    /// The person is at this session of the board. Once is enough.
    ///
    /// # Errors
    /// [`BoardError`].
    pub async fn board_present(&self, sitting: &Sitting, occasion: Occasion) -> Result<(), BoardError> {
        let who = Some((sitting.seat, sitting.staff));
        let deed = Deed::Present { occasion };
        self.board_did(&sitting.state.board.key, who, deed, None).await
    }

    /// Records that a substitute replaces the delegate from now on; president or secretary record it.
    ///
    /// # Errors
    /// [`BoardError::NotYours`], [`BoardError::Unknown`], [`BoardError::Reason`], [`BoardError::Taken`] when it is recorded already.
    pub async fn replace_delegate(&self, sitting: &Sitting, substitute: Seat, why: &str) -> Result<(), BoardError> {
        if !sitting.seat.is_of_authority() {
            return Err(BoardError::NotYours);
        }
        if !substitute.is_substitute() || sitting.state.board.member(substitute).is_none() {
            return Err(BoardError::Unknown);
        }
        let deed = Deed::Replaced {
            substitute,
            reason: reason(why)?,
        };
        let who = Some((sitting.seat, sitting.staff));
        self.board_did(&sitting.state.board.key, who, deed.clone(), None)
            .await?;
        Ok(self.tell_incident(&sitting.state, &deed).await?)
    }

    /// A member's observation, for the minutes.
    ///
    /// # Errors
    /// [`BoardError::Reason`] when it is empty or too long.
    pub async fn observe(&self, sitting: &Sitting, text: &str) -> Result<(), BoardError> {
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        let strange = |c: char| c.is_control() && c != '\n';
        if text.is_empty() || text.chars().count() > LONGEST_OBSERVATION || text.chars().any(strange) {
            return Err(BoardError::Reason);
        }
        let who = Some((sitting.seat, sitting.staff));
        self.board_did(&sitting.state.board.key, who, Deed::Observed, Some(text.to_owned()))
            .await
    }

    /// Begins the key ceremony again: a key is lost, a member was cheated. President or secretary do it, as long as no election is set up
    /// with the keys.
    ///
    /// # Errors
    /// [`BoardError`].
    pub async fn begin_ceremony_again(&self, sitting: &Sitting, why: &str) -> Result<(), BoardError> {
        if !sitting.seat.is_of_authority() {
            return Err(BoardError::NotYours);
        }
        let reason = reason(why)?;
        if self.board_keys_are_in_use(sitting).await? {
            return Err(BoardError::KeysInUse);
        }
        let round = sitting.state.round.saturating_add(1);
        let who = Some((sitting.seat, sitting.staff));
        let begun = Deed::RoundBegun { round, reason };
        self.board_did(&sitting.state.board.key, who, begun.clone(), None)
            .await?;
        Ok(self.tell_incident(&sitting.state, &begun).await?)
    }

    /// Whether an election of the board is set up with its keys.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn board_keys_are_in_use(&self, sitting: &Sitting) -> Result<bool, Fault> {
        let Some((keys, _)) = &sitting.state.keys else {
            return Ok(false);
        };
        for election in &sitting.state.elections {
            let trustees = self.inner.store.box_trustees(&election.id).await?;
            if trustees.is_some_and(|trustees| trustees == keys.as_bytes()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
