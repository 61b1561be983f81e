//! A full disk: the voter is told that nothing is stored, and the same bytes are received once there is room again.

use crate::common::{Polls, SmallDisk};
use isoloir::ambient;
use isoloir::rehearse::Ballots;
use isoloir::voter::Ballot;

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_nothing_is_stored_and_the_retry_is_received() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&folder.path().join("disk")) else {
        eprintln!("SKIPPED: this user may not mount a small disk");
        return;
    };
    let database = format!("sqlite:{}", disk.0.join("server.db").display());
    let polls = Polls::with_voters(2, Some(&database)).await;
    let running = polls.start().await;
    let portal = polls.portal();
    let ballots = Ballots::fetch(&portal, polls.elections.clone()).await.unwrap();
    let election = ballots.election(polls.election()).unwrap();
    let (session, mut entitlements) = polls.voter(&portal, 1).await;
    let one = entitlements.remove(0);
    let ballot = Ballot::choose(&election, &one.credential, 0, &mut ambient::rng()).unwrap();

    disk.fill();
    let error = session
        .cast(&one.election, &one.admission, ballot.bytes.clone())
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("store_unavailable"), "{error}");
    assert!(
        !portal.has_tracker(polls.election(), &ballot.tracker).await.unwrap(),
        "nothing is stored"
    );

    disk.make_room();
    let receipt = session
        .cast(&one.election, &one.admission, ballot.bytes.clone())
        .await
        .unwrap();
    assert_eq!(receipt.tracker, ballot.tracker);
    assert!(portal.has_tracker(polls.election(), &ballot.tracker).await.unwrap());
    running.stop().await.unwrap();
}
