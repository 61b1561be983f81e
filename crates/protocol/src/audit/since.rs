//! Two copies of one archive, taken at different times: whatever the earlier one holds, the later one must
//! still hold. This is how a watcher notices a ballot box that was rewritten.

use std::io::Read;

use crate::archive::{ArchiveError, ChainReader, EventHash, EventKind};

/// What the later copy did to the earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// Everything is still there.
    Kept {
        /// Events in both.
        kept: u64,
        /// Events that were added since.
        added: u64,
    },
    /// The later copy ends before the earlier one.
    Removed {
        /// Height of the first event that is missing.
        height: u64,
        /// What it was.
        kind: EventKind,
        /// Its hash.
        hash: EventHash,
    },
    /// Another event stands in place of one.
    Changed {
        /// Height of the first event that differs.
        height: u64,
        /// The event of the earlier copy.
        was: (EventKind, EventHash),
        /// The event of the later copy.
        is: (EventKind, EventHash),
    },
    /// The two are not even copies of one archive: their headers differ.
    OtherArchive,
}

/// Which of the two copies cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum SinceError {
    /// The earlier one.
    #[error("the earlier copy: {0}")]
    Earlier(#[source] ArchiveError),
    /// The later one.
    #[error("the later copy: {0}")]
    Later(#[source] ArchiveError),
}

/// Compares an earlier copy with a later one. Equal event hashes mean equal bytes, since an event commits to
/// all that precedes it and to what it refers to.
///
/// # Errors
/// [`SinceError`] when one of the two is no archive as far as it must be read.
pub fn compare(earlier: impl Read, later: impl Read) -> Result<Since, SinceError> {
    let mut earlier = ChainReader::open(earlier).map_err(|e| SinceError::Earlier(e.into()))?;
    let mut later = ChainReader::open(later).map_err(|e| SinceError::Later(e.into()))?;
    if earlier.timestamp() != later.timestamp() {
        return Ok(Since::OtherArchive);
    }
    loop {
        let height = earlier.height();
        let was = earlier.next_entry().map_err(SinceError::Earlier)?;
        let is = later.next_entry().map_err(SinceError::Later)?;
        match (was, is) {
            (None, None) => return Ok(Since::Kept { kept: height, added: 0 }),
            (None, Some(_)) => {
                let mut added = 1;
                while later.next_entry().map_err(SinceError::Later)?.is_some() {
                    added += 1;
                }
                return Ok(Since::Kept { kept: height, added });
            }
            (Some(was), None) => {
                return Ok(Since::Removed {
                    height,
                    kind: was.event.kind,
                    hash: was.hash,
                });
            }
            (Some(was), Some(is)) if was.hash != is.hash => {
                let (was, is) = ((was.event.kind, was.hash), (is.event.kind, is.hash));
                return Ok(Since::Changed { height, was, is });
            }
            (Some(_), Some(_)) => {}
        }
    }
}
