//! The API of the back office from outside: who may call what, how it refuses, and what it does.

use crate::support::portal as support;
use crate::support::staff;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use isoloir_domain::api_token::Scope;
use isoloir_domain::{Policy, Role};
use isoloir_portal::access::Access;
use isoloir_portal::routes;
use isoloir_service::api_tokens::TokenPlan;
use isoloir_service::consultation_file::pack;
use isoloir_service::read_journal::Wanted;
use jiff::SignedDuration;
use serde_json::{Value, json};
use support::Scene;
use tower::ServiceExt as _;

const ROLL: &str = "matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;camille@valbrune.example;csa\n";
const NOW: &str = "2026-11-20T10:00:00Z";

struct Said {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("{}: {}", self.status, String::from_utf8_lossy(&self.bytes)))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of a refusal, whose body is what RFC 9457 says.
    fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16());
        assert_eq!(
            body["type"],
            format!("urn:isoloir:problem:{}", body["code"].as_str().unwrap())
        );
        body["code"].as_str().unwrap().to_owned()
    }
}

async fn call(scene: &Scene, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Said {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = scene
        .portal
        .clone()
        .oneshot(request.body(Body::from(body)).unwrap())
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    Said {
        status: parts.status,
        headers: parts.headers,
        bytes: axum::body::to_bytes(body, 1 << 24).await.unwrap().to_vec(),
    }
}

/// A program with a token.
struct Program<'a> {
    scene: &'a Scene,
    header: String,
}

impl Program<'_> {
    async fn ask(&self, method: &str, path: &str, body: Vec<u8>) -> Said {
        call(self.scene, method, path, &[("authorization", &self.header)], body).await
    }

    async fn get(&self, path: &str) -> Said {
        self.ask("GET", path, Vec::new()).await
    }

    async fn post(&self, path: &str, body: &Value) -> Said {
        self.ask("POST", path, body.to_string().into_bytes()).await
    }
}

async fn secret(scene: &Scene, scopes: &[Scope], consultation: Option<&str>) -> String {
    let plan = TokenPlan {
        name: "Essai".to_owned(),
        scopes: scopes.to_vec(),
        consultation: consultation.map(|id| id.parse().unwrap()),
        days: 30,
    };
    scene.server.create_token(None, &plan).await.unwrap().secret
}

async fn program<'a>(scene: &'a Scene, scopes: &[Scope], consultation: Option<&str>) -> Program<'a> {
    Program {
        header: format!("Bearer {}", secret(scene, scopes, consultation).await),
        scene,
    }
}

#[tokio::test]
async fn a_token_that_is_none_gets_one_answer_whatever_it_is() {
    let scene = Scene::new(NOW, Policy::default(), ROLL).await;
    let good = secret(&scene, &Scope::ALL, None).await;
    let revoked = secret(&scene, &Scope::ALL, None).await;
    let id = revoked.split('_').nth(1).unwrap().parse().unwrap();
    scene.server.revoke_token(None, id).await.unwrap();
    let mut other = good.clone();
    other.pop();
    let unknown = good.replace(good.split('_').nth(1).unwrap(), "0190a2b4-5c6d-4e8f-9a0b-1c2d3e4f5061");
    let mut answers = Vec::new();
    for sent in [
        "".to_owned(),
        "Bearer ".to_owned(),
        format!("Basic {good}"),
        format!("Bearer {other}"),
        format!("Bearer {unknown}"),
        format!("Bearer {revoked}"),
        "Bearer isoloir_x_y".to_owned(),
    ] {
        let said = call(&scene, "GET", "/api/v1/token", &[("authorization", &sent)], Vec::new()).await;
        assert_eq!(said.status, StatusCode::UNAUTHORIZED, "{sent}");
        assert_eq!(said.header("www-authenticate"), "Bearer");
        assert_eq!(said.code(), "token_required");
        answers.push(said.bytes);
    }
    let program = Program {
        scene: &scene,
        header: format!("Bearer {good}"),
    };
    assert_eq!(program.get("/api/v1/token").await.json()["name"], "Essai");
    scene.clock.advance(SignedDuration::from_hours(24 * 31));
    let old = program.get("/api/v1/token").await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
    answers.push(old.bytes);
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "one answer for all");
    // A program that goes on with a dead token is told to wait.
    let mut last = StatusCode::UNAUTHORIZED;
    for _ in 0..200 {
        let said = program.get("/api/v1/token").await;
        last = said.status;
        if last == StatusCode::TOO_MANY_REQUESTS {
            assert!(said.header("retry-after").parse::<u64>().unwrap() > 0);
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn refusals_are_said_in_the_callers_language_and_name_the_scope_that_is_missing() {
    let scene = Scene::new(NOW, Policy::default(), ROLL).await;
    let secret = format!("Bearer {}", secret(&scene, &[Scope::ResultsRead], None).await);
    let path = "/api/v1/consultations/essai-2026/folder";
    let in_language = async |language: &str| {
        let headers = [("authorization", secret.as_str()), ("accept-language", language)];
        call(&scene, "GET", path, &headers, Vec::new()).await
    };
    let french = in_language("fr-FR, en;q=0.5").await;
    assert_eq!(
        (french.status, french.code()),
        (StatusCode::FORBIDDEN, "scope_missing".to_owned())
    );
    assert_eq!(french.json()["missing"], json!(["consultation:read", "roll:read"]));
    assert_eq!(french.header("content-language"), "fr");
    assert!(french.json()["title"].as_str().unwrap().starts_with("Il manque"));
    let english = in_language("en").await;
    assert!(
        english.json()["title"]
            .as_str()
            .unwrap()
            .starts_with("This token lacks")
    );
    for (method, path, status) in [
        ("GET", "/api/v1/nowhere", StatusCode::NOT_FOUND),
        ("DELETE", "/api/v1/token", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let said = call(&scene, method, path, &[("authorization", &secret)], Vec::new()).await;
        assert_eq!(said.status, status);
        said.code();
    }
}

/// The path of a route with something in every place.
fn filled(path: &str, scene: &Scene) -> String {
    path.replace("{election}", scene.elections[0].id.as_str())
        .replace("{consultation}", "essai-2026")
        .replace("{number}", "R-2026-000001")
        .replace("{kind}", "count")
        .replace("{stage}", "0190a2b4-5c6d-4e8f-9a0b-1c2d3e4f5061")
        .replace("{proposal}", "0190a2b4-5c6d-4e8f-9a0b-1c2d3e4f5061")
}

#[tokio::test]
async fn every_operation_with_every_scope_and_no_status_that_the_document_does_not_name() {
    let scene = Scene::new(NOW, Policy::default(), ROLL).await;
    let document = call(&scene, "GET", "/api/v1/openapi.json", &[], Vec::new())
        .await
        .json();
    let all = program(&scene, &Scope::ALL, None).await;
    let mut single = Vec::new();
    for scope in Scope::ALL {
        single.push((scope, program(&scene, &[scope], None).await));
    }
    let mut tried = 0;
    for declared in routes::table() {
        let Access::Token(scopes) = declared.access else {
            continue;
        };
        let path = filled(declared.path, &scene);
        let named = &document["paths"][declared.path][declared.method.to_lowercase()]["responses"];
        let documented = |said: &Said| {
            let status = said.status.as_u16().to_string();
            assert!(
                named[&status].is_object(),
                "{} {path}: {status} is not in the document",
                declared.method
            );
            assert!(!said.status.is_server_error(), "{} {path}: {status}", declared.method);
        };
        let said = all.ask(declared.method, &path, Vec::new()).await;
        documented(&said);
        // What the state of the vote allows to nobody is forbidden by another code.
        let stopped = said.status == StatusCode::FORBIDDEN && said.code() == "scope_missing";
        assert!(
            said.status != StatusCode::UNAUTHORIZED && !stopped,
            "{} {path}: {}",
            declared.method,
            said.status
        );
        for (scope, program) in &single {
            let said = program.ask(declared.method, &path, Vec::new()).await;
            documented(&said);
            let may = scopes.iter().all(|one| one == scope);
            let stopped = said.status == StatusCode::FORBIDDEN && said.code() == "scope_missing";
            assert_eq!(!stopped, may, "{} {path} with {scope}", declared.method);
        }
        tried += 1;
    }
    assert!(tried > 25, "{tried} operations");
}

#[tokio::test]
async fn a_folder_is_planned_applied_as_planned_and_exported() {
    let scene = Scene::new(NOW, Policy::default(), ROLL).await;
    let lists = "scrutin;liste;sigle;rang;nom;prenom;sexe\ncsa;Union des agents;UAP;1;Brunel;Émilie;F\n";
    scene
        .server
        .import_lists(&scene.plan.id, lists.as_bytes())
        .await
        .unwrap();
    let program = program(&scene, &Scope::ALL, None).await;
    let exported = program.get("/api/v1/consultations/essai-2026/folder").await;
    assert_eq!(exported.header("content-type"), "application/zip");
    let mut files = pack::unpack(&exported.bytes).unwrap();
    let same = program.ask("POST", "/api/v1/folder/plan", exported.bytes.clone()).await;
    assert_eq!(
        same.json()["changes"],
        json!([]),
        "exported, it changes nothing: {}",
        same.json()
    );

    let text = String::from_utf8(files["consultation.toml"].clone()).unwrap();
    let text = text.replace("Comité social", "Comité social d’administration");
    files.insert("consultation.toml".to_owned(), text.into_bytes());
    let zip = pack::pack(&files).unwrap();
    let planned = program.ask("POST", "/api/v1/folder/plan", zip.clone()).await;
    assert_eq!(planned.status, StatusCode::OK);
    let plan = planned.json();
    assert_eq!(plan["changes"].as_array().unwrap().len(), 1, "{plan}");
    assert_eq!(plan["applicable"], true);
    let tag = planned.header("etag").to_owned();
    assert_eq!(tag, format!("\"{}\"", plan["digest"].as_str().unwrap()));

    let path = "/api/v1/folder/apply";
    let unread = program.ask("POST", path, zip.clone()).await;
    assert_eq!(
        (unread.status.as_u16(), unread.code()),
        (428, "if_match_required".to_owned())
    );
    let with = async |tag: &str| {
        let headers = [("authorization", program.header.as_str()), ("if-match", tag)];
        call(&scene, "POST", path, &headers, zip.clone()).await
    };
    let another = with("\"5f0c\"").await;
    assert_eq!(
        (another.status.as_u16(), another.code()),
        (412, "plan_changed".to_owned())
    );
    assert_eq!(another.json()["plan"], plan["digest"]);
    assert_eq!(with(&tag).await.status, StatusCode::OK);
    let elections = program.get("/api/v1/consultations/essai-2026/elections").await.json();
    assert_eq!(elections["items"][0]["title"], "Comité social d’administration");
    assert_eq!(with(&tag).await.status.as_u16(), 412, "it was of the state before");

    let refused = program
        .ask("POST", "/api/v1/folder/plan", pack::pack(&Default::default()).unwrap())
        .await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (422, "folder_refused".to_owned())
    );
    assert_eq!(refused.json()["problems"][0]["code"], "missing_file");
    let nonsense = program.ask("POST", "/api/v1/folder/plan", b"PK".to_vec()).await;
    assert_eq!(
        (nonsense.status.as_u16(), nonsense.code()),
        (400, "zip_unreadable".to_owned())
    );
    scene.server.require_signed_folders();
    let unsigned = with(&tag).await;
    assert_eq!(
        (unsigned.status.as_u16(), unsigned.code()),
        (403, "folder_unsigned".to_owned())
    );
}

#[tokio::test]
async fn a_token_of_one_consultation_sees_no_other() {
    let scene = Scene::new(NOW, Policy::default(), ROLL).await;
    let mut other = scene.plan.clone();
    other.id = "autre-2027".parse().unwrap();
    other.opens = support::at("2027-12-03T07:00:00Z");
    other.closes = support::at("2027-12-10T07:00:00Z");
    scene.server.import_consultation(&other).await.unwrap();
    let scopes: Vec<Scope> = Scope::ALL
        .into_iter()
        .filter(|scope| !scope.is_of_the_server())
        .collect();
    let program = program(&scene, &scopes, Some("autre-2027")).await;
    let listed = program.get("/api/v1/consultations").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["id"], "autre-2027");
    assert_eq!(
        program.get("/api/v1/consultations/autre-2027").await.header("etag"),
        "\"0\""
    );
    let election = &scene.elections[0].id;
    for path in [
        "/api/v1/consultations/essai-2026".to_owned(),
        "/api/v1/consultations/essai-2026/rolls".to_owned(),
        "/api/v1/consultations/essai-2026/folder".to_owned(),
        format!("/api/v1/elections/{election}"),
        format!("/api/v1/elections/{election}/archive"),
    ] {
        assert_eq!(program.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let files = scene.server.export_folder(&scene.plan.id).await.unwrap().unwrap();
    let foreign = program
        .ask("POST", "/api/v1/folder/plan", pack::pack(&files).unwrap())
        .await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let plan = TokenPlan {
        name: "Journal".to_owned(),
        scopes: vec![Scope::JournalRead],
        consultation: Some("autre-2027".parse().unwrap()),
        days: 1,
    };
    assert!(
        scene.server.create_token(None, &plan).await.is_err(),
        "the journal is of the whole server"
    );
}

#[tokio::test]
async fn a_roll_is_staged_approved_and_applied() {
    let scene = Scene::new(NOW, Policy::default(), ROLL).await;
    let program = program(&scene, &Scope::ALL, None).await;
    let rolls = "/api/v1/consultations/essai-2026/rolls";
    let wrong = program.ask("POST", rolls, b"nom;prenom\nx;y\n".to_vec()).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.json()["problems"][0]["line"].is_number());
    let file = format!("{ROLL}M2;Petit;Zoé;zoe@valbrune.example;csa\n");
    let staged = program
        .ask("POST", &format!("{rolls}?mode=supplement"), file.into_bytes())
        .await;
    assert_eq!(staged.status, StatusCode::CREATED);
    let staged = staged.json();
    assert_eq!(
        (staged["status"].as_str(), staged["mode"].as_str()),
        (Some("staged"), Some("supplement"))
    );
    assert_eq!(staged["report"]["elections"][0]["joined"], 1);
    assert_eq!(staged["staged"]["by"], "jeton Essai");
    let one = format!("/api/v1/rolls/{}", staged["id"].as_str().unwrap());
    let difference = program.get(&format!("{one}/difference")).await;
    assert!(String::from_utf8_lossy(&difference.bytes).contains("ajout;csa;M2;Petit;Zoé"));
    let early = program.ask("POST", &format!("{one}/apply"), Vec::new()).await;
    assert_eq!(
        (early.status.as_u16(), early.code()),
        (409, "stage_not_waiting".to_owned())
    );
    assert_eq!(
        program.ask("POST", &format!("{one}/approve"), Vec::new()).await.status,
        StatusCode::OK
    );
    let applied = program.ask("POST", &format!("{one}/apply"), Vec::new()).await;
    assert_eq!(applied.json()["status"], "applied");
    let preparation = program.get("/api/v1/consultations/essai-2026/preparation").await.json();
    assert_eq!(preparation["elections"][0]["registered"], 2);
    assert_eq!(preparation["elections"][0]["blocks"][0]["task"], "lists");
    assert_eq!(program.get(rolls).await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_program_asks_for_is_in_the_journal_before_it_is_done() {
    let scene = Scene::new(NOW, Policy::default(), ROLL).await;
    let program = program(&scene, &Scope::ALL, None).await;
    let id = program.get("/api/v1/token").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let refused = json!({"gate": "empty:cap", "reason": "personne"});
    let said = program.post("/api/v1/consultations/essai-2026/gates", &refused).await;
    assert_eq!(
        (said.status.as_u16(), said.code()),
        (409, "gate_not_standing".to_owned())
    );
    let malformed = program
        .post("/api/v1/consultations/essai-2026/gates", &json!({"gate": 1}))
        .await;
    assert_eq!(
        (malformed.status.as_u16(), malformed.code()),
        (400, "request_malformed".to_owned())
    );
    let journal = program.get(&format!("/api/v1/journal?about={id}")).await.json();
    let kinds: Vec<&str> = journal["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["entry"]["what"]["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["token_used", "token_used", "token_created"],
        "reading leaves no entry"
    );
    assert_eq!(
        journal["entries"][0]["entry"]["what"]["route"],
        "POST /api/v1/consultations/{consultation}/gates"
    );
    let whole = program.get("/api/v1/journal/file").await;
    let text = String::from_utf8(whole.bytes).unwrap();
    assert!(
        text.lines().count() > 4 && text.lines().last().unwrap().contains("signature"),
        "{text}"
    );
}

#[tokio::test]
async fn an_organiser_makes_a_token_sees_it_once_and_revokes_it() {
    let scene = Scene::new(NOW, Policy::default(), ROLL).await;
    let mut browser = scene.staff(Role::Organiser).await;
    let none = browser
        .post("/gestion/jetons", &[("nom", "Import"), ("jours", "30")])
        .await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.page.contains("href=\"#portees\"") && none.page.contains("value=\"Import\""));
    let fields = [
        ("nom", "Import"),
        ("jours", "30"),
        ("portee", "roll:read"),
        ("portee", "roll:write"),
        ("limite", "oui"),
    ];
    let made = browser.post("/gestion/jetons", &fields).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let (_, rest) = made.page.split_once("id=\"secret\">").unwrap();
    let secret = rest.split('<').next().unwrap().to_owned();
    let page = browser.get("/gestion/jetons").await.page;
    assert!(page.contains("Import") && !page.contains(&secret), "shown once");
    let program = Program {
        scene: &scene,
        header: format!("Bearer {secret}"),
    };
    let token = program.get("/api/v1/token").await.json();
    assert_eq!(token["scopes"], json!(["roll:read", "roll:write"]));
    assert_eq!(token["consultation"], "essai-2026");
    // It acts in the organiser's place.
    let staged = program
        .ask("POST", "/api/v1/consultations/essai-2026/rolls", ROLL.into())
        .await
        .json();
    assert_eq!(staged["staged"]["by"], "Dominique organiser");
    // The cookie of its maker opens nothing of the API.
    let by_cookie = browser.get("/api/v1/token").await;
    assert_eq!(by_cookie.status, StatusCode::UNAUTHORIZED);
    let path = format!("/gestion/jetons/{}/revocation", token["id"].as_str().unwrap());
    let revoked = browser.post(&path, &[]).await;
    assert_eq!(revoked.location(), "/gestion/jetons?fait=jeton-revoque");
    assert_eq!(program.get("/api/v1/token").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
    let entries = scene
        .server
        .journal_page(None, &Wanted::of_kind("token_revoked"))
        .await
        .unwrap();
    assert_eq!(entries.len(), 1);
}

#[tokio::test]
async fn a_token_dies_with_its_makers_account() {
    let scene = Scene::new(NOW, Policy::default(), ROLL).await;
    let (email, _) = staff::enrolled(&scene.server, &scene.clock, Role::Organiser).await;
    let maker = scene.server.staff_with_email(&email).await.unwrap().unwrap().member;
    let plan = TokenPlan {
        name: "Import".to_owned(),
        scopes: vec![Scope::RollRead],
        consultation: None,
        days: 30,
    };
    let made = scene.server.create_token(Some(&maker), &plan).await.unwrap();
    let program = Program {
        scene: &scene,
        header: format!("Bearer {}", made.secret),
    };
    assert_eq!(program.get("/api/v1/token").await.status, StatusCode::OK);
    scene.server.disable_staff(None, maker.id).await.unwrap();
    assert_eq!(program.get("/api/v1/token").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn people_read_what_the_api_can_do() {
    let scene = Scene::new(NOW, Policy::default(), ROLL).await;
    let page = scene.browser().get("/api").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.page.contains("POST /api/v1/folder/apply") && page.page.contains("roll:write"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_who_move_the_calendar_that_they_read_one_does() {
    let scene = Scene::new(NOW, Policy::default(), ROLL).await;
    let program = program(&scene, &Scope::ALL, None).await;
    let path = "/api/v1/consultations/essai-2026/calendar";
    let body = br#"{"opens": "2026-12-04T07:00:00Z", "closes": "2026-12-10T16:00:00Z"}"#;
    for round in 0..5 {
        let read = program.get("/api/v1/consultations/essai-2026").await;
        let headers = [
            ("authorization", program.header.as_str()),
            ("if-match", read.header("etag")),
        ];
        let moved = || call(&scene, "POST", path, &headers, body.to_vec());
        let (a, b, c, d) = tokio::join!(moved(), moved(), moved(), moved());
        let mut statuses = [a, b, c, d].map(|said| said.status.as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 412, 412, 412], "round {round}");
    }
}
