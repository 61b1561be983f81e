//! Private files: created with mode 0600, never overwritten.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Writes a file that only its owner can read. Refuses to replace an existing one: a lost key is lost.
///
/// # Errors
/// When the file exists or cannot be written.
pub fn create(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    Reserved::at(path)?.fill(contents)
}

/// A private file that is there, and empty: what cannot be made twice is made only once there is a place for it.
pub struct Reserved {
    file: File,
    path: PathBuf,
}

impl Reserved {
    /// Makes the empty file.
    ///
    /// # Errors
    /// When it exists or cannot be made.
    pub fn at(path: &Path) -> anyhow::Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .with_context(|| format!("cannot create {}", path.display()))?;
        Ok(Self {
            file,
            path: path.to_path_buf(),
        })
    }

    /// Writes it, down to the disk.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn fill(mut self, contents: &[u8]) -> anyhow::Result<()> {
        self.file
            .write_all(contents)
            .and_then(|()| self.file.sync_all())
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Writes some more of it.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn append(&mut self, contents: &[u8]) -> anyhow::Result<()> {
        let written = self.file.write_all(contents);
        written.with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// The file itself, for what is written as it comes. Call `sync_all` at the end.
    #[must_use]
    pub fn into_file(self) -> File {
        self.file
    }

    /// The same file, which has taken another name.
    #[must_use]
    pub fn moved_to(self, path: &Path) -> Self {
        let path = path.to_path_buf();
        Self { path, ..self }
    }

    /// Ends a file that was written piece by piece: down to the disk.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn complete(self) -> anyhow::Result<()> {
        self.file
            .sync_all()
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Gives the place up: nothing was made.
    pub fn give_up(self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "an empty file remains");
        }
    }
}

/// Writes a public file, replacing it whole or not at all.
///
/// # Errors
/// When the folder cannot be written.
pub fn replace_public(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    let temporary = path.with_extension("part");
    std::fs::write(&temporary, contents)
        .and_then(|()| std::fs::rename(&temporary, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

impl Write for Reserved {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn private_files_are_0600_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        super::create(&path, b"one").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(super::create(&path, b"two").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
    }
}
