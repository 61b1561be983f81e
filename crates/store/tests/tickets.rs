//! Requests to the help desk on both engines: numbers, second presses, queue, states, and a journal that holds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "in a test, a failure is a failed test"
)]

use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::ticket::{Author, TicketNumber, TicketStatus, Topic};
use isoloir_domain::{Calendar, Consultation, Language, Policy, Profile, StaffId};
use isoloir_store::Store;
use isoloir_store::ticket::{NewTicket, NewTicketMessage, Opened, QueueFilter, Written};
use jiff::{SignedDuration, Timestamp};

fn after(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-12-05T10:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

fn entry(what: Event, minutes: i64) -> Entry {
    Entry {
        at: after(minutes),
        actor: None,
        subject: Subject::Consultation("c".parse().unwrap()),
        what,
    }
}

async fn with_consultation(url: &str) -> Store {
    let store = Store::open(url).await.unwrap();
    let day = SignedDuration::from_hours(24);
    let consultation = Consultation {
        id: "c".parse().unwrap(),
        title: "c".to_owned(),
        organiser: "o".to_owned(),
        profile: Profile::Test,
        group: "Ed25519".to_owned(),
        calendar: Calendar::new(after(0) - day, after(0) + day, SignedDuration::ZERO).unwrap(),
        live_box: false,
        policy: Policy::default(),
    };
    let created = entry(Event::ConsultationImported, 0);
    assert!(
        store
            .insert_consultation(&consultation, &[], &[], &created)
            .await
            .unwrap()
    );
    store
}

fn new_ticket(form: u8, minutes: i64) -> NewTicket {
    NewTicket {
        year: 2026,
        consultation: "c".parse().unwrap(),
        form: [form; 32],
        follow: Some([form ^ 0x80; 32]),
        voter: None,
        name: "Awa".to_owned(),
        contact: "awa@valbrune.example".to_owned(),
        number: String::new(),
        language: Language::English,
        topic: Topic::Vote,
        body: "Bonjour".to_owned(),
        opened: after(minutes),
    }
}

fn message(form: u8, author: Author, agent: Option<StaffId>, minutes: i64) -> NewTicketMessage {
    NewTicketMessage {
        form: [form; 32],
        author,
        agent,
        body: "Texte".to_owned(),
        at: after(minutes),
    }
}

async fn numbers(store: &Store, filter: QueueFilter) -> Vec<u32> {
    let tickets = store.tickets(&filter, 10, 0).await.unwrap();
    tickets.iter().map(|ticket| ticket.number.rank()).collect()
}

async fn whole_life(store: &Store) {
    let (one, two) = (TicketNumber::new(2026, 1), TicketNumber::new(2026, 2));
    assert_eq!(
        store.open_ticket(&new_ticket(1, 0), |_| None).await.unwrap(),
        Opened::New(one)
    );
    assert_eq!(
        store.open_ticket(&new_ticket(1, 1), |_| None).await.unwrap(),
        Opened::Again(one)
    );
    assert_eq!(
        store.open_ticket(&new_ticket(2, 2), |_| None).await.unwrap(),
        Opened::New(two),
        "no number is lost"
    );
    assert_eq!(store.running_tickets_at("awa@valbrune.example").await.unwrap(), 2);
    let found = store.ticket_by_follow(&[0x81; 32]).await.unwrap().unwrap();
    assert_eq!(
        (found.number, found.language, found.topic),
        (one, Language::English, Topic::Vote)
    );
    assert_eq!(numbers(store, QueueFilter::default()).await, [1, 2]);

    let agent: StaffId = "0190a2b4-5c6d-4e8f-9a0b-1c2d3e4f5061".parse().unwrap();
    let assigned = entry(Event::TicketAssigned { number: two }, 3);
    assert!(store.assign_ticket(two, agent, &assigned).await.unwrap());
    assert!(!store.assign_ticket(two, agent, &assigned).await.unwrap());
    let of_agent = |status| QueueFilter {
        status,
        agent: Some(agent),
        consultation: Some("c".parse().unwrap()),
    };
    assert_eq!(numbers(store, of_agent(None)).await, [2]);
    assert!(numbers(store, of_agent(Some(TicketStatus::New))).await.is_empty());

    let answered = entry(Event::TicketAnswered { number: one }, 4);
    let answer = message(3, Author::Agent, Some(agent), 4);
    assert_eq!(
        store.write_in_ticket(one, &answer, None, &answered).await.unwrap(),
        Written::New
    );
    assert_eq!(
        store.write_in_ticket(one, &answer, None, &answered).await.unwrap(),
        Written::Again
    );
    assert_eq!(
        store.write_in_ticket(two, &answer, None, &answered).await.unwrap(),
        Written::Foreign
    );
    let ticket = store.ticket(one).await.unwrap().unwrap();
    assert_eq!(
        (ticket.status, ticket.agent, ticket.updated),
        (TicketStatus::Waiting, Some(agent), after(4))
    );
    assert_eq!(
        numbers(store, QueueFilter::default()).await,
        [2, 1],
        "what waits longest comes first"
    );
    assert_eq!(
        store.open_ticket(&new_ticket(3, 5), |_| None).await.unwrap(),
        Opened::Foreign
    );

    let replied = entry(Event::TicketReplied { number: one }, 6);
    let reply = message(4, Author::Person, None, 6);
    assert_eq!(
        store.write_in_ticket(one, &reply, None, &replied).await.unwrap(),
        Written::New
    );
    assert_eq!(store.ticket(one).await.unwrap().unwrap().status, TicketStatus::Open);
    assert_eq!(store.ticket_messages_from_person(one).await.unwrap(), 2);

    let closed = entry(Event::TicketClosed { number: one }, 7);
    assert!(store.close_ticket(one, None, &closed).await.unwrap());
    assert!(!store.close_ticket(one, None, &closed).await.unwrap());
    let late = message(5, Author::Person, None, 8);
    assert_eq!(
        store.write_in_ticket(one, &late, None, &replied).await.unwrap(),
        Written::Closed
    );
    let note = message(6, Author::Note, Some(agent), 9);
    let noted = entry(Event::TicketNoted { number: one }, 9);
    assert_eq!(
        store.write_in_ticket(one, &note, None, &noted).await.unwrap(),
        Written::New
    );
    assert_eq!(numbers(store, of_agent(Some(TicketStatus::Closed))).await, [1]);
    let mut counts = store.ticket_counts(None).await.unwrap();
    counts.sort_by_key(|(status, _)| status.as_str());
    assert_eq!(counts, [(TicketStatus::Closed, 1), (TicketStatus::Open, 1)]);
    let elsewhere = "autre".parse().unwrap();
    assert!(store.ticket_counts(Some(&elsewhere)).await.unwrap().is_empty());
    let reopened = entry(Event::TicketReopened { number: one }, 10);
    assert!(store.reopen_ticket(one, &reopened).await.unwrap());
    assert!(!store.reopen_ticket(one, &reopened).await.unwrap());
    let authors: Vec<_> = store
        .ticket_messages(one)
        .await
        .unwrap()
        .iter()
        .map(|m| (m.position, m.author))
        .collect();
    assert_eq!(
        authors,
        [
            (1, Author::Person),
            (2, Author::Agent),
            (3, Author::Person),
            (4, Author::Note)
        ]
    );
    assert!(store.journal_holds().await.unwrap());
    // What was refused or sent again left no trace: one import, two openings, and six acts.
    assert_eq!(store.latest_journal(100).await.unwrap().len(), 9);
}

#[tokio::test]
async fn a_request_lives_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("s.db").display());
    whole_life(&with_consultation(&url).await).await;
}

#[tokio::test]
async fn a_request_lives_on_postgres() {
    let cluster = isoloir_testkit::Postgres::start();
    whole_life(&with_consultation(&cluster.fresh_database()).await).await;
}
