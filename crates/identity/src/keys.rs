//! The provider's keys (*JWKS*, RFC 7517): those that we can use, by identifier.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::settings::Algorithm;

/// A public key.
pub(crate) enum PublicKey {
    /// P-256, as an uncompressed point.
    Es256([u8; 65]),
    /// Modulus and exponent, big-endian.
    Rs256 { n: Vec<u8>, e: Vec<u8> },
}

impl PublicKey {
    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256(_) => Algorithm::Es256,
            Self::Rs256 { .. } => Algorithm::Rs256,
        }
    }
}

/// The keys by which the provider signs.
pub(crate) struct KeySet(Vec<(Option<String>, PublicKey)>);

#[derive(Deserialize)]
struct Document {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl KeySet {
    /// Reads the document; keys that we cannot use (encryption, other curves) are left out.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let document: Document = serde_json::from_slice(bytes).ok()?;
        Some(Self(document.keys.into_iter().filter_map(Jwk::usable).collect()))
    }

    /// The key of a token's header. A token without identifier is only understood where there is one key of its kind.
    pub(crate) fn find(&self, algorithm: Algorithm, kid: Option<&str>) -> Option<&PublicKey> {
        let mut of_kind = self.0.iter().filter(|(_, key)| key.algorithm() == algorithm);
        match kid {
            Some(kid) => of_kind
                .find(|(name, _)| name.as_deref() == Some(kid))
                .map(|(_, key)| key),
            None => {
                let (_, only) = of_kind.next()?;
                of_kind.next().is_none().then_some(only)
            }
        }
    }
}

impl Jwk {
    fn usable(self) -> Option<(Option<String>, PublicKey)> {
        let number = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
        if self.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let key = match (self.kty.as_str(), self.crv.as_deref()) {
            ("EC", Some("P-256")) => {
                let (x, y) = (number(&self.x)?, number(&self.y)?);
                let point = [&[4][..], &x, &y].concat();
                PublicKey::Es256(point.try_into().ok()?)
            }
            ("RSA", _) => PublicKey::Rs256 {
                n: number(&self.n)?,
                e: number(&self.e)?,
            },
            _ => return None,
        };
        let said = self.alg.as_deref();
        said.is_none_or(|alg| alg == key.algorithm().name())
            .then_some((self.kid, key))
    }
}
