//! `--results FILE`: what is published of the result against the archive: the same votes, and the seats computed again.
//!
//! An archive holds votes; how many seats there are, how ties are settled and how many candidates each list presented is said elsewhere, in
//! the election's text. The file states it: as the portal publishes it (`resultats.json`, with every step of the allocation), or as `isoloir
//! seats` reads it (`vectors/seats.json`: one contest, or `{"vectors": [contest, …]}`). The votes that it states are compared with the
//! archive's; the seats are computed from the archive's votes alone, and compared with whatever the file says of them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use isoloir_protocol::{
    audit::{Check, CheckId, Outcome as Ended, Report},
    question::Question,
    tally::{Shape, Weight},
};
use isoloir_seats::{
    Allocation, DrawError, Outcome,
    json::{ContestFile, JsonError},
};
use serde::Deserialize;
use serde_json::Value;

/// Why there is nothing to compare with.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// The file cannot be read.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Neither published results nor a contest.
    #[error("{path} states no results: {error}")]
    Form {
        /// The file.
        path: PathBuf,
        /// Why.
        error: FormError,
    },
}

/// Why a text states no results.
#[derive(Debug, thiserror::Error)]
pub enum FormError {
    /// Not JSON of this form.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Another version of the portal's form.
    #[error("unknown form “{0}”")]
    Version(String),
    /// The portal's form without its contest or allocation.
    #[error("neither votes nor the notice that they are withheld")]
    Nothing,
}

/// What is published.
#[derive(Debug)]
pub struct Publication {
    /// Of which election; the form of contests does not say.
    election: Option<String>,
    /// Nothing where so few voted that votes stay with the board.
    contests: Vec<Published>,
}

/// What is published of one contest.
#[derive(Debug)]
struct Published {
    contest: ContestFile,
    /// The seats and every step, as the portal publishes them; it states blank votes and voters as well.
    allocation: Option<Value>,
}

/// The part of the portal's form that is compared; the rest is for readers.
#[derive(Deserialize)]
struct PortalForm {
    format: String,
    election: String,
    lists_withheld: bool,
    contest: Option<ContestFile>,
    allocation: Option<Value>,
}

#[derive(Deserialize)]
struct Many {
    vectors: Vec<ContestFile>,
}

const FORMAT: &str = "isoloir-results-1";

/// What is wrong with what is published.
#[derive(Debug, thiserror::Error)]
pub enum ResultsFault {
    /// Of another election.
    #[error("the results are those of the election {0}")]
    OtherElection(String),
    /// The archive holds none.
    #[error("the archive holds no result yet")]
    NoResult,
    /// No question has these lists.
    #[error("no question of the election has the lists of this contest")]
    NoQuestion,
    /// The published votes of a list are not the archive's.
    #[error("{published} are published for “{what}”, and the archive holds {counted}")]
    Votes {
        /// The list, a candidate struck by some, or what else is counted.
        what: String,
        /// As published.
        published: String,
        /// As counted.
        counted: u64,
    },
    /// The rules cannot be applied to these figures.
    #[error("{0}")]
    Contest(JsonError),
    /// The recorded draw answers another tie.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// Another number of seats follows from the votes.
    #[error("{published} seats are published for “{list}”, and {computed} follow from the votes")]
    Seats {
        /// The list.
        list: String,
        /// As published.
        published: u64,
        /// As computed.
        computed: u16,
    },
    /// Something else that is published of the allocation does not follow.
    #[error("published, and not what follows from the votes: {0}")]
    Allocation(String),
}

impl ResultsFault {
    /// The check that does not hold.
    #[must_use]
    pub const fn check(&self) -> CheckId {
        match self {
            Self::OtherElection(_) | Self::NoResult | Self::NoQuestion | Self::Votes { .. } => CheckId::SeatsVotes,
            Self::Contest(_) | Self::Draw(_) | Self::Seats { .. } | Self::Allocation(_) => CheckId::SeatsAllocation,
        }
    }
}

/// One contest, computed again.
#[derive(Debug)]
pub struct Recomputed {
    /// The question's title.
    pub title: String,
    /// The seats.
    pub allocation: Allocation,
}

/// What became of `--results`.
#[derive(Debug)]
pub struct Comparison {
    /// Contests computed again, up to the first fault.
    pub contests: Vec<Recomputed>,
    /// The first that does not hold.
    pub fault: Option<ResultsFault>,
}

/// Reads the file.
///
/// # Errors
/// [`ResultsError`].
pub fn read(path: &Path) -> Result<Publication, ResultsError> {
    let bytes = fs::read(path).map_err(|error| ResultsError::Io {
        path: path.to_path_buf(),
        error,
    })?;
    Publication::parse(&bytes).map_err(|error| ResultsError::Form {
        path: path.to_path_buf(),
        error,
    })
}

impl Publication {
    /// Reads either form.
    ///
    /// # Errors
    /// [`FormError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, FormError> {
        let value: Value = serde_json::from_slice(bytes)?;
        if value.get("format").is_some() {
            return Self::of_portal(serde_json::from_value(value)?);
        }
        let contests = if value.get("vectors").is_some() {
            serde_json::from_value::<Many>(value)?.vectors
        } else {
            vec![serde_json::from_value(value)?]
        };
        let published = |contest| Published {
            contest,
            allocation: None,
        };
        Ok(Self {
            election: None,
            contests: contests.into_iter().map(published).collect(),
        })
    }

    fn of_portal(form: PortalForm) -> Result<Self, FormError> {
        if form.format != FORMAT {
            return Err(FormError::Version(form.format));
        }
        let contests = match (form.lists_withheld, form.contest, form.allocation) {
            (true, ..) => Vec::new(),
            (false, Some(contest), Some(allocation)) => vec![Published {
                contest,
                allocation: Some(allocation),
            }],
            _ => return Err(FormError::Nothing),
        };
        Ok(Self {
            election: Some(form.election),
            contests,
        })
    }

    /// Compares with an archive that was found valid, computes the seats again, and marks both checks in the report.
    pub fn compare(&self, report: &mut Report) -> Comparison {
        let mut contests = Vec::new();
        let fault = self.recompute(report, &mut contests).err();
        if fault.is_some() || !self.contests.is_empty() {
            mark(&mut report.checks, fault.as_ref().map(ResultsFault::check));
        }
        Comparison { contests, fault }
    }

    fn recompute(&self, report: &Report, contests: &mut Vec<Recomputed>) -> Result<(), ResultsFault> {
        let election = report.election.as_ref().ok_or(ResultsFault::NoResult)?;
        if let Some(published) = self.election.as_ref().filter(|id| *id != election.uuid.as_str()) {
            return Err(ResultsFault::OtherElection(published.clone()));
        }
        for published in &self.contests {
            let result = report.result.as_ref().ok_or(ResultsFault::NoResult)?;
            let Shape::Array(counts) = result.counts() else {
                return Err(ResultsFault::NoQuestion);
            };
            let questions = election.questions.iter().zip(counts);
            contests.push(published.recompute(questions, report.figures.num_tallied)?);
        }
        Ok(())
    }
}

impl Published {
    fn recompute<'a>(
        &self,
        mut questions: impl Iterator<Item = (&'a Question, &'a Shape<Weight>)>,
        voters: u64,
    ) -> Result<Recomputed, ResultsFault> {
        let found = questions.find_map(|(question, counts)| {
            let (blank, lists) = counted(question, counts)?;
            let is_listed = |list: &CountedList| self.contest.lists.iter().any(|(name, _)| *name == list.name);
            let same = lists.len() == self.contest.lists.len() && lists.iter().all(is_listed);
            same.then(|| (question.title().to_owned(), blank, lists))
        });
        let (title, blank, lists) = found.ok_or(ResultsFault::NoQuestion)?;
        for list in &lists {
            self.check_votes(list)?;
        }
        if let Some(blank) = blank {
            self.check_figure("blank", self.contest.blank, blank)?;
        }
        self.check_figure("voters", self.contest.voters, voters)?;
        let counted = self.of_archive(&lists).check().map_err(ResultsFault::Contest)?;
        let allocation = counted.allocate()?;
        self.check_seats(&allocation)?;
        if let Some(published) = &self.allocation {
            check_allocation(&counted.publish(&allocation), published)?;
        }
        Ok(Recomputed { title, allocation })
    }

    fn check_votes(&self, list: &CountedList) -> Result<(), ResultsFault> {
        let published = self.contest.lists.iter().find(|(name, _)| *name == list.name);
        equal(&list.name, published.map(|(_, votes)| *votes), list.votes)?;
        let strikes = self.contest.strikes.get(&list.name);
        for (name, published) in strikes.into_iter().flatten() {
            let kept = list.candidates.iter().find(|(own, _)| own == name);
            let struck = kept.map_or(0, |(_, kept)| list.votes.saturating_sub(*kept));
            equal(&format!("{}, {name}", list.name), Some(*published), struck)?;
        }
        Ok(())
    }

    /// A figure beside the lists: the portal states it, a contest may.
    fn check_figure(&self, what: &str, published: Option<u64>, counted: u64) -> Result<(), ResultsFault> {
        if published.is_none() && self.allocation.is_none() {
            return Ok(());
        }
        equal(what, published, counted)
    }

    /// The contest with the archive's votes.
    fn of_archive(&self, lists: &[CountedList]) -> ContestFile {
        let mut file = self.contest.clone();
        for (name, votes) in &mut file.lists {
            let Some(list) = lists.iter().find(|list| list.name == *name) else {
                continue;
            };
            *votes = list.votes;
            if !list.candidates.is_empty() {
                let struck = |(name, kept): &(String, u64)| (name.clone(), list.votes.saturating_sub(*kept));
                let strikes = list.candidates.iter().map(struck).collect();
                file.strikes.insert(list.name.clone(), strikes);
            }
        }
        file
    }

    /// The seats that a contest expects of each list.
    fn check_seats(&self, allocation: &Allocation) -> Result<(), ResultsFault> {
        let expected = self
            .contest
            .expected
            .as_ref()
            .and_then(|expected| expected.get("seats"));
        let Some(Value::Object(seats)) = expected else {
            return Ok(());
        };
        for list in &allocation.lists {
            let published = seats.get(&list.name).and_then(Value::as_u64).unwrap_or(0);
            if published != u64::from(list.seats()) {
                return Err(ResultsFault::Seats {
                    list: list.name.clone(),
                    published,
                    computed: list.seats(),
                });
            }
        }
        Ok(())
    }
}

/// Everything that the portal publishes of an allocation: quotient, averages, every step and its rule.
fn check_allocation(computed: &Value, published: &Value) -> Result<(), ResultsFault> {
    if computed == published {
        return Ok(());
    }
    let fields = computed.as_object().into_iter().flatten();
    let differs = fields.filter(|(name, value)| published.get(name.as_str()) != Some(*value));
    let names: Vec<&str> = differs.map(|(name, _)| name.as_str()).collect();
    let what = if names.is_empty() {
        "allocation".to_owned()
    } else {
        names.join(", ")
    };
    Err(ResultsFault::Allocation(what))
}

fn equal(what: &str, published: Option<u64>, counted: u64) -> Result<(), ResultsFault> {
    if published == Some(counted) {
        return Ok(());
    }
    Err(ResultsFault::Votes {
        what: what.to_owned(),
        published: published.map_or_else(|| "no votes".to_owned(), |votes| votes.to_string()),
        counted,
    })
}

fn mark(checks: &mut [Check], failed: Option<CheckId>) {
    for check in checks {
        check.outcome = match (check.id, failed) {
            (id, Some(failed)) if id == failed => Ended::Failed,
            (CheckId::SeatsVotes, _) | (CheckId::SeatsAllocation, None) => Ended::Passed,
            (CheckId::SeatsAllocation, Some(_)) => Ended::NotReached,
            _ => continue,
        };
    }
}

/// A list and its ballots; where names may be struck, its candidates and the ballots that keep each.
struct CountedList {
    name: String,
    votes: u64,
    candidates: Vec<(String, u64)>,
}

/// The blank votes, where the question has them, and the lists.
fn counted(question: &Question, counts: &Shape<Weight>) -> Option<(Option<u64>, Vec<CountedList>)> {
    let numbers = |shape: &Shape<Weight>| shape.atoms().into_iter().map(|weight| weight.get()).collect::<Vec<_>>();
    match question {
        Question::Homomorphic(question) => {
            let numbers = numbers(counts);
            let (blank, votes) = match numbers.split_first() {
                Some((blank, votes)) if question.blank() => (Some(*blank), votes),
                _ => (None, numbers.as_slice()),
            };
            let list = |(name, votes): (&String, &u64)| CountedList {
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
                Some(CountedList {
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

/// Whether all seats have been given.
#[must_use]
pub const fn is_complete(allocation: &Allocation) -> bool {
    matches!(allocation.outcome, Outcome::Complete)
}
