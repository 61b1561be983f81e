//! The prime-order subgroup of edwards25519.
//!
//! An element is written as 64 lower-case hexadecimal digits of `y | sign(x)<<255`, most significant
//! digit first: the bytes of RFC 8032 reversed.

mod multiples;

use std::sync::{Arc, LazyLock};

use crypto_bigint::U256;
use curve25519_dalek::{
    EdwardsPoint, Scalar as DalekScalar,
    constants::{ED25519_BASEPOINT_POINT, ED25519_BASEPOINT_TABLE},
    edwards::{CompressedEdwardsY, EdwardsBasepointTable, VartimeEdwardsPrecomputation},
    traits::{BasepointTable as _, Identity as _, VartimeMultiscalarMul as _, VartimePrecomputedMultiscalarMul as _},
};
use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::{Choice, ConditionallySelectable as _};
use zeroize::Zeroize;

use multiples::Multiples;

use super::{Branch, ElementError, Group, GroupName, ScalarError, decimal, read_text};
use crate::hash::sha256;

/// The group of edwards25519 points of prime order, [`GroupName::Ed25519`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ed25519;

/// Point of prime order (or the identity).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element(EdwardsPoint);

/// Point of the curve, of any order, with its canonical encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    point: EdwardsPoint,
    encoding: CompressedEdwardsY,
}

/// Integer modulo the order of the subgroup, `2^252 + 27742317777372353535851937790883648493`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scalar(DalekScalar);

impl Zeroize for Scalar {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

/// Multiples of one base, for constant time and for variable time.
#[derive(Clone)]
pub struct Table(Arc<Precomputed>);

struct Precomputed {
    constant_time: EdwardsBasepointTable,
    vartime: Vartime,
}

/// The quicker of two ways to compute `response·fixed + challenge·base`, depending on the processor.
enum Vartime {
    /// Both products at once.
    Joint(VartimeEdwardsPrecomputation),
    /// The first from multiples of the fixed base; the second by the library's multiplication in constant time, the
    /// only one that AVX-512 speeds up.
    Separate(Multiples),
}

impl Table {
    fn new(base: EdwardsPoint, constant_time: EdwardsBasepointTable) -> Self {
        let vartime = if has_avx512() {
            Vartime::Separate(Multiples::new(base))
        } else {
            Vartime::Joint(VartimeEdwardsPrecomputation::new([base]))
        };
        Self(Arc::new(Precomputed { constant_time, vartime }))
    }

    fn vartime_commitment(&self, response: &Scalar, base: EdwardsPoint, challenge: &Scalar) -> EdwardsPoint {
        match &self.0.vartime {
            Vartime::Joint(fixed) => fixed.vartime_mixed_multiscalar_mul([response.0], [challenge.0], [base]),
            Vartime::Separate(fixed) => fixed.vartime_mul(response) + base * challenge.0,
        }
    }
}

/// Whether the library was built to use AVX-512 (`--cfg curve25519_dalek_backend="avx512"`) and the processor has it.
#[expect(unexpected_cfgs, reason = "the cfg is that of curve25519-dalek")]
fn has_avx512() -> bool {
    #[cfg(all(target_arch = "x86_64", curve25519_dalek_backend = "avx512"))]
    let has = std::is_x86_feature_detected!("avx512ifma") && std::is_x86_feature_detected!("avx512vl");
    #[cfg(not(all(target_arch = "x86_64", curve25519_dalek_backend = "avx512")))]
    let has = false;
    has
}

static GENERATOR: LazyLock<Table> =
    LazyLock::new(|| Table::new(ED25519_BASEPOINT_POINT, ED25519_BASEPOINT_TABLE.clone()));

impl Group for Ed25519 {
    const NAME: GroupName = GroupName::Ed25519;

    type Element = Element;
    type Candidate = Candidate;
    type Scalar = Scalar;
    type Table = Table;

    fn generator() -> Element {
        Element(ED25519_BASEPOINT_POINT)
    }

    fn identity() -> Element {
        Element(EdwardsPoint::identity())
    }

    fn mul(a: &Element, b: &Element) -> Element {
        Element(a.0 + b.0)
    }

    fn div(a: &Element, b: &Element) -> Element {
        Element(a.0 - b.0)
    }

    fn select(a: &Element, b: &Element, choice: Choice) -> Element {
        Element(EdwardsPoint::conditional_select(&a.0, &b.0, choice))
    }

    fn pow_g(x: &Scalar) -> Element {
        Element(EdwardsPoint::mul_base(&x.0))
    }

    fn pow(base: &Element, x: &Scalar) -> Element {
        Element(base.0 * x.0)
    }

    fn table(base: &Element) -> Table {
        Table::new(base.0, EdwardsBasepointTable::create(&base.0))
    }

    fn generator_table() -> &'static Table {
        &GENERATOR
    }

    fn pow_table(table: &Table, x: &Scalar) -> Element {
        Element(table.0.constant_time.mul_base(&x.0))
    }

    fn vartime_product(terms: &[(Element, Scalar)]) -> Element {
        let scalars = terms.iter().map(|(_, x)| x.0);
        let points = terms.iter().map(|(base, _)| base.0);
        Element(EdwardsPoint::vartime_multiscalar_mul(scalars, points))
    }

    fn vartime_commitments(base: &Element, fixed: &Table, branches: &[Branch<'_, Self>]) -> Vec<Element> {
        branches
            .iter()
            .map(|branch| {
                let shifted = base.0 - multiple_of_generator(branch.shift);
                Element(fixed.vartime_commitment(branch.response, shifted, branch.challenge))
            })
            .collect()
    }

    fn vartime_admit(
        candidate: &Candidate,
        fixed: &Table,
        branches: &[Branch<'_, Self>],
    ) -> Result<(Element, Vec<Element>), ElementError> {
        if !is_of_prime_order(&candidate.point) {
            return Err(ElementError::NotInSubgroup);
        }
        let element = Element(candidate.point);
        let commitments = Self::vartime_commitments(&element, fixed, branches);
        Ok((element, commitments))
    }

    fn write(element: &Element, out: &mut String) {
        write_encoding(&element.0.compress(), out);
    }

    fn write_list(elements: &[Element], out: &mut String) {
        let points: Vec<_> = elements.iter().map(|element| element.0).collect();
        for (i, encoding) in EdwardsPoint::compress_batch_alloc(&points).iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            write_encoding(encoding, out);
        }
    }

    fn parse_candidate(text: &str) -> Result<Candidate, ElementError> {
        let encoding = read_encoding(text).ok_or(ElementError::NotCanonical)?;
        let point = encoding.decompress().ok_or(ElementError::NotInGroup)?;
        Ok(Candidate { point, encoding })
    }

    fn candidate(element: &Element) -> Candidate {
        Candidate {
            point: element.0,
            encoding: element.0.compress(),
        }
    }

    fn candidates(elements: &[Element]) -> Vec<Candidate> {
        let points: Vec<_> = elements.iter().map(|element| element.0).collect();
        let encodings = EdwardsPoint::compress_batch_alloc(&points);
        let pairs = points.into_iter().zip(encodings);
        pairs.map(|(point, encoding)| Candidate { point, encoding }).collect()
    }

    fn write_candidate(candidate: &Candidate, out: &mut String) {
        write_encoding(&candidate.encoding, out);
    }

    fn random_scalar<R: CryptoRng + ?Sized>(rng: &mut R) -> Scalar {
        let mut wide = [0; 64];
        rng.fill_bytes(&mut wide);
        let scalar = Scalar(DalekScalar::from_bytes_mod_order_wide(&wide));
        wide.zeroize();
        scalar
    }

    const PADDING: Option<usize> = Some(14);

    fn to_integer(element: &Element) -> Vec<u8> {
        Self::sort_key(element).into_iter().rev().collect()
    }

    fn from_integer(integer: &[u8]) -> Option<Element> {
        Self::parse(&hex::encode(integer)).ok()
    }

    fn sort_key(element: &Element) -> Vec<u8> {
        element.0.compress().as_bytes().to_vec()
    }

    fn independent_generator(index: i64) -> Element {
        // The first encoding of a point from the 254 high bits of the hash on, times the cofactor. Nearly every second
        // integer is one.
        let digest = sha256(format!("ggen|{index}").as_bytes());
        let mut encoding = U256::from_be_slice(&digest).shr_vartime(2);
        loop {
            let point = CompressedEdwardsY(encoding.to_le_bytes().into()).decompress();
            if let Some(point) = point {
                return Element(point.mul_by_cofactor());
            }
            encoding = encoding.wrapping_add(&U256::ONE);
        }
    }

    fn scalar(x: u64) -> Scalar {
        Scalar(DalekScalar::from(x))
    }

    fn scalar_from_hash(digest: &[u8; 32]) -> Scalar {
        let mut little_endian = *digest;
        little_endian.reverse();
        Scalar(DalekScalar::from_bytes_mod_order(little_endian))
    }

    fn scalar_from_wide(bytes: &[u8; 64]) -> Scalar {
        let mut little_endian = *bytes;
        little_endian.reverse();
        let scalar = Scalar(DalekScalar::from_bytes_mod_order_wide(&little_endian));
        little_endian.zeroize();
        scalar
    }

    fn add(a: &Scalar, b: &Scalar) -> Scalar {
        Scalar(a.0 + b.0)
    }

    fn sub(a: &Scalar, b: &Scalar) -> Scalar {
        Scalar(a.0 - b.0)
    }

    fn scalar_mul(a: &Scalar, b: &Scalar) -> Scalar {
        Scalar(a.0 * b.0)
    }

    fn scalar_invert(a: &Scalar) -> Option<Scalar> {
        (a.0 != DalekScalar::ZERO).then(|| Scalar(a.0.invert()))
    }
}

/// Whether `q·point` is the identity, as `(q-1)·point = -point`: the scalar `-1` stands as the integer `q-1`, and
/// the multiplication in variable time takes it as the integer it is, in its sparse signed form.
fn is_of_prime_order(point: &EdwardsPoint) -> bool {
    if has_avx512() {
        return point.is_torsion_free();
    }
    let multiple = EdwardsPoint::vartime_double_scalar_mul_basepoint(&-DalekScalar::ONE, point, &DalekScalar::ZERO);
    multiple == -point
}

/// `n·g`; the values that ballots claim are nearly always 0 or 1.
fn multiple_of_generator(n: u32) -> EdwardsPoint {
    match n {
        0 => EdwardsPoint::identity(),
        1 => ED25519_BASEPOINT_POINT,
        _ => EdwardsPoint::mul_base(&DalekScalar::from(n)),
    }
}

fn write_encoding(encoding: &CompressedEdwardsY, out: &mut String) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
    for byte in encoding.as_bytes().iter().rev() {
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
}

/// Bytes that are the one encoding of their point, if they encode a point.
fn read_encoding(text: &str) -> Option<CompressedEdwardsY> {
    if text.len() != 64 || text.bytes().any(|digit| digit.is_ascii_uppercase()) {
        return None;
    }
    let mut big_endian = [0; 32];
    hex::decode_to_slice(text, &mut big_endian).ok()?;
    if !is_canonical(big_endian) {
        return None;
    }
    big_endian.reverse();
    Some(CompressedEdwardsY(big_endian))
}

/// `y < p`, and no sign for the points with `x = 0`, which are those with `y = ±1`.
fn is_canonical(big_endian: [u8; 32]) -> bool {
    const P: U256 = U256::from_be_hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");
    const MINUS_ONE: U256 = P.wrapping_sub(&U256::ONE);
    let encoding = U256::from_be_slice(&big_endian);
    let y = encoding & U256::MAX.shr_vartime(1);
    let negative = encoding != y;
    y < P && !(negative && (y == U256::ONE || y == MINUS_ONE))
}

fn read_scalar(text: &str) -> Result<Scalar, ScalarError> {
    // A decimal number of more than 256 bits is out of range too, if its form is canonical.
    let value: U256 = decimal::parse(text).ok_or(ScalarError::NotCanonical)?;
    let little_endian = value.to_le_bytes().into();
    let scalar = DalekScalar::from_canonical_bytes(little_endian).into_option();
    scalar.map(Scalar).ok_or(ScalarError::OutOfRange)
}

fn scalar_text(scalar: &Scalar) -> String {
    let mut out = String::with_capacity(77);
    decimal::write(&U256::from_le_slice(scalar.0.as_bytes()), &mut out);
    out
}

impl Serialize for Element {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Ed25519::candidate(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, Ed25519::parse)
    }
}

impl Serialize for Candidate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(64);
        write_encoding(&self.encoding, &mut text);
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Candidate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, Ed25519::parse_candidate)
    }
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&scalar_text(self))
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, read_scalar)
    }
}
