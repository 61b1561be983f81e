//! What is wrong with a list, case by case; the dates of filing; the lot of the display order, with a vector that anybody can compute again.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use std::collections::{BTreeMap, BTreeSet};

use isoloir_domain::candidacy::{
    Actor, Case, FiledList, FilingPhase, Finding, OtherList, Standing, State, Weight, check, corrects_only,
    filing_dates,
};
use isoloir_domain::count_rules::{BallotKind, Shares, UnionPart};
use isoloir_domain::display_order::{OrderError, OrderRecord, commitment, order};
use isoloir_domain::{Calendar, CountRules, Election, Policy, Profile, Sex};
use jiff::{SignedDuration, Timestamp};

/// Computed by hand with another program (Python’s hashlib) from the rule written in `display_order`.
const VECTOR: [&str; 4] = ["UAP", "SLE", "AVP", "ESP"];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn list(sexes: &str) -> FiledList {
    let candidates = (1..).zip(sexes.chars()).map(|(n, sex)| Standing {
        number: format!("M{n}"),
        last_name: format!("Nom{n}"),
        first_name: "Prénom".to_owned(),
        sex: Sex::from_letter(&sex.to_string()),
        born: None,
    });
    FiledList {
        name: "Union des agents publics".to_owned(),
        acronym: "UAP".to_owned(),
        unions: Vec::new(),
        candidates: candidates.collect(),
    }
}

/// A case in which everything is as it should be, of an election of `seats` seats.
struct World {
    profile: Profile,
    policy: Policy,
    election: Election,
    declared: BTreeSet<String>,
    roll: BTreeMap<String, (String, String)>,
}

impl World {
    fn new(profile: Profile, seats: u32, women: u32, men: u32) -> World {
        let people = (1..40).map(|n| (format!("M{n}"), (format!("NOM{n}"), "Prenom".to_owned())));
        let roll: BTreeMap<_, _> = people.collect();
        World {
            profile,
            policy: Policy::default(),
            election: Election {
                id: "NkHrZ7QCf3Nf3h".parse().unwrap(),
                consultation: "essai".parse().unwrap(),
                key: "csa".to_owned(),
                title: "CSA".to_owned(),
                seats,
                position: 1,
                count: CountRules {
                    shares: Some(Shares {
                        women,
                        men,
                        dated: "2026-01-01".parse().unwrap(),
                    }),
                    ..CountRules::default()
                },
            },
            declared: roll.keys().cloned().collect(),
            roll,
        }
    }

    fn findings(&self, list: &FiledList, others: &[OtherList<'_>]) -> Vec<Finding> {
        check(&Case {
            profile: self.profile,
            policy: &self.policy,
            election: &self.election,
            union: "uap",
            list,
            shown: (true, true),
            declared: &self.declared,
            roll: &self.roll,
            others,
        })
    }

    fn codes(&self, list: &FiledList) -> Vec<&'static str> {
        self.findings(list, &[]).iter().map(|one| one.problem.code()).collect()
    }
}

#[test]
fn a_complete_list_has_nothing_wrong_with_it_and_names_are_compared_without_accents() {
    let world = World::new(Profile::Cgfp2024, 2, 50, 50);
    assert_eq!(world.codes(&list("FHFH")), [""; 0]);
    assert_eq!(world.codes(&list("FHF")), ["list_incomplete"]);
    assert_eq!(world.codes(&list("FHFHF")), ["too_many_candidates"]);
    assert_eq!(world.codes(&list("")), ["list_without_candidate"]);
}

#[test]
fn a_list_has_as_many_candidates_as_the_consultation_says() {
    let mut world = World::new(Profile::Decree2011, 3, 50, 50);
    world.policy.candidates.least_percent = Some(67);
    assert_eq!(
        world.codes(&list("FHFH")),
        ["too_few_candidates"],
        "67 % of six are five"
    );
    assert_eq!(world.codes(&list("FHFHF")), ["list_incomplete"]);
    world.policy.candidates.for_each_seat = Some(1);
    assert_eq!(world.codes(&list("FHF")), [""; 0]);
}

#[test]
fn the_civil_service_rounds_a_share_down_or_up() {
    let world = World::new(Profile::Cgfp2024, 5, 66, 34);
    // 66 % of ten are 6.6.
    assert_eq!(world.codes(&list("FFFFFFHHHH")), [""; 0]);
    assert_eq!(world.codes(&list("FFFFFFFHHH")), [""; 0]);
    assert_eq!(world.codes(&list("FFFFFHHHHH")), ["shares_not_met"]);
    let stops = world.findings(&list("FFFFFFFFHH"), &[]);
    assert_eq!(
        (stops[0].weight, stops[0].problem.actor()),
        (Weight::Acceptance, Actor::Delegate)
    );
    assert!(stops[0].problem.message().fr.contains("de 6 à 7"));
}

#[test]
fn a_cse_rounds_to_the_nearest_and_alternates_and_stops_nothing() {
    let mut world = World::new(Profile::Cse, 5, 66, 34);
    world.election.count.ties = Some(vec![isoloir_domain::count_rules::Tie::Lot]);
    // 66 % of five are 3.3: three women.
    assert_eq!(world.codes(&list("FHFHF")), [""; 0]);
    assert_eq!(world.codes(&list("FFHHF")), ["sexes_not_alternate"]);
    assert_eq!(world.codes(&list("FHFHH")), ["shares_not_met"]);
    assert!(
        world
            .findings(&list("FHFHH"), &[])
            .iter()
            .all(|one| one.weight == Weight::Remark)
    );
    // Exactly half of three: one or two.
    world = World::new(Profile::Cse, 3, 1, 1);
    world.election.count.ties = Some(vec![isoloir_domain::count_rules::Tie::Lot]);
    assert_eq!(world.codes(&list("FHF")), [""; 0]);
    assert_eq!(world.codes(&list("HFH")), [""; 0]);
    // A share that rounds to nobody may have one candidate.
    world = World::new(Profile::Cse, 4, 1, 99);
    world.election.count.ties = Some(vec![isoloir_domain::count_rules::Tie::Lot]);
    assert_eq!(world.codes(&list("HFHH")), [""; 0]);
    assert_eq!(world.codes(&list("HHHH")), [""; 0]);
    assert!(world.codes(&list("HFHF")).contains(&"shares_not_met"));
}

#[test]
fn the_elder_needs_a_birth() {
    let world = World::new(Profile::Cse, 1, 1, 1);
    assert_eq!(world.codes(&list("F")), ["birth_missing"]);
}

#[test]
fn candidates_are_voters_once_declared_under_their_names() {
    let mut world = World::new(Profile::Test, 2, 50, 50);
    let mut typed = list("FHFH");
    typed.candidates[1].number = "M99".to_owned();
    typed.candidates[2].last_name = "Autre".to_owned();
    world.declared.remove("M4");
    world.declared.insert("M99".to_owned());
    assert_eq!(
        world.codes(&typed),
        ["candidate_not_on_roll", "declaration_missing", "candidate_other_name"]
    );
    typed = list("FH");
    typed.candidates[1].number = "M1".to_owned();
    assert_eq!(world.codes(&typed)[0], "candidate_twice");
    typed.candidates[1].sex = None;
    assert!(world.codes(&typed).contains(&"candidate_incomplete"));
}

#[test]
fn nobody_stands_on_two_lists_and_no_union_has_two() {
    let world = World::new(Profile::Test, 2, 50, 50);
    let mut other = list("FHFH");
    other.acronym = "ÉSP".to_owned();
    other.candidates = vec![other.candidates[2].clone()];
    let beside = [OtherList {
        union: "esp",
        list: &other,
    }];
    let found = world.findings(&list("FHFH"), &beside);
    assert_eq!(
        (found.len(), found[0].problem.code(), found[0].rank),
        (1, "candidate_on_other_list", Some(3))
    );
    assert!(found[0].problem.tells_of_others());

    let mut common = list("FHFH");
    common.unions = ["Solidaires", "esp"]
        .map(|name| UnionPart {
            name: name.to_owned(),
            part: None,
        })
        .to_vec();
    other.candidates.clear();
    let beside = [OtherList {
        union: "esp",
        list: &other,
    }];
    let codes = |list: &FiledList, others: &[OtherList<'_>]| -> Vec<&str> {
        world
            .findings(list, others)
            .iter()
            .map(|one| one.problem.code())
            .collect()
    };
    assert_eq!(codes(&common, &beside), ["union_on_other_list"]);
    common.unions.pop();
    assert_eq!(codes(&common, &[]), ["common_key_wrong"]);
    other.acronym = "uap".to_owned();
    let beside = [OtherList {
        union: "x",
        list: &other,
    }];
    assert_eq!(codes(&list("FHFH"), &beside), ["acronym_taken"]);
}

#[test]
fn a_vote_between_unions_names_nobody() {
    let mut world = World::new(Profile::Cgfp2024, 2, 50, 50);
    world.election.count.ballot = BallotKind::Sigle;
    assert_eq!(world.codes(&list("")), [""; 0]);
    assert_eq!(world.codes(&list("F")), ["candidates_on_union_list"]);
}

#[test]
fn the_dates_follow_the_deadline_in_days_of_paris() {
    let calendar = Calendar::new(
        at("2026-12-03T07:00:00Z"),
        at("2026-12-10T16:00:00Z"),
        SignedDuration::ZERO,
    )
    .unwrap();
    // Six weeks before 3 December: 22 October, to its last second; the hour changes on the 25th.
    let law = filing_dates(Profile::Cgfp2024, &calendar, &Policy::default());
    assert_eq!(law.filed_until, at("2026-10-22T21:59:59Z"));
    assert_eq!(law.told_until, at("2026-10-25T22:59:59Z"));
    assert_eq!(law.corrected_until, at("2026-10-28T22:59:59Z"));
    let phases = [
        ("2026-10-22T21:59:59.999Z", FilingPhase::Filing),
        ("2026-10-22T22:00:00Z", FilingPhase::Telling),
        ("2026-10-25T23:00:00Z", FilingPhase::Correcting),
        ("2026-10-28T23:00:00Z", FilingPhase::Over),
    ];
    for (now, phase) in phases {
        assert_eq!(law.phase(at(now)), phase, "{now}");
    }
    assert!(
        law.may_file(State::Asked, at("2026-10-28T22:59:59Z"))
            && !law.may_file(State::Draft, at("2026-10-22T22:00:00Z"))
    );

    let mut policy = Policy::default();
    policy.candidates.filed_until = Some(at("2026-10-20T15:00:00Z"));
    policy.candidates.told_days = Some(0);
    policy.candidates.corrected_days = Some(90);
    let own = filing_dates(Profile::Test, &calendar, &policy);
    assert_eq!(own.told_until, own.filed_until);
    assert_eq!(
        own.corrected_until,
        at("2026-12-03T06:59:59Z"),
        "nothing is corrected once the vote is open"
    );
    let none = filing_dates(Profile::Test, &calendar, &Policy::default());
    assert_eq!(none.filed_until, at("2026-12-03T06:59:59Z"));
}

#[test]
fn a_correction_keeps_what_was_not_asked_for() {
    let (old, asked) = (list("FHFH"), BTreeSet::from([2]));
    let mut new = old.clone();
    new.candidates[1].number = "M20".to_owned();
    assert!(corrects_only(&old, &new, &asked));
    let mut gone = old.clone();
    gone.candidates.remove(1);
    assert!(corrects_only(&old, &gone, &asked), "one may also be left out");
    let mut swapped = old.clone();
    swapped.candidates.swap(2, 3);
    assert!(!corrects_only(&old, &swapped, &asked));
    let mut longer = old.clone();
    longer.candidates.push(old.candidates[0].clone());
    assert!(!corrects_only(&old, &longer, &asked));
    let mut renamed = old.clone();
    renamed.name.push('!');
    assert!(!corrects_only(&old, &renamed, &BTreeSet::from([1, 2, 3, 4])));
}

#[test]
fn the_lot_is_computed_again_by_anybody() {
    let election = "NkHrZ7QCf3Nf3h".parse().unwrap();
    let secret: [u8; 32] = std::array::from_fn(|n| u8::try_from(n).unwrap());
    let lists: Vec<String> = ["AVP", "ESP", "SLE", "UAP"].map(str::to_owned).to_vec();
    let drawn = order(&election, &secret, "14 3 27 9", &lists);
    assert_eq!(drawn, VECTOR, "the rule does not change");
    let shuffled: Vec<String> = lists.iter().rev().cloned().collect();
    assert_eq!(order(&election, &secret, "14 3 27 9", &shuffled), drawn);
    let record = OrderRecord {
        commitment: commitment(&election, &secret),
        election: election.clone(),
        committed: at("2026-10-10T09:00:00Z"),
        secret: hex::encode(secret),
        words: "14 3 27 9".to_owned(),
        place: "Salle 1".to_owned(),
        present: "Les délégués".to_owned(),
        lists: lists.clone(),
        order: drawn,
        drawn: at("2026-10-21T09:00:00Z"),
    };
    assert_eq!(record.check(), Ok(()));
    let mut forged = record.clone();
    forged.order.swap(0, 1);
    assert_eq!(forged.check(), Err(OrderError::Order));
    forged = record.clone();
    forged.lists.reverse();
    assert_eq!(forged.check(), Err(OrderError::Lists));
    forged = record.clone();
    forged.secret = "00".repeat(32);
    assert_eq!(forged.check(), Err(OrderError::Commitment));
    forged.secret = "zz".to_owned();
    assert_eq!(forged.check(), Err(OrderError::Secret));

    // No place is preferred: of 2,400 draws of four lists, each is first about 600 times.
    let mut first = BTreeMap::new();
    for draw in 0..2_400 {
        let order = order(&election, &secret, &draw.to_string(), &lists);
        *first.entry(order[0].clone()).or_insert(0) += 1;
    }
    assert!(first.values().all(|count| (500..700).contains(count)), "{first:?}");
}
