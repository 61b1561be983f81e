//! The sum of many points, each times its own scalar (Pippenger's buckets).
//!
//! Scalars are read as digits of 10 bits, from -512 to 511. At each of the 26 places (13 of short scalars) every point goes to the bucket of
//! its digit's size, added or subtracted; at the end each bucket counts as many times as its size says.
//!
//! Places are done one after the other. The points are sorted by bucket first, buckets by how many points they get; then eight buckets at a time are
//! added up, one in each lane, so that nothing is loaded but points and nothing stored but what a bucket comes to. Points are wanted in any order:
//! those of some 256 ballots "1 of 10" take 2 MB, which is what a core's second cache has. More at once would need fewer additions, and wait
//! for memory.

#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "sizes are below SIZES and places below PLACES, as their makers say, and points below 2^31, as is checked when they are counted; an \
              index outside panics"
)]

use std::arch::x86_64::__m512i;

use crate::{
    field::{Fe, LANES, Words, splat},
    memory::{load, prefetch, store_to, transposed},
    point::{Niels, Point},
    table::{self, Entry},
};

/// Bits of a digit.
const BITS: usize = 10;
const HALF: u64 = 1 << (BITS - 1);
/// Places of a scalar below `2^253`.
pub const PLACES: usize = 26;
/// Places of a scalar below `2^126`.
pub const SHORT_PLACES: usize = 13;
/// Sizes of a digit, 0 to 512. What has size 0 counts for nothing.
const SIZES: usize = HALF as usize + 1;
/// Sizes that a lane adds up at the end.
const SEGMENT: usize = (SIZES - 1) / LANES;
/// So many steps before it is added, a point is asked for.
const AHEAD: usize = 6;
/// A bucket with more points than these is in no order among its like: it only leaves lanes idle.
const MANY: usize = 1023;

/// What a bucket comes to: twenty limbs, and four zeros.
type Bucket = [[u64; LANES]; 3];
/// Limb by limb: `Y+X = 1`, `Y-X = 1`, `Z = 1`, `T = 0`.
const NEUTRAL: Bucket = [[1, 0, 0, 0, 0, 1, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0], [0; LANES]];

/// A digit: twice its size, plus 1 if it is negative.
type Digit = u16;

/// Points and the digits of their scalars, block by block. To be used again, as it is large.
pub struct Terms {
    /// Those with long scalars, those with short ones, and the neutral element.
    points: Vec<Entry>,
    /// Place after place within each block.
    long: Vec<Digit>,
    short: Vec<Digit>,
    /// Points of a full block.
    block: [usize; 2],
    counts: [usize; 2],
    bench: Bench,
}

/// Where the points of one block are put.
pub struct Block<'a> {
    /// With scalars below `2^253`.
    pub long: Part<'a, PLACES>,
    /// With scalars below `2^126`.
    pub short: Part<'a, SHORT_PLACES>,
}

/// Some points of a block, and the digits of their scalars, all zero at first.
pub struct Part<'a, const N: usize> {
    points: &'a mut [Entry],
    digits: &'a mut [Digit],
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            points: vec![Entry::NEUTRAL],
            long: Vec::new(),
            short: Vec::new(),
            block: [1; 2],
            counts: [0; 2],
            bench: Bench::default(),
        }
    }
}

impl Terms {
    /// Begins anew, for so many ballots, so many of which make a block, each with so many points with long and with short scalars.
    ///
    /// # Panics
    /// When there are 2^31 points, of which no sum is made.
    pub fn begin(&mut self, ballots: usize, block: usize, [long, short]: [usize; 2]) {
        assert!(
            ballots.saturating_mul(long + short) < 1 << 31,
            "too many points for one sum"
        );
        self.block = [block * long, block * short];
        self.counts = [ballots * long, ballots * short];
        // What points were there before is written over, or has the scalar zero.
        self.points.resize(ballots * (long + short) + 1, Entry::NEUTRAL);
        if let Some(last) = self.points.last_mut() {
            *last = Entry::NEUTRAL;
        }
        self.long.clear();
        self.long.resize(ballots * long * PLACES, 0);
        self.short.clear();
        self.short.resize(ballots * short * SHORT_PLACES, 0);
    }

    /// The blocks, one after the other.
    pub fn blocks(&mut self) -> impl Iterator<Item = Block<'_>> {
        let [long, short] = self.block.map(|size| size.max(1));
        let (of_long, rest) = self.points.split_at_mut(self.counts[0]);
        let of_short = &mut rest[..self.counts[1]];
        let long = of_long
            .chunks_mut(long)
            .zip(self.long.chunks_mut(long * PLACES))
            .map(|(points, digits)| Part { points, digits });
        let short = of_short
            .chunks_mut(short)
            .zip(self.short.chunks_mut(short * SHORT_PLACES))
            .map(|(points, digits)| Part { points, digits });
        long.zip(short).map(|(long, short)| Block { long, short })
    }

    /// The sum, in every lane.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn total(&mut self) -> Point {
        let mut bench = std::mem::take(&mut self.bench);
        let mut total = Point::neutral();
        for place in (0..PLACES).rev() {
            bench.sort(self, place);
            let sum = bench.sum(&self.points);
            total = total.projective().doubled(BITS as u32).add(&sum.cached());
        }
        self.bench = bench;
        total
    }

    /// Rows of digits at a place, with the place of the first one's point in the list.
    #[inline]
    fn for_rows(&self, place: usize, mut f: impl FnMut(usize, &[Digit])) {
        let mut first = 0;
        for digits in self.long.chunks(self.block[0].max(1) * PLACES) {
            let count = digits.len() / PLACES;
            f(first, &digits[place * count..(place + 1) * count]);
            first += count;
        }
        let short = if place < SHORT_PLACES { &*self.short } else { &[] };
        for digits in short.chunks(self.block[1].max(1) * SHORT_PLACES) {
            let count = digits.len() / SHORT_PLACES;
            f(first, &digits[place * count..(place + 1) * count]);
            first += count;
        }
    }
}

impl<const N: usize> Part<'_, N> {
    /// Puts a row of points from `first` on; what goes beyond the part is left out.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn put(&mut self, first: usize, points: &Niels) {
        for (place, entry) in self.points.iter_mut().skip(first).zip(Entry::of(points)) {
            *place = entry;
        }
    }

    /// Sets the scalar of the point `at`: its digits.
    pub fn set(&mut self, at: usize, digits: &[Digit; N]) {
        let count = self.points.len();
        for (place, digit) in digits.iter().enumerate() {
            self.digits[place * count + at] = *digit;
        }
    }
}

/// The digits of a scalar below `2^253`.
#[must_use]
pub fn long_digits(scalar: &Words) -> [Digit; PLACES] {
    debug_assert!(scalar[3] >> 61 == 0);
    let mut rest = *scalar;
    let mut carry = false;
    for (word, half) in rest.iter_mut().zip(const { halves(PLACES) }) {
        (*word, carry) = word.carrying_add(half, carry);
    }
    let mut digits = [0; PLACES];
    for (place, digit) in digits.iter_mut().enumerate() {
        *digit = signed(rest[0], place == PLACES - 1);
        let [a, b, c, d] = rest;
        let passed = 64 - BITS;
        rest = [
            a >> BITS | b << passed,
            b >> BITS | c << passed,
            c >> BITS | d << passed,
            d >> BITS,
        ];
    }
    digits
}

/// The digits of a scalar below `2^126`.
#[must_use]
pub fn short_digits(scalar: u128) -> [Digit; SHORT_PLACES] {
    debug_assert!(scalar >> 126 == 0);
    let [low, high, ..] = const { halves(SHORT_PLACES) };
    let mut rest = scalar + (low as u128 | (high as u128) << 64);
    let mut digits = [0; SHORT_PLACES];
    for (place, digit) in digits.iter_mut().enumerate() {
        *digit = signed(rest as u64, place == SHORT_PLACES - 1);
        rest >>= BITS;
    }
    digits
}

/// The lowest digit of a number to which half of a digit's range was added at every place but the last: that is taken off again. The last place has
/// what is left, which is small: no sign.
#[inline]
fn signed(number: u64, is_last: bool) -> Digit {
    let digit = (number & (2 * HALF - 1)) as u16;
    if is_last {
        return digit << 1;
    }
    let half = HALF as u16;
    digit.abs_diff(half) << 1 | u16::from(digit < half)
}

/// Half of a digit's range, at every place but the last of `n`.
const fn halves(n: usize) -> Words {
    let mut words = [0; 4];
    let mut place = 0;
    while place < n - 1 {
        let bit = place * BITS + BITS - 1;
        words[bit / 64] |= 1 << (bit % 64);
        place += 1;
    }
    words
}

/// Where one place is added up. To be used again.
struct Bench {
    /// Of each size: how many points.
    counts: Vec<u32>,
    /// Of each size: where its next point goes.
    next: Vec<u32>,
    /// Sizes, those with most points first.
    order: Vec<u16>,
    /// Step after step, eight points each: twice the place of the point, plus 1 if it is to be subtracted.
    steps: Vec<[u32; LANES]>,
    /// How many steps each eight buckets take.
    lengths: Vec<usize>,
    buckets: Vec<Bucket>,
}

impl Default for Bench {
    fn default() -> Self {
        Self {
            counts: vec![0; SIZES],
            next: vec![0; SIZES],
            order: vec![0; SIZES],
            steps: Vec::new(),
            lengths: Vec::new(),
            buckets: vec![NEUTRAL; SIZES],
        }
    }
}

impl Bench {
    /// Decides which points are added in which step and lane.
    fn sort(&mut self, terms: &Terms, place: usize) {
        self.counts.fill(0);
        terms.for_rows(place, |_, digits| {
            for digit in digits {
                self.counts[usize::from(digit >> 1)] += 1;
            }
        });
        // What has size 0 is not added.
        self.counts[0] = 0;
        self.put_in_order();
        let neutral = (terms.points.len() as u32 - 1) << 1;
        self.lengths.clear();
        let mut steps = 0;
        for sizes in self.order.chunks(LANES) {
            let length = sizes
                .iter()
                .map(|size| self.counts[usize::from(*size)])
                .max()
                .unwrap_or(0) as usize;
            if length == 0 {
                break;
            }
            self.steps
                .resize(self.steps.len().max(steps + length), [neutral; LANES]);
            for (lane, size) in sizes.iter().enumerate() {
                let count = self.counts[usize::from(*size)] as usize;
                for step in &mut self.steps[steps + count..steps + length] {
                    step[lane] = neutral;
                }
                self.next[usize::from(*size)] = (steps * LANES + lane) as u32;
            }
            for lane in sizes.len()..LANES {
                for step in &mut self.steps[steps..steps + length] {
                    step[lane] = neutral;
                }
            }
            steps += length;
            self.lengths.push(length);
        }
        let (flat, next) = (self.steps.as_flattened_mut(), &mut self.next);
        terms.for_rows(place, |first, digits| {
            for (point, digit) in (first as u32..).zip(digits) {
                let size = usize::from(digit >> 1);
                if size != 0 {
                    flat[next[size] as usize] = point << 1 | u32::from(digit & 1);
                    next[size] += LANES as u32;
                }
            }
        });
    }

    /// Sorts the sizes by how many points they have.
    fn put_in_order(&mut self) {
        let class = |count: u32| MANY - (count as usize).min(MANY);
        let mut starts = [0_usize; MANY + 2];
        for count in &self.counts {
            starts[class(*count) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        for (size, count) in (0..).zip(&self.counts) {
            let start = &mut starts[class(*count)];
            self.order[*start] = size;
            *start += 1;
        }
    }

    /// Adds up the place, in every lane.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    fn sum(&mut self, points: &[Entry]) -> Point {
        for (bucket, count) in self.buckets.iter_mut().zip(&self.counts) {
            if *count == 0 {
                *bucket = NEUTRAL;
            }
        }
        let mut at = 0;
        for (sizes, length) in self.order.chunks(LANES).zip(&self.lengths) {
            let steps = &self.steps[at..];
            let mut sum = Self::row(points, steps, 0).point();
            for step in 1..*length {
                sum = sum.add_niels(&Self::row(points, steps, step));
            }
            put(&mut self.buckets, sizes, &sum);
            at += length;
        }
        self.weighted()
    }

    /// The points of a step.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    fn row(points: &[Entry], steps: &[[u32; LANES]], step: usize) -> Niels {
        if let Some(later) = steps.get(step + AHEAD) {
            for point in later {
                if let Some(point) = points.get((point >> 1) as usize) {
                    prefetch(point);
                }
            }
        }
        let row = &steps[step];
        let mut is_negative = 0;
        for (lane, point) in row.iter().enumerate() {
            is_negative |= (*point as u8 & 1) << lane;
        }
        let mut entries = [&Entry::NEUTRAL; LANES];
        for (entry, point) in entries.iter_mut().zip(row) {
            *entry = &points[(point >> 1) as usize];
        }
        table::row(entries).negative_where(is_negative)
    }

    /// `Σ size·bucket`, in every lane: each lane has sizes in a row, `64·lane + 1` and on.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    fn weighted(&self) -> Point {
        // Every bucket is in the running sum as many times as its place in the row says.
        let (mut running, mut sum) = (Point::neutral(), Point::neutral());
        for size in (1..=SEGMENT).rev() {
            let mut sizes = [size; LANES];
            for (lane, size) in sizes.iter_mut().enumerate() {
                *size += lane * SEGMENT;
            }
            running = running.add(&at(&self.buckets, &sizes).cached());
            sum = sum.add(&running.cached());
        }
        // Lane by lane, the same again: all of a lane counts 64·lane times more.
        let more = running.projective().doubled(SEGMENT.ilog2());
        let (mut running, mut total) = (Point::neutral(), sum.lane(0));
        for lane in (1..LANES).rev() {
            running = running.add(&more.lane(lane).cached());
            total = total.add(&running.cached()).add(&sum.lane(lane).cached());
        }
        total
    }
}

/// The buckets of these sizes, one in each lane.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn at(buckets: &[Bucket], sizes: &[usize; LANES]) -> Point {
    let mut rows = [&NEUTRAL; LANES];
    for (row, size) in rows.iter_mut().zip(sizes) {
        *row = &buckets[*size];
    }
    let [p0, p1, p2, p3, p4, m0, m1, m2] = part::<0>(&rows);
    let [m3, m4, z0, z1, z2, z3, z4, t0] = part::<1>(&rows);
    let [t1, t2, t3, t4, ..] = part::<2>(&rows);
    // The limbs are those of elements that were stored.
    Point {
        plus: Fe::of_registers([p0, p1, p2, p3, p4]),
        minus: Fe::of_registers([m0, m1, m2, m3, m4]),
        z: Fe::of_registers([z0, z1, z2, z3, z4]),
        t: Fe::of_registers([t0, t1, t2, t3, t4]),
    }
}

/// A third of eight buckets, limb by limb.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn part<const PART: usize>(buckets: &[&Bucket; LANES]) -> [__m512i; LANES] {
    let mut rows = [splat(0); LANES];
    for (row, bucket) in rows.iter_mut().zip(buckets) {
        *row = load(&bucket[PART]);
    }
    transposed(&rows)
}

/// Stores each lane into the bucket of its size.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn put(buckets: &mut [Bucket], sizes: &[u16], point: &Point) {
    let zero = splat(0);
    let [p0, p1, p2, p3, p4] = *point.plus.registers();
    let [m0, m1, m2, m3, m4] = *point.minus.registers();
    let [z0, z1, z2, z3, z4] = *point.z.registers();
    let [t0, t1, t2, t3, t4] = *point.t.registers();
    let parts = [
        [p0, p1, p2, p3, p4, m0, m1, m2],
        [m3, m4, z0, z1, z2, z3, z4, t0],
        [t1, t2, t3, t4, zero, zero, zero, zero],
    ];
    for (part, registers) in parts.iter().enumerate() {
        for (size, register) in sizes.iter().zip(transposed(registers)) {
            store_to(&mut buckets[usize::from(*size)][part], register);
        }
    }
}
