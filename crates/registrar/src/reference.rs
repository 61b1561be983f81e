//! The reference of a notice (*référence de la notice*), `N-00012K-7`: six symbols that number it and one that finds typing errors.
//!
//! It is no secret. It is what a place scans when it hands the notice over: never the code.

use std::fmt;
use std::str::FromStr;

use crate::voting_code::{checksum, is_separator, symbol, value};

const SYMBOLS: usize = 6;
/// One more than the greatest number.
const END: u32 = 1 << (5 * SYMBOLS);

/// The number of a notice, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(u32);

/// Why a typed text is no reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Not six symbols and one, with or without the letter before them.
    #[error("a reference reads N-XXXXXX-X")]
    Form,
    /// A symbol is mistyped, or two are exchanged.
    #[error("a symbol of the reference is mistyped")]
    Check,
}

impl Reference {
    /// The reference of a number, as stored.
    pub(crate) fn of(number: i64) -> Option<Reference> {
        u32::try_from(number)
            .ok()
            .filter(|number| (1..END).contains(number))
            .map(Reference)
    }

    /// As stored.
    pub(crate) fn number(self) -> i64 {
        i64::from(self.0)
    }

    fn values(self) -> [u8; SYMBOLS] {
        let mut rest = self.0;
        let mut values = [0; SYMBOLS];
        for value in values.iter_mut().rev() {
            *value = u8::try_from(rest & 31).unwrap_or(0);
            rest >>= 5;
        }
        values
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.values();
        f.write_str("N-")?;
        for value in values {
            write!(f, "{}", char::from(symbol(value)))?;
        }
        write!(f, "-{}", char::from(symbol(checksum(&values))))
    }
}

/// Reads what was scanned or typed: either case, any spaces and dashes, with or without the `N` in front.
impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(typed: &str) -> Result<Reference, ReferenceError> {
        let typed: Vec<char> = typed.chars().filter(|c| !is_separator(*c)).take(SYMBOLS + 3).collect();
        let symbols = match typed.as_slice() {
            ['N' | 'n', symbols @ ..] if symbols.len() == SYMBOLS + 1 => symbols,
            symbols if symbols.len() == SYMBOLS + 1 => symbols,
            _ => return Err(ReferenceError::Form),
        };
        let values: Option<Vec<u8>> = symbols.iter().map(|symbol| value(*symbol)).collect();
        let values = values.ok_or(ReferenceError::Form)?;
        let (check, values) = values.split_last().ok_or(ReferenceError::Form)?;
        if checksum(values) != *check {
            return Err(ReferenceError::Check);
        }
        let number = values
            .iter()
            .fold(0_u32, |number, value| number << 5 | u32::from(*value));
        Reference::of(i64::from(number)).ok_or(ReferenceError::Form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voting_code::ALPHABET;

    #[test]
    fn a_reference_is_read_as_it_is_printed_and_typed() {
        for number in [1, 31, 32, 1_400_000, i64::from(END - 1)] {
            let reference = Reference::of(number).unwrap();
            let printed = reference.to_string();
            assert_eq!(printed.len(), 10);
            assert_eq!(printed.parse(), Ok(reference));
            assert_eq!(printed[2..].to_lowercase().replace('-', " ").parse(), Ok(reference));
        }
        assert_eq!(Reference::of(0), None);
        assert_eq!(Reference::of(i64::from(END)), None);
        for wrong in ["", "N", "N-00001", "N-0000001-00", "M-000001-2", "N-00000U-1"] {
            assert_eq!(wrong.parse::<Reference>(), Err(ReferenceError::Form), "{wrong}");
        }
        // Without its check symbol, the `N` in front is taken for the first of seven.
        assert_eq!("N-000001".parse::<Reference>(), Err(ReferenceError::Check));
    }

    #[test]
    fn one_wrong_symbol_or_two_exchanged_are_found() {
        for number in [1, 77, 99_999, 1_234_567] {
            let right = Reference::of(number).unwrap().to_string();
            let symbols: Vec<char> = right.chars().filter(|c| *c != '-').skip(1).collect();
            for at in 0..symbols.len() {
                for other in ALPHABET.iter().map(|s| char::from(*s)).filter(|s| *s != symbols[at]) {
                    let mut wrong = symbols.clone();
                    wrong[at] = other;
                    let wrong: String = wrong.into_iter().collect();
                    assert_eq!(
                        wrong.parse::<Reference>(),
                        Err(ReferenceError::Check),
                        "{right} {wrong}"
                    );
                }
                for with in (0..at).filter(|with| symbols[*with] != symbols[at]) {
                    let mut wrong = symbols.clone();
                    wrong.swap(at, with);
                    let wrong: String = wrong.into_iter().collect();
                    assert_eq!(
                        wrong.parse::<Reference>(),
                        Err(ReferenceError::Check),
                        "{right} {wrong}"
                    );
                }
            }
        }
    }
}
