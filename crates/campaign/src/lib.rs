//! The mutation campaign: valid archives, each changed in one place and chained again, so that only the stated defect
//! remains. The audit must refuse every one, by a check that has a name; whatever it accepts is a bug, told with what it
//! takes to make it again. Changes that leave an election's meaning as it was are made on purpose, and must be accepted.
//!
//! - [`archive`]: an archive in parts, and the bytes of its parts chained again;
//! - [`document`]: JSON as a tree that can also be written wrongly; [`values`]: wrong numbers and points;
//! - [`contents`]: what is changed inside of a record; [`events`]: of the sequence of events; [`container`]: of the file;
//! - [`harmless`]: what may be changed without changing the election;
//! - [`forgery`]: what only somebody with secrets can make: signed ballots, tallies decrypted rightly;
//! - [`sample`]: elections of our own, whose secrets are known;
//! - [`mutation`]: a change and what the audit must say of it;
//! - [`run`]: the campaign; [`tool`]: the reference tool's verdict; [`command`]: the command line.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

pub mod archive;
pub mod command;
pub mod container;
pub mod contents;
pub mod document;
pub mod events;
pub mod forgery;
pub mod harmless;
pub mod mutation;
pub mod run;
pub mod sample;
pub mod tool;
pub mod values;
