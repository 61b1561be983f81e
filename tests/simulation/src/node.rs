//! One node of the voting server: the product, in a runtime of its own whose time stands still, with a clock that is not quite right.
//!
//! Nothing of a node moves unless an event asks it to: its tasks run only inside [`Node::ask`], [`Node::begin`] and [`Node::commit`], on the thread
//! of the seed. What a cast waits for (the database's threads, the threads that verify) is waited for; what the writer waits for, the
//! end of its five milliseconds, comes when the simulation says so. So the seed decides what is in a batch and in which order.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use isoloir_carriers::MailMode;
use isoloir_domain::{Clock, ElectionId};
use isoloir_service::cast_ballot::{Cast, CastError};
use isoloir_service::{Session, Settings, VotingServer};
use jiff::Timestamp;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::advance;

use crate::stage::{registrar_key, server_key};

/// Longer than the writer's window.
const WINDOW: Duration = Duration::from_millis(10);
/// How often the node has asked for the time when a cast waits for the writer: once to know whether the polls are open, and, after the proofs,
/// to date the letter to the voter, which it does in the same breath as it hands the ballot to the writer.
const ASKED: u64 = 2;

/// The clock of one node.
pub struct Hand {
    /// The true time, the same for all, in milliseconds since 1970.
    truth: Arc<AtomicI64>,
    skew: AtomicI64,
    asked: AtomicU64,
    woken: Notify,
}

impl Hand {
    /// Puts it `skew` milliseconds ahead of the true time.
    pub fn set_skew(&self, skew: i64) {
        self.skew.store(skew, Ordering::SeqCst);
    }
}

/// What the product sees of it.
struct Shown(Arc<Hand>);

impl Clock for Shown {
    fn now(&self) -> Timestamp {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        self.0.woken.notify_one();
        let shown = self.0.truth.load(Ordering::SeqCst) + self.0.skew.load(Ordering::SeqCst);
        Timestamp::from_millisecond(shown).unwrap()
    }
}

/// How a cast began.
pub enum Begun {
    /// The node has its answer.
    Answered(Result<Cast, CastError>),
    /// The ballot is verified and waits for the commit.
    Waits(Waiting),
}

/// A cast that waits for the commit.
pub type Waiting = JoinHandle<Result<Cast, CastError>>;

struct Alive {
    /// Keeps the node's time from moving on by itself; gone with the node.
    _stands_still: mpsc::Sender<()>,
    runtime: Runtime,
    server: VotingServer,
}

/// A node, alive or not.
pub struct Node {
    url: String,
    pub hand: Arc<Hand>,
    alive: Option<Alive>,
    seed: u64,
}

impl Node {
    /// A node over the database at `url`, not started yet.
    pub fn new(url: &str, truth: &Arc<AtomicI64>, skew: i64, seed: u64) -> Self {
        let hand = Hand {
            truth: Arc::clone(truth),
            skew: AtomicI64::new(skew),
            asked: AtomicU64::new(0),
            woken: Notify::new(),
        };
        Self {
            url: url.to_owned(),
            hand: Arc::new(hand),
            alive: None,
            seed,
        }
    }

    /// Starts it anew from the store.
    pub fn start(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let (stands_still, until) = mpsc::channel::<()>();
        // While a blocking task runs, tokio does not move a paused clock on by itself.
        drop(runtime.spawn_blocking(move || until.recv()));
        let settings = Settings {
            server_key: server_key(),
            registrar_key: registrar_key().verifying_key(),
            public_url: "http://127.0.0.1:8080".to_owned(),
            mail: MailMode::Demonstration,
            verifiers: Some(1),
            hashers: Some(1),
        };
        self.seed += 1;
        let clock = Arc::new(Shown(Arc::clone(&self.hand)));
        let server = VotingServer::open(&self.url, settings, clock, StdRng::seed_from_u64(self.seed));
        let server = runtime.block_on(server).unwrap();
        self.alive = Some(Alive {
            _stands_still: stands_still,
            runtime,
            server,
        });
    }

    /// Whether it runs.
    pub fn is_alive(&self) -> bool {
        self.alive.is_some()
    }

    /// Ends it between two instructions: whatever waits in it is gone.
    pub fn kill(&mut self) {
        if let Some(alive) = self.alive.take() {
            alive.runtime.shutdown_background();
        }
    }

    /// Asks something of it, and waits for the answer.
    pub fn ask<T>(&self, question: impl AsyncFnOnce(VotingServer) -> T) -> T {
        let alive = self.alive.as_ref().unwrap();
        alive.runtime.block_on(question(alive.server.clone()))
    }

    /// Hands it a ballot, and comes back when it has an answer or waits for the commit.
    pub fn begin(&self, session: Session, election: &ElectionId, admission: &str, ballot: Vec<u8>) -> Begun {
        let alive = self.alive.as_ref().unwrap();
        let (server, hand) = (alive.server.clone(), Arc::clone(&self.hand));
        let (election, admission) = (election.clone(), admission.to_owned());
        let enough = hand.asked.load(Ordering::SeqCst) + ASKED;
        alive.runtime.block_on(async move {
            let mut cast =
                tokio::spawn(async move { server.cast_ballot(&session, &election, &admission, ballot).await });
            loop {
                tokio::select! {
                    biased;
                    answer = &mut cast => return Begun::Answered(answer.unwrap()),
                    () = hand.woken.notified() => {}
                }
                if hand.asked.load(Ordering::SeqCst) >= enough && !cast.is_finished() {
                    let_others_run().await;
                    return Begun::Waits(cast);
                }
            }
        })
    }

    /// Lets the writer's window end: one commit for all that waits. The answers come in the order in which the casts began.
    pub fn commit(&self, waiting: Vec<Waiting>) -> Vec<Result<Cast, CastError>> {
        let alive = self.alive.as_ref().unwrap();
        alive.runtime.block_on(async {
            let_others_run().await;
            advance(WINDOW).await;
            let mut answers = Vec::new();
            for cast in waiting {
                answers.push(cast.await.unwrap());
            }
            answers
        })
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The writer takes what has arrived, and begins to wait for more.
async fn let_others_run() {
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
}
