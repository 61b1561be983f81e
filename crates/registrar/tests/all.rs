//! The tests of this crate, in one program: it is linked once, and they share one database server.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "test code"
)]

#[macro_use]
mod common;

mod bulk;
mod carriers;
mod http;
mod notices;
mod place;
mod registrar;
mod reissue;
mod rights;
mod voting_code_vectors;
