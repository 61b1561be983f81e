//! The journal as a file on a disk: written from a server, checked without one.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use ed25519_dalek::VerifyingKey;
use isoloir_domain::journal_file::{JournalCheck, JournalReport};
use isoloir_service::VotingServer;

use crate::private_file::Reserved;

/// Writes the whole journal to a new file that only its owner can read.
///
/// # Errors
/// When the file exists or cannot be written, or the server fails.
pub async fn write(server: &VotingServer, path: &Path) -> anyhow::Result<()> {
    let out = BufWriter::new(Reserved::at(path)?.into_file());
    let mut out = server.export_journal(out).await?;
    out.flush()?;
    Ok(out.get_ref().sync_all()?)
}

/// Checks a file line by line; see [`JournalCheck::new`].
///
/// # Errors
/// What is wrong with it, by the name of the check; or the file cannot be read.
pub fn check(path: &Path, key: Option<VerifyingKey>, since: Option<&JournalReport>) -> anyhow::Result<JournalReport> {
    let name = || path.display().to_string();
    let mut check = JournalCheck::new(key, since);
    for line in BufReader::new(File::open(path).with_context(name)?).lines() {
        check.line(&line.with_context(name)?).with_context(name)?;
    }
    check.finish().with_context(name)
}
