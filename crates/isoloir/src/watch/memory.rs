//! What a watcher has seen, in a folder of its own: one JSON file per portal, and the latest valid copy of every public box.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use isoloir_domain::ElectionId;
use isoloir_domain::ballot_box::SignedHead;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::private_file;

/// What was seen of one portal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The server's key at the first look, in hexadecimal.
    pub key: Option<String>,
    /// Of every election.
    pub elections: BTreeMap<ElectionId, SeenBox>,
    /// SHA-256 of every file that pages load, by name.
    pub assets: BTreeMap<String, String>,
}

/// What was seen of one box.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenBox {
    /// Every head that the server signed for us or for another watcher, by event, which no public copy has confirmed yet.
    pub unconfirmed: BTreeMap<String, SignedHead>,
    /// The latest head.
    pub head: Option<SignedHead>,
    /// Since when it is the latest, in seconds since 1970.
    pub since: i64,
    /// Whether there is a copy of the box.
    pub copied: bool,
}

/// A watcher's folder.
pub struct Memory {
    folder: PathBuf,
}

impl Memory {
    /// Opens a folder, made when missing.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// What was seen of a portal; nothing at the first look.
    ///
    /// # Errors
    /// When the file is there and cannot be read: a watcher without memory must not look like one that saw nothing wrong.
    pub fn seen(&self, origin: &str) -> anyhow::Result<Seen> {
        match std::fs::read(self.file(origin)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Seen::default()),
            Err(error) => Err(error.into()),
        }
    }

    /// Remembers, durably.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn remember(&self, origin: &str, seen: &Seen) -> anyhow::Result<()> {
        private_file::replace_public(&self.file(origin), &serde_json::to_vec_pretty(seen)?)
    }

    /// Where the latest valid copy of a box stands.
    #[must_use]
    pub fn copy(&self, origin: &str, election: &ElectionId) -> PathBuf {
        self.folder.join(format!("{}-{election}.bel", label(origin)))
    }

    fn file(&self, origin: &str) -> PathBuf {
        self.folder.join(format!("{}.json", label(origin)))
    }
}

/// A file name for an origin: readable, and distinct for distinct origins.
fn label(origin: &str) -> String {
    let readable: String = origin
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
        .collect();
    let digest = hex::encode(Sha256::digest(origin));
    format!("{readable}-{}", digest.get(..8).unwrap_or_default())
}
