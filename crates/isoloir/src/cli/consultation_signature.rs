//! The signature of a consultation's folder: a list of all its files with their SHA-256, which `sha256sum --check` reads too, signed with Ed25519.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, bail};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use isoloir_service::consultation_file::Files;
use sha2::{Digest as _, Sha256};

use crate::private_file;

/// The list of files.
const MANIFEST: &str = "manifest.sha256";
/// Its signature, in hexadecimal.
const SIGNATURE: &str = "manifest.sig";
/// What is signed begins with this, so that the signature is good for nothing else.
const PREFIX: &str = "isoloir/consultation/v1|";

/// The digest of a file, in hexadecimal.
fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A line per file, by path: `digest  path`.
fn manifest(files: &Files) -> anyhow::Result<String> {
    let mut text = String::new();
    for (path, bytes) in files {
        if path.contains(['\n', '\r', '\\']) {
            bail!("{path:?}: a name with a line break or a backslash cannot be signed");
        }
        writeln!(text, "{}  {path}", digest(bytes))?;
    }
    Ok(text)
}

fn signed(manifest: &str) -> Vec<u8> {
    [PREFIX, manifest].concat().into_bytes()
}

/// Writes list and signature into the folder.
pub(crate) fn sign(folder: &Path, files: &Files, key: &SigningKey) -> anyhow::Result<()> {
    let manifest = manifest(files)?;
    let signature = hex::encode(key.sign(&signed(&manifest)).to_bytes());
    private_file::replace_public(&folder.join(MANIFEST), manifest.as_bytes())?;
    private_file::replace_public(&folder.join(SIGNATURE), format!("{signature}\n").as_bytes())
}

/// Checks that one of `keys` signed exactly these files.
///
/// # Errors
/// When there is no signature, when it is nobody's, and for the first file that is changed, missing or not in the list.
pub(crate) fn verify(folder: &Path, files: &Files, keys: &[VerifyingKey]) -> anyhow::Result<()> {
    let read = |name: &str| {
        std::fs::read_to_string(folder.join(name))
            .with_context(|| format!("{name}: the folder is not signed (`isoloir consultation sign`)"))
    };
    let (manifest, signature) = (read(MANIFEST)?, read(SIGNATURE)?);
    let mut bytes = [0; Signature::BYTE_SIZE];
    hex::decode_to_slice(signature.trim(), &mut bytes).with_context(|| format!("{SIGNATURE} is not a signature"))?;
    let signature = Signature::from_bytes(&bytes);
    let text = signed(&manifest);
    if !keys.iter().any(|key| key.verify_strict(&text, &signature).is_ok()) {
        bail!("{MANIFEST}: the signature is by none of the organiser's keys");
    }
    let mut listed = Vec::new();
    for line in manifest.lines() {
        let (expected, path) = line
            .split_once("  ")
            .with_context(|| format!("{MANIFEST} does not read"))?;
        match files.get(path) {
            None => bail!("{path}: signed, and not there"),
            Some(bytes) if digest(bytes) != expected => bail!("{path}: changed since it was signed"),
            Some(_) => listed.push(path),
        }
    }
    match files.keys().find(|path| !listed.contains(&path.as_str())) {
        Some(path) => bail!("{path}: not among the files that were signed"),
        None => Ok(()),
    }
}
