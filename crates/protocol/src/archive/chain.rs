//! Entries: an event together with the data it refers to, checked against the hash chain, the
//! grammar and the rule that what an event refers to stands right before it, and nothing else does.

use std::io::{self, Read, Seek};

use serde::{Serialize, de::DeserializeOwned};

use super::{
    digest::{EventHash, PayloadHash},
    event::{Event, EventKind},
    grammar::Phase,
    payload::{Owned, Setup, TallyRecord},
    reader::{ArchiveReader, ReadError, Record, RecordName},
};
use crate::json::{self, JsonError};

/// Why records do not form an archive. Heights count events from 0, offsets are in bytes.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The records themselves are wrong.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event's JSON is not canonical.
    #[error("the event at byte {offset} is malformed: {error}")]
    EventForm {
        /// Where.
        offset: u64,
        /// What is wrong.
        error: JsonError,
    },
    /// A record that an event refers to is not canonical JSON of the form it must have.
    #[error("what the event {height} refers to is malformed: {error}")]
    PayloadForm {
        /// Height of the event.
        height: u64,
        /// What is wrong.
        error: JsonError,
    },
    /// The event does not name its predecessor.
    #[error("the event {height} does not follow its predecessor: the hash chain is broken")]
    Parent {
        /// Height at which the event stands.
        height: u64,
    },
    /// The event's height is not its place.
    #[error("the event {height} says that its height is {said}")]
    Height {
        /// Height at which the event stands.
        height: u64,
        /// Height that it says.
        said: u64,
    },
    /// The event may not come here.
    #[error("the event {height} ({kind}) may not come at this place")]
    Grammar {
        /// Height of the event.
        height: u64,
        /// Its kind.
        kind: EventKind,
    },
    /// The event has no payload but should, or the reverse.
    #[error("the event {height} ({kind}) has a payload but must not, or has none but must")]
    Payload {
        /// Height of the event.
        height: u64,
        /// Its kind.
        kind: EventKind,
    },
    /// The records before the event are not exactly those that it refers to, in order.
    #[error("the records before the event {height} are not those that it refers to")]
    References {
        /// Height of the event.
        height: u64,
    },
    /// Data stand at the end of the file, and no event refers to them.
    #[error("the record at byte {offset} belongs to no event")]
    Unreferenced {
        /// Where.
        offset: u64,
    },
}

/// An event with the data it refers to.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The event.
    pub event: Event,
    /// Its hash: the head of the chain from here on.
    pub hash: EventHash,
    /// What it says, with data that it refers to.
    pub content: Content,
}

/// What an event refers to.
#[derive(Debug, Clone)]
pub enum Content {
    /// Payload of `Setup`.
    Setup {
        /// The election's JSON.
        election: Record,
        /// The trustees' JSON.
        trustees: Record,
        /// The public credentials' JSON.
        credentials: Record,
        /// Certificate of the credential authority.
        certificate: Option<Record>,
    },
    /// A ballot.
    Ballot(Record),
    /// `EndBallots`.
    EndBallots,
    /// Figures and the encrypted tally.
    EncryptedTally {
        /// The figures.
        figures: TallyRecord,
        /// The encrypted tally.
        tally: Record,
    },
    /// A shuffle and the number of the trustee who made it.
    Shuffle {
        /// Number of the trustee.
        owner: u32,
        /// The shuffle.
        shuffle: Record,
    },
    /// `EndShuffles`.
    EndShuffles,
    /// A partial decryption and the number of the trustee who made it.
    PartialDecryption {
        /// Number of the trustee.
        owner: u32,
        /// The partial decryption.
        decryption: Record,
    },
    /// The result.
    Result(Record),
}

/// Reads whole entries; memory holds one at a time.
pub struct ChainReader<R> {
    records: ArchiveReader<R>,
    phase: Phase,
    head: Option<EventHash>,
    height: u64,
}

impl<R: Read> ChainReader<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn open(source: R) -> Result<Self, ReadError> {
        Ok(Self {
            records: ArchiveReader::open(source)?,
            phase: Phase::Empty,
            head: None,
            height: 0,
        })
    }

    /// Seconds since 1970, of the election's creation.
    #[must_use]
    pub const fn timestamp(&self) -> u64 {
        self.records.timestamp()
    }

    /// How far the election is, by the entries read so far.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// Hash of the last event read.
    #[must_use]
    pub const fn head(&self) -> Option<EventHash> {
        self.head
    }

    /// How many events were read.
    #[must_use]
    pub const fn height(&self) -> u64 {
        self.height
    }

    /// How many bytes were read and found right.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.records.offset()
    }

    /// The next entry; `None` at the end of the file.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn next_entry(&mut self) -> Result<Option<Entry>, ArchiveError> {
        let mut data = Vec::new();
        while let Some(record) = self.records.next_record()? {
            match record.name {
                RecordName::Data(hash) => {
                    self.bound(data.len())?;
                    data.push((hash, record));
                }
                RecordName::Event(hash) => return self.link(&record, hash, data).map(Some),
            }
        }
        match data.first() {
            Some((_, record)) => Err(ArchiveError::Unreferenced { offset: record.offset }),
            None => Ok(None),
        }
    }

    /// No event refers to more than the five records of a setup: more would only fill the memory.
    fn bound(&self, count: usize) -> Result<(), ArchiveError> {
        if count < 5 {
            Ok(())
        } else {
            Err(ArchiveError::References { height: self.height })
        }
    }

    fn link(
        &mut self,
        record: &Record,
        hash: EventHash,
        data: Vec<(PayloadHash, Record)>,
    ) -> Result<Entry, ArchiveError> {
        let height = self.height;
        let event: Event = json::parse(&record.bytes).map_err(|error| ArchiveError::EventForm {
            offset: record.offset,
            error,
        })?;
        let kind = event.kind;
        if event.height != height {
            return Err(ArchiveError::Height {
                height,
                said: event.height,
            });
        }
        if event.parent != self.head {
            return Err(ArchiveError::Parent { height });
        }
        let phase = self.phase.after(kind).ok_or(ArchiveError::Grammar { height, kind })?;
        if event.payload.is_some() != kind.has_payload() {
            return Err(ArchiveError::Payload { height, kind });
        }
        let content = Group {
            height,
            payload: event.payload,
            data,
        }
        .content(kind)?;
        self.phase = phase;
        self.head = Some(hash);
        self.height += 1;
        Ok(Entry { event, hash, content })
    }
}

impl<R: Read + Seek> ChainReader<R> {
    /// See [`ArchiveReader::read_again`].
    ///
    /// # Errors
    /// Those of the source.
    pub fn read_again(&mut self, content_offset: u64, size: u64) -> io::Result<Vec<u8>> {
        self.records.read_again(content_offset, size)
    }
}

/// The data records before an event.
struct Group {
    height: u64,
    payload: Option<PayloadHash>,
    data: Vec<(PayloadHash, Record)>,
}

impl Group {
    fn content(mut self, kind: EventKind) -> Result<Content, ArchiveError> {
        let content = match kind {
            EventKind::Setup => self.setup()?,
            EventKind::Ballot => Content::Ballot(self.last(self.payload)?),
            EventKind::EndBallots => Content::EndBallots,
            EventKind::EncryptedTally => {
                let figures: TallyRecord = self.parse_last()?;
                let tally = self.last(Some(figures.encrypted_tally))?;
                Content::EncryptedTally { figures, tally }
            }
            EventKind::Shuffle => {
                let Owned { owner, payload } = self.parse_last()?;
                Content::Shuffle {
                    owner,
                    shuffle: self.last(Some(payload))?,
                }
            }
            EventKind::EndShuffles => Content::EndShuffles,
            EventKind::PartialDecryption => {
                let Owned { owner, payload } = self.parse_last()?;
                Content::PartialDecryption {
                    owner,
                    decryption: self.last(Some(payload))?,
                }
            }
            EventKind::Result => Content::Result(self.last(self.payload)?),
        };
        if self.data.is_empty() {
            Ok(content)
        } else {
            Err(self.references())
        }
    }

    fn setup(&mut self) -> Result<Content, ArchiveError> {
        let setup: Setup = self.parse_last()?;
        let certificate = match setup.credentials_certificate {
            Some(hash) => Some(self.last(Some(hash))?),
            None => None,
        };
        let credentials = self.last(Some(setup.credentials))?;
        let trustees = self.last(Some(setup.trustees))?;
        let election = self.last(Some(setup.election))?;
        Ok(Content::Setup {
            election,
            trustees,
            credentials,
            certificate,
        })
    }

    fn references(&self) -> ArchiveError {
        ArchiveError::References { height: self.height }
    }

    /// Takes the last record, which must have this hash.
    fn last(&mut self, wanted: Option<PayloadHash>) -> Result<Record, ArchiveError> {
        match self.data.pop() {
            Some((hash, record)) if Some(hash) == wanted => Ok(record),
            _ => Err(self.references()),
        }
    }

    /// Takes and reads the event's own payload.
    fn parse_last<T: Serialize + DeserializeOwned>(&mut self) -> Result<T, ArchiveError> {
        let record = self.last(self.payload)?;
        json::parse(&record.bytes).map_err(|error| ArchiveError::PayloadForm {
            height: self.height,
            error,
        })
    }
}
