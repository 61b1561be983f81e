//! Checks of decryption and result.

use std::collections::HashSet;

use super::finding::{Culprit, Finding, Reason};
use crate::{
    election::Election,
    group::Group,
    tally::{CombineError, Decrypted, ElectionResult, EncryptedTally, PartialDecryption},
    trustee::VerifiedTrustees,
};

/// Partial decryptions verified so far.
pub(super) struct Decryptions<G: Group> {
    election: Election<G>,
    tally: EncryptedTally<G>,
    given: HashSet<u32>,
    verified: Vec<(u32, PartialDecryption<G>)>,
}

impl<G: Group> Decryptions<G> {
    /// `tally` is what is decrypted, shuffled where need be.
    pub(super) fn new(election: Election<G>, tally: EncryptedTally<G>) -> Self {
        Self {
            election,
            tally,
            given: HashSet::new(),
            verified: Vec::new(),
        }
    }

    /// Checks a partial decryption: whose it is, and its proofs.
    pub(super) fn add(&mut self, trustees: &VerifiedTrustees<G>, owner: u32, bytes: &[u8]) -> Result<(), Finding> {
        let finding = |reason: Reason| Finding::new(Culprit::Trustee(owner), reason);
        let key = trustees.member(owner).ok_or_else(|| finding(Reason::UnknownOwner))?;
        if !self.given.insert(owner) {
            return Err(finding(Reason::OwnerTwice));
        }
        let decryption = PartialDecryption::parse(bytes).map_err(|e| finding(Reason::DecryptionForm(e)))?;
        decryption
            .verify(key, self.election.fingerprint(), &self.tally)
            .map_err(|e| finding(e.into()))?;
        self.verified.push((owner, decryption));
        Ok(())
    }

    /// Checks that enough trustees decrypted, and that the result is what they decrypted.
    pub(super) fn check_result(&self, trustees: &VerifiedTrustees<G>, bytes: &[u8]) -> Result<ElectionResult, Finding> {
        let decrypted = Decrypted::combine(trustees, &self.tally, &self.verified).map_err(|error| {
            let culprit = match error {
                CombineError::Quorum { .. } => Culprit::Trustees,
                _ => Culprit::Tally,
            };
            Finding::new(culprit, error)
        })?;
        let finding = |reason: Reason| Finding::new(Culprit::Result, reason);
        let result = ElectionResult::parse(bytes).map_err(|e| finding(Reason::ResultForm(e)))?;
        decrypted
            .check(self.election.questions(), &result)
            .map_err(|place| finding(Reason::Result(place)))?;
        Ok(result)
    }
}
