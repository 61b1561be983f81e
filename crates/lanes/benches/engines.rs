//! Ballots verified in a second of processor time by one core, engine by engine: `cargo bench -p isoloir-lanes`.
//!
//! A ballot is "1 of 10", Ed25519, no blank vote. Each figure is the best of several rounds, in CPU time of the thread: what else
//! the machine does counts as little as possible, though not nothing (a core has two threads).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark fails as tests do"
)]

#[cfg(target_arch = "x86_64")]
fn main() {
    lanes::measure();
}

#[cfg(not(target_arch = "x86_64"))]
fn main() {
    println!("skipped: lanes are for x86-64");
}

#[cfg(target_arch = "x86_64")]
mod lanes {
    use std::{
        fs,
        io::{self, Cursor, Write},
        sync::{Arc, Mutex},
    };

    use isoloir_lanes::{
        engine::{ExactLanes, SidecarLanes},
        sidecar::{Reader, Recorder},
    };
    use isoloir_protocol::{
        any::AnyElection,
        archive::PayloadHash,
        audit::engine::{Accelerator, Cast},
        ballot::{Choice, Vote},
        credential::{ElectionUuid, SecretCredential},
        election::ElectionParams,
        group::{Ed25519, Group as _, GroupName},
        question::Homomorphic,
    };
    use rand::{SeedableRng as _, rngs::StdRng};
    use rayon::prelude::*;

    const BALLOTS: usize = 2048;
    const BATCH: usize = 1024;
    const ROUNDS: usize = 5;

    /// Prints every figure.
    pub fn measure() {
        let rng = &mut StdRng::seed_from_u64(1);
        let election = election(rng);
        let secrets: Vec<_> = (0..BALLOTS).map(|_| SecretCredential::generate(rng)).collect();
        let ballots: Vec<Vec<u8>> = secrets
            .par_iter()
            .enumerate()
            .map(|(at, secret)| {
                let vote = Vote::new(vec![Choice::Answers(vec![at % 10])]);
                election
                    .create_ballot(secret, &vote, &mut StdRng::seed_from_u64(at as u64 + 2))
                    .unwrap()
            })
            .collect();
        println!("{BALLOTS} ballots of {} bytes", ballots[0].len());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        pool.install(|| on_one_core(&election, &ballots));
    }

    fn election(rng: &mut StdRng) -> AnyElection {
        let names = (0..10).map(|n| format!("Liste {n}")).collect();
        let question = Homomorphic::new("?", names, 1, 1, false).unwrap();
        let mut key = String::new();
        Ed25519::write(&Ed25519::pow_g(&Ed25519::random_scalar(rng)), &mut key);
        let params = ElectionParams::new(
            ElectionUuid::generate(rng),
            GroupName::Ed25519,
            key,
            vec![question.into()],
        );
        AnyElection::parse(&params.to_bytes()).unwrap()
    }

    fn on_one_core(election: &AnyElection, ballots: &[Vec<u8>]) {
        let casts: Vec<Cast<'_>> = ballots
            .iter()
            .zip(0..)
            .map(|(bytes, ordinal)| Cast {
                ordinal,
                hash: PayloadHash::of(bytes),
                bytes,
            })
            .collect();
        best("engine 1", 256, || {
            for ballot in &ballots[..256] {
                election.parse_ballot(ballot.clone()).unwrap().verify(election).unwrap();
            }
        });
        let Some(exact) = ExactLanes::detect() else {
            println!("skipped: this processor lacks AVX-512 IFMA");
            return;
        };
        best("hash of the texts (SHA-256)", BALLOTS, || {
            assert!(casts.iter().all(|cast| PayloadHash::of(cast.bytes) == cast.hash));
        });
        accept("engine 2", &exact, election, &casts);
        let sink = Shared::default();
        let recorder = Arc::new(Recorder::new(Box::new(sink.clone())));
        let recording = exact.recording(recorder.clone());
        accept("engine 2, recording a sidecar", &recording, election, &casts);
        recorder.finish().unwrap();
        let reader = Reader::open(Box::new(Cursor::new(sink.0.lock().unwrap().clone()))).unwrap();
        let combined = SidecarLanes::detect(reader, Arc::new(Mutex::new(StdRng::seed_from_u64(5)))).unwrap();
        accept("engine 3", &combined, election, &casts);
        let engine = exact_engine(election);
        let credentials: Vec<String> = engine
            .accept(&casts[..BATCH])
            .into_iter()
            .map(|accepted| accepted.unwrap().credential)
            .collect();
        let credentials: Vec<&str> = credentials.iter().map(String::as_str).collect();
        best("credentials checked", BATCH, || {
            assert!(engine.admits(&credentials).iter().all(|is| *is))
        });
        let accepted: Vec<_> = engine.accept(&casts[..BATCH]).into_iter().map(Option::unwrap).collect();
        let terms: Vec<_> = accepted.iter().map(|accepted| (accepted, 1)).collect();
        best("ballots added up", BATCH, || assert_eq!(engine.sum(&terms).len(), 10));
    }

    fn exact_engine(election: &AnyElection) -> Box<dyn isoloir_protocol::audit::engine::Engine> {
        ExactLanes::detect()
            .unwrap()
            .engine(election.params(), election.fingerprint())
            .unwrap()
    }

    fn accept(name: &str, accelerator: &dyn Accelerator, election: &AnyElection, casts: &[Cast<'_>]) {
        let engine = accelerator.engine(election.params(), election.fingerprint()).unwrap();
        best(name, BALLOTS, || {
            for batch in casts.chunks(BATCH) {
                assert!(engine.accept(batch).iter().all(Option::is_some));
            }
        });
    }

    fn best(name: &str, count: usize, mut work: impl FnMut()) {
        let mut best = f64::MAX;
        for _ in 0..ROUNDS {
            let start = cpu();
            work();
            best = best.min((cpu() - start) as f64 / 1e9);
        }
        let each = best / count as f64;
        println!("{name:<32} {:>9.2} µs each {:>9.0} per second", each * 1e6, 1.0 / each);
    }

    /// Nanoseconds that the scheduler has given to this thread (Linux).
    fn cpu() -> u64 {
        let stat = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux with scheduler statistics");
        stat.split(' ')
            .next()
            .and_then(|ns| ns.parse().ok())
            .expect("nanoseconds")
    }

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
