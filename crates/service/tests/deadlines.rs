//! Warnings before deadlines, on both engines, by the clock: on the days that the rules name, once, to the organisers, while somebody has to act.

use crate::staff;
use crate::stage;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::policy::WarningsPolicy;
use isoloir_domain::{Calendar, Role};
use isoloir_service::VotingServer;
use isoloir_service::import_consultation::ConsultationPlan;
use isoloir_service::outbox::InboxMessage;
use jiff::SignedDuration;
use stage::{CLOSES, LISTS, OPENS, at, roll};

async fn server(url: &str, change: impl FnOnce(&mut ConsultationPlan)) -> (VotingServer, SettableClock) {
    let clock = SettableClock::new(at("2026-10-01T09:00:00Z"));
    let server = stage::open(url, &clock, 7).await;
    let mut plan = stage::plan();
    // Lists are filed until the 23rd of October at noon.
    plan.policy.candidates.filed_until = Some(at("2026-10-23T10:00:00Z"));
    plan.policy.candidates.published_from = Some(at("2026-11-17T08:00:00Z"));
    change(&mut plan);
    server.import_consultation(&plan).await.unwrap();
    for role in [Role::Organiser, Role::Support] {
        staff::enrolled(&server, &clock, role).await;
    }
    (server, clock)
}

/// The warnings that an address received, the latest first.
async fn warnings(server: &VotingServer, to: &str) -> Vec<InboxMessage> {
    let mails = server.demonstration_inbox(Some(to), 100).await.unwrap();
    mails
        .into_iter()
        .filter(|mail| mail.subject.contains("Échéance"))
        .collect()
}

const ORGANISER: &str = "organiser@valbrune.example";

async fn organisers_are_warned_on_the_days_of_the_rules_once(url: &str) {
    let (server, clock) = server(url, |_| {}).await;
    // A look every six hours, by two servers.
    let other = stage::open(url, &clock, 8).await;
    let mut warned = 0;
    for _ in 0..4 * 30 {
        let (one, two) = tokio::join!(server.warn_of_deadlines(), other.warn_of_deadlines());
        warned += one.unwrap() + two.unwrap();
        clock.advance(SignedDuration::from_hours(6));
    }
    assert_eq!(warned, 2);
    let mails = warnings(&server, ORGANISER).await;
    let days: Vec<String> = mails
        .iter()
        .rev()
        .map(|mail| mail.at.to_string()[..10].to_owned())
        .collect();
    assert_eq!(
        days,
        ["2026-10-16", "2026-10-22"],
        "seven days before, and the day before"
    );
    let first = &mails[1];
    for words in ["Échéance dans 7\u{a0}jours", "Deadline in 7\u{a0}days"] {
        assert!(first.subject.contains(words), "{words} in {}", first.subject);
    }
    let flat = first.body.replace('\n', " ");
    for words in [
        "Comité social",
        "les listes de candidats sont à importer",
        "the candidate lists are to be imported",
        "/gestion/preparation",
    ] {
        assert!(flat.contains(words), "{words} in {}", first.body);
    }
    assert!(mails[0].subject.contains("Échéance demain"), "{}", mails[0].subject);
    assert!(warnings(&server, "support@valbrune.example").await.is_empty());
}

async fn what_is_done_is_not_warned_of(url: &str) {
    let (server, clock) = server(url, |_| {}).await;
    let id = stage::plan().id;
    server.import_roll(&id, roll(4).as_bytes()).await.unwrap();
    server.import_lists(&id, LISTS.as_bytes()).await.unwrap();
    clock.set(at("2026-10-16T09:00:00Z"));
    assert_eq!(server.warn_of_deadlines().await.unwrap(), 0);
    // The box is still to be set up before the vote opens.
    clock.set(at("2026-11-30T09:00:00Z"));
    assert_eq!(server.warn_of_deadlines().await.unwrap(), 1);
    assert_eq!(server.warn_of_deadlines().await.unwrap(), 0);
    let mail = &warnings(&server, ORGANISER).await[0];
    let flat = mail.body.replace('\n', " ");
    assert!(flat.contains("l’urne est à préparer"), "{}", mail.body);
    assert!(!flat.contains("listes de candidats sont"), "{}", mail.body);
    clock.set(at(OPENS));
    assert_eq!(server.warn_of_deadlines().await.unwrap(), 0, "too late to warn");
}

async fn a_server_that_was_down_warns_late_and_never_backwards(url: &str) {
    let (server, clock) = server(url, |_| {}).await;
    clock.set(at("2026-10-19T09:00:00Z"));
    assert_eq!(server.warn_of_deadlines().await.unwrap(), 1, "three days late");
    assert!(
        warnings(&server, ORGANISER).await[0]
            .subject
            .contains("dans 4\u{a0}jours")
    );
    clock.set(at("2026-10-22T09:00:00Z"));
    assert_eq!(server.warn_of_deadlines().await.unwrap(), 1);
    clock.set(at("2026-10-22T20:00:00Z"));
    assert_eq!(server.warn_of_deadlines().await.unwrap(), 0);
}

async fn another_deadline_is_warned_of_again_and_no_days_are_no_warning(url: &str) {
    let (server, clock) = server(url, |plan| plan.policy.warnings = WarningsPolicy::new([3]).unwrap()).await;
    let id = stage::plan().id;
    clock.set(at("2026-11-30T09:00:00Z"));
    assert_eq!(server.warn_of_deadlines().await.unwrap(), 1);
    let later = Calendar::new(
        at(OPENS) + SignedDuration::from_hours(24),
        at(CLOSES),
        SignedDuration::ZERO,
    );
    server.change_calendar(&id, later.unwrap()).await.unwrap();
    assert_eq!(server.warn_of_deadlines().await.unwrap(), 0, "four days before");
    clock.set(at("2026-12-01T09:00:00Z"));
    assert_eq!(server.warn_of_deadlines().await.unwrap(), 1);
}

async fn rules_without_days_warn_of_nothing(url: &str) {
    let (server, clock) = server(url, |plan| plan.policy.warnings = WarningsPolicy::new([]).unwrap()).await;
    for day in ["2026-10-16T09:00:00Z", "2026-10-22T09:00:00Z", "2026-12-02T09:00:00Z"] {
        clock.set(at(day));
        assert_eq!(server.warn_of_deadlines().await.unwrap(), 0, "{day}");
    }
}

on_both_engines!(
    organisers_are_warned_on_the_days_of_the_rules_once,
    what_is_done_is_not_warned_of,
    a_server_that_was_down_warns_late_and_never_backwards,
    another_deadline_is_warned_of_again_and_no_days_are_no_warning,
    rules_without_days_warn_of_nothing,
);
