//! One election: voters, network, nodes, store, organiser, board and watchers, event after event, as the seed says.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use isoloir_domain::{Calendar, SessionId};
use isoloir_service::change_calendar::ChangeCalendarError;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::defect::Defect;
use crate::faults::{self, Saboteur};
use crate::node::{Node, Waiting};
use crate::oracle::{Answer, Broken, Dates, End, Invariant, Oracle, demand};
use crate::plan::skew;
use crate::scene::{self, BallotName, OPEN_FOR, Scene};
use crate::trace::Trace;
use crate::watch::Watcher;

pub const SECOND: i64 = 1000;
pub const MINUTE: i64 = 60 * SECOND;
pub const GRACE: i64 = 30 * MINUTE;

/// What may happen.
#[derive(Debug, Clone)]
pub enum Event {
    /// The voter of an errand signs in.
    SignIn(usize),
    /// The registrar admits the voter of an errand.
    Unlock(usize),
    /// The device sends the ballot.
    Send(usize),
    /// A ballot reaches a node.
    Arrives(Post),
    /// The writer of a node commits what it has.
    Commit(usize),
    /// An answer reaches the voter.
    Told(usize, Answer),
    /// No answer has come to the sending of this number.
    Impatient(usize, usize),
    Kill(usize),
    Start(usize),
    /// The scheduler of a node closes what is due.
    Tick(usize),
    Arm(usize),
    Disarm,
    /// A watcher looks at a box.
    Look(usize),
    /// The organiser moves the closing, to so many milliseconds after the opening.
    Move(i64),
    /// A clock is put right, or wrong.
    Skew(usize, i64),
    /// What a defect of the store does by itself.
    Rot,
}

/// A ballot on its way.
#[derive(Debug, Clone)]
pub struct Post {
    pub errand: usize,
    pub node: usize,
    pub token: String,
    pub admission: String,
    /// When the voter had shown both factors, in milliseconds since 1970.
    pub authenticated: i64,
}

/// A voter who wants to cast a ballot from a device.
pub struct Errand {
    pub ballot: BallotName,
    pub device: usize,
    /// The session that the registrar admitted, its token of it, and when.
    pub admission: Option<(SessionId, String, i64)>,
    pub sent: usize,
    pub settled: bool,
}

/// A session as its device knows it.
#[derive(Clone)]
pub struct Signed {
    pub token: String,
    pub id: SessionId,
    /// By the clock of the node that made it.
    pub created: i64,
}

/// A ballot that waits for the commit.
pub struct Held {
    pub post: Post,
    pub waiting: Waiting,
    pub lawful: bool,
}

/// The whole.
pub struct World {
    pub scene: &'static Scene,
    pub dice: StdRng,
    pub defect: Option<Defect>,
    pub truth: Arc<AtomicI64>,
    pub now: i64,
    pub queue: BTreeMap<(i64, u64), Event>,
    pub serial: u64,
    pub nodes: Vec<Node>,
    /// How far the clock of each node is ahead, in milliseconds.
    pub skews: Vec<i64>,
    pub held: Vec<Vec<Held>>,
    pub saboteur: Saboteur,
    pub armed: Option<usize>,
    pub errands: Vec<Errand>,
    pub devices: BTreeMap<(usize, usize), Signed>,
    pub registrar_skew: i64,
    pub watchers: [Watcher; 2],
    pub oracle: Oracle,
    pub trace: Trace,
    pub url: String,
}

impl World {
    /// Lays out what the seed wants to happen.
    pub fn new(url: &str, seed: u64, defect: Option<Defect>) -> Self {
        let opens = scene::opens();
        let dates = Dates {
            opens,
            closes: opens + OPEN_FOR,
            freezes: opens + OPEN_FOR + GRACE,
        };
        let mut dice = StdRng::seed_from_u64(seed);
        let now = opens - 10 * MINUTE;
        let truth = Arc::new(AtomicI64::new(now));
        let count = if dice.random_bool(0.3) { 3 } else { 2 };
        let skews: Vec<i64> = (0..count).map(|_| skew(&mut dice)).collect();
        // Each life of each node has a generator of its own.
        let generator = |number: usize| seed.wrapping_mul(64).wrapping_add(16 * number as u64);
        let nodes = skews.iter().enumerate();
        let nodes: Vec<Node> = nodes
            .map(|(n, skew)| Node::new(url, &truth, *skew, generator(n)))
            .collect();
        let mut world = Self {
            scene: Scene::shared(),
            defect,
            truth,
            now,
            queue: BTreeMap::new(),
            serial: 0,
            held: nodes.iter().map(|_| Vec::new()).collect(),
            nodes,
            skews,
            saboteur: Saboteur::new(url),
            armed: None,
            errands: Vec::new(),
            devices: BTreeMap::new(),
            registrar_skew: skew(&mut dice),
            watchers: Default::default(),
            oracle: Oracle::new(dates),
            trace: Trace::default(),
            dice,
            url: url.to_owned(),
        };
        world.plan();
        world
    }

    /// Plays it to the end.
    pub fn play(&mut self) -> Result<(), Broken> {
        for node in &mut self.nodes {
            node.start();
        }
        while let Some(((at, _), event)) = self.queue.pop_first() {
            self.go_to(at);
            self.step(event)?;
        }
        self.settle()
    }

    pub fn go_to(&mut self, at: i64) {
        self.now = self.now.max(at);
        self.truth.store(self.now, Ordering::SeqCst);
        if self.defect == Some(Defect::ClockStandsStill) {
            self.nodes[0].hand.set_skew(scene::opens() + 30 * MINUTE - self.now);
        }
    }

    /// What the clock of a node should show.
    pub fn shows(&self, node: usize) -> i64 {
        self.now + self.skews[node]
    }

    pub fn say(&mut self, what: &str) {
        self.trace.say(self.now - scene::opens(), what);
    }

    pub fn at(&mut self, at: i64, event: Event) {
        self.serial += 1;
        self.queue.insert((at.max(self.now), self.serial), event);
    }

    pub fn soon(&mut self, from: i64, to: i64, event: Event) {
        let at = self.now + self.dice.random_range(from..=to);
        self.at(at, event);
    }

    pub fn step(&mut self, event: Event) -> Result<(), Broken> {
        match event {
            Event::SignIn(errand) => self.sign_in(errand),
            Event::Unlock(errand) => {
                self.unlock(errand);
                Ok(())
            }
            Event::Send(errand) => {
                self.send(errand);
                Ok(())
            }
            Event::Arrives(post) => self.arrives(post),
            Event::Commit(node) => self.commit(node),
            Event::Told(errand, answer) => {
                self.told(errand, answer);
                Ok(())
            }
            Event::Impatient(errand, sent) => {
                if !self.errands[errand].settled && self.errands[errand].sent == sent {
                    self.say(&format!("e{errand} has no answer"));
                    self.send(errand);
                }
                Ok(())
            }
            Event::Kill(node) => self.kill(node),
            Event::Start(node) => {
                self.start(node);
                Ok(())
            }
            Event::Tick(node) => self.tick(node),
            Event::Arm(fault) => {
                self.arm(Some(fault));
                Ok(())
            }
            Event::Disarm => {
                self.arm(None);
                Ok(())
            }
            Event::Look(urn) => match self.living() {
                Some(node) => self.look(urn, node),
                None => Ok(()),
            },
            Event::Move(closes) => self.move_closing(closes),
            Event::Skew(node, skew) => {
                self.say(&format!("the clock of n{node} is put {skew} ms ahead"));
                self.skews[node] = skew;
                self.nodes[node].hand.set_skew(skew);
                Ok(())
            }
            Event::Rot => {
                self.rot();
                Ok(())
            }
        }
    }

    pub fn healthy(&self) -> bool {
        self.armed.is_none()
    }

    /// A node that is alive, if one is.
    pub fn living(&mut self) -> Option<usize> {
        let living: Vec<usize> = (0..self.nodes.len())
            .filter(|node| self.nodes[*node].is_alive())
            .collect();
        (!living.is_empty()).then(|| living[self.dice.random_range(0..living.len())])
    }

    pub fn kill(&mut self, node: usize) -> Result<(), Broken> {
        if !self.nodes[node].is_alive() {
            return Ok(());
        }
        self.say(&format!("n{node} is killed"));
        self.nodes[node].kill();
        for Held { post, .. } in std::mem::take(&mut self.held[node]) {
            let ballot = self.errands[post.errand].ballot;
            let tracker = &self.scene.ballots[&ballot].tracker;
            self.oracle
                .judge(ballot, tracker, &Answer::Silence, false, self.armed.is_none())?;
        }
        self.soon(SECOND, 2 * MINUTE, Event::Start(node));
        Ok(())
    }

    pub fn start(&mut self, node: usize) {
        if !self.nodes[node].is_alive() {
            self.say(&format!("n{node} starts"));
            self.nodes[node].start();
        }
    }

    pub fn arm(&mut self, fault: Option<usize>) {
        if self.armed != fault {
            self.say(&fault.map_or("the store is well".to_owned(), |fault| {
                format!("the store fails: {}", faults::name(fault))
            }));
            self.saboteur.arm(fault);
            self.armed = fault;
        }
    }

    pub fn tick(&mut self, node: usize) -> Result<(), Broken> {
        if !self.nodes[node].is_alive() {
            return Ok(());
        }
        let early = self.defect == Some(Defect::ForgetsTheGrace);
        if early {
            self.nodes[node].hand.set_skew(self.skews[node] + GRACE);
        }
        let closed = self.nodes[node].ask(async |server| server.close_due_polls().await);
        if early {
            self.nodes[node].hand.set_skew(self.skews[node]);
        }
        let urns = |ids: Vec<_>| {
            let places = ids
                .iter()
                .map(|id| self.scene.urns.iter().position(|urn| urn.id == *id).unwrap());
            places.collect::<Vec<usize>>()
        };
        let closed = closed.ok().map(urns);
        if closed.as_ref().is_none_or(|closed| !closed.is_empty()) {
            self.say(&format!("n{node} closes: {closed:?}"));
        }
        self.oracle
            .closing(self.shows(node), closed.as_deref(), self.armed.is_none())?;
        if self.defect == Some(Defect::ClosesTwice) && closed.is_some_and(|closed| !closed.is_empty()) {
            self.close_again();
        }
        Ok(())
    }

    fn move_closing(&mut self, closes: i64) -> Result<(), Broken> {
        let Some(node) = self.living() else { return Ok(()) };
        let instant = |ms: i64| Timestamp::from_millisecond(ms).unwrap();
        let opens = self.oracle.dates.opens;
        let closes = opens + closes;
        let calendar = Calendar::new(instant(opens), instant(closes), SignedDuration::from_millis(GRACE)).unwrap();
        let consultation = &self.scene.consultation;
        let moved = self.nodes[node].ask(async |server| server.change_calendar(consultation, calendar).await);
        self.say(&format!(
            "the closing is moved by {} s: {}",
            (closes - opens - OPEN_FOR) / SECOND,
            moved.is_ok()
        ));
        match moved {
            Ok(()) => {
                demand(!self.oracle.ends.contains(&End::Frozen), Invariant::ClosedOnce, || {
                    "the calendar moves after the closing".to_owned()
                })?;
                self.oracle.dates = Dates {
                    opens,
                    closes,
                    freezes: closes + GRACE,
                };
                self.oracle.ends = [End::Open; 2];
                Ok(())
            }
            Err(ChangeCalendarError::Frozen) => {
                demand(self.oracle.ends != [End::Open; 2], Invariant::NoWrongRefusal, || {
                    "the calendar may not move, and nothing is closed".to_owned()
                })
            }
            Err(error) => demand(!self.healthy(), Invariant::NeverMaybe, || error.to_string()),
        }
    }
}
