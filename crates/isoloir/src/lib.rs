//! The program `isoloir`: configuration, wiring and command line of every domain of trust.
//!
//! - [`cli`]: the commands, one file each
//! - [`config`]: configuration files
//! - [`handover`]: files that pass from one domain of trust to another
//! - [`journal_file`]: the journal on a disk, written and checked
//! - [`voter`]: a voter's client, for rehearsals, load and tests
//! - [`rehearse`]: published elections replayed voter by voter against real processes
//! - [`demo`]: the demonstration
//! - [`drill`]: a real cluster, a vote on it, and faults while people vote
//! - `observe`: what an operator sees of a server at work: requests and figures
//! - [`load`]: real voters against any deployment, at a stated curve of arrivals
//! - [`trustee`]: the board's offline work, on files
//! - [`evidence`]: the folder kept two years: made, counted again offline, destroyed
//! - [`watch`]: a watcher of boxes and scripts, with named alarms
//! - `credentials`, `codes`, `notices`: what the registrar makes for a whole roll, some voters at a time; `progress`: how far it is
//! - [`ambient`], [`private_file`]: randomness and private files; `html`: text in a page

pub mod ambient;
pub mod cli;
mod codes;
pub mod config;
mod credentials;
pub mod demo;
pub mod drill;
pub mod evidence;
pub mod handover;
mod html;
pub mod journal_file;
pub mod load;
mod notices;
mod observe;
pub mod private_file;
mod progress;
pub mod rehearse;
pub mod trustee;
pub mod voter;
pub mod watch;

pub use cli::open_server as open_voting_server;
