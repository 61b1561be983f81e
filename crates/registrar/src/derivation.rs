//! From the voting code to its two keys: the authenticator, which the browser sends, and the wrapping key, which it keeps.
//!
//! The registrar derives both once, when it issues the code. Of the authenticator it stores a keyed hash, of the wrapping key
//! only what is wrapped under it. The derivations are part of the public interface (`vectors/voting-code.json`).

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use isoloir_domain::{ElectionId, VoterId};
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::voting_code::VotingCode;

/// Bytes of a nonce of XChaCha20.
pub(crate) const NONCE: usize = 24;

/// What the browser sends to prove that the voter has the code: 32 bytes. It opens nothing.
#[derive(ZeroizeOnDrop)]
pub struct Authenticator([u8; 32]);

impl Authenticator {
    /// As read from a request.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Authenticator {
        Authenticator(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The key under which a voter's credentials travel. It never leaves the browser, nor this process.
#[derive(ZeroizeOnDrop)]
pub struct WrappingKey([u8; 32]);

/// The cipher refused: another code, voter or election, or a changed byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the credential cannot be wrapped or unwrapped")]
pub struct WrapError;

impl Authenticator {
    /// Derives the authenticator of a voter's code.
    #[must_use]
    pub fn derive(code: &VotingCode, voter: VoterId) -> Authenticator {
        Authenticator(*derive(code, voter, b"authenticator"))
    }
}

impl WrappingKey {
    /// Derives the wrapping key of a voter's code.
    #[must_use]
    pub fn derive(code: &VotingCode, voter: VoterId) -> WrappingKey {
        WrappingKey(*derive(code, voter, b"wrapping"))
    }

    /// Wraps a credential's text for one voter and election: nonce, then ciphertext.
    ///
    /// # Errors
    /// [`WrapError`]; not for texts of a credential's size.
    pub fn wrap<R: CryptoRng + ?Sized>(
        &self,
        voter: VoterId,
        election: &ElectionId,
        credential: &[u8],
        rng: &mut R,
    ) -> Result<Vec<u8>, WrapError> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        seal(&self.0, nonce, credential, aad(voter, election).as_bytes()).ok_or(WrapError)
    }

    /// What the browser does: opens a wrapped credential.
    ///
    /// # Errors
    /// [`WrapError`].
    pub fn unwrap(
        &self,
        voter: VoterId,
        election: &ElectionId,
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, WrapError> {
        open(&self.0, wrapped, aad(voter, election).as_bytes()).ok_or(WrapError)
    }

    /// For vectors and for tests that look for the key where it must not be.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

fn aad(voter: VoterId, election: &ElectionId) -> String {
    format!("isoloir/credential/v1|{voter}|{election}")
}

fn derive(code: &VotingCode, voter: VoterId, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
    let salt = format!("isoloir/code/v1|{voter}");
    expand(Some(salt.as_bytes()), code.symbols(), purpose)
}

/// HKDF-SHA256 to a key of `N` bytes.
pub(crate) fn expand<const N: usize>(salt: Option<&[u8]>, secret: &[u8], purpose: &[u8]) -> Zeroizing<[u8; N]> {
    let mut key = Zeroizing::new([0; N]);
    // HKDF refuses only outputs longer than 8,160 bytes.
    let _: Result<(), _> = Hkdf::<Sha256>::new(salt, secret).expand(purpose, &mut *key);
    key
}

/// XChaCha20-Poly1305 with the nonce in front.
pub(crate) fn seal(key: &[u8; 32], nonce: [u8; NONCE], plain: &[u8], aad: &[u8]) -> Option<Vec<u8>> {
    let cipher = XChaCha20Poly1305::new_from_slice(key).ok()?;
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad }).ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

/// The reverse of [`seal`].
pub(crate) fn open(key: &[u8; 32], sealed: &[u8], aad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let cipher = XChaCha20Poly1305::new_from_slice(key).ok()?;
    let plain = cipher
        .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad })
        .ok()?;
    Some(Zeroizing::new(plain))
}
