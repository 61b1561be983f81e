//! Where the registrar's master key comes from: the environment, a file, or a file wrapped by a passphrase.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ed25519_dalek::SigningKey;
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{ambient, private_file};

/// 64 hexadecimal digits, in the place of the file.
const KEY_VARIABLE: &str = "ISOLOIR_REGISTRAR_KEY";
/// Opens a wrapped file.
const PASSPHRASE_VARIABLE: &str = "ISOLOIR_REGISTRAR_PASSPHRASE";
/// Argon2id: 64 MiB, three passes, one lane.
const MEMORY: u32 = 64 * 1024;
const PASSES: u32 = 3;
const SALT: usize = 16;
const NONCE: usize = 24;
const SHORTEST: usize = 16;

/// A key file wrapped by a passphrase.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapped {
    argon2id: Cost,
    salt: String,
    nonce: String,
    sealed: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cost {
    memory_kib: u32,
    passes: u32,
}

/// The master key: from the environment if it is there, else from the file.
pub(crate) fn read(path: &Path) -> anyhow::Result<SigningKey> {
    match secret(KEY_VARIABLE) {
        Some(text) => parse(&text).with_context(|| format!("{KEY_VARIABLE} is not a key of 64 hexadecimal digits")),
        None => read_file(path),
    }
}

/// The master key of a file, wrapped or not.
pub(crate) fn read_file(path: &Path) -> anyhow::Result<SigningKey> {
    let text = std::fs::read_to_string(path).map(Zeroizing::new).with_context(|| {
        format!(
            "cannot read the key {} (make it with `isoloir key new`)",
            path.display()
        )
    })?;
    if text.starts_with('{') {
        let passphrase = secret(PASSPHRASE_VARIABLE).with_context(|| {
            format!(
                "{} is wrapped by a passphrase: set {PASSPHRASE_VARIABLE}",
                path.display()
            )
        })?;
        let wrapped = serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))?;
        unwrap(&wrapped, &passphrase).with_context(|| format!("{PASSPHRASE_VARIABLE} does not open {}", path.display()))
    } else {
        parse(&text).with_context(|| format!("{} is not a key", path.display()))
    }
}

/// Makes a key file, wrapped when a passphrase is set.
pub(crate) fn create(path: &Path) -> anyhow::Result<()> {
    let mut seed = Zeroizing::new([0; 32]);
    ambient::rng().fill_bytes(&mut *seed);
    write(path, &seed)
}

fn write(path: &Path, seed: &[u8; 32]) -> anyhow::Result<()> {
    let text = match secret(PASSPHRASE_VARIABLE) {
        Some(passphrase) => Zeroizing::new(serde_json::to_string_pretty(&wrap(seed, &passphrase)?)?),
        None => Zeroizing::new(hex::encode(seed)),
    };
    private_file::create(path, format!("{}\n", text.as_str()).as_bytes())
}

/// Wraps the key of a file by the passphrase that is set.
pub(crate) fn wrap_file(path: &Path) -> anyhow::Result<()> {
    let key = read_file(path)?;
    if secret(PASSPHRASE_VARIABLE).is_none() {
        bail!("set {PASSPHRASE_VARIABLE}");
    }
    let new = beside(path, "new");
    write(&new, &key.to_bytes())?;
    put_in_place(path, &new)
}

/// Puts the file `new` in the place of `old`, which stays beside it.
pub(crate) fn put_in_place(old: &Path, new: &Path) -> anyhow::Result<()> {
    let kept = beside(old, "old");
    std::fs::rename(old, &kept).with_context(|| kept.display().to_string())?;
    std::fs::rename(new, old).with_context(|| old.display().to_string())
}

/// The file of the same name with one more ending.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut text = path.as_os_str().to_owned();
    text.push(".");
    text.push(ending);
    PathBuf::from(text)
}

fn secret(variable: &str) -> Option<Zeroizing<String>> {
    std::env::var(variable).ok().map(Zeroizing::new)
}

fn parse(text: &str) -> anyhow::Result<SigningKey> {
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), &mut *bytes)?;
    Ok(SigningKey::from_bytes(&bytes))
}

fn wrap(seed: &[u8; 32], passphrase: &str) -> anyhow::Result<Wrapped> {
    if passphrase.chars().count() < SHORTEST {
        bail!("a passphrase has {SHORTEST} characters at least");
    }
    let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
    let mut rng = ambient::rng();
    rng.fill_bytes(&mut salt);
    rng.fill_bytes(&mut nonce);
    let cost = Cost {
        memory_kib: MEMORY,
        passes: PASSES,
    };
    let key = derived(&cost, &salt, passphrase)?;
    let sealed = XChaCha20Poly1305::new_from_slice(key.as_slice())
        .ok()
        .and_then(|cipher| cipher.encrypt(&XNonce::from(nonce), seed.as_slice()).ok())
        .context("the key could not be wrapped")?;
    Ok(Wrapped {
        argon2id: cost,
        salt: hex::encode(salt),
        nonce: hex::encode(nonce),
        sealed: hex::encode(sealed),
    })
}

fn unwrap(wrapped: &Wrapped, passphrase: &str) -> anyhow::Result<SigningKey> {
    let mut nonce = [0; NONCE];
    hex::decode_to_slice(&wrapped.nonce, &mut nonce)?;
    let key = derived(&wrapped.argon2id, &hex::decode(&wrapped.salt)?, passphrase)?;
    let sealed = hex::decode(&wrapped.sealed)?;
    let seed = XChaCha20Poly1305::new_from_slice(key.as_slice())
        .ok()
        .and_then(|cipher| cipher.decrypt(&XNonce::from(nonce), sealed.as_slice()).ok())
        .map(Zeroizing::new)
        .context("another passphrase, or a changed file")?;
    let seed = Zeroizing::new(<[u8; 32]>::try_from(seed.as_slice())?);
    Ok(SigningKey::from_bytes(&seed))
}

fn derived(cost: &Cost, salt: &[u8], passphrase: &str) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32))
        .map_err(|_| anyhow::anyhow!("the file's cost is out of bounds"))?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut *key)
        .map_err(|_| anyhow::anyhow!("the passphrase could not be derived"))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_wraps_a_key_and_no_other_opens_it() {
        let wrapped = wrap(&[7; 32], "correct horse battery staple").unwrap();
        let text = serde_json::to_string(&wrapped).unwrap();
        assert!(!text.contains(&hex::encode([7; 32])));
        let read: Wrapped = serde_json::from_str(&text).unwrap();
        assert_eq!(
            unwrap(&read, "correct horse battery staple").unwrap().to_bytes(),
            [7; 32]
        );
        assert!(unwrap(&read, "correct horse battery stapler").is_err());
        assert!(wrap(&[7; 32], "short").is_err());
    }
}
