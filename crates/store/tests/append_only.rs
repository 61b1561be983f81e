//! Box, poll book and journal only grow: the engines themselves refuse everything else, whoever asks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "in a test, a failure is a failed test"
)]

use isoloir_domain::candidacy::{FiledList, Piece, State};
use isoloir_domain::complaint::CorrectionKind;
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::roll_gates::Waiver;
use isoloir_domain::texts::{TextContent, TextKey, TextSource, TextVersion};
use isoloir_domain::{Calendar, Consultation, ConsultationId, Election, ElectionId, Profile, Voter, VoterId};
use isoloir_protocol::any::AnyElection;
use isoloir_protocol::archive::{EventHash, EventKind, PayloadHash, Setup, event};
use isoloir_protocol::ballot::{Choice, Vote};
use isoloir_protocol::credential::SecretCredential;
use isoloir_protocol::election::ElectionParams;
use isoloir_protocol::group::{Ed25519, Group as _, GroupName};
use isoloir_protocol::json;
use isoloir_protocol::question::Homomorphic;
use isoloir_protocol::trustee::PrivateKey;
use isoloir_store::ballot_box::{BoxSetup, NewRecord};
use isoloir_store::candidacy::{Candidacy, CandidacyChange, CandidacyFile, Changed, Consequences, OrderSecret};
use isoloir_store::closing::Verification;
use isoloir_store::record::{NewCast, Outcome};
use isoloir_store::roll::{NewRoll, sort_key};
use isoloir_store::roll_apply::{Application, Applied, ElectionMove};
use isoloir_store::roll_correction::{Decided, Judgment, NewCorrection};
use isoloir_store::roll_stage::{Mode, NewStage};
use isoloir_store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use sqlx::{AssertSqlSafe, Executor as _};

const FORBIDDEN: [&str; 38] = [
    "UPDATE ballot SET tracker = 'x'",
    "DELETE FROM ballot",
    "UPDATE poll_book SET marked_minute = 0",
    "DELETE FROM poll_book",
    "UPDATE journal SET entry = '{}'",
    "DELETE FROM journal",
    "UPDATE box_setup SET trustees = setup",
    "DELETE FROM box_setup",
    "UPDATE box_head SET height = height - 1",
    "DELETE FROM box_head",
    "INSERT INTO candidate_list (election, position, name, acronym) VALUES ('NkHrZ7QCf3Nf3h', 9, 'x', 'x')",
    "INSERT INTO candidate (election, list, rank, last_name, first_name, sex) VALUES ('NkHrZ7QCf3Nf3h', 9, 1, 'x', 'x', 'F')",
    "INSERT INTO roll_entry (election, voter, sort_key) SELECT election, 'x', sort_key FROM roll_entry",
    "UPDATE roll_entry SET election = 'x'",
    "DELETE FROM roll_entry",
    "UPDATE gate_waiver SET reason = 'x'",
    "DELETE FROM gate_waiver",
    "UPDATE roll_change SET decided_by = 'x'",
    "DELETE FROM roll_change",
    "UPDATE judgment SET effect = 'roll'",
    "DELETE FROM judgment",
    "UPDATE roll_move SET gone = 0",
    "DELETE FROM roll_move",
    "INSERT INTO candidacy (id, election, union_key, state, revision, list, asked, reasons) VALUES ('x', 'NkHrZ7QCf3Nf3h', 'x', 'draft', 1, '{}', '[]', '')",
    "UPDATE candidacy SET state = 'refused'",
    "DELETE FROM candidacy",
    "UPDATE candidacy_file SET name = 'x'",
    "DELETE FROM candidacy_file",
    "UPDATE candidacy_step SET reasons = 'x'",
    "DELETE FROM candidacy_step",
    "UPDATE order_secret SET commitment = 'x'",
    "DELETE FROM order_secret",
    "UPDATE capacity_certificate SET certificate = '{}'",
    "DELETE FROM capacity_certificate",
    "UPDATE order_draw SET record = '{}'",
    "DELETE FROM order_draw",
    "UPDATE text_version SET body = 'x'",
    "DELETE FROM text_version",
];

fn now() -> Timestamp {
    "2026-12-05T10:00:00Z".parse().unwrap()
}

fn entry(election: &ElectionId) -> Entry {
    Entry {
        actor: None,
        at: now(),
        subject: Subject::Election(election.clone()),
        what: Event::InvitationsSent { count: 1 },
    }
}

/// One voter, one box, one ballot; gives the election and the identical cast.
async fn one_ballot(store: &Store) -> (ElectionId, NewCast) {
    let id: ElectionId = "NkHrZ7QCf3Nf3h".parse().unwrap();
    let voter: VoterId = "0190a2b4-5c6d-7e8f-9a0b-1c2d3e4f5061".parse().unwrap();
    let day = SignedDuration::from_hours(24);
    let consultation = Consultation {
        id: "c".parse().unwrap(),
        title: "c".to_owned(),
        organiser: "o".to_owned(),
        profile: Profile::Test,
        group: "Ed25519".to_owned(),
        calendar: Calendar::new(now() - day, now() + day, SignedDuration::ZERO).unwrap(),
        live_box: false,
        policy: isoloir_domain::Policy::default(),
    };
    let election = Election {
        id: id.clone(),
        consultation: consultation.id.clone(),
        key: "k".to_owned(),
        title: "t".to_owned(),
        seats: 1,
        position: 1,
        count: isoloir_domain::CountRules::default(),
    };
    assert!(
        store
            .insert_consultation(&consultation, &[election], &[], &entry(&id))
            .await
            .unwrap()
    );
    let roll = NewRoll {
        elections: vec![id.clone()],
        voters: vec![Voter {
            id: voter,
            number: "1".to_owned(),
            last_name: "l".to_owned(),
            first_name: "f".to_owned(),
            email: Some("e@x.example".to_owned()),
            language: None,
        }],
        deliveries: Vec::new(),
        entries: vec![(id.clone(), voter, sort_key(&id, voter, "l", "f"))],
        identities: Vec::new(),
        file: String::new(),
        imported: now(),
    };
    store.replace_rolls(&roll, &entry(&id)).await.unwrap();

    decisions(store, &consultation.id, &id).await;
    text(store, &consultation.id, &id).await;
    candidacies(store, &id).await;

    let mut rng = FixedRng(7);
    let key = PrivateKey::<Ed25519>::generate(&mut rng);
    let mut text = String::new();
    Ed25519::write(&key.public_element(), &mut text);
    let uuid: isoloir_protocol::credential::ElectionUuid = id.as_str().parse().unwrap();
    let question = Homomorphic::new("q", vec!["a".to_owned()], 1, 1, true).unwrap();
    let params = ElectionParams::new(uuid.clone(), GroupName::Ed25519, text, vec![question.into()]).to_bytes();
    let secret = SecretCredential::generate(&mut rng);
    let credentials = json::to_bytes(&[secret.public(&uuid, GroupName::Ed25519).to_string()]);
    let setup = BoxSetup {
        archive_timestamp: 0,
        setup: Setup::of(&params, b"[]", &credentials).to_bytes(),
        election: params.clone(),
        trustees: b"[]".to_vec(),
        credentials,
    };
    assert!(store.set_up_box(&id, &setup, |_| entry(&id)).await.unwrap().is_some());
    assert!(store.set_up_box(&id, &setup, |_| entry(&id)).await.unwrap().is_none());

    let parsed = AnyElection::parse(&params).unwrap();
    let bytes = parsed
        .create_ballot(&secret, &Vote::new(vec![Choice::Blank]), &mut rng)
        .unwrap();
    let cast = |bytes: Vec<u8>| NewCast {
        election: id.clone(),
        ballot: parsed.parse_ballot(bytes).unwrap().verify(&parsed).unwrap(),
        voter,
        authenticated: now(),
        mail: None,
    };
    let outcomes = store.record_ballots(&[cast(bytes.clone())], now()).await.unwrap();
    assert!(matches!(outcomes.as_slice(), [Outcome::Recorded(_)]));
    (id.clone(), cast(bytes))
}

/// A gate passed, a judgment that put somebody on the roll, a staged file applied.
/// A list that was filed, with a file, and an order that was drawn.
async fn candidacies(store: &Store, election: &ElectionId) {
    let draft = Candidacy {
        id: "0190a2b4-5c6d-4e8f-9a0b-1c2d3e4f5063".parse().unwrap(),
        election: election.clone(),
        union_key: "u".to_owned(),
        state: State::Draft,
        revision: 1,
        list: FiledList::default(),
        number: None,
        filed: None,
        asked: std::collections::BTreeSet::new(),
        reasons: String::new(),
    };
    assert_eq!(store.open_candidacy(&draft, None).await.unwrap(), Changed::Made);
    let file = CandidacyFile {
        piece: Piece::Logo,
        number: String::new(),
        name: "l".to_owned(),
        media_type: "image/png".to_owned(),
        pages: 1,
        size: 1,
        digest: [0; 32],
    };
    assert_eq!(
        store.put_candidacy_file(&draft, &file, b"x").await.unwrap(),
        Changed::Made
    );
    let draft = store.candidacy(draft.id).await.unwrap().unwrap();
    let refused = Candidacy {
        state: State::Refused,
        ..draft.clone()
    };
    let change = CandidacyChange {
        from: &draft,
        to: &refused,
        step: Some(("b", now(), "d")),
        year: 2026,
    };
    let changed = store.change_candidacy(&change, |_| Consequences::default()).await;
    assert_eq!(changed.unwrap(), Changed::Made);
    let stale = store.change_candidacy(&change, |_| Consequences::default()).await;
    assert_eq!(stale.unwrap(), Changed::Moved, "made from what it no longer is");
    let secret = OrderSecret {
        commitment: "c".to_owned(),
        secret: vec![1],
        committed: now(),
    };
    assert!(store.commit_order(election, &secret, &entry(election)).await.unwrap());
    let drawn = store.record_order(election, "{}", &entry(election)).await;
    assert_eq!(drawn.unwrap(), Changed::Made);
}

async fn text(store: &Store, consultation: &ConsultationId, election: &ElectionId) {
    let key: TextKey = "edito.fr".parse().unwrap();
    let version = TextVersion {
        number: 1,
        content: Some(TextContent {
            body: "t".to_owned(),
            attachment: None,
        }),
        since: Some(now()),
        source: TextSource::Written,
        by: "b".to_owned(),
    };
    let entry = entry(election);
    let publish = async |latest| {
        let published = store.publish_text(consultation, key, latest, &version, &entry);
        published.await.unwrap()
    };
    assert!(publish(0).await);
    assert!(!publish(0).await, "made from what it no longer is");
}

async fn decisions(store: &Store, consultation: &ConsultationId, election: &ElectionId) {
    store.keep_capacity(consultation, now(), "{}").await.unwrap();
    let waiver = Waiver {
        gate: "head-count:k:1/2".to_owned(),
        by: "b".to_owned(),
        reason: "r".to_owned(),
        at: now(),
    };
    assert!(store.waive_gate(consultation, &waiver, &entry(election)).await.unwrap());
    let judgment = Judgment {
        id: "j".to_owned(),
        consultation: consultation.clone(),
        election: election.clone(),
        number: "2".to_owned(),
        last_name: "l".to_owned(),
        first_name: "f".to_owned(),
        ordered: "join".to_owned(),
        court: "c".to_owned(),
        dated: "2026-12-04".parse().unwrap(),
        reference: "r".to_owned(),
        effect: "roll".to_owned(),
        signed: vec!["s".to_owned()],
        recorded: now(),
        recorded_by: "b".to_owned(),
    };
    let correction = NewCorrection {
        consultation: consultation.clone(),
        voter: Voter {
            id: "0190a2b4-5c6d-7e8f-9a0b-1c2d3e4f5062".parse().unwrap(),
            number: "2".to_owned(),
            last_name: "l".to_owned(),
            first_name: "f".to_owned(),
            email: None,
            language: None,
        },
        newcomer: true,
        what: CorrectionKind::Join(election.clone()),
        before: String::new(),
        source: "j".to_owned(),
        by: "b".to_owned(),
        at: now(),
    };
    let recorded = store
        .record_judgment(&judgment, Some(&correction), &[entry(election)])
        .await;
    assert_eq!(recorded.unwrap(), Decided::Made);
    let stage = NewStage {
        id: "s".to_owned(),
        consultation: consultation.clone(),
        mode: Mode::Supplement,
        file: String::new(),
        base: store.roll_version().await.unwrap(),
        elections: vec![election.clone()],
        report: "{}".to_owned(),
        at: now(),
        by: "b".to_owned(),
    };
    let nothing = || Ok::<_, StoreError>(None);
    store.stage_roll(&stage, nothing, &entry(election)).await.unwrap();
    assert!(store.approve_roll("s", now(), "b", &entry(election)).await.unwrap());
    let staged = store.staged_roll("s").await.unwrap().unwrap();
    let moves = [ElectionMove {
        election: election.clone(),
        before: 2,
        joined: 0,
        gone: 0,
    }];
    let application = Application {
        stage: &staged,
        moves: &moves,
        at: now(),
        by: "b",
    };
    let open = |_, _: &[u8]| Err(StoreError::Damaged("no part"));
    let applied = store.apply_roll(&application, open, &entry(election)).await.unwrap();
    assert_eq!(applied, Applied::Made);
}

/// A generator for tests that need no secrecy.
struct FixedRng(u64);

impl rand_core::TryRng for FixedRng {
    type Error = std::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Ok(self.0)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        for byte in out {
            *byte = (self.try_next_u64()? >> 56) as u8;
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for FixedRng {}

async fn check(store: &Store, id: &ElectionId, again: NewCast) {
    let outcomes = store.record_ballots(&[again], now()).await.unwrap();
    assert!(matches!(outcomes.as_slice(), [Outcome::Again(_)]));
    assert!(store.chain_holds(id).await.unwrap());
    assert!(store.journal_holds().await.unwrap());
    assert_eq!(store.ballot_count(id).await.unwrap(), 1);
}

async fn freeze(store: &Store, id: &ElectionId) {
    let end = |kind| NewRecord {
        kind,
        owner: 0,
        payload: None,
        data: None,
    };
    assert!(
        store
            .append_record(id, &end(EventKind::EncryptedTally), |_| entry(id))
            .await
            .is_err(),
        "not frozen yet"
    );
    assert!(
        store
            .append_record(id, &end(EventKind::EndBallots), |_| entry(id))
            .await
            .unwrap()
    );
    assert!(
        !store
            .append_record(id, &end(EventKind::EndBallots), |_| entry(id))
            .await
            .unwrap()
    );
    assert!(store.chain_holds(id).await.unwrap());
}

/// What a closing leaves: never changed either.
const FORBIDDEN_AFTER: [&str; 4] = [
    "UPDATE closing_seal SET statement = '{}'",
    "DELETE FROM closing_seal",
    "UPDATE verification SET checks = 0",
    "DELETE FROM verification",
];

/// The statement of what was frozen, and a result that enters with its audit, or not at all.
async fn conclude(store: &Store, id: &ElectionId) {
    assert!(store.keep_closing_seal(id, "{}", &entry(id)).await.unwrap());
    assert!(!store.keep_closing_seal(id, "{\"other\":1}", &entry(id)).await.unwrap());
    assert_eq!(store.closing_seal(id).await.unwrap().unwrap(), ("{}".to_owned(), now()));
    let head = store.box_state(id).await.unwrap().unwrap().head;
    let parent = EventHash::from_bytes(head.event);
    let (_, result) = event(
        Some(parent),
        head.height + 1,
        EventKind::Result,
        Some(PayloadHash::of(b"r")),
    );
    let record = NewRecord {
        kind: EventKind::Result,
        owner: 0,
        payload: Some(b"r".to_vec()),
        data: None,
    };
    let mut verified = Verification {
        head: parent,
        archive: [7; 32],
        size: 12,
        checks: 30,
        at: now(),
    };
    let appended = store.append_verified(id, &record, &verified, |_| entry(id)).await;
    assert!(!appended.unwrap(), "another box was audited");
    assert!(store.verification(id).await.unwrap().is_none() && !store.has_result(id).await.unwrap());
    verified.head = result;
    let appended = store.append_verified(id, &record, &verified, |_| entry(id)).await;
    assert!(appended.unwrap());
    assert_eq!(store.verification(id).await.unwrap(), Some(verified));
    assert!(store.has_result(id).await.unwrap() && store.chain_holds(id).await.unwrap());
}

const LATE: &str = "INSERT INTO ballot (election, height, tracker, credential, bytes, event)
    SELECT election, height + 9, 'x', 'y', bytes, event FROM ballot";

#[tokio::test]
async fn sqlite_refuses_to_change_what_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("s.db").display());
    let store = Store::open(&url).await.unwrap();
    let (id, again) = one_ballot(&store).await;
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    for sql in FORBIDDEN {
        assert!(pool.execute(AssertSqlSafe(sql)).await.is_err(), "{sql}");
    }
    check(&store, &id, again).await;
    freeze(&store, &id).await;
    assert!(pool.execute(AssertSqlSafe(LATE)).await.is_err(), "the box is frozen");
    assert!(pool.execute("UPDATE box_head SET ended = FALSE").await.is_err());
    conclude(&store, &id).await;
    for sql in FORBIDDEN_AFTER {
        assert!(pool.execute(AssertSqlSafe(sql)).await.is_err(), "{sql}");
    }
    // Whoever removes the guards first is seen by the chain.
    pool.execute("DROP TRIGGER journal_keeps_update").await.unwrap();
    pool.execute("UPDATE journal SET entry = '{}' WHERE seq = 2")
        .await
        .unwrap();
    assert!(!store.journal_holds().await.unwrap());
    pool.execute("DROP TRIGGER ballot_keeps_update").await.unwrap();
    pool.execute("UPDATE ballot SET bytes = x'7b7d'").await.unwrap();
    assert!(!store.chain_holds(&id).await.unwrap());
}

#[tokio::test]
async fn postgres_refuses_to_change_what_is_stored() {
    let cluster = isoloir_testkit::Postgres::start();
    let url = cluster.fresh_database();
    let store = Store::open(&url).await.unwrap();
    let (id, again) = one_ballot(&store).await;
    let pool = sqlx::PgPool::connect(&url).await.unwrap();
    // One connection keeps its search path.
    let mut connection = pool.acquire().await.unwrap();
    connection.execute("SET search_path TO server, box").await.unwrap();
    for sql in FORBIDDEN.into_iter().chain([
        "TRUNCATE ballot",
        "TRUNCATE poll_book",
        "TRUNCATE journal",
        "TRUNCATE gate_waiver",
        "TRUNCATE capacity_certificate",
    ]) {
        assert!(connection.execute(AssertSqlSafe(sql)).await.is_err(), "{sql}");
    }
    check(&store, &id, again).await;
    freeze(&store, &id).await;
    assert!(
        connection.execute(AssertSqlSafe(LATE)).await.is_err(),
        "the box is frozen"
    );
    assert!(connection.execute("UPDATE box_head SET ended = FALSE").await.is_err());
    conclude(&store, &id).await;
    for sql in FORBIDDEN_AFTER {
        assert!(connection.execute(AssertSqlSafe(sql)).await.is_err(), "{sql}");
    }
    let box_tables: Vec<String> = sqlx::query_scalar(
        "SELECT column_name::text FROM information_schema.columns WHERE table_schema = 'box' AND table_name <> '_sqlx_migrations'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(box_tables.contains(&"tracker".to_owned()));
    assert!(
        box_tables
            .iter()
            .all(|column| !column.contains("voter") && !column.contains("minute"))
    );
}
