//! Belenios, crypto v1.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::cast_possible_truncation)]

pub mod group;
pub mod json;
