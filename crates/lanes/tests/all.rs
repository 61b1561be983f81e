//! The tests of this crate, in one program: the generic code that they try is compiled once.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test code"
)]

mod common;
#[path = "../../protocol/tests/common/mod.rs"]
mod protocol;

mod arithmetic;
mod engines;
mod sidecar;
