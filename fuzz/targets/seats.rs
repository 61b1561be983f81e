//! Theorems of the allocation: never more seats than offered, never more than candidates, monotone in the number of seats,
//! and independent of the order of the lists.
#![no_main]

use isoloir_seats::{Contest, List, Outcome, Rule, TieBreak, allocate};
use libfuzzer_sys::fuzz_target;

fn seats_of(votes: &[u16], seats: u16, reversed: bool) -> Option<Vec<u16>> {
    let ties = vec![TieBreak::Votes, TieBreak::Candidates, TieBreak::Lot];
    let mut lists: Vec<List> = votes.iter().enumerate().map(|(i, &v)| List::new(&format!("L{i}"), u64::from(v))).collect();
    if reversed {
        lists.reverse();
    }
    let allocation = allocate(&Contest::new(Rule::PublicService, seats, ties, lists).ok()?);
    (allocation.outcome == Outcome::Complete)
        .then(|| (0..votes.len()).map(|i| allocation.seats_of(&format!("L{i}")).unwrap_or(0)).collect())
}

fuzz_target!(|input: (Vec<u16>, u8)| {
    let (votes, seats) = input;
    let seats = u16::from(seats) + 1;
    if votes.is_empty() || votes.len() > 12 {
        return;
    }
    let Some(result) = seats_of(&votes, seats, false) else { return };
    assert_eq!(result.iter().sum::<u16>(), seats);
    assert_eq!(Some(&result), seats_of(&votes, seats, true).as_ref(), "order of the lists");
    if let Some(more) = seats_of(&votes, seats + 1, false) {
        assert!(result.iter().zip(&more).all(|(a, b)| a <= b), "nobody loses a seat when one is added");
    }
});
