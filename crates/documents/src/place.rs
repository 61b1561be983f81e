//! What stands where: blocks become lines on pages, each line knowing the block it says.

use qrcode::{EcLevel, QrCode};

use crate::measure::{Face, Faces};
use crate::{Block, Paper, PaperError};

/// A4, in points.
pub(crate) const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 64.0;
const ROOM: f32 = PAGE.0 - 2.0 * MARGIN;
const BOTTOM: f32 = PAGE.1 - MARGIN;

/// Number of the title, which comes before the blocks: they are numbered from 1.
pub(crate) const TITLE: usize = 0;

/// A thing on a page, of the block numbered `block`.
pub(crate) enum Placed {
    /// Pieces of one line.
    Line {
        block: usize,
        face: Face,
        size: f32,
        y: f32,
        pieces: Vec<(f32, String)>,
        /// What is read and copied, where that is not the pieces one after the other.
        whole: Option<String>,
    },
    /// Dark squares, by their upper left corners.
    Squares {
        block: usize,
        side: f32,
        corners: Vec<(f32, f32)>,
    },
}

pub(crate) type Page = Vec<Placed>;

/// Type: face, size, distance between lines, space before the block.
struct Type(Face, f32, f32, f32);

const HEAD: Type = Type(Face::Bold, 20.0, 25.0, 0.0);
const HEADING: Type = Type(Face::Bold, 13.0, 17.0, 16.0);
const TEXT: Type = Type(Face::Regular, 11.0, 15.5, 8.0);
const LABEL: Type = Type(Face::Regular, 9.0, 13.0, 9.0);
const VALUE: Type = Type(Face::Bold, 11.5, 15.0, 1.0);
const GROUPS: Type = Type(Face::Mono, 11.0, 15.0, 4.0);
const FINE: Type = Type(Face::Mono, 8.5, 11.5, 2.0);
const SQUARE: f32 = 120.0;

/// Places a paper on pages.
pub(crate) fn pages(paper: &Paper, faces: &Faces) -> Result<Vec<Page>, PaperError> {
    let mut pen = Pen {
        faces,
        pages: vec![Vec::new()],
        y: MARGIN,
    };
    pen.text(TITLE, &HEAD, &paper.title);
    for (block, what) in (TITLE + 1..).zip(&paper.blocks) {
        match what {
            Block::Heading(text) => {
                // A heading does not stay alone at the foot of a page.
                pen.need(HEADING.3 + HEADING.2 + 3.0 * TEXT.2);
                pen.text(block, &HEADING, text);
            }
            Block::Text(text) => pen.text(block, &TEXT, text),
            Block::Fact(label, value) => {
                pen.need(LABEL.3 + LABEL.2 + VALUE.2);
                pen.text(block, &LABEL, label);
                pen.text(block, &VALUE, value);
            }
            Block::Groups(code) => pen.groups(block, code),
            Block::Fine(value) => pen.text(block, &FINE, value),
            Block::Square { content, .. } => pen.square(block, content)?,
            Block::NewPage => pen.page(),
        }
    }
    Ok(pen.pages)
}

struct Pen<'a> {
    faces: &'a Faces,
    pages: Vec<Page>,
    y: f32,
}

impl Pen<'_> {
    fn page(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > MARGIN {
            self.page();
        }
    }

    fn put(&mut self, placed: Placed) {
        if let Some(page) = self.pages.last_mut() {
            page.push(placed);
        }
    }

    fn text(&mut self, block: usize, &Type(face, size, step, before): &Type, text: &str) {
        let text = self.faces.showable(face, text);
        self.y += before;
        for line in self.faces.lines(face, size, &text, ROOM) {
            self.need(step);
            self.y += step;
            self.put(Placed::Line {
                block,
                face,
                size,
                y: self.y,
                pieces: vec![(MARGIN, line)],
                whole: None,
            });
        }
    }

    fn groups(&mut self, block: usize, code: &str) {
        let Type(face, size, step, before) = GROUPS;
        let code = self.faces.showable(face, code);
        let characters: Vec<char> = code.chars().collect();
        let mut x = MARGIN;
        let mut pieces = Vec::new();
        for group in characters.chunks(8) {
            let group: String = group.iter().collect();
            let width = self.faces.width(face, size, &group);
            pieces.push((x, group));
            x += width + 5.0;
        }
        self.y += before;
        self.need(step);
        self.y += step;
        self.put(Placed::Line {
            block,
            face,
            size,
            y: self.y,
            pieces,
            whole: Some(code),
        });
    }

    fn square(&mut self, block: usize, content: &str) -> Result<(), PaperError> {
        let code = QrCode::with_error_correction_level(content, EcLevel::M)?;
        self.need(SQUARE + 12.0);
        let top = self.y + 12.0;
        let count = u16::try_from(code.width()).unwrap_or(u16::MAX);
        let side = SQUARE / f32::from(count);
        let colors = code.into_colors();
        let mut corners = Vec::new();
        for (row, y) in colors.chunks(usize::from(count)).zip(0_u16..) {
            for (color, x) in row.iter().zip(0_u16..) {
                if *color == qrcode::Color::Dark {
                    corners.push((MARGIN + f32::from(x) * side, top + f32::from(y) * side));
                }
            }
        }
        self.y = top + SQUARE;
        self.put(Placed::Squares { block, side, corners });
        Ok(())
    }
}
