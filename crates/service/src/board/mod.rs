//! The election board's work: who sits, keys, acts, count. One use case per file.
//!
//! - `state`: what the records of a board add up to
//! - `attend`: presence, replacement, observations, a new attempt at the keys
//! - `ceremony`: the key ceremony; `exchange`: its messages, checked in any group
//! - `invite`: an account for every seat
//! - `acts`: what is signed: seal, suspend, resume, extend, close; `seal`: what is sealed, and whether it still is
//! - `rehearsal`: the board's elections played once, before they are sealed
//! - `watch`: the check that repeats by itself
//! - `count`: the board's part of the count
//!
//! Records are appended, never changed: nothing here is undone, only followed by something else.

mod acts;
mod attend;
mod ceremony;
mod count;
mod exchange;
mod invite;
mod rehearsal;
mod seal;
mod state;
mod watch;

pub use acts::{ActView, Proposal};
pub use ceremony::{CeremonyView, ItemView, SubstituteView, Task};
pub use count::{Count, CountState};
pub use invite::Invited;
pub use rehearsal::{Ended, ReadyRehearsal, RehearsalState, Rehearsed};
pub(crate) use seal::KeptPart;
pub use seal::{Build, Seal, SelfCheck, Statement};
pub use state::{ActState, BoardState, Observation, Presence};
pub use watch::Incident;

use isoloir_domain::board_deed::{Deed, Record};
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Board, ConsultationId, Seat, StaffId, StaffMember};
use isoloir_store::board::{Effect, NewBoardRecord};
use sha2::{Digest as _, Sha256};

use crate::{Fault, VotingServer};

/// Why the board's wish is not done.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// No such board, or one where the person has no seat.
    #[error("there is no such board")]
    Unknown,
    /// This seat may not do this.
    #[error("this seat may not do this")]
    NotYours,
    /// Another message of this member is there.
    #[error("another message of this member is there")]
    Taken,
    /// Others have to do something first.
    #[error("this step is not open")]
    NotOpen,
    /// The attempt was given up.
    #[error("the ceremony was begun again")]
    OtherRound,
    /// The message is wrong.
    #[error("the message is wrong: {0}")]
    Wrong(String),
    /// Elections are set up with these keys.
    #[error("elections are set up with these keys")]
    KeysInUse,
    /// The form of an act names no election or no instant.
    #[error("the act names no election or no instant")]
    Wish,
    /// No reason, or one that is too long.
    #[error("a reason is missing or too long")]
    Reason,
    /// The keys are not made yet.
    #[error("the keys are not made yet")]
    NoKeys,
    /// A box or a poll book is not empty.
    #[error("a box or a poll book is not empty")]
    NotEmpty,
    /// No rehearsal has passed on what would be sealed.
    #[error("no rehearsal has passed on what would be sealed")]
    NotRehearsed,
    /// What was to be sealed has changed since it was proposed.
    #[error("what was to be sealed has changed since")]
    Changed,
    /// Not this member's signature of this text.
    #[error("the signature is not of this member or not of this text")]
    Signature,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for BoardError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "board_unknown",
            Self::NotYours => "board_not_yours",
            Self::Taken => "board_message_taken",
            Self::NotOpen => "board_step_not_open",
            Self::OtherRound => "board_round_over",
            Self::Wrong(_) => "board_message_wrong",
            Self::KeysInUse => "board_keys_in_use",
            Self::Wish => "board_act_incomplete",
            Self::Reason => "board_reason_missing",
            Self::NoKeys => "board_keys_missing",
            Self::NotEmpty => "board_box_not_empty",
            Self::NotRehearsed => "board_not_rehearsed",
            Self::Changed => "board_seal_changed",
            Self::Signature => "board_signature_wrong",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        let (fr, en) = match self {
            Self::Unknown => (
                "Ce bureau n’existe pas, ou vous n’y siégez pas.",
                "There is no such board, or you have no seat on it.",
            ),
            Self::NotYours => (
                "Votre siège ne vous le permet pas.",
                "Your seat does not let you do this.",
            ),
            Self::Taken => (
                "Un autre message de vous est déjà enregistré à cette étape\u{a0}: une autre fenêtre l’a sans doute envoyé. Revenez à la page.",
                "Another message of yours is recorded at this step: another window has probably sent it. Go back to the page.",
            ),
            Self::NotOpen => (
                "Cette étape n’est pas ouverte\u{a0}: les autres membres n’ont pas tous fait la précédente.",
                "This step is not open: the other members have not all done the one before.",
            ),
            Self::OtherRound => (
                "La fabrication des clés a été recommencée. Revenez à la page.",
                "The key ceremony was begun again. Go back to the page.",
            ),
            Self::Wrong(why) => {
                return Message::new(
                    format!("Le message est faux et n’a pas été enregistré ({why})."),
                    format!("The message is wrong and was not recorded ({why})."),
                );
            }
            Self::KeysInUse => (
                "Des scrutins sont déjà préparés avec ces clés\u{a0}: on ne les refait plus.",
                "Elections are set up with these keys already: they are not made again.",
            ),
            Self::Wish => (
                "Choisissez un scrutin\u{202f}; pour une prolongation, écrivez la nouvelle clôture ainsi\u{a0}: 2026-12-10 18:00.",
                "Choose an election; to extend, write the new closing like this: 2026-12-10 18:00.",
            ),
            Self::Reason => (
                "Le motif manque, dépasse 400 caractères ou comporte un retour à la ligne.",
                "The reason is missing, longer than 400 characters or holds a line break.",
            ),
            Self::NoKeys => (
                "Les clés de ce bureau ne sont pas encore fabriquées.",
                "The keys of this board are not made yet.",
            ),
            Self::NotEmpty => (
                "Une urne ou une liste d’émargement n’est pas vide\u{a0}: on ne scelle plus.",
                "A box or a poll book is not empty: nothing is sealed any more.",
            ),
            Self::NotRehearsed => (
                "Aucune élection blanche n’a réussi avec ce programme, ces listes et ces clés\u{a0}: jouez-en une avant de sceller.",
                "No rehearsal has passed with this program, these rolls and these keys: play one before sealing.",
            ),
            Self::Changed => (
                "Ce qui devait être scellé a changé depuis la proposition. Proposez un nouveau scellement.",
                "What was to be sealed has changed since it was proposed. Propose a new seal.",
            ),
            Self::Signature => (
                "Cette signature n’est pas la vôtre, ou n’est pas celle de ce texte.",
                "This signature is not yours, or not of this text.",
            ),
            Self::Fault(fault) => return fault.message(),
        };
        Message::new(fr, en)
    }

    fn class(&self) -> Class {
        match self {
            Self::Unknown => Class::NotFound,
            Self::NotYours => Class::Forbidden,
            Self::Taken
            | Self::NotOpen
            | Self::OtherRound
            | Self::KeysInUse
            | Self::NoKeys
            | Self::NotEmpty
            | Self::NotRehearsed
            | Self::Changed => Class::Conflict,
            Self::Wrong(_) | Self::Wish | Self::Reason | Self::Signature => Class::Unprocessable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// Somebody on the seat: the only way to act for a board.
#[derive(Debug, Clone)]
pub struct Sitting {
    /// The board, as it stands.
    pub state: BoardState,
    /// The seat.
    pub seat: Seat,
    /// The account.
    pub staff: StaffId,
}

impl VotingServer {
    /// All boards, with their consultations.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn boards(&self) -> Result<Vec<(ConsultationId, Board)>, Fault> {
        Ok(self.inner.store.boards().await?)
    }

    /// The boards where this person has a seat.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn boards_of(&self, member: &StaffMember) -> Result<Vec<(Board, Seat)>, Fault> {
        let boards = self.boards().await?.into_iter();
        Ok(boards
            .filter_map(|(_, board)| {
                let seat = board.seat_of(&member.email)?;
                Some((board, seat))
            })
            .collect())
    }

    /// What a board has done so far.
    ///
    /// # Errors
    /// [`BoardError::Unknown`], [`BoardError::Fault`].
    pub async fn board_state(&self, key: &str) -> Result<BoardState, BoardError> {
        let store = &self.inner.store;
        let (consultation, board) = store
            .board(key)
            .await
            .map_err(Fault::from)?
            .ok_or(BoardError::Unknown)?;
        let known = self.consultation(&consultation).await?;
        let known = known.ok_or(Fault::Damaged("a consultation"))?;
        let all = self.elections(&consultation).await?;
        let elections = all.into_iter().filter(|one| board.elections.contains(&one.key));
        let elections = elections.collect();
        let version = store.board_version(key).await.map_err(Fault::from)?;
        let records = store.board_records(key).await.map_err(Fault::from)?;
        let mut state = BoardState::of(board, known, elections, version, records);
        state.twins = self.twins_of(&state).await?;
        Ok(state)
    }

    /// Everything that a board did, record by record: for the archive.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn board_records(&self, key: &str) -> Result<Vec<Record>, Fault> {
        Ok(self.inner.store.board_records(key).await?)
    }

    /// Takes the person's seat on the board.
    ///
    /// # Errors
    /// [`BoardError::Unknown`], [`BoardError::Fault`].
    pub async fn sit(&self, key: &str, member: &StaffMember) -> Result<Sitting, BoardError> {
        let state = self.board_state(key).await?;
        let seat = state.board.seat_of(&member.email).ok_or(BoardError::Unknown)?;
        let staff = member.id;
        Ok(Sitting { state, seat, staff })
    }

    /// Appends a record. The same again changes nothing.
    async fn board_did(
        &self,
        board: &str,
        who: Option<(Seat, StaffId)>,
        deed: Deed,
        body: Option<String>,
    ) -> Result<(), BoardError> {
        self.board_did_with(board, who, deed, body, Effect::None).await
    }

    /// The same, with what the record does to an election.
    async fn board_did_with(
        &self,
        board: &str,
        who: Option<(Seat, StaffId)>,
        deed: Deed,
        body: Option<String>,
        effect: Effect,
    ) -> Result<(), BoardError> {
        let by = who.map(|(seat, _)| seat);
        let slot = deed.slot(by, &self.random_uuid());
        let what = Event::Board {
            board: board.to_owned(),
            seat: by,
            deed: deed.clone(),
            body: body.as_ref().map(|body| hex::encode(Sha256::digest(body.as_bytes()))),
        };
        let known = self.inner.store.board(board).await.map_err(Fault::from)?;
        let (consultation, _) = known.ok_or(BoardError::Unknown)?;
        let subject = Subject::Consultation(consultation);
        let entry = match who {
            Some((_, staff)) => self.entry_by(staff, subject, what),
            None => self.entry(subject, what),
        };
        let at = entry.at;
        let new = NewBoardRecord {
            board: board.to_owned(),
            slot: slot.clone(),
            record: Record {
                by,
                deed: deed.clone(),
                body: body.clone(),
                at,
            },
        };
        let fresh = self.inner.store.append_board_record(&new, &effect, &entry).await;
        if fresh.map_err(Fault::from)? {
            return Ok(());
        }
        let records = self.inner.store.board_records(board).await.map_err(Fault::from)?;
        let there = records
            .into_iter()
            .find(|record| record.deed.slot(record.by, "") == slot);
        match there {
            Some(record) if record.deed == deed && record.body == body => Ok(()),
            _ => Err(BoardError::Taken),
        }
    }
}

/// A reason as it is recorded: one line, not empty.
pub(super) fn reason(typed: &str) -> Result<String, BoardError> {
    let reason = typed.trim();
    let long = reason.chars().count() > isoloir_domain::board_deed::LONGEST_REASON;
    if reason.is_empty() || long || reason.chars().any(char::is_control) {
        return Err(BoardError::Reason);
    }
    Ok(reason.to_owned())
}
