//! A registrar with voters and credentials, on either engine, and a voting server's key to vouch for sessions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, dead_code)]

use std::sync::Arc;

use ed25519_dalek::SigningKey;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::token::Ticket;
use isoloir_domain::{Clock as _, ElectionId, SessionId, VoterId};
use isoloir_protocol::group::GroupName;
use isoloir_registrar::create_credentials::Entitled;
use isoloir_registrar::derivation::Authenticator;
use isoloir_registrar::{Keys, Registrar, Store, VotingCode};
use isoloir_testkit::Postgres;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

pub const START: i64 = 1_796_284_800;
pub const ELECTIONS: [&str; 2] = ["NkHrZ7QCf3Nf3h", "a1B2c3D4e5F6g7"];

pub struct World {
    pub registrar: Arc<Registrar>,
    pub clock: SettableClock,
    pub server: SigningKey,
    pub registrar_key: SigningKey,
    pub voters: Vec<VoterId>,
    pub elections: Vec<ElectionId>,
    pub public: Vec<Vec<String>>,
    pub rng: StdRng,
    pub database: Database,
}

pub enum Database {
    Sqlite(tempfile::TempDir),
    Postgres(String),
}

/// A fresh database for a registrar that owns nothing there: whatever the scenarios do, the rights of that role are enough.
fn served() -> String {
    let cluster = Postgres::shared();
    let owner = cluster.fresh_database();
    std::thread::scope(|scope| {
        let prepared = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime
                .unwrap()
                .block_on(isoloir_registrar::store::prepare(&owner))
                .unwrap();
        });
        prepared.join().unwrap();
    });
    cluster.login(&owner, "codes", Some(isoloir_registrar::store::ROLES.serving))
}

impl Database {
    pub fn sqlite() -> Database {
        Database::Sqlite(tempfile::tempdir().unwrap())
    }

    pub fn postgres() -> Database {
        Database::Postgres(served())
    }

    pub fn url(&self) -> String {
        match self {
            Database::Sqlite(folder) => format!("sqlite:{}", folder.path().join("registrar.db").display()),
            Database::Postgres(url) => url.clone(),
        }
    }

    /// Everything the database holds: the bytes of its files, or PostgreSQL's own dump.
    pub fn content(&self) -> Vec<u8> {
        match self {
            Database::Sqlite(folder) => {
                let files = std::fs::read_dir(folder.path()).unwrap();
                files.flat_map(|f| std::fs::read(f.unwrap().path()).unwrap()).collect()
            }
            Database::Postgres(url) => Postgres::shared().dump(url).into_bytes(),
        }
    }
}

impl World {
    /// Five voters; all are on the first roll, the first two on the second.
    pub async fn new(database: Database) -> World {
        let mut rng = StdRng::seed_from_u64(7);
        let clock = SettableClock::new(Timestamp::from_second(START).unwrap());
        let (server, registrar_key) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let store = Store::open(&database.url()).await.unwrap();
        let keys = Keys::new(registrar_key.clone());
        let registrar = Registrar::new(store, keys, server.verifying_key(), Arc::new(clock.clone()));
        let voters: Vec<VoterId> = (0..5).map(|_| VoterId::generate(&clock, &mut rng)).collect();
        let elections: Vec<ElectionId> = ELECTIONS.iter().map(|e| e.parse().unwrap()).collect();
        let mut public = Vec::new();
        for (election, roll) in elections.iter().zip([&voters[..], &voters[..2]]) {
            let roll: Vec<Entitled> = roll.iter().map(|v| Entitled::new(*v)).collect();
            public.push(
                registrar
                    .create_credentials(election, GroupName::Ed25519, &roll, &mut rng)
                    .await
                    .unwrap(),
            );
        }
        let registrar = Arc::new(registrar);
        World {
            registrar,
            clock,
            server,
            registrar_key,
            voters,
            elections,
            public,
            rng,
            database,
        }
    }

    pub async fn issue(&mut self, voter: VoterId) -> VotingCode {
        self.registrar
            .issue_codes(&[voter], &mut self.rng)
            .await
            .unwrap()
            .pop()
            .unwrap()
            .code
    }

    pub fn ticket(&self, voter: VoterId) -> String {
        let expires = self.clock.now() + SignedDuration::from_mins(5);
        Ticket::new(session(), voter, expires).sign(&self.server).unwrap()
    }

    pub fn authenticator(&self, voter: VoterId, code: &VotingCode) -> Authenticator {
        Authenticator::derive(code, voter)
    }

    pub fn wrong(&self) -> Authenticator {
        Authenticator::new([9; 32])
    }
}

pub fn session() -> SessionId {
    "5f0c1f5e-3f58-4c3e-9d51-0a4bd1f0a9ad".parse().unwrap()
}

/// Runs a scenario on both engines.
#[macro_export]
macro_rules! on_both {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            super::$name(super::common::World::new(super::common::Database::sqlite()).await).await;
        })* }
        mod postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            super::$name(super::common::World::new(super::common::Database::postgres()).await).await;
        })* }
    };
}
