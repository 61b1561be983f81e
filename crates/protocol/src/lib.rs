//! Belenios, crypto v1.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::cast_possible_truncation)]

pub mod archive;
pub mod group;
pub mod json;
pub mod tally;
