//! Engine 3: all equations of many ballots in one random linear combination, with a sidecar's help.
//!
//! For each ballot, from its eighths `Q`: every `Q` must be a point of the curve; `8Q` is then a member of the prime-order
//! subgroup. Those of the ballot's own points must have the texts that the ballot has; those of its commitments are hashed as
//! the ballot's proofs demand. What is left is whether the commitments are what they should be, and that is one sum for all
//! ballots of a batch, with random coefficients that whoever made ballots and sidecar could not know
//! (`docs/protocol/sidecar.md` says why that suffices).

use isoloir_protocol::hash::sha256;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use rayon::prelude::*;

use crate::{
    cpu::Lanes,
    exact::{Computed, Coordinates, add_up, encoding},
    field::{LANES, Words, by_word},
    fixed::{Base, Multiples},
    parse::Parsed,
    pippenger::{Buckets, Digits, Row},
    plan::Plan,
    point::{Affine, Point, Projective, normalized},
    scalar::Products,
    transcript::Commitments,
    variable::eightfold,
};

/// What a sidecar gives for some ballots: their points, without proof of anything.
pub struct Derived {
    /// What is to be hashed, ballot by ballot.
    pub computed: Vec<Computed>,
    /// Every point of every ballot and every commitment, one ballot after the other, eight in each.
    points: Vec<Affine>,
}

/// Derives points and commitments from eighths; there must be as many for each ballot as the plan says.
#[must_use]
#[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
pub fn derive(lanes: Lanes, plan: &Plan, ballots: &[Parsed<'_>], eighths: &[Coordinates]) -> Derived {
    let Lanes { .. } = lanes;
    // SAFETY: `lanes` proves that the processor has the instructions.
    unsafe { derived(plan, ballots, eighths) }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn derived(plan: &Plan, ballots: &[Parsed<'_>], eighths: &[Coordinates]) -> Derived {
    let each = plan.points + plan.commitments;
    let mut is_in_group = vec![eighths.len() == ballots.len() * each; ballots.len()];
    let mut eightfolds: Vec<Projective> = Vec::with_capacity(eighths.len().div_ceil(LANES));
    for (chunk, first) in eighths.chunks(LANES).zip((0..).step_by(LANES)) {
        let points = Affine::from_coordinates(chunk);
        let is_on_curve = points.is_on_curve();
        // What is no point becomes one, so that no division by zero spoils the others.
        eightfolds.push(eightfold(&points.or_neutral(is_on_curve).projective()));
        for lane in 0..chunk.len() {
            if is_on_curve >> lane & 1 == 0
                && let Some(is_in_group) = is_in_group.get_mut((first + lane) / each)
            {
                *is_in_group = false;
            }
        }
    }
    let points = normalized(&eightfolds);
    let mut own: Vec<Coordinates> = Vec::with_capacity(ballots.len() * (plan.points + plan.sums.len()));
    let mut commitments: Vec<Commitments> = ballots.iter().map(|_| Commitments::new(plan.commitments)).collect();
    for (at, coordinates) in points
        .iter()
        .flat_map(|eight| eight.to_lanes())
        .enumerate()
        .take(eighths.len())
    {
        let (ballot, place) = (at / each, at % each);
        match place.checked_sub(plan.points) {
            None => own.push(coordinates),
            Some(commitment) => {
                if let Some(commitments) = commitments.get_mut(ballot) {
                    commitments.set(commitment, &encoding(&coordinates));
                }
            }
        }
    }
    add_up(plan, ballots.len(), &mut own);
    let (own, sums) = own.split_at(ballots.len() * plan.points);
    let own = own
        .chunks(plan.points)
        .zip(ballots)
        .zip(is_in_group)
        .zip(commitments)
        .enumerate();
    let computed = own.map(|(at, (((points, ballot), is_in_group), commitments))| Computed {
        is_in_group: is_in_group && points.iter().map(encoding).eq(ballot.points.iter().copied()),
        points: points.to_vec(),
        sums: sums.iter().skip(at).step_by(ballots.len()).map(encoding).collect(),
        commitments,
        eighths: Vec::new(),
    });
    Derived {
        computed: computed.collect(),
        points,
    }
}

/// A part of the one sum: points in buckets, and what `g` and `y` are to be multiplied by.
#[derive(Default)]
pub struct Share {
    buckets: Buckets,
    generator: Products,
    key: Products,
}

impl Share {
    /// Adds the equations of the ballots said to be right so far, each times a coefficient of 126 bits drawn from the seed.
    #[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
    pub fn add(
        &mut self,
        lanes: Lanes,
        plan: &Plan,
        ballots: &[Parsed<'_>],
        derived: &Derived,
        is_right: &[bool],
        seed: [u8; 32],
    ) {
        let Lanes { .. } = lanes;
        let mut coins = StdRng::from_seed(seed);
        let coefficients: Vec<Option<Coefficients>> = ballots
            .iter()
            .zip(is_right)
            .map(|(ballot, is_right)| is_right.then(|| self.coefficients(plan, ballot, &mut coins)))
            .collect();
        // SAFETY: `lanes` proves that the processor has the instructions.
        unsafe { self.put(plan, derived, &coefficients) }
    }

    /// For every commitment `A = r·base + c·(P - shift·g)` and its coefficient `k`, the sum gets
    /// `k·A - kc·P - kr·base + (kc·shift)·g`.
    fn coefficients(&mut self, plan: &Plan, ballot: &Parsed<'_>, coins: &mut StdRng) -> Coefficients {
        let of_commitments: Vec<u128> = (0..plan.commitments).map(|_| coins.random::<u128>() >> 2).collect();
        let mut places = vec![Products::default(); plan.points + plan.sums.len()];
        let mut shifts = Products::default();
        for factors in &plan.factors {
            let own = places.get_mut(factors.place);
            let Some(own) = own else { continue };
            for one in &factors.uses {
                let (Some(k), Some([challenge, response])) =
                    (of_commitments.get(one.commitment), ballot.proofs.get(one.proof))
                else {
                    continue;
                };
                own.add(*k, challenge);
                match factors.base {
                    Base::Generator => self.generator.add(*k, response),
                    Base::Key => self.key.add(*k, response),
                }
                if one.shift > 0 {
                    shifts.add(*k, &challenge.times(one.shift));
                }
            }
        }
        // What a sum is multiplied by, each of its members is.
        let (points, sums) = places.split_at_mut(plan.points);
        for (members, sum) in plan.sums.iter().zip(sums) {
            for point in points.iter_mut().skip(members.first).step_by(2).take(members.count) {
                point.add_all(sum);
            }
        }
        self.generator.add_scalar(&shifts.reduced().negative());
        let of_points = points
            .iter()
            .map(|products| *products.reduced().negative().words())
            .collect();
        Coefficients {
            of_points,
            of_commitments,
        }
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    fn put(&mut self, plan: &Plan, derived: &Derived, coefficients: &[Option<Coefficients>]) {
        let each = plan.points + plan.commitments;
        for (points, first) in derived.points.iter().zip((0..).step_by(LANES)) {
            let mut scalars = [Digits::default(); LANES];
            for (lane, digits) in scalars.iter_mut().enumerate() {
                let (ballot, place) = ((first + lane) / each, (first + lane) % each);
                let Some(Some(coefficients)) = coefficients.get(ballot) else {
                    continue;
                };
                if let Some(scalar) = coefficients.of_points.get(place) {
                    *digits = Digits::of_words(scalar);
                } else if let Some(scalar) = coefficients.of_commitments.get(place - plan.points) {
                    *digits = Digits::of_u128(*scalar);
                }
            }
            self.buckets.add(&Row::new(&points.niels()), &scalars);
        }
    }
}

/// What the points of one ballot are multiplied by.
struct Coefficients {
    of_points: Vec<Words>,
    of_commitments: Vec<u128>,
}

/// Whether all shares together add up to the neutral element: then every equation holds, but for a chance of `2^-126`.
#[must_use]
#[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
pub fn is_neutral(lanes: Lanes, multiples: &Multiples, shares: &[Share]) -> bool {
    let Lanes { .. } = lanes;
    // SAFETY: `lanes` proves that the processor has the instructions.
    let totals = shares.par_iter().map(|share| unsafe { total(multiples, share) });
    let totals: Vec<Point> = totals.collect();
    // SAFETY: as above.
    unsafe { is_sum_neutral(&totals) }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn total(multiples: &Multiples, share: &Share) -> Point {
    let mut sum = share.buckets.total();
    for (base, products) in [(Base::Generator, &share.generator), (Base::Key, &share.key)] {
        let scalar = *products.reduced().negative().words();
        sum = multiples.add(sum, base, &by_word(&[scalar; LANES]));
    }
    sum
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn is_sum_neutral(totals: &[Point]) -> bool {
    let mut sum = Point::neutral();
    for total in totals {
        sum = sum.add(&total.cached());
    }
    sum.is_neutral() == 0xff
}

/// The seed of a block's coefficients.
#[must_use]
pub fn seed_of_block(seed: &[u8; 32], block: usize) -> [u8; 32] {
    let mut text = seed.to_vec();
    text.extend((block as u64).to_le_bytes());
    sha256(&text)
}
