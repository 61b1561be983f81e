//! Multiples of the two bases of every proof, `g` and the election's key `y`: 32 additions and no doubling.

use std::arch::x86_64::{
    __m512i, _mm_cvtsi64_si128, _mm512_add_epi64, _mm512_and_si512, _mm512_cmpgt_epu64_mask, _mm512_mask_sub_epi64,
    _mm512_maskz_set1_epi64, _mm512_setzero_si512, _mm512_slli_epi64, _mm512_srl_epi64,
};

use crate::{
    field::{Factor, LANES, Words, splat},
    memory::{gather, store},
    point::{Affine, Niels, Point, Projective, normalized},
};

/// A scalar has 32 digits in base 256, from -127 to 128.
const PLACES: usize = 32;
/// Multiples from 0 to 128.
const MULTIPLES: usize = 129;
/// Words of a multiple: three coordinates of five limbs, and one to fill two cache lines.
const ENTRY: usize = 16;

/// Which base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Base {
    /// `g`.
    Generator,
    /// `y`.
    Key,
}

/// `d·256^i` times `g` and times `y`, for every place `i` and every digit `d` from 0 to 128.
pub struct Multiples(Vec<u64>);

impl Multiples {
    /// Of these `g` and `y`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn new(generator: &[Words; 2], key: &[Words; 2]) -> Self {
        let mut words = Vec::with_capacity(2 * PLACES * MULTIPLES * ENTRY);
        for base in [generator, key] {
            for units in units(base).chunks(LANES) {
                write_multiples(units, &mut words);
            }
        }
        Self(words)
    }

    /// `sum + scalar·base` in each lane. Scalars must be below `2^255`; `scalars[w][lane]` are their words.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn add(&self, sum: Point, base: Base, scalars: &[__m512i; 4]) -> Point {
        let mut sum = sum;
        let mut carry = _mm512_setzero_si512();
        let mut entry = match base {
            Base::Generator => 0,
            Base::Key => PLACES * MULTIPLES,
        };
        for word in scalars {
            for byte in 0..8_i64 {
                let shifted = _mm512_srl_epi64(*word, _mm_cvtsi64_si128(8 * byte));
                let digit = _mm512_add_epi64(_mm512_and_si512(shifted, splat(255)), carry);
                let is_negative = _mm512_cmpgt_epu64_mask(digit, splat(128));
                let size = _mm512_mask_sub_epi64(digit, is_negative, splat(256), digit);
                carry = _mm512_maskz_set1_epi64(is_negative, 1);
                let index = _mm512_slli_epi64::<4>(_mm512_add_epi64(size, splat(entry as u64)));
                sum = sum.add_niels(&self.at(index).negative_where(is_negative));
                entry += MULTIPLES;
            }
        }
        sum
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    fn at(&self, index: __m512i) -> Niels {
        let [a0, a1, a2, a3, a4, b0, b1, b2, b3, b4, c0, c1, c2, c3, c4] = gather::<15, 1>(&self.0, index);
        // The limbs are those of factors that were stored.
        Niels {
            plus: Factor::of_registers([a0, a1, a2, a3, a4]),
            minus: Factor::of_registers([b0, b1, b2, b3, b4]),
            xy2d: Factor::of_registers([c0, c1, c2, c3, c4]),
        }
    }
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
fn write_multiples(units: &[[Words; 2]], out: &mut Vec<u64>) {
    let unit = Affine::from_lanes(units);
    let niels = unit.niels();
    let mut multiple = Point::neutral();
    let mut all: Vec<Projective> = Vec::with_capacity(MULTIPLES);
    for _ in 0..MULTIPLES {
        all.push(multiple.projective());
        multiple = multiple.add_niels(&niels);
    }
    let mut limbs = Vec::with_capacity(MULTIPLES);
    for multiple in normalized(&all) {
        let Niels { plus, minus, xy2d } = multiple.niels();
        let mut entry = [[0; LANES]; 15];
        let registers = plus.registers().iter().chain(minus.registers()).chain(xy2d.registers());
        for (words, register) in entry.iter_mut().zip(registers) {
            *words = store(*register);
        }
        limbs.push(entry);
    }
    for lane in 0..units.len() {
        for entry in &limbs {
            out.extend(entry.iter().filter_map(|words| words.get(lane)));
            out.push(0);
        }
    }
}
