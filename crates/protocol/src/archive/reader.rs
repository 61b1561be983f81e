//! Reads an archive, record by record, refusing every byte that the writer would not have written.

use std::io::{self, Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};

use super::{
    digest::{EventHash, PayloadHash},
    tar::{self, BLOCK, Header},
};
use crate::json;

/// First record of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Preamble {
    version: u32,
    /// In v1 a string.
    timestamp: String,
}

impl Preamble {
    pub(super) const NAME: &'static str = "BELENIOS";

    pub(super) fn at(timestamp: u64) -> Self {
        Self {
            version: 1,
            timestamp: timestamp.to_string(),
        }
    }
}

/// Largest record: the credentials of 1.4 million voters in a finite field stay below.
const MAX_RECORD: u64 = 1 << 30;

/// So much memory is taken before anything was read of a record.
const TRUSTED: u64 = 1 << 16;

/// Why bytes are not records of an archive. Offsets are in bytes from the start of the file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The source failed: says nothing of the archive.
    #[error("the archive cannot be read: {0}")]
    Io(#[source] io::Error),
    /// The first record is not that of a Belenios archive of version 1.
    #[error("not a Belenios archive of version 1")]
    NotAnArchive,
    /// A header differs from the only one that the format allows.
    #[error("the record at byte {0} has a malformed header")]
    Header(u64),
    /// The file ends inside of a record.
    #[error("the file ends inside of the record at byte {0}")]
    Truncated(u64),
    /// The bytes after a content are not zero.
    #[error("the record at byte {0} is followed by bytes that belong to nothing")]
    Padding(u64),
    /// The record is larger than any archive needs.
    #[error("the record at byte {0} is too large")]
    TooLarge(u64),
    /// The record's name is not the hash of its content.
    #[error("the record at byte {0} does not have the hash that its name says")]
    Hash(u64),
}

/// What a record's name says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordName {
    /// `<hash>.data.json`
    Data(PayloadHash),
    /// `<hash>.event.json`
    Event(EventHash),
}

/// A record whose name is the hash of its bytes.
#[derive(Debug, Clone)]
pub struct Record {
    /// Where its header begins in the file.
    pub offset: u64,
    /// Its name.
    pub name: RecordName,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Record {
    /// Where its content begins in the file.
    #[must_use]
    pub const fn content_offset(&self) -> u64 {
        self.offset + BLOCK as u64
    }
}

/// Reads records one after the other; memory holds one at a time.
pub struct ArchiveReader<R> {
    source: R,
    timestamp: u64,
    offset: u64,
}

impl<R: Read> ArchiveReader<R> {
    /// Reads the first record.
    ///
    /// # Errors
    /// [`ReadError::NotAnArchive`] foremost.
    pub fn open(mut source: R) -> Result<Self, ReadError> {
        let block = read_block(&mut source, 0)?.ok_or(ReadError::NotAnArchive)?;
        let header = Header::from_block(&block).ok_or(ReadError::NotAnArchive)?;
        if header.name != Preamble::NAME {
            return Err(ReadError::NotAnArchive);
        }
        let bytes = read_content(&mut source, header.size, 0)?;
        let preamble: Preamble = json::parse(&bytes).map_err(|_| ReadError::NotAnArchive)?;
        if preamble != Preamble::at(header.mtime) {
            return Err(ReadError::NotAnArchive);
        }
        let mut reader = Self {
            source,
            timestamp: header.mtime,
            offset: 0,
        };
        reader.advance(header.size);
        Ok(reader)
    }

    /// Seconds since 1970, of the election's creation.
    #[must_use]
    pub const fn timestamp(&self) -> u64 {
        self.timestamp
    }

    /// How many bytes were read and found right.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// The next record; `None` at the end of the file.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn next_record(&mut self) -> Result<Option<Record>, ReadError> {
        let offset = self.offset;
        let Some(block) = read_block(&mut self.source, offset)? else {
            return Ok(None);
        };
        let header = Header::from_block(&block).ok_or(ReadError::Header(offset))?;
        let name = parse_name(&header.name).ok_or(ReadError::Header(offset))?;
        if header.mtime != self.timestamp {
            return Err(ReadError::Header(offset));
        }
        let bytes = read_content(&mut self.source, header.size, offset)?;
        let named_by_hash = match name {
            RecordName::Data(hash) => hash == PayloadHash::of(&bytes),
            RecordName::Event(hash) => hash == EventHash::of(&bytes),
        };
        if !named_by_hash {
            return Err(ReadError::Hash(offset));
        }
        self.advance(header.size);
        Ok(Some(Record { offset, name, bytes }))
    }

    fn advance(&mut self, size: u64) {
        self.offset += BLOCK as u64 + size + tar::padding(size) as u64;
    }
}

impl<R: Read + Seek> ArchiveReader<R> {
    /// Reads again the content of a record that was read before, and returns to where reading stood.
    ///
    /// # Errors
    /// Those of the source.
    pub fn read_again(&mut self, content_offset: u64, size: u64) -> io::Result<Vec<u8>> {
        self.source.seek(SeekFrom::Start(content_offset))?;
        let mut bytes = Vec::new();
        (&mut self.source).take(size).read_to_end(&mut bytes)?;
        self.source.seek(SeekFrom::Start(self.offset))?;
        Ok(bytes)
    }
}

fn parse_name(name: &str) -> Option<RecordName> {
    if let Some(hash) = name.strip_suffix(".data.json") {
        return hash.parse().ok().map(RecordName::Data);
    }
    name.strip_suffix(".event.json")?.parse().ok().map(RecordName::Event)
}

/// A whole block; `None` when the source ends before its first byte.
fn read_block<R: Read>(source: &mut R, offset: u64) -> Result<Option<[u8; BLOCK]>, ReadError> {
    let mut bytes = Vec::with_capacity(BLOCK);
    source
        .take(BLOCK as u64)
        .read_to_end(&mut bytes)
        .map_err(ReadError::Io)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    bytes.try_into().map(Some).map_err(|_| ReadError::Truncated(offset))
}

/// Content and padding. Memory grows with what is read, not with what the header claims.
fn read_content<R: Read>(source: &mut R, size: u64, offset: u64) -> Result<Vec<u8>, ReadError> {
    if size > MAX_RECORD {
        return Err(ReadError::TooLarge(offset));
    }
    let padding = tar::padding(size);
    let whole = size + padding as u64;
    let mut bytes = Vec::with_capacity(usize::try_from(whole.min(TRUSTED)).unwrap_or_default());
    source.take(whole).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    if (bytes.len() as u64) < whole {
        return Err(ReadError::Truncated(offset));
    }
    let content = bytes.len() - padding;
    if bytes.iter().skip(content).any(|b| *b != 0) {
        return Err(ReadError::Padding(offset));
    }
    bytes.truncate(content);
    Ok(bytes)
}
