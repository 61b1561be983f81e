//! What a board does, one record after the other: presence, messages of the key ceremony, acts and their signatures. Records are appended and
//! never changed; the state of a board is what they add up to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::board::Seat;
use crate::ids::ElectionId;

/// What each line of a signed text begins with; docs/protocol/board.md.
const PREFIX: &str = "isoloir/board/v1";
/// Longest reason of an act.
pub const LONGEST_REASON: usize = 400;

/// A session of the board (*séance*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// The key ceremony.
    Ceremony,
    /// The count of the rehearsal (*élection blanche*).
    Rehearsal,
    /// The sealing.
    Sealing,
    /// The closing and the count.
    Count,
}

impl Occasion {
    /// All, in the order of an election.
    pub const ALL: [Self; 4] = [Self::Ceremony, Self::Rehearsal, Self::Sealing, Self::Count];

    /// Its name in addresses and records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ceremony => "ceremony",
            Self::Rehearsal => "rehearsal",
            Self::Sealing => "sealing",
            Self::Count => "count",
        }
    }
}

/// A step of the key ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Public keys for the exchange, signed by themselves.
    Certificate,
    /// A substitute's key, to which the delegate's seed will be sealed.
    Enrol,
    /// The polynomial, committed to and held back.
    Commitment,
    /// The polynomial revealed, with a sealed share for each member.
    Polynomial,
    /// The member's public key, once every share received fits.
    Output,
    /// The delegate's seed, sealed to the substitute.
    Handover,
    /// The key file opens again.
    Test,
    /// The substitute's key file opens again, and is the delegate's.
    Received,
}

impl Step {
    /// All, in their order.
    pub const ALL: [Self; 8] = [
        Self::Certificate,
        Self::Enrol,
        Self::Commitment,
        Self::Polynomial,
        Self::Output,
        Self::Handover,
        Self::Test,
        Self::Received,
    ];
    /// Those that every holder of a place does.
    pub const OF_MEMBERS: [Self; 5] = [
        Self::Certificate,
        Self::Commitment,
        Self::Polynomial,
        Self::Output,
        Self::Test,
    ];

    /// Its name in addresses and records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Enrol => "enrol",
            Self::Commitment => "commitment",
            Self::Polynomial => "polynomial",
            Self::Output => "output",
            Self::Handover => "handover",
            Self::Test => "test",
            Self::Received => "received",
        }
    }
}

/// Which minutes (*procès-verbal*, R. 211-577).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MinutesKind {
    /// Of the rehearsal, down to the empty boxes.
    Rehearsal,
    /// Of the sealing, with the key ceremony that came before.
    Sealing,
    /// Of the opening: boxes and poll books empty, under the seal.
    Opening,
    /// Of what happened during the vote.
    Incidents,
    /// Of the closing: what was frozen.
    Closing,
    /// Of count and proclamation.
    Count,
}

impl MinutesKind {
    /// All, in the order of an election.
    pub const ALL: [Self; 6] = [
        Self::Rehearsal,
        Self::Sealing,
        Self::Opening,
        Self::Incidents,
        Self::Closing,
        Self::Count,
    ];

    /// Its name in signed texts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rehearsal => "rehearsal",
            Self::Sealing => "sealing",
            Self::Opening => "opening",
            Self::Incidents => "incidents",
            Self::Closing => "closing",
            Self::Count => "count",
        }
    }
}

/// What the board decides, with signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// What must not change any more is what this digest says (R. 211-552).
    Seal {
        /// SHA-256, in hexadecimal.
        digest: String,
    },
    /// Nobody votes in this election until it is resumed.
    Suspend {
        /// Which.
        election: ElectionId,
        /// Why.
        reason: String,
    },
    /// The vote goes on.
    Resume {
        /// Which.
        election: ElectionId,
        /// Why.
        reason: String,
    },
    /// The vote closes later.
    Extend {
        /// Which.
        election: ElectionId,
        /// New closing.
        closes: Timestamp,
        /// Why.
        reason: String,
    },
    /// The vote closes now.
    Close {
        /// Which.
        election: ElectionId,
        /// Why.
        reason: String,
    },
    /// These minutes are true (R. 211-577): the secretary signs, the others countersign.
    Minutes {
        /// Which.
        minutes: MinutesKind,
        /// SHA-256 of their text, in hexadecimal.
        digest: String,
    },
}

impl Act {
    /// Its name in the signed text.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Seal { .. } => "seal",
            Self::Suspend { .. } => "suspend",
            Self::Resume { .. } => "resume",
            Self::Extend { .. } => "extend",
            Self::Close { .. } => "close",
            Self::Minutes { .. } => "minutes",
        }
    }

    /// The election concerned; none for seal and minutes, which are of all elections of the board.
    #[must_use]
    pub const fn election(&self) -> Option<&ElectionId> {
        match self {
            Self::Seal { .. } | Self::Minutes { .. } => None,
            Self::Suspend { election, .. }
            | Self::Resume { election, .. }
            | Self::Extend { election, .. }
            | Self::Close { election, .. } => Some(election),
        }
    }

    /// Why; seal and minutes need no reason.
    #[must_use]
    pub const fn reason(&self) -> Option<&String> {
        match self {
            Self::Seal { .. } | Self::Minutes { .. } => None,
            Self::Suspend { reason, .. }
            | Self::Resume { reason, .. }
            | Self::Extend { reason, .. }
            | Self::Close { reason, .. } => Some(reason),
        }
    }

    /// The text that each member reads and signs. Reasons hold no line break.
    #[must_use]
    pub fn text(&self, board: &str, number: u32) -> String {
        let mut lines = vec![
            PREFIX.to_owned(),
            format!("board: {board}"),
            format!("act: {}", self.name()),
            format!("number: {number}"),
        ];
        if let Self::Minutes { minutes, .. } = self {
            lines.push(format!("minutes: {}", minutes.as_str()));
        }
        if let Self::Seal { digest } | Self::Minutes { digest, .. } = self {
            lines.push(format!("digest: {digest}"));
        }
        lines.extend(self.election().map(|election| format!("election: {election}")));
        if let Self::Extend { closes, .. } = self {
            lines.push(format!("closes: {closes}"));
        }
        lines.extend(self.reason().map(|reason| format!("reason: {reason}")));
        lines.join("\n")
    }
}

/// The text that a member signs to show that a key file opens again.
#[must_use]
pub fn test_text(board: &str, round: u32, owner: u32) -> String {
    format!("{PREFIX}\nboard: {board}\nact: test\nround: {round}\nowner: {owner}")
}

/// One record. What it says at length (a message, a signature) stands beside it as its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Deed {
    /// A member is there (*émargement de la séance*).
    Present {
        /// At which session.
        occasion: Occasion,
    },
    /// A message of the key ceremony.
    Message {
        /// Attempt, from 1.
        round: u32,
        /// Step.
        step: Step,
    },
    /// Everything is made anew.
    RoundBegun {
        /// The new attempt.
        round: u32,
        /// Why.
        reason: String,
    },
    /// The key is whole: its public part is the body.
    KeysMade {
        /// Attempt.
        round: u32,
    },
    /// A substitute replaces the delegate from now on.
    Replaced {
        /// The substitute.
        substitute: Seat,
        /// Why.
        reason: String,
    },
    /// An act is proposed for signature.
    Proposed {
        /// Its number, from 1.
        number: u32,
        /// What.
        act: Act,
    },
    /// A member signed an act: the signature is the body.
    Signed {
        /// Its number.
        number: u32,
    },
    /// The act is done: its signatures suffice.
    Done {
        /// Its number.
        number: u32,
    },
    /// A member's observation, for the minutes: the body.
    Observed,
    /// A rehearsal begins: what is played is the body.
    RehearsalBegun {
        /// Its number, from 1.
        number: u32,
    },
    /// Every synthetic voter has voted.
    RehearsalVoted {
        /// Number of the rehearsal.
        number: u32,
    },
    /// A rehearsal is counted: what it has shown, or what was wrong, is the body.
    RehearsalEnded {
        /// Number of the rehearsal.
        number: u32,
        /// Whether it passed.
        passed: bool,
    },
}

impl Deed {
    /// Its name in records.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Present { .. } => "present",
            Self::Message { .. } => "message",
            Self::RoundBegun { .. } => "round_begun",
            Self::KeysMade { .. } => "keys_made",
            Self::Replaced { .. } => "replaced",
            Self::Proposed { .. } => "proposed",
            Self::Signed { .. } => "signed",
            Self::Done { .. } => "done",
            Self::Observed => "observed",
            Self::RehearsalBegun { .. } => "rehearsal_begun",
            Self::RehearsalVoted { .. } => "rehearsal_voted",
            Self::RehearsalEnded { .. } => "rehearsal_ended",
        }
    }

    /// What makes it the only one of its kind: a second record with the same slot is refused. Signatures go by place, so that delegate and
    /// substitute sign once together.
    #[must_use]
    pub fn slot(&self, by: Option<Seat>, unique: &str) -> String {
        let seat = by.map_or_else(|| "-".to_owned(), |seat| seat.to_string());
        match self {
            Self::Present { occasion } => format!("present|{}|{seat}", occasion.as_str()),
            Self::Message { round, step } => format!("message|{round}|{}|{seat}", step.as_str()),
            Self::RoundBegun { round, .. } => format!("round|{round}"),
            Self::KeysMade { round } => format!("keys|{round}"),
            Self::Replaced { substitute, .. } => format!("replaced|{substitute}"),
            Self::Proposed { number, .. } => format!("act|{number}"),
            Self::Signed { number } => format!("signed|{number}|{}", by.map_or(0, Seat::owner)),
            Self::Done { number } => format!("done|{number}"),
            Self::Observed => format!("observed|{unique}"),
            Self::RehearsalBegun { number } => format!("rehearsal|{number}"),
            Self::RehearsalVoted { number } => format!("rehearsal|{number}|voted"),
            Self::RehearsalEnded { number, .. } => format!("rehearsal|{number}|ended"),
        }
    }
}

/// A record as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Who; nobody when the server itself concluded.
    pub by: Option<Seat>,
    /// What.
    pub deed: Deed,
    /// At length.
    pub body: Option<String>,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_text_is_that_of_the_protocol_page() {
        let election: ElectionId = "NkHrZ7QCf3Nf3h".parse().unwrap();
        let reason = "panne du réseau".to_owned();
        let act = Act::Suspend {
            election: election.clone(),
            reason: reason.clone(),
        };
        assert_eq!(
            act.text("csa", 4),
            "isoloir/board/v1\nboard: csa\nact: suspend\nnumber: 4\nelection: NkHrZ7QCf3Nf3h\nreason: panne du réseau"
        );
        let act = Act::Extend {
            election,
            closes: "2026-12-10T17:00:00Z".parse().unwrap(),
            reason,
        };
        assert!(act.text("csa", 4).contains("\ncloses: 2026-12-10T17:00:00Z\nreason: "));
        assert!(
            Act::Seal {
                digest: "ab".to_owned()
            }
            .text("csa", 1)
            .ends_with("\nnumber: 1\ndigest: ab")
        );
        assert_eq!(
            test_text("csa", 1, 3),
            "isoloir/board/v1\nboard: csa\nact: test\nround: 1\nowner: 3"
        );
    }

    #[test]
    fn delegate_and_substitute_sign_once_together() {
        let slot = |seat| Deed::Signed { number: 2 }.slot(Some(seat), "");
        assert_eq!(slot(Seat::Delegate(1)), slot(Seat::Substitute(1)));
        assert_ne!(slot(Seat::Delegate(1)), slot(Seat::Delegate(2)));
    }
}
