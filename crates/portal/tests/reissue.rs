//! The portal's side of a reissue, over real HTTP to a registrar that checks the orders as the real one does: pages, refusals, what is told, and
//! what is never kept.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::post;
use axum::{Json, Router};
use ed25519_dalek::{SigningKey, VerifyingKey};
use isoloir_carriers::MailMode;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::delivery::{Channel, Status};
use isoloir_domain::journal::Event;
use isoloir_domain::policy_presets::Preset;
use isoloir_domain::reissue::{
    Destination, Factor, LinkState, ReissueOrder, ReissuePath, ReissuePolicy, ReissueRequest,
};
use isoloir_domain::{Clock as _, Language, Policy, Profile};
use isoloir_portal::config::PortalConfig;
use isoloir_portal::router;
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan, ImportConsultationError};
use isoloir_service::read_journal::Wanted;
use isoloir_service::registrar_link::RegistrarAddress;
use isoloir_service::{Settings, VotingServer};
use jiff::Timestamp;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

const PASSWORD: &str = "Orage-violet-71";
const EMAIL: &str = "camille.durand@valbrune.example";
const ANSWER: &str = "Deux-chevaux";
const NUMEN: &str = "19E9812345XYZ";
const PHONE: &str = "06 12 34 56 78";
const PERSONAL: &str = "camille.secrete@maison.example";
const ORIGIN: &str = "http://127.0.0.1:8080";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// How the registrar answers.
#[derive(Clone)]
enum Mood {
    Sends(Status),
    Refuses(&'static str),
    Sleeps,
}

struct Desk {
    mood: Mood,
    asked: Vec<ReissueRequest>,
    pending: Option<LinkState>,
}

#[derive(Clone)]
struct Registrar {
    desk: Arc<Mutex<Desk>>,
    key: VerifyingKey,
    origin: String,
    clock: SettableClock,
}

impl Registrar {
    /// Listens on a port of its own.
    async fn start(key: VerifyingKey, clock: SettableClock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let desk = Desk {
            mood: Mood::Sends(Status::Sent),
            asked: Vec::new(),
            pending: None,
        };
        let registrar = Self {
            desk: Arc::new(Mutex::new(desk)),
            key,
            origin,
            clock,
        };
        let routes = Router::new()
            .route("/reissues", post(reissue))
            .route("/reissues/state", post(state))
            .with_state(registrar.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        registrar
    }

    fn is(&self, mood: Mood) {
        self.desk.lock().unwrap().mood = mood;
    }

    fn order(&self, text: &str) -> ReissueOrder {
        ReissueOrder::verify(text, &self.key, &self.origin, self.clock.now()).unwrap()
    }
}

async fn reissue(State(registrar): State<Registrar>, Json(request): Json<ReissueRequest>) -> axum::response::Response {
    registrar.order(&request.order);
    let mood = registrar.desk.lock().unwrap().mood.clone();
    match mood {
        Mood::Sleeps => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            StatusCode::OK.into_response()
        }
        Mood::Refuses(code) => {
            let body = json!({"code": code, "message": {"fr": "x", "en": "x"}, "retry_after": 90});
            (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
        }
        Mood::Sends(status) => {
            let mut desk = registrar.desk.lock().unwrap();
            let state = LinkState {
                channel: request.destination.channel(),
                status,
                expires: registrar.clock.now().as_second() + 86_400,
                again: desk.pending.is_some(),
            };
            let state = desk.pending.clone().map_or(state, |before| LinkState {
                again: true,
                status,
                ..before
            });
            desk.pending = Some(state.clone());
            desk.asked.push(request);
            Json(state).into_response()
        }
    }
}

async fn state(State(registrar): State<Registrar>, Json(body): Json<serde_json::Value>) -> axum::response::Response {
    registrar.order(body["order"].as_str().unwrap());
    let desk = registrar.desk.lock().unwrap();
    match (&desk.mood, &desk.pending) {
        (Mood::Refuses(_) | Mood::Sleeps, _) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        (_, Some(state)) => Json(state.clone()).into_response(),
        (_, None) => {
            let body = json!({"code": "no_link", "message": {"fr": "x", "en": "x"}});
            (StatusCode::NOT_FOUND, Json(body)).into_response()
        }
    }
}

struct Scene {
    server: VotingServer,
    clock: SettableClock,
    registrar: Registrar,
    portal: Router,
    cookie: String,
    folder: tempfile::TempDir,
}

fn plan(reissue: ReissuePolicy) -> ConsultationPlan {
    ConsultationPlan {
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
            reissue,
            ..Policy::default()
        },
        boards: Vec::new(),
        elections: vec![ElectionPlan {
            key: "csa".to_owned(),
            title: "Comité social".to_owned(),
            seats: 3,
            count: isoloir_domain::CountRules::default(),
        }],
    }
}

impl Scene {
    async fn new(policy: ReissuePolicy) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let clock = SettableClock::new(at("2026-12-05T10:00:00Z"));
        let key = SigningKey::from_bytes(&[1; 32]);
        let registrar = Registrar::start(key.verifying_key(), clock.clone()).await;
        let settings = Settings {
            server_key: key,
            registrar_key: SigningKey::from_bytes(&[2; 32]).verifying_key(),
            public_url: ORIGIN.to_owned(),
            mail: MailMode::Demonstration,
            verifiers: Some(1),
            hashers: Some(1),
        };
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let server = VotingServer::open(&url, settings, Arc::new(clock.clone()), StdRng::seed_from_u64(7))
            .await
            .unwrap();
        let address = RegistrarAddress {
            origin: registrar.origin.clone(),
            url: registrar.origin.clone(),
        };
        server.reach_registrar(&address).unwrap();
        let plan = plan(policy);
        let election = server.import_consultation(&plan).await.unwrap().remove(0);
        let roll = format!("matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;{EMAIL};csa\n");
        server.import_roll(&plan.id, roll.as_bytes()).await.unwrap();
        let voter = server.electoral_roll(&election.id).await.unwrap().voters.remove(0);
        let token = server.activation_token(voter.id).await.unwrap();
        let step = server.choose_password(&token, PASSWORD, PASSWORD).await.unwrap();
        server
            .activate_account(&token, &step, Some(0), ANSWER, Language::French)
            .await
            .unwrap();
        let cookie = format!("isoloir={}", server.sign_in(EMAIL, PASSWORD).await.unwrap().token);
        let portal = router(
            server.clone(),
            PortalConfig {
                origin: ORIGIN.parse().unwrap(),
                registrar_origin: registrar.origin.parse().unwrap(),
                registrar_key: server.registrar_key().to_bytes(),
                demonstration: None,
                contact: isoloir_theme::layout::Contact::default(),
                source_url: None,
                accessibility: None,
                host: None,
                limits: isoloir_portal::LimitsConfig::default(),
            },
        );
        Scene {
            server,
            clock,
            registrar,
            portal,
            cookie,
            folder,
        }
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> Response<Body> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body.to_owned()))
            .unwrap();
        self.portal.clone().oneshot(request).await.unwrap()
    }

    async fn page(&self, path: &str) -> String {
        text(self.send("GET", path, "").await).await
    }

    async fn ask(&self, answer: &str, identifier: &str, channel: &str, contact: &str) -> (StatusCode, String) {
        let field = if channel == "sms" { "telephone" } else { "courriel" };
        let form = format!(
            "reponse={answer}&identifiant={identifier}&canal={channel}&{field}={}",
            contact.replace('+', "%2B").replace(' ', "+")
        );
        let response = self.send("POST", "/reassort/defi", &form).await;
        let to = location(&response);
        let status = response.status();
        (status, if to.is_empty() { text(response).await } else { to })
    }

    async fn events(&self) -> Vec<Event> {
        let entries = self.server.journal_page(None, &Wanted::default()).await.unwrap();
        entries.into_iter().rev().map(|(_, entry)| entry.what).collect()
    }

    async fn notices(&self) -> usize {
        let inbox = self.server.demonstration_inbox(Some(EMAIL), 100).await.unwrap();
        let about = |subject: &str| subject.contains("Un nouveau code de vote a été demandé");
        inbox.iter().filter(|mail| about(&mail.subject)).count()
    }
}

fn location(response: &Response<Body>) -> String {
    let value = response.headers().get(header::LOCATION);
    value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
}

async fn text(response: Response<Body>) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Everything that is logged in this process, at the finest grain.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_voter_asks_for_a_code_and_follows_the_link_and_nothing_typed_is_kept() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let scene = Scene::new(Preset::Seed.policy()).await;
    let choice = scene.page("/reassort").await;
    assert!(choice.contains("Choix du réassort de votre code de vote") && choice.contains("href=\"/reassort/defi\""));
    assert!(!choice.contains("FranceConnect"), "that path is not open");
    let form = scene.page("/reassort/defi").await;
    assert!(form.contains("Quelle était la marque de votre première voiture"));
    assert!(form.contains("NUMEN ou 10 premiers chiffres du numéro de sécurité sociale"));
    assert!(!form.contains(" checked"), "nothing is chosen in advance");
    assert!(scene.page("/reassort/suivi").await.contains("Aucun lien en attente"));

    let (status, to) = scene.ask("deux chevaux", NUMEN, "courriel", PERSONAL).await;
    assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/reassort/suivi"));
    let followed = scene.page("/reassort/suivi").await;
    assert!(followed.contains("Le lien est parti") && followed.contains("Par courriel"));
    {
        let desk = scene.registrar.desk.lock().unwrap();
        let request = &desk.asked[0];
        assert_eq!(request.identifier.as_deref(), Some(NUMEN));
        assert_eq!(request.contact.as_deref(), Some(PERSONAL));
        assert_eq!(request.destination, Destination::PersonalMail);
        let order = scene.registrar.order(&request.order);
        assert_eq!(order.path, ReissuePath::Challenge);
        assert_eq!(
            order.proven,
            [Factor::Session, Factor::Challenge].into(),
            "what was checked here, and no more"
        );
    }
    let asked = Event::ReissueAsked {
        path: ReissuePath::Challenge,
        factors: [Factor::Session, Factor::Challenge, Factor::Numen].into(),
        channel: Channel::Mail,
        again: false,
    };
    assert_eq!(scene.events().await.last(), Some(&asked));
    assert_eq!(scene.notices().await, 1);

    // Asked twice, resent once: one link, one notice.
    assert_eq!(
        scene.ask(ANSWER, NUMEN, "courriel", PERSONAL).await.0,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        location(&scene.send("POST", "/reassort/renvoi", "").await),
        "/reassort/suivi"
    );
    assert_eq!(scene.notices().await, 1);
    assert!(scene.registrar.desk.lock().unwrap().asked[2].contact.is_none());

    scene.server.close().await;
    for name in ["test.db", "test.db-wal"] {
        let bytes = std::fs::read(scene.folder.path().join(name)).unwrap_or_default();
        assert_free_of_what_was_typed(&bytes, name);
    }
    let logged = log.0.lock().unwrap();
    assert!(logged.len() > 1_000, "the log is empty: nothing is proved");
    assert_free_of_what_was_typed(&logged, "the log");
}

fn assert_free_of_what_was_typed(bytes: &[u8], place: &str) {
    let found = |what: &str| bytes.windows(what.len()).any(|window| window == what.as_bytes());
    for secret in [
        NUMEN,
        "camille.secrete",
        "maison.example",
        "deux chevaux",
        ANSWER,
        "deuxchevaux",
    ] {
        assert!(!found(secret), "{secret} stands in {place}");
    }
}

#[tokio::test]
async fn what_can_be_seen_to_be_wrong_is_told_at_once_and_costs_no_attempt() {
    let scene = Scene::new(Preset::Seed.policy()).await;
    let (status, page) = scene.ask("", "28405751", "sms", "01 23 45 67 89").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "3 champs sont à corriger",
        "Saisissez votre réponse secrète.",
        "Il manque 2\u{a0}chiffres\u{a0}: vous en avez saisi 8, il en faut 10.",
        "Ce n’est pas un numéro de portable",
        "value=\"01 23 45 67 89\"",
        "value=\"sms\" required checked",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("28405751"), "secrets are typed again");
    let (_, page) = scene.ask(ANSWER, NUMEN, "pigeon", "x").await;
    assert!(page.contains("Choisissez comment recevoir le lien."));
    // Six slips of the pen later, the right answer still passes.
    for contact in [
        "a",
        "a@b",
        EMAIL,
        "Camille.Durand+vote@VALBRUNE.example",
        "ｃamille.durand@valbrune.example",
    ] {
        let (status, _) = scene.ask("faux", NUMEN, "courriel", contact).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{contact}");
    }
    assert!(
        scene
            .events()
            .await
            .iter()
            .all(|event| !matches!(event, Event::ReissueRefused { .. }))
    );
    assert_eq!(scene.ask(ANSWER, NUMEN, "sms", PHONE).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_portal_mailbox_in_disguise_is_refused() {
    let scene = Scene::new(Preset::TwoDomains.policy()).await;
    for disguise in [
        EMAIL,
        "CAMILLE.DURAND@valbrune.example",
        "camille.durand+personnel@valbrune.example",
        "camille.durand@valbrune.example.",
        "ｃａｍｉｌｌｅ.durand@valbrune.example",
    ] {
        let (status, page) = scene.ask(ANSWER, NUMEN, "courriel", disguise).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{disguise}");
        assert!(page.contains("mène à la messagerie qui vous identifie"), "{disguise}");
    }
    assert!(scene.registrar.desk.lock().unwrap().asked.is_empty());
}

#[tokio::test]
async fn a_wrong_answer_is_refused_and_guessing_waits() {
    let scene = Scene::new(Preset::TwoDomains.policy()).await;
    for _ in 0..5 {
        let (status, page) = scene.ask("4L", NUMEN, "sms", PHONE).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Cette réponse n’est pas celle que vous aviez choisie."));
        assert!(page.contains(&format!("value=\"{PHONE}\"")), "what is no secret stays");
    }
    let (status, page) = scene.ask(ANSWER, NUMEN, "sms", PHONE).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.contains("Trop d’essais infructueux"));
    let wrong = |event: &Event| matches!(event, Event::ReissueRefused { why, .. } if why == "challenge_wrong");
    assert_eq!(scene.events().await.iter().filter(|event| wrong(event)).count(), 5);
    assert!(
        scene.registrar.desk.lock().unwrap().asked.is_empty(),
        "nothing went to the registrar"
    );
    assert_eq!(scene.notices().await, 0);
    scene.clock.set(at("2026-12-05T10:01:00Z"));
    assert_eq!(scene.ask(ANSWER, NUMEN, "sms", PHONE).await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_registrar_refuses_is_slow_or_is_down_and_the_page_says_so() {
    let scene = Scene::new(Preset::TwoDomains.policy()).await;
    for (code, status, said) in [
        (
            "identifier_wrong",
            422,
            "n’est pas celui que l’autorité des codes connaît",
        ),
        ("contact_is_portal", 422, "mène à la messagerie qui vous identifie"),
        ("contact_malformed", 422, "Cette adresse est incomplète"),
        (
            "too_often",
            429,
            "autant de codes ou d’envois que les règles le permettent",
        ),
        ("locked", 429, "Réessayez dans 2\u{a0}min"),
        ("factors_missing", 403, "Il manque une preuve"),
        ("order_invalid", 503, "L’autorité des codes ne répond pas"),
    ] {
        scene.registrar.is(Mood::Refuses(code));
        let (got, page) = scene.ask(ANSWER, NUMEN, "courriel", PERSONAL).await;
        assert_eq!(got.as_u16(), status, "{code}");
        assert!(page.contains(said), "{code}");
        assert!(
            page.contains(&format!("value=\"{PERSONAL}\"")),
            "{code}: what was typed stays"
        );
        assert!(
            !page.contains(NUMEN) && !page.contains(ANSWER),
            "{code}: secrets do not"
        );
    }
    scene.registrar.is(Mood::Refuses("path_closed"));
    assert_eq!(scene.ask(ANSWER, NUMEN, "courriel", PERSONAL).await.1, "/reassort");
    let down = scene.send("GET", "/reassort/suivi", "").await;
    assert_eq!(down.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(down).await.contains("Suivi momentanément indisponible"));

    scene.registrar.is(Mood::Sleeps);
    let began = Instant::now();
    let (status, page) = scene.ask(ANSWER, NUMEN, "courriel", PERSONAL).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.contains("Rien n’est perdu") && page.contains(PERSONAL));
    assert!(began.elapsed() < Duration::from_secs(9), "{:?}", began.elapsed());
    assert_eq!(scene.notices().await, 0);

    // The first answer was lost on the way: the same link, and the notice that was still due.
    scene.registrar.is(Mood::Sends(Status::Failed));
    assert_eq!(scene.ask(ANSWER, NUMEN, "sms", PHONE).await.0, StatusCode::SEE_OTHER);
    assert_eq!(scene.notices().await, 1);
    let page = scene.page("/reassort/suivi").await;
    assert!(page.contains("Échec du SMS\u{a0}: essayez le courriel"));
}

#[tokio::test]
async fn before_after_and_without_a_path() {
    let scene = Scene::new(Preset::TwoDomains.policy()).await;
    for (now, said) in [
        ("2026-12-03T06:59:59Z", "Le réassort n’est pas encore ouvert"),
        ("2026-12-10T16:00:00Z", "Le réassort est terminé"),
    ] {
        scene.clock.set(at(now));
        let cookie = format!("isoloir={}", scene.server.sign_in(EMAIL, PASSWORD).await.unwrap().token);
        let scene = Scene {
            cookie,
            server: scene.server.clone(),
            clock: scene.clock.clone(),
            registrar: scene.registrar.clone(),
            portal: scene.portal.clone(),
            folder: tempfile::tempdir().unwrap(),
        };
        assert!(scene.page("/reassort").await.contains(said), "{now}");
        assert_eq!(
            location(&scene.send("GET", "/reassort/defi", "").await),
            "/reassort",
            "{now}"
        );
        assert_eq!(scene.ask(ANSWER, NUMEN, "sms", PHONE).await.1, "/reassort", "{now}");
    }
    assert!(scene.registrar.desk.lock().unwrap().asked.is_empty());
    let closed = Scene::new(ReissuePolicy::default()).await;
    assert!(
        closed
            .page("/reassort")
            .await
            .contains("Le réassort en ligne n’est pas proposé")
    );
    assert_eq!(location(&closed.send("GET", "/reassort/defi", "").await), "/reassort");
}

#[tokio::test]
async fn a_refused_policy_is_never_imported() {
    let scene = Scene::new(Preset::TwoDomains.policy()).await;
    let mut policy = Preset::TwoDomains.policy();
    policy.paths[0].destinations.push(Destination::PortalMail);
    let mut other = plan(policy);
    other.id = "autre-2026".parse().unwrap();
    let refused = scene.server.import_consultation(&other).await;
    let Err(ImportConsultationError::Reissue(findings)) = refused else {
        panic!("imported")
    };
    assert_eq!(findings[0].rule.code(), "portal_mail");
    assert!(scene.server.consultation(&other.id).await.unwrap().is_none());
}
