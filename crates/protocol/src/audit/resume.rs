//! Going on where an interrupted audit was.
//!
//! What takes long is the verification of ballots. A [`Checkpoint`] says: *the ballots up to this event were verified, and
//! this is their sum*. The event's hash commits to every byte before it, so that a checkpoint can only serve for the very
//! same beginning: a resumed audit reads the file again from its first byte, checks form, hashes, chain, order, setup,
//! credentials and repetitions anew, and takes from the checkpoint only that the proofs held, and the sum. Where the event
//! is another one, the checkpoint is dropped and everything is verified.
//!
//! A checkpoint is the auditor's own word: whoever could write one could have any ballot taken for verified. Keeping it
//! from others, or signing it, is the caller's part (`isoloir-verify --state`).

use serde::{Deserialize, Serialize};

use super::Progress;
use crate::{archive::EventHash, tally::Weight};

/// What was verified when an audit was interrupted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Number of events up to the last ballot verified.
    pub events: u64,
    /// Hash of the last of them.
    pub head: EventHash,
    /// Ballots verified.
    pub ballots: u64,
    /// Ballots that count: one per credential.
    pub num_tallied: u64,
    /// Their weight.
    pub total_weight: Weight,
    /// Their sum, as JSON of an encrypted tally.
    pub sum: String,
}

/// Who follows an audit.
pub trait Observer {
    /// Called now and then.
    fn progress(&mut self, progress: Progress);

    /// Called after every batch of ballots; `checkpoint` makes what a later audit may go on from.
    fn verified(&mut self, ballots: u64, checkpoint: &dyn Fn() -> Checkpoint) {
        let _ = (ballots, checkpoint);
    }
}

/// Follows the progress only.
pub(super) struct ProgressOnly<'a>(pub(super) &'a mut dyn FnMut(Progress));

impl Observer for ProgressOnly<'_> {
    fn progress(&mut self, progress: Progress) {
        (self.0)(progress);
    }
}
