//! Prime-order groups in which ballots are encrypted.
//!
//! A [`Group::Element`] that exists is a canonical member of the prime-order subgroup; a
//! [`Group::Scalar`] that exists is reduced modulo the group order `q`. Both are written as
//! Belenios writes them (specification, "Basic types"): scalars in decimal; elements in decimal
//! for finite fields and as 64 hexadecimal digits for Ed25519.
//!
//! Two kinds of exponentiation exist. Names without `vartime` run in constant time and may touch
//! secrets; names with `vartime` are for public values only.

use std::fmt::Debug;

use rand_core::CryptoRng;
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroize;

/// A group of prime order `q` with generator `g`, written multiplicatively as in the specification.
pub trait Group: Copy + Debug + Eq + Send + Sync + 'static {
    /// Name that stands in the field `group` of an election.
    const NAME: &'static str;

    /// Member of the prime-order subgroup. (De)serialized as the protocol writes it; deserializing
    /// refuses any non-canonical encoding and any point outside of the subgroup.
    type Element: Clone + Debug + PartialEq + Eq + Send + Sync + Serialize + DeserializeOwned;
    /// Integer modulo `q`. (De)serialized as a decimal string, `0 <= x < q`, no leading zero.
    type Scalar: Clone + Debug + PartialEq + Eq + Send + Sync + Serialize + DeserializeOwned + Zeroize;
    /// Precomputed powers of a base that is used often (an election's public key).
    type Table: Clone + Send + Sync;

    /// `g`.
    fn generator() -> Self::Element;
    /// The neutral element, a valid element.
    fn identity() -> Self::Element;
    /// `a·b`.
    fn mul(a: &Self::Element, b: &Self::Element) -> Self::Element;
    /// `a/b`.
    fn div(a: &Self::Element, b: &Self::Element) -> Self::Element;
    /// `g^x`, constant time.
    fn pow_g(x: &Self::Scalar) -> Self::Element;
    /// `base^x`, constant time.
    fn pow(base: &Self::Element, x: &Self::Scalar) -> Self::Element;
    /// Precomputes for [`Group::pow_table`].
    fn table(base: &Self::Element) -> Self::Table;
    /// `base^x` for a precomputed base, constant time.
    fn pow_table(table: &Self::Table, x: &Self::Scalar) -> Self::Element;
    /// `g^r / base^c`: the commitment that a verifier recomputes from a proof. Variable time.
    fn vartime_commitment(r: &Self::Scalar, base: &Self::Element, c: &Self::Scalar) -> Self::Element;
    /// `y^r / base^c` with `y` precomputed. Variable time.
    fn vartime_table_commitment(
        y: &Self::Table,
        r: &Self::Scalar,
        base: &Self::Element,
        c: &Self::Scalar,
    ) -> Self::Element;
    /// `∏ base_i^{x_i}`. Variable time.
    fn vartime_product(terms: &[(Self::Element, Self::Scalar)]) -> Self::Element;

    /// Appends the protocol's text of an element (what hashes are computed over).
    fn write(element: &Self::Element, out: &mut String);
    /// Reads the protocol's text: canonical, in the subgroup.
    ///
    /// # Errors
    /// What is wrong with the text, see [`ElementError`].
    fn parse(text: &str) -> Result<Self::Element, ElementError>;

    /// Uniform in `[0, q)`.
    fn random_scalar<R: CryptoRng + ?Sized>(rng: &mut R) -> Self::Scalar;
    /// A small integer.
    fn scalar(x: u64) -> Self::Scalar;
    /// A 256-bit big-endian integer reduced modulo `q`: how every hash becomes a challenge.
    fn scalar_from_hash(digest: &[u8; 32]) -> Self::Scalar;
    /// A big-endian integer of any length reduced modulo `q` (secret credentials are 512 bits).
    fn scalar_from_be_bytes(bytes: &[u8]) -> Self::Scalar;
    /// `a + b`.
    fn add(a: &Self::Scalar, b: &Self::Scalar) -> Self::Scalar;
    /// `a - b`.
    fn sub(a: &Self::Scalar, b: &Self::Scalar) -> Self::Scalar;
    /// `a·b`.
    fn scalar_mul(a: &Self::Scalar, b: &Self::Scalar) -> Self::Scalar;
    /// `1/a`; `None` when `a` is zero.
    fn scalar_invert(a: &Self::Scalar) -> Option<Self::Scalar>;
}

/// Why a text is not a group element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ElementError {
    /// Wrong length, alphabet, leading zero or value out of range: more than one text would name the element.
    #[error("the encoding of a group element is not canonical")]
    NotCanonical,
    /// Not a point of the curve, or zero in a finite field.
    #[error("a group element is not on the curve or not in the field")]
    NotInGroup,
    /// Has a component outside of the prime-order subgroup.
    #[error("a group element is outside of the prime-order subgroup")]
    NotInSubgroup,
}

/// Why a text is not a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScalarError {
    /// Not a decimal number without leading zero.
    #[error("a scalar is not a canonical decimal number")]
    NotCanonical,
    /// `q` or more.
    #[error("a scalar is not below the group order")]
    OutOfRange,
}
