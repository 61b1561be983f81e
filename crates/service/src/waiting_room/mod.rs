//! The waiting room (*salle d'attente*, L35): who comes first when more people want to sign in than can be served.
//!
//! `order` decides who is called when. Here a place becomes a sealed text that a browser keeps, and the room learns how fast passwords are hashed. Why it
//! is as it is, and what is fair where: docs/adr/0024.

mod order;

use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rand_core::Rng as _;
use serde::{Deserialize, Serialize};

use self::order::{Compared, Micros, Room, SECOND, Told, VALID};
use crate::sign_in::{SignInError, SignedIn};
use crate::{Fault, VotingServer};

pub use order::Arrival;

/// As many forms are shown at the same time as so many seconds of hashing serve: what people take to type.
const TYPING: u64 = 20;
/// Forms at the same time, at least and at most.
const FORMS: (usize, usize) = (32, 1024);
/// A node whose clock is behind another's by so much takes its places.
const SKEW: Micros = 60 * SECOND;
/// What sealed places are sealed for.
const PURPOSE: &str = "waiting room|place";
/// Characters of an identifier that are kept.
const IDENTIFIER: usize = 254;

/// The room of this node.
#[derive(Default)]
pub(crate) struct WaitingRoom {
    room: Mutex<Room>,
    /// Forms at the same time, where the operator fixed them.
    forms: Mutex<Option<usize>>,
}

impl WaitingRoom {
    fn lock(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the operator fixed, if anything.
    fn fixed(&self) -> Option<usize> {
        *self.forms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a browser keeps: a place in line, and what its person had typed or asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The place.
    pub arrival: Arrival,
    /// What was typed as identifier; empty when nothing was, or on a shared machine.
    pub identifier: String,
    /// The page that was wanted; a path that the portal judges again before it goes there.
    pub next: String,
}

impl Arrival {
    /// When the place was taken.
    #[must_use]
    pub fn at(self) -> Timestamp {
        Timestamp::from_microsecond(self.at).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Until when it is worth something.
    #[must_use]
    pub fn until(self) -> Timestamp {
        Timestamp::from_microsecond(self.at.saturating_add(VALID)).unwrap_or(Timestamp::MAX)
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    at: Micros,
    id: u64,
    who: String,
    next: String,
}

/// Whether the form of the sign-in is for this visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entrance {
    /// Nobody waits: it is for everybody, and nobody needs a place.
    Free,
    /// It is, until then.
    Called {
        /// The visitor's place.
        place: Place,
        /// The end.
        until: Timestamp,
    },
    /// Not yet.
    Wait {
        /// The visitor's place.
        place: Place,
        /// How many people come first.
        before: usize,
        /// When to look again, in seconds.
        refresh: u32,
        /// In how many seconds it may be this visitor's turn; `None` while the rate is not known.
        estimate: Option<u64>,
    },
    /// People wait, and this visitor brings no place, or one that is worth nothing any more.
    NoPlace,
}

impl VotingServer {
    /// From now on so many people may type their password at the same time, whatever was measured, and nobody signs in without a place.
    pub fn fix_sign_in_forms(&self, forms: usize) {
        let fixed = &self.inner.waiting_room.forms;
        *fixed.lock().unwrap_or_else(PoisonError::into_inner) = Some(forms);
    }

    /// What a visitor who brings this text, or none, may do now. `still`: the page that waits does not refresh itself.
    pub fn entrance(&self, sealed: Option<&str>, still: bool) -> Entrance {
        let now = self.inner.clock.now().as_microsecond();
        let fixed = self.inner.waiting_room.fixed();
        let mut room = self.inner.waiting_room.lock();
        let open = fixed.is_some() || room.is_open(now);
        let Some(place) = sealed.and_then(|sealed| self.open_place(sealed, now)) else {
            return if open { Entrance::NoPlace } else { Entrance::Free };
        };
        let forms = fixed.unwrap_or_else(|| self.inner.hashing.served_in(TYPING).clamp(FORMS.0, FORMS.1));
        match room.look(place.arrival, now, forms, still) {
            Told::Called { until } => Entrance::Called {
                place,
                until: Timestamp::from_microsecond(until).unwrap_or(Timestamp::MAX),
            },
            Told::Wait {
                before,
                refresh,
                estimate,
            } => Entrance::Wait {
                place,
                before,
                refresh,
                estimate,
            },
            Told::Spent if open => Entrance::NoPlace,
            Told::Spent => Entrance::Free,
        }
    }

    /// A new place, at the end of the line: the text that the browser is to keep. It stands in line from the moment it is brought back.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn take_place(&self, identifier: &str, next: &str) -> Result<String, Fault> {
        let arrival = Arrival {
            at: self.inner.clock.now().as_microsecond(),
            id: self.rng().next_u64(),
        };
        self.seal_place(&Place {
            arrival,
            identifier: identifier.chars().take(IDENTIFIER).collect(),
            next: next.to_owned(),
        })
    }

    /// The text for a place that keeps something else than before.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn seal_place(&self, place: &Place) -> Result<String, Fault> {
        let plain = Sealed {
            at: place.arrival.at,
            id: place.arrival.id,
            who: place.identifier.clone(),
            next: place.next.clone(),
        };
        let plain = serde_json::to_vec(&plain).map_err(|_| Fault::Damaged("a place"))?;
        let sealed = self.inner.vault.seal(PURPOSE, &plain, &mut self.rng());
        let sealed = sealed.ok_or(Fault::Damaged("a place"))?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The place in a text that a browser brings, if it is one.
    #[must_use]
    pub fn place(&self, sealed: &str) -> Option<Place> {
        self.open_place(sealed, self.inner.clock.now().as_microsecond())
    }

    /// Gives a place up, so that nobody waits for its person.
    pub fn leave_waiting_room(&self, sealed: &str) {
        let now = self.inner.clock.now().as_microsecond();
        if let Some(place) = self.open_place(sealed, now) {
            self.inner.waiting_room.lock().leave(place.arrival, now);
        }
    }

    /// The place in a text that this server, or another with its key, sealed; `None` when it is none, too old, or from the future.
    fn open_place(&self, sealed: &str, now: Micros) -> Option<Place> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = self.inner.vault.open(PURPOSE, &sealed)?;
        let plain: Sealed = serde_json::from_slice(&plain).ok()?;
        let age = now.checked_sub(plain.at)?;
        (-SKEW..=VALID).contains(&age).then_some(Place {
            arrival: Arrival {
                at: plain.at,
                id: plain.id,
            },
            identifier: plain.who,
            next: plain.next,
        })
    }

    /// Whether newcomers need a place, how many people stand in line, and how many were called since the start.
    pub(crate) fn waiting_room_now(&self) -> (bool, usize, u64) {
        let now = self.inner.clock.now().as_microsecond();
        let fixed = self.inner.waiting_room.fixed().is_some();
        let room = self.inner.waiting_room.lock();
        (fixed || room.is_open(now), room.standing(now), room.calls())
    }

    /// There was no place for a password: the room opens.
    pub(crate) fn open_waiting_room(&self) {
        let now = self.inner.clock.now().as_microsecond();
        self.inner.waiting_room.lock().overflowed(now);
    }

    /// Whether a password may be compared for `account` from the form of this place.
    pub(crate) fn is_called(&self, arrival: Arrival, account: &[u8; 32]) -> bool {
        let now = self.inner.clock.now().as_microsecond();
        self.inner.waiting_room.lock().attempt(arrival, account, now)
    }

    /// What the attempt came to.
    pub(crate) fn was_called(&self, arrival: Arrival, account: &[u8; 32], outcome: &Result<SignedIn, SignInError>) {
        let compared = match outcome {
            Ok(_) => Compared::Right,
            Err(SignInError::Wrong) => Compared::Wrong,
            Err(_) => Compared::Not,
        };
        let now = self.inner.clock.now().as_microsecond();
        let mut room = self.inner.waiting_room.lock();
        room.attempted(arrival, account, compared, now);
    }
}
