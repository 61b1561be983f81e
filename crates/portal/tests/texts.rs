//! The organiser's texts, on both databases: written, looked at as voters would see them, put on line, compared, put back, taken off line; the folder
//! stays their source, with the PDF files beside them.

use std::path::Path;

use crate::support::portal::{Answer, Browser, Scene};
use axum::http::StatusCode;
use isoloir_carriers::MailMode;
use isoloir_domain::{Policy, Role};
use isoloir_service::consultation_file::describe::Section;
use isoloir_service::consultation_file::plan::PlanError;
use isoloir_service::consultation_file::{Files, Severity};
use jiff::SignedDuration;

const ROLL: &str = "matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;camille@valbrune.example;csa\n";
const NOW: &str = "2026-11-20T10:00:00Z";

async fn scene(url: Option<String>) -> Scene {
    let mut plan = Scene::plan(Policy::default());
    plan.elections[0].count.ballot = isoloir_domain::count_rules::BallotKind::Sigle;
    let scene = Scene::with_mail(NOW, plan, ROLL, MailMode::Demonstration, url).await;
    let lists = "scrutin;liste;sigle;rang;nom;prenom;sexe\ncsa;Union des agents publics;UAP;;;;\n";
    scene
        .server
        .import_lists(&scene.plan.id, lists.as_bytes())
        .await
        .unwrap();
    scene
}

/// What stands between the two parts of a page, without what differs from a session to another.
fn main_of(page: &str) -> &str {
    let (_, rest) = page.split_once("<main").unwrap();
    rest.split("</main>").next().unwrap()
}

/// Sends what the form over a preview sends.
async fn publish(browser: &mut Browser<'_>, text: &str, from: &str, words: &str) -> Answer {
    let fields = [("depuis", from), ("texte", words), ("geste", "publier")];
    browser.post(&format!("/gestion/textes/{text}"), &fields).await
}

async fn a_text_is_looked_at_put_on_line_compared_and_put_back(url: Option<String>) {
    let scene = scene(url).await;
    let mut browser = scene.staff(Role::Organiser).await;
    let list = browser.get("/gestion/textes").await.page;
    assert_eq!(list.matches("href=\"/gestion/textes/").count(), 15, "{list}");
    let page = browser.get("/gestion/textes/edito.fr").await.page;
    assert!(page.contains("Aucune version n’a encore été mise en ligne"), "{page}");

    // Nothing is on line until it is said so, and the preview is the page itself.
    let preview = browser
        .post(
            "/gestion/textes/edito.fr/apercu",
            &[("depuis", "0"), ("texte", "# Bienvenue\r\n\r\nVotez **tôt**.\r\n")],
        )
        .await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.page);
    assert!(preview.page.contains("Aperçu, pas encore en ligne"), "{}", preview.page);
    assert_eq!(scene.browser().get("/edito").await.status, StatusCode::NOT_FOUND);
    let published = publish(&mut browser, "edito.fr", "0", "# Bienvenue\r\n\r\nVotez **tôt**.\r\n").await;
    assert_eq!(published.location(), "/gestion/textes/edito.fr?fait=texte-en-ligne");
    let voters = scene.browser().get("/edito").await.page;
    let spaced = voters.replace(['\u{a0}', '\u{202f}'], " ");
    assert!(
        spaced.contains("Mis à jour le vendredi 20 novembre 2026 à 11 h 00"),
        "{voters}"
    );
    let (_, read) = main_of(&voters).split_once("<div class=\"wrap\">").unwrap();
    assert!(
        main_of(&preview.page).ends_with(read),
        "what was looked at is what voters read:\n{}\n{read}",
        preview.page
    );

    // A second version; the difference says what went and what came.
    scene.clock.advance(SignedDuration::from_mins(2));
    publish(&mut browser, "edito.fr", "1", "# Bienvenue\n\nVotez avant jeudi.\n").await;
    let page = browser.get("/gestion/textes/edito.fr").await.page;
    assert!(page.contains("Version 2") && page.contains("Version 1"), "{page}");
    assert!(
        page.contains("<del><span class=\"vh\">Supprimé\u{a0}: </span>Votez **tôt**.\n</del>"),
        "{page}"
    );
    assert!(
        page.contains("<ins><span class=\"vh\">Ajouté\u{a0}: </span>Votez avant jeudi.\n</ins>"),
        "{page}"
    );
    assert!(page.contains("Dominique organiser"), "who put it on line: {page}");

    // Put back: looked at first, then a third version that says which.
    let preview = browser
        .post("/gestion/textes/edito.fr/apercu", &[("depuis", "2"), ("version", "1")])
        .await;
    assert!(preview.page.contains("Votez <strong>tôt</strong>"), "{}", preview.page);
    assert!(scene.browser().get("/edito").await.page.contains("avant jeudi"));
    let fields = [("depuis", "2"), ("version", "1"), ("geste", "publier")];
    let again = browser.post("/gestion/textes/edito.fr", &fields).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.page);
    assert!(
        scene
            .browser()
            .get("/edito")
            .await
            .page
            .contains("Votez <strong>tôt</strong>")
    );
    let page = browser.get("/gestion/textes/edito.fr").await.page;
    assert!(page.contains("Version 1 remise en ligne"), "{page}");

    // Taken off line, and kept.
    let fields = [("depuis", "3"), ("geste", "retirer")];
    browser.post("/gestion/textes/edito.fr", &fields).await;
    assert_eq!(scene.browser().get("/edito").await.status, StatusCode::NOT_FOUND);
    assert!(!scene.browser().get("/").await.page.contains("href=\"/edito\""));
    let versions = scene
        .server
        .text_versions(&scene.plan.id, "edito.fr".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(versions.iter().map(|one| one.number).collect::<Vec<_>>(), [4, 3, 2, 1]);
    let journal = browser.get("/gestion/journal?etat=text_published").await.page;
    assert!(journal.contains("edito.fr"), "{journal}");
}

async fn what_is_wrong_is_said_and_nothing_is_lost(url: Option<String>) {
    let scene = scene(url).await;
    let mut browser = scene.staff(Role::Organiser).await;
    let empty = browser
        .post("/gestion/textes/edito.fr/apercu", &[("depuis", "0"), ("texte", " ")])
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.page.contains("href=\"#texte\""), "{}", empty.page);
    publish(&mut browser, "edito.fr", "0", "Un").await;
    // Made from a version that is no longer the latest: what was typed is kept.
    let stale = publish(&mut browser, "edito.fr", "0", "Deux, écrit ailleurs").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(
        stale.page.contains("a changé entre-temps") && stale.page.contains("Deux, écrit ailleurs"),
        "{}",
        stale.page
    );
    assert_eq!(
        publish(&mut browser, "edito.fr", "1", "Un").await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the same again is no version"
    );
    let unknown = [("depuis", "1"), ("version", "9"), ("geste", "publier")];
    assert_eq!(
        browser.post("/gestion/textes/edito.fr", &unknown).await.status,
        StatusCode::NOT_FOUND
    );
    for wrong in ["edito", "edito.de", "autre.fr"] {
        let path = format!("/gestion/textes/{wrong}");
        assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    // Questions are TOML, and one begins with those that voters read.
    let page = browser.get("/gestion/textes/faq").await.page;
    assert!(page.contains("[[entry]]") && page.contains("telephone"), "{page}");
    let broken = publish(&mut browser, "faq", "0", "[[entry]]\nid = \"a\"\n").await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    let entry = "[[entry]]\nid = \"badge\"\ntheme = { fr = \"Accès\" }\nquestion = { fr = \"Faut-il un badge ?\" }\nanswer = { fr = \"Non.\" }\n";
    assert_eq!(
        publish(&mut browser, "faq", "0", entry).await.status,
        StatusCode::SEE_OTHER
    );
    let questions = scene.browser().get("/aide/questions").await.page;
    assert!(
        questions.contains("id=\"badge\"") && questions.contains("Mis à jour le"),
        "{questions}"
    );
}

async fn every_text_has_its_page_and_its_preview(url: Option<String>) {
    let scene = scene(url).await;
    let mut browser = scene.staff(Role::Organiser).await;
    for (text, path) in [
        ("edito", "/edito"),
        ("mentions-legales", "/mentions-legales"),
        ("donnees-personnelles", "/donnees-personnelles"),
        ("tutoriel-electeur", "/tutoriels/electeur"),
        ("tutoriel-vote", "/tutoriels/vote"),
        ("tutoriel-reassorts", "/tutoriels/reassorts"),
    ] {
        for (language, words) in [("fr", format!("Note {text} ici")), ("en", format!("Note {text} here"))] {
            let key = format!("{text}.{language}");
            let preview = browser
                .post(
                    &format!("/gestion/textes/{key}/apercu"),
                    &[("depuis", "0"), ("texte", &words)],
                )
                .await;
            assert_eq!(preview.status, StatusCode::OK, "{key}");
            assert!(
                preview.page.contains(&format!("<p>{words}</p>")),
                "{key}: {}",
                preview.page
            );
            publish(&mut browser, &key, "0", &words).await;
            let page = scene.browser().get(&format!("{path}?lang={language}")).await.page;
            assert!(page.contains(&format!("<p>{words}</p>")), "{key}: {page}");
        }
    }
}

/// A PDF that can be read.
fn pdf() -> Vec<u8> {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../isoloir/demo/manifestos/csa/UAP.pdf");
    std::fs::read(demo).unwrap()
}

async fn apply(scene: &Scene, files: &Files) -> Vec<(Section, String)> {
    let plan = scene.server.plan_folder_apart(files).await.unwrap();
    let applied = scene.server.apply_folder_apart(files, &plan.digest).await.unwrap();
    applied
        .changes
        .into_iter()
        .map(|change| (change.section, change.name))
        .collect()
}

async fn the_folder_stays_the_source(url: Option<String>) {
    let scene = scene(url).await;
    let id = &scene.plan.id;
    let export = async || scene.server.export_folder(id).await.unwrap().unwrap();
    let bare = export().await;
    let mut files = bare.clone();
    files.insert("textes/edito.fr.md".to_owned(), "Avec une note.\n".into());
    files.insert("textes/edito.fr.pdf".to_owned(), pdf());
    files.insert("textes/tutoriel-vote.fr.md".to_owned(), "Le vote ouvre à 8 h.\n".into());
    let changes = apply(&scene, &files).await;
    assert_eq!(
        changes,
        ["edito.fr.md", "edito.fr.pdf", "tutoriel-vote.fr.md"].map(|name| (Section::Texts, name.to_owned()))
    );
    assert_eq!(export().await, files, "the round trip holds");
    let page = scene.browser().get("/edito").await.page;
    assert!(page.contains("Document joint (PDF)"), "{page}");
    let (_, rest) = page.split_once("href=\"/fichiers/").unwrap();
    let file = format!("/fichiers/{}", rest.split('"').next().unwrap());
    let served = scene.browser().get(&file).await;
    assert_eq!(served.header("content-type"), "application/pdf");
    assert!(served.header("content-security-policy").starts_with("sandbox;"));
    assert!(served.header("content-disposition").starts_with("attachment;"));
    let mut kiosk = scene.browser();
    kiosk.post("/borne", &[]).await;
    assert!(
        !kiosk.get("/edito").await.page.contains("/fichiers/"),
        "nothing is downloaded there"
    );

    // Written on the page, the text keeps its PDF; the folder that was exported then is the one that changes nothing.
    let mut browser = scene.staff(Role::Organiser).await;
    publish(&mut browser, "edito.fr", "1", "Écrit sur la page.\n").await;
    let exported = export().await;
    assert_eq!(exported["textes/edito.fr.md"], "Écrit sur la page.\n".as_bytes());
    assert_eq!(exported["textes/edito.fr.pdf"], pdf());
    assert!(
        scene
            .server
            .plan_folder_apart(&exported)
            .await
            .unwrap()
            .changes
            .is_empty()
    );
    let plan = scene.server.plan_folder_apart(&files).await.unwrap();
    assert_eq!(
        plan.changes.len(),
        1,
        "the folder says what it would take back: {plan:?}"
    );

    // A folder without them takes them off line; their PDF is served no more, and comes back with them.
    apply(&scene, &bare).await;
    assert_eq!(scene.browser().get("/edito").await.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.browser().get(&file).await.status, StatusCode::NOT_FOUND);
    let fields = [("depuis", "3"), ("version", "1"), ("geste", "publier")];
    browser.post("/gestion/textes/edito.fr", &fields).await;
    assert_eq!(scene.browser().get(&file).await.status, StatusCode::OK);
    let page = browser.get("/gestion/textes/edito.fr").await.page;
    assert!(page.contains("Application du dossier de la consultation"), "{page}");

    // What cannot be: a PDF alone, a file that is none, a name that is none.
    for (name, bytes) in [
        ("textes/edito.en.pdf", pdf()),
        ("textes/edito.fr.pdf", b"%PDF-1.7 /JavaScript".to_vec()),
        ("textes/edito.fr.pdf", b"<svg/>".to_vec()),
        ("textes/accueil.fr.md", b"x".to_vec()),
    ] {
        let mut wrong = files.clone();
        wrong.insert(name.to_owned(), bytes);
        match scene.server.plan_folder_apart(&wrong).await {
            Err(PlanError::Refused(problems)) => {
                let refused = problems.iter().filter(|problem| problem.severity == Severity::Refused);
                assert_eq!(refused.map(|one| one.file.as_str()).collect::<Vec<_>>(), [name]);
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() { super::$name(None).await; })* }
        mod postgres { $(#[tokio::test] async fn $name() { super::$name(Some(isoloir_testkit::Postgres::shared().fresh_database())).await; })* }
    };
}

on_both!(
    a_text_is_looked_at_put_on_line_compared_and_put_back,
    what_is_wrong_is_said_and_nothing_is_lost,
    every_text_has_its_page_and_its_preview,
    the_folder_stays_the_source,
);
