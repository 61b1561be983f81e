//! Multiples of the two bases of every proof, `g` and the election's key `y`: 32 additions and no doubling.

#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::needless_range_loop,
    reason = "indices are loop counters below the length in the array's type, and digits, which are at most 128; an index outside panics"
)]

use std::arch::x86_64::{
    __m512i, __mmask8, _mm_cvtsi64_si128, _mm512_add_epi64, _mm512_and_si512, _mm512_cmpgt_epu64_mask,
    _mm512_mask_sub_epi64, _mm512_maskz_set1_epi64, _mm512_setzero_si512, _mm512_srl_epi64,
};

use crate::{
    field::{LANES, Words, splat},
    memory::{prefetch, store},
    point::{Affine, Point, Projective, normalized},
    table::{Entry, row},
};

/// A scalar has 32 digits in base 256, from -127 to 128.
const PLACES: usize = 32;
/// Multiples from 0 to 128.
const MULTIPLES: usize = 129;
/// So many places before it is added, a multiple is asked for: not all are in the first cache.
const AHEAD: usize = 2;

/// Which base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Base {
    /// `g`.
    Generator,
    /// `y`.
    Key,
}

/// `d·256^i` times `g` and times `y`, for every place `i` and every digit `d` from 0 to 128.
pub struct Multiples(Vec<Entry>);

impl Multiples {
    /// Of these `g` and `y`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn new(generator: &[Words; 2], key: &[Words; 2]) -> Self {
        let mut entries = Vec::with_capacity(2 * PLACES * MULTIPLES);
        for base in [generator, key] {
            for units in units(base).chunks(LANES) {
                write_multiples(units, &mut entries);
            }
        }
        Self(entries)
    }

    /// `sum + scalar·base` in each lane. Scalars must be below `2^255`; `scalars[w][lane]` are their words.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn add(&self, sum: Point, base: Base, scalars: &[__m512i; 4]) -> Point {
        let first = match base {
            Base::Generator => 0,
            Base::Key => PLACES * MULTIPLES,
        };
        let multiples = &self.0[first..first + PLACES * MULTIPLES];
        let (places, signs) = digits(scalars);
        let mut sum = sum;
        for (at, (place, is_negative)) in places.iter().zip(signs).enumerate() {
            for later in places.get(at + AHEAD).into_iter().flatten() {
                prefetch(&multiples[*later as usize]);
            }
            let mut entries = [&Entry::NEUTRAL; LANES];
            for (entry, at) in entries.iter_mut().zip(place) {
                *entry = &multiples[*at as usize];
            }
            sum = sum.add_niels(&row(entries).negative_where(is_negative));
        }
        sum
    }
}

/// The digits of eight scalars, place after place: which multiple, and in which lanes it is to be subtracted.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn digits(scalars: &[__m512i; 4]) -> ([[u64; LANES]; PLACES], [__mmask8; PLACES]) {
    let (mut places, mut signs) = ([[0; LANES]; PLACES], [0; PLACES]);
    let mut carry = _mm512_setzero_si512();
    for at in 0..PLACES {
        let shifted = _mm512_srl_epi64(scalars[at / 8], _mm_cvtsi64_si128(8 * (at as i64 % 8)));
        let digit = _mm512_add_epi64(_mm512_and_si512(shifted, splat(255)), carry);
        let is_negative = _mm512_cmpgt_epu64_mask(digit, splat(128));
        let size = _mm512_mask_sub_epi64(digit, is_negative, splat(256), digit);
        carry = _mm512_maskz_set1_epi64(is_negative, 1);
        let entry = _mm512_add_epi64(size, splat((at * MULTIPLES) as u64));
        places[at] = store(entry);
        signs[at] = is_negative;
    }
    (places, signs)
}

/// `256^i·base` for every place.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn units(base: &[Words; 2]) -> Vec<[Words; 2]> {
    let mut unit = Affine::splat(base).point().projective();
    let mut units = Vec::with_capacity(PLACES);
    for _ in 0..PLACES {
        units.push(unit);
        unit = unit.doubled(8).projective();
    }
    let mut words = Vec::with_capacity(PLACES);
    for unit in normalized(&units) {
        words.push(unit.lane(0));
    }
    words
}

/// The multiples of eight units, one in each lane, unit after unit.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn write_multiples(units: &[[Words; 2]], out: &mut Vec<Entry>) {
    let unit = Affine::from_lanes(units);
    let niels = unit.niels();
    let mut multiple = Point::neutral();
    let mut all: Vec<Projective> = Vec::with_capacity(MULTIPLES);
    for _ in 0..MULTIPLES {
        all.push(multiple.projective());
        multiple = multiple.add_niels(&niels);
    }
    let mut rows = Vec::with_capacity(MULTIPLES);
    for multiple in normalized(&all) {
        rows.push(Entry::of(&multiple.niels()));
    }
    for lane in 0..units.len() {
        out.extend(rows.iter().map(|row| row[lane]));
    }
}
