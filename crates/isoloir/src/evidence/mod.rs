//! The evidence of an election (*dossier de preuves*, R. 211-580): one folder that says what it holds, signed, to be counted again on a machine
//! without database or network, kept two years, then destroyed with a certificate.
//!
//! - [`package`]: the folder, from a server's data
//! - [`check`]: the folder against its manifest, and the count again
//! - [`destroy`]: after the retention, or by a court's decision

pub mod check;
pub mod destroy;
pub mod package;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
use isoloir_domain::{ConsultationId, ElectionId};
use isoloir_service::board::Build;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The manifest's form, with which what is signed begins.
const FORM: &str = "isoloir/evidence/v1";
/// The manifest.
const MANIFEST: &str = "manifest.json";
/// Its signature.
const SIGNATURE: &str = "manifest.sig";

/// What a folder of evidence holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    form: String,
    /// Whose.
    pub consultation: ConsultationId,
    title: String,
    organiser: String,
    /// When the folder was made.
    made: Timestamp,
    /// Last proclamation; two years count from it (R. 211-580).
    proclaimed: Timestamp,
    /// Nothing is destroyed before.
    pub keep_until: Timestamp,
    /// The program that made it.
    build: Build,
    /// The voting server's public key, in hexadecimal.
    server_key: String,
    /// Head of the journal, in hexadecimal.
    journal_head: String,
    elections: Vec<ElectionEvidence>,
    files: Vec<FileLine>,
}

/// One election of the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ElectionEvidence {
    election: ElectionId,
    title: String,
    /// Digest of the archive that was audited before the proclamation.
    archive: String,
    ballots: u64,
    marked: u64,
}

/// One file of the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileLine {
    /// From the folder, with `/`.
    path: String,
    size: u64,
    sha256: String,
}

impl Manifest {
    /// Reads the manifest of a folder and its signature, by this key, or by the one that it names.
    ///
    /// # Errors
    /// When it is missing, malformed or not signed.
    pub fn read(folder: &Path, key: Option<&VerifyingKey>) -> anyhow::Result<Self> {
        let bytes = read(&folder.join(MANIFEST))?;
        let manifest: Self = serde_json::from_slice(&bytes).context("the manifest")?;
        anyhow::ensure!(manifest.form == FORM, "unknown form {:?}", manifest.form);
        let named = public_key(&manifest.server_key)?;
        anyhow::ensure!(
            key.is_none_or(|key| *key == named),
            "the manifest names another server key than the one expected"
        );
        let text = String::from_utf8(read(&folder.join(SIGNATURE))?).context("the signature")?;
        let mut signature = [0; 64];
        hex::decode_to_slice(text.trim(), &mut signature).context("the signature")?;
        let signed = named.verify(&signed_bytes(&bytes), &Signature::from_bytes(&signature));
        signed.context("the manifest is not signed by the server's key")?;
        Ok(manifest)
    }

    /// SHA-256 of a manifest as it lies there.
    fn digest(folder: &Path) -> anyhow::Result<String> {
        Ok(hex::encode(Sha256::digest(read(&folder.join(MANIFEST))?)))
    }
}

fn public_key(text: &str) -> anyhow::Result<VerifyingKey> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).context("the server's key")?;
    VerifyingKey::from_bytes(&bytes).context("the server's key")
}

fn signed_bytes(manifest: &[u8]) -> Vec<u8> {
    [FORM.as_bytes(), b"|", Sha256::digest(manifest).as_slice()].concat()
}

fn sign(manifest: &[u8], key: &SigningKey) -> String {
    format!("{}\n", hex::encode(key.sign(&signed_bytes(manifest)).to_bytes()))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Every file under a folder, with its path from there, in order; neither the manifest nor its signature.
fn files(folder: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let entries = std::fs::read_dir(&next).with_context(|| format!("cannot read {}", next.display()))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
                continue;
            }
            let path = entry.path();
            let name = path.strip_prefix(folder)?.display().to_string();
            if name != MANIFEST && name != SIGNATURE {
                found.push((name, path));
            }
        }
    }
    found.sort();
    Ok(found)
}
