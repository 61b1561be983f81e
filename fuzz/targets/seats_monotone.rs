//! Theorems: one more seat takes none from any list; one more vote for a list takes no seat from it.
#![no_main]

use isoloir_seats::{Contest, List, Rule, TieBreak, allocate};
use libfuzzer_sys::fuzz_target;

fn seats_of(lists: &[(u32, u8)], seats: u16) -> Vec<u16> {
    let ties = vec![TieBreak::Votes, TieBreak::Candidates, TieBreak::Lot];
    let contenders = lists.iter().enumerate();
    let contenders = contenders.map(|(i, (votes, limit))| List::new(&format!("L{i}"), u64::from(*votes)).with_candidate_count(u16::from(*limit)));
    Contest::new(Rule::PublicService, seats, ties, contenders.collect())
        .map(|contest| allocate(&contest).lists.iter().map(|list| list.seats()).collect())
        .unwrap_or_default()
}

fuzz_target!(|input: (Vec<(u16, u8)>, u8, u8, u8)| {
    let (figures, seats, place, more) = input;
    if figures.is_empty() || figures.len() > 12 {
        return;
    }
    let lists: Vec<(u32, u8)> = figures.iter().map(|(votes, limit)| (u32::from(*votes), *limit)).collect();
    let seats = u16::from(seats) + 1;
    let before = seats_of(&lists, seats);
    let with_a_seat = seats_of(&lists, seats + 1);
    assert!(before.iter().zip(&with_a_seat).all(|(a, b)| a <= b), "one more seat: {before:?} {with_a_seat:?}");
    let place = usize::from(place) % lists.len();
    let mut raised = lists;
    raised[place].0 += u32::from(more) + 1;
    let with_votes = seats_of(&raised, seats);
    assert!(before[place] <= with_votes[place], "more votes: {before:?} {with_votes:?}");
});
