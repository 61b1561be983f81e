//! The activation code of a letter (*code d’activation*): `A`, then sixteen symbols in groups of four, for instance
//! `A-K7QM-2RTD-9XHF-4CAD`.
//!
//! The symbols are those of voting codes, without look-alikes: fifteen random ones (75 bits) and a checksum. The `A` in front, and another
//! checksum, make it impossible to take one for the other.

use isoloir_domain::message::Message;
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 16;
const RANDOM: usize = LENGTH - 1;
/// Added to the checksum, so that a voting code behind an `A` is no activation code.
const MARK: u8 = 0b1_0101;

/// Why a typed text is not an activation code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeProblem {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Sixteen symbols without the `A`: most likely a voting code.
    #[error("this looks like a voting code")]
    VotingCode,
    /// Not the length, a symbol of no code, or a wrong checksum.
    #[error("the code is mistyped")]
    Mistyped,
}

impl CodeProblem {
    /// What the voter reads.
    #[must_use]
    pub fn message(self) -> Message {
        let (fr, en) = match self {
            Self::Empty => (
                "Saisissez le code d’activation de votre courrier.",
                "Type the activation code of your letter.",
            ),
            Self::VotingCode => (
                "Le code d’activation commence par la lettre A. S’il s’agit de votre code de vote, ne le saisissez pas ici\u{202f}: il ne sert \
                 qu’au moment de voter.",
                "The activation code begins with the letter A. If this is your voting code, do not type it here: it serves only when you vote.",
            ),
            Self::Mistyped => (
                "Il y a une faute de frappe dans ce code. Comparez-le avec votre courrier\u{a0}: la lettre A, puis quatre groupes de quatre.",
                "This code is mistyped. Compare it with your letter: the letter A, then four groups of four.",
            ),
        };
        Message::new(fr, en)
    }
}

/// An activation code, complete and with a right checksum. No `Debug`: it is a secret.
pub(crate) struct ActivationCode(Zeroizing<[u8; LENGTH]>);

impl ActivationCode {
    pub(crate) fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut values = Zeroizing::new([0; RANDOM]);
        rng.fill_bytes(values.as_mut_slice());
        values.iter_mut().for_each(|value| *value &= 31);
        Self::of(&values)
    }

    fn of(values: &[u8; RANDOM]) -> Self {
        let mut code = Zeroizing::new([0; LENGTH]);
        let all = values.iter().copied().chain([checksum(values)]);
        code.iter_mut().zip(all).for_each(|(place, value)| *place = value);
        Self(code)
    }

    /// Reads what a person typed: either case, any spaces and dashes, `O` for `0`, `I` and `L` for `1`.
    pub(crate) fn parse(typed: &str) -> Result<Self, CodeProblem> {
        let plain: Zeroizing<String> = Zeroizing::new(
            typed
                .chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_uppercase)
                .collect(),
        );
        if plain.is_empty() {
            return Err(CodeProblem::Empty);
        }
        let length = plain.chars().count();
        if length == LENGTH && plain.chars().all(|c| value(c).is_some()) {
            return Err(CodeProblem::VotingCode);
        }
        let rest = plain
            .strip_prefix('A')
            .filter(|_| length == LENGTH + 1)
            .ok_or(CodeProblem::Mistyped)?;
        let mut values = Zeroizing::new([0; LENGTH]);
        for (place, c) in values.iter_mut().zip(rest.chars()) {
            *place = value(c).ok_or(CodeProblem::Mistyped)?;
        }
        let [random @ .., last] = &*values;
        if checksum(random) == *last {
            Ok(Self(values))
        } else {
            Err(CodeProblem::Mistyped)
        }
    }

    /// As printed in the letter.
    pub(crate) fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH + 5));
        text.push('A');
        for (i, value) in self.0.iter().enumerate() {
            if i % 4 == 0 {
                text.push('-');
            }
            text.push(symbol(*value));
        }
        text
    }

    /// What is kept of it. The staff number is part of it: a code opens one account and no other.
    pub(crate) fn hash(&self, number: &str) -> [u8; 32] {
        Sha256::new()
            .chain_update(b"isoloir/activation-code/v1|")
            .chain_update(number)
            .chain_update(b"|")
            .chain_update(self.0.as_slice())
            .finalize()
            .into()
    }
}

fn symbol(value: u8) -> char {
    ALPHABET.get(usize::from(value & 31)).map_or('0', |s| char::from(*s))
}

fn value(typed: char) -> Option<u8> {
    let symbol = match typed {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET.iter().position(|s| char::from(*s) == symbol)?;
    u8::try_from(place).ok()
}

/// Sum of the values times the powers of a root of x⁵ + x² + 1 in GF(32): any one wrong symbol and any exchange of two change it.
fn checksum(values: &[u8; RANDOM]) -> u8 {
    let times_a = |x: u8| if x & 16 == 0 { x << 1 } else { (x << 1) ^ 0b10_0101 };
    values.iter().rev().fold(0, |sum, value| times_a(sum ^ value)) ^ MARK
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        for seed in 0..200 {
            let code = ActivationCode::generate(&mut StdRng::seed_from_u64(seed));
            let text = code.text();
            assert_eq!(text.len(), 21);
            for typed in [
                text.to_string(),
                text.to_lowercase(),
                text.replace('-', " "),
                text.replace('-', ""),
                text.replace('0', "O").replace('1', "l"),
            ] {
                let read = ActivationCode::parse(&typed).map(|read| read.hash("M1"));
                assert_eq!(read.ok(), Some(code.hash("M1")), "{typed}");
            }
            assert_ne!(code.hash("M1"), code.hash("M2"));
        }
    }

    #[test]
    fn one_wrong_symbol_and_two_exchanged_are_seen() {
        let code = ActivationCode::generate(&mut StdRng::seed_from_u64(1))
            .text()
            .replace('-', "");
        let symbols: Vec<char> = code.chars().collect();
        for place in 1..symbols.len() {
            for other in ALPHABET.map(char::from) {
                let mut wrong = symbols.clone();
                wrong[place] = other;
                let read = ActivationCode::parse(&wrong.iter().collect::<String>());
                assert_eq!(read.is_ok(), other == symbols[place]);
            }
            for second in place + 1..symbols.len() {
                let mut wrong = symbols.clone();
                wrong.swap(place, second);
                let read = ActivationCode::parse(&wrong.iter().collect::<String>());
                assert_eq!(read.is_ok(), symbols[place] == symbols[second]);
            }
        }
    }

    #[test]
    fn a_voting_code_is_told_apart() {
        // A voting code of the documentation's shape, with its own right checksum or not.
        for typed in ["K7QM-2RTD-9XHF-4CAD", "0000-0000-0000-0000"] {
            assert_eq!(ActivationCode::parse(typed).err(), Some(CodeProblem::VotingCode));
        }
        assert_eq!(
            ActivationCode::parse("A-0000-0000-0000-0000").err(),
            Some(CodeProblem::Mistyped),
            "a voting code behind an A"
        );
        assert_eq!(ActivationCode::parse(" - ").err(), Some(CodeProblem::Empty));
        assert_eq!(
            ActivationCode::parse("A-É000-0000-0000-0000").err(),
            Some(CodeProblem::Mistyped)
        );
        assert_eq!(
            ActivationCode::parse(&"9".repeat(5000)).err(),
            Some(CodeProblem::Mistyped)
        );
    }
}
