//! The verdict of the reference tool (`belenios-tool` 2.0), for what it knows: finite fields, no questions on lists.

use std::{
    fs, io,
    path::Path,
    process::{Command, Stdio},
};

use isoloir_protocol::{election::ElectionParams, group::GroupName, question::Question};

const TOOL: &str = "/usr/bin/belenios-tool";

/// Whether the tool is installed.
#[must_use]
pub fn is_installed() -> bool {
    Path::new(TOOL).exists()
}

/// Whether it knows the election's group and questions.
#[must_use]
pub fn knows(election: &ElectionParams) -> bool {
    election.group != GroupName::Ed25519 && !election.questions.iter().any(|q| matches!(q, Question::Lists(_)))
}

/// Whether it accepts an archive. `uuid` is the election's.
///
/// # Errors
/// Those of files, and of starting the tool.
pub fn accepts(archive: &[u8], uuid: &str) -> io::Result<bool> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join(format!("{uuid}.bel")), archive)?;
    let status = Command::new(TOOL)
        .args(["election", "verify", "--dir"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    Ok(status.success())
}
