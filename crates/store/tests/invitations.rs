//! Invitations of a whole consultation on both engines: everybody without an account, many at a time, all of them or nobody.
#![allow(clippy::unwrap_used, missing_docs, reason = "in a test, a failure is a failed test")]

use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::{Calendar, Consultation, ConsultationId, Election, Policy, Profile, Voter, VoterId};
use isoloir_store::account::NewLink;
use isoloir_store::roll::{NewRoll, sort_key};
use isoloir_store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};

/// More than are invited at a time.
const VOTERS: u32 = 5_003;

fn now() -> Timestamp {
    "2026-12-05T10:00:00Z".parse().unwrap()
}

fn id(n: u32) -> VoterId {
    format!("00000000-0000-4000-8000-{n:012}").parse().unwrap()
}

fn entry(what: Event) -> Entry {
    Entry {
        at: now(),
        actor: None,
        subject: Subject::Consultation("c".parse().unwrap()),
        what,
    }
}

/// A link whose hash tells the voter and the round.
fn link(voter: VoterId, round: u8) -> NewLink {
    let mut hash = [round; 32];
    hash.iter_mut()
        .zip(voter.to_string().bytes().rev())
        .for_each(|(one, digit)| *one ^= digit);
    NewLink {
        hash,
        voter,
        expires: now() + SignedDuration::from_hours(24),
        mail: None,
    }
}

async fn with_a_roll(url: &str) -> (Store, ConsultationId) {
    let store = Store::open(url).await.unwrap();
    let consultation = Consultation {
        id: "c".parse().unwrap(),
        title: "c".to_owned(),
        organiser: "o".to_owned(),
        profile: Profile::Test,
        group: "Ed25519".to_owned(),
        calendar: Calendar::new(now(), now() + SignedDuration::from_hours(48), SignedDuration::ZERO).unwrap(),
        live_box: false,
        policy: Policy::default(),
    };
    let election = Election {
        id: "NkHrZ7QCf3Nf3h".parse().unwrap(),
        consultation: consultation.id.clone(),
        key: "k".to_owned(),
        title: "t".to_owned(),
        seats: 1,
        position: 1,
        count: isoloir_domain::CountRules::default(),
    };
    let imported = entry(Event::ConsultationImported);
    let elections = std::slice::from_ref(&election);
    assert!(
        store
            .insert_consultation(&consultation, elections, &[], &imported)
            .await
            .unwrap()
    );
    let voter = |n| Voter {
        id: id(n),
        number: n.to_string(),
        last_name: "l".to_owned(),
        first_name: "f".to_owned(),
        email: None,
        language: None,
    };
    let roll = NewRoll {
        elections: vec![election.id.clone()],
        voters: (1..=VOTERS).map(voter).collect(),
        entries: (1..=VOTERS)
            .map(|n| (election.id.clone(), id(n), sort_key(&election.id, id(n), "l", "f")))
            .collect(),
        deliveries: Vec::new(),
        identities: Vec::new(),
        file: String::new(),
        imported: now(),
    };
    store.replace_rolls(&roll, &imported).await.unwrap();
    (store, consultation.id)
}

async fn everybody_or_nobody(url: &str) {
    let (store, consultation) = with_a_roll(url).await;
    store.set_passwords(&[id(2)], "hash", now()).await.unwrap();
    let sent = |count| entry(Event::InvitationsSent { count });
    // The third has no mailbox, the second an account.
    let invite = |round, last: u32| {
        let store = store.clone();
        let consultation = consultation.clone();
        async move {
            let make = |voter: &Voter| match voter.id {
                one if one == id(3) => Ok(None),
                one if one == id(last) => Err(StoreError::Damaged("a voter")),
                one => Ok(Some(link(one, round))),
            };
            store.invite(&consultation, make, sent).await
        }
    };
    let good = |n, round| {
        let store = store.clone();
        async move {
            store
                .activation(&link(id(n), round).hash, now())
                .await
                .unwrap()
                .is_some()
        }
    };
    assert_eq!(invite(0, 0).await.unwrap(), u64::from(VOTERS) - 2);
    for (n, invited) in [(1, true), (2, false), (3, false), (VOTERS, true)] {
        assert_eq!(good(n, 0).await, invited, "{n}");
    }
    // The last voter cannot be written to: whoever was written before keeps the link of before.
    assert!(invite(1, VOTERS).await.is_err());
    assert!(good(1, 0).await && !good(1, 1).await);
    assert_eq!(invite(2, 0).await.unwrap(), u64::from(VOTERS) - 2);
    assert!(
        !good(1, 0).await && good(1, 2).await,
        "a new link voids the one of before"
    );
    store.close().await;
}

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    everybody_or_nobody(&format!("sqlite://{}", folder.path().join("i.db").display())).await;
}

#[tokio::test]
async fn on_postgres() {
    everybody_or_nobody(&isoloir_testkit::Postgres::start().fresh_database()).await;
}
