//! Rolls to consult, complaints to file and decide, on both engines.

use crate::stage;
use std::io::Cursor;

use isoloir_domain::ElectionId;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::complaint::{Object, Status};
use isoloir_service::decide_complaint::{ComplaintScope, Deadline, DecideError, NewDecision};
use isoloir_service::file_complaint::{Complaint, ComplaintError, ComplaintField, Stranger};
use isoloir_service::{Session, VotingServer};
use stage::{PASSWORD, at, open, plan, roll};

const BEFORE: &str = "2026-11-20T09:00:00Z";

struct Scene {
    server: VotingServer,
    clock: SettableClock,
    csa: ElectionId,
    cap: ElectionId,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new(url: Option<String>, roll: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = url.unwrap_or_else(|| format!("sqlite://{}", folder.path().join("c.db").display()));
        let clock = SettableClock::new(at(BEFORE));
        let server = open(&url, &clock, 11).await;
        let elections = server.import_consultation(&plan()).await.unwrap();
        server.import_roll(&plan().id, roll.as_bytes()).await.unwrap();
        server.activate_all_for_rehearsal(&plan().id, PASSWORD).await.unwrap();
        Self {
            server,
            clock,
            csa: elections[0].id.clone(),
            cap: elections[1].id.clone(),
            _folder: folder,
        }
    }

    async fn session(&self, voter: usize) -> Session {
        let email = format!("voter{voter}@valbrune.example");
        self.server.sign_in(&email, PASSWORD).await.unwrap().session
    }

    async fn all_names(&self, session: &Session, search: &str) -> Vec<(String, String)> {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let page = self
                .server
                .consult_roll(session, &self.csa, search, after.as_deref())
                .await
                .unwrap();
            names.extend(page.lines);
            match page.next {
                Some(next) => after = Some(next),
                None => return names,
            }
        }
    }
}

fn complaint(body: &str) -> Complaint {
    Complaint {
        object: Object::WrongData,
        election: None,
        other_person: String::new(),
        body: body.to_owned(),
        files: Vec::new(),
    }
}

fn png() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(3, 3)
        .write_to(&mut out, image::ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

async fn rolls_are_read_by_name(url: Option<String>) {
    let mut file = roll(130);
    file.push_str("Z1;D’Hérouville;Éléonore;e.h@valbrune.example;csa\nZ2;LE GUEN;Anne;a.lg@valbrune.example;csa\n");
    file.push_str("Z3;Le Guen;Anne;a.lg2@valbrune.example;csa\n");
    let scene = Scene::new(url, &file).await;
    let session = scene.session(1).await;
    let names = scene.all_names(&session, "").await;
    assert_eq!(names.len(), 133, "each voter once, homonyms too");
    let found = |search: &'static str| scene.all_names(&session, search);
    assert_eq!(
        found("d'herou").await,
        [("D’Hérouville".to_owned(), "Éléonore".to_owned())]
    );
    assert_eq!(found("eleonore D’HÉROUVILLE").await.len(), 1, "given name first");
    assert_eq!(found("le-guen").await.len(), 2);
    assert_eq!(found("%").await.len(), 133, "signs are no pattern");
    assert!(found("zzz").await.is_empty());
    // Voter 1 is on the first roll only; a forged place in the list is no error and no hole.
    let refused = scene.server.consult_roll(&session, &scene.cap, "", None).await;
    assert_eq!(isoloir_domain::Refusal::code(&refused.unwrap_err()), "election_unknown");
    for forged in ["AAAA", "____________", "é", ""] {
        scene
            .server
            .consult_roll(&session, &scene.csa, "", Some(forged))
            .await
            .unwrap();
    }
    scene.clock.set(at("2026-12-11T09:00:00Z"));
    let session = scene.session(1).await;
    let refused = scene.server.consult_roll(&session, &scene.csa, "", None).await;
    assert_eq!(
        isoloir_domain::Refusal::code(&refused.unwrap_err()),
        "roll_not_published"
    );
}

async fn complaints_are_filed_once_and_decided_once(url: Option<String>) {
    let scene = Scene::new(url, &roll(4)).await;
    let server = &scene.server;
    let (session, other) = (scene.session(0).await, scene.session(1).await);
    let token = server.new_form_token();
    let with_file = || Complaint {
        files: vec![("../justificatif.exe".to_owned(), png())],
        ..complaint("=HYPERLINK(\"https://evil.example\")")
    };
    // The same form, pressed three times at once.
    let consultation = plan().id;
    let file = || server.file_complaint(&session, &consultation, &token, with_file());
    let (one, two, three) = tokio::join!(file(), file(), file());
    let number = one.unwrap();
    assert_eq!((two.unwrap(), three.unwrap()), (number, number));
    assert_eq!(number.to_string(), "R-2026-000001");
    let foreign = server.file_complaint(&other, &plan().id, &token, complaint("x")).await;
    assert!(matches!(foreign, Err(ComplaintError::Token)));
    let second = server
        .file_complaint(&other, &plan().id, &server.new_form_token(), complaint("x"))
        .await
        .unwrap();
    assert_eq!(second.to_string(), "R-2026-000002", "no number is lost to a repetition");

    let mine = server.complaint_of(&session, number).await.unwrap().unwrap();
    assert_eq!((mine.files.len(), mine.files[0].name.as_str()), (1, "justificatif.png"));
    assert!(
        server.complaint_of(&other, number).await.unwrap().is_none(),
        "somebody else’s"
    );
    assert!(server.complaint_file_of(&other, number, 1).await.unwrap().is_none());
    let (_, bytes) = server.complaint_file_of(&session, number, 1).await.unwrap().unwrap();
    assert!(bytes.starts_with(b"\x89PNG"));

    let waiting = server
        .complaints_by_status(&ComplaintScope::default(), Status::Open, 10, 0)
        .await
        .unwrap();
    assert_eq!((waiting.len(), waiting[0].1), (2, Deadline::Ahead));
    scene.clock.set(at("2026-11-22T10:00:00Z"));
    assert_eq!(
        server
            .complaints_by_status(&ComplaintScope::default(), Status::Open, 10, 0)
            .await
            .unwrap()[0]
            .1,
        Deadline::Near
    );
    let decision = |reasons: &str| NewDecision {
        accepted: true,
        reasons: reasons.to_owned(),
        effect: "Nom corrigé.".to_owned(),
        correction: None,
        files: Vec::new(),
        by: "agent-7".to_owned(),
    };
    assert!(matches!(
        server.decide_complaint(number, decision(" ")).await,
        Err(DecideError::Reasons)
    ));
    server
        .decide_complaint(number, decision("Pièce probante et concordante."))
        .await
        .unwrap();
    assert!(matches!(
        server.decide_complaint(number, decision("Non.")).await,
        Err(DecideError::Decided)
    ));
    let told = server.complaint_of(&session, number).await.unwrap().unwrap().complaint;
    assert_eq!(told.status, Status::Accepted);
    assert_eq!(told.decision.unwrap().reasons, "Pièce probante et concordante.");
    assert_eq!(
        server
            .complaint_counts(&ComplaintScope::default(), Status::Open)
            .await
            .unwrap(),
        1
    );

    let csv = String::from_utf8(server.export_complaints(&plan().id).await.unwrap()).unwrap();
    assert!(csv.contains("'=HYPERLINK"), "{csv}");
    assert!(!csv.contains(";=HYPERLINK") && !csv.contains(";\"=HYPERLINK"));
    let mails = server.demonstration_inbox(None, 100).await.unwrap();
    assert_eq!(
        mails
            .iter()
            .filter(|mail| mail.subject.contains("R-2026-000001"))
            .count(),
        2
    );
    assert!(
        mails.iter().all(|mail| !mail.body.contains("Pièce probante")),
        "reasons stay on the portal"
    );
}

#[tokio::test]
async fn rolls_on_sqlite() {
    rolls_are_read_by_name(None).await;
}

#[tokio::test]
async fn rolls_on_postgres() {
    let cluster = isoloir_testkit::Postgres::start();
    rolls_are_read_by_name(Some(cluster.fresh_database())).await;
}

#[tokio::test]
async fn complaints_on_sqlite() {
    complaints_are_filed_once_and_decided_once(None).await;
}

#[tokio::test]
async fn complaints_on_postgres() {
    let cluster = isoloir_testkit::Postgres::start();
    complaints_are_filed_once_and_decided_once(Some(cluster.fresh_database())).await;
}

#[tokio::test]
async fn a_complaint_says_which_field_is_wrong() {
    let scene = Scene::new(None, &roll(2)).await;
    let session = scene.session(0).await;
    let file = async |complaint: Complaint| {
        let token = scene.server.new_form_token();
        let filed = scene
            .server
            .file_complaint(&session, &plan().id, &token, complaint)
            .await;
        filed.err().and_then(|error| error.field())
    };
    assert_eq!(file(complaint("  ")).await, Some(ComplaintField::Body));
    assert_eq!(file(complaint(&"x".repeat(4_001))).await, Some(ComplaintField::Body));
    assert_eq!(file(complaint("a\u{0}b")).await, Some(ComplaintField::Body));
    assert_eq!(file(complaint("ligne\r\nligne\tfin")).await, None);
    let person = Complaint {
        object: Object::OtherPerson,
        ..complaint("x")
    };
    assert_eq!(file(person.clone()).await, Some(ComplaintField::Election));
    let person = Complaint {
        election: Some(scene.csa.clone()),
        ..person
    };
    assert_eq!(file(person).await, Some(ComplaintField::OtherPerson));
    let disguised = Complaint {
        files: vec![("photo.png".to_owned(), b"<svg onload=alert(1)>".to_vec())],
        ..complaint("x")
    };
    assert_eq!(file(disguised).await, Some(ComplaintField::Files));
    let many = Complaint {
        files: vec![("a.png".to_owned(), png()); 4],
        ..complaint("x")
    };
    assert_eq!(file(many).await, Some(ComplaintField::Files));
    scene.clock.set(at("2026-12-03T07:00:00Z"));
    let late = scene
        .server
        .file_complaint(&session, &plan().id, &scene.server.new_form_token(), complaint("x"))
        .await;
    assert!(matches!(late, Err(ComplaintError::Window(_))));
}

#[tokio::test]
async fn a_person_on_no_roll_follows_the_complaint_by_a_link() {
    let scene = Scene::new(None, &roll(2)).await;
    let who = |contact: &str| Stranger {
        last_name: "Absent".to_owned(),
        first_name: "Alix".to_owned(),
        number: String::new(),
        contact: contact.to_owned(),
    };
    let token = scene.server.new_form_token();
    let file = async |contact: &str| {
        scene
            .server
            .file_complaint_of_absent(who(contact), &plan().id, &token, complaint("Je manque."))
            .await
    };
    for wrong in ["alix", "alix@x", "a@b.example\r\nBcc: x@y.example"] {
        assert_eq!(
            file(wrong).await.unwrap_err().field(),
            Some(ComplaintField::Contact),
            "{wrong:?}"
        );
    }
    let number = file("alix@ailleurs.example").await.unwrap();
    let followed = scene.server.complaint_by_link(&token).await.unwrap().unwrap();
    assert_eq!(followed.complaint.number, number);
    let unknown = scene.server.new_form_token();
    assert!(scene.server.complaint_by_link(&unknown).await.unwrap().is_none());
    // A voter's form token is no link: a voter reads complaints in a session.
    let session = scene.session(0).await;
    let token = scene.server.new_form_token();
    scene
        .server
        .file_complaint(&session, &plan().id, &token, complaint("x"))
        .await
        .unwrap();
    assert!(scene.server.complaint_by_link(&token).await.unwrap().is_none());
}

/// Measured: `cargo test --release -p isoloir-service --test service content -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "takes half a minute; run it to measure"]
async fn a_roll_of_a_hundred_thousand_is_searched_at_once() {
    let scene = Scene::new(None, &roll(100_000)).await;
    let session = scene.session(1).await;
    let mut slowest = std::time::Duration::ZERO;
    for search in ["", "nom9", "nom99999", "prenom77 nom77", "zzz", "n"] {
        let begun = std::time::Instant::now();
        let page = scene
            .server
            .consult_roll(&session, &scene.csa, search, None)
            .await
            .unwrap();
        let took = begun.elapsed();
        println!("{search:>16}: {} lines in {took:?}", page.lines.len());
        slowest = slowest.max(took);
    }
    assert!(slowest < std::time::Duration::from_millis(30), "{slowest:?}");
}
