//! A voting server of its own process that casts prepared ballots and prints each receipt, for the crash test to kill.
//!
//! Input, one line per ballot: session token, election, admission, ballot in base64url, separated by tabs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    missing_docs,
    reason = "in a test, a failure is a failed test"
)]

#[path = "../tests/stage/mod.rs"]
mod stage;

use std::io::{BufRead as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isoloir_domain::clock::SettableClock;

#[tokio::main]
async fn main() {
    let url = std::env::args().nth(1).expect("the database's URL");
    let clock = SettableClock::new(stage::at(stage::OPEN));
    let server = stage::open(&url, &clock, u64::from(std::process::id())).await;
    let mut casting = tokio::task::JoinSet::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let server = server.clone();
        casting.spawn(async move {
            let fields: Vec<&str> = line.split('\t').collect();
            let session = server.session(fields[0]).await.expect("the store").expect("a session");
            let ballot = URL_SAFE_NO_PAD.decode(fields[3]).expect("base64url");
            let cast = server
                .cast_ballot(&session, &fields[1].parse().expect("an id"), fields[2], ballot)
                .await;
            let receipt = cast.expect("a receipt").receipt;
            let mut out = std::io::stdout().lock();
            writeln!(
                out,
                "{}\t{}\t{}",
                receipt.tracker(),
                receipt.event(),
                receipt.signature()
            )
            .expect("stdout");
            out.flush().expect("stdout");
        });
    }
    casting.join_all().await;
}
