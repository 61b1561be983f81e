//! Small integers as group elements (specification, "Non-homomorphic answers"): how an answer that is not a number of
//! votes (ranks, grades) becomes a plaintext, and a decrypted element becomes the answer again.
//!
//! The integers are written one after another, 8 bits each; some low bits stay free, and the smallest value of these
//! bits that makes a member of the group is taken.

use super::Group;

/// Bits of one integer (`bits_per_int`), in every group.
const BITS: usize = 8;

/// The element that stands for `values`. Variable time: not for a voter's device.
///
/// `None` when the group embeds nothing, or not that many values.
#[must_use]
pub fn embed<G: Group>(values: &[u8]) -> Option<G::Element> {
    let padding = G::PADDING?;
    let mut integer = vec![0_u8; G::to_integer(&G::identity()).len()];
    let usable = integer.len() * 8 - 1;
    if values.len() * BITS + padding > usable {
        return None;
    }
    for (value, place) in values.iter().rev().zip(0..) {
        for bit in 0..BITS {
            set_bit(&mut integer, padding + place * BITS + bit, value >> bit & 1);
        }
    }
    (0..1_u32 << padding).find_map(|free| {
        for bit in 0..padding {
            set_bit(&mut integer, bit, u8::from(free >> bit & 1 == 1));
        }
        G::from_integer(&integer)
    })
}

/// The `count` integers that `element` stands for. Every element stands for some: what a voter encrypted that was no
/// answer becomes meaningless integers, the same for every verifier. `None` when the group embeds nothing.
#[must_use]
pub fn extract<G: Group>(element: &G::Element, count: usize) -> Option<Vec<u64>> {
    let padding = G::PADDING?;
    let integer = G::to_integer(element);
    let value = |place: usize| {
        let bits = (0..BITS)
            .rev()
            .map(|bit| bit_of(&integer, padding + place * BITS + bit));
        bits.fold(0_u64, |value, bit| value << 1 | u64::from(bit))
    };
    Some((0..count).rev().map(value).collect())
}

/// Bit `at` of a big-endian integer, from the lowest; zero beyond its end.
fn bit_of(integer: &[u8], at: usize) -> u8 {
    integer.iter().rev().nth(at / 8).map_or(0, |byte| byte >> (at % 8) & 1)
}

fn set_bit(integer: &mut [u8], at: usize, bit: u8) {
    if let Some(byte) = integer.iter_mut().rev().nth(at / 8) {
        *byte = *byte & !(1 << (at % 8)) | bit << (at % 8);
    }
}

#[cfg(test)]
mod tests {
    use super::{embed, extract};
    use crate::group::{Belenios2048, Ed25519, Group, Rfc3526};

    fn there_and_back<G: Group>(values: &[u8]) {
        let element = embed::<G>(values).unwrap();
        let expected: Vec<u64> = values.iter().copied().map(u64::from).collect();
        assert_eq!(extract::<G>(&element, values.len()), Some(expected));
    }

    #[test]
    fn integers_come_back() {
        for values in [&[][..], &[0], &[1, 2, 3], &[0, 255, 7], &[255; 30]] {
            there_and_back::<Ed25519>(values);
            there_and_back::<Rfc3526>(values);
        }
        there_and_back::<Rfc3526>(&[201; 254]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(embed::<Ed25519>(&[1; 31]).is_none());
        assert!(embed::<Rfc3526>(&[1; 255]).is_none());
        assert!(embed::<Belenios2048>(&[1]).is_none());
        assert!(extract::<Belenios2048>(&Belenios2048::generator(), 1).is_none());
    }

    #[test]
    fn the_smallest_free_bits_are_taken() {
        // From the reference archive with non-homomorphic answers.
        let mut text = String::new();
        Ed25519::write(&embed::<Ed25519>(&[1, 2, 3]).unwrap(), &mut text);
        assert_eq!(text, format!("{}4080c009", "0".repeat(56)));
    }
}
