//! Prime-order groups in which ballots are encrypted.
//!
//! A [`Group::Element`] that exists is a canonical member of the prime-order subgroup; a
//! [`Group::Scalar`] that exists is reduced modulo the group order `q`. Both are written as
//! Belenios writes them (specification, "Basic types"): scalars in decimal; elements in decimal
//! for finite fields and as 64 hexadecimal digits for Ed25519.
//!
//! Membership in the subgroup costs about as much as one proof, and a finite field shares most of
//! that cost with the proofs about the same element. So a text may first be read as a
//! [`Group::Candidate`] (canonical, in the field or on the curve) and become an element in
//! [`Group::vartime_admit`], together with the commitments of the proofs.
//!
//! [`embedding`] makes elements of small integers, for answers that are shuffled rather than added.
//!
//! Two kinds of exponentiation exist. Names without `vartime` run in constant time and may touch
//! secrets; names with `vartime` are for public values only.

pub mod embedding;

mod decimal;
mod ed25519;
mod finite_field;

use std::{fmt, fmt::Debug, str::FromStr};

use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use subtle::Choice;
use zeroize::Zeroize;

pub use ed25519::Ed25519;
pub use finite_field::{Belenios2048, Belenios2048Parameters, FiniteField, Parameters, Rfc3526, Rfc3526Parameters};

/// The groups of crypto v1, as the field `group` of an election names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupName {
    /// The prime-order subgroup of edwards25519.
    Ed25519,
    /// The default finite field of Belenios: 2048-bit modulus, 256-bit order.
    Belenios2048,
    /// The quadratic residues modulo the 2048-bit safe prime of RFC 3526.
    Rfc3526,
}

impl GroupName {
    /// Every group.
    pub const ALL: [Self; 3] = [Self::Ed25519, Self::Belenios2048, Self::Rfc3526];

    /// The protocol's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::Belenios2048 => "BELENIOS-2048",
            Self::Rfc3526 => "RFC-3526-2048",
        }
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No group of crypto v1 has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown group")]
pub struct UnknownGroup;

impl FromStr for GroupName {
    type Err = UnknownGroup;

    fn from_str(text: &str) -> Result<Self, UnknownGroup> {
        Self::ALL
            .into_iter()
            .find(|group| group.as_str() == text)
            .ok_or(UnknownGroup)
    }
}

impl Serialize for GroupName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for GroupName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, str::parse)
    }
}

/// A group of prime order `q` with generator `g`, written multiplicatively as in the specification.
pub trait Group: Copy + Debug + Eq + Send + Sync + 'static {
    /// Which group this is.
    const NAME: GroupName;

    /// Member of the prime-order subgroup. (De)serialized as the protocol writes it; deserializing
    /// refuses any non-canonical encoding and any point outside of the subgroup.
    type Element: Clone + Debug + PartialEq + Eq + Send + Sync + Serialize + DeserializeOwned;
    /// Canonical encoding of a point of the curve or an element of the field, not yet known to be
    /// in the subgroup. Keeps its text, which is what hashes are computed over.
    type Candidate: Clone + Debug + PartialEq + Eq + Send + Sync + Serialize + DeserializeOwned;
    /// Integer modulo `q`. (De)serialized as a decimal string, `0 <= x < q`, no leading zero.
    type Scalar: Clone + Debug + PartialEq + Eq + Send + Sync + Serialize + DeserializeOwned + Zeroize;
    /// Precomputed powers of a base that is used often (an election's public key). Cheap to clone.
    type Table: Clone + Send + Sync;

    /// `g`.
    fn generator() -> Self::Element;
    /// The neutral element, a valid element.
    fn identity() -> Self::Element;
    /// `a·b`.
    fn mul(a: &Self::Element, b: &Self::Element) -> Self::Element;
    /// `a/b`.
    fn div(a: &Self::Element, b: &Self::Element) -> Self::Element;
    /// `a`, or `b` when `choice` is true; constant time.
    fn select(a: &Self::Element, b: &Self::Element, choice: Choice) -> Self::Element;
    /// `g^x`, constant time.
    fn pow_g(x: &Self::Scalar) -> Self::Element {
        Self::pow_table(Self::generator_table(), x)
    }
    /// `base^x`, constant time.
    fn pow(base: &Self::Element, x: &Self::Scalar) -> Self::Element;
    /// Precomputes for [`Group::pow_table`].
    fn table(base: &Self::Element) -> Self::Table;
    /// The table of `g`, made once per process.
    fn generator_table() -> &'static Self::Table;
    /// `base^x` for a precomputed base, constant time.
    fn pow_table(table: &Self::Table, x: &Self::Scalar) -> Self::Element;
    /// `∏ base_i^{x_i}`. Variable time. Small exponents are cheap.
    fn vartime_product(terms: &[(Self::Element, Self::Scalar)]) -> Self::Element;

    /// The commitments of several proofs about one `base`, each `fixed^response · (base/g^shift)^challenge`.
    /// Variable time.
    fn vartime_commitments(
        base: &Self::Element,
        fixed: &Self::Table,
        branches: &[Branch<'_, Self>],
    ) -> Vec<Self::Element>;
    /// Checks that `candidate` is in the subgroup and computes what [`Group::vartime_commitments`] does.
    /// Variable time.
    ///
    /// # Errors
    /// [`ElementError::NotInSubgroup`].
    fn vartime_admit(
        candidate: &Self::Candidate,
        fixed: &Self::Table,
        branches: &[Branch<'_, Self>],
    ) -> Result<(Self::Element, Vec<Self::Element>), ElementError>;

    /// Appends the protocol's text of an element (what hashes are computed over).
    fn write(element: &Self::Element, out: &mut String);
    /// Appends the texts of several elements, separated by commas; cheaper than one by one.
    fn write_list(elements: &[Self::Element], out: &mut String) {
        for (i, element) in elements.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            Self::write(element, out);
        }
    }
    /// Reads the protocol's text: canonical, in the subgroup.
    ///
    /// # Errors
    /// What is wrong with the text, see [`ElementError`].
    fn parse(text: &str) -> Result<Self::Element, ElementError> {
        let candidate = Self::parse_candidate(text)?;
        Self::vartime_admit(&candidate, Self::generator_table(), &[]).map(|(element, _)| element)
    }
    /// Reads the protocol's text: canonical, on the curve or in the field.
    ///
    /// # Errors
    /// [`ElementError::NotCanonical`], [`ElementError::NotInGroup`].
    fn parse_candidate(text: &str) -> Result<Self::Candidate, ElementError>;
    /// Forgets that an element is a member.
    fn candidate(element: &Self::Element) -> Self::Candidate;
    /// Forgets that elements are members; cheaper than one by one.
    fn candidates(elements: &[Self::Element]) -> Vec<Self::Candidate> {
        elements.iter().map(Self::candidate).collect()
    }
    /// Appends the protocol's text of a candidate, without encoding it again.
    fn write_candidate(candidate: &Self::Candidate, out: &mut String);

    /// Uniform in `[0, q)`.
    fn random_scalar<R: CryptoRng + ?Sized>(rng: &mut R) -> Self::Scalar;
    /// Low bits that [`embedding`] leaves free; `None` when the group embeds no integers.
    const PADDING: Option<usize>;
    /// The integer that the protocol's text of an element writes: big-endian, always as many bytes.
    fn to_integer(element: &Self::Element) -> Vec<u8>;
    /// The element whose text writes this integer, when there is one.
    fn from_integer(integer: &[u8]) -> Option<Self::Element>;
    /// Bytes in whose order the tally lists ciphertexts that will be shuffled: numerical in finite fields, that of the
    /// little-endian encoding in Ed25519.
    fn sort_key(element: &Self::Element) -> Vec<u8> {
        Self::to_integer(element)
    }
    /// Generator number `index` of those whose logarithms nobody knows (specification, "GetGenerator"), from -1 on.
    fn independent_generator(index: i64) -> Self::Element;

    /// A small integer.
    fn scalar(x: u64) -> Self::Scalar;
    /// A 256-bit big-endian integer reduced modulo `q`: how every hash becomes a challenge.
    fn scalar_from_hash(digest: &[u8; 32]) -> Self::Scalar;
    /// A big-endian integer of 512 bits reduced modulo `q` (secret credentials).
    fn scalar_from_wide(bytes: &[u8; 64]) -> Self::Scalar;
    /// `a + b`.
    fn add(a: &Self::Scalar, b: &Self::Scalar) -> Self::Scalar;
    /// `a - b`.
    fn sub(a: &Self::Scalar, b: &Self::Scalar) -> Self::Scalar;
    /// `a·b`.
    fn scalar_mul(a: &Self::Scalar, b: &Self::Scalar) -> Self::Scalar;
    /// `1/a`; `None` when `a` is zero.
    fn scalar_invert(a: &Self::Scalar) -> Option<Self::Scalar>;
}

/// What a verifier needs from one proof to recompute one commitment, see [`Group::vartime_commitments`].
#[derive(Debug, Clone, Copy)]
pub struct Branch<'a, G: Group> {
    /// The proof's response.
    pub response: &'a G::Scalar,
    /// The proof's challenge.
    pub challenge: &'a G::Scalar,
    /// The plaintext that the proof claims; zero where the base is an `alpha`.
    pub shift: u32,
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

/// Deserializes a JSON string through `read`, without copying it when it has no escapes.
pub(crate) fn read_text<'de, D, T, E>(deserializer: D, read: fn(&str) -> Result<T, E>) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    E: fmt::Display,
{
    struct Text<T, E>(fn(&str) -> Result<T, E>);

    impl<T, E: fmt::Display> serde::de::Visitor<'_> for Text<T, E> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<F: serde::de::Error>(self, text: &str) -> Result<T, F> {
            (self.0)(text).map_err(F::custom)
        }
    }

    deserializer.deserialize_str(Text(read))
}
