//! The sidecar: a file beside the archive that holds one eighth of every point of every ballot and of every commitment
//! (`docs/protocol/sidecar.md`). It proves nothing by itself and is trusted in nothing: it saves work.

use std::{
    io::{self, Read, Seek, SeekFrom, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Canonical affine coordinates: `x`, then `y`, least significant word first.
pub type Coordinates = [u64; 8];

const MAGIC: &[u8; 16] = b"isoloir-eighths1";
const HEADER: usize = 64;
const DIGEST: usize = 32;
/// Bytes of a point: `x`, then `y`, least significant byte first.
const POINT: usize = 64;

/// What a sidecar is beside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// SHA-256 of the election's text.
    pub election: [u8; DIGEST],
    /// How many points each ballot has: its own, then its commitments.
    pub points: u32,
}

/// Why a file is no sidecar.
#[derive(Debug, thiserror::Error)]
pub enum SidecarError {
    /// The source failed.
    #[error("the sidecar cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// Other bytes.
    #[error("not a sidecar of this version")]
    NotASidecar,
    /// No ballot was recorded: elections of other groups or with other questions have no sidecar.
    #[error("this election has no sidecar")]
    NoSidecar,
}

impl Header {
    fn to_bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        let fields = MAGIC
            .iter()
            .chain(&self.election)
            .copied()
            .chain(self.points.to_le_bytes());
        for (place, byte) in bytes.iter_mut().zip(fields) {
            *place = byte;
        }
        bytes
    }

    fn from_bytes(bytes: &[u8; HEADER]) -> Option<Self> {
        let (magic, rest) = bytes.split_first_chunk::<16>()?;
        let (election, rest) = rest.split_first_chunk::<DIGEST>()?;
        let (points, _) = rest.split_first_chunk::<4>()?;
        let header = Self {
            election: *election,
            points: u32::from_le_bytes(*points),
        };
        (magic == MAGIC && header.to_bytes() == *bytes).then_some(header)
    }

    fn entry(self) -> usize {
        DIGEST + POINT * usize::try_from(self.points).unwrap_or(0)
    }
}

/// A source of bytes.
pub trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

/// A sidecar to be read.
pub struct Reader {
    header: Header,
    source: Mutex<Box<dyn Source>>,
}

impl Reader {
    /// Reads the header.
    ///
    /// # Errors
    /// [`SidecarError::Io`], [`SidecarError::NotASidecar`].
    pub fn open(mut source: Box<dyn Source>) -> Result<Self, SidecarError> {
        let mut bytes = [0; HEADER];
        source.read_exact(&mut bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => SidecarError::NotASidecar,
            _ => SidecarError::Io(error),
        })?;
        let header = Header::from_bytes(&bytes).ok_or(SidecarError::NotASidecar)?;
        Ok(Self {
            header,
            source: Mutex::new(source),
        })
    }

    /// What it is beside of.
    #[must_use]
    pub const fn header(&self) -> Header {
        self.header
    }

    /// What it says about some ballots of the archive, one after the other. What cannot be read is left out.
    #[must_use]
    pub fn entries(&self, first: u64, count: usize) -> Entries {
        let size = self.header.entry();
        let mut bytes = Vec::with_capacity(size * count);
        let mut source = lock(&self.source);
        let start = first
            .checked_mul(size as u64)
            .and_then(|at| at.checked_add(HEADER as u64));
        if let Some(start) = start
            && source.seek(SeekFrom::Start(start)).is_ok()
        {
            // An error leaves the rest out, and with it only time is lost.
            let _ = source.as_mut().take((size * count) as u64).read_to_end(&mut bytes);
        }
        Entries { bytes, size }
    }
}

/// Some entries.
pub struct Entries {
    bytes: Vec<u8>,
    size: usize,
}

impl Entries {
    /// The points of the ballot with this hash, if the entry `at` is about it.
    #[must_use]
    pub fn points(&self, at: usize, hash: &[u8; DIGEST]) -> Option<&[[u8; POINT]]> {
        let start = at.checked_mul(self.size)?;
        let (digest, points) = self
            .bytes
            .get(start..start.checked_add(self.size)?)?
            .split_first_chunk()?;
        (digest == hash).then_some(points.as_chunks().0)
    }
}

/// A sink in memory, to be emptied now and then.
#[derive(Clone, Default)]
pub struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    /// What was written since.
    #[must_use]
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut lock(&self.0))
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A sidecar being written.
pub struct Recorder(Mutex<Recording>);

struct Recording {
    sink: Box<dyn Write + Send>,
    header: Option<Header>,
    next: u64,
    fault: Option<io::Error>,
}

impl Recorder {
    /// Nothing is written yet.
    #[must_use]
    pub fn new(sink: Box<dyn Write + Send>) -> Self {
        Self(Mutex::new(Recording {
            sink,
            header: None,
            next: 0,
            fault: None,
        }))
    }

    /// Begins. A recorder records one election.
    pub fn begin(&self, header: Header) {
        let mut recording = lock(&self.0);
        if recording.header.replace(header).is_none() {
            recording.write(&header.to_bytes());
        }
    }

    /// Records the next ballot; one recorded before is left as it is. A ballot without points gets an entry that is about no
    /// ballot.
    pub fn record(&self, ordinal: u64, hash: &[u8; DIGEST], points: Option<&[Coordinates]>) {
        let mut recording = lock(&self.0);
        let Some(header) = recording.header.filter(|_| ordinal == recording.next) else {
            return;
        };
        let mut entry = Vec::with_capacity(header.entry());
        if let Some(points) = points {
            entry.extend_from_slice(hash);
            entry.extend(points.iter().flatten().flat_map(|word| word.to_le_bytes()));
        }
        entry.resize(header.entry(), 0);
        recording.write(&entry);
        recording.next += 1;
    }

    /// Ends; how many ballots were recorded.
    ///
    /// # Errors
    /// [`SidecarError::Io`] when anything could not be written; [`SidecarError::NoSidecar`].
    pub fn finish(&self) -> Result<u64, SidecarError> {
        let mut recording = lock(&self.0);
        if let Some(error) = recording.fault.take() {
            return Err(error.into());
        }
        recording.sink.flush()?;
        match recording.header {
            Some(_) => Ok(recording.next),
            None => Err(SidecarError::NoSidecar),
        }
    }
}

impl Recording {
    fn write(&mut self, bytes: &[u8]) {
        if self.fault.is_none() {
            self.fault = self.sink.write_all(bytes).err();
        }
    }
}

/// What a thread that panicked left is as good as before: only whole entries count.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
