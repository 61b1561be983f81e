//! What all elections of the simulation share because making it is dear: one consultation of two boxes, keys, accounts, ballots, in a
//! database of which each seed has a copy.

use std::collections::HashMap;
use std::sync::OnceLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use isoloir_domain::{ConsultationId, ElectionId, VoterId};
use isoloir_protocol::any::AnyElection;
use isoloir_protocol::group::Ed25519;
use isoloir_protocol::tally::{BoundDecryption, EncryptedTally};
use isoloir_protocol::trustee::PrivateKey;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

use crate::faults;
use crate::stage::{self, PASSWORD, Stage};

/// Voters: all of them in the first box, the even ones in the second too.
pub const VOTERS: usize = 5;
/// The boxes, by the names that the stage gives them, and how many lists each has.
pub const BOXES: [(&str, usize); 2] = [("csa", 2), ("cap", 1)];
/// Ballots of one voter for one choice: the same vote is never encrypted twice alike.
pub const VARIANTS: usize = 2;
/// How long the vote is open, in milliseconds.
pub const OPEN_FOR: i64 = 2 * 3_600_000;

/// The first instant of the vote, in milliseconds since 1970.
pub fn opens() -> i64 {
    stage::at(stage::OPENS).as_millisecond()
}

/// Which ballot: of a voter, for a choice (0 is blank), and which of the encryptions of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BallotName {
    pub urn: usize,
    pub voter: usize,
    pub choice: usize,
    pub variant: usize,
}

/// A ballot as the voter's device made it.
pub struct Made {
    pub bytes: Vec<u8>,
    pub tracker: String,
}

/// One box.
pub struct Urn {
    pub id: ElectionId,
    pub election: AnyElection,
}

/// One voter.
pub struct Person {
    pub id: VoterId,
    pub identifier: String,
    /// The public credential in each box where this person may vote.
    pub credentials: [Option<String>; 2],
}

/// Everything that is made once.
pub struct Scene {
    pub database: Vec<u8>,
    pub consultation: ConsultationId,
    pub urns: Vec<Urn>,
    pub people: Vec<Person>,
    pub ballots: HashMap<BallotName, Made>,
    /// The same, by their bytes.
    pub names: HashMap<Vec<u8>, BallotName>,
    trustee: PrivateKey<Ed25519>,
}

impl Scene {
    /// Made by the first who asks.
    pub fn shared() -> &'static Self {
        static SCENE: OnceLock<Scene> = OnceLock::new();
        SCENE.get_or_init(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(build())
        })
    }

    /// The board's part of the count of one box.
    pub fn decrypt(&self, urn: usize, tally: &[u8]) -> Vec<u8> {
        let tally = EncryptedTally::<Ed25519>::parse(tally).unwrap();
        let mut rng = StdRng::seed_from_u64(13);
        BoundDecryption::create(&self.trustee, self.urns[urn].election.fingerprint(), &tally, &mut rng).to_bytes()
    }
}

async fn build() -> Scene {
    let (folder, url) = stage::sqlite();
    let stage = Stage::with(&url, VOTERS, |plan| {
        plan.closes = Timestamp::from_millisecond(opens() + OPEN_FOR).unwrap();
        plan.grace = Some(SignedDuration::from_mins(30));
        // Watchers follow the box while the vote is open.
        plan.live_box = Some(true);
    })
    .await;
    let mut ballots: HashMap<BallotName, Made> = HashMap::new();
    let mut urns = Vec::new();
    for (urn, (key, lists)) in BOXES.into_iter().enumerate() {
        let election = stage.election(key).await;
        for voter in (0..VOTERS).filter(|voter| votes_in(*voter, urn)) {
            for (choice, variant) in (0..=lists).flat_map(|choice| (0..VARIANTS).map(move |variant| (choice, variant)))
            {
                let seed = (voter * 100 + choice * 10 + variant) as u64;
                let bytes = stage.ballot(key, voter, choice, seed).await;
                let tracker = election.parse_ballot(bytes.clone()).unwrap().tracker().to_string();
                let name = BallotName {
                    urn,
                    voter,
                    choice,
                    variant,
                };
                ballots.insert(name, Made { bytes, tracker });
            }
        }
        urns.push(Urn {
            id: stage.id(key).clone(),
            election,
        });
    }
    let people = (0..VOTERS).map(|voter| Person {
        id: stage.voters[voter].id,
        identifier: stage.voters[voter].identifier().to_owned(),
        credentials: [0, 1].map(|urn| votes_in(voter, urn).then(|| stage.public(BOXES[urn].0, voter))),
    });
    let people = people.collect();
    stage.server.close().await;
    prepare(&url).await;
    Scene {
        database: std::fs::read(folder.path().join("server.db")).unwrap(),
        consultation: stage.consultation.clone(),
        urns,
        people,
        names: ballots.iter().map(|(name, made)| (made.bytes.clone(), *name)).collect(),
        ballots,
        trustee: stage.trustee,
    }
}

/// Whether this voter is on the roll of this box.
pub fn votes_in(voter: usize, urn: usize) -> bool {
    urn == 0 || voter.is_multiple_of(2)
}

/// The one password of everybody, hashed at almost no cost: a real hash would be most of the work of a seed. And the store's faults, asleep.
async fn prepare(url: &str) {
    let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
    let hash = cheap
        .hash_password_with_salt(PASSWORD.as_bytes(), b"isoloir/simulate")
        .unwrap();
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    sqlx::query("UPDATE account SET password = $1")
        .bind(hash.to_string())
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::raw_sql(AssertSqlSafe(faults::triggers()))
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}
