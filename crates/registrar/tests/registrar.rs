//! The registrar's use cases, each on SQLite and on PostgreSQL.

use crate::common;
use common::{World, session};
use isoloir_domain::token::{Admission, Ticket, TokenError};
use isoloir_domain::{Clock as _, ElectionId, VoterId};
use isoloir_protocol::credential::{ElectionUuid, SecretCredential};
use isoloir_protocol::group::GroupName;
use isoloir_registrar::attempts::FREE_FAILURES;
use isoloir_registrar::create_credentials::{CreateError, Entitled};
use isoloir_registrar::derivation::WrappingKey;
use isoloir_registrar::issue_codes::IssueError;
use isoloir_registrar::journal::Event;
use isoloir_registrar::unlock::{UnlockError, UnlockedCredential};
use isoloir_registrar::{Keys, Registrar, Store, VotingCode};
use jiff::SignedDuration;

on_both! {
    credentials_are_drawn_once_and_published_sorted;
    an_interrupted_drawing_goes_on_with_the_same_roll_alone;
    what_was_issued_by_command_is_in_the_journal_and_what_is_valid_is_known;
    a_voter_unlocks_every_credential_of_his;
    a_wrong_code_is_refused_alike_for_any_voter;
    a_voter_is_locked_for_a_while_and_never_for_ever;
    tickets_that_are_expired_forged_or_foreign_are_refused;
    a_reissued_code_wraps_the_same_credential_and_voids_the_old_code;
    codes_are_issued_all_or_none;
    the_database_holds_no_secret_in_clear;
    fifty_racing_attempts_are_all_counted;
    another_key_opens_nothing;
}

/// What the browser does with the answer.
fn open(voter: VoterId, code: &VotingCode, unlocked: &UnlockedCredential) -> String {
    let credential = WrappingKey::derive(code, voter)
        .unwrap(voter, &unlocked.election, &unlocked.wrapped)
        .unwrap();
    String::from_utf8(credential.to_vec()).unwrap()
}

async fn credentials_are_drawn_once_and_published_sorted(mut w: World) {
    assert_eq!(w.public.iter().map(Vec::len).collect::<Vec<_>>(), [5, 2]);
    assert!(w.public.iter().all(|list| list.is_sorted()));
    assert_eq!(
        w.registrar.public_credentials(&w.elections[0]).await.unwrap(),
        w.public[0]
    );
    let roll = [Entitled::new(w.voters[0])];
    let again = w
        .registrar
        .create_credentials(&w.elections[0], GroupName::Ed25519, &roll, &mut w.rng)
        .await;
    assert!(matches!(again, Err(CreateError::AnotherRoll(_))));
    let same: Vec<Entitled> = w.voters.iter().rev().map(|voter| Entitled::new(*voter)).collect();
    let again = w
        .registrar
        .create_credentials(&w.elections[0], GroupName::Ed25519, &same, &mut w.rng)
        .await;
    assert!(
        matches!(again, Err(CreateError::Exists(_))),
        "the same roll in another order"
    );

    let third = "a1B2c3D4e5F6g8".parse().unwrap();
    let twice = [Entitled::new(w.voters[0]), Entitled::new(w.voters[0])];
    let refused = w
        .registrar
        .create_credentials(&third, GroupName::Ed25519, &twice, &mut w.rng)
        .await;
    assert!(matches!(refused, Err(CreateError::Twice(v)) if v == w.voters[0]));
    assert!(w.registrar.public_credentials(&third).await.unwrap().is_empty());

    let weighted = [Entitled::weighted(w.voters[0], 3).unwrap(), Entitled::new(w.voters[1])];
    let made = w
        .registrar
        .create_credentials(&third, GroupName::Ed25519, &weighted, &mut w.rng)
        .await
        .unwrap();
    assert_eq!(made.iter().filter(|line| line.ends_with(",3")).count(), 1);
    assert_eq!(w.registrar.public_credentials(&third).await.unwrap(), made);
    assert!(Entitled::weighted(w.voters[0], 0).is_none() && Entitled::weighted(w.voters[0], 1 << 30).is_none());
}

async fn an_interrupted_drawing_goes_on_with_the_same_roll_alone(mut w: World) {
    let election: ElectionId = "a1B2c3D4e5F6g8".parse().unwrap();
    let roll: Vec<Entitled> = w.voters.iter().map(|voter| Entitled::new(*voter)).collect();
    let told = |entitled: &[Entitled]| {
        let mut told = w.registrar.roll(&election);
        entitled.iter().for_each(|one| told.add(*one));
        told
    };
    // Nothing was drawn yet: another roll may still take its place.
    let group = GroupName::Ed25519;
    assert!(
        w.registrar
            .begin_credentials(&told(&roll[..2]), group)
            .await
            .unwrap()
            .is_some()
    );
    let drawing = w
        .registrar
        .begin_credentials(&told(&roll), group)
        .await
        .unwrap()
        .unwrap();
    let drawn = w
        .registrar
        .draw_credentials(&drawing, &roll[..3], &mut w.rng)
        .await
        .unwrap();
    assert_eq!(drawn, 3);
    let early = w.registrar.end_credentials(&drawing).await;
    assert!(matches!(early, Err(CreateError::Incomplete(_))));
    let before = w.registrar.public_credentials(&election).await.unwrap();

    // Another run, after an interruption.
    let mut other = roll[..4].to_vec();
    other.push(Entitled::weighted(w.voters[4], 2).unwrap());
    let refused = w.registrar.begin_credentials(&told(&other), group).await.map(|_| ());
    assert!(
        matches!(refused, Err(CreateError::AnotherRoll(_))),
        "of the same size, with another weight"
    );
    let drawing = w
        .registrar
        .begin_credentials(&told(&roll), group)
        .await
        .unwrap()
        .unwrap();
    let drawn = w.registrar.draw_credentials(&drawing, &roll, &mut w.rng).await.unwrap();
    assert_eq!(drawn, 2, "those who had a credential keep it");
    w.registrar.end_credentials(&drawing).await.unwrap();
    let after = w.registrar.public_credentials(&election).await.unwrap();
    assert!(after.len() == 5 && before.iter().all(|line| after.contains(line)));
    assert!(
        w.registrar
            .begin_credentials(&told(&roll), group)
            .await
            .unwrap()
            .is_none(),
        "drawn once"
    );
    let entries = w.registrar.store().journal().await.unwrap();
    assert!(entries.iter().any(|entry| entry.what
        == Event::CredentialsDrawn {
            election: election.clone(),
            count: 5
        }));
}

async fn what_was_issued_by_command_is_in_the_journal_and_what_is_valid_is_known(mut w: World) {
    let (voters, voter) = (w.voters.clone(), w.voters[1]);
    let mut first = w.registrar.issue_codes(&voters, &mut w.rng).await.unwrap();
    let again = w.registrar.issue_codes(&[voter], &mut w.rng).await.unwrap();
    first.extend(again);
    let valid = w.registrar.are_valid(&first).await.unwrap();
    assert_eq!(valid, [true, false, true, true, true, true]);
    let journal = w.registrar.store().journal().await.unwrap();
    let issued: Vec<_> = journal
        .iter()
        .filter_map(|entry| match entry.what {
            Event::CodesIssued { count } => Some((entry.voter, count)),
            _ => None,
        })
        .collect();
    assert_eq!(issued, [(None, 5), (Some(voter), 1)]);
    assert!(w.registrar.store().journal_holds().await.unwrap());
}

async fn a_voter_unlocks_every_credential_of_his(mut w: World) {
    for (voter, expected) in [(w.voters[0], 2), (w.voters[4], 1)] {
        let code = w.issue(voter).await;
        let unlocked = w
            .registrar
            .unlock(&w.ticket(voter), &w.authenticator(voter, &code))
            .await
            .unwrap();
        assert_eq!(unlocked.len(), expected);
        for one in &unlocked {
            let secret = SecretCredential::parse(&open(voter, &code, one)).unwrap();
            let uuid: ElectionUuid = one.election.as_str().parse().unwrap();
            let public = secret.public(&uuid, GroupName::Ed25519).to_string();
            let place = w.elections.iter().position(|e| *e == one.election).unwrap();
            assert!(
                w.public[place].contains(&public),
                "the credential is one of the published ones"
            );
            let admission = Admission::verify(&one.admission, &w.registrar_key.verifying_key()).unwrap();
            let said = (
                admission.session(),
                admission.election(),
                admission.credential(),
                admission.issued(),
            );
            assert_eq!(said, (session(), &one.election, public.as_str(), common::START));
        }
    }
}

async fn a_wrong_code_is_refused_alike_for_any_voter(mut w: World) {
    let (known, without_code) = (w.voters[0], w.voters[1]);
    let unknown = VoterId::generate(&w.clock, &mut w.rng);
    let code = w.issue(known).await;
    let other = w.issue(w.voters[2]).await;
    for attempt in 1..=FREE_FAILURES {
        for voter in [known, without_code, unknown] {
            let refused = w
                .registrar
                .unlock(&w.ticket(voter), &w.authenticator(voter, &other))
                .await;
            let Err(UnlockError::CodeWrong { attempts_left, .. }) = refused else {
                panic!("{refused:?}")
            };
            assert_eq!(i64::from(attempts_left), FREE_FAILURES - attempt);
        }
    }
    for voter in [known, without_code, unknown] {
        let refused = w
            .registrar
            .unlock(&w.ticket(voter), &w.authenticator(voter, &code))
            .await;
        assert!(
            matches!(refused, Err(UnlockError::CodeLocked { retry_after: 30 })),
            "{refused:?}"
        );
    }
}

async fn a_voter_is_locked_for_a_while_and_never_for_ever(mut w: World) {
    let voter = w.voters[0];
    let code = w.issue(voter).await;
    for _ in 0..FREE_FAILURES {
        assert!(w.registrar.unlock(&w.ticket(voter), &w.wrong()).await.is_err());
    }
    for delay in [30, 60, 120] {
        w.clock.advance(SignedDuration::from_secs(delay - 1));
        let early = w
            .registrar
            .unlock(&w.ticket(voter), &w.authenticator(voter, &code))
            .await;
        assert!(
            matches!(early, Err(UnlockError::CodeLocked { retry_after: 1 })),
            "{early:?}"
        );
        w.clock.advance(SignedDuration::from_secs(1));
        let wrong = w.registrar.unlock(&w.ticket(voter), &w.wrong()).await;
        let expected = u64::try_from(delay * 2).unwrap();
        assert!(
            matches!(wrong, Err(UnlockError::CodeWrong { attempts_left: 0, retry_after }) if retry_after == expected)
        );
    }
    w.clock.advance(SignedDuration::from_secs(240));
    let unlocked = w
        .registrar
        .unlock(&w.ticket(voter), &w.authenticator(voter, &code))
        .await
        .unwrap();
    assert_eq!(unlocked.len(), 2);
    let after = w.registrar.store().attempts(voter).await.unwrap();
    assert_eq!(
        (after.attempts, after.failures, after.locked_until),
        (0, 0, 0),
        "success clears the counters"
    );
    // The other voters never noticed.
    let other = w.issue(w.voters[1]).await;
    assert!(
        w.registrar
            .unlock(&w.ticket(w.voters[1]), &w.authenticator(w.voters[1], &other))
            .await
            .is_ok()
    );
}

async fn tickets_that_are_expired_forged_or_foreign_are_refused(mut w: World) {
    let (voter, other) = (w.voters[0], w.voters[1]);
    let code = w.issue(voter).await;
    let authenticator = w.authenticator(voter, &code);
    let refused = async |ticket: &str| match w.registrar.unlock(ticket, &authenticator).await {
        Err(UnlockError::TicketInvalid(reason)) => Some(reason),
        _ => None,
    };
    let expires = w.clock.now() + SignedDuration::from_mins(5);
    let forged = Ticket::new(session(), voter, expires).sign(&w.registrar_key).unwrap();
    assert_eq!(refused(&forged).await, Some(TokenError::Forged));
    let admission = Admission::new(session(), w.elections[0].clone(), "x", w.clock.now())
        .sign(&w.server)
        .unwrap();
    assert_eq!(refused(&admission).await, Some(TokenError::Forged));
    assert_eq!(refused("no token").await, Some(TokenError::Malformed));
    let expired = Ticket::new(session(), voter, w.clock.now()).sign(&w.server).unwrap();
    assert_eq!(refused(&expired).await, Some(TokenError::Expired));
    // None of these touched a counter; another voter's good ticket does not open with this voter's code.
    assert_eq!(w.registrar.store().attempts(voter).await.unwrap(), Default::default());
    let foreign = w.registrar.unlock(&w.ticket(other), &authenticator).await;
    assert!(matches!(foreign, Err(UnlockError::CodeWrong { .. })));
    assert!(w.registrar.unlock(&w.ticket(voter), &authenticator).await.is_ok());
}

async fn a_reissued_code_wraps_the_same_credential_and_voids_the_old_code(mut w: World) {
    let voter = w.voters[0];
    let old = w.issue(voter).await;
    let before = w
        .registrar
        .unlock(&w.ticket(voter), &w.authenticator(voter, &old))
        .await
        .unwrap();
    for _ in 0..FREE_FAILURES {
        assert!(w.registrar.unlock(&w.ticket(voter), &w.wrong()).await.is_err());
    }
    let new = w.issue(voter).await;
    // The new code works at once, although the old one was being guessed.
    let after = w
        .registrar
        .unlock(&w.ticket(voter), &w.authenticator(voter, &new))
        .await
        .unwrap();
    let secrets = |code: &VotingCode, list: &[UnlockedCredential]| -> Vec<String> {
        list.iter().map(|one| open(voter, code, one)).collect()
    };
    assert_eq!(secrets(&old, &before), secrets(&new, &after));
    assert_ne!(before[0].wrapped, after[0].wrapped);
    let void = w
        .registrar
        .unlock(&w.ticket(voter), &w.authenticator(voter, &old))
        .await;
    assert!(matches!(void, Err(UnlockError::CodeWrong { .. })));
}

async fn codes_are_issued_all_or_none(mut w: World) {
    let stranger = VoterId::generate(&w.clock, &mut w.rng);
    let code = w.issue(w.voters[0]).await;
    let refused = w
        .registrar
        .issue_codes(&[w.voters[0], stranger], &mut w.rng)
        .await
        .map(|_| ());
    assert!(matches!(refused, Err(IssueError::NoCredential(v)) if v == stranger));
    let refused = w
        .registrar
        .issue_codes(&[w.voters[0], w.voters[0]], &mut w.rng)
        .await
        .map(|_| ());
    assert!(matches!(refused, Err(IssueError::Twice(v)) if v == w.voters[0]));
    let unlocked = w
        .registrar
        .unlock(&w.ticket(w.voters[0]), &w.authenticator(w.voters[0], &code))
        .await;
    assert!(unlocked.is_ok(), "the code in force is untouched");
    let voters = w.voters.clone();
    let all = w.registrar.issue_codes(&voters, &mut w.rng).await.unwrap();
    assert_eq!(
        all.iter().map(|i| i.voter).collect::<Vec<_>>(),
        voters,
        "in the order asked for"
    );
}

async fn the_database_holds_no_secret_in_clear(mut w: World) {
    let voter = w.voters[0];
    let mut secrets: Vec<Vec<u8>> = Vec::new();
    for _ in 0..2 {
        let code = w.issue(voter).await;
        let symbols = code.to_string();
        let unlocked = w
            .registrar
            .unlock(&w.ticket(voter), &w.authenticator(voter, &code))
            .await
            .unwrap();
        secrets.extend(unlocked.iter().map(|one| open(voter, &code, one).into_bytes()));
        secrets.push(w.authenticator(voter, &code).expose().to_vec());
        secrets.push(WrappingKey::derive(&code, voter).expose().to_vec());
        secrets.push(symbols.replace('-', "").into_bytes());
        secrets.push(symbols.into_bytes());
    }
    let content = w.database.content();
    let contains = |needle: &[u8]| {
        content
            .windows(needle.len())
            .any(|window| window.eq_ignore_ascii_case(needle))
    };
    // The search does find what is there.
    assert!(contains(w.public[0][0].as_bytes()));
    for secret in &secrets {
        assert!(!contains(secret));
        assert!(!contains(hex::encode(secret).as_bytes()));
    }
}

async fn fifty_racing_attempts_are_all_counted(mut w: World) {
    let voter = w.voters[0];
    let code = w.issue(voter).await;
    let ticket = w.ticket(voter);
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (registrar, ticket, wrong) = (w.registrar.clone(), ticket.clone(), w.wrong());
        racers.spawn(async move { registrar.unlock(&ticket, &wrong).await });
    }
    let (mut wrong, mut locked) = (0, 0);
    while let Some(answer) = racers.join_next().await {
        match answer.unwrap() {
            Err(UnlockError::CodeWrong { .. }) => wrong += 1,
            Err(UnlockError::CodeLocked { .. }) => locked += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        (wrong, locked),
        (FREE_FAILURES, 50 - FREE_FAILURES),
        "no more guesses than allowed were compared"
    );
    let counted = w.registrar.store().attempts(voter).await.unwrap();
    assert_eq!((counted.attempts, counted.failures), (50, FREE_FAILURES));
    w.clock.advance(SignedDuration::from_secs(30));
    assert!(
        w.registrar
            .unlock(&w.ticket(voter), &w.authenticator(voter, &code))
            .await
            .is_ok()
    );
}

async fn another_key_opens_nothing(mut w: World) {
    let voter = w.voters[0];
    let code = w.issue(voter).await;
    let store = Store::open(&w.database.url()).await.unwrap();
    let keys = Keys::new(ed25519_dalek::SigningKey::from_bytes(&[3; 32]));
    let thief = Registrar::new(
        store,
        keys,
        w.server.verifying_key(),
        std::sync::Arc::new(w.clock.clone()),
    );
    let refused = thief.unlock(&w.ticket(voter), &w.authenticator(voter, &code)).await;
    assert!(matches!(refused, Err(UnlockError::CodeWrong { .. })));
    let refused = thief.issue_codes(&[voter], &mut w.rng).await.map(|_| ());
    assert!(matches!(refused, Err(IssueError::Sealed(v)) if v == voter));
}
