//! Credentials: what makes a ballot that of a registered voter, without naming him.
//!
//! The registrar draws a secret credential for each voter and publishes the list of public ones;
//! a ballot is signed with the secret one (specification, "Credentials").

use std::{fmt, str::FromStr};

use hmac::{Hmac, KeyInit as _, Mac as _};
use rand_core::CryptoRng;
use rayon::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    group::{Belenios2048, Ed25519, ElementError, Group, GroupName, Rfc3526, read_text},
    hash,
};

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

fn is_base58(text: &str) -> bool {
    text.bytes().all(|symbol| BASE58.contains(&symbol))
}

/// Identifier of an election: 14 base58 characters at least.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElectionUuid(String);

impl ElectionUuid {
    const LENGTHS: std::ops::RangeInclusive<usize> = 14..=64;

    /// Draws an identifier of 14 characters.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(random_symbols(14, rng).to_string())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ElectionUuid {
    type Err = InvalidUuid;

    fn from_str(text: &str) -> Result<Self, InvalidUuid> {
        if Self::LENGTHS.contains(&text.len()) && is_base58(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidUuid)
        }
    }
}

impl fmt::Display for ElectionUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ElectionUuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ElectionUuid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, str::parse)
    }
}

/// Not the identifier of an election.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the identifier of an election has at least 14 base58 characters")]
pub struct InvalidUuid;

/// A voter's secret credential: `XXXXX-XXXXXX-XXXXX-XXXXXX`, 22 base58 characters.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretCredential(String);

/// Lengths of the groups between the dashes.
const GROUPS: [usize; 4] = [5, 6, 5, 6];
const SYMBOLS: usize = 22;

impl SecretCredential {
    /// Draws a credential: 22 symbols, 128 bits of entropy.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let symbols = random_symbols(SYMBOLS, rng);
        let mut text = String::with_capacity(SYMBOLS + GROUPS.len());
        let mut rest = symbols.as_str();
        for length in GROUPS {
            let (group, others) = rest.split_at_checked(length).unwrap_or((rest, ""));
            if !text.is_empty() {
                text.push('-');
            }
            text.push_str(group);
            rest = others;
        }
        Self(text)
    }

    /// Reads what [`SecretCredential::expose`] gives.
    ///
    /// # Errors
    /// [`InvalidCredential`] for any other form.
    pub fn parse(text: &str) -> Result<Self, InvalidCredential> {
        if text.split('-').map(str::len).eq(GROUPS) && text.split('-').all(is_base58) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidCredential)
        }
    }

    /// The text. Do not print, log or keep it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The secret exponent for an election: `SHA256("derive_credential|uuid|0|c")`, then the same with 1,
    /// read as one number.
    #[must_use]
    pub fn exponent<G: Group>(&self, uuid: &ElectionUuid) -> Zeroizing<G::Scalar> {
        let mut wide = Zeroizing::new([0; 64]);
        for (half, index) in wide.chunks_mut(32).zip(0_u8..) {
            let text = Zeroizing::new(format!("derive_credential|{uuid}|{index}|{}", self.0));
            half.copy_from_slice(&hash::sha256(text.as_bytes()));
        }
        Zeroizing::new(G::scalar_from_wide(&wide))
    }

    /// The public credential for an election.
    #[must_use]
    pub fn public(&self, uuid: &ElectionUuid, group: GroupName) -> PublicCredential {
        match group {
            GroupName::Ed25519 => PublicCredential::of_exponent::<Ed25519>(&self.exponent::<Ed25519>(uuid)),
            GroupName::Belenios2048 => {
                PublicCredential::of_exponent::<Belenios2048>(&self.exponent::<Belenios2048>(uuid))
            }
            GroupName::Rfc3526 => PublicCredential::of_exponent::<Rfc3526>(&self.exponent::<Rfc3526>(uuid)),
        }
    }

    /// The public credentials of many voters, in the order of the secret ones, on all cores.
    #[must_use]
    pub fn public_of_all(secrets: &[Self], uuid: &ElectionUuid, group: GroupName) -> Vec<PublicCredential> {
        match group {
            GroupName::Ed25519 => Self::public_in::<Ed25519>(secrets, uuid),
            GroupName::Belenios2048 => Self::public_in::<Belenios2048>(secrets, uuid),
            GroupName::Rfc3526 => Self::public_in::<Rfc3526>(secrets, uuid),
        }
    }

    fn public_in<G: Group>(secrets: &[Self], uuid: &ElectionUuid) -> Vec<PublicCredential> {
        /// Encoding is cheaper for many points at once.
        const BATCH: usize = 256;
        let batches = secrets.par_chunks(BATCH).flat_map_iter(|batch| {
            let powers: Vec<_> = batch
                .iter()
                .map(|secret| G::pow_g(&secret.exponent::<G>(uuid)))
                .collect();
            let mut texts = String::new();
            G::write_list(&powers, &mut texts);
            texts
                .split(',')
                .map(|text| PublicCredential(text.to_owned()))
                .collect::<Vec<_>>()
        });
        batches.collect()
    }
}

/// The exponent that belenios-tool 2.0 derives from its credentials of 15 characters, written
/// `XXX-XXX-XXX-XXX-XXX`: one block of PBKDF2-HMAC-SHA256 with 1000 iterations, the election's identifier as salt.
///
/// Needed to replay archives of that tool; Isoloir makes no such credentials.
#[must_use]
pub fn exponent_of_tool_2_0<G: Group>(credential: &str, uuid: &ElectionUuid) -> Option<Zeroizing<G::Scalar>> {
    let keyed = Hmac::<Sha256>::new_from_slice(credential.as_bytes()).ok()?;
    let prf = |message: &[u8]| -> [u8; 32] { keyed.clone().chain_update(message).finalize().into_bytes().into() };
    let mut block = prf(&[uuid.as_str().as_bytes(), &1_u32.to_be_bytes()].concat());
    let mut sum = Zeroizing::new(block);
    for _ in 1..1000 {
        block = prf(&block);
        sum.iter_mut().zip(block).for_each(|(sum, byte)| *sum ^= byte);
    }
    block.zeroize();
    Some(Zeroizing::new(G::scalar_from_hash(&sum)))
}

/// Symbols drawn uniformly: bytes of 58·4 = 232 and more are drawn again.
fn random_symbols<R: CryptoRng + ?Sized>(count: usize, rng: &mut R) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(count));
    let mut byte = Zeroizing::new([0_u8]);
    while text.len() < count {
        rng.fill_bytes(byte.as_mut_slice());
        let [drawn] = *byte;
        if let (0..232, Some(symbol)) = (drawn, BASE58.get(usize::from(drawn % 58))) {
            text.push(char::from(*symbol));
        }
    }
    text
}

/// Not a secret credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a credential has the form XXXXX-XXXXXX-XXXXX-XXXXXX, in base58")]
pub struct InvalidCredential;

/// A public credential, as its group writes elements: the key that verifies a ballot's signature.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicCredential(String);

impl PublicCredential {
    /// Reads a canonical element of the group, other than the neutral one.
    ///
    /// # Errors
    /// [`ElementError`]; [`ElementError::NotInGroup`] for the neutral element.
    pub fn parse(text: &str, group: GroupName) -> Result<Self, ElementError> {
        match group {
            GroupName::Ed25519 => Self::parse_in::<Ed25519>(text),
            GroupName::Belenios2048 => Self::parse_in::<Belenios2048>(text),
            GroupName::Rfc3526 => Self::parse_in::<Rfc3526>(text),
        }
    }

    fn parse_in<G: Group>(text: &str) -> Result<Self, ElementError> {
        if G::parse(text)? == G::identity() {
            return Err(ElementError::NotInGroup);
        }
        Ok(Self(text.to_owned()))
    }

    /// Of a secret exponent.
    #[must_use]
    pub fn of_exponent<G: Group>(exponent: &G::Scalar) -> Self {
        let mut text = String::new();
        G::write(&G::pow_g(exponent), &mut text);
        Self(text)
    }

    /// Of a member of the group.
    pub(crate) fn of_candidate<G: Group>(candidate: &G::Candidate) -> Self {
        let mut text = String::new();
        G::write_candidate(candidate, &mut text);
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for PublicCredential {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_secret_credentials() {
        assert!(SecretCredential::parse("LNq1f-t4j32g-hL6wW-Tyzz7o").is_ok());
        for wrong in [
            "",
            "LNq1ft4j32ghL6wWTyzz7o",
            "LNq1f-t4j32g-hL6wW-Tyzz7",
            "LNq1f-t4j32g-hL6wW-Tyzz7oo",
            "LNq1f-t4j32g-hL6wW-Tyzz7o-",
            "LNq1ft-4j32g-hL6wW-Tyzz7o",
            "0Nq1f-t4j32g-hL6wW-Tyzz7o",
            "lNq1f-t4j32g-hL6wW-Tyzz7o",
            "éq1f-t4j32g-hL6wW-Tyzz7o",
        ] {
            assert!(SecretCredential::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn identifiers_of_elections() {
        assert!("NkHrZ7QCf3Nf3h".parse::<ElectionUuid>().is_ok());
        for wrong in [
            "",
            "NkHrZ7QCf3Nf3",
            "NkHrZ7QCf3Nf3O",
            "NkHrZ7QCf3Nf3h|0",
            "../../../../../..",
        ] {
            assert!(wrong.parse::<ElectionUuid>().is_err(), "{wrong}");
        }
    }
}
