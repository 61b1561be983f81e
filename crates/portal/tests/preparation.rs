//! The organiser's page of preparation: gates stand there, and are passed by who is signed in, with a reason.

use crate::support::portal as support;
use crate::support::staff;
use axum::http::StatusCode;
use isoloir_domain::{Policy, Role};
use support::{Browser, Scene};

const ROLL: &str = "matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;camille@valbrune.example;csa\n";
const GATE: &str = "head-count:csa:1/4";

async fn signed_in(scene: &Scene, role: Role) -> Browser<'_> {
    let (email, factor) = staff::enrolled(&scene.server, &scene.clock, role).await;
    let code = factor.code(scene.server.clock().now());
    let session = scene.server.staff_sign_in(&email, staff::PASSWORD, &code).await;
    let mut browser = scene.browser();
    browser
        .cookies
        .insert("isoloir-agent".to_owned(), session.unwrap().token);
    browser
}

#[tokio::test]
async fn expert_and_observer_read_and_decide_nothing() {
    let mut plan = Scene::plan(Policy::default());
    plan.policy.roll.gates.expected.insert("csa".to_owned(), 4);
    let scene = Scene::of("2026-11-20T10:00:00Z", plan, ROLL).await;
    for (role, journal) in [(Role::Expert, StatusCode::OK), (Role::Observer, StatusCode::FORBIDDEN)] {
        let mut browser = signed_in(&scene, role).await;
        let home = browser.get("/gestion").await;
        assert!(home.page.contains("/gestion/preparation"), "{}", home.page);
        let page = browser.get("/gestion/preparation").await;
        assert!(page.page.contains("1 inscrits pour 4 attendus"), "{}", page.page);
        assert!(!page.page.contains("name=\"raison\""), "{}", page.page);
        let decided = browser
            .post("/gestion/preparation", &[("controle", GATE), ("raison", "Départs")])
            .await;
        assert_eq!(decided.status, StatusCode::FORBIDDEN);
        for path in ["/gestion/journal", "/gestion/journal/fichier"] {
            assert_eq!(browser.get(path).await.status, journal, "{path}");
        }
    }
}

#[tokio::test]
async fn a_gate_is_passed_by_name_and_with_a_reason() {
    let mut plan = Scene::plan(Policy::default());
    plan.policy.roll.gates.expected.insert("csa".to_owned(), 4);
    let scene = Scene::of("2026-11-20T10:00:00Z", plan, ROLL).await;
    let mut browser = signed_in(&scene, Role::Organiser).await;

    let page = browser.get("/gestion/preparation").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.page.contains("Un contrôle arrête la préparation"), "{}", page.page);
    assert!(page.page.contains("1 inscrits pour 4 attendus"), "{}", page.page);
    assert_eq!(page.hidden("controle"), GATE);
    for words in [
        "Calendrier électoral",
        "Clôture du vote",
        "Organisateur\u{a0}: un contrôle de la liste électorale est à lever ou à corriger.",
        "Bureau de vote\u{a0}: les clés sont à fabriquer.",
    ] {
        assert!(page.page.contains(words), "{words} in {}", page.page);
    }
    let election = page.page.split("/gestion/preparation/scrutins/").nth(1).unwrap();
    let election = election.split('"').next().unwrap();
    let one = browser.get(&format!("/gestion/preparation/scrutins/{election}")).await;
    assert_eq!(one.status, StatusCode::OK);
    assert!(
        one.page.contains("Sièges") && one.page.contains("Listes de candidats"),
        "{}",
        one.page
    );
    let unknown = browser.get("/gestion/preparation/scrutins/NkHrZ7QCf3Nf3h").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    let refused = browser
        .post("/gestion/preparation", &[("controle", GATE), ("raison", "  ")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.page.contains("href=\"#raison\"") && refused.page.contains("id=\"raison\""));

    let reason = "Trois agents mutés au 1er novembre";
    let passed = browser
        .post("/gestion/preparation", &[("controle", GATE), ("raison", reason)])
        .await;
    assert_eq!(passed.location(), "/gestion/preparation?fait=controle");
    let page = browser.get(passed.location()).await;
    assert!(
        page.page.contains("Aucun contrôle n’arrête la préparation"),
        "{}",
        page.page
    );
    assert!(
        page.page.contains(reason) && page.page.contains("Dominique organiser"),
        "{}",
        page.page
    );
    let again = browser
        .post("/gestion/preparation", &[("controle", GATE), ("raison", reason)])
        .await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let journal = browser.get("/gestion/journal?nature=gate_waived").await;
    assert!(journal.page.contains(GATE), "the decision is in the journal");
}
