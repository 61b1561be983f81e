//! Reads the files that human resources export (*fichiers RH*): CSV with `;`, `,` or tabulations, in UTF-8, UTF-16 or Windows-1252, and xlsx.
//!
//! Rows are given one by one as they are read, so that a file larger than the memory can be read; every bound stands here, and what exceeds one is
//! refused by its name. Formulas are never computed: they are told.

mod delimited;
mod sheet;
mod tidy;

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use isoloir_domain::message::{Class, Message, Refusal};
use sha2::{Digest as _, Sha256};

pub(crate) use tidy::{Damage, tidy};

/// Largest CSV file, in bytes: ten times a roll of 1.4 million voters in four elections each.
pub const MAX_FILE: u64 = 2 * 1024 * 1024 * 1024;
/// Most rows of a file.
pub const MAX_ROWS: u64 = 10_000_000;
/// Longest row, in bytes: a quote that is not closed would make one of the whole file.
pub const MAX_ROW: usize = 64 * 1024;
/// Most columns of a file.
pub const MAX_COLUMNS: usize = 64;
/// Largest xlsx file, in bytes, as it is.
pub const MAX_XLSX: u64 = 100 * 1024 * 1024;
/// Most that an xlsx file may hold once inflated, in bytes.
pub const MAX_INFLATED: u64 = 512 * 1024 * 1024;
/// By how much a part of an xlsx file larger than a mebibyte may be compressed.
pub const MAX_RATIO: u64 = 200;
/// Most parts of an xlsx file.
pub const MAX_PARTS: usize = 1_000;

/// A file brought by somebody.
#[derive(Debug, Clone)]
pub enum GivenRoll {
    /// On this machine's disk.
    File(PathBuf),
    /// Received whole.
    Bytes(Arc<[u8]>),
}

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// `UTF-8`, `UTF-16`, `windows-1252` or `xlsx`.
    pub encoding: &'static str,
    /// What separates cells; none in a workbook.
    pub separator: Option<char>,
    /// SHA-256 of the file, in hexadecimal.
    pub digest: String,
}

/// A cell, tidied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) damage: Option<Damage>,
}

/// Why a file is not read at all.
#[derive(Debug, thiserror::Error)]
pub enum FileUnread {
    /// Larger than what is read.
    #[error("the file has {size} bytes, more than {most}")]
    TooLarge {
        /// Its bytes.
        size: u64,
        /// The most.
        most: u64,
    },
    /// More rows than are read.
    #[error("the file has more than {MAX_ROWS} rows")]
    TooManyRows,
    /// A row too long, or with too many cells: a quote is not closed.
    #[error("line {line} begins a row of more than {MAX_ROW} bytes or {MAX_COLUMNS} cells: a quote is not closed")]
    RowTooLong {
        /// Where it begins.
        line: u64,
    },
    /// An xlsx file that inflates beyond the bounds.
    #[error("the part {part} of the workbook inflates beyond {MAX_INFLATED} bytes or {MAX_RATIO} times its size")]
    Bomb {
        /// Name of the part.
        part: String,
    },
    /// A workbook of before 2007, or one with a password.
    #[error("this is an old or protected workbook")]
    OldWorkbook,
    /// A zip file that is no workbook.
    #[error("this is not a readable workbook: {0}")]
    NotAWorkbook(String),
    /// The file could not be read.
    #[error("the file cannot be read")]
    Unreadable(#[from] std::io::Error),
}

impl Refusal for FileUnread {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "file_too_large",
            Self::TooManyRows => "too_many_rows",
            Self::RowTooLong { .. } => "row_too_long",
            Self::Bomb { .. } => "file_bomb",
            Self::OldWorkbook => "old_workbook",
            Self::NotAWorkbook(_) => "not_a_workbook",
            Self::Unreadable(_) => "file_unreadable",
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::TooLarge { size, most } => {
                let mib = |bytes: &u64| bytes.div_euclid(1024 * 1024);
                Message::new(
                    format!(
                        "Le fichier fait {} Mio\u{202f}; {} Mio au plus sont lus.",
                        mib(size),
                        mib(most)
                    ),
                    format!("The file has {} MiB; at most {} MiB are read.", mib(size), mib(most)),
                )
            }
            Self::TooManyRows => Message::new(
                format!("Le fichier a plus de {MAX_ROWS} lignes."),
                format!("The file has more than {MAX_ROWS} rows."),
            ),
            Self::RowTooLong { line } => Message::new(
                format!("À la ligne {line} commence une ligne démesurée\u{a0}: un guillemet n’est pas refermé."),
                format!("A row without end begins on line {line}: a quote is not closed."),
            ),
            Self::Bomb { part } => Message::new(
                format!(
                    "Le classeur n’est pas ouvert\u{a0}: sa partie «\u{a0}{part}\u{a0}» est une bombe de décompression."
                ),
                format!("The workbook is not opened: its part “{part}” is a decompression bomb."),
            ),
            Self::OldWorkbook => Message::new(
                "Ce classeur est d’un ancien format ou protégé par un mot de passe. Enregistrez-le en .xlsx, ou en CSV.",
                "This workbook has an old format or a password. Save it as .xlsx or CSV.",
            ),
            Self::NotAWorkbook(_) => Message::new(
                "Ce fichier n’est pas un classeur lisible. Enregistrez-le en .xlsx, ou en CSV.",
                "This file is not a readable workbook. Save it as .xlsx or CSV.",
            ),
            Self::Unreadable(_) => Message::new("Le fichier n’a pas pu être lu.", "The file could not be read."),
        }
    }

    fn class(&self) -> Class {
        Class::Unprocessable
    }
}

/// What rows are given to: line of the file, from 1, and cells.
type Take<'a> = &'a mut dyn FnMut(u64, &[Cell]) -> Result<(), FileUnread>;

/// What files are read from.
trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

impl GivenRoll {
    fn open(&self) -> Result<(Box<dyn Source>, u64), FileUnread> {
        Ok(match self {
            Self::File(path) => {
                let file = File::open(path)?;
                let size = file.metadata()?.len();
                (Box::new(file), size)
            }
            Self::Bytes(bytes) => {
                let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                (Box::new(Cursor::new(Arc::clone(bytes))), size)
            }
        })
    }

    /// Gives the rows, the first with the names of the columns, empty ones left out. Blocks: call it off the async threads.
    ///
    /// # Errors
    /// [`FileUnread`], and those of `take`.
    pub(crate) fn read(&self, take: Take<'_>) -> Result<Shape, FileUnread> {
        let (mut source, size) = self.open()?;
        let mut magic = [0; 8];
        let known = read_up_to(&mut source, &mut magic)?;
        source.rewind()?;
        let magic = magic.get(..known).unwrap_or_default();
        let workbook = magic.starts_with(b"PK\x03\x04");
        if magic.starts_with(b"\xd0\xcf\x11\xe0") {
            return Err(FileUnread::OldWorkbook);
        }
        let most = if workbook { MAX_XLSX } else { MAX_FILE };
        if size > most {
            return Err(FileUnread::TooLarge { size, most });
        }
        let mut rows = 0_u64;
        let mut counted = |line, cells: &[Cell]| {
            if cells.iter().all(|cell| cell.text.is_empty() && cell.damage.is_none()) {
                return Ok(());
            }
            rows = rows.saturating_add(1);
            if rows > MAX_ROWS {
                return Err(FileUnread::TooManyRows);
            }
            take(line, cells)
        };
        if workbook {
            let digest = digest(&mut source)?;
            sheet::read(source, &mut counted)?;
            return Ok(Shape {
                encoding: "xlsx",
                separator: None,
                digest,
            });
        }
        delimited::read(source, &mut counted)
    }
}

fn digest(source: &mut dyn Source) -> Result<String, FileUnread> {
    let mut hash = Sha256::new();
    let mut block = vec![0; 64 * 1024];
    loop {
        let n = source.read(&mut block)?;
        if n == 0 {
            break;
        }
        hash.update(block.get(..n).unwrap_or_default());
    }
    source.seek(SeekFrom::Start(0))?;
    Ok(hex::encode(hash.finalize()))
}

/// Reads until `into` is full or the source ends.
fn read_up_to(source: &mut dyn Source, into: &mut [u8]) -> Result<usize, FileUnread> {
    let mut filled = 0;
    while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest)? {
            0 => break,
            n => filled = filled.saturating_add(n),
        }
    }
    Ok(filled)
}
