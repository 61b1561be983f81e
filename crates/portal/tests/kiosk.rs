//! A shared machine (*borne*): what it forgets, when it signs out by itself, and that it keeps no file.

use std::collections::BTreeMap;

use crate::support::portal as support;
use crate::support::staff;
use axum::http::StatusCode;
use isoloir_domain::{Policy, Role};
use isoloir_portal::access::Access;
use isoloir_portal::routes;
use jiff::SignedDuration;
use support::{Browser, PASSWORD, Scene};

const CAMILLE: &str = "camille.durand@valbrune.example";
const ROLL: &str = "matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;camille.durand@valbrune.example;csa\n";

async fn scene() -> Scene {
    let scene = Scene::new("2026-12-05T10:00:00Z", Policy::default(), ROLL).await;
    scene
        .server
        .activate_all_for_rehearsal(&scene.plan.id, PASSWORD)
        .await
        .unwrap();
    scene
}

async fn at_a_kiosk(scene: &Scene) -> Browser<'_> {
    let mut browser = scene.browser();
    let entered = browser.post("/borne", &[]).await;
    assert_eq!(entered.location(), "/borne");
    assert!(browser.get("/borne").await.page.contains("Cet appareil est une borne"));
    browser
}

#[tokio::test]
async fn signing_out_leaves_the_machine_a_kiosk_and_nothing_else() {
    let scene = scene().await;
    let mut browser = at_a_kiosk(&scene).await;
    browser.get("/?lang=en").await;
    browser.sign_in(CAMILLE, PASSWORD).await;
    let page = browser.get("/mon-compte").await;
    assert!(
        page.page.contains("I have finished") || page.page.contains("J’ai terminé"),
        "{}",
        page.page
    );
    assert_eq!(page.header("cache-control"), "no-store");
    let session = browser.cookies["isoloir"].clone();
    let out = browser.post("/deconnexion", &[]).await;
    assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(
        browser.cookies.keys().collect::<Vec<_>>(),
        ["borne"],
        "neither session nor language"
    );
    let mut other = scene.browser();
    other.cookies.insert("isoloir".to_owned(), session);
    assert!(
        other.get("/mon-compte").await.location().starts_with("/connexion"),
        "ended on the server too"
    );
    // Who sits down next sees no name and is offered no memory of the browser's.
    let next = browser.get("/connexion").await.page;
    assert!(!next.contains("Durand") && !next.contains(CAMILLE));
    assert!(!next.contains("autocomplete=\"username\"") && !next.contains("autocomplete=\"current-password\""));
    // An ordinary browser is not cleared.
    let mut own = scene.browser();
    own.sign_in(CAMILLE, PASSWORD).await;
    assert_eq!(own.post("/deconnexion", &[]).await.header("clear-site-data"), "");
}

#[tokio::test]
async fn a_machine_left_alone_signs_out_by_itself() {
    let scene = scene().await;
    let mut browser = at_a_kiosk(&scene).await;
    browser.sign_in(CAMILLE, PASSWORD).await;
    let page = browser.get("/mon-compte").await.page;
    assert!(page.contains("data-idle=\"2026-12-05T10:05:00Z\"") && page.contains("data-over=\"/borne/expiration\""));
    assert!(
        page.contains("http-equiv=\"refresh\" content=\"305;url=/borne/expiration\""),
        "without a script too"
    );
    // While the session lives, that address ends nothing.
    let early = browser.get("/borne/expiration").await;
    assert_eq!((early.location(), early.header("clear-site-data")), ("/", ""));
    scene.clock.advance(SignedDuration::from_mins(6));
    let gone = browser.get("/borne/expiration").await;
    assert_eq!(gone.location(), "/");
    assert_eq!(gone.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["borne"]);
    let home = browser.get("/").await.page;
    assert!(!home.contains("Durand") && !home.contains("http-equiv=\"refresh\""));
}

#[tokio::test]
async fn becoming_a_kiosk_or_ceasing_to_be_one_ends_the_session() {
    let scene = scene().await;
    let mut browser = scene.browser();
    browser.sign_in(CAMILLE, PASSWORD).await;
    browser.post("/borne", &[]).await;
    assert!(browser.get("/mon-compte").await.location().starts_with("/connexion"));
    browser.sign_in(CAMILLE, PASSWORD).await;
    browser.post("/borne/fin", &[]).await;
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
}

/// A session of the staff for each role.
async fn staff_sessions(scene: &Scene) -> BTreeMap<Role, String> {
    let mut sessions = BTreeMap::new();
    for role in Role::ALL {
        let (email, factor) = staff::enrolled(&scene.server, &scene.clock, role).await;
        let code = factor.code(scene.server.clock().now());
        let signed_in = scene.server.staff_sign_in(&email, staff::PASSWORD, &code).await;
        sessions.insert(role, signed_in.unwrap().token);
    }
    sessions
}

#[tokio::test]
async fn no_route_answers_with_a_file_at_a_kiosk() {
    let scene = scene().await;
    let agents = staff_sessions(&scene).await;
    let mut kiosk = at_a_kiosk(&scene).await;
    kiosk.sign_in(CAMILLE, PASSWORD).await;
    let (mut files, mut of_staff) = (0, 0);
    for declared in routes::table() {
        if declared.method != "GET" || declared.path.starts_with("/borne") {
            continue;
        }
        if let Access::Staff(roles) = declared.access {
            let session = agents[&roles[0]].clone();
            kiosk.cookies.insert("isoloir-agent".to_owned(), session);
        }
        let path = declared
            .path
            .replace("{election}", scene.elections[0].id.as_str())
            .replace("{number}", "R-2026-000001")
            .replace("{digest}", &"00".repeat(32))
            .replace("{captcha}", "Inc0nnu")
            .replace("{token}", "T0ken")
            .replace("{piece}", "1");
        let names_a_file = [".pdf", ".csv", ".json", "/fichier"]
            .iter()
            .any(|end| path.ends_with(end));
        let offers = declared.file_of.is_some() || !matches!(declared.access, Access::Staff(_));
        assert!(offers || !names_a_file, "{path} is a file and does not say so");
        let answer = kiosk.get(&path).await;
        assert!(
            !answer.header("content-disposition").starts_with("attachment"),
            "{path}"
        );
        if declared.file_of.is_some() {
            match declared.access {
                Access::Staff(_) => of_staff += 1,
                _ => files += 1,
            }
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(answer.page.contains("rien ne se télécharge"), "{path}");
        }
    }
    assert_eq!(
        files, 6,
        "proof of vote, archive and its sidecar, attachment of a complaint, open data of one election and of all"
    );
    assert_eq!(
        of_staff, 12,
        "minutes, proposed minutes and poll book; journal; complaints and their attachments; a roll to post, rows put aside and differences; \
         record of a lot, files of lists for organisers and for delegates"
    );
    let receipt = kiosk.post("/recu.pdf", &[("recus", "[]")]).await;
    assert!(receipt.page.contains("rien ne se télécharge"));
}
