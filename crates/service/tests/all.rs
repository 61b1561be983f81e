//! The tests of this crate, in one program: it is linked once, and they share one database server.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    missing_docs,
    reason = "test code"
)]

#[macro_use]
mod stage;
#[path = "../../portal/tests/support/staff.rs"]
mod staff;

mod attempts;
mod candidacies;
mod closing;
mod consultation_folder;
mod content;
mod crash;
mod deadlines;
mod identity;
mod mailings;
mod roll_decisions;
mod roll_gates;
mod staged_rolls;
mod voting;
