//! Checks of the ballots, batch by batch, and their sum.

use std::{
    borrow::Cow,
    collections::HashSet,
    io::{self, Read, Seek},
};

use rayon::prelude::*;
use serde::Deserialize;

use super::{
    engine::{Accepted, Cast, Engine},
    finding::{Culprit, Finding, Reason},
    resume::Checkpoint,
    setup::{Place, Voters},
};
use crate::{
    archive::{ChainReader, EventHash, PayloadHash, Record, RecordName},
    ballot::{Ballot, BallotError, Ciphertexts, Tracker, VerifiedBallot},
    election::Election,
    elgamal::Ciphertext,
    group::Group,
    tally::{Accumulator, EncryptedTally, Figures, Shape},
};

/// How many ballots are verified at once, and how many bytes of them at most.
const BATCH: usize = 4096;
const BATCH_BYTES: usize = 32 << 20;

/// Ballots read and not yet verified.
pub(super) struct Batch {
    /// How many stand before them.
    ordinal: u64,
    ballots: Vec<Pending>,
    bytes: usize,
}

impl Batch {
    /// An empty one, after so many ballots.
    pub(super) const fn new(ordinal: u64) -> Self {
        Self {
            ordinal,
            ballots: Vec::new(),
            bytes: 0,
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.ballots.len()
    }

    /// Whether it should be verified now.
    pub(super) const fn is_full(&self) -> bool {
        self.ballots.len() >= BATCH || self.bytes >= BATCH_BYTES
    }

    pub(super) fn push(&mut self, height: u64, record: Record) {
        self.bytes += record.bytes.len();
        let hash = match record.name {
            RecordName::Data(hash) => hash,
            RecordName::Event(_) => PayloadHash::of(&record.bytes),
        };
        let place = Place {
            offset: record.content_offset(),
            size: record.bytes.len() as u64,
            ordinal: self.ordinal + self.ballots.len() as u64,
        };
        self.ballots.push(Pending {
            height,
            hash,
            place,
            bytes: record.bytes,
        });
    }
}

/// What is known of the ballots so far.
pub(super) struct Ballots<G: Group> {
    election: Election<G>,
    engine: Option<Box<dyn Engine>>,
    voters: Voters,
    seen: HashSet<PayloadHash>,
    shape: Shape<()>,
    sum: Accumulator<G>,
    count: u64,
    /// Whether the sum began as that of an earlier audit.
    resumed: bool,
}

/// Why a walk ends early.
pub(super) enum Stop {
    /// A check does not hold.
    Finding(Finding),
    /// The source failed.
    Io(io::Error),
    /// There is doubt of a quicker engine.
    Doubt,
    /// The checkpoint is of another file.
    Stale,
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::Finding(finding)
    }
}

impl<G: Group> Ballots<G> {
    /// `engine` adds up ballots; answers that are shuffled are listed, so that it can be of no help with them.
    pub(super) fn new(election: Election<G>, engine: Option<Box<dyn Engine>>, voters: Voters) -> Self {
        let shapes: Option<Vec<_>> = election.questions().iter().map(Shape::of_question).collect();
        let sum = Accumulator::for_questions(election.questions());
        Self {
            election,
            engine: engine.filter(|_| shapes.is_some()),
            voters,
            seen: HashSet::new(),
            shape: Shape::Array(shapes.unwrap_or_default()),
            sum,
            count: 0,
            resumed: false,
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

    /// Counts the ballots of a batch, in order.
    pub(super) fn count_all<S: Read + Seek>(
        &mut self,
        batch: Vec<Examined<G>>,
        source: &mut ChainReader<S>,
    ) -> Result<(), Stop> {
        let mut quick = Vec::new();
        for ballot in batch {
            let (height, hash) = (ballot.height, ballot.hash);
            self.count_one(ballot, source, &mut quick).map_err(|stop| match stop {
                CountError::Reason(reason) => Stop::Finding(Finding::new(culprit(height, &hash), reason)),
                CountError::Io(error) => Stop::Io(error),
            })?;
        }
        self.add_quick(&quick)
    }

    /// Tells the engine which ballots will be verified next.
    pub(super) fn expect(&self, batch: &Batch) {
        if let Some(engine) = self.engine.as_ref().filter(|_| batch.len() > 0) {
            engine.expect(batch.ordinal, batch.len());
        }
    }

    /// Verifies a batch on all cores: lends it to the engine, and verifies directly what that does not accept.
    pub(super) fn examine(&self, Batch { ballots: batch, .. }: Batch) -> Vec<Examined<G>> {
        let accepted = self.accept(&batch.iter().map(Pending::cast).collect::<Vec<_>>());
        let examine = |(pending, quick): (Pending, Option<Accepted>)| Examined {
            height: pending.height,
            hash: pending.hash,
            place: pending.place,
            verdict: self.verdict(pending.bytes, quick),
        };
        batch.into_par_iter().zip(accepted).map(examine).collect()
    }

    /// Takes a ballot that an earlier audit verified: its credential must be on the list, and it may not repeat one.
    pub(super) fn recall(&mut self, height: u64, record: &Record) -> Result<(), Stop> {
        let hash = PayloadHash::of(&record.bytes);
        let finding = |reason| Stop::Finding(Finding::new(culprit(height, &hash), reason));
        // What was verified is well formed; if this is not, it is not what was verified.
        let bearer: Bearer<'_> = serde_json::from_slice(&record.bytes).map_err(|_| Stop::Stale)?;
        if !self.seen.insert(hash) {
            return Err(finding(Reason::Duplicate));
        }
        let voter = self
            .voters
            .find(&bearer.credential)
            .ok_or_else(|| finding(Reason::UnknownCredential))?;
        voter.last = Some(Place {
            offset: record.content_offset(),
            size: record.bytes.len() as u64,
            ordinal: self.count,
        });
        self.count += 1;
        Ok(())
    }

    /// Takes the sum that an earlier audit had come to.
    pub(super) fn restore(&mut self, from: &Checkpoint) -> Result<(), Stop> {
        let tally = EncryptedTally::parse(from.sum.as_bytes()).map_err(|_| Stop::Stale)?;
        let figures = Figures {
            num_tallied: from.num_tallied,
            total_weight: from.total_weight,
        };
        let sum = Accumulator::restore(self.election.questions(), tally, figures);
        self.sum = sum.filter(|_| from.ballots == self.count).ok_or(Stop::Stale)?;
        self.resumed = true;
        Ok(())
    }

    /// What a later audit may go on from: all ballots up to the event `events - 1`, whose hash is `head`.
    pub(super) fn checkpoint(&self, events: u64, head: EventHash) -> Checkpoint {
        let (tally, figures) = self.sum.clone().into_tally();
        Checkpoint {
            events,
            head,
            ballots: self.count,
            num_tallied: figures.num_tallied,
            total_weight: figures.total_weight,
            sum: String::from_utf8(tally.to_bytes()).unwrap_or_default(),
        }
    }

    /// The engine's answer for each ballot; none where there is no engine.
    fn accept(&self, casts: &[Cast<'_>]) -> Vec<Option<Accepted>> {
        let mut accepted = self
            .engine
            .as_ref()
            .map(|engine| engine.accept(casts))
            .unwrap_or_default();
        accepted.resize_with(casts.len(), || None);
        accepted
    }

    fn verdict(&self, bytes: Vec<u8>, quick: Option<Accepted>) -> Result<Valid<G>, BallotError> {
        if let Some(accepted) = quick {
            return Ok(Valid::Quick(accepted));
        }
        let (ballot, ciphertexts) = Ballot::parse(bytes, &self.election)?.verify_with_ciphertexts(&self.election)?;
        Ok(Valid::Direct(ballot, ciphertexts))
    }

    /// Verifies a ballot again, whose voter voted once more.
    fn examine_again(&self, place: Place, bytes: Vec<u8>) -> Result<Valid<G>, BallotError> {
        let cast = Cast {
            ordinal: place.ordinal,
            hash: PayloadHash::of(&bytes),
            bytes: &bytes,
        };
        let quick = self.accept(&[cast]).pop();
        self.verdict(bytes, quick.flatten())
    }

    fn count_one<S: Read + Seek>(
        &mut self,
        ballot: Examined<G>,
        source: &mut ChainReader<S>,
        quick: &mut Vec<(Accepted, i128)>,
    ) -> Result<(), CountError> {
        let valid = ballot.verdict.map_err(Reason::from)?;
        if !self.seen.insert(ballot.hash) {
            return Err(Reason::Duplicate.into());
        }
        let voter = self.voters.find(valid.credential()).ok_or(Reason::UnknownCredential)?;
        let weight = voter.weight;
        if let Some(earlier) = voter.last.replace(ballot.place) {
            // The voter voted again: the earlier ballot no longer counts.
            let bytes = source
                .read_again(earlier.offset, earlier.size)
                .map_err(CountError::Io)?;
            match self.examine_again(earlier, bytes).map_err(Reason::from)? {
                Valid::Direct(_, ciphertexts) => self.sum.remove(&ciphertexts, weight).map_err(Reason::from)?,
                Valid::Quick(accepted) => {
                    self.sum.count_out(weight).map_err(Reason::from)?;
                    quick.push((accepted, -i128::from(weight.get())));
                }
            }
        }
        match valid {
            Valid::Direct(_, ciphertexts) => self.sum.add(&ciphertexts, weight).map_err(Reason::from)?,
            Valid::Quick(accepted) => {
                self.sum.count_in(weight).map_err(Reason::from)?;
                quick.push((accepted, i128::from(weight.get())));
            }
        }
        self.count += 1;
        Ok(())
    }

    /// Adds what the engine adds up. A text that is no element of the group is a fault of the engine, not of the archive.
    fn add_quick(&mut self, ballots: &[(Accepted, i128)]) -> Result<(), Stop> {
        let Some(engine) = self.engine.as_ref().filter(|_| !ballots.is_empty()) else {
            return Ok(());
        };
        let terms: Vec<_> = ballots.iter().map(|(ballot, weight)| (ballot, *weight)).collect();
        let read = |[alpha, beta]: &[String; 2]| {
            Some(Ciphertext {
                alpha: G::parse(alpha).ok()?,
                beta: G::parse(beta).ok()?,
            })
        };
        let sums: Option<Vec<_>> = engine.sum(&terms).iter().map(read).collect();
        match sums.and_then(|sums| self.shape.filled(sums)) {
            Some(Shape::Array(sums)) => self.sum.add_ciphertexts(&sums).map_err(|_| Stop::Doubt),
            _ => Err(Stop::Doubt),
        }
    }

    /// Checks the encrypted tally and its figures against the ballots.
    pub(super) fn check_tally(
        &self,
        bytes: &[u8],
        num_tallied: u64,
        total_weight: u64,
    ) -> Result<EncryptedTally<G>, Stop> {
        let published = EncryptedTally::parse(bytes).map_err(|e| Finding::new(Culprit::Tally, Reason::TallyForm(e)))?;
        let (sum, figures) = self.sum.clone().into_tally();
        let (count, weight) = (figures.num_tallied, figures.total_weight.get());
        let comes_out = published == sum && (num_tallied, total_weight) == (count, weight);
        if !comes_out && (self.engine.is_some() || self.resumed) {
            // What was added up by others refuses nothing.
            return Err(Stop::Doubt);
        }
        if published != sum {
            return Err(Finding::new(Culprit::Tally, Reason::Sum).into());
        }
        if (num_tallied, total_weight) != (count, weight) {
            let reason = Reason::Figures {
                said_count: num_tallied,
                said_weight: total_weight,
                count,
                weight,
            };
            return Err(Finding::new(Culprit::Tally, reason).into());
        }
        Ok(published)
    }
}

/// What is read of a ballot that was verified before.
#[derive(Deserialize)]
struct Bearer<'a> {
    #[serde(borrow)]
    credential: Cow<'a, str>,
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

/// A ballot read and not yet verified.
struct Pending {
    height: u64,
    hash: PayloadHash,
    place: Place,
    bytes: Vec<u8>,
}

impl Pending {
    fn cast(&self) -> Cast<'_> {
        Cast {
            ordinal: self.place.ordinal,
            hash: self.hash,
            bytes: &self.bytes,
        }
    }
}

/// A ballot whose every proof holds.
enum Valid<G: Group> {
    /// As the direct verification found.
    Direct(VerifiedBallot, Ciphertexts<G>),
    /// As an engine found.
    Quick(Accepted),
}

impl<G: Group> Valid<G> {
    fn credential(&self) -> &str {
        match self {
            Self::Direct(ballot, _) => ballot.credential().as_str(),
            Self::Quick(accepted) => &accepted.credential,
        }
    }
}

/// A ballot whose proofs were verified, or found wrong.
pub(super) struct Examined<G: Group> {
    height: u64,
    place: Place,
    hash: PayloadHash,
    verdict: Result<Valid<G>, BallotError>,
}

/// A ballot, by its place and its tracker.
fn culprit(height: u64, hash: &PayloadHash) -> Culprit {
    Culprit::Ballot {
        height,
        tracker: Tracker::from(*hash).as_str().to_owned(),
    }
}
