//! Closings that are awkward: in the middle of a rush, with nothing but blanks, with one list. On both engines.

use crate::stage;
use std::io::Cursor;

use isoloir_domain::{Clock as _, SystemClock};
use isoloir_protocol::audit::{Options, audit};
use isoloir_service::Fault;
use isoloir_service::cast_ballot::CastError;
use isoloir_service::clocks::TOLERANCE;
use isoloir_service::close_polls::CloseError;
use isoloir_service::read_journal::Wanted;
use isoloir_service::results::Results;
use isoloir_service::results::seats::Outcome;
use sha2::{Digest as _, Sha256};
use stage::Stage;

on_both_engines!(
    closing_in_a_rush_keeps_every_receipt,
    nothing_but_blanks_elects_nobody,
    one_list_takes_what_it_has_candidates_for,
    what_was_frozen_is_sealed_once,
);

/// Closes, decrypts and counts.
async fn counted(stage: &Stage, key: &str) -> Results {
    stage.past_grace();
    stage.server.close_due_polls().await.unwrap();
    let decryption = stage.decrypt(key).await;
    let id = stage.id(key);
    let recorded = stage.server.record_partial_decryption(id, 1, &decryption).await;
    recorded.unwrap();
    stage.server.finish_tally(id).await.unwrap();
    stage.server.results(id).await.unwrap().unwrap()
}

async fn closing_in_a_rush_keeps_every_receipt(url: &str) {
    const VOTERS: usize = 40;
    let stage = Stage::new(url, VOTERS).await;
    let mut ready = Vec::new();
    for voter in 0..VOTERS {
        let session = stage.sign_in(voter).await;
        let admission = stage.admission(&session, "csa", voter);
        let ballot = stage.ballot("csa", voter, voter % 3, 500 + voter as u64).await;
        ready.push((session, admission, ballot));
    }
    let mut racing = tokio::task::JoinSet::new();
    for (place, (session, admission, ballot)) in ready.into_iter().enumerate() {
        let (server, election) = (stage.server.clone(), stage.id("csa").clone());
        let clock = stage.clock.clone();
        racing.spawn(async move {
            // The grace ends while some are on their way; the box is frozen among them.
            if place == VOTERS / 2 {
                clock.set(stage::at(stage::CLOSES) + jiff::SignedDuration::from_mins(30));
                server.close_polls(&election).await.unwrap();
            }
            server.cast_ballot(&session, &election, &admission, ballot).await
        });
    }
    let outcomes = racing.join_all().await;
    let recorded = outcomes.iter().filter(|outcome| outcome.is_ok()).count() as u64;
    let late = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(CastError::Closed)))
        .count() as u64;
    assert_eq!(
        recorded + late,
        VOTERS as u64,
        "each is in the box or told that it is closed"
    );
    assert!(late > 0);
    let (frozen, ..) = stage.server.closing_seal(stage.id("csa")).await.unwrap().unwrap();
    assert_eq!((frozen.ballots, frozen.marked), (recorded, recorded));
    let results = counted(&stage, "csa").await;
    assert_eq!(results.voters, recorded);
    for cast in outcomes.iter().flatten() {
        let found = stage.server.find_tracker(stage.id("csa"), cast.receipt.tracker()).await;
        assert!(found.unwrap());
    }
    let archive = stage.server.export_archive(stage.id("csa"), Vec::new()).await.unwrap();
    let verified = stage.server.verification(stage.id("csa")).await.unwrap().unwrap();
    assert_eq!(<[u8; 32]>::from(Sha256::digest(&archive)), verified.archive);
    let report = audit(Cursor::new(archive), &Options::default(), &mut |_| {}).unwrap();
    assert!(report.is_valid() && report.ballots == recorded);
}

async fn nothing_but_blanks_elects_nobody(url: &str) {
    let stage = Stage::new(url, 4).await;
    for voter in 0..4 {
        stage.vote("csa", voter, 0).await.unwrap();
    }
    let results = counted(&stage, "csa").await;
    assert_eq!((results.voters, results.blank, results.expressed), (4, 4, 0));
    assert_eq!(results.turnout_hundredths(), 10_000, "blanks are voters");
    assert!(matches!(results.outcome(), Some(Outcome::NoValidVote)));
    assert!(results.lists.iter().all(|list| list.elected.is_empty()));
}

async fn one_list_takes_what_it_has_candidates_for(url: &str) {
    let stage = Stage::new(url, 4).await;
    stage.vote("cap", 0, 1).await.unwrap();
    stage.vote("cap", 2, 0).await.unwrap();
    let results = counted(&stage, "cap").await;
    assert_eq!((results.voters, results.blank, results.expressed), (2, 1, 1));
    assert_eq!(results.lists[0].seats, Some(1));
    assert_eq!(results.lists[0].elected.len(), 1);
}

/// Nobody votes at all: frozen, counted, verified like any other.
async fn what_was_frozen_is_sealed_once(url: &str) {
    let stage = Stage::new(url, 2).await;
    let results = counted(&stage, "csa").await;
    assert_eq!((results.voters, results.turnout_hundredths()), (0, 0));
    let (frozen, digest, _) = stage.server.closing_seal(stage.id("csa")).await.unwrap().unwrap();
    assert_eq!((frozen.ballots, frozen.registered), (0, 2));
    // Closing again seals nothing anew.
    stage.server.close_polls(stage.id("csa")).await.unwrap();
    let again = stage.server.closing_seal(stage.id("csa")).await.unwrap().unwrap();
    assert_eq!((again.0, again.1), (frozen, digest));
    let sealed = stage
        .server
        .journal_page(None, &Wanted::of_kind("closing_sealed"))
        .await
        .unwrap();
    // Both elections of the stage were due.
    assert_eq!(sealed.len(), 2);
}

/// The stage's clock is not this machine's, which PostgreSQL reads: a node that has lost the time.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_has_lost_the_time_neither_serves_nor_closes() {
    let ((), url) = stage::postgres().await;
    let stage = Stage::new(&url, 4).await;
    stage.server.health().await.unwrap();
    stage.past_grace();
    let ahead = stage.server.compare_clocks().await.unwrap();
    assert_eq!(ahead.is_positive(), stage.clock.now() > SystemClock.now(), "{ahead}");
    assert!(ahead.abs() > TOLERANCE, "{ahead}");
    let refused = stage.server.health().await.unwrap_err();
    assert!(matches!(refused, Fault::Adrift), "{refused}");
    let kept_open = stage.server.close_due_polls().await.unwrap_err();
    assert!(matches!(kept_open, CloseError::Fault(Fault::Adrift)), "{kept_open}");

    stage.clock.set(SystemClock.now());
    assert_eq!(stage.server.compare_clocks().await.unwrap().as_secs(), 0);
    stage.server.health().await.unwrap();

    // Nothing was frozen: who may vote votes.
    stage.clock.set(stage::at(stage::OPEN));
    let session = stage.sign_in(0).await;
    let admission = stage.admission(&session, "csa", 0);
    let ballot = stage.ballot("csa", 0, 1, 500).await;
    let cast = stage
        .server
        .cast_ballot(&session, stage.id("csa"), &admission, ballot)
        .await;
    assert!(cast.unwrap().fresh);
}

/// SQLite is on the machine that asks: there is one clock.
#[tokio::test(flavor = "multi_thread")]
async fn a_machine_alone_has_one_clock() {
    let (_guard, url) = stage::sqlite();
    let stage = Stage::new(&url, 4).await;
    stage.past_grace();
    assert!(stage.server.compare_clocks().await.unwrap().is_zero());
    assert_eq!(stage.server.close_due_polls().await.unwrap().len(), 2);
}
