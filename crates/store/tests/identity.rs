//! Visits to the provider of identities on both engines: a state serves once, an outcome is its browser's, marks mean voters.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "in a test, a failure is a failed test"
)]

use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::{Calendar, Consultation, Election, Policy, Profile, Voter, VoterId};
use isoloir_store::Store;
use isoloir_store::identity::Visit;
use isoloir_store::roll::{NewRoll, sort_key};
use jiff::{SignedDuration, Timestamp};

fn after(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-12-05T10:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

fn entry() -> Entry {
    Entry {
        at: after(0),
        actor: None,
        subject: Subject::Consultation("c".parse().unwrap()),
        what: Event::ConsultationImported,
    }
}

fn visit(browser: u8, minutes: i64) -> Visit {
    Visit {
        browser: vec![browser; 32],
        purpose: "password".to_owned(),
        session: None,
        secrets: vec![9; 80],
        language: "fr".to_owned(),
        expires: after(minutes),
    }
}

async fn visits(url: &str) {
    let store = Store::open(url).await.unwrap();
    store.insert_visit(&[1; 32], &visit(1, 15), after(0)).await.unwrap();
    assert_eq!(store.take_visit(&[2; 32]).await.unwrap(), None);
    assert_eq!(store.take_visit(&[1; 32]).await.unwrap(), Some(visit(1, 15)));
    assert_eq!(store.take_visit(&[1; 32]).await.unwrap(), None, "a state serves once");
    // Those that are over are forgotten when another begins.
    store.insert_visit(&[3; 32], &visit(3, 15), after(0)).await.unwrap();
    store.insert_visit(&[4; 32], &visit(4, 40), after(20)).await.unwrap();
    assert_eq!(store.take_visit(&[3; 32]).await.unwrap(), None);

    let record =
        |outcome: &'static str, minutes| store.record_outcome(&[1; 32], ("password", outcome), after(minutes), None);
    record("first", 10).await.unwrap();
    record("second", 20).await.unwrap();
    let told = |browser, minutes| {
        let store = store.clone();
        async move { store.outcome(&[browser; 32], after(minutes)).await.unwrap() }
    };
    assert_eq!(told(1, 19).await, Some(("password".to_owned(), "second".to_owned())));
    assert_eq!(told(1, 20).await, None, "it is readable for a while only");
    assert_eq!(told(2, 0).await, None, "and by its browser only");
    store.close().await;
}

fn voter(n: u8) -> Voter {
    Voter {
        id: format!("00000000-0000-0000-0000-0000000000{n:02}").parse().unwrap(),
        number: n.to_string(),
        last_name: "l".to_owned(),
        first_name: "f".to_owned(),
        email: None,
        language: None,
    }
}

async fn marks(url: &str) {
    let store = Store::open(url).await.unwrap();
    let day = SignedDuration::from_hours(24);
    let consultation = Consultation {
        id: "c".parse().unwrap(),
        title: "c".to_owned(),
        organiser: "o".to_owned(),
        profile: Profile::Test,
        group: "Ed25519".to_owned(),
        calendar: Calendar::new(after(0) + day, after(0) + day + day, SignedDuration::ZERO).unwrap(),
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
    assert!(
        store
            .insert_consultation(&consultation, std::slice::from_ref(&election), &[], &entry())
            .await
            .unwrap()
    );
    let (one, two, three) = (voter(1), voter(2), voter(3));
    let ids: [VoterId; 3] = [one.id, two.id, three.id];
    let roll = |voters: Vec<Voter>, identities| NewRoll {
        elections: vec![election.id.clone()],
        entries: ids
            .iter()
            .map(|id| (election.id.clone(), *id, sort_key(&election.id, *id, "l", "f")))
            .collect(),
        voters,
        deliveries: Vec::new(),
        identities,
        file: String::new(),
        imported: after(0),
    };
    let first = vec![
        (ids[0], vec![[1; 32], [2; 32]]),
        (ids[1], vec![[2; 32]]),
        (ids[2], Vec::new()),
    ];
    store
        .replace_rolls(&roll(vec![one, two, three], first), &entry())
        .await
        .unwrap();
    // In parts, the roll is the whole roll.
    let whole: Vec<VoterId> = store
        .roll(&election.id)
        .await
        .unwrap()
        .iter()
        .map(|voter| voter.id)
        .collect();
    let mut parts: Vec<VoterId> = Vec::new();
    for size in [2, 1, 0] {
        let part = store.roll_after(&election.id, parts.last().copied(), 2).await.unwrap();
        assert_eq!(part.len(), size);
        parts.extend(part.iter().map(|voter| voter.id));
    }
    assert_eq!((parts.len(), &parts), (3, &whole));
    let found = |marks: Vec<[u8; 32]>| {
        let store = store.clone();
        async move { store.voters_marked(&marks).await.unwrap() }
    };
    assert_eq!(found(vec![[1; 32]]).await, [ids[0]]);
    assert_eq!(found(vec![[1; 32], [7; 32]]).await, [ids[0]]);
    assert_eq!(found(vec![[2; 32]]).await.len(), 2);
    assert!(found(vec![[3; 32]]).await.is_empty());
    // What is imported again takes the place of what was known of its voters; what says nothing leaves it.
    store
        .replace_rolls(
            &roll(Vec::new(), vec![(ids[0], vec![[3; 32]]), (ids[1], Vec::new())]),
            &entry(),
        )
        .await
        .unwrap();
    store
        .replace_rolls(&roll(Vec::new(), Vec::new()), &entry())
        .await
        .unwrap();
    assert!(found(vec![[1; 32], [2; 32]]).await.is_empty());
    assert_eq!(found(vec![[3; 32]]).await, [ids[0]]);
    store.close().await;
}

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    visits(&format!("sqlite://{}", folder.path().join("v.db").display())).await;
    marks(&format!("sqlite://{}", folder.path().join("m.db").display())).await;
}

#[tokio::test]
async fn on_postgres() {
    let cluster = isoloir_testkit::Postgres::start();
    visits(&cluster.fresh_database()).await;
    marks(&cluster.fresh_database()).await;
}
