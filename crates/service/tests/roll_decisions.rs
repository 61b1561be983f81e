//! What decisions do to a roll, on both engines: accepted complaints and judgments, before the sealing and after it.

use crate::stage;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::complaint::{ComplaintNumber, Correction, CorrectionKind, Object};
use isoloir_domain::{ElectionId, Refusal as _};
use isoloir_service::VotingServer;
use isoloir_service::decide_complaint::{ComplaintScope, DecideError, NewDecision, StatusCounts};
use isoloir_service::file_complaint::{Complaint, Stranger};
use isoloir_service::read_journal::Wanted;
use isoloir_service::record_judgment::{JudgmentError, NewJudgment, Order};
use isoloir_service::review_roll::Decider;
use jiff::SignedDuration;
use stage::{PASSWORD, Stage, at, plan, roll};

fn complaint() -> Complaint {
    Complaint {
        object: Object::Missing,
        election: None,
        other_person: String::new(),
        body: "Je devrais figurer sur cette liste et je n’y suis pas.".to_owned(),
        files: Vec::new(),
    }
}

async fn filed_by_stranger(server: &VotingServer) -> ComplaintNumber {
    let who = Stranger {
        last_name: "Neuf".to_owned(),
        first_name: "Ana".to_owned(),
        number: "m00009".to_owned(),
        contact: "ana@personnel.example".to_owned(),
    };
    let token = server.new_form_token();
    server
        .file_complaint_of_absent(who, &plan().id, &token, complaint())
        .await
        .unwrap()
}

async fn filed_by(server: &VotingServer, voter: usize) -> ComplaintNumber {
    let signed_in = server
        .sign_in(&format!("voter{voter}@valbrune.example"), PASSWORD)
        .await
        .unwrap();
    let session = server.session(&signed_in.token).await.unwrap().unwrap();
    let token = server.new_form_token();
    server
        .file_complaint(&session, &plan().id, &token, complaint())
        .await
        .unwrap()
}

fn decision(accepted: bool, correction: Option<(&str, CorrectionKind)>) -> NewDecision {
    NewDecision {
        accepted,
        reasons: "Pièce probante et concordante.".to_owned(),
        effect: String::new(),
        correction: correction.map(|(number, what)| Correction {
            number: number.to_owned(),
            what,
        }),
        files: Vec::new(),
        by: "agent-7".to_owned(),
    }
}

async fn numbers(server: &VotingServer, election: &ElectionId) -> Vec<String> {
    let voters = server.electoral_roll(election).await.unwrap().voters;
    let mut numbers: Vec<String> = voters.into_iter().map(|voter| voter.number).collect();
    numbers.sort();
    numbers
}

async fn an_accepted_complaint_corrects_the_roll(url: &str) {
    let clock = SettableClock::new(at("2026-11-01T09:00:00Z"));
    let server = stage::open(url, &clock, 7).await;
    let elections = server.import_consultation(&plan()).await.unwrap();
    let (csa, cap) = (elections[0].id.clone(), elections[1].id.clone());
    server.import_roll(&plan().id, roll(3).as_bytes()).await.unwrap();
    server.activate_all_for_rehearsal(&plan().id, PASSWORD).await.unwrap();
    let stranger = filed_by_stranger(&server).await;
    let mine = filed_by(&server, 1).await;
    clock.advance(SignedDuration::from_hours(10));

    let code = async |number, decision| {
        let refused: DecideError = server.decide_complaint(number, decision).await.unwrap_err();
        assert!(!refused.message().fr.is_empty() && !refused.message().en.is_empty());
        refused.code()
    };
    let join = || CorrectionKind::Join(csa.clone());
    let other: ElectionId = "NkHrZ7QCf3Nf3h".parse().unwrap();
    assert_eq!(
        code(stranger, decision(false, Some(("M00009", join())))).await,
        "correction_of_rejected"
    );
    assert_eq!(
        code(stranger, decision(true, Some(("M00010", join())))).await,
        "number_unknown"
    );
    assert_eq!(
        code(stranger, decision(true, Some(("M00000", join())))).await,
        "on_roll_already"
    );
    let elsewhere = CorrectionKind::Join(other);
    assert_eq!(
        code(stranger, decision(true, Some(("M00009", elsewhere)))).await,
        "election_unknown"
    );
    let leave = CorrectionKind::Leave(cap.clone());
    assert_eq!(code(mine, decision(true, Some(("M00001", leave)))).await, "not_on_roll");
    let taken = CorrectionKind::Mail("voter2@valbrune.example".to_owned());
    assert_eq!(
        code(mine, decision(true, Some(("M00001", taken)))).await,
        "mailbox_or_number_taken"
    );
    let bad = CorrectionKind::Mail("nulle part".to_owned());
    assert_eq!(code(mine, decision(true, Some(("M00001", bad)))).await, "mailbox_bad");
    assert_eq!(numbers(&server, &csa).await.len(), 3, "what is refused leaves no trace");

    // A file staged before the decision is refused after it.
    let by = Decider::Named("Yann Corbel");
    let given = isoloir_service::hr_file::GivenRoll::Bytes(roll(5).as_bytes().into());
    let file = server
        .stage_roll(&plan().id, given, isoloir_service::stage_roll::Mode::Complete, by)
        .await
        .unwrap();
    server.approve_roll(&file.stage.id, by).await.unwrap();

    server
        .decide_complaint(stranger, decision(true, Some(("M00009", join()))))
        .await
        .unwrap();
    assert_eq!(numbers(&server, &csa).await, ["M00000", "M00001", "M00002", "M00009"]);
    assert_eq!(
        server.apply_roll(&file.stage.id, by).await.unwrap_err().code(),
        "rolls_moved"
    );
    let voters = server.electoral_roll(&csa).await.unwrap().voters;
    let newcomer = voters.iter().find(|voter| voter.number == "M00009").unwrap();
    assert_eq!(newcomer.email, None, "an address that somebody typed opens nothing");
    let history = server.roll_history(newcomer.id).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(
        (history[0].what.as_str(), history[0].source.as_str()),
        ("joined", stranger.to_string().as_str())
    );
    assert_eq!(history[0].by, "agent-7");

    let renamed = CorrectionKind::Rename {
        last_name: "Martin".to_owned(),
        first_name: "Zoé".to_owned(),
    };
    server
        .decide_complaint(mine, decision(true, Some(("m00001", renamed))))
        .await
        .unwrap();
    let voters = server.electoral_roll(&csa).await.unwrap().voters;
    let me = voters.iter().find(|voter| voter.number == "M00001").unwrap();
    assert_eq!(me.full_name(), "Zoé Martin");
    assert_eq!(server.roll_history(me.id).await.unwrap()[0].before, "Prénom1 Nom1");
    assert_eq!(code(mine, decision(true, None)).await, "complaint_decided");

    let figures = server
        .complaint_statistics(&plan().id, &ComplaintScope::default())
        .await
        .unwrap();
    let counts = StatusCounts {
        open: 0,
        accepted: 2,
        rejected: 0,
    };
    assert_eq!(figures.by_object.get("missing"), Some(&counts));
    assert_eq!((figures.decided, figures.late, figures.mean_hours), (2, 0, Some(10)));
    // What is published is what stands now.
    let posted = server.posted_roll(&csa, 0, 10).await.unwrap();
    assert_eq!((posted.registered, posted.names.len()), (4, 4));
    assert!(posted.names.contains(&("Martin".to_owned(), "Zoé".to_owned())));
    assert_eq!(server.posted_roll(&csa, 2, 10).await.unwrap().names, posted.names[2..]);
    assert_eq!(server.posted_roll(&csa, 3, 2).await.unwrap().names, posted.names[3..]);
    assert!(server.posted_roll(&csa, 4, 2).await.unwrap().names.is_empty());
}

fn judgment(number: &str, order: Order, signed: &[&str]) -> NewJudgment {
    NewJudgment {
        election: "csa".to_owned(),
        number: number.to_owned(),
        name: ("Petit".to_owned(), "Zoé".to_owned()),
        order,
        court: "Tribunal judiciaire d’Ajaccio".to_owned(),
        dated: "2026-12-04".parse().unwrap(),
        reference: "RG 26/00123".to_owned(),
        signed: signed.iter().map(|name| (*name).to_owned()).collect(),
        by: "Yann Corbel".to_owned(),
    }
}

const BOARD: [&str; 3] = [
    "Mme Roy, présidente",
    "M. Petit, délégué de l’UAP",
    "Mme Blanc, déléguée d’ESP",
];

async fn a_judgment_before_the_sealing_corrects_the_roll(url: &str) {
    let server = stage::open(url, &SettableClock::new(at("2026-11-01T09:00:00Z")), 7).await;
    let elections = server.import_consultation(&plan()).await.unwrap();
    server.import_roll(&plan().id, roll(3).as_bytes()).await.unwrap();
    let id = &plan().id;
    let unsigned = server.record_judgment(id, &judgment("M00042", Order::Join, &[])).await;
    assert!(
        matches!(unsigned, Err(JudgmentError::Signatures { given: 0, asked: 1 })),
        "{unsigned:?}"
    );
    let done = server
        .record_judgment(id, &judgment("M00042", Order::Join, &BOARD[..1]))
        .await
        .unwrap();
    assert_eq!(done.effect, "roll");
    assert_eq!(numbers(&server, &elections[0].id).await.len(), 4);
    let again = server
        .record_judgment(id, &judgment("M00042", Order::Join, &BOARD[..1]))
        .await;
    assert_eq!(again.unwrap_err().code(), "on_roll_already");
    let left = server
        .record_judgment(id, &judgment("M00001", Order::Leave, &BOARD[..1]))
        .await
        .unwrap();
    assert_eq!(left.ordered, "leave");
    assert_eq!(numbers(&server, &elections[0].id).await, ["M00000", "M00002", "M00042"]);
    // Whom a judge takes off is explained.
    let known = server.consultation(id).await.unwrap().unwrap();
    assert_eq!(server.review_roll(&known).await.unwrap().figures.orphans, 0);
    assert_eq!(server.judgments(id).await.unwrap().len(), 2);
}

async fn a_judgment_after_the_sealing_changes_nothing_but_the_record(url: &str) {
    let stage = Stage::new(url, 3).await;
    let (server, id) = (&stage.server, &stage.consultation);
    let two = server
        .record_judgment(id, &judgment("M00042", Order::Join, &BOARD[..2]))
        .await;
    assert!(
        matches!(two, Err(JudgmentError::Signatures { given: 2, asked: 3 })),
        "{two:?}"
    );
    let twice = [BOARD[0], BOARD[0], BOARD[1]];
    let twice = server
        .record_judgment(id, &judgment("M00042", Order::Join, &twice))
        .await;
    assert!(
        matches!(twice, Err(JudgmentError::Signatures { given: 2, asked: 3 })),
        "one person signs once"
    );
    let done = server
        .record_judgment(id, &judgment("M00042", Order::Join, &BOARD))
        .await
        .unwrap();
    assert_eq!(done.effect, "paper");
    let again = server
        .record_judgment(id, &judgment("M00042", Order::Join, &BOARD))
        .await;
    assert!(matches!(again, Err(JudgmentError::Already)), "{again:?}");
    let off = server
        .record_judgment(id, &judgment("M00001", Order::Leave, &BOARD))
        .await
        .unwrap();
    assert_eq!(off.effect, "recorded");
    assert_eq!(numbers(server, stage.id("csa")).await.len(), 3, "the roll is sealed");
    // The journal says that it was done, and names nobody.
    let wanted = Wanted {
        kind: Some("judgment_recorded"),
        ..Wanted::default()
    };
    let journal = server.journal_page(None, &wanted).await.unwrap();
    assert_eq!(journal.len(), 2);
    let text = format!("{journal:?}");
    assert!(
        text.contains("paper") && !text.contains("M00042") && !text.contains("Petit"),
        "{text}"
    );
    let kept = server.judgments(id).await.unwrap();
    assert_eq!(kept[0].signed.len(), 3);
    assert_eq!(
        (kept[0].number.as_str(), kept[0].last_name.as_str()),
        ("M00042", "Petit")
    );
}

on_both_engines!(
    an_accepted_complaint_corrects_the_roll,
    a_judgment_before_the_sealing_corrects_the_roll,
    a_judgment_after_the_sealing_changes_nothing_but_the_record,
);
