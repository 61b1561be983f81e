//! The calendar that the law lays around a vote (*calendrier électoral*): computed from the profile and the opening, each date with its article.
//!
//! Delays are counted in days of Paris, back from the first day of the vote: what is due fifteen days before may still be done on that day, and
//! is late when it is over.

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp, ToSpan as _};

use crate::consultation::{Calendar, Profile};
use crate::holidays::{DayOff, day_off};
use crate::local_time::paris;
use crate::message::Message;
use crate::policy::Policy;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Unions file their lists.
    Candidacies,
    /// Lists can be read online.
    Lists,
    /// The independent expert's report is with the unions.
    Expertise,
    /// Every voter has the notice and the means to vote.
    Notices,
    /// The last changes of a roll.
    Rolls,
    /// The system is sealed.
    Sealing,
    /// The vote opens.
    Opening,
    /// The vote closes.
    Closing,
    /// Those who were authenticated in time have finished; boxes freeze.
    Freeze,
    /// Sealed files are kept until then.
    Retention,
}

impl Step {
    /// A stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Candidacies => "candidacies",
            Self::Lists => "lists_online",
            Self::Expertise => "expert_report",
            Self::Notices => "notices",
            Self::Rolls => "roll_changes",
            Self::Sealing => "sealing",
            Self::Opening => "opening",
            Self::Closing => "closing",
            Self::Freeze => "freeze",
            Self::Retention => "retention",
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn message(self) -> Message {
        let (fr, en) = match self {
            Self::Candidacies => (
                "Dépôt des candidatures, au plus tard",
                "Candidacies are filed, at the latest",
            ),
            Self::Lists => (
                "Listes de candidats en ligne, au plus tard",
                "Candidate lists are online, at the latest",
            ),
            Self::Expertise => (
                "Rapport de l’expert indépendant remis, au plus tard",
                "The independent expert’s report is handed over, at the latest",
            ),
            Self::Notices => (
                "Notices et moyens d’authentification reçus, au plus tard",
                "Notices and means of authentication are received, at the latest",
            ),
            Self::Rolls => (
                "Dernières inscriptions et radiations sur les listes électorales",
                "Last changes of the electoral rolls",
            ),
            Self::Sealing => (
                "Scellement, après les dernières modifications et avant l’ouverture",
                "Sealing, after the last changes and before the opening",
            ),
            Self::Opening => ("Ouverture du vote", "The vote opens"),
            Self::Closing => ("Clôture du vote", "The vote closes"),
            Self::Freeze => (
                "Fin du délai laissé aux électeurs authentifiés\u{202f}; urnes figées et scellées",
                "End of the grace for authenticated voters; boxes are frozen and sealed",
            ),
            Self::Retention => (
                "Conservation sous scellés, jusqu’à cette date",
                "Sealed files are kept until this date",
            ),
        };
        Message::new(fr, en)
    }
}

/// One date of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// What is due.
    pub step: Step,
    /// The day in Paris.
    pub day: Date,
    /// From this instant on it is late, or over.
    pub due: Timestamp,
    /// Whether a whole day is meant, not an hour.
    pub whole_day: bool,
    /// Where the law says so; empty where the organiser alone decided.
    pub article: &'static str,
    /// When the organiser plans it, where the consultation says so.
    pub planned: Option<Timestamp>,
    /// Why nobody works on that day.
    pub off: Option<DayOff>,
}

/// How near a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nearness {
    /// It is over.
    Past,
    /// It is a week away at most: days that are left, 0 on the day itself.
    Soon(i32),
    /// It is further away: days that are left.
    Later(i32),
}

/// Days before a deadline from which it is announced as near.
pub const WARNED_DAYS: i32 = 7;

impl Milestone {
    /// Whether what is planned is later than the law allows.
    #[must_use]
    pub fn breaks_the_law(&self) -> bool {
        // What begins as the day ends is late; an instant that is due may be reached.
        self.planned.is_some_and(|planned| {
            if self.whole_day {
                planned >= self.due
            } else {
                planned > self.due
            }
        })
    }

    /// The instant from which it is late: what the organiser plans when that comes before what the law says.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        self.planned.map_or(self.due, |planned| planned.min(self.due))
    }

    /// The last day on which it may be done, in Paris.
    #[must_use]
    pub fn last_day(&self) -> Date {
        match self.planned {
            Some(planned) if planned < self.due => planned.to_zoned_datetime(paris()).date(),
            Some(_) | None => self.day,
        }
    }

    /// Days that are left at `now` before the last day, 0 on the day itself; `None` when it is late.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> Option<u32> {
        if now >= self.deadline() {
            return None;
        }
        let today = now.to_zoned_datetime(paris()).date();
        let days = today.until(self.last_day()).map_or(0, |span| span.get_days());
        Some(u32::try_from(days).unwrap_or(0))
    }

    /// How near it is at `now`.
    #[must_use]
    pub fn nearness(&self, now: Timestamp) -> Nearness {
        if now >= self.due {
            return Nearness::Past;
        }
        let today = now.to_zoned_datetime(paris()).date();
        let days = today.until(self.day).map_or(0, |span| span.get_days()).max(0);
        if days <= WARNED_DAYS {
            Nearness::Soon(days)
        } else {
            Nearness::Later(days)
        }
    }
}

/// A delay of the law before the first day of the vote.
struct Delay {
    step: Step,
    before: Span,
    article: &'static str,
}

/// The delays of a profile, with where each stands.
fn delays(profile: Profile) -> Vec<Delay> {
    let delay = |step, before, article| Delay { step, before, article };
    match profile {
        Profile::Cgfp2024 => vec![
            delay(Step::Candidacies, 6.weeks(), "règles propres à chaque instance"),
            delay(Step::Lists, 15.days(), "CGFP, art. R. 211-531 et suivants"),
            delay(Step::Expertise, 15.days(), "CGFP, art. R. 211-518 et R. 211-519"),
            delay(Step::Notices, 15.days(), "CGFP, art. R. 211-553"),
            delay(Step::Rolls, 1.day(), "CGFP, art. R. 211-528"),
        ],
        Profile::Decree2011 => vec![
            delay(
                Step::Candidacies,
                6.weeks(),
                "règles propres à chaque instance (décret n° 82-451, art. 15)",
            ),
            delay(Step::Lists, 15.days(), "décret n° 2011-595, art. 6"),
            delay(Step::Notices, 15.days(), "décret n° 2011-595, art. 6"),
            delay(Step::Rolls, 1.day(), "décret n° 2011-595"),
        ],
        // The pre-election agreement fixes the dates (Code du travail, art. L. 2314-6).
        Profile::Cse | Profile::Test => Vec::new(),
    }
}

/// How long sealed files are kept, from the closing on.
fn retention(profile: Profile) -> Option<(Span, &'static str)> {
    match profile {
        Profile::Cgfp2024 => Some((2.years(), "CGFP, art. R. 211-580")),
        Profile::Decree2011 => Some((2.years(), "décret n° 2011-595")),
        // Until the delay to go to court is over, or until the decision (art. R. 2314-24: fifteen days).
        Profile::Cse => Some((15.days(), "Code du travail, art. R. 2314-17 et R. 2314-24")),
        Profile::Test => None,
    }
}

const fn sealing(profile: Profile) -> &'static str {
    match profile {
        Profile::Cgfp2024 => "CGFP, art. R. 211-528 et R. 211-552",
        Profile::Decree2011 => "décret n° 2011-595",
        Profile::Cse => "Code du travail, art. R. 2314-5 et suivants",
        Profile::Test => "",
    }
}

/// The calendar of a consultation, in the order of its dates.
#[must_use]
pub fn timetable(profile: Profile, calendar: &Calendar, policy: &Policy) -> Vec<Milestone> {
    let first_day = calendar.opens().to_zoned_datetime(paris()).date();
    let planned = |step| match step {
        Step::Candidacies => policy.candidates.filed_until,
        Step::Lists => policy.candidates.published_from,
        _ => None,
    };
    let mut dates = Vec::new();
    for delay in delays(profile) {
        if let Ok(day) = first_day.checked_sub(delay.before)
            && let Some(due) = end_of(day)
        {
            dates.push(Milestone {
                step: delay.step,
                day,
                due,
                whole_day: true,
                article: delay.article,
                planned: planned(delay.step),
                off: day_off(day),
            });
        }
    }
    if profile == Profile::Test || profile == Profile::Cse {
        dates.extend(
            policy
                .candidates
                .filed_until
                .map(|at| moment(Step::Candidacies, at, "")),
        );
        dates.extend(policy.candidates.published_from.map(|at| moment(Step::Lists, at, "")));
    }
    dates.push(moment(Step::Sealing, calendar.opens(), sealing(profile)));
    dates.push(moment(Step::Opening, calendar.opens(), ""));
    dates.push(moment(Step::Closing, calendar.closes(), ""));
    if calendar.grace() > SignedDuration::ZERO {
        dates.push(moment(Step::Freeze, calendar.freezes(), profile.grace_article()));
    }
    if let Some((kept, article)) = retention(profile)
        && let Ok(day) = calendar.closes().to_zoned_datetime(paris()).date().checked_add(kept)
        && let Some(due) = end_of(day)
    {
        dates.push(Milestone {
            step: Step::Retention,
            day,
            due,
            whole_day: true,
            article,
            planned: None,
            off: None,
        });
    }
    dates.sort_by_key(|date| (date.due, date.step));
    dates
}

/// The last instant at which a list may be filed: what the organiser said, else the end of the law's last day. A list filed at that instant is in
/// time, one filed a second later is not.
#[must_use]
pub fn filing_ends(profile: Profile, calendar: &Calendar, policy: &Policy) -> Option<Timestamp> {
    let dates = timetable(profile, calendar, policy);
    let candidacies = dates.into_iter().find(|date| date.step == Step::Candidacies)?;
    let last_second = candidacies.due.checked_sub(SignedDuration::from_secs(1)).ok()?;
    Some(candidacies.planned.unwrap_or(if candidacies.whole_day {
        last_second
    } else {
        candidacies.due
    }))
}

fn moment(step: Step, at: Timestamp, article: &'static str) -> Milestone {
    let day = at.to_zoned_datetime(paris()).date();
    Milestone {
        step,
        day,
        due: at,
        whole_day: false,
        article,
        planned: None,
        off: day_off(day).filter(|_| !matches!(step, Step::Freeze | Step::Sealing)),
    }
}

/// The first instant after a day in Paris.
pub(crate) fn end_of(day: Date) -> Option<Timestamp> {
    let next = day.tomorrow().ok()?;
    Some(next.to_zoned_datetime(paris()).ok()?.timestamp())
}
