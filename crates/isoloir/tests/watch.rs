//! The watcher against a server that lies: each lie raises the alarm that names it, and an honest server raises none.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use ed25519_dalek::{Signer as _, SigningKey};
use isoloir::watch::{AlarmKind, Memory, Round, Source, Statement, Watcher, look};
use isoloir_domain::ElectionId;
use isoloir_domain::ballot_box::{SignedHead, head_text};
use isoloir_protocol::archive::chain::Content;
use isoloir_protocol::archive::{ArchiveWriter, ChainReader, Entry};
use isoloir_testkit::make_certificate;
use jiff::Timestamp;
use serde_json::json;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What the server says; a test changes it between two looks.
#[derive(Clone)]
struct Says {
    key: SigningKey,
    /// Signs heads; another key than `key` forges them.
    heads: SigningKey,
    election: ElectionId,
    open: bool,
    /// The box; `None`: not public.
    archive: Option<Vec<u8>>,
    /// The event of the head; the last of the archive unless said.
    head: [u8; 32],
    assets: BTreeMap<String, String>,
}

type Shared = Arc<Mutex<Says>>;

async fn serve(says: Says) -> (Shared, String) {
    let shared = Arc::new(Mutex::new(says));
    let router = Router::new()
        .route("/api/keys", get(keys))
        .route("/api/elections", get(elections))
        .route("/api/elections/{id}/head", get(head))
        .route("/api/assets", get(assets))
        .route("/assets/{name}", get(asset))
        .route("/urne/{id}/archive.bel", get(archive))
        .with_state(shared.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (shared, origin)
}

async fn keys(State(says): State<Shared>) -> Json<serde_json::Value> {
    let key = says.lock().unwrap().key.verifying_key();
    Json(json!({ "receipt": hex::encode(key.as_bytes()), "registrar": "" }))
}

async fn elections(State(says): State<Shared>) -> Json<serde_json::Value> {
    let says = says.lock().unwrap();
    Json(json!([{ "id": says.election, "title": "Scrutin", "open": says.open, "public": says.archive.is_some() }]))
}

async fn head(State(says): State<Shared>) -> Json<SignedHead> {
    let says = says.lock().unwrap();
    Json(SignedHead {
        election: says.election.clone(),
        event: hex::encode(says.head),
        signature: hex::encode(says.heads.sign(&head_text(&says.election, &says.head)).to_bytes()),
    })
}

async fn assets(State(says): State<Shared>) -> Json<serde_json::Value> {
    let names: Vec<_> = says.lock().unwrap().assets.keys().cloned().collect();
    Json(
        names
            .into_iter()
            .map(|name| json!({ "path": format!("/assets/{name}"), "name": name }))
            .collect(),
    )
}

async fn asset(State(says): State<Shared>, UrlPath(name): UrlPath<String>) -> Result<String, StatusCode> {
    let says = says.lock().unwrap();
    says.assets.get(&name).cloned().ok_or(StatusCode::NOT_FOUND)
}

async fn archive(State(says): State<Shared>) -> Result<Vec<u8>, StatusCode> {
    says.lock().unwrap().archive.clone().ok_or(StatusCode::FORBIDDEN)
}

/// A reference archive, entry by entry.
struct Reference {
    timestamp: u64,
    entries: Vec<Entry>,
}

impl Reference {
    fn read() -> Reference {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/archives/valid/t33-single10-ed-s1");
        let file = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.extension().is_some_and(|e| e == "bel"))
            .unwrap();
        let mut chain = ChainReader::open(std::fs::File::open(file).unwrap()).unwrap();
        let mut entries = Vec::new();
        while let Some(entry) = chain.next_entry().unwrap() {
            entries.push(entry);
        }
        Reference {
            timestamp: chain.timestamp(),
            entries,
        }
    }

    /// The archive of these entries, chained anew, and its head.
    fn with(&self, places: impl IntoIterator<Item = usize>) -> (Vec<u8>, [u8; 32]) {
        let mut writer = ArchiveWriter::new(Vec::new(), self.timestamp).unwrap();
        let mut head = [0; 32];
        for place in places {
            head = *writer.entry(&self.entries[place].content).unwrap().as_bytes();
        }
        (writer.into_inner(), head)
    }

    fn ballots(&self) -> usize {
        let is_ballot = |entry: &&Entry| matches!(entry.content, Content::Ballot(_));
        self.entries.iter().filter(is_ballot).count()
    }

    fn says(&self, ballots: usize) -> Says {
        let (archive, head) = self.with(0..=ballots);
        let key = SigningKey::from_bytes(&[3; 32]);
        Says {
            heads: key.clone(),
            key,
            election: "MEY7ULL5ZCktAn".parse().unwrap(),
            open: true,
            archive: Some(archive),
            head,
            assets: BTreeMap::from([("booth.js".to_owned(), "vote()".to_owned())]),
        }
    }
}

/// What a server does from one look to the next.
type Lie = Box<dyn Fn(&mut Says) + Send>;

/// A watcher with a folder of its own.
struct Guard {
    folder: tempfile::TempDir,
    source: Source,
}

impl Guard {
    fn at(origin: &str) -> Guard {
        Guard {
            folder: tempfile::tempdir().unwrap(),
            source: Source::at(origin, None).unwrap(),
        }
    }

    fn memory(&self) -> Memory {
        Memory::open(self.folder.path()).unwrap()
    }

    async fn round_at(&self, second: i64) -> Round {
        let now = Timestamp::from_second(second).unwrap();
        look(&self.source, &self.memory(), now, 600).await.unwrap()
    }

    async fn alarms(&self) -> Vec<AlarmKind> {
        let round = self.round_at(1_000).await;
        round.alarms.into_iter().map(|alarm| alarm.alarm).collect()
    }
}

#[tokio::test]
async fn an_honest_server_raises_no_alarm_from_the_first_ballot_to_the_result() {
    let reference = Reference::read();
    assert!(reference.ballots() >= 3);
    let (says, origin) = serve(reference.says(1)).await;
    let guard = Guard::at(&origin);
    for last in 1..reference.entries.len() {
        let (archive, head) = reference.with(0..=last);
        {
            let mut says = says.lock().unwrap();
            (says.archive, says.head) = (Some(archive), head);
        }
        let round = guard.round_at(1_000).await;
        assert_eq!(round.alarms, [], "after event {last}");
        assert_eq!((round.verified, round.heads, round.assets), (1, 1, 1));
    }
}

/// TLS before a server, as an operator's proxy has it, with a certificate that nobody but `openssl` made. Gives its origin, and the certificate in PEM.
async fn behind_tls(origin: &str, folder: &Path) -> (String, Vec<u8>) {
    make_certificate(folder);
    let pem = std::fs::read(folder.join("server.crt")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(&pem).unwrap()],
            PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let outside = format!("https://{}", listener.local_addr().unwrap());
    let inside = origin.strip_prefix("http://").unwrap().to_owned();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let (acceptor, inside) = (acceptor.clone(), inside.clone());
            tokio::spawn(async move {
                let mut client = acceptor.accept(socket).await?;
                let mut server = tokio::net::TcpStream::connect(inside).await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    (outside, pem)
}

#[tokio::test]
async fn over_tls_a_portal_is_watched_when_its_authority_is_trusted_and_unreachable_otherwise() {
    let reference = Reference::read();
    let (_, origin) = serve(reference.says(2)).await;
    let folder = tempfile::tempdir().unwrap();
    let (origin, certificate) = behind_tls(&origin, folder.path()).await;
    let stranger = Guard::at(&origin);
    assert_eq!(stranger.alarms().await, [AlarmKind::Unreachable]);
    let guard = Guard {
        source: Source::at(&origin, Some(&certificate)).unwrap(),
        ..Guard::at(&origin)
    };
    let round = guard.round_at(1_000).await;
    assert_eq!(round.alarms, []);
    assert_eq!((round.verified, round.heads, round.assets), (1, 1, 1));
    assert!(Source::at(&origin, Some(b"not a certificate")).is_err());
}

#[tokio::test]
async fn each_lie_raises_the_alarm_that_names_it() {
    let reference = Reference::read();
    let lies: Vec<(AlarmKind, Lie)> = vec![
        (AlarmKind::BallotRemoved, {
            let (archive, head) = reference.with(0..=1);
            Box::new(move |says| (says.archive, says.head) = (Some(archive.clone()), head))
        }),
        (AlarmKind::BallotChanged, {
            let (archive, head) = reference.with([0, 2, 1]);
            Box::new(move |says| (says.archive, says.head) = (Some(archive.clone()), head))
        }),
        (
            AlarmKind::BoxInvalid,
            Box::new(|says| {
                let archive = says.archive.as_mut().unwrap();
                let place = archive.len() - 600;
                archive[place] ^= 1;
            }),
        ),
        (
            AlarmKind::HeadForged,
            Box::new(|says| says.heads = SigningKey::from_bytes(&[9; 32])),
        ),
        (
            AlarmKind::KeyChanged,
            Box::new(|says| says.key = SigningKey::from_bytes(&[9; 32])),
        ),
        (AlarmKind::SplitView, Box::new(|says| says.head = [7; 32])),
        (AlarmKind::BoxWithdrawn, Box::new(|says| says.archive = None)),
        (
            AlarmKind::ScriptChanged,
            Box::new(|says| {
                says.assets.insert("booth.js".to_owned(), "vote(); tell()".to_owned());
            }),
        ),
    ];
    for (alarm, lie) in lies {
        let (says, origin) = serve(reference.says(2)).await;
        let guard = Guard::at(&origin);
        assert_eq!(guard.alarms().await, [], "{alarm:?}: before the lie");
        lie(&mut says.lock().unwrap());
        assert_eq!(guard.alarms().await, [alarm]);
        let again = guard.alarms().await;
        assert!(again.contains(&alarm), "{alarm:?} is raised again: {again:?}");
    }
}

#[tokio::test]
async fn a_new_script_and_one_that_is_gone_are_told() {
    let (says, origin) = serve(Reference::read().says(1)).await;
    let guard = Guard::at(&origin);
    assert_eq!(guard.alarms().await, []);
    says.lock().unwrap().assets.insert("extra.js".to_owned(), String::new());
    assert_eq!(guard.alarms().await, [AlarmKind::ScriptChanged]);
    says.lock().unwrap().assets.clear();
    assert_eq!(guard.alarms().await, [AlarmKind::ScriptChanged]);
}

#[tokio::test]
async fn a_head_that_is_not_in_the_box_once_public_is_a_split_view() {
    let reference = Reference::read();
    let mut secret = reference.says(2);
    secret.archive = None;
    let (says, origin) = serve(secret).await;
    let guard = Guard::at(&origin);
    assert_eq!(
        guard.alarms().await,
        [],
        "a signed head of a box that is not public yet"
    );
    // The box that is published left out the second ballot of the one whose head was signed.
    let (archive, head) = reference.with([0, 1, 3]);
    {
        let mut says = says.lock().unwrap();
        (says.archive, says.head) = (Some(archive), head);
    }
    assert_eq!(guard.alarms().await, [AlarmKind::SplitView]);
}

#[tokio::test]
async fn two_watchers_who_were_shown_different_boxes_find_it_by_their_statements() {
    let reference = Reference::read();
    let (_, honest) = serve(reference.says(2)).await;
    let guard = Guard::at(&honest);
    assert_eq!(guard.alarms().await, []);
    // Another watcher was shown another second ballot, under the same key, and another script.
    let mut other = reference.says(2);
    (other.archive, other.head) = {
        let (archive, head) = reference.with([0, 1, 3]);
        (Some(archive), head)
    };
    other.assets.insert("booth.js".to_owned(), "tell()".to_owned());
    let (_, lying) = serve(other).await;
    let victim = Guard::at(&lying);
    assert_eq!(victim.alarms().await, [], "alone, the victim sees nothing");
    let seen = victim.memory().seen(&lying).unwrap();
    let statement = Watcher::new(SigningKey::from_bytes(&[5; 32]))
        .state(&honest, &seen, 1_000)
        .unwrap();
    let statement = Statement::parse(&serde_json::to_vec(&statement).unwrap()).unwrap();

    let mut ours = guard.memory().seen(&honest).unwrap();
    let told: Vec<_> = statement
        .compare(&mut ours)
        .into_iter()
        .map(|alarm| alarm.alarm)
        .collect();
    assert_eq!(
        told,
        [AlarmKind::ScriptChanged],
        "scripts differ at once; the head waits for the box"
    );
    guard.memory().remember(&honest, &ours).unwrap();
    assert_eq!(guard.alarms().await, [AlarmKind::SplitView]);

    let text = serde_json::to_string(&statement)
        .unwrap()
        .replace("\"at\":1000", "\"at\":1001");
    let forged = Statement::parse(text.as_bytes()).unwrap();
    let told: Vec<_> = forged.compare(&mut ours).into_iter().map(|alarm| alarm.alarm).collect();
    assert_eq!(told, [AlarmKind::StatementForged]);
}

#[tokio::test]
async fn a_box_that_stands_still_is_told_while_the_vote_is_open_only() {
    let (says, origin) = serve(Reference::read().says(2)).await;
    let guard = Guard::at(&origin);
    assert_eq!(guard.round_at(1_000).await.alarms, []);
    assert_eq!(guard.round_at(1_600).await.alarms, []);
    let kinds: Vec<_> = guard
        .round_at(1_601)
        .await
        .alarms
        .iter()
        .map(|alarm| alarm.alarm)
        .collect();
    assert_eq!(kinds, [AlarmKind::BoxStale]);
    says.lock().unwrap().open = false;
    assert_eq!(guard.round_at(9_000).await.alarms, []);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_an_alarm_and_nothing_is_forgotten() {
    let (says, origin) = serve(Reference::read().says(2)).await;
    let guard = Guard::at(&origin);
    assert_eq!(guard.alarms().await, []);
    let before = guard.memory().seen(&origin).unwrap();
    let nobody = Guard {
        source: Source::at("http://127.0.0.1:9", None).unwrap(),
        folder: tempfile::tempdir().unwrap(),
    };
    assert_eq!(nobody.alarms().await, [AlarmKind::Unreachable]);
    says.lock().unwrap().assets.clear();
    guard.alarms().await;
    assert_eq!(guard.memory().seen(&origin).unwrap().assets, before.assets);
}
