//! An archive in parts: every event with the records it refers to, as bytes. Written again, every hash, parent and
//! height is right, whatever the parts have become.

use isoloir_protocol::{
    archive::{ArchiveReader, EventKind, PayloadHash, ReadError, RecordName, event, tar},
    json,
};

/// An archive in parts.
#[derive(Debug, Clone)]
pub struct Archive {
    /// Seconds since 1970 in its header.
    pub timestamp: u64,
    /// Events in their order.
    pub entries: Vec<Entry>,
    /// Records at the end that no event refers to.
    pub stray: Vec<Vec<u8>>,
}

/// An event and the records before it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What happened.
    pub kind: EventKind,
    /// The records; the event refers to the last one.
    pub records: Vec<Part>,
    /// How the event itself is written.
    pub event: EventForm,
}

/// A record.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The hash that the records after it name it by.
    named: PayloadHash,
}

/// How an event is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventForm {
    /// Rightly.
    #[default]
    Right,
    /// Its parent is not the event before.
    WrongParent,
    /// It names no parent.
    NoParent,
    /// Its height is one more than its place.
    WrongHeight,
    /// It refers to something else.
    WrongPayload,
    /// It refers to nothing.
    NoPayload,
    /// It has a field more.
    ExtraField,
    /// Two of its fields are exchanged.
    Reordered,
    /// It holds a space.
    Spaced,
}

/// Why a file is not the beginning of a campaign.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Its records cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event cannot be read.
    #[error(transparent)]
    Event(#[from] json::JsonError),
}

impl Part {
    /// A record that nothing has changed yet.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        let named = PayloadHash::of(&bytes);
        Self { bytes, named }
    }
}

impl Archive {
    /// Takes an archive apart.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        let mut reader = ArchiveReader::open(bytes)?;
        let mut entries = Vec::new();
        let mut records = Vec::new();
        while let Some(record) = reader.next_record()? {
            match record.name {
                RecordName::Data(_) => records.push(Part::new(record.bytes)),
                RecordName::Event(_) => {
                    let event: isoloir_protocol::archive::Event = json::parse(&record.bytes)?;
                    entries.push(Entry {
                        kind: event.kind,
                        records: std::mem::take(&mut records),
                        event: EventForm::Right,
                    });
                }
            }
        }
        Ok(Self {
            timestamp: reader.timestamp(),
            entries,
            stray: Vec::new(),
        })
    }

    /// Puts it together again.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut record = |name: &str, bytes: &[u8]| {
            // Names and sizes always fit into a header, and memory takes all bytes.
            let _ = tar::write_record(&mut out, name, self.timestamp, bytes);
        };
        let header = format!("{{\"version\":1,\"timestamp\":\"{}\"}}", self.timestamp);
        record("BELENIOS", header.as_bytes());
        let mut head = None;
        for (height, entry) in (0..).zip(&self.entries) {
            let chained = entry.chained();
            for bytes in &chained {
                record(&format!("{}.data.json", PayloadHash::of(bytes)), bytes);
            }
            let payload = chained.last().filter(|_| entry.kind.has_payload());
            let payload = payload.map(|bytes| PayloadHash::of(bytes));
            let bytes = entry.event.write(head, height, entry.kind, payload);
            let hash = isoloir_protocol::archive::EventHash::of(&bytes);
            record(&format!("{hash}.event.json"), &bytes);
            head = Some(hash);
        }
        for bytes in &self.stray {
            record(&format!("{}.data.json", PayloadHash::of(bytes)), bytes);
        }
        out
    }

    /// Places of the events of a kind.
    #[must_use]
    pub fn places(&self, kind: EventKind) -> Vec<usize> {
        let entries = self.entries.iter().enumerate();
        entries
            .filter(|(_, entry)| entry.kind == kind)
            .map(|(at, _)| at)
            .collect()
    }

    /// The bytes of a record: the `record`-th of the `entry`-th event.
    #[must_use]
    pub fn record(&self, entry: usize, record: usize) -> Option<&[u8]> {
        let part = self.entries.get(entry)?.records.get(record)?;
        Some(&part.bytes)
    }

    /// The same archive with one record replaced; what refers to it names the new one.
    #[must_use]
    pub fn with_record(&self, entry: usize, record: usize, bytes: Vec<u8>) -> Self {
        let mut changed = self.clone();
        let part = changed.entries.get_mut(entry).and_then(|e| e.records.get_mut(record));
        if let Some(part) = part {
            part.bytes = bytes;
        }
        changed
    }
}

impl Entry {
    /// An event with one record.
    #[must_use]
    pub fn of(kind: EventKind, bytes: Vec<u8>) -> Self {
        Self {
            kind,
            records: vec![Part::new(bytes)],
            event: EventForm::Right,
        }
    }

    /// The records, with the hashes by which they name each other put right.
    fn chained(&self) -> Vec<Vec<u8>> {
        let mut renamed: Vec<(String, String)> = Vec::new();
        let mut all = Vec::new();
        for part in &self.records {
            let mut bytes = part.bytes.clone();
            if let Ok(text) = std::str::from_utf8(&bytes)
                && renamed.iter().any(|(old, _)| text.contains(old))
            {
                let text = renamed
                    .iter()
                    .fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
                bytes = text.into_bytes();
            }
            let now = PayloadHash::of(&bytes);
            if now != part.named {
                renamed.push((part.named.to_string(), now.to_string()));
            }
            all.push(bytes);
        }
        all
    }
}

impl EventForm {
    fn write(
        self,
        head: Option<isoloir_protocol::archive::EventHash>,
        height: u64,
        kind: EventKind,
        payload: Option<PayloadHash>,
    ) -> Vec<u8> {
        use isoloir_protocol::archive::EventHash;
        let write = |head, height, payload| event(head, height, kind, payload).0;
        let text = |edit: &dyn Fn(&str) -> String| {
            let right = String::from_utf8(write(head, height, payload)).unwrap_or_default();
            edit(&right).into_bytes()
        };
        let elsewhere = b"elsewhere";
        match self {
            Self::Right => write(head, height, payload),
            Self::WrongParent => write(Some(EventHash::of(elsewhere)), height, payload),
            Self::NoParent => write(None, height, payload),
            Self::WrongHeight => write(head, height + 1, payload),
            Self::WrongPayload => write(head, height, Some(PayloadHash::of(elsewhere))),
            Self::NoPayload => write(head, height, None),
            Self::ExtraField => text(&|right| right.replacen("\"height\"", "\"more\":1,\"height\"", 1)),
            Self::Reordered => text(&|right| {
                let (height, kind) = (format!("\"height\":{height}"), format!("\"type\":\"{kind}\""));
                right.replacen(&format!("{height},{kind}"), &format!("{kind},{height}"), 1)
            }),
            Self::Spaced => text(&|right| right.replacen(':', ": ", 1)),
        }
    }
}
