//! Theorem: quotient, then highest averages, is D'Hondt's method under caps: the greatest of all v/1, v/2, … v/limit, wherever the cut
//! falls between two different ones. Never more seats than offered, never more than candidates.
#![no_main]

use isoloir_seats::{Contest, List, Outcome, Rule, TieBreak, allocate};
use libfuzzer_sys::fuzz_target;

/// `None` when the cut falls in a tie.
fn dhondt(lists: &[(u16, u8)], seats: u16) -> Option<Vec<u16>> {
    let mut all: Vec<(u64, u64, usize)> = Vec::new();
    for (place, (votes, limit)) in lists.iter().enumerate().filter(|(_, (votes, _))| *votes > 0) {
        all.extend((1..=u64::from(*limit).min(u64::from(seats) + 1)).map(|divisor| (u64::from(*votes), divisor, place)));
    }
    all.sort_by(|(a, b, _), (c, d, _)| (c * b).cmp(&(a * d)));
    let cut = usize::from(seats).min(all.len());
    if let (Some(last), Some(next)) = (all[..cut].last(), all.get(cut))
        && last.0 * next.1 == next.0 * last.1
    {
        return None;
    }
    let mut given = vec![0; lists.len()];
    all[..cut].iter().for_each(|(_, _, place)| given[*place] += 1);
    Some(given)
}

fuzz_target!(|input: (Vec<(u16, u8)>, u8)| {
    let (lists, seats) = input;
    let seats = u16::from(seats) + 1;
    if lists.len() > 12 {
        return;
    }
    let contenders = lists.iter().enumerate();
    let contenders = contenders.map(|(i, (votes, limit))| List::new(&format!("L{i}"), u64::from(*votes)).with_candidate_count(u16::from(*limit)));
    let ties = vec![TieBreak::Votes, TieBreak::Candidates, TieBreak::Lot];
    let Ok(contest) = Contest::new(Rule::PublicService, seats, ties, contenders.collect()) else { return };
    let allocation = allocate(&contest);
    let given: Vec<u16> = allocation.lists.iter().map(|list| list.seats()).collect();
    assert!(given.iter().zip(&lists).all(|(seats, (_, limit))| *seats <= u16::from(*limit)), "a seat without a candidate");
    assert!(given.iter().map(|n| u32::from(*n)).sum::<u32>() <= u32::from(seats), "more seats than offered");
    if let Some(expected) = dhondt(&lists, seats) {
        assert!(matches!(allocation.outcome, Outcome::Complete | Outcome::NoValidVote), "{:?}", allocation.outcome);
        assert_eq!(given, expected);
    }
});
