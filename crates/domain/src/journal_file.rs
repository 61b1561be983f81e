//! The journal as a file that anyone can check without the server: one JSON object a line.
//!
//! ```text
//! {"format":"isoloir-journal/1","key":"<Ed25519 key of the voting server>"}
//! {"rank":1,"hash":"…","entry":"{\"at\":…}"}          the entry's own text, as the chain hashes it
//! {"day":"2026-12-03","rank":57,"hash":"…","signature":"…"}
//! {"end":"2026-12-11T08:00:00Z","rank":943,"hash":"…","signature":"…"}
//! ```
//!
//! Once a day the server signs what the journal was when the day ended: whoever kept such a line, on paper if need be, can tell later that nothing
//! before it was changed. The chain alone would not tell, since whoever holds the database can compute another.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::journal::{Entry, chain};

/// What the first line says.
pub const FORMAT: &str = "isoloir-journal/1";

/// A place in the journal: how many entries there are, and the hash of the last, which fixes all before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalHead {
    /// Rank of the last entry, from 1; 0 before the first.
    pub rank: u64,
    /// Its hash; zeros before the first.
    pub hash: [u8; 32],
}

impl JournalHead {
    /// Before the first entry.
    pub const EMPTY: Self = Self { rank: 0, hash: [0; 32] };

    /// After one more entry.
    #[must_use]
    pub fn then(self, entry: &str) -> Self {
        let rank = self.rank.saturating_add(1);
        let hash = chain(&self.hash, rank, entry);
        Self { rank, hash }
    }

    /// What a day's signature signs.
    fn day_text(self, day: Date) -> Vec<u8> {
        format!("isoloir/journal-day/v1|{day}|{}|{}", self.rank, hex::encode(self.hash)).into_bytes()
    }

    /// What the signature at the end of a file signs.
    fn end_text(self, at: Timestamp) -> Vec<u8> {
        format!("isoloir/journal-end/v1|{at}|{}|{}", self.rank, hex::encode(self.hash)).into_bytes()
    }
}

/// What the journal was when a day had ended, signed by the voting server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedDay {
    /// The day, in Paris.
    pub day: Date,
    /// The journal then.
    pub head: JournalHead,
    /// Ed25519.
    pub signature: [u8; 64],
}

impl SignedDay {
    /// Signs.
    #[must_use]
    pub fn sign(day: Date, head: JournalHead, key: &SigningKey) -> Self {
        let signature = key.sign(&head.day_text(day)).to_bytes();
        Self { day, head, signature }
    }

    /// Whether the signature is that of `key`.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let signature = Signature::from_bytes(&self.signature);
        key.verify_strict(&self.head.day_text(self.day), &signature).is_ok()
    }
}

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    First(First),
    Entry(EntryLine),
    Day(DayLine),
    End(EndLine),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    format: String,
    #[serde(with = "hex::serde")]
    key: [u8; 32],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryLine {
    rank: u64,
    #[serde(with = "hex::serde")]
    hash: [u8; 32],
    entry: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DayLine {
    day: Date,
    rank: u64,
    #[serde(with = "hex::serde")]
    hash: [u8; 32],
    #[serde(with = "hex::serde")]
    signature: [u8; 64],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndLine {
    end: Timestamp,
    rank: u64,
    #[serde(with = "hex::serde")]
    hash: [u8; 32],
    #[serde(with = "hex::serde")]
    signature: [u8; 64],
}

impl Line {
    /// With its line feed.
    fn text(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string(self)?;
        text.push('\n');
        Ok(text)
    }
}

/// The first line.
///
/// # Errors
/// Never for values of these types; the serializer's signature says otherwise. So for the three below.
pub fn first_line(key: &VerifyingKey) -> Result<String, serde_json::Error> {
    let (format, key) = (FORMAT.to_owned(), key.to_bytes());
    Line::First(First { format, key }).text()
}

/// The line of the entry that `head` ends with.
///
/// # Errors
/// See [`first_line`].
pub fn entry_line(head: JournalHead, entry: &str) -> Result<String, serde_json::Error> {
    let JournalHead { rank, hash } = head;
    let entry = entry.to_owned();
    Line::Entry(EntryLine { rank, hash, entry }).text()
}

/// The line of a signed day.
///
/// # Errors
/// See [`first_line`].
pub fn day_line(signed: &SignedDay) -> Result<String, serde_json::Error> {
    let JournalHead { rank, hash } = signed.head;
    let (day, signature) = (signed.day, signed.signature);
    let line = DayLine {
        day,
        rank,
        hash,
        signature,
    };
    Line::Day(line).text()
}

/// The last line: the whole is what the server holds at `at`.
///
/// # Errors
/// See [`first_line`].
pub fn end_line(at: Timestamp, head: JournalHead, key: &SigningKey) -> Result<String, serde_json::Error> {
    let JournalHead { rank, hash } = head;
    let signature = key.sign(&head.end_text(at)).to_bytes();
    let line = EndLine {
        end: at,
        rank,
        hash,
        signature,
    };
    Line::End(line).text()
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalFault {
    /// Not a line of this format, or not where it is expected.
    #[error("journal.form: line {0} is not a line of a journal, or not in its place")]
    Form(u64),
    /// The file was made with another key than the one expected.
    #[error("journal.key: the file names another key than the one expected")]
    Key,
    /// An entry is missing, doubled or out of order.
    #[error("journal.rank: line {line}: the entry of rank {expected} was expected")]
    Rank {
        /// Where.
        line: u64,
        /// Which one was expected.
        expected: u64,
    },
    /// An entry does not follow from the one before: it was changed.
    #[error("journal.chain: line {line}: the entry of rank {rank} does not follow from the one before")]
    Chain {
        /// Where.
        line: u64,
        /// Which one.
        rank: u64,
    },
    /// What was signed for a day is not what the file says of it.
    #[error("journal.day: line {line}: what was signed for {day} is not this journal")]
    Day {
        /// Where.
        line: u64,
        /// Which day.
        day: Date,
    },
    /// The file has no end, or one that was not signed for it.
    #[error("journal.end: the end of the file is missing, or was not signed for it")]
    End,
    /// The journal of an earlier file is not the beginning of this one.
    #[error("journal.since: the journal of {since} is not the beginning of this one")]
    Since {
        /// End of the earlier file.
        since: Timestamp,
    },
}

/// What a file that holds says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalReport {
    /// The key that signed.
    pub key: VerifyingKey,
    /// The journal.
    pub head: JournalHead,
    /// When the file was made.
    pub at: Timestamp,
    /// Days that were signed.
    pub days: Vec<Date>,
    /// Entries whose text is not of this version: hashed and counted, and not understood.
    pub unread: u64,
}

/// Checks a file line by line.
#[derive(Debug)]
pub struct JournalCheck {
    expected: Option<VerifyingKey>,
    since: Option<(Timestamp, JournalHead)>,
    met: bool,
    key: Option<VerifyingKey>,
    head: JournalHead,
    line: u64,
    days: Vec<Date>,
    unread: u64,
    end: Option<Timestamp>,
}

impl JournalCheck {
    /// A check by the key of a server that is known otherwise, which is the point; `None` takes the file's word for it. `since` is the report of an
    /// earlier file, whose journal must be the beginning of this one.
    #[must_use]
    pub fn new(expected: Option<VerifyingKey>, since: Option<&JournalReport>) -> Self {
        Self {
            expected,
            since: since.map(|report| (report.at, report.head)),
            met: since.is_none_or(|report| report.head.rank == 0),
            key: None,
            head: JournalHead::EMPTY,
            line: 0,
            days: Vec::new(),
            unread: 0,
            end: None,
        }
    }

    /// Checks the next line.
    ///
    /// # Errors
    /// [`JournalFault`].
    pub fn line(&mut self, text: &str) -> Result<(), JournalFault> {
        self.line = self.line.saturating_add(1);
        let form = JournalFault::Form(self.line);
        let line = serde_json::from_str(text).map_err(|_| form.clone())?;
        match (self.key, line) {
            _ if self.end.is_some() => Err(form),
            (None, Line::First(first)) => self.first(&first),
            (Some(_), Line::Entry(entry)) => self.entry(&entry),
            (Some(key), Line::Day(day)) => self.day(&key, &day),
            (Some(key), Line::End(end)) => self.ended(&key, &end),
            _ => Err(form),
        }
    }

    /// The report, after the last line.
    ///
    /// # Errors
    /// [`JournalFault::End`], [`JournalFault::Since`].
    pub fn finish(self) -> Result<JournalReport, JournalFault> {
        let (Some(key), Some(at)) = (self.key, self.end) else {
            return Err(JournalFault::End);
        };
        if let (false, Some((since, _))) = (self.met, self.since) {
            return Err(JournalFault::Since { since });
        }
        Ok(JournalReport {
            key,
            head: self.head,
            at,
            days: self.days,
            unread: self.unread,
        })
    }

    fn first(&mut self, first: &First) -> Result<(), JournalFault> {
        let key = VerifyingKey::from_bytes(&first.key).map_err(|_| JournalFault::Form(self.line))?;
        if first.format != FORMAT {
            return Err(JournalFault::Form(self.line));
        }
        if self.expected.is_some_and(|expected| expected != key) {
            return Err(JournalFault::Key);
        }
        self.key = Some(key);
        Ok(())
    }

    fn entry(&mut self, entry: &EntryLine) -> Result<(), JournalFault> {
        let (line, next) = (self.line, self.head.then(&entry.entry));
        if entry.rank != next.rank {
            let expected = next.rank;
            return Err(JournalFault::Rank { line, expected });
        }
        if entry.hash != next.hash {
            let rank = next.rank;
            return Err(JournalFault::Chain { line, rank });
        }
        if serde_json::from_str::<Entry>(&entry.entry).is_err() {
            self.unread = self.unread.saturating_add(1);
        }
        self.head = next;
        self.met |= self.since.is_some_and(|(_, head)| head == next);
        Ok(())
    }

    fn day(&mut self, key: &VerifyingKey, line: &DayLine) -> Result<(), JournalFault> {
        let signed = SignedDay {
            day: line.day,
            head: JournalHead {
                rank: line.rank,
                hash: line.hash,
            },
            signature: line.signature,
        };
        let later = self.days.last().is_none_or(|last| *last < line.day);
        if signed.head != self.head || !later || !signed.is_signed_by(key) {
            let (line, day) = (self.line, line.day);
            return Err(JournalFault::Day { line, day });
        }
        self.days.push(line.day);
        Ok(())
    }

    fn ended(&mut self, key: &VerifyingKey, line: &EndLine) -> Result<(), JournalFault> {
        let head = JournalHead {
            rank: line.rank,
            hash: line.hash,
        };
        let signature = Signature::from_bytes(&line.signature);
        let signed = key.verify_strict(&head.end_text(line.end), &signature).is_ok();
        if head != self.head || !signed {
            return Err(JournalFault::End);
        }
        self.end = Some(line.end);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ElectionId;
    use crate::journal::{Event, Subject};

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A journal of `entries` entries, a day signed after the third and after the last.
    fn file(entries: u64) -> Vec<String> {
        let key = key(1);
        let mut lines = vec![first_line(&key.verifying_key()).unwrap()];
        let mut head = JournalHead::EMPTY;
        for count in 1..=entries {
            let subject: ElectionId = "NkHrZ7QCf3Nf3h".parse().unwrap();
            let entry = Entry {
                at: at("2026-12-03T08:00:00Z"),
                actor: None,
                subject: Subject::Election(subject),
                what: Event::InvitationsSent { count },
            };
            let text = entry.to_text().unwrap();
            head = head.then(&text);
            lines.push(entry_line(head, &text).unwrap());
            let day: i8 = match count {
                3 => 3,
                _ if count == entries => 4,
                _ => continue,
            };
            let day = jiff::civil::date(2026, 12, day);
            lines.push(day_line(&SignedDay::sign(day, head, &key)).unwrap());
        }
        lines.push(end_line(at("2026-12-11T08:00:00Z"), head, &key).unwrap());
        lines
    }

    fn check(lines: &[String], since: Option<&JournalReport>) -> Result<JournalReport, JournalFault> {
        let mut check = JournalCheck::new(Some(key(1).verifying_key()), since);
        lines.iter().try_for_each(|line| check.line(line))?;
        check.finish()
    }

    #[test]
    fn a_sound_file_is_read_and_every_change_of_one_is_named() {
        let sound = file(5);
        let report = check(&sound, None).unwrap();
        assert_eq!((report.head.rank, report.days.len(), report.unread), (5, 2, 0));
        type Change = fn(&mut Vec<String>);
        // Lines: first, 1, 2, 3, day, 4, 5, day, end.
        let changes: [(&str, Change); 9] = [
            ("journal.chain", |f| {
                f[2] = f[2].replace("\\\"count\\\":2", "\\\"count\\\":9")
            }),
            ("journal.rank", |f| drop(f.remove(2))),
            ("journal.rank", |f| f.swap(2, 3)),
            ("journal.day", |f| f.swap(4, 5)),
            ("journal.day", |f| f[4] = f[4].replace("2026-12-03", "2026-12-02")),
            ("journal.end", |f| drop(f.pop())),
            ("journal.end", |f| f[8] = f[8].replace("11T08", "11T09")),
            ("journal.form", |f| f.push(f[8].clone())),
            ("journal.form", |f| f[0] = f[0].replace("journal/1", "journal/2")),
        ];
        for (number, (name, change)) in changes.iter().enumerate() {
            let mut changed = sound.clone();
            change(&mut changed);
            assert_ne!(changed, sound, "{number}");
            let fault = check(&changed, None).expect_err(name).to_string();
            assert!(fault.starts_with(name), "{number}: {fault}");
        }
        // Another server's word, and a journal computed anew by whoever holds the database but not the key.
        let mut other = JournalCheck::new(Some(key(2).verifying_key()), None);
        assert_eq!(other.line(&sound[0]), Err(JournalFault::Key));
    }

    #[test]
    fn an_earlier_file_must_be_the_beginning_of_a_later_one() {
        let earlier = check(&file(4), None).unwrap();
        // `file` signs its second day after the last entry: two days of the same date would be another fault.
        assert!(check(&file(6), Some(&earlier)).is_ok());
        let fewer = check(&file(3), Some(&earlier)).expect_err("fewer entries");
        assert_eq!(fewer, JournalFault::Since { since: earlier.at });
    }
}
