//! The portal's papers in PDF: proofs of vote, receipts, letters. One page size, one layout, our own; krilla writes the file.
//!
//! A [`Paper`] is a list of [`Block`]s of plain text: there is no markup language between data and page, hence nothing to inject into.
//! Every file is tagged and exported as PDF/UA-1, which the exporter enforces: a heading without outline, a picture without words, a
//! character without meaning fail the export. Nothing in a file tells when it was made.
//!
//! - [`pdf`]: from a paper to a file
//! - `measure`: widths and line breaks; `place`: what stands where; `write`: the tagged file
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

mod measure;
mod place;
mod write;

/// A paper to typeset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// BCP 47 code of its language.
    pub language: &'static str,
    /// Title, on the paper and in the file's properties.
    pub title: String,
    /// Who issues it.
    pub author: String,
    /// What it says, in reading order.
    pub blocks: Vec<Block>,
}

/// A part of a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// What follows begins on another page.
    NewPage,
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
    /// The exporter refused the file.
    #[error("the PDF was refused by its exporter: {0}")]
    Export(String),
}

/// Typesets a paper: A4, tagged, PDF/UA-1.
///
/// # Errors
/// [`PaperError`].
pub fn pdf(paper: &Paper) -> Result<Vec<u8>, PaperError> {
    let faces = measure::Faces::load()?;
    write::file(paper, &place::pages(paper, &faces)?, &faces)
}
