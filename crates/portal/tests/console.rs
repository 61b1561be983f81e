//! The staff's console from outside: what it never says, what takes two people, what is written down, and what people type into it.

use crate::stage;
use crate::support::staff;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use ed25519_dalek::SigningKey;
use isoloir_carriers::MailMode;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::journal_file::{JournalCheck, JournalReport};
use isoloir_domain::{Policy, Profile, Role, Roles, StaffId, VoterId};
use isoloir_portal::config::PortalConfig;
use isoloir_portal::{LimitsConfig, router};
use isoloir_service::enrol_staff::Enrolment;
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::read_journal::Wanted;
use isoloir_service::second_factor::SecondFactor;
use isoloir_service::{Settings, VotingServer};
use isoloir_theme::layout::Contact;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tower::ServiceExt as _;

const PASSWORD: &str = "Orage-violet-71";
const CAMILLE: &str = "camille@valbrune.example";
const ZOE: &str = "zoe@valbrune.example";
const INJECTION: &str = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A member of the staff with what makes their codes.
struct Agent {
    email: &'static str,
    factor: SecondFactor,
}

struct Scene {
    server: VotingServer,
    clock: SettableClock,
    portal: Router,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    location: String,
    page: String,
}

fn portal_over(server: &VotingServer) -> Router {
    let config = PortalConfig {
        origin: "http://127.0.0.1:8080".parse().unwrap(),
        registrar_origin: "http://127.0.0.1:8081".parse().unwrap(),
        registrar_key: server.registrar_key().to_bytes(),
        demonstration: None,
        contact: Contact::default(),
        source_url: None,
        accessibility: None,
        host: None,
        limits: LimitsConfig::default(),
    };
    router(server.clone(), config)
}

impl Scene {
    /// Before the vote: Camille has an account, Zoé has none yet, Léa has no mailbox either.
    async fn new() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let clock = SettableClock::new(at("2026-11-20T10:00:00Z"));
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
            policy: Policy::default(),
            boards: Vec::new(),
            elections: vec![ElectionPlan {
                key: "csa".to_owned(),
                title: "Comité social".to_owned(),
                seats: 3,
                count: isoloir_domain::CountRules::default(),
            }],
        };
        server.import_consultation(&plan).await.unwrap();
        let first = format!("matricule;nom;prenom;courriel;scrutin\nM1;D’Hérouville-Durand;Camille;{CAMILLE};csa\n");
        server.import_roll(&plan.id, first.as_bytes()).await.unwrap();
        server.activate_all_for_rehearsal(&plan.id, PASSWORD).await.unwrap();
        let whole = format!("{first}M2;Garnier;Zoé;{ZOE};csa\nM3;Garnier;Léa;;csa\n");
        server.import_roll(&plan.id, whole.as_bytes()).await.unwrap();
        Scene {
            portal: portal_over(&server),
            server,
            clock,
            _folder: folder,
        }
    }

    async fn agent(&self, email: &'static str, role: Role) -> Agent {
        let token = staff::invited(&self.server, email, Roles::new([role]).unwrap()).await;
        let factor = self.server.staff_invitation(&token).await.unwrap().second_factor;
        let chosen = Enrolment {
            password: staff::PASSWORD,
            confirmation: staff::PASSWORD,
            code: &factor.code(self.server.clock().now()),
        };
        self.server.enrol_staff(&token, chosen).await.unwrap();
        Agent { email, factor }
    }

    /// Signs in with a code that has not served yet.
    async fn cookie(&self, agent: &Agent) -> String {
        self.clock.advance(SignedDuration::from_secs(30));
        let code = agent.factor.code(self.server.clock().now());
        let signed = self
            .server
            .staff_sign_in(agent.email, staff::PASSWORD, &code)
            .await
            .unwrap();
        format!("isoloir-agent={}", signed.token)
    }

    async fn of(&self, email: &'static str, role: Role) -> String {
        let agent = self.agent(email, role).await;
        self.cookie(&agent).await
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, cookie);
        send(&self.portal, request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        post(&self.portal, path, cookie, fields).await
    }

    /// The path of the page of the voter whom a search finds.
    async fn voter(&self, cookie: &str, name: &str) -> String {
        let found = self.post("/gestion/electeurs", cookie, &[("recherche", name)]).await;
        assert_eq!(found.status, StatusCode::OK, "{}", found.page);
        let (_, after) = found.page.split_once("/gestion/electeurs/").expect("a voter");
        format!("/gestion/electeurs/{}", after.split('"').next().unwrap())
    }

    async fn events(&self) -> Vec<(Option<StaffId>, Subject, Event)> {
        let page = self.server.journal_page(None, &Wanted::default()).await.unwrap();
        page.into_iter()
            .map(|(_, entry)| (entry.actor, entry.subject, entry.what))
            .collect()
    }

    async fn mails_to(&self, address: &str) -> Vec<String> {
        let mails = self.server.demonstration_inbox(Some(address), 100).await.unwrap();
        mails.into_iter().map(|mail| mail.subject).collect()
    }
}

async fn post(portal: &Router, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let encoded = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    let body: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    let request = Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    send(portal, request.body(Body::from(body.join("&"))).unwrap()).await
}

async fn send(portal: &Router, request: Request<Body>) -> Answer {
    let response: Response<Body> = portal.clone().oneshot(request).await.unwrap();
    let location = response.headers().get(header::LOCATION);
    let location = location.map_or(String::new(), |value| value.to_str().unwrap().to_owned());
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    Answer {
        status,
        location,
        page: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

fn id_of(path: &str) -> VoterId {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

/// The page without the tokens of its forms, which are drawn anew each time.
fn without_tokens(page: &str) -> String {
    let mut parts = page.split("name=\"jeton\" value=\"");
    let mut kept = parts.next().unwrap().to_owned();
    for part in parts {
        kept.push_str(part.split_once('"').unwrap().1);
    }
    kept
}

/// The acts of the path `prefix` that a page offers.
fn offered<'a>(page: &'a str, prefix: &str) -> Vec<&'a str> {
    page.match_indices(&format!("action=\"{prefix}"))
        .map(|(start, _)| page[start + 8..].split('"').next().unwrap())
        .collect()
}

#[tokio::test]
async fn no_page_about_a_voter_tells_whether_they_have_voted() {
    let (_folder, url) = stage::sqlite();
    let stage = stage::Stage::new(&url, 3).await;
    let portal = portal_over(&stage.server);
    let scene = Scene {
        portal: portal.clone(),
        server: stage.server.clone(),
        clock: stage.clock.clone(),
        _folder: tempfile::tempdir().unwrap(),
    };
    let desk = scene.of("agent@valbrune.example", Role::Support).await;
    let supervisor = scene.of("chef@valbrune.example", Role::Supervisor).await;
    // The sign-in comes first: a connection is shown, and shall be.
    let session = stage.sign_in(1).await;
    let voter = stage.voters[1].id;
    let request = isoloir_service::open_ticket::Request {
        topic: Some(isoloir_domain::ticket::Topic::Vote),
        body: "Je ne sais pas si mon vote est parti.".to_owned(),
        language: isoloir_domain::Language::French,
    };
    let form = stage.server.new_form_token();
    let number = stage
        .server
        .open_ticket(&session, &stage.consultation, &form, request)
        .await
        .unwrap();
    let paths = [
        format!("/gestion/electeurs/{voter}"),
        format!("/gestion/assistance/{number}"),
        "/gestion/assistance".to_owned(),
        "/gestion/changements".to_owned(),
    ];
    let mut before = Vec::new();
    for cookie in [&desk, &supervisor] {
        for path in &paths {
            let page = scene.get(path, cookie).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            before.push(without_tokens(&page.page));
        }
        before.push(
            scene
                .post("/gestion/electeurs", cookie, &[("recherche", "Nom1")])
                .await
                .page,
        );
    }
    assert!(before[0].contains("Prénom1 Nom1") && before[0].contains("autorité des codes"));
    let admission = stage.admission(&session, "csa", 1);
    let ballot = stage.ballot("csa", 1, 1, 5).await;
    stage.cast(&session, "csa", &admission, ballot).await.unwrap();
    assert_eq!(stage.server.poll_book(stage.id("csa")).await.unwrap().marks.len(), 1);
    let mut after = Vec::new();
    for cookie in [&desk, &supervisor] {
        for path in &paths {
            after.push(without_tokens(&scene.get(path, cookie).await.page));
        }
        after.push(
            scene
                .post("/gestion/electeurs", cookie, &[("recherche", "Nom1")])
                .await
                .page,
        );
    }
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
}

#[tokio::test]
async fn voters_are_found_without_accents_in_either_order_and_the_search_is_written_down() {
    let scene = Scene::new().await;
    let desk = scene.of("agent@valbrune.example", Role::Support).await;
    for typed in [
        "herouville",
        "d'herouville durand",
        "camille D’HÉROUVILLE",
        " m1 ",
        CAMILLE,
        "D HEROUVILLE-DURAND camille",
    ] {
        let found = scene.post("/gestion/electeurs", &desk, &[("recherche", typed)]).await;
        // Only what the name begins with is found by a part of it.
        let known = typed != "herouville";
        assert_eq!(found.page.contains("D’Hérouville-Durand"), known, "{typed}");
    }
    let both = scene
        .post("/gestion/electeurs", &desk, &[("recherche", "garnier")])
        .await;
    assert!(both.page.contains("Léa") && both.page.contains("Zoé"));
    let short = scene.post("/gestion/electeurs", &desk, &[("recherche", "g ")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let path = scene.voter(&desk, "garnier zoe").await;
    scene.get(&path, &desk).await;
    let events = scene.events().await;
    assert_eq!(events[0].2, Event::VoterViewed);
    assert_eq!(events[0].1, Subject::Voter(id_of(&path)));
    assert!(events[0].0.is_some());
    assert_eq!(events[1].2, Event::VoterSearched { found: 1 });
    assert_eq!(events[2].2, Event::VoterSearched { found: 2 });
    assert!(scene.server.journal_chain_holds().await.unwrap());
}

#[tokio::test]
async fn a_link_is_sent_again_three_times_a_day_and_not_to_an_active_account() {
    let scene = Scene::new().await;
    let desk = scene.of("agent@valbrune.example", Role::Support).await;
    let zoe = scene.voter(&desk, "garnier zoe").await;
    for _ in 0..3 {
        let sent = scene.post(&format!("{zoe}/activation"), &desk, &[]).await;
        assert_eq!(
            (sent.status, sent.location),
            (StatusCode::SEE_OTHER, format!("{zoe}?fait=lien"))
        );
    }
    assert_eq!(scene.mails_to(ZOE).await.len(), 3);
    let fourth = scene.post(&format!("{zoe}/activation"), &desk, &[]).await;
    assert_eq!(fourth.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(offered(&fourth.page, &format!("{zoe}/activation")).is_empty());
    let shown = scene.get(&zoe, &desk).await.page;
    assert!(shown.contains("Lien d’activation") && shown.contains("Compte non activé"));

    let camille = scene.voter(&desk, "camille d herouville").await;
    let refused = scene.post(&format!("{camille}/activation"), &desk, &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(scene.mails_to(CAMILLE).await.is_empty());

    let lea = scene.voter(&desk, "Léa GARNIER").await;
    let refused = scene.post(&format!("{lea}/activation"), &desk, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let letter = scene.post(&format!("{lea}/courrier"), &desk, &[]).await;
    assert_eq!(letter.status, StatusCode::OK, "{}", letter.page);
    let (_, after) = letter.page.split_once("<dd>A-").expect("a code");
    let code = format!("A-{}", after.split('<').next().unwrap());
    assert!(scene.server.activation_by_code("m3", &code, false).await.is_ok());
    let sent: Vec<Event> = scene.events().await.into_iter().map(|(.., what)| what).collect();
    assert_eq!(sent.iter().filter(|what| **what == Event::ActivationResent).count(), 3);
    assert!(sent.contains(&Event::ActivationLetterMade));
}

#[tokio::test]
async fn an_address_changes_by_two_people_and_ends_the_sessions() {
    let scene = Scene::new().await;
    let first = scene.of("agent1@valbrune.example", Role::Support).await;
    let second = scene.of("agent2@valbrune.example", Role::Support).await;
    let chef = scene.of("chef@valbrune.example", Role::Supervisor).await;
    let voter = scene.server.sign_in(CAMILLE, PASSWORD).await.unwrap();
    let camille = scene.voter(&first, "camille d herouville").await;
    let path = format!("{camille}/adresse");
    let new = "camille.durand@rectorat.example";
    let reason = "Pièce d’identité vue au guichet, adresse fermée.";
    for (address, reason, status) in [
        ("pas une adresse", reason, StatusCode::UNPROCESSABLE_ENTITY),
        (CAMILLE, reason, StatusCode::UNPROCESSABLE_ENTITY),
        (new, "court", StatusCode::UNPROCESSABLE_ENTITY),
        (
            new,
            "Son code est K7QM-2RTD-9XHF-4CAD.",
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (ZOE, reason, StatusCode::CONFLICT),
        (new, reason, StatusCode::SEE_OTHER),
        ("autre@rectorat.example", reason, StatusCode::CONFLICT),
    ] {
        let sent = scene
            .post(&path, &first, &[("adresse", address), ("motif", reason)])
            .await;
        assert_eq!(sent.status, status, "{address} {reason}");
    }
    let mine = scene.get("/gestion/changements", &first).await.page;
    assert!(mine.contains(new) && mine.contains("Vous l’avez proposé"));
    assert!(
        !offered(&mine, "/gestion/changements")
            .iter()
            .any(|act| act.ends_with("approbation"))
    );
    let theirs = scene.get("/gestion/changements", &second).await.page;
    let approve = offered(&theirs, "/gestion/changements")
        .into_iter()
        .find(|act| act.ends_with("approbation"))
        .unwrap()
        .to_owned();
    // The same person; another agent, for an account that is active; then a supervisor, twice.
    for (cookie, status) in [
        (&first, StatusCode::FORBIDDEN),
        (&second, StatusCode::FORBIDDEN),
        (&chef, StatusCode::SEE_OTHER),
        (&chef, StatusCode::CONFLICT),
    ] {
        let sent = scene.post(&approve, cookie, &[]).await;
        assert_eq!(sent.status, status, "{}", sent.page);
    }
    assert!(
        scene.server.session(&voter.token).await.unwrap().is_none(),
        "sessions end"
    );
    assert_eq!(scene.mails_to(CAMILLE).await.len(), 1);
    assert_eq!(scene.mails_to(new).await.len(), 1);
    assert!(scene.server.sign_in(new, PASSWORD).await.is_ok());
    let events = scene.events().await;
    let acts: Vec<_> = events
        .iter()
        .filter(|(_, _, what)| {
            matches!(
                what,
                Event::AddressChangeApproved { .. } | Event::AddressChangeProposed { .. }
            )
        })
        .collect();
    assert_eq!(acts.len(), 2);
    assert!(acts[0].0.is_some() && acts[0].0 != acts[1].0, "two people");
    assert_eq!(acts[0].1, Subject::Voter(id_of(&camille)));
}

#[tokio::test]
async fn a_change_expires_and_is_withdrawn_and_a_new_account_needs_no_supervisor() {
    let scene = Scene::new().await;
    let (one, two) = (
        scene.agent("agent1@valbrune.example", Role::Support).await,
        scene.agent("agent2@valbrune.example", Role::Support).await,
    );
    let (first, second) = (scene.cookie(&one).await, scene.cookie(&two).await);
    let zoe = scene.voter(&first, "garnier zoe").await;
    let fields = [
        ("adresse", "zoe@rectorat.example"),
        ("motif", "Faute de frappe dans le fichier."),
    ];
    assert_eq!(
        scene.post(&format!("{zoe}/adresse"), &first, &fields).await.status,
        StatusCode::SEE_OTHER
    );
    let page = scene.get("/gestion/changements", &second).await.page;
    let approve = offered(&page, "/gestion/changements")[0].to_owned();
    scene.clock.advance(SignedDuration::from_hours(49));
    let (first, second) = (scene.cookie(&one).await, scene.cookie(&two).await);
    assert_eq!(scene.post(&approve, &second, &[]).await.status, StatusCode::CONFLICT);
    assert!(scene.get("/gestion/changements", &second).await.page.contains("Expiré"));

    assert_eq!(
        scene.post(&format!("{zoe}/adresse"), &first, &fields).await.status,
        StatusCode::SEE_OTHER
    );
    let page = scene.get("/gestion/changements", &first).await.page;
    let withdraw = offered(&page, "/gestion/changements")[0].to_owned();
    assert!(withdraw.ends_with("refus"));
    assert_eq!(scene.post(&withdraw, &first, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(scene.post(&withdraw, &first, &[]).await.status, StatusCode::CONFLICT);

    assert_eq!(
        scene.post(&format!("{zoe}/adresse"), &first, &fields).await.status,
        StatusCode::SEE_OTHER
    );
    let page = scene.get("/gestion/changements", &second).await.page;
    let approve = offered(&page, "/gestion/changements")[0].to_owned();
    assert_eq!(scene.post(&approve, &second, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(scene.mails_to("zoe@rectorat.example").await.len(), 1);
    let sent = scene.post(&format!("{zoe}/activation"), &first, &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert_eq!(scene.mails_to("zoe@rectorat.example").await.len(), 2);
}

#[tokio::test]
async fn a_request_is_answered_on_the_console_and_nothing_typed_becomes_markup() {
    let scene = Scene::new().await;
    let desk = scene.of("agent@valbrune.example", Role::Support).await;
    let voter = scene.server.sign_in(CAMILLE, PASSWORD).await.unwrap();
    let request = isoloir_service::open_ticket::Request {
        topic: Some(isoloir_domain::ticket::Topic::Other),
        body: INJECTION.to_owned(),
        language: isoloir_domain::Language::French,
    };
    let form = scene.server.new_form_token();
    let consultation = "essai-2026".parse().unwrap();
    let number = scene
        .server
        .open_ticket(&voter.session, &consultation, &form, request)
        .await
        .unwrap();
    let path = format!("/gestion/assistance/{number}");
    assert!(scene.get("/gestion/assistance", &desk).await.page.contains(&path));
    let taken = scene.post(&format!("{path}/prise"), &desk, &[]).await;
    assert_eq!(taken.location, format!("{path}?fait=prise"));
    assert!(
        scene
            .get("/gestion/assistance?file=miennes", &desk)
            .await
            .page
            .contains(&path)
    );
    for (act, field) in [("reponse", "reponse"), ("note", "note")] {
        let token = scene.server.new_form_token();
        for _ in 0..2 {
            let sent = scene
                .post(
                    &format!("{path}/{act}"),
                    &desk,
                    &[("jeton", &token), (field, INJECTION)],
                )
                .await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.page);
        }
    }
    let code = [("jeton", "x"), ("reponse", "Essayez K7QM-2RTD-9XHF-4CAD")];
    let refused = scene.post(&format!("{path}/reponse"), &desk, &code).await;
    assert_eq!(refused.status.as_u16() / 100, 4);
    let page = scene.get(&path, &desk).await.page;
    assert_eq!(
        page.matches("&lt;script&gt;").count(),
        3,
        "asked, answered once, noted once"
    );
    let cookie = format!("isoloir={}", voter.token);
    let theirs = scene.get(&format!("/assistance/{number}"), &cookie).await.page;
    assert_eq!(
        theirs.matches("&lt;script&gt;").count(),
        2,
        "the note is not the person's"
    );
    for page in [&page, &theirs] {
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"));
    }
    assert_eq!(
        scene.post(&format!("{path}/cloture"), &desk, &[]).await.location,
        format!("{path}?fait=close")
    );
    assert_eq!(
        scene.post(&format!("{path}/reouverture"), &desk, &[]).await.location,
        format!("{path}?fait=rouverte")
    );
    let given = scene.post("/gestion/code-captcha", &desk, &[]).await.page;
    let digits: String = given
        .split_once("class=\"tracker\"")
        .unwrap()
        .1
        .split_once("</p>")
        .unwrap()
        .0
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    assert!(scene.server.verify_captcha("", &digits).await.unwrap());
    assert!(!scene.server.verify_captcha("", &digits).await.unwrap());
    let search = scene
        .post("/gestion/electeurs", &desk, &[("recherche", INJECTION)])
        .await
        .page;
    assert!(!search.contains("<script>alert") && search.contains("&lt;script&gt;"));
}

#[tokio::test]
async fn a_complaint_is_decided_with_reasons_and_its_person_reads_them() {
    let scene = Scene::new().await;
    let organiser = scene.of("gestion@valbrune.example", Role::Organiser).await;
    let supervisor = scene.of("chef@valbrune.example", Role::Supervisor).await;
    let voter = scene.server.sign_in(CAMILLE, PASSWORD).await.unwrap();
    let complaint = isoloir_service::file_complaint::Complaint {
        object: isoloir_domain::complaint::Object::WrongData,
        election: None,
        other_person: String::new(),
        body: format!("=cmd|' /C calc'!A0 {INJECTION}"),
        files: Vec::new(),
    };
    let form = scene.server.new_form_token();
    let consultation = "essai-2026".parse().unwrap();
    let number = scene
        .server
        .file_complaint(&voter.session, &consultation, &form, complaint)
        .await
        .unwrap();
    let path = format!("/gestion/reclamations/{number}");
    assert!(
        scene
            .get("/gestion/reclamations", &supervisor)
            .await
            .page
            .contains(&path)
    );
    let read = scene.get(&path, &supervisor).await.page;
    assert!(offered(&read, &path).is_empty(), "a supervisor reads");
    let reasons = format!("La pièce produite est probante. {INJECTION}");
    let yes = [("sens", "oui"), ("motifs", reasons.as_str()), ("effet", "Nom corrigé.")];
    assert_eq!(scene.post(&path, &supervisor, &yes).await.status, StatusCode::FORBIDDEN);
    let short = [("sens", "oui"), ("motifs", "Oui."), ("effet", "")];
    assert_eq!(
        scene.post(&path, &organiser, &short).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let decided = scene.post(&path, &organiser, &yes).await;
    assert_eq!(decided.location, format!("{path}?fait=decision"), "{}", decided.page);
    assert_eq!(scene.post(&path, &organiser, &yes).await.status, StatusCode::CONFLICT);
    let cookie = format!("isoloir={}", voter.token);
    let theirs = scene.get(&format!("/reclamations/{number}"), &cookie).await.page;
    assert!(theirs.contains("La pièce produite est probante.") && theirs.contains("Nom corrigé."));
    let shown = scene.get(&path, &organiser).await.page;
    for page in [&theirs, &shown] {
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"));
    }
    let csv = scene.get("/gestion/reclamations.csv", &organiser).await.page;
    assert!(csv.contains("'=cmd") && !csv.contains(";=cmd") && !csv.contains("\"=cmd"));

    let journal = scene
        .get("/gestion/journal?nature=complaint_decided&controle=oui", &organiser)
        .await
        .page;
    assert!(journal.contains("complaint_decided") && journal.contains(&number.to_string()));
    assert!(journal.contains("La chaîne tient") && !journal.contains("<code>roll_imported</code>"));
    let all = scene.get("/gestion/journal?nature=%3Cscript%3E", &organiser).await.page;
    assert!(all.contains("<code>roll_imported</code>"), "an unknown kind shows all");
    assert!(all.contains("Liste électorale importée"), "in the reader's words");
}

#[tokio::test]
async fn the_journal_is_searched_signed_every_night_and_checked_without_the_server() {
    let scene = Scene::new().await;
    let server = &scene.server;
    let organiser = scene.agent("gestion@valbrune.example", Role::Organiser).await;
    let voter = server.sign_in(CAMILLE, PASSWORD).await.unwrap().session.voter().id;
    server
        .suspend_account("M1", "Boîte aux lettres compromise")
        .await
        .unwrap();
    let cookie = scene.cookie(&organiser).await;
    let search = async |query: &str| scene.get(&format!("/gestion/journal?{query}"), &cookie).await.page;
    let about = search(&format!("nature=&objet={voter}&du=&au=")).await;
    assert!(about.contains("<code>account_suspended") && !about.contains("<code>roll_imported"));
    assert!(
        search("du=2026-11-20&au=2026-11-20")
            .await
            .contains("<code>account_suspended")
    );
    for nothing in [
        "du=2026-11-21",
        "au=2026-11-19",
        "objet=%25",
        "objet=account_suspende_",
        "nature=account_suspended&du=2027-01-01",
    ] {
        let page = search(nothing).await;
        assert!(
            page.contains("Aucune entrée") && !page.contains("<code>account_suspended"),
            "{nothing}"
        );
    }
    assert!(search("du=hier").await.contains("Une des dates est illisible"));

    let file = async |cookie: &str, since: Option<&JournalReport>| {
        let page = scene.get("/gestion/journal/fichier", cookie).await.page;
        let mut check = JournalCheck::new(Some(server.server_key()), since);
        page.lines().for_each(|line| check.line(line).unwrap());
        check.finish().unwrap()
    };
    let unsigned = file(&cookie, None).await;
    assert!(unsigned.days.is_empty() && unsigned.unread == 0);
    scene.clock.advance(SignedDuration::from_hours(24));
    let signed = server.sign_journal_day().await.unwrap().expect("a day has ended");
    assert_eq!(
        (signed.day.to_string().as_str(), signed.head),
        ("2026-11-20", unsigned.head)
    );
    assert_eq!(server.sign_journal_day().await.unwrap(), None, "once");
    scene.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(server.sign_journal_day().await.unwrap(), None, "nothing is new");
    server.restore_account("M1", "Boîte aux lettres reprise").await.unwrap();
    let next = server.sign_journal_day().await.unwrap().expect("another");
    let cookie = scene.cookie(&organiser).await;
    let page = scene.get("/gestion/journal", &cookie).await.page;
    assert!(page.contains(&hex::encode(next.head.hash)) && page.contains("21\u{a0}novembre 2026"));
    let whole = file(&cookie, Some(&unsigned)).await;
    assert_eq!(whole.days, [signed.day, next.day]);
    assert!(whole.head.rank > next.head.rank, "the sign-in came after");
}
