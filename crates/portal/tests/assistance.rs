//! Requests to the help desk from outside: the whole conversation, whose it is, what never enters it, and what a second press does.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use ed25519_dalek::SigningKey;
use isoloir_carriers::MailMode;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::ticket::{TicketNumber, TicketStatus};
use isoloir_domain::{Policy, Profile, StaffId};
use isoloir_portal::config::PortalConfig;
use isoloir_portal::{LimitsConfig, router};
use isoloir_service::answer_ticket::QueueFilter;
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::open_ticket::TicketError;
use isoloir_service::{Settings, VotingServer};
use isoloir_theme::layout::Contact;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tower::ServiceExt as _;

const PASSWORD: &str = "Orage-violet-71";
const CAMILLE: &str = "camille@valbrune.example";
const PAUL: &str = "paul@valbrune.example";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

struct Scene {
    server: VotingServer,
    clock: SettableClock,
    portal: Router,
    _folder: tempfile::TempDir,
}

/// Status, `Location` and text of an answer.
struct Answer {
    status: StatusCode,
    location: String,
    page: String,
}

impl Scene {
    async fn new() -> Scene {
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
        let roll = format!(
            "matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;{CAMILLE};csa\nM2;Garnier;Paul;{PAUL};csa\n"
        );
        server.import_roll(&plan.id, roll.as_bytes()).await.unwrap();
        server.activate_all_for_rehearsal(&plan.id, PASSWORD).await.unwrap();
        let config = PortalConfig {
            origin: "http://127.0.0.1:8080".parse().unwrap(),
            registrar_origin: "http://127.0.0.1:8081".parse().unwrap(),
            registrar_key: server.registrar_key().to_bytes(),
            demonstration: None,
            contact: Contact {
                phone: Some("00 00 00 00 00".to_owned()),
                email: None,
            },
            source_url: None,
            accessibility: None,
            host: None,
            limits: LimitsConfig::default(),
        };
        Scene {
            portal: router(server.clone(), config),
            server,
            clock,
            _folder: folder,
        }
    }

    async fn cookie(&self, email: &str) -> String {
        let signed_in = self.server.sign_in(email, PASSWORD).await.unwrap();
        format!("isoloir={}", signed_in.token)
    }

    async fn get(&self, path: &str, cookie: Option<&str>) -> Answer {
        let mut request = Request::get(path);
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, cookie: Option<&str>, fields: &[(&str, &str)]) -> Answer {
        let mut request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let body = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect::<Vec<_>>()
            .join("&");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self.portal.clone().oneshot(request).await.unwrap();
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

    /// A voter's request; where it is read.
    async fn ask(&self, cookie: &str, text: &str) -> String {
        let form = self.get("/assistance", Some(cookie)).await;
        let token = token(&form.page);
        let fields = [("jeton", token.as_str()), ("objet", "vote"), ("texte", text)];
        let sent = self.post("/assistance", Some(cookie), &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.page);
        sent.location.split('?').next().unwrap().to_owned()
    }

    /// A form of somebody who is not signed in: its token, its challenge and the answer to it.
    async fn strangers_form(&self) -> [String; 3] {
        let form = self.get("/assistance", None).await;
        let challenge = hidden(&form.page, "captcha-id");
        let answer = self.server.local_captcha().answer(&challenge).unwrap();
        [token(&form.page), challenge, answer]
    }

    async fn ask_as_stranger(&self, name: &str, contact: &str, text: &str) -> Answer {
        let [token, challenge, answer] = self.strangers_form().await;
        let fields = [
            ("jeton", token.as_str()),
            ("objet", "activation"),
            ("texte", text),
            ("nom", name),
            ("contact", contact),
            ("captcha-id", &challenge),
            ("captcha", &answer),
        ];
        self.post("/assistance", None, &fields).await
    }

    async fn mails_to(&self, address: &str) -> Vec<(String, String)> {
        let mails = self.server.demonstration_inbox(Some(address), 100).await.unwrap();
        mails.into_iter().map(|mail| (mail.subject, mail.body)).collect()
    }

    async fn queue(&self, status: Option<TicketStatus>) -> Vec<String> {
        let filter = QueueFilter {
            status,
            ..QueueFilter::default()
        };
        let tickets = self.server.tickets(&filter, 100, 0).await.unwrap();
        tickets.into_iter().map(|ticket| ticket.number.to_string()).collect()
    }

    fn agent(&self) -> StaffId {
        StaffId::generate(&mut StdRng::seed_from_u64(3))
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

fn hidden(page: &str, name: &str) -> String {
    let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).expect(name);
    after.split_once('"').unwrap().0.to_owned()
}

fn token(page: &str) -> String {
    hidden(page, "jeton")
}

fn number(path: &str) -> TicketNumber {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_conversation_from_the_first_word_to_the_last() {
    let scene = Scene::new().await;
    let cookie = scene.cookie(CAMILLE).await;
    let path = scene.ask(&cookie, "Le bouton ne répond pas.\r\n\r\nQue faire ?").await;
    assert_eq!(path, "/assistance/A-2026-000001");
    let page = scene.get(&format!("{path}?envoi=demande"), Some(&cookie)).await.page;
    assert!(page.contains("Votre demande porte le numéro A-2026-000001") && page.contains("role=\"status\""));
    assert!(page.contains("Le bouton ne répond pas.\n\nQue faire ?") && page.contains("Reçue, en attente"));
    let mails = scene.mails_to(CAMILLE).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].0.contains("A-2026-000001"));
    assert!(mails[0].1.contains("http://127.0.0.1:8080/assistance/A-2026-000001\n") && !mails[0].1.contains("bouton"));

    let (agent, number) = (scene.agent(), number(&path));
    let server = &scene.server;
    assert_eq!(scene.queue(Some(TicketStatus::New)).await, ["A-2026-000001"]);
    server.assign_ticket(agent, number).await.unwrap();
    assert!(scene.queue(Some(TicketStatus::New)).await.is_empty());
    let note = server.new_form_token();
    server
        .note_in_ticket(agent, number, &note, "Déjà vu sur un autre poste.")
        .await
        .unwrap();
    let answer = server.new_form_token();
    for _ in 0..2 {
        server
            .answer_ticket(agent, number, &answer, "Essayez un autre navigateur.")
            .await
            .unwrap();
    }
    let whole = server.whole_ticket(number).await.unwrap().unwrap();
    assert_eq!(whole.messages.len(), 3, "the answer sent twice is one message");
    assert_eq!(whole.ticket.agent, Some(agent));
    let mails = scene.mails_to(CAMILLE).await;
    assert_eq!(mails.len(), 2, "one mail for the answer, none for the note");
    assert!(mails.iter().all(|(_, body)| !body.contains("navigateur")));

    let page = scene.get(&path, Some(&cookie)).await.page;
    assert!(page.contains("Essayez un autre navigateur.") && page.contains("Une réponse vous attend"));
    assert!(!page.contains("Déjà vu") && !page.contains(&agent.to_string()));
    let reply = token(&page);
    for _ in 0..2 {
        let fields = [("jeton", reply.as_str()), ("texte", "C’est réglé, merci.")];
        let sent = scene.post(&path, Some(&cookie), &fields).await;
        assert_eq!(
            (sent.status, sent.location),
            (StatusCode::SEE_OTHER, format!("{path}?envoi=message"))
        );
    }
    let whole = server.whole_ticket(number).await.unwrap().unwrap();
    assert_eq!((whole.messages.len(), whole.ticket.status), (4, TicketStatus::Open));

    server.close_ticket(agent, number).await.unwrap();
    server.close_ticket(agent, number).await.unwrap();
    assert_eq!(scene.mails_to(CAMILLE).await.len(), 3);
    assert!(scene.queue(None).await.is_empty());
    let page = scene.get(&path, Some(&cookie)).await.page;
    assert!(page.contains("Cette demande est close") && !page.contains("<textarea"));
    let late = scene.server.new_form_token();
    let fields = [("jeton", late.as_str()), ("texte", "Encore une chose")];
    let refused = scene.post(&path, Some(&cookie), &fields).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    server
        .note_in_ticket(agent, number, &server.new_form_token(), "Rappelée.")
        .await
        .unwrap();
    server.reopen_ticket(agent, number).await.unwrap();
    let sent = scene.post(&path, Some(&cookie), &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_request_is_seen_by_whoever_made_it_and_by_nobody_else() {
    let scene = Scene::new().await;
    let (camille, paul) = (scene.cookie(CAMILLE).await, scene.cookie(PAUL).await);
    let path = scene.ask(&camille, "Ma demande").await;
    assert_eq!(scene.get(&path, Some(&paul)).await.status, StatusCode::NOT_FOUND);
    let token = scene.server.new_form_token();
    let fields = [("jeton", token.as_str()), ("texte", "Je m’invite")];
    let refused = scene.post(&path, Some(&paul), &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let asked = scene.get(&path, None).await;
    assert!(asked.location.starts_with("/connexion?motif=requis"));
    assert!(
        !scene
            .get("/assistance", Some(&paul))
            .await
            .page
            .contains("A-2026-000001")
    );
    assert!(
        scene
            .get("/assistance", Some(&camille))
            .await
            .page
            .contains("A-2026-000001")
    );
    let whole = scene.server.whole_ticket(number(&path)).await.unwrap().unwrap();
    assert_eq!(whole.messages.len(), 1);
    for wrong in ["A-2026-999999", "A-2026-1", "R-2026-000001", "x"] {
        let missing = scene.get(&format!("/assistance/{wrong}"), Some(&camille)).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn a_form_sent_twice_is_one_request() {
    let scene = Scene::new().await;
    let (camille, paul) = (scene.cookie(CAMILLE).await, scene.cookie(PAUL).await);
    let token = token(&scene.get("/assistance", Some(&camille)).await.page);
    let fields = [("jeton", token.as_str()), ("objet", "other"), ("texte", "Une fois")];
    let (one, two) = tokio::join!(
        scene.post("/assistance", Some(&camille), &fields),
        scene.post("/assistance", Some(&camille), &fields)
    );
    assert_eq!((one.status, two.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER));
    assert_eq!(one.location, two.location);
    assert_eq!(scene.queue(None).await.len(), 1);
    assert_eq!(scene.mails_to(CAMILLE).await.len(), 1);
    let foreign = scene.post("/assistance", Some(&paul), &fields).await;
    assert_eq!(foreign.status, StatusCode::CONFLICT);
    assert_ne!(
        self::token(&foreign.page),
        token,
        "the form comes back with a token of its own"
    );
    assert!(foreign.page.contains("Une fois"));
    for wrong in ["", "court", "é"] {
        let fields = [("jeton", wrong), ("objet", "other"), ("texte", "Une fois")];
        let refused = scene.post("/assistance", Some(&paul), &fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{wrong}");
    }
    // The token of a reply opens no request, and that of a request is no reply elsewhere.
    let path = one.location.split('?').next().unwrap().to_owned();
    let reply = self::token(&scene.get(&path, Some(&camille)).await.page);
    scene
        .post(&path, Some(&camille), &[("jeton", &reply), ("texte", "Suite")])
        .await;
    let fields = [("jeton", reply.as_str()), ("objet", "other"), ("texte", "Autre")];
    let refused = scene.post("/assistance", Some(&camille), &fields).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let other = scene.ask(&camille, "Une autre").await;
    let crossed = scene
        .post(&other, Some(&camille), &[("jeton", &reply), ("texte", "Ailleurs")])
        .await;
    assert_eq!(crossed.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn no_code_enters_a_request() {
    let scene = Scene::new().await;
    let cookie = scene.cookie(CAMILLE).await;
    let token = token(&scene.get("/assistance", Some(&cookie)).await.page);
    for code in ["K7QM-2RTD-9XHF-4CAD", "k7qm2rtd9xhf4cad", "A-K7QM-2RTD-9XHF-4CAD"] {
        let text = format!("Mon code {code} est refusé");
        let fields = [("jeton", token.as_str()), ("objet", "voting_code"), ("texte", &text)];
        let refused = scene.post("/assistance", Some(&cookie), &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.page.contains("href=\"#texte\"") && refused.page.contains("pas même la cellule d’assistance"));
        assert!(refused.page.contains("/tutoriels/reassorts"));
    }
    assert!(scene.queue(None).await.is_empty() && scene.mails_to(CAMILLE).await.is_empty());
    let path = scene.ask(&cookie, "Mon code est refusé").await;
    let (agent, number) = (scene.agent(), number(&path));
    let reply = scene.server.new_form_token();
    let fields = [("jeton", reply.as_str()), ("texte", "Le voici : K7QM 2RTD 9XHF 4CAD")];
    let refused = scene.post(&path, Some(&cookie), &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let noted = scene
        .server
        .note_in_ticket(agent, number, &reply, "Il dit K7QM2RTD9XHF4CAD au téléphone")
        .await;
    assert!(matches!(noted, Err(TicketError::Code(_))));
    let whole = scene.server.whole_ticket(number).await.unwrap().unwrap();
    assert_eq!(whole.messages.len(), 1);
    let named = scene
        .ask_as_stranger("K7QM2RTD9XHF4CAD", "x@valbrune.example", "Bonjour")
        .await;
    assert_eq!(named.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn whoever_is_not_signed_in_shows_to_be_a_person_and_follows_by_a_link() {
    let scene = Scene::new().await;
    let page = scene.get("/assistance", None).await.page;
    assert!(page.contains("data-captcha") && page.contains("00 00 00 00 00"));
    let [token, challenge, answer] = scene.strangers_form().await;
    let base = [
        ("jeton", token.as_str()),
        ("objet", "activation"),
        ("texte", "Je n’ai pas reçu le lien."),
        ("nom", "Awa Diallo"),
        ("contact", "awa@valbrune.example"),
        ("matricule", "M9"),
    ];
    let without = scene.post("/assistance", None, &base).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.page.contains("Je n’ai pas reçu le lien.") && without.page.contains("awa@valbrune.example"));
    let answered = |captcha: &str| {
        let mut fields = base.to_vec();
        fields.push(("captcha-id", &challenge));
        let captcha = captcha.to_owned();
        (fields, captcha)
    };
    let (fields, wrong) = answered("00000x");
    let fields: Vec<_> = fields.into_iter().chain([("captcha", wrong.as_str())]).collect();
    let refused = scene.post("/assistance", None, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(scene.queue(None).await.is_empty());

    // That challenge is spent; the page brought another.
    let challenge = hidden(&refused.page, "captcha-id");
    assert_eq!(hidden(&refused.page, "jeton"), token);
    drop(answer);
    let answer = scene.server.local_captcha().answer(&challenge).unwrap();
    let fields: Vec<_> = base
        .into_iter()
        .chain([("captcha-id", challenge.as_str()), ("captcha", answer.as_str())])
        .collect();
    let sent = scene.post("/assistance", None, &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.page);
    let again = scene.post("/assistance", None, &fields).await;
    assert_eq!(
        again.location, sent.location,
        "a second press, though the captcha is spent"
    );
    assert_eq!(scene.queue(None).await, ["A-2026-000001"]);

    let page = scene.get(&sent.location, None).await.page;
    assert!(page.contains("Votre demande porte le numéro A-2026-000001") && page.contains("lien personnel"));
    let link = sent.location.split('?').next().unwrap().to_owned();
    let mails = scene.mails_to("awa@valbrune.example").await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].1.contains(&format!("http://127.0.0.1:8080{link}\n")));
    let number: TicketNumber = "A-2026-000001".parse().unwrap();
    let agent = scene.agent();
    let before = scene.server.whole_ticket(number).await.unwrap();
    scene.get(&link, None).await;
    assert_eq!(
        scene.server.whole_ticket(number).await.unwrap(),
        before,
        "reading changes nothing"
    );
    scene
        .server
        .answer_ticket(agent, number, &scene.server.new_form_token(), "Le lien est renvoyé.")
        .await
        .unwrap();
    let mails = scene.mails_to("awa@valbrune.example").await;
    assert!(mails.len() == 2 && mails.iter().all(|(_, body)| body.contains(&link)));
    let page = scene.get(&link, None).await.page;
    assert!(page.contains("Le lien est renvoyé."));
    let reply = self::token(&page);
    let sent = scene.post(&link, None, &[("jeton", &reply), ("texte", "Merci")]).await;
    assert_eq!(sent.location, format!("{link}?envoi=message"));

    let mut forged = link.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'E' } else { 'A' });
    for wrong in [
        forged.as_str(),
        "/assistance/suivi/x",
        &format!("/assistance/suivi/{token}"),
    ] {
        assert_eq!(scene.get(wrong, None).await.status, StatusCode::NOT_FOUND, "{wrong}");
        let refused = scene.post(wrong, None, &[("jeton", &reply), ("texte", "x")]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    // A voter's own page does not open what a link opens, nor the reverse.
    let cookie = scene.cookie(CAMILLE).await;
    let own = scene.get("/assistance/A-2026-000001", Some(&cookie)).await;
    assert_eq!(own.status, StatusCode::NOT_FOUND);
    scene.clock.advance(SignedDuration::from_hours(61 * 24));
    assert_eq!(scene.get(&link, None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_wrong_field_is_named_and_nothing_typed_is_lost() {
    let scene = Scene::new().await;
    let [token, ..] = scene.strangers_form().await;
    let fields = [
        ("jeton", token.as_str()),
        ("contact", "demain matin"),
        ("matricule", "M-9"),
    ];
    let refused = scene.post("/assistance", None, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["objet", "texte", "nom", "contact"] {
        assert!(refused.page.contains(&format!("href=\"#{field}\"")), "{field}");
        assert!(refused.page.contains(&format!("id=\"{field}-err\"")), "{field}");
    }
    assert!(refused.page.contains("demain matin") && refused.page.contains("M-9"));
    let other = [
        ("jeton", token.as_str()),
        ("texte", "Gardez ceci"),
        ("captcha-id", "x"),
        ("nouveau-code", "oui"),
    ];
    let renewed = scene.post("/assistance", None, &other).await;
    assert!(renewed.page.contains("Gardez ceci") && !renewed.page.contains("role=\"alert\""));
    let long = "é".repeat(4_001);
    let cookie = scene.cookie(CAMILLE).await;
    let fields = [("jeton", token.as_str()), ("objet", "other"), ("texte", &long)];
    let refused = scene.post("/assistance", Some(&cookie), &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("jeton", token.as_str()), ("objet", "other"), ("texte", &long[2..])];
    let taken = scene.post("/assistance", Some(&cookie), &fields).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "4,000 characters are taken");
    let fields = [("jeton", token.as_str()), ("objet", "other"), ("texte", "a\u{0}b")];
    let refused = scene.post("/assistance", None, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_people_write_is_shown_as_text() {
    let scene = Scene::new().await;
    let nasty = "</textarea><script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let sent = scene.ask_as_stranger(nasty, "awa@valbrune.example", nasty).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.page);
    let link = sent.location.split('?').next().unwrap().to_owned();
    let agent = scene.agent();
    let number: TicketNumber = "A-2026-000001".parse().unwrap();
    scene
        .server
        .answer_ticket(agent, number, &scene.server.new_form_token(), nasty)
        .await
        .unwrap();
    let page = scene.get(&link, None).await.page;
    assert!(page.matches("&lt;script&gt;").count() >= 3);
    assert!(!page.contains("<script>") && !page.contains("<img"));
    let [token, ..] = scene.strangers_form().await;
    let fields = [
        ("jeton", token.as_str()),
        ("objet", nasty),
        ("texte", nasty),
        ("nom", nasty),
        ("contact", nasty),
    ];
    let again = scene.post("/assistance", None, &fields).await.page;
    assert!(!again.contains("<script>") && !again.contains("onerror=alert(1)>\""));
}

#[tokio::test]
async fn nobodys_mailbox_is_filled_by_somebody_else() {
    let scene = Scene::new().await;
    for n in 1..=5 {
        let sent = scene
            .ask_as_stranger("Quelqu’un", "victime@valbrune.example", "Bonjour")
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "request {n} is taken all the same");
    }
    assert_eq!(scene.mails_to("victime@valbrune.example").await.len(), 3);
    let called = scene
        .ask_as_stranger("Quelqu’un", "06 12 34 56 78", "Rappelez-moi")
        .await;
    assert_eq!(called.status, StatusCode::SEE_OTHER);
    let page = scene.get(&called.location, None).await.page;
    assert!(page.contains("Notez ce numéro"));
}

#[tokio::test]
async fn doubts_lead_to_the_help_desk() {
    let scene = Scene::new().await;
    for path in ["/", "/aide", "/nulle-part", "/activation/perdu"] {
        let page = scene.get(path, None).await.page;
        assert!(page.contains("href=\"/assistance\""), "{path}");
    }
    let page = scene.get("/assistance?objet=voting_code", None).await.page;
    assert!(page.contains("value=\"voting_code\" selected"));
}
