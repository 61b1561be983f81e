//! Never "maybe": the voting server is killed in the middle of casts, again and again; no receipted ballot is lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::common::Polls;
use isoloir::ambient;
use isoloir::voter::{Admission, Ballot, Receipt, Session};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const VOTERS: u32 = 120;

struct Ready {
    session: Session,
    admission: Admission,
    ballot: Ballot,
}

/// Everyone sends the same bytes until there is an answer; receipts by voter.
async fn cast_once(
    polls: &Polls,
    ready: &BTreeMap<u32, Arc<Ready>>,
    jobs: usize,
    count: &Arc<AtomicUsize>,
) -> BTreeMap<u32, Receipt> {
    let gate = Arc::new(Semaphore::new(jobs));
    let mut tasks = JoinSet::new();
    for (number, one) in ready {
        let count = Arc::clone(count);
        let (number, one, gate, election) = (*number, Arc::clone(one), Arc::clone(&gate), polls.election().to_owned());
        tasks.spawn(async move {
            let _permit = gate.acquire().await.unwrap();
            let outcome = one
                .session
                .cast(&election, &one.admission, one.ballot.bytes.clone())
                .await;
            // A refusal would be wrong at any time: only "no answer" may happen.
            if let Err(error) = &outcome {
                assert!(error.code().is_none_or(|code| code == "store_unavailable"), "{error}");
            }
            count.fetch_add(usize::from(outcome.is_ok()), Ordering::SeqCst);
            outcome.ok().map(|receipt| (number, receipt))
        });
    }
    let mut receipts = BTreeMap::new();
    while let Some(one) = tasks.join_next().await {
        receipts.extend(one.unwrap());
    }
    receipts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_the_middle_of_casts_loses_no_receipted_ballot() {
    let polls = Polls::with_voters(VOTERS, None).await;
    let mut running = polls.start().await;
    let portal = polls.portal();
    let electorate = isoloir::rehearse::Ballots::fetch(&portal, [polls.election().to_owned()])
        .await
        .unwrap();
    let election = electorate.election(polls.election()).unwrap();
    let mut ready = BTreeMap::new();
    for number in 1..=VOTERS {
        let (session, mut entitlements) = polls.voter(&portal, number).await;
        let entitlement = entitlements.remove(0);
        let ballot = Ballot::choose(&election, &entitlement.credential, number % 8, &mut ambient::rng()).unwrap();
        ready.insert(
            number,
            Arc::new(Ready {
                session,
                admission: entitlement.admission,
                ballot,
            }),
        );
    }
    let mut promised: BTreeMap<u32, Receipt> = BTreeMap::new();
    for jobs in [4, 8, 16] {
        // Those who have a receipt ask again first; the kill falls among the casts that come after.
        let (count, wanted) = (Arc::new(AtomicUsize::new(0)), promised.len() + 5);
        let killer = async {
            while count.load(Ordering::SeqCst) < wanted {
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
            running.server.kill().await.unwrap();
        };
        let (receipts, ()) = tokio::join!(cast_once(&polls, &ready, jobs, &count), killer);
        assert!(
            (wanted..VOTERS as usize).contains(&receipts.len()),
            "not in the middle: {}",
            receipts.len()
        );
        for (number, receipt) in receipts {
            let before = promised.entry(number).or_insert_with(|| receipt.clone());
            assert_eq!(*before, receipt, "an identical retry gets the identical receipt");
        }
        running.server = polls.site.start_server().await.unwrap();
    }
    let receipts = cast_once(&polls, &ready, 8, &Arc::default()).await;
    assert_eq!(
        receipts.len(),
        VOTERS as usize,
        "after the crashes everyone gets a receipt"
    );
    for (number, receipt) in &promised {
        assert_eq!(&receipts[number], receipt);
    }
    for (number, receipt) in &receipts {
        assert!(
            portal.has_tracker(polls.election(), &receipt.tracker).await.unwrap(),
            "voter {number}"
        );
    }
    let server = isoloir::open_voting_server(&polls.site.folder.join("server.toml"))
        .await
        .unwrap();
    let counts = server.board_counts(&polls.election().parse().unwrap()).await.unwrap();
    assert!(counts.agree() && counts.ballots == u64::from(VOTERS), "{counts:?}");
    running.stop().await.unwrap();
}
