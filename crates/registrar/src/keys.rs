//! The registrar's own keys, all from one 32-byte seed in one file.
//!
//! The seed is the Ed25519 key that signs admissions. The key that seals credentials at rest and the key under which
//! authenticators are hashed are derived from it, each for its one purpose. Without the file the database opens nothing.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use ed25519_dalek::{SigningKey, VerifyingKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use isoloir_domain::VoterId;
use rand_core::CryptoRng;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::derivation::{Authenticator, NONCE, expand, open, seal};

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read or made.
    #[error("the registrar's key file: {0}")]
    Io(#[from] io::Error),
    /// Not 64 hexadecimal digits.
    #[error("the registrar's key file does not hold 64 hexadecimal digits")]
    Malformed,
    /// Others may read the file.
    #[error("the registrar's key file can be read by others than its owner (mode {0:o}): chmod 600")]
    Exposed(u32),
}

/// All keys of the registrar (*autorité des codes*).
pub struct Keys {
    signing: SigningKey,
    sealing: Zeroizing<[u8; 32]>,
    /// One block of SHA-256, the size for which HMAC takes any key as it is.
    hashing: Zeroizing<[u8; 64]>,
}

impl Keys {
    /// Derives everything from the signing key.
    #[must_use]
    pub fn new(signing: SigningKey) -> Keys {
        let seed = Zeroizing::new(signing.to_bytes());
        let salt = Some(b"isoloir/registrar/v1".as_slice());
        Keys {
            sealing: expand(salt, &*seed, b"sealing"),
            hashing: expand(salt, &*seed, b"hashing"),
            signing,
        }
    }

    /// Reads the key file (64 hexadecimal digits, readable by its owner alone); makes it when there is none.
    ///
    /// # Errors
    /// See [`KeyFileError`].
    pub fn load_or_create<R: CryptoRng + ?Sized>(path: &Path, rng: &mut R) -> Result<Keys, KeyFileError> {
        match std::fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) => {
                refuse_exposed(path)?;
                Ok(Keys::new(SigningKey::from_bytes(&*parse(&text)?)))
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Keys::create(path, rng),
            Err(e) => Err(e.into()),
        }
    }

    fn create<R: CryptoRng + ?Sized>(path: &Path, rng: &mut R) -> Result<Keys, KeyFileError> {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        let text = Zeroizing::new(format!("{}\n", hex::encode(seed.as_slice())));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        let folder = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        Ok(Keys::new(SigningKey::from_bytes(&seed)))
    }

    /// A key that is kept when the master key changes.
    pub(crate) fn kept(&self, name: KeptName) -> Zeroizing<Vec<u8>> {
        match name {
            KeptName::Signing => Zeroizing::new(self.signing.to_bytes().to_vec()),
            KeptName::Hashing => Zeroizing::new(self.hashing.to_vec()),
        }
    }

    /// The same sealing key with these kept keys beside it; `None` when they have not the size of keys.
    pub(crate) fn with_kept(self, signing: &[u8], hashing: &[u8]) -> Option<Keys> {
        let signing = Zeroizing::new(<[u8; 32]>::try_from(signing).ok()?);
        Some(Keys {
            signing: SigningKey::from_bytes(&signing),
            sealing: self.sealing,
            hashing: Zeroizing::new(hashing.try_into().ok()?),
        })
    }

    /// The public key by which the voting server checks admissions.
    #[must_use]
    pub fn public(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }

    pub(crate) fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// Seals a value of the database: `place` names table, column and row, so that no sealed value can stand elsewhere.
    pub(crate) fn seal<R: CryptoRng + ?Sized>(&self, place: &str, plain: &[u8], rng: &mut R) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        seal(&self.sealing, nonce, plain, place.as_bytes())
    }

    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        open(&self.sealing, sealed, place.as_bytes())
    }

    /// A keyed hash: the same for the same text and purpose, and nothing to anyone without the key.
    pub(crate) fn mark(&self, purpose: &str, text: &str) -> [u8; 32] {
        let mut mac = <Hmac<Sha256>>::new(&(*self.hashing).into());
        for part in ["isoloir/registrar/mark/v1|", purpose, "|", text] {
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// What is stored of an authenticator: HMAC-SHA256 under a key that the database does not have.
    pub(crate) fn verifier(&self, voter: VoterId, authenticator: &Authenticator) -> Verifier {
        let mut mac = <Hmac<Sha256>>::new(&(*self.hashing).into());
        mac.update(voter.uuid().as_bytes());
        mac.update(authenticator.expose());
        Verifier(mac.finalize().into_bytes().into())
    }
}

/// A key that stays the same when the master key changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeptName {
    /// Signs admissions: the voting server knows its public half.
    Signing,
    /// Hashes authenticators and identifiers, of which nothing else is kept.
    Hashing,
}

impl KeptName {
    pub(crate) const ALL: [KeptName; 2] = [KeptName::Signing, KeptName::Hashing];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            KeptName::Signing => "signing",
            KeptName::Hashing => "hashing",
        }
    }
}

/// Keyed hash of an authenticator.
pub(crate) struct Verifier([u8; 32]);

impl Verifier {
    /// For the database.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Compares in constant time; `stored` is what the database has, or anything else of 32 bytes when it has nothing.
    pub(crate) fn matches(&self, stored: &[u8]) -> bool {
        self.0.ct_eq(stored).into()
    }
}

fn parse(text: &str) -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
    let mut seed = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim_end(), &mut *seed).map_err(|_| KeyFileError::Malformed)?;
    Ok(seed)
}

fn refuse_exposed(path: &Path) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(KeyFileError::Exposed(mode))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_key_file_is_made_once_private_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registrar.key");
        let made = Keys::load_or_create(&path, &mut StdRng::seed_from_u64(1)).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read = Keys::load_or_create(&path, &mut StdRng::seed_from_u64(2)).unwrap();
        assert_eq!(made.public(), read.public());
        let sealed = made.seal("t|c|1", b"secret", &mut StdRng::seed_from_u64(3)).unwrap();
        assert_eq!(&**read.open("t|c|1", &sealed).unwrap(), b"secret");
        assert!(
            read.open("t|c|2", &sealed).is_none(),
            "a sealed value opens in its own place only"
        );
    }

    #[test]
    fn a_key_file_that_others_may_read_or_that_is_damaged_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registrar.key");
        Keys::load_or_create(&path, &mut StdRng::seed_from_u64(1)).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = Keys::load_or_create(&path, &mut StdRng::seed_from_u64(1)).map(|_| ());
        assert!(matches!(refused, Err(KeyFileError::Exposed(0o640))));
        std::fs::write(&path, "00").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let refused = Keys::load_or_create(&path, &mut StdRng::seed_from_u64(1)).map(|_| ());
        assert!(matches!(refused, Err(KeyFileError::Malformed)));
    }
}
