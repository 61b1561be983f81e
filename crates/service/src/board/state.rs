//! What the records of a board add up to.

use std::collections::{BTreeMap, BTreeSet};

use isoloir_domain::board::Item;
use isoloir_domain::board_deed::{Act, Deed, MinutesKind, Occasion, Record, Step};
use isoloir_domain::{Board, Consultation, Election, Seat};
use isoloir_protocol::group::GroupName;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::rehearsal::RehearsalState;
use crate::Fault;

/// A board and all that it has done.
#[derive(Debug, Clone)]
pub struct BoardState {
    /// Its composition.
    pub board: Board,
    /// The consultation.
    pub consultation: Consultation,
    /// The elections that it decrypts, in display order.
    pub elections: Vec<Election>,
    /// Grows with every record.
    pub version: u64,
    /// Attempt at the keys, from 1.
    pub round: u32,
    /// When and why the attempt began, unless it is the first.
    pub begun: Option<(Timestamp, String)>,
    /// Messages of this attempt.
    messages: BTreeMap<(Step, Seat), String>,
    /// `trustees.json`, once the ceremony is over.
    pub keys: Option<(String, Timestamp)>,
    /// Substitutes who replace, since when and why.
    pub replaced: BTreeMap<Seat, (Timestamp, String)>,
    /// Who was there.
    pub present: Vec<Presence>,
    /// Acts, in order.
    pub acts: Vec<ActState>,
    /// Observations of members.
    pub observations: Vec<Observation>,
    /// Rehearsals, in order.
    pub rehearsals: Vec<RehearsalState>,
    /// The twins of the last rehearsal.
    pub(super) twins: Vec<Election>,
}

/// Somebody was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// At which session.
    pub occasion: Occasion,
    /// Who.
    pub seat: Seat,
    /// Since when.
    pub at: Timestamp,
}

/// What a member wants in the minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Who.
    pub seat: Seat,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// An act and its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActState {
    /// Number, from 1.
    pub number: u32,
    /// What.
    pub act: Act,
    /// Who proposed it.
    pub by: Option<Seat>,
    /// When.
    pub at: Timestamp,
    /// Who signed, when, and the signature.
    pub signed: Vec<(Seat, Timestamp, String)>,
    /// What the digest of a seal or of minutes is of.
    pub statement: Option<String>,
    /// When it was done.
    pub done: Option<Timestamp>,
}

impl BoardState {
    /// Adds records up, in their order.
    pub(super) fn of(
        board: Board,
        consultation: Consultation,
        elections: Vec<Election>,
        version: u64,
        records: Vec<Record>,
    ) -> Self {
        let mut state = Self {
            board,
            consultation,
            elections,
            version,
            round: 1,
            begun: None,
            messages: BTreeMap::new(),
            keys: None,
            replaced: BTreeMap::new(),
            present: Vec::new(),
            acts: Vec::new(),
            observations: Vec::new(),
            rehearsals: Vec::new(),
            twins: Vec::new(),
        };
        for record in records {
            state.add(record);
        }
        state
    }

    fn add(&mut self, record: Record) {
        let Record { by, deed, body, at } = record;
        match (deed, by) {
            (Deed::Present { occasion }, Some(seat)) => self.present.push(Presence { occasion, seat, at }),
            (Deed::Message { round, step }, Some(seat)) if round == self.round => {
                self.messages.insert((step, seat), body.unwrap_or_default());
            }
            (Deed::RoundBegun { round, reason }, _) => {
                self.round = round;
                self.begun = Some((at, reason));
                self.messages.clear();
                self.keys = None;
            }
            (Deed::KeysMade { round }, _) if round == self.round => self.keys = body.map(|keys| (keys, at)),
            (Deed::Replaced { substitute, reason }, _) => {
                self.replaced.insert(substitute, (at, reason));
            }
            (Deed::Proposed { number, act }, by) => self.acts.push(ActState {
                number,
                act,
                by,
                at,
                signed: Vec::new(),
                statement: body,
                done: None,
            }),
            (Deed::Signed { number }, Some(seat)) => {
                let signature = body.unwrap_or_default();
                let mut acts = self.acts.iter_mut();
                if let Some(act) = acts.find(|act| act.number == number) {
                    act.signed.push((seat, at, signature));
                }
            }
            (Deed::Done { number }, _) => {
                let mut acts = self.acts.iter_mut();
                if let Some(act) = acts.find(|act| act.number == number) {
                    act.done = Some(at);
                }
            }
            (Deed::Observed, Some(seat)) => self.observations.push(Observation {
                seat,
                at,
                text: body.unwrap_or_default(),
            }),
            (Deed::RehearsalBegun { number }, by) => {
                self.rehearsals
                    .push(RehearsalState::begun(number, by, at, body.as_deref()));
            }
            (Deed::RehearsalVoted { number }, _) => {
                let mut rehearsals = self.rehearsals.iter_mut();
                if let Some(one) = rehearsals.find(|one| one.number == number) {
                    one.voted = Some(at);
                }
            }
            (Deed::RehearsalEnded { number, passed }, _) => {
                let mut rehearsals = self.rehearsals.iter_mut();
                if let Some(one) = rehearsals.find(|one| one.number == number) {
                    one.end(at, passed, body.as_deref().unwrap_or_default());
                }
            }
            // Messages of an attempt that was given up, and records that name nobody: kept, and without effect.
            _ => {}
        }
    }

    /// The protocol's group.
    ///
    /// # Errors
    /// [`Fault::Damaged`].
    pub fn group(&self) -> Result<GroupName, Fault> {
        self.consultation.group.parse().map_err(|_| Fault::Damaged("a group"))
    }

    /// A message of this attempt.
    #[must_use]
    pub fn message(&self, step: Step, seat: Seat) -> Option<&str> {
        self.messages.get(&(step, seat)).map(String::as_str)
    }

    /// The messages of all places of a part of the key, in order.
    #[must_use]
    pub fn messages(&self, step: Step, item: Item) -> Vec<Option<&str>> {
        let places = self.board.places(item).into_iter();
        places.map(|seat| self.message(step, seat)).collect()
    }

    /// Whether every place of a part of the key has done the step.
    #[must_use]
    pub fn all_did(&self, step: Step, item: Item) -> bool {
        self.messages(step, item).iter().all(Option::is_some)
    }

    /// The substitute of a delegate, if there is one.
    #[must_use]
    pub fn substitute_of(&self, seat: Seat) -> Option<Seat> {
        let Seat::Delegate(rank) = seat else { return None };
        let substitute = Seat::Substitute(rank);
        self.board.member(substitute).map(|_| substitute)
    }

    /// Whether a seat uses its place of the key: everybody but delegates who are replaced and substitutes who replace nobody.
    #[must_use]
    pub fn holds_its_place(&self, seat: Seat) -> bool {
        match seat {
            Seat::President | Seat::Secretary => true,
            Seat::Substitute(_) => self.replaced.contains_key(&seat),
            Seat::Delegate(rank) => !self.replaced.contains_key(&Seat::Substitute(rank)),
        }
    }

    /// The number of the place that this seat uses now.
    #[must_use]
    pub fn owner(&self, seat: Seat) -> Option<u32> {
        self.holds_its_place(seat).then(|| seat.owner())
    }

    /// Who uses the place with this number now.
    #[must_use]
    pub fn seat_of_owner(&self, owner: u32) -> Option<Seat> {
        let members = self.board.members();
        let mut seats = members.iter().map(|member| member.seat);
        seats.find(|seat| seat.owner() == owner && self.holds_its_place(*seat))
    }

    /// Whether these seats are enough to act: president (or secretary, unless only the president will do) and two delegates.
    #[must_use]
    pub fn suffice(&self, seats: impl IntoIterator<Item = Seat>, president_only: bool) -> bool {
        let owners: BTreeSet<u32> = seats.into_iter().map(Seat::owner).collect();
        let authority =
            owners.contains(&Seat::President.owner()) || (!president_only && owners.contains(&Seat::Secretary.owner()));
        let first = Item::Delegates.first_owner();
        let delegates = owners.range(first..).count();
        let needed = usize::try_from(isoloir_domain::board::DELEGATES_NEEDED).unwrap_or(usize::MAX);
        authority && delegates >= needed
    }

    /// The name of whoever sits there.
    #[must_use]
    pub fn name(&self, seat: Seat) -> String {
        self.board
            .member(seat)
            .map_or_else(|| seat.to_string(), |member| member.name.to_owned())
    }

    /// Who was there on an occasion, each once, in order of arrival.
    #[must_use]
    pub fn present_at(&self, occasion: Occasion) -> Vec<&Presence> {
        self.present.iter().filter(|one| one.occasion == occasion).collect()
    }

    /// The last minutes of this kind that were signed.
    #[must_use]
    pub fn signed_minutes(&self, kind: MinutesKind) -> Option<&ActState> {
        let is_of = |act: &&ActState| matches!(act.act, Act::Minutes { minutes, .. } if minutes == kind);
        self.acts.iter().filter(is_of).rfind(|act| act.done.is_some())
    }

    /// SHA-256 of the public keys, once they are made.
    #[must_use]
    pub fn keys_digest(&self) -> Option<[u8; 32]> {
        let (keys, _) = self.keys.as_ref()?;
        Some(Sha256::digest(keys.as_bytes()).into())
    }
}
