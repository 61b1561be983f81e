//! Equal averages: the chain of rules of the contest is applied link by link until one list remains.

use crate::contest::{Contest, TieBreak};
use crate::date::Date;
use crate::draw::Draw;
use crate::fraction::Fraction;

/// What gave a seat to its list in one step of the highest averages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The highest average was one list's alone.
    Average,
    /// Equal averages; one list had more votes.
    Votes,
    /// Equal averages; one list had more candidates.
    Candidates,
    /// Equal averages; one list's next candidate was the elder.
    Elder,
    /// Equal averages; lots were drawn and recorded.
    Lot,
    /// Equal averages, but every tied list receives a seat: the order among them changes nothing.
    EnoughSeats,
}

/// A list in the running for the seat of this step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contender {
    pub index: usize,
    pub votes: Fraction,
    pub candidates: Option<u16>,
    /// Birth date of the candidate whom the seat would elect.
    pub next_born: Option<Date>,
}

/// How the chain ends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Winner(usize, Settled),
    /// The rule that would decide lacks a figure for one of these lists.
    Missing(TieBreak, Vec<usize>),
    DrawRequired(Vec<usize>),
    /// The chain is over, no rule separates these lists.
    Unsettled(Vec<usize>),
}

/// Chooses among lists of equal average, when `free` seats remain.
pub(crate) fn settle(contest: &Contest, tied: Vec<Contender>, free: u16, drawn: Option<&Draw>) -> Verdict {
    let mut left = tied;
    if let [only] = left.as_slice() {
        return Verdict::Winner(only.index, Settled::Average);
    }
    for link in &contest.ties {
        let (kept, by) = match link {
            TieBreak::Votes => (keep_best(&left, |c| Some(c.votes)), Settled::Votes),
            TieBreak::Candidates => (keep_best(&left, |c| c.candidates), Settled::Candidates),
            TieBreak::Elder => (keep_best(&left, |c| c.next_born.map(std::cmp::Reverse)), Settled::Elder),
            TieBreak::Lot => return draw(contest, &left, free, drawn),
        };
        let Some(kept) = kept else {
            return enough_or(&left, free, |lists| Verdict::Missing(*link, lists));
        };
        if let [only] = kept.as_slice() {
            return Verdict::Winner(only.index, by);
        }
        left = kept;
    }
    enough_or(&left, free, Verdict::Unsettled)
}

/// Those with the greatest figure; `None` when a figure is unknown.
fn keep_best<K: Ord + Copy>(left: &[Contender], figure: impl Fn(&Contender) -> Option<K>) -> Option<Vec<Contender>> {
    let figures: Option<Vec<K>> = left.iter().map(&figure).collect();
    let best = figures?.into_iter().max();
    Some(left.iter().copied().filter(|c| figure(c) == best).collect())
}

fn enough_or(left: &[Contender], free: u16, otherwise: impl FnOnce(Vec<usize>) -> Verdict) -> Verdict {
    match left.first() {
        Some(first) if left.len() <= usize::from(free) => Verdict::Winner(first.index, Settled::EnoughSeats),
        _ => otherwise(left.iter().map(|c| c.index).collect()),
    }
}

/// Looks the next winner up in the recorded draw, in the contest's order: which winner is served first changes nothing. Once one is
/// served, there are still fewer seats than lists: every seat of the draw comes through here, and no list twice.
fn draw(contest: &Contest, left: &[Contender], free: u16, drawn: Option<&Draw>) -> Verdict {
    let won = |index: &&usize| {
        let name = contest.lists.get(**index).map(|list| &list.name);
        drawn.is_some_and(|record| name.is_some_and(|name| record.winners().contains(name)))
    };
    enough_or(left, free, |lists| match lists.iter().find(won).copied() {
        Some(winner) => Verdict::Winner(winner, Settled::Lot),
        None => Verdict::DrawRequired(lists),
    })
}
