//! Notices on both engines: whole files or void codes, handing over by reference, void after a reissue, destruction.

use crate::common;
use common::{Database, World};
use isoloir_domain::{Place, VoterId};
use isoloir_registrar::Reference;
use isoloir_registrar::follow_notices::{FollowError, NoticeStatus, Scan};
use isoloir_registrar::make_notices::{Batch, MadeBatch};
use isoloir_registrar::unlock::UnlockError;

on_both! {
    a_batch_counts_once_its_file_is_complete;
    a_place_hands_over_by_reference;
    a_reissue_voids_the_notice_and_the_place_is_told;
    what_nobody_took_is_undelivered_then_destroyed;
    notices_by_post_come_back;
    nothing_stored_shows_a_code_or_a_name;
    the_journal_and_the_events_of_notices_are_append_only;
}

fn place(code: &str) -> Place {
    Place {
        code: code.to_owned(),
        name: format!("Collège {code}"),
    }
}

async fn make(w: &mut World, place: Option<&Place>, voters: &[VoterId]) -> MadeBatch {
    let names: Vec<(VoterId, String)> = voters
        .iter()
        .zip(1..)
        .map(|(v, n)| (*v, format!("Nom{n} Prénom")))
        .collect();
    let batch = Batch {
        place,
        file: "x/notices-{}.pdf",
        organiser: "Académie",
        consultation: "Élections",
    };
    w.registrar.make_notices(&batch, &names, &mut w.rng).await.unwrap()
}

async fn made(w: &mut World, place: Option<&Place>, voters: &[VoterId]) -> Vec<Reference> {
    let batch = make(w, place, voters).await;
    w.registrar.complete_batch(batch.id, "d1").await.unwrap();
    batch.notices.iter().map(|notice| notice.reference).collect()
}

async fn a_batch_counts_once_its_file_is_complete(mut w: World) {
    let voters = w.voters.clone();
    let lost = make(&mut w, Some(&place("A")), &voters[..2]).await;
    let need = w.registrar.need_no_notice(&voters).await.unwrap();
    assert!(need.have.is_empty() && need.newer.is_empty(), "no file, no notice");
    // The second voter obtains a code by other means before the next run, and keeps it.
    w.issue(voters[1]).await;
    let need = w.registrar.need_no_notice(&voters).await.unwrap();
    assert_eq!(need.newer.into_iter().collect::<Vec<_>>(), [voters[1]]);
    let again = make(&mut w, Some(&place("A")), &voters[..1]).await;
    w.registrar.complete_batch(again.id, "digest").await.unwrap();
    let need = w.registrar.need_no_notice(&voters).await.unwrap();
    assert_eq!(need.have.into_iter().collect::<Vec<_>>(), [voters[0]]);

    let ticket = w.ticket(voters[0]);
    let lost_code = w.authenticator(voters[0], &lost.notices[0].code);
    assert!(matches!(
        w.registrar.unlock(&ticket, &lost_code).await,
        Err(UnlockError::CodeWrong { .. })
    ));
    let code = w.authenticator(voters[0], &again.notices[0].code);
    assert!(w.registrar.unlock(&ticket, &code).await.is_ok());

    let batches = w.registrar.batches(0).await.unwrap();
    assert_eq!(batches.len(), 2);
    assert_eq!((batches[0].digest.as_deref(), batches[0].size), (None, 2));
    assert_eq!(batches[1].digest.as_deref(), Some("digest"));
    assert_eq!(batches[1].file, "x/notices-00002.pdf");
    assert_eq!(
        batches[1].references,
        Some((again.notices[0].reference, again.notices[0].reference))
    );
    let all = w.registrar.notices_after(None).await.unwrap();
    assert_eq!(all.len(), 1, "a notice without a file is in no index");
    assert_eq!((all[0].name.as_str(), all[0].void), ("Nom1 Prénom", false));
    assert!(matches!(
        w.registrar.hand_over("A", lost.notices[0].reference).await.unwrap(),
        Scan::Void(_)
    ));
}

async fn a_place_hands_over_by_reference(mut w: World) {
    let voters = w.voters.clone();
    let here = made(&mut w, Some(&place("A")), &voters[..2]).await;
    let there = made(&mut w, Some(&place("B")), &voters[2..3]).await;
    let Scan::Handed(notice) = w.registrar.hand_over("A", here[0]).await.unwrap() else {
        panic!()
    };
    assert_eq!(notice.name, "Nom1 Prénom");
    assert!(matches!(
        w.registrar.hand_over("A", here[0]).await.unwrap(),
        Scan::Already(_)
    ));
    assert_eq!(w.registrar.hand_over("A", there[0]).await.unwrap(), Scan::Elsewhere);
    let unknown: Reference = "N-00ZZZZ-8".parse().or_else(|_| find_check("N-00ZZZZ-")).unwrap();
    assert_eq!(w.registrar.hand_over("A", unknown).await.unwrap(), Scan::Unknown);
    let left = w.registrar.notices_at("A", NoticeStatus::Made).await.unwrap();
    assert_eq!(left.iter().map(|n| n.reference).collect::<Vec<_>>(), [here[1]]);
    assert!(
        !w.registrar.take_back("B", here[0]).await.unwrap(),
        "another place takes nothing back"
    );
    assert!(w.registrar.take_back("A", here[0]).await.unwrap());
    assert!(!w.registrar.take_back("A", here[0]).await.unwrap());
    assert_eq!(w.registrar.notices_at("A", NoticeStatus::Made).await.unwrap().len(), 2);
    let counts = w.registrar.notice_counts().await.unwrap();
    assert_eq!(counts.len(), 2);
    assert_eq!(counts[0].place, Some(place("A")));
    assert_eq!(counts[0].valid, [(NoticeStatus::Made, 2)]);
}

/// The reference with this beginning whose check symbol is right.
fn find_check(start: &str) -> Result<Reference, isoloir_registrar::reference::ReferenceError> {
    let all = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars();
    let mut right = all.filter_map(|check| format!("{start}{check}").parse().ok());
    right.next().ok_or(isoloir_registrar::reference::ReferenceError::Check)
}

async fn a_reissue_voids_the_notice_and_the_place_is_told(mut w: World) {
    let voters = w.voters.clone();
    let here = made(&mut w, Some(&place("A")), &voters[..1]).await;
    w.issue(voters[0]).await;
    let left = w.registrar.notices_at("A", NoticeStatus::Made).await.unwrap();
    assert!(left[0].void);
    assert!(matches!(
        w.registrar.hand_over("A", here[0]).await.unwrap(),
        Scan::Void(_)
    ));
    assert_eq!(
        w.registrar.notices_at("A", NoticeStatus::Handed).await.unwrap().len(),
        0
    );
    let counts = w.registrar.notice_counts().await.unwrap();
    assert_eq!(counts[0].void, [(NoticeStatus::Made, 1)]);
}

async fn what_nobody_took_is_undelivered_then_destroyed(mut w: World) {
    let voters = w.voters.clone();
    let here = made(&mut w, Some(&place("A")), &voters[..3]).await;
    w.registrar.hand_over("A", here[1]).await.unwrap();
    let witnesses = ["Paul".to_owned(), "Inès".to_owned()];
    assert!(matches!(
        w.registrar.destroy_undelivered("A", &witnesses).await,
        Err(FollowError::Open(_))
    ));
    assert_eq!(w.registrar.close_place("A").await.unwrap(), 2);
    assert!(matches!(
        w.registrar.close_place("A").await,
        Err(FollowError::Closed(_))
    ));
    assert!(matches!(
        w.registrar.hand_over("A", here[0]).await.unwrap(),
        Scan::Over(_)
    ));
    assert!(matches!(
        w.registrar.take_back("A", here[1]).await,
        Err(FollowError::Closed(_))
    ));
    assert!(matches!(
        w.registrar.destroy_undelivered("A", &witnesses[..1]).await,
        Err(FollowError::Witnesses)
    ));
    assert_eq!(w.registrar.destroy_undelivered("A", &witnesses).await.unwrap(), 2);
    let destroyed = w.registrar.notices_at("A", NoticeStatus::Destroyed).await.unwrap();
    assert_eq!(
        destroyed.iter().map(|n| n.reference).collect::<Vec<_>>(),
        [here[0], here[2]]
    );
    let (_, names) = w.registrar.destruction("A").await.unwrap().unwrap();
    assert_eq!(names, witnesses);
    assert!(matches!(
        w.registrar.close_place("Z").await,
        Err(FollowError::UnknownPlace(_))
    ));
}

async fn notices_by_post_come_back(mut w: World) {
    let voters = w.voters.clone();
    let sent = made(&mut w, None, &voters[..2]).await;
    assert_eq!(w.registrar.post_notices().await.unwrap(), 2);
    assert_eq!(w.registrar.came_back(sent[0]).await.unwrap(), Some(true));
    assert_eq!(w.registrar.came_back(sent[0]).await.unwrap(), Some(false));
    assert_eq!(
        w.registrar.came_back(find_check("N-00ZZZZ-").unwrap()).await.unwrap(),
        None
    );
    let counts = w.registrar.notice_counts().await.unwrap();
    assert_eq!(counts[0].place, None);
    assert_eq!(
        (
            counts[0].count(NoticeStatus::Posted),
            counts[0].count(NoticeStatus::Undelivered)
        ),
        (1, 1)
    );
    let witnesses = ["Paul".to_owned(), "Inès".to_owned()];
    assert_eq!(w.registrar.destroy_undelivered("", &witnesses).await.unwrap(), 1);
}

async fn nothing_stored_shows_a_code_or_a_name(mut w: World) {
    let voters = w.voters.clone();
    let batch = make(&mut w, Some(&place("A")), &voters).await;
    w.registrar.complete_batch(batch.id, "d").await.unwrap();
    let content = w.database.content();
    let holds = |text: &str| content.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("Collège A") || holds("Coll"), "the place is there");
    for notice in &batch.notices {
        let code = notice.code.to_string();
        assert!(!holds(&code) && !holds(&code.replace('-', "")));
    }
    assert!(!holds("Nom1 Prénom") && !holds("Nom1"));
}

async fn the_journal_and_the_events_of_notices_are_append_only(mut w: World) {
    let voters = w.voters.clone();
    made(&mut w, Some(&place("A")), &voters[..1]).await;
    w.registrar.link_for_place("A", &mut w.rng).await.unwrap();
    for statement in [
        "UPDATE journal SET entry = 'x'",
        "DELETE FROM journal",
        "UPDATE notice_event SET place = 'x'",
        "DELETE FROM notice_event",
    ] {
        let refused = match &w.database {
            Database::Sqlite(folder) => {
                let file = folder.path().join("registrar.db");
                let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display()))
                    .await
                    .unwrap();
                sqlx::query(statement).execute(&pool).await.map(|_| ())
            }
            Database::Postgres(url) => {
                // Its rights refuse that to the registrar already; the triggers refuse it to the owner, too.
                let owner = url.replace("codes@", "postgres@");
                let pool = sqlx::PgPool::connect(&owner).await.unwrap();
                sqlx::query(statement).execute(&pool).await.map(|_| ())
            }
        };
        let why = refused.expect_err(statement).to_string();
        assert!(why.contains("append-only"), "{statement}: {why}");
    }
    assert!(w.registrar.store().journal_holds().await.unwrap());
}
