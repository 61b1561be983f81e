//! Theorems: the two-stage method of the law is D'Hondt's; it is monotone in seats and in votes, and blind to the order of lists; a
//! recorded draw gives the seats that waited, to the lists that waited, and changes nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use isoloir_seats::{Contest, Draw, DrawRecord, List, Outcome, Rule, TieBreak, allocate, allocate_with_draw};
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

    #[test]
    fn more_votes_for_a_list_take_no_seat_from_it(
        votes in prop::collection::vec(0u64..30, 1..6), limits in prop::collection::vec(0u16..8, 6), n in 1u16..15,
        place in 0usize..6, more in 1u64..20,
    ) {
        let place = place % votes.len();
        let mut raised = votes.clone();
        raised[place] += more;
        let (before, after) = (seats(&votes, &limits, n), seats(&raised, &limits, n));
        prop_assert!(before[place] <= after[place], "{before:?} {after:?}");
    }

    #[test]
    fn a_draw_gives_what_waited_and_nothing_else(
        votes in prop::collection::vec(0u64..4, 1..6), n in 1u16..12, turn in 0usize..6,
    ) {
        let limits = vec![20; votes.len()];
        let contest = contest(&votes, &limits, n);
        let before = allocate(&contest);
        if let Outcome::DrawRequired { seats, between } = &before.outcome {
            let mut order = between.clone();
            order.rotate_left(turn % between.len());
            let record = |winners: &[String]| Draw::new(DrawRecord {
                held_on: "2026-12-11".parse().unwrap(),
                place: "Paris".into(),
                present: vec!["La présidente".into()],
                method: "Urne".into(),
                between: between.clone(),
                winners: winners.to_vec(),
            }).unwrap();
            let winners = &order[..usize::from(*seats)];
            let after = allocate_with_draw(&contest, &record(winners)).unwrap();
            prop_assert_eq!(&after.outcome, &Outcome::Complete);
            for (b, a) in before.lists.iter().zip(&after.lists) {
                prop_assert_eq!(a.seats() - b.seats(), u16::from(winners.contains(&a.name)));
            }
            prop_assert!(allocate_with_draw(&contest, &record(&winners[1..])).is_err());
        } else {
            prop_assert_eq!(before.unallocated() > 0, before.outcome == Outcome::NoValidVote);
        }
    }
}
