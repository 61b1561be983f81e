//! Loads and stores of registers: with the entries into code compiled for AVX-512, the only `unsafe` of the project.
#![allow(unsafe_code, reason = "see the module: each use says why it is sound")]

use std::arch::x86_64::{__m512i, _mm512_i64gather_epi64, _mm512_loadu_si512, _mm512_storeu_si512};

/// Eight words.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
pub fn load(words: &[u64; 8]) -> __m512i {
    // SAFETY: the array is 64 readable bytes; the instruction needs no alignment.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
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

/// Whether `index[lane] + (N-1)·STRIDE` is inside of so many words for each lane, as unsigned numbers.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn check<const N: usize, const STRIDE: usize>(len: usize, index: __m512i) {
    use std::arch::x86_64::{_mm512_cmpge_epu64_mask, _mm512_set1_epi64};
    let first_outside = len.saturating_sub((N - 1) * STRIDE) as u64;
    let outside = _mm512_cmpge_epu64_mask(index, _mm512_set1_epi64(first_outside.cast_signed()));
    assert!(outside == 0, "a lane's index is outside of the table");
}
