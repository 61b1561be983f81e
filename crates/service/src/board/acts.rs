//! Acts of the board (*scellement, suspension, reprise, prolongation, clôture*): proposed by president or secretary, signed on the members' own
//! devices with the keys of the ceremony, done once the signatures suffice. What is done is done in the transaction that records it.

use isoloir_domain::board_deed::{Act, Deed, MinutesKind};
use isoloir_domain::{Calendar, ElectionId, Phase, Profile, Seat};
use isoloir_store::board::Effect;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::state::ActState;
use super::{BoardError, Sitting, exchange, reason};
use crate::{Fault, VotingServer};

/// What a member wants the board to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal {
    /// Seal what must not change any more.
    Seal,
    /// Nobody votes until resumed.
    Suspend(ElectionId, String),
    /// The vote goes on.
    Resume(ElectionId, String),
    /// The vote closes later.
    Extend(ElectionId, Timestamp, String),
    /// The vote closes now.
    Close(ElectionId, String),
    /// The minutes with this text are true.
    Minutes(MinutesKind, String),
}

/// An act as a member's script reads it.
#[derive(Debug, Clone, Serialize)]
pub struct ActView {
    number: u32,
    text: String,
    /// The member's own place, when they may sign.
    owner: Option<u32>,
    signed: Vec<u32>,
    done: bool,
    version: u64,
    trustees: String,
}

impl ActState {
    /// Whether only the president will do for the administration (R. 211-552).
    #[must_use]
    pub const fn needs_the_president(&self) -> bool {
        matches!(self.act, Act::Seal { .. })
    }
}

impl Sitting {
    /// An act, for the member's script; `None` when there is none of this number, or no key to sign with.
    #[must_use]
    pub fn act(&self, number: u32) -> Option<ActView> {
        let state = &self.state;
        let act = state.acts.iter().find(|act| act.number == number)?;
        Some(ActView {
            number,
            text: act.act.text(&state.board.key, number),
            owner: state.owner(self.seat),
            signed: act.signed.iter().map(|(seat, ..)| seat.owner()).collect(),
            done: act.done.is_some(),
            version: state.version,
            trustees: state.keys.as_ref()?.0.clone(),
        })
    }
}

impl VotingServer {
    /// Proposes an act for signature; gives its number. President and secretary propose.
    ///
    /// # Errors
    /// [`BoardError`].
    pub async fn propose_act(&self, sitting: &Sitting, wish: Proposal) -> Result<u32, BoardError> {
        let state = &sitting.state;
        if !sitting.seat.is_of_authority() {
            return Err(BoardError::NotYours);
        }
        if state.keys.is_none() {
            return Err(BoardError::NoKeys);
        }
        let (act, body) = match wish {
            Proposal::Seal => {
                let statement = self.seal_statement(state).await?;
                let digest = statement.digest();
                (Act::Seal { digest }, Some(statement.text()))
            }
            Proposal::Suspend(election, why) => (
                Act::Suspend {
                    election,
                    reason: reason(&why)?,
                },
                None,
            ),
            Proposal::Resume(election, why) => (
                Act::Resume {
                    election,
                    reason: reason(&why)?,
                },
                None,
            ),
            Proposal::Extend(election, closes, why) => (
                Act::Extend {
                    election,
                    closes,
                    reason: reason(&why)?,
                },
                None,
            ),
            Proposal::Close(election, why) => (
                Act::Close {
                    election,
                    reason: reason(&why)?,
                },
                None,
            ),
            Proposal::Minutes(minutes, text) => {
                let digest = hex::encode(Sha256::digest(text.as_bytes()));
                (Act::Minutes { minutes, digest }, Some(text))
            }
        };
        // What would be sealed was read just now: that may be a million voters.
        if !matches!(act, Act::Seal { .. }) {
            self.check_act(sitting, &act).await?;
        }
        let number = state.acts.last().map_or(1, |last| last.number.saturating_add(1));
        let who = Some((sitting.seat, sitting.staff));
        self.board_did(&state.board.key, who, Deed::Proposed { number, act }, body)
            .await?;
        Ok(number)
    }

    /// Whether the act can be done now.
    async fn check_act(&self, sitting: &Sitting, act: &Act) -> Result<(), BoardError> {
        if matches!(act, Act::Minutes { .. }) {
            return Ok(());
        }
        let Act::Seal { digest } = act else {
            let wanted = act.election().ok_or(BoardError::Unknown)?;
            if !sitting.state.elections.iter().any(|one| one.id == *wanted) {
                return Err(BoardError::Unknown);
            }
            let (_, consultation) = self.election(wanted).await?.ok_or(BoardError::Unknown)?;
            let suspended = self.is_suspended(wanted).await?;
            let now = self.inner.clock.now();
            let phase = consultation.calendar.phase(now);
            let possible = match act {
                Act::Suspend { .. } => phase == Phase::Open && !suspended,
                Act::Resume { .. } => phase == Phase::Open && suspended,
                Act::Extend { closes, .. } => {
                    matches!(phase, Phase::Open | Phase::Grace)
                        && *closes > consultation.calendar.closes()
                        && *closes > now
                }
                // The law fixes the closing; only a test ends at will.
                Act::Close { .. } => phase == Phase::Open && consultation.profile == Profile::Test,
                Act::Seal { .. } | Act::Minutes { .. } => false,
            };
            return if possible { Ok(()) } else { Err(BoardError::NotOpen) };
        };
        // Signed or not, what is sealed is what is there now.
        if self.seal_statement(&sitting.state).await?.digest() == *digest {
            Ok(())
        } else {
            Err(BoardError::Changed)
        }
    }

    /// Takes a member's signature, and does the act once the signatures suffice.
    ///
    /// # Errors
    /// [`BoardError`].
    pub async fn sign_act(&self, sitting: &Sitting, number: u32, body: String) -> Result<(), BoardError> {
        let state = &sitting.state;
        let act = state.acts.iter().find(|act| act.number == number);
        let act = act.ok_or(BoardError::Unknown)?;
        let owner = state.owner(sitting.seat).ok_or(BoardError::NotYours)?;
        if act.done.is_some() {
            return Err(BoardError::NotOpen);
        }
        let (keys, _) = state.keys.as_ref().ok_or(BoardError::NoKeys)?;
        self.check_act(sitting, &act.act).await?;
        let (group, keys, signed) = (state.group()?, keys.clone().into_bytes(), body.clone());
        let text = act.act.text(&state.board.key, number);
        let holds = self
            .compute(move || exchange::is_signed(group, &keys, owner, &text, &signed))
            .await?;
        if !holds {
            return Err(BoardError::Signature);
        }
        let who = Some((sitting.seat, sitting.staff));
        self.board_did(&state.board.key, who, Deed::Signed { number }, Some(body))
            .await?;
        self.do_act_when_signed(sitting, number).await
    }

    async fn do_act_when_signed(&self, sitting: &Sitting, number: u32) -> Result<(), BoardError> {
        let board = &sitting.state.board.key;
        let state = self.board_state(board).await?;
        let act = state.acts.iter().find(|act| act.number == number);
        let act = act.ok_or(BoardError::Unknown)?;
        let signed = act.signed.iter().map(|(seat, ..): &(Seat, _, _)| *seat);
        if act.done.is_some() || !state.suffice(signed, act.needs_the_president()) {
            return Ok(());
        }
        let effect = self.effect_of(&act.act).await?;
        let done = Deed::Done { number };
        self.board_did_with(board, None, done.clone(), None, effect).await?;
        Ok(self.tell_incident(&state, &done).await?)
    }

    async fn effect_of(&self, act: &Act) -> Result<Effect, BoardError> {
        Ok(match act {
            Act::Seal { .. } | Act::Minutes { .. } => Effect::None,
            Act::Suspend { election, .. } => Effect::Suspend(election.clone(), true),
            Act::Resume { election, .. } => Effect::Suspend(election.clone(), false),
            Act::Extend { election, closes, .. } => {
                let (_, consultation) = self.election(election).await?.ok_or(BoardError::Unknown)?;
                let calendar = consultation.calendar;
                let calendar = Calendar::new(calendar.opens(), *closes, calendar.grace());
                Effect::Closing(vec![(election.clone(), calendar.map_err(|_| BoardError::NotOpen)?)])
            }
            Act::Close { election, .. } => {
                let (_, consultation) = self.election(election).await?.ok_or(BoardError::Unknown)?;
                let now = self.inner.clock.now();
                let calendar = Calendar::new(consultation.calendar.opens(), now, SignedDuration::ZERO);
                let calendar = calendar.map_err(|_| Fault::Damaged("a calendar"))?;
                Effect::Closing(vec![(election.clone(), calendar)])
            }
        })
    }
}
