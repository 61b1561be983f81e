//! Engine 2 as an audit uses it.

use isoloir_protocol::{
    audit::engine::{Accelerator, Accepted, Cast, Engine},
    election::ElectionParams,
    group::GroupName,
};
use rayon::prelude::*;

use crate::{
    cpu::Lanes,
    exact::{Computed, Coordinates, Exact},
    members,
    parse::{Form, Parsed},
    plan::Plan,
    transcript,
};

/// How many ballots are lined up in lanes together: a multiple of the lanes.
const BLOCK: usize = 16;

/// Lends engine 2 to audits, for elections in the group Ed25519 whose questions are all homomorphic.
#[derive(Debug, Clone, Copy)]
pub struct ExactLanes(Lanes);

impl ExactLanes {
    /// `None` where the processor lacks the instructions.
    #[must_use]
    pub fn detect() -> Option<Self> {
        Lanes::detect().map(Self)
    }
}

impl Accelerator for ExactLanes {
    fn engine(&self, election: &ElectionParams, fingerprint: &str) -> Option<Box<dyn Engine>> {
        Some(Box::new(Direct::new(self.0, election, fingerprint)?))
    }
}

/// Verifies ballots of one election without any hint.
pub struct Direct {
    lanes: Lanes,
    plan: Plan,
    form: Form,
    fingerprint: String,
    exact: Exact,
}

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
        })
    }

    /// Verifies some ballots together.
    fn block(&self, ballots: &[Cast<'_>], wants_eighths: bool) -> Vec<Option<(Accepted, Vec<Coordinates>)>> {
        let mut all: Vec<Option<(Accepted, Vec<Coordinates>)>> = ballots.iter().map(|_| None).collect();
        let (places, parsed): (Vec<usize>, Vec<Parsed<'_>>) = ballots
            .iter()
            .enumerate()
            .filter_map(|(at, ballot)| Some((at, self.form.parse(ballot.bytes, &self.plan)?)))
            .unzip();
        let computed = self.exact.compute(&self.plan, &parsed, wants_eighths);
        for ((at, ballot), computed) in places.into_iter().zip(&parsed).zip(computed) {
            if let Some(place) = all.get_mut(at) {
                *place = self.judge(ballot, computed);
            }
        }
        all
    }

    /// Accepts the ballot if every equation holds.
    fn judge(&self, ballot: &Parsed<'_>, computed: Computed) -> Option<(Accepted, Vec<Coordinates>)> {
        let Computed {
            is_in_group,
            mut points,
            sums,
            commitments,
            eighths,
        } = computed;
        let is_neutral = ballot.points.last().is_none_or(members::is_neutral);
        let holds = || transcript::holds(&self.fingerprint, &self.plan, ballot, &commitments, &sums);
        (is_in_group && !is_neutral && holds()).then_some(())?;
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
        let blocks = ballots
            .par_chunks(BLOCK)
            .flat_map_iter(|block| self.block(block, false));
        blocks.map(|ballot| ballot.map(|(accepted, _)| accepted)).collect()
    }

    fn sum(&self, ballots: &[(&Accepted, i128)]) -> Vec<[String; 2]> {
        sum(self.lanes, ballots)
    }
}

/// See [`Engine::sum`].
pub(crate) fn sum(lanes: Lanes, ballots: &[(&Accepted, i128)]) -> Vec<[String; 2]> {
    let rows: Vec<(&[Coordinates], i128)> = ballots
        .iter()
        .map(|(ballot, weight)| (ballot.ciphertexts.as_ref(), *weight))
        .collect();
    let mut texts = members::weighted_sum(lanes, &rows).into_iter();
    std::iter::from_fn(|| Some([texts.next()?, texts.next()?])).collect()
}
