//! Decimal texts of big integers, without leading zeros.

use crypto_bigint::{Limb, NonZero, Uint};

/// What fits into one limb: `10^19 < 2^64`.
const CHUNK: usize = 19;
const CHUNK_BASE: u64 = 10_u64.pow(19);

/// Reads a number below `2^(64·LIMBS)`; `None` for any other text than the canonical one.
pub(super) fn parse<const LIMBS: usize>(text: &str) -> Option<Uint<LIMBS>> {
    let digits = text.as_bytes();
    let canonical = match digits {
        [] => false,
        [b'0', rest @ ..] => rest.is_empty(),
        _ => digits.iter().all(u8::is_ascii_digit),
    };
    if !canonical {
        return None;
    }
    let mut words = [0_u64; LIMBS];
    let (first, chunks) = digits.split_at(digits.len() % CHUNK);
    let first = (!first.is_empty()).then_some(first);
    for chunk in first.into_iter().chain(chunks.chunks(CHUNK)) {
        let value = chunk.iter().fold(0_u64, |n, digit| n * 10 + u64::from(digit - b'0'));
        multiply_add(&mut words, CHUNK_BASE, value)?;
    }
    Some(Uint::from_words(words))
}

/// `words = words·factor + addend`; `None` on overflow. The first chunk meets zero, so one factor fits all.
fn multiply_add(words: &mut [u64], factor: u64, addend: u64) -> Option<()> {
    let mut carry = u128::from(addend);
    for word in words {
        let product = u128::from(*word) * u128::from(factor) + carry;
        (*word, carry) = (low(product), product >> 64);
    }
    (carry == 0).then_some(())
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
const fn low(x: u128) -> u64 {
    x as u64
}

/// Appends the canonical text.
pub(super) fn write<const LIMBS: usize>(value: &Uint<LIMBS>, out: &mut String) {
    use std::fmt::Write as _;

    const { assert!(Limb::BITS == 64, "limbs of 64 bits") };
    let Some(base) = NonZero::new(Limb(CHUNK_BASE)).into_option() else {
        return;
    };
    let mut rest = *value;
    let mut chunks = Vec::with_capacity(LIMBS * 64 / 63 + 1);
    loop {
        let (quotient, remainder) = rest.div_rem_limb(base);
        chunks.push(remainder.0);
        if quotient == Uint::ZERO {
            break;
        }
        rest = quotient;
    }
    let mut chunks = chunks.into_iter().rev();
    // Writing to a String cannot fail.
    let _ = write!(out, "{}", chunks.next().unwrap_or(0));
    for chunk in chunks {
        let _ = write!(out, "{chunk:019}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto_bigint::U256;

    fn text(value: &U256) -> String {
        let mut out = String::new();
        write(value, &mut out);
        out
    }

    #[test]
    fn canonical_texts_round_trip() {
        let max = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        for digits in [
            "0",
            "1",
            "9999999999999999999",
            "10000000000000000000",
            "100000000000000000000000000000000000001",
            max,
        ] {
            assert_eq!(text(&parse::<4>(digits).unwrap()), digits);
        }
        assert_eq!(parse::<4>(max), Some(U256::MAX));
    }

    #[test]
    fn other_texts_are_refused() {
        let above = "115792089237316195423570985008687907853269984665640564039457584007913129639936";
        for digits in ["", "00", "01", "+1", "-1", "1_0", " 1", "1 ", "0x1", "1e3", "١", above] {
            assert_eq!(parse::<4>(digits), None, "{digits:?}");
        }
    }
}
