//! What stands where on a paper: blocks become lines on pages, each line knowing the block it says.

use crate::measure::{Face, Faces};
use crate::sheet::{Ink, Kind, PAGE, Part, Placed, Sheets, Type};
use crate::{Block, Column, Paper, PaperError};

const MARGIN: f32 = 64.0;
const ROOM: f32 = PAGE.0 - 2.0 * MARGIN;
const BOTTOM: f32 = PAGE.1 - MARGIN;

const HEAD: Type = Type(Face::Bold, 20.0, 25.0, Ink::Black);
const HEADING: Type = Type(Face::Bold, 13.0, 17.0, Ink::Black);
const TEXT: Type = Type(Face::Regular, 11.0, 15.5, Ink::Black);
const LABEL: Type = Type(Face::Regular, 9.0, 13.0, Ink::Black);
const VALUE: Type = Type(Face::Bold, 11.5, 15.0, Ink::Black);
const GROUPS: Type = Type(Face::Mono, 11.0, 15.0, Ink::Black);
const FINE: Type = Type(Face::Mono, 8.5, 11.5, Ink::Black);
const FOOT: Type = Type(Face::Regular, 8.5, 11.0, Ink::Soft);
const COLUMN: Type = Type(Face::Bold, 9.0, 12.0, Ink::Black);
const CELL: Type = Type(Face::Regular, 9.5, 12.0, Ink::Black);
const SQUARE: f32 = 120.0;
/// Room around the words of a cell.
const PADDING: f32 = 4.0;

/// Places a paper on pages.
pub(crate) fn pages(paper: &Paper, faces: &Faces) -> Result<Sheets, PaperError> {
    let mut pen = Pen {
        faces,
        sheets: Sheets::default(),
        y: MARGIN,
    };
    pen.page();
    let title = pen.part(Kind::Title(paper.title.clone()));
    pen.text(title, &HEAD, 0.0, &paper.title);
    for block in &paper.blocks {
        match block {
            Block::Heading(text) => {
                // A heading does not stay alone at the foot of a page.
                pen.need(16.0 + HEADING.2 + 3.0 * TEXT.2);
                let part = pen.part(Kind::Heading(text.clone()));
                pen.text(part, &HEADING, 16.0, text);
            }
            Block::Text(text) => pen.paragraph(&TEXT, 8.0, text),
            Block::Fact(label, value) => {
                pen.need(9.0 + LABEL.2 + VALUE.2);
                let part = pen.part(Kind::Paragraph);
                pen.text(part, &LABEL, 9.0, label);
                pen.text(part, &VALUE, 1.0, value);
            }
            Block::Groups(code) => pen.groups(code),
            Block::Fine(value) => pen.paragraph(&FINE, 2.0, value),
            Block::Square { content, words } => pen.square(content, words)?,
            Block::Table { columns, rows, height } => pen.table(columns, rows, *height),
            Block::NewPage => pen.page(),
        }
    }
    if let Some(foot) = &paper.foot {
        pen.foot(foot);
    }
    Ok(pen.sheets)
}

struct Pen<'a> {
    faces: &'a Faces,
    sheets: Sheets,
    y: f32,
}

impl Pen<'_> {
    fn page(&mut self) {
        self.sheets.pages.push(Vec::new());
        self.y = MARGIN;
    }

    fn part(&mut self, kind: Kind) -> Part {
        self.sheets.part(kind, None)
    }

    fn need(&mut self, height: f32) {
        if !self.fits(height) && self.y > MARGIN {
            self.page();
        }
    }

    fn fits(&self, height: f32) -> bool {
        self.y + height <= BOTTOM
    }

    fn paragraph(&mut self, style: &Type, before: f32, text: &str) {
        let part = self.part(Kind::Paragraph);
        self.text(part, style, before, text);
    }

    fn text(&mut self, part: Part, style: &Type, before: f32, text: &str) {
        let &Type(face, size, step, _) = style;
        let text = self.faces.showable(face, text);
        self.y += before;
        for line in self.faces.lines(face, size, &text, ROOM) {
            self.need(step);
            self.y += step;
            self.sheets.line(Some(part), style, (MARGIN, self.y), line);
        }
    }

    fn groups(&mut self, code: &str) {
        let Type(face, size, step, ink) = GROUPS;
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
        self.y += 4.0;
        self.need(step);
        self.y += step;
        let part = Some(self.part(Kind::Paragraph));
        self.sheets.put(Placed::Line {
            part,
            face,
            size,
            ink,
            y: self.y,
            pieces,
            whole: Some(code),
        });
    }

    fn square(&mut self, content: &str, words: &str) -> Result<(), PaperError> {
        self.need(SQUARE + 12.0);
        let top = self.y + 12.0;
        let part = self.part(Kind::Figure(words.to_owned()));
        self.sheets.square(part, content, (MARGIN, top), SQUARE)?;
        self.y = top + SQUARE;
        Ok(())
    }

    /// Rows do not break over pages; the heads of the columns are drawn again on each.
    fn table(&mut self, columns: &[Column], rows: &[Vec<String>], height: f32) {
        let table = self.part(Kind::Table);
        let whole: f32 = columns.iter().map(|column| column.share).sum();
        let widths: Vec<f32> = columns.iter().map(|column| ROOM * column.share / whole).collect();
        let heads: Vec<String> = columns.iter().map(|column| column.title.clone()).collect();
        self.y += 10.0;
        let mut begun = false;
        for cells in rows {
            let lines = self.cells(cells, &widths, &CELL);
            let tall = tall(&lines, height);
            if !begun || !self.fits(tall) {
                if begun || !self.fits(tall + 2.0 * COLUMN.2 + 2.0 * PADDING) {
                    self.page();
                }
                let lines = self.cells(&heads, &widths, &COLUMN);
                let row = (!begun).then(|| self.sheets.part(Kind::Row, Some(table)));
                self.row(row, Kind::Head, &COLUMN, &lines, &widths, 0.0);
                begun = true;
            }
            let row = self.sheets.part(Kind::Row, Some(table));
            self.row(Some(row), Kind::Cell, &CELL, &lines, &widths, height);
        }
    }

    /// The lines of each cell of a row.
    fn cells(&self, cells: &[String], widths: &[f32], &Type(face, size, ..): &Type) -> Vec<Vec<String>> {
        let broken = |(text, width): (&String, &f32)| {
            let text = self.faces.showable(face, text);
            self.faces.lines(face, size, &text, width - 2.0 * PADDING)
        };
        cells.iter().zip(widths).map(broken).collect()
    }

    /// Draws one row. Heads that are drawn again are decoration: `row` is `None`.
    fn row(&mut self, row: Option<Part>, kind: Kind, style: &Type, cells: &[Vec<String>], widths: &[f32], least: f32) {
        let height = tall(cells, least);
        let mut x = MARGIN;
        if kind == Kind::Head {
            self.sheets.ground((MARGIN, self.y), (ROOM, height), Ink::Tint);
        }
        for (lines, width) in cells.iter().zip(widths) {
            let part = row.map(|row| self.sheets.part(kind.clone(), Some(row)));
            let mut y = self.y + PADDING - 2.0;
            for line in lines {
                y += style.2;
                self.sheets.line(part, style, (x + PADDING, y), line.clone());
            }
            self.sheets.frame((x, self.y), (*width, height), Ink::Hair, 0.6);
            x += width;
        }
        self.y += height;
    }

    /// The same words at the foot of every page, with its number.
    fn foot(&mut self, words: &str) {
        let words = self.faces.showable(FOOT.0, words);
        let count = self.sheets.pages.len();
        for (page, number) in self.sheets.pages.iter_mut().zip(1_usize..) {
            let number = format!("{number} / {count}");
            let right = PAGE.0 - MARGIN - self.faces.width(FOOT.0, FOOT.1, &number);
            page.push(Placed::Line {
                part: None,
                face: FOOT.0,
                size: FOOT.1,
                ink: FOOT.3,
                y: PAGE.1 - 36.0,
                pieces: vec![(MARGIN, words.clone()), (right, number)],
                whole: None,
            });
        }
    }
}

fn tall(cells: &[Vec<String>], least: f32) -> f32 {
    let most = cells.iter().map(Vec::len).max().unwrap_or(0);
    (f32::from(u16::try_from(most).unwrap_or(u16::MAX)) * CELL.2 + 2.0 * PADDING).max(least)
}
