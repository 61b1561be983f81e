//! `--state FILE`: an audit that was interrupted goes on where it was.
//!
//! The file holds a [`Checkpoint`] and a seal: HMAC-SHA-256 under a key that lies in a file of its own, readable by its
//! owner only. A checkpoint is believed, so it must be this auditor's own: without the key nobody can make one, and who
//! can read the key can replace this program as well. Whatever else could be wrong with the file is not believed but
//! checked again, see `isoloir_protocol::audit::resume`.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use isoloir_protocol::audit::{Checkpoint, Observer, Progress};
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Ballots between two checkpoints, unless told otherwise: half a minute of one core.
pub const EVERY: u64 = 16_384;

/// What the seal is over, besides the checkpoint: another version of the program may verify otherwise.
const PURPOSE: &str = concat!("isoloir-verify state ", env!("CARGO_PKG_VERSION"));

/// Why a state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file cannot be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The seal is not that of this key: another auditor's state, a changed one, or another version's.
    #[error("{0} was not written with this key by this version of the program: delete it to verify everything anew")]
    Seal(PathBuf),
    /// Nobody said where the key is, and there is no home directory.
    #[error("where is the key of states? give --state-key FILE")]
    NoHome,
    /// The key is readable by others.
    #[error("{0} can be read by others: keep it to yourself (chmod 600)")]
    KeyIsPublic(PathBuf),
    /// The key is not 32 bytes.
    #[error("{0} is not a key of 32 bytes")]
    Key(PathBuf),
}

/// Where the state of an audit is kept.
pub struct State {
    path: PathBuf,
    key: [u8; 32],
    every: u64,
    saved_at: u64,
    failure: Option<StateError>,
    progress: Box<dyn FnMut(Progress)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    checkpoint: Checkpoint,
    seal: String,
}

impl State {
    /// Opens the state file; makes the key when there is none yet.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn open(
        path: &Path,
        key: Option<&Path>,
        every: u64,
        progress: Box<dyn FnMut(Progress)>,
    ) -> Result<Self, StateError> {
        let key_path = key
            .map(Path::to_path_buf)
            .or_else(default_key)
            .ok_or(StateError::NoHome)?;
        Ok(Self {
            path: path.to_path_buf(),
            key: read_or_make_key(&key_path)?,
            every: every.max(1),
            saved_at: 0,
            failure: None,
            progress,
        })
    }

    /// What an earlier audit left; nothing when there is no file.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn read(&mut self) -> Result<Option<Checkpoint>, StateError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io_error(&self.path)(error)),
        };
        let refused = || StateError::Seal(self.path.clone());
        let sealed: Sealed = serde_json::from_slice(&bytes).map_err(|_| refused())?;
        let seal = hex::decode(&sealed.seal).map_err(|_| refused())?;
        let mac = self.mac(&sealed.checkpoint)?;
        mac.verify_slice(&seal).map_err(|_| refused())?;
        self.saved_at = sealed.checkpoint.ballots;
        Ok(Some(sealed.checkpoint))
    }

    /// Ends: tells whether every checkpoint could be written. After a whole audit the file is of no more use.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn finish(self) -> Result<(), StateError> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(&self.path)(error)),
            _ => Ok(()),
        }
    }

    /// Writes beside the file, then in its place: an interruption leaves the old one or the new one.
    fn write(&self, checkpoint: Checkpoint) -> Result<(), StateError> {
        let seal = hex::encode(self.mac(&checkpoint)?.finalize().into_bytes());
        let bytes = serde_json::to_vec(&Sealed { checkpoint, seal }).map_err(|e| io_error(&self.path)(e.into()))?;
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        let written = fs::File::create(&beside).and_then(|mut file| {
            file.write_all(&bytes)?;
            file.sync_all()
        });
        written
            .and_then(|()| fs::rename(&beside, &self.path))
            .map_err(io_error(&self.path))
    }

    fn mac(&self, checkpoint: &Checkpoint) -> Result<Hmac<Sha256>, StateError> {
        let text = serde_json::to_vec(checkpoint).map_err(|e| io_error(&self.path)(e.into()))?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).map_err(|_| StateError::Key(self.path.clone()))?;
        mac.update(PURPOSE.as_bytes());
        mac.update(&[0]);
        mac.update(&text);
        Ok(mac)
    }
}

impl Observer for State {
    fn progress(&mut self, progress: Progress) {
        (self.progress)(progress);
    }

    fn verified(&mut self, ballots: u64, checkpoint: &dyn Fn() -> Checkpoint) {
        if ballots < self.saved_at.saturating_add(self.every) || self.failure.is_some() {
            return;
        }
        self.saved_at = ballots;
        self.failure = self.write(checkpoint()).err();
    }
}

/// Shows progress only.
pub struct Stateless(pub Box<dyn FnMut(Progress)>);

impl Observer for Stateless {
    fn progress(&mut self, progress: Progress) {
        (self.0)(progress);
    }
}

/// In the user's directory for the state of programs.
fn default_key() -> Option<PathBuf> {
    let own = env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let base = own.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".local/state")))?;
    Some(base.join("isoloir").join("verify.key"))
}

fn read_or_make_key(path: &Path) -> Result<[u8; 32], StateError> {
    match fs::read(path) {
        Ok(bytes) => {
            check_private(path)?;
            bytes.try_into().map_err(|_| StateError::Key(path.to_path_buf()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => make_key(path),
        Err(error) => Err(io_error(path)(error)),
    }
}

fn make_key(path: &Path) -> Result<[u8; 32], StateError> {
    let mut key = [0; 32];
    rand::rng().fill_bytes(&mut key);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io_error(folder))?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(&key)?;
        file.sync_all()
    });
    written.map_err(io_error(path))?;
    Ok(key)
}

#[cfg(unix)]
fn check_private(path: &Path) -> Result<(), StateError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_err(io_error(path))?.permissions().mode();
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(StateError::KeyIsPublic(path.to_path_buf()))
    }
}

#[cfg(not(unix))]
fn check_private(_: &Path) -> Result<(), StateError> {
    Ok(())
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> StateError {
    let path = path.to_path_buf();
    move |error| StateError::Io {
        path: path.clone(),
        error,
    }
}
