//! The whole service on both engines: the same scenarios on SQLite and on PostgreSQL.

use crate::stage;
use std::io::Cursor;
use std::sync::Arc;

use isoloir_domain::ballot_box::{head_text, receipt_text};
use isoloir_domain::message::Refusal as _;
use isoloir_domain::token::Admission;
use isoloir_domain::{Calendar, Clock as _, Language, Phase};
use isoloir_lanes::lend;
use isoloir_lanes::sidecar::{Buffer, Recorder};
use isoloir_protocol::audit::{Options, Report, audit, audit_with};
use isoloir_protocol::credential::SecretCredential;
use isoloir_service::ballot_box::{BoxError, ExportError};
use isoloir_service::cast_ballot::CastError;
use isoloir_service::close_polls::CloseError;
use isoloir_service::finish_tally::FinishTallyError;
use isoloir_service::import_consultation::{ConsultationPlan, ImportConsultationError};
use isoloir_service::import_roll::{AnomalyKind, ImportError};
use isoloir_service::publish_results::{results_csv, results_json};
use isoloir_service::read_journal::Wanted;
use isoloir_service::record_draw::RecordDrawError;
use isoloir_service::record_partial_decryption::PartialDecryptionError;
use isoloir_service::results::Results;
use isoloir_service::results::seats::Outcome;
use isoloir_service::results::seats::json::DrawFile;
use isoloir_service::set_up_election::{SetUp, SetUpError};
use isoloir_service::sign_in::SignInError;
use isoloir_service::{Fault, Receipt};
use isoloir_verify::results::{Comparison, Publication, ResultsFault};
use jiff::SignedDuration;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use stage::{CLOSES, PASSWORD, Stage, at};

on_both_engines!(
    an_election_from_the_roll_to_the_seats,
    lots_are_drawn_between_equal_lists_and_recorded_once,
    lists_follow_the_rules_of_the_count,
    few_ballots_stay_with_the_board,
    fifty_racing_ballots_of_one_voter_store_one,
    fifty_racing_voters_are_all_stored,
    two_nodes_share_one_box,
    a_retry_gets_the_identical_receipt,
    a_rush_that_fills_the_queue_makes_nobody_wait_for_failures,
    grace_is_for_those_authenticated_before_closing,
    refused_ballots_store_nothing,
    a_credential_votes_once_whoever_brings_it,
    the_box_is_shut_to_the_curious_while_the_vote_is_open,
    counting_has_an_order,
    accounts_are_activated_once,
    failed_sign_ins_lock_the_address,
    sessions_end,
    rolls_are_all_or_nothing,
    rolls_may_say_where_notices_go,
    sealed_elections_do_not_change,
);

fn signed(receipt: &Receipt) -> bool {
    let event: [u8; 32] = hex::decode(receipt.event()).unwrap().try_into().unwrap();
    let text = receipt_text(receipt.election(), receipt.tracker(), &event);
    let signature: [u8; 64] = hex::decode(receipt.signature()).unwrap().try_into().unwrap();
    stage::server_key()
        .verifying_key()
        .verify_strict(&text, &signature.into())
        .is_ok()
}

/// Poll book and box agree, chains hold, and there are `count` ballots.
async fn agree(stage: &Stage, key: &str, count: u64) {
    let counts = stage.server.board_counts(stage.id(key)).await.unwrap();
    assert!(counts.agree(), "{counts:?}");
    assert_eq!(counts.ballots, count);
}

/// The sidecar kept at closing is the one that an auditor writes; where the processor cannot make one, there is none.
async fn sidecar_is_what_anybody_computes(stage: &Stage, key: &str, archive: &[u8]) {
    let kept = stage.server.export_sidecar(stage.id(key), Vec::new()).await;
    let written = Buffer::default();
    let recorder = Arc::new(Recorder::new(Box::new(written.clone())));
    let Some(engine) = lend::exact(Some(recorder.clone())) else {
        eprintln!("skipped: this processor lacks AVX-512 IFMA");
        assert!(matches!(kept, Err(ExportError::Box(BoxError::NoSidecar))));
        return;
    };
    let report = audit_with(Cursor::new(archive), &Options::default(), engine.as_ref(), &mut |_| {}).unwrap();
    assert_eq!(recorder.finish().unwrap(), report.ballots);
    assert!(kept.unwrap() == written.take(), "another sidecar");
}

async fn an_election_from_the_roll_to_the_seats(url: &str) {
    let stage = Stage::new(url, 10).await;
    // 0 is blank, 1 and 2 the lists; voters 8 and 9 abstain.
    for (voter, choice) in [1, 1, 1, 1, 2, 2, 2, 0].into_iter().enumerate() {
        let cast = stage.vote("csa", voter, choice).await.unwrap();
        assert!(cast.fresh && signed(&cast.receipt));
    }
    agree(&stage, "csa", 8).await;
    assert!(stage.server.results(stage.id("csa")).await.unwrap().is_none());
    stage.past_grace();
    assert_eq!(stage.server.close_due_polls().await.unwrap().len(), 2);
    assert!(stage.server.close_due_polls().await.unwrap().is_empty());
    let decryption = stage.decrypt("csa").await;
    stage
        .server
        .record_partial_decryption(stage.id("csa"), 1, &decryption)
        .await
        .unwrap();
    stage.server.finish_tally(stage.id("csa")).await.unwrap();
    stage.server.finish_tally(stage.id("csa")).await.unwrap();

    let results = stage.server.results(stage.id("csa")).await.unwrap().unwrap();
    assert_eq!(
        (results.registered, results.voters, results.blank, results.expressed),
        (10, 8, 1, 7)
    );
    assert_eq!(results.turnout_hundredths(), 8000);
    let seats: Vec<_> = results.lists.iter().map(|list| (list.votes, list.seats)).collect();
    assert_eq!(seats, [(4, Some(2)), (3, Some(1))]);
    assert_eq!(stage.server.phase(stage.id("csa")).await.unwrap(), Some(Phase::Tallied));
    assert_eq!(stage.server.poll_book(stage.id("csa")).await.unwrap().marks.len(), 8);
    agree(&stage, "csa", 8).await;

    let archive = stage.server.export_archive(stage.id("csa"), Vec::new()).await.unwrap();
    let options = Options {
        expected_head: None,
        require_result: true,
    };
    let mut report = audit(Cursor::new(&archive), &options, &mut |_| {}).unwrap();
    sidecar_is_what_anybody_computes(&stage, "csa", &archive).await;
    assert!(report.finding.is_none(), "{:?}", report.finding);
    assert_eq!(report.ballots, 8);
    published_results_are_recomputed(&results, &mut report);
    let head = stage.server.signed_head(stage.id("csa")).await.unwrap();
    assert_eq!(report.head.unwrap().to_string(), head.event);
    let event: [u8; 32] = hex::decode(&head.event).unwrap().try_into().unwrap();
    let signature: [u8; 64] = hex::decode(&head.signature).unwrap().try_into().unwrap();
    let key = stage::server_key().verifying_key();
    assert!(
        key.verify_strict(&head_text(stage.id("csa"), &event), &signature.into())
            .is_ok()
    );
}

/// What the portal publishes agrees with the archive; every change of it is seen.
fn published_results_are_recomputed(results: &Results, report: &mut Report) {
    let published = results_json(results);
    let mut against = |published: &Value| -> Comparison {
        Publication::parse(published.to_string().as_bytes())
            .unwrap()
            .compare(report)
    };
    let right = against(&published);
    assert!(right.fault.is_none(), "{:?}", right.fault);
    let seats = right.contests[0].allocation.lists.iter();
    let seats: Vec<_> = seats.map(|list| (list.name.as_str(), list.seats())).collect();
    assert_eq!(seats, [("Union pour l’école", 2), ("Ensemble et solidaires", 1)]);
    let change = |pointer: &str, value: Value| {
        let mut changed = published.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed
    };
    let mut changed = |pointer: &str, value: Value| against(&change(pointer, value)).fault.unwrap();
    assert!(matches!(
        changed("/election", json!("8bAbCdEfGhJkLmN")),
        ResultsFault::OtherElection(_)
    ));
    let other_votes = |fault| matches!(fault, ResultsFault::Votes { .. });
    assert!(other_votes(changed(
        "/contest/lists",
        json!([["Union pour l’école", 3], ["Ensemble et solidaires", 4]])
    )));
    assert!(other_votes(changed("/contest/blank", json!(null))));
    assert!(other_votes(changed("/contest/voters", json!(9))));
    let other_seats = |fault| matches!(fault, ResultsFault::Allocation(_));
    assert!(other_seats(changed(
        "/allocation/seats",
        json!({"Union pour l’école": 3})
    )));
    assert!(other_seats(changed("/allocation/quotient", json!("8/3"))));
    let other_form = change("/format", json!("other")).to_string();
    assert!(Publication::parse(other_form.as_bytes()).is_err());
}

/// Closes, decrypts and counts the election `csa`.
async fn counted(stage: &Stage) -> Results {
    stage.past_grace();
    stage.server.close_due_polls().await.unwrap();
    let decryption = stage.decrypt("csa").await;
    let id = stage.id("csa");
    stage
        .server
        .record_partial_decryption(id, 1, &decryption)
        .await
        .unwrap();
    stage.server.finish_tally(id).await.unwrap();
    stage.server.results(id).await.unwrap().unwrap()
}

async fn lots_are_drawn_between_equal_lists_and_recorded_once(url: &str) {
    let stage = Stage::new(url, 6).await;
    // Three votes each for two lists of two candidates: the third seat is nobody's.
    for (voter, choice) in [1, 1, 1, 2, 2, 2].into_iter().enumerate() {
        stage.vote("csa", voter, choice).await.unwrap();
    }
    let (server, id) = (&stage.server, stage.id("csa"));
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (upe, es) = ("Union pour l’école", "Ensemble et solidaires");
    let record = DrawFile {
        date: "2026-12-11".into(),
        place: "Siège de l’académie".into(),
        present: names(&["Mme Roy, présidente", "M. Petit, délégué"]),
        method: "Deux papiers identiques dans une urne".into(),
        between: names(&[es, upe]),
        winners: names(&[es]),
    };
    assert!(matches!(
        server.record_draw(id, &record).await,
        Err(RecordDrawError::NotCounted)
    ));
    let results = counted(&stage).await;
    let required = Outcome::DrawRequired {
        seats: 1,
        between: names(&[upe, es]),
    };
    assert_eq!(results.outcome(), Some(&required));
    let seats = |results: &Results| results.lists.iter().map(|list| list.seats).collect::<Vec<_>>();
    assert_eq!(seats(&results), [Some(1), Some(1)]);

    for (wrong, code) in [
        (
            DrawFile {
                between: names(&[es]),
                ..record.clone()
            },
            "draw_of_another_tie",
        ),
        (
            DrawFile {
                winners: names(&[es, upe]),
                ..record.clone()
            },
            "draw_of_another_tie",
        ),
        (
            DrawFile {
                place: String::new(),
                ..record.clone()
            },
            "draw_incomplete",
        ),
        (
            DrawFile {
                date: "11/12/2026".into(),
                ..record.clone()
            },
            "draw_incomplete",
        ),
    ] {
        assert_eq!(server.record_draw(id, &wrong).await.unwrap_err().code(), code);
    }
    assert_eq!(server.results(id).await.unwrap().unwrap().draw(), None);

    server.record_draw(id, &record).await.unwrap();
    let results = server.results(id).await.unwrap().unwrap();
    assert_eq!(
        (results.outcome(), results.draw()),
        (Some(&Outcome::Complete), Some(&record))
    );
    assert_eq!(seats(&results), [Some(1), Some(2)]);
    let elected: Vec<_> = results.lists[1].elected.iter().map(|c| c.full_name()).collect();
    assert_eq!(
        (elected, results.elected_by_sex()),
        (names(&["Zoé Petit", "Paul Robert"]), (2, 1))
    );
    let other = DrawFile {
        winners: names(&[upe]),
        ..record.clone()
    };
    assert!(matches!(
        server.record_draw(id, &other).await,
        Err(RecordDrawError::Already)
    ));
    let journal = server
        .journal_page(None, &Wanted::of_kind("draw_recorded"))
        .await
        .unwrap();
    assert_eq!(journal.len(), 1);
    assert!(server.journal_chain_holds().await.unwrap());
}

async fn few_ballots_stay_with_the_board(url: &str) {
    let stage = Stage::with(url, 3, |plan| plan.policy.results.secrecy_threshold = Some(3)).await;
    for (voter, choice) in [1, 2].into_iter().enumerate() {
        stage.vote("csa", voter, choice).await.unwrap();
    }
    let results = counted(&stage).await;
    assert!(results.is_withheld());
    let published = results_json(&results).to_string();
    for figure in ["votes", "contest", "allocation", "blank", "expressed"] {
        assert!(!published.contains(&format!("\"{figure}\"")), "{figure} in {published}");
    }
    let csv = results_csv(std::slice::from_ref(&results));
    assert!(csv.contains(";3;2;66,67;;;Union pour l’école;UPE;;;;"), "{csv}");
    let refused = stage.server.check_archive_is_public(stage.id("csa")).await;
    assert!(matches!(refused, Err(BoxError::FewBallots)));
    // The board still has it, with the whole result.
    let archive = stage.server.export_archive(stage.id("csa"), Vec::new()).await.unwrap();
    assert!(!archive.is_empty());
    assert_eq!((results.lists[0].votes, results.lists[1].votes), (1, 1));
}

async fn lists_follow_the_rules_of_the_count(url: &str) {
    let clock = isoloir_domain::clock::SettableClock::new(at("2026-11-01T09:00:00Z"));
    let server = stage::open(url, &clock, 3).await;
    let mut plan = stage::plan();
    let rules = |text: &str| serde_json::from_str(text).unwrap();
    plan.elections[0].count =
        rules(r#"{"common": [{"list": "UPE", "unions": [{"name": "A", "part": 60}, {"name": "B", "part": 40}]}]}"#);
    plan.elections[1].count = rules(r#"{"ballot": "sigle", "designation_days": 20}"#);
    let wrong = |count: &str, plan: &ConsultationPlan| {
        let mut wrong = plan.clone();
        wrong.elections[0].count = rules(count);
        wrong
    };
    for count in [r#"{"ties": ["lot", "votes"]}"#, r#"{"substitutes_of": "cap"}"#] {
        let refused = server.import_consultation(&wrong(count, &plan)).await;
        assert!(
            matches!(refused, Err(ImportConsultationError::CountRules { .. })),
            "{count}"
        );
    }
    let mut cse = wrong(r#"{"substitutes_of": "csa"}"#, &plan);
    cse.profile = isoloir_domain::Profile::Cse;
    cse.elections[1].count = rules("{}");
    let refused = server.import_consultation(&cse).await;
    assert!(matches!(refused, Err(ImportConsultationError::SubstitutesOf { .. })));

    let elections = server.import_consultation(&plan).await.unwrap();
    let header = "scrutin;liste;sigle;rang;nom;prenom;sexe;naissance\n";
    let anomalies = |text: String| {
        let (server, id) = (&server, &plan.id);
        async move {
            match server.import_lists(id, text.as_bytes()).await {
                Err(ImportError::Anomalies(anomalies)) => anomalies.into_iter().map(|a| a.what).collect(),
                other => panic!("{other:?}"),
            }
        }
    };
    let found: Vec<AnomalyKind> = anomalies(format!(
        "{header}csa;Liste;L;1;Martin;Alice;F;09/03/1971\ncsa;Liste;L;2;Roy;Luc;H;31/02/1970\ncsa;Liste;L;2;;Luc;H;\ncap;Syndicat;S;1;Petit;Zoé;F;\n"
    ))
    .await;
    assert_eq!(
        found,
        [
            AnomalyKind::CommonListMissing("UPE".into()),
            AnomalyKind::BadDate("31/02/1970".into()),
            AnomalyKind::MissingField("nom"),
            AnomalyKind::CandidateOfUnion,
        ]
    );
    let good = format!(
        "{header}csa;Union pour l’école;UPE;1;Martin;Alice;F;09/03/1971\ncap;Syndicat A;SA;;;;;\ncap;Syndicat B;SB;;;;;\n"
    );
    server.import_lists(&plan.id, good.as_bytes()).await.unwrap();
    let lists = server.lists(&elections[0].id).await.unwrap();
    assert_eq!(lists[0].candidates[0].born, Some("1971-03-09".parse().unwrap()));
    let unions = server.lists(&elections[1].id).await.unwrap();
    assert_eq!(
        unions.iter().map(|list| list.candidates.len()).collect::<Vec<_>>(),
        [0, 0]
    );
}

async fn fifty_racing_ballots_of_one_voter_store_one(url: &str) {
    let stage = Stage::new(url, 2).await;
    let session = stage.sign_in(0).await;
    let admission = stage.admission(&session, "csa", 0);
    let mut ballots = Vec::new();
    for seed in 0..50 {
        ballots.push(stage.ballot("csa", 0, 1 + (seed % 2) as usize, seed).await);
    }
    let mut racing = tokio::task::JoinSet::new();
    for ballot in ballots {
        let (server, session, admission) = (stage.server.clone(), session.clone(), admission.clone());
        let election = stage.id("csa").clone();
        racing.spawn(async move { server.cast_ballot(&session, &election, &admission, ballot).await });
    }
    let outcomes = racing.join_all().await;
    let winners: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
    assert_eq!(winners.len(), 1);
    assert!(winners[0].fresh && signed(&winners[0].receipt));
    let refused = |outcome: &&Result<_, CastError>| matches!(outcome, Err(CastError::AlreadyVoted));
    assert_eq!(outcomes.iter().filter(refused).count(), 49);
    assert!(
        stage
            .server
            .find_tracker(stage.id("csa"), winners[0].receipt.tracker())
            .await
            .unwrap()
    );
    agree(&stage, "csa", 1).await;
}

async fn fifty_racing_voters_are_all_stored(url: &str) {
    let stage = Stage::new(url, 50).await;
    let mut racing = tokio::task::JoinSet::new();
    for voter in 0..50 {
        let session = stage.sign_in(voter).await;
        let admission = stage.admission(&session, "csa", voter);
        let ballot = stage.ballot("csa", voter, voter % 3, voter as u64).await;
        // Each voter's device sends the same ballot three times at once.
        for _ in 0..3 {
            let (server, session, admission) = (stage.server.clone(), session.clone(), admission.clone());
            let (election, ballot) = (stage.id("csa").clone(), ballot.clone());
            racing.spawn(async move {
                server
                    .cast_ballot(&session, &election, &admission, ballot)
                    .await
                    .unwrap()
            });
        }
    }
    let casts = racing.join_all().await;
    assert_eq!(casts.iter().filter(|cast| cast.fresh).count(), 50);
    let mut receipts: Vec<_> = casts.iter().map(|cast| cast.receipt.signature().to_owned()).collect();
    receipts.sort();
    receipts.dedup();
    assert_eq!(receipts.len(), 50, "a retry gets the identical receipt");
    agree(&stage, "csa", 50).await;
    let told = stage.server.demonstration_inbox(None, 200).await.unwrap();
    assert_eq!(told.len(), 50);
    assert!(
        casts
            .iter()
            .all(|cast| told.iter().all(|mail| !mail.body.contains(cast.receipt.tracker())))
    );
}

async fn two_nodes_share_one_box(url: &str) {
    let stage = Stage::new(url, 40).await;
    let second = stage::open(url, &stage.clock, 99).await;
    let nodes = [stage.server.clone(), second];
    let mut racing = tokio::task::JoinSet::new();
    for voter in 0..40 {
        let session = stage.sign_in(voter).await;
        for (key, on_roll) in [("csa", true), ("cap", voter % 2 == 0)] {
            if !on_roll {
                continue;
            }
            let admission = stage.admission(&session, key, voter);
            for (seed, node) in nodes.iter().enumerate() {
                let ballot = stage.ballot(key, voter, 1, (voter * 2 + seed) as u64).await;
                let (server, session, admission) = (node.clone(), session.clone(), admission.clone());
                let election = stage.id(key).clone();
                racing.spawn(async move { server.cast_ballot(&session, &election, &admission, ballot).await });
            }
        }
    }
    let outcomes = racing.join_all().await;
    let stored = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let refused = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(CastError::AlreadyVoted)))
        .count();
    assert_eq!((stored, refused), (60, 60));
    agree(&stage, "csa", 40).await;
    agree(&stage, "cap", 20).await;
}

async fn a_retry_gets_the_identical_receipt(url: &str) {
    let stage = Stage::new(url, 2).await;
    let session = stage.sign_in(0).await;
    let admission = stage.admission(&session, "csa", 0);
    let ballot = stage.ballot("csa", 0, 1, 1).await;
    let first = stage.cast(&session, "csa", &admission, ballot.clone()).await.unwrap();
    stage.vote("csa", 1, 2).await.unwrap();
    let again = stage.cast(&session, "csa", &admission, ballot.clone()).await.unwrap();
    assert!(first.fresh && !again.fresh);
    assert_eq!(first.receipt, again.receipt);

    // Another device of the same voter, after everything is over: still the truth.
    stage.past_grace();
    stage.server.close_due_polls().await.unwrap();
    let session = stage.sign_in(0).await;
    let admission = stage.admission(&session, "csa", 0);
    let late = stage.cast(&session, "csa", &admission, ballot).await.unwrap();
    assert_eq!(late.receipt, first.receipt);
    let other = stage.ballot("csa", 0, 2, 2).await;
    assert!(matches!(
        stage.cast(&session, "csa", &admission, other).await,
        Err(CastError::AlreadyVoted)
    ));
    agree(&stage, "csa", 2).await;
}

async fn a_rush_that_fills_the_queue_makes_nobody_wait_for_failures(url: &str) {
    let stage = Stage::new(url, 1).await;
    let mut told_to_come_back = 0;
    let mut strangers = 0..;
    while told_to_come_back < 6 {
        let mut crowd = tokio::task::JoinSet::new();
        // Others each time: who has failed five times is told to wait before the queue, and fills it no more.
        for stranger in strangers.by_ref().take(200) {
            let server = stage.server.clone();
            crowd.spawn(async move {
                let email = format!("{stranger}@ailleurs.example");
                server.sign_in(&email, PASSWORD).await.is_ok()
            });
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        while told_to_come_back < 6 {
            match stage.server.sign_in(stage.voters[0].identifier(), PASSWORD).await {
                Err(SignInError::Busy) => told_to_come_back += 1,
                other => {
                    other.expect("known and right");
                    break;
                }
            }
        }
    }
    let failures = stage
        .server
        .sign_in_failures(stage.voters[0].identifier())
        .await
        .unwrap();
    assert_eq!(failures, 0);
}

async fn grace_is_for_those_authenticated_before_closing(url: &str) {
    let stage = Stage::new(url, 4).await;
    let closes = at(CLOSES);
    stage.clock.set(closes - SignedDuration::from_mins(10));
    let early = stage.sign_in(0).await;
    let early_admission = stage.admission(&early, "csa", 0);
    let half = stage.sign_in(1).await;
    stage.clock.set(closes + SignedDuration::from_mins(5));
    let half_admission = stage.admission(&half, "csa", 1);
    let late = stage.sign_in(2).await;
    let late_admission = stage.admission(&late, "csa", 2);

    let [a, b, c] = [
        stage.ballot("csa", 0, 1, 1).await,
        stage.ballot("csa", 1, 1, 1).await,
        stage.ballot("csa", 2, 1, 1).await,
    ];
    assert!(matches!(
        stage.cast(&half, "csa", &half_admission, b).await,
        Err(CastError::Closed)
    ));
    assert!(matches!(
        stage.cast(&late, "csa", &late_admission, c).await,
        Err(CastError::Closed)
    ));
    assert!(matches!(
        stage.server.close_polls(stage.id("csa")).await,
        Err(CloseError::NotYet)
    ));
    stage.clock.set(closes + SignedDuration::from_secs(30 * 60 - 1));
    assert_eq!(stage.server.phase(stage.id("csa")).await.unwrap(), Some(Phase::Grace));
    let other = stage.ballot("csa", 0, 2, 2).await;
    stage.cast(&early, "csa", &early_admission, a).await.unwrap();
    stage.past_grace();
    assert!(matches!(
        stage.cast(&early, "csa", &early_admission, other).await,
        Err(CastError::AlreadyVoted)
    ));
    let unmarked = stage.ballot("csa", 1, 2, 2).await;
    assert!(matches!(
        stage.cast(&half, "csa", &half_admission, unmarked).await,
        Err(CastError::Closed)
    ));
    agree(&stage, "csa", 1).await;
}

async fn refused_ballots_store_nothing(url: &str) {
    let stage = Stage::new(url, 4).await;
    let session = stage.sign_in(1).await;
    let admission = stage.admission(&session, "csa", 1);
    let good = stage.ballot("csa", 1, 1, 1).await;

    let big = vec![b' '; 256 * 1024 + 1];
    assert!(matches!(
        stage.cast(&session, "csa", &admission, big).await,
        Err(CastError::TooLarge)
    ));
    let garbage = b"{\"not\":\"a ballot\"}".to_vec();
    assert!(matches!(
        stage.cast(&session, "csa", &admission, garbage).await,
        Err(CastError::Malformed)
    ));
    let spaced = [b" ", good.as_slice()].concat();
    assert!(matches!(
        stage.cast(&session, "csa", &admission, spaced).await,
        Err(CastError::NotCanonical)
    ));
    let unknown = "11111111111111".parse().unwrap();
    let cast = stage
        .server
        .cast_ballot(&session, &unknown, &admission, good.clone())
        .await;
    assert!(matches!(cast, Err(CastError::UnknownElection)));
    let elsewhere = stage.ballot("cap", 0, 1, 1).await;
    assert!(matches!(
        stage.cast(&session, "csa", &admission, elsewhere).await,
        Err(CastError::WrongElection)
    ));
    let stranger = SecretCredential::generate(&mut StdRng::seed_from_u64(404));
    let strange = stage.ballot_by("csa", &stranger, 1, 1).await;
    assert!(matches!(
        stage.cast(&session, "csa", &admission, strange).await,
        Err(CastError::CredentialUnknown)
    ));
    let foreign = stage.ballot("csa", 2, 1, 1).await;
    assert!(matches!(
        stage.cast(&session, "csa", &admission, foreign).await,
        Err(CastError::CredentialForeign)
    ));

    // Voter 1 is not on the roll of `cap`; whoever holds another's credential is no voter of it either.
    let on_cap = stage.ballot("cap", 2, 1, 1).await;
    let theirs = stage.admission(&session, "cap", 2);
    assert!(matches!(
        stage.cast(&session, "cap", &theirs, on_cap).await,
        Err(CastError::NotOnRoll)
    ));

    let other_session = stage.admission(&stage.sign_in(1).await, "csa", 1);
    let forged = Admission::new(
        session.id(),
        stage.id("csa").clone(),
        &stage.public("csa", 1),
        stage.clock.now(),
    );
    let forged = forged.sign(&stage::server_key()).unwrap();
    let elsewhere = Admission::new(
        session.id(),
        stage.id("cap").clone(),
        &stage.public("csa", 1),
        stage.clock.now(),
    );
    let elsewhere = elsewhere.sign(&stage::registrar_key()).unwrap();
    for wrong in [other_session.as_str(), &forged, &elsewhere, "", "a.b"] {
        let cast = stage.cast(&session, "csa", wrong, good.clone()).await;
        assert!(matches!(cast, Err(CastError::AdmissionInvalid)), "{wrong}");
    }

    // One digit of a response changed: canonical, and false.
    let text = String::from_utf8(good.clone()).unwrap();
    let place = text.rfind("\"response\":\"").unwrap() + 12;
    let digit = if &text[place..=place] == "1" { "2" } else { "1" };
    let tampered = format!("{}{digit}{}", &text[..place], &text[place + 1..]).into_bytes();
    assert!(matches!(
        stage.cast(&session, "csa", &admission, tampered).await,
        Err(CastError::ProofInvalid)
    ));

    stage.clock.set(at("2026-12-03T06:59:59Z"));
    let early = stage.sign_in(1).await;
    let early_admission = stage.admission(&early, "csa", 1);
    assert!(matches!(
        stage.cast(&early, "csa", &early_admission, good.clone()).await,
        Err(CastError::NotOpen)
    ));
    agree(&stage, "csa", 0).await;
    stage.clock.set(at(stage::OPEN));
    stage.cast(&session, "csa", &admission, good).await.unwrap();
    agree(&stage, "csa", 1).await;
}

/// Only a registrar that colludes would admit a voter to another's credential: even then one ballot per voter and per credential.
async fn a_credential_votes_once_whoever_brings_it(url: &str) {
    let stage = Stage::new(url, 3).await;
    let ballot = stage.ballot("csa", 0, 1, 1).await;
    stage.vote("csa", 0, 1).await.unwrap();
    let thief = stage.sign_in(1).await;
    let admission = stage.admission(&thief, "csa", 0);
    let other = stage.ballot("csa", 0, 2, 77).await;
    assert!(matches!(
        stage.cast(&thief, "csa", &admission, other).await,
        Err(CastError::Replayed)
    ));
    let same = stage.cast(&thief, "csa", &admission, ballot).await;
    assert!(matches!(same, Err(CastError::Replayed)));
    agree(&stage, "csa", 1).await;
}

async fn the_box_is_shut_to_the_curious_while_the_vote_is_open(url: &str) {
    let stage = Stage::new(url, 2).await;
    let cast = stage.vote("csa", 0, 1).await.unwrap();
    let (id, server) = (stage.id("csa"), &stage.server);
    assert!(matches!(server.trackers(id, 0, 10).await, Err(BoxError::NotYetPublic)));
    assert!(server.export_archive(id, Vec::new()).await.is_err());
    assert!(server.find_tracker(id, cast.receipt.tracker()).await.unwrap());
    assert!(!server.find_tracker(id, "nothing").await.unwrap());
    assert_eq!(server.signed_head(id).await.unwrap().event, cast.receipt.event());
    stage.clock.set(at(CLOSES));
    assert!(
        !server.box_is_public(id).await.unwrap(),
        "people may still vote in the grace"
    );
    stage.past_grace();
    let page = server.trackers(id, 0, 10).await.unwrap();
    assert_eq!(page.trackers, [(1, cast.receipt.tracker().to_owned())]);
    assert_eq!(page.total, 1);
}

async fn counting_has_an_order(url: &str) {
    let stage = Stage::new(url, 2).await;
    let (id, server) = (stage.id("csa"), &stage.server);
    stage.vote("csa", 0, 1).await.unwrap();
    assert!(matches!(
        server.encrypted_tally(id).await,
        Err(PartialDecryptionError::NotFrozen)
    ));
    assert!(matches!(
        server.finish_tally(id).await,
        Err(FinishTallyError::NotFrozen)
    ));
    server.close_now(&stage.consultation).await.unwrap();
    server.close_polls(id).await.unwrap();
    server.close_polls(id).await.unwrap();
    assert!(matches!(
        server.finish_tally(id).await,
        Err(FinishTallyError::Combine(_))
    ));
    let good = stage.decrypt("csa").await;
    assert!(matches!(
        server.record_partial_decryption(id, 2, &good).await,
        Err(PartialDecryptionError::UnknownTrustee(2))
    ));
    server.close_polls(stage.id("cap")).await.unwrap();
    let elsewhere = stage.decrypt("cap").await;
    let wrong = server.record_partial_decryption(id, 1, &elsewhere).await;
    assert!(matches!(wrong, Err(PartialDecryptionError::Refused { trustee: 1, .. })));
    server.record_partial_decryption(id, 1, &good).await.unwrap();
    assert!(matches!(
        server.record_partial_decryption(id, 1, &good).await,
        Err(PartialDecryptionError::Already(1))
    ));
    assert_eq!(server.decrypted_by(id).await.unwrap(), [1]);
    server.finish_tally(id).await.unwrap();
    assert!(matches!(
        server.record_partial_decryption(id, 1, &good).await,
        Err(PartialDecryptionError::Finished)
    ));
    // An election in which nobody voted is counted too.
    server
        .record_partial_decryption(stage.id("cap"), 1, &elsewhere)
        .await
        .unwrap();
    server.finish_tally(stage.id("cap")).await.unwrap();
    let results = server.results(stage.id("cap")).await.unwrap().unwrap();
    assert_eq!((results.voters, results.blank, results.expressed), (0, 0, 0));
}

async fn accounts_are_activated_once(url: &str) {
    let (server, clock, plan) = imported(url).await;
    assert_eq!(server.send_invitations(&plan).await.unwrap(), 4);
    let mails = server
        .demonstration_inbox(Some("voter1@valbrune.example"), 10)
        .await
        .unwrap();
    let body = &mails[0].body;
    let token = body
        .split("/activation/")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap();
    assert_eq!(server.activation(token).await.unwrap().voter.number, "M00001");
    assert!(server.choose_password(token, "short", "short").await.is_err());
    assert!(
        server
            .choose_password(token, PASSWORD, "Orage-violet-72")
            .await
            .is_err()
    );
    let step = server.choose_password(token, PASSWORD, PASSWORD).await.unwrap();
    let finish = || server.activate_account(token, &step, Some(0), "Citroën", Language::French);
    assert!(server.sign_in("voter1@valbrune.example", PASSWORD).await.is_err());
    finish().await.unwrap();
    assert!(finish().await.is_err());
    assert!(server.sign_in(" Voter1@Valbrune.example ", PASSWORD).await.is_ok());
    assert_eq!(server.send_invitations(&plan).await.unwrap(), 3);
    let mails = server
        .demonstration_inbox(Some("voter2@valbrune.example"), 10)
        .await
        .unwrap();
    let tokens: Vec<_> = mails
        .iter()
        .map(|m| m.body.split("/activation/").nth(1).unwrap())
        .collect();
    let mut good = 0;
    for token in tokens {
        good += usize::from(
            server
                .activation(token.split_whitespace().next().unwrap())
                .await
                .is_ok(),
        );
    }
    assert_eq!(good, 1, "a new link voids the earlier one");
    clock.advance(SignedDuration::from_hours(24 * 15));
    let token = mails[0]
        .body
        .split("/activation/")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap();
    assert!(server.activation(token).await.is_err());
}

async fn imported(
    url: &str,
) -> (
    isoloir_service::VotingServer,
    isoloir_domain::clock::SettableClock,
    isoloir_domain::ConsultationId,
) {
    let clock = isoloir_domain::clock::SettableClock::new(at("2026-11-01T09:00:00Z"));
    let server = stage::open(url, &clock, 3).await;
    let plan = stage::plan();
    server.import_consultation(&plan).await.unwrap();
    assert!(server.import_consultation(&plan).await.is_err());
    server.import_roll(&plan.id, stage::roll(4).as_bytes()).await.unwrap();
    (server, clock, plan.id)
}

async fn failed_sign_ins_lock_the_address(url: &str) {
    let stage = Stage::new(url, 2).await;
    let email = stage.voters[0].identifier().to_owned();
    for address in [email.as_str(), "nobody@valbrune.example"] {
        for _ in 0..5 {
            assert!(matches!(
                stage.server.sign_in(address, "wrong").await,
                Err(SignInError::Wrong)
            ));
        }
        assert!(matches!(
            stage.server.sign_in(address, PASSWORD).await,
            Err(SignInError::Locked { .. })
        ));
    }
    stage.clock.advance(SignedDuration::from_secs(31));
    let signed = stage.server.sign_in(&email, PASSWORD).await.unwrap();
    assert_eq!(signed.session.previous_sign_in(), None);
    let again = stage.server.sign_in(&email, PASSWORD).await.unwrap();
    assert_eq!(again.session.previous_sign_in(), Some(signed.session.created()));
    // Fifty guesses at the same time get no further than five.
    let mut racing = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (server, email) = (stage.server.clone(), stage.voters[1].identifier().to_owned());
        racing.spawn(async move { server.sign_in(&email, "wrong").await.err() });
    }
    let wrong = racing
        .join_all()
        .await
        .into_iter()
        .filter(|e| matches!(e, Some(SignInError::Wrong)))
        .count();
    assert_eq!(wrong, 5);
}

async fn sessions_end(url: &str) {
    let stage = Stage::new(url, 2).await;
    let server = &stage.server;
    let one = server.sign_in(stage.voters[0].identifier(), PASSWORD).await.unwrap();
    assert_eq!(
        server.session(&one.token).await.unwrap().unwrap().id(),
        one.session.id()
    );
    assert!(server.session("unknown").await.unwrap().is_none());
    for _ in 0..7 {
        stage.clock.advance(SignedDuration::from_mins(29));
        assert!(server.session(&one.token).await.unwrap().is_some());
    }
    stage.clock.advance(SignedDuration::from_mins(31));
    assert!(server.session(&one.token).await.unwrap().is_none(), "idle");
    let two = server.sign_in(stage.voters[0].identifier(), PASSWORD).await.unwrap();
    server.sign_out(&two.session).await.unwrap();
    assert!(server.session(&two.token).await.unwrap().is_none());
    let three = server.sign_in(stage.voters[0].identifier(), PASSWORD).await.unwrap();
    for _ in 0..9 {
        stage.clock.advance(SignedDuration::from_mins(28));
        let _ = server.session(&three.token).await.unwrap();
    }
    assert!(server.session(&three.token).await.unwrap().is_none(), "too old");
    let elections = server.voter_elections(&stage.sign_in(1).await).await.unwrap();
    assert_eq!(elections.len(), 1);
    assert!(elections[0].ready && elections[0].can_vote && !elections[0].marked);
    assert_eq!(elections[0].lists.len(), 2);
}

async fn rolls_are_all_or_nothing(url: &str) {
    let (server, _, plan) = imported(url).await;
    let kinds = async |file: &[u8]| match server.import_roll(&plan, file).await {
        Err(ImportError::Anomalies(anomalies)) => anomalies
            .into_iter()
            .map(|anomaly| (anomaly.line, anomaly.what))
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let head = "matricule;nom;prenom;courriel;scrutin\n";
    let file = format!(
        "{head}A1;Un;Ana;a1@x.example;csa\nA1;Un;Ana;a1@x.example;csa\nA2;Deux;Bob;a1@x.example;csa\nA3;Trois;Cléo;nobody;csa\n\
         A4;Quatre;;a4@x.example;csa\nA5;Cinq;Eva;a5@x.example;cst\nA6;Six\nA1;Une;Ana;a1@x.example;cap\nM00000;Autre;Nom;n@x.example;csa\n\
         A7;Sept;Gil;voter0@valbrune.example;csa\n"
    );
    assert_eq!(
        kinds(file.as_bytes()).await,
        [
            (3, AnomalyKind::DuplicateRow(2)),
            (4, AnomalyKind::SameEmailOtherPerson(2)),
            (5, AnomalyKind::BadEmail("nobody".to_owned())),
            (6, AnomalyKind::MissingField("prenom")),
            (7, AnomalyKind::UnknownElection("cst".to_owned())),
            (8, AnomalyKind::WrongFieldCount { expected: 5, found: 2 }),
            (9, AnomalyKind::SameNumberOtherPerson(2)),
            (10, AnomalyKind::KnownUnderOtherName),
            (11, AnomalyKind::KnownEmail("M00000".to_owned())),
        ]
    );
    let wrong = kinds("nom;prenom\nx;y\n".as_bytes()).await;
    assert!(matches!(wrong.as_slice(), [(1, AnomalyKind::WrongColumns { .. })]));
    assert!(matches!(
        kinds(b"").await.as_slice(),
        [(1, AnomalyKind::WrongColumns { .. })]
    ));
    assert!(matches!(
        kinds(head.as_bytes()).await.as_slice(),
        [(1, AnomalyKind::Empty)]
    ));
    let before = server.elections(&plan).await.unwrap();
    assert_eq!(
        server.electoral_roll(&before[0].id).await.unwrap().voters.len(),
        4,
        "nothing was stored"
    );

    // Commas, a BOM, quotes; then Windows-1252. The same voter keeps the identifier.
    let known = server.electoral_roll(&before[0].id).await.unwrap().voters;
    let id = known.iter().find(|voter| voter.number == "M00000").unwrap().id;
    let bom = "\u{feff}matricule,nom,prenom,courriel,scrutin\nM00000,Nom0,Prénom0,voter0@valbrune.example,csa\nB1,\"O, Neil\",Zoé,b1@x.example,csa\n";
    let report = server.import_roll(&plan, bom.as_bytes()).await.unwrap();
    assert_eq!((report.rows, report.subjects, report.encoding), (2, 2, "UTF-8"));
    let voters = server.electoral_roll(&before[0].id).await.unwrap().voters;
    assert!(voters.iter().any(|voter| voter.id == id) && voters.iter().any(|voter| voter.last_name == "O, Neil"));
    let old = b"matricule;nom;prenom;courriel;scrutin\r\nC1;Lef\xe8vre;Ren\xe9e;c1@x.example;csa\r\n";
    assert_eq!(server.import_roll(&plan, old).await.unwrap().encoding, "windows-1252");
    assert_eq!(
        server.electoral_roll(&before[0].id).await.unwrap().voters[0].last_name,
        "Lefèvre"
    );
    assert_eq!(
        server.electoral_roll(&before[1].id).await.unwrap().voters.len(),
        2,
        "an election not named keeps its roll"
    );

    let lists = "scrutin;liste;sigle;rang;nom;prenom;sexe\ncsa;A;A;1;X;Y;F\ncsa;A;A;3;X;Y;H\ncsa;B;B;un;X;Y;F\ncsa;B;B;1;X;Y;Z\ncsa;B;B;1;X;Y;F\ncsa;A;A;4;X;Y;F\n";
    let Err(ImportError::Anomalies(anomalies)) = server.import_lists(&plan, lists.as_bytes()).await else {
        panic!()
    };
    let lines: Vec<_> = anomalies.iter().map(|anomaly| anomaly.line).collect();
    assert_eq!(lines, [3, 4, 5, 7]);
    assert!(anomalies.iter().all(|anomaly| !anomaly.what.message().fr.is_empty()));
}

async fn sealed_elections_do_not_change(url: &str) {
    let stage = Stage::new(url, 4).await;
    let server = &stage.server;
    let roll = server.import_roll(&stage.consultation, stage::roll(6).as_bytes()).await;
    assert!(matches!(roll, Err(ImportError::Sealed)));
    let lists = server.import_lists(&stage.consultation, stage::LISTS.as_bytes()).await;
    assert!(matches!(lists, Err(ImportError::Sealed)));
    let publics: Vec<String> = (0..4).map(|voter| stage.public("csa", voter)).collect();
    let trustees = server.trustees(stage.id("csa")).await.unwrap();
    let again = |credentials| SetUp {
        trustees: &trustees,
        credentials,
        credential_authority: "x",
    };
    let set_up = server.set_up_election(stage.id("csa"), again(&publics)).await;
    assert!(matches!(set_up, Err(SetUpError::Already(_))));
    let set_up = server.set_up_election(stage.id("csa"), again(&publics[1..])).await;
    assert!(matches!(
        set_up,
        Err(SetUpError::CredentialCount {
            voters: 4,
            credentials: 3
        })
    ));
    let twice = [
        publics[0].clone(),
        publics[1].clone(),
        publics[1].clone(),
        publics[3].clone(),
    ];
    let set_up = server.set_up_election(stage.id("csa"), again(&twice)).await;
    assert!(matches!(set_up, Err(SetUpError::Credential(3))));
    // The profile `test` may still move its calendar, and nobody may once a box is frozen.
    let later = Calendar::new(
        at(stage::OPENS),
        at(CLOSES) + SignedDuration::from_hours(1),
        SignedDuration::from_mins(30),
    );
    server
        .change_calendar(&stage.consultation, later.unwrap())
        .await
        .unwrap();
    server.close_now(&stage.consultation).await.unwrap();
    server.close_due_polls().await.unwrap();
    assert!(
        server
            .change_calendar(&stage.consultation, later.unwrap())
            .await
            .is_err()
    );
    server.close().await;
    assert!(matches!(server.health().await, Err(Fault::Store(_))));
}

/// Whose notice goes where, as the registrar is told: place by place, by name in each.
async fn deliveries_of(server: &isoloir_service::VotingServer) -> Vec<(String, String, String)> {
    let mut told = Vec::new();
    let take = |one: isoloir_service::EntitledVoter| -> Result<(), isoloir_store::StoreError> {
        let place = one.delivery.place.map(|place| format!("{} {}", place.code, place.name));
        let elections = one.elections.len().to_string();
        told.push((
            one.voter.number + "/" + &elections,
            place.unwrap_or_default(),
            one.delivery.address.join(", "),
        ));
        Ok(())
    };
    server.entitled_voters(take).await.unwrap();
    told
}

async fn rolls_may_say_where_notices_go(url: &str) {
    let (server, _, plan) = imported(url).await;
    let text = |value: &str| value.to_owned();
    let file = "lieu;matricule;nom;prenom;courriel;scrutin;lieu_nom;adresse1;adresse2\n\
        2B1;A1;Zola;Ana;a1@x.example;csa;Collège B;;\n2B1;A2;Élan;Bob;a2@x.example;csa;Collège B;;\n\
        2A1;A3;Un;Cléo;a3@x.example;csa;;;\n;A4;Deux;Dan;;csa;;3 rue X;20000 Ajaccio\n\
        2B1;A1;Zola;Ana;a1@x.example;cap;Collège B;;\n";
    server.import_roll(&plan, file.as_bytes()).await.unwrap();
    let told = deliveries_of(&server).await;
    let expected = [
        ("A4/1", "", "3 rue X, 20000 Ajaccio"),
        ("A3/1", "2A1 2A1", ""),
        ("A2/1", "2B1 Collège B", ""),
        ("A1/2", "2B1 Collège B", ""),
    ];
    let expected = expected.map(|(who, place, address)| (text(who), text(place), text(address)));
    assert_eq!(told, expected);

    // A later file moves a voter; one that says nothing of deliveries leaves them.
    let head = "matricule;nom;prenom;courriel;scrutin";
    let moved = format!("{head};lieu\nA1;Zola;Ana;a1@x.example;csa;2C1\n");
    server.import_roll(&plan, moved.as_bytes()).await.unwrap();
    let silent = format!("{head}\nA1;Zola;Ana;a1@x.example;csa\n");
    server.import_roll(&plan, silent.as_bytes()).await.unwrap();
    assert_eq!(
        deliveries_of(&server).await,
        [(text("A1/2"), text("2C1 2C1"), String::new())]
    );

    let kinds = async |rows: &str| {
        let file = format!("{head};lieu;lieu_nom\n{rows}");
        match server.import_roll(&plan, file.as_bytes()).await {
            Err(ImportError::Anomalies(found)) => found.into_iter().map(|one| (one.line, one.what)).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    let rows = "A1;Zola;Ana;a1@x.example;csa;2B1;Collège B\nA1;Zola;Ana;a1@x.example;cap;2B2;Collège C\n\
        A2;Élan;Bob;a2@x.example;csa;2B1;Lycée B\nA3;Un;Cléo;a3@x.example;csa;;Lycée\n";
    assert_eq!(
        kinds(rows).await,
        [
            (3, AnomalyKind::SameNumberOtherPerson(2)),
            (4, AnomalyKind::SamePlaceOtherName(2)),
            (5, AnomalyKind::PlaceWithoutCode),
        ]
    );
    for wrong in [
        "matricule;nom;prenom;courriel;scrutin;lieux",
        "matricule;nom;nom;prenom;courriel;scrutin",
    ] {
        let found = server
            .import_roll(&plan, format!("{wrong}\nA1;Zola;Ana;a1@x.example;csa;x\n").as_bytes())
            .await;
        let Err(ImportError::Anomalies(found)) = found else {
            panic!("{wrong}")
        };
        assert!(matches!(found[0].what, AnomalyKind::WrongColumns { .. }), "{wrong}");
    }
}
