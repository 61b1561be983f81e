//! The staff from outside: invitations, second factor, sessions, and what a staff session does not open.

use crate::support::staff;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use ed25519_dalek::SigningKey;
use isoloir_carriers::MailMode;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::{Profile, Role, Roles};
use isoloir_portal::config::PortalConfig;
use isoloir_portal::router;
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::read_journal::Wanted;
use isoloir_service::second_factor::SecondFactor;
use isoloir_service::{Settings, VotingServer};
use isoloir_theme::layout::Contact;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tower::ServiceExt as _;

const VOTER: &str = "camille@valbrune.example";
const VOTER_PASSWORD: &str = "Orage-violet-71";

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
    async fn new() -> Scene {
        Scene::at_origin("http://127.0.0.1:8080").await
    }

    async fn at_origin(origin: &str) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let clock = SettableClock::new(at("2026-12-05T10:00:00Z"));
        let settings = Settings {
            server_key: SigningKey::from_bytes(&[1; 32]),
            registrar_key: SigningKey::from_bytes(&[2; 32]).verifying_key(),
            public_url: origin.to_owned(),
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
        server.import_consultation(&plan).await.unwrap();
        let roll = format!("matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;{VOTER};csa\n");
        server.import_roll(&plan.id, roll.as_bytes()).await.unwrap();
        server
            .activate_all_for_rehearsal(&plan.id, VOTER_PASSWORD)
            .await
            .unwrap();
        let config = PortalConfig {
            origin: origin.parse().unwrap(),
            registrar_origin: "http://127.0.0.1:8081".parse().unwrap(),
            registrar_key: server.registrar_key().to_bytes(),
            demonstration: None,
            contact: Contact::default(),
            source_url: None,
            accessibility: None,
            host: None,
            limits: isoloir_portal::LimitsConfig::default(),
        };
        Scene {
            portal: router(server.clone(), config),
            server,
            clock,
            _folder: folder,
        }
    }

    async fn get(&self, path: &str, cookie: &str) -> Response<Body> {
        let request = Request::get(path).header(header::COOKIE, cookie);
        self.portal
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap()
    }

    async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Response<Body> {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        let request = request.body(Body::from(body.join("&"))).unwrap();
        self.portal.clone().oneshot(request).await.unwrap()
    }

    async fn enrolled(&self, role: Role) -> (String, SecondFactor) {
        staff::enrolled(&self.server, &self.clock, role).await
    }

    fn now(&self) -> Timestamp {
        self.server.clock().now()
    }

    /// Signs in on the page; the answer.
    async fn sign_in(&self, email: &str, password: &str, code: &str) -> Response<Body> {
        let fields = [("courriel", email), ("password", password), ("code", code)];
        self.post("/gestion/connexion", "", &fields).await
    }

    /// The cookie of somebody with this role.
    async fn cookie(&self, role: Role) -> String {
        let (email, factor) = self.enrolled(role).await;
        let answer = self.sign_in(&email, staff::PASSWORD, &factor.code(self.now())).await;
        assert_eq!(
            (answer.status(), location(&answer)),
            (StatusCode::SEE_OTHER, "/gestion")
        );
        set_cookie(&answer)
    }
}

fn encoded(value: &str) -> String {
    value.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn location(response: &Response<Body>) -> &str {
    response
        .headers()
        .get(header::LOCATION)
        .map_or("", |value| value.to_str().unwrap())
}

fn set_cookie(response: &Response<Body>) -> String {
    let cookie = response.headers().get(header::SET_COOKIE).unwrap().to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

async fn text(response: Response<Body>) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn an_invitation_is_used_once_with_a_good_password_and_the_right_code() {
    let scene = Scene::new().await;
    let email = "agnes@valbrune.example";
    let token = staff::invited(&scene.server, email, Roles::new([Role::Support]).unwrap()).await;
    let path = format!("/gestion/invitation/{token}");
    let factor = scene.server.staff_invitation(&token).await.unwrap().second_factor;
    for _ in 0..2 {
        let page = text(scene.get(&path, "").await).await;
        assert!(page.contains("Dominique support") && page.contains("agent d’assistance"));
        assert!(page.contains("<svg class=\"staff-qr\""));
        assert!(page.replace(' ', "").contains(&factor.base32()), "the key can be typed");
    }
    let (good, right) = (staff::PASSWORD, factor.code(scene.now()));
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for (password, confirmation, code, said) in [
        ("court", "court", right.as_str(), "ne respecte pas toutes les règles"),
        (
            "Dominique-Support-1",
            "Dominique-Support-1",
            &right,
            "ne respecte pas toutes les règles",
        ),
        (good, "Givre-orange-39", &right, "sont différents"),
        (good, good, wrong, "Le code n’est pas le bon"),
        (good, good, "", "Le code n’est pas le bon"),
    ] {
        let fields = [
            ("token", token.as_str()),
            ("password", password),
            ("confirmation", confirmation),
            ("code", code),
        ];
        let refused = scene.post("/gestion/invitation", "", &fields).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let page = text(refused).await;
        assert!(page.contains(said) && !page.contains("Givre-orange"), "{said}");
    }
    let fields = [
        ("token", token.as_str()),
        ("password", good),
        ("confirmation", good),
        ("code", right.as_str()),
    ];
    let done = scene.post("/gestion/invitation", "", &fields).await;
    assert_eq!(location(&done), "/gestion/connexion?motif=active");
    let again = scene.post("/gestion/invitation", "", &fields).await;
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
    assert!(text(again).await.contains("Cette invitation ne fonctionne plus"));
    assert_eq!(scene.get(&path, "").await.status(), StatusCode::NOT_FOUND);
    let replayed = scene.sign_in(email, good, &right).await;
    assert_eq!(
        replayed.status(),
        StatusCode::UNAUTHORIZED,
        "the code of the enrolment has been used"
    );
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_had() {
    let scene = Scene::new().await;
    let (email, factor) = scene.enrolled(Role::Support).await;
    let fields = |code| {
        [
            ("courriel", email.as_str()),
            ("password", staff::PASSWORD),
            ("code", code),
        ]
    };
    let first = set_cookie(&scene.sign_in(&email, staff::PASSWORD, &factor.code(scene.now())).await);
    let elsewhere = scene.cookie(Role::Organiser).await;
    // A refused sign-in ends nothing.
    let refused = scene.post("/gestion/connexion", &first, &fields("")).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(scene.get("/gestion", &first).await.status(), StatusCode::OK);
    let code = factor.code(scene.now());
    let second = set_cookie(&scene.post("/gestion/connexion", &first, &fields(&code)).await);
    assert_ne!(first, second);
    assert_eq!(scene.get("/gestion", &second).await.status(), StatusCode::OK);
    assert_eq!(scene.get("/gestion", &elsewhere).await.status(), StatusCode::OK);
    let old = scene.get("/gestion", &first).await;
    assert_eq!(location(&old), "/gestion/connexion?motif=fin&suite=/gestion");
}

/// What the journal has of one kind, the latest first.
async fn journal(scene: &Scene, kind: &str) -> Vec<Entry> {
    let page = scene.server.journal_page(None, &Wanted::of_kind(kind)).await.unwrap();
    page.into_iter().map(|(_, entry)| entry).collect()
}

/// The same once there are `awaited` entries: failures enter the journal beside their answers.
async fn journal_of(scene: &Scene, kind: &str, awaited: usize) -> Vec<Entry> {
    for _ in 0..1_000 {
        let entries = journal(scene, kind).await;
        if entries.len() >= awaited {
            return entries;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    journal(scene, kind).await
}

#[tokio::test]
async fn failed_sign_ins_and_refusals_are_in_the_journal_without_what_was_typed() {
    let scene = Scene::new().await;
    let (email, factor) = scene.enrolled(Role::Support).await;
    let id = scene.server.staff_with_email(&email).await.unwrap().unwrap().member.id;
    let right = factor.code(scene.now());
    let wrong = if right == "000000" { "000001" } else { "000000" };
    scene.sign_in(&email, "Faux-Mot-1234", &right).await;
    scene.sign_in(&email, staff::PASSWORD, wrong).await;
    scene
        .sign_in("personne@valbrune.example", "Faux-Mot-1234", &right)
        .await;
    let support = set_cookie(&scene.sign_in(&email, staff::PASSWORD, &right).await);
    scene.sign_in(&email, staff::PASSWORD, &right).await;
    let failed = journal_of(&scene, "staff_sign_in_failed", 3).await;
    assert_eq!(
        failed.len(),
        3,
        "password, code, code used already; nobody is at the fourth"
    );
    for entry in &failed {
        let nobody = (None, Subject::Staff(id), Event::StaffSignInFailed);
        assert_eq!((entry.actor, entry.subject.clone(), entry.what.clone()), nobody);
    }
    // While the delay runs nothing is compared and nothing written.
    for _ in 0..20 {
        scene.sign_in(&email, "Faux-Mot-1234", wrong).await;
    }
    assert_eq!(journal_of(&scene, "staff_sign_in_failed", 7).await.len(), 7);

    assert!(journal(&scene, "staff_refused").await.is_empty());
    let refused = scene.get("/gestion/journal?nature=x", &support).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let refused = journal(&scene, "staff_refused").await;
    let route = "GET /gestion/journal".to_owned();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].what, Event::StaffRefused { route });
    assert_eq!(refused[0].actor, Some(id));
    let organiser = scene.cookie(Role::Organiser).await;
    let page = text(scene.get("/gestion/journal", &organiser).await).await;
    assert!(page.contains("Accès refusé à un membre de l’équipe") && page.contains("GET /gestion/journal"));
    assert!(page.contains("Connexion refusée à l’adresse d’un membre de l’équipe") && !page.contains("Faux-Mot"));
}

#[tokio::test]
async fn forged_expired_renewed_and_foreign_invitations_are_all_dead() {
    let scene = Scene::new().await;
    let roles = Roles::new([Role::Support]).unwrap();
    let first = staff::invited(&scene.server, "agnes@valbrune.example", roles.clone()).await;
    let second = staff::invited(&scene.server, "agnes@valbrune.example", roles.clone()).await;
    let late = staff::invited(&scene.server, "bruno@valbrune.example", roles).await;
    let session = scene.server.sign_in(VOTER, VOTER_PASSWORD).await.unwrap().session;
    let foreign = scene.server.activation_token(session.voter().id).await.unwrap();
    let status = async |token: &str| scene.get(&format!("/gestion/invitation/{token}"), "").await.status();
    assert_eq!(status("T0ken").await, StatusCode::NOT_FOUND, "forged");
    assert_eq!(status(&foreign).await, StatusCode::NOT_FOUND, "a voter's link");
    assert_eq!(status(&first).await, StatusCode::NOT_FOUND, "void since the second");
    assert_eq!(status(&second).await, StatusCode::OK);
    assert_eq!(
        scene.get(&format!("/activation/{second}"), "").await.status(),
        StatusCode::NOT_FOUND,
        "a voter's page does not take it"
    );
    scene.clock.advance(SignedDuration::from_hours(72));
    assert_eq!(status(&late).await, StatusCode::NOT_FOUND, "too old");
}

#[tokio::test]
async fn a_code_serves_once_and_all_three_have_one_answer() {
    let scene = Scene::new().await;
    let (email, factor) = scene.enrolled(Role::Support).await;
    let code = factor.code(scene.now());
    assert_eq!(
        scene.sign_in(&email, staff::PASSWORD, &code).await.status(),
        StatusCode::SEE_OTHER
    );
    let mut answers = Vec::new();
    let other = if code == "000000" { "000001" } else { "000000" };
    for (address, password, code) in [
        (email.as_str(), staff::PASSWORD, code.as_str()),
        (&email, staff::PASSWORD, other),
        (&email, "Givre-orange-39", &code),
        ("personne@valbrune.example", staff::PASSWORD, &code),
        (VOTER, VOTER_PASSWORD, &code),
    ] {
        let refused = scene.sign_in(address, password, code).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        assert!(refused.headers().get(header::SET_COOKIE).is_none());
        answers.push(text(refused).await.replace(address, "ADDRESS"));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    scene.clock.advance(SignedDuration::from_secs(30));
    // The code of the step before is refused too once it, or a later one, was used.
    let before = factor.code(scene.now() - SignedDuration::from_secs(30));
    assert_eq!(
        scene.sign_in(&email, staff::PASSWORD, &before).await.status(),
        StatusCode::UNAUTHORIZED
    );
    let next = factor.code(scene.now());
    assert_eq!(
        scene.sign_in(&email, staff::PASSWORD, &next).await.status(),
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn five_failures_cost_a_delay_and_voters_are_not_delayed_with_the_staff() {
    let scene = Scene::new().await;
    let (email, factor) = scene.enrolled(Role::Organiser).await;
    for _ in 0..5 {
        let refused = scene.sign_in(&email, "Givre-orange-39", "000000").await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    }
    let locked = scene.sign_in(&email, staff::PASSWORD, &factor.code(scene.now())).await;
    assert_eq!(locked.status(), StatusCode::TOO_MANY_REQUESTS);
    scene.clock.advance(SignedDuration::from_secs(31));
    let code = factor.code(scene.now());
    assert_eq!(
        scene.sign_in(&email, staff::PASSWORD, &code).await.status(),
        StatusCode::SEE_OTHER
    );
    for _ in 0..5 {
        scene.sign_in(VOTER, "x", "000000").await;
    }
    assert_eq!(
        scene.sign_in(VOTER, "x", "000000").await.status(),
        StatusCode::TOO_MANY_REQUESTS
    );
    assert!(scene.server.sign_in(VOTER, VOTER_PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_session_of_one_kind_opens_nothing_of_the_other() {
    let scene = Scene::new().await;
    let agent = scene.cookie(Role::Organiser).await;
    let voter = format!(
        "isoloir={}",
        scene.server.sign_in(VOTER, VOTER_PASSWORD).await.unwrap().token
    );
    let (agent_token, voter_token) = (agent.split_once('=').unwrap().1, voter.split_once('=').unwrap().1);
    // Each token in its own cookie and in the other's.
    for cookie in [agent.clone(), format!("isoloir={agent_token}")] {
        let answer = scene.get("/je-vote", &cookie).await;
        assert!(location(&answer).starts_with("/connexion?motif="), "{cookie}");
    }
    for cookie in [voter.clone(), format!("isoloir-agent={voter_token}")] {
        let answer = scene.get("/gestion", &cookie).await;
        assert!(location(&answer).starts_with("/gestion/connexion?motif="), "{cookie}");
    }
    // Both at once: each page shows its own person only.
    let both = format!("{agent}; {voter}");
    let page = text(scene.get("/gestion", &both).await).await;
    assert!(page.contains("Dominique organiser") && page.contains("gestionnaire") && !page.contains("Camille Durand"));
    let page = text(scene.get("/je-vote", &both).await).await;
    assert!(page.contains("Camille Durand") && !page.contains("Dominique"));
    let page = text(scene.get("/gestion/connexion", &both).await).await;
    assert!(!page.contains("Camille Durand"));
}

#[tokio::test]
async fn a_session_ends_by_sign_out_disabling_renewal_idleness_and_age() {
    let scene = Scene::new().await;
    let open = async |cookie: &str| scene.get("/gestion", cookie).await.status() == StatusCode::OK;
    let cookie = scene.cookie(Role::Support).await;
    assert!(open(&cookie).await);
    let out = scene.post("/gestion/deconnexion", &cookie, &[]).await;
    assert_eq!(location(&out), "/gestion/connexion?motif=au-revoir");
    assert!(!open(&cookie).await, "signed out");

    let cookie = scene.cookie(Role::Support).await;
    let known = scene
        .server
        .staff_with_email("support@valbrune.example")
        .await
        .unwrap()
        .unwrap();
    assert!(scene.server.disable_staff(None, known.member.id).await.unwrap());
    assert!(!open(&cookie).await, "disabled");
    assert!(
        scene
            .server
            .invite_staff_again(None, "support@valbrune.example", false)
            .await
            .is_err(),
        "who is disabled is not invited again"
    );

    let cookie = scene.cookie(Role::Supervisor).await;
    assert!(open(&cookie).await);
    scene
        .server
        .invite_staff_again(None, "supervisor@valbrune.example", false)
        .await
        .unwrap();
    assert!(!open(&cookie).await, "invited again");

    let cookie = scene.cookie(Role::Organiser).await;
    scene.clock.advance(SignedDuration::from_mins(14));
    assert!(open(&cookie).await);
    scene.clock.advance(SignedDuration::from_mins(14));
    assert!(open(&cookie).await);
    scene.clock.advance(SignedDuration::from_mins(16));
    assert!(!open(&cookie).await, "idle");

    let cookie = scene.cookie(Role::Organiser).await;
    for _ in 0..47 {
        scene.clock.advance(SignedDuration::from_mins(10));
        assert!(open(&cookie).await);
    }
    scene.clock.advance(SignedDuration::from_mins(11));
    assert!(!open(&cookie).await, "eight hours");
}

#[tokio::test]
async fn one_comes_back_to_the_page_asked_for_and_never_to_another_site() {
    let scene = Scene::new().await;
    let asked = scene.get("/gestion", "").await;
    assert_eq!(location(&asked), "/gestion/connexion?motif=requis&suite=/gestion");
    let (email, factor) = scene.enrolled(Role::Support).await;
    for (next, to) in [
        ("//evil.example/", "/gestion"),
        ("/gestion/assistance", "/gestion/assistance"),
    ] {
        let code = factor.code(scene.now());
        let fields = [
            ("courriel", email.as_str()),
            ("password", staff::PASSWORD),
            ("code", &code),
            ("suite", next),
        ];
        let signed_in = scene.post("/gestion/connexion", "", &fields).await;
        assert_eq!((signed_in.status(), location(&signed_in)), (StatusCode::SEE_OTHER, to));
        scene.clock.advance(SignedDuration::from_secs(30));
    }
}

#[tokio::test]
async fn over_tls_the_cookie_is_tied_to_the_host() {
    let scene = Scene::at_origin("https://vote.example.fr").await;
    let (email, factor) = scene.enrolled(Role::Support).await;
    let answer = scene.sign_in(&email, staff::PASSWORD, &factor.code(scene.now())).await;
    let cookie = answer.headers().get(header::SET_COOKIE).unwrap().to_str().unwrap();
    assert!(cookie.starts_with("__Host-isoloir-agent="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Secure"] {
        assert!(cookie.contains(part), "{cookie}");
    }
}

#[tokio::test]
async fn what_people_are_called_stays_text() {
    let scene = Scene::new().await;
    let plan = |name: &str, email: &str| isoloir_service::invite_staff::StaffPlan {
        elections: Vec::new(),
        name: name.to_owned(),
        email: email.to_owned(),
        roles: Roles::new([Role::Support]).unwrap(),
        consultation: None,
    };
    for (name, email) in [
        ("", "a@b.example"),
        ("A\u{7}", "a@b.example"),
        ("Ada", "a b"),
        ("Ada", ""),
        ("Ada", "a@b.example\r\nBcc: x"),
    ] {
        assert!(
            scene.server.invite_staff(None, &plan(name, email), true).await.is_err(),
            "{name} {email}"
        );
    }
    let invitation = scene
        .server
        .invite_staff(None, &plan("<b>Ada</b>", "ADA@b.example"), true)
        .await
        .unwrap();
    let path = invitation.link.strip_prefix("http://127.0.0.1:8080").unwrap();
    let page = text(scene.get(path, "").await).await;
    assert!(page.contains("&lt;b&gt;Ada") && !page.contains("<b>Ada"));
    let mails = scene
        .server
        .demonstration_inbox(Some("ada@b.example"), 9)
        .await
        .unwrap();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].body.contains(&invitation.link));
    assert!(
        scene
            .server
            .invite_staff(None, &plan("Ada", "ada@B.example"), true)
            .await
            .is_err(),
        "known"
    );
}
