//! Every vector of `vectors/seats.json`: real results as published, and synthetic ones for the corners of the law.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use isoloir_seats::{
    Allocation, BirthDate, Candidate, Contest, ContestError, Draw, Fraction, List, Outcome, Rule, Settled, TieBreak,
    allocate,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    id: String,
    #[serde(default)]
    #[allow(dead_code)]
    name: String,
    rule: Option<String>,
    seats: u16,
    ties: Vec<String>,
    lists: Vec<(String, u64)>,
    #[serde(default)]
    candidates: BTreeMap<String, u16>,
    #[serde(default)]
    strikes: BTreeMap<String, Vec<(String, u64)>>,
    valid_ballots: Option<u64>,
    #[allow(dead_code)]
    registered: Option<u64>,
    voters: Option<u64>,
    blank: Option<u64>,
    expected: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    quotient: Option<String>,
    seats: Option<BTreeMap<String, u16>>,
    by_quotient: Option<BTreeMap<String, u16>>,
    by_average_in_order: Option<Vec<(String, String)>>,
    average_votes: Option<BTreeMap<String, String>>,
    elected: Option<BTreeMap<String, Vec<String>>>,
    draw: Option<ExpectedDraw>,
    #[serde(default)]
    no_valid_vote: bool,
}

#[derive(Deserialize)]
struct ExpectedDraw {
    seats: u16,
    between: Vec<String>,
}

fn tie(name: &str) -> TieBreak {
    match name {
        "votes" => TieBreak::Votes,
        "candidates" => TieBreak::Candidates,
        "elder" => TieBreak::Elder,
        "lot" => TieBreak::Lot,
        other => panic!("unknown tie rule {other}"),
    }
}

fn contest(v: &Vector) -> Contest {
    let rule = match v.rule.as_deref() {
        None => Rule::PublicService,
        Some("cse") => Rule::Cse,
        Some(other) => panic!("unknown rule {other}"),
    };
    let list = |(name, votes): &(String, u64)| {
        let list = List::new(name, *votes);
        if let Some(strikes) = v.strikes.get(name) {
            list.with_candidates(strikes.iter().map(|(c, n)| Candidate::new(c).struck(*n)).collect())
        } else if let Some(count) = v.candidates.get(name) {
            list.with_candidate_count(*count)
        } else {
            list
        }
    };
    let ties = v.ties.iter().map(|t| tie(t)).collect();
    let contest = Contest::new(rule, v.seats, ties, v.lists.iter().map(list).collect()).unwrap();
    match (v.valid_ballots, v.voters, v.blank) {
        (Some(valid), _, _) => contest.with_valid_ballots(valid).unwrap(),
        (None, Some(voters), Some(blank)) => contest.with_valid_ballots(voters - blank).unwrap(),
        _ => contest,
    }
}

fn fraction(text: &str) -> Fraction {
    let (n, d) = text.split_once('/').unwrap_or((text, "1"));
    Fraction::new(n.parse().unwrap(), d.parse().unwrap()).unwrap()
}

fn seats(result: &Allocation) -> BTreeMap<String, u16> {
    result
        .lists
        .iter()
        .filter(|l| l.seats() > 0)
        .map(|l| (l.name.clone(), l.seats()))
        .collect()
}

fn check(v: &Vector, result: &Allocation) {
    let id = &v.id;
    let e = &v.expected;
    match (&e.draw, e.no_valid_vote) {
        (Some(draw), _) => {
            let expected = Outcome::DrawRequired {
                seats: draw.seats,
                between: draw.between.clone(),
            };
            assert_eq!(result.outcome, expected, "{id}");
        }
        (None, true) => assert_eq!(result.outcome, Outcome::NoValidVote, "{id}"),
        (None, false) => assert_eq!(result.outcome, Outcome::Complete, "{id}"),
    }
    if let Some(quotient) = &e.quotient {
        assert_eq!(&result.quotient.unwrap().to_string(), quotient, "{id}");
    }
    assert_eq!(seats(result), e.seats.clone().unwrap_or_default(), "{id}");
    for (name, expected) in e.by_quotient.iter().flatten() {
        assert_eq!(
            result.lists.iter().find(|l| &l.name == name).unwrap().by_quotient,
            *expected,
            "{id} {name}"
        );
    }
    if let Some(order) = &e.by_average_in_order {
        let steps: Vec<_> = result
            .steps
            .iter()
            .map(|s| (result.lists[s.winner].name.clone(), s.average))
            .collect();
        let order: Vec<_> = order
            .iter()
            .map(|(name, average)| (name.clone(), fraction(average)))
            .collect();
        assert_eq!(steps, order, "{id}");
    }
    for (name, votes) in e.average_votes.iter().flatten() {
        let list = result.lists.iter().find(|l| &l.name == name).unwrap();
        assert_eq!(list.votes.to_string(), *votes, "{id} {name}");
    }
    for (name, elected) in e.elected.iter().flatten() {
        assert_eq!(
            &result.lists.iter().find(|l| &l.name == name).unwrap().elected(),
            elected,
            "{id} {name}"
        );
    }
}

#[test]
fn every_shared_vector_passes() {
    let file: File = serde_json::from_str(include_str!("../../../vectors/seats.json")).unwrap();
    assert_eq!(file.vectors.len(), 13);
    for vector in &file.vectors {
        check(vector, &allocate(&contest(vector)));
    }
}

fn chain() -> Vec<TieBreak> {
    vec![TieBreak::Votes, TieBreak::Candidates, TieBreak::Lot]
}

fn drawn(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[test]
fn a_recorded_draw_completes_the_count() {
    let lists = || vec![List::new("A", 10), List::new("B", 10), List::new("C", 10)];
    let lists = || lists().into_iter().map(|l| l.with_candidate_count(5)).collect();
    let open = Contest::new(Rule::PublicService, 2, chain(), lists()).unwrap();
    let expected = Outcome::DrawRequired {
        seats: 2,
        between: drawn(&["A", "B", "C"]),
    };
    assert_eq!(allocate(&open).outcome, expected);

    let draw = Draw {
        between: drawn(&["C", "A", "B"]),
        winners: drawn(&["C", "B"]),
    };
    let result = allocate(&open.clone().with_draw(draw).unwrap());
    assert_eq!(result.outcome, Outcome::Complete);
    assert!(result.steps.iter().all(|s| s.settled == Settled::Lot) && !result.unused_draw);
    assert_eq!(["A", "B", "C"].map(|n| result.seats_of(n)), [Some(0), Some(1), Some(1)]);

    let short = Draw {
        between: drawn(&["A", "B"]),
        winners: drawn(&["A", "B"]),
    };
    let result = allocate(&open.clone().with_draw(short).unwrap());
    assert_eq!(result.outcome, expected);
    assert!(result.unused_draw);
    let foreign = Draw {
        between: drawn(&["A", "X"]),
        winners: drawn(&["A"]),
    };
    assert_eq!(open.with_draw(foreign).unwrap_err(), ContestError::BadDraw);
}

#[test]
fn a_tie_goes_to_the_elder_of_the_next_candidates() {
    let born = |name: &str, year| Candidate::new(name).born(BirthDate { year, month: 5, day: 2 });
    let a = List::new("A", 30).with_candidates(vec![born("A1", 1950), born("A2", 1990)]);
    let b = List::new("B", 30).with_candidates(vec![born("B1", 1980), born("B2", 1970)]);
    let ties = vec![TieBreak::Votes, TieBreak::Elder];
    let result = allocate(&Contest::new(Rule::Cse, 3, ties.clone(), vec![a.clone(), b]).unwrap());
    assert_eq!((result.seats_of("A"), result.seats_of("B")), (Some(1), Some(2)));
    assert_eq!(result.steps.last().unwrap().settled, Settled::Elder);

    let unknown = List::new("B", 30).with_candidates(vec![born("B1", 1980), Candidate::new("B2")]);
    let result = allocate(&Contest::new(Rule::Cse, 3, ties, vec![a, unknown]).unwrap());
    let expected = Outcome::FigureMissing {
        rule: TieBreak::Elder,
        seats: 1,
        between: drawn(&["A", "B"]),
    };
    assert_eq!(result.outcome, expected);
}

#[test]
fn a_chain_without_a_draw_leaves_the_seat_open() {
    let lists = vec![List::new("A", 10), List::new("B", 10)];
    let result = allocate(&Contest::new(Rule::PublicService, 1, vec![TieBreak::Votes], lists).unwrap());
    assert_eq!(
        result.outcome,
        Outcome::Unsettled {
            seats: 1,
            between: drawn(&["A", "B"])
        }
    );
    assert_eq!(result.unallocated(), 1);
}

#[test]
fn without_strikes_the_average_of_s9_is_a_tie_won_by_votes() {
    let names = |p: &str| (1..=4).map(|i| Candidate::new(&format!("{p}{i}"))).collect();
    let lists = vec![
        List::new("A", 60).with_candidates(names("A")),
        List::new("B", 40).with_candidates(names("B")),
    ];
    let ties = vec![TieBreak::Votes, TieBreak::Elder];
    let result = allocate(&Contest::new(Rule::Cse, 4, ties, lists).unwrap());
    assert_eq!((result.seats_of("A"), result.seats_of("B")), (Some(3), Some(1)));
}

#[test]
fn seats_without_a_candidate_do_not_lower_the_quotient() {
    let lists = vec![
        List::new("A", 60).with_candidate_count(2),
        List::new("B", 30).with_candidate_count(1),
    ];
    let result = allocate(&Contest::new(Rule::PublicService, 9, chain(), lists).unwrap());
    assert_eq!(result.quotient.unwrap().to_string(), "90/3");
    assert_eq!(
        (result.seats_of("A"), result.seats_of("B"), result.unallocated()),
        (Some(2), Some(1), 6)
    );
}

#[test]
fn a_list_without_a_vote_never_has_a_seat() {
    let lists = vec![
        List::new("A", 5).with_candidate_count(1),
        List::new("B", 0).with_candidate_count(4),
    ];
    let result = allocate(&Contest::new(Rule::PublicService, 3, chain(), lists).unwrap());
    assert_eq!(
        (result.outcome.clone(), result.seats_of("B"), result.unallocated()),
        (Outcome::Complete, Some(0), 2)
    );
}

#[test]
fn no_list_at_all_is_no_valid_vote() {
    let result = allocate(&Contest::new(Rule::PublicService, 3, chain(), vec![]).unwrap());
    assert_eq!(
        (result.outcome.clone(), result.quotient, result.unallocated()),
        (Outcome::NoValidVote, None, 3)
    );
}

#[test]
fn impossible_figures_are_refused() {
    let new = |rule, seats, lists| Contest::new(rule, seats, chain(), lists).map(|_| ());
    assert_eq!(new(Rule::PublicService, 0, vec![]), Err(ContestError::NoSeat));
    let twice = vec![List::new("A", 1), List::new("A", 2)];
    assert_eq!(
        new(Rule::PublicService, 1, twice),
        Err(ContestError::DuplicateList("A".into()))
    );
    assert_eq!(
        new(Rule::Cse, 1, vec![List::new("A", 1)]),
        Err(ContestError::NoCandidate("A".into()))
    );
    let struck = |n| vec![List::new("A", 5).with_candidates(vec![Candidate::new("A1").struck(n)])];
    assert!(matches!(
        new(Rule::Cse, 1, struck(6)),
        Err(ContestError::TooManyStrikes { .. })
    ));
    assert!(matches!(
        new(Rule::PublicService, 1, struck(1)),
        Err(ContestError::StrikesNotAllowed(_))
    ));
    let contest = Contest::new(Rule::PublicService, 1, chain(), vec![List::new("A", 5)]).unwrap();
    assert!(matches!(
        contest.with_valid_ballots(6),
        Err(ContestError::BallotsDiffer {
            announced: 6,
            counted: 5
        })
    ));
}
