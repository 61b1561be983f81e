//! The organiser's pages of roll files: brought, looked at, approved, applied; and the roll to post on premises.

use crate::support::portal as support;
use axum::http::StatusCode;
use isoloir_domain::{Policy, Role};
use support::Scene;

const ROLL: &str = "matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;camille@valbrune.example;csa\n";

#[tokio::test]
async fn a_file_is_brought_looked_at_approved_and_applied() {
    let scene = Scene::new("2026-11-20T10:00:00Z", Policy::default(), ROLL).await;
    let mut browser = scene.staff(Role::Organiser).await;
    let page = browser.get("/gestion/listes").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.page.contains("Aucun fichier n’a encore été déposé"),
        "{}",
        page.page
    );

    let empty = browser.post_parts("/gestion/listes", &[("fichier", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.page.contains("href=\"#fichier\"") && empty.page.contains("Choisissez un fichier"));
    let wrong = browser
        .post_parts("/gestion/listes", &[("fichier", "nom;prenom\nx;y\n")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.page.contains("n’est pas une liste électorale"), "{}", wrong.page);

    let file =
        "matricule;nom;prenom;courriel;scrutin\nM2;Petit;Zoé;zoe@valbrune.example;csa\nM3;=A1;<b>Paul</b>;;csa\n";
    let brought = browser
        .post_parts("/gestion/listes", &[("fichier", file), ("portee", "supplement")])
        .await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER);
    let path = brought.location().to_owned();
    let page = browser.get(&path).await;
    assert!(page.page.contains("est une formule"), "{}", page.page);
    assert!(page.page.contains("Approuver cet import") && !page.page.contains("<b>"));

    let template = browser.get(&format!("{path}/ecartees.csv")).await;
    assert!(template.header("content-disposition").contains("lignes-ecartees.csv"));
    assert!(
        template.page.contains("M3;'=A1;<b>Paul</b>;;csa;3;"),
        "{}",
        template.page
    );
    let difference = browser.get(&format!("{path}/difference.csv")).await;
    assert!(
        difference.page.contains("ajout;csa;M2;Petit;Zoé"),
        "{}",
        difference.page
    );

    let early = browser.post(&path, &[("geste", "appliquer")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert!(early.page.contains("n’est pas encore approuvé"), "{}", early.page);
    let approved = browser.post(&path, &[("geste", "approuver")]).await;
    assert_eq!(approved.location(), format!("{path}?fait=liste-approuvee"));
    let applied = browser.post(&path, &[("geste", "appliquer")]).await;
    let page = browser.get(applied.location()).await;
    assert!(page.page.contains("L’import est appliqué"), "{}", page.page);
    assert!(page.page.contains("Dominique organiser") && !page.page.contains("name=\"geste\""));
    let roll = scene.server.electoral_roll(&scene.elections[0].id).await.unwrap();
    assert_eq!(roll.voters.len(), 2);
    let journal = browser.get("/gestion/journal?nature=roll_applied").await;
    assert!(journal.page.contains("roll_applied") && journal.page.contains("Dominique organiser"));
    assert_eq!(
        browser.get("/gestion/listes/inconnue").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_file_beyond_the_bound_of_the_page_is_refused_by_its_name() {
    let scene = Scene::new("2026-11-20T10:00:00Z", Policy::default(), ROLL).await;
    let mut browser = scene.staff(Role::Organiser).await;
    let large = "x".repeat(33 * 1024 * 1024);
    let refused = browser
        .post_parts("/gestion/listes", &[("fichier", large.as_str())])
        .await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(refused.page.contains("isoloir roll stage"), "{}", refused.page);
}

#[tokio::test]
async fn a_roll_is_posted_by_names_alone() {
    let scene = Scene::new("2026-11-20T10:00:00Z", Policy::default(), ROLL).await;
    let mut browser = scene.staff(Role::Organiser).await;
    let page = browser.get("/gestion/listes").await;
    let link = format!("/gestion/affichage/{}/liste.pdf?partie=1", scene.elections[0].id);
    assert!(page.page.contains(&link), "{}", page.page);
    let file = browser.get(&link).await;
    assert_eq!(file.header("content-type"), "application/pdf");
    assert!(file.page.starts_with("%PDF-"));
    assert_eq!(
        browser.get("/gestion/affichage/NkHrZ7QCf3Nf3h/liste.pdf").await.status,
        StatusCode::NOT_FOUND
    );
}
