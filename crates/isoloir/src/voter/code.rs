//! From the voting code (*code de vote*) to the two keys of the booth: the authenticator that is sent, the wrapping key that is kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 24;
const CODE_SYMBOLS: usize = 16;

/// What goes wrong on the voter's side of unlocking.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// Not sixteen symbols of the alphabet.
    #[error("not a voting code: it has 16 letters and digits, without U")]
    Shape,
    /// The wrapped credential is not base64url, or too short.
    #[error("the registrar's answer is not a wrapped credential")]
    Malformed,
    /// The wrapped credential does not open under this code, voter and election.
    #[error("the credential does not open under this code, for this voter and election")]
    Wrapped,
}

/// The two keys derived from a voting code. The code itself is forgotten.
pub struct UnlockKeys {
    authenticator: Zeroizing<[u8; 32]>,
    wrapping: Zeroizing<[u8; 32]>,
    voter: Uuid,
}

impl UnlockKeys {
    /// Derives the keys from the code as typed: lower case, spaces and dashes are accepted, `O` reads `0`, `I` and `L` read `1`.
    ///
    /// # Errors
    /// When it is not sixteen symbols of the alphabet.
    pub fn derive(code: &str, voter: Uuid) -> Result<Self, CodeError> {
        let symbols = normalize(code)?;
        let salt = format!("isoloir/code/v1|{}", voter.hyphenated());
        let hkdf = Hkdf::<Sha256>::new(Some(salt.as_bytes()), symbols.as_bytes());
        let mut keys = Self {
            authenticator: Zeroizing::new([0; 32]),
            wrapping: Zeroizing::new([0; 32]),
            voter,
        };
        hkdf.expand(b"authenticator", &mut *keys.authenticator)
            .map_err(|_| CodeError::Shape)?;
        hkdf.expand(b"wrapping", &mut *keys.wrapping)
            .map_err(|_| CodeError::Shape)?;
        Ok(keys)
    }

    /// The authenticator in hexadecimal, as sent to the registrar.
    #[must_use]
    pub fn authenticator(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(*self.authenticator))
    }

    /// The wrapping key in hexadecimal: only for the test that looks for it where it must never be.
    #[must_use]
    pub fn expose_wrapping_key(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(*self.wrapping))
    }

    /// Opens one wrapped credential: the text `XXXXX-XXXXXX-XXXXX-XXXXXX`.
    ///
    /// # Errors
    /// When it is malformed, or was wrapped under another code, for another voter or another election.
    pub fn open(&self, election: &str, wrapped: &str) -> Result<Zeroizing<String>, CodeError> {
        let bytes = URL_SAFE_NO_PAD.decode(wrapped).map_err(|_| CodeError::Malformed)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or(CodeError::Malformed)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| CodeError::Malformed)?;
        let aad = format!("isoloir/credential/v1|{}|{election}", self.voter.hyphenated());
        let cipher = XChaCha20Poly1305::new_from_slice(&*self.wrapping).map_err(|_| CodeError::Malformed)?;
        let plain = cipher
            .decrypt(
                &nonce,
                Payload {
                    msg: sealed,
                    aad: aad.as_bytes(),
                },
            )
            .map_err(|_| CodeError::Wrapped)?;
        String::from_utf8(plain)
            .map(Zeroizing::new)
            .map_err(|_| CodeError::Wrapped)
    }
}

fn normalize(code: &str) -> Result<Zeroizing<String>, CodeError> {
    let mut symbols = Zeroizing::new(String::with_capacity(CODE_SYMBOLS));
    for typed in code.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let symbol = match typed.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            'U' => return Err(CodeError::Shape),
            c if c.is_ascii_alphanumeric() => c,
            _ => return Err(CodeError::Shape),
        };
        symbols.push(symbol);
    }
    if symbols.len() == CODE_SYMBOLS {
        Ok(symbols)
    } else {
        Err(CodeError::Shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_variants_give_the_same_keys() {
        let voter = Uuid::from_u128(7);
        let keys = UnlockKeys::derive("K7QM-2RTD-9XHF-0C1D", voter).unwrap();
        let typed = UnlockKeys::derive(" k7qm 2rtd9xhf-oCld", voter).unwrap();
        assert_eq!(*keys.authenticator(), *typed.authenticator());
        assert_ne!(*keys.authenticator(), *keys.expose_wrapping_key());
        assert_ne!(
            *keys.authenticator(),
            *UnlockKeys::derive("K7QM-2RTD-9XHF-0C1D", Uuid::from_u128(8))
                .unwrap()
                .authenticator()
        );
    }

    #[test]
    fn what_is_not_a_code_is_refused() {
        for text in [
            "",
            "K7QM-2RTD-9XHF-4CA",
            "K7QM-2RTD-9XHF-4CADX",
            "K7QM-2RTD-9XHF-4CAU",
            "K7QM-2RTD-9XHF-4CAé",
        ] {
            assert!(UnlockKeys::derive(text, Uuid::nil()).is_err(), "{text}");
        }
    }
}
