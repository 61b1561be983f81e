//! Checks of the ballots, batch by batch, and their sum.

use std::{
    collections::HashSet,
    io::{self, Read, Seek},
};

use rayon::prelude::*;

use super::{
    finding::{Culprit, Finding, Reason},
    setup::{Place, Voters},
};
use crate::{
    archive::{ChainReader, PayloadHash, Record},
    ballot::{Ballot, BallotError, Tracker, VerifiedBallot},
    election::Election,
    elgamal::Ciphertext,
    group::Group,
    tally::{Accumulator, EncryptedTally, Figures, Shape},
};

/// How many ballots are verified at once, and how many bytes of them at most.
const BATCH: usize = 1024;
const BATCH_BYTES: usize = 16 << 20;

/// Ballots read and not yet verified, and what is known of those before.
pub(super) struct Ballots<G: Group> {
    election: Election<G>,
    voters: Voters,
    seen: HashSet<PayloadHash>,
    sum: Accumulator<G>,
    batch: Vec<(u64, Record)>,
    batch_bytes: usize,
    count: u64,
}

/// Why a batch was not added: a finding, or a fault of the source.
pub(super) enum Stop {
    Finding(Finding),
    Io(io::Error),
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Finding(finding)
    }
}

impl<G: Group> Ballots<G> {
    pub(super) fn new(election: Election<G>, voters: Voters, shapes: &[Shape<()>]) -> Self {
        let sum = Accumulator::new(shapes);
        Self {
            election,
            voters,
            seen: HashSet::new(),
            sum,
            batch: Vec::new(),
            batch_bytes: 0,
            count: 0,
        }
    }

    pub(super) fn voters(&self) -> u64 {
        self.voters.len()
    }

    /// Ballots verified so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn figures(&self) -> Figures {
        self.sum.figures()
    }

    /// Takes a ballot; tells whether the batch should be verified now.
    pub(super) fn push(&mut self, height: u64, record: Record) -> bool {
        self.batch_bytes += record.bytes.len();
        self.batch.push((height, record));
        self.batch.len() >= BATCH || self.batch_bytes >= BATCH_BYTES
    }

    /// Verifies the batch on all cores, then counts its ballots in order.
    pub(super) fn flush<S: Read + Seek>(&mut self, source: &mut ChainReader<S>) -> Result<(), Stop> {
        let batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        let election = &self.election;
        let verified: Vec<_> = batch
            .into_par_iter()
            .map(|(height, record)| Examined::new(height, record, election))
            .collect();
        for ballot in verified {
            let culprit = ballot.culprit();
            self.count_one(ballot, source).map_err(|stop| match stop {
                CountError::Reason(reason) => Stop::Finding(Finding::new(culprit, reason)),
                CountError::Io(error) => Stop::Io(error),
            })?;
        }
        Ok(())
    }

    fn count_one<S: Read + Seek>(
        &mut self,
        ballot: Examined<G>,
        source: &mut ChainReader<S>,
    ) -> Result<(), CountError> {
        let (verified, ciphertexts) = ballot.verified.map_err(Reason::from)?;
        if !self.seen.insert(ballot.hash) {
            return Err(Reason::Duplicate.into());
        }
        let voter = self
            .voters
            .find(verified.credential())
            .ok_or(Reason::UnknownCredential)?;
        let weight = voter.weight;
        if let Some(Place { offset, size }) = voter.last.replace(ballot.place) {
            // The voter voted again: the earlier ballot no longer counts.
            let earlier = source.read_again(offset, size).map_err(CountError::Io)?;
            let (_, ciphertexts) = verify(earlier, &self.election).map_err(Reason::from)?;
            self.sum.remove(&ciphertexts, weight).map_err(Reason::from)?;
        }
        self.sum.add(&ciphertexts, weight).map_err(Reason::from)?;
        self.count += 1;
        Ok(())
    }

    /// Checks the encrypted tally and its figures against the ballots.
    pub(super) fn check_tally(
        &self,
        bytes: &[u8],
        num_tallied: u64,
        total_weight: u64,
    ) -> Result<EncryptedTally<G>, Finding> {
        let published = EncryptedTally::parse(bytes).map_err(|e| Finding::new(Culprit::Tally, Reason::TallyForm(e)))?;
        let (sum, figures) = self.sum.clone().into_tally();
        if published != sum {
            return Err(Finding::new(Culprit::Tally, Reason::Sum));
        }
        let (count, weight) = (figures.num_tallied, figures.total_weight.get());
        if (num_tallied, total_weight) != (count, weight) {
            let reason = Reason::Figures {
                said_count: num_tallied,
                said_weight: total_weight,
                count,
                weight,
            };
            return Err(Finding::new(Culprit::Tally, reason));
        }
        Ok(published)
    }
}

enum CountError {
    Reason(Reason),
    Io(io::Error),
}

impl From<Reason> for CountError {
    fn from(reason: Reason) -> Self {
        Self::Reason(reason)
    }
}

type Verified<G> = Result<(VerifiedBallot, Vec<Shape<Ciphertext<G>>>), BallotError>;

fn verify<G: Group>(bytes: Vec<u8>, election: &Election<G>) -> Verified<G> {
    Ballot::parse(bytes, election)?.verify_with_ciphertexts(election)
}

/// A ballot whose proofs were verified, or found wrong.
struct Examined<G: Group> {
    height: u64,
    place: Place,
    hash: PayloadHash,
    tracker: Tracker,
    verified: Verified<G>,
}

impl<G: Group> Examined<G> {
    fn new(height: u64, record: Record, election: &Election<G>) -> Self {
        let place = Place {
            offset: record.content_offset(),
            size: record.bytes.len() as u64,
        };
        let (hash, tracker) = (PayloadHash::of(&record.bytes), Tracker::of(&record.bytes));
        Self {
            height,
            place,
            hash,
            tracker,
            verified: verify(record.bytes, election),
        }
    }

    fn culprit(&self) -> Culprit {
        Culprit::Ballot {
            height: self.height,
            tracker: self.tracker.as_str().to_owned(),
        }
    }
}
