//! The organiser's page of preparation: gates stand there, and are passed by who is signed in, with a reason.

use crate::support::portal as support;
use axum::http::StatusCode;
use isoloir_domain::capacity::{Machine, Measured};
use isoloir_domain::{Policy, Role};
use isoloir_service::board::Build;
use support::Scene;

const ROLL: &str = "matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;camille@valbrune.example;csa\n";
const GATE: &str = "head-count:csa:1/4";

#[tokio::test]
async fn expert_and_observer_read_and_decide_nothing() {
    let mut plan = Scene::plan(Policy::default());
    plan.policy.roll.gates.expected.insert("csa".to_owned(), 4);
    let scene = Scene::of("2026-11-20T10:00:00Z", plan, ROLL).await;
    for (role, journal) in [(Role::Expert, StatusCode::OK), (Role::Observer, StatusCode::FORBIDDEN)] {
        let mut browser = scene.staff(role).await;
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
    let mut browser = scene.staff(Role::Organiser).await;

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

fn machine() -> Machine {
    Machine {
        processor: "Essai 3000".to_owned(),
        cores: 2,
        memory_gib: 24,
        database: "sqlite".to_owned(),
    }
}

fn build(program: &str) -> Build {
    Build {
        version: "0.1.0".to_owned(),
        program: program.to_owned(),
        assets: "00".to_owned(),
    }
}

fn measured(held_per_minute: u64) -> Measured {
    Measured {
        report: "00".to_owned(),
        began: support::at("2026-11-19T09:00:00Z"),
        curve: "0:25,60:25".to_owned(),
        voters: 1500,
        receipts: 1500,
        held_per_minute,
        sign_ins_per_minute: 1400,
        waited: 12,
        overtaken: 0,
        latencies: Vec::new(),
    }
}

/// Missing, good, of another build, of another machine, insufficient: told, and no obstacle.
#[tokio::test]
async fn the_measured_capacity_is_a_warning_and_no_gate() {
    let scene = Scene::new("2026-11-20T10:00:00Z", Policy::default(), ROLL).await;
    scene.server.set_build(build("aa"));
    scene.server.set_machine(machine());
    let consultation = scene.server.consultations().await.unwrap().remove(0);
    let mut browser = scene.staff(Role::Organiser).await;
    let mut told = async |words: &str| {
        let page = browser.get("/gestion/preparation").await.page;
        assert!(
            page.contains("Capacité mesurée") && page.contains(words),
            "{words} in {page}"
        );
        assert!(page.contains("Aucun contrôle n’arrête la préparation"), "{page}");
        page
    };
    told("La capacité n’a pas été mesurée").await;
    // One voter in nine days: one ballot a minute is asked.
    scene
        .server
        .record_capacity(&consultation, measured(1480), 2)
        .await
        .unwrap();
    let page = told("La capacité mesurée couvre la pointe attendue").await;
    for words in [
        "1\u{202f}480 bulletins par minute",
        "2 nœud(s), 2 cœurs (Essai 3000)",
        "12 personnes passées par la salle d’attente",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    scene.server.set_build(build("bb"));
    told("La mesure est celle d’un autre programme").await;
    scene.server.set_build(build("aa"));
    scene.server.set_machine(Machine { cores: 1, ..machine() });
    told("La mesure est celle d’une autre machine").await;
    scene.server.set_machine(machine());
    let later = scene.server.clock().now() + jiff::SignedDuration::from_secs(1);
    scene.clock.set(later);
    scene
        .server
        .record_capacity(&consultation, measured(0), 1)
        .await
        .unwrap();
    told("La capacité mesurée ne couvre pas la pointe attendue").await;
}
