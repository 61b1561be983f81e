//! Texts of points: 64 lower-case hexadecimal digits of `y | sign(x)<<255`, most significant first.

use crate::field::Words;

/// Length of a point's text.
pub const DIGITS: usize = 64;
const P: Words = [
    0xffff_ffff_ffff_ffed,
    0xffff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
    0x7fff_ffff_ffff_ffff,
];
const SIGN: u64 = 1 << 63;

/// `y` below `p` and whether `x` is odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    /// `y`.
    pub y: Words,
    /// Whether `x` is odd.
    pub is_odd: bool,
}

/// Reads a text; `None` unless it is the one text of an encoding with `y < p`. (Whether there is such a point is another matter;
/// decompression refuses the one wrong form left, `x = 0` said to be odd.)
#[must_use]
pub fn read(text: &[u8]) -> Option<Encoding> {
    let (chunks, []) = text.as_chunks::<16>() else {
        return None;
    };
    let [a, b, c, d] = chunks else { return None };
    let mut y = [word(d)?, word(c)?, word(b)?, word(a)?];
    let is_odd = y[3] & SIGN != 0;
    y[3] &= !SIGN;
    is_below(&y, &P).then_some(Encoding { y, is_odd })
}

/// Writes a text. `y` must be below `p`.
pub fn write(encoding: &Encoding, out: &mut [u8; DIGITS]) {
    let [a, b, c, d] = encoding.y;
    let signed = if encoding.is_odd { d | SIGN } else { d };
    let (chunks, _) = out.as_chunks_mut::<16>();
    for (chunk, word) in chunks.iter_mut().zip([signed, c, b, a]) {
        *chunk = digits(word);
    }
}

/// The number that 16 lower-case hexadecimal digits write.
fn word(text: &[u8; 16]) -> Option<u64> {
    let mut word = 0;
    let mut wrong = 0;
    for digit in text {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => 0x80,
        };
        wrong |= value;
        word = word << 4 | u64::from(value & 15);
    }
    (wrong < 16).then_some(word)
}

/// 16 lower-case hexadecimal digits.
fn digits(word: u64) -> [u8; 16] {
    // One digit for each byte, the first one lowest.
    let spread = |half: u64| {
        let x = half.swap_bytes() >> 32;
        let x = (x | x << 16) & 0x0000_ffff_0000_ffff;
        let x = (x | x << 8) & 0x00ff_00ff_00ff_00ff;
        let nibbles = (x >> 4 & 0x000f_000f_000f_000f) | (x & 0x000f_000f_000f_000f) << 8;
        // 1 in each byte above 9.
        let letters = (nibbles + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
        (nibbles + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'0' - 10)).to_le_bytes()
    };
    let mut text = [0; 16];
    let (high, low) = text.split_at_mut(8);
    high.copy_from_slice(&spread(word >> 32));
    low.copy_from_slice(&spread(word & 0xffff_ffff));
    text
}

fn is_below(a: &Words, b: &Words) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_texts_round_trip() {
        for text in [
            "0123456789abcdef00000000ffffffffdeadbeef0123456789abcdef00000000",
            "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
        ] {
            let mut again = [0; DIGITS];
            write(&read(text.as_bytes()).unwrap(), &mut again);
            assert_eq!(std::str::from_utf8(&again), Ok(text));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "00",
            "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
            "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "0123456789ABcdef00000000ffffffffdeadbeef0123456789abcdef00000000",
            "0123456789abcdeg00000000ffffffffdeadbeef0123456789abcdef00000000",
            "0123456789abcdef00000000ffffffffdeadbeef0123456789abcdef000000000",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
