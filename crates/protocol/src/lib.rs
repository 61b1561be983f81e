//! Belenios, crypto v1.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

pub mod archive;
pub mod elgamal;
pub mod group;
pub mod hash;
pub mod json;
pub mod proof;
pub mod tally;
pub mod trustee;
