//! The carriers (*acheminement*): by what mails and SMS leave, for any server that has an outbox.
//!
//! - [`mail`]: an SMTP relay; [`sms`]: an HTTP gateway; `depot`: both together, with `pace`, that of each operator
//! - [`phone`], [`gsm`]: what an SMS may be sent to, and written in
//! - [`tls`]: connections to other servers
//! - [`config`]: `[mail]` and `[sms]` of a configuration file
//!
//! Nothing here remembers a message: an outbox does, with its own database and its own key.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

pub mod config;
mod depot;
pub mod gsm;
pub mod mail;
mod pace;
pub mod phone;
pub mod sms;
pub mod tls;

pub use depot::{Carried, Carriers, Content, Depot, Handed, LEASE, MESSAGES, MailMode, Parcel, UnderWay};
pub use pace::Pace;
