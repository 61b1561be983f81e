//! Acts that take two people, and the managers of one consultation or of some elections, on the pages and by the API.

use crate::support::portal as support;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use isoloir_domain::api_token::Scope;
use isoloir_domain::complaint::{ComplaintNumber, Object};
use isoloir_domain::{Election, Policy, Profile, Role, Roles, StaffMember};
use isoloir_service::api_tokens::TokenPlan;
use isoloir_service::decide_complaint::NewDecision;
use isoloir_service::enrol_staff::Enrolment;
use isoloir_service::file_complaint::{Complaint, Stranger};
use isoloir_service::import_consultation::ElectionPlan;
use isoloir_service::invite_staff::StaffPlan;
use isoloir_service::read_journal::Wanted;
use jiff::SignedDuration;
use serde_json::Value;
use support::{Browser, PASSWORD, Scene};
use tower::ServiceExt as _;

const NOW: &str = "2026-10-20T10:00:00Z";
const ROLL: &str = "matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;camille@valbrune.example;csa\n\
                    M2;Petit;Zoé;zoe@valbrune.example;cap\n";
const CSA: &str = "matricule;nom;prenom;courriel;scrutin\nM3;Roux;Paul;paul@valbrune.example;csa\n";

/// Two elections under the law.
async fn in_law() -> Scene {
    let mut plan = Scene::plan(Policy::default());
    plan.profile = Profile::Cgfp2024;
    plan.live_box = None;
    plan.elections.push(ElectionPlan {
        key: "cap".to_owned(),
        title: "Commission paritaire".to_owned(),
        seats: 3,
        count: isoloir_domain::CountRules::default(),
    });
    Scene::of(NOW, plan, ROLL).await
}

/// Somebody who is signed in.
async fn person<'a>(scene: &'a Scene, name: &str, role: Role, elections: &[&str]) -> (Browser<'a>, StaffMember) {
    let email = format!("{name}@gestion.valbrune.example");
    let limited = matches!(role, Role::ConsultationManager | Role::ElectionManager);
    let plan = StaffPlan {
        name: name.to_owned(),
        email: email.clone(),
        roles: Roles::new([role]).unwrap(),
        consultation: limited.then(|| scene.plan.id.clone()),
        elections: elections.iter().map(|key| (*key).to_owned()).collect(),
    };
    let link = scene.server.invite_staff(None, &plan, false).await.unwrap().link;
    let token = link.rsplit('/').next().unwrap().to_owned();
    let factor = scene.server.staff_invitation(&token).await.unwrap().second_factor;
    let chosen = Enrolment {
        password: PASSWORD,
        confirmation: PASSWORD,
        code: &factor.code(scene.server.clock().now()),
    };
    scene.server.enrol_staff(&token, chosen).await.unwrap();
    scene.clock.advance(SignedDuration::from_secs(30));
    let code = factor.code(scene.server.clock().now());
    let signed_in = scene.server.staff_sign_in(&email, PASSWORD, &code).await.unwrap();
    let member = signed_in.session.member().clone();
    (scene.staff_browser(signed_in.token), member)
}

/// The path of a staged file, and that of the first proposal.
async fn staged(browser: &mut Browser<'_>, file: &str) -> String {
    let brought = browser
        .post_parts("/gestion/listes", &[("fichier", file), ("portee", "supplement")])
        .await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.page);
    brought.location().to_owned()
}

async fn proposal(scene: &Scene) -> String {
    let proposals = scene.server.proposals(&scene.plan.id).await.unwrap();
    format!("/gestion/decisions/{}", proposals[0].id)
}

#[tokio::test]
async fn a_roll_is_approved_by_two_people_and_the_journal_has_both_names() {
    let scene = in_law().await;
    let (mut yann, _) = person(&scene, "Yann", Role::Organiser, &[]).await;
    let (mut ines, _) = person(&scene, "Inès", Role::ConsultationManager, &[]).await;
    let file = staged(&mut yann, CSA).await;
    let asked = yann.post(&file, &[("geste", "approuver")]).await;
    assert_eq!(asked.location(), "/gestion/decisions?fait=acte-propose");
    let early = yann.post(&file, &[("geste", "appliquer")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "it is not approved");
    let again = yann.post(&file, &[("geste", "approuver")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "the same waits already");

    let page = yann.get("/gestion/decisions").await.page;
    assert!(page.contains("Vous avez proposé cet acte") && !page.contains("Confirmer et exécuter"));
    let path = proposal(&scene).await;
    let own = yann.post(&format!("{path}/confirmation"), &[]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "not by who proposed it");
    assert!(
        ines.get("/gestion/decisions")
            .await
            .page
            .contains("Confirmer et exécuter")
    );
    let confirmed = ines.post(&format!("{path}/confirmation"), &[]).await;
    assert_eq!(confirmed.location(), "/gestion/decisions?fait=acte-confirme");
    let twice = ines.post(&format!("{path}/confirmation"), &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let id = file.rsplit('/').next().unwrap();
    let stage = scene.server.staged_roll(id).await.unwrap().unwrap().stage;
    assert_eq!(stage.approved.unwrap().1, "Yann, Inès");
    let applied = yann.post(&file, &[("geste", "appliquer")]).await;
    assert!(
        applied.location().ends_with("?fait=liste-appliquee"),
        "{}",
        applied.page
    );

    let entries = scene
        .server
        .journal_page(None, &Wanted::of_kind("act_confirmed"))
        .await
        .unwrap();
    let entry = serde_json::to_value(&entries[0].1).unwrap();
    assert_eq!(
        (&entry["what"]["proposed_by"], &entry["what"]["by"]),
        (&"Yann".into(), &"Inès".into())
    );
}

#[tokio::test]
async fn a_proposal_is_refused_withdrawn_or_grows_old() {
    let scene = in_law().await;
    let (mut yann, _) = person(&scene, "Yann", Role::Organiser, &[]).await;
    let (mut ines, _) = person(&scene, "Inès", Role::Organiser, &[]).await;
    let file = staged(&mut yann, CSA).await;
    for decider in [true, false] {
        yann.post(&file, &[("geste", "approuver")]).await;
        let path = format!("{}/refus", proposal(&scene).await);
        let by = if decider { &mut ines } else { &mut yann };
        assert_eq!(
            by.post(&path, &[]).await.location(),
            "/gestion/decisions?fait=acte-refuse"
        );
    }
    yann.post(&file, &[("geste", "approuver")]).await;
    let path = format!("{}/confirmation", proposal(&scene).await);
    let by = scene
        .server
        .staff_with_email("inès@gestion.valbrune.example")
        .await
        .unwrap()
        .unwrap()
        .member;
    scene.clock.advance(SignedDuration::from_hours(73));
    let id = path.split('/').nth(3).unwrap().parse().unwrap();
    assert!(scene.server.confirm_act(&by, id).await.is_err(), "too old");
    let stage = scene.server.staged_rolls(&scene.plan.id).await.unwrap().remove(0).stage;
    assert!(stage.approved.is_none());
}

#[tokio::test]
async fn an_election_manager_sees_and_moves_own_elections_only() {
    let scene = in_law().await;
    let (mut cap, member) = person(&scene, "Léa", Role::ElectionManager, &["cap"]).await;
    assert_eq!(member.elections.len(), 1);
    let page = cap.get("/gestion/preparation").await.page;
    assert!(page.contains("Commission paritaire") && !page.contains("Comité social"));
    let csa = &scene.elections[0].id;
    let other = cap.get(&format!("/gestion/preparation/scrutins/{csa}")).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let brought = cap
        .post_parts("/gestion/listes", &[("fichier", CSA), ("portee", "supplement")])
        .await;
    assert_eq!(brought.status, StatusCode::FORBIDDEN);
    assert!(brought.page.contains("ne sont pas les vôtres"));
    let file = staged(&mut cap, &CSA.replace(";csa", ";cap")).await;
    assert_eq!(
        cap.post(&file, &[("geste", "approuver")]).await.location(),
        "/gestion/decisions?fait=acte-propose"
    );
    // Who has the same right for another election does not confirm.
    let (mut csa, _) = person(&scene, "Marc", Role::ElectionManager, &["csa"]).await;
    let path = format!("{}/confirmation", proposal(&scene).await);
    assert_eq!(csa.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
    let page = csa.get("/gestion/listes").await.page;
    assert!(!page.contains(&file), "a file of other elections");
    for forbidden in ["/gestion/journal", "/gestion/jetons", "/gestion/reclamations.csv"] {
        assert_eq!(csa.get(forbidden).await.status, StatusCode::FORBIDDEN, "{forbidden}");
    }
    let (mut ines, _) = person(&scene, "Inès", Role::ConsultationManager, &[]).await;
    assert_eq!(
        ines.post(&path, &[]).await.location(),
        "/gestion/decisions?fait=acte-confirme"
    );
}

/// Files a complaint of somebody on no roll.
async fn filed(scene: &Scene, election: &Election) -> ComplaintNumber {
    let who = Stranger {
        last_name: "Roux".to_owned(),
        first_name: "Paul".to_owned(),
        number: String::new(),
        contact: "paul@valbrune.example".to_owned(),
    };
    let complaint = Complaint {
        object: Object::Missing,
        election: Some(election.id.clone()),
        other_person: String::new(),
        body: "Je ne suis pas sur la liste.".to_owned(),
        files: Vec::new(),
    };
    let form = scene.server.new_form_token();
    let filed = scene
        .server
        .file_complaint_of_absent(who, &scene.plan.id, &form, complaint);
    filed.await.unwrap()
}

/// The figure under this word.
fn figure(page: &str, word: &str) -> u64 {
    let (_, rest) = page.split_once(&format!("<dt>{word}</dt><dd>")).unwrap();
    rest.split('<').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_queue_of_an_election_manager_holds_counts_and_pages_own_complaints_only() {
    let mut plan = Scene::plan(Policy::default());
    plan.policy.complaints.absent = true;
    plan.elections.push(ElectionPlan {
        key: "cap".to_owned(),
        title: "Commission paritaire".to_owned(),
        seats: 3,
        count: isoloir_domain::CountRules::default(),
    });
    let scene = Scene::of("2026-11-20T10:00:00Z", plan, ROLL).await;
    let csa = scene.elections.iter().find(|election| election.key == "csa").unwrap();
    let cap = scene.elections.iter().find(|election| election.key == "cap").unwrap();
    // More than a page of others come first, and one of them is decided.
    let first = filed(&scene, csa).await;
    for _ in 0..26 {
        filed(&scene, csa).await;
    }
    let decision = NewDecision {
        accepted: true,
        reasons: "Pièce probante et concordante.".to_owned(),
        effect: String::new(),
        correction: None,
        files: Vec::new(),
        by: "operator".to_owned(),
    };
    scene.server.decide_complaint(first, decision).await.unwrap();
    let own = filed(&scene, cap).await;
    let (mut lea, _) = person(&scene, "Léa", Role::ElectionManager, &["cap"]).await;
    let page = lea.get("/gestion/reclamations").await.page;
    assert!(page.contains(&format!("/gestion/reclamations/{own}")), "{page}");
    assert!(
        !page.contains("/gestion/reclamations/R-2026-000002"),
        "of another election"
    );
    assert_eq!((figure(&page, "à trancher"), figure(&page, "reçues")), (1, 1));
    let (mut ines, _) = person(&scene, "Inès", Role::ConsultationManager, &[]).await;
    let page = ines.get("/gestion/reclamations").await.page;
    assert_eq!((figure(&page, "à trancher"), figure(&page, "reçues")), (27, 28));
    assert!(
        !page.contains(&format!("/gestion/reclamations/{own}")),
        "on the next page"
    );
    let page = ines.get("/gestion/reclamations?page=2").await.page;
    assert!(page.contains(&format!("/gestion/reclamations/{own}")));
}

#[tokio::test]
async fn managers_are_invited_with_what_they_manage() {
    let scene = in_law().await;
    let plan = |role, consultation: bool, elections: &[&str]| StaffPlan {
        name: "Léa".to_owned(),
        email: "lea@gestion.valbrune.example".to_owned(),
        roles: Roles::new([role]).unwrap(),
        consultation: consultation.then(|| scene.plan.id.clone()),
        elections: elections.iter().map(|key| (*key).to_owned()).collect(),
    };
    for wrong in [
        plan(Role::ConsultationManager, false, &[]),
        plan(Role::ElectionManager, false, &["cap"]),
        plan(Role::ElectionManager, true, &[]),
        plan(Role::ElectionManager, true, &["cst"]),
        plan(Role::Organiser, true, &["cap"]),
    ] {
        assert!(
            scene.server.invite_staff(None, &wrong, false).await.is_err(),
            "{wrong:?}"
        );
    }
    let right = plan(Role::ElectionManager, true, &["cap", "csa"]);
    scene.server.invite_staff(None, &right, false).await.unwrap();
}

async fn call(scene: &Scene, secret: &str, path: &str, body: &str) -> (StatusCode, Value) {
    let request = Request::post(path).header("authorization", format!("Bearer {secret}"));
    let request = request
        .header("if-match", "\"none\"")
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response = scene.portal.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[tokio::test]
async fn programs_propose_and_the_token_of_another_person_confirms() {
    let scene = in_law().await;
    let (_, yann) = person(&scene, "Yann", Role::Organiser, &[]).await;
    let (_, ines) = person(&scene, "Inès", Role::ConsultationManager, &[]).await;
    let secret = async |by: Option<&StaffMember>, scopes: &[Scope]| {
        let plan = TokenPlan {
            name: "Essai".to_owned(),
            scopes: scopes.to_vec(),
            consultation: Some(scene.plan.id.clone()),
            days: 30,
        };
        scene.server.create_token(by, &plan).await.unwrap().secret
    };
    let writes = [Scope::RollRead, Scope::RollWrite, Scope::ConsultationWrite];
    let (of_yann, of_ines) = (secret(Some(&yann), &writes).await, secret(Some(&ines), &writes).await);
    let of_operator = secret(None, &writes).await;
    let reads = secret(Some(&ines), &[Scope::RollRead]).await;
    let rolls = format!("/api/v1/consultations/{}/rolls?mode=supplement", scene.plan.id);
    let (_, staged) = call(&scene, &of_yann, &rolls, CSA).await;
    let approve = format!("/api/v1/rolls/{}/approve", staged["id"].as_str().unwrap());
    let (status, proposed) = call(&scene, &of_yann, &approve, "").await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(
        (proposed["act"].as_str(), proposed["proposer"].as_str()),
        (Some("approve_roll"), Some("Yann"))
    );
    let confirm = format!("/api/v1/proposals/{}/confirm", proposed["id"].as_str().unwrap());
    for (secret, code) in [
        (&of_yann, "same_person"),
        (&of_operator, "person_required"),
        (&reads, "scope_missing"),
    ] {
        let (status, refused) = call(&scene, secret, &confirm, "").await;
        assert_eq!((status, refused["code"].as_str()), (StatusCode::FORBIDDEN, Some(code)));
    }
    let (status, confirmed) = call(&scene, &of_ines, &confirm, "").await;
    assert_eq!(
        (status, confirmed["status"].as_str()),
        (StatusCode::OK, Some("confirmed"))
    );

    // Rolls are published: the calendar takes two people as well, and a program of the operator may propose.
    let calendar = format!("/api/v1/consultations/{}/calendar", scene.plan.id);
    let moved = r#"{"opens": "2026-12-04T07:00:00Z", "closes": "2026-12-10T16:00:00Z"}"#;
    let (status, changed) = call(&scene, &of_operator, &calendar, moved).await;
    assert_eq!(
        (status.as_u16(), changed["code"].as_str()),
        (412, Some("consultation_changed"))
    );
}
