//! What the database keeps without being able to read it: sealed under keys derived from the server's key, which is not in the database.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ed25519_dalek::SigningKey;
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::Zeroizing;

const NONCE: usize = 24;

/// Keys for data at rest, one per purpose.
pub(crate) struct Vault {
    sealing: Zeroizing<[u8; 32]>,
    /// One block of SHA-256, the size for which HMAC takes any key as it is.
    marking: Zeroizing<[u8; 64]>,
}

impl Vault {
    pub(crate) fn new(key: &SigningKey) -> Self {
        let seed = Zeroizing::new(key.to_bytes());
        Self {
            sealing: expand(&seed, b"sealing"),
            marking: expand(&seed, b"marking"),
        }
    }

    /// XChaCha20-Poly1305 with the nonce in front. `place` names table, column and row (`outbox|letter|ID`), so that no sealed value can
    /// stand elsewhere. `None` only for texts of hundreds of gigabytes.
    pub(crate) fn seal<R: CryptoRng + ?Sized>(&self, place: &str, plain: &[u8], rng: &mut R) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let cipher = XChaCha20Poly1305::new_from_slice(self.sealing.as_slice()).ok()?;
        let payload = Payload {
            msg: plain,
            aad: place.as_bytes(),
        };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// The reverse of [`Vault::seal`]; `None` when the value was changed, moved, or sealed under another key.
    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let cipher = XChaCha20Poly1305::new_from_slice(self.sealing.as_slice()).ok()?;
        let payload = Payload {
            msg: sealed,
            aad: place.as_bytes(),
        };
        cipher.decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }

    /// A keyed hash: the same for the same `text` and purpose, and nothing to anyone without the key.
    pub(crate) fn mark(&self, purpose: &str, text: &str) -> [u8; 32] {
        self.mac(purpose, text).finalize().into_bytes().into()
    }

    /// Whether `mark` is that of `text`, compared in constant time.
    pub(crate) fn is_mark(&self, purpose: &str, text: &str, mark: &[u8]) -> bool {
        self.mac(purpose, text).verify_slice(mark).is_ok()
    }

    fn mac(&self, purpose: &str, text: &str) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256>>::new(&(*self.marking).into());
        mac.update(purpose.as_bytes());
        mac.update(b"|");
        mac.update(text.as_bytes());
        mac
    }
}

fn expand<const N: usize>(seed: &[u8; 32], purpose: &[u8]) -> Zeroizing<[u8; N]> {
    let mut key = Zeroizing::new([0; N]);
    // HKDF refuses only outputs longer than 8,160 bytes.
    let _: Result<(), _> = Hkdf::<Sha256>::new(Some(b"isoloir/server/v1"), seed).expand(purpose, &mut *key);
    key
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn a_sealed_value_opens_only_in_its_place_whole_and_under_its_key() {
        let vault = Vault::new(&SigningKey::from_bytes(&[1; 32]));
        let other = Vault::new(&SigningKey::from_bytes(&[2; 32]));
        let mut rng = StdRng::seed_from_u64(1);
        let sealed = vault.seal("outbox|letter|1", b"a@b.fr", &mut rng).unwrap();
        assert_eq!(vault.open("outbox|letter|1", &sealed).unwrap().as_slice(), b"a@b.fr");
        assert!(vault.open("outbox|letter|2", &sealed).is_none());
        assert!(other.open("outbox|letter|1", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(vault.open("outbox|letter|1", &changed).is_none());
        }
        assert!(vault.open("outbox|letter|1", &sealed[..10]).is_none());
    }

    #[test]
    fn marks_depend_on_key_purpose_and_text() {
        let vault = Vault::new(&SigningKey::from_bytes(&[1; 32]));
        let other = Vault::new(&SigningKey::from_bytes(&[2; 32]));
        let mark = vault.mark("cause", "x");
        assert!(vault.is_mark("cause", "x", &mark) && !vault.is_mark("cause", "x", &mark[..31]));
        assert!(!vault.is_mark("cause", "y", &mark) && !vault.is_mark("report", "x", &mark));
        assert_ne!(mark, other.mark("cause", "x"));
    }
}
