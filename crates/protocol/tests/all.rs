//! The tests of this crate, in one program: the generic code that they try is compiled once.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test code"
)]

mod archives;
mod common;

mod archive_format;
mod audit;
mod ballots;
mod ceremony_vectors;
mod documented_checks;
mod groups;
mod live_belenios;
mod reference_ballots;
mod replay;
mod vectors;
