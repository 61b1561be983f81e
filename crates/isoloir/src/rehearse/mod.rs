//! The rehearsal (*vote à blanc*): a published election replayed voter by voter against real processes.
//!
//! - `scenario`: what is replayed, whole or as a proportional sample
//! - `process`: the program's own commands and servers, run as an operator runs them
//! - `site`: the folder of one rehearsal: configuration, keys, board, addresses
//! - `electorate`: the voters, who activate, sign in, unlock, cast
//! - `verdict`: what must hold in the end
//! - [`logs`]: what must stand in no log
//! - `figures`: times, latencies, rates
//! - [`bench`]: the whole server against bare verification
//! - [`codes`]: the registrar for a whole electorate
//! - `front`: one address before several nodes of the portal
//! - [`nodes`]: what two nodes over one database hold
//! - [`whole`]: a whole electorate through a whole vote, and what each step takes; `whole_board`: its board
//! - [`load`]: pages under many readers, casts during a rush of sign-ins
//! - [`run`]: the whole, in order

pub mod bench;
pub mod codes;
mod electorate;
mod figures;
pub(crate) mod front;
pub mod load;
pub mod logs;
pub(crate) mod lost_code;
pub mod nodes;
mod process;
pub mod rolls;
mod run;
mod scenario;
mod site;
mod verdict;
pub mod whole;
mod whole_board;

pub use electorate::{Ballots, Electorate, Outcome, VoterSheet};
pub use figures::{Check, Latencies, PhaseFigure};
pub(crate) use process::memory_kib;
pub use process::{Measured, Program, Server, free_port};
pub use run::{Options, Report, read_codes, run};
pub use scenario::{CORSE_2022, Published, RealList, SampleError, Scenario, email};
pub use site::{Running, Site};
pub(crate) use verdict::{archive_ballots, audited};
