//! What the organiser decides about what is published, and until when one may contest it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::consultation::{Calendar, Profile};
use crate::roll_gates::RollGates;
use crate::roll_keys::RollKeys;

/// `[policy.roll]`: publication of the electoral rolls (*affichage des listes électorales*).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RollPolicy {
    /// First instant at which voters may consult the rolls of their elections; from import when absent.
    pub published_from: Option<Timestamp>,
    /// First instant at which they no longer may; the closing of the vote when absent.
    pub published_until: Option<Timestamp>,
    /// Where the roll file comes from, in French, for instance `système de gestion des personnels`.
    pub source: Option<String>,
    /// The day on which that file was taken.
    pub dated: Option<Date>,
    /// What the identifiers of its file must look like.
    pub keys: RollKeys,
    /// What the roll should be.
    pub gates: RollGates,
}

impl RollPolicy {
    /// Where `now` falls in the publication.
    #[must_use]
    pub fn window(&self, calendar: &Calendar) -> Window {
        Window {
            from: self.published_from,
            until: self.published_until.unwrap_or_else(|| calendar.closes()),
        }
    }
}

/// `[policy.candidates]`: publication of the candidate lists (*candidatures et professions de foi*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CandidatesPolicy {
    /// Whether anyone may read them, signed in or not.
    pub public: bool,
    /// Last instant at which a union may file a list (*date limite de dépôt*); the law's last day when absent.
    pub filed_until: Option<Timestamp>,
    /// Days after that day within which the organiser tells ineligible candidates: 3 unless said otherwise.
    pub told_days: Option<u8>,
    /// Days after those within which the union corrects what was asked for: 3 unless said otherwise.
    pub corrected_days: Option<u8>,
    /// Candidates of a complete list for each seat: 2 (a titular member and a substitute), 1 in a CSE, unless said otherwise.
    pub for_each_seat: Option<u8>,
    /// The least number of candidates, in hundredths of a complete list rounded up; 1 candidate unless said otherwise.
    pub least_percent: Option<u8>,
    /// First instant at which lists are shown; from import when absent. The law asks for fifteen days before the vote.
    pub published_from: Option<Timestamp>,
    /// The day on which the display order was drawn by lot.
    pub drawn_on: Option<Date>,
    /// How it was drawn, in French, for instance `en séance publique, devant les délégués de liste`.
    pub drawn_how: Option<String>,
}

impl Default for CandidatesPolicy {
    fn default() -> Self {
        Self {
            public: true,
            filed_until: None,
            told_days: None,
            corrected_days: None,
            for_each_seat: None,
            least_percent: None,
            published_from: None,
            drawn_on: None,
            drawn_how: None,
        }
    }
}

impl CandidatesPolicy {
    /// The least number of candidates of a list, of which a complete one has `complete`.
    #[must_use]
    pub fn least(&self, complete: u32) -> u32 {
        let percent = u64::from(self.least_percent.unwrap_or(0).min(100));
        let least = u64::from(complete).saturating_mul(percent).div_ceil(100);
        u32::try_from(least).unwrap_or(complete).max(1)
    }

    /// Whether lists are shown at `now`.
    #[must_use]
    pub fn is_published(&self, now: Timestamp) -> bool {
        self.published_from.is_none_or(|from| now >= from)
    }
}

/// `[policy.results]`: what the portal publishes of a count (*publication des résultats*).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResultsPolicy {
    /// With fewer ballots than this, the portal publishes turnout, seats and elected, and no figure of any list; the minutes have them
    /// all. See [`ResultsPolicy::threshold`] for what holds when it is left out.
    pub secrecy_threshold: Option<u32>,
}

impl ResultsPolicy {
    /// The threshold: 10 ballots unless said otherwise; none in the profile `test`, whose voters are invented.
    #[must_use]
    pub fn threshold(&self, profile: Profile) -> u64 {
        let default = match profile {
            Profile::Cgfp2024 | Profile::Decree2011 | Profile::Cse => 10,
            Profile::Test => 0,
        };
        self.secrecy_threshold.map_or(default, u64::from)
    }
}

/// `[policy.complaints]`: when the roll may be contested, and how long the decision may take (*réclamations*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ComplaintsPolicy {
    /// First instant at which complaints are taken; from import when absent.
    pub opens: Option<Timestamp>,
    /// First instant at which they no longer are; the opening of the vote when absent.
    pub closes: Option<Timestamp>,
    /// Days that the organiser has to decide.
    pub answer_days: u8,
    /// Whether people who are on no roll, and so have no account, may file one.
    pub absent: bool,
}

impl Default for ComplaintsPolicy {
    fn default() -> Self {
        Self {
            opens: None,
            closes: None,
            answer_days: 3,
            absent: true,
        }
    }
}

impl ComplaintsPolicy {
    /// When complaints are taken.
    #[must_use]
    pub fn window(&self, calendar: &Calendar) -> Window {
        Window {
            from: self.opens,
            until: self.closes.unwrap_or_else(|| calendar.opens()),
        }
    }
}

/// `[policy.privacy]`: whom to ask about personal data (*données personnelles*).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrivacyPolicy {
    /// The data protection officer (*délégué à la protection des données*): an e-mail address.
    pub dpo: Option<String>,
}

/// A stretch of time: closed at its beginning, open at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First instant inside; always inside on this side when absent.
    pub from: Option<Timestamp>,
    /// First instant after.
    pub until: Timestamp,
}

/// Where an instant falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Not yet.
    Before,
    /// Now.
    Inside,
    /// No longer.
    After,
}

impl Window {
    /// Where `now` falls.
    #[must_use]
    pub fn place(&self, now: Timestamp) -> Place {
        if self.from.is_some_and(|from| now < from) {
            Place::Before
        } else if now < self.until {
            Place::Inside
        } else {
            Place::After
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_closed_at_its_beginning_and_open_at_its_end() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let window = Window {
            from: Some(at("2026-10-01T08:00:00+02:00[Europe/Paris]")),
            until: at("2026-12-03T08:00:00+01:00[Europe/Paris]"),
        };
        assert_eq!(window.place(at("2026-10-01T05:59:59Z")), Place::Before);
        assert_eq!(window.place(at("2026-10-01T06:00:00Z")), Place::Inside);
        assert_eq!(window.place(at("2026-12-03T06:59:59Z")), Place::Inside);
        assert_eq!(window.place(at("2026-12-03T07:00:00Z")), Place::After);
    }
}
