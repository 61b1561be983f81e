//! CSV, row by row, in memory that does not grow with the file.

use std::io::{BufReader, Read, SeekFrom};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use sha2::{Digest as _, Sha256};

use super::{Cell, FileUnread, MAX_COLUMNS, MAX_ROW, Shape, Source, Take, tidy};

/// What is looked at to find the separator, in bytes.
const BEGINNING: usize = 16 * 1024;
const BLOCK: usize = 64 * 1024;

/// Reads the whole file twice: to know its encoding, then its rows.
pub(super) fn read(mut source: Box<dyn Source>, take: Take<'_>) -> Result<Shape, FileUnread> {
    let (encoding, digest) = look(source.as_mut())?;
    source.seek(SeekFrom::Start(0))?;
    let mut text = Text::new(BufReader::with_capacity(BLOCK, source), encoding);
    let beginning = text.beginning()?;
    let (separator, skipped) = separator(&beginning);
    text.skip(skipped);
    let first_line = if skipped > 0 { 2 } else { 1 };
    rows(&mut text, separator, first_line, take)?;
    let name = if encoding == UTF_16LE || encoding == UTF_16BE {
        "UTF-16"
    } else {
        encoding.name()
    };
    Ok(Shape {
        encoding: name,
        separator: Some(char::from(separator)),
        digest,
    })
}

/// The encoding, and the SHA-256: UTF-8 when the whole file is, else what its first bytes say, else Windows-1252.
fn look(source: &mut dyn Source) -> Result<(&'static Encoding, String), FileUnread> {
    let mut hash = Sha256::new();
    let mut block = vec![0; BLOCK];
    let mut marked = None;
    let mut utf8 = true;
    let mut pending: Vec<u8> = Vec::with_capacity(BLOCK + 4);
    let mut first = true;
    loop {
        let n = source.read(&mut block)?;
        let read = block.get(..n).unwrap_or_default();
        hash.update(read);
        if first {
            marked = Encoding::for_bom(read).map(|(encoding, _)| encoding);
            first = false;
        }
        if utf8 {
            pending.extend_from_slice(read);
            match std::str::from_utf8(&pending) {
                Ok(_) => pending.clear(),
                // The last character goes on in the next block.
                Err(error) if error.error_len().is_none() && n > 0 => {
                    pending.drain(..error.valid_up_to());
                }
                Err(_) => utf8 = false,
            }
        }
        if n == 0 {
            break;
        }
    }
    let encoding = match marked {
        Some(utf16) if utf16 != UTF_8 => utf16,
        _ if utf8 => UTF_8,
        _ => WINDOWS_1252,
    };
    Ok((encoding, hex::encode(hash.finalize())))
}

/// The separator of the first line, and how many bytes come before it: the line `sep=;` that Excel writes.
fn separator(beginning: &str) -> (u8, usize) {
    let line = beginning.lines().next().unwrap_or_default();
    if let Some(&said) = line
        .trim_end()
        .strip_prefix("sep=")
        .and_then(|rest| rest.as_bytes().first())
    {
        let after = beginning
            .find('\n')
            .map_or(beginning.len(), |end| end.saturating_add(1));
        return (said, after);
    }
    let count = |separator: &u8| line.bytes().filter(|b| b == separator).count();
    // The earlier of two that are as frequent.
    let separators = [b';', b',', b'\t'];
    let best = separators.iter().rev().max_by_key(|separator| count(separator));
    (best.copied().unwrap_or(b';'), 0)
}

/// Gives the rows.
fn rows(text: &mut Text, separator: u8, first_line: u64, take: Take<'_>) -> Result<(), FileUnread> {
    let mut reader: Reader = ReaderBuilder::new().delimiter(separator).build();
    let (mut output, mut ends) = (vec![0; MAX_ROW], vec![0; MAX_COLUMNS]);
    let (mut written, mut fields) = (0_usize, 0_usize);
    let mut lines = Lines {
        line: first_line,
        after_return: false,
    };
    let mut begun: Option<u64> = None;
    loop {
        let mut input = text.fill()?;
        let ended = input.is_empty();
        if begun.is_none() && !ended {
            // Ends of lines before the row, which the reader would skip in silence.
            let blank = input.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            let (skipped, rest) = input.split_at_checked(blank).unwrap_or((input, &[]));
            lines.pass(skipped);
            input = rest;
            if input.is_empty() {
                text.consume(blank);
                continue;
            }
            begun = Some(lines.line);
            text.consume(blank);
            input = text.fill()?;
        }
        let (result, read, wrote, found) = reader.read_record(
            input,
            output.get_mut(written..).unwrap_or_default(),
            ends.get_mut(fields..).unwrap_or_default(),
        );
        lines.pass(input.get(..read).unwrap_or_default());
        text.consume(read);
        written = written.saturating_add(wrote);
        fields = fields.saturating_add(found);
        let line = begun.unwrap_or(lines.line);
        match result {
            ReadRecordResult::InputEmpty if !ended => {}
            ReadRecordResult::InputEmpty | ReadRecordResult::End => return Ok(()),
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                return Err(FileUnread::RowTooLong { line });
            }
            ReadRecordResult::Record => {
                let cells = cells(&output, ends.get(..fields).unwrap_or_default());
                take(line, &cells)?;
                (written, fields, begun) = (0, 0, None);
            }
        }
    }
}

/// Lines as an editor counts them, whatever ends them.
struct Lines {
    line: u64,
    after_return: bool,
}

impl Lines {
    fn pass(&mut self, bytes: &[u8]) {
        for &b in bytes {
            if b == b'\r' || (b == b'\n' && !self.after_return) {
                self.line = self.line.saturating_add(1);
            }
            self.after_return = b == b'\r';
        }
    }
}

fn cells(output: &[u8], ends: &[usize]) -> Vec<Cell> {
    let mut begin = 0;
    ends.iter()
        .map(|&end| {
            let bytes = output.get(begin..end).unwrap_or_default();
            begin = end;
            tidy(&String::from_utf8_lossy(bytes))
        })
        .collect()
}

/// The file as UTF-8, block by block.
struct Text {
    source: BufReader<Box<dyn Source>>,
    decoder: Decoder,
    raw: Vec<u8>,
    decoded: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Text {
    fn new(source: BufReader<Box<dyn Source>>, encoding: &'static Encoding) -> Self {
        Self {
            source,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; BLOCK],
            decoded: Vec::new(),
            at: 0,
            ended: false,
        }
    }

    /// What is decoded and not consumed; empty at the end.
    fn fill(&mut self) -> Result<&[u8], FileUnread> {
        while self.at >= self.decoded.len() && !self.ended {
            self.decoded.clear();
            self.at = 0;
            self.decode()?;
        }
        Ok(self.decoded.get(self.at..).unwrap_or_default())
    }

    /// Decodes one more block behind what is there.
    fn decode(&mut self) -> Result<(), FileUnread> {
        let n = self.source.read(&mut self.raw)?;
        self.ended = n == 0;
        let block = self.raw.get(..n).unwrap_or_default();
        let room = self
            .decoder
            .max_utf8_buffer_length(n)
            .unwrap_or(n.saturating_mul(4))
            .max(16);
        let mut text = String::with_capacity(room);
        // There is room for all of it.
        let _ = self.decoder.decode_to_string(block, &mut text, self.ended);
        self.decoded.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn consume(&mut self, n: usize) {
        self.at = self.at.saturating_add(n);
    }

    /// The first kilobytes, which stay to be read.
    fn beginning(&mut self) -> Result<String, FileUnread> {
        while self.decoded.len() < BEGINNING && !self.ended {
            self.decode()?;
        }
        let known = self.decoded.get(..BEGINNING).unwrap_or(&self.decoded);
        Ok(String::from_utf8_lossy(known).into_owned())
    }

    fn skip(&mut self, n: usize) {
        self.consume(n);
    }
}
