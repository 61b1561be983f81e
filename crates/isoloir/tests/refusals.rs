//! Bad input over real HTTP: every refusal of a cast with its code and status, and nothing stored by any of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::common::Polls;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use isoloir::ambient;
use isoloir::rehearse::{Ballots, Running};
use isoloir::voter::{Admission, Ballot, Entitlement, Portal, Session, Ticket, VoterError};
use isoloir_protocol::credential::SecretCredential;
use tokio::task::JoinSet;

/// Two elections: `csa` for voters 1 to 5, `cap` for voters 4 to 6.
const ROLL: &str = "matricule;nom;prenom;courriel;scrutin\n";

async fn polls() -> Polls {
    Polls::prepare(6, None, |site, scenario| {
        site.write_consultation(scenario, "Ed25519").unwrap();
        let folder = site.folder.join("consultation");
        let mut toml = std::fs::read_to_string(folder.join("consultation.toml")).unwrap();
        toml.push_str("\n[[elections]]\nkey = \"cap\"\ntitle = \"Commission administrative paritaire\"\nseats = 2\n");
        std::fs::write(folder.join("consultation.toml"), toml).unwrap();
        let mut roll = ROLL.to_owned();
        for (number, key) in (1..=5).map(|n| (n, "csa")).chain((4..=6).map(|n| (n, "cap"))) {
            roll.push_str(&format!(
                "E{number:06};Nom;Prénom;{};{key}\n",
                isoloir::rehearse::email(number)
            ));
        }
        std::fs::write(folder.join("roll.csv"), roll).unwrap();
        let lists = std::fs::read_to_string(folder.join("lists.csv")).unwrap();
        let cap = "cap;Union;UN;1;A;B;F\ncap;Union;UN;2;C;D;H\n";
        std::fs::write(folder.join("lists.csv"), lists + cap).unwrap();
    })
    .await
}

struct Scene {
    polls: Polls,
    running: Running,
    portal: Portal,
    ballots: Ballots,
    /// The registrar's key: to forge what only a colluding registrar could sign.
    registrar: SigningKey,
}

impl Scene {
    async fn new() -> Scene {
        let polls = polls().await;
        let running = polls.start().await;
        let portal = polls.portal();
        let ballots = Ballots::fetch(&portal, polls.elections.clone()).await.unwrap();
        let key = std::fs::read_to_string(polls.site.folder.join("registrar.key")).unwrap();
        let mut seed = [0; 32];
        hex::decode_to_slice(key.trim(), &mut seed).unwrap();
        Scene {
            running,
            portal,
            ballots,
            registrar: SigningKey::from_bytes(&seed),
            polls,
        }
    }

    async fn voter(&self, number: u32) -> (Session, BTreeMap<String, Entitlement>) {
        let (session, entitlements) = self.polls.voter(&self.portal, number).await;
        (
            session,
            entitlements
                .into_iter()
                .map(|one| (one.election.clone(), one))
                .collect(),
        )
    }

    fn ballot(&self, election: &str, credential: &str, choice: u32) -> Ballot {
        Ballot::choose(
            &self.ballots.election(election).unwrap(),
            credential,
            choice,
            &mut ambient::rng(),
        )
        .unwrap()
    }

    /// An admission that the registrar never gave.
    fn admission(&self, ticket: &Ticket, election: &str, credential: &str) -> Admission {
        let payload = URL_SAFE_NO_PAD
            .decode(ticket.ticket.split('.').next().unwrap())
            .unwrap();
        let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        let session = payload["session"].as_str().unwrap();
        let issued = payload["expires"].as_i64().unwrap() - 300;
        let payload = format!(
            "{{\"v\":1,\"session\":\"{session}\",\"election\":\"{election}\",\"credential\":\"{credential}\",\"issued\":{issued}}}"
        );
        let signature = self
            .registrar
            .sign(format!("isoloir/admission/v1|{payload}").as_bytes());
        let (payload, signature) = (
            URL_SAFE_NO_PAD.encode(payload),
            URL_SAFE_NO_PAD.encode(signature.to_bytes()),
        );
        Admission::from_text(format!("{payload}.{signature}"))
    }
}

#[track_caller]
fn refused<T>(outcome: Result<T, VoterError>, status: u16, code: &str) {
    match outcome {
        Err(VoterError::Refused {
            status: found,
            code: told,
            message,
        }) => {
            assert_eq!((found, told.as_str()), (status, code));
            assert!(!message.is_empty(), "{code} says nothing in English");
        }
        Err(other) => panic!("{code} expected, found: {other}"),
        Ok(_) => panic!("{code} expected, the ballot was accepted"),
    }
}

fn public_credential(ballot: &Ballot) -> String {
    let value: serde_json::Value = serde_json::from_slice(&ballot.bytes).unwrap();
    value["credential"].as_str().unwrap().to_owned()
}

/// Changes one digit of the last number of the ballot: canonical as before, and false.
fn falsified(ballot: &Ballot) -> Vec<u8> {
    let mut bytes = ballot.bytes.clone();
    let last = bytes.iter().rposition(u8::is_ascii_digit).unwrap();
    bytes[last] = if bytes[last] == b'1' { b'2' } else { b'1' };
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_cast_is_refused_with_its_code() {
    let scene = Scene::new().await;
    let [csa, cap] = [scene.polls.elections[0].as_str(), scene.polls.elections[1].as_str()];
    let (session, entitled) = scene.voter(4).await;
    let (one, other) = (&entitled[csa], &entitled[cap]);
    let good = scene.ballot(csa, &one.credential, 1);
    let cast = |admission: &Admission, bytes: Vec<u8>| {
        let (session, admission) = (&session, admission.clone());
        async move { session.cast(csa, &admission, bytes).await }
    };

    let stranger = Session::anonymous(&scene.portal);
    refused(
        stranger.cast(csa, &one.admission, good.bytes.clone()).await,
        401,
        "session_required",
    );
    refused(
        cast(&one.admission, vec![b' '; 300 * 1024]).await,
        413,
        "ballot_too_large",
    );
    for bad in [
        &b""[..],
        b"not JSON",
        b"{}",
        b"[]",
        b"\xff\xfe",
        &good.bytes[..good.bytes.len() - 1],
    ] {
        refused(cast(&one.admission, bad.to_vec()).await, 400, "ballot_malformed");
    }
    let mut spaced = good.bytes.clone();
    spaced.insert(1, b' ');
    refused(cast(&one.admission, spaced).await, 400, "ballot_not_canonical");
    let elsewhere = scene.ballot(cap, &other.credential, 1);
    refused(
        cast(&one.admission, elsewhere.bytes.clone()).await,
        422,
        "ballot_wrong_election",
    );
    let invented = SecretCredential::generate(&mut ambient::rng());
    let unknown = scene.ballot(csa, invented.expose(), 1);
    refused(cast(&one.admission, unknown.bytes).await, 422, "credential_unknown");
    let (_, neighbour) = scene.voter(1).await;
    let foreign = scene.ballot(csa, &neighbour[csa].credential, 1);
    refused(
        cast(&one.admission, foreign.bytes.clone()).await,
        403,
        "credential_foreign",
    );
    for bad in [
        "",
        "x",
        "e30.AAAA",
        other.admission.as_str(),
        neighbour[csa].admission.as_str(),
    ] {
        refused(
            cast(&Admission::from_text(bad), good.bytes.clone()).await,
            403,
            "admission_invalid",
        );
    }
    refused(
        cast(&one.admission, falsified(&good)).await,
        422,
        "ballot_proof_invalid",
    );

    // Voter 6 is on the other roll only; the admission is forged with the registrar's key.
    let (sixth, _) = scene.voter(6).await;
    let admission = scene.admission(&sixth.ticket().await.unwrap(), csa, &public_credential(&foreign));
    refused(
        sixth.cast(csa, &admission, foreign.bytes.clone()).await,
        403,
        "not_on_roll",
    );

    // Nothing was stored by any of them.
    let server = isoloir::open_voting_server(&scene.polls.site.folder.join("server.toml"))
        .await
        .unwrap();
    assert_eq!(server.board_counts(&csa.parse().unwrap()).await.unwrap().ballots, 0);

    // Accepted once; an identical retry gets the identical receipt; another ballot is refused.
    let (fresh, receipt) = session
        .cast_telling(csa, &one.admission, good.bytes.clone())
        .await
        .unwrap();
    let (again, same) = session
        .cast_telling(csa, &one.admission, good.bytes.clone())
        .await
        .unwrap();
    assert!(fresh && !again && receipt == same);
    refused(
        cast(&one.admission, scene.ballot(csa, &one.credential, 2).bytes).await,
        409,
        "already_voted",
    );

    // The same ballot by another voter, whom a colluding registrar admits.
    let (fifth, _) = scene.voter(5).await;
    let admission = scene.admission(&fifth.ticket().await.unwrap(), csa, &public_credential(&good));
    refused(
        fifth.cast(csa, &admission, good.bytes.clone()).await,
        409,
        "ballot_replayed",
    );

    // After the closing; a retry of a stored ballot still gets its receipt.
    crate::common::succeed(&scene.polls.site.folder, &["close", "--now", "--config", "server.toml"]);
    let (second, entitled) = scene.voter(2).await;
    let late = scene.ballot(csa, &entitled[csa].credential, 1);
    refused(
        second.cast(csa, &entitled[csa].admission, late.bytes).await,
        409,
        "polls_closed",
    );
    assert_eq!(session.cast(csa, &one.admission, good.bytes).await.unwrap(), receipt);
    scene.running.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_racing_ballots_of_one_voter_one_wins() {
    let scene = Scene::new().await;
    let csa = scene.polls.elections[0].clone();
    let (session, entitled) = scene.voter(1).await;
    let session = Arc::new(session);
    let mut racers = JoinSet::new();
    for choice in 0..50 {
        let ballot = scene.ballot(&csa, &entitled[&csa].credential, choice % 8);
        let (session, admission, csa) = (Arc::clone(&session), entitled[&csa].admission.clone(), csa.clone());
        racers.spawn(async move { session.cast(&csa, &admission, ballot.bytes).await });
    }
    let mut winners = 0;
    while let Some(outcome) = racers.join_next().await {
        match outcome.unwrap() {
            Ok(_) => winners += 1,
            Err(error) => assert_eq!(error.code(), Some("already_voted"), "{error}"),
        }
    }
    assert_eq!(winners, 1);
    scene.running.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_opening_nobody_votes() {
    let polls = Polls::prepare(1, None, |site, scenario| {
        site.write_consultation(scenario, "Ed25519").unwrap();
        let path = site.folder.join("consultation/consultation.toml");
        let toml = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, toml.replace("2020-01-01T00", "2098-01-01T00")).unwrap();
    })
    .await;
    let running = polls.start().await;
    let portal = polls.portal();
    let ballots = Ballots::fetch(&portal, polls.elections.clone()).await.unwrap();
    let (session, entitlements) = polls.voter(&portal, 1).await;
    let one = &entitlements[0];
    let election = ballots.election(&one.election).unwrap();
    let ballot = Ballot::choose(&election, &one.credential, 0, &mut ambient::rng()).unwrap();
    refused(
        session.cast(&one.election, &one.admission, ballot.bytes).await,
        409,
        "polls_not_open",
    );
    running.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_database_the_server_says_that_nothing_is_stored() {
    let postgres = isoloir_testkit::Postgres::start();
    let polls = Polls::with_voters(1, Some(&postgres.fresh_database())).await;
    let running = polls.start().await;
    let portal = polls.portal();
    let ballots = Ballots::fetch(&portal, polls.elections.clone()).await.unwrap();
    let (session, entitlements) = polls.voter(&portal, 1).await;
    let one = &entitlements[0];
    let election = ballots.election(&one.election).unwrap();
    let ballot = Ballot::choose(&election, &one.credential, 0, &mut ambient::rng()).unwrap();
    drop(postgres);
    refused(
        session.cast(&one.election, &one.admission, ballot.bytes).await,
        503,
        "store_unavailable",
    );
    running.server.kill().await.unwrap();
    running.registrar.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_are_counted_and_then_wait() {
    let polls = Polls::with_voters(2, None).await;
    let running = polls.start().await;
    let portal = polls.portal();
    let session = Session::sign_in(&portal, &isoloir::rehearse::email(1), crate::common::PASSWORD)
        .await
        .unwrap();
    refused(session.unlock(polls.code(2)).await, 403, "code_wrong");
    assert!(
        matches!(session.unlock("K7QM-2RTD").await, Err(VoterError::Code(_))),
        "a mistyped code stays at home"
    );
    assert!(
        session.unlock(polls.code(1)).await.is_ok(),
        "one wrong code locks nobody out"
    );
    for _ in 0..5 {
        refused(session.unlock(polls.code(2)).await, 403, "code_wrong");
    }
    refused(session.unlock(polls.code(1)).await, 429, "code_locked");
    running.stop().await.unwrap();
}
