//! Loads and stores of registers: with the entries into code compiled for AVX-512, the only `unsafe` of the project.
#![allow(unsafe_code, reason = "see the module: each use says why it is sound")]

use std::arch::x86_64::{
    __m512i, _MM_HINT_T0, _mm_prefetch, _mm512_i64gather_epi64, _mm512_loadu_si512, _mm512_shuffle_i64x2,
    _mm512_storeu_si512, _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
};

/// Eight words.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn load(words: &[u64; 8]) -> __m512i {
    // SAFETY: the array is 64 readable bytes; the instruction needs no alignment.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

/// Eight words, each least significant byte first.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn load_bytes(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: the array is 64 readable bytes; the instruction needs no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// Eight words.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn store(register: __m512i) -> [u64; 8] {
    let mut words = [0; 8];
    // SAFETY: the array is 64 writable bytes; the instruction needs no alignment.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), register) };
    words
}

/// Eight words, in their place.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn store_to(words: &mut [u64; 8], register: __m512i) {
    // SAFETY: the array is 64 writable bytes; the instruction needs no alignment.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), register) };
}

/// Sixteen words of 32 bits.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn store_words(register: __m512i) -> [u32; 16] {
    let mut words = [0; 16];
    // SAFETY: the array is 64 writable bytes; the instruction needs no alignment.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), register) };
    words
}

/// For each `k < N` a register whose lanes hold `words[index[lane] + k·STRIDE]`.
///
/// # Panics
/// When an index is outside of the words.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn gather<const N: usize, const STRIDE: usize>(words: &[u64], index: __m512i) -> [__m512i; N] {
    check::<N, STRIDE>(words.len(), index);
    let mut registers = [index; N];
    for (k, register) in registers.iter_mut().enumerate() {
        // SAFETY: the largest index, and with it the largest address of the last k, was checked to be inside of the slice.
        *register = unsafe { _mm512_i64gather_epi64::<8>(index, words.as_ptr().add(k * STRIDE).cast()) };
    }
    registers
}

/// Asks for what will soon be loaded.
#[inline]
pub fn prefetch<T>(place: &T) {
    let start = std::ptr::from_ref(place).cast::<i8>();
    for line in (0..size_of::<T>()).step_by(64) {
        // SAFETY: the address is inside of a live value, and a prefetch reads nothing that the program can see.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(start.add(line)) };
    }
}

/// Eight rows become eight columns, and the reverse.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn transposed(rows: &[__m512i; 8]) -> [__m512i; 8] {
    let [r0, r1, r2, r3, r4, r5, r6, r7] = *rows;
    // Places 0, 2, 4, 6 of two rows side by side, and places 1, 3, 5, 7.
    let (a0, a1) = (_mm512_unpacklo_epi64(r0, r1), _mm512_unpackhi_epi64(r0, r1));
    let (b0, b1) = (_mm512_unpacklo_epi64(r2, r3), _mm512_unpackhi_epi64(r2, r3));
    let (c0, c1) = (_mm512_unpacklo_epi64(r4, r5), _mm512_unpackhi_epi64(r4, r5));
    let (d0, d1) = (_mm512_unpacklo_epi64(r6, r7), _mm512_unpackhi_epi64(r6, r7));
    let [k0, k2, k4, k6] = collected([a0, b0, c0, d0]);
    let [k1, k3, k5, k7] = collected([a1, b1, c1, d1]);
    [k0, k1, k2, k3, k4, k5, k6, k7]
}

/// The first pairs of four registers, then the second ones, and so on.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn collected([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
    /// Pairs 0 and 2 of both operands.
    const EVEN: i32 = 0x88;
    /// Pairs 1 and 3.
    const ODD: i32 = 0xdd;
    let (even_ab, even_cd) = (_mm512_shuffle_i64x2::<EVEN>(a, b), _mm512_shuffle_i64x2::<EVEN>(c, d));
    let (odd_ab, odd_cd) = (_mm512_shuffle_i64x2::<ODD>(a, b), _mm512_shuffle_i64x2::<ODD>(c, d));
    [
        _mm512_shuffle_i64x2::<EVEN>(even_ab, even_cd),
        _mm512_shuffle_i64x2::<EVEN>(odd_ab, odd_cd),
        _mm512_shuffle_i64x2::<ODD>(even_ab, even_cd),
        _mm512_shuffle_i64x2::<ODD>(odd_ab, odd_cd),
    ]
}

/// Whether `index[lane] + (N-1)·STRIDE` is inside of so many words for each lane, as unsigned numbers.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn check<const N: usize, const STRIDE: usize>(len: usize, index: __m512i) {
    use std::arch::x86_64::{_mm512_cmpge_epu64_mask, _mm512_set1_epi64};
    let first_outside = len.saturating_sub((N - 1) * STRIDE) as u64;
    let outside = _mm512_cmpge_epu64_mask(index, _mm512_set1_epi64(first_outside.cast_signed()));
    assert!(outside == 0, "a lane's index is outside of the table");
}
