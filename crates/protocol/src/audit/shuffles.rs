//! Checks of the shuffles of non-homomorphic answers, one trustee after another.

use std::collections::HashSet;

use super::finding::{Culprit, Finding, Reason};
use crate::{
    election::Election,
    group::Group,
    tally::{EncryptedTally, Shuffle, ToShuffle},
    trustee::VerifiedTrustees,
};

/// Shuffles verified so far.
pub(super) struct Shuffles<G: Group> {
    given: HashSet<u32>,
    /// What the last trustee left.
    current: ToShuffle<G>,
}

impl<G: Group> Shuffles<G> {
    /// `None` when no question needs shuffles.
    pub(super) fn new(tally: &EncryptedTally<G>, election: &Election<G>) -> Option<Self> {
        let needed = election.questions().iter().any(|question| question.is_shuffled());
        needed.then(|| Self {
            given: HashSet::new(),
            current: tally.to_shuffle(election.questions()),
        })
    }

    /// Checks a shuffle: whose it is, and its proofs.
    pub(super) fn add(
        &mut self,
        election: &Election<G>,
        trustees: &VerifiedTrustees<G>,
        owner: u32,
        bytes: &[u8],
    ) -> Result<(), Finding> {
        let finding = |reason: Reason| Finding::new(Culprit::Trustee(owner), reason);
        if trustees.member(owner).is_none() {
            return Err(finding(Reason::UnknownShuffler));
        }
        if !self.given.insert(owner) {
            return Err(finding(Reason::ShuffledTwice));
        }
        let shuffle = Shuffle::parse(bytes).map_err(|e| finding(Reason::ShuffleForm(e)))?;
        self.current = shuffle.verify(election, &self.current).map_err(|e| finding(e.into()))?;
        Ok(())
    }

    /// The tally that is decrypted. Without any shuffle, everybody would see whose each answer is.
    pub(super) fn end(self, election: &Election<G>, tally: &EncryptedTally<G>) -> Result<EncryptedTally<G>, Finding> {
        if self.given.is_empty() {
            return Err(Finding::new(Culprit::Trustees, Reason::NotShuffled));
        }
        Ok(tally.with_shuffled(election.questions(), self.current))
    }
}
