//! Multiples of points that are used once: several scalars for each of eight points.
//!
//! A scalar of 255 binary digits is read as five teeth of 51 digits (a comb): with `P_j = 2^(51j)·P`, it is
//! `Σ_c 2^c·(±P_0 ± P_1 ± P_2 ± P_3 ± P_4)`. The 204 doublings that make the `P_j`, and the sixteen sums, are shared by
//! all scalars of a point; each costs 51 doublings and 51 additions more.
//!
//! The digits are `1` and `-1`, so the scalar must be odd. Adding the order makes an even one odd, which changes the product
//! only when the point is outside of the prime-order subgroup; whether it is there is checked with a scalar that is
//! odd in itself.

use std::arch::x86_64::{
    __m512i, _mm_cvtsi64_si128, _mm512_add_epi64, _mm512_and_si512, _mm512_cmpeq_epi64_mask, _mm512_mask_xor_epi64,
    _mm512_or_si512, _mm512_setzero_si512, _mm512_slli_epi64, _mm512_srl_epi64,
};

use crate::{
    field::{Factor, Fe, LANES, Words, splat},
    memory::{gather, load, store},
    point::{Cached, Point, Projective},
};

/// Digits of a tooth, which are the bits of a limb.
const TOOTH: u32 = 51;
const TEETH: usize = 5;
/// `P_4 ± P_3 ± P_2 ± P_1 ± P_0`: bit `j` of the place says whether `P_j` is added.
const ENTRIES: usize = 16;
/// Registers of a [`Cached`].
const REGISTERS: usize = 20;
/// Words of an entry.
const ENTRY: usize = REGISTERS * LANES;

/// The sums of the shifted multiples of eight points.
pub struct Comb(Vec<u64>);

impl Comb {
    /// Of these points.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn new(point: &Point) -> Self {
        // P_j and 2·P_j.
        let mut shifted = *point;
        let mut teeth = Vec::with_capacity(TEETH);
        for _ in 1..TEETH {
            let twice = shifted.projective().double_to_point();
            teeth.push((shifted.cached(), twice.cached()));
            shifted = twice.projective().doubled(TOOTH - 1);
        }
        let mut sum = shifted;
        for (single, _) in &teeth {
            sum = sum.add(&single.negative_where(0xff));
        }
        // Gray's order: one sign changes from each sum to the next.
        let mut words = vec![0; ENTRIES * ENTRY];
        let mut place = 0_usize;
        write(&sum, &mut words, place);
        for step in 1..ENTRIES {
            let tooth = step.trailing_zeros();
            place ^= 1 << tooth;
            if let Some((_, twice)) = teeth.get(tooth as usize) {
                let is_subtracted = if place >> tooth & 1 == 1 { 0 } else { 0xff };
                sum = sum.add(&twice.negative_where(is_subtracted));
            }
            write(&sum, &mut words, place);
        }
        Self(words)
    }

    /// `scalar·point` in each lane. Scalars must be odd and below `2^254`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn mul(&self, scalars: &[Words; LANES]) -> Point {
        let [teeth @ .., top] = &signs(scalars);
        let lanes = load(&[0, 1, 2, 3, 4, 5, 6, 7]);
        let one = splat(1);
        let mut sum = Point::neutral().projective();
        let mut last = Point::neutral();
        for column in (0..i64::from(TOOTH)).rev() {
            let shift = _mm_cvtsi64_si128(column);
            let mut place = _mm512_setzero_si512();
            for tooth in teeth.iter().rev() {
                let bit = _mm512_and_si512(_mm512_srl_epi64(*tooth, shift), one);
                place = _mm512_or_si512(_mm512_add_epi64(place, place), bit);
            }
            // The top sign is that of the sum: the others are relative to it.
            let is_negative = _mm512_cmpeq_epi64_mask(
                _mm512_and_si512(_mm512_srl_epi64(*top, shift), one),
                _mm512_setzero_si512(),
            );
            place = _mm512_mask_xor_epi64(place, is_negative, place, splat(ENTRIES as u64 - 1));
            // ENTRY = 160 = 128 + 32.
            let index = _mm512_add_epi64(_mm512_slli_epi64::<7>(place), _mm512_slli_epi64::<5>(place));
            let entry = self.at(_mm512_add_epi64(index, lanes)).negative_where(is_negative);
            last = sum.double_to_point();
            if column == 0 {
                last = last.add(&entry);
            } else {
                sum = last.add_to_projective(&entry);
            }
        }
        last
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    fn at(&self, index: __m512i) -> Cached {
        let [
            a0,
            a1,
            a2,
            a3,
            a4,
            b0,
            b1,
            b2,
            b3,
            b4,
            c0,
            c1,
            c2,
            c3,
            c4,
            d0,
            d1,
            d2,
            d3,
            d4,
        ] = gather::<REGISTERS, LANES>(&self.0, index);
        // The limbs are those of factors that were stored.
        Cached {
            plus: Factor::of_registers([a0, a1, a2, a3, a4]),
            minus: Factor::of_registers([b0, b1, b2, b3, b4]),
            twice_z: Factor::of_registers([c0, c1, c2, c3, c4]),
            t2d: Factor::of_registers([d0, d1, d2, d3, d4]),
        }
    }
}

const _: () = assert!(ENTRY == 160);

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn write(sum: &Point, words: &mut [u64], place: usize) {
    let Cached {
        plus,
        minus,
        twice_z,
        t2d,
    } = sum.cached();
    let parts = [plus, minus, twice_z, t2d];
    let registers = parts.iter().flat_map(|part| part.registers());
    let (places, _) = words.as_chunks_mut::<LANES>();
    for (out, register) in places.iter_mut().skip(place * REGISTERS).zip(registers) {
        *out = store(*register);
    }
}

/// The teeth of each scalar: bit `c` of tooth `j` is 1 where the digit `51j + c` is `1`, and 0 where it is `-1`.
///
/// An odd `e` is `Σ s_i·2^i` with `s_i = 2·b_i - 1`, where the `b_i` are the bits of `(e + 2^255 - 1)/2`, which is
/// `(e-1)/2 + 2^254`.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn signs(scalars: &[Words; LANES]) -> [__m512i; TEETH] {
    let mut words = [[0; LANES]; 4];
    for (lane, [a, b, c, d]) in scalars.iter().enumerate() {
        debug_assert!(a & 1 == 1 && *d < 1 << 62);
        let halved = [a >> 1 | b << 63, b >> 1 | c << 63, c >> 1 | d << 63, d >> 1 | 1 << 62];
        for (row, word) in words.iter_mut().zip(halved) {
            if let Some(place) = row.get_mut(lane) {
                *place = word;
            }
        }
    }
    *Fe::from_words(&words).registers()
}

/// Eight times the points, and whether they are `others`.
#[must_use]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
pub fn eightfold(point: &Projective) -> Projective {
    point.double().double().double()
}
