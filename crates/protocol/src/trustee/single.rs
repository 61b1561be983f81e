//! A trustee of one's own (détenteur de clé seul): one private key, without which nothing is decrypted.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::schnorr;
use crate::{
    group::Group,
    json::{self, JsonError},
    proof::Proof,
};

/// Private key of a trustee (clé privée de déchiffrement): of a single trustee, or the share of a
/// threshold trustee.
pub struct PrivateKey<G: Group>(Zeroizing<G::Scalar>);

impl<G: Group> PrivateKey<G> {
    /// Picks one.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self::from_scalar(G::random_scalar(rng))
    }

    pub(super) fn from_scalar(x: G::Scalar) -> Self {
        Self(Zeroizing::new(x))
    }

    pub(crate) fn scalar(&self) -> &G::Scalar {
        &self.0
    }

    /// Reads the file of a private key: a JSON string with a decimal number.
    ///
    /// # Errors
    /// [`JsonError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        json::parse(bytes).map(Self::from_scalar)
    }

    /// The file of a private key.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(json::to_bytes(&*self.0))
    }

    /// The public key, without proof.
    #[must_use]
    pub fn public_element(&self) -> G::Element {
        G::pow_g(&self.0)
    }

    /// The public key with a proof that the private key is known.
    pub fn public_key<R: CryptoRng + ?Sized>(&self, name: Option<String>, rng: &mut R) -> TrusteePublicKey<G> {
        let public_key = self.public_element();
        let pok = schnorr::prove_possession::<G, R>(&self.0, &public_key, rng);
        TrusteePublicKey {
            pok,
            public_key,
            signature: None,
            name,
        }
    }
}

/// Public key of a trustee (clé publique).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct TrusteePublicKey<G: Group> {
    /// Proof that its owner knows the private key.
    pub pok: Proof<G>,
    /// The key.
    pub public_key: G::Element,
    /// Signature of the key under the trustee's verification key (threshold trustees only).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signature: Option<Proof<G>>,
    /// Public name of the trustee.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
}

impl<G: Group> TrusteePublicKey<G> {
    /// Whether the proof of possession holds.
    #[must_use]
    pub fn possession_is_proven(&self) -> bool {
        schnorr::possession_is_proven(&self.public_key, &self.pok)
    }
}
