//! What is counted: lists, their ballots and candidates, the seats, and the rules the election's text chose.

use std::collections::HashSet;
use std::fmt;

use crate::date::Date;
use crate::quorum::Quorum;

/// Which body of rules turns ballots into votes of a list, and orders its elected candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Civil service (*fonction publique*): whole lists; a list's votes are its ballots.
    PublicService,
    /// *Comité social et économique*: names may be struck; a list's votes are the average of its candidates' votes.
    Cse,
}

/// One link of the chain that settles equal averages; the text of each election says which links, in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TieBreak {
    /// The list with more votes.
    Votes,
    /// The list that presented more candidates.
    Candidates,
    /// The elder of the candidates who would be elected.
    Elder,
    /// Drawing of lots (*tirage au sort*), held and recorded by the board.
    Lot,
}

/// A candidate, at the rank given by the list's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Name as on the list.
    pub name: String,
    /// How many of the list's ballots strike this name (*ratures*); zero wherever striking is not allowed.
    pub strikes: u64,
    /// Date of birth, where ties may go to the elder.
    pub born: Option<Date>,
    /// Elected already as a titular member: takes no seat of the substitutes' ballot (CSE, where the two are apart).
    pub elected_elsewhere: bool,
}

impl Candidate {
    /// A candidate without strikes nor known date of birth.
    #[must_use]
    pub fn new(name: &str) -> Candidate {
        Candidate {
            name: name.to_owned(),
            strikes: 0,
            born: None,
            elected_elsewhere: false,
        }
    }

    /// With the number of ballots that strike the name.
    #[must_use]
    pub fn struck(self, strikes: u64) -> Candidate {
        Candidate { strikes, ..self }
    }

    /// With the date of birth.
    #[must_use]
    pub fn born(self, date: Date) -> Candidate {
        Candidate {
            born: Some(date),
            ..self
        }
    }

    /// Elected already as a titular member.
    #[must_use]
    pub fn elected_elsewhere(self) -> Candidate {
        Candidate {
            elected_elsewhere: true,
            ..self
        }
    }
}

/// A list of candidates (*liste de candidats*) and the ballots it received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub(crate) name: String,
    pub(crate) ballots: u64,
    /// `None`: as many candidates as could ever be needed.
    pub(crate) candidate_count: Option<u16>,
    /// In the list's order; empty when names are not needed.
    pub(crate) candidates: Vec<Candidate>,
}

impl List {
    /// A list with its valid ballots, presumed to have enough candidates.
    #[must_use]
    pub fn new(name: &str, ballots: u64) -> List {
        List {
            name: name.to_owned(),
            ballots,
            candidate_count: None,
            candidates: Vec::new(),
        }
    }

    /// States the number of candidates: the list cannot have more seats.
    #[must_use]
    pub fn with_candidate_count(self, count: u16) -> List {
        List {
            candidate_count: Some(count),
            ..self
        }
    }

    /// States the candidates by name, in the list's order. Their number is the list's number of candidates.
    #[must_use]
    pub fn with_candidates(self, candidates: Vec<Candidate>) -> List {
        // More than 65,535 names would still only cap the list at the largest number of seats there can be.
        let count = u16::try_from(candidates.len()).unwrap_or(u16::MAX);
        List {
            candidate_count: Some(count),
            candidates,
            ..self
        }
    }

    /// How many candidates can still take a seat; `None`: as many as could ever be needed.
    pub(crate) fn available(&self) -> Option<u16> {
        let elsewhere = self.candidates.iter().filter(|c| c.elected_elsewhere).count();
        let elsewhere = u16::try_from(elsewhere).unwrap_or(u16::MAX);
        self.candidate_count.map(|count| count.saturating_sub(elsewhere))
    }
}

/// A contest (*scrutin à dépouiller*) that is fit to be counted.
#[derive(Debug, Clone)]
pub struct Contest {
    pub(crate) rule: Rule,
    pub(crate) seats: u16,
    pub(crate) ties: Vec<TieBreak>,
    pub(crate) lists: Vec<List>,
    /// On the roll, when this is a first round that has a quorum.
    pub(crate) first_round_of: Option<u64>,
}

/// Why figures cannot be a contest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContestError {
    /// No seat to fill.
    NoSeat,
    /// Two lists of one name.
    DuplicateList(String),
    /// More strikes of a candidate than ballots of the list.
    TooManyStrikes {
        /// The list.
        list: String,
        /// The candidate.
        candidate: String,
    },
    /// Strikes where ballots are for whole lists.
    StrikesNotAllowed(String),
    /// The average of a list without a candidate does not exist.
    NoCandidate(String),
    /// The announced number of valid ballots is not the sum of the lists' ballots.
    BallotsDiffer {
        /// As announced.
        announced: u128,
        /// The sum.
        counted: u128,
    },
    /// Only a CSE's first round has a quorum.
    NoQuorumHere,
    /// More valid ballots than voters on the roll.
    MoreBallotsThanVoters {
        /// On the roll.
        registered: u64,
        /// The sum of the lists' ballots.
        counted: u128,
    },
}

impl Contest {
    /// Checks the figures.
    ///
    /// # Errors
    /// See [`ContestError`].
    pub fn new(rule: Rule, seats: u16, ties: Vec<TieBreak>, lists: Vec<List>) -> Result<Contest, ContestError> {
        if seats == 0 {
            return Err(ContestError::NoSeat);
        }
        let mut names = HashSet::new();
        for list in &lists {
            if !names.insert(list.name.as_str()) {
                return Err(ContestError::DuplicateList(list.name.clone()));
            }
            check_list(rule, list)?;
        }
        Ok(Contest {
            rule,
            seats,
            ties,
            lists,
            first_round_of: None,
        })
    }

    /// Checks the announced number of valid ballots (*suffrages valablement exprimés*) against the lists.
    ///
    /// # Errors
    /// [`ContestError::BallotsDiffer`].
    pub fn with_valid_ballots(self, announced: u64) -> Result<Contest, ContestError> {
        let (announced, counted) = (u128::from(announced), self.valid_ballots());
        if announced == counted {
            Ok(self)
        } else {
            Err(ContestError::BallotsDiffer { announced, counted })
        }
    }

    /// Says that this is the first round of a CSE with so many voters on the roll: without the quorum it elects nobody.
    ///
    /// # Errors
    /// [`ContestError::NoQuorumHere`], [`ContestError::MoreBallotsThanVoters`].
    pub fn first_round_of(self, registered: u64) -> Result<Contest, ContestError> {
        let counted = self.valid_ballots();
        if self.rule != Rule::Cse {
            Err(ContestError::NoQuorumHere)
        } else if counted > u128::from(registered) {
            Err(ContestError::MoreBallotsThanVoters { registered, counted })
        } else {
            Ok(Contest {
                first_round_of: Some(registered),
                ..self
            })
        }
    }

    /// The quorum, when this is a first round that has one.
    #[must_use]
    pub fn quorum(&self) -> Option<Quorum> {
        let valid_votes = self.valid_ballots();
        self.first_round_of.map(|registered| Quorum {
            registered,
            valid_votes,
        })
    }

    /// Number of valid ballots, each counted once, blanks and nulls left out.
    #[must_use]
    pub fn valid_ballots(&self) -> u128 {
        self.lists.iter().map(|l| u128::from(l.ballots)).sum()
    }

    /// The rules of the contest.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }
}

fn check_list(rule: Rule, list: &List) -> Result<(), ContestError> {
    if rule == Rule::Cse && list.candidates.is_empty() {
        return Err(ContestError::NoCandidate(list.name.clone()));
    }
    for candidate in &list.candidates {
        if rule == Rule::PublicService && candidate.strikes > 0 {
            return Err(ContestError::StrikesNotAllowed(list.name.clone()));
        }
        if candidate.strikes > list.ballots {
            let (list, candidate) = (list.name.clone(), candidate.name.clone());
            return Err(ContestError::TooManyStrikes { list, candidate });
        }
    }
    Ok(())
}

impl fmt::Display for ContestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ContestError::NoSeat => write!(f, "there is no seat to fill"),
            ContestError::DuplicateList(name) => write!(f, "two lists are named {name}"),
            ContestError::TooManyStrikes { list, candidate } => {
                write!(f, "{candidate} is struck more often than list {list} has ballots")
            }
            ContestError::StrikesNotAllowed(name) => write!(f, "names of list {name} are struck: not allowed here"),
            ContestError::NoCandidate(name) => write!(f, "list {name} has no candidate"),
            ContestError::BallotsDiffer { announced, counted } => {
                write!(f, "{announced} valid ballots are announced, the lists have {counted}")
            }
            ContestError::NoQuorumHere => write!(f, "only the first round of a CSE has a quorum"),
            ContestError::MoreBallotsThanVoters { registered, counted } => {
                write!(f, "the lists have {counted} ballots, the roll has {registered} voters")
            }
        }
    }
}

impl std::error::Error for ContestError {}
