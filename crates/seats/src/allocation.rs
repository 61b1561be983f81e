//! The allocation itself, and everything a page or the minutes need to explain it.

use crate::contest::{Contest, List, Rule, TieBreak};
use crate::cse::{Standing, list_votes, order_of_election};
use crate::draw::Draw;
use crate::fraction::Fraction;
use crate::law::{Basis, Citation};
use crate::quorum::Quorum;
use crate::ties::{Contender, Settled, Verdict, settle};

/// Whether every seat that the ballots can fill is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every seat that election can fill is allocated.
    Complete,
    /// Nobody cast a valid vote for a list (*carence*): there is no quotient, and no seat is allocated.
    NoValidVote,
    /// First round of a CSE without its quorum: nobody is elected, a second round follows.
    QuorumNotReached(Quorum),
    /// The chain of ties ends in a drawing of lots: `seats` of them go to lists of `between`, one each.
    DrawRequired {
        /// How many seats are drawn.
        seats: u16,
        /// Names of the lists, in the contest's order.
        between: Vec<String>,
    },
    /// A rule of the chain needs a figure that was not given: numbers of candidates, or dates of birth.
    FigureMissing {
        /// The rule.
        rule: TieBreak,
        /// How many seats wait.
        seats: u16,
        /// Names of the lists, in the contest's order.
        between: Vec<String>,
    },
    /// The chain of ties separates no further and knows no draw.
    Unsettled {
        /// How many seats wait.
        seats: u16,
        /// Names of the lists, in the contest's order.
        between: Vec<String>,
    },
}

/// The electoral quotient (*quotient électoral*): valid votes over seats, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotient {
    /// Valid votes, blanks and nulls left out.
    pub valid_votes: u128,
    /// Seats to be filled by the election.
    pub seats: u16,
}

impl Quotient {
    /// The quotient in lowest terms; `None` never happens for a quotient of an [`Allocation`].
    #[must_use]
    pub fn exact(&self) -> Option<Fraction> {
        Fraction::new(self.valid_votes, u128::from(self.seats))
    }
}

impl std::fmt::Display for Quotient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.valid_votes, self.seats)
    }
}

/// What a list obtains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListResult {
    /// The list.
    pub name: String,
    /// Valid ballots for the list.
    pub ballots: u64,
    /// Votes used for quotient and averages: the ballots, or the CSE's average.
    pub votes: Fraction,
    /// Most seats the list may have, when it presented fewer candidates than there are seats.
    pub limit: Option<u16>,
    /// Seats by quotient.
    pub by_quotient: u16,
    /// Seats by highest average.
    pub by_average: u16,
    /// Named candidates in the order in which seats go to them; empty when names were not given.
    pub order: Vec<Standing>,
}

impl ListResult {
    /// All seats of the list.
    #[must_use]
    pub fn seats(&self) -> u16 {
        self.by_quotient + self.by_average
    }

    /// The elected, in the order of election; empty when names were not given.
    #[must_use]
    pub fn elected(&self) -> Vec<&Standing> {
        self.in_line().take(usize::from(self.seats())).collect()
    }

    /// Who comes after the elected, in that order.
    fn after_the_elected(&self) -> impl Iterator<Item = &Standing> {
        self.in_line().skip(usize::from(self.seats()))
    }

    /// The candidates to whom seats may go.
    fn in_line(&self) -> impl Iterator<Item = &Standing> {
        self.order.iter().filter(|standing| !standing.elsewhere)
    }

    fn may_have_more(&self) -> bool {
        self.limit.is_none_or(|limit| self.seats() < limit) && !self.votes.is_zero()
    }
}

/// One list's line in a step of the highest averages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Average {
    /// The list, by its place in [`Allocation::lists`].
    pub list: usize,
    /// Seats it has before this step.
    pub seats_before: u16,
    /// Votes over seats plus one; `None` when the list takes no part any more (no candidate left, or no vote).
    pub average: Option<Fraction>,
}

/// One seat given by highest average (*plus forte moyenne*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Number of the seat among all seats, from 1.
    pub seat: u16,
    /// The averages of all lists at this step, in the contest's order.
    pub averages: Vec<Average>,
    /// Lists that share the highest average.
    pub tied: Vec<usize>,
    /// The list that receives the seat.
    pub winner: usize,
    /// Its average.
    pub average: Fraction,
    /// What gave it the seat.
    pub settled: Settled,
}

impl Step {
    /// The legal ground of the step.
    #[must_use]
    pub fn basis(&self) -> Basis {
        Basis::from(self.settled)
    }

    /// Whether lists shared the highest average, so that the tie had to be settled.
    #[must_use]
    pub fn is_tied(&self) -> bool {
        self.tied.len() > 1
    }
}

/// The allocation of a contest: complete, or as far as it can go, with every step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// The rules of the contest.
    pub rule: Rule,
    /// Seats of the contest.
    pub seats: u16,
    /// Whether the allocation is complete, and what it waits for.
    pub outcome: Outcome,
    /// The quotient; `None` without a valid vote.
    pub quotient: Option<Quotient>,
    /// Results in the contest's order.
    pub lists: Vec<ListResult>,
    /// The seats by highest average, in the order in which they were given.
    pub steps: Vec<Step>,
}

impl Allocation {
    /// Seats of the list of that name.
    #[must_use]
    pub fn seats_of(&self, name: &str) -> Option<u16> {
        self.lists.iter().find(|l| l.name == name).map(ListResult::seats)
    }

    /// The substitutes of a list (*suppléants*): in the civil service as many as it has seats, next in its order. A CSE elects
    /// them by a ballot of their own, so that there are none here. Empty when names were not given.
    #[must_use]
    pub fn substitutes<'a>(&self, list: &'a ListResult) -> Vec<&'a Standing> {
        match self.rule {
            Rule::PublicService => list.after_the_elected().take(usize::from(list.seats())).collect(),
            Rule::Cse => Vec::new(),
        }
    }

    /// The rule that `basis` names, with its source, under the rules of this contest.
    #[must_use]
    pub fn citation(&self, basis: Basis) -> Citation {
        basis.citation(self.rule)
    }

    /// Seats allocated so far.
    #[must_use]
    pub fn allocated(&self) -> u16 {
        self.lists.iter().map(ListResult::seats).fold(0, u16::saturating_add)
    }

    /// Seats that no list receives: waiting for a draw, or without a candidate or a vote.
    #[must_use]
    pub fn unallocated(&self) -> u16 {
        self.seats.saturating_sub(self.allocated())
    }
}

/// Allocates the seats of a contest. Where lots must be drawn it says so and stops; [`crate::allocate_with_draw`] goes on from there.
#[must_use]
pub fn allocate(contest: &Contest) -> Allocation {
    run(contest, None)
}

/// Allocates to the end with a record that answers the tie; [`crate::allocate_with_draw`] makes sure that it does.
pub(crate) fn allocate_as_drawn(contest: &Contest, draw: &Draw) -> Allocation {
    run(contest, Some(draw))
}

fn run(contest: &Contest, draw: Option<&Draw>) -> Allocation {
    let valid_votes = contest.valid_ballots();
    let seats = seats_to_divide_by(contest);
    let mut result = Allocation {
        rule: contest.rule,
        seats: contest.seats,
        outcome: Outcome::NoValidVote,
        quotient: None,
        lists: contest.lists.iter().map(|l| start(contest, l)).collect(),
        steps: Vec::new(),
    };
    if let Some(quorum) = contest.quorum().filter(|quorum| !quorum.is_reached()) {
        result.outcome = Outcome::QuorumNotReached(quorum);
    } else if valid_votes > 0 && seats > 0 {
        result.quotient = Some(Quotient { valid_votes, seats });
        by_quotient(&mut result.lists, valid_votes, seats);
        result.outcome = by_highest_average(contest, &mut result, draw);
    }
    result
}

fn start(contest: &Contest, list: &List) -> ListResult {
    ListResult {
        name: list.name.clone(),
        ballots: list.ballots,
        votes: list_votes(contest.rule, list),
        limit: list.available().filter(|count| *count < contest.seats),
        by_quotient: 0,
        by_average: 0,
        order: order_of_election(list),
    }
}

/// In the civil service, seats for which nobody stands are not filled by the election and do not lower the quotient (Conseil
/// d'État, 16 juin 1999). The Code du travail divides by all the seats to fill (art. R. 2314-19).
fn seats_to_divide_by(contest: &Contest) -> u16 {
    match contest.rule {
        Rule::PublicService => {
            let candidates = contest.lists.iter().map(|l| l.available().unwrap_or(contest.seats));
            candidates.fold(0, u16::saturating_add).min(contest.seats)
        }
        Rule::Cse => contest.seats,
    }
}

fn by_quotient(lists: &mut [ListResult], valid_votes: u128, seats: u16) {
    for list in lists {
        let times = list.votes.times_quotient(valid_votes, seats);
        let whole = u16::try_from(times).unwrap_or(seats);
        list.by_quotient = list.limit.map_or(whole, |limit| whole.min(limit));
    }
}

fn by_highest_average(contest: &Contest, result: &mut Allocation, draw: Option<&Draw>) -> Outcome {
    while result.unallocated() > 0 {
        let free = result.unallocated();
        let averages = averages(&result.lists);
        let Some(best) = averages.iter().filter_map(|a| a.average).max() else {
            // Lists that have a vote have no candidate left: nothing gives the seat to anybody.
            return Outcome::Complete;
        };
        let tied: Vec<usize> = averages
            .iter()
            .filter(|a| a.average == Some(best))
            .map(|a| a.list)
            .collect();
        let contenders = tied.iter().filter_map(|i| contender(contest, result, *i)).collect();
        let (winner, settled) = match settle(contest, contenders, free, draw) {
            Verdict::Winner(winner, settled) => (winner, settled),
            open => return waiting(&result.lists, open, free),
        };
        let seat = result.allocated() + 1;
        result.steps.push(Step {
            seat,
            averages,
            tied,
            winner,
            average: best,
            settled,
        });
        if let Some(list) = result.lists.get_mut(winner) {
            list.by_average += 1;
        }
    }
    Outcome::Complete
}

fn averages(lists: &[ListResult]) -> Vec<Average> {
    let line = |(list, l): (usize, &ListResult)| Average {
        list,
        seats_before: l.seats(),
        average: l.may_have_more().then(|| l.votes.over_one_more_than(l.seats())),
    };
    lists.iter().enumerate().map(line).collect()
}

fn contender(contest: &Contest, result: &Allocation, index: usize) -> Option<Contender> {
    let (list, state) = (contest.lists.get(index)?, result.lists.get(index)?);
    let next = state.after_the_elected().next();
    let candidate = next.and_then(|standing| list.candidates.get(standing.rank.checked_sub(1)?));
    Some(Contender {
        index,
        votes: state.votes,
        candidates: list.candidate_count,
        next_born: candidate.and_then(|c| c.born),
    })
}

fn waiting(lists: &[ListResult], verdict: Verdict, seats: u16) -> Outcome {
    let names = |indices: Vec<usize>| -> Vec<String> {
        indices
            .into_iter()
            .filter_map(|i| lists.get(i))
            .map(|l| l.name.clone())
            .collect()
    };
    match verdict {
        Verdict::DrawRequired(tied) => Outcome::DrawRequired {
            seats,
            between: names(tied),
        },
        Verdict::Missing(rule, tied) => Outcome::FigureMissing {
            rule,
            seats,
            between: names(tied),
        },
        Verdict::Unsettled(tied) => Outcome::Unsettled {
            seats,
            between: names(tied),
        },
        Verdict::Winner(..) => Outcome::Complete,
    }
}
