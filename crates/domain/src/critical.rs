//! Acts that take two people (*actes critiques*): one proposes, another of the same right confirms. Which ones is part of the legal profile.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::complaint::{ComplaintNumber, Correction};
use crate::consultation::{Consultation, Profile};

/// An act that may take two people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum CriticalAct {
    /// A gate of the roll is passed by decision.
    WaiveGate {
        /// Its key.
        gate: String,
        /// Why.
        reason: String,
    },
    /// A staged roll file is approved.
    ApproveRoll {
        /// Its identifier.
        stage: String,
    },
    /// A complaint is decided.
    DecideComplaint {
        /// Its number.
        number: ComplaintNumber,
        /// Accepted, or rejected.
        accepted: bool,
        /// Why.
        reasons: String,
        /// What changes on the roll, as the person reads it.
        effect: String,
        /// What changes on the roll, made with the decision.
        correction: Option<Correction>,
    },
    /// Opening and closing are moved.
    MoveCalendar {
        /// New opening.
        opens: Timestamp,
        /// New closing.
        closes: Timestamp,
    },
}

impl CriticalAct {
    /// Its name in the journal, in the database and in the API.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::WaiveGate { .. } => "waive_gate",
            Self::ApproveRoll { .. } => "approve_roll",
            Self::DecideComplaint { .. } => "decide_complaint",
            Self::MoveCalendar { .. } => "move_calendar",
        }
    }

    /// What it is about, by which two proposals of the same are known: a gate, a staged file, a complaint, the calendar.
    #[must_use]
    pub fn of(&self) -> String {
        match self {
            Self::WaiveGate { gate, .. } => gate.clone(),
            Self::ApproveRoll { stage } => stage.clone(),
            Self::DecideComplaint { number, .. } => number.to_string(),
            Self::MoveCalendar { .. } => String::new(),
        }
    }

    /// Whether it takes two people at `now`. Where an election is held in law: passing a gate, approving a roll, correcting a roll by a complaint when the
    /// time for complaints is over, moving a calendar once rolls or candidates are published. In a rehearsal, nothing does.
    #[must_use]
    pub fn takes_two(&self, consultation: &Consultation, now: Timestamp) -> bool {
        if consultation.profile == Profile::Test {
            return false;
        }
        let (policy, calendar) = (&consultation.policy, &consultation.calendar);
        match self {
            Self::WaiveGate { .. } | Self::ApproveRoll { .. } => true,
            Self::DecideComplaint {
                accepted, correction, ..
            } => *accepted && correction.is_some() && now >= policy.complaints.window(calendar).until,
            Self::MoveCalendar { .. } => {
                policy.roll.published_from.is_none_or(|from| now >= from) || policy.candidates.is_published(now)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::complaint::CorrectionKind;
    use crate::policy::Policy;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn consultation(profile: Profile) -> Consultation {
        let mut policy = Policy::default();
        policy.roll.published_from = Some(at("2026-10-15T07:00:00Z"));
        policy.candidates.published_from = Some(at("2026-11-18T07:00:00Z"));
        policy.complaints.closes = Some(at("2026-11-01T07:00:00Z"));
        let (opens, closes) = (at("2026-12-03T07:00:00Z"), at("2026-12-10T16:00:00Z"));
        Consultation {
            id: "essai-2026".parse().unwrap(),
            title: String::new(),
            organiser: String::new(),
            profile,
            group: "Ed25519".to_owned(),
            calendar: crate::Calendar::new(opens, closes, profile.grace()).unwrap(),
            live_box: false,
            policy,
        }
    }

    #[test]
    fn the_profile_says_what_takes_two_people_and_from_when() {
        let gate = CriticalAct::WaiveGate {
            gate: "empty:csa".to_owned(),
            reason: "vide".to_owned(),
        };
        let moved = CriticalAct::MoveCalendar {
            opens: at("2026-12-04T07:00:00Z"),
            closes: at("2026-12-10T16:00:00Z"),
        };
        let decided = |accepted, correction| CriticalAct::DecideComplaint {
            number: "R-2026-000001".parse().unwrap(),
            accepted,
            reasons: String::new(),
            effect: String::new(),
            correction,
        };
        let correction = || {
            Some(Correction {
                number: "M1".to_owned(),
                what: CorrectionKind::Mail("m@valbrune.example".to_owned()),
            })
        };
        let in_law = consultation(Profile::Cgfp2024);
        let (early, middle, late) = (
            at("2026-10-01T07:00:00Z"),
            at("2026-10-20T07:00:00Z"),
            at("2026-11-20T07:00:00Z"),
        );
        assert!(gate.takes_two(&in_law, early) && !gate.takes_two(&consultation(Profile::Test), early));
        assert!(!moved.takes_two(&in_law, early) && moved.takes_two(&in_law, middle));
        assert!(decided(true, correction()).takes_two(&in_law, late));
        assert!(!decided(true, correction()).takes_two(&in_law, middle), "in time");
        assert!(!decided(false, None).takes_two(&in_law, late) && !decided(true, None).takes_two(&in_law, late));
    }
}
