//! Writes an archive, record by record: the same events always give the same bytes.

use std::io::{self, Write};

use super::{
    chain::Content,
    digest::{EventHash, PayloadHash},
    event::{EventKind, event},
    payload::{Owned, Setup, TallyRecord},
    reader::Preamble,
    tar,
};
use crate::json;

/// Writes an archive into any sink. Data must be written before the event that refers to it.
pub struct ArchiveWriter<W> {
    out: W,
    timestamp: u64,
    head: Option<EventHash>,
    height: u64,
}

impl<W: Write> ArchiveWriter<W> {
    /// Begins an archive; `timestamp` (seconds since 1970) is that of the election's creation.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn new(mut out: W, timestamp: u64) -> io::Result<Self> {
        let preamble = json::to_bytes(&Preamble::at(timestamp));
        tar::write_record(&mut out, Preamble::NAME, timestamp, &preamble)?;
        Ok(Self {
            out,
            timestamp,
            head: None,
            height: 0,
        })
    }

    /// Writes a data record.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn data(&mut self, bytes: &[u8]) -> io::Result<PayloadHash> {
        let hash = PayloadHash::of(bytes);
        tar::write_record(&mut self.out, &format!("{hash}.data.json"), self.timestamp, bytes)?;
        Ok(hash)
    }

    /// Links an event to the chain and writes it; returns the new head.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn event(&mut self, kind: EventKind, payload: Option<PayloadHash>) -> io::Result<EventHash> {
        let (bytes, hash) = event(self.head, self.height, kind, payload);
        tar::write_record(&mut self.out, &format!("{hash}.event.json"), self.timestamp, &bytes)?;
        self.head = Some(hash);
        self.height += 1;
        Ok(hash)
    }

    /// Writes an event with all data that it refers to.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn entry(&mut self, content: &Content) -> io::Result<EventHash> {
        let (kind, payload) = match content {
            Content::Setup {
                election,
                trustees,
                credentials,
                certificate,
            } => {
                let setup = Setup {
                    election: self.data(&election.bytes)?,
                    trustees: self.data(&trustees.bytes)?,
                    credentials: self.data(&credentials.bytes)?,
                    credentials_certificate: certificate.as_ref().map(|c| self.data(&c.bytes)).transpose()?,
                };
                (EventKind::Setup, Some(setup.to_bytes()))
            }
            Content::Ballot(ballot) => (EventKind::Ballot, Some(ballot.bytes.clone())),
            Content::EndBallots => (EventKind::EndBallots, None),
            Content::EncryptedTally { figures, tally } => {
                let record = TallyRecord {
                    encrypted_tally: self.data(&tally.bytes)?,
                    ..figures.clone()
                };
                (EventKind::EncryptedTally, Some(record.to_bytes()))
            }
            Content::Shuffle { owner, shuffle } => (
                EventKind::Shuffle,
                Some(
                    Owned {
                        owner: *owner,
                        payload: self.data(&shuffle.bytes)?,
                    }
                    .to_bytes(),
                ),
            ),
            Content::EndShuffles => (EventKind::EndShuffles, None),
            Content::PartialDecryption { owner, decryption } => {
                let owned = Owned {
                    owner: *owner,
                    payload: self.data(&decryption.bytes)?,
                };
                (EventKind::PartialDecryption, Some(owned.to_bytes()))
            }
            Content::Result(result) => (EventKind::Result, Some(result.bytes.clone())),
        };
        let payload = payload.map(|bytes| self.data(&bytes)).transpose()?;
        self.event(kind, payload)
    }

    /// Head of the chain so far.
    #[must_use]
    pub const fn head(&self) -> Option<EventHash> {
        self.head
    }

    /// Ends: the format has no end blocks, so nothing is written.
    pub fn into_inner(self) -> W {
        self.out
    }
}
