//! Engine 2: every equation of a ballot, exactly, eight group elements at a time.
//!
//! What is computed is what the direct verification computes: the commitments of every proof, whose texts are hashed. To check
//! that a point `P` is in the prime-order subgroup, `Q = [1/8]P` is computed and `8·Q` compared with `P`: the multiples of 8
//! are exactly the subgroup, as the curve's group is the product of it and of a group of eight. Commitments are computed as
//! `8·A'` too, with the scalars divided by 8: `Q` and `A'` are what a sidecar holds.
//!
//! Ballots come in blocks, so that points of one kind fill all lanes.

use crate::{
    cpu::Lanes,
    field::{Fe, LANES, Words, by_word},
    fixed::{Base, Multiples},
    parse::Parsed,
    plan::{Factors, Plan, Use},
    point::{Affine, GENERATOR, Point, Projective, normalized},
    scalar::Scalar,
    text::Encoding,
    transcript::Commitments,
    variable::{Comb, eightfold},
};

pub use crate::sidecar::Coordinates;

/// What the engine computes of one ballot.
pub struct Computed {
    /// Whether every point is a point of the prime-order subgroup. If not, the rest says nothing.
    pub is_in_group: bool,
    /// Every point of the ballot.
    pub points: Vec<Coordinates>,
    /// The sums of points.
    pub sums: Vec<Encoding>,
    /// The commitments' texts.
    pub commitments: Commitments,
    /// One eighth of every point, then of every commitment; empty unless asked for.
    pub eighths: Vec<Coordinates>,
}

/// Engine 2 for one election.
pub struct Exact {
    lanes: Lanes,
    multiples: Multiples,
    groups: Vec<Group>,
}

/// Points that are treated alike: multiplied by as many scalars, with the same base and shifts.
struct Group {
    base: Base,
    shifts: Vec<u32>,
    is_checked: bool,
    members: Vec<(usize, Vec<Use>)>,
}

impl Exact {
    /// For an election with this key.
    #[must_use]
    #[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
    pub fn new(lanes: Lanes, plan: &Plan, key: &[Words; 2]) -> Self {
        // SAFETY: `lanes` proves that the processor has the instructions.
        let multiples = unsafe { Multiples::new(&GENERATOR, key) };
        let mut groups: Vec<Group> = Vec::new();
        for Factors { place, base, uses } in &plan.factors {
            let shifts: Vec<u32> = uses.iter().map(|one| one.shift).collect();
            let is_checked = *place < plan.points;
            let member = (*place, uses.clone());
            let alike =
                |group: &&mut Group| (group.base, &group.shifts, group.is_checked) == (*base, &shifts, is_checked);
            match groups.iter_mut().find(alike) {
                Some(group) => group.members.push(member),
                None => groups.push(Group {
                    base: *base,
                    shifts,
                    is_checked,
                    members: vec![member],
                }),
            }
        }
        Self {
            lanes,
            multiples,
            groups,
        }
    }

    /// Multiples of the two bases.
    #[must_use]
    pub const fn multiples(&self) -> &Multiples {
        &self.multiples
    }

    /// Computes what the ballots' hashes are to be compared with.
    #[must_use]
    #[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
    pub fn compute(&self, plan: &Plan, ballots: &[Parsed<'_>], wants_eighths: bool) -> Vec<Computed> {
        let Lanes { .. } = self.lanes;
        // SAFETY: `self.lanes` proves that the processor has the instructions.
        unsafe { self.computed(plan, ballots, wants_eighths) }
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    fn computed(&self, plan: &Plan, ballots: &[Parsed<'_>], wants_eighths: bool) -> Vec<Computed> {
        let mut block = Block::new(plan, ballots);
        block.decompress();
        add_up(plan, ballots.len(), &mut block.points);
        for group in &self.groups {
            block.multiply(group, &self.multiples);
        }
        block.finish(wants_eighths)
    }
}

/// The work on some ballots.
struct Block<'a> {
    plan: &'a Plan,
    ballots: &'a [Parsed<'a>],
    /// Challenges and responses of each ballot, divided by 8.
    eighths: Vec<Vec<[Scalar; 2]>>,
    is_in_group: Vec<bool>,
    /// Points of all ballots, one ballot after the other, then the first sum of all ballots, and so on.
    points: Vec<Coordinates>,
    /// One eighth of points and of commitments, with their owners.
    results: Vec<(Projective, [Option<Owner>; LANES])>,
}

/// Whose a result is.
#[derive(Clone, Copy)]
struct Owner {
    ballot: usize,
    result: ResultOf,
}

#[derive(Clone, Copy)]
enum ResultOf {
    Point(usize),
    Commitment(usize),
}

impl<'a> Block<'a> {
    fn new(plan: &'a Plan, ballots: &'a [Parsed<'a>]) -> Self {
        let eighth =
            |[challenge, response]: &[Scalar; 2]| [challenge.mul(&Scalar::EIGHTH), response.mul(&Scalar::EIGHTH)];
        Self {
            plan,
            ballots,
            eighths: ballots
                .iter()
                .map(|ballot| ballot.proofs.iter().map(eighth).collect())
                .collect(),
            is_in_group: vec![true; ballots.len()],
            points: Vec::with_capacity(ballots.len() * (plan.points + plan.sums.len())),
            results: Vec::new(),
        }
    }

    /// Where the coordinates of a point or a sum of a ballot stand.
    fn at(&self, ballot: usize, place: usize) -> u64 {
        let at = match place.checked_sub(self.plan.points) {
            None => ballot * self.plan.points + place,
            Some(sum) => self.ballots.len() * (self.plan.points + sum) + ballot,
        };
        at as u64
    }

    /// Reads every point. In the place of what is no point comes the neutral element.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    fn decompress(&mut self) {
        let encodings: Vec<&Encoding> = self.ballots.iter().flat_map(|ballot| &ballot.points).collect();
        let mut at = 0;
        for chunk in encodings.chunks(LANES) {
            let (mut y, mut odd) = ([[0; 4]; LANES], 0);
            for ((lane, place), encoding) in y.iter_mut().enumerate().zip(chunk) {
                *place = encoding.y;
                odd |= u8::from(encoding.is_odd) << lane;
            }
            let (points, is_point) = Affine::decompress(&Fe::from_lanes(&y), odd);
            for (lane, coordinates) in points
                .or_neutral(is_point)
                .to_lanes()
                .into_iter()
                .enumerate()
                .take(chunk.len())
            {
                self.points.push(coordinates);
                if is_point >> lane & 1 == 0 {
                    self.refuse(at / self.plan.points);
                }
                at += 1;
            }
        }
    }

    fn refuse(&mut self, ballot: usize) {
        if let Some(is_in_group) = self.is_in_group.get_mut(ballot) {
            *is_in_group = false;
        }
    }

    /// Computes an eighth of the commitments about the points of a group, and an eighth of these points.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    fn multiply(&mut self, group: &Group, multiples: &Multiples) {
        let ballots = 0..self.ballots.len();
        let jobs: Vec<(usize, usize, &[Use])> = ballots
            .flat_map(|ballot| {
                group
                    .members
                    .iter()
                    .map(move |(place, uses)| (ballot, *place, uses.as_slice()))
            })
            .collect();
        for chunk in jobs.chunks(LANES) {
            let points = Affine::gather(
                &self.points,
                &lanes_of(chunk, |(ballot, place, _)| self.at(*ballot, *place)),
            );
            let comb = Comb::new(&points.point());
            for (turn, shift) in group.shifts.iter().enumerate() {
                let scalars = lanes_of(chunk, |(ballot, _, uses)| self.scalars(*ballot, uses.get(turn), *shift));
                let mut sum = comb.mul(&scalars.map(|scalars| scalars.odd_challenge));
                sum = multiples.add(sum, group.base, &by_word(&scalars.map(|scalars| scalars.response)));
                if *shift > 0 {
                    sum = multiples.add(
                        sum,
                        Base::Generator,
                        &by_word(&scalars.map(|scalars| scalars.of_generator)),
                    );
                }
                let owner = |(ballot, _, uses): &(usize, usize, &[Use])| {
                    uses.get(turn).map(|one| Owner {
                        ballot: *ballot,
                        result: ResultOf::Commitment(one.commitment),
                    })
                };
                self.results.push((sum.projective(), owners(chunk, owner)));
            }
            if group.is_checked {
                let eighth = comb.mul(&[*Scalar::EIGHTH.words(); LANES]).projective();
                let is_member = eightfold(&eighth).equals(&points);
                for (lane, (ballot, ..)) in chunk.iter().enumerate() {
                    if is_member >> lane & 1 == 0 {
                        self.refuse(*ballot);
                    }
                }
                let owner = |(ballot, place, _): &(usize, usize, &[Use])| {
                    Some(Owner {
                        ballot: *ballot,
                        result: ResultOf::Point(*place),
                    })
                };
                self.results.push((eighth, owners(chunk, owner)));
            }
        }
    }

    fn scalars(&self, ballot: usize, one: Option<&Use>, shift: u32) -> Scalars {
        let eighths = one.and_then(|one| self.eighths.get(ballot)?.get(one.proof));
        let [challenge, response] = eighths.copied().unwrap_or_default();
        Scalars {
            odd_challenge: challenge.odd(),
            response: *response.words(),
            of_generator: *challenge.times(shift).negative().words(),
        }
    }

    /// Multiplies by 8, divides by `Z`, and hands everything to its ballot.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    fn finish(self, wants_eighths: bool) -> Vec<Computed> {
        let plan = self.plan;
        let mut all: Vec<Computed> = (0..self.ballots.len())
            .map(|ballot| self.without_commitments(ballot))
            .collect();
        let mut eighths: Vec<Projective> = Vec::with_capacity(self.results.len());
        let mut eightfolds: Vec<Projective> = Vec::with_capacity(self.results.len());
        for (eighth, _) in &self.results {
            eighths.push(*eighth);
            eightfolds.push(eightfold(eighth));
        }
        for (points, (_, owners)) in normalized(&eightfolds).iter().zip(&self.results) {
            for (coordinates, owner) in points.to_lanes().iter().zip(owners) {
                if let Some(Owner {
                    ballot,
                    result: ResultOf::Commitment(at),
                }) = owner
                    && let Some(computed) = all.get_mut(*ballot)
                {
                    computed.commitments.set(*at, &encoding(coordinates));
                }
            }
        }
        if wants_eighths {
            for (points, (_, owners)) in normalized(&eighths).iter().zip(&self.results) {
                for (coordinates, owner) in points.to_lanes().iter().zip(owners) {
                    let Some(Owner { ballot, result }) = owner else {
                        continue;
                    };
                    let at = match result {
                        ResultOf::Point(place) => *place,
                        ResultOf::Commitment(at) => plan.points + at,
                    };
                    if let Some(place) = all.get_mut(*ballot).and_then(|computed| computed.eighths.get_mut(at)) {
                        *place = *coordinates;
                    }
                }
            }
        } else {
            for computed in &mut all {
                computed.eighths.clear();
            }
        }
        all
    }

    fn without_commitments(&self, ballot: usize) -> Computed {
        let point = |place| {
            let at = usize::try_from(self.at(ballot, place)).ok();
            at.and_then(|at| self.points.get(at)).copied().unwrap_or_default()
        };
        let plan = self.plan;
        Computed {
            is_in_group: self.is_in_group.get(ballot).copied().unwrap_or(false),
            points: (0..plan.points).map(point).collect(),
            sums: (0..plan.sums.len())
                .map(|sum| encoding(&point(plan.points + sum)))
                .collect(),
            commitments: Commitments::new(plan.commitments),
            eighths: vec![[0; 8]; plan.points + plan.commitments],
        }
    }
}

/// Adds up the points of each sum: `points` are those of all ballots, one ballot after the other; after them come the first
/// sum of all ballots, and so on.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
pub(crate) fn add_up(plan: &Plan, ballots: usize, points: &mut Vec<Coordinates>) {
    let ballots: Vec<usize> = (0..ballots).collect();
    let mut sums = Vec::new();
    for members in &plan.sums {
        for chunk in ballots.chunks(LANES) {
            let mut sum = Point::neutral();
            for member in 0..members.count {
                let at = members.first + 2 * member;
                let index = lanes_of(chunk, |ballot| (ballot * plan.points + at) as u64);
                sum = sum.add_niels(&Affine::gather(points, &index).niels());
            }
            sums.push((sum.projective(), chunk.len()));
        }
    }
    let projective: Vec<Projective> = sums.iter().map(|(sum, _)| *sum).collect();
    for (sum, (_, count)) in normalized(&projective).iter().zip(&sums) {
        points.extend(sum.to_lanes().iter().take(*count));
    }
}

/// The scalars of one commitment.
#[derive(Clone, Copy, Default)]
struct Scalars {
    odd_challenge: Words,
    response: Words,
    of_generator: Words,
}

/// One value for each lane; lanes left over repeat the first.
fn lanes_of<T, U: Copy + Default>(jobs: &[T], value: impl Fn(&T) -> U) -> [U; LANES] {
    let first = jobs.first().map(&value).unwrap_or_default();
    let mut lanes = [first; LANES];
    for (lane, job) in lanes.iter_mut().zip(jobs) {
        *lane = value(job);
    }
    lanes
}

/// The owner of each lane; nobody where a lane is left over.
fn owners<T>(jobs: &[T], owner: impl Fn(&T) -> Option<Owner>) -> [Option<Owner>; LANES] {
    let mut owners = [None; LANES];
    for (place, job) in owners.iter_mut().zip(jobs) {
        *place = owner(job);
    }
    owners
}

/// The text's contents of a point.
#[must_use]
pub fn encoding(coordinates: &Coordinates) -> Encoding {
    let [x, _, _, _, y @ ..] = coordinates;
    Encoding {
        y: *y,
        is_odd: x & 1 == 1,
    }
}
