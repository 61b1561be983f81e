//! Theorems: the two-stage method of the law is D'Hondt's; it is monotone and blind to the order of lists.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use isoloir_seats::{Contest, List, Outcome, Rule, TieBreak, allocate};
use proptest::prelude::*;

fn contest(votes: &[u64], limits: &[u16], seats: u16) -> Contest {
    let list = |(i, v): (usize, &u64)| {
        let list = List::new(&format!("L{i}"), *v);
        limits
            .get(i)
            .map_or(list.clone(), |limit| list.with_candidate_count(*limit))
    };
    let ties = vec![TieBreak::Votes, TieBreak::Candidates, TieBreak::Lot];
    Contest::new(
        Rule::PublicService,
        seats,
        ties,
        votes.iter().enumerate().map(list).collect(),
    )
    .unwrap()
}

fn seats(votes: &[u64], limits: &[u16], n: u16) -> Vec<u16> {
    allocate(&contest(votes, limits, n))
        .lists
        .iter()
        .map(|l| l.seats())
        .collect()
}

/// D'Hondt by its definition: the `n` greatest of all v/1, v/2, v/3...; `None` when the cut falls in a tie.
fn dhondt(votes: &[u64], n: u16) -> Option<Vec<u16>> {
    let mut all: Vec<(u128, u128, usize)> = Vec::new();
    for (i, v) in votes.iter().enumerate().filter(|(_, v)| **v > 0) {
        all.extend((1..=u128::from(n) + 1).map(|d| (u128::from(*v), d, i)));
    }
    all.sort_by(|(a, b, _), (c, d, _)| (c * b).cmp(&(a * d)));
    let (last, next) = (all.get(usize::from(n) - 1)?, all.get(usize::from(n))?);
    if last.0 * next.1 == next.0 * last.1 {
        return None;
    }
    let mut seats = vec![0; votes.len()];
    all.iter().take(usize::from(n)).for_each(|(_, _, i)| seats[*i] += 1);
    Some(seats)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn equals_dhondt(votes in prop::collection::vec(0u64..2_000_000, 1..12), n in 1u16..40) {
        if let Some(expected) = dhondt(&votes, n) {
            prop_assert_eq!(seats(&votes, &[], n), expected);
        }
    }

    #[test]
    fn small_numbers_with_many_ties_equal_dhondt_where_it_is_decided(
        votes in prop::collection::vec(0u64..12, 1..6), n in 1u16..12,
    ) {
        if let Some(expected) = dhondt(&votes, n) {
            prop_assert_eq!(seats(&votes, &[], n), expected);
        }
    }

    #[test]
    fn one_more_seat_takes_none_away(
        votes in prop::collection::vec(0u64..30, 1..6), limits in prop::collection::vec(0u16..8, 6), n in 1u16..15,
    ) {
        let (fewer, more) = (seats(&votes, &limits, n), seats(&votes, &limits, n + 1));
        prop_assert!(fewer.iter().zip(&more).all(|(f, m)| f <= m), "{fewer:?} {more:?}");
    }

    #[test]
    fn the_order_of_lists_changes_nothing(
        lists in prop::collection::vec((0u64..30, 0u16..8), 1..6), n in 1u16..15, turn in 0usize..6,
    ) {
        let split = |l: &[(u64, u16)]| -> (Vec<u64>, Vec<u16>) { l.iter().copied().unzip() };
        let mut turned = lists.clone();
        turned.rotate_left(turn % lists.len());
        turned.reverse();
        let ((v, c), (tv, tc)) = (split(&lists), split(&turned));
        let mut back = seats(&tv, &tc, n);
        back.reverse();
        back.rotate_right(turn % lists.len());
        prop_assert_eq!(seats(&v, &c, n), back);
    }

    #[test]
    fn nothing_is_invented(
        votes in prop::collection::vec(0u64..30, 1..6), limits in prop::collection::vec(0u16..8, 6), n in 1u16..15,
    ) {
        let result = allocate(&contest(&votes, &limits, n));
        let given = result.lists.iter().map(|l| l.seats()).sum::<u16>();
        prop_assert!(given <= n);
        prop_assert!(result.lists.iter().zip(&limits).all(|(l, limit)| l.seats() <= *limit));
        let waiting = match &result.outcome {
            Outcome::DrawRequired { seats, between } => {
                prop_assert!(between.len() > usize::from(*seats));
                *seats
            }
            _ => 0,
        };
        let reachable: u16 = votes.iter().zip(&limits).filter(|(v, _)| **v > 0).map(|(_, l)| *l).sum();
        prop_assert_eq!(given + waiting, n.min(reachable));
    }
}
