//! Theorems of the drawing of lots: a record that answers the tie completes the count, gives each winner one seat and changes nothing
//! else; any other record is refused.
#![no_main]

use std::collections::BTreeSet;

use isoloir_seats::{Contest, Draw, DrawRecord, List, Outcome, Rule, TieBreak, allocate, allocate_with_draw};
use libfuzzer_sys::fuzz_target;

fn record(between: Vec<String>, winners: Vec<String>) -> Option<Draw> {
    let held_on = "2026-12-11".parse().ok()?;
    let (place, method, present) = ("Paris".into(), "Urne".into(), vec!["La présidente".into()]);
    Draw::new(DrawRecord { held_on, place, present, method, between, winners }).ok()
}

fuzz_target!(|input: (Vec<u8>, u8, Vec<u8>, Vec<u8>)| {
    let (votes, seats, between, winners) = input;
    if votes.is_empty() || votes.len() > 8 {
        return;
    }
    // Few different figures: ties are the rule.
    let lists = votes.iter().enumerate().map(|(i, v)| List::new(&format!("L{i}"), u64::from(*v % 3)).with_candidate_count(300));
    let ties = vec![TieBreak::Votes, TieBreak::Candidates, TieBreak::Lot];
    let Ok(contest) = Contest::new(Rule::PublicService, u16::from(seats) + 1, ties, lists.collect()) else { return };
    let name = |n: &u8| format!("L{}", usize::from(*n) % votes.len());
    let Some(draw) = record(between.iter().map(name).collect(), winners.iter().map(name).collect()) else { return };
    let before = allocate(&contest);
    let answers = match &before.outcome {
        Outcome::DrawRequired { seats, between } => {
            let recorded: BTreeSet<&String> = draw.between().iter().collect();
            recorded == between.iter().collect() && draw.winners().len() == usize::from(*seats)
        }
        _ => false,
    };
    match allocate_with_draw(&contest, &draw) {
        Ok(after) => {
            assert!(answers && after.outcome == Outcome::Complete);
            for (a, b) in after.lists.iter().zip(&before.lists) {
                assert_eq!(a.seats(), b.seats() + u16::from(draw.winners().contains(&a.name)));
            }
        }
        Err(_) => assert!(!answers),
    }
});
