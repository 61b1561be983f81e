//! Candidacies from the delegate's draft to the lists of the election, on both engines: filed in time and a second late, told and corrected, decided,
//! ordered by a lot that anybody computes again, published, and fixed by the seal.

use crate::stage;
use std::collections::BTreeSet;
use std::io::Cursor;

use isoloir_domain::candidacy::{Piece, State};
use isoloir_domain::clock::SettableClock;
use isoloir_domain::count_rules::Shares;
use isoloir_domain::display_order::OrderError;
use isoloir_domain::{CandidacyId, ElectionId, Refusal, Role, Roles, StaffMember};
use isoloir_service::VotingServer;
use isoloir_service::decide_candidacy::CandidacyDecision;
use isoloir_service::draw_order::DrawnInPublic;
use isoloir_service::edit_candidacy::{CandidacyError, TypedCandidate, TypedList};
use isoloir_service::invite_staff::StaffPlan;
use isoloir_service::name_delegate::DelegatePlan;
use lopdf::{Document, Object, Stream, dictionary};
use stage::{at, open, plan, roll};

const EARLY: &str = "2026-10-10T09:00:00Z";
/// 20 October at midnight, Paris: filed then is in time.
const DEADLINE: &str = "2026-10-20T21:59:59Z";

struct Scene {
    server: VotingServer,
    clock: SettableClock,
    organiser: StaffMember,
    csa: ElectionId,
    cap: ElectionId,
}

impl Scene {
    async fn new(url: &str) -> Self {
        let clock = SettableClock::new(at(EARLY));
        let server = open(url, &clock, 21).await;
        let mut plan = plan();
        plan.policy.candidates.filed_until = Some(at(DEADLINE));
        plan.elections[0].count.shares = Some(Shares {
            women: 60,
            men: 40,
            dated: "2026-01-01".parse().unwrap(),
        });
        let elections = server.import_consultation(&plan).await.unwrap();
        server.import_roll(&plan.id, roll(20).as_bytes()).await.unwrap();
        let organiser = StaffPlan {
            name: "Yann Corbel".to_owned(),
            email: "yann@valbrune.example".to_owned(),
            roles: Roles::new([Role::Organiser]).unwrap(),
            consultation: None,
            elections: Vec::new(),
        };
        let organiser = server.invite_staff(None, &organiser, false).await.unwrap().staff;
        let organiser = server.staff_member(organiser).await.unwrap().unwrap().member;
        Self {
            csa: elections[0].id.clone(),
            cap: elections[1].id.clone(),
            server,
            clock,
            organiser,
        }
    }

    async fn delegate(&self, acronym: &str) -> StaffMember {
        let plan = DelegatePlan {
            name: format!("Délégué {acronym}"),
            email: format!("{}@union.example", acronym.to_lowercase()),
            union_name: format!("Union {acronym}"),
            acronym: acronym.to_owned(),
            elections: vec!["csa".to_owned()],
        };
        let consultation = "essai-2026".parse().unwrap();
        let invited = self
            .server
            .name_delegate(Some(self.organiser.id), &consultation, &plan, false)
            .await;
        let staff = invited.unwrap().staff;
        self.server.staff_member(staff).await.unwrap().unwrap().member
    }

    async fn revision(&self, delegate: &StaffMember, id: CandidacyId) -> i64 {
        let whole = self.server.own_candidacy(delegate, id).await.unwrap().unwrap();
        whole.candidacy.revision
    }

    async fn save(&self, by: &StaffMember, id: CandidacyId, list: &TypedList) -> Result<(), CandidacyError> {
        let revision = self.revision(by, id).await;
        self.server.save_candidacy(by, id, revision, list).await.map(|_| ())
    }

    async fn attach(
        &self,
        by: &StaffMember,
        id: CandidacyId,
        piece: Piece,
        number: &str,
        bytes: Vec<u8>,
    ) -> Result<(), CandidacyError> {
        let revision = self.revision(by, id).await;
        self.server
            .attach_to_candidacy(by, (id, revision), (piece, number), ("pièce.pdf", bytes))
            .await
    }

    async fn file(&self, by: &StaffMember, id: CandidacyId) -> Result<(), CandidacyError> {
        let revision = self.revision(by, id).await;
        self.server.file_candidacy(by, id, revision).await
    }

    /// A draft with these candidates, their declarations, a logo and a manifesto.
    async fn prepared(&self, by: &StaffMember, acronym: &str, numbers: &[usize]) -> CandidacyId {
        let id = self.server.open_candidacy(by, &self.csa).await.unwrap();
        self.save(by, id, &list(acronym, numbers)).await.unwrap();
        self.attach(by, id, Piece::Logo, "", png()).await.unwrap();
        self.attach(by, id, Piece::Manifesto, "", pdf(2)).await.unwrap();
        for number in numbers {
            self.attach(by, id, Piece::Declaration, &staff_number(*number), pdf(1))
                .await
                .unwrap();
        }
        id
    }

    async fn filed(&self, by: &StaffMember, acronym: &str, numbers: &[usize]) -> CandidacyId {
        let id = self.prepared(by, acronym, numbers).await;
        self.file(by, id).await.unwrap();
        id
    }

    async fn decide(&self, id: CandidacyId, decision: CandidacyDecision) -> Result<(), &'static str> {
        let whole = self.server.filed_candidacy(id).await.unwrap().unwrap();
        let revision = whole.candidacy.revision;
        let decided = self
            .server
            .decide_candidacy(&self.organiser, id, revision, &decision)
            .await;
        decided.map_err(|refused| refused.code())
    }

    async fn codes(&self, id: CandidacyId) -> Vec<&'static str> {
        let whole = self.server.filed_candidacy(id).await.unwrap().unwrap();
        whole.findings.iter().map(|finding| finding.problem.code()).collect()
    }
}

fn staff_number(n: usize) -> String {
    format!("M{n:05}")
}

/// Women and men in turn, beginning with a woman: half and half, or one woman more.
fn list(acronym: &str, numbers: &[usize]) -> TypedList {
    let candidates = numbers.iter().enumerate().map(|(row, n)| TypedCandidate {
        number: staff_number(*n).to_lowercase(),
        last_name: format!("Nom{n}"),
        first_name: format!("Prénom{n}"),
        sex: if row % 2 == 0 { "F" } else { "H" }.to_owned(),
        ..TypedCandidate::default()
    });
    TypedList {
        name: format!("Union {acronym}"),
        acronym: acronym.to_owned(),
        unions: Vec::new(),
        candidates: candidates.collect(),
    }
}

fn png() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(300, 30)
        .write_to(&mut out, image::ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

fn pdf(pages: usize) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let kids: Vec<Object> = (0..pages)
        .map(|_| {
            let content = document.add_object(Stream::new(dictionary! {}, b"BT ET".to_vec()));
            Object::Reference(document.add_object(dictionary! {
                "Type" => "Page", "Parent" => tree, "Contents" => content,
                "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            }))
        })
        .collect();
    let count = i64::try_from(kids.len()).unwrap();
    let pages = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
    document.objects.insert(tree, Object::Dictionary(pages));
    let catalogue = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalogue);
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

fn code(outcome: Result<(), CandidacyError>) -> &'static str {
    outcome.unwrap_err().code()
}

const WHY: &str = "La candidate du rang 1 n’est pas sur la liste électorale.";

fn words() -> DrawnInPublic {
    DrawnInPublic {
        words: "14 3 27 9".to_owned(),
        place: "Salle du conseil, boules tirées d’une urne".to_owned(),
        present: "Mme Roy, présidente\u{202f}; les délégués".to_owned(),
    }
}

async fn lists_go_from_the_draft_to_the_election(url: &str) {
    let scene = Scene::new(url).await;
    let (uap, esp) = (scene.delegate("UAP").await, scene.delegate("ÉSP").await);
    let first = scene.filed(&uap, "UAP", &[0, 1, 2, 3]).await;
    let number = scene
        .server
        .filed_candidacy(first)
        .await
        .unwrap()
        .unwrap()
        .candidacy
        .number;
    assert_eq!(number.unwrap().to_string(), "C-2026-000001");
    scene.file(&uap, first).await.unwrap();
    let mails = scene
        .server
        .demonstration_inbox(Some("uap@union.example"), 10)
        .await
        .unwrap();
    let receipts: Vec<_> = mails
        .iter()
        .filter(|mail| mail.body.contains("C-2026-000001"))
        .collect();
    assert_eq!(receipts.len(), 1, "filed twice is filed once");
    let digest = scene.server.filed_candidacy(first).await.unwrap().unwrap().digest();
    assert!(receipts[0].body.contains(&digest), "{}", receipts[0].body);

    // A common list of two unions, with its key.
    let second = scene.prepared(&esp, "ÉSP", &[4, 5]).await;
    let mut common = list("ÉSP", &[4, 5]);
    common.unions = vec![
        ("Énergie".to_owned(), "60".to_owned()),
        ("Solidaires".to_owned(), String::new()),
    ];
    scene.save(&esp, second, &common).await.unwrap();
    assert_eq!(
        code(scene.file(&esp, second).await),
        "candidacy_incomplete",
        "a part for one union only"
    );
    common.unions[1].1 = "40".to_owned();
    scene.save(&esp, second, &common).await.unwrap();
    scene.file(&esp, second).await.unwrap();

    let draw = |words: DrawnInPublic| {
        let scene = &scene;
        async move { scene.server.draw_order(&scene.organiser, &scene.csa, &words).await }
    };
    assert_eq!(draw(words()).await.unwrap_err().code(), "order_not_committed");
    scene.server.commit_order(&scene.organiser, &scene.csa).await.unwrap();
    let again = scene.server.commit_order(&scene.organiser, &scene.csa).await;
    assert_eq!(again.unwrap_err().code(), "order_committed");
    assert_eq!(draw(words()).await.unwrap_err().code(), "order_early");

    scene.clock.set(at("2026-10-21T09:00:00Z"));
    assert_eq!(draw(words()).await.unwrap_err().code(), "order_without_list");
    scene.decide(first, CandidacyDecision::Accept).await.unwrap();
    assert_eq!(
        draw(words()).await.unwrap_err().code(),
        "order_not_ready",
        "one list is not decided"
    );
    scene.decide(second, CandidacyDecision::Accept).await.unwrap();
    assert_eq!(
        scene.decide(second, CandidacyDecision::Accept).await,
        Err("candidacy_decided")
    );
    let unpublished = scene.server.publish_candidacies(&scene.organiser, &scene.csa).await;
    assert_eq!(unpublished.unwrap_err().code(), "order_not_drawn");

    let record = draw(words()).await.unwrap();
    assert_eq!(record.check(), Ok(()));
    assert_eq!(record.order.iter().collect::<BTreeSet<_>>().len(), 2);
    let other = (1..40).map(|n| {
        let mut other = record.clone();
        other.words = n.to_string();
        other.check()
    });
    assert!(
        other.collect::<BTreeSet<_>>().len() == 2,
        "other words give other orders"
    );
    let mut forged = record.clone();
    forged.secret = "00".repeat(32);
    assert_eq!(forged.check(), Err(OrderError::Commitment));
    assert_eq!(draw(words()).await.unwrap_err().code(), "order_not_ready", "drawn once");

    assert_eq!(
        scene
            .server
            .publish_candidacies(&scene.organiser, &scene.csa)
            .await
            .unwrap(),
        2
    );
    let lists = scene.server.lists(&scene.csa).await.unwrap();
    let shown: Vec<&String> = lists.iter().map(|list| &list.acronym).collect();
    assert_eq!(shown, record.order.iter().collect::<Vec<_>>());
    let uap_list = lists.iter().find(|list| list.acronym == "UAP").unwrap();
    assert_eq!(uap_list.candidates.len(), 4);
    assert_eq!(uap_list.filed, Some(at(EARLY)));
    assert_eq!(
        scene.server.list_files(&scene.csa).await.unwrap().len(),
        4,
        "logo and manifesto of each"
    );
    let (election, consultation) = scene.server.election(&scene.csa).await.unwrap().unwrap();
    assert_eq!(election.count.common.len(), 1);
    assert_eq!(election.count.common[0].unions[0].part, Some(60));
    assert_eq!(
        consultation.policy.candidates.drawn_on,
        Some("2026-10-21".parse().unwrap())
    );

    // The folder of the consultation holds them, and says nothing new.
    let folder = scene.server.export_folder(&consultation.id).await.unwrap().unwrap();
    let (_guard, scratch) = stage::sqlite();
    let scratch = open(&scratch, &scene.clock, 5).await;
    let planned = scene.server.plan_folder(&scratch, &folder).await.unwrap();
    assert!(planned.changes.is_empty(), "{:?}", planned.changes);
}

async fn a_second_after_the_deadline_is_too_late(url: &str) {
    let scene = Scene::new(url).await;
    let (uap, esp) = (scene.delegate("UAP").await, scene.delegate("ESP").await);
    let (in_time, late) = (
        scene.prepared(&uap, "UAP", &[0, 1]).await,
        scene.prepared(&esp, "ESP", &[2, 3]).await,
    );
    scene.clock.set(at("2026-10-20T21:59:59.900Z"));
    scene.file(&uap, in_time).await.unwrap();
    scene.clock.set(at("2026-10-20T22:00:00Z"));
    assert_eq!(code(scene.file(&esp, late).await), "filing_closed");
    assert_eq!(code(scene.save(&esp, late, &list("ESP", &[2])).await), "filing_closed");
    let whole = scene.server.own_candidacy(&esp, late).await.unwrap().unwrap();
    assert_eq!((whole.candidacy.state, whole.candidacy.number), (State::Draft, None));
    assert!(
        scene.server.filed_candidacy(late).await.unwrap().is_none(),
        "the organiser reads no draft"
    );
    let revision = scene.revision(&uap, in_time).await;
    let withdrawn = scene.server.withdraw_candidacy(&uap, in_time, revision).await;
    assert_eq!(code(withdrawn), "withdrawal_closed");
    let opened = scene
        .server
        .open_candidacy(&scene.delegate("SUD").await, &scene.csa)
        .await;
    assert_eq!(opened.unwrap_err().code(), "filing_closed");
}

async fn one_list_for_each_union_and_one_for_each_person(url: &str) {
    let scene = Scene::new(url).await;
    let (uap, esp) = (scene.delegate("UAP").await, scene.delegate("ESP").await);
    let first = scene.filed(&uap, "UAP", &[0, 1, 2]).await;
    let second = scene.server.open_candidacy(&uap, &scene.csa).await;
    assert_eq!(second.unwrap_err().code(), "union_has_list");
    let elsewhere = scene.server.open_candidacy(&uap, &scene.cap).await;
    assert_eq!(elsewhere.unwrap_err().code(), "candidacy_election");
    assert!(
        scene.server.own_candidacy(&esp, first).await.unwrap().is_none(),
        "of another union"
    );

    // Person 1 stands on both lists, person 99 is on no roll, person 2 stands twice.
    let other = scene.prepared(&esp, "ESP", &[1, 4]).await;
    let mut wrong = list("ESP", &[1, 99, 4, 4]);
    scene.save(&esp, other, &wrong).await.unwrap();
    assert_eq!(
        code(scene.file(&esp, other).await),
        "candidacy_incomplete",
        "one person twice"
    );
    wrong = list("ESP", &[1, 99, 4]);
    scene.save(&esp, other, &wrong).await.unwrap();
    let whole = scene.server.own_candidacy(&esp, other).await.unwrap().unwrap();
    let own: Vec<&str> = whole.findings.iter().map(|finding| finding.problem.code()).collect();
    assert!(
        own.contains(&"candidate_not_on_roll") && own.contains(&"declaration_missing"),
        "{own:?}"
    );
    assert!(
        !own.contains(&"candidate_on_other_list"),
        "a union learns nothing of another's list"
    );
    scene.file(&esp, other).await.unwrap();
    let seen = scene.codes(other).await;
    assert!(
        seen.contains(&"candidate_on_other_list") && seen.contains(&"candidate_not_on_roll"),
        "{seen:?}"
    );
    assert_eq!(
        scene.decide(other, CandidacyDecision::Accept).await,
        Err("candidacy_not_acceptable")
    );

    // Withdrawn, the list leaves its place, and what was typed serves again.
    let revision = scene.revision(&uap, first).await;
    scene.server.withdraw_candidacy(&uap, first, revision).await.unwrap();
    assert!(!scene.codes(other).await.contains(&"candidate_on_other_list"));
    let again = scene.server.open_candidacy(&uap, &scene.csa).await.unwrap();
    let whole = scene.server.own_candidacy(&uap, again).await.unwrap().unwrap();
    assert_eq!((whole.candidacy.list.candidates.len(), whole.files.len()), (3, 5));
    let logo = scene
        .server
        .candidacy_file(&whole, Piece::Logo, "")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        image::load_from_memory(&logo.1).unwrap().width(),
        240,
        "every logo has one size"
    );
}

async fn files_are_examined_and_shares_are_counted(url: &str) {
    let scene = Scene::new(url).await;
    let uap = scene.delegate("UAP").await;
    let id = scene.server.open_candidacy(&uap, &scene.csa).await.unwrap();
    let attach = |piece, number: &'static str, bytes| scene.attach(&uap, id, piece, number, bytes);
    assert_eq!(
        code(attach(Piece::Manifesto, "", b"<html>".to_vec()).await),
        "file_type"
    );
    assert_eq!(code(attach(Piece::Manifesto, "", pdf(9)).await), "file_pages");
    assert_eq!(code(attach(Piece::Logo, "", pdf(1)).await), "file_type");
    assert_eq!(
        code(attach(Piece::Declaration, "M00001", pdf(1)).await),
        "candidate_unknown"
    );

    // 60 % of five are three: two women are too few.
    let mut typed = list("UAP", &[0, 1, 2, 3, 4]);
    for (row, sex) in ["H", "F", "H", "F", "H"].into_iter().enumerate() {
        typed.candidates[row].sex = sex.to_owned();
    }
    typed.candidates[0].rank = "9".to_owned();
    scene.save(&uap, id, &typed).await.unwrap();
    let whole = scene.server.own_candidacy(&uap, id).await.unwrap().unwrap();
    assert_eq!(
        whole.candidacy.list.candidates[4].number, "M00000",
        "ranks order the list"
    );
    let shares = whole
        .findings
        .iter()
        .find(|one| one.problem.code() == "shares_not_met")
        .unwrap();
    assert!(
        shares.problem.message().fr.contains("en demandent 3."),
        "{}",
        shares.problem.message().fr
    );
    typed.candidates.extend(list("UAP", &[5, 6]).candidates);
    let refused = scene.save(&uap, id, &typed).await;
    assert_eq!(code(refused), "field_bad", "three seats, six candidates at most");
    typed.candidates.truncate(2);
    typed.candidates[1].born = "31/02/1980".to_owned();
    assert_eq!(code(scene.save(&uap, id, &typed).await), "field_bad");
    let stale = scene.server.save_candidacy(&uap, id, 1, &list("UAP", &[1])).await;
    assert_eq!(stale.unwrap_err().code(), "candidacy_moved");
}

async fn what_was_asked_for_is_corrected_in_time(url: &str) {
    let scene = Scene::new(url).await;
    let (uap, esp) = (scene.delegate("UAP").await, scene.delegate("ESP").await);
    let id = scene.filed(&uap, "UAP", &[50, 1, 2]).await;
    let idle = scene.filed(&esp, "ESP", &[51, 4]).await;
    scene.clock.set(at("2026-10-22T09:00:00Z"));
    let ask = |ranks: &[u32]| CandidacyDecision::Ask(ranks.iter().copied().collect(), WHY.to_owned());
    assert_eq!(scene.decide(id, ask(&[7])).await, Err("correction_empty"));
    let short = CandidacyDecision::Ask([1].into(), "Non.".to_owned());
    assert_eq!(scene.decide(id, short).await, Err("reasons_bad"));
    scene.decide(id, ask(&[1])).await.unwrap();
    scene.decide(idle, ask(&[1])).await.unwrap();
    let refuse = CandidacyDecision::Refuse(WHY.to_owned());
    assert_eq!(scene.decide(id, refuse.clone()).await, Err("correction_running"));

    assert_eq!(
        code(scene.save(&uap, id, &list("UAP", &[0, 3, 2])).await),
        "correction_not_asked"
    );
    assert_eq!(
        code(scene.save(&uap, id, &list("UAP", &[0, 1, 2, 3])).await),
        "correction_not_asked"
    );
    assert_eq!(
        code(scene.attach(&uap, id, Piece::Manifesto, "", pdf(1)).await),
        "correction_not_asked"
    );
    scene.save(&uap, id, &list("UAP", &[0, 1, 2])).await.unwrap();
    let read = scene.server.filed_candidacy(id).await.unwrap().unwrap();
    assert_eq!(
        read.candidacy.list.candidates[0].number, "M00050",
        "the organiser reads what is filed"
    );
    scene
        .attach(&uap, id, Piece::Declaration, "M00000", pdf(1))
        .await
        .unwrap();
    // The last second of the third day after the three days to tell: 26 October, and the hour of October is over.
    scene.clock.set(at("2026-10-26T22:59:59Z"));
    scene.file(&uap, id).await.unwrap();
    scene.decide(id, CandidacyDecision::Accept).await.unwrap();
    scene.clock.set(at("2026-10-26T23:00:00Z"));
    assert_eq!(code(scene.file(&esp, idle).await), "correction_closed");
    scene.decide(idle, refuse).await.unwrap();
    let whole = scene.server.own_candidacy(&esp, idle).await.unwrap().unwrap();
    assert_eq!(
        (whole.candidacy.state, whole.candidacy.reasons.as_str()),
        (State::Refused, WHY)
    );
    let mails = scene
        .server
        .demonstration_inbox(Some("esp@union.example"), 10)
        .await
        .unwrap();
    assert!(mails.iter().any(|mail| mail.body.contains("La liste est refusée")));
    let steps: Vec<State> = whole.steps.iter().map(|step| step.state).collect();
    assert_eq!(steps, [State::Filed, State::Asked, State::Refused]);
}

async fn telling_has_its_own_end(url: &str) {
    let scene = Scene::new(url).await;
    let uap = scene.delegate("UAP").await;
    let id = scene.filed(&uap, "UAP", &[0, 1]).await;
    scene.clock.set(at("2026-10-23T22:00:00Z"));
    let ask = CandidacyDecision::Ask([1].into(), WHY.to_owned());
    assert_eq!(scene.decide(id, ask).await, Err("correction_asked_late"));
    scene.decide(id, CandidacyDecision::Accept).await.unwrap();
}

on_both_engines!(
    lists_go_from_the_draft_to_the_election,
    a_second_after_the_deadline_is_too_late,
    one_list_for_each_union_and_one_for_each_person,
    files_are_examined_and_shares_are_counted,
    what_was_asked_for_is_corrected_in_time,
    telling_has_its_own_end,
);
