//! Every vector of `vectors/seats.json`: real results as published, and synthetic ones for the corners of the law.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use isoloir_seats::json::{Counted, parse};
use isoloir_seats::{
    Candidate, Contest, ContestError, Date, Draw, DrawError, DrawRecord, List, Outcome, Rule, Settled, TieBreak,
    allocate, allocate_with_draw,
};
use serde_json::{Value, json};

const VECTORS: &str = include_str!("../../../vectors/seats.json");

/// Everything that a vector expects stands under the same name in what is published.
fn check(counted: &Counted) {
    let id = &counted.file().id;
    let published = counted.publish(&counted.allocate().unwrap());
    let expected = counted.file().expected.as_ref().unwrap();
    for (name, value) in expected {
        match name.as_str() {
            "elected" => {
                for (list, elected) in value.as_object().unwrap() {
                    assert_eq!(&published["elected"][list], elected, "{id} {list}");
                }
            }
            name => assert_eq!(&published[name], value, "{id} {name}"),
        }
    }
    for name in ["draw", "no_valid_vote"] {
        assert_eq!(published.get(name), expected.get(name), "{id} {name}");
    }
    if expected.get("draw").is_none() && expected.get("no_valid_vote").is_none() {
        assert_eq!(published["outcome"], "complete", "{id}");
    }
}

#[test]
fn every_shared_vector_passes() {
    let vectors = parse(VECTORS).unwrap();
    assert_eq!(vectors.len(), 13);
    vectors.iter().for_each(check);
}

fn chain() -> Vec<TieBreak> {
    vec![TieBreak::Votes, TieBreak::Candidates, TieBreak::Lot]
}

fn drawn(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

fn record(between: &[&str], winners: &[&str]) -> DrawRecord {
    DrawRecord {
        held_on: "2026-12-11".parse().unwrap(),
        place: "Siège de l’académie".into(),
        present: vec!["Mme Roy, présidente".into(), "M. Petit, délégué de la liste A".into()],
        method: "Papiers identiques dans une urne, tirés par la présidente".into(),
        between: drawn(between),
        winners: drawn(winners),
    }
}

fn three_equal_lists() -> Contest {
    let list = |name| List::new(name, 10).with_candidate_count(5);
    Contest::new(Rule::PublicService, 2, chain(), vec![list("A"), list("B"), list("C")]).unwrap()
}

#[test]
fn a_recorded_draw_completes_the_count() {
    let contest = three_equal_lists();
    let expected = Outcome::DrawRequired {
        seats: 2,
        between: drawn(&["A", "B", "C"]),
    };
    assert_eq!(allocate(&contest).outcome, expected);

    let draw = Draw::new(record(&["C", "A", "B"], &["C", "B"])).unwrap();
    let result = allocate_with_draw(&contest, &draw).unwrap();
    assert_eq!(result.outcome, Outcome::Complete);
    assert!(result.steps.iter().all(|s| s.settled == Settled::Lot));
    assert_eq!(["A", "B", "C"].map(|n| result.seats_of(n)), [Some(0), Some(1), Some(1)]);
    assert_eq!(allocate_with_draw(&contest, &draw), Ok(result));
}

#[test]
fn a_record_that_answers_another_tie_is_refused() {
    let contest = three_equal_lists();
    let with = |between: &[&str], winners: &[&str]| {
        allocate_with_draw(&contest, &Draw::new(record(between, winners)).unwrap()).map(|_| ())
    };
    let others = DrawError::OtherLists {
        required: drawn(&["A", "B", "C"]),
    };
    assert_eq!(with(&["A", "B"], &["A", "B"]), Err(others.clone()));
    assert_eq!(with(&["A", "B", "C", "D"], &["A", "B"]), Err(others));
    let seats = |recorded| DrawError::OtherSeats { required: 2, recorded };
    assert_eq!(with(&["A", "B", "C"], &["A"]), Err(seats(1)));
    assert_eq!(with(&["A", "B", "C"], &["A", "B", "C"]), Err(seats(3)));
    let decided = Contest::new(
        Rule::PublicService,
        1,
        chain(),
        vec![List::new("A", 2), List::new("B", 1)],
    )
    .unwrap();
    let draw = Draw::new(record(&["A", "B"], &["B"])).unwrap();
    assert_eq!(allocate_with_draw(&decided, &draw), Err(DrawError::NotRequired));
}

#[test]
fn a_record_says_where_how_and_before_whom() {
    let change = |alter: fn(&mut DrawRecord)| {
        let mut record = record(&["A", "B"], &["A"]);
        alter(&mut record);
        Draw::new(record).unwrap_err()
    };
    assert_eq!(change(|r| r.place = " ".into()), DrawError::Incomplete("place"));
    assert_eq!(change(|r| r.method.clear()), DrawError::Incomplete("method"));
    assert_eq!(change(|r| r.present.clear()), DrawError::Incomplete("present"));
    assert_eq!(
        change(|r| r.present.push(String::new())),
        DrawError::Incomplete("present")
    );
    assert_eq!(change(|r| r.between.push("A".into())), DrawError::Twice("A".into()));
    assert_eq!(change(|r| r.winners.push("A".into())), DrawError::Twice("A".into()));
    assert_eq!(
        change(|r| r.winners = drawn(&["C"])),
        DrawError::WinnerOutside("C".into())
    );
}

#[test]
fn a_tie_goes_to_the_elder_of_the_next_candidates() {
    let born = |name: &str, year| Candidate::new(name).born(Date::new(year, 5, 2).unwrap());
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

fn names(prefix: &str, count: usize) -> Vec<Candidate> {
    (1..=count).map(|i| Candidate::new(&format!("{prefix}{i}"))).collect()
}

#[test]
fn elected_and_substitutes_follow_the_order_of_the_list() {
    let lists = vec![
        List::new("A", 60).with_candidates(names("A", 6)),
        List::new("B", 40).with_candidates(names("B", 3)),
    ];
    let result = allocate(&Contest::new(Rule::PublicService, 5, chain(), lists).unwrap());
    let of = |list: usize| {
        let list = &result.lists[list];
        let plain =
            |standings: Vec<&isoloir_seats::Standing>| standings.iter().map(|s| s.name.clone()).collect::<Vec<_>>();
        (plain(list.elected()), plain(result.substitutes(list)))
    };
    assert_eq!(of(0), (drawn(&["A1", "A2", "A3"]), drawn(&["A4", "A5", "A6"])));
    // Three candidates for two seats: only one is left as a substitute.
    assert_eq!(of(1), (drawn(&["B1", "B2"]), drawn(&["B3"])));
}

/// Vector S11.
#[test]
fn a_first_round_without_its_quorum_elects_nobody() {
    let round = |votes| {
        let lists = vec![List::new("A", votes).with_candidates(names("A", 3))];
        let contest = Contest::new(Rule::Cse, 3, vec![TieBreak::Votes, TieBreak::Elder], lists).unwrap();
        allocate(&contest.first_round_of(201).unwrap())
    };
    assert!(matches!(round(100).outcome, Outcome::QuorumNotReached(quorum) if quorum.needed() == 101));
    assert_eq!((round(100).allocated(), round(101).allocated()), (0, 3));
    let contest = |rule| {
        Contest::new(
            rule,
            3,
            chain(),
            vec![List::new("A", 202).with_candidates(names("A", 3))],
        )
        .unwrap()
    };
    assert_eq!(
        contest(Rule::PublicService).first_round_of(500).unwrap_err(),
        ContestError::NoQuorumHere
    );
    let more = ContestError::MoreBallotsThanVoters {
        registered: 201,
        counted: 202,
    };
    assert_eq!(contest(Rule::Cse).first_round_of(201).unwrap_err(), more);
}

/// Titular and substitute members are elected by two ballots; whoever is elected as a titular member is passed over in the other, and
/// when a list has nobody left the seat goes to the list with the next highest average.
#[test]
fn the_substitutes_ballot_passes_over_elected_titular_members() {
    let ties = || vec![TieBreak::Votes, TieBreak::Elder];
    let a = |first: Candidate| vec![first, Candidate::new("A2")];
    let run = |candidates| {
        let lists = vec![
            List::new("A", 60).with_candidates(candidates),
            List::new("B", 40).with_candidates(names("B", 3)),
        ];
        allocate(&Contest::new(Rule::Cse, 3, ties(), lists).unwrap())
    };
    let plain = run(a(Candidate::new("A1")));
    assert_eq!((plain.seats_of("A"), plain.seats_of("B")), (Some(2), Some(1)));
    let passed_over = run(a(Candidate::new("A1").elected_elsewhere()));
    assert_eq!(
        (passed_over.seats_of("A"), passed_over.seats_of("B")),
        (Some(1), Some(2))
    );
    assert_eq!(passed_over.lists[0].elected()[0].name, "A2");
    assert!(passed_over.substitutes(&passed_over.lists[0]).is_empty());
}

#[test]
fn a_cse_divides_by_all_the_seats_to_fill() {
    let lists = || {
        vec![
            List::new("A", 60).with_candidates(names("A", 2)),
            List::new("B", 30).with_candidates(names("B", 1)),
        ]
    };
    let quotient = |rule| {
        allocate(&Contest::new(rule, 9, chain(), lists()).unwrap())
            .quotient
            .unwrap()
            .to_string()
    };
    assert_eq!(quotient(Rule::Cse), "90/9");
    assert_eq!(quotient(Rule::PublicService), "90/3");
}

#[test]
fn what_is_said_of_others_than_those_who_stand_is_refused() {
    let refused = |more: Value| {
        let mut file =
            json!({"seats": 2, "ties": ["votes", "lot"], "lists": [["A", 3], ["B", 3]], "names": {"A": ["A1", "A2"]}});
        file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        parse(&file.to_string()).err().map(|error| error.to_string())
    };
    assert_eq!(refused(json!({})), None);
    for (wrong, why) in [
        (json!({"candidates": {"C": 2}}), "no list is named C"),
        (
            json!({"born": {"A": {"A3": "1970-01-01"}}}),
            "no candidate of that list is named A3",
        ),
        (
            json!({"born": {"A": {"A1": "1970-02-30"}}}),
            "1970-02-30: write a date as 2026-12-11",
        ),
        (
            json!({"common": {"A": [["X", 60], ["Y", null]]}}),
            "common list A: every organisation has a part, or none",
        ),
        (
            json!({"voters": 7, "blank": 2}),
            "voters are not the lists' ballots and the blank ones",
        ),
        (
            json!({"voters": 5}),
            "the lists have more ballots than there are voters",
        ),
        (
            json!({"voters": 8, "registered": 7}),
            "there are more voters than registered",
        ),
        (
            json!({"first_round": true}),
            "a first round needs the number of registered voters",
        ),
        (
            json!({"valid_ballots": 7}),
            "7 valid ballots are announced, the lists have 6",
        ),
    ] {
        assert_eq!(refused(wrong.clone()).as_deref(), Some(why), "{wrong}");
    }
    assert!(refused(json!({"list": []})).unwrap().contains("unknown field"));
}

#[test]
fn what_is_published_explains_itself_and_is_reproducible() {
    let file = json!({
        "id": "T", "seats": 3, "ties": ["votes", "candidates", "lot"], "lists": [["A", 300], ["B", 300]], "candidates": {"A": 6, "B": 6},
        "common": {"A": [["X", 60], ["Y", 40]]},
        "draw": {"date": "2026-12-11", "place": "Siège", "present": ["Mme Roy"], "method": "Urne", "between": ["B", "A"], "winners": ["B"]},
    });
    let counted = parse(&file.to_string()).unwrap().remove(0);
    let published = counted.publish(&counted.allocate().unwrap());
    assert_eq!(published["seats"], json!({"A": 1, "B": 2}));
    assert_eq!(published["audience"], json!({"A": {"X": "180", "Y": "120"}}));
    let step = &published["steps"][0];
    assert_eq!(
        (&step["list"], &step["average"], &step["tied"]),
        (&json!("B"), &json!("150"), &json!(["A", "B"]))
    );
    assert_eq!(
        step["averages"][0],
        json!({"list": "A", "votes": "300", "divisor": 2, "average": "150"})
    );
    // Written again and read again, the same contest gives the same allocation.
    let again = parse(&serde_json::to_string(counted.file()).unwrap())
        .unwrap()
        .remove(0);
    assert_eq!(again.publish(&again.allocate().unwrap()), published);
}
