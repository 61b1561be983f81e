//! Mailings on the organiser's pages, on both databases: written, refused with the field named, looked at, tried, confirmed, started, followed
//! without a script; then over a real SMTP server.

use crate::support::portal;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use axum::http::StatusCode;
use isoloir_carriers::mail::SmtpSettings;
use isoloir_carriers::{Carriers, MailMode, Pace};
use isoloir_domain::{Policy, Role};
use isoloir_testkit::{Postgres, SmtpOptions, SmtpServer};
use jiff::SignedDuration;
use portal::{Answer, Browser, Scene};

const ROLL: &str = "matricule;nom;prenom;courriel;scrutin
M1;Durand;Camille;camille@valbrune.example;csa
M2;Petit;Zoé;zoe@valbrune.example;csa
M3;Roux;Ali;ali@valbrune.example;csa
M4;Blanc;Noël;;csa
";
const NOW: &str = "2026-12-05T10:00:00Z";

async fn on_sqlite(mail: MailMode) -> Scene {
    Scene::with_mail(NOW, Scene::plan(Policy::default()), ROLL, mail, None).await
}

async fn on_postgres(mail: MailMode) -> Scene {
    let url = Postgres::shared().fresh_database();
    Scene::with_mail(NOW, Scene::plan(Policy::default()), ROLL, mail, Some(url)).await
}

/// Names of the fields of a page's forms.
fn fields(page: &str) -> BTreeSet<String> {
    let mut parts = page.split(" name=\"");
    parts.next();
    parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

const FRENCH: (&str, &str) = (
    "Votez avant le {cloture}",
    "Bonjour à toutes et tous, pour {consultation}.\r\n\r\n{portail}",
);

/// A reminder as the form sends it.
fn reminder(body: &str) -> Vec<(&str, &str)> {
    vec![
        ("nature", "reminder"),
        ("liste", "csa"),
        ("objet-fr", FRENCH.0),
        ("texte-fr", body),
        ("objet-en", "Vote before {cloture}"),
        ("texte-en", "For {consultation}.\r\n\r\n{portail}"),
        ("cadence", "60"),
    ]
}

fn path_of(answer: &Answer) -> String {
    answer.location().split('?').next().unwrap().to_owned()
}

async fn a_mailing_is_written_looked_at_and_followed(scene: &Scene) {
    let mut browser = scene.staff(Role::Organiser).await;
    let list = browser.get("/gestion/envois").await;
    for kind in ["activation", "reminder", "opening", "closing"] {
        assert!(list.page.contains(&format!("/gestion/envois/nouveau?nature={kind}")));
    }
    let form = browser.get("/gestion/envois/nouveau?nature=reminder").await;
    assert!(
        form.page.contains("Rappel\u{a0}: le vote se termine bientôt"),
        "{}",
        form.page
    );
    assert!(form.page.contains("qu’elles aient voté ou non"));
    let own: BTreeSet<String> = [
        "nature", "liste", "objet-fr", "texte-fr", "objet-en", "texte-en", "cadence",
    ]
    .map(str::to_owned)
    .into();
    assert!(own.is_subset(&fields(&form.page)), "{:?}", fields(&form.page));
    assert!(
        !fields(&form.page)
            .iter()
            .any(|name| name.contains("vote") || name.contains("public")),
        "no field chooses by turnout: {:?}",
        fields(&form.page)
    );
    assert_eq!(
        browser.get("/gestion/envois/nouveau?nature=abstention").await.status,
        StatusCode::NOT_FOUND
    );

    let refused = browser.post("/gestion/envois", &reminder("Bonjour {prenom}")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.page.contains("href=\"#texte-fr\"") && refused.page.contains("Bonjour {prenom}"));
    assert!(
        refused.page.contains("Aucun champ ne s’appelle {prenom}"),
        "{}",
        refused.page
    );
    assert!(
        browser
            .get("/gestion/envois")
            .await
            .page
            .contains("Aucun envoi n’est encore écrit")
    );

    // Whatever else is sent, it goes to all.
    let mut wished = reminder(FRENCH.1);
    wished.push(("public", "abstentionnistes"));
    let planned = browser.post("/gestion/envois", &wished).await;
    assert_eq!(planned.status, StatusCode::SEE_OTHER, "{}", planned.page);
    let path = path_of(&planned);
    let one = browser.get(planned.location()).await;
    for words in [
        "L’envoi est enregistré. Rien n’est parti.",
        "Bonjour à toutes et tous, pour Élections d’essai.",
        "jeudi 10\u{a0}décembre 2026 à 17\u{a0}h\u{a0}00 (heure de Paris)",
        "http://127.0.0.1:8080/",
    ] {
        assert!(one.page.contains(words), "{words} in {}", one.page);
    }

    let names = ["Camille Durand", "Zoé Petit", "Ali Roux"];
    let greets = |hello: &str| names.iter().any(|name| one.page.contains(&format!("{hello} {name},")));
    assert!(greets("Bonjour") && greets("Hello"), "{}", one.page);

    let mut corrected = reminder("Corrigé, pour {consultation}.");
    corrected[6] = ("cadence", "zéro");
    let slow = browser.post(&format!("{path}/texte"), &corrected).await;
    assert_eq!(slow.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(slow.page.contains("href=\"#cadence\""), "{}", slow.page);
    corrected[6] = ("cadence", "60");
    let done = browser.post(&format!("{path}/texte"), &corrected).await;
    assert_eq!(done.location(), format!("{path}?fait=envoi-corrige"));
    assert!(
        browser
            .get(&path)
            .await
            .page
            .contains("Corrigé, pour Élections d’essai.")
    );

    let tried = browser.post(&path, &[("geste", "essayer")]).await;
    assert_eq!(tried.location(), format!("{path}?fait=envoi-essai"));
    let mine = scene.mails("organiser@valbrune.example").await;
    assert!(mine[0].subject.starts_with("Essai\u{a0}: Votez avant le"), "{mine:?}");
    assert!(
        scene.mails("camille@valbrune.example").await.is_empty(),
        "nobody else has it"
    );

    let ask = browser.get(&format!("{path}/confirmation")).await;
    assert!(ask.page.contains("3 personnes recevront ce message"), "{}", ask.page);
    assert!(
        ask.page.contains("Une personne de ces listes n’a pas de messagerie"),
        "{}",
        ask.page
    );
    let past = browser
        .post(&path, &[("geste", "lancer"), ("quand", "2026-12-01T08:00")])
        .await;
    assert_eq!(past.status, StatusCode::CONFLICT);
    assert!(past.page.contains("href=\"#quand\"") && past.page.contains("2026-12-01T08:00"));
    let skipped = browser.post(&path, &[("geste", "lancer"), ("quand", "hier")]).await;
    assert_eq!(skipped.status, StatusCode::UNPROCESSABLE_ENTITY);
    let started = browser
        .post(&path, &[("geste", "lancer"), ("quand", "2026-12-05T12:00")])
        .await;
    assert_eq!(started.location(), format!("{path}?fait=envoi-lance"));
    assert_eq!(scene.server.queue_due_mailings().await.unwrap(), 0, "not before noon");
    scene.clock.set(portal::at("2026-12-05T11:00:00Z"));
    assert_eq!(scene.server.queue_due_mailings().await.unwrap(), 2);
    scene.server.deliver_due_messages().await.unwrap();
    let mut browser = organiser_again(scene, browser).await;
    let under_way = browser.get(&path).await;
    assert!(under_way.page.contains("Actualiser les chiffres"), "{}", under_way.page);
    assert!(figure(&under_way.page, "Messages préparés") == "2" && figure(&under_way.page, "Remis au relais") == "2");
    let held = browser.post(&path, &[("geste", "suspendre")]).await;
    assert_eq!(held.location(), format!("{path}?fait=envoi-suspendu"));
    let twice = browser.post(&path, &[("geste", "suspendre")]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(twice.page.contains("Cet envoi est suspendu."), "{}", twice.page);
    browser.post(&path, &[("geste", "reprendre")]).await;
    scene.clock.advance(SignedDuration::from_secs(4));
    assert_eq!(scene.server.queue_due_mailings().await.unwrap(), 1);
    let over = browser.get(&path).await;
    assert!(over.page.contains("Terminé") && !over.page.contains("value=\"arreter\""));
    for to in ["camille", "zoe", "ali"] {
        let mails = scene.mails(&format!("{to}@valbrune.example")).await;
        assert_eq!(mails.len(), 1, "{to}");
        assert!(
            mails[0].body.contains("Corrigé, pour Élections d’essai."),
            "{:?}",
            mails[0]
        );
    }
    let journal = browser.get("/gestion/journal?nature=mailing").await;
    for did in ["planned", "corrected", "tried", "started", "paused", "resumed", "done"] {
        assert!(
            journal.page.contains(&format!("did = {did}")),
            "{did} in {}",
            journal.page
        );
    }
    let english = browser.get(&format!("{path}?lang=en")).await;
    assert!(english.page.contains("Reminder to vote") && english.page.contains("Handed to the relay"));
}

/// The session of the staff may have ended as the clock moved.
async fn organiser_again<'s>(scene: &'s Scene, browser: Browser<'s>) -> Browser<'s> {
    drop(browser);
    scene.staff(Role::Organiser).await
}

/// What stands beside a term.
fn figure<'p>(page: &'p str, term: &str) -> &'p str {
    let (_, after) = page.split_once(&format!("<dt>{term}</dt><dd>")).unwrap();
    after.split('<').next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailing_on_sqlite() {
    a_mailing_is_written_looked_at_and_followed(&on_sqlite(MailMode::Demonstration).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailing_on_postgresql() {
    a_mailing_is_written_looked_at_and_followed(&on_postgres(MailMode::Demonstration).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_smtp_each_voter_has_one_and_the_figures_are_those_of_the_ledger() {
    let smtp = SmtpServer::start(SmtpOptions::default());
    let settings = SmtpSettings::new(
        format!("smtp://127.0.0.1:{}", smtp.port()),
        "elections@valbrune.example",
    );
    let mail = MailMode::Carriers(Box::new(Carriers {
        mail: settings,
        sms: None,
        pace: Pace::default(),
        paces: HashMap::new(),
        retry: Duration::from_secs(30),
    }));
    let roll = format!("{ROLL}M5;Nul;Eve;unknown@valbrune.example;csa\n");
    let plan = Scene::plan(Policy::default());
    let scene = Scene::with_mail(NOW, plan, &roll, mail, None).await;
    let mut browser = scene.staff(Role::Organiser).await;
    // The invitations of the staff went to the same server.
    scene.server.deliver_due_messages().await.unwrap();
    let before = smtp.accepted().len();
    let planned = browser.post("/gestion/envois", &reminder(FRENCH.1)).await;
    let path = path_of(&planned);
    browser.post(&path, &[("geste", "lancer")]).await;
    for _ in 0..4 {
        scene.server.queue_due_mailings().await.unwrap();
        scene.server.deliver_due_messages().await.unwrap();
        scene.clock.advance(SignedDuration::from_secs(2));
    }
    let accepted = smtp.accepted();
    let mut to: Vec<&str> = accepted.iter().skip(before).map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(
        to,
        [
            "ali@valbrune.example",
            "camille@valbrune.example",
            "zoe@valbrune.example"
        ]
    );
    let (subject, body) = accepted.last().unwrap().read();
    assert!(
        subject.starts_with("Votez avant le jeudi 10\u{a0}décembre 2026"),
        "{subject}"
    );
    assert!(body.contains("Bonjour à toutes et tous"), "{body}");
    let page = browser.get(&path).await.page;
    assert_eq!(figure(&page, "Messages préparés"), "4");
    assert_eq!(figure(&page, "Remis au relais"), "3");
    assert_eq!(figure(&page, "Refusés"), "1");
}
