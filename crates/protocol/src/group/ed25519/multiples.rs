//! Multiplication of a base that is used often, in variable time: 32 additions and no doubling.

use curve25519_dalek::{EdwardsPoint, traits::Identity as _};

use super::Scalar;

/// `d·256^i·base` for every place `i` of a scalar written in base 256 and every digit `d` from 1 to 128.
pub(super) struct Multiples(Vec<[EdwardsPoint; 128]>);

impl Multiples {
    pub fn new(base: EdwardsPoint) -> Self {
        let mut unit = base;
        let place = |_| {
            let mut multiple = EdwardsPoint::identity();
            let place = std::array::from_fn(|_| {
                multiple += unit;
                multiple
            });
            unit = multiple + multiple;
            place
        };
        Self((0..32).map(place).collect())
    }

    /// `x·base`, with digits from -127 to 128.
    pub fn vartime_mul(&self, x: &Scalar) -> EdwardsPoint {
        let mut sum = EdwardsPoint::identity();
        let mut carry = 0_u16;
        for (place, byte) in self.0.iter().zip(x.0.as_bytes()) {
            let digit = u16::from(*byte) + carry;
            let is_negative = digit > 128;
            let size = if is_negative { 256 - digit } else { digit };
            carry = u16::from(is_negative);
            match usize::from(size).checked_sub(1).and_then(|at| place.get(at)) {
                Some(multiple) if is_negative => sum -= multiple,
                Some(multiple) => sum += multiple,
                None => {}
            }
        }
        // A scalar is below 2^253, so the last digit has no carry.
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use curve25519_dalek::{Scalar as DalekScalar, constants::ED25519_BASEPOINT_POINT};

    #[test]
    fn multiples_are_those_of_the_library() {
        let base = ED25519_BASEPOINT_POINT + ED25519_BASEPOINT_POINT;
        let multiples = Multiples::new(base);
        let mut x = DalekScalar::from(127_u64);
        for _ in 0..40 {
            for x in [
                x,
                -x,
                DalekScalar::ZERO,
                -DalekScalar::ONE,
                DalekScalar::from(0x80_80_80_81_ff_u64),
            ] {
                assert_eq!(multiples.vartime_mul(&Scalar(x)), base * x);
            }
            x = x * x + DalekScalar::from(128_u64);
        }
    }
}
