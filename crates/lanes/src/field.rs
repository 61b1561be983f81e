//! Arithmetic modulo `p = 2^255 - 19`, eight elements at once, one in each 64-bit lane of five AVX-512 registers.
//!
//! An element is `l0 + l1·2^51 + l2·2^102 + l3·2^153 + l4·2^204`. The multiplier of the instructions (`vpmadd52luq`,
//! `vpmadd52huq`) reads the **low 52 bits** of a limb and ignores the others, silently. So what a limb may hold is in the
//! type, and only types whose limbs fit are multiplied:
//!
//! | type | each limb | made by |
//! |---|---|---|
//! | [`Fe`] | at most [`FE_MAX`] `= 2^51 + 2^18` | carrying any other, reading |
//! | [`Factor`] | below `2^52` | any `Fe`; the negative of one |
//! | [`Product`] | below `2^61` | multiplication, not carried |
//! | [`Sum`] | any 64 bits | additions and subtractions of up to four products and sixty elements, not carried |
//!
//! Products and sums cannot be multiplied: they must be carried first, whatever their limbs. What is added up is carried once and not term by
//! term, which is a tenth of the work. The tests multiply at the limits of each type and compare with integers of any size.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "indices are loop counters below the length in the array's type; the compiler removes the checks"
)]

use std::arch::x86_64::{
    __m512i, __mmask8, _mm512_add_epi64, _mm512_and_si512, _mm512_cmpeq_epi64_mask, _mm512_madd52hi_epu64,
    _mm512_madd52lo_epu64, _mm512_mask_blend_epi64, _mm512_mask_sub_epi64, _mm512_or_si512, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_slli_epi64, _mm512_srli_epi64, _mm512_sub_epi64,
};

use crate::memory::{load, store};

/// Lanes in a register.
pub const LANES: usize = 8;
/// Largest limb of an [`Fe`].
pub const FE_MAX: u64 = (1 << 51) + (1 << 18);

const MASK51: u64 = (1 << 51) - 1;
/// `2p`, limb by limb: larger than any limb of an [`Fe`], so that subtracting one from it does not wrap.
const TWICE_P: [u64; 5] = [
    (1 << 52) - 38,
    (1 << 52) - 2,
    (1 << 52) - 2,
    (1 << 52) - 2,
    (1 << 52) - 2,
];
const _: () = assert!(FE_MAX <= TWICE_P[0]);
/// `2^10·p`, limb by limb: larger than any limb of a [`Product`].
const MANY_P: [u64; 5] = [
    (1 << 61) - (19 << 10),
    (1 << 61) - (1 << 10),
    (1 << 61) - (1 << 10),
    (1 << 61) - (1 << 10),
    (1 << 61) - (1 << 10),
];
/// Largest limb of a [`Product`], see [`fold`].
const PRODUCT_MAX: u64 = 267 << 52;
const _: () = assert!(PRODUCT_MAX <= MANY_P[0]);
// Four products, each added or subtracted, and as much again of elements.
const _: () = assert!((MANY_P[1] + PRODUCT_MAX) as u128 * 4 + (1 << 60) < 1 << 64);

/// Limbs of one element, base `2^51`.
pub type Limbs = [u64; 5];
/// A number below `2^256`, least significant word first.
pub type Words = [u64; 4];

/// Eight elements, limbs at most [`FE_MAX`].
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct Fe([__m512i; 5]);

/// Eight elements, limbs below `2^52`: good for multiplying only.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct Factor([__m512i; 5]);

/// Eight products, limbs below `2^61`: to be carried, alone or with others.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct Product([__m512i; 5]);

/// Eight sums of elements and products: to be carried.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub struct Sum([__m512i; 5]);

/// What sums are made of: elements and products.
pub trait Term {
    /// A multiple of `p`, no limb of which is below one of the term.
    const BIAS: [u64; 5];
    /// The limbs.
    fn terms(&self) -> &[__m512i; 5];
}

impl Term for Fe {
    const BIAS: [u64; 5] = TWICE_P;
    fn terms(&self) -> &[__m512i; 5] {
        &self.0
    }
}

impl Term for Product {
    const BIAS: [u64; 5] = MANY_P;
    fn terms(&self) -> &[__m512i; 5] {
        &self.0
    }
}

/// What the multiplier may read: limbs below `2^52`.
pub trait Multiplicand {
    /// The limbs.
    fn limbs(&self) -> &[__m512i; 5];
}

impl Multiplicand for Fe {
    fn limbs(&self) -> &[__m512i; 5] {
        &self.0
    }
}

impl Multiplicand for Factor {
    fn limbs(&self) -> &[__m512i; 5] {
        &self.0
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub(crate) fn splat(x: u64) -> __m512i {
    _mm512_set1_epi64(x.cast_signed())
}

/// Numbers of four words, one for each lane, as a register for each word.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn by_word(lanes: &[Words; LANES]) -> [__m512i; 4] {
    let mut words = [[0; LANES]; 4];
    for (lane, number) in lanes.iter().enumerate() {
        for w in 0..4 {
            words[w][lane] = number[w];
        }
    }
    [load(&words[0]), load(&words[1]), load(&words[2]), load(&words[3])]
}

/// `a·b`.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn mul(a: &impl Multiplicand, b: &impl Multiplicand) -> Fe {
    product(a, b).carry()
}

/// `a²`.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn square(a: &impl Multiplicand) -> Fe {
    squared(a).carry()
}

/// `a·b`, not carried.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn product(a: &impl Multiplicand, b: &impl Multiplicand) -> Product {
    let (a, b) = (a.limbs(), b.limbs());
    let mut z = [_mm512_setzero_si512(); 10];
    // The upper 52 bits of a product weigh 2^52 = 2·2^51: twice the next limb.
    for i in 0..5 {
        for j in 0..5 {
            z[i + j + 1] = _mm512_madd52hi_epu64(z[i + j + 1], a[i], b[j]);
        }
    }
    for limb in &mut z {
        *limb = _mm512_add_epi64(*limb, *limb);
    }
    for i in 0..5 {
        for j in 0..5 {
            z[i + j] = _mm512_madd52lo_epu64(z[i + j], a[i], b[j]);
        }
    }
    fold(&z)
}

/// `a²`, not carried.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn squared(a: &impl Multiplicand) -> Product {
    let a = a.limbs();
    let mut z = [_mm512_setzero_si512(); 10];
    // Upper halves of products that occur twice weigh four times the next limb ...
    for i in 0..5 {
        for j in i + 1..5 {
            z[i + j + 1] = _mm512_madd52hi_epu64(z[i + j + 1], a[i], a[j]);
        }
    }
    for limb in &mut z {
        *limb = _mm512_add_epi64(*limb, *limb);
    }
    // ... their lower halves, and the upper halves of squares, twice ...
    for i in 0..5 {
        z[2 * i + 1] = _mm512_madd52hi_epu64(z[2 * i + 1], a[i], a[i]);
        for j in i + 1..5 {
            z[i + j] = _mm512_madd52lo_epu64(z[i + j], a[i], a[j]);
        }
    }
    for limb in &mut z {
        *limb = _mm512_add_epi64(*limb, *limb);
    }
    // ... and the lower halves of squares once.
    for i in 0..5 {
        z[2 * i] = _mm512_madd52lo_epu64(z[2 * i], a[i], a[i]);
    }
    fold(&z)
}

/// Folds ten limbs into five (`2^255 = 19`).
///
/// A limb `k` is a sum of at most 5 lower halves and twice 5 upper halves, each below `2^52`: in all below `14·2^52`, as
/// not both are 5 at once. Then `z_k + 19·z_{k+5}` is below `267·2^52 < 2^61`.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn fold(z: &[__m512i; 10]) -> Product {
    let mut r = [_mm512_setzero_si512(); 5];
    for k in 0..5 {
        let upper = z[k + 5];
        let times_17 = _mm512_add_epi64(_mm512_slli_epi64::<4>(upper), upper);
        let times_19 = _mm512_add_epi64(times_17, _mm512_add_epi64(upper, upper));
        r[k] = _mm512_add_epi64(z[k], times_19);
    }
    Product(r)
}

/// One pass of carries, all limbs at once. Whatever 64 bits the limbs are, carries are below `2^13`, and what comes out is at most
/// `2^51 + 19·2^13 < FE_MAX`.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn carry(r: &[__m512i; 5]) -> Fe {
    let mask = splat(MASK51);
    let low = |limb| _mm512_and_si512(limb, mask);
    Fe([
        _mm512_madd52lo_epu64(low(r[0]), _mm512_srli_epi64::<51>(r[4]), splat(19)),
        _mm512_add_epi64(low(r[1]), _mm512_srli_epi64::<51>(r[0])),
        _mm512_add_epi64(low(r[2]), _mm512_srli_epi64::<51>(r[1])),
        _mm512_add_epi64(low(r[3]), _mm512_srli_epi64::<51>(r[2])),
        _mm512_add_epi64(low(r[4]), _mm512_srli_epi64::<51>(r[3])),
    ])
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn added(a: &[__m512i; 5], b: &[__m512i; 5]) -> Sum {
    let mut sum = *a;
    for k in 0..5 {
        sum[k] = _mm512_add_epi64(a[k], b[k]);
    }
    Sum(sum)
}

/// `a - b`, plus the multiple of `p` with which no limb is negative.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn subtracted<T: Term>(a: &[__m512i; 5], b: &T) -> Sum {
    let mut sum = *a;
    for k in 0..5 {
        sum[k] = _mm512_sub_epi64(_mm512_add_epi64(a[k], splat(T::BIAS[k])), b.terms()[k]);
    }
    Sum(sum)
}

impl Factor {
    /// The registers.
    pub(crate) const fn registers(&self) -> &[__m512i; 5] {
        &self.0
    }

    /// Limbs must be below `2^52`.
    pub(crate) const fn of_registers(limbs: [__m512i; 5]) -> Self {
        Self(limbs)
    }

    /// `b` where the mask has a bit, `a` elsewhere.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn select(a: &Self, b: &Self, mask: __mmask8) -> Self {
        let mut limbs = a.0;
        for k in 0..5 {
            limbs[k] = _mm512_mask_blend_epi64(mask, a.0[k], b.0[k]);
        }
        Self(limbs)
    }

    /// As an element.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn carry(&self) -> Fe {
        carry(&self.0)
    }

    /// `-self` where the mask has a bit. No limb may exceed that of `2p`: so for every `Fe` and its negative.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn negative_where(&self, mask: __mmask8) -> Self {
        let mut limbs = self.0;
        for k in 0..5 {
            limbs[k] = _mm512_mask_sub_epi64(self.0[k], mask, splat(TWICE_P[k]), self.0[k]);
        }
        Self(limbs)
    }
}

impl From<Fe> for Factor {
    fn from(element: Fe) -> Self {
        Self(element.0)
    }
}

impl Product {
    /// With limbs that may be multiplied.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn carry(&self) -> Fe {
        carry(&self.0)
    }

    /// `self + b`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn plus(&self, b: &Self) -> Sum {
        added(&self.0, &b.0)
    }

    /// `self - b`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn minus(&self, b: &Self) -> Sum {
        subtracted(&self.0, b)
    }
}

impl From<Product> for Sum {
    fn from(product: Product) -> Self {
        Self(product.0)
    }
}

impl Sum {
    /// `self + b`. Sums of up to four products and sixty elements, each added or subtracted, do not overflow: a product adds at most
    /// `2^61 + PRODUCT_MAX`, an element `2^52 + FE_MAX < 2^53`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn plus(&self, b: &impl Term) -> Self {
        added(&self.0, b.terms())
    }

    /// `self - b`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn minus(&self, b: &impl Term) -> Self {
        subtracted(&self.0, b)
    }

    /// With limbs that may be multiplied.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn carry(&self) -> Fe {
        carry(&self.0)
    }
}

impl Fe {
    /// The same small number in every lane.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn small(x: u32) -> Self {
        let zero = _mm512_setzero_si512();
        Self([splat(u64::from(x)), zero, zero, zero, zero])
    }

    /// The same element in every lane. Limbs must be at most [`FE_MAX`].
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn splat(limbs: &Limbs) -> Self {
        debug_assert!(limbs.iter().all(|limb| *limb <= FE_MAX));
        Self([
            splat(limbs[0]),
            splat(limbs[1]),
            splat(limbs[2]),
            splat(limbs[3]),
            splat(limbs[4]),
        ])
    }

    /// Element by element; `limbs[k][lane]` must be at most [`FE_MAX`].
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn from_limbs(limbs: &[[u64; LANES]; 5]) -> Self {
        debug_assert!(limbs.iter().flatten().all(|limb| *limb <= FE_MAX));
        Self([
            load(&limbs[0]),
            load(&limbs[1]),
            load(&limbs[2]),
            load(&limbs[3]),
            load(&limbs[4]),
        ])
    }

    /// The element of one lane, in every lane.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub(crate) fn lane(&self, lane: usize) -> Self {
        Self::splat(&self.to_limbs().map(|limbs| limbs[lane]))
    }

    /// `limbs[k][lane]`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn to_limbs(&self) -> [[u64; LANES]; 5] {
        [
            store(self.0[0]),
            store(self.0[1]),
            store(self.0[2]),
            store(self.0[3]),
            store(self.0[4]),
        ]
    }

    /// Numbers below `2^255`, one for each lane.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn from_lanes(lanes: &[Words; LANES]) -> Self {
        Self::from_registers(&by_word(lanes))
    }

    /// Numbers below `2^255`, `words[w][lane]`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn from_words(words: &[[u64; LANES]; 4]) -> Self {
        let w = [load(&words[0]), load(&words[1]), load(&words[2]), load(&words[3])];
        Self::from_registers(&w)
    }

    /// Numbers below `2^255`, a register for each word.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub(crate) fn from_registers(w: &[__m512i; 4]) -> Self {
        let mask = splat(MASK51);
        let low = |limb| _mm512_and_si512(limb, mask);
        Self([
            low(w[0]),
            low(_mm512_or_si512(
                _mm512_srli_epi64::<51>(w[0]),
                _mm512_slli_epi64::<13>(w[1]),
            )),
            low(_mm512_or_si512(
                _mm512_srli_epi64::<38>(w[1]),
                _mm512_slli_epi64::<26>(w[2]),
            )),
            low(_mm512_or_si512(
                _mm512_srli_epi64::<25>(w[2]),
                _mm512_slli_epi64::<39>(w[3]),
            )),
            low(_mm512_srli_epi64::<12>(w[3])),
        ])
    }

    /// `self + b`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn plus(&self, b: &Self) -> Sum {
        added(&self.0, &b.0)
    }

    /// `self - b`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn minus(&self, b: &Self) -> Sum {
        subtracted(&self.0, b)
    }

    /// `-self`, for multiplying only.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn negative(&self) -> Factor {
        let mut limbs = self.0;
        for k in 0..5 {
            // Between 0 and 2p's limb, which is below 2^52.
            limbs[k] = _mm512_sub_epi64(splat(TWICE_P[k]), limbs[k]);
        }
        Factor(limbs)
    }

    /// `b` where the mask has a bit, `a` elsewhere.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn select(a: &Self, b: &Self, mask: __mmask8) -> Self {
        let mut limbs = a.0;
        for k in 0..5 {
            limbs[k] = _mm512_mask_blend_epi64(mask, a.0[k], b.0[k]);
        }
        Self(limbs)
    }

    /// The one representative below `p`: limbs below `2^51`.
    ///
    /// Limbs at most `FE_MAX` make a number below `2^255 + 2^223 < 2p`, so `p` is subtracted once or not at all: once
    /// when the number plus 19 reaches `2^255`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    fn frozen(&self) -> [__m512i; 5] {
        let mut limbs = self.0;
        let mut excess = splat(19);
        for limb in &limbs {
            excess = _mm512_srli_epi64::<51>(_mm512_add_epi64(*limb, excess));
        }
        // 19 if p is to be subtracted: adding 19 and dropping 2^255 subtracts p.
        let mut passed = _mm512_madd52lo_epu64(_mm512_setzero_si512(), excess, splat(19));
        for limb in &mut limbs {
            let sum = _mm512_add_epi64(*limb, passed);
            *limb = _mm512_and_si512(sum, splat(MASK51));
            passed = _mm512_srli_epi64::<51>(sum);
        }
        limbs
    }

    /// The numbers below `p`, `words[w][lane]`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn to_words(&self) -> [[u64; LANES]; 4] {
        let [a, b, c, d] = self.by_words();
        [store(a), store(b), store(c), store(d)]
    }

    /// The numbers below `p`, a register for each word.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub(crate) fn by_words(&self) -> [__m512i; 4] {
        let l = self.frozen();
        [
            _mm512_or_si512(l[0], _mm512_slli_epi64::<51>(l[1])),
            _mm512_or_si512(_mm512_srli_epi64::<13>(l[1]), _mm512_slli_epi64::<38>(l[2])),
            _mm512_or_si512(_mm512_srli_epi64::<26>(l[2]), _mm512_slli_epi64::<25>(l[3])),
            _mm512_or_si512(_mm512_srli_epi64::<39>(l[3]), _mm512_slli_epi64::<12>(l[4])),
        ]
    }

    /// Which elements are zero.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn is_zero(&self) -> __mmask8 {
        let [a, b, c, d, e] = self.frozen();
        let any = _mm512_or_si512(_mm512_or_si512(_mm512_or_si512(a, b), _mm512_or_si512(c, d)), e);
        _mm512_cmpeq_epi64_mask(any, _mm512_setzero_si512())
    }

    /// Which elements are odd as numbers below `p`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn is_odd(&self) -> __mmask8 {
        let [lowest, ..] = self.frozen();
        let one = splat(1);
        _mm512_cmpeq_epi64_mask(_mm512_and_si512(lowest, one), one)
    }

    /// Which elements equal those of `b`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn equals(&self, b: &Self) -> __mmask8 {
        self.minus(b).carry().is_zero()
    }

    /// The registers.
    pub(crate) const fn registers(&self) -> &[__m512i; 5] {
        &self.0
    }

    /// Limbs must be at most [`FE_MAX`].
    pub(crate) const fn of_registers(limbs: [__m512i; 5]) -> Self {
        Self(limbs)
    }

    /// `self^(2^n)`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    fn squared(&self, n: u32) -> Self {
        let mut x = *self;
        for _ in 0..n {
            x = square(&x);
        }
        x
    }

    /// `self^(2^250 - 1)` and `self^11`: what both exponents below begin with.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    fn power_of_ones(&self) -> (Self, Self) {
        let x2 = square(self);
        let x9 = mul(&x2.squared(2), self);
        let x11 = mul(&x9, &x2);
        // ones_n is the power whose exponent has n bits, all one.
        let ones5 = mul(&square(&x11), &x9);
        let ones10 = mul(&ones5.squared(5), &ones5);
        let ones20 = mul(&ones10.squared(10), &ones10);
        let ones40 = mul(&ones20.squared(20), &ones20);
        let ones50 = mul(&ones40.squared(10), &ones10);
        let ones100 = mul(&ones50.squared(50), &ones50);
        let ones200 = mul(&ones100.squared(100), &ones100);
        (mul(&ones200.squared(50), &ones50), x11)
    }

    /// `1/self`; zero for zero. `self^(p-2)`, with `p - 2 = 2^255 - 21`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn inverse(&self) -> Self {
        let (ones250, x11) = self.power_of_ones();
        mul(&ones250.squared(5), &x11)
    }

    /// `self^((p-5)/8)`, with `(p-5)/8 = 2^252 - 3`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn power_for_root(&self) -> Self {
        let (ones250, _) = self.power_of_ones();
        mul(&ones250.squared(2), self)
    }
}
