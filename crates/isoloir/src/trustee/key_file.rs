//! The key file of a board's member, as the pages of the board write it (`web/board/key_file.ts`): what `NAME.key` holds, sealed under
//! the member's passphrase.
//!
//! The key is Argon2id of the passphrase (UTF-8, Unicode NFC), one lane, 32 bytes; the cipher XChaCha20-Poly1305; all fields before
//! `sealed`, canonically written, are authenticated with the content.

use std::path::Path;

use anyhow::{Context, ensure};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use isoloir_protocol::json;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Opens a sealed key file where no terminal asks for the passphrase.
const PASSPHRASE_VARIABLE: &str = "ISOLOIR_KEY_PASSPHRASE";

const SALT: usize = 16;
const NONCE: usize = 24;
/// What a file may ask for: 1 GiB, 16 passes.
const DEAREST_MEMORY: u32 = 1024 * 1024;
const DEAREST_PASSES: u32 = 16;

/// All but the content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    isoloir_key_file: u32,
    board: String,
    round: u32,
    seat: String,
    name: String,
    argon2id: Cost,
    salt: String,
    nonce: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cost {
    memory_kib: u32,
    passes: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    isoloir_key_file: u32,
    board: String,
    round: u32,
    seat: String,
    name: String,
    argon2id: Cost,
    salt: String,
    nonce: String,
    sealed: String,
}

/// A sealed key file.
#[derive(Debug)]
pub(super) struct SealedKey {
    head: Head,
    salt: [u8; SALT],
    nonce: [u8; NONCE],
    sealed: Vec<u8>,
}

impl SealedKey {
    /// Whether the bytes mean to be one: anything else may be a key without passphrase.
    pub(super) fn is_meant(bytes: &[u8]) -> bool {
        let start = bytes.trim_ascii_start();
        start.starts_with(b"{\"isoloir_key_file\"")
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it is damaged, or asks for more memory or time than a key file may.
    pub(super) fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        let whole: Whole = json::parse(bytes.trim_ascii()).context("the key file is damaged")?;
        ensure!(
            whole.isoloir_key_file == 1,
            "the key file is of version {}, which this program does not know",
            whole.isoloir_key_file
        );
        let cost = &whole.argon2id;
        ensure!(
            (8..=DEAREST_MEMORY).contains(&cost.memory_kib) && (1..=DEAREST_PASSES).contains(&cost.passes),
            "the key file's cost is out of bounds"
        );
        let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
        hex::decode_to_slice(&whole.salt, &mut salt).context("the key file's salt")?;
        hex::decode_to_slice(&whole.nonce, &mut nonce).context("the key file's nonce")?;
        let sealed = hex::decode(&whole.sealed).context("the key file's content")?;
        let head = Head {
            isoloir_key_file: whole.isoloir_key_file,
            board: whole.board,
            round: whole.round,
            seat: whole.seat,
            name: whole.name,
            argon2id: whole.argon2id,
            salt: whole.salt,
            nonce: whole.nonce,
        };
        Ok(Self {
            head,
            salt,
            nonce,
            sealed,
        })
    }

    /// Whose it is: name, seat, board.
    fn holder(&self) -> String {
        format!("{} ({}, {})", self.head.name, self.head.seat, self.head.board)
    }

    /// Opens it: the JSON of a key without passphrase.
    ///
    /// # Errors
    /// When the passphrase is another one or the file was changed: the two cannot be told apart.
    pub(super) fn open(&self, passphrase: &str) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        let normal: Zeroizing<String> = Zeroizing::new(passphrase.nfc().collect());
        let cost = &self.head.argon2id;
        let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32))
            .map_err(|_| anyhow::anyhow!("the key file's cost is out of bounds"))?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(normal.as_bytes(), &self.salt, &mut *key)
            .map_err(|_| anyhow::anyhow!("the passphrase could not be derived"))?;
        let head = json::to_bytes(&self.head);
        let payload = Payload {
            msg: &self.sealed,
            aad: &head,
        };
        XChaCha20Poly1305::new_from_slice(key.as_slice())
            .ok()
            .and_then(|cipher| cipher.decrypt(&XNonce::from(self.nonce), payload).ok())
            .map(Zeroizing::new)
            .context("another passphrase, or a changed file")
    }
}

/// The passphrase for a file: from the environment if it is there, else from the terminal, which does not show it.
///
/// # Errors
/// When there is neither.
pub(super) fn passphrase_for(path: &Path, key: &SealedKey) -> anyhow::Result<Zeroizing<String>> {
    if let Ok(set) = std::env::var(PASSPHRASE_VARIABLE) {
        return Ok(Zeroizing::new(set));
    }
    let terminal = console::Term::stderr();
    ensure!(
        terminal.is_term(),
        "{} is sealed under a passphrase: set {PASSPHRASE_VARIABLE}",
        path.display()
    );
    terminal.write_str(&format!("{}, {}\nPassphrase: ", path.display(), key.holder()))?;
    Ok(Zeroizing::new(terminal.read_secure_line()?))
}
