//! Mailings on both engines: everybody once, whoever works on it and whoever is killed; nothing that is sealed moves; nobody is chosen by turnout.

use crate::stage;
use std::collections::BTreeMap;

use isoloir_domain::clock::SettableClock;
use isoloir_domain::journal::Event;
use isoloir_domain::mailing::{MailingAct, MailingKind, MailingStatus, WordsProblem, proposed};
use isoloir_service::VotingServer;
use isoloir_service::mailings::{Mailing, MailingError, MailingPlan};
use isoloir_service::read_journal::Wanted;
use isoloir_service::review_roll::Decider;
use jiff::SignedDuration;
use stage::{CLOSES, OPENS, PASSWORD, Stage, at, roll};

const BY: Decider<'static> = Decider::Named("Yann Corbel");

fn plan_of(kind: MailingKind, elections: &[&str], per_minute: u32) -> MailingPlan {
    MailingPlan {
        elections: elections.iter().map(|key| (*key).to_owned()).collect(),
        words: proposed(kind),
        per_minute,
    }
}

async fn planned(server: &VotingServer, kind: MailingKind, elections: &[&str], per_minute: u32) -> Mailing {
    let id = "essai-2026".parse().unwrap();
    let plan = plan_of(kind, elections, per_minute);
    server.plan_mailing(&id, kind, &plan, BY).await.unwrap()
}

/// How many messages of this subject each address has.
async fn received(server: &VotingServer, subject: &str) -> BTreeMap<String, usize> {
    let mut by_address = BTreeMap::new();
    for mail in server.demonstration_inbox(None, 10_000).await.unwrap() {
        if mail.subject.starts_with(subject) {
            *by_address.entry(mail.to).or_default() += 1;
        }
    }
    by_address
}

fn everyone_once(voters: usize) -> BTreeMap<String, usize> {
    (0..voters).map(|i| (format!("voter{i}@valbrune.example"), 1)).collect()
}

/// A server with a roll of so many voters, before the vote, nobody with an account.
async fn before_the_vote(url: &str, voters: usize) -> (VotingServer, SettableClock) {
    let clock = SettableClock::new(at("2026-11-20T09:00:00Z"));
    let server = stage::open(url, &clock, 7).await;
    let plan = stage::plan();
    server.import_consultation(&plan).await.unwrap();
    server.import_roll(&plan.id, roll(voters).as_bytes()).await.unwrap();
    (server, clock)
}

async fn acts(server: &VotingServer, mailing: &Mailing) -> Vec<MailingAct> {
    let wanted = Wanted {
        kind: Some("mailing"),
        ..Wanted::default()
    };
    let entries = server.journal_page(None, &wanted).await.unwrap();
    let own = entries.into_iter().rev().filter_map(|(_, entry)| match entry.what {
        Event::Mailing(one) if one.mailing == mailing.id => Some(one.did),
        _ => None,
    });
    own.collect()
}

async fn a_reminder_goes_to_all_whether_they_voted_or_not_and_moves_nothing_sealed(url: &str) {
    let stage = Stage::new(url, 7).await;
    let server = &stage.server;
    stage.vote("csa", 1, 1).await.unwrap();
    stage.vote("csa", 4, 0).await.unwrap();
    let sealed = async || {
        let mut all = Vec::new();
        for key in ["csa", "cap"] {
            let id = stage.id(key);
            all.push(format!("{:?}", server.electoral_roll(id).await.unwrap().voters));
            all.push(format!("{:?}", server.lists(id).await.unwrap()));
            all.push(hex::encode(server.election_bytes(id).await.unwrap()));
            all.push(format!("{:?}", server.board_counts(id).await.unwrap()));
        }
        all
    };
    let before = sealed().await;
    let mailing = planned(server, MailingKind::Reminder, &["csa", "cap"], 6_000).await;
    server.start_mailing(mailing.id, None, BY).await.unwrap();
    assert_eq!(server.queue_due_mailings().await.unwrap(), 7);
    assert_eq!(received(server, "Rappel").await, everyone_once(7));
    let followed = server.followed_mailing(mailing.id).await.unwrap();
    assert_eq!(
        (followed.mailing.status, followed.mailing.queued),
        (MailingStatus::Done, 7)
    );
    assert_eq!(sealed().await, before);
    assert_eq!(
        acts(server, &mailing).await,
        [MailingAct::Planned, MailingAct::Started, MailingAct::Done]
    );
}

async fn two_workers_keep_one_pace_and_write_to_nobody_twice(url: &str) {
    let (one, clock) = before_the_vote(url, 41).await;
    let other = stage::open(url, &clock, 8).await;
    let mailing = planned(&one, MailingKind::Reminder, &["csa"], 60).await;
    one.start_mailing(mailing.id, None, BY).await.unwrap();
    let mut total = 0;
    for look in 1_u64.. {
        let (first, second) = tokio::join!(one.queue_due_mailings(), other.queue_due_mailings());
        total += first.unwrap() + second.unwrap();
        assert!(total <= 2 * look, "{total} in {look} times two seconds");
        if total == 41 {
            break;
        }
        clock.advance(SignedDuration::from_secs(2));
        assert!(look < 60, "it does not end");
    }
    assert_eq!(received(&one, "Rappel").await, everyone_once(41));
    assert_eq!(one.mailing(mailing.id).await.unwrap().status, MailingStatus::Done);
}

async fn a_server_that_is_gone_is_followed_by_another_from_where_it_was(url: &str) {
    let (first, clock) = before_the_vote(url, 20).await;
    let mailing = planned(&first, MailingKind::Activation, &["csa"], 300).await;
    first.start_mailing(mailing.id, None, BY).await.unwrap();
    assert_eq!(first.queue_due_mailings().await.unwrap(), 10);
    assert_eq!(first.queue_due_mailings().await.unwrap(), 0, "not before its time");
    first.close().await;
    // Nobody looked for an hour: the pace is not caught up with at once.
    clock.advance(SignedDuration::from_hours(1));
    let second = stage::open(url, &clock, 9).await;
    assert_eq!(second.queue_due_mailings().await.unwrap(), 10);
    clock.advance(SignedDuration::from_secs(2));
    assert_eq!(second.queue_due_mailings().await.unwrap(), 0, "all of them have one");
    assert_eq!(second.mailing(mailing.id).await.unwrap().status, MailingStatus::Done);
    assert_eq!(received(&second, "Activez").await, everyone_once(20));
}

async fn an_activation_goes_to_those_without_account_with_a_link_each(url: &str) {
    let (server, clock) = before_the_vote(url, 3).await;
    let link = async |voter: usize| {
        let to = format!("voter{voter}@valbrune.example");
        let mails = server.demonstration_inbox(Some(&to), 1).await.unwrap();
        let (_, after) = mails[0].body.split_once("/activation/").unwrap();
        after.split_whitespace().next().unwrap().to_owned()
    };
    let first = planned(&server, MailingKind::Activation, &["csa"], 600).await;
    let preview = server.preview_mailing(&first).await.unwrap();
    assert!(
        preview.name.as_ref().is_some_and(|name| name.starts_with("Prénom")),
        "{preview:?}"
    );
    assert!(preview.fr.body.contains("/activation/exemple\n"), "{}", preview.fr.body);
    server.start_mailing(first.id, None, BY).await.unwrap();
    server.queue_due_mailings().await.unwrap();
    let (token, old) = (link(0).await, link(1).await);
    let step = server.choose_password(&token, PASSWORD, PASSWORD).await.unwrap();
    let language = isoloir_domain::Language::French;
    let active = server.activate_account(&token, &step, Some(0), "Deux chevaux", language);
    active.await.unwrap();
    clock.advance(SignedDuration::from_mins(5));
    let again = planned(&server, MailingKind::Activation, &["csa", "cap"], 600).await;
    let followed = server.followed_mailing(again.id).await.unwrap();
    assert_eq!(followed.audience.reached, 2);
    server.start_mailing(again.id, None, BY).await.unwrap();
    server.queue_due_mailings().await.unwrap();
    assert_eq!(server.mailing(again.id).await.unwrap().queued, 2);
    assert!(
        server.activation(&old).await.is_err(),
        "a later link voids the one before"
    );
    assert!(server.activation(&link(1).await).await.is_ok());
}

async fn what_is_held_waits_and_what_is_stopped_leaves_no_more(url: &str) {
    let (server, clock) = before_the_vote(url, 30).await;
    let held = planned(&server, MailingKind::Reminder, &["csa"], 60).await;
    assert!(matches!(
        server.pause_mailing(held.id, BY).await,
        Err(MailingError::NotNow(MailingStatus::Draft))
    ));
    server.start_mailing(held.id, None, BY).await.unwrap();
    assert_eq!(server.queue_due_mailings().await.unwrap(), 2);
    server.pause_mailing(held.id, BY).await.unwrap();
    clock.advance(SignedDuration::from_mins(1));
    assert_eq!(server.queue_due_mailings().await.unwrap(), 0);
    server.resume_mailing(held.id, BY).await.unwrap();
    assert_eq!(server.queue_due_mailings().await.unwrap(), 2);
    let figures = server.followed_mailing(held.id).await.unwrap().figures;
    assert_eq!((figures.waiting, figures.expired), (4, 0));
    server.stop_mailing(held.id, BY).await.unwrap();
    let figures = server.followed_mailing(held.id).await.unwrap().figures;
    assert_eq!((figures.waiting, figures.expired), (0, 4), "what waited is withdrawn");
    clock.advance(SignedDuration::from_mins(1));
    assert_eq!(server.queue_due_mailings().await.unwrap(), 0);
    assert!(matches!(
        server.resume_mailing(held.id, BY).await,
        Err(MailingError::NotNow(MailingStatus::Stopped))
    ));
    use MailingAct::{Paused, Planned, Resumed, Started, Stopped};
    assert_eq!(acts(&server, &held).await, [Planned, Started, Paused, Resumed, Stopped]);
}

async fn messages_that_do_not_leave_hold_the_next_ones_up(url: &str) {
    let (server, clock) = before_the_vote(url, 200).await;
    let mailing = planned(&server, MailingKind::Reminder, &["csa"], 60).await;
    server.start_mailing(mailing.id, None, BY).await.unwrap();
    // Nothing is delivered: what waits here is bounded by a minute of the pace.
    for _ in 0..100 {
        server.queue_due_mailings().await.unwrap();
        clock.advance(SignedDuration::from_secs(2));
    }
    assert_eq!(server.mailing(mailing.id).await.unwrap().queued, 60);
    server.deliver_due_messages().await.unwrap();
    assert_eq!(server.queue_due_mailings().await.unwrap(), 2);
}

async fn a_mailing_says_nothing_before_it_is_true_nor_after(url: &str) {
    let (server, clock) = before_the_vote(url, 4).await;
    let opening = planned(&server, MailingKind::Opening, &["csa"], 600).await;
    let early = server.start_mailing(opening.id, None, BY).await;
    assert!(matches!(early, Err(MailingError::TooEarly)), "{early:?}");
    server.start_mailing(opening.id, Some(at(OPENS)), BY).await.unwrap();
    assert_eq!(server.queue_due_mailings().await.unwrap(), 0);
    clock.set(at(OPENS));
    assert_eq!(server.queue_due_mailings().await.unwrap(), 4);
    let slow = planned(&server, MailingKind::Reminder, &["csa"], 30).await;
    let late = server.start_mailing(slow.id, Some(at(CLOSES)), BY).await;
    assert!(matches!(late, Err(MailingError::TooLate)), "{late:?}");
    clock.set(at(CLOSES) - SignedDuration::from_secs(1));
    server.start_mailing(slow.id, None, BY).await.unwrap();
    assert_eq!(server.queue_due_mailings().await.unwrap(), 1);
    clock.set(at(CLOSES) + SignedDuration::from_secs(2));
    assert_eq!(server.queue_due_mailings().await.unwrap(), 0, "the vote is closed");
    assert_eq!(server.mailing(slow.id).await.unwrap().status, MailingStatus::Stopped);
    let closing = planned(&server, MailingKind::Closing, &["csa"], 600).await;
    server.start_mailing(closing.id, None, BY).await.unwrap();
    assert_eq!(server.queue_due_mailings().await.unwrap(), 4);
}

async fn what_is_not_sound_is_refused_when_it_is_written(url: &str) {
    let (server, _) = before_the_vote(url, 2).await;
    let id = "essai-2026".parse().unwrap();
    let refused = async |change: fn(&mut MailingPlan)| {
        let mut plan = plan_of(MailingKind::Reminder, &["csa"], 600);
        change(&mut plan);
        server
            .plan_mailing(&id, MailingKind::Reminder, &plan, BY)
            .await
            .unwrap_err()
    };
    let slot = refused(|plan| plan.words.en.body = "Dear {first_name}".to_owned()).await;
    assert!(
        matches!(&slot, MailingError::Words(error) if error.what == WordsProblem::UnknownSlot("first_name".to_owned())),
        "{slot}"
    );
    let code = refused(|plan| plan.words.fr.body = "Votre code : 7K2M-9QXD-4HTV-W3RB".to_owned()).await;
    assert!(matches!(code, MailingError::HoldsCode), "{code}");
    let roll = refused(|plan| plan.elections = vec!["ailleurs".to_owned()]).await;
    assert!(matches!(roll, MailingError::NoRoll), "{roll}");
    let none = refused(|plan| plan.elections.clear()).await;
    assert!(matches!(none, MailingError::NoRoll), "{none}");
    let pace = refused(|plan| plan.per_minute = 0).await;
    assert!(matches!(pace, MailingError::Pace), "{pace}");
    assert!(server.mailings(&id).await.unwrap().is_empty(), "nothing is kept");
}

async fn a_draft_alone_is_corrected(url: &str) {
    let (server, _) = before_the_vote(url, 6).await;
    let mailing = planned(&server, MailingKind::Reminder, &["csa"], 600).await;
    let mut other = plan_of(MailingKind::Reminder, &["cap"], 60);
    other.words.fr.subject = "Autre objet".to_owned();
    let corrected = server.correct_mailing(mailing.id, &other, BY).await.unwrap();
    assert_eq!(corrected.content.words, other.words);
    assert_eq!(server.followed_mailing(mailing.id).await.unwrap().audience.reached, 3);
    server.start_mailing(mailing.id, None, BY).await.unwrap();
    let late = server.correct_mailing(mailing.id, &other, BY).await;
    assert!(
        matches!(late, Err(MailingError::NotNow(MailingStatus::Started))),
        "{late:?}"
    );
    let twice = server.start_mailing(mailing.id, None, BY).await;
    assert!(
        matches!(twice, Err(MailingError::NotNow(MailingStatus::Started))),
        "{twice:?}"
    );
    let nobody = planned(&server, MailingKind::Activation, &["csa"], 60).await;
    let id = "essai-2026".parse().unwrap();
    server.activate_all_for_rehearsal(&id, PASSWORD).await.unwrap();
    let nobody = server.start_mailing(nobody.id, None, BY).await;
    assert!(matches!(nobody, Err(MailingError::Nobody)), "{nobody:?}");
}

on_both_engines!(
    a_reminder_goes_to_all_whether_they_voted_or_not_and_moves_nothing_sealed,
    two_workers_keep_one_pace_and_write_to_nobody_twice,
    a_server_that_is_gone_is_followed_by_another_from_where_it_was,
    an_activation_goes_to_those_without_account_with_a_link_each,
    what_is_held_waits_and_what_is_stopped_leaves_no_more,
    messages_that_do_not_leave_hold_the_next_ones_up,
    a_mailing_says_nothing_before_it_is_true_nor_after,
    what_is_not_sound_is_refused_when_it_is_written,
    a_draft_alone_is_corrected,
);

/// The tables and statements of mailings cannot tell who voted.
#[test]
fn nothing_of_mailings_reads_the_poll_book() {
    let crates = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sources = vec![
        crates.join("store/src/mailing.rs"),
        crates.join("store/src/schema/mailings.sql"),
        crates.join("domain/src/mailing.rs"),
    ];
    for entry in std::fs::read_dir(crates.join("service/src/mailings")).unwrap() {
        sources.push(entry.unwrap().path());
    }
    assert!(sources.len() >= 8);
    for path in sources {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in ["poll_book", "marked", "ballot"] {
            assert!(!text.contains(word), "{word} in {}", path.display());
        }
    }
}
