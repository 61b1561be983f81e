//! Theorem: the order in which lists stand changes no seat, and no tie.
#![no_main]

use std::collections::{BTreeMap, BTreeSet};

use isoloir_seats::{Contest, List, Outcome, Rule, TieBreak, allocate};
use libfuzzer_sys::fuzz_target;

fn run(lists: &[(String, u8, u8)], seats: u16) -> Option<(BTreeMap<String, u16>, BTreeSet<String>)> {
    let ties = vec![TieBreak::Votes, TieBreak::Candidates, TieBreak::Lot];
    let contenders = lists.iter().map(|(name, votes, limit)| List::new(name, u64::from(*votes)).with_candidate_count(u16::from(*limit)));
    let allocation = allocate(&Contest::new(Rule::PublicService, seats, ties, contenders.collect()).ok()?);
    let tied = match &allocation.outcome {
        Outcome::DrawRequired { between, .. } => between.iter().cloned().collect(),
        _ => BTreeSet::new(),
    };
    Some((allocation.lists.iter().map(|list| (list.name.clone(), list.seats())).collect(), tied))
}

fuzz_target!(|input: (Vec<(u8, u8)>, u8, u8)| {
    let (figures, seats, turn) = input;
    if figures.is_empty() || figures.len() > 12 {
        return;
    }
    let lists: Vec<(String, u8, u8)> = figures.iter().enumerate().map(|(i, (v, l))| (format!("L{i}"), *v, *l)).collect();
    let mut turned = lists.clone();
    turned.rotate_left(usize::from(turn) % lists.len());
    if turn % 2 == 1 {
        turned.reverse();
    }
    let seats = u16::from(seats) + 1;
    assert_eq!(run(&lists, seats), run(&turned, seats));
});
