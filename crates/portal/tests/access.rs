//! Every route tried in every role, over a real voting server; the headers of every answer; what another site may not do.

use crate::support::staff;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use ed25519_dalek::SigningKey;
use isoloir_carriers::MailMode;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::{Election, Profile, Role};
use isoloir_portal::access::Access;
use isoloir_portal::config::{Demonstration, PortalConfig};
use isoloir_portal::{router, routes};
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::{Settings, VotingServer};
use isoloir_theme::layout::Contact;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tower::ServiceExt as _;

const PASSWORD: &str = "Orage-violet-71";
const EMAIL: &str = "camille@valbrune.example";
const ORIGIN: &str = "http://127.0.0.1:8080";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A portal over a server with one election, open, whose box is not in service.
struct Scene {
    server: VotingServer,
    clock: SettableClock,
    election: Election,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let clock = SettableClock::new(at("2026-12-05T10:00:00Z"));
        let registrar = SigningKey::from_bytes(&[2; 32]);
        let settings = Settings {
            server_key: SigningKey::from_bytes(&[1; 32]),
            registrar_key: registrar.verifying_key(),
            public_url: ORIGIN.to_owned(),
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
            policy: isoloir_domain::Policy::default(),
            boards: Vec::new(),
            elections: vec![ElectionPlan {
                key: "csa".to_owned(),
                title: "Comité social".to_owned(),
                seats: 3,
                count: isoloir_domain::CountRules::default(),
            }],
        };
        let election = server.import_consultation(&plan).await.unwrap().remove(0);
        let roll = format!("matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;{EMAIL};csa\n");
        server.import_roll(&plan.id, roll.as_bytes()).await.unwrap();
        server.activate_all_for_rehearsal(&plan.id, PASSWORD).await.unwrap();
        Scene {
            server,
            clock,
            election,
            _folder: folder,
        }
    }

    fn portal(&self, demonstration: bool) -> Router {
        router(
            self.server.clone(),
            PortalConfig {
                origin: ORIGIN.parse().unwrap(),
                registrar_origin: "http://127.0.0.1:8081".parse().unwrap(),
                registrar_key: self.server.registrar_key().to_bytes(),
                demonstration: demonstration.then(Demonstration::default),
                contact: Contact::default(),
                source_url: None,
                accessibility: None,
                host: None,
                limits: isoloir_portal::LimitsConfig::default(),
            },
        )
    }

    /// A session of somebody of the staff with this one role.
    async fn staff_cookie(&self, role: Role) -> String {
        let (email, factor) = staff::enrolled(&self.server, &self.clock, role).await;
        let code = factor.code(self.server.clock().now());
        let signed_in = self.server.staff_sign_in(&email, staff::PASSWORD, &code).await.unwrap();
        format!("isoloir-agent={}", signed_in.token)
    }

    async fn cookie(&self) -> String {
        let signed_in = self.server.sign_in(EMAIL, PASSWORD).await.unwrap();
        format!("isoloir={}", signed_in.token)
    }
}

async fn send(portal: &Router, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    portal
        .clone()
        .oneshot(request.body(Body::from(body.to_owned())).unwrap())
        .await
        .unwrap()
}

async fn text(response: Response<Body>) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn location(response: &Response<Body>) -> &str {
    response
        .headers()
        .get(header::LOCATION)
        .map_or("", |value| value.to_str().unwrap())
}

/// Whether the guard stopped the request: sent to sign in, told to, or told that there is no such page.
fn stopped(access: Access, response: &Response<Body>) -> bool {
    match access {
        Access::Voter => {
            response.status() == StatusCode::UNAUTHORIZED || location(response).starts_with("/connexion?motif=")
        }
        Access::Staff(_) => {
            matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
                || location(response).starts_with("/gestion/connexion?motif=")
        }
        // Refused too often from here, one has to wait.
        Access::Token(_) => matches!(
            response.status(),
            StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS
        ),
        Access::Demonstration => response.status() == StatusCode::NOT_FOUND,
        Access::Public => false,
    }
}

#[tokio::test]
async fn every_route_in_every_role() {
    let scene = Scene::new().await;
    for demonstration in [false, true] {
        let portal = scene.portal(demonstration);
        let ended = "isoloir=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
        for (role, cookie) in [
            ("nobody", None),
            ("ended session", Some(ended)),
            ("voter", Some(scene.cookie().await)),
            (
                "ended staff session",
                Some("isoloir-agent=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()),
            ),
            ("support", Some(scene.staff_cookie(Role::Support).await)),
            ("supervisor", Some(scene.staff_cookie(Role::Supervisor).await)),
            ("organiser", Some(scene.staff_cookie(Role::Organiser).await)),
            (
                "consultation_manager",
                Some(scene.staff_cookie(Role::ConsultationManager).await),
            ),
            (
                "election_manager",
                Some(scene.staff_cookie(Role::ElectionManager).await),
            ),
            ("board", Some(scene.staff_cookie(Role::Board).await)),
            ("expert", Some(scene.staff_cookie(Role::Expert).await)),
            ("observer", Some(scene.staff_cookie(Role::Observer).await)),
            ("delegate", Some(scene.staff_cookie(Role::Delegate).await)),
        ] {
            for declared in routes::table() {
                // Signing out ends the session that the next routes need.
                let ends = declared.path.contains("/deconnexion") || declared.path.starts_with("/borne");
                if ends && declared.method == "POST" && cookie.is_some() {
                    continue;
                }
                let path = declared
                    .path
                    .replace("{election}", scene.election.id.as_str())
                    .replace("{token}", "T0ken")
                    .replace("{captcha}", "Inc0nnu")
                    .replace("{digest}", &"00".repeat(32))
                    .replace("{number}", "R-2026-000001")
                    .replace("{voter}", "0190a2b4-5c6d-7e8f-9a0b-1c2d3e4f5061")
                    .replace("{change}", "0190a2b4-5c6d-4e8f-9a0b-1c2d3e4f5061")
                    .replace("{mailing}", "0190a2b4-5c6d-4e8f-9a0b-1c2d3e4f5061")
                    .replace("{stage}", "0190a2b4-5c6d-4e8f-9a0b-1c2d3e4f5061")
                    .replace("{proposal}", "0190a2b4-5c6d-4e8f-9a0b-1c2d3e4f5061")
                    .replace("{candidacy}", "0190a2b4-5c6d-4e8f-9a0b-1c2d3e4f5061")
                    .replace("{board}", "csa")
                    .replace("{paper}", "scellement.pdf")
                    .replace("{text}", "edito.fr")
                    .replace("{kind}", "count")
                    .replace("{piece}", "1");
                let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
                if let Some(cookie) = &cookie {
                    headers.push(("cookie", cookie.as_str()));
                }
                let response = send(&portal, declared.method, &path, &headers, "").await;
                let may = match declared.access {
                    Access::Public => true,
                    Access::Voter => role == "voter",
                    Access::Staff(roles) => roles.iter().any(|one| one.as_str() == role),
                    // Tokens alone open the API; tests/rest.rs tries every scope.
                    Access::Token(_) => false,
                    Access::Demonstration => demonstration,
                };
                let status = response.status();
                assert_eq!(
                    !stopped(declared.access, &response),
                    may,
                    "{} {path} as {role}: {status}",
                    declared.method
                );
                assert!(status.as_u16() != 500, "{} {path} as {role}", declared.method);
                assert_headers(&response, &path);
            }
        }
    }
}

fn assert_headers(response: &Response<Body>, path: &str) {
    let get = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap());
    let policy = get("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "connect-src 'self' http://127.0.0.1:8081",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{path}: {policy}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    assert_eq!(get("x-content-type-options"), "nosniff", "{path}");
    assert_eq!(get("referrer-policy"), "no-referrer", "{path}");
    assert_eq!(get("cache-control"), "no-store", "{path}");
    assert!(!get("permissions-policy").is_empty(), "{path}");
    assert_eq!(get("strict-transport-security"), "", "{path}: not over plain http");
}

#[tokio::test]
async fn a_voter_signs_in_comes_back_and_signs_out() {
    let scene = Scene::new().await;
    let portal = scene.portal(false);
    let asked = send(&portal, "GET", "/je-vote", &[], "").await;
    assert_eq!(asked.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&asked), "/connexion?motif=requis&suite=/je-vote");
    let form = format!("identifiant={EMAIL}&password={PASSWORD}&suite=/je-vote");
    let browser = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let signed_in = send(&portal, "POST", "/connexion", &browser, &form).await;
    assert_eq!(
        (signed_in.status(), location(&signed_in)),
        (StatusCode::SEE_OTHER, "/je-vote")
    );
    let cookie = signed_in
        .headers()
        .get(header::SET_COOKIE)
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap();
    let booth = send(&portal, "GET", "/je-vote", &[("cookie", cookie)], "").await;
    assert_eq!(booth.status(), StatusCode::OK);
    let page = text(booth).await;
    assert!(page.contains("Camille Durand"));
    assert!(page.contains("L’urne n’est pas prête"), "the box is not in service yet");
    let out = send(
        &portal,
        "POST",
        "/deconnexion",
        &[("cookie", cookie), ("sec-fetch-site", "same-origin")],
        "",
    )
    .await;
    assert_eq!(location(&out), "/connexion?motif=au-revoir");
    let after = send(&portal, "GET", "/je-vote", &[("cookie", cookie)], "").await;
    assert_eq!(location(&after), "/connexion?motif=fin&suite=/je-vote");
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_words_and_never_shown_again() {
    let scene = Scene::new().await;
    let portal = scene.portal(false);
    let form = format!("identifiant={EMAIL}&password=Faux-Mot-1234");
    let refused = send(
        &portal,
        "POST",
        "/connexion",
        &[("content-type", "application/x-www-form-urlencoded")],
        &form,
    )
    .await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let page = text(refused).await;
    assert!(page.contains("Vous n’êtes pas connecté"));
    assert!(page.contains(EMAIL) && !page.contains("Faux-Mot"));
}

#[tokio::test]
async fn one_is_never_sent_to_another_site_after_signing_in() {
    let scene = Scene::new().await;
    let portal = scene.portal(false);
    let form = format!("identifiant={EMAIL}&password={PASSWORD}&suite=//evil.example/");
    let signed_in = send(
        &portal,
        "POST",
        "/connexion",
        &[("content-type", "application/x-www-form-urlencoded")],
        &form,
    )
    .await;
    assert_eq!(location(&signed_in), "/");
}

#[tokio::test]
async fn an_account_is_activated_once() {
    let scene = Scene::new().await;
    let portal = scene.portal(false);
    let session = scene.server.sign_in(EMAIL, PASSWORD).await.unwrap().session;
    let token = scene.server.activation_token(session.voter().id).await.unwrap();
    let page = text(send(&portal, "GET", &format!("/activation/{token}"), &[], "").await).await;
    assert!(page.contains("Bonjour Camille Durand"));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let weak = send(
        &portal,
        "POST",
        "/activation",
        &form,
        &format!("token={token}&password=court&confirmation=court"),
    )
    .await;
    assert_eq!(weak.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(weak).await.contains("Il manque"));
    let body = format!("token={token}&password=Orage-violet-72&confirmation=Orage-violet-73");
    assert!(
        text(send(&portal, "POST", "/activation", &form, &body).await)
            .await
            .contains("identique")
    );
    let body = format!("token={token}&password=Orage-violet-72&confirmation=Orage-violet-72");
    let chosen = send(&portal, "POST", "/activation", &form, &body).await;
    let next = format!("/activation/{token}/question");
    assert_eq!(
        (chosen.status(), location(&chosen)),
        (StatusCode::SEE_OTHER, next.as_str())
    );
    assert!(scene.server.sign_in(EMAIL, "Orage-violet-72").await.is_err(), "not yet");
    let page = text(send(&portal, "GET", &next, &[], "").await).await;
    assert!(!page.contains(" selected"), "no question is chosen in advance");
    let (_, rest) = page.split_once("name=\"etape\" value=\"").unwrap();
    let step = rest.split('"').next().unwrap();
    let empty = format!("token={token}&etape={step}&question=&reponse=Citroen");
    let refused = send(&portal, "POST", "/activation/question", &form, &empty).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(refused).await;
    assert!(page.contains("href=\"#question\"") && !page.contains("Citroen"));
    let answer = format!("token={token}&etape={step}&question=1&reponse=Citroen");
    let done = send(&portal, "POST", "/activation/question", &form, &answer).await;
    assert_eq!((done.status(), location(&done)), (StatusCode::SEE_OTHER, "/activation"));
    let again = send(&portal, "POST", "/activation", &form, &body).await;
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
    assert!(text(again).await.contains("Ce lien ne fonctionne plus"));
    assert!(scene.server.sign_in(EMAIL, "Orage-violet-72").await.is_ok());
}

#[tokio::test]
async fn another_site_cannot_post() {
    let scene = Scene::new().await;
    let portal = scene.portal(false);
    let form = format!("identifiant={EMAIL}&password={PASSWORD}");
    let plain = ("content-type", "application/x-www-form-urlencoded");
    for foreign in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let refused = send(&portal, "POST", "/connexion", &[plain, foreign], &form).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{foreign:?}");
        assert!(refused.headers().get(header::SET_COOKIE).is_none());
    }
    for own in [("sec-fetch-site", "same-origin"), ("origin", ORIGIN)] {
        assert_eq!(
            send(&portal, "POST", "/connexion", &[plain, own], &form).await.status(),
            StatusCode::SEE_OTHER,
            "{own:?}"
        );
    }
}

#[tokio::test]
async fn without_a_provider_nobody_leaves_for_it_and_nobody_comes_back_from_it() {
    let scene = Scene::new().await;
    let portal = scene.portal(false);
    let cookie = scene.cookie().await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let own = [form, ("sec-fetch-site", "same-origin"), ("cookie", cookie.as_str())];
    for path in ["/franceconnect/depart", "/franceconnect/mot-de-passe"] {
        let closed = send(&portal, "POST", path, &own, "").await;
        assert_eq!(closed.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(closed.headers().get(header::SET_COOKIE).is_none());
    }
    for path in ["/franceconnect/bouton", "/franceconnect/bouton-survol"] {
        assert_eq!(
            send(&portal, "GET", path, &[], "").await.status(),
            StatusCode::NOT_FOUND
        );
    }
    let asked = text(send(&portal, "GET", "/mot-de-passe-oublie", &[], "").await).await;
    assert!(!asked.contains("FranceConnect"));
    let forged = "/franceconnect/retour?code=x&state=y";
    let back = send(&portal, "GET", forged, &[("cookie", "isoloir-visite=z")], "").await;
    assert_eq!(
        (back.status(), location(&back)),
        (StatusCode::SEE_OTHER, "/franceconnect/fin")
    );
    let landing = text(send(&portal, "GET", "/franceconnect/fin", &[], "").await).await;
    assert!(landing.contains("0;url=/franceconnect/suite") && landing.contains("href=\"/franceconnect/suite\""));
    let ended = text(
        send(
            &portal,
            "GET",
            "/franceconnect/suite",
            &[("cookie", "isoloir-visite=z")],
            "",
        )
        .await,
    )
    .await;
    assert!(ended.contains("Cette identification n’est plus valable"));
}

#[tokio::test]
async fn errors_have_a_page_in_the_readers_language_and_json_under_api() {
    let scene = Scene::new().await;
    let portal = scene.portal(false);
    let missing = send(&portal, "GET", "/nulle-part", &[], "").await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert!(text(missing).await.contains("Page introuvable"));
    let english = send(&portal, "GET", "/nulle-part?lang=en", &[], "").await;
    let cookie = english
        .headers()
        .get(header::SET_COOKIE)
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    assert!(cookie.starts_with("langue=en"));
    assert!(text(english).await.contains("Page not found"));
    let kept = send(&portal, "GET", "/aide", &[("cookie", "langue=en")], "").await;
    assert!(text(kept).await.contains("<html lang=\"en\">"));
    let wrong = send(
        &portal,
        "DELETE",
        "/connexion",
        &[("sec-fetch-site", "same-origin")],
        "",
    )
    .await;
    assert_eq!(wrong.status(), StatusCode::METHOD_NOT_ALLOWED);
    let api = send(&portal, "GET", "/api/elections/nope", &[], "").await;
    assert_eq!(api.status(), StatusCode::NOT_FOUND);
    let body: serde_json::Value = serde_json::from_str(&text(api).await).unwrap();
    assert!(body["code"].is_string() && body["message"]["fr"].is_string() && body["message"]["en"].is_string());
    let large = "x".repeat(40_000);
    let too_large = send(
        &portal,
        "POST",
        "/connexion",
        &[("content-type", "application/x-www-form-urlencoded")],
        &large,
    )
    .await;
    assert_eq!(too_large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text(too_large).await.contains("trop volumineux"));
}

#[tokio::test]
async fn a_ballot_is_refused_by_its_stable_code() {
    let scene = Scene::new().await;
    let portal = scene.portal(false);
    let path = format!("/api/elections/{}/ballots", scene.election.id);
    let cookie = scene.cookie().await;
    let code = async |headers: &[(&str, &str)], body: &str| {
        let response = send(&portal, "POST", &path, headers, body).await;
        let status = response.status().as_u16();
        let body: serde_json::Value = serde_json::from_str(&text(response).await).unwrap();
        (status, body["code"].as_str().unwrap().to_owned())
    };
    assert_eq!(code(&[], "{}").await, (401, "session_required".to_owned()));
    assert_eq!(
        code(&[("cookie", &cookie)], "{}").await,
        (403, "admission_invalid".to_owned())
    );
    let huge = "x".repeat(256 * 1024 + 1);
    assert_eq!(
        code(&[("cookie", &cookie), ("isoloir-admission", "a.b")], &huge).await,
        (413, "ballot_too_large".to_owned())
    );
}

#[tokio::test]
async fn the_whole_box_waits_for_the_closing() {
    let scene = Scene::new().await;
    let portal = scene.portal(false);
    let page = text(send(&portal, "GET", &format!("/urne/{}", scene.election.id), &[], "").await).await;
    assert!(page.contains("L’urne n’est pas prête"));
    let archive = send(
        &portal,
        "GET",
        &format!("/urne/{}/archive.bel", scene.election.id),
        &[],
        "",
    )
    .await;
    assert!(archive.status().is_client_error());
    let results = text(send(&portal, "GET", &format!("/resultats/{}", scene.election.id), &[], "").await).await;
    assert!(results.contains("Résultats à venir"));
}

/// The card of the countdown as a person reads it: tags away, runs of spaces as one.
fn card(page: &str) -> String {
    let (_, card) = page.split_once("class=\"countdown-card\"").unwrap();
    let (_, card) = card.split_once('>').unwrap();
    let card = card
        .split("<details")
        .next()
        .unwrap()
        .split("</section>")
        .next()
        .unwrap();
    let mut words = String::new();
    let mut within = false;
    for c in card.chars() {
        match c {
            '<' => within = true,
            '>' => within = false,
            c if !within => words.push(c),
            _ => {}
        }
    }
    words
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test]
async fn the_home_page_follows_the_calendar_in_the_words_of_the_seed() {
    const SENTENCE: &str =
        "Ouvert du jeudi 03 décembre 2026 à 08h00 au jeudi 10 décembre 2026 à 17h00 (Heure de Paris)";
    let scene = Scene::new().await;
    let portal = scene.portal(false);
    let home = async || text(send(&portal, "GET", "/", &[], "").await).await;
    for (now, words) in [
        (
            "2026-12-03T06:59:30Z",
            format!("Ouverture du vote dans00 Jour(s)00 Heure(s)01 Minute(s){SENTENCE}"),
        ),
        (
            "2026-12-03T09:36:00Z",
            format!("Fermeture du vote dans07 Jour(s)06 Heure(s)24 Minute(s){SENTENCE}"),
        ),
        (
            "2026-12-10T16:10:00Z",
            format!(
                "Vote clos{SENTENCE}Les électeurs connectés avant la fermeture peuvent terminer jusqu’à 17\u{a0}h\u{a0}30 (heure de Paris)."
            ),
        ),
        (
            "2026-12-10T16:31:00Z",
            format!(
                "Vote clos{SENTENCE}Les électeurs connectés avant la fermeture pouvaient terminer jusqu’à 17\u{a0}h\u{a0}30 (heure de Paris)."
            ),
        ),
    ] {
        scene.clock.set(at(now));
        assert_eq!(card(&home().await), words, "{now}");
    }
    scene.clock.set(at("2026-12-01T07:00:00Z"));
    assert!(home().await.contains("Le vote ouvre bientôt"));
    scene.clock.set(at("2026-12-10T16:10:00Z"));
    assert!(home().await.contains("Le vote vient de clore"));
    scene.clock.advance(SignedDuration::from_hours(1));
    assert!(home().await.contains("Le vote est clos"));
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_their_hash() {
    let scene = Scene::new().await;
    let portal = scene.portal(false);
    let path = isoloir_theme::assets::Assets::path("theme.css");
    let found = send(&portal, "GET", path, &[], "").await;
    assert_eq!(found.status(), StatusCode::OK);
    assert_eq!(
        found.headers()[header::CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    let wrong = send(&portal, "GET", "/assets/0000000000000000/theme.css", &[], "").await;
    assert_eq!(wrong.status(), StatusCode::NOT_FOUND);
    assert_eq!(wrong.headers()[header::CACHE_CONTROL], "no-store");
}
