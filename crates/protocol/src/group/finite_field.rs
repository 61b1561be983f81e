//! Prime-order subgroups of the multiplicative group modulo a 2048-bit prime.
//!
//! Elements and scalars are written in decimal. Arithmetic is Montgomery's, by `crypto-bigint`.

mod parameters;
mod powers;

use std::{fmt, marker::PhantomData, sync::Arc};

use crypto_bigint::{
    CtEq as _, CtSelect as _, Limb, NonZero, U256, U2048, Uint,
    modular::{ConstMontyForm, ConstMontyParams},
};
use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroize;

use super::{Branch, ElementError, Group, GroupName, ScalarError, decimal, read_text};
use crate::hash::sha256;
pub use parameters::{Belenios2048Parameters, Rfc3526Parameters};

/// [`GroupName::Belenios2048`].
pub type Belenios2048 = FiniteField<Belenios2048Parameters, 4>;
/// [`GroupName::Rfc3526`].
pub type Rfc3526 = FiniteField<Rfc3526Parameters, 32>;

/// The constants of one group, whose order has `LIMBS` words.
///
/// The order is at least `2^255`, so that a SHA-256 hash is below twice the order.
pub trait Parameters<const LIMBS: usize>: Copy + fmt::Debug + Eq + Send + Sync + 'static {
    /// The group's name.
    const NAME: GroupName;
    /// `p`.
    type Modulus: ConstMontyParams<32>;
    /// `q`.
    type Order: ConstMontyParams<LIMBS>;
    /// `g`.
    const GENERATOR: U2048;
    /// See [`Group::PADDING`].
    const PADDING: Option<usize>;

    /// Table of `g`, made once per process.
    fn generator_table() -> &'static Table<Self, LIMBS>;
}

/// The subgroup of order `q` of the integers modulo `p`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FiniteField<P, const LIMBS: usize>(PhantomData<P>);

type Residue<P, const LIMBS: usize> = ConstMontyForm<<P as Parameters<LIMBS>>::Modulus, 32>;
type Exponent<P, const LIMBS: usize> = ConstMontyForm<<P as Parameters<LIMBS>>::Order, LIMBS>;

/// Residue `x` with `x^q = 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<P: Parameters<LIMBS>, const LIMBS: usize>(Residue<P, LIMBS>);

/// Residue other than zero, with its canonical text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<P: Parameters<LIMBS>, const LIMBS: usize> {
    residue: Residue<P, LIMBS>,
    text: Box<str>,
}

/// Integer modulo `q`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scalar<P: Parameters<LIMBS>, const LIMBS: usize>(Exponent<P, LIMBS>);

impl<P: Parameters<LIMBS>, const LIMBS: usize> Zeroize for Scalar<P, LIMBS> {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

/// `base^(d·64^i)` for every digit `d` of every place `i` of an exponent written in base 64.
#[derive(Clone)]
pub struct Table<P: Parameters<LIMBS>, const LIMBS: usize>(Arc<[Place<P, LIMBS>]>);

const DIGIT_BITS: u32 = 6;
const DIGITS: usize = 1 << DIGIT_BITS;
type Place<P, const LIMBS: usize> = [Residue<P, LIMBS>; DIGITS];

impl<P: Parameters<LIMBS>, const LIMBS: usize> Table<P, LIMBS> {
    fn new(base: Residue<P, LIMBS>) -> Self {
        let mut base = base;
        let places = order::<P, LIMBS>().bit_width_vartime().div_ceil(DIGIT_BITS);
        let place = |_| {
            let place: Place<P, LIMBS> = powers::consecutive(&base);
            base = base.square_repeat_vartime(DIGIT_BITS);
            place
        };
        Self((0..places).map(place).collect())
    }

    /// Constant time: every entry is read.
    fn pow(&self, exponent: &Uint<LIMBS>) -> Residue<P, LIMBS> {
        let mut product = Residue::<P, LIMBS>::ONE;
        for (place, at) in self.0.iter().zip((0..).step_by(DIGIT_BITS as usize)) {
            let digit = powers::digit(exponent, at, DIGIT_BITS);
            let mut factor = Uint::ZERO;
            for (entry, index) in place.iter().zip(0..) {
                factor = factor.ct_select(entry.as_montgomery(), Limb(index).ct_eq(&Limb(digit)));
            }
            product = product.mul(&Residue::<P, LIMBS>::from_montgomery(factor));
        }
        product
    }

    fn vartime_pow(&self, exponent: &Uint<LIMBS>) -> Residue<P, LIMBS> {
        let mut product = Residue::<P, LIMBS>::ONE;
        for (place, at) in self.0.iter().zip((0..).step_by(DIGIT_BITS as usize)) {
            let digit = usize::try_from(powers::digit(exponent, at, DIGIT_BITS)).unwrap_or_default();
            if let (1.., Some(factor)) = (digit, place.get(digit)) {
                product = product.mul(factor);
            }
        }
        product
    }
}

const fn order<P: Parameters<LIMBS>, const LIMBS: usize>() -> &'static Uint<LIMBS> {
    <P::Order as ConstMontyParams<LIMBS>>::PARAMS.modulus().as_ref()
}

/// `(p - 1)/q`.
fn cofactor<P: Parameters<LIMBS>, const LIMBS: usize>() -> U2048 {
    let modulus: &U2048 = P::Modulus::PARAMS.modulus().as_ref();
    let order: U2048 = order::<P, LIMBS>().resize();
    // `p` is odd, and `q` divides `p - 1`; neither is zero.
    let order = NonZero::new(order).into_option().unwrap_or(NonZero::<U2048>::ONE);
    modulus.wrapping_sub(&U2048::ONE).div_rem_vartime(&order).0
}

impl<P: Parameters<LIMBS>, const LIMBS: usize> FiniteField<P, LIMBS> {
    /// Multiplies powers of a base by what the responses and the claimed plaintexts contribute.
    fn commitments(
        powers: impl IntoIterator<Item = Residue<P, LIMBS>>,
        fixed: &Table<P, LIMBS>,
        branches: &[Branch<'_, Self>],
    ) -> Vec<Element<P, LIMBS>> {
        let commitment = |(power, branch): (Residue<P, LIMBS>, &Branch<'_, Self>)| {
            let unshifted = power.mul(&fixed.vartime_pow(&branch.response.0.retrieve()));
            if branch.shift == 0 {
                return Element(unshifted);
            }
            let exponent = Exponent::<P, LIMBS>::ZERO - branch.challenge.0 * Self::scalar(branch.shift.into()).0;
            Element(unshifted.mul(&P::generator_table().vartime_pow(&exponent.retrieve())))
        };
        powers.into_iter().zip(branches).map(commitment).collect()
    }
}

impl<P: Parameters<LIMBS>, const LIMBS: usize> Group for FiniteField<P, LIMBS> {
    const NAME: GroupName = P::NAME;

    type Element = Element<P, LIMBS>;
    type Candidate = Candidate<P, LIMBS>;
    type Scalar = Scalar<P, LIMBS>;
    type Table = Table<P, LIMBS>;

    fn generator() -> Self::Element {
        Element(Residue::<P, LIMBS>::new(&P::GENERATOR))
    }

    fn identity() -> Self::Element {
        Element(Residue::<P, LIMBS>::ONE)
    }

    fn mul(a: &Self::Element, b: &Self::Element) -> Self::Element {
        Element(a.0.mul(&b.0))
    }

    fn div(a: &Self::Element, b: &Self::Element) -> Self::Element {
        // An element is never zero, so its inverse exists.
        Element(a.0.mul(&b.0.invert().into_option().unwrap_or(Residue::<P, LIMBS>::ZERO)))
    }

    fn select(a: &Self::Element, b: &Self::Element, choice: subtle::Choice) -> Self::Element {
        let is_b = Limb(choice.unwrap_u8().into()).ct_eq(&Limb::ONE);
        let selected = a.0.as_montgomery().ct_select(b.0.as_montgomery(), is_b);
        Element(ConstMontyForm::from_montgomery(selected))
    }

    fn pow(base: &Self::Element, x: &Self::Scalar) -> Self::Element {
        Element(
            base.0
                .pow_bounded_exp(&x.0.retrieve(), order::<P, LIMBS>().bit_width_vartime()),
        )
    }

    fn table(base: &Self::Element) -> Self::Table {
        Table::new(base.0)
    }

    fn generator_table() -> &'static Self::Table {
        P::generator_table()
    }

    fn pow_table(table: &Self::Table, x: &Self::Scalar) -> Self::Element {
        Element(table.pow(&x.0.retrieve()))
    }

    fn vartime_product(terms: &[(Self::Element, Self::Scalar)]) -> Self::Element {
        let terms: Vec<_> = terms.iter().map(|(base, x)| (base.0, x.0.retrieve())).collect();
        Element(powers::product(&terms))
    }

    fn vartime_commitments(
        base: &Self::Element,
        fixed: &Self::Table,
        branches: &[Branch<'_, Self>],
    ) -> Vec<Self::Element> {
        let exponents: Vec<_> = branches.iter().map(|branch| branch.challenge.0.retrieve()).collect();
        Self::commitments(powers::of_one_base(&base.0, &exponents), fixed, branches)
    }

    fn vartime_admit(
        candidate: &Self::Candidate,
        fixed: &Self::Table,
        branches: &[Branch<'_, Self>],
    ) -> Result<(Self::Element, Vec<Self::Element>), ElementError> {
        let challenges = branches.iter().map(|branch| branch.challenge.0.retrieve());
        let exponents: Vec<_> = std::iter::once(*order::<P, LIMBS>()).chain(challenges).collect();
        let mut powers = powers::of_one_base(&candidate.residue, &exponents).into_iter();
        if powers.next() != Some(Residue::<P, LIMBS>::ONE) {
            return Err(ElementError::NotInSubgroup);
        }
        Ok((Element(candidate.residue), Self::commitments(powers, fixed, branches)))
    }

    fn write(element: &Self::Element, out: &mut String) {
        decimal::write(&element.0.retrieve(), out);
    }

    fn parse_candidate(text: &str) -> Result<Self::Candidate, ElementError> {
        let value: U2048 = decimal::parse(text).ok_or(ElementError::NotCanonical)?;
        if value == U2048::ZERO {
            return Err(ElementError::NotInGroup);
        }
        if value >= *P::Modulus::PARAMS.modulus().as_ref() {
            return Err(ElementError::NotCanonical);
        }
        Ok(Candidate {
            residue: ConstMontyForm::new(&value),
            text: text.into(),
        })
    }

    fn candidate(element: &Self::Element) -> Self::Candidate {
        let mut text = String::new();
        Self::write(element, &mut text);
        Candidate {
            residue: element.0,
            text: text.into(),
        }
    }

    fn write_candidate(candidate: &Self::Candidate, out: &mut String) {
        out.push_str(&candidate.text);
    }

    fn random_scalar<R: CryptoRng + ?Sized>(rng: &mut R) -> Self::Scalar {
        let order = order::<P, LIMBS>();
        let unused_bits = Uint::<LIMBS>::BITS - order.bit_width_vartime();
        loop {
            let mut words = [0_u64; LIMBS];
            words.iter_mut().for_each(|word| *word = rng.next_u64());
            let mut value = Uint::from_words(words) >> unused_bits;
            if value < *order {
                let scalar = Scalar(ConstMontyForm::new(&value));
                value.zeroize();
                words.zeroize();
                return scalar;
            }
        }
    }

    const PADDING: Option<usize> = P::PADDING;

    fn to_integer(element: &Self::Element) -> Vec<u8> {
        element.0.retrieve().to_be_bytes().as_ref().to_vec()
    }

    fn from_integer(integer: &[u8]) -> Option<Self::Element> {
        if integer.len() != U2048::BYTES {
            return None;
        }
        let mut text = String::new();
        decimal::write(&U2048::from_be_slice(integer), &mut text);
        Self::parse(&text).ok()
    }

    fn independent_generator(index: i64) -> Self::Element {
        let digest = sha256(format!("ggen|{index}").as_bytes());
        let residue = Residue::<P, LIMBS>::new(&U256::from_be_slice(&digest).resize());
        Element(residue.pow_vartime(&cofactor::<P, LIMBS>()))
    }

    fn scalar(x: u64) -> Self::Scalar {
        Scalar(ConstMontyForm::new(&Uint::from_u64(x)))
    }

    fn scalar_from_hash(digest: &[u8; 32]) -> Self::Scalar {
        // Below 2q, see `Parameters`: the remainder is found by one subtraction at most.
        let value: Uint<LIMBS> = U256::from_be_slice(digest).resize();
        let (reduced, borrow) = value.borrowing_sub(order::<P, LIMBS>(), Limb::ZERO);
        let below_order = borrow.ct_eq(&Limb::MAX);
        Scalar(ConstMontyForm::new(&reduced.ct_select(&value, below_order)))
    }

    fn scalar_from_wide(bytes: &[u8; 64]) -> Self::Scalar {
        let (high, low) = bytes.split_at(32);
        let [high, low] = [high, low].map(|half| {
            let mut digest = [0; 32];
            digest.copy_from_slice(half);
            Self::scalar_from_hash(&digest).0
        });
        let two_to_the_256 = Self::scalar(2).0.square_repeat_vartime(8);
        Scalar(high * two_to_the_256 + low)
    }

    fn add(a: &Self::Scalar, b: &Self::Scalar) -> Self::Scalar {
        Scalar(a.0 + b.0)
    }

    fn sub(a: &Self::Scalar, b: &Self::Scalar) -> Self::Scalar {
        Scalar(a.0 - b.0)
    }

    fn scalar_mul(a: &Self::Scalar, b: &Self::Scalar) -> Self::Scalar {
        Scalar(a.0 * b.0)
    }

    fn scalar_invert(a: &Self::Scalar) -> Option<Self::Scalar> {
        a.0.invert().into_option().map(Scalar)
    }
}

fn read_scalar<P: Parameters<LIMBS>, const LIMBS: usize>(text: &str) -> Result<Scalar<P, LIMBS>, ScalarError> {
    let value = decimal::parse(text).ok_or(ScalarError::NotCanonical)?;
    if value >= *order::<P, LIMBS>() {
        return Err(ScalarError::OutOfRange);
    }
    Ok(Scalar(ConstMontyForm::new(&value)))
}

impl<P: Parameters<LIMBS>, const LIMBS: usize> Serialize for Element<P, LIMBS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FiniteField::candidate(self).serialize(serializer)
    }
}

impl<'de, P: Parameters<LIMBS>, const LIMBS: usize> Deserialize<'de> for Element<P, LIMBS> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, FiniteField::parse)
    }
}

impl<P: Parameters<LIMBS>, const LIMBS: usize> Serialize for Candidate<P, LIMBS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, P: Parameters<LIMBS>, const LIMBS: usize> Deserialize<'de> for Candidate<P, LIMBS> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, FiniteField::parse_candidate)
    }
}

impl<P: Parameters<LIMBS>, const LIMBS: usize> Serialize for Scalar<P, LIMBS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::new();
        decimal::write(&self.0.retrieve(), &mut text);
        serializer.serialize_str(&text)
    }
}

impl<'de, P: Parameters<LIMBS>, const LIMBS: usize> Deserialize<'de> for Scalar<P, LIMBS> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, read_scalar)
    }
}
