//! The voting code (*code de vote*) that a voter types: 15 random symbols and one checksum symbol, in groups of four.
//!
//! The 32 symbols are digits and upper-case letters without look-alikes (no I, L, O, U), so 15 of them carry 75 bits. The
//! checksum is a sum in GF(32) with a different non-zero weight at each position: it changes with any single wrong symbol
//! and with any exchange of two symbols. It tells that a code is mistyped, never where; so errors name a group only when
//! a symbol is not of the alphabet.

use std::fmt;

use rand_core::CryptoRng;
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

/// Symbol of each value from 0 to 31.
pub const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Number of symbols, checksum included.
pub const LENGTH: usize = 16;

const RANDOM: usize = LENGTH - 1;
const GROUP: usize = 4;

/// A voting code (*code de vote*), complete and with a right checksum. Wiped from memory when dropped; not printable by
/// accident: no `Debug`, and `Display` is for the notice alone.
#[derive(ZeroizeOnDrop)]
pub struct VotingCode([u8; LENGTH]);

/// Why a typed text is not a voting code. Positions and groups are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing was typed.
    #[error("no symbol was typed")]
    Empty,
    /// A symbol that no code contains.
    #[error("{symbol:?}, symbol {position}, in group {group}, is in no voting code")]
    Symbol {
        /// The symbol, in upper case.
        symbol: char,
        /// Its place among the symbols, separators left out.
        position: usize,
        /// The group of four it stands in.
        group: usize,
    },
    /// Some symbols are missing.
    #[error("{symbols} symbols instead of 16")]
    TooShort {
        /// How many were typed.
        symbols: usize,
    },
    /// There are symbols too many.
    #[error("{symbols} symbols instead of 16")]
    TooLong {
        /// How many were typed.
        symbols: usize,
    },
    /// Some symbol is mistyped, or two are exchanged.
    #[error("a symbol is mistyped: the checksum does not match")]
    Checksum,
}

impl VotingCode {
    /// Draws a code uniformly among 2^75.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> VotingCode {
        let mut values = [0; RANDOM];
        rng.fill_bytes(&mut values);
        for value in &mut values {
            *value &= 31;
        }
        let code = VotingCode::from_values(&values);
        values.zeroize();
        code
    }

    /// Reads what a person typed: either case, any spaces and dashes, `O` for `0`, `I` and `L` for `1`.
    ///
    /// # Errors
    /// See [`CodeError`].
    pub fn parse(typed: &str) -> Result<VotingCode, CodeError> {
        let mut values = Zeroizing::new([0_u8; LENGTH]);
        let mut symbols = 0;
        for c in typed.chars().filter(|c| !is_separator(*c)) {
            let value = value(c).ok_or_else(|| CodeError::Symbol {
                symbol: upper(c),
                position: symbols + 1,
                group: symbols / GROUP + 1,
            })?;
            if let Some(place) = values.get_mut(symbols) {
                *place = value;
            }
            symbols += 1;
        }
        match symbols {
            0 => Err(CodeError::Empty),
            1..LENGTH => Err(CodeError::TooShort { symbols }),
            LENGTH => VotingCode::from_typed(&values),
            _ => Err(CodeError::TooLong { symbols }),
        }
    }

    fn from_typed(values: &[u8; LENGTH]) -> Result<VotingCode, CodeError> {
        let [random @ .., last] = values;
        if checksum(random) == *last {
            Ok(VotingCode::from_values(random))
        } else {
            Err(CodeError::Checksum)
        }
    }

    fn from_values(values: &[u8; RANDOM]) -> VotingCode {
        let all = values.iter().copied().chain([checksum(values)]);
        let mut code = VotingCode([0; LENGTH]);
        code.0
            .iter_mut()
            .zip(all)
            .for_each(|(place, value)| *place = symbol(value));
        code
    }

    /// The 16 symbols in upper case without separators: the input of the key derivations.
    pub(crate) fn symbols(&self) -> &[u8; LENGTH] {
        &self.0
    }
}

/// As printed on the notice: `K7QM-2RTD-9XHF-4CAD`.
impl fmt::Display for VotingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, symbol) in self.0.iter().enumerate() {
            let dash = if i > 0 && i % GROUP == 0 { "-" } else { "" };
            write!(f, "{dash}{}", char::from(*symbol))?;
        }
        Ok(())
    }
}

pub(crate) fn symbol(value: u8) -> u8 {
    ALPHABET.get(usize::from(value & 31)).copied().unwrap_or(b'0')
}

pub(crate) fn value(typed: char) -> Option<u8> {
    let symbol = match upper(typed) {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let position = ALPHABET.iter().position(|s| char::from(*s) == symbol)?;
    u8::try_from(position).ok()
}

/// The upper case of any letter, the letter itself when that takes several characters.
fn upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    upper.next().filter(|_| upper.len() == 0).unwrap_or(c)
}

/// Spaces, dashes and points of any kind are how people copy groups.
pub(crate) fn is_separator(c: char) -> bool {
    let dash = matches!(
        c,
        '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
    );
    dash || c.is_whitespace() || c == '\u{feff}'
}

/// Sum over i of `value[i] · a^(i+1)` in GF(32), `a` being a root of x^5 + x^2 + 1. Up to thirty weights are distinct and neither zero nor
/// one, `a` having order 31.
pub(crate) fn checksum(values: &[u8]) -> u8 {
    // Horner's rule from the last symbol: one multiplication by `a` per symbol.
    values.iter().rev().fold(0, |sum, value| times_a(sum ^ value))
}

fn times_a(x: u8) -> u8 {
    let doubled = x << 1;
    if doubled & 32 == 0 {
        doubled
    } else {
        doubled ^ 0b10_0101
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    fn code(seed: u64) -> VotingCode {
        VotingCode::generate(&mut StdRng::seed_from_u64(seed))
    }

    fn typed(symbols: &[u8]) -> Result<String, CodeError> {
        VotingCode::parse(std::str::from_utf8(symbols).unwrap()).map(|c| c.to_string())
    }

    #[test]
    fn every_single_wrong_symbol_is_detected() {
        for seed in 0..50 {
            let right = *code(seed).symbols();
            for position in 0..LENGTH {
                for other in ALPHABET.iter().filter(|s| **s != right[position]) {
                    let mut wrong = right;
                    wrong[position] = *other;
                    assert_eq!(typed(&wrong), Err(CodeError::Checksum));
                }
            }
        }
    }

    #[test]
    fn every_exchange_of_two_symbols_is_detected() {
        for seed in 0..200 {
            let right = *code(seed).symbols();
            for i in 0..LENGTH {
                for j in 0..i {
                    let mut wrong = right;
                    wrong.swap(i, j);
                    let expected = if right[i] == right[j] {
                        Ok(code(seed).to_string())
                    } else {
                        Err(CodeError::Checksum)
                    };
                    assert_eq!(typed(&wrong), expected, "{i} {j}");
                }
            }
        }
    }

    #[test]
    fn the_checksum_is_the_documented_sum() {
        let power = |n: usize| (0..n).fold(1, |x, _| times_a(x));
        let times = |a: u8, b: u8| {
            (0..5)
                .rev()
                .fold(0, |sum, bit| times_a(sum) ^ (if b >> bit & 1 == 1 { a } else { 0 }))
        };
        for seed in 0..100 {
            let values = code(seed).symbols().map(|s| value(char::from(s)).unwrap());
            let sum = (0..RANDOM).fold(0, |sum, i| sum ^ times(values[i], power(i + 1)));
            assert_eq!(values[RANDOM], sum);
        }
    }

    #[test]
    fn codes_use_the_whole_alphabet_and_differ() {
        let codes: std::collections::HashSet<String> = (0..1000).map(|s| code(s).to_string()).collect();
        assert_eq!(codes.len(), 1000);
        for position in (0..19).filter(|p| p % 5 != 4) {
            let symbols: std::collections::HashSet<u8> = codes.iter().map(|c| c.as_bytes()[position]).collect();
            assert_eq!(symbols.len(), 32, "position {position}");
        }
    }
}
