//! A whole election on a stage: real keys, real ballots, a clock in hand, a registrar that is one signing key.
#![allow(dead_code, unused_macros, reason = "each test binary uses its own part of the stage")]

use std::collections::HashMap;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use isoloir_carriers::MailMode;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::token::Admission;
use isoloir_domain::{Clock as _, Consultation, ConsultationId, Election, ElectionId, Profile, Voter, VoterId};
use isoloir_protocol::any::AnyElection;
use isoloir_protocol::ballot::{Choice, Vote};
use isoloir_protocol::credential::SecretCredential;
use isoloir_protocol::group::{Ed25519, GroupName};
use isoloir_protocol::tally::{BoundDecryption, EncryptedTally};
use isoloir_protocol::trustee::{Item, PrivateKey, Trustees};
use isoloir_service::cast_ballot::{Cast, CastError};
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::set_up_election::SetUp;
use isoloir_service::{Session, Settings, VotingServer};
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

pub const PASSWORD: &str = "Orage-violet-71";
pub const OPENS: &str = "2026-12-03T07:00:00Z";
pub const OPEN: &str = "2026-12-05T10:00:00Z";
pub const CLOSES: &str = "2026-12-10T16:00:00Z";

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn server_key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

pub fn registrar_key() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

pub async fn open(url: &str, clock: &SettableClock, seed: u64) -> VotingServer {
    let settings = Settings {
        server_key: server_key(),
        registrar_key: registrar_key().verifying_key(),
        public_url: "http://127.0.0.1:8080".to_owned(),
        mail: MailMode::Demonstration,
        verifiers: None,
        hashers: None,
    };
    VotingServer::open(url, settings, Arc::new(clock.clone()), StdRng::seed_from_u64(seed))
        .await
        .unwrap()
}

/// A consultation of two elections: `csa` with all voters, `cap` with the even ones.
pub struct Stage {
    pub server: VotingServer,
    pub clock: SettableClock,
    pub consultation: ConsultationId,
    pub elections: HashMap<&'static str, Election>,
    pub voters: Vec<Voter>,
    secrets: HashMap<(ElectionId, VoterId), SecretCredential>,
    pub trustee: PrivateKey<Ed25519>,
}

pub const LISTS: &str = "scrutin;liste;sigle;rang;nom;prenom;sexe
csa;Union pour l’école;UPE;1;Martin;Alice;F
csa;Union pour l’école;UPE;2;Bernard;Luc;H
csa;Ensemble et solidaires;ES;1;Petit;Zoé;F
csa;Ensemble et solidaires;ES;2;Robert;Paul;M
cap;Liste unique;LU;1;Richard;Anne;F
";

pub fn plan() -> ConsultationPlan {
    ConsultationPlan {
        id: "essai-2026".parse().unwrap(),
        title: "Élections d’essai".to_owned(),
        organiser: "Académie de Valbrune (organisme fictif)".to_owned(),
        profile: Profile::Test,
        group: "Ed25519".to_owned(),
        opens: at(OPENS),
        closes: at(CLOSES),
        grace: None,
        live_box: Some(false),
        policy: isoloir_domain::Policy::default(),
        boards: Vec::new(),
        elections: vec![
            ElectionPlan {
                key: "csa".to_owned(),
                title: "Comité social".to_owned(),
                seats: 3,
                count: isoloir_domain::CountRules::default(),
            },
            ElectionPlan {
                key: "cap".to_owned(),
                title: "Commission paritaire".to_owned(),
                seats: 1,
                count: isoloir_domain::CountRules::default(),
            },
        ],
    }
}

pub fn roll(voters: usize) -> String {
    let mut text = "matricule;nom;prenom;courriel;scrutin\n".to_owned();
    for i in 0..voters {
        text += &format!("M{i:05};Nom{i};Prénom{i};voter{i}@valbrune.example;csa\n");
        if i % 2 == 0 {
            text += &format!("M{i:05};Nom{i};Prénom{i};voter{i}@valbrune.example;cap\n");
        }
    }
    text
}

impl Stage {
    /// Everything set up, accounts active, the vote open.
    pub async fn new(url: &str, voters: usize) -> Self {
        Self::with(url, voters, |_| {}).await
    }

    /// The same, of a consultation that was changed first.
    pub async fn with(url: &str, voters: usize, change: impl FnOnce(&mut ConsultationPlan)) -> Self {
        let clock = SettableClock::new(at("2026-11-01T09:00:00Z"));
        let server = open(url, &clock, 7).await;
        let mut plan = plan();
        change(&mut plan);
        let elections = server.import_consultation(&plan).await.unwrap();
        server.import_roll(&plan.id, roll(voters).as_bytes()).await.unwrap();
        server.import_lists(&plan.id, LISTS.as_bytes()).await.unwrap();
        let mut rng = StdRng::seed_from_u64(11);
        let trustee = PrivateKey::<Ed25519>::generate(&mut rng);
        let trustees = Trustees::of(vec![Item::Single(trustee.public_key(None, &mut rng))]).to_bytes();
        let mut stage = Self {
            server,
            clock,
            consultation: plan.id.clone(),
            elections: HashMap::new(),
            voters: Vec::new(),
            secrets: HashMap::new(),
            trustee,
        };
        for election in elections {
            let roll = stage.server.electoral_roll(&election.id).await.unwrap().voters;
            let uuid = election.id.as_str().parse().unwrap();
            let mut publics = Vec::new();
            for voter in &roll {
                let secret = SecretCredential::generate(&mut rng);
                publics.push(secret.public(&uuid, GroupName::Ed25519).to_string());
                stage.secrets.insert((election.id.clone(), voter.id), secret);
            }
            publics.sort();
            let set_up = SetUp {
                trustees: &trustees,
                credentials: &publics,
                credential_authority: "Autorité des codes",
            };
            stage.server.set_up_election(&election.id, set_up).await.unwrap();
            let key = if election.key == "csa" { "csa" } else { "cap" };
            if key == "csa" {
                stage.voters = roll;
                stage.voters.sort_by(|a, b| a.number.cmp(&b.number));
            }
            stage.elections.insert(key, election);
        }
        stage
            .server
            .activate_all_for_rehearsal(&stage.consultation, PASSWORD)
            .await
            .unwrap();
        stage.clock.set(at(OPEN));
        stage
    }

    pub fn id(&self, key: &str) -> &ElectionId {
        &self.elections[key].id
    }

    pub async fn consultation(&self) -> Consultation {
        self.server.consultation(&self.consultation).await.unwrap().unwrap()
    }

    pub async fn sign_in(&self, voter: usize) -> Session {
        self.server
            .sign_in(self.voters[voter].identifier(), PASSWORD)
            .await
            .unwrap()
            .session
    }

    pub async fn election(&self, key: &str) -> AnyElection {
        AnyElection::parse(&self.server.election_bytes(self.id(key)).await.unwrap()).unwrap()
    }

    /// A ballot for the list at `choice` (0 is blank), made with the voter's credential.
    pub async fn ballot(&self, key: &str, voter: usize, choice: usize, seed: u64) -> Vec<u8> {
        let secret = &self.secrets[&(self.id(key).clone(), self.voters[voter].id)];
        self.ballot_by(key, secret, choice, seed).await
    }

    pub async fn ballot_by(&self, key: &str, secret: &SecretCredential, choice: usize, seed: u64) -> Vec<u8> {
        let choice = choice
            .checked_sub(1)
            .map_or(Choice::Blank, |list| Choice::Answers(vec![list]));
        let vote = Vote::new(vec![choice]);
        self.election(key)
            .await
            .create_ballot(secret, &vote, &mut StdRng::seed_from_u64(seed))
            .unwrap()
    }

    pub fn public(&self, key: &str, voter: usize) -> String {
        let secret = &self.secrets[&(self.id(key).clone(), self.voters[voter].id)];
        secret
            .public(&self.id(key).as_str().parse().unwrap(), GroupName::Ed25519)
            .to_string()
    }

    /// What the registrar answers when the voter's code is right.
    pub fn admission(&self, session: &Session, key: &str, voter: usize) -> String {
        self.admission_for(session, key, &self.public(key, voter))
    }

    pub fn admission_for(&self, session: &Session, key: &str, credential: &str) -> String {
        let admission = Admission::new(session.id(), self.id(key).clone(), credential, self.clock.now());
        admission.sign(&registrar_key()).unwrap()
    }

    pub async fn cast(
        &self,
        session: &Session,
        key: &str,
        admission: &str,
        ballot: Vec<u8>,
    ) -> Result<Cast, CastError> {
        self.server.cast_ballot(session, self.id(key), admission, ballot).await
    }

    /// Sign in, unlock, vote.
    pub async fn vote(&self, key: &str, voter: usize, choice: usize) -> Result<Cast, CastError> {
        let session = self.sign_in(voter).await;
        let admission = self.admission(&session, key, voter);
        let ballot = self.ballot(key, voter, choice, 1000 + voter as u64).await;
        self.cast(&session, key, &admission, ballot).await
    }

    pub fn past_grace(&self) {
        self.clock.set(at(CLOSES) + SignedDuration::from_mins(30));
    }

    /// The board's part of the count.
    pub async fn decrypt(&self, key: &str) -> Vec<u8> {
        let tally = self.server.encrypted_tally(self.id(key)).await.unwrap();
        let tally = EncryptedTally::<Ed25519>::parse(&tally).unwrap();
        let election = self.election(key).await;
        let mut rng = StdRng::seed_from_u64(13);
        BoundDecryption::create(&self.trustee, election.fingerprint(), &tally, &mut rng).to_bytes()
    }
}

/// Runs each scenario on both engines, with its arguments if it has some.
macro_rules! on_both_engines {
    ($($scenario:ident $(($($argument:expr),*))?),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() {
                let (_guard, url) = super::stage::sqlite();
                super::$scenario(&url $($(, $argument)*)?).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $scenario() {
                let ((), url) = super::stage::postgres().await;
                super::$scenario(&url $($(, $argument)*)?).await;
            })*
        }
    };
}

/// A fresh SQLite file, gone with the guard.
pub fn sqlite() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("server.db").display());
    (folder, url)
}

/// A fresh database in this process's cluster, for a node that owns nothing there: whatever the scenarios do, the rights of that role are enough.
pub async fn postgres() -> ((), String) {
    let cluster = isoloir_testkit::Postgres::shared();
    let owner = cluster.fresh_database();
    isoloir_store::prepare(&owner).await.unwrap();
    ((), cluster.login(&owner, "node", Some(isoloir_store::ROLES.serving)))
}
