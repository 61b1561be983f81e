//! What every paper becomes: pages of placed things, and the parts that they say, which are the file's tags.

use qrcode::{EcLevel, QrCode};

use crate::PaperError;
use crate::measure::{Face, Faces};

/// A4, in points.
pub(crate) const PAGE: (f32, f32) = (595.28, 841.89);

/// Number of a part in [`Sheets::parts`].
pub(crate) type Part = usize;

/// What a part is to a screen reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Heading of level 1, as the outline names it.
    Title(String),
    /// Heading of level 2, as the outline names it.
    Heading(String),
    Paragraph,
    /// A picture, in words.
    Figure(String),
    /// A paper among others in one file, in its own language.
    Section(&'static str),
    List,
    Item,
    Label,
    Body,
    Table,
    Row,
    /// The head of a column.
    Head,
    Cell,
}

/// A part, and the part that it belongs to.
pub(crate) struct Tagged {
    pub(crate) kind: Kind,
    pub(crate) within: Option<Part>,
}

/// The colours of the house: dark enough to be printed in black.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Black,
    Soft,
    Petrol,
    /// Ground of a box.
    Tint,
    /// Lines of tables.
    Hair,
}

/// How a text looks: face, size, distance between lines, ink.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Type(pub(crate) Face, pub(crate) f32, pub(crate) f32, pub(crate) Ink);

/// A thing on a page. What belongs to no part is decoration, and is not read aloud.
pub(crate) enum Placed {
    /// Pieces of one line.
    Line {
        part: Option<Part>,
        face: Face,
        size: f32,
        ink: Ink,
        y: f32,
        pieces: Vec<(f32, String)>,
        /// What is read and copied, where that is not the pieces one after the other.
        whole: Option<String>,
    },
    /// Dark runs of a square code: left, top, width.
    Squares {
        part: Part,
        side: f32,
        runs: Vec<(f32, f32, f32)>,
    },
    /// A rectangle, filled, or drawn with a line of this width.
    Box {
        corner: (f32, f32),
        size: (f32, f32),
        ink: Ink,
        line: Option<f32>,
    },
}

pub(crate) type Page = Vec<Placed>;

/// A paper, or several, ready to be written.
#[derive(Default)]
pub(crate) struct Sheets {
    pub(crate) parts: Vec<Tagged>,
    pub(crate) pages: Vec<Page>,
}

impl Sheets {
    /// A new part, after those that are there.
    pub(crate) fn part(&mut self, kind: Kind, within: Option<Part>) -> Part {
        self.parts.push(Tagged { kind, within });
        self.parts.len() - 1
    }

    /// Puts a thing on the last page.
    pub(crate) fn put(&mut self, placed: Placed) {
        if let Some(page) = self.pages.last_mut() {
            page.push(placed);
        }
    }

    /// Puts a line at its base line.
    pub(crate) fn line(
        &mut self,
        part: Option<Part>,
        &Type(face, size, _, ink): &Type,
        (x, y): (f32, f32),
        text: String,
    ) {
        self.put(Placed::Line {
            part,
            face,
            size,
            ink,
            y,
            pieces: vec![(x, text)],
            whole: None,
        });
    }

    /// Breaks a text in a column that begins at `(x, y)`; gives where it ends.
    pub(crate) fn column(
        &mut self,
        faces: &Faces,
        part: Option<Part>,
        style: &Type,
        (x, mut y): (f32, f32),
        room: f32,
        text: &str,
    ) -> f32 {
        let &Type(face, size, step, _) = style;
        for line in faces.lines(face, size, &faces.showable(face, text), room) {
            y += step;
            self.line(part, style, (x, y), line);
        }
        y
    }

    /// Puts a square code into a square of this side.
    pub(crate) fn square(
        &mut self,
        part: Part,
        content: &str,
        (x, y): (f32, f32),
        side: f32,
    ) -> Result<(), PaperError> {
        let code = QrCode::with_error_correction_level(content, EcLevel::M)?;
        let count = u16::try_from(code.width()).unwrap_or(u16::MAX);
        let step = side / f32::from(count);
        let colors = code.into_colors();
        let mut runs: Vec<(f32, f32, f32)> = Vec::new();
        for (row, down) in colors.chunks(usize::from(count)).zip(0_u16..) {
            let mut dark = false;
            for (color, across) in row.iter().zip(0_u16..) {
                let was = std::mem::replace(&mut dark, *color == qrcode::Color::Dark);
                match (was, dark, runs.last_mut()) {
                    (true, true, Some((.., width))) => *width += step,
                    (_, true, _) => runs.push((x + f32::from(across) * step, y + f32::from(down) * step, step)),
                    _ => {}
                }
            }
        }
        self.put(Placed::Squares { part, side: step, runs });
        Ok(())
    }

    /// A filled rectangle.
    pub(crate) fn ground(&mut self, corner: (f32, f32), size: (f32, f32), ink: Ink) {
        self.put(Placed::Box {
            corner,
            size,
            ink,
            line: None,
        });
    }

    /// A rectangle's outline.
    pub(crate) fn frame(&mut self, corner: (f32, f32), size: (f32, f32), ink: Ink, line: f32) {
        let line = Some(line);
        self.put(Placed::Box {
            corner,
            size,
            ink,
            line,
        });
    }
}
