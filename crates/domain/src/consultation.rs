//! A consultation: several elections with one calendar, under one legal profile.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::ConsultationId;
use crate::policy::Policy;

/// Consultation (*consultation*, *élections professionnelles* of one organiser): elections that open and close together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consultation {
    /// Its identifier.
    pub id: ConsultationId,
    /// Title in French, as voters read it.
    pub title: String,
    /// The authority that organises (*autorité organisatrice*).
    pub organiser: String,
    /// The legal rules that it follows.
    pub profile: Profile,
    /// Name of the protocol's group in which its ballots are encrypted, for instance `Ed25519`.
    pub group: String,
    /// When one can vote.
    pub calendar: Calendar,
    /// Whether the whole box and the counts are public while the vote is open. Otherwise anyone can
    /// look up one tracker and see the signed head, and nothing that tells how many have voted.
    pub live_box: bool,
    /// What the organiser decides about the portal.
    pub policy: Policy,
}

/// Legal profile (*cadre juridique*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Profile {
    /// Code général de la fonction publique, articles R. 211-503 to R. 211-584.
    #[serde(rename = "cgfp-2024")]
    Cgfp2024,
    /// Décret n° 2011-595 of 26 May 2011: the State's civil service until 2024, and texts that still refer to it.
    #[serde(rename = "decret-2011-595")]
    Decree2011,
    /// Code du travail, articles R. 2314-5 and following (CSE).
    #[serde(rename = "cse")]
    Cse,
    /// No election in law: demonstrations, rehearsals, tests. The calendar may be moved at will.
    #[serde(rename = "test")]
    Test,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cgfp2024, Self::Decree2011, Self::Cse, Self::Test];

    /// The name written in `consultation.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cgfp2024 => "cgfp-2024",
            Self::Decree2011 => "decret-2011-595",
            Self::Cse => "cse",
            Self::Test => "test",
        }
    }

    /// How long a voter authenticated before closing may still finish. R. 211-563: 30 minutes. The decrees before the code, and the orders
    /// made under them, said 20. The Code du travail grants nothing of the kind; 30 minutes serve there, as recommended practice.
    #[must_use]
    pub fn grace(self) -> SignedDuration {
        SignedDuration::from_mins(match self {
            Self::Cgfp2024 | Self::Cse | Self::Test => 30,
            Self::Decree2011 => 20,
        })
    }

    /// Where the law grants that delay; empty where it does not.
    #[must_use]
    pub const fn grace_article(self) -> &'static str {
        match self {
            Self::Cgfp2024 => "CGFP, art. R. 211-563 et R. 211-572",
            Self::Decree2011 => "décret n° 2011-595 et arrêtés pris pour son application",
            Self::Cse | Self::Test => "",
        }
    }

    /// Whether the box is public while the vote is open unless the consultation says otherwise.
    /// R. 211-542 shows counter and poll book to board members only.
    #[must_use]
    pub fn live_box(self) -> bool {
        match self {
            Self::Cgfp2024 | Self::Decree2011 => false,
            Self::Cse | Self::Test => true,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no legal profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the profile is one of cgfp-2024, decret-2011-595, cse, test")]
pub struct UnknownProfile;

impl FromStr for Profile {
    type Err = UnknownProfile;
    fn from_str(text: &str) -> Result<Self, UnknownProfile> {
        Self::ALL.into_iter().find(|p| p.as_str() == text).ok_or(UnknownProfile)
    }
}

/// Calendar (*calendrier*): opening, closing, and the grace that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    opens: Timestamp,
    closes: Timestamp,
    grace: SignedDuration,
}

/// Why instants do not make a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Closing must come after opening.
    #[error("the vote must close after it opens")]
    ClosesBeforeItOpens,
    /// Between 0 and 24 hours.
    #[error("the grace after closing must last between 0 and 24 hours")]
    Grace,
}

impl Calendar {
    /// # Errors
    /// [`CalendarError`].
    pub fn new(opens: Timestamp, closes: Timestamp, grace: SignedDuration) -> Result<Self, CalendarError> {
        if closes <= opens {
            return Err(CalendarError::ClosesBeforeItOpens);
        }
        if grace.is_negative() || grace > SignedDuration::from_hours(24) || closes.checked_add(grace).is_err() {
            return Err(CalendarError::Grace);
        }
        Ok(Self { opens, closes, grace })
    }

    /// First instant at which one can vote.
    #[must_use]
    pub fn opens(&self) -> Timestamp {
        self.opens
    }

    /// First instant at which one can no longer begin to vote.
    #[must_use]
    pub fn closes(&self) -> Timestamp {
        self.closes
    }

    /// How long a voter authenticated before closing may still finish.
    #[must_use]
    pub fn grace(&self) -> SignedDuration {
        self.grace
    }

    /// End of the grace: from here on nobody votes and the box is frozen (R. 211-572).
    #[must_use]
    pub fn freezes(&self) -> Timestamp {
        self.closes.saturating_add(self.grace).unwrap_or(Timestamp::MAX)
    }

    /// Where `now` falls.
    #[must_use]
    pub fn phase(&self, now: Timestamp) -> Phase {
        if now < self.opens {
            Phase::Preparation
        } else if now < self.closes {
            Phase::Open
        } else if now < self.freezes() {
            Phase::Grace
        } else {
            Phase::Closed
        }
    }

    /// Whether a voter authenticated at `authenticated` may still cast at `now`.
    #[must_use]
    pub fn may_cast(&self, now: Timestamp, authenticated: Timestamp) -> bool {
        match self.phase(now) {
            Phase::Open => true,
            Phase::Grace => authenticated < self.closes,
            Phase::Preparation | Phase::Closed | Phase::Tallied => false,
        }
    }
}

/// Phase of a vote (*étape du scrutin*). Never stored while it can be computed from the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before opening.
    Preparation,
    /// Everyone on the roll can vote.
    Open,
    /// Closed, but voters authenticated before closing may finish (R. 211-563).
    Grace,
    /// Nobody votes any more; not counted yet.
    Closed,
    /// Counted: the result is in the box.
    Tallied,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::Preparation, Self::Open, Self::Grace, Self::Closed, Self::Tallied];

    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preparation => "preparation",
            Self::Open => "open",
            Self::Grace => "grace",
            Self::Closed => "closed",
            Self::Tallied => "tallied",
        }
    }

    /// Whether polls have closed for everyone, so that the whole box is public.
    #[must_use]
    pub fn is_over(self) -> bool {
        self >= Self::Closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn grace_is_for_those_authenticated_before_closing() {
        let calendar = Calendar::new(
            at("2026-12-03T07:00:00Z"),
            at("2026-12-10T16:00:00Z"),
            SignedDuration::from_mins(30),
        )
        .unwrap();
        let before = at("2026-12-10T15:59:59Z");
        assert!(calendar.may_cast(at("2026-12-10T16:29:59Z"), before));
        assert!(!calendar.may_cast(at("2026-12-10T16:30:00Z"), before));
        assert!(!calendar.may_cast(at("2026-12-10T16:10:00Z"), at("2026-12-10T16:00:00Z")));
        assert!(!calendar.may_cast(at("2026-12-03T06:59:59Z"), before));
        assert_eq!(calendar.phase(at("2026-12-03T07:00:00Z")), Phase::Open);
        assert_eq!(calendar.phase(at("2026-12-10T16:00:00Z")), Phase::Grace);
    }

    #[test]
    fn a_calendar_that_ends_before_it_begins_does_not_exist() {
        let (early, late) = (at("2026-12-03T07:00:00Z"), at("2026-12-10T16:00:00Z"));
        assert_eq!(
            Calendar::new(late, early, SignedDuration::ZERO),
            Err(CalendarError::ClosesBeforeItOpens)
        );
        assert_eq!(
            Calendar::new(early, late, SignedDuration::from_hours(25)),
            Err(CalendarError::Grace)
        );
    }
}
