//! A board over HTTP, as its members' browsers ask: what is refused, with which status and words, and the papers at the end.

use std::collections::HashMap;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use isoloir::trustee::{StandIn, play_ceremony};
use isoloir_carriers::MailMode;
use isoloir_domain::api_token::Scope;
use isoloir_domain::board::{Delegate, Person};
use isoloir_domain::clock::{Clock as _, SettableClock};
use isoloir_domain::complaint::{Correction, CorrectionKind, Object};
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::journal_file::JournalHead;
use isoloir_domain::{Board, ElectionId, Profile, Seat};
use isoloir_portal::config::PortalConfig;
use isoloir_portal::{LimitsConfig, router};
use isoloir_protocol::credential::SecretCredential;
use isoloir_protocol::group::GroupName;
use isoloir_service::api_tokens::TokenPlan;
use isoloir_service::decide_complaint::NewDecision;
use isoloir_service::enrol_staff::Enrolment;
use isoloir_service::file_complaint::{Complaint, Stranger};
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::record_judgment::{NewJudgment, Order};
use isoloir_service::set_up_election::SetUp;
use isoloir_service::{Settings, VotingServer};
use isoloir_theme::layout::Contact;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const PASSWORD: &str = "Givre-orange-38";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn person(name: &str) -> Person {
    Person {
        name: name.to_owned(),
        email: format!("{}@bureau.example", name.to_lowercase()),
        phone: None,
    }
}

fn delegate(list: &str, name: &str, substitute: Option<&str>) -> Delegate {
    let Person { name, email, phone } = person(name);
    Delegate {
        list: list.to_owned(),
        name,
        email,
        phone,
        substitute: substitute.map(person),
    }
}

fn board(key: &str, election: &str, names: [&str; 6]) -> Board {
    Board {
        key: key.to_owned(),
        title: format!("BVE {key}"),
        elections: vec![election.to_owned()],
        president: person(names[0]),
        secretary: person(names[1]),
        delegates: vec![
            delegate("UPE", names[2], Some(names[5])),
            delegate("ES", names[3], None),
            delegate("LU", names[4], None),
        ],
    }
}

/// A portal on a port of its own, and members who are signed in.
struct Scene {
    server: VotingServer,
    clock: SettableClock,
    base: String,
    members: Vec<StandIn>,
    cookies: HashMap<Seat, String>,
    stranger: String,
    election: ElectionId,
    http: reqwest::Client,
    rng: StdRng,
    _folder: tempfile::TempDir,
}

/// The cookie of a member who was invited and enrols.
async fn signed_in(server: &VotingServer, clock: &SettableClock, email: &str, link: &str) -> String {
    let token = link.rsplit('/').next().unwrap();
    let factor = server.staff_invitation(token).await.unwrap().second_factor;
    let chosen = Enrolment {
        password: PASSWORD,
        confirmation: PASSWORD,
        code: &factor.code(server.clock().now()),
    };
    server.enrol_staff(token, chosen).await.unwrap();
    clock.advance(SignedDuration::from_secs(30));
    let code = factor.code(server.clock().now());
    let session = server.staff_sign_in(email, PASSWORD, &code).await.unwrap();
    format!("isoloir-agent={}", session.token)
}

impl Scene {
    async fn new() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let clock = SettableClock::new(at("2026-11-05T10:00:00Z"));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let settings = Settings {
            server_key: SigningKey::from_bytes(&[1; 32]),
            registrar_key: SigningKey::from_bytes(&[2; 32]).verifying_key(),
            public_url: base.clone(),
            mail: MailMode::Demonstration,
            verifiers: Some(1),
            hashers: Some(1),
        };
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let opened = VotingServer::open(&url, settings, Arc::new(clock.clone()), StdRng::seed_from_u64(7));
        let server = opened.await.unwrap();
        let plan = |key: &str| ElectionPlan {
            key: key.to_owned(),
            title: format!("Comité {key}"),
            seats: 3,
            count: isoloir_domain::CountRules::default(),
        };
        let plan = ConsultationPlan {
            id: "essai-2026".parse().unwrap(),
            title: "Élections d’essai".to_owned(),
            organiser: "Académie de Valbrune".to_owned(),
            profile: Profile::Test,
            group: "Ed25519".to_owned(),
            opens: at("2026-11-05T09:00:00Z"),
            closes: at("2026-11-10T16:00:00Z"),
            grace: None,
            live_box: Some(false),
            policy: isoloir_domain::Policy::default(),
            boards: vec![
                board("csa", "csa", ["Anne", "Luc", "Awa", "Marc", "Lucie", "Zoe"]),
                board("cap", "cap", ["Eve", "Guy", "Ida", "Jean", "Lea", "Max"]),
            ],
            elections: vec![plan("csa"), plan("cap")],
        };
        let election = server.import_consultation(&plan).await.unwrap().remove(0).id;
        let roll = "matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;camille@valbrune.example;csa\n\
                    M1;Durand;Camille;camille@valbrune.example;cap\nM2;Morel;Inès;;csa\n";
        server.import_roll(&plan.id, roll.as_bytes()).await.unwrap();
        let lists = "scrutin;liste;sigle;rang;nom;prenom;sexe\ncsa;Liste unique;LU;1;Petit;Zoé;F\ncap;Liste unique;LU;1;Petit;Zoé;F\n";
        server.import_lists(&plan.id, lists.as_bytes()).await.unwrap();
        let mut rng = StdRng::seed_from_u64(11);
        let (mut members, mut cookies) = (Vec::new(), HashMap::new());
        for one in server.invite_board(None, "csa", false).await.unwrap() {
            let cookie = signed_in(&server, &clock, &one.email, &one.link.unwrap()).await;
            let member = server.staff_with_email(&one.email).await.unwrap().unwrap().member;
            members.push(StandIn::new(&server, "csa", member, &mut rng).await.unwrap());
            cookies.insert(one.seat, cookie);
        }
        let other = server.invite_board(None, "cap", false).await.unwrap().remove(0);
        let stranger = signed_in(&server, &clock, &other.email, &other.link.unwrap()).await;
        let config = PortalConfig {
            origin: base.parse().unwrap(),
            registrar_origin: "http://127.0.0.1:8081".parse().unwrap(),
            registrar_key: server.registrar_key().to_bytes(),
            demonstration: None,
            contact: Contact::default(),
            source_url: None,
            accessibility: None,
            host: None,
            limits: LimitsConfig::default(),
        };
        let portal = router(server.clone(), config);
        tokio::spawn(async move {
            axum::serve(
                listener,
                portal.into_make_service_with_connect_info::<std::net::SocketAddr>(),
            )
            .await
        });
        let http = isoloir_carriers::tls::http(None).unwrap().build().unwrap();
        Scene {
            server,
            clock,
            base,
            members,
            cookies,
            stranger,
            election,
            http,
            rng,
            _folder: folder,
        }
    }

    async fn ask(&self, request: reqwest::RequestBuilder, cookie: &str) -> (u16, String) {
        let request = request.header("cookie", cookie).header("sec-fetch-site", "same-origin");
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (
            status,
            String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned(),
        )
    }

    async fn read_as(&self, cookie: &str, path: &str) -> (u16, String) {
        self.ask(self.http.get(format!("{}{path}", self.base)), cookie).await
    }

    async fn read(&self, seat: Seat, path: &str) -> (u16, String) {
        self.read_as(&self.cookies[&seat], path).await
    }

    async fn form(&self, seat: Seat, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let body = serde_urlencoded(fields);
        let request = self.http.post(format!("{}{path}", self.base)).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.ask(request, &self.cookies[&seat]).await
    }

    /// Status, and the code of a refusal.
    async fn post(&self, seat: Seat, path: &str, body: &Value) -> (u16, String) {
        let request = self.http.post(format!("{}{path}", self.base)).body(body.to_string());
        let request = request.header("content-type", "application/json");
        let (status, text) = self.ask(request, &self.cookies[&seat]).await;
        let code = serde_json::from_str::<Value>(&text).ok();
        let code = code.and_then(|refusal| Some(refusal["code"].as_str()?.to_owned()));
        (status, code.unwrap_or_default())
    }

    fn place(&self, seat: Seat) -> usize {
        self.members.iter().position(|member| member.seat() == seat).unwrap()
    }

    async fn set_up(&mut self) {
        let keys = self.server.board_state("csa").await.unwrap().keys.unwrap().0;
        let uuid = self.election.as_str().parse().unwrap();
        let credentials: Vec<String> = (0..2)
            .map(|_| {
                SecretCredential::generate(&mut self.rng)
                    .public(&uuid, GroupName::Ed25519)
                    .to_string()
            })
            .collect();
        let set_up = SetUp {
            trustees: keys.as_bytes(),
            credentials: &credentials,
            credential_authority: "Autorité des codes",
        };
        self.server.set_up_election(&self.election, set_up).await.unwrap();
    }

    async fn sign(&mut self, seat: Seat, number: u32) -> (u16, String) {
        let path = format!("/api/bureau/csa/actes/{number}");
        let (_, act) = self.read(seat, &path).await;
        let text = serde_json::from_str::<Value>(&act).unwrap()["text"]
            .as_str()
            .unwrap()
            .to_owned();
        let place = self.place(seat);
        let body = self.members[place]
            .sign(GroupName::Ed25519, &text, &mut self.rng)
            .unwrap();
        self.post(seat, &path, &json!({"body": body})).await
    }

    async fn decrypt(&mut self, seat: Seat, election: &ElectionId) -> (u16, String) {
        let place = self.place(seat);
        let body = self.members[place]
            .decrypt(&self.server, election, &mut self.rng)
            .await
            .unwrap();
        let path = format!("/api/bureau/csa/depouillement/{election}");
        self.post(seat, &path, &json!({"owner": seat.owner(), "body": body}))
            .await
    }

    /// The minutes of this name, as programs read them.
    async fn minutes(&self, name: &str) -> Value {
        let (status, text) = self
            .read(Seat::Delegate(1), &format!("/bureau/csa/pv/{name}.json"))
            .await;
        assert_eq!(status, 200);
        let (status, pdf) = self
            .read(Seat::Delegate(1), &format!("/bureau/csa/pv/{name}.pdf"))
            .await;
        assert!(status == 200 && pdf.starts_with("%PDF"), "{name}");
        serde_json::from_str(&text).unwrap()
    }

    /// The words of the paper of this name, as Poppler reads them, on one line.
    async fn words(&self, name: &str) -> String {
        let path = format!("{}/bureau/csa/pv/{name}.pdf", self.base);
        let request = self.http.get(path).header("cookie", &self.cookies[&Seat::Delegate(1)]);
        let file = request.send().await.unwrap().bytes().await.unwrap();
        let path = self._folder.path().join(format!("{name}.pdf"));
        std::fs::write(&path, file).unwrap();
        let output = Command::new("pdftotext").arg(&path).arg("-").output();
        let text = String::from_utf8(output.expect("poppler-utils is installed").stdout).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The token of a program that may read minutes, for longer than the vote.
    async fn program(&self) -> String {
        let plan = TokenPlan {
            name: "Archives".to_owned(),
            scopes: vec![Scope::MinutesRead],
            consultation: None,
            days: 30,
        };
        self.server.create_token(None, &plan).await.unwrap().secret
    }

    /// Status, entity tag and text of what a program is answered.
    async fn call(&self, token: &str, path: &str) -> (u16, String, String) {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(token);
        let answer = request.send().await.unwrap();
        let tag = answer.headers().get("etag").map_or("", |tag| tag.to_str().unwrap());
        let (status, tag) = (answer.status().as_u16(), tag.to_owned());
        (status, tag, answer.text().await.unwrap())
    }

    /// A judgment about the roll of the board.
    async fn judge(&self, number: &str, order: Order, reference: &str, signed: &[&str]) {
        let new = NewJudgment {
            election: "csa".to_owned(),
            number: number.to_owned(),
            name: ("Nomtenu".to_owned(), "Secrète".to_owned()),
            order,
            court: "Tribunal judiciaire d’Ajaccio".to_owned(),
            dated: "2026-11-04".parse().unwrap(),
            reference: reference.to_owned(),
            signed: signed.iter().map(|name| (*name).to_owned()).collect(),
            by: "Yann Corbel".to_owned(),
        };
        let id = "essai-2026".parse().unwrap();
        // Records of one instant have no order.
        self.clock.advance(SignedDuration::from_mins(1));
        self.server.record_judgment(&id, &new).await.unwrap();
    }
}

fn serde_urlencoded(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        let bytes = text.bytes();
        bytes.map(|byte| format!("%{byte:02X}")).collect::<String>()
    };
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    pairs.join("&")
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_refused_in_words_and_by_name() {
    let mut scene = Scene::new().await;
    let (president, marc, zoe) = (Seat::President, Seat::Delegate(2), Seat::Substitute(1));
    // The board of others does not exist, on any page or address.
    let stranger = scene.stranger.clone();
    for path in [
        "/bureau/csa",
        "/bureau/csa/cles",
        "/bureau/csa/suivi",
        "/bureau/csa/documents",
        "/bureau/csa/pv/scellement.json",
        "/api/bureau/csa/ceremonie",
        "/api/bureau/csa/depouillement",
    ] {
        assert_eq!(scene.read_as(&stranger, path).await.0, 404, "{path}");
    }
    // Messages: no JSON, a field too many, another round, a step that is not open, garbage, two sessions of one member.
    let ceremony = "/api/bureau/csa/ceremonie";
    let message = |round: u32, step: &str, body: &str| json!({"round": round, "step": step, "body": body});
    assert!(matches!(
        scene.post(president, ceremony, &json!("x")).await.0,
        400 | 422
    ));
    let strange = json!({"round": 1, "step": "certificate", "body": "{}", "seat": "secretary"});
    assert!(matches!(scene.post(president, ceremony, &strange).await.0, 400 | 422));
    let refusal = |status: u16, code: &str| (status, code.to_owned());
    for (body, expected) in [
        (message(1, "commitment", "{}"), refusal(409, "board_step_not_open")),
        (message(2, "certificate", "{}"), refusal(409, "board_round_over")),
        (message(1, "certificate", "{}"), refusal(422, "board_message_wrong")),
        (
            message(1, "certificate", "pas du JSON"),
            refusal(422, "board_message_wrong"),
        ),
        (message(1, "enrol", "{}"), refusal(403, "board_not_yours")),
    ] {
        assert_eq!(scene.post(president, ceremony, &body).await, expected, "{body}");
    }
    let state = scene.server.board_state("csa").await.unwrap();
    let place = scene.place(president);
    let mut certificate = || {
        use isoloir_domain::board_deed::Step;
        use isoloir_protocol::group::Ed25519;
        let made = scene.members[place].message::<Ed25519>(&state, Step::Certificate, &mut scene.rng);
        message(1, "certificate", &made.unwrap())
    };
    let (mine, other) = (certificate(), certificate());
    assert_eq!(scene.post(president, ceremony, &mine).await.0, 204);
    assert_eq!(scene.post(president, ceremony, &mine).await.0, 204, "the same again");
    assert_eq!(
        scene.post(president, ceremony, &other).await,
        refusal(409, "board_message_taken")
    );
    // Begun again without a reason: said beside the field of that page, which keeps what was typed.
    let long = "x".repeat(401);
    for why in ["", "   ", long.as_str()] {
        let (status, page) = scene
            .form(president, "/bureau/csa/cles/recommencer", &[("motif", why)])
            .await;
        assert_eq!(status, 422);
        assert!(
            page.contains("data-board=\"ceremony\"") && page.contains("motif-err"),
            "on the page of the keys"
        );
        assert!(page.contains("<details open"), "and the form is open");
    }
    let again = scene
        .form(marc, "/bureau/csa/cles/recommencer", &[("motif", "panne")])
        .await;
    assert_eq!(again.0, 403, "a delegate does not begin again");
    let again = scene
        .form(president, "/bureau/csa/cles/recommencer", &[("motif", "panne")])
        .await;
    assert_eq!(again.0, 303);
    play_ceremony(&scene.server, &mut scene.members, &mut scene.rng)
        .await
        .unwrap();
    // Acts: an incomplete form is said beside its field; no such act; a signature of other words; a substitute who replaces nobody.
    let incomplete = [
        ("acte", "extend"),
        ("scrutin", scene.election.as_str()),
        ("cloture", "demain"),
        ("motif", "panne"),
    ];
    let (status, page) = scene.form(president, "/bureau/csa/actes", &incomplete).await;
    assert!(status == 422 && page.contains("cloture-err") && page.contains("demain"));
    assert_eq!(scene.read(president, "/api/bureau/csa/actes/1").await.0, 404);
    assert_eq!(scene.read(president, "/bureau/csa/actes/x").await.0, 404);
    let (status, _) = scene.form(president, "/bureau/csa/pv/scellement", &[]).await;
    assert_eq!(status, 303);
    let place = scene.place(marc);
    let other = scene.members[place].sign(
        GroupName::Ed25519,
        "isoloir/board/v1\nboard: csa\nact: seal",
        &mut scene.rng,
    );
    let signed = scene
        .post(marc, "/api/bureau/csa/actes/1", &json!({"body": other.unwrap()}))
        .await;
    assert_eq!(signed, refusal(422, "board_signature_wrong"));
    assert_eq!(scene.sign(zoe, 1).await, refusal(403, "board_not_yours"));
    // The count asked before closing, and papers that nobody may have yet.
    let path = format!("/api/bureau/csa/depouillement/{}", scene.election);
    let early = scene.post(president, &path, &json!({"owner": 1, "body": "{}"})).await;
    assert_eq!(early, refusal(409, "board_step_not_open"));
    assert_eq!(
        scene
            .read(
                president,
                &format!("/bureau/csa/emargement/{}/liste.pdf", scene.election)
            )
            .await
            .0,
        409
    );
    assert_eq!(
        scene
            .read(president, &format!("/api/bureau/csa/archive/{}", scene.election))
            .await
            .0,
        409
    );
    assert_eq!(scene.read(president, "/bureau/csa/pv/inconnu.pdf").await.0, 404);
    assert_eq!(scene.read(president, "/bureau/csa/pv/scellement.exe").await.0, 404);
    // A rehearsal before the boxes are there.
    let (status, page) = scene.form(president, "/bureau/csa/blanche", &[]).await;
    assert!(status == 409 && page.contains("Ce n’est pas fait"), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn from_rehearsal_to_signed_minutes_over_http() {
    let mut scene = Scene::new().await;
    let quorum = [Seat::President, Seat::Delegate(1), Seat::Delegate(3)];
    play_ceremony(&scene.server, &mut scene.members, &mut scene.rng)
        .await
        .unwrap();
    scene.set_up().await;
    let (_, home) = scene.read(Seat::President, "/bureau/csa").await;
    assert!(home.contains("/bureau/csa/suivi#t-blanche"), "the rehearsal comes next");
    assert_eq!(scene.form(Seat::Delegate(1), "/bureau/csa/blanche", &[]).await.0, 403);
    assert_eq!(scene.form(Seat::President, "/bureau/csa/blanche", &[]).await.0, 303);
    let twin = loop {
        let (_, counts) = scene.read(Seat::President, "/api/bureau/csa/depouillement").await;
        let counts: Value = serde_json::from_str(&counts).unwrap();
        let frozen = counts["elections"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["state"] == "decrypt");
        if let Some(one) = frozen {
            break one["election"].as_str().unwrap().parse::<ElectionId>().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    for seat in quorum {
        assert_eq!(scene.decrypt(seat, &twin).await.0, 204);
    }
    let minutes = scene.minutes("blanche").await;
    assert_eq!(minutes["rehearsal"]["passed"], true, "{minutes}");
    assert_eq!(minutes["elections"][0]["result"]["voters"], 2);
    // The seal, signed by whom the law wants.
    let (status, _) = scene
        .form(Seat::President, "/bureau/csa/actes", &[("acte", "seal")])
        .await;
    assert_eq!(status, 303);
    for seat in quorum {
        assert_eq!(scene.sign(seat, 1).await.0, 204);
    }
    let (_, watch) = scene.read(Seat::Delegate(2), "/bureau/csa/suivi").await;
    assert!(watch.contains("Scellé le"));
    let opening = scene.minutes("ouverture").await;
    assert_eq!(opening["elections"][0]["ballots"], 0);
    assert!(opening["seal"]["words"].as_array().unwrap().len() == 12);
    // Minutes that are signed are read by programs, and wait for the end of the vote.
    assert_eq!(
        scene.form(Seat::Secretary, "/bureau/csa/pv/scellement", &[]).await.0,
        303
    );
    for seat in [Seat::Secretary, Seat::Delegate(1), Seat::Delegate(3)] {
        assert_eq!(scene.sign(seat, 2).await.0, 204);
    }
    let program = scene.program().await;
    let minutes = format!("/api/v1/elections/{}/minutes", scene.election);
    for path in [minutes.clone(), format!("{minutes}/sealing")] {
        let (status, _, refusal) = scene.call(&program, &path).await;
        assert!(status == 409 && refusal.contains("polls_open"), "{status} {refusal}");
    }
    // Nobody votes; the box freezes by itself, and the quorum counts it.
    scene.clock.set(at("2026-11-10T16:31:00Z"));
    // The cookies are older than a session lives.
    scene.server.close_due_polls().await.unwrap();
    let election = scene.election.clone();
    for seat in quorum {
        let place = scene.place(seat);
        let body = scene.members[place]
            .decrypt(&scene.server, &election, &mut scene.rng)
            .await
            .unwrap();
        let sitting = scene.server.sit("csa", &scene.members[place].member).await.unwrap();
        scene
            .server
            .board_decryption(&sitting, &election, seat.owner(), &body)
            .await
            .unwrap();
    }
    let (_, _, all) = scene.call(&program, &minutes).await;
    let all: Value = serde_json::from_str(&all).unwrap();
    assert_eq!(all["items"].as_array().unwrap().len(), 1, "a draft is not given: {all}");
    let known = &all["items"][0];
    assert_eq!(
        (&known["kind"], &known["board"], &known["signatures"]),
        (&json!("sealing"), &json!("csa"), &json!(3))
    );
    let (status, tag, text) = scene.call(&program, &format!("{minutes}/sealing")).await;
    assert_eq!(status, 200);
    let digest = hex::encode(Sha256::digest(&text));
    assert_eq!(
        (known["digest"].as_str().unwrap(), tag),
        (digest.as_str(), format!("\"{digest}\""))
    );
    let state = scene.server.board_state("csa").await.unwrap();
    assert_eq!(state.acts[1].statement.as_deref(), Some(text.as_str()), "byte for byte");
    for unknown in ["count", "scellement", "x"] {
        assert_eq!(
            scene.call(&program, &format!("{minutes}/{unknown}")).await.0,
            404,
            "{unknown}"
        );
    }
    let (status, page) = scene.read_as("", &format!("/resultats/{election}")).await;
    assert!(
        status == 200 && page.contains("isoloir-verify --complete"),
        "the command for others is printed"
    );
    let (status, session) = scene.read_as("", "/depouillement").await;
    let (_, digest, _) = scene.server.closing_seal(&election).await.unwrap().unwrap();
    assert!(status == 200 && session.contains("Anne, Awa, Lucie") && session.contains(&hex::encode(digest)));
    assert!(!session.contains("Élection blanche"), "twins are for the board");
    let verified = scene.server.verification(&election).await.unwrap().unwrap();
    assert!(page.contains(&hex::encode(verified.archive)));
}

/// Somebody who is on no roll complains before the last day, and is put on it after that day.
async fn late_correction(scene: &Scene) -> String {
    let now = scene.clock.now();
    scene.clock.set(at("2026-11-05T08:00:00Z"));
    let id = "essai-2026".parse().unwrap();
    let who = Stranger {
        last_name: "Nomtenu".to_owned(),
        first_name: "Secrète".to_owned(),
        number: "M5".to_owned(),
        contact: "m5@valbrune.example".to_owned(),
    };
    let complaint = Complaint {
        object: Object::Missing,
        election: None,
        other_person: String::new(),
        body: "Je manque sur cette liste, où je devrais être.".to_owned(),
        files: Vec::new(),
    };
    let token = scene.server.new_form_token();
    let filed = scene.server.file_complaint_of_absent(who, &id, &token, complaint).await;
    let number = filed.unwrap();
    scene.clock.set(now + SignedDuration::from_mins(1));
    let decision = NewDecision {
        accepted: true,
        reasons: "Pièce probante et concordante.".to_owned(),
        effect: String::new(),
        correction: Some(Correction {
            number: "M5".to_owned(),
            what: CorrectionKind::Join(scene.election.clone()),
        }),
        files: Vec::new(),
        by: "agent-7".to_owned(),
    };
    scene.server.decide_complaint(number, decision).await.unwrap();
    number.to_string()
}

/// Enters the takeover of a box into the journal, as `isoloir takeover` does to the database that it makes: on the file itself.
async fn taken_over(scene: &Scene, what: Event) {
    let file = scene._folder.path().join("test.db");
    let ask = |sql: &str| {
        let output = Command::new("sqlite3")
            .arg("-cmd")
            .arg(".timeout 10000")
            .arg(&file)
            .arg(sql)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let head = ask("SELECT seq || ' ' || lower(hex(hash)) FROM journal_head");
    let (rank, hash) = head.split_once(' ').unwrap();
    let mut head = JournalHead {
        rank: rank.parse().unwrap(),
        hash: [0; 32],
    };
    hex::decode_to_slice(hash, &mut head.hash).unwrap();
    let entry = Entry {
        at: scene.clock.now(),
        actor: None,
        subject: Subject::Election(scene.election.clone()),
        what,
    };
    let text = entry.to_text().unwrap();
    let JournalHead { rank, hash } = head.then(&text);
    let hash = hex::encode(hash);
    ask(&format!(
        "INSERT INTO journal VALUES ({rank}, '{text}', x'{hash}'); UPDATE journal_head SET seq = {rank}, hash = x'{hash}'"
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_minutes_tell_a_takeover_with_its_figures_and_its_proof() {
    let mut scene = Scene::new().await;
    play_ceremony(&scene.server, &mut scene.members, &mut scene.rng)
        .await
        .unwrap();
    scene.set_up().await;
    let before = scene.minutes("incidents").await;
    assert!(
        before["elections"][0].get("takeovers").is_none(),
        "none, no line: {before}"
    );
    let (head, proof) = ("ab".repeat(32), "cd".repeat(32));
    let what = Event::TakenOver {
        backup: 12,
        ballots: 42,
        head: head.clone(),
        witnesses: 3,
        proof: proof.clone(),
    };
    taken_over(&scene, what).await;
    for name in ["incidents", "cloture", "depouillement"] {
        let minutes = scene.minutes(name).await;
        let told = &minutes["elections"][0]["takeovers"][0];
        let figures = ["backup", "ballots", "witnesses"].map(|field| told[field].as_u64().unwrap());
        assert_eq!(figures, [12, 42, 3], "{name}");
        assert_eq!(told["proof"], proof.as_str());
        assert_eq!(
            minutes["elections"][0]["chains_hold"], true,
            "{name}: the entry is chained"
        );
        let words = scene.words(name).await;
        for said in [
            "Reprise après la perte de la base du serveur",
            "12 de la sauvegarde, 30 de la copie synchrone, 42 en tout et autant d’émargements",
            &head,
            &proof,
        ] {
            assert!(words.contains(said), "{name}: {said} in {words}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_minutes_tell_judgments_and_late_corrections_and_name_nobody() {
    let mut scene = Scene::new().await;
    let before = scene.minutes("ouverture").await;
    assert!(
        before["elections"][0].get("roll_decisions").is_none(),
        "nothing, no line: {before}"
    );
    // Two persons by one judgment, one off by another, one by a complaint decided late: two are left on the roll of two, and one more.
    scene
        .judge("M3", Order::Join, "RG 26/00123", &["Mme Roy, présidente"])
        .await;
    scene
        .judge("M4", Order::Join, "RG 26/00123", &["Mme Roy, présidente"])
        .await;
    for (number, reference) in [("M2", "RG 26/00200"), ("M3", "RG 26/00201"), ("M4", "RG 26/00202")] {
        scene
            .judge(number, Order::Leave, reference, &["Mme Roy, présidente"])
            .await;
    }
    let complaint = late_correction(&scene).await;
    play_ceremony(&scene.server, &mut scene.members, &mut scene.rng)
        .await
        .unwrap();
    scene.set_up().await;
    let board = ["Mme Roy, présidente", "M. Petit, délégué", "Mme Blanc, déléguée"];
    scene.judge("M9", Order::Join, "RG 26/00300", &board).await;
    scene.judge("M1", Order::Leave, "RG 26/00301", &board).await;
    for name in ["scellement", "ouverture", "incidents", "cloture", "depouillement"] {
        let minutes = scene.minutes(name).await;
        let told: Vec<_> = minutes["elections"][0]["roll_decisions"]
            .as_array()
            .unwrap_or_else(|| panic!("{name}: {minutes}"))
            .iter()
            .map(|one| {
                let field = |field: &str| one[field].as_str().unwrap().to_owned();
                (
                    field("reference"),
                    field("order"),
                    field("effect"),
                    one["persons"].as_u64().unwrap(),
                )
            })
            .collect();
        let line = |reference: &str, order: &str, effect: &str, persons| {
            (reference.to_owned(), order.to_owned(), effect.to_owned(), persons)
        };
        assert_eq!(
            told,
            [
                line("RG 26/00123", "join", "roll", 2),
                line("RG 26/00200", "leave", "roll", 1),
                line("RG 26/00201", "leave", "roll", 1),
                line("RG 26/00202", "leave", "roll", 1),
                line(&complaint, "join", "roll", 1),
                line("RG 26/00300", "join", "paper", 1),
                line("RG 26/00301", "leave", "recorded", 1),
            ],
            "{name}"
        );
        let first = &minutes["elections"][0]["roll_decisions"][0];
        assert_eq!(
            (&first["dated"], &first["authority"]),
            (&json!("2026-11-04"), &json!("judgment"))
        );
        assert_eq!(
            minutes["elections"][0]["roll_decisions"][5]["signed"],
            json!(["M. Petit, délégué", "Mme Blanc, déléguée", "Mme Roy, présidente"])
        );
        let words = scene.words(name).await;
        for said in [
            "Décision de justice du 4 novembre 2026, Tribunal judiciaire d’Ajaccio, n° RG 26/00123 : 2 personnes ajoutées à la liste.",
            "n° RG 26/00200 : 1 personne retirée de la liste.",
            &format!("réclamation {complaint} : 1 personne ajoutée à la liste."),
            "n° RG 26/00300 : 1 personne admise à voter.",
            "n° RG 26/00301 : 1 radiation ordonnée.",
            "Enregistrement signé par M. Petit, délégué, Mme Blanc, déléguée, Mme Roy, présidente.",
        ] {
            assert!(words.contains(said), "{name}: {said} in {words}");
        }
        for hidden in ["Nomtenu", "Secrète", "M9"] {
            assert!(
                !words.contains(hidden) && !minutes.to_string().contains(hidden),
                "{name}: {hidden}"
            );
        }
    }
    assert!(
        scene.minutes("blanche").await["elections"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}
