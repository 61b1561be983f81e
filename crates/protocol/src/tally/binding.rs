//! A second proof of a partial decryption, bound to what it is about. Our addition, outside of the archive.
//!
//! In crypto v1 the challenge of a decryption's proof hashes the commitments and the trustee's key, and neither the ciphertext nor the factor
//! (specification, "Tally"). A dishonest trustee can therefore pick commitments first and compute a factor that fits them: a false one, with a
//! proof that holds, after which no result comes out and nobody is named (Bernhard, Pereira, Warinschi 2012; `tests/museum` does it). So whoever
//! collects partial decryptions asks for this proof too, before anything enters the box:
//!
//! ```text
//! S   = sha256("isoloir/binding/v1|fingerprint|X|alpha_0,factor_0,alpha_1,factor_1,...")      in hexadecimal
//! e_i = H("isoloir/binding/v1|S|i")
//! one proof that the same x gives X = g^x and ∏ factor_i^e_i = (∏ alpha_i^e_i)^x,
//! with the challenge H("isoloir/binding/v1|S|proof|A,B")
//! ```
//!
//! Once the factors are fixed the exponents are random: one false factor makes the equation false, but for one chance in `q`.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use super::{DecryptionError, EncryptedTally, PartialDecryption};
use crate::{
    elgamal::Ciphertext,
    group::Group,
    hash::{challenge, sha256_hex},
    json::{self, JsonError},
    proof::Proof,
    trustee::PrivateKey,
};

/// What a trustee hands over: the partial decryption for the archive, and the proof that binds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct BoundDecryption<G: Group> {
    decryption: PartialDecryption<G>,
    binding: Proof<G>,
}

impl<G: Group> BoundDecryption<G> {
    /// Decrypts a trustee's part. `fingerprint` is the election's.
    pub fn create<R: CryptoRng + ?Sized>(
        key: &PrivateKey<G>,
        fingerprint: &str,
        tally: &EncryptedTally<G>,
        rng: &mut R,
    ) -> Self {
        let decryption = PartialDecryption::create(key, fingerprint, tally, rng);
        let statement = Statement::new(&key.public_element(), fingerprint, tally, &decryption);
        let bases = [&G::generator(), &statement.alpha];
        let binding = Proof::prove(key.scalar(), bases, |[a, b]| statement.challenge(a, b), rng);
        Self { decryption, binding }
    }

    /// Reads what a trustee hands over.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        json::parse(bytes)
    }

    /// The canonical JSON.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self)
    }

    /// The partial decryption.
    #[must_use]
    pub const fn decryption(&self) -> &PartialDecryption<G> {
        &self.decryption
    }

    /// Checks the protocol's proofs and the one that binds.
    ///
    /// # Errors
    /// [`DecryptionError`].
    pub fn verify(
        &self,
        public_key: &G::Element,
        fingerprint: &str,
        tally: &EncryptedTally<G>,
    ) -> Result<(), DecryptionError> {
        self.decryption.verify(public_key, fingerprint, tally)?;
        let statement = Statement::new(public_key, fingerprint, tally, &self.decryption);
        let bases = [(&G::generator(), public_key), (&statement.alpha, &statement.factor)];
        if self.binding.vartime_verify(bases, |[a, b]| statement.challenge(a, b)) {
            Ok(())
        } else {
            Err(DecryptionError::Binding)
        }
    }
}

/// All ciphertexts and all factors, each side in one element.
struct Statement<G: Group> {
    digest: String,
    alpha: G::Element,
    factor: G::Element,
}

impl<G: Group> Statement<G> {
    fn new(key: &G::Element, fingerprint: &str, tally: &EncryptedTally<G>, decryption: &PartialDecryption<G>) -> Self {
        let shape = tally.shape();
        let alphas = shape.atoms().into_iter().map(|Ciphertext { alpha, .. }| alpha.clone());
        let factors = decryption.factors().atoms().into_iter().cloned();
        let pairs: Vec<(G::Element, G::Element)> = alphas.zip(factors).collect();
        let mut text = format!("isoloir/binding/v1|{fingerprint}|");
        G::write(key, &mut text);
        text.push('|');
        let all: Vec<G::Element> = pairs
            .iter()
            .flat_map(|(alpha, factor)| [alpha.clone(), factor.clone()])
            .collect();
        G::write_list(&all, &mut text);
        let digest = sha256_hex(text.as_bytes());
        let exponents: Vec<G::Scalar> = (0..pairs.len())
            .map(|i| challenge::<G>(&format!("isoloir/binding/v1|{digest}|{i}")))
            .collect();
        let (alphas, factors): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let product = |elements: Vec<G::Element>| {
            let terms: Vec<_> = elements.into_iter().zip(exponents.iter().cloned()).collect();
            G::vartime_product(&terms)
        };
        Self {
            alpha: product(alphas),
            factor: product(factors),
            digest,
        }
    }

    fn challenge(&self, a: &G::Element, b: &G::Element) -> G::Scalar {
        let mut text = format!("isoloir/binding/v1|{}|proof|", self.digest);
        G::write(a, &mut text);
        text.push(',');
        G::write(b, &mut text);
        challenge::<G>(&text)
    }
}
