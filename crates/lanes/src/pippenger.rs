//! The sum of many points, each times its own scalar (Pippenger's buckets).
//!
//! Scalars are read as digits in base 256, from -128 to 127. Each of the 32 places has a bucket for each size of a digit, to
//! which the point is added or subtracted; at the end each bucket counts as many times as its size says. The lanes are
//! eight places of one scalar, so that no two lanes ever want the same bucket. The buckets of all places take 790 kB,
//! which fits into a core's second cache: larger digits would need fewer additions and more memory, and be slower.

#![allow(
    clippy::indexing_slicing,
    reason = "groups are below 4 and sizes below 129, as their makers say; an index outside panics"
)]

use std::arch::x86_64::{__m512i, __mmask8, _mm512_setzero_si512};

use crate::{
    field::{Factor, Fe, LANES, Words, splat},
    memory::{load, prefetch, store, store_to, transposed},
    point::{Niels, Point},
};

/// Places of a scalar.
const PLACES: usize = 32;
/// Sizes of a digit, 0 to 128. What lands in the bucket of 0 counts for nothing.
const SIZES: usize = 129;
/// Three registers hold a point: its twenty limbs, and four zeros.
type Bucket = [[u64; 8]; 3];

/// The buckets of eight places.
type Group = [[Bucket; SIZES]; LANES];

/// Points added up by place and size.
pub struct Buckets(Vec<Group>);

/// The digits of a scalar, each plus 128, eight to a word, and how many words there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Digits([u64; 4], usize);

impl Digits {
    #[inline]
    fn words(&self) -> &[u64] {
        self.0.get(..self.1).unwrap_or_default()
    }

    /// Of a scalar below `2^255`.
    #[must_use]
    pub fn of_words(scalar: &Words) -> Self {
        let mut sum = [0; 4];
        let mut carry = false;
        for (out, word) in sum.iter_mut().zip(scalar) {
            (*out, carry) = word.carrying_add(0x8080_8080_8080_8080, carry);
        }
        debug_assert!(!carry);
        Self(sum, 4)
    }

    /// Of a scalar below `2^127`.
    #[must_use]
    pub fn of_u128(scalar: u128) -> Self {
        debug_assert!(scalar < 1 << 127);
        let sum = scalar
            .wrapping_add(0x8080_8080_8080_8080_8080_8080_8080_8080)
            .to_le_bytes();
        let (words, _) = sum.as_chunks::<8>();
        let mut digits = [0; 4];
        for (out, word) in digits.iter_mut().zip(words) {
            *out = u64::from_le_bytes(*word);
        }
        Self(digits, 2)
    }
}

impl Default for Buckets {
    fn default() -> Self {
        Self::new()
    }
}

impl Buckets {
    /// All empty.
    #[must_use]
    pub fn new() -> Self {
        // Limb by limb: x = 0, y = 1, z = 1, t = 0.
        let neutral = [[0, 0, 0, 0, 0, 1, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0], [0; 8]];
        Self(vec![[[neutral; SIZES]; LANES]; PLACES / LANES])
    }

    /// Adds the points of a row, each times the scalar whose digits these are.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn add(&mut self, row: &Row, scalars: &[Digits]) {
        for (lane, digits) in scalars.iter().enumerate() {
            let point = row.spread(lane);
            for (group, word) in digits.words().iter().enumerate() {
                // Buckets are far apart in memory: those of the next step are asked for early.
                match (digits.words().get(group + 1), scalars.get(lane + 1).map(Digits::words)) {
                    (Some(next), _) => self.prefetch(group + 1, *next),
                    (None, Some([next, ..])) => self.prefetch(0, *next),
                    (None, _) => {}
                }
                let (sizes, is_negative) = sizes(*word);
                let sum = self.at(group, &sizes).add_niels(&point.negative_where(is_negative));
                self.put(group, &sizes, &sum);
            }
        }
    }

    #[inline]
    fn prefetch(&self, group: usize, word: u64) {
        let (sizes, _) = sizes(word);
        for (buckets, size) in self.0[group].iter().zip(sizes) {
            prefetch(&buckets[size]);
        }
    }

    /// The sum, in every lane.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn total(&self) -> Point {
        let mut places = Vec::with_capacity(PLACES);
        for group in 0..PLACES / LANES {
            // Σ size·bucket: every bucket is in the running sum as many times as its size.
            let (mut running, mut sum) = (Point::neutral(), Point::neutral());
            for size in (1..SIZES).rev() {
                running = running.add(&self.at(group, &[size; LANES]).cached());
                sum = sum.add(&running.cached());
            }
            for lane in 0..LANES {
                places.push(sum.lane(lane));
            }
        }
        let mut total = Point::neutral();
        for place in places.iter().rev() {
            total = total.projective().doubled(8).add(&place.cached());
        }
        total
    }

    /// The buckets of these sizes at the eight places of a group.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    fn at(&self, group: usize, sizes: &[usize; LANES]) -> Point {
        let [b0, b1, b2, b3, b4, b5, b6, b7] = &self.0[group];
        let [s0, s1, s2, s3, s4, s5, s6, s7] = *sizes;
        let buckets = [&b0[s0], &b1[s1], &b2[s2], &b3[s3], &b4[s4], &b5[s5], &b6[s6], &b7[s7]];
        let [x0, x1, x2, x3, x4, y0, y1, y2] = column::<0>(&buckets);
        let [y3, y4, z0, z1, z2, z3, z4, t0] = column::<1>(&buckets);
        let [t1, t2, t3, t4, ..] = column::<2>(&buckets);
        // The limbs are those of elements that were stored.
        Point {
            x: Fe::of_registers([x0, x1, x2, x3, x4]),
            y: Fe::of_registers([y0, y1, y2, y3, y4]),
            z: Fe::of_registers([z0, z1, z2, z3, z4]),
            t: Fe::of_registers([t0, t1, t2, t3, t4]),
        }
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    fn put(&mut self, group: usize, sizes: &[usize; LANES], point: &Point) {
        let zero: __m512i = _mm512_setzero_si512();
        let [x0, x1, x2, x3, x4] = *point.x.registers();
        let [y0, y1, y2, y3, y4] = *point.y.registers();
        let [z0, z1, z2, z3, z4] = *point.z.registers();
        let [t0, t1, t2, t3, t4] = *point.t.registers();
        let [b0, b1, b2, b3, b4, b5, b6, b7] = &mut self.0[group];
        let [s0, s1, s2, s3, s4, s5, s6, s7] = *sizes;
        let mut buckets = [
            &mut b0[s0],
            &mut b1[s1],
            &mut b2[s2],
            &mut b3[s3],
            &mut b4[s4],
            &mut b5[s5],
            &mut b6[s6],
            &mut b7[s7],
        ];
        put_column::<0>(&mut buckets, &[x0, x1, x2, x3, x4, y0, y1, y2]);
        put_column::<1>(&mut buckets, &[y3, y4, z0, z1, z2, z3, z4, t0]);
        put_column::<2>(&mut buckets, &[t1, t2, t3, t4, zero, zero, zero, zero]);
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn column<const PART: usize>([b0, b1, b2, b3, b4, b5, b6, b7]: &[&Bucket; LANES]) -> [__m512i; LANES] {
    transposed(&[
        load(&b0[PART]),
        load(&b1[PART]),
        load(&b2[PART]),
        load(&b3[PART]),
        load(&b4[PART]),
        load(&b5[PART]),
        load(&b6[PART]),
        load(&b7[PART]),
    ])
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn put_column<const PART: usize>(
    [b0, b1, b2, b3, b4, b5, b6, b7]: &mut [&mut Bucket; LANES],
    registers: &[__m512i; LANES],
) {
    let [r0, r1, r2, r3, r4, r5, r6, r7] = transposed(registers);
    store_to(&mut b0[PART], r0);
    store_to(&mut b1[PART], r1);
    store_to(&mut b2[PART], r2);
    store_to(&mut b3[PART], r3);
    store_to(&mut b4[PART], r4);
    store_to(&mut b5[PART], r5);
    store_to(&mut b6[PART], r6);
    store_to(&mut b7[PART], r7);
}

/// The sizes of eight digits, and which of them are negative.
fn sizes(word: u64) -> ([usize; LANES], __mmask8) {
    let (mut sizes, mut is_negative) = ([0; LANES], 0);
    for (lane, (size, shifted)) in sizes.iter_mut().zip(word.to_le_bytes()).enumerate() {
        *size = usize::from(shifted.abs_diff(128));
        is_negative |= u8::from(shifted < 128) << lane;
    }
    (sizes, is_negative)
}

/// Eight points to be added, one after the other.
pub struct Row([[u64; LANES]; 15]);

impl Row {
    /// Of these.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn new(points: &Niels) -> Self {
        let mut words = [[0; LANES]; 15];
        let parts = [points.plus, points.minus, points.xy2d];
        let registers = parts.iter().flat_map(|part| part.registers());
        for (out, register) in words.iter_mut().zip(registers) {
            *out = store(*register);
        }
        Self(words)
    }

    /// One of them, in every lane.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn spread(&self, lane: usize) -> Niels {
        let mut registers = [splat(0); 15];
        for (register, words) in registers.iter_mut().zip(&self.0) {
            *register = splat(words.get(lane).copied().unwrap_or_default());
        }
        let [a0, a1, a2, a3, a4, b0, b1, b2, b3, b4, c0, c1, c2, c3, c4] = registers;
        Niels {
            plus: Factor::of_registers([a0, a1, a2, a3, a4]),
            minus: Factor::of_registers([b0, b1, b2, b3, b4]),
            xy2d: Factor::of_registers([c0, c1, c2, c3, c4]),
        }
    }
}
