//! Persistence of the voting server: SQLite and PostgreSQL, one code, one conformance suite.
//!
//! Two compartments (R. 211-512): the voters' file (*fichier des électeurs*) and the ballot box (*urne électronique*), without a key in
//! common; two schemas in PostgreSQL, two sets of tables in one SQLite file so that one commit covers both.
//!
//! - `db`: the two engines behind one enum; `schema`: tables and append-only triggers; `statement`: every statement, for one test
//!   that prepares them all on both engines; `rights`: which role of PostgreSQL may do what to which table
//! - [`consultation`], [`roll`]: what organisers import; [`roll_stage`]: roll files checked and approved, and the history of entries; [`roll_apply`]: one of them applied; [`roll_correction`]: one entry by a decision; [`account`]: activation, passwords, challenges; [`session`]: sessions, failures
//! - [`apply`]: a consultation's description changed as a whole; [`candidacy`]: lists that unions file, their files, the lot of their order
//! - [`staff`]: the organiser's staff, invitations, second factors, sessions; [`api_token`]: tokens of the API; [`critical_act`]: acts that take two people
//! - [`record`]: the transaction that records ballots; [`ballot_box`]: the box to read, and the events of the count
//! - [`board`]: election boards and what they did; [`closing`]: what was frozen, and the audit before a result
//! - [`copy`]: the ballot log in a second file, before any receipt; [`takeover`]: a database rebuilt from a backup and that file, without a gap
//! - `gate`: the rolls in figures, and gates passed by decision; `seat_draw`: the drawing of lots that settles the last seats
//! - [`content`]: the organiser's texts, logos and manifestos; [`complaint`]: complaints about the roll
//! - `captcha`: captchas already answered, and codes past them
//! - [`journal`]: chained entries; [`reissue`]: requests for a new code, in it; [`outbox`]: messages to send after the commit, and the delivery ledger; [`mailing`]: what goes to many; [`warning`]: warnings before deadlines; [`capacity`]: certificates of capacity
//! - [`identity`]: FranceConnect: which voter an identity is, and visits under way
//! - [`ticket`]: requests to the help desk; [`console`]: what agents see of a voter, and changes of address
//!
//! Lock order, on every path that writes: heads of boxes by election, then consultations, then elections, then the journal's head.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

#[macro_use]
mod db;
#[macro_use]
mod statement;
#[macro_use]
mod many;
#[macro_use]
pub mod journal;
#[macro_use]
pub mod outbox;
#[macro_use]
pub mod closing;
#[macro_use]
pub mod apply;
#[macro_use]
pub mod account;
pub mod api_token;
pub mod ballot_box;
#[macro_use]
pub mod board;
#[macro_use]
pub mod roll_stage;
#[macro_use]
pub mod roll_correction;
pub mod candidacy;
pub mod capacity;
mod captcha;
pub mod complaint;
pub mod console;
pub mod consultation;
pub mod content;
pub mod copy;
pub mod critical_act;
mod error;
mod gate;
pub mod identity;
pub mod mailing;
pub mod record;
pub mod reissue;
mod rights;
pub mod roll;
pub mod roll_apply;
mod schema;
mod seat_draw;
pub mod session;
pub mod staff;
pub mod takeover;
pub mod ticket;
mod value;
pub mod warning;

pub use db::{Connections, Store, prepare};
pub use error::StoreError;
pub use isoloir_rights::{ADDS, Prepared};
pub use record::Recorded;
pub use rights::ROLES;
