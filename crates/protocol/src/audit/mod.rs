//! The audit of a public archive: anybody can repeat every check of an election, with nothing but the file.
//!
//! - [`check`]: the checks by name;
//! - [`finding`]: what is found wrong, and who is to blame;
//! - `setup`, `ballots`, `shuffles`, `tally`: what is checked of each part of the archive;
//! - `run`: the walk through the file, entry after entry; [`resume`]: going on after an interruption;
//! - [`engine`]: quicker engines that another crate may lend, which accept and never refuse;
//! - [`since`]: whether a later copy still holds what an earlier one held.
//!
//! The file is read once, in order; ballots are verified in batches on all cores, while the next batch is read. Memory holds two
//! batches, and of each ballot already counted only its hash and its place, so that 100,000 ballots need well under
//! 500 MB. When a voter voted again, the earlier ballot is read again and taken out of the sum.

pub mod check;
pub mod engine;
pub mod finding;
pub mod resume;
pub mod since;

mod ballots;
mod run;
mod setup;
mod shuffles;
mod tally;

use std::io::{self, Read, Seek};

pub use check::{Bilingual, Check, CheckId, Outcome};
pub use engine::Accelerator;
pub use finding::{Culprit, Finding, Reason};
pub use resume::{Checkpoint, Observer};

use resume::ProgressOnly;

use crate::{
    archive::{EventHash, Phase},
    election::ElectionParams,
    tally::{ElectionResult, Figures},
};

/// What the auditor expects beyond validity.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The archive must end with this event (a head signed by the server, for instance).
    pub expected_head: Option<EventHash>,
    /// The archive must hold the result.
    pub require_result: bool,
}

/// How far an audit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the file that are done with.
    pub bytes: u64,
    /// Ballots verified.
    pub ballots: u64,
}

/// What an audit says.
#[derive(Debug)]
pub struct Report {
    /// Every check, in order.
    pub checks: Vec<Check>,
    /// The first check that does not hold; `None`: the archive is valid as far as it goes.
    pub finding: Option<Finding>,
    /// How far the election is.
    pub phase: Phase,
    /// The last event.
    pub head: Option<EventHash>,
    /// Number of events.
    pub events: u64,
    /// The election, once it was read.
    pub election: Option<ElectionParams>,
    /// How many public credentials there are.
    pub voters: u64,
    /// How many ballots are in the box, earlier ballots of voters who voted again included.
    pub ballots: u64,
    /// How many of them an earlier audit had verified, see [`resume`].
    pub resumed: u64,
    /// What counts: the last ballot of each credential.
    pub figures: Figures,
    /// How many trustees.
    pub trustees: u32,
    /// The key with which the list of credentials is certified, when it is. Nothing in the archive says whose it is.
    pub certifier: Option<String>,
    /// The result, when it is there and every check passed.
    pub result: Option<ElectionResult>,
}

impl Report {
    /// Whether every check made passed.
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        self.finding.is_none()
    }
}

/// Audits an archive. `progress` is called now and then.
///
/// # Errors
/// Only those of the source: whatever is wrong with the archive is in the report.
pub fn audit<S: Read + Seek + Send>(
    source: S,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, io::Error> {
    audit_with(source, options, &engine::Direct, progress)
}

/// As [`audit`], with the engines that `accelerator` lends.
///
/// # Errors
/// As [`audit`].
pub fn audit_with<S: Read + Seek + Send>(
    source: S,
    options: &Options,
    accelerator: &dyn Accelerator,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, io::Error> {
    audit_from(source, options, accelerator, None, &mut ProgressOnly(progress))
}

/// As [`audit_with`], going on from a checkpoint where there is one, and telling `observer` when there are others.
///
/// # Errors
/// As [`audit`].
pub fn audit_from<S: Read + Seek + Send>(
    source: S,
    options: &Options,
    accelerator: &dyn Accelerator,
    checkpoint: Option<&Checkpoint>,
    observer: &mut dyn Observer,
) -> Result<Report, io::Error> {
    run::run(source, options, accelerator, checkpoint, observer)
}
