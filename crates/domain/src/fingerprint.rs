//! A fingerprint that people read out: the first 132 bits of a SHA-256 as twelve French words, eleven bits a word.
//!
//! Shown beside the hexadecimal digits, never in their place. The words are the French list of BIP-39: 2048, told apart by their first four
//! letters. docs/protocol/board.md has the encoding.

use std::sync::LazyLock;

/// Bits that a word says.
const BITS: usize = 11;
/// Words of a fingerprint.
const WORDS: usize = 12;

static LIST: LazyLock<Vec<&'static str>> = LazyLock::new(|| include_str!("fingerprint/words_fr.txt").lines().collect());

/// The twelve words of a digest.
#[must_use]
pub fn words(digest: &[u8; 32]) -> Vec<&'static str> {
    let bit = |place: usize| {
        let byte = digest.get(place / 8).copied().unwrap_or(0);
        usize::from(byte >> (7 - place % 8) & 1)
    };
    let number = |word: usize| (0..BITS).fold(0, |value, i| value << 1 | bit(word * BITS + i));
    (0..WORDS).filter_map(|word| LIST.get(number(word)).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_the_first_bits_in_order() {
        assert_eq!(LIST.len(), 2048);
        assert_eq!(words(&[0; 32]), vec!["abaisser"; 12]);
        assert_eq!(words(&[0xff; 32]), vec![LIST[2047]; 12]);
        // 00000000001 00000000010 …
        let mut digest = [0; 32];
        (digest[1], digest[2]) = (0b0010_0000, 0b0000_1000);
        assert_eq!(words(&digest)[..3], ["abandon", "abdiquer", "abaisser"]);
        // The last bit said is bit 131.
        let mut digest = [0; 32];
        digest[16] = 0b0001_0000;
        assert_eq!(words(&digest)[11], "abandon");
        digest[16] = 0b0000_1000;
        assert_eq!(words(&digest)[11], "abaisser");
    }
}
