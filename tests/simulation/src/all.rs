//! Deterministic simulation of the service layer: one seed is one small election, played event by event under a clock that the seed moves.
//!
//! Two or three nodes of the voting server, whose clocks are not quite right, share one store that sometimes fails. Voters vote from several devices,
//! over a network that loses, delays and doubles what they send and what they are answered; nodes are killed and opened anew;
//! schedulers tick late and twice; the organiser moves the closing; watchers copy the box; the board counts. An `oracle` that shares no line with the product
//! says what must be true all the way. See docs/adr/0027-simulation-by-seeds.md.
//!
//! - `scene`: what all seeds share; `plan`: what a seed wants; `world`: the events; `walk`: those of a ballot; `watch`: those who look, and the end
//! - `node`: the product in a runtime whose time stands still; `faults`: the store fails, by itself
//! - `oracle`: what must be true; `defect`, `rot`: deliberate defects, each of which must be found; `trace`: what happened, to the byte
//!
//! `ISOLOIR_SEEDS` and `ISOLOIR_FIRST_SEED` choose other seeds (`./run simulate SEEDS FIRST`).
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    missing_docs,
    reason = "test code"
)]

#[macro_use]
#[path = "../../../crates/service/tests/stage/mod.rs"]
mod stage;

mod defect;
mod faults;
mod node;
mod oracle;
mod plan;
mod rot;
mod scene;
mod trace;
mod walk;
mod watch;
mod world;

use std::num::NonZero;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use defect::Defect;
use oracle::Invariant;
use scene::Scene;
use trace::Trace;
use world::World;

/// Seeds in `./run test`.
const SEEDS: u64 = 2000;
/// Each deliberate defect must be found by one of so many seeds.
const TO_FIND: u64 = 60;
/// Lines shown of a seed that fails.
const TAIL: usize = 40;

/// A seed that failed.
struct Failure {
    seed: u64,
    /// None when the product panicked.
    invariant: Option<Invariant>,
    text: String,
}

/// Plays one seed in a folder of its own; what happened, or what is broken.
fn play(seed: u64, defect: Option<Defect>) -> Result<Trace, Failure> {
    let scene = Scene::shared();
    let folder = folder();
    let path = folder.path().join("server.db");
    std::fs::write(&path, &scene.database).unwrap();
    let mut world = World::new(&format!("sqlite://{}", path.display()), seed, defect);
    let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.play()));
    if std::env::var_os("ISOLOIR_TRACE").is_some() {
        println!("{}", world.trace.text());
    }
    let (invariant, how) = match played {
        Ok(Ok(())) => return Ok(world.trace),
        Ok(Err(broken)) => (
            Some(broken.invariant),
            format!("{:?}: {}", broken.invariant, broken.how),
        ),
        Err(_) => (None, "a panic, shown above".to_owned()),
    };
    let text = format!(
        "seed {seed}: {how}\n\n  {}\n\nAgain: ./run simulate 1 {seed}",
        world.trace.tail(TAIL)
    );
    Err(Failure { seed, invariant, text })
}

/// In memory where the system has a file system there: nothing of it outlives the seed.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        return tempfile::tempdir_in(memory).unwrap();
    }
    tempfile::tempdir().unwrap()
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect(name))
}

/// Plays seeds on all cores until one fails.
fn play_all(first: u64, count: u64) -> Result<(), Failure> {
    let next = AtomicU64::new(first);
    let failed: Mutex<Option<Failure>> = Mutex::new(None);
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        // A seed waits for threads of its nodes more than it computes.
        for _ in 0..4 * cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= first + count || failed.lock().unwrap().is_some() {
                        return;
                    }
                    if let Err(failure) = play(seed, None) {
                        let mut failed = failed.lock().unwrap();
                        // The lowest is shown, whichever core was quicker.
                        if failed.as_ref().is_none_or(|other| other.seed > failure.seed) {
                            *failed = Some(failure);
                        }
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap().map_or(Ok(()), Err)
}

#[test]
fn every_seed_keeps_its_promises() {
    let (count, first) = (number("ISOLOIR_SEEDS", SEEDS), number("ISOLOIR_FIRST_SEED", 1));
    if let Err(failure) = play_all(first, count) {
        panic!("{}", failure.text);
    }
    println!("{count} seeds from {first}");
}

#[test]
fn the_same_seed_is_the_same_election() {
    for seed in 1..=12 {
        let [once, again] = [play(seed, None), play(seed, None)]
            .map(|played| played.map(|trace| trace.digest()).map_err(|failure| failure.text));
        assert_eq!(once.unwrap(), again.unwrap(), "seed {seed}");
    }
}

/// A simulation in which nothing goes wrong would pass as well.
#[test]
fn seeds_meet_what_they_are_for() {
    let text: String = (1..=40)
        .map(|seed| play(seed, None).map_or_else(|failure| failure.text, |trace| trace.text()))
        .collect();
    let met = [
        ": stored at",
        " before",
        ": AlreadyVoted",
        ": NotOpen",
        ": Closed",
        ": Fault",
        "closes: None",
        "closes: Some",
        "is killed",
        "dead",
        "signed out",
        "(0 copies)",
        "(2 copies)",
        "the closing is moved",
        "the clock of",
        "the store fails",
    ];
    let missing: Vec<_> = met.into_iter().filter(|what| !text.contains(what)).collect();
    assert!(missing.is_empty(), "nothing of {missing:?} in 40 seeds");
}

/// The first seed that fails with a defect, and with which invariant.
fn found(defect: Defect) -> Option<Failure> {
    (1..=TO_FIND).find_map(|seed| play(seed, Some(defect)).err())
}

#[test]
fn each_deliberate_defect_is_found() {
    let mut missed = Vec::new();
    for (defect, invariants) in Defect::ALL {
        match found(defect) {
            Some(failure) if failure.invariant.is_some_and(|broken| invariants.contains(&broken)) => {
                println!("{defect:?} is found by seed {}: {:?}", failure.seed, failure.invariant);
            }
            Some(failure) => missed.push(format!("{defect:?} is taken for something else by {}", failure.text)),
            None => missed.push(format!("{defect:?} is not found by {TO_FIND} seeds")),
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}
