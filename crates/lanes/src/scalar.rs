//! Integers modulo the order `l = 2^252 + 27742317777372353535851937790883648493` of the group. Nothing here is secret.
#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "indices are loop counters below the length in the array's type; the compiler removes the checks"
)]

use crate::field::Words;

/// An integer below `l`, least significant word first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scalar(Words);

const ORDER: Words = [0x5812_631a_5cf5_d3ed, 0x14de_f9de_a2f7_9cd6, 0, 0x1000_0000_0000_0000];
/// `floor(2^512 / l)`.
const BARRETT: [u64; 5] = [
    0xed9c_e5a3_0a2c_131b,
    0x2106_215d_0863_29a7,
    0xffff_ffff_ffff_ffeb,
    0xffff_ffff_ffff_ffff,
    0xf,
];
/// Most digits of a number below `l`.
const MAX_DIGITS: usize = 76;

impl Scalar {
    /// Zero.
    pub const ZERO: Self = Self([0; 4]);
    /// `1/8`, an odd number.
    pub const EIGHTH: Self = Self([0x6106_e529_e2dc_2f79, 0x07d3_9db3_7d1c_dad0, 0, 0x0600_0000_0000_0000]);

    /// The words.
    #[must_use]
    pub const fn words(&self) -> &Words {
        &self.0
    }

    /// A number below `2^128`.
    #[must_use]
    pub const fn from_u128(x: u128) -> Self {
        Self([low(x), low(x >> 64), 0, 0])
    }

    /// Reads a decimal number below `l`; `None` for any other text than the canonical one.
    #[must_use]
    pub fn parse(digits: &[u8]) -> Option<Self> {
        let is_canonical = !digits.is_empty() && digits.len() <= MAX_DIGITS && (digits[0] != b'0' || digits.len() == 1);
        if !is_canonical {
            return None;
        }
        let mut padded = [b'0'; 80];
        padded[80 - digits.len()..].copy_from_slice(digits);
        let (eights, _) = padded.as_chunks::<8>();
        let mut words = [0; 4];
        for pair in eights.chunks_exact(2) {
            let chunk = eight_digits(pair[0])? * 100_000_000 + eight_digits(pair[1])?;
            // Below 10^80 < 2^266: the top word may overflow for numbers of more than 76 digits only.
            let mut carry = u128::from(chunk);
            for word in &mut words {
                let product = u128::from(*word) * 10_000_000_000_000_000 + carry;
                (*word, carry) = (low(product), product >> 64);
            }
        }
        is_below(&words, &ORDER).then_some(Self(words))
    }

    /// The integer that a hash is, most significant byte first.
    #[must_use]
    pub fn from_hash(digest: &[u8; 32]) -> Self {
        let (words, _) = digest.as_chunks::<8>();
        let mut wide = [0; 8];
        for k in 0..4 {
            wide[k] = u64::from_be_bytes(words[3 - k]);
        }
        reduce(&wide)
    }

    /// `self + b`.
    #[must_use]
    pub fn add(&self, b: &Self) -> Self {
        // Both are below 2^253.
        let mut sum = [0; 4];
        let mut carry = false;
        for k in 0..4 {
            (sum[k], carry) = self.0[k].carrying_add(b.0[k], carry);
        }
        Self(below_order(sum))
    }

    /// `-self`.
    #[must_use]
    pub fn negative(&self) -> Self {
        if self.0 == [0; 4] {
            *self
        } else {
            Self(difference(&ORDER, &self.0).0)
        }
    }

    /// `self·b`.
    #[must_use]
    pub fn mul(&self, b: &Self) -> Self {
        reduce(&product(&self.0, &b.0))
    }

    /// `self·b` for a small number.
    #[must_use]
    pub fn times(&self, b: u32) -> Self {
        match b {
            0 => Self::ZERO,
            1 => *self,
            _ => self.mul(&Self([b.into(), 0, 0, 0])),
        }
    }

    /// An odd number of at most 254 bits, congruent to this modulo `l`.
    #[must_use]
    pub fn odd(&self) -> Words {
        if self.0[0] & 1 == 1 {
            return self.0;
        }
        let mut sum = [0; 4];
        let mut carry = false;
        for k in 0..4 {
            (sum[k], carry) = self.0[k].carrying_add(ORDER[k], carry);
        }
        sum
    }
}

/// A sum of products below `2^(128+253)`, reduced only at the end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Products([u64; 8]);

impl Products {
    /// Adds `a·b`. Up to `2^64` of them fit: each is below `2^381`.
    pub fn add(&mut self, a: u128, b: &Scalar) {
        let halves = [low(a), low(a >> 64)];
        for (at, half) in halves.into_iter().enumerate() {
            let mut carry = 0;
            for k in 0..4 {
                let sum = u128::from(half) * u128::from(b.0[k]) + u128::from(self.0[at + k]) + carry;
                (self.0[at + k], carry) = (low(sum), sum >> 64);
            }
            let mut passed = low(carry);
            for word in &mut self.0[at + 4..] {
                let (sum, overflow) = word.overflowing_add(passed);
                (*word, passed) = (sum, u64::from(overflow));
            }
        }
    }

    /// Adds `a`.
    pub fn add_scalar(&mut self, a: &Scalar) {
        self.add(1, a);
    }

    /// Adds what another one has added up.
    pub fn add_all(&mut self, other: &Self) {
        let mut carry = false;
        for k in 0..8 {
            (self.0[k], carry) = self.0[k].carrying_add(other.0[k], carry);
        }
    }

    /// The sum modulo `l`.
    #[must_use]
    pub fn reduced(&self) -> Scalar {
        reduce(&self.0)
    }
}

/// The number that eight ASCII digits write; `None` when one is no digit.
fn eight_digits(text: [u8; 8]) -> Option<u64> {
    let v = u64::from_le_bytes(text) ^ 0x3030_3030_3030_3030;
    // A byte above 9 reaches the eighth bit when 0x76 is added, or has it already.
    if (v | v.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080 != 0 {
        return None;
    }
    let pairs = (v.wrapping_mul(1 + (10 << 8)) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(1 + (100 << 16)) >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(1 + (10_000 << 32)) >> 32)
}

fn product(a: &Words, b: &Words) -> [u64; 8] {
    let mut product = [0; 8];
    for i in 0..4 {
        let mut carry = 0;
        for j in 0..4 {
            let sum = u128::from(a[i]) * u128::from(b[j]) + u128::from(product[i + j]) + carry;
            (product[i + j], carry) = (low(sum), sum >> 64);
        }
        product[i + 4] = low(carry);
    }
    product
}

/// Barrett's reduction (Handbook of Applied Cryptography, 14.42) in base `2^64`: the quotient is at most 2 too small.
fn reduce(x: &[u64; 8]) -> Scalar {
    let mut q2 = [0_u64; 10];
    for i in 0..5 {
        let mut carry = 0;
        for j in 0..5 {
            let sum = u128::from(x[i + 3]) * u128::from(BARRETT[j]) + u128::from(q2[i + j]) + carry;
            (q2[i + j], carry) = (low(sum), sum >> 64);
        }
        q2[i + 5] = low(carry);
    }
    // The five lowest words of quotient times order suffice: the rest is below 3·2^253.
    let mut r2 = [0_u64; 5];
    for i in 0..5 {
        let mut carry = 0;
        for j in 0..5 - i {
            let factor = ORDER.get(j).copied().unwrap_or(0);
            let sum = u128::from(q2[i + 5]) * u128::from(factor) + u128::from(r2[i + j]) + carry;
            (r2[i + j], carry) = (low(sum), sum >> 64);
        }
    }
    let mut rest = [0; 4];
    let mut borrow = false;
    for k in 0..4 {
        (rest[k], borrow) = x[k].borrowing_sub(r2[k], borrow);
    }
    Scalar(below_order(below_order(rest)))
}

/// `x`, less the order if `x` is not below it.
fn below_order(x: Words) -> Words {
    let (less, borrow) = difference(&x, &ORDER);
    if borrow { x } else { less }
}

fn is_below(a: &Words, b: &Words) -> bool {
    difference(a, b).1
}

fn difference(a: &Words, b: &Words) -> (Words, bool) {
    let mut difference = [0; 4];
    let mut borrow = false;
    for k in 0..4 {
        (difference[k], borrow) = a[k].borrowing_sub(b[k], borrow);
    }
    (difference, borrow)
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
const fn low(x: u128) -> u64 {
    x as u64
}
