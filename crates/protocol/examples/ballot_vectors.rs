//! Writes the vectors that Rust and TypeScript share:
//! `cargo run -p isoloir-protocol --example ballot_vectors > vectors/ballots.json`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

#[path = "../tests/common/mod.rs"]
mod common;

fn main() {
    println!(
        "{}",
        serde_json::to_string_pretty(&common::vectors::vectors()).expect("vectors are plain data")
    );
}
