//! Private files of one member. Each is written once, with mode 0600, and never leaves the member's own device.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use isoloir_protocol::group::{Group, GroupName};
use isoloir_protocol::trustee::{PrivateKey, Seed, VerifiedTrustees};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::key_file::{SealedKey, passphrase_for};
use crate::private_file;

/// The member's seed for the exchange of one threshold item: `NAME.seed`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedFile<'a> {
    group: GroupName,
    index: u32,
    seed: &'a str,
}

/// A decryption key: `NAME.key`, or what a sealed key file holds. The seed says whose it is: where the threshold is 1, all members hold
/// the same key. A key file of the board's pages has no private key before the ceremony is over.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile<'a> {
    group: GroupName,
    #[serde(borrow, skip_serializing_if = "Option::is_none", default)]
    seed: Option<&'a str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none", default)]
    private_key: Option<&'a RawValue>,
}

/// A decryption key and, for a threshold member, its seed.
pub(super) struct DecryptionKey<G: Group> {
    pub(super) key: PrivateKey<G>,
    pub(super) seed: Option<Seed>,
}

impl<G: Group> DecryptionKey<G> {
    /// Number of the trustee whose key this is.
    pub(super) fn owner(&self, trustees: &VerifiedTrustees<G>) -> Option<u32> {
        match &self.seed {
            Some(seed) => trustees.owner_of_seed(seed),
            None => trustees.owner_of_key(&self.key),
        }
    }
}

/// A member of a threshold item, from its seed file.
pub(super) struct Member {
    pub(super) group: GroupName,
    pub(super) index: u32,
    pub(super) seed: Seed,
    path: PathBuf,
}

impl Member {
    /// Makes a member and its seed file.
    pub(super) fn create(path: &Path, group: GroupName, index: u32, seed: Seed) -> anyhow::Result<Self> {
        let file = SeedFile {
            group,
            index,
            seed: seed.expose(),
        };
        private_file::create(path, &Zeroizing::new(serde_json::to_vec(&file)?))?;
        Ok(Self {
            group,
            index,
            seed,
            path: path.to_path_buf(),
        })
    }

    /// Reads a seed file.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = read_private(path)?;
        let file: SeedFile<'_> =
            serde_json::from_slice(&bytes).with_context(|| format!("{} is not a seed file", path.display()))?;
        let seed = Seed::parse(file.seed).with_context(|| path.display().to_string())?;
        Ok(Self {
            group: file.group,
            index: file.index,
            seed,
            path: path.to_path_buf(),
        })
    }

    /// Where the polynomial is held back until everyone has committed.
    pub(super) fn polynomial_path(&self) -> PathBuf {
        self.path.with_extension("polynomial")
    }

    /// Where the decryption key goes.
    pub(super) fn key_path(&self) -> PathBuf {
        self.path.with_extension("key")
    }
}

/// Reads a private file into memory that is wiped.
pub(super) fn read_private(path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    std::fs::read(path)
        .map(Zeroizing::new)
        .with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a decryption key; `seed` is that of a threshold member.
pub(super) fn write_key<G: Group>(path: &Path, key: &PrivateKey<G>, seed: Option<&Seed>) -> anyhow::Result<()> {
    let exposed = key.expose();
    let private_key: &RawValue = serde_json::from_slice(&exposed)?;
    let file = KeyFile {
        group: G::NAME,
        seed: seed.map(Seed::expose),
        private_key: Some(private_key),
    };
    private_file::create(path, &Zeroizing::new(serde_json::to_vec(&file)?))
}

/// Reads a decryption key of this group; a sealed one asks for its passphrase.
pub(super) fn read_key<G: Group>(path: &Path) -> anyhow::Result<DecryptionKey<G>> {
    let shown = || path.display().to_string();
    let mut bytes = read_private(path)?;
    if SealedKey::is_meant(&bytes) {
        let sealed = SealedKey::parse(&bytes).with_context(shown)?;
        bytes = sealed.open(&passphrase_for(path, &sealed)?).with_context(shown)?;
    }
    let file: KeyFile<'_> =
        serde_json::from_slice(&bytes).with_context(|| format!("{} is not a decryption key", path.display()))?;
    if file.group != G::NAME {
        bail!(
            "{} is a key of {}, this election uses {}",
            path.display(),
            file.group,
            G::NAME
        );
    }
    let private_key = file.private_key.with_context(|| {
        format!(
            "{} was saved before the shared key was made: take the file saved at the end of the ceremony",
            path.display()
        )
    })?;
    let key = PrivateKey::parse(private_key.get().as_bytes()).with_context(shown)?;
    let seed = file.seed.map(Seed::parse).transpose().with_context(shown)?;
    Ok(DecryptionKey { key, seed })
}
