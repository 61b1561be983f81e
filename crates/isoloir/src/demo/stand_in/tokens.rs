//! Signatures of the stand-in: ES256, under a key drawn at every start.

use anyhow::anyhow;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(super) struct Signer {
    pair: EcdsaKeyPair,
    chance: SystemRandom,
    kid: String,
}

impl Signer {
    pub(super) fn new() -> anyhow::Result<Self> {
        let chance = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &chance).map_err(|_| anyhow!("no key was drawn"))?;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref()).map_err(|e| anyhow!("{e}"))?;
        let kid = hex::encode(Sha256::digest(pair.public_key().as_ref()));
        Ok(Self { pair, chance, kid })
    }

    pub(super) fn jwks(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let part = |from: usize| URL_SAFE_NO_PAD.encode(point.get(from..from + 32).unwrap_or_default());
        json!({"keys": [{
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid, "x": part(1), "y": part(33),
        }]})
    }

    pub(super) fn sign(&self, claims: &Value) -> anyhow::Result<String> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({"alg": "ES256", "kid": self.kid})), part(claims));
        let signature = self
            .pair
            .sign(&self.chance, signed.as_bytes())
            .map_err(|_| anyhow!("not signed"))?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }
}
