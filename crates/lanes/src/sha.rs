//! SHA-256 of many texts, sixteen at a time, one in each 32-bit lane: twice as fast as the processor's instructions for it, which wait for each
//! other.

#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "indices are loop counters below the length in the array's type, and places in the list of texts"
)]

use std::arch::x86_64::{
    __m512i, __mmask16, _mm512_add_epi32, _mm512_mask_add_epi32, _mm512_ror_epi32, _mm512_set1_epi32,
    _mm512_set4_epi32, _mm512_setzero_si512, _mm512_shuffle_epi8, _mm512_shuffle_i32x4, _mm512_srli_epi32,
    _mm512_ternarylogic_epi32, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64, _mm512_unpacklo_epi32,
    _mm512_unpacklo_epi64,
};

use crate::{
    cpu::Lanes,
    memory::{load_bytes, store_words},
};

const BLOCK: usize = 64;
/// Texts at a time.
const TEXTS: usize = 16;
/// FIPS 180-4, 5.3.3.
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
/// FIPS 180-4, 4.2.2.
const K: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

/// Texts, one after the other.
#[derive(Default)]
pub struct Texts<'a> {
    bytes: Vec<u8>,
    all: Vec<Text<'a>>,
}

/// A text.
enum Text<'a> {
    /// What was written, up to here.
    Written(usize),
    /// Another text, and a byte more.
    Lent(&'a [u8], u8),
}

impl<'a> Texts<'a> {
    /// Goes on with the text that is not ended.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Ends a text.
    pub fn end(&mut self) {
        self.all.push(Text::Written(self.bytes.len()));
    }

    /// A whole text, which is not copied, with a byte more. None may have been begun.
    pub fn lend(&mut self, text: &'a [u8], last: u8) {
        self.all.push(Text::Lent(text, last));
    }

    /// The hash of each text.
    #[must_use]
    #[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
    pub fn hashes(&self, lanes: Lanes) -> Vec<[u8; 32]> {
        let Lanes { .. } = lanes;
        let mut start = 0;
        let mut texts: Vec<(usize, &[u8], Option<u8>)> = Vec::with_capacity(self.all.len());
        for (at, text) in self.all.iter().enumerate() {
            texts.push(match text {
                Text::Written(end) => (at, &self.bytes[std::mem::replace(&mut start, *end)..*end], None),
                Text::Lent(text, last) => (at, text, Some(*last)),
            });
        }
        // Texts of about one length go together.
        texts.sort_unstable_by_key(|(_, text, _)| text.len());
        let mut all = vec![[0; 32]; texts.len()];
        for texts in texts.chunks(TEXTS) {
            let mut together = [const { Padded::NONE }; TEXTS];
            for (place, (_, text, last)) in together.iter_mut().zip(texts) {
                *place = Padded::new(text, *last);
            }
            // SAFETY: `lanes` proves that the processor has the instructions.
            let hashes = unsafe { sixteen(&together) };
            for (hash, (at, ..)) in hashes.iter().zip(texts) {
                all[*at] = *hash;
            }
        }
        all
    }
}

/// The whole blocks of a text, and the one or two that end it (FIPS 180-4, 5.1.1).
struct Padded<'a> {
    whole: &'a [[u8; BLOCK]],
    end: [[u8; BLOCK]; 2],
    count: usize,
}

impl<'a> Padded<'a> {
    /// No blocks.
    const NONE: Self = Self {
        whole: &[],
        end: [[0; BLOCK]; 2],
        count: 0,
    };

    fn new(text: &'a [u8], last: Option<u8>) -> Self {
        let (whole, rest) = text.as_chunks::<BLOCK>();
        let mut end = [[0; BLOCK]; 2];
        let flat = end.as_flattened_mut();
        flat[..rest.len()].copy_from_slice(rest);
        let mut length = rest.len();
        if let Some(last) = last {
            flat[length] = last;
            length += 1;
        }
        // One beyond the text, which leaves 64 bytes at most here.
        flat[length] = 0x80;
        let blocks = if length < BLOCK - 8 { 1 } else { 2 };
        let bits = (whole.len() * BLOCK + length) as u64 * 8;
        flat[blocks * BLOCK - 8..blocks * BLOCK].copy_from_slice(&bits.to_be_bytes());
        Self {
            whole,
            end,
            count: whole.len() + blocks,
        }
    }

    /// The block `at`; after the last one any.
    fn block(&self, at: usize) -> &[u8; BLOCK] {
        match at.checked_sub(self.whole.len()) {
            None => &self.whole[at],
            Some(rest) => &self.end[rest.min(1)],
        }
    }
}

/// The hashes of sixteen texts, of which none is much longer than the others.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn sixteen(texts: &[Padded<'_>; TEXTS]) -> [[u8; 32]; TEXTS] {
    let most = texts.iter().fold(0, |most, text| most.max(text.count));
    let mut state = [_mm512_setzero_si512(); 8];
    for (word, start) in state.iter_mut().zip(START) {
        *word = _mm512_set1_epi32(start.cast_signed());
    }
    for at in 0..most {
        let mut rows = [_mm512_setzero_si512(); TEXTS];
        let mut goes_on: __mmask16 = 0;
        for lane in 0..TEXTS {
            rows[lane] = load_bytes(texts[lane].block(at));
            goes_on |= __mmask16::from(at < texts[lane].count) << lane;
        }
        compress(&mut state, rows, goes_on);
    }
    let mut hashes = [[0; 32]; TEXTS];
    for (at, word) in state.iter().enumerate() {
        for (hash, word) in hashes.iter_mut().zip(store_words(*word)) {
            hash[4 * at..4 * at + 4].copy_from_slice(&word.to_be_bytes());
        }
    }
    hashes
}

/// Goes on with a block of each text, where the mask has a bit.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn compress(state: &mut [__m512i; 8], rows: [__m512i; TEXTS], goes_on: __mmask16) {
    let mut words = columns(&rows);
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for (round, k) in K.iter().enumerate() {
        let at = round % 16;
        let sum = add(
            add(h, big_one(e)),
            add(choice(e, f, g), add(words[at], _mm512_set1_epi32(k.cast_signed()))),
        );
        let other = add(big_zero(a), majority(a, b, c));
        (h, g, f, e, d, c, b, a) = (g, f, e, add(d, sum), c, b, a, add(sum, other));
        // The word of sixteen rounds later.
        let (early, late) = (words[(at + 1) % 16], words[(at + 14) % 16]);
        words[at] = add(
            add(words[at], small_zero(early)),
            add(words[(at + 9) % 16], small_one(late)),
        );
    }
    for (word, more) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = _mm512_mask_add_epi32(*word, goes_on, *word, more);
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn add(a: __m512i, b: __m512i) -> __m512i {
    _mm512_add_epi32(a, b)
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn exclusive_or(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0x96>(a, b, c)
}

/// FIPS 180-4, 4.1.2, as are those below.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn choice(x: __m512i, y: __m512i, z: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0xca>(x, y, z)
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn majority(x: __m512i, y: __m512i, z: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<0xe8>(x, y, z)
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn big_zero(x: __m512i) -> __m512i {
    exclusive_or(
        _mm512_ror_epi32::<2>(x),
        _mm512_ror_epi32::<13>(x),
        _mm512_ror_epi32::<22>(x),
    )
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn big_one(x: __m512i) -> __m512i {
    exclusive_or(
        _mm512_ror_epi32::<6>(x),
        _mm512_ror_epi32::<11>(x),
        _mm512_ror_epi32::<25>(x),
    )
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn small_zero(x: __m512i) -> __m512i {
    exclusive_or(
        _mm512_ror_epi32::<7>(x),
        _mm512_ror_epi32::<18>(x),
        _mm512_srli_epi32::<3>(x),
    )
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn small_one(x: __m512i) -> __m512i {
    exclusive_or(
        _mm512_ror_epi32::<17>(x),
        _mm512_ror_epi32::<19>(x),
        _mm512_srli_epi32::<10>(x),
    )
}

/// Sixteen blocks as sixteen words, one of each block in each; words are written most significant byte first.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
#[inline]
fn columns(rows: &[__m512i; TEXTS]) -> [__m512i; 16] {
    let swapped = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
    // Quarter `q` of the register `4r + c` holds word `4q + c` of the rows `4r` to `4r + 3`.
    let mut fours = *rows;
    for r in 0..4 {
        let mut four = [swapped; 4];
        for at in 0..4 {
            four[at] = _mm512_shuffle_epi8(rows[4 * r + at], swapped);
        }
        let (low01, high01) = (
            _mm512_unpacklo_epi32(four[0], four[1]),
            _mm512_unpackhi_epi32(four[0], four[1]),
        );
        let (low23, high23) = (
            _mm512_unpacklo_epi32(four[2], four[3]),
            _mm512_unpackhi_epi32(four[2], four[3]),
        );
        fours[4 * r] = _mm512_unpacklo_epi64(low01, low23);
        fours[4 * r + 1] = _mm512_unpackhi_epi64(low01, low23);
        fours[4 * r + 2] = _mm512_unpacklo_epi64(high01, high23);
        fours[4 * r + 3] = _mm512_unpackhi_epi64(high01, high23);
    }
    let mut words = fours;
    for c in 0..4 {
        // Quarters 0 and 1 of two registers, then 2 and 3.
        let (first, second) = (
            _mm512_shuffle_i32x4::<0x44>(fours[c], fours[4 + c]),
            _mm512_shuffle_i32x4::<0x44>(fours[8 + c], fours[12 + c]),
        );
        let (third, fourth) = (
            _mm512_shuffle_i32x4::<0xee>(fours[c], fours[4 + c]),
            _mm512_shuffle_i32x4::<0xee>(fours[8 + c], fours[12 + c]),
        );
        words[c] = _mm512_shuffle_i32x4::<0x88>(first, second);
        words[4 + c] = _mm512_shuffle_i32x4::<0xdd>(first, second);
        words[8 + c] = _mm512_shuffle_i32x4::<0x88>(third, fourth);
        words[12 + c] = _mm512_shuffle_i32x4::<0xdd>(third, fourth);
    }
    words
}
