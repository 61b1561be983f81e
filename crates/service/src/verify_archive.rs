//! The audit of an archive before its result is known to anybody (L39): the very checks of `isoloir-verify`, over the very file that the public
//! will have. A result that does not pass stays out of the box.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};

use isoloir_domain::ElectionId;
use isoloir_lanes::lend;
use isoloir_protocol::archive::EventHash;
use isoloir_protocol::audit::engine::Direct;
use isoloir_protocol::audit::{Accelerator, Options, Outcome, audit_with};
use isoloir_store::ballot_box::NewRecord;
pub use isoloir_store::closing::Verification;
use sha2::{Digest as _, Sha256};

use crate::ballot_box::{BoxError, ExportError};
use crate::{Fault, VotingServer};

/// Bytes read at a time.
const CHUNK: usize = 1 << 20;

/// Why there is no verification.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The audit found something wrong: in the words of the verifier.
    #[error("the archive does not verify: {0}")]
    Invalid(String),
    /// The archive could not be written, or read again.
    #[error("the archive to audit cannot be written")]
    Disk(#[source] io::Error),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<io::Error> for VerifyError {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<ExportError> for VerifyError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Box(BoxError::Fault(fault)) => Self::Fault(fault),
            ExportError::Box(other) => Self::Invalid(other.to_string()),
            // What is stored does not hold together: no archive is made of it.
            ExportError::Write(error) if error.kind() == io::ErrorKind::InvalidData => Self::Invalid(error.to_string()),
            ExportError::Write(error) => Self::Disk(error),
        }
    }
}

impl VotingServer {
    /// Audits the archive of a frozen box as it would be with this result at its end.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub(crate) async fn verify_with(
        &self,
        election: &ElectionId,
        result: &NewRecord,
    ) -> Result<Verification, VerifyError> {
        // A file without a name: gone with the process, whatever happens.
        let file = tempfile::tempfile()?;
        let (file, head) = self.export_archive_with(election, file, result).await?;
        let (size, archive, found) = self.compute(move || examine(file, head)).await??;
        let checks = found.map_err(VerifyError::Invalid)?;
        Ok(Verification {
            head,
            archive,
            size,
            checks,
            at: self.inner.clock.now(),
        })
    }

    /// The audit that an archive passed before its result entered the box; `None` before.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn verification(&self, election: &ElectionId) -> Result<Option<Verification>, Fault> {
        Ok(self.inner.store.verification(election).await?)
    }
}

/// Size, digest, and the number of checks passed or what is wrong.
type Examined = (u64, [u8; 32], Result<u64, String>);

fn examine(mut file: File, head: EventHash) -> io::Result<Examined> {
    file.seek(SeekFrom::Start(0))?;
    let (mut size, mut digest, mut chunk) = (0_u64, Sha256::new(), vec![0; CHUNK]);
    loop {
        let read = file.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        digest.update(bytes);
        size = size.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
    file.seek(SeekFrom::Start(0))?;
    let options = Options {
        expected_head: Some(head),
        require_result: true,
    };
    let engine: Box<dyn Accelerator> = lend::exact(None).unwrap_or_else(|| Box::new(Direct));
    let report = audit_with(BufReader::new(file), &options, engine.as_ref(), &mut |_| {})?;
    let found = match report.finding {
        Some(finding) => Err(format!("{}: {}", finding.check().id(), finding.reason)),
        None => {
            let passed = report.checks.iter().filter(|check| check.outcome == Outcome::Passed);
            Ok(u64::try_from(passed.count()).unwrap_or(u64::MAX))
        }
    };
    Ok((size, digest.finalize().into(), found))
}
