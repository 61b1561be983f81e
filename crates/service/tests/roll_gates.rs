//! Gates of the roll, on both engines: no box is set up behind one that stands.

use crate::stage;
use isoloir_domain::clock::SettableClock;
use isoloir_service::VotingServer;
use isoloir_service::review_roll::{Decider, WaiveError};
use isoloir_service::set_up_election::{SetUp, SetUpError};
use stage::{LISTS, at, roll};

async fn set_up(server: &VotingServer, election: &isoloir_domain::ElectionId) -> SetUpError {
    let nothing = SetUp {
        trustees: b"[]",
        credentials: &[],
        credential_authority: "essai",
    };
    server.set_up_election(election, nothing).await.unwrap_err()
}

async fn a_roll_that_is_not_as_expected_stops_the_set_up_until_somebody_decides(url: &str) {
    let server = stage::open(url, &SettableClock::new(at("2026-11-01T09:00:00Z")), 7).await;
    let mut plan = stage::plan();
    let gates = &mut plan.policy.roll.gates;
    gates.expected.insert("csa".to_owned(), 12);
    gates.most_elections = Some(1);
    let elections = server.import_consultation(&plan).await.unwrap();
    server.import_roll(&plan.id, roll(10).as_bytes()).await.unwrap();
    server.import_lists(&plan.id, LISTS.as_bytes()).await.unwrap();
    let known = server.consultation(&plan.id).await.unwrap().unwrap();
    let standing = async || -> Vec<String> {
        let review = server.review_roll(&known).await.unwrap();
        review.standing().map(isoloir_domain::roll_gates::Gate::key).collect()
    };
    let figures = server.review_roll(&known).await.unwrap().figures;
    assert_eq!((figures.voters, figures.without_mailbox, figures.orphans), (10, 0, 0));
    assert_eq!(figures.by_elections.into_iter().collect::<Vec<_>>(), [(1, 5), (2, 5)]);
    assert_eq!(standing().await, ["head-count:csa:10/12", "too-many-elections:5>1"]);
    let refused = set_up(&server, &elections[0].id).await;
    assert!(matches!(refused, SetUpError::Roll(key) if key == "head-count:csa:10/12"));

    let decide = async |gate: &str, reason: &str| {
        let by = Decider::Named("Yann Corbel, chef de bureau");
        server.waive_gate(&plan.id, gate, by, reason).await
    };
    assert!(matches!(
        decide("head-count:csa:10/12", " ").await,
        Err(WaiveError::Words)
    ));
    assert!(matches!(
        decide("head-count:csa:9/12", "départs").await,
        Err(WaiveError::NotStanding(_))
    ));
    decide("head-count:csa:10/12", "deux départs en retraite")
        .await
        .unwrap();
    decide("too-many-elections:5>1", "membres de deux corps").await.unwrap();
    assert!(matches!(
        decide("head-count:csa:10/12", "encore").await,
        Err(WaiveError::NotStanding(_))
    ));
    assert!(standing().await.is_empty());
    let next = set_up(&server, &elections[0].id).await;
    assert!(matches!(next, SetUpError::CredentialCount { .. }), "{next}");

    // Another roll is another decision, and whoever left is noticed.
    server.import_roll(&plan.id, roll(9).as_bytes()).await.unwrap();
    assert_eq!(standing().await, ["head-count:csa:9/12", "orphans:1"]);
}

async fn an_empty_roll_is_mended_and_never_passed(url: &str) {
    let server = stage::open(url, &SettableClock::new(at("2026-11-01T09:00:00Z")), 7).await;
    let plan = stage::plan();
    server.import_consultation(&plan).await.unwrap();
    let one = "matricule;nom;prenom;courriel;scrutin\nM1;Nom;Prénom;;csa\n";
    server.import_roll(&plan.id, one.as_bytes()).await.unwrap();
    let known = server.consultation(&plan.id).await.unwrap().unwrap();
    let review = server.review_roll(&known).await.unwrap();
    assert_eq!(review.figures.without_mailbox, 1);
    let keys: Vec<String> = review.standing().map(isoloir_domain::roll_gates::Gate::key).collect();
    assert_eq!(keys, ["empty:cap"]);
    let passed = server
        .waive_gate(&plan.id, "empty:cap", Decider::Named("Yann Corbel"), "personne")
        .await;
    assert!(matches!(passed, Err(WaiveError::Never)));
}

on_both_engines!(
    a_roll_that_is_not_as_expected_stops_the_set_up_until_somebody_decides,
    an_empty_roll_is_mended_and_never_passed,
);
