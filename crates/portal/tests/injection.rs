//! Hostile words in every free text and in every field of every form: no page takes them for markup, no table for a formula.

use crate::support::portal as support;
use std::collections::BTreeSet;

use axum::http::StatusCode;
use isoloir_domain::texts::{TextKey, TextName};
use isoloir_domain::{Language, Policy, Role};
use isoloir_portal::routes;
use isoloir_service::publish_text::NewText;
use isoloir_service::review_roll::Decider;
use support::{Answer, Browser, PASSWORD, Scene, encoded};

const CAMILLE: &str = "camille.durand@valbrune.example";

/// Would open an element, leave an attribute, and be computed by a spreadsheet; names the field it was written in.
fn hostile(field: &str) -> String {
    format!("=1+1<i zq>\"zq=1 mark-{field}.")
}

/// The same as a name on a roll, where a formula is refused at the import (`staged_rolls.rs`).
fn hostile_name(field: &str) -> String {
    hostile(field).replace("=1+1", "")
}

/// Where an element of the page has the attribute `zq`, which none of ours has: there the words became markup. What stands between quotes
/// is the value of an attribute. (Ours stand between double ones.)
fn taken_for_markup(page: &str) -> Option<String> {
    let (mut in_tag, mut in_value) = (false, false);
    for (at, sign) in page.char_indices() {
        match sign {
            '<' if !in_tag => in_tag = true,
            '>' if in_tag && !in_value => in_tag = false,
            '"' if in_tag => in_value = !in_value,
            'z' if in_tag && !in_value && page[at..].starts_with("zq") => {
                return Some(
                    page[..at]
                        .chars()
                        .rev()
                        .take(200)
                        .collect::<Vec<_>>()
                        .into_iter()
                        .rev()
                        .collect(),
                );
            }
            _ => {}
        }
    }
    None
}

#[test]
fn the_reader_of_pages_sees_what_a_browser_would() {
    for markup in ["<p>a<i zq></p>", "<a href=\"x\"zq=1>", "<a href=\"x\" zq>"] {
        assert!(taken_for_markup(markup).is_some(), "{markup}");
    }
    for text in ["<p>\"zq=1 &lt;i zq&gt;</p>", "<a title=\"&quot;zq=1 <i zq>\">"] {
        assert_eq!(taken_for_markup(text), None, "{text}");
    }
}

fn assert_inert(answer: &Answer, path: &str) {
    if answer.header("content-type").starts_with("text/html") {
        assert_eq!(taken_for_markup(&answer.page), None, "{path}");
    }
    for (name, value) in &answer.headers {
        assert!(!value.as_bytes().windows(4).any(|w| w == b"<i z"), "{path}: {name}");
    }
}

/// The fields whose words a page shows.
fn shown(page: &str) -> impl Iterator<Item = &str> {
    page.split("mark-").skip(1).filter_map(|rest| rest.split('.').next())
}

/// A consultation in which everything that somebody can write is hostile.
async fn scene() -> Scene {
    let mut plan = Scene::plan(Policy::default());
    plan.title = hostile("title");
    plan.organiser = hostile("organiser");
    plan.elections[0].title = hostile("election");
    let in_quotes = |words: &str| format!("\"{}\"", words.replace('"', "\"\""));
    let quoted = |field: &str| in_quotes(&hostile(field));
    let roll = format!(
        "matricule;nom;prenom;courriel;scrutin\nM1;{};{};{CAMILLE};csa\n",
        in_quotes(&hostile_name("last")),
        in_quotes(&hostile_name("first"))
    );
    let scene = Scene::of("2026-11-20T10:00:00Z", plan, &roll).await;
    let id = &scene.plan.id;
    scene.server.activate_all_for_rehearsal(id, PASSWORD).await.unwrap();
    let lists = format!(
        "scrutin;liste;sigle;rang;nom;prenom;sexe\ncsa;{};{};1;{};{};F\n",
        quoted("list"),
        quoted("acronym"),
        quoted("candidate_last"),
        quoted("candidate_first")
    );
    scene.server.import_lists(id, lists.as_bytes()).await.unwrap();
    let (words, by) = (hostile("text"), hostile("text_by"));
    for name in TextName::ALL {
        let key = TextKey::Words(name, Language::French);
        let (words, by) = (NewText::Written(&words), Decider::Named(&by));
        scene.server.publish_text(id, key, 0, words, by).await.unwrap();
    }
    scene
}

/// A request to the help desk and a complaint; where their voter reads them.
async fn written(browser: &mut Browser<'_>) -> Vec<String> {
    let form = browser.get("/assistance").await;
    let token = form.hidden("jeton");
    let words = hostile("request");
    let fields = [("jeton", token.as_str()), ("objet", "vote"), ("texte", &words)];
    let asked = browser.post("/assistance", &fields).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.page);

    let form = browser.get("/reclamations/nouvelle").await;
    let token = form.hidden("jeton");
    let words = [
        ("jeton", token),
        ("objet", "other".to_owned()),
        ("texte", hostile("complaint")),
        ("autre", hostile("other_person")),
    ];
    let filed = browser.post_parts("/reclamations/nouvelle", &words).await;
    assert_eq!(filed.status, StatusCode::SEE_OTHER, "{}", filed.page);
    let path = |answer: &Answer| answer.location().split('?').next().unwrap().to_owned();
    vec![path(&asked), path(&filed)]
}

/// Every page of the table, with what stands in it: the answers that are pages or tables.
fn addresses(scene: &Scene, read: &[String]) -> Vec<String> {
    let voter_pages = read.to_vec();
    let numbers: Vec<&str> = read.iter().filter_map(|path| path.rsplit('/').next()).collect();
    let mut all: Vec<String> = routes::table()
        .into_iter()
        .filter(|declared| declared.method == "GET")
        .flat_map(|declared| {
            let path = declared.path.replace("{election}", scene.elections[0].id.as_str());
            numbers
                .iter()
                .map(move |number| path.replace("{number}", number))
                .collect::<Vec<_>>()
        })
        .map(|path| {
            let plain = path
                .replace("{voter}", "0190a2b4-5c6d-7e8f-9a0b-1c2d3e4f5061")
                .replace("{text}", "edito.fr")
                .replace("{piece}", "1");
            plain
                .split('/')
                .map(|part| {
                    if part.starts_with('{') {
                        encoded(&hostile("path"))
                    } else {
                        part.to_owned()
                    }
                })
                .collect::<Vec<_>>()
                .join("/")
        })
        // These end the session that the next ones need.
        .filter(|path| !path.contains("/expiration") && !path.starts_with("/franceconnect"))
        .collect();
    all.extend(voter_pages);
    all.sort();
    all.dedup();
    all
}

#[tokio::test]
async fn what_is_stored_is_shown_as_text_on_every_page() {
    let scene = scene().await;
    let mut voter = scene.browser();
    let signed_in = voter.sign_in(CAMILLE, PASSWORD).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "{}", signed_in.page);
    let read = written(&mut voter).await;
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut support = scene.staff(Role::Support).await;
    let mut organiser = scene.staff(Role::Organiser).await;
    for path in addresses(&scene, &read) {
        for browser in [&mut scene.browser(), &mut voter, &mut support, &mut organiser] {
            for asked in [path.clone(), format!("{path}?lang=en"), path.clone() + &queries()] {
                let answer = browser.get(&asked).await;
                assert_inert(&answer, &asked);
                seen.extend(shown(&answer.page).map(str::to_owned));
            }
        }
    }
    let expected = [
        "acronym",
        "candidate_first",
        "candidate_last",
        "complaint",
        "election",
        "first",
        "last",
        "list",
        "organiser",
        "request",
        "text",
        "text_by",
        "title",
    ];
    for field in expected {
        assert!(seen.contains(field), "{field} was shown on no page: {seen:?}");
    }
}

/// Every parameter that a page reads, and some that none does.
fn queries() -> String {
    let words = encoded(&hostile("query"));
    let names = [
        "q", "apres", "suivi", "objet", "motif", "suite", "envoi", "fait", "envoye", "etat", "statut", "zz",
    ];
    let pairs: Vec<String> = names.iter().map(|name| format!("{name}={words}")).collect();
    format!("?{}", pairs.join("&"))
}

/// The names of the fields of a page's forms.
fn fields_of(page: &str) -> BTreeSet<String> {
    page.split(" name=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn what_is_typed_comes_back_as_text_from_every_form() {
    let scene = scene().await;
    let mut voter = scene.browser();
    voter.sign_in(CAMILLE, PASSWORD).await;
    let mut support = scene.staff(Role::Support).await;
    let mut organiser = scene.staff(Role::Organiser).await;
    let mut names = BTreeSet::new();
    for path in addresses(&scene, &["/assistance/A-2026-000001".to_owned()]) {
        for browser in [&mut scene.browser(), &mut voter, &mut support, &mut organiser] {
            names.extend(fields_of(&browser.get(&path).await.page));
        }
    }
    for known in ["identifiant", "password", "texte", "contact", "objet"] {
        assert!(names.contains(known), "{known} is a field of no form: {names:?}");
    }
    let words = hostile("typed");
    let fields: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), words.as_str())).collect();
    let mut echoed = 0;
    for declared in routes::table() {
        let ends = declared.path.contains("deconnexion") || declared.path.starts_with("/borne");
        if declared.method != "POST" || ends {
            continue;
        }
        let path = declared
            .path
            .replace("{election}", scene.elections[0].id.as_str())
            .replace("{number}", "A-2026-000001")
            .replace("{voter}", "0190a2b4-5c6d-7e8f-9a0b-1c2d3e4f5061")
            .replace("{text}", "edito.fr")
            .replace("{change}", "0190a2b4-5c6d-4e8f-9a0b-1c2d3e4f5061");
        for browser in [&mut scene.browser(), &mut voter, &mut support, &mut organiser] {
            for answer in [
                browser.post(&path, &fields).await,
                browser.post_parts(&path, &fields).await,
            ] {
                assert_inert(&answer, &path);
                assert!(
                    !answer.location().contains("zq"),
                    "{path} leads where it was told: {}",
                    answer.location()
                );
                echoed += usize::from(shown(&answer.page).any(|field| field == "typed"));
            }
        }
    }
    assert!(
        echoed >= 3,
        "forms that lose nothing show again what was typed: {echoed} did"
    );
}

#[tokio::test]
async fn a_table_holds_texts_and_no_formula() {
    let scene = scene().await;
    let mut voter = scene.browser();
    voter.sign_in(CAMILLE, PASSWORD).await;
    written(&mut voter).await;
    let mut organiser = scene.staff(Role::Organiser).await;
    let table = organiser.get("/gestion/reclamations.csv").await;
    assert!(table.header("content-type").starts_with("text/csv"), "{}", table.page);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(table.page.trim_start_matches('\u{feff}').as_bytes());
    let mut defused = 0;
    for row in reader.records() {
        for cell in &row.unwrap() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "a formula: {cell}");
            defused += usize::from(cell.starts_with("'=1+1<i zq>"));
        }
    }
    assert!(
        defused >= 1,
        "the words of the complaint are in the table: {}",
        table.page
    );
}
