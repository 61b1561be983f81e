//! Destroys a folder of evidence once its time is over (two years, R. 211-580), or by a court's decision. Candidacies, minutes and the
//! composition of boards stay, with the manifest and a certificate.

use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use serde::Serialize;

use super::{FileLine, Manifest, check, files};
use crate::private_file;

/// The certificate, in the folder.
pub const CERTIFICATE: &str = "destruction.json";
/// Bytes written over a file at a time.
const CHUNK: usize = 1 << 20;

/// Who destroys, and why it may be done.
pub struct Order<'a> {
    /// Who destroys: name and quality.
    pub by: &'a str,
    /// The court's decision, when it is done before its time.
    pub court: Option<&'a str>,
    /// What else was destroyed, and declared so: databases, backups.
    pub also: &'a [String],
    /// Now.
    pub now: Timestamp,
}

/// What was destroyed, of what, when, by whom.
#[derive(Debug, Serialize)]
pub struct Certificate {
    form: &'static str,
    /// SHA-256 of the manifest, which stays.
    manifest: String,
    by: String,
    at: Timestamp,
    keep_until: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    court: Option<String>,
    destroyed: Vec<FileLine>,
    kept: Vec<String>,
    /// Destroyed elsewhere, as declared by whoever signs.
    declared: Vec<String>,
}

/// Destroys, and writes the certificate.
///
/// # Errors
/// Before its time without a court's decision; when the folder is not what its manifest says.
pub fn destroy(folder: &Path, order: &Order<'_>) -> anyhow::Result<PathBuf> {
    ensure!(!order.by.trim().is_empty(), "say who destroys (--by)");
    let court = order.court.map(str::trim);
    ensure!(court != Some(""), "a court's decision has a reference");
    // What is not the evidence that was sealed is not destroyed in its name: that would hide the difference.
    let manifest = check::check(folder, None)?.manifest;
    ensure!(
        order.now >= manifest.keep_until || court.is_some(),
        "kept until {} (two years, R. 211-580): before, only a court's decision lets it be destroyed (--court)",
        manifest.keep_until
    );
    let (kept, destroyed): (Vec<FileLine>, Vec<FileLine>) =
        manifest.files.iter().cloned().partition(|line| stays(&line.path));
    let certificate = Certificate {
        form: "isoloir/destruction/v1",
        manifest: Manifest::digest(folder)?,
        by: order.by.trim().to_owned(),
        at: order.now,
        keep_until: manifest.keep_until,
        court: court.map(str::to_owned),
        kept: kept.into_iter().map(|line| line.path).collect(),
        declared: order.also.to_vec(),
        destroyed,
    };
    for line in &certificate.destroyed {
        erase(&folder.join(&line.path)).with_context(|| line.path.clone())?;
    }
    let left: Vec<String> = files(folder)?.into_iter().map(|(name, _)| name).collect();
    ensure!(
        left == certificate.kept,
        "something is left that should not be: {left:?}"
    );
    let path = folder.join(CERTIFICATE);
    private_file::replace_public(&path, &serde_json::to_vec_pretty(&certificate)?)?;
    Ok(path)
}

/// Candidacies, minutes and the composition of boards are kept without limit.
fn stays(path: &str) -> bool {
    path.ends_with("-listes.json") || path.ends_with("-composition.json") || path.contains("-pv-")
}

/// Writes zeros over a file, down to the disk, then removes it. Copies made by the file system or by backups are not reached.
fn erase(path: &Path) -> anyhow::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
    let mut left = file.metadata()?.len();
    file.rewind()?;
    let zeros = vec![0; CHUNK];
    while left > 0 {
        let next = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
        file.write_all(zeros.get(..next).unwrap_or(&zeros))?;
        left = left.saturating_sub(u64::try_from(next).unwrap_or(left));
    }
    file.sync_all()?;
    drop(file);
    std::fs::remove_file(path)?;
    Ok(())
}
