//! Signatures of tokens (JWS in compact form, RFC 7515). The algorithm is ours to decide, never the token's: it must be one that the
//! service was registered with, and the key must be of its kind. There is no `none`, no shared secret, no key inside a token.

use aws_lc_rs::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::IdentityError;
use crate::keys::{KeySet, PublicKey};
use crate::settings::Algorithm;

/// Longest token read.
const LONGEST: usize = 64 * 1024;

/// A token cut into its parts; nothing of it is believed yet.
pub(crate) struct Jws<'a> {
    signed: &'a [u8],
    algorithm: Algorithm,
    kid: Option<String>,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

const MALFORMED: IdentityError = IdentityError::Nonsense("a malformed token");

impl<'a> Jws<'a> {
    /// Cuts a token whose algorithm is among `allowed`.
    pub(crate) fn read(token: &'a str, allowed: &[Algorithm]) -> Result<Self, IdentityError> {
        let token = token.trim();
        if token.len() > LONGEST {
            return Err(MALFORMED);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(MALFORMED)?;
        let (header, payload) = signed.split_once('.').ok_or(MALFORMED)?;
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| MALFORMED);
        let header: Header = serde_json::from_slice(&bytes(header)?).map_err(|_| MALFORMED)?;
        let algorithm = allowed
            .iter()
            .copied()
            .find(|algorithm| algorithm.name() == header.alg)
            .ok_or(IdentityError::Algorithm)?;
        // Extensions that must be understood are not.
        if header.crit.is_some() {
            return Err(MALFORMED);
        }
        Ok(Self {
            signed: signed.as_bytes(),
            algorithm,
            kid: header.kid,
            payload: bytes(payload)?,
            signature: bytes(signature)?,
        })
    }

    /// The claims, once the signature is that of one of `keys`.
    ///
    /// [`IdentityError::UnknownKey`] when it names a key that is not among them: the provider may have new ones.
    pub(crate) fn verify(&self, keys: &KeySet) -> Result<Map<String, Value>, IdentityError> {
        let key = keys
            .find(self.algorithm, self.kid.as_deref())
            .ok_or(IdentityError::UnknownKey)?;
        let verified = match key {
            PublicKey::Es256(point) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(self.signed, &self.signature)
            }
            PublicKey::Rs256 { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &signature::RSA_PKCS1_2048_8192_SHA256,
                self.signed,
                &self.signature,
            ),
        };
        verified.map_err(|_| IdentityError::Signature)?;
        serde_json::from_slice(&self.payload).map_err(|_| MALFORMED)
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};

    use super::*;

    fn b64(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A token signed as its header says, and the set with its key.
    fn signed(header: &str, kid: &str) -> (String, KeySet) {
        let chance = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &chance).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
        let text = format!("{}.{}", b64(header.as_bytes()), b64(br#"{"sub":"x"}"#));
        let signature = pair.sign(&chance, text.as_bytes()).unwrap();
        let point = pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let jwks = format!(
            r#"{{"keys":[{{"kty":"EC","crv":"P-256","kid":"{kid}","x":"{}","y":"{}"}},{{"kty":"oct","k":"AAAA"}}]}}"#,
            b64(x),
            b64(y)
        );
        let token = format!("{text}.{}", b64(signature.as_ref()));
        (token, KeySet::read(jwks.as_bytes()).unwrap())
    }

    fn outcome(token: &str, keys: &KeySet, allowed: &[Algorithm]) -> Result<(), IdentityError> {
        Jws::read(token, allowed)?.verify(keys).map(|_| ())
    }

    const BOTH: &[Algorithm] = &[Algorithm::Es256, Algorithm::Rs256];

    #[test]
    fn a_signature_holds_for_its_text_its_key_and_its_algorithm() {
        let (token, keys) = signed(r#"{"alg":"ES256","kid":"k"}"#, "k");
        assert_eq!(outcome(&token, &keys, BOTH), Ok(()));
        assert_eq!(
            outcome(&token, &keys, &[Algorithm::Rs256]),
            Err(IdentityError::Algorithm)
        );
        let (_, others) = signed(r#"{"alg":"ES256","kid":"k"}"#, "k");
        assert_eq!(outcome(&token, &others, BOTH), Err(IdentityError::Signature));
        let (_, renamed) = signed(r#"{"alg":"ES256","kid":"k"}"#, "l");
        assert_eq!(outcome(&token, &renamed, BOTH), Err(IdentityError::UnknownKey));
        let (head, rest) = token.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let other = format!("{head}.{}.{signature}", b64(br#"{"sub":"y"}"#));
        assert_eq!(outcome(&other, &keys, BOTH), Err(IdentityError::Signature));
        // The only key of its kind serves a token that names none.
        let (nameless, keys) = signed(r#"{"alg":"ES256"}"#, "k");
        assert_eq!(outcome(&nameless, &keys, BOTH), Ok(()));
    }

    #[test]
    fn a_token_does_not_choose_how_it_is_verified() {
        for alg in ["none", "None", "HS256", "ES384", "es256", ""] {
            let (token, keys) = signed(&format!(r#"{{"alg":"{alg}","kid":"k"}}"#), "k");
            assert_eq!(outcome(&token, &keys, BOTH), Err(IdentityError::Algorithm), "{alg}");
        }
        let (token, keys) = signed(r#"{"alg":"RS256","kid":"k"}"#, "k");
        assert_eq!(
            outcome(&token, &keys, BOTH),
            Err(IdentityError::UnknownKey),
            "a key of another kind"
        );
        let (token, keys) = signed(r#"{"alg":"ES256","kid":"k","crit":["exp"]}"#, "k");
        assert_eq!(outcome(&token, &keys, BOTH), Err(MALFORMED));
        for broken in ["", ".", "..", "a.b.c", "e30.e30.e30", "e30"] {
            assert!(outcome(broken, &keys, BOTH).is_err(), "{broken}");
        }
        let (unsigned, _) = token.rsplit_once('.').unwrap();
        assert!(outcome(&format!("{unsigned}."), &keys, BOTH).is_err());
    }
}
