//! A board from its key ceremony to the result, as its members' devices play it: steps in order, wrong messages named, two sessions, absent
//! delegates and their substitutes.

use std::path::Path;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use isoloir::trustee::{StandIn, play_ceremony};
use isoloir_carriers::MailMode;
use isoloir_domain::board::{Delegate, Person};
use isoloir_domain::board_deed::{Occasion, Step};
use isoloir_domain::clock::SettableClock;
use isoloir_domain::message::Refusal as _;
use isoloir_domain::policy::RehearsalPolicy;
use isoloir_domain::{Board, ElectionId, Profile, Role, Seat, Voter};
use isoloir_protocol::credential::SecretCredential;
use isoloir_protocol::group::{Ed25519, GroupName};
use isoloir_service::board::{Build, CountState, Ended, Proposal, Task};
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::read_journal::Wanted;
use isoloir_service::set_up_election::SetUp;
use isoloir_service::{Settings, VotingServer};
use isoloir_store::Store;
use jiff::Timestamp;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use sha2::{Digest as _, Sha256};

const LISTS: &str =
    "scrutin;liste;sigle;rang;nom;prenom;sexe\ncsa;Union;UPE;1;Martin;Alice;F\ncsa;Ensemble;ES;1;Petit;Zoé;F\n";

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

fn composition() -> Board {
    Board {
        key: "csa".to_owned(),
        title: "BVE du CSA".to_owned(),
        elections: vec!["csa".to_owned()],
        president: Person {
            phone: Some("06 12 34 56 78".to_owned()),
            ..person("Anne")
        },
        secretary: person("Luc"),
        delegates: vec![
            delegate("UPE", "Awa", Some("Zoe")),
            delegate("ES", "Marc", None),
            delegate("LU", "Lucie", None),
        ],
    }
}

/// A server, a board whose members are played, an election that is not set up.
struct Scene {
    server: VotingServer,
    clock: SettableClock,
    members: Vec<StandIn>,
    election: ElectionId,
    voters: usize,
    rng: StdRng,
    folder: tempfile::TempDir,
}

async fn open(folder: &Path, clock: &SettableClock) -> VotingServer {
    let settings = Settings {
        server_key: SigningKey::from_bytes(&[1; 32]),
        registrar_key: SigningKey::from_bytes(&[2; 32]).verifying_key(),
        public_url: "http://127.0.0.1:8080".to_owned(),
        mail: MailMode::Demonstration,
        verifiers: Some(1),
        hashers: Some(1),
    };
    let url = format!("sqlite://{}", folder.join("test.db").display());
    VotingServer::open(&url, settings, Arc::new(clock.clone()), StdRng::seed_from_u64(7))
        .await
        .unwrap()
}

/// What a statement says of the roll of an election.
fn sealed_roll(statement: &str, election: &ElectionId) -> String {
    let statement: serde_json::Value = serde_json::from_str(statement).unwrap();
    statement["elections"][election.as_str()]["roll"]
        .as_str()
        .unwrap()
        .to_owned()
}

impl Scene {
    /// Changes the database as a program other than this one may.
    fn by_another_hand(&self, sql: &str) {
        let file = self.folder.path().join("test.db");
        let done = std::process::Command::new("sqlite3").arg(file).arg(sql).status();
        assert!(done.unwrap().success());
    }

    /// That of docs/protocol/board.md, from what the database has.
    async fn digest_of_roll(&self) -> String {
        let url = format!("sqlite://{}", self.folder.path().join("test.db").display());
        let roll = Store::open(&url).await.unwrap().roll(&self.election).await.unwrap();
        let line = |voter: &Voter| format!("{}|{}|{}|{}", voter.id, voter.number, voter.last_name, voter.first_name);
        let mut lines: Vec<_> = roll.iter().map(line).collect();
        lines.sort();
        hex::encode(Sha256::digest(lines.join("\n")))
    }

    async fn new() -> Scene {
        Self::of(1, isoloir_domain::Policy::default()).await
    }

    /// With so many voters, and what the organiser decided.
    async fn of(voters: usize, policy: isoloir_domain::Policy) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let clock = SettableClock::new(at("2026-11-05T10:00:00Z"));
        let server = open(folder.path(), &clock).await;
        let plan = ConsultationPlan {
            id: "essai-2026".parse().unwrap(),
            title: "Élections d’essai".to_owned(),
            organiser: "Académie de Valbrune".to_owned(),
            profile: Profile::Test,
            group: "Ed25519".to_owned(),
            opens: at("2026-12-03T07:00:00Z"),
            closes: at("2026-12-10T16:00:00Z"),
            grace: None,
            live_box: Some(false),
            policy,
            boards: vec![composition()],
            elections: vec![ElectionPlan {
                key: "csa".to_owned(),
                title: "Comité social".to_owned(),
                seats: 3,
                count: isoloir_domain::CountRules::default(),
            }],
        };
        let election = server.import_consultation(&plan).await.unwrap().remove(0).id;
        let mut roll =
            "matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;camille@valbrune.example;csa\n".to_owned();
        for number in 2..=voters {
            roll += &format!("M{number};Durand;Camille;;csa\n");
        }
        server.import_roll(&plan.id, roll.as_bytes()).await.unwrap();
        server.import_lists(&plan.id, LISTS.as_bytes()).await.unwrap();
        let mut rng = StdRng::seed_from_u64(11);
        let mut members = Vec::new();
        for invited in server.invite_board(None, "csa", false).await.unwrap() {
            assert!(invited.link.is_some());
            let member = server.staff_with_email(&invited.email).await.unwrap().unwrap().member;
            assert!(member.roles.has(Role::Board));
            members.push(StandIn::new(&server, "csa", member, &mut rng).await.unwrap());
        }
        Scene {
            server,
            clock,
            members,
            election,
            voters,
            rng,
            folder,
        }
    }

    fn place(&self, seat: Seat) -> usize {
        self.members.iter().position(|member| member.seat() == seat).unwrap()
    }

    async fn task(&self, seat: Seat) -> Task {
        self.server.board_state("csa").await.unwrap().task(seat)
    }

    /// The next message of a seat, not sent.
    async fn message(&mut self, seat: Seat, step: Step) -> String {
        let state = self.server.board_state("csa").await.unwrap();
        let place = self.place(seat);
        self.members[place]
            .message::<Ed25519>(&state, step, &mut self.rng)
            .unwrap()
    }

    /// Sends a message; gives the code of the refusal.
    async fn send(&self, seat: Seat, step: Step, body: &str) -> Result<(), &'static str> {
        let member = &self.members[self.place(seat)].member;
        let sitting = self.server.sit("csa", member).await.unwrap();
        let round = sitting.state.round;
        let sent = self.server.board_message(&sitting, round, step, body.to_owned()).await;
        sent.map_err(|error| error.code())
    }

    async fn play(&mut self) {
        play_ceremony(&self.server, &mut self.members, &mut self.rng)
            .await
            .unwrap();
    }

    async fn set_up(&mut self) {
        let keys = self.server.board_state("csa").await.unwrap().keys.unwrap().0;
        let uuid = self.election.as_str().parse().unwrap();
        let credential = |_| {
            let secret = SecretCredential::generate(&mut self.rng);
            secret.public(&uuid, GroupName::Ed25519).to_string()
        };
        let credentials: Vec<String> = (0..self.voters).map(credential).collect();
        let set_up = SetUp {
            trustees: keys.as_bytes(),
            credentials: &credentials,
            credential_authority: "Autorité des codes",
        };
        self.server.set_up_election(&self.election, set_up).await.unwrap();
    }

    /// A seat's decryption, as its browser posts it; gives the code of the refusal.
    async fn decrypt(&mut self, seat: Seat) -> Result<(), &'static str> {
        let election = self.election.clone();
        self.decrypt_of(seat, &election).await
    }

    async fn decrypt_of(&mut self, seat: Seat, election: &ElectionId) -> Result<(), &'static str> {
        let place = self.place(seat);
        let body = self.members[place].decrypt(&self.server, election, &mut self.rng).await;
        self.post_decryption_of(seat, election, seat.owner(), &body.unwrap())
            .await
    }

    async fn post_decryption(&self, seat: Seat, owner: u32, body: &str) -> Result<(), &'static str> {
        self.post_decryption_of(seat, &self.election, owner, body).await
    }

    async fn post_decryption_of(
        &self,
        seat: Seat,
        election: &ElectionId,
        owner: u32,
        body: &str,
    ) -> Result<(), &'static str> {
        let sitting = self.sitting(seat).await;
        let posted = self.server.board_decryption(&sitting, election, owner, body).await;
        posted.map_err(|error| error.code())
    }

    /// Begins a rehearsal and lets its synthetic voters vote; gives the twin.
    async fn rehearse(&mut self) -> ElectionId {
        let ready = self.server.begin_rehearsal(&self.sitting(Seat::President).await).await;
        self.server.play_rehearsal(ready.unwrap()).await.unwrap();
        let state = self.server.board_state("csa").await.unwrap();
        state.twins()[0].id.clone()
    }

    /// A rehearsal, counted by exactly the quorum.
    async fn rehearse_and_count(&mut self) {
        let twin = self.rehearse().await;
        for seat in [Seat::President, Seat::Delegate(1), Seat::Delegate(2)] {
            assert_eq!(self.decrypt_of(seat, &twin).await, Ok(()));
        }
    }

    async fn count(&self) -> isoloir_service::board::Count {
        let sitting = self.server.sit("csa", &self.members[0].member).await.unwrap();
        self.server.board_count(&sitting).await.unwrap().remove(0)
    }

    async fn close(&self) {
        self.clock.set(at("2026-12-10T16:30:00Z"));
        self.server.close_polls(&self.election).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_made_step_by_step_and_each_message_is_judged() {
    let mut scene = Scene::new().await;
    let (president, secretary, awa, marc) = (Seat::President, Seat::Secretary, Seat::Delegate(1), Seat::Delegate(2));
    // Nobody commits before all certificates of the part are there, and nobody does another's step.
    let own = scene.message(president, Step::Certificate).await;
    assert_eq!(
        scene.send(president, Step::Commitment, &own).await,
        Err("board_step_not_open")
    );
    assert_eq!(scene.send(president, Step::Enrol, &own).await, Err("board_not_yours"));
    assert_eq!(
        scene.send(secretary, Step::Certificate, &own).await,
        Err("board_message_wrong")
    );
    assert_eq!(
        scene.send(president, Step::Certificate, "{}").await,
        Err("board_message_wrong")
    );
    assert_eq!(scene.send(president, Step::Certificate, &own).await, Ok(()));
    // Two sessions of one member: the same message again is nothing new, another one is refused.
    assert_eq!(scene.send(president, Step::Certificate, &own).await, Ok(()));
    let other = scene.message(president, Step::Certificate).await;
    assert_eq!(
        scene.send(president, Step::Certificate, &other).await,
        Err("board_message_taken")
    );
    assert_eq!(scene.task(president).await, Task::Wait);
    let mine = scene.message(secretary, Step::Certificate).await;
    assert_eq!(scene.send(secretary, Step::Certificate, &mine).await, Ok(()));
    assert_eq!(scene.task(president).await, Task::Do(Step::Commitment));
    assert_eq!(
        scene.task(awa).await,
        Task::Do(Step::Certificate),
        "each part of the key goes its own pace"
    );
    // A polynomial that was not committed to is refused when it is revealed.
    for seat in [president, secretary] {
        let commitment = scene.message(seat, Step::Commitment).await;
        assert_eq!(scene.send(seat, Step::Commitment, &commitment).await, Ok(()));
    }
    let committed = scene.message(president, Step::Polynomial).await;
    let _ = scene.message(president, Step::Commitment).await;
    let another = scene.message(president, Step::Polynomial).await;
    assert_ne!(committed, another);
    assert_eq!(
        scene.send(president, Step::Polynomial, &another).await,
        Err("board_message_wrong")
    );
    assert_eq!(scene.send(president, Step::Polynomial, &committed).await, Ok(()));
    // The president lost the device: begun again, by the authority only, with a reason; what belongs to the attempt before is refused.
    let sitting = scene
        .server
        .sit("csa", &scene.members[scene.place(marc)].member)
        .await
        .unwrap();
    let again = scene.server.begin_ceremony_again(&sitting, "panne").await;
    assert_eq!(again.unwrap_err().code(), "board_not_yours");
    let sitting = scene
        .server
        .sit("csa", &scene.members[scene.place(secretary)].member)
        .await
        .unwrap();
    assert_eq!(
        scene
            .server
            .begin_ceremony_again(&sitting, " ")
            .await
            .unwrap_err()
            .code(),
        "board_reason_missing"
    );
    scene
        .server
        .begin_ceremony_again(&sitting, "appareil perdu")
        .await
        .unwrap();
    let stale = scene
        .server
        .board_message(&sitting, 1, Step::Polynomial, committed)
        .await;
    let fresh = scene
        .server
        .sit("csa", &sitting_member(&scene, secretary))
        .await
        .unwrap();
    assert!(stale.is_err() && fresh.state.round == 2 && fresh.state.keys.is_none());
    // Everybody goes through; the keys are those of all, and once an election bears them they are not made again.
    scene.play().await;
    let state = scene.server.board_state("csa").await.unwrap();
    assert_eq!(
        isoloir_domain::fingerprint::words(&state.keys_digest().unwrap()).len(),
        12
    );
    let names = isoloir::trustee::describe(state.keys.unwrap().0.as_bytes()).unwrap().0;
    assert_eq!(names[0].name, "Anne");
    assert_eq!(
        (names[2].name.as_str(), names[2].threshold, names.len()),
        ("Awa, UPE", 2, 5)
    );
    scene.set_up().await;
    let sitting = scene
        .server
        .sit("csa", &sitting_member(&scene, secretary))
        .await
        .unwrap();
    let again = scene.server.begin_ceremony_again(&sitting, "trop tard").await;
    assert_eq!(again.unwrap_err().code(), "board_keys_in_use");
}

fn sitting_member(scene: &Scene, seat: Seat) -> isoloir_domain::StaffMember {
    scene.members[scene.place(seat)].member.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quorum_counts_a_box_without_ballots_and_hostile_shares_are_refused() {
    let mut scene = Scene::new().await;
    let (president, secretary, awa, marc, zoe) = (
        Seat::President,
        Seat::Secretary,
        Seat::Delegate(1),
        Seat::Delegate(2),
        Seat::Substitute(1),
    );
    scene.play().await;
    scene.set_up().await;
    // Count asked before closing.
    assert_eq!(
        scene.post_decryption(president, 1, "{}").await,
        Err("board_step_not_open")
    );
    assert_eq!(scene.count().await.state, CountState::Open);
    scene.close().await;
    assert_eq!(scene.count().await.state, CountState::Decrypt);
    // Another's place, malformed, and somebody else's decryption under one's own name.
    assert_eq!(scene.post_decryption(marc, 1, "{}").await, Err("board_not_yours"));
    assert_eq!(scene.post_decryption(marc, 4, "{}").await, Err("board_message_wrong"));
    let place = scene.place(awa);
    let foreign = scene.members[place]
        .decrypt(&scene.server, &scene.election, &mut scene.rng)
        .await
        .unwrap();
    assert_eq!(
        scene.post_decryption(marc, 4, &foreign).await,
        Err("board_message_wrong")
    );
    // The president alone, then with one delegate: not enough. A hostile share does not keep the others from counting.
    assert_eq!(scene.decrypt(president).await, Ok(()));
    assert_eq!(scene.decrypt(marc).await, Ok(()));
    assert_eq!(scene.count().await.state, CountState::Decrypt);
    // A substitute who replaces nobody; then, recorded, the delegate no longer; both together would count once in any case.
    assert_eq!(scene.decrypt(zoe).await, Err("board_not_yours"));
    let sitting = scene.server.sit("csa", &sitting_member(&scene, marc)).await.unwrap();
    assert_eq!(
        scene
            .server
            .replace_delegate(&sitting, zoe, "absente")
            .await
            .unwrap_err()
            .code(),
        "board_not_yours"
    );
    let sitting = scene
        .server
        .sit("csa", &sitting_member(&scene, secretary))
        .await
        .unwrap();
    scene.server.replace_delegate(&sitting, zoe, "absente").await.unwrap();
    assert_eq!(scene.decrypt(awa).await, Err("board_not_yours"));
    assert_eq!(scene.decrypt(zoe).await, Ok(()));
    let count = scene.count().await;
    assert_eq!((count.state, count.ballots), (CountState::Counted, 0));
    assert_eq!(count.decrypted, [1, 4, 3]);
    let results = scene.server.results(&scene.election).await.unwrap().unwrap();
    assert_eq!((results.voters, results.blank), (0, 0));
    // It was audited before anybody knew it: the very file that is handed out.
    let verified = scene.server.verification(&scene.election).await.unwrap().unwrap();
    let archive = scene.server.export_archive(&scene.election, Vec::new()).await.unwrap();
    assert_eq!(<[u8; 32]>::from(Sha256::digest(&archive)), verified.archive);
    assert_eq!(u64::try_from(archive.len()).unwrap(), verified.size);
    assert!(verified.checks > 10);
    // What was frozen is under one digest, which is in the journal.
    let (frozen, digest, _) = scene.server.closing_seal(&scene.election).await.unwrap().unwrap();
    assert_eq!((frozen.ballots, frozen.registered, frozen.marked), (0, 1, 0));
    let journal = scene
        .server
        .journal_page(None, &Wanted::of_kind("closing_sealed"))
        .await
        .unwrap();
    assert_eq!(journal.len(), 1);
    assert!(journal[0].1.to_text().unwrap().contains(&hex::encode(digest)));
    let state = scene.server.board_state("csa").await.unwrap();
    assert!(scene.server.check_seal(&state).await.unwrap().holds());
    // Somebody who comes late changes nothing.
    assert_eq!(scene.decrypt(secretary).await, Ok(()));
    assert_eq!(scene.count().await.decrypted.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_delegates_alone_count_nothing() {
    let mut scene = Scene::new().await;
    scene.play().await;
    scene.set_up().await;
    scene.close().await;
    for rank in 1..=3 {
        assert_eq!(scene.decrypt(Seat::Delegate(rank)).await, Ok(()));
    }
    assert_eq!(scene.count().await.state, CountState::Decrypt);
    assert!(scene.server.finish_tally(&scene.election).await.is_err());
    assert_eq!(scene.decrypt(Seat::Secretary).await, Ok(()));
    assert_eq!(scene.count().await.state, CountState::Counted);
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_and_observations_stay() {
    let scene = Scene::new().await;
    let sitting = scene
        .server
        .sit("csa", &sitting_member(&scene, Seat::Delegate(2)))
        .await
        .unwrap();
    scene.server.board_present(&sitting, Occasion::Ceremony).await.unwrap();
    scene.server.board_present(&sitting, Occasion::Ceremony).await.unwrap();
    scene
        .server
        .observe(&sitting, "La salle était trop petite.\nRien d’autre.")
        .await
        .unwrap();
    assert_eq!(
        scene.server.observe(&sitting, " ").await.unwrap_err().code(),
        "board_reason_missing"
    );
    let state = scene.server.board_state("csa").await.unwrap();
    assert_eq!(state.present_at(Occasion::Ceremony).len(), 1);
    assert_eq!(state.observations[0].text, "La salle était trop petite.\nRien d’autre.");
    assert!(scene.server.journal_chain_holds().await.unwrap());
    // Somebody without a seat finds no board.
    let mut stranger = sitting_member(&scene, Seat::President);
    stranger.email = "autre@bureau.example".to_owned();
    assert_eq!(
        scene.server.sit("csa", &stranger).await.unwrap_err().code(),
        "board_unknown"
    );
}

impl Scene {
    async fn sitting(&self, seat: Seat) -> isoloir_service::board::Sitting {
        self.server.sit("csa", &sitting_member(self, seat)).await.unwrap()
    }

    async fn propose(&self, seat: Seat, wish: Proposal) -> Result<u32, &'static str> {
        let proposed = self.server.propose_act(&self.sitting(seat).await, wish).await;
        proposed.map_err(|error| error.code())
    }

    /// Signs the text of an act as `signer`, and posts it as `seat`.
    async fn sign_as(&mut self, signer: Seat, seat: Seat, number: u32) -> Result<(), &'static str> {
        let sitting = self.sitting(seat).await;
        let act = sitting.state.acts.iter().find(|act| act.number == number).unwrap();
        let text = act.act.text("csa", number);
        let place = self.place(signer);
        let body = self.members[place]
            .sign(GroupName::Ed25519, &text, &mut self.rng)
            .unwrap();
        let signed = self.server.sign_act(&sitting, number, body).await;
        signed.map_err(|error| error.code())
    }

    async fn sign(&mut self, seat: Seat, number: u32) -> Result<(), &'static str> {
        self.sign_as(seat, seat, number).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seal_takes_the_president_and_two_delegates_and_says_what_changed() {
    let mut scene = Scene::new().await;
    let (president, secretary, awa, marc, lucie) = (
        Seat::President,
        Seat::Secretary,
        Seat::Delegate(1),
        Seat::Delegate(2),
        Seat::Delegate(3),
    );
    assert_eq!(
        scene.propose(president, Proposal::Seal).await,
        Err("board_keys_missing")
    );
    scene.play().await;
    // No box yet: nothing to seal.
    assert_eq!(
        scene.propose(president, Proposal::Seal).await,
        Err("board_step_not_open")
    );
    scene.set_up().await;
    assert_eq!(scene.propose(awa, Proposal::Seal).await, Err("board_not_yours"));
    scene.rehearse_and_count().await;
    let number = scene.propose(president, Proposal::Seal).await.unwrap();
    // Another member's signature under one's own name is none.
    assert_eq!(scene.sign_as(awa, marc, number).await, Err("board_signature_wrong"));
    for seat in [secretary, awa, marc] {
        assert_eq!(scene.sign(seat, number).await, Ok(()));
    }
    // A substitute who replaces nobody does not sign; the secretary is not enough here.
    assert_eq!(scene.sign(Seat::Substitute(1), number).await, Err("board_not_yours"));
    assert!(scene.server.board_state("csa").await.unwrap().seal().is_none());
    assert_eq!(scene.sign(president, number).await, Ok(()));
    let state = scene.server.board_state("csa").await.unwrap();
    assert_eq!(state.seal().unwrap().number, number);
    assert_eq!(scene.sign(lucie, number).await, Err("board_step_not_open"));
    assert_eq!(
        scene.propose(president, Proposal::Seal).await,
        Err("board_step_not_open")
    );
    let check = scene.server.check_seal(&state).await.unwrap();
    assert!(check.holds() && check.sealed, "{:?}", check.alarms());
    // Another program: named, journaled, and every member is written to, once.
    let other = Build {
        version: "9".into(),
        program: "00".into(),
        assets: "11".into(),
    };
    scene.server.set_build(other);
    for _ in 0..2 {
        let check = scene.server.check_seal(&state).await.unwrap();
        assert_eq!(check.alarms(), ["program", "assets", "version"]);
    }
    let journal = scene
        .server
        .journal_page(None, &Wanted::of_kind("integrity_alarm"))
        .await
        .unwrap();
    assert_eq!(journal.len(), 1);
    // The calendar of a sealed consultation moves by the board's signatures only.
    let consultation = scene.server.consultations().await.unwrap().remove(0);
    let moved = scene
        .server
        .change_calendar(&consultation.id, consultation.calendar)
        .await;
    assert!(matches!(
        moved,
        Err(isoloir_service::change_calendar::ChangeCalendarError::Sealed)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vote_is_suspended_resumed_extended_and_closed_by_signatures() {
    let mut scene = Scene::new().await;
    let signers = [Seat::Secretary, Seat::Delegate(2), Seat::Delegate(3)];
    scene.play().await;
    scene.set_up().await;
    let election = scene.election.clone();
    let suspend = || Proposal::Suspend(election.clone(), "panne du réseau".to_owned());
    assert_eq!(
        scene.propose(Seat::Secretary, suspend()).await,
        Err("board_step_not_open"),
        "before opening"
    );
    scene.clock.set(at("2026-12-05T10:00:00Z"));
    let empty = Proposal::Suspend(election.clone(), "  ".to_owned());
    assert_eq!(scene.propose(Seat::Secretary, empty).await, Err("board_reason_missing"));
    let number = scene.propose(Seat::Secretary, suspend()).await.unwrap();
    for (signed, seat) in signers.into_iter().enumerate() {
        assert!(
            !scene.server.is_suspended(&election).await.unwrap(),
            "after {signed} signatures"
        );
        assert_eq!(scene.sign(seat, number).await, Ok(()));
    }
    assert!(scene.server.is_suspended(&election).await.unwrap());
    let told = scene.server.demonstration_inbox(None, 100).await.unwrap();
    let told = told.iter().filter(|mail| mail.body.contains("est suspendu"));
    assert_eq!(told.count(), 6, "an incident is told to every member");
    let number = scene
        .propose(Seat::President, Proposal::Resume(election.clone(), "réparé".to_owned()))
        .await
        .unwrap();
    for seat in signers {
        assert_eq!(scene.sign(seat, number).await, Ok(()));
    }
    assert!(!scene.server.is_suspended(&election).await.unwrap());
    let (earlier, later) = (at("2026-12-09T16:00:00Z"), at("2026-12-10T18:00:00Z"));
    let extend = |closes| Proposal::Extend(election.clone(), closes, "panne du matin".to_owned());
    assert_eq!(
        scene.propose(Seat::President, extend(earlier)).await,
        Err("board_step_not_open")
    );
    let number = scene.propose(Seat::President, extend(later)).await.unwrap();
    for seat in signers {
        assert_eq!(scene.sign(seat, number).await, Ok(()));
    }
    let (_, consultation) = scene.server.election(&election).await.unwrap().unwrap();
    assert_eq!(consultation.calendar.closes(), later);
    // At the former end of the grace nothing freezes; at the new one it does.
    scene.clock.set(at("2026-12-10T16:30:00Z"));
    assert!(scene.server.close_due_polls().await.unwrap().is_empty());
    scene.clock.set(at("2026-12-10T17:00:00Z"));
    let number = scene
        .propose(Seat::President, Proposal::Close(election.clone(), "essai".to_owned()))
        .await
        .unwrap();
    for seat in signers {
        assert_eq!(scene.sign(seat, number).await, Ok(()));
    }
    assert_eq!(scene.server.close_due_polls().await.unwrap(), [election]);
}

fn program(name: &str) -> Build {
    Build {
        version: "1".to_owned(),
        program: name.to_owned(),
        assets: "aa".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sealed_before_a_rehearsal_on_this_very_set_up() {
    let mut scene = Scene::new().await;
    let (president, awa, marc) = (Seat::President, Seat::Delegate(1), Seat::Delegate(2));
    scene.server.set_build(program("built"));
    scene.play().await;
    // Without boxes there is nothing to rehearse; a delegate does not begin.
    let begun = scene.server.begin_rehearsal(&scene.sitting(president).await).await;
    assert_eq!(begun.err().unwrap().code(), "board_step_not_open");
    scene.set_up().await;
    let begun = scene.server.begin_rehearsal(&scene.sitting(marc).await).await;
    assert_eq!(begun.err().unwrap().code(), "board_not_yours");
    assert_eq!(
        scene.propose(president, Proposal::Seal).await,
        Err("board_not_rehearsed")
    );
    // The twin votes in a box of its own, which no list shows; the real one stays as it was.
    let twin = scene.rehearse().await;
    assert_ne!(twin, scene.election);
    assert_eq!(scene.server.consultations().await.unwrap().len(), 1);
    let played = |counts: Vec<isoloir_service::board::Count>| {
        let line = |one: isoloir_service::board::Count| (one.rehearsal, one.state, one.ballots);
        counts.into_iter().map(line).collect::<Vec<_>>()
    };
    let counts = scene.server.board_count(&scene.sitting(awa).await).await.unwrap();
    assert_eq!(
        played(counts),
        [(false, CountState::Open, 0), (true, CountState::Decrypt, 1)]
    );
    // Voted and not counted is not passed; two of the quorum neither.
    assert_eq!(
        scene.propose(president, Proposal::Seal).await,
        Err("board_not_rehearsed")
    );
    assert_eq!(scene.decrypt_of(president, &twin).await, Ok(()));
    assert_eq!(scene.decrypt_of(marc, &twin).await, Ok(()));
    assert_eq!(
        scene.propose(president, Proposal::Seal).await,
        Err("board_not_rehearsed")
    );
    assert_eq!(scene.decrypt_of(awa, &twin).await, Ok(()));
    let state = scene.server.board_state("csa").await.unwrap();
    let (rehearsed, digest) = state.rehearsed().unwrap();
    let wiped = &rehearsed.elections[&scene.election];
    assert_eq!((wiped.ballots, wiped.marked, wiped.decrypted.len()), (0, 0, 3));
    // Another program, then that one again: the rehearsal is of one build.
    scene.server.set_build(program("patched"));
    assert!(!scene.server.is_rehearsed(&state).await.unwrap());
    assert_eq!(
        scene.propose(president, Proposal::Seal).await,
        Err("board_not_rehearsed")
    );
    scene.server.set_build(program("built"));
    let number = scene.propose(president, Proposal::Seal).await.unwrap();
    let state = scene.server.board_state("csa").await.unwrap();
    let sealed = state.acts[0].statement.clone().unwrap();
    assert!(sealed.contains(&hex::encode(digest)), "the seal bears the rehearsal");
    assert_eq!(sealed_roll(&sealed, &scene.election), scene.digest_of_roll().await);
    for seat in [president, awa, marc] {
        assert_eq!(scene.sign(seat, number).await, Ok(()));
    }
    let state = scene.server.board_state("csa").await.unwrap();
    assert!(scene.server.check_seal(&state).await.unwrap().holds());
    let begun = scene.server.begin_rehearsal(&scene.sitting(president).await).await;
    assert_eq!(
        begun.err().unwrap().code(),
        "board_step_not_open",
        "nothing is rehearsed once sealed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_large_roll_as_many_made_up_voters_vote_as_the_organiser_says() {
    let policy = isoloir_domain::Policy {
        rehearsal: RehearsalPolicy::new(100).unwrap(),
        ..isoloir_domain::Policy::default()
    };
    let mut scene = Scene::of(130, policy).await;
    scene.server.set_build(program("built"));
    scene.play().await;
    scene.set_up().await;
    scene.rehearse_and_count().await;
    let state = scene.server.board_state("csa").await.unwrap();
    let twin = &state.twins()[0].id;
    assert_eq!(scene.server.electoral_roll(twin).await.unwrap().voters.len(), 130);
    let results = scene.server.results(twin).await.unwrap().unwrap();
    assert_eq!((results.registered, results.voters), (130, 100));
    let (rehearsed, _) = state.rehearsed().unwrap();
    assert_eq!(rehearsed.elections[&scene.election].ballots, 0);
    scene.propose(Seat::President, Proposal::Seal).await.unwrap();
}

/// What the portal's pages say is of the rolls as they were last read while no roll has moved; what is sealed, and the check, are of the rolls as they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_roll_that_another_hand_changes_is_found_by_the_act_whatever_a_page_said() {
    let mut scene = Scene::new().await;
    scene.server.set_build(program("built"));
    scene.play().await;
    scene.set_up().await;
    scene.rehearse_and_count().await;
    let state = scene.server.board_state("csa").await.unwrap();
    assert!(scene.server.is_rehearsed(&state).await.unwrap());
    scene.by_another_hand("UPDATE voter SET last_name = 'Autre' WHERE number = 'M1'");
    assert!(scene.server.is_rehearsed(&state).await.unwrap(), "as it was last read");
    assert_eq!(
        scene.propose(Seat::President, Proposal::Seal).await,
        Err("board_not_rehearsed")
    );
    assert!(
        !scene.server.is_rehearsed(&state).await.unwrap(),
        "it has been read since"
    );
    scene.by_another_hand(
        "UPDATE voter SET last_name = 'Durand' WHERE number = 'M1'; UPDATE roll_state SET version = version + 1",
    );
    assert!(scene.server.is_rehearsed(&state).await.unwrap(), "the rolls have moved");
    let number = scene.propose(Seat::President, Proposal::Seal).await.unwrap();
    scene.by_another_hand("UPDATE voter SET last_name = 'Autre' WHERE number = 'M1'");
    assert_eq!(scene.sign(Seat::President, number).await, Err("board_not_rehearsed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_fails_when_the_program_changes_under_it_and_another_one_passes() {
    let mut scene = Scene::new().await;
    scene.server.set_build(program("built"));
    scene.play().await;
    scene.set_up().await;
    let twin = scene.rehearse().await;
    scene.server.set_build(program("patched"));
    for seat in [Seat::Secretary, Seat::Delegate(1), Seat::Delegate(3)] {
        assert_eq!(scene.decrypt_of(seat, &twin).await, Ok(()));
    }
    let state = scene.server.board_state("csa").await.unwrap();
    let ended = state.rehearsal().unwrap().ended.clone().unwrap().1;
    assert_eq!(ended, Ended::Failed(vec!["program".to_owned()]));
    assert!(state.rehearsed().is_none());
    assert_eq!(
        scene.propose(Seat::President, Proposal::Seal).await,
        Err("board_not_rehearsed")
    );
    scene.rehearse_and_count().await;
    assert!(scene.propose(Seat::President, Proposal::Seal).await.is_ok());
}

/// Writes over a text in the files of the database, as a hand that goes round the server would.
fn patch(folder: &Path, from: &[u8], to: &[u8]) {
    let mut patched = 0;
    for file in ["test.db", "test.db-wal"] {
        let path = folder.join(file);
        let Ok(mut bytes) = std::fs::read(&path) else { continue };
        let places: Vec<usize> = bytes
            .windows(from.len())
            .enumerate()
            .filter(|(_, w)| *w == from)
            .map(|(i, _)| i)
            .collect();
        for place in places {
            bytes[place..place + to.len()].copy_from_slice(to);
            patched += 1;
        }
        std::fs::write(&path, bytes).unwrap();
    }
    assert!(patched > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_whose_archive_does_not_verify_is_never_proclaimed() {
    let mut scene = Scene::new().await;
    scene.play().await;
    scene.set_up().await;
    scene.close().await;
    assert_eq!(scene.decrypt(Seat::President).await, Ok(()));
    assert_eq!(scene.decrypt(Seat::Delegate(1)).await, Ok(()));
    // Somebody writes over the trustees of the box: its setup no longer says what is there.
    scene.server.close().await;
    patch(scene.folder.path(), b"Lucie, LU", b"Lucie, LX");
    scene.server = open(scene.folder.path(), &scene.clock).await;
    assert_eq!(scene.decrypt(Seat::Delegate(2)).await, Err("board_message_wrong"));
    assert_eq!(scene.count().await.state, CountState::Decrypt);
    assert!(scene.server.results(&scene.election).await.unwrap().is_none());
    assert!(scene.server.verification(&scene.election).await.unwrap().is_none());
    let refused = scene
        .server
        .journal_page(None, &Wanted::of_kind("archive_refused"))
        .await
        .unwrap();
    assert_eq!(refused.len(), 1);
    let mails = scene.server.demonstration_inbox(None, 100).await.unwrap();
    let alerts = mails.iter().filter(|mail| mail.subject.contains("Alerte d’intégrité"));
    assert_eq!(alerts.count(), 6, "every member is told");
    let texts: Vec<_> = mails.iter().filter(|mail| mail.to == "+33612345678").collect();
    assert_eq!(texts.len(), 1, "and whose number is known, by SMS");
    assert!(texts[0].body.contains("/bureau/csa"));
}

#[tokio::test(flavor = "multi_thread")]
async fn minutes_are_kept_as_they_were_signed() {
    use isoloir_domain::board_deed::MinutesKind;
    let mut scene = Scene::new().await;
    scene.play().await;
    let text = "{\"form\":\"isoloir/minutes/v1\"}".to_owned();
    let wish = || Proposal::Minutes(MinutesKind::Sealing, text.clone());
    assert_eq!(scene.propose(Seat::Delegate(1), wish()).await, Err("board_not_yours"));
    let number = scene.propose(Seat::Secretary, wish()).await.unwrap();
    for seat in [Seat::Secretary, Seat::Delegate(1)] {
        assert_eq!(scene.sign(seat, number).await, Ok(()));
    }
    let state = scene.server.board_state("csa").await.unwrap();
    assert!(state.signed_minutes(MinutesKind::Sealing).is_none());
    assert_eq!(scene.sign(Seat::Delegate(3), number).await, Ok(()));
    let state = scene.server.board_state("csa").await.unwrap();
    let signed = state.signed_minutes(MinutesKind::Sealing).unwrap();
    assert_eq!(signed.statement.as_deref(), Some(text.as_str()));
    assert!(state.signed_minutes(MinutesKind::Count).is_none());
    let digest = hex::encode(Sha256::digest(text.as_bytes()));
    let signed = signed.act.text("csa", number);
    assert!(signed.ends_with(&format!(
        "act: minutes\nnumber: {number}\nminutes: sealing\ndigest: {digest}"
    )));
}
