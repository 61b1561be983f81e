//! Papers in PDF: proofs of vote, receipts, notices with voting codes, signature lists, certificates. One page size, one layout, our own;
//! krilla writes the file.
//!
//! A [`Paper`] is a list of [`Block`]s of plain text: there is no markup language between data and page, hence nothing to inject into.
//! Every file is tagged and exported as PDF/UA-1, which the exporter enforces: a heading without outline, a picture without words, a
//! character without meaning fail the export. Nothing in a file tells when it was made, except in one that is kept for years: that is PDF/A-2a too,
//! which asks for a date, and carries the instant of what it records, so that the same record always gives the same bytes.
//!
//! - [`pdf`]: from a paper to a file; [`notice`]: letters with a voting code, many in a file; [`remittance`]: what goes with them;
//!   [`posting`]: a roll to post on premises
//! - `measure`: widths and line breaks; `place`: what of a paper stands where; `sheet`: placed things and their tags; `write`: the file
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

mod measure;
pub mod notice;
mod place;
pub mod posting;
pub mod remittance;
mod sheet;
mod write;

use jiff::Timestamp;

/// A paper to typeset.
#[derive(Debug, Clone, PartialEq)]
pub struct Paper {
    /// BCP 47 code of its language.
    pub language: &'static str,
    /// Title, on the paper and in the file's properties.
    pub title: String,
    /// Who issues it.
    pub author: String,
    /// What it says, in reading order.
    pub blocks: Vec<Block>,
    /// Words at the foot of every page, beside its number; neither without them.
    pub foot: Option<String>,
    /// Of a paper to keep for years, the instant of what it records: its file is PDF/A-2a (ISO 19005-2), dated so.
    pub recorded: Option<Timestamp>,
}

/// A part of a paper.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading of level 2.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A label and its value under it.
    Fact(String, String),
    /// A tracker or a code, in groups of eight made by spacing.
    Groups(String),
    /// A long technical value, in small type, broken anywhere.
    Fine(String),
    /// A square code to scan, with what it says in words.
    Square {
        /// What a camera reads.
        content: String,
        /// What a screen reader says.
        words: String,
    },
    /// A table, over as many pages as it takes.
    Table {
        /// Its columns.
        columns: Vec<Column>,
        /// Its rows: a text for each column.
        rows: Vec<Vec<String>>,
        /// Height of a row at least, in points: room for a signature.
        height: f32,
    },
    /// What follows begins on another page.
    NewPage,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its head.
    pub title: String,
    /// Its share of the width, beside those of the others.
    pub share: f32,
}

impl Column {
    /// A column with its head and its share of the width.
    #[must_use]
    pub fn new(title: &str, share: f32) -> Column {
        Column {
            title: title.to_owned(),
            share,
        }
    }
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// An embedded font does not read.
    #[error("an embedded font does not read")]
    Font,
    /// The square code cannot hold its content.
    #[error("the square code cannot hold its content")]
    Square(#[from] qrcode::types::QrError),
    /// A notice is longer than its page.
    #[error("notice {0} does not fit on its page: shorten the sender's texts")]
    TooLong(String),
    /// A record's instant is before our era: no file can be dated so.
    #[error("a file cannot be dated {0}")]
    Date(Timestamp),
    /// The exporter refused the file.
    #[error("the PDF was refused by its exporter: {0}")]
    Export(String),
}

/// Typesets a paper: A4, tagged, PDF/UA-1; with the instant of a record, PDF/A-2a too.
///
/// # Errors
/// [`PaperError`].
pub fn pdf(paper: &Paper) -> Result<Vec<u8>, PaperError> {
    let faces = measure::Faces::load()?;
    let properties = write::Properties {
        title: &paper.title,
        author: &paper.author,
        language: paper.language,
        recorded: paper.recorded,
    };
    write::file(&properties, &place::pages(paper, &faces)?, &faces)
}
