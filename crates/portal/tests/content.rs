//! What voters read and file, over a real voting server: texts, rolls, candidate lists, complaints with attachments.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use ed25519_dalek::SigningKey;
use isoloir_carriers::MailMode;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::policy::CaptchaWhen;
use isoloir_domain::texts::{TextKey, TextName};
use isoloir_domain::{Election, Language, Policy, Profile};
use isoloir_portal::config::PortalConfig;
use isoloir_portal::router;
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::import_list_files::{GivenFile, ListFilesError, Role};
use isoloir_service::publish_text::NewText;
use isoloir_service::review_roll::Decider;
use isoloir_service::{Settings, VotingServer};
use isoloir_theme::layout::Contact;
use jiff::Timestamp;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tower::ServiceExt as _;

const PASSWORD: &str = "Orage-violet-71";
const ORIGIN: &str = "http://127.0.0.1:8080";
const LISTS: &str = "scrutin;liste;sigle;rang;nom;prenom;sexe
csa;Union des agents publics;UAP;1;Brunel;Émilie;F
csa;Avenir des personnels;AVP;1;Mallet;Clément;H
cap;Union des agents publics;UAP;1;Brunel;Émilie;F
";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

struct Scene {
    server: VotingServer,
    clock: SettableClock,
    plan: ConsultationPlan,
    elections: Vec<Election>,
    portal: Router,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new(policy: Policy) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let clock = SettableClock::new(at("2026-11-20T10:00:00Z"));
        let settings = Settings {
            server_key: SigningKey::from_bytes(&[1; 32]),
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
        let election = |key: &str, title: &str| ElectionPlan {
            key: key.to_owned(),
            title: title.to_owned(),
            seats: 3,
            count: isoloir_domain::CountRules::default(),
        };
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
            policy,
            boards: Vec::new(),
            elections: vec![
                election("csa", "Comité social"),
                election("cap", "Commission paritaire"),
            ],
        };
        let elections = server.import_consultation(&plan).await.unwrap();
        let mut roll = "matricule;nom;prenom;courriel;scrutin\n".to_owned();
        for i in 0..60 {
            roll += &format!("SECRET{i};Nom{i:02};Prénom;voter{i}@valbrune.example;csa\n");
        }
        roll += "SECRET0;Nom00;Prénom;voter0@valbrune.example;cap\n";
        server.import_roll(&plan.id, roll.as_bytes()).await.unwrap();
        server.import_lists(&plan.id, LISTS.as_bytes()).await.unwrap();
        server.activate_all_for_rehearsal(&plan.id, PASSWORD).await.unwrap();
        let config = PortalConfig {
            origin: ORIGIN.parse().unwrap(),
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
            plan,
            elections,
            _folder: folder,
        }
    }

    async fn cookie(&self, voter: usize) -> String {
        let email = format!("voter{voter}@valbrune.example");
        format!("isoloir={}", self.server.sign_in(&email, PASSWORD).await.unwrap().token)
    }

    async fn get(&self, path: &str, cookie: &str) -> Response<Body> {
        let request = Request::builder().uri(path).header("cookie", cookie);
        self.portal
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap()
    }

    async fn page(&self, path: &str, cookie: &str) -> String {
        text(self.get(path, cookie).await).await
    }

    async fn post(&self, path: &str, cookie: &str, parts: &[Part]) -> Response<Body> {
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header("cookie", cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "multipart/form-data; boundary=XX");
        let body = Body::from(multipart(parts));
        self.portal.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    fn demo_file(&self, election: &str, list: &str, role: Role) -> GivenFile {
        let acronym = list.to_uppercase();
        let path = match role {
            Role::Logo => format!("logos/csa/{acronym}.png"),
            Role::Manifesto => format!("manifestos/csa/{acronym}.pdf"),
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../isoloir/demo");
        GivenFile {
            bytes: std::fs::read(folder.join(&path)).unwrap(),
            path,
            election: election.to_owned(),
            list: list.to_owned(),
            role,
        }
    }
}

enum Part {
    Text(&'static str, String),
    File(&'static str, Vec<u8>),
}

fn typed(name: &'static str, value: &str) -> Part {
    Part::Text(name, value.to_owned())
}

fn multipart(parts: &[Part]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        match part {
            Part::Text(name, value) => {
                out.extend(
                    format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
                );
            }
            Part::File(name, bytes) => {
                let head = format!(
                    "--XX\r\nContent-Disposition: form-data; name=\"pieces\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
                );
                out.extend(head.bytes());
                out.extend_from_slice(bytes);
                out.extend_from_slice(b"\r\n");
            }
        }
    }
    out.extend_from_slice(b"--XX--\r\n");
    out
}

async fn text(response: Response<Body>) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn location(response: &Response<Body>) -> String {
    let value = response.headers().get(header::LOCATION);
    value.map_or(String::new(), |value| value.to_str().unwrap().to_owned())
}

/// The value of a hidden field.
fn token_of(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"jeton\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_organisers_words_are_shown_and_cannot_run() {
    let scene = Scene::new(Policy::default()).await;
    assert_eq!(scene.get("/edito", "").await.status(), StatusCode::NOT_FOUND);
    assert!(
        !scene.page("/", "").await.contains("/edito"),
        "no entry without a foreword"
    );
    let key = TextKey::Words(TextName::Foreword, Language::French);
    let words = "# Chers collègues\n\n<script>alert(1)</script>\n\n[mal](javascript:alert(1)) [bien](/urne)";
    let (words, by) = (NewText::Written(words), Decider::Named("Organisateur"));
    let published = scene.server.publish_text(&scene.plan.id, key, 0, words, by).await;
    assert_eq!(published.unwrap(), 1);
    let page = scene.page("/edito", "").await;
    assert!(page.contains("<h2>Chers collègues</h2>"), "{page}");
    assert!(!page.contains("<script>alert") && !page.contains("javascript:"));
    assert!(page.contains("<a href=\"/urne\">bien</a>"));
    assert!(scene.page("/", "").await.contains("href=\"/edito\""));
    let english = scene.page("/edito?lang=en", "").await;
    assert!(
        english.contains("<div class=\"prose\" lang=\"fr\">"),
        "French is said to be French"
    );
}

#[tokio::test]
async fn questions_are_found_without_accents_and_case() {
    let scene = Scene::new(Policy::default()).await;
    let all = scene.page("/aide/questions", "").await;
    assert!(all.matches("<details class=\"question\"").count() >= 12);
    for search in ["TELEPHONE", "t%C3%A9l%C3%A9phone", "telep", "navigateur+telephone"] {
        let page = scene.page(&format!("/aide/questions?q={search}"), "").await;
        assert!(page.contains("id=\"telephone\" open"), "{search}");
        assert!(!page.contains("id=\"blanc\""), "{search}");
    }
    let none = scene.page("/aide/questions?q=%22%3E%3Cscript%3Ezzz", "").await;
    assert!(none.contains("Aucune réponse trouvée") && !none.contains("<script>zzz"));
}

#[tokio::test]
async fn a_roll_shows_names_to_its_own_voters_and_nothing_more() {
    let scene = Scene::new(Policy::default()).await;
    let (csa, cap) = (&scene.elections[0].id, &scene.elections[1].id);
    let cookie = scene.cookie(1).await;
    let first = scene.page(&format!("/mes-scrutins/{csa}/liste"), &cookie).await;
    assert!(
        first.contains("60 personnes inscrites") && first.contains("Vous êtes inscrit(e)"),
        "{first}"
    );
    assert!(
        !first.contains("SECRET2") && !first.contains("voter2@"),
        "neither staff number nor address"
    );
    let (_, rest) = first.split_once("rel=\"next\" href=\"").unwrap();
    let next = rest.split('"').next().unwrap().replace("&amp;", "&");
    let second = scene.page(&next, &cookie).await;
    let lines = |page: &str| page.matches("<td>Nom").count();
    assert_eq!((lines(&first), lines(&second)), (50, 10));
    let found = scene.page(&format!("/mes-scrutins/{csa}/liste?q=NOM1"), &cookie).await;
    assert_eq!(lines(&found), 10);
    // An election of others looks like one that does not exist.
    for path in [format!("/mes-scrutins/{cap}/liste"), format!("/mes-scrutins/{cap}")] {
        assert_eq!(
            scene.get(&path, &cookie).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert!(location(&scene.get(&format!("/mes-scrutins/{csa}/liste"), "").await).starts_with("/connexion"));
    let own = scene.page("/mon-compte/informations", &cookie).await;
    assert!(own.contains("SECRET1") && own.contains("/reclamations/nouvelle?objet=wrong_data"));
    scene.clock.set(at("2026-12-10T16:00:00Z"));
    let cookie = scene.cookie(1).await;
    assert_eq!(
        scene.get(&format!("/mes-scrutins/{csa}/liste"), &cookie).await.status(),
        StatusCode::CONFLICT
    );
}

#[tokio::test]
async fn lists_are_equal_and_their_files_cannot_act() {
    let scene = Scene::new(Policy::default()).await;
    let csa = &scene.elections[0].id;
    let import = async |files: Vec<GivenFile>| scene.server.import_list_files(&scene.plan.id, files).await;
    // One logo of two: none is shown, so that no list looks poorer.
    let (uap, avp) = (
        scene.demo_file("csa", "UAP", Role::Logo),
        scene.demo_file("csa", "AVP", Role::Logo),
    );
    import(vec![uap.clone()]).await.unwrap();
    let path = format!("/candidatures/{csa}");
    assert!(!scene.page(&path, "").await.contains("<img"));
    import(vec![uap.clone(), avp, scene.demo_file("csa", "uap", Role::Manifesto)])
        .await
        .unwrap();
    let page = scene.page(&path, "").await;
    assert_eq!(page.matches("<img").count(), 2);
    assert_eq!(page.matches("Profession de foi (PDF)").count(), 1);
    assert_eq!(page.matches("Profession de foi non fournie").count(), 1);
    let (_, rest) = page.split_once("<p class=\"list__manifesto\"><a href=\"").unwrap();
    let file = scene.get(rest.split('"').next().unwrap(), "").await;
    let get = |name: &str| {
        file.headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
            .to_owned()
    };
    assert_eq!(get("content-type"), "application/pdf");
    assert!(get("content-security-policy").starts_with("sandbox;"));
    assert!(get("content-disposition").starts_with("attachment;"));
    assert_eq!(get("x-content-type-options"), "nosniff");
    for wrong in ["00", &"0".repeat(64), &"F".repeat(64), "..%2f..%2fetc"] {
        assert_eq!(
            scene.get(&format!("/fichiers/{wrong}"), "").await.status(),
            StatusCode::NOT_FOUND
        );
    }
    let mut svg = uap.clone();
    svg.bytes = b"<svg/>".to_vec();
    let mut nobody = uap.clone();
    nobody.list = "XYZ".to_owned();
    match import(vec![svg, nobody, uap.clone(), uap]).await {
        Err(ListFilesError::Wrong(wrong)) => assert_eq!(wrong.len(), 3, "{wrong:?}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(
        scene.page(&path, "").await.matches("<img").count(),
        2,
        "a wrong import changes nothing"
    );
}

#[tokio::test]
async fn lists_that_are_not_public_are_for_their_voters() {
    let mut policy = Policy::default();
    policy.candidates.public = false;
    let scene = Scene::new(policy).await;
    let csa = &scene.elections[0].id;
    assert_eq!(
        scene.get(&format!("/candidatures/{csa}"), "").await.status(),
        StatusCode::NOT_FOUND
    );
    assert!(!scene.page("/candidatures", "").await.contains("Comité social"));
    let cookie = scene.cookie(2).await;
    assert!(
        scene
            .page(&format!("/mes-scrutins/{csa}"), &cookie)
            .await
            .contains("Avenir des personnels")
    );
}

#[tokio::test]
async fn a_complaint_is_filed_once_with_its_pieces_and_answered() {
    let scene = Scene::new(Policy::default()).await;
    let cookie = scene.cookie(3).await;
    let form = scene.page("/reclamations/nouvelle?objet=wrong_data", &cookie).await;
    assert!(form.contains("value=\"wrong_data\" required checked"), "{form}");
    let token = token_of(&form);
    let logo = scene.demo_file("csa", "UAP", Role::Logo).bytes;
    let parts = |body: &str, file: Option<Vec<u8>>| {
        let mut parts = vec![
            typed("jeton", &token),
            typed("objet", "wrong_data"),
            typed("scrutin", ""),
            typed("texte", body),
        ];
        parts.extend(file.map(|file| Part::File("preuve.png", file)));
        parts
    };
    // A file that is not what it says: the form comes back with what was typed.
    let refused = scene
        .post(
            "/reclamations/nouvelle",
            &cookie,
            &parts("Mon <b>nom</b>", Some(b"<svg>".to_vec())),
        )
        .await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(refused).await;
    assert!(page.contains("href=\"#pieces\"") && page.contains("Choisissez à nouveau les fichiers"));
    assert!(page.contains("Mon &lt;b&gt;nom&lt;/b&gt;") && !page.contains("Mon <b>"));
    // Too large for one file, and too large for any form.
    for (size, status) in [
        (5 * 1024 * 1024 + 1, StatusCode::PAYLOAD_TOO_LARGE),
        (17 * 1024 * 1024, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let refused = scene
            .post("/reclamations/nouvelle", &cookie, &parts("x", Some(vec![0; size])))
            .await;
        assert_eq!(refused.status(), status, "{size}");
    }
    let sent = parts("Mon <b>nom</b>", Some(logo));
    let filed = scene.post("/reclamations/nouvelle", &cookie, &sent).await;
    assert_eq!(location(&filed), "/reclamations/R-2026-000001?recue");
    let again = scene.post("/reclamations/nouvelle", &cookie, &sent).await;
    assert_eq!(location(&again), "/reclamations/R-2026-000001?recue");
    let page = scene.page("/reclamations/R-2026-000001?recue", &cookie).await;
    assert!(page.contains("Réclamation enregistrée") && page.contains("preuve.png") && !page.contains("<b>nom"));
    let piece = scene.get("/reclamations/R-2026-000001/pieces/1", &cookie).await;
    assert_eq!(piece.headers()["content-type"], "image/png");
    assert!(
        piece.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("sandbox")
    );
    let stranger = scene.cookie(4).await;
    for path in ["/reclamations/R-2026-000001", "/reclamations/R-2026-000001/pieces/1"] {
        assert_eq!(
            scene.get(path, &stranger).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert!(scene.page("/reclamations", &cookie).await.contains("R-2026-000001"));
    scene.clock.set(at("2026-12-03T07:00:00Z"));
    let cookie = scene.cookie(3).await;
    let closed = scene.page("/reclamations/nouvelle", &cookie).await;
    assert!(closed.contains("Le délai des réclamations est passé") && !closed.contains("name=\"jeton\""));
}

#[tokio::test]
async fn a_person_on_no_roll_files_without_account() {
    let guarded = Scene::new(Policy::default()).await;
    assert!(
        guarded
            .page("/reclamations/absent", "")
            .await
            .contains("name=\"captcha-id\"")
    );
    let unanswered = guarded
        .post("/reclamations/absent", "", &[typed("texte", "Je manque.")])
        .await;
    assert_eq!(unanswered.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(unanswered).await.contains("Je manque."), "what was typed is kept");
    let mut policy = Policy::default();
    policy.captcha.complaint = CaptchaWhen::Never;
    let scene = Scene::new(policy).await;
    let token = token_of(&scene.page("/reclamations/absent", "").await);
    let parts = [
        typed("jeton", &token),
        typed("objet", "missing"),
        typed("nom", "Absent"),
        typed("prenom", "Alix"),
        typed("courriel", "alix@ailleurs.example"),
        typed("texte", "Je devrais être inscrit."),
    ];
    let filed = scene.post("/reclamations/absent", "", &parts).await;
    let follow = location(&filed);
    assert_eq!(follow, format!("/reclamations/suivi/{token}?recue"));
    let page = scene.page(&follow, "").await;
    assert!(page.contains("R-2026-000001") && page.contains("Gardez l’adresse de cette page"));
    let other = scene
        .page("/reclamations/suivi/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "")
        .await;
    assert!(other.contains("Page introuvable"));
}
