//! The waiting room from outside (L35): places in order, kept, not forged, not lent, used once; nothing typed is lost but the password.

use crate::support::portal as support;
use axum::http::StatusCode;
use isoloir_domain::Policy;
use isoloir_domain::policy::{CaptchaPolicy, CaptchaWhen};
use jiff::SignedDuration;
use support::{Answer, Browser, PASSWORD, Scene, at};

const NOW: &str = "2026-12-03T07:00:00Z";
const ROLL: &str = "matricule;nom;prenom;courriel;scrutin
M1;Durand;Camille;camille.durand@valbrune.example;csa
M2;Morel;Alix;alix.morel@valbrune.example;csa
M3;Petit;Dominique;dominique.petit@valbrune.example;csa
";
const CAMILLE: &str = "camille.durand@valbrune.example";
const ALIX: &str = "alix.morel@valbrune.example";
const PLACE: &str = "isoloir-place";

/// A portal where at most so many people type their password at the same time.
async fn room(forms: usize) -> Scene {
    let policy = Policy {
        captcha: CaptchaPolicy {
            sign_in: CaptchaWhen::Never,
            ..CaptchaPolicy::default()
        },
        ..Policy::default()
    };
    let scene = Scene::new(NOW, policy, ROLL).await;
    let activated = scene.server.activate_all_for_rehearsal(&scene.plan.id, PASSWORD).await;
    activated.unwrap();
    scene.server.fix_sign_in_forms(forms);
    scene
}

fn pass(scene: &Scene, seconds: i64) {
    let now = scene.server.clock().now();
    scene.clock.set(now + SignedDuration::from_secs(seconds));
}

/// Opens the sign-in page as a browser does: where the portal sends it.
async fn arrive(browser: &mut Browser<'_>) -> Answer {
    let mut answer = browser.get("/connexion").await;
    for _ in 0..3 {
        if answer.status != StatusCode::SEE_OTHER {
            break;
        }
        let next = answer.location().to_owned();
        answer = browser.get(&next).await;
    }
    answer
}

fn is_form(answer: &Answer) -> bool {
    answer.page.contains("name=\"password\"")
}

fn waits(answer: &Answer, before: &str) -> bool {
    !is_form(answer) && answer.page.contains(before) && answer.page.contains("Salle d’attente")
}

#[tokio::test]
async fn whoever_came_first_is_called_first_however_often_others_look() {
    let scene = room(0).await;
    let (mut first, mut second, mut third) = (scene.browser(), scene.browser(), scene.browser());
    let answer = arrive(&mut first).await;
    assert!(waits(&answer, "Vous êtes la prochaine personne"), "{}", answer.page);
    assert_eq!(answer.header("refresh"), "10");
    pass(&scene, 1);
    assert!(waits(&arrive(&mut second).await, "Une personne est avant vous"));
    pass(&scene, 1);
    assert!(waits(&arrive(&mut third).await, "2 personnes sont avant vous"));
    for _ in 0..20 {
        assert!(waits(&third.get("/connexion").await, "2 personnes sont avant vous"));
    }
    scene.server.fix_sign_in_forms(1);
    // One form is free. The last looks first, and it is not for them.
    assert!(waits(&third.get("/connexion").await, "Une personne est avant vous"));
    assert!(waits(
        &second.get("/connexion").await,
        "Vous êtes la prochaine personne"
    ));
    let form = first.get("/connexion").await;
    assert!(
        is_form(&form) && form.page.contains("C’est votre tour"),
        "{}",
        form.page
    );
    // A newcomer without a place is at the end, also when the form is sent at once.
    let mut newcomer = scene.browser();
    let sent = newcomer.sign_in(ALIX, PASSWORD).await;
    assert_eq!(
        (sent.status, sent.location()),
        (StatusCode::SEE_OTHER, "/connexion?place=1")
    );
    assert!(waits(
        &newcomer.get(sent.location()).await,
        "2 personnes sont avant vous"
    ));
    // Signed in, the form is free again.
    let signed_in = first.sign_in(CAMILLE, PASSWORD).await;
    assert_eq!((signed_in.status, signed_in.location()), (StatusCode::SEE_OTHER, "/"));
    assert!(!first.cookies.contains_key(PLACE), "the place is given back");
    assert!(waits(&newcomer.get("/connexion").await, "Une personne est avant vous"));
    assert!(is_form(&second.get("/connexion").await));
}

#[tokio::test]
async fn whoever_is_signed_in_never_meets_the_room() {
    let scene = room(1).await;
    let mut voter = scene.browser();
    assert!(is_form(&arrive(&mut voter).await));
    assert_eq!(voter.sign_in(CAMILLE, PASSWORD).await.location(), "/");
    scene.server.fix_sign_in_forms(0);
    let mut other = scene.browser();
    assert!(waits(&arrive(&mut other).await, "prochaine"));
    assert_eq!(voter.get("/je-vote").await.status, StatusCode::OK);
    assert_eq!(voter.get("/connexion").await.location(), "/");
    assert_eq!(voter.get("/mes-scrutins").await.status, StatusCode::OK);
}

#[tokio::test]
async fn nothing_that_was_typed_is_lost_but_the_password() {
    let scene = room(0).await;
    let mut browser = scene.browser();
    let fields = [
        ("identifiant", CAMILLE),
        ("password", PASSWORD),
        ("suite", "/mes-scrutins"),
    ];
    let sent = browser.post("/connexion", &fields).await;
    assert!(!browser.cookies[PLACE].contains("camille"), "sealed");
    assert!(waits(&browser.get(sent.location()).await, "prochaine"));
    // The language may change meanwhile.
    let page = browser.get("/connexion?lang=en").await.page;
    assert!(page.contains("Waiting room") && page.contains("You are next"), "{page}");
    scene.server.fix_sign_in_forms(1);
    let form = browser.get("/connexion").await;
    assert!(form.page.contains("It is your turn"), "{}", form.page);
    assert!(form.page.contains(&format!("value=\"{CAMILLE}\"")), "{}", form.page);
    assert_eq!(form.hidden("suite"), "/mes-scrutins");
    assert!(!form.page.contains(PASSWORD) && !form.page.contains("type=\"password\" value"));
    let signed_in = browser.post("/connexion", &fields).await;
    assert_eq!(signed_in.location(), "/mes-scrutins");
}

#[tokio::test]
async fn a_shared_machine_keeps_no_identifier() {
    let scene = room(0).await;
    let mut browser = scene.browser();
    browser.post("/borne", &[]).await;
    let sent = browser.sign_in(CAMILLE, PASSWORD).await;
    let page = browser.get(sent.location()).await.page;
    assert!(page.contains("poste partagé"), "{page}");
    scene.server.fix_sign_in_forms(1);
    let form = browser.get("/connexion").await;
    assert!(is_form(&form) && !form.page.contains(CAMILLE));
    // The session's end takes the place away too.
    browser.post("/deconnexion", &[]).await;
    assert!(!browser.cookies.contains_key(PLACE));
}

#[tokio::test]
async fn a_place_that_is_forged_too_old_or_of_another_server_is_no_place() {
    let scene = room(0).await;
    let mut first = scene.browser();
    arrive(&mut first).await;
    pass(&scene, 1);
    let good = first.cookies[PLACE].clone();
    let mut changed = good.clone().into_bytes();
    changed[40] = if changed[40] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    for forged in [changed.as_str(), "", "AAAA", &good[..good.len() - 4], "é"] {
        let mut forger = scene.browser();
        forger.cookies.insert(PLACE.to_owned(), forged.to_owned());
        let answer = forger.get("/connexion").await;
        assert_eq!(answer.location(), "/connexion?place=1", "{forged}");
        assert_ne!(forger.cookies[PLACE], forged);
        assert!(waits(&forger.get("/connexion?place=1").await, "avant vous"), "{forged}");
        forger.post("/connexion/quitter", &[]).await;
    }
    // Two hours later the place is worth nothing: a new one, at the end.
    pass(&scene, 2 * 3600 - 5);
    assert!(waits(&first.get("/connexion").await, "prochaine"));
    let mut second = scene.browser();
    assert!(waits(&arrive(&mut second).await, "Une personne"));
    pass(&scene, 10);
    assert_eq!(first.get("/connexion").await.location(), "/connexion?place=1");
    assert_ne!(first.cookies[PLACE], good);
    assert!(waits(&first.get("/connexion").await, "personne"));
}

#[tokio::test]
async fn another_node_knows_the_place_and_its_order() {
    let (one, other) = (room(0).await, room(0).await);
    let (mut first, mut second) = (one.browser(), other.browser());
    arrive(&mut first).await;
    pass(&other, 5);
    assert!(waits(&arrive(&mut second).await, "prochaine"));
    // The first node is gone: its people come to the second, and stand where they arrived.
    let mut moved = other.browser();
    moved.cookies = first.cookies.clone();
    assert!(waits(&moved.get("/connexion").await, "prochaine"));
    assert!(waits(&second.get("/connexion").await, "Une personne est avant vous"));
}

#[tokio::test]
async fn a_place_lets_one_person_in_and_not_whoever_has_a_copy() {
    let scene = room(2).await;
    let mut owner = scene.browser();
    assert!(is_form(&arrive(&mut owner).await));
    let mut thief = scene.browser();
    thief.cookies = owner.cookies.clone();
    assert_eq!(owner.sign_in(CAMILLE, PASSWORD).await.location(), "/");
    scene.server.fix_sign_in_forms(0);
    let refused = thief.sign_in(ALIX, PASSWORD).await;
    assert_eq!(refused.location(), "/connexion?place=1");
    assert!(!thief.cookies.contains_key("isoloir"), "not signed in");
    // The same person, whose browser did not get the answer, is.
    let mut again = scene.browser();
    again.cookies = thief.cookies.clone();
    assert_eq!(again.sign_in(CAMILLE, PASSWORD).await.location(), "/");
    // Two minutes later the place is worth nothing to anybody.
    pass(&scene, 121);
    let old = thief.get("/connexion?place=1").await;
    assert!(!is_form(&old), "{}", old.page);
}

#[tokio::test]
async fn a_slow_typist_is_asked_for_again_at_the_head_of_the_line() {
    let scene = room(1).await;
    let mut slow = scene.browser();
    assert!(is_form(&arrive(&mut slow).await));
    pass(&scene, 60);
    let mut next = scene.browser();
    assert!(waits(&arrive(&mut next).await, "prochaine"));
    // Wrong passwords are no reason to stand in line again, until there are five.
    for _ in 0..2 {
        let wrong = slow.sign_in(CAMILLE, "Autre-chose-12").await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        assert!(is_form(&wrong));
    }
    pass(&scene, 61);
    // The form was kept two minutes; meanwhile the next one is called, and the slow one stands first behind.
    assert!(is_form(&next.get("/connexion").await));
    let sent = slow.sign_in(CAMILLE, PASSWORD).await;
    assert_eq!(sent.location(), "/connexion?place=1");
    let page = slow.get("/connexion").await;
    assert!(waits(&page, "prochaine"), "{}", page.page);
    assert_eq!(next.sign_in(ALIX, PASSWORD).await.location(), "/");
    let form = slow.get("/connexion").await;
    assert!(is_form(&form) && form.page.contains(CAMILLE), "{}", form.page);
    assert_eq!(slow.sign_in(CAMILLE, PASSWORD).await.location(), "/");
    // The back button shows the portal, not the room.
    assert_eq!(slow.get("/connexion").await.location(), "/");
}

#[tokio::test]
async fn two_windows_of_one_browser_share_one_place_and_leaving_gives_it_up() {
    let scene = room(0).await;
    let mut browser = scene.browser();
    arrive(&mut browser).await;
    assert!(waits(&browser.get("/connexion").await, "prochaine"));
    pass(&scene, 1);
    let mut other = scene.browser();
    assert!(waits(&arrive(&mut other).await, "Une personne est avant vous"));
    // By hand in one window: said in the page, and no header.
    let by_hand = browser.get("/connexion?actualiser=non").await;
    assert_eq!(by_hand.header("refresh"), "");
    assert!(
        by_hand.page.contains("au moins toutes les deux minutes"),
        "{}",
        by_hand.page
    );
    assert!(waits(&other.get("/connexion").await, "Une personne est avant vous"));
    let left = browser.post("/connexion/quitter", &[]).await;
    assert_eq!(left.location(), "/");
    assert!(!browser.cookies.contains_key(PLACE));
    assert!(waits(&other.get("/connexion").await, "prochaine"));
}

#[tokio::test]
async fn programs_without_cookies_take_nobodys_place() {
    let scene = room(0).await;
    for _ in 0..50 {
        let mut program = scene.browser();
        let answer = program.get("/connexion").await;
        assert_eq!(answer.location(), "/connexion?place=1");
        program.cookies.clear();
        let told = program.get("/connexion?place=1").await;
        assert_eq!(told.status, StatusCode::OK);
        assert!(told.page.contains("Autorisez les cookies"), "{}", told.page);
    }
    assert!(waits(&arrive(&mut scene.browser()).await, "prochaine"));
}

#[tokio::test]
async fn the_estimate_is_silent_until_it_is_known() {
    let scene = room(0).await;
    let mut people: Vec<Browser<'_>> = (0..12).map(|_| scene.browser()).collect();
    for person in &mut people {
        pass(&scene, 1);
        arrive(person).await;
    }
    let last = people.len() - 1;
    let page = people[last].get("/connexion").await.page;
    assert!(page.contains("nous ne le savons pas encore"), "{page}");
    scene.server.fix_sign_in_forms(1);
    for person in people.iter_mut().take(6) {
        pass(&scene, 2);
        assert!(is_form(&person.get("/connexion").await));
        person.post("/connexion/quitter", &[]).await;
    }
    let page = people[last].get("/connexion").await.page;
    assert!(page.contains("moins d’une minute"), "{page}");
}

/// A portal where nobody waits shows no room and keeps no cookie.
#[tokio::test]
async fn without_a_crowd_there_is_no_room() {
    let scene = Scene::new(NOW, Policy::default(), ROLL).await;
    let mut browser = scene.browser();
    assert!(is_form(&arrive(&mut browser).await));
    assert!(!browser.cookies.contains_key(PLACE));
    assert_eq!(scene.server.clock().now(), at(NOW));
}
