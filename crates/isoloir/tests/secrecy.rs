//! Neither a voting code nor a credential ever reaches the voting server: all its traffic and all its files are searched.

use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::common::{PASSWORD, Polls};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use isoloir::ambient;
use isoloir::rehearse::{Ballots, email};
use isoloir::voter::{Ballot, Portal, Session};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const VOTERS: u32 = 5;

/// A TCP proxy that remembers every byte in both directions.
struct Wiretap {
    origin: String,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Wiretap {
    async fn before(port: u16) -> Wiretap {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let origin = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let (client_reads, client_writes) = client.into_split();
                let (server_reads, server_writes) = server.into_split();
                tokio::spawn(pass(client_reads, server_writes, Arc::clone(&log)));
                tokio::spawn(pass(server_reads, client_writes, Arc::clone(&log)));
            }
        });
        Wiretap { origin, heard }
    }
}

async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    log: Arc<Mutex<Vec<u8>>>,
) {
    let mut buffer = vec![0; 65536];
    while let Ok(count) = from.read(&mut buffer).await {
        if count == 0 || to.write_all(&buffer[..count]).await.is_err() {
            break;
        }
        log.lock().unwrap().extend_from_slice(&buffer[..count]);
    }
    let _ = to.shutdown().await;
}

/// Every way in which 32 bytes or a text may be written.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let bare: String = secret.chars().filter(|c| *c != '-').collect();
    let mut all = vec![
        secret.to_owned(),
        bare.clone(),
        bare.to_lowercase(),
        secret.to_lowercase(),
        bare.to_uppercase(),
    ];
    all.push(hex::encode(&bare));
    all.push(STANDARD_NO_PAD.encode(&bare));
    all.push(STANDARD_NO_PAD.encode(secret));
    let mut all: Vec<Vec<u8>> = all.into_iter().map(String::into_bytes).collect();
    if let Ok(bytes) = hex::decode(&bare) {
        all.push(STANDARD_NO_PAD.encode(&bytes).into_bytes());
        all.push(URL_SAFE_NO_PAD.encode(&bytes).into_bytes());
        all.push(bytes);
    }
    all
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Every file of the voting server: database with its logs, and what it printed.
fn files_of_the_server(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("server.") {
            files.push((name, std::fs::read(path).unwrap()));
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_and_credentials_never_reach_the_voting_server() {
    let polls = Polls::with_voters(VOTERS, None).await;
    let direct = polls.site.portal();
    let port: u16 = direct.rsplit(':').next().unwrap().parse().unwrap();
    let tap = Wiretap::before(port).await;
    for (file, line) in [("server.toml", "origin"), ("registrar.toml", "portal_origin")] {
        let path = polls.site.folder.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace(
            &format!("{line} = \"{direct}\""),
            &format!("{line} = \"{}\"", tap.origin),
        );
        std::fs::write(&path, text).unwrap();
    }
    let running = polls.start().await;
    let portal = Portal::at(&tap.origin).unwrap();
    let election = Ballots::fetch(&portal, [polls.election().to_owned()]).await.unwrap();
    let election = election.election(polls.election()).unwrap();
    let (mut secrets, mut public) = (Vec::new(), Vec::new());
    for number in 1..=VOTERS {
        let mut session = Session::sign_in(&portal, &email(number), PASSWORD).await.unwrap();
        session.page("/je-vote").await.unwrap();
        // A mistyped code first: its authenticator must not reach the voting server either.
        let wrong = Session::keys(&session.ticket().await.unwrap(), "0000-0000-0000-0000").unwrap();
        assert_eq!(
            session.unlock("0000-0000-0000-0000").await.err().unwrap().code(),
            Some("code_wrong")
        );
        let keys = Session::keys(&session.ticket().await.unwrap(), polls.code(number)).unwrap();
        secrets.push(polls.code(number).to_owned());
        for keys in [&wrong, &keys] {
            secrets.push(keys.authenticator().to_string());
            secrets.push(keys.expose_wrapping_key().to_string());
        }
        for entitlement in session.unlock(polls.code(number)).await.unwrap() {
            secrets.push(entitlement.credential.to_string());
            let ballot = Ballot::choose(&election, &entitlement.credential, 1, &mut ambient::rng()).unwrap();
            let receipt = session
                .cast(&entitlement.election, &entitlement.admission, ballot.bytes)
                .await
                .unwrap();
            public.push(receipt.tracker);
        }
    }
    running.stop().await.unwrap();
    // A copy of a database that was stopped is one file.
    for log in ["server.db-wal", "registrar.db-wal"] {
        assert!(!polls.site.folder.join(log).exists(), "{log}");
    }
    let traffic = tap.heard.lock().unwrap().clone();
    let mut places = files_of_the_server(&polls.site.folder);
    places.push(("traffic".to_owned(), traffic.clone()));
    // The search finds what is there: trackers in the traffic, addresses in the database.
    assert!(public.iter().all(|tracker| holds(&traffic, tracker.as_bytes())));
    assert!(
        places
            .iter()
            .any(|(name, bytes)| name.starts_with("server.db") && holds(bytes, email(1).as_bytes()))
    );
    assert!(secrets.len() >= 6 * VOTERS as usize);
    for (place, bytes) in &places {
        for (rank, secret) in secrets.iter().enumerate() {
            for spelling in spellings(secret) {
                assert!(!holds(bytes, &spelling), "secret {rank} is in {place}");
            }
        }
    }
    // In the registrar's database neither: codes and keys are nowhere, credentials are sealed.
    for name in ["registrar.db", "registrar.db-wal"] {
        let bytes = std::fs::read(polls.site.folder.join(name)).unwrap_or_default();
        assert!(
            secrets
                .iter()
                .flat_map(|secret| spellings(secret))
                .all(|spelling| !holds(&bytes, &spelling)),
            "{name}"
        );
    }
}
