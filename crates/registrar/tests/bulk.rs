//! How long the registrar takes for a large roll. Run by hand, in release:
//! `VOTERS=100000 cargo test --release -p isoloir-registrar --test registrar bulk -- --ignored --nocapture`

use crate::common;
use std::time::Instant;

use common::{Database, World};
use isoloir_domain::VoterId;
use isoloir_protocol::group::GroupName;
use isoloir_registrar::create_credentials::Entitled;

async fn measure(engine: &str, database: Database, voters: usize) {
    let mut w = World::new(database).await;
    let roll: Vec<VoterId> = (0..voters).map(|_| VoterId::generate(&w.clock, &mut w.rng)).collect();
    let entitled: Vec<Entitled> = roll.iter().map(|v| Entitled::new(*v)).collect();
    let election = "bbbbbbbbbbbbbb".parse().unwrap();

    let start = Instant::now();
    let public = w
        .registrar
        .create_credentials(&election, GroupName::Ed25519, &entitled, &mut w.rng)
        .await
        .unwrap();
    println!(
        "{engine}: {voters} credentials drawn, sealed and stored in {:.2?}",
        start.elapsed()
    );

    let start = Instant::now();
    let codes = w.registrar.issue_codes(&roll, &mut w.rng).await.unwrap();
    println!("{engine}: {voters} codes issued in {:.2?}", start.elapsed());

    let start = Instant::now();
    for issued in codes.iter().take(500) {
        let ticket = w.ticket(issued.voter);
        w.registrar
            .unlock(&ticket, &w.authenticator(issued.voter, &issued.code))
            .await
            .unwrap();
    }
    println!(
        "{engine}: 500 unlockings, one after another, in {:.2?}",
        start.elapsed()
    );
    assert_eq!((public.len(), codes.len()), (voters, voters));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, minutes long for large rolls"]
async fn a_large_roll() {
    let voters = std::env::var("VOTERS")
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(10_000);
    measure("SQLite", Database::sqlite(), voters).await;
    measure("PostgreSQL", Database::postgres(), voters).await;
}
