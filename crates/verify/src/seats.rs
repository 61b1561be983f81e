//! `--seats FILE`: the seats, computed again from the archive's own result.
//!
//! An archive holds votes; how many seats there are, how ties are settled and how many candidates each list presented is
//! said elsewhere, in the election's text. The file states it, in the form that `isoloir seats` reads and
//! `vectors/seats.json` has: one contest, or `{"vectors": [contest, …]}`. The votes that it publishes are compared with
//! the archive's; the seats are computed from the archive's votes, and compared with those that it publishes.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use isoloir_protocol::{
    audit::{Check, CheckId, Outcome as Ended, Report},
    question::Question,
    tally::{Shape, Weight},
};
use isoloir_seats::{
    Allocation, Candidate, Contest, ContestError, Date, List, Outcome, Rule, TieBreak, allocate, allocate_with_draw,
    json::{DrawFile, JsonError},
};
use serde::Deserialize;

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
pub enum SeatsError {
    /// The file cannot be read.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It states no contest.
    #[error("{path} states no contest: {error}")]
    Form {
        /// The file.
        path: PathBuf,
        /// Why.
        error: serde_json::Error,
    },
}

/// What is published of one contest.
#[derive(Debug, Deserialize)]
pub struct Published {
    #[serde(default)]
    rule: RuleName,
    seats: u16,
    #[serde(default)]
    ties: Vec<TieName>,
    lists: Vec<(String, u64)>,
    #[serde(default)]
    candidates: BTreeMap<String, u16>,
    #[serde(default)]
    strikes: BTreeMap<String, Vec<(String, u64)>>,
    #[serde(default)]
    born: BTreeMap<String, (u16, u8, u8)>,
    blank: Option<u64>,
    draw: Option<DrawFile>,
    expected: Option<Expected>,
}

#[derive(Debug, Deserialize)]
struct Many {
    vectors: Vec<Published>,
}

#[derive(Debug, Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RuleName {
    #[default]
    Public,
    Cse,
}

#[derive(Debug, Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum TieName {
    Votes,
    Candidates,
    Elder,
    Lot,
}

#[derive(Debug, Deserialize)]
struct Expected {
    seats: Option<BTreeMap<String, u16>>,
}

/// What is wrong with the published seats of a contest.
#[derive(Debug, thiserror::Error)]
pub enum SeatsFault {
    /// No question of the election has these lists.
    #[error("no question of the election has the lists of this contest")]
    NoQuestion,
    /// The published votes of a list are not the archive's.
    #[error("{published} votes are published for “{list}”, and the archive holds {counted}")]
    Votes {
        /// The list, or a candidate struck by some.
        list: String,
        /// As published.
        published: u64,
        /// As counted.
        counted: u64,
    },
    /// The rules cannot be applied to these figures.
    #[error(transparent)]
    Contest(#[from] ContestError),
    /// The recorded draw is not complete, or answers another tie.
    #[error(transparent)]
    Draw(#[from] JsonError),
    /// Another number of seats follows from the votes.
    #[error("{published} seats are published for “{list}”, and {computed} follow from the votes")]
    Seats {
        /// The list.
        list: String,
        /// As published.
        published: u16,
        /// As computed.
        computed: u16,
    },
}

impl SeatsFault {
    /// The check that does not hold.
    #[must_use]
    pub const fn check(&self) -> CheckId {
        match self {
            Self::NoQuestion | Self::Votes { .. } => CheckId::SeatsVotes,
            Self::Contest(_) | Self::Draw(_) | Self::Seats { .. } => CheckId::SeatsAllocation,
        }
    }
}

/// One contest, computed again.
pub struct Recomputed {
    /// The question's title.
    pub title: String,
    /// The seats.
    pub allocation: Allocation,
}

/// What became of `--seats`.
pub struct Seats {
    /// Contests computed again, up to the first fault.
    pub contests: Vec<Recomputed>,
    /// The first that does not hold.
    pub fault: Option<SeatsFault>,
}

/// Reads the file.
///
/// # Errors
/// [`SeatsError`].
pub fn read(path: &Path) -> Result<Vec<Published>, SeatsError> {
    let form = |error| SeatsError::Form {
        path: path.to_path_buf(),
        error,
    };
    let bytes = fs::read(path).map_err(|error| SeatsError::Io {
        path: path.to_path_buf(),
        error,
    })?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(form)?;
    if value.get("vectors").is_some() {
        serde_json::from_value::<Many>(value)
            .map(|many| many.vectors)
            .map_err(form)
    } else {
        serde_json::from_value(value).map(|one| vec![one]).map_err(form)
    }
}

/// Computes the seats again and marks both checks in the report; nothing while there is no result.
pub fn recompute(report: &mut Report, published: &[Published]) -> Option<Seats> {
    let (election, result) = (report.election.as_ref()?, report.result.as_ref()?);
    let Shape::Array(counts) = result.counts() else {
        return None;
    };
    let questions: Vec<_> = election.questions.iter().zip(counts).collect();
    let mut seats = Seats {
        contests: Vec::new(),
        fault: None,
    };
    for contest in published {
        match contest.recompute(&questions) {
            Ok(recomputed) => seats.contests.push(recomputed),
            Err(fault) => {
                seats.fault = Some(fault);
                break;
            }
        }
    }
    mark(&mut report.checks, seats.fault.as_ref().map(SeatsFault::check));
    Some(seats)
}

fn mark(checks: &mut [Check], failed: Option<CheckId>) {
    for check in checks {
        let outcome = match (check.id, failed) {
            (CheckId::SeatsVotes | CheckId::SeatsAllocation, None) => Ended::Passed,
            (id, Some(failed)) if id == failed => Ended::Failed,
            (CheckId::SeatsVotes, Some(_)) => Ended::Passed,
            (CheckId::SeatsAllocation, Some(_)) => Ended::NotReached,
            _ => continue,
        };
        check.outcome = outcome;
    }
}

/// A list and its ballots; where names may be struck, its candidates and the ballots that keep each.
struct Counted {
    name: String,
    votes: u64,
    candidates: Vec<(String, u64)>,
}

/// The blank votes, where the question has them, and the lists.
fn counted(question: &Question, counts: &Shape<Weight>) -> Option<(Option<u64>, Vec<Counted>)> {
    let numbers = |shape: &Shape<Weight>| shape.atoms().into_iter().map(|weight| weight.get()).collect::<Vec<_>>();
    match question {
        Question::Homomorphic(question) => {
            let numbers = numbers(counts);
            let (blank, votes) = match numbers.split_first() {
                Some((blank, votes)) if question.blank() => (Some(*blank), votes),
                _ => (None, numbers.as_slice()),
            };
            let list = |(name, votes): (&String, &u64)| Counted {
                name: name.clone(),
                votes: *votes,
                candidates: Vec::new(),
            };
            Some((blank, question.answers().iter().zip(votes).map(list).collect()))
        }
        Question::Lists(question) => {
            let Shape::Array(lists) = counts else { return None };
            let list = |(names, counts): (&Vec<String>, &Shape<Weight>)| {
                let numbers = numbers(counts);
                let (name, candidates) = names.split_first()?;
                let (votes, kept) = numbers.split_first()?;
                Some(Counted {
                    name: name.clone(),
                    votes: *votes,
                    candidates: candidates.iter().cloned().zip(kept.iter().copied()).collect(),
                })
            };
            let lists = question.value.lists().iter().zip(lists).map(list);
            Some((None, lists.collect::<Option<_>>()?))
        }
        _ => None,
    }
}

impl Published {
    fn recompute(&self, questions: &[(&Question, &Shape<Weight>)]) -> Result<Recomputed, SeatsFault> {
        let mut found = questions.iter().filter_map(|(question, counts)| {
            let (blank, lists) = counted(question, counts)?;
            let same = lists.len() == self.lists.len()
                && lists
                    .iter()
                    .all(|list| self.lists.iter().any(|(name, _)| *name == list.name));
            same.then(|| (question.title().to_owned(), blank, lists))
        });
        let (title, blank, lists) = found.next().ok_or(SeatsFault::NoQuestion)?;
        if let (Some(published), Some(counted)) = (self.blank, blank) {
            equal("(blanc)", published, counted)?;
        }
        for list in &lists {
            self.check_votes(list)?;
        }
        let contest = self.contest(&lists)?;
        let allocation = match &self.draw {
            Some(draw) => allocate_with_draw(&contest, &draw.check()?).map_err(JsonError::from)?,
            None => allocate(&contest),
        };
        let expected = self.expected.as_ref().and_then(|expected| expected.seats.as_ref());
        for list in allocation.lists.iter().filter(|_| expected.is_some()) {
            let published = expected.and_then(|seats| seats.get(&list.name)).copied().unwrap_or(0);
            if published != list.seats() {
                return Err(SeatsFault::Seats {
                    list: list.name.clone(),
                    published,
                    computed: list.seats(),
                });
            }
        }
        Ok(Recomputed { title, allocation })
    }

    fn check_votes(&self, list: &Counted) -> Result<(), SeatsFault> {
        let published = self.lists.iter().find(|(name, _)| *name == list.name);
        equal(&list.name, published.map_or(0, |(_, votes)| *votes), list.votes)?;
        let strikes = self.strikes.get(&list.name).map(Vec::as_slice).unwrap_or_default();
        for (name, published) in strikes {
            let kept = list.candidates.iter().find(|(own, _)| own == name);
            let counted = kept.map_or(0, |(_, kept)| list.votes.saturating_sub(*kept));
            equal(&format!("{}, {name}", list.name), *published, counted)?;
        }
        Ok(())
    }

    fn contest(&self, lists: &[Counted]) -> Result<Contest, ContestError> {
        let rule = match self.rule {
            RuleName::Public => Rule::PublicService,
            RuleName::Cse => Rule::Cse,
        };
        let ties = self.ties.iter().map(|tie| match tie {
            TieName::Votes => TieBreak::Votes,
            TieName::Candidates => TieBreak::Candidates,
            TieName::Elder => TieBreak::Elder,
            TieName::Lot => TieBreak::Lot,
        });
        let lists = lists.iter().map(|list| self.list(list)).collect();
        Contest::new(rule, self.seats, ties.collect(), lists)
    }

    fn list(&self, counted: &Counted) -> List {
        let list = List::new(&counted.name, counted.votes);
        if !counted.candidates.is_empty() {
            let candidate = |(name, kept): &(String, u64)| {
                self.born(Candidate::new(name).struck(counted.votes.saturating_sub(*kept)))
            };
            return list.with_candidates(counted.candidates.iter().map(candidate).collect());
        }
        match self.candidates.get(&counted.name) {
            Some(count) => list.with_candidate_count(*count),
            None => list,
        }
    }

    fn born(&self, candidate: Candidate) -> Candidate {
        let born = self.born.get(&candidate.name);
        match born.and_then(|(year, month, day)| Date::new(*year, *month, *day).ok()) {
            Some(date) => candidate.born(date),
            None => candidate,
        }
    }
}

fn equal(list: &str, published: u64, counted: u64) -> Result<(), SeatsFault> {
    if published == counted {
        Ok(())
    } else {
        Err(SeatsFault::Votes {
            list: list.to_owned(),
            published,
            counted,
        })
    }
}

/// Whether all seats have been given.
#[must_use]
pub const fn is_complete(allocation: &Allocation) -> bool {
    matches!(allocation.outcome, Outcome::Complete)
}
