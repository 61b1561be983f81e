//! Engines 2 and 3 as an audit uses them.

use std::sync::{Arc, Mutex, PoisonError};

use isoloir_protocol::{
    audit::engine::{Accelerator, Accepted, Cast, Engine},
    election::ElectionParams,
    group::GroupName,
    hash::sha256,
};
use rayon::prelude::*;

use crate::{
    combined::{self, Share, Total},
    cpu::Lanes,
    exact::{Computed, Coordinates, Exact},
    lend::SharedRng,
    members,
    parse::{Form, Parsed},
    plan::Plan,
    sha::Texts,
    sidecar::{Entries, Header, Reader, Recorder},
    transcript,
};

/// How many ballots are lined up in lanes together: a multiple of the lanes.
const BLOCK: usize = 16;
/// How many ballots a thread adds up at once: a multiple of the block.
const SUM: usize = 256;
/// Fewer ballots are not worth a sum of their own.
const WORTH_A_SUM: usize = 32;

/// Lends engine 2 to audits, for elections in the group Ed25519 whose questions are all homomorphic.
#[derive(Clone)]
pub struct ExactLanes {
    lanes: Lanes,
    recorder: Option<Arc<Recorder>>,
}

impl ExactLanes {
    /// `None` where the processor lacks the instructions.
    #[must_use]
    pub fn detect() -> Option<Self> {
        Lanes::detect().map(|lanes| Self { lanes, recorder: None })
    }

    /// Records a sidecar on the way.
    #[must_use]
    pub fn recording(self, recorder: Arc<Recorder>) -> Self {
        Self {
            recorder: Some(recorder),
            ..self
        }
    }
}

impl Accelerator for ExactLanes {
    fn engine(&self, election: &ElectionParams, fingerprint: &str) -> Option<Box<dyn Engine>> {
        let direct = Direct::new(self.lanes, election, fingerprint)?;
        if let Some(recorder) = &self.recorder {
            recorder.begin(direct.header(election));
        }
        Some(Box::new(Direct {
            recorder: self.recorder.clone(),
            ..direct
        }))
    }
}

/// Lends engine 3 to audits of the election that a sidecar is about, and engine 2 to those of others.
#[derive(Clone)]
pub struct SidecarLanes {
    exact: ExactLanes,
    sidecar: Arc<Reader>,
    rng: SharedRng,
}

impl SidecarLanes {
    /// `None` where the processor lacks the instructions. The generator draws the coefficients, each time after
    /// what they are for was read: whoever made the sidecar must not know what it gives.
    #[must_use]
    pub fn detect(sidecar: Reader, rng: SharedRng) -> Option<Self> {
        Some(Self {
            exact: ExactLanes::detect()?,
            sidecar: Arc::new(sidecar),
            rng,
        })
    }
}

impl Accelerator for SidecarLanes {
    fn engine(&self, election: &ElectionParams, fingerprint: &str) -> Option<Box<dyn Engine>> {
        let (sidecar, rng) = (self.sidecar.clone(), self.rng.clone());
        match Combined::new(self.exact.lanes, election, fingerprint, sidecar, rng) {
            Some(combined) => Some(Box::new(combined)),
            None => self.exact.engine(election, fingerprint),
        }
    }
}

/// Engine 2: verifies ballots of one election without any hint.
pub struct Direct {
    lanes: Lanes,
    plan: Plan,
    form: Form,
    fingerprint: String,
    exact: Exact,
    recorder: Option<Arc<Recorder>>,
}

/// What is found of a ballot: it is accepted, with its eighths if they were asked for.
type Found = Option<(Accepted, Vec<Coordinates>)>;

impl Direct {
    /// `None` for elections of other groups or with other questions.
    #[must_use]
    pub fn new(lanes: Lanes, election: &ElectionParams, fingerprint: &str) -> Option<Self> {
        if election.group != GroupName::Ed25519 {
            return None;
        }
        let plan = Plan::of(election)?;
        let [x0, x1, x2, x3, y0, y1, y2, y3] = members::coordinates(lanes, &election.public_key)?;
        let exact = Exact::new(lanes, &plan, &[[x0, x1, x2, x3], [y0, y1, y2, y3]]);
        Some(Self {
            lanes,
            plan,
            form: Form::new(election.uuid.as_str(), fingerprint),
            fingerprint: fingerprint.to_owned(),
            exact,
            recorder: None,
        })
    }

    /// That of this election's sidecar.
    fn header(&self, election: &ElectionParams) -> Header {
        Header {
            election: sha256(&election.to_bytes()),
            points: u32::try_from(self.plan.points + self.plan.commitments).unwrap_or(u32::MAX),
        }
    }

    /// Verifies some ballots together.
    fn block(&self, ballots: &[Cast<'_>]) -> Vec<Found> {
        let mut all: Vec<Found> = ballots.iter().map(|_| None).collect();
        let (places, parsed): (Vec<usize>, Vec<Parsed<'_>>) = ballots
            .iter()
            .enumerate()
            .filter_map(|(at, ballot)| Some((at, self.form.parse(ballot.bytes, &self.plan)?)))
            .unzip();
        let computed = self.exact.compute(&self.plan, &parsed, self.recorder.is_some());
        let hold = self.hold(&parsed, &computed);
        for (((at, ballot), computed), holds) in places.into_iter().zip(&parsed).zip(computed).zip(hold) {
            if let Some(place) = all.get_mut(at).filter(|_| holds) {
                *place = Self::judge(ballot, computed);
            }
        }
        all
    }

    /// Which ballots' hashes are right.
    fn hold(&self, ballots: &[Parsed<'_>], computed: &[Computed]) -> Vec<bool> {
        let plan = &self.plan;
        let mut texts = Texts::default();
        let mut are_whole = Vec::with_capacity(ballots.len());
        for (ballot, computed) in ballots.iter().zip(computed) {
            let (commitments, sums) = (&computed.commitments, &computed.sums);
            let is_whole = transcript::write(&self.fingerprint, plan, ballot, commitments, sums, &mut texts);
            are_whole.push(is_whole);
        }
        let hashes = texts.hashes(self.lanes);
        let hashes = hashes.chunks(transcript::texts(plan));
        let holds = |((ballot, hashes), is_whole): ((&Parsed<'_>, &[[u8; 32]]), bool)| {
            is_whole && transcript::holds(plan, ballot, hashes)
        };
        ballots.iter().zip(hashes).zip(are_whole).map(holds).collect()
    }

    /// Accepts a ballot whose hashes are right if its points are in the group.
    fn judge(ballot: &Parsed<'_>, computed: Computed) -> Found {
        let Computed {
            is_in_group,
            mut points,
            eighths,
            ..
        } = computed;
        let is_neutral = ballot.points.last().is_none_or(members::is_neutral);
        (is_in_group && !is_neutral).then_some(())?;
        // Ciphertexts only: the credential is the last point.
        points.pop();
        let accepted = Accepted {
            credential: str::from_utf8(ballot.credential).ok()?.to_owned(),
            ciphertexts: points.into_boxed_slice(),
        };
        Some((accepted, eighths))
    }
}

impl Engine for Direct {
    fn admits(&self, credentials: &[&str]) -> Vec<bool> {
        members::are_members(self.lanes, credentials)
    }

    fn accept(&self, ballots: &[Cast<'_>]) -> Vec<Option<Accepted>> {
        let found: Vec<Found> = ballots
            .par_chunks(BLOCK)
            .flat_map_iter(|block| self.block(block))
            .collect();
        if let Some(recorder) = &self.recorder {
            for (ballot, found) in ballots.iter().zip(&found) {
                let eighths = found.as_ref().map(|(_, eighths)| eighths.as_slice());
                recorder.record(ballot.ordinal, ballot.hash.as_bytes(), eighths);
            }
        }
        found
            .into_iter()
            .map(|found| found.map(|(accepted, _)| accepted))
            .collect()
    }

    fn sum(&self, ballots: &[(&Accepted, i128)]) -> Vec<[String; 2]> {
        sum(self.lanes, ballots)
    }
}

/// Engine 3: verifies ballots of one election with the help of a sidecar.
pub struct Combined {
    direct: Direct,
    sidecar: Arc<Reader>,
    rng: SharedRng,
    ahead: Mutex<Option<Ahead>>,
    /// Kept from one sum to the next, as they are large.
    shares: Mutex<Vec<Share>>,
}

/// Entries that were read while other ballots were verified.
struct Ahead {
    first: u64,
    count: usize,
    entries: Entries,
}

impl Combined {
    /// `None` for elections without engine 2, or when the sidecar is that of another election.
    #[must_use]
    pub fn new(
        lanes: Lanes,
        election: &ElectionParams,
        fingerprint: &str,
        sidecar: Arc<Reader>,
        rng: SharedRng,
    ) -> Option<Self> {
        let direct = Direct::new(lanes, election, fingerprint)?;
        (direct.header(election) == sidecar.header()).then_some(Self {
            direct,
            sidecar,
            rng,
            ahead: Mutex::default(),
            shares: Mutex::default(),
        })
    }

    /// Which of some consecutive ballots are valid, without the help of engine 2: where the sidecar fails a ballot it is not
    /// accepted, and none is accepted when the sum of all equations is not neutral.
    #[must_use]
    pub fn accept_together(&self, ballots: &[Cast<'_>]) -> Vec<Option<Accepted>> {
        let (found, totals) = self.examine(ballots);
        if combined::is_neutral(self.direct.lanes, self.direct.exact.multiples(), &totals) {
            found
        } else {
            ballots.iter().map(|_| None).collect()
        }
    }

    /// Those read ahead, or read now.
    fn entries(&self, first: u64, count: usize) -> Entries {
        match lock(&self.ahead).take() {
            Some(ahead) if (ahead.first, ahead.count) == (first, count) => ahead.entries,
            _ => self.sidecar.entries(first, count),
        }
    }

    /// Which ballots are right but for their equations, all of which are added to one sum.
    fn examine(&self, ballots: &[Cast<'_>]) -> (Vec<Option<Accepted>>, Vec<Total>) {
        let first = ballots.first().map_or(0, |ballot| ballot.ordinal);
        let entries = self.entries(first, ballots.len());
        // Drawn only now that all is read.
        let mut seed = [0; 32];
        self.rng
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut seed);
        let totals: Mutex<Vec<Total>> = Mutex::default();
        let examine = |(at, ballots): (usize, &[Cast<'_>])| {
            // One share for each thread that works at a time. A panic loses it.
            let mut share = lock(&self.shares).pop().unwrap_or_default();
            share.begin(&self.direct.plan, ballots.len(), BLOCK);
            let mut found = Vec::with_capacity(ballots.len());
            for (block, ballots) in ballots.chunks(BLOCK).enumerate() {
                let whole = at * (SUM / BLOCK) + block;
                let seed = combined::seed_of_block(&seed, whole);
                found.extend(self.block(ballots, (whole * BLOCK, &entries), &mut share, (block, seed)));
            }
            share.end(self.direct.lanes);
            lock(&totals).push(share.take());
            lock(&self.shares).push(share);
            found
        };
        let found = ballots.par_chunks(SUM).enumerate().flat_map_iter(examine).collect();
        (found, totals.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Some ballots, of which the first has the entry `first`.
    fn block(
        &self,
        ballots: &[Cast<'_>],
        (first, entries): (usize, &Entries),
        share: &mut Share,
        (block, seed): (usize, [u8; 32]),
    ) -> Vec<Option<Accepted>> {
        let Direct { lanes, plan, form, .. } = &self.direct;
        let mut all: Vec<Option<Accepted>> = ballots.iter().map(|_| None).collect();
        let (mut places, mut parsed, mut eighths) = (Vec::new(), Vec::new(), Vec::new());
        for (at, ballot) in ballots.iter().enumerate() {
            let Some(points) = entries.points(first + at, ballot.hash.as_bytes()) else {
                continue;
            };
            let Some(ballot) = form.parse(ballot.bytes, plan) else {
                continue;
            };
            places.push(at);
            parsed.push(ballot);
            eighths.push(points);
        }
        let mut derived = combined::derive(*lanes, plan, &parsed, &eighths);
        let computed = std::mem::take(&mut derived.computed);
        let hold = self.direct.hold(&parsed, &computed);
        let mut is_right = Vec::with_capacity(parsed.len());
        for (((at, ballot), computed), holds) in places.into_iter().zip(&parsed).zip(computed).zip(hold) {
            let found = holds.then(|| Direct::judge(ballot, computed)).flatten();
            is_right.push(found.is_some());
            if let Some(place) = all.get_mut(at) {
                *place = found.map(|(accepted, _)| accepted);
            }
        }
        share.add(*lanes, plan, (&parsed, &is_right), &derived, (block, seed));
        all
    }
}

impl Engine for Combined {
    fn expect(&self, first: u64, count: usize) {
        let entries = self.sidecar.entries(first, count);
        *lock(&self.ahead) = Some(Ahead { first, count, entries });
    }

    fn admits(&self, credentials: &[&str]) -> Vec<bool> {
        self.direct.admits(credentials)
    }

    fn accept(&self, ballots: &[Cast<'_>]) -> Vec<Option<Accepted>> {
        let is_consecutive = ballots
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if a.ordinal + 1 == b.ordinal));
        if ballots.len() < WORTH_A_SUM || !is_consecutive {
            return self.direct.accept(ballots);
        }
        let mut found = self.accept_together(ballots);
        let left: Vec<Cast<'_>> = ballots
            .iter()
            .zip(&found)
            .filter(|(_, found)| found.is_none())
            .map(|(ballot, _)| *ballot)
            .collect();
        let mut again = self.direct.accept(&left).into_iter();
        for found in found.iter_mut().filter(|found| found.is_none()) {
            *found = again.next().flatten();
        }
        found
    }

    fn sum(&self, ballots: &[(&Accepted, i128)]) -> Vec<[String; 2]> {
        sum(self.direct.lanes, ballots)
    }
}

/// A share that a thread left when it panicked is not used: the panic goes on.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// See [`Engine::sum`].
fn sum(lanes: Lanes, ballots: &[(&Accepted, i128)]) -> Vec<[String; 2]> {
    let rows: Vec<(&[Coordinates], i128)> = ballots
        .iter()
        .map(|(ballot, weight)| (ballot.ciphertexts.as_ref(), *weight))
        .collect();
    let mut texts = members::weighted_sum(lanes, &rows).into_iter();
    std::iter::from_fn(|| Some([texts.next()?, texts.next()?])).collect()
}
