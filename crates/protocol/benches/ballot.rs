//! How long ballots and credentials take, on one core unless said otherwise.
//!
//! `cargo bench -p isoloir-protocol --bench ballot`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

#[path = "../tests/common/mod.rs"]
mod common;
mod cpu_time;

use std::time::Instant;

use common::{one_of, rng};
use cpu_time::CpuTime;
use criterion::{Criterion, criterion_group, criterion_main};
use isoloir_protocol::{
    any::AnyElection,
    ballot::{Choice, Vote},
    credential::SecretCredential,
    group::{Ed25519, Group as _, GroupName},
};

/// A ballot for one of ten candidates: what the targets are about.
fn ballots(c: &mut Criterion<CpuTime>) {
    for group in [GroupName::Ed25519, GroupName::Belenios2048] {
        let rng = &mut rng(1);
        let election = one_of(10, false, group, rng);
        let secret = SecretCredential::generate(rng);
        let vote = Vote::new(vec![Choice::Answers(vec![3])]);
        let ballot = election.create_ballot(&secret, &vote, rng).unwrap();
        let mut benches = c.benchmark_group(format!("1 of 10, {group}"));
        benches.sample_size(50);
        benches.bench_function("verify", |b| b.iter(|| verify(&election, &ballot)));
        benches.bench_function("parse", |b| b.iter(|| election.parse_ballot(ballot.clone()).unwrap()));
        benches.bench_function("create", |b| {
            b.iter(|| election.create_ballot(&secret, &vote, rng).unwrap())
        });
        benches.finish();
    }
}

fn verify(election: &AnyElection, ballot: &[u8]) {
    election
        .parse_ballot(ballot.to_vec())
        .unwrap()
        .verify(election)
        .unwrap();
}

/// The multiplication of a point, to tell how fast the machine is today.
fn point(_: &mut Criterion<CpuTime>) {
    const TIMES: u32 = 100_000;
    let mut point = Ed25519::generator();
    let x = Ed25519::random_scalar(&mut rng(3));
    let start = cpu_time::now();
    for _ in 0..TIMES {
        point = Ed25519::pow(&point, &x);
    }
    let nanoseconds = (cpu_time::now() - start) as f64 / f64::from(TIMES);
    println!("multiply an Ed25519 point: {:.1} µs", nanoseconds / 1e3);
}

/// The public credentials of 1.4 million voters, on all cores.
fn credentials(_: &mut Criterion<CpuTime>) {
    const VOTERS: usize = 1_400_000;
    let rng = &mut rng(2);
    let election = one_of(10, false, GroupName::Ed25519, rng);
    let secrets: Vec<_> = (0..VOTERS).map(|_| SecretCredential::generate(rng)).collect();
    let (start, cpu) = (Instant::now(), cpu_time::of_process());
    let public = SecretCredential::public_of_all(&secrets, election.uuid(), GroupName::Ed25519);
    assert_eq!(public.len(), VOTERS);
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_time::of_process() - cpu);
    println!("{VOTERS} public credentials, Ed25519: {wall:.1} s, CPU time of all cores {cpu:.1} s");
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = point, ballots, credentials
}
criterion_main!(benches);
