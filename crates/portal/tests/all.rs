//! The tests of this crate, in one program: it is linked once, and they share one database server.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test code"
)]

#[path = "../../service/tests/stage/mod.rs"]
mod stage;
mod support {
    pub mod portal;
    pub mod staff;
}

mod access;
mod accounts;
mod assistance;
mod candidacies;
mod captcha;
mod console;
mod content;
mod delivery;
mod injection;
mod kiosk;
mod mailings;
mod pages;
mod papers;
mod preparation;
mod reissue;
mod rest;
mod rolls;
mod staff;
mod texts;
mod two_people;
mod waiting_room;
