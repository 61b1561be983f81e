//! The blocks of an old-style tar, as Belenios fixes them to the last byte: mode `0000644`, no
//! owner, one modification time for all records, no end blocks.

use std::io::{self, Write};

/// Size of a header, and the multiple to which contents are padded.
pub const BLOCK: usize = 512;

const NAME: std::ops::Range<usize> = 0..100;
const SIZE: std::ops::Range<usize> = 124..136;
const MTIME: std::ops::Range<usize> = 136..148;
const CHECKSUM: std::ops::Range<usize> = 148..156;
/// `%011o` holds 33 bits.
const MAX_OCTAL: u64 = 1 << 33;

/// What is said by a header; everything else in it is constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Name of the record, at most 99 bytes.
    pub name: String,
    /// Bytes of content.
    pub size: u64,
    /// Modification time, seconds since 1970.
    pub mtime: u64,
}

impl Header {
    /// The 512 bytes; `None` when name, size or time do not fit.
    #[must_use]
    pub fn to_block(&self) -> Option<[u8; BLOCK]> {
        if self.size >= MAX_OCTAL || self.mtime >= MAX_OCTAL || self.name.len() >= NAME.len() {
            return None;
        }
        let mut block = [0; BLOCK];
        put(&mut block, NAME.start, self.name.as_bytes());
        put(&mut block, 100, b"0000644\x000000000\x000000000\0");
        put(&mut block, SIZE.start, format!("{:011o}", self.size).as_bytes());
        put(&mut block, MTIME.start, format!("{:011o}", self.mtime).as_bytes());
        put(&mut block, CHECKSUM.start, b"        ");
        put(&mut block, 156, b"0");
        let sum: u32 = block.iter().copied().map(u32::from).sum();
        put(&mut block, CHECKSUM.start, format!("{sum:06o}\0 ").as_bytes());
        Some(block)
    }

    /// Reads a header, refusing every block that [`Header::to_block`] would not write.
    #[must_use]
    pub fn from_block(block: &[u8; BLOCK]) -> Option<Self> {
        let name = block.get(NAME)?.split(|b| *b == 0).next()?;
        let header = Self {
            name: String::from_utf8(name.to_vec()).ok()?,
            size: octal(block.get(SIZE)?)?,
            mtime: octal(block.get(MTIME)?)?,
        };
        (header.to_block()? == *block).then_some(header)
    }
}

/// How many zero bytes follow a content of this size.
#[must_use]
pub const fn padding(size: u64) -> usize {
    let block = BLOCK as u64;
    // A remainder by 512 fits everywhere.
    #[allow(clippy::cast_possible_truncation)]
    let rest = (size % block) as usize;
    if rest == 0 { 0 } else { BLOCK - rest }
}

/// Writes one record: header, content, padding.
///
/// # Errors
/// Those of the sink; [`io::ErrorKind::InvalidInput`] when the header cannot express the record.
pub fn write_record<W: Write>(out: &mut W, name: &str, mtime: u64, content: &[u8]) -> io::Result<()> {
    let size = content.len() as u64;
    let header = Header {
        name: name.to_owned(),
        size,
        mtime,
    };
    let block = header.to_block().ok_or(io::ErrorKind::InvalidInput)?;
    out.write_all(&block)?;
    out.write_all(content)?;
    let zeros = [0; BLOCK];
    out.write_all(zeros.get(..padding(size)).unwrap_or_default())
}

fn put(block: &mut [u8; BLOCK], at: usize, bytes: &[u8]) {
    for (place, byte) in block.iter_mut().skip(at).zip(bytes) {
        *place = *byte;
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let (zero, digits) = field.split_last()?;
    let text = std::str::from_utf8(digits).ok()?;
    if *zero != 0 || !text.bytes().all(|b| (b'0'..=b'7').contains(&b)) {
        return None;
    }
    u64::from_str_radix(text, 8).ok()
}
