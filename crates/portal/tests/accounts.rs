//! Accounts from outside: activation by link and by letter, forgotten and changed passwords, challenge question, sessions and their ends.

use crate::support::portal as support;
use axum::http::StatusCode;
use isoloir_domain::Policy;
use isoloir_domain::policy::{CaptchaPolicy, CaptchaWhen, SessionPolicy};
use jiff::SignedDuration;
use support::{Answer, Browser, PASSWORD, Scene, at};

const NOW: &str = "2026-11-20T10:00:00Z";
const CAMILLE: &str = "camille.durand@valbrune.example";
const ALIX: &str = "alix.morel@valbrune.example";
/// Camille and Alix have a mailbox, Dominique and Sacha have none.
const ROLL: &str = "matricule;nom;prenom;courriel;scrutin
M1;Durand;Camille;camille.durand@valbrune.example;csa
M2;Morel;Alix;alix.morel@valbrune.example;csa
M3;Petit;Dominique;;csa
M4;Leroy;Sacha;;csa
";
const OTHER: &str = "Brume-d-avril-47";
const ANSWER: &str = "Citroën 2 CV";
const DEAD: &str = "Ce lien ne fonctionne plus";

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}

/// No captcha before the forms tried here: captchas have a test of their own.
fn policy() -> Policy {
    let never = CaptchaWhen::Never;
    Policy {
        captcha: CaptchaPolicy {
            sign_in: never,
            activation: never,
            password_reset: never,
            ..CaptchaPolicy::default()
        },
        ..Policy::default()
    }
}

async fn scene() -> Scene {
    let scene = Scene::new(NOW, policy(), ROLL).await;
    assert_eq!(scene.server.send_invitations(&scene.plan.id).await.unwrap(), 2);
    scene
}

/// First step at the link `path`.
async fn choose_password(browser: &mut Browser<'_>, path: &str, password: &str) -> Answer {
    let token = path.rsplit('/').next().unwrap();
    let fields = [("token", token), ("password", password), ("confirmation", password)];
    browser.post("/activation", &fields).await
}

/// Second step, on the page that the first leads to.
async fn choose_question(browser: &mut Browser<'_>, page: &Answer, answer: &str) -> Answer {
    let (token, step) = (page.hidden("token"), page.hidden("etape"));
    let fields = [
        ("token", token.as_str()),
        ("etape", &step),
        ("question", "0"),
        ("reponse", answer),
    ];
    browser.post("/activation/question", &fields).await
}

async fn activate(scene: &Scene, path: &str, password: &str) {
    let mut browser = scene.browser();
    let chosen = choose_password(&mut browser, path, password).await;
    let page = browser.get(chosen.location()).await;
    let done = choose_question(&mut browser, &page, ANSWER).await;
    assert_eq!(done.location(), "/activation", "{}", done.page);
}

/// During a rush people reload: their former attempts go on without them, and are no failures.
#[tokio::test]
async fn whoever_gives_up_waiting_and_comes_again_has_not_failed() {
    let scene = scene().await;
    activate_by_mail(&scene, CAMILLE).await;
    let failures = async || scene.server.sign_in_failures(CAMILLE).await.unwrap();
    for _ in 0..8 {
        let mut browser = scene.browser();
        let begun = async {
            while failures().await == 0 {
                tokio::task::yield_now().await;
            }
        };
        // Given up while the password is compared: the attempt is counted already.
        tokio::select! {
            biased;
            () = begun => {}
            answer = browser.sign_in(CAMILLE, PASSWORD) => assert_eq!(answer.status, StatusCode::SEE_OTHER),
        }
        let ended = async {
            while failures().await > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(std::time::Duration::from_secs(20), ended).await;
        assert!(
            waited.is_ok(),
            "an attempt whose answer nobody awaited stays counted as failed"
        );
    }
    let answer = scene.browser().sign_in(CAMILLE, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.page);
}

async fn activate_by_mail(scene: &Scene, email: &str) {
    let path = scene.link(email, "/activation").await.unwrap();
    activate(scene, &path, PASSWORD).await;
}

/// Asks for a link for a forgotten password, and waits for what is done behind the answer.
async fn forgotten(scene: &Scene, identifier: &str) -> Answer {
    let answer = scene
        .browser()
        .post("/mot-de-passe-oublie", &[("identifiant", identifier)])
        .await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    answer
}

/// A password of so many characters that nobody guesses.
fn long(characters: usize) -> String {
    let letters = (0..characters - 4).map(|n| char::from(b'a' + u8::try_from((n * n * 7 + n * 3) % 26).unwrap()));
    "aB1-".chars().chain(letters).collect()
}

/// Whether Camille got a mail with this subject.
async fn told(scene: &Scene, subject: &str) -> bool {
    scene
        .mails(CAMILLE)
        .await
        .iter()
        .any(|mail| mail.subject.contains(subject))
}

fn reset_fields<'a>(path: &'a str, password: &'a str, answer: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("token", path.rsplit('/').next().unwrap()),
        ("password", password),
        ("confirmation", password),
        ("reponse", answer),
    ]
}

#[tokio::test]
async fn a_link_is_looked_at_as_often_as_one_likes_and_used_once() {
    let scene = scene().await;
    let path = scene.link(CAMILLE, "/activation").await.unwrap();
    for _ in 0..3 {
        let page = scene.browser().get(&path).await;
        assert!(page.page.contains("Bonjour Camille Durand"), "mail scanners open links");
    }
    activate(&scene, &path, PASSWORD).await;
    let again = scene.browser().get(&path).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert!(again.page.contains(DEAD) && again.page.contains("href=\"/assistance\""));
    assert_eq!(
        choose_password(&mut scene.browser(), &path, OTHER).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(scene.browser().sign_in(CAMILLE, PASSWORD).await.location(), "/");
    assert!(told(&scene, "Votre compte électeur est activé").await);
}

#[tokio::test]
async fn forged_foreign_replaced_and_expired_links_have_one_answer() {
    let scene = scene().await;
    activate_by_mail(&scene, ALIX).await;
    forgotten(&scene, ALIX).await;
    let (activation, reset) = (
        scene.link(CAMILLE, "/activation").await.unwrap(),
        scene.link(ALIX, "/mot-de-passe").await.unwrap(),
    );
    assert_eq!(scene.browser().get(&reset).await.status, StatusCode::OK);
    // A server of its own, with its own keys and its own links.
    let elsewhere = self::scene().await;
    elsewhere.server.send_invitations(&elsewhere.plan.id).await.unwrap();
    let foreign = elsewhere.link(CAMILLE, "/activation").await.unwrap();
    let token = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let (good, other) = (token(&activation), token(&reset));
    let mut forged = good.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'E' } else { 'A' });
    let mut answers = Vec::new();
    for token in [
        forged,
        other.clone(),
        token(&foreign),
        "x".to_owned(),
        "A".repeat(43),
        "A".repeat(5_000),
        "%00".to_owned(),
        "%E2%82%AC".to_owned(),
    ] {
        answers.push(scene.browser().get(&format!("/activation/{token}")).await);
        answers.push(scene.browser().get(&format!("/activation/{token}/question")).await);
    }
    answers.push(scene.browser().get(&format!("/mot-de-passe/{good}")).await);
    // A newer link voids the older one.
    scene.clock.advance(minutes(2));
    scene.server.send_invitations(&scene.plan.id).await.unwrap();
    answers.push(scene.browser().get(&activation).await);
    // Days later the newer one is too old as well.
    let newer = scene.link(CAMILLE, "/activation").await.unwrap();
    assert_ne!(newer, activation);
    scene.clock.advance(days(14));
    answers.push(scene.browser().get(&newer).await);
    answers.push(scene.browser().get(&reset).await);
    for (n, answer) in answers.iter().enumerate() {
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{n}");
        assert!(answer.page.contains(DEAD) && !answer.page.contains("Camille"), "{n}");
    }
    assert_eq!(
        scene.browser().sign_in(CAMILLE, PASSWORD).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_tab_left_behind_locks_nobody_out() {
    let scene = scene().await;
    let path = scene.link(CAMILLE, "/activation").await.unwrap();
    let (mut first, mut second) = (scene.browser(), scene.browser());
    let chosen = choose_password(&mut first, &path, PASSWORD).await;
    let stale = first.get(chosen.location()).await;
    let chosen = choose_password(&mut second, &path, OTHER).await;
    let fresh = second.get(chosen.location()).await;
    // The first tab does not know of the second password: it must not activate with a password that its reader never chose.
    let back = choose_question(&mut first, &stale, ANSWER).await;
    assert_eq!(back.location(), path);
    // Pressed twice: the second press finds the link used, and the account is the one of the first.
    let done = choose_question(&mut second, &fresh, ANSWER).await;
    assert_eq!(done.location(), "/activation");
    let twice = choose_question(&mut second, &fresh, "Peugeot").await;
    assert_eq!(twice.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.browser().sign_in(CAMILLE, OTHER).await.location(), "/");
    assert_eq!(
        scene.browser().sign_in(CAMILLE, PASSWORD).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn every_rule_of_passwords_is_enforced_and_named() {
    let scene = scene().await;
    let path = scene.link(CAMILLE, "/activation").await.unwrap();
    let page = scene.browser().get(&path).await;
    assert!(
        page.page
            .contains("<title>Activation du compte – Élections d’essai</title>"),
        "the first page that anybody asks for knows the consultation"
    );
    assert!(
        page.page.contains("data-rules"),
        "a script shows the rules as one types"
    );
    for (password, rule) in [
        ("Orage-vio71", "de 12 à 256\u{a0}caractères"),
        (&long(257), "de 12 à 256\u{a0}caractères"),
        ("ORAGE-VIOLET-71", "une minuscule sans accent"),
        ("orage-violet-71", "une majuscule sans accent"),
        ("Orage-violet-xy", "un chiffre"),
        ("OrageViolet0071", "un caractère spécial"),
        ("Password-1234", "un mot de passe moins prévisible"),
        ("Camille-Durand-1", "un mot de passe moins prévisible"),
    ] {
        let refused = choose_password(&mut scene.browser(), &path, password).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{password}");
        assert!(
            refused.page.contains(&format!("Il manque\u{a0}: {rule}.")),
            "{password}: {}",
            refused.page
        );
        assert!(!refused.page.contains(password), "what was typed is not shown");
        assert!(refused.page.contains("href=\"#password\"") && refused.page.contains("aria-invalid"));
    }
    let longest = long(256);
    assert!(
        choose_password(&mut scene.browser(), &path, &longest)
            .await
            .location()
            .ends_with("/question")
    );
}

#[tokio::test]
async fn a_voter_without_a_mailbox_activates_by_letter() {
    let scene = scene().await;
    let letters = scene.server.activation_letters(&scene.plan.id).await.unwrap();
    let names: Vec<_> = letters.iter().map(|letter| letter.voter.number.as_str()).collect();
    assert_eq!(names, ["M4", "M3"], "those without a mailbox, by name");
    let (sacha, dominique) = (letters[0].code.to_string(), letters[1].code.to_string());
    let mut browser = scene.browser();
    assert_eq!(browser.get("/a").await.status, StatusCode::OK, "the short address");
    let code = async |number: &str, code: &str| {
        scene
            .browser()
            .post("/a", &[("matricule", number), ("code", code)])
            .await
    };
    // A slip of the finger is told as such and costs nothing; a code of somebody else is refused without saying why.
    let mut slip = dominique.clone();
    let last = slip.pop().unwrap();
    slip.push(if last == '2' { '3' } else { '2' });
    for _ in 0..8 {
        let refused = code("M3", &slip).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.page.contains("faute de frappe") && refused.page.contains("href=\"#code\""));
    }
    let voting_code = "K7QM-2RTD-9XHF-4CAD";
    assert!(code("M3", voting_code).await.page.contains("ne le saisissez pas ici"));
    let swapped = code("M3", &sacha).await;
    assert!(swapped.page.contains("ne vont pas ensemble") && !swapped.page.contains(&sacha));
    assert_eq!(
        code("M9", &sacha).await.page.replace("M9", "M3"),
        swapped.page,
        "an unknown number is answered like a known one"
    );
    // Lower case, without dashes: the code is read as people type.
    let typed = dominique.to_lowercase().replace('-', " ");
    let on = code("m3", &typed).await;
    assert_eq!(on.status, StatusCode::SEE_OTHER, "{}", on.page);
    activate(&scene, on.location(), PASSWORD).await;
    assert_eq!(
        scene.browser().sign_in("M3", PASSWORD).await.location(),
        "/",
        "by staff number"
    );
    assert_eq!(
        code("M3", &dominique).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "used"
    );
    // A newer letter voids the older one, and time does it too.
    let newer = scene.server.activation_letters(&scene.plan.id).await.unwrap();
    assert_eq!(newer.len(), 1);
    assert_eq!(code("M4", &sacha).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    scene.clock.advance(days(45));
    let late = code("M4", &newer[0].code).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn guessing_a_letters_code_costs_time_and_only_for_that_number() {
    let scene = scene().await;
    let letters = scene.server.activation_letters(&scene.plan.id).await.unwrap();
    let (sacha, dominique) = (letters[0].code.to_string(), letters[1].code.to_string());
    let code = async |number: &str, code: &str| {
        scene
            .browser()
            .post("/a", &[("matricule", number), ("code", code)])
            .await
    };
    for _ in 0..5 {
        assert_eq!(code("M3", &sacha).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(code("M3", &dominique).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(code("M4", &sacha).await.status, StatusCode::SEE_OTHER, "another number");
    scene.clock.advance(minutes(15));
    assert_eq!(code("M3", &dominique).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn asking_for_a_forgotten_password_tells_nothing() {
    let scene = scene().await;
    activate_by_mail(&scene, CAMILLE).await;
    let before = scene.mails(CAMILLE).await.len();
    let mut seen = Vec::new();
    // Activated, not activated, without a mailbox, unknown, not even an address.
    for identifier in [CAMILLE, ALIX, "M3", "personne@valbrune.example", "M999", "' OR 1=1 --"] {
        let answer = forgotten(&scene, identifier).await;
        let mut headers: Vec<_> = answer
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        headers.sort();
        seen.push((answer.status, headers, answer.page));
    }
    assert_eq!(seen[0].0, StatusCode::SEE_OTHER);
    assert!(seen.iter().all(|answer| *answer == seen[0]), "{seen:?}");
    assert_eq!(scene.mails(CAMILLE).await.len(), before + 1);
    assert!(scene.link(ALIX, "/mot-de-passe").await.is_none());
    // Asked again at once, nobody's mailbox is filled; a while later a new link is sent, and the first stays good: whoever types the
    // identifier of another must not void what that voter has just received.
    let first = scene.link(CAMILLE, "/mot-de-passe").await.unwrap();
    forgotten(&scene, CAMILLE).await;
    assert_eq!(scene.mails(CAMILLE).await.len(), before + 1);
    scene.clock.advance(minutes(6));
    forgotten(&scene, "M1").await;
    let second = scene.link(CAMILLE, "/mot-de-passe").await.unwrap();
    assert_ne!(first, second);
    for link in [&first, &second] {
        assert!(scene.browser().get(link).await.page.contains("Camille Durand"));
    }
    // Three are good at most, however often somebody asks.
    for _ in 0..3 {
        scene.clock.advance(minutes(6));
        forgotten(&scene, CAMILLE).await;
    }
    assert_eq!(scene.mails(CAMILLE).await.len(), before + 3);
    let done = scene
        .browser()
        .post("/mot-de-passe", &reset_fields(&first, OTHER, ANSWER))
        .await;
    assert_eq!(done.location(), "/mot-de-passe", "{}", done.page);
    assert!(
        scene.browser().get(&second).await.page.contains(DEAD),
        "one was used: all are void"
    );
}

#[tokio::test]
async fn a_new_password_asks_for_the_secret_answer_and_ends_every_session() {
    let scene = scene().await;
    activate_by_mail(&scene, CAMILLE).await;
    let mut signed_in = scene.browser();
    signed_in.sign_in(CAMILLE, PASSWORD).await;
    forgotten(&scene, CAMILLE).await;
    let path = scene.link(CAMILLE, "/mot-de-passe").await.unwrap();
    let page = scene.browser().get(&path).await;
    assert!(page.page.contains("première voiture"), "the question that was chosen");
    let reset = async |password: &str, answer: &str| {
        scene
            .browser()
            .post("/mot-de-passe", &reset_fields(&path, password, answer))
            .await
    };
    let weak = reset("court", ANSWER).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = reset(OTHER, "Peugeot").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.page.contains("href=\"#reponse\"") && !wrong.page.contains("Peugeot"));
    // The link is still good, and the answer is compared without accents, case and spaces.
    let done = reset(OTHER, "  CITROEN-2cv ").await;
    assert_eq!(done.location(), "/mot-de-passe");
    assert_eq!(reset(PASSWORD, ANSWER).await.status, StatusCode::NOT_FOUND, "used");
    assert!(
        signed_in
            .get("/mon-compte")
            .await
            .location()
            .starts_with("/connexion?motif=fin")
    );
    assert_eq!(
        scene.browser().sign_in(CAMILLE, PASSWORD).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(scene.browser().sign_in(CAMILLE, OTHER).await.location(), "/");
    assert!(
        scene.mails(CAMILLE).await[0].body.contains("mot de passe"),
        "the voter is told"
    );
}

#[tokio::test]
async fn a_stolen_link_does_not_guess_the_answer_and_a_link_ends_the_delay_of_sign_in() {
    let scene = scene().await;
    activate_by_mail(&scene, CAMILLE).await;
    for _ in 0..5 {
        scene.browser().sign_in(CAMILLE, OTHER).await;
    }
    assert_eq!(
        scene.browser().sign_in(CAMILLE, PASSWORD).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    forgotten(&scene, CAMILLE).await;
    let path = scene.link(CAMILLE, "/mot-de-passe").await.unwrap();
    let reset = async |answer: &str| {
        scene
            .browser()
            .post("/mot-de-passe", &reset_fields(&path, OTHER, answer))
            .await
    };
    for n in 0..5 {
        assert_eq!(
            reset(&format!("Marque {n}")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    let stopped = reset(ANSWER).await;
    assert_eq!(
        stopped.status,
        StatusCode::TOO_MANY_REQUESTS,
        "the right one waits like a wrong one"
    );
    assert!(stopped.page.contains("Réessayez dans"));
    scene.clock.advance(minutes(2));
    assert_eq!(reset(ANSWER).await.location(), "/mot-de-passe");
    assert_eq!(scene.browser().sign_in(CAMILLE, OTHER).await.location(), "/");
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_other_sessions_end() {
    let scene = scene().await;
    activate_by_mail(&scene, CAMILLE).await;
    let (mut here, mut there) = (scene.browser(), scene.browser());
    here.sign_in(CAMILLE, PASSWORD).await;
    there.sign_in("M1", PASSWORD).await;
    let form = [("actuel", PASSWORD), ("password", OTHER), ("confirmation", OTHER)];
    let with = |at: usize, value: &'static str| {
        let mut form = form;
        form[at].1 = value;
        form
    };
    for (wrong, field) in [
        (with(0, OTHER), "#actuel"),
        (with(0, ""), "#actuel"),
        (with(1, "court"), "#password"),
        (with(1, ""), "#password"),
        (with(2, "Brume-d-avril-48"), "#confirmation"),
    ] {
        let refused = here.post("/mon-compte/mot-de-passe", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
        assert!(refused.page.contains(&format!("href=\"{field}\"")), "{wrong:?}");
        assert!(!refused.page.contains(OTHER) && !refused.page.contains(PASSWORD));
    }
    let changed = here.post("/mon-compte/mot-de-passe", &form).await;
    assert_eq!(changed.location(), "/mon-compte/securite?fait=mot-de-passe");
    assert!(here.get(changed.location()).await.page.contains("Mot de passe changé"));
    assert!(
        there
            .get("/mon-compte")
            .await
            .location()
            .starts_with("/connexion?motif=fin")
    );
    assert_eq!(
        scene.browser().sign_in(CAMILLE, PASSWORD).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(scene.browser().sign_in(CAMILLE, OTHER).await.location(), "/");
    assert!(
        scene.mails(CAMILLE).await[0].body.contains("mot de passe"),
        "the voter is told"
    );
}

#[tokio::test]
async fn the_challenge_is_changed_by_who_knows_the_password_and_its_answer_is_nowhere_in_clear() {
    let scene = scene().await;
    activate_by_mail(&scene, CAMILLE).await;
    let mut browser = scene.browser();
    browser.sign_in(CAMILLE, PASSWORD).await;
    let post = async |browser: &mut Browser<'_>, current: &str, question: &str, answer: &str| {
        let fields = [("actuel", current), ("question", question), ("reponse", answer)];
        browser.post("/mon-compte/question", &fields).await
    };
    for (current, question, answer, field) in [
        (OTHER, "2", "Les Trois Mousquetaires", "#actuel"),
        (PASSWORD, "99", "Les Trois Mousquetaires", "#question"),
        (PASSWORD, "2", " ", "#reponse"),
        (PASSWORD, "2", "Durand", "#reponse"),
    ] {
        let refused = post(&mut browser, current, question, answer).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {answer}");
        assert!(refused.page.contains(&format!("href=\"{field}\"")), "{field} {answer}");
        assert!(!refused.page.contains("Mousquetaires"));
    }
    let done = post(&mut browser, PASSWORD, "2", "Les Trois Mousquetaires").await;
    assert_eq!(done.location(), "/mon-compte/securite?fait=question");
    let page = browser.get("/mon-compte/securite").await.page;
    assert!(page.contains("premier livre") && !page.contains("Mousquetaires"));
    forgotten(&scene, CAMILLE).await;
    let path = scene.link(CAMILLE, "/mot-de-passe").await.unwrap();
    let reset = async |answer: &str| {
        scene
            .browser()
            .post("/mot-de-passe", &reset_fields(&path, OTHER, answer))
            .await
    };
    assert_eq!(
        reset(ANSWER).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the old answer"
    );
    assert_eq!(reset("les trois mousquetaires").await.location(), "/mot-de-passe");
    scene.server.close().await;
    let stored: Vec<u8> = std::fs::read_dir(scene.folder.path())
        .unwrap()
        .flat_map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    let holds = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("Durand"), "the files are those of this server");
    for secret in [
        "citroen2cv",
        ANSWER,
        "lestroismousquetaires",
        "Trois Mousquetaires",
        PASSWORD,
        OTHER,
    ] {
        assert!(!holds(secret), "{secret}");
    }
}

#[tokio::test]
async fn recent_sign_ins_are_listed_without_addresses_and_all_sessions_end_at_once() {
    let scene = scene().await;
    activate_by_mail(&scene, CAMILLE).await;
    let (mut first, mut second) = (scene.browser(), scene.browser());
    first.sign_in(CAMILLE, PASSWORD).await;
    assert!(first.get("/").await.page.contains("Première connexion"));
    scene.clock.set(at("2026-11-29T14:33:20Z"));
    let mut third = scene.browser();
    third.sign_in(CAMILLE, PASSWORD).await;
    scene.clock.set(at("2026-12-05T10:00:00Z"));
    second.sign_in(CAMILLE, PASSWORD).await;
    let mut here = scene.browser();
    here.sign_in(CAMILLE, PASSWORD).await;
    scene.clock.advance(minutes(1));
    let home = second.get("/").await.page;
    assert!(
        home.contains("Dernière connexion le\u{a0}: 29/11/2026 à 15h33 (heure de Paris)"),
        "S03, to the letter: {home}"
    );
    let page = here.get("/mon-compte/securite").await.page;
    assert_eq!(page.matches("<td>Firefox, Android</td>").count(), 4, "{page}");
    assert!(page.contains("dimanche 29\u{a0}novembre 2026 à 15\u{a0}h\u{a0}33"));
    let gone = here.post("/deconnexion/partout", &[]).await;
    assert_eq!(gone.location(), "/connexion?motif=au-revoir");
    for browser in [&mut here, &mut second] {
        assert!(
            browser
                .get("/mon-compte")
                .await
                .location()
                .starts_with("/connexion?motif=")
        );
    }
    assert_eq!(
        scene.browser().sign_in(CAMILLE, PASSWORD).await.location(),
        "/",
        "the account stays"
    );
}

#[tokio::test]
async fn a_session_ends_when_idle_and_in_any_case_and_is_extended_on_request() {
    let scene = Scene::new(
        NOW,
        Policy {
            session: SessionPolicy {
                idle_minutes: 20,
                absolute_minutes: 60,
                ..SessionPolicy::default()
            },
            ..policy()
        },
        ROLL,
    )
    .await;
    scene
        .server
        .activate_all_for_rehearsal(&scene.plan.id, PASSWORD)
        .await
        .unwrap();
    let mut browser = scene.browser();
    browser.sign_in(CAMILLE, PASSWORD).await;
    let page = browser.get("/mon-compte").await.page;
    for said in [
        "data-idle=\"2026-11-20T10:20:00Z\"",
        "data-absolute=\"2026-11-20T11:00:00Z\"",
        "data-warning=\"120\"",
        "data-extend",
    ] {
        assert!(page.contains(said), "{said}");
    }
    // Asking how long is left does not make it longer.
    scene.clock.advance(minutes(15));
    for _ in 0..3 {
        let ends = browser.ask("GET", "/api/session").await;
        assert!(ends.page.contains("\"idle\":\"2026-11-20T10:20:00Z\""), "{}", ends.page);
    }
    let ends = browser.ask("POST", "/session/prolonger").await;
    assert!(ends.page.contains("\"idle\":\"2026-11-20T10:35:00Z\""), "{}", ends.page);
    let form = browser
        .post("/session/prolonger", &[("suite", "//evil.example/")])
        .await;
    assert_eq!(form.location(), "/", "without a script, and to no other site");
    scene.clock.advance(minutes(19));
    assert_eq!(browser.get("/mon-compte").await.status, StatusCode::OK);
    scene.clock.advance(minutes(20));
    let over = browser.get("/mon-compte").await;
    assert_eq!(over.location(), "/connexion?motif=fin&suite=/mon-compte");
    assert!(
        browser
            .get(over.location())
            .await
            .page
            .contains("Vous avez été déconnecté")
    );
    assert_eq!(
        browser.ask("GET", "/api/session").await.status,
        StatusCode::UNAUTHORIZED
    );
    // Used all the time, it ends after an hour in any case.
    browser.sign_in(CAMILLE, PASSWORD).await;
    for _ in 0..5 {
        scene.clock.advance(minutes(11));
        assert_eq!(browser.get("/mon-compte").await.status, StatusCode::OK);
    }
    scene.clock.advance(minutes(5));
    assert!(
        browser
            .get("/mon-compte")
            .await
            .location()
            .starts_with("/connexion?motif=fin")
    );
    assert_eq!(
        browser.ask("POST", "/session/prolonger").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_clock_put_back_or_ahead_opens_nothing() {
    let scene = scene().await;
    activate_by_mail(&scene, CAMILLE).await;
    let mut browser = scene.browser();
    browser.sign_in(CAMILLE, PASSWORD).await;
    // Half a minute is what machines differ by; a day is a clock that was changed.
    scene.clock.set(at("2026-11-20T09:59:30Z"));
    assert_eq!(browser.get("/mon-compte").await.status, StatusCode::OK);
    scene.clock.set(at("2026-11-19T10:00:00Z"));
    assert!(
        browser
            .get("/mon-compte")
            .await
            .location()
            .starts_with("/connexion?motif=fin")
    );
    browser.sign_in(CAMILLE, PASSWORD).await;
    scene.clock.set(at("2026-11-21T10:00:00Z"));
    assert!(
        browser
            .get("/mon-compte")
            .await
            .location()
            .starts_with("/connexion?motif=fin")
    );
    // The hour that comes twice on 25 October 2026, in Paris: thirty minutes are thirty minutes.
    scene.clock.set(at("2026-10-25T00:45:00Z"));
    browser.sign_in(CAMILLE, PASSWORD).await;
    scene.clock.set(at("2026-10-25T01:10:00Z"));
    assert_eq!(browser.get("/mon-compte").await.status, StatusCode::OK);
    scene.clock.set(at("2026-10-25T01:41:00Z"));
    assert!(
        browser
            .get("/mon-compte")
            .await
            .location()
            .starts_with("/connexion?motif=fin")
    );
}

#[tokio::test]
async fn signing_in_again_gives_a_new_session_and_ends_the_old_one() {
    let scene = scene().await;
    activate_by_mail(&scene, CAMILLE).await;
    let mut browser = scene.browser();
    browser.cookies.insert("isoloir".to_owned(), "A".repeat(43));
    browser.sign_in(CAMILLE, PASSWORD).await;
    let first = browser.cookies["isoloir"].clone();
    assert_ne!(first, "A".repeat(43), "no session that somebody else chose");
    browser.sign_in(CAMILLE, PASSWORD).await;
    assert_ne!(browser.cookies["isoloir"], first);
    let mut old = scene.browser();
    old.cookies.insert("isoloir".to_owned(), first);
    assert!(
        old.get("/mon-compte")
            .await
            .location()
            .starts_with("/connexion?motif=fin")
    );
}
