//! Captchas and limits from outside: when one is due, what lets past it, and who has to wait.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, StatusCode, header};
use ed25519_dalek::SigningKey;
use isoloir_carriers::MailMode;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::policy::{CaptchaPolicy, CaptchaWhen};
use isoloir_domain::{Policy, Profile};
use isoloir_portal::config::PortalConfig;
use isoloir_portal::{LimitsConfig, router};
use isoloir_service::captcha::{BYPASS_LIFETIME, LIFETIME};
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::{Settings, VotingServer};
use isoloir_theme::layout::Contact;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tower::ServiceExt as _;

const PASSWORD: &str = "Orage-violet-71";
const EMAIL: &str = "camille@valbrune.example";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

struct Scene {
    server: VotingServer,
    clock: SettableClock,
    portal: Router,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new(sign_in: CaptchaWhen) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let clock = SettableClock::new(at("2026-12-05T10:00:00Z"));
        let settings = Settings {
            server_key: SigningKey::from_bytes(&[1; 32]),
            registrar_key: SigningKey::from_bytes(&[2; 32]).verifying_key(),
            public_url: "http://127.0.0.1:8080".to_owned(),
            mail: MailMode::Demonstration,
            verifiers: Some(1),
            hashers: Some(1),
        };
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let server = VotingServer::open(&url, settings, Arc::new(clock.clone()), StdRng::seed_from_u64(7))
            .await
            .unwrap();
        let plan = ConsultationPlan {
            id: "essai-2026".parse().unwrap(),
            title: "Élections d’essai".to_owned(),
            organiser: "Académie de Valbrune (organisme fictif)".to_owned(),
            profile: Profile::Test,
            group: "Ed25519".to_owned(),
            opens: at("2026-12-03T07:00:00Z"),
            closes: at("2026-12-10T16:00:00Z"),
            grace: None,
            live_box: Some(false),
            policy: Policy {
                captcha: CaptchaPolicy {
                    sign_in,
                    ..CaptchaPolicy::default()
                },
                ..Policy::default()
            },
            boards: Vec::new(),
            elections: vec![ElectionPlan {
                key: "csa".to_owned(),
                title: "Comité social".to_owned(),
                seats: 3,
                count: isoloir_domain::CountRules::default(),
            }],
        };
        server.import_consultation(&plan).await.unwrap();
        let roll = format!("matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;{EMAIL};csa\n");
        server.import_roll(&plan.id, roll.as_bytes()).await.unwrap();
        server.activate_all_for_rehearsal(&plan.id, PASSWORD).await.unwrap();
        let config = PortalConfig {
            origin: "http://127.0.0.1:8080".parse().unwrap(),
            registrar_origin: "http://127.0.0.1:8081".parse().unwrap(),
            registrar_key: server.registrar_key().to_bytes(),
            demonstration: None,
            contact: Contact::default(),
            source_url: None,
            accessibility: None,
            host: None,
            limits: LimitsConfig {
                trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
                factor: 1,
            },
        };
        Scene {
            portal: router(server.clone(), config),
            server,
            clock,
            _folder: folder,
        }
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.portal.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> Response<Body> {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn sign_in(&self, from: &str, fields: &str) -> (StatusCode, String) {
        let socket: SocketAddr = format!("{from}:50000").parse().unwrap();
        let request = Request::post("/connexion")
            .header("content-type", "application/x-www-form-urlencoded")
            .extension(ConnectInfo(socket))
            .body(Body::from(fields.to_owned()))
            .unwrap();
        let response = self.send(request).await;
        (response.status(), text(response).await)
    }

    fn answer(&self, id: &str) -> String {
        self.server.local_captcha().answer(id).unwrap()
    }
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(bytes(response).await).unwrap()
}

async fn bytes(response: Response<Body>) -> Vec<u8> {
    axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap()
        .to_vec()
}

/// Name of the challenge that a page carries.
fn challenge(page: &str) -> Option<String> {
    let (_, after) = page.split_once("name=\"captcha-id\" value=\"")?;
    Some(after.split_once('"')?.0.to_owned())
}

fn right() -> String {
    format!("identifiant={EMAIL}&password={PASSWORD}")
}

/// An address of a network of its own.
fn everywhere(n: u32) -> String {
    format!("100.{}.{}.1", 64 + n / 256, n % 256)
}

fn wrong() -> String {
    format!("identifiant={EMAIL}&password=Faux-Mot-1234")
}

#[tokio::test]
async fn ten_thousand_wrong_passwords_from_everywhere_cost_the_voter_five_digits_and_no_more() {
    let scene = Scene::new(CaptchaWhen::AfterFailures).await;
    for n in 0..3 {
        let (status, page) = scene.sign_in(&format!("198.51.{n}.1"), &wrong()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_eq!(
            challenge(&page).is_some(),
            n == 2,
            "the captcha comes with the third failure"
        );
    }
    // From here on no password is even tried without a captcha, wherever it comes from.
    for n in 3..10_000 {
        let (status, page) = scene.sign_in(&everywhere(n), &wrong()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Votre compte n’est pas bloqué"));
    }
    let (status, page) = scene.sign_in("203.0.113.5", &right()).await;
    assert_eq!(
        status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the true voter meets the captcha"
    );
    assert!(
        page.contains(EMAIL) && !page.contains(PASSWORD),
        "what was typed is kept, not the password"
    );
    let id = challenge(&page).unwrap();
    let fields = format!("{}&captcha-id={id}&captcha={}", right(), scene.answer(&id));
    let (status, _) = scene.sign_in("203.0.113.5", &fields).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "and is in");
    let (status, _) = scene.sign_in("203.0.113.5", &right()).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "a success wipes the failures");
}

#[tokio::test]
async fn ten_thousand_wrong_passwords_without_captcha_delay_the_voter_a_quarter_of_an_hour_at_most() {
    let scene = Scene::new(CaptchaWhen::Never).await;
    let (mut tried, mut stopped) = (0, 0);
    for n in 0..10_000 {
        match scene.sign_in(&everywhere(n), &wrong()).await.0 {
            StatusCode::UNAUTHORIZED => tried += 1,
            StatusCode::TOO_MANY_REQUESTS => stopped += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!(
        (tried, stopped),
        (5, 9_995),
        "five guesses, and no more while the delay runs"
    );
    let by_number = format!("identifiant=M1&password={PASSWORD}");
    let (status, _) = scene.sign_in("203.0.113.5", &right()).await;
    assert_eq!(
        status,
        StatusCode::TOO_MANY_REQUESTS,
        "the address that is attacked waits"
    );
    let (status, _) = scene.sign_in("203.0.113.5", &by_number).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "the staff number does not");
    // The attack goes on for a day, as fast as the delay lets it: the voter is never further than a quarter of an hour from the door.
    for n in 0..96 {
        scene.clock.advance(SignedDuration::from_mins(15));
        let (status, _) = scene.sign_in(&everywhere(n), &wrong()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    scene.clock.advance(SignedDuration::from_mins(15));
    assert_eq!(scene.sign_in("203.0.113.5", &right()).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_answers_a_captcha_is_not_made_to_wait_for_the_failures_of_others() {
    let scene = Scene::new(CaptchaWhen::AfterFailures).await;
    for n in 0..12 {
        let (_, page) = scene.sign_in("198.51.100.1", &wrong()).await;
        if let Some(id) = challenge(&page) {
            let fields = format!("{}&captcha-id={id}&captcha={}", wrong(), scene.answer(&id));
            let (status, page) = scene.sign_in(&format!("198.51.{n}.1"), &fields).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED);
            assert!(challenge(&page).is_some());
        }
    }
    let (_, page) = scene.sign_in("203.0.113.5", &right()).await;
    let id = challenge(&page).unwrap();
    let fields = format!("{}&captcha-id={id}&captcha={}", right(), scene.answer(&id));
    assert_eq!(scene.sign_in("203.0.113.5", &fields).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_answer_serves_once_right_or_wrong() {
    let scene = Scene::new(CaptchaWhen::Always).await;
    let page = text(scene.get("/connexion").await).await;
    let id = challenge(&page).expect("always means from the first page on");
    let answer = scene.answer(&id);
    let with = |id: &str, typed: &str| format!("{}&captcha-id={id}&captcha={typed}", right());
    assert_eq!(
        scene.sign_in("203.0.113.5", &with(&id, &answer)).await.0,
        StatusCode::SEE_OTHER
    );
    let (status, page) = scene.sign_in("203.0.113.5", &with(&id, &answer)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "replayed");
    assert!(page.contains("Ces chiffres ne sont pas ceux de l’image"));
    // A wrong answer uses the challenge up as well: five digits cannot be tried out.
    let id = challenge(&page).unwrap();
    let answer = scene.answer(&id);
    let other = if answer == "00000" { "00001" } else { "00000" };
    let (status, page) = scene.sign_in("203.0.113.5", &with(&id, other)).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_ne!(challenge(&page).unwrap(), id, "another challenge each time");
    assert_eq!(
        scene.sign_in("203.0.113.5", &with(&id, &answer)).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let (_, page) = scene
        .sign_in("203.0.113.5", &with(&challenge(&page).unwrap(), ""))
        .await;
    assert!(page.contains("Il manque les cinq chiffres"));
}

#[tokio::test]
async fn expired_foreign_and_forged_challenges_let_nobody_past() {
    let scene = Scene::new(CaptchaWhen::Always).await;
    let id = challenge(&text(scene.get("/connexion").await).await).unwrap();
    let answer = scene.answer(&id);
    let mut forged = id.clone().into_bytes();
    forged[30] = if forged[30] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    for foreign in ["", "x", "AAAA", "..%2F..", &forged, &"A".repeat(54), &"A".repeat(4000)] {
        let fields = format!("{}&captcha-id={foreign}&captcha={answer}", right());
        let (status, _) = scene.sign_in("203.0.113.5", &fields).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{foreign}");
        if !foreign.is_empty() {
            let image = scene.get(&format!("/captcha/{foreign}/image")).await;
            assert_eq!(image.status(), StatusCode::NOT_FOUND, "{foreign}");
        }
    }
    scene.clock.advance(LIFETIME);
    let fields = format!("{}&captcha-id={id}&captcha={answer}", right());
    assert_eq!(
        scene.sign_in("203.0.113.5", &fields).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        scene.get(&format!("/captcha/{id}/son")).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn other_digits_keep_what_was_typed() {
    let scene = Scene::new(CaptchaWhen::Always).await;
    let id = challenge(&text(scene.get("/connexion").await).await).unwrap();
    let fields = format!("{}&suite=/je-vote&captcha-id={id}&captcha=1&nouveau-code=oui", right());
    let (_, page) = scene.sign_in("203.0.113.5", &fields).await;
    assert!(page.contains(EMAIL) && page.contains("value=\"/je-vote\"") && !page.contains(PASSWORD));
    assert_ne!(challenge(&page).unwrap(), id);
    assert!(!page.contains("captcha-err"), "asking for other digits is no error");
    // The challenge that was not answered is still good.
    let fields = format!("{}&captcha-id={id}&captcha={}", right(), scene.answer(&id));
    assert_eq!(scene.sign_in("203.0.113.5", &fields).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn picture_and_sound_are_stable_and_never_cached() {
    let scene = Scene::new(CaptchaWhen::Always).await;
    let page = text(scene.get("/connexion").await).await;
    let id = challenge(&page).unwrap();
    assert!(page.contains(&format!("src=\"/captcha/{id}/image\"")) && page.contains("<audio controls"));
    for (what, kind, magic) in [
        ("image", "image/png", &b"\x89PNG"[..]),
        ("son", "audio/wav", &b"RIFF"[..]),
    ] {
        let path = format!("/captcha/{id}/{what}");
        let (first, second) = (scene.get(&path).await, scene.get(&path).await);
        assert_eq!(first.headers()[header::CONTENT_TYPE], kind);
        assert_eq!(first.headers()[header::CACHE_CONTROL], "no-store");
        let (first, second) = (bytes(first).await, bytes(second).await);
        assert!(first.starts_with(magic));
        assert_eq!(first, second, "asking again teaches nothing more");
    }
    let english = Request::get(format!("/captcha/{id}/son")).header("cookie", "langue=en");
    let english = bytes(scene.send(english.body(Body::empty()).unwrap()).await).await;
    assert_ne!(english, bytes(scene.get(&format!("/captcha/{id}/son")).await).await);
}

#[tokio::test]
async fn the_help_desk_lets_one_past_once_within_half_an_hour() {
    let scene = Scene::new(CaptchaWhen::Always).await;
    let id = challenge(&text(scene.get("/connexion").await).await).unwrap();
    let with = |code: &str| format!("{}&captcha-id={id}&captcha={code}", right());
    let code = scene.server.captcha_bypass().await.unwrap();
    assert_eq!(code.len(), 8);
    let spoken = format!("{}+{}", &code[..4], &code[4..]);
    assert_eq!(
        scene.sign_in("203.0.113.5", &with(&spoken)).await.0,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        scene.sign_in("203.0.113.5", &with(&code)).await.0,
        StatusCode::UNPROCESSABLE_ENTITY,
        "used"
    );
    let late = scene.server.captcha_bypass().await.unwrap();
    scene.clock.advance(BYPASS_LIFETIME);
    assert_eq!(
        scene.sign_in("203.0.113.5", &with(&late)).await.0,
        StatusCode::UNPROCESSABLE_ENTITY,
        "expired"
    );
}

#[tokio::test]
async fn a_flood_from_one_network_waits_and_others_do_not() {
    let scene = Scene::new(CaptchaWhen::Never).await;
    let empty = "identifiant=&password=";
    for n in 0..300 {
        assert_eq!(
            scene.sign_in(&format!("198.51.100.{}", n % 250), empty).await.0,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    let request = |forwarded: Option<&str>, socket: &str| {
        let mut request = Request::post("/connexion").header("content-type", "application/x-www-form-urlencoded");
        if let Some(forwarded) = forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        let socket: SocketAddr = format!("{socket}:40000").parse().unwrap();
        request
            .extension(ConnectInfo(socket))
            .body(Body::from(right()))
            .unwrap()
    };
    let refused = scene.send(request(None, "198.51.100.77")).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = refused.headers()[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&wait));
    let page = text(refused).await;
    assert!(page.contains(&format!("Réessayez dans {wait}")) && page.contains("href=\"/assistance\""));
    let lying = scene.send(request(Some("203.0.113.9"), "198.51.100.77")).await;
    assert_eq!(
        lying.status(),
        StatusCode::TOO_MANY_REQUESTS,
        "a header of theirs is not believed"
    );
    let proxied = scene.send(request(Some("198.51.100.3"), "10.0.0.1")).await;
    assert_eq!(proxied.status(), StatusCode::TOO_MANY_REQUESTS, "our proxy's is");
    let other = scene.send(request(None, "203.0.113.5")).await;
    assert_eq!(
        other.status(),
        StatusCode::SEE_OTHER,
        "another network signs in meanwhile"
    );
    scene
        .clock
        .advance(SignedDuration::from_secs(i64::try_from(wait).unwrap()));
    assert_eq!(
        scene.send(request(None, "198.51.100.77")).await.status(),
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_network_with_many_failures_meets_the_captcha_for_any_account() {
    let scene = Scene::new(CaptchaWhen::AfterFailures).await;
    for n in 0..40 {
        let (status, _) = scene
            .sign_in(
                "198.51.100.1",
                &format!("identifiant=personne{n}@valbrune.example&password=Faux-Mot-1234"),
            )
            .await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(
        scene.sign_in("198.51.100.9", &right()).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(scene.sign_in("203.0.113.5", &right()).await.0, StatusCode::SEE_OTHER);
}
