//! The staff on both engines: invitations used once, steps of the second factor that never go back, sessions that end with their owner.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "in a test, a failure is a failed test"
)]

use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::{SessionId, StaffId, StaffMember};
use isoloir_store::Store;
use isoloir_store::staff::{NewStaffLink, NewStaffSession};
use jiff::{SignedDuration, Timestamp};

const ME: &str = "00000000-0000-4000-8000-000000000001";

fn after(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-12-05T10:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

fn me() -> StaffId {
    ME.parse().unwrap()
}

fn entry(what: Event) -> Entry {
    Entry {
        at: after(0),
        actor: Some(me()),
        subject: Subject::Staff(me()),
        what,
    }
}

fn member() -> StaffMember {
    StaffMember {
        elections: std::collections::BTreeSet::new(),
        id: me(),
        name: "Inès Moreau".to_owned(),
        email: "ines@valbrune.example".to_owned(),
        roles: "support,organiser".parse().unwrap(),
        consultation: None,
        disabled: false,
    }
}

fn link(hash: u8) -> NewStaffLink {
    NewStaffLink {
        hash: [hash; 32],
        staff: me(),
        second_factor: vec![hash],
        expires: after(60),
    }
}

fn session(hash: u8) -> NewStaffSession {
    NewStaffSession {
        hash: [hash; 32],
        id: format!("00000000-0000-4000-8000-0000000001{hash:02}")
            .parse::<SessionId>()
            .unwrap(),
        staff: me(),
        created: after(0),
        expires: after(480),
        previous_sign_in: None,
    }
}

async fn enrol(store: &Store, hash: u8, step: i64, minutes: i64) -> bool {
    let chosen = ("$argon2id$x", [9_u8].as_slice(), step);
    store
        .use_staff_link(&[hash; 32], chosen, after(minutes), &entry(Event::StaffActivated))
        .await
        .unwrap()
}

async fn begin(store: &Store, hash: u8, step: i64) -> bool {
    store
        .insert_staff_session(&session(hash), step, &[7; 32], &entry(Event::StaffSignedIn))
        .await
        .unwrap()
}

async fn is_open(store: &Store, hash: u8, minutes: i64) -> bool {
    let found = store
        .staff_session(&[hash; 32], after(minutes), after(minutes - 15))
        .await
        .unwrap();
    found.is_some_and(|found| found.member == member())
}

async fn whole_life(store: &Store) {
    let invited = entry(Event::StaffInvited { roles: member().roles });
    assert!(store.insert_staff(&member(), &link(1), None, &invited).await.unwrap());
    assert!(
        !store.insert_staff(&member(), &link(2), None, &invited).await.unwrap(),
        "known"
    );
    assert!(
        store.staff_link(&[2; 32], after(0)).await.unwrap().is_none(),
        "no link without a person"
    );
    let (found, factor) = store.staff_link(&[1; 32], after(0)).await.unwrap().unwrap();
    assert_eq!((found.member, found.activated, factor), (member(), false, vec![1]));
    assert!(
        store
            .staff_credentials("ines@valbrune.example")
            .await
            .unwrap()
            .is_none(),
        "not enrolled"
    );
    assert!(!enrol(store, 1, 10, 60).await, "too late");
    assert!(enrol(store, 1, 10, 59).await);
    assert!(!enrol(store, 1, 10, 59).await, "used");

    assert!(!begin(store, 1, 10).await, "the step of the enrolment");
    assert!(begin(store, 1, 12).await);
    assert!(
        !begin(store, 2, 12).await && !begin(store, 2, 11).await,
        "a step never serves again"
    );
    assert!(is_open(store, 1, 14).await && !is_open(store, 1, 15).await && !is_open(store, 2, 0).await);
    store.staff_session_seen(session(1).id, after(14)).await.unwrap();
    assert!(is_open(store, 1, 28).await);
    let known = store.staff().await.unwrap();
    assert!(known.len() == 1 && known[0].activated && known[0].last_sign_in == Some(after(0)));

    // Two sign-ins with one code at the same time: one session.
    let (one, two) = tokio::join!(begin(store, 3, 20), begin(store, 4, 20));
    assert!(one != two);

    let again = entry(Event::StaffInvitedAgain);
    assert!(store.renew_staff_link(&link(5), None, &again).await.unwrap());
    assert!(store.renew_staff_link(&link(6), None, &again).await.unwrap());
    assert!(!is_open(store, 1, 14).await, "sessions end");
    assert!(
        store.staff_link(&[5; 32], after(0)).await.unwrap().is_none(),
        "earlier links are void"
    );
    assert!(
        store
            .staff_credentials("ines@valbrune.example")
            .await
            .unwrap()
            .is_none()
    );
    assert!(enrol(store, 6, 30, 1).await && begin(store, 6, 31).await && is_open(store, 6, 1).await);
    assert_eq!(store.purge_staff_sessions(after(1), after(0)).await.unwrap(), 1);

    assert!(begin(store, 7, 32).await);
    assert!(
        store
            .disable_staff(me(), true, &entry(Event::StaffDisabled))
            .await
            .unwrap()
    );
    assert!(!is_open(store, 7, 1).await && !begin(store, 8, 40).await);
    assert!(!store.renew_staff_link(&link(9), None, &again).await.unwrap());
    let nobody: StaffId = "00000000-0000-4000-8000-000000000002".parse().unwrap();
    assert!(
        !store
            .disable_staff(nobody, true, &entry(Event::StaffDisabled))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn the_staff_lives_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("s.db").display());
    whole_life(&Store::open(&url).await.unwrap()).await;
}

#[tokio::test]
async fn the_staff_lives_on_postgres() {
    let cluster = isoloir_testkit::Postgres::start();
    whole_life(&Store::open(&cluster.fresh_database()).await.unwrap()).await;
}
