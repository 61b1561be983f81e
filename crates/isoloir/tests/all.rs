//! The tests of the whole program, in one program: it is linked once, and while one test waits for its servers others run.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "test code"
)]

mod common;

mod api_guide;
mod asvs;
mod board;
mod board_http;
mod config;
mod consultation_file;
mod crash;
mod demo;
mod evidence;
mod full_disk;
mod import;
mod load;
mod mailings;
mod metrics;
mod notices;
mod package;
mod refusals;
mod registrar;
mod rehearsal;
mod roles;
mod rolls;
mod secrecy;
mod takeover;
mod tls;
mod trustee;
mod watch;
