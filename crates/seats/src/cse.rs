//! Votes of a list, and the order of its candidates.
//!
//! In the civil service both are plain: ballots, and the order of presentation. In a CSE names may be struck: the list
//! has the average of its candidates' votes (every strike counts), while a candidate's place moves only when the strikes
//! reach 10 % of the list's ballots (Code du travail, art. L. 2314-29).

use crate::contest::{Candidate, List, Rule};
use crate::fraction::Fraction;

/// A candidate's place in the order of election.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Name as on the list.
    pub name: String,
    /// Rank on the list as presented, from 1.
    pub rank: usize,
    /// Ballots that strike the name.
    pub strikes: u64,
    /// Whether the strikes reach 10 % of the list's ballots, and so change the order.
    pub strikes_count: bool,
    /// Ballots for the list, less the strikes that count for the order.
    pub votes_for_order: u64,
    /// Elected already as a titular member, and so passed over here.
    pub elsewhere: bool,
}

/// The votes with which the list takes part in quotient and averages.
pub(crate) fn list_votes(rule: Rule, list: &List) -> Fraction {
    match rule {
        Rule::PublicService => Fraction::whole(list.ballots),
        Rule::Cse => {
            let votes = list
                .candidates
                .iter()
                .map(|c| u128::from(list.ballots.saturating_sub(c.strikes)))
                .sum();
            let candidates = list.candidates.len() as u128;
            Fraction::new(votes, candidates).unwrap_or(Fraction::whole(0))
        }
    }
}

/// The named candidates in the order in which the list's seats go to them.
pub(crate) fn order_of_election(list: &List) -> Vec<Standing> {
    let mut standings: Vec<Standing> = list
        .candidates
        .iter()
        .zip(1..)
        .map(|(c, rank)| standing(c, rank, list.ballots))
        .collect();
    // Stable: candidates with equal votes keep the order of presentation.
    standings.sort_by_key(|s| std::cmp::Reverse(s.votes_for_order));
    standings
}

fn standing(candidate: &Candidate, rank: usize, ballots: u64) -> Standing {
    let strikes = candidate.strikes;
    let strikes_count = strikes > 0 && u128::from(strikes) * 10 >= u128::from(ballots);
    let counted = if strikes_count { strikes } else { 0 };
    let votes_for_order = ballots.saturating_sub(counted);
    Standing {
        name: candidate.name.clone(),
        rank,
        strikes,
        strikes_count,
        votes_for_order,
        elsewhere: candidate.elected_elsewhere,
    }
}
