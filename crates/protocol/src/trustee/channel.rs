//! Confidential and authentic messages between trustees, carried by a server that can read none.
//!
//! A message is wrapped with its recipient's key, signed by the sender, and encrypted: the secret
//! `g^s` is ElGamal-encrypted to the recipient; the text by AES-GCM under `SHA256("key|" g^s)` with
//! the 32-byte initialization vector `SHA256("iv|" alpha)`.

use aes_gcm::{
    AesGcm, KeyInit as _,
    aead::{AeadInOut as _, consts::U32},
    aes::Aes256,
};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{
    pki::{Keys, Signed},
    schnorr::written,
};
use crate::{group::Group, json};

const ALGORITHM: &str = "AES-GCM";

/// Why a message is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// Not a message of the expected form.
    #[error("a message between trustees is malformed")]
    Form,
    /// Not for this trustee, or changed on the way.
    #[error("a message between trustees cannot be decrypted with this key")]
    Decryption,
    /// Not signed by the expected sender.
    #[error("a message between trustees is not signed by its sender")]
    Signature,
    /// Signed by the sender, but for somebody else.
    #[error("a message between trustees was meant for another one")]
    Recipient,
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct Encrypted<G: Group> {
    algorithm: String,
    alpha: G::Element,
    beta: G::Element,
    data: String,
}

#[derive(Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct Addressed<G: Group> {
    recipient: G::Element,
    message: String,
}

/// Signs as `sender` and encrypts to `recipient`.
///
/// # Errors
/// None that occurs: AES-GCM refuses only messages of 64 gibibytes.
pub(super) fn send<G: Group, R: CryptoRng + ?Sized>(
    sender: &Keys<G>,
    recipient: &G::Element,
    message: &str,
    rng: &mut R,
) -> Result<String, ChannelError> {
    let addressed = Addressed::<G> {
        recipient: recipient.clone(),
        message: message.to_owned(),
    };
    let signed = sender.sign(text_of(&addressed), rng);
    let mut data = json::to_bytes(&signed);
    let r = Zeroizing::new(G::random_scalar(rng));
    let secret = G::pow_g(&Zeroizing::new(G::random_scalar(rng)));
    let alpha = G::pow_g(&r);
    let beta = G::mul(&G::pow(recipient, &r), &secret);
    cipher::<G>(&secret)
        .encrypt_in_place(&iv::<G>(&alpha).into(), b"", &mut data)
        .map_err(|_| ChannelError::Form)?;
    let encrypted = Encrypted::<G> {
        algorithm: ALGORITHM.to_owned(),
        alpha,
        beta,
        data: hex::encode(data),
    };
    Ok(text_of(&encrypted))
}

/// Decrypts as `recipient` and checks that `sender` wrote it for this recipient.
///
/// # Errors
/// [`ChannelError`].
pub(super) fn receive<G: Group>(
    recipient: &Keys<G>,
    sender: &G::Element,
    text: &str,
) -> Result<Zeroizing<String>, ChannelError> {
    let encrypted: Encrypted<G> = json::parse(text.as_bytes()).map_err(|_| ChannelError::Form)?;
    if encrypted.algorithm != ALGORITHM {
        return Err(ChannelError::Form);
    }
    let mask = G::pow(&encrypted.alpha, recipient.decryption());
    let secret = G::div(&encrypted.beta, &mask);
    let mut data = Zeroizing::new(hex::decode(&encrypted.data).map_err(|_| ChannelError::Form)?);
    cipher::<G>(&secret)
        .decrypt_in_place(&iv::<G>(&encrypted.alpha).into(), b"", &mut *data)
        .map_err(|_| ChannelError::Decryption)?;
    let signed: Signed<G> = json::parse(&data).map_err(|_| ChannelError::Form)?;
    if !signed.is_by(sender) {
        return Err(ChannelError::Signature);
    }
    let addressed: Addressed<G> = json::parse(signed.message.as_bytes()).map_err(|_| ChannelError::Form)?;
    if addressed.recipient != recipient.encryption() {
        return Err(ChannelError::Recipient);
    }
    Ok(Zeroizing::new(addressed.message))
}

fn cipher<G: Group>(secret: &G::Element) -> AesGcm<Aes256, U32> {
    let text = Zeroizing::new(written::<G>(String::from("key|"), secret));
    let key: Zeroizing<[u8; 32]> = Zeroizing::new(Sha256::digest(text.as_bytes()).into());
    AesGcm::new(&(*key).into())
}

fn iv<G: Group>(alpha: &G::Element) -> [u8; 32] {
    Sha256::digest(written::<G>(String::from("iv|"), alpha)).into()
}

/// Canonical JSON as text.
pub(super) fn text_of<T: Serialize>(value: &T) -> String {
    String::from_utf8_lossy(&json::to_bytes(value)).into_owned()
}
