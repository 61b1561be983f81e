//! Belenios, crypto v1.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

pub mod any;
pub mod archive;
pub mod audit;
pub mod ballot;
pub mod certificate;
pub mod credential;
pub mod election;
pub mod elgamal;
pub mod group;
pub mod hash;
pub mod json;
pub mod proof;
pub mod question;
pub mod tally;
pub mod trustee;
