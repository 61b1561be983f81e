//! Engine 3: all equations of many ballots in one random linear combination, with a sidecar's help.
//!
//! For each ballot, from its eighths `Q`: every `Q` must be a point of the curve; `8Q` is then a member of the prime-order
//! subgroup. Those of the ballot's own points must have the texts that the ballot has; those of its commitments are hashed as
//! the ballot's proofs demand. What is left is whether the commitments are what they should be, and that is one sum for all
//! ballots of a batch, with random coefficients that whoever made ballots and sidecar could not know
//! (`docs/protocol/sidecar.md` says why that suffices).

use isoloir_protocol::hash::sha256;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::{
    cpu::Lanes,
    exact::{Computed, Coordinates, add_up, encoding},
    field::{LANES, by_word},
    fixed::{Base, Multiples},
    parse::Parsed,
    pippenger::{Block, Terms, long_digits, short_digits},
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
    /// Every point of every ballot, one ballot after the other, eight in each.
    points: Vec<Affine>,
    /// The same of commitments.
    commitments: Vec<Affine>,
}

/// Derives points and commitments from eighths; there must be as many for each ballot as the plan says.
#[must_use]
#[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
pub fn derive(lanes: Lanes, plan: &Plan, ballots: &[Parsed<'_>], eighths: &[&[[u8; 64]]]) -> Derived {
    let Lanes { .. } = lanes;
    // SAFETY: `lanes` proves that the processor has the instructions.
    unsafe { derived(plan, ballots, eighths) }
}

/// Eight times the points with these coordinates, `each` of every ballot in a row. Where there is no point, the ballot is said to be not in
/// the group, and the neutral element takes its place, so that no division by zero spoils the others.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn eightfolds(eighths: &[&[u8; 64]], each: usize, is_in_group: &mut [bool], out: &mut Vec<Projective>) {
    for (chunk, first) in eighths.chunks(LANES).zip((0..).step_by(LANES)) {
        let points = Affine::from_bytes(chunk);
        let is_on_curve = points.is_on_curve();
        out.push(eightfold(&points.or_neutral(is_on_curve).projective()));
        if is_on_curve == 0xff {
            continue;
        }
        for lane in (0..chunk.len()).filter(|lane| is_on_curve >> lane & 1 == 0) {
            if let Some(is_in_group) = is_in_group.get_mut((first + lane) / each) {
                *is_in_group = false;
            }
        }
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn derived(plan: &Plan, ballots: &[Parsed<'_>], eighths: &[&[[u8; 64]]]) -> Derived {
    let each = plan.points + plan.commitments;
    let are_whole = eighths.len() == ballots.len() && eighths.iter().all(|points| points.len() == each);
    let mut is_in_group = vec![are_whole; ballots.len()];
    let of_points: Vec<&[u8; 64]> = eighths.iter().flat_map(|all| all.iter().take(plan.points)).collect();
    let of_commitments: Vec<&[u8; 64]> = eighths.iter().flat_map(|all| all.iter().skip(plan.points)).collect();
    let mut projective = Vec::with_capacity(eighths.len() * each / LANES + 2);
    eightfolds(&of_points, plan.points, &mut is_in_group, &mut projective);
    eightfolds(&of_commitments, plan.commitments, &mut is_in_group, &mut projective);
    let mut points = normalized(&projective);
    let of_rows = points.split_off(of_points.len().div_ceil(LANES));
    let mut own: Vec<Coordinates> = Vec::with_capacity(ballots.len() * (plan.points + plan.sums.len()) + LANES);
    own.extend(points.iter().flat_map(|eight| eight.to_lanes()));
    own.truncate(of_points.len());
    let mut commitments: Vec<Commitments> = ballots.iter().map(|_| Commitments::new(plan.commitments)).collect();
    let coordinates = of_rows.iter().flat_map(|eight| eight.to_lanes());
    for (at, coordinates) in coordinates.enumerate().take(of_commitments.len()) {
        if let Some(commitments) = commitments.get_mut(at / plan.commitments) {
            commitments.set(at % plan.commitments, &encoding(&coordinates));
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
        commitments: of_rows,
    }
}

/// A part of the one sum: the points of some ballots, what those before come to, and what `g` and `y` are to be multiplied by.
#[derive(Default)]
pub struct Share {
    terms: Terms,
    sum: Option<Point>,
    generator: Products,
    key: Products,
}

/// What a share comes to.
pub struct Total {
    sum: Option<Point>,
    generator: Products,
    key: Products,
}

impl Share {
    /// Room for the points of so many ballots, so many of which make a block.
    pub fn begin(&mut self, plan: &Plan, ballots: usize, block: usize) {
        self.terms.begin(ballots, block, [plan.points, plan.commitments]);
    }

    /// Adds the equations of the ballots said to be right so far, those of the block `at`, each times a coefficient of 126 bits drawn from the seed.
    #[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
    pub fn add(
        &mut self,
        lanes: Lanes,
        plan: &Plan,
        (ballots, is_right): (&[Parsed<'_>], &[bool]),
        derived: &Derived,
        (at, seed): (usize, [u8; 32]),
    ) {
        let Lanes { .. } = lanes;
        let Self {
            terms, generator, key, ..
        } = self;
        let Some(mut block) = terms.blocks().nth(at) else {
            return;
        };
        // SAFETY: `lanes` proves that the processor has the instructions.
        unsafe { put(derived, &mut block) };
        let mut coins = StdRng::from_seed(seed);
        for (at, (ballot, _)) in ballots
            .iter()
            .zip(is_right)
            .enumerate()
            .filter(|(_, (_, right))| **right)
        {
            draw(plan, ballot, &mut coins, at, [generator, key], &mut block);
        }
    }

    /// Adds up the points.
    #[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
    pub fn end(&mut self, lanes: Lanes) {
        let Lanes { .. } = lanes;
        // SAFETY: `lanes` proves that the processor has the instructions.
        self.sum = Some(unsafe { self.added() });
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    fn added(&mut self) -> Point {
        let total = self.terms.total();
        match &self.sum {
            Some(sum) => sum.add(&total.cached()),
            None => total,
        }
    }

    /// What all comes to; then it is as new, but keeps its memory.
    pub fn take(&mut self) -> Total {
        Total {
            sum: self.sum.take(),
            generator: std::mem::take(&mut self.generator),
            key: std::mem::take(&mut self.key),
        }
    }
}

/// For every commitment `A = r·base + c·(P - shift·g)` and its coefficient `k`, the sum gets
/// `k·A - kc·P - kr·base + (kc·shift)·g`.
fn draw(
    plan: &Plan,
    ballot: &Parsed<'_>,
    coins: &mut StdRng,
    at: usize,
    [generator, key]: [&mut Products; 2],
    block: &mut Block<'_>,
) {
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
                Base::Generator => generator.add(*k, response),
                Base::Key => key.add(*k, response),
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
    generator.add_scalar(&shifts.reduced().negative());
    for (place, products) in points.iter().enumerate() {
        let scalar = products.reduced().negative();
        block.long.set(at * plan.points + place, &long_digits(scalar.words()));
    }
    for (commitment, scalar) in of_commitments.iter().enumerate() {
        block
            .short
            .set(at * plan.commitments + commitment, &short_digits(*scalar));
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn put(derived: &Derived, block: &mut Block<'_>) {
    for (points, first) in derived.points.iter().zip((0..).step_by(LANES)) {
        block.long.put(first, &points.niels());
    }
    for (points, first) in derived.commitments.iter().zip((0..).step_by(LANES)) {
        block.short.put(first, &points.niels());
    }
}

/// Whether all shares together add up to the neutral element: then every equation holds, but for a chance of `2^-126`.
#[must_use]
#[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
pub fn is_neutral(lanes: Lanes, multiples: &Multiples, totals: &[Total]) -> bool {
    let Lanes { .. } = lanes;
    // SAFETY: `lanes` proves that the processor has the instructions.
    unsafe { is_sum_neutral(multiples, totals) }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn is_sum_neutral(multiples: &Multiples, totals: &[Total]) -> bool {
    let mut sum = Point::neutral();
    for total in totals {
        if let Some(total) = &total.sum {
            sum = sum.add(&total.cached());
        }
        for (base, products) in [(Base::Generator, &total.generator), (Base::Key, &total.key)] {
            let scalar = *products.reduced().negative().words();
            sum = multiples.add(sum, base, &by_word(&[scalar; LANES]));
        }
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
