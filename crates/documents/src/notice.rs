//! Notices (*notices de vote*, R. 211-553): the letters that carry voting codes, one page each, many in a file.
//!
//! The upper third shows through an envelope's window: the reference and its square code, the name, and where it goes. The voting code
//! stands below the fold. The square code says the reference, never the code.

mod words;

use isoloir_domain::moment::day_and_hour;
use isoloir_domain::{Delivery, Language};
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::PaperError;
use crate::measure::{Face, Faces};
use crate::sheet::{Ink, Kind, PAGE, Part, Placed, Sheets, Type};
use crate::write::{self, Properties};
use words::Words;

/// What is the same on every notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// Who organises the vote.
    pub organiser: String,
    /// Lines of the sender's address.
    pub sender: Vec<String>,
    /// Address of the portal as people type it: `vote.example.fr`.
    pub portal: String,
    /// Telephone of the help desk.
    pub phone: Option<String>,
    /// Its mailbox.
    pub email: Option<String>,
    /// Its hours.
    pub hours: Option<String>,
    /// How the system is secured, or where that is described (R. 211-553).
    pub security: Option<String>,
    /// The attestation under the *référentiel général de sécurité* (R. 211-553).
    pub rgs: Option<String>,
}

/// One notice.
pub struct Notice {
    /// Its reference.
    pub reference: String,
    /// Given name and family name.
    pub name: String,
    /// Where it goes.
    pub delivery: Delivery,
    /// The language that the voter chose.
    pub language: Language,
    /// What the voter votes for.
    pub votes: Vec<Vote>,
    /// The code, in groups joined by dashes; wiped when dropped.
    pub code: Zeroizing<String>,
}

/// A consultation that the code opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Its title.
    pub consultation: String,
    /// When it opens.
    pub opens: Timestamp,
    /// When it closes.
    pub closes: Timestamp,
    /// Titles of its elections on whose rolls the voter is.
    pub elections: Vec<String>,
}

/// Millimetres in points.
const MM: f32 = 72.0 / 25.4;
const LEFT: f32 = 20.0 * MM;
const RIGHT: f32 = PAGE.0 - 20.0 * MM;
const ROOM: f32 = RIGHT - LEFT;
/// Where the window begins.
const WINDOW: (f32, f32) = (104.0 * MM, 45.0 * MM);
const WINDOW_SQUARE: f32 = 17.0 * MM;
/// The first fold; what stands under it is not seen through the window.
const FOLD: f32 = 99.0 * MM;
const BOTTOM: f32 = PAGE.1 - 17.0 * MM;
const GUTTER: f32 = 9.0 * MM;

const SENDER: Type = Type(Face::Bold, 11.0, 14.5, Ink::Petrol);
const SENDER_LINE: Type = Type(Face::Regular, 9.0, 12.0, Ink::Soft);
const REFERENCE: Type = Type(Face::Mono, 9.0, 12.0, Ink::Soft);
const NAME: Type = Type(Face::Bold, 11.0, 14.0, Ink::Black);
const ADDRESS: Type = Type(Face::Regular, 10.0, 13.0, Ink::Black);
const TITLE: Type = Type(Face::Bold, 21.0, 25.0, Ink::Petrol);
const CONSULTATION: Type = Type(Face::Bold, 12.0, 17.0, Ink::Black);
const TEXT: Type = Type(Face::Regular, 10.0, 13.6, Ink::Black);
const SMALL: Type = Type(Face::Regular, 8.5, 11.2, Ink::Black);
const HEADING: Type = Type(Face::Bold, 10.5, 15.0, Ink::Petrol);
const CODE_LABEL: Type = Type(Face::Bold, 9.5, 13.0, Ink::Petrol);
const CODE: Type = Type(Face::Mono, 27.0, 34.0, Ink::Black);
const NUMERAL: Type = Type(Face::Bold, 15.0, 15.0, Ink::Petrol);
const STEP: Type = Type(Face::Bold, 10.0, 14.0, Ink::Black);

/// Typesets notices, in their order, one page each.
///
/// # Errors
/// [`PaperError`]; [`PaperError::TooLong`] names a notice that one page does not hold.
pub fn pdf(letterhead: &Letterhead, notices: &[Notice]) -> Result<Vec<u8>, PaperError> {
    let faces = Faces::load()?;
    let mut sheets = Sheets::default();
    for notice in notices {
        sheets.pages.push(Vec::new());
        let mut page = NoticePage {
            faces: &faces,
            section: sheets.part(Kind::Section(notice.language.code()), None),
            sheets: &mut sheets,
            words: Words::of(notice.language),
            notice,
            head: letterhead,
        };
        page.draw()?;
    }
    let properties = Properties {
        title: "Notices de vote",
        author: &letterhead.organiser,
        language: "fr",
        recorded: None,
    };
    write::file(&properties, &sheets, &faces)
}

struct NoticePage<'a> {
    faces: &'a Faces,
    sheets: &'a mut Sheets,
    section: Part,
    words: &'static Words,
    notice: &'a Notice,
    head: &'a Letterhead,
}

impl NoticePage<'_> {
    fn draw(&mut self) -> Result<(), PaperError> {
        self.sender();
        self.window()?;
        let y = self.opening(FOLD + 3.0);
        let y = self.code(y + 10.0);
        let y = self.steps(y + 13.0);
        let columns = y + 13.0;
        let half = (ROOM - GUTTER) / 2.0;
        let left = self.elections((LEFT, columns), half);
        let right = self.help((LEFT + half + GUTTER, columns), half);
        let right = self.security((LEFT + half + GUTTER, right + 7.0), half);
        self.foot();
        if left.max(right) > BOTTOM {
            return Err(PaperError::TooLong(self.notice.reference.clone()));
        }
        Ok(())
    }

    fn paragraph(&mut self, style: &Type, at: (f32, f32), room: f32, text: &str) -> f32 {
        let part = self.sheets.part(Kind::Paragraph, Some(self.section));
        self.sheets.column(self.faces, Some(part), style, at, room, text)
    }

    fn sender(&mut self) {
        let head = self.head;
        let room = WINDOW.0 - LEFT - GUTTER;
        self.sheets.ground((LEFT, 16.0 * MM), (14.0 * MM, 2.2), Ink::Petrol);
        let mut y = self.paragraph(&SENDER, (LEFT, 18.0 * MM), room, &head.organiser) + 2.0;
        for line in &head.sender {
            y = self.paragraph(&SENDER_LINE, (LEFT, y), room, line);
        }
    }

    /// What the envelope's window shows.
    fn window(&mut self) -> Result<(), PaperError> {
        let notice = self.notice;
        let (x, y) = WINDOW;
        let figure = Kind::Figure(self.words.square(&notice.reference));
        let figure = self.sheets.part(figure, Some(self.section));
        self.sheets.square(
            figure,
            &notice.reference,
            (RIGHT - WINDOW_SQUARE, y + 2.0),
            WINDOW_SQUARE,
        )?;
        let room = RIGHT - WINDOW_SQUARE - 4.0 * MM - x;
        let y = self.paragraph(&REFERENCE, (x, y), room, &notice.reference) + 4.0;
        let mut y = self.paragraph(&NAME, (x, y), room, &notice.name);
        match &notice.delivery.place {
            Some(place) => {
                y = self.paragraph(&ADDRESS, (x, y), room, self.words.by_hand) + 3.0;
                let place = format!("{} ({})", place.name, place.code);
                self.paragraph(&ADDRESS, (x, y), room, &place);
            }
            None => {
                for line in &notice.delivery.address {
                    y = self.paragraph(&ADDRESS, (x, y), room, line);
                }
            }
        }
        Ok(())
    }

    fn opening(&mut self, y: f32) -> f32 {
        let (words, notice) = (self.words, self.notice);
        let title = Kind::Title(format!("{} – {}", words.title, notice.reference));
        let title = self.sheets.part(title, Some(self.section));
        let mut y = self
            .sheets
            .column(self.faces, Some(title), &TITLE, (LEFT, y), ROOM, words.title);
        for vote in &notice.votes {
            y = self.paragraph(&CONSULTATION, (LEFT, y + 1.0), ROOM, &vote.consultation);
            let opens = day_and_hour(notice.language, vote.opens);
            let closes = day_and_hour(notice.language, vote.closes);
            y = self.paragraph(&TEXT, (LEFT, y), ROOM, &words.dates(&opens, &closes));
        }
        self.paragraph(&TEXT, (LEFT, y), ROOM, &words.vote_at(&self.head.portal))
    }

    /// The code in its box, in large groups, and how to read it.
    fn code(&mut self, top: f32) -> f32 {
        let Type(face, size, step, ink) = CODE;
        let pad = 12.0;
        let inside = (LEFT + pad, ROOM - 2.0 * pad);
        let reading = self.faces.lines(SMALL.0, SMALL.1, self.words.reading, inside.1);
        let lines = f32::from(u16::try_from(reading.len()).unwrap_or(u16::MAX));
        let height = 9.0 + CODE_LABEL.2 + step + 9.0 + lines * SMALL.2 + 9.0;
        self.sheets.ground((LEFT, top), (ROOM, height), Ink::Tint);
        self.sheets.frame((LEFT, top), (ROOM, height), Ink::Petrol, 1.2);
        let y = self.paragraph(&CODE_LABEL, (inside.0, top + 8.0), inside.1, self.words.code_label);
        let groups: Vec<&str> = self.notice.code.split('-').collect();
        let width = self
            .faces
            .width(face, size, groups.first().copied().unwrap_or_default());
        let mut x = inside.0;
        let mut pieces = Vec::new();
        for group in groups {
            pieces.push((x, group.to_owned()));
            x += width + 19.0;
        }
        let part = Some(self.sheets.part(Kind::Paragraph, Some(self.section)));
        self.sheets.put(Placed::Line {
            part,
            face,
            size,
            ink,
            y: y + step - 4.0,
            pieces,
            whole: Some(self.notice.code.as_str().to_owned()),
        });
        self.paragraph(&SMALL, (inside.0, y + step + 5.0), inside.1, self.words.reading);
        top + height
    }

    /// Three columns, read one after the other.
    fn steps(&mut self, y: f32) -> f32 {
        let top = self.heading(self.words.steps_heading, (LEFT, y), ROOM) + 3.0;
        let list = self.sheets.part(Kind::List, Some(self.section));
        let (number_room, gap) = (6.5 * MM, 5.0 * MM);
        let column = (ROOM - 2.0 * gap) / 3.0;
        let (mut x, mut bottom) = (LEFT, top);
        for (number, (name, text)) in (1_u8..).zip(self.words.steps(&self.head.portal)) {
            let item = self.sheets.part(Kind::Item, Some(list));
            let label = self.sheets.part(Kind::Label, Some(item));
            self.sheets
                .line(Some(label), &NUMERAL, (x, top + NUMERAL.2), number.to_string());
            let body = Some(self.sheets.part(Kind::Body, Some(item)));
            let (at, room) = (x + number_room, column - number_room);
            let y = self.sheets.column(self.faces, body, &STEP, (at, top), room, name);
            let y = self.sheets.column(self.faces, body, &SMALL, (at, y), room, &text);
            bottom = bottom.max(y);
            x += column + gap;
        }
        bottom
    }

    fn heading(&mut self, text: &str, at: (f32, f32), room: f32) -> f32 {
        // Not a heading of the outline: hundreds of notices share a file, each named there once.
        self.paragraph(&HEADING, at, room, text)
    }

    fn elections(&mut self, (x, y): (f32, f32), room: f32) -> f32 {
        let heading = if self.notice.votes.iter().map(|vote| vote.elections.len()).sum::<usize>() > 1 {
            self.words.elections
        } else {
            self.words.election
        };
        let mut y = self.heading(heading, (x, y), room);
        let list = self.sheets.part(Kind::List, Some(self.section));
        for title in self.notice.votes.iter().flat_map(|vote| &vote.elections) {
            let item = self.sheets.part(Kind::Item, Some(list));
            let label = self.sheets.part(Kind::Label, Some(item));
            self.sheets.line(Some(label), &SMALL, (x, y + SMALL.2), "–".to_owned());
            let body = self.sheets.part(Kind::Body, Some(item));
            y = self
                .sheets
                .column(self.faces, Some(body), &SMALL, (x + 9.0, y), room - 9.0, title);
        }
        y
    }

    fn help(&mut self, (x, y): (f32, f32), room: f32) -> f32 {
        let (words, head) = (self.words, self.head);
        let mut y = self.heading(words.help, (x, y), room);
        for line in [&head.phone, &head.email, &head.hours].into_iter().flatten() {
            y = self.paragraph(&SMALL, (x, y), room, line);
        }
        self.paragraph(&SMALL, (x, y), room, words.lost)
    }

    fn security(&mut self, (x, y): (f32, f32), room: f32) -> f32 {
        let (words, head) = (self.words, self.head);
        let y = self.heading(words.security, (x, y), room);
        let mut y = self.paragraph(&SMALL, (x, y), room, words.secrecy);
        for text in [&head.security, &head.rgs].into_iter().flatten() {
            y = self.paragraph(&SMALL, (x, y + 3.0), room, text);
        }
        y
    }

    /// Decoration: all of it was said above.
    fn foot(&mut self) {
        let y = PAGE.1 - 11.0 * MM;
        self.sheets.ground((LEFT, y - 12.0), (ROOM, 0.6), Ink::Hair);
        let organiser = self.faces.showable(SENDER_LINE.0, &self.head.organiser);
        let short = self.faces.lines(SENDER_LINE.0, 8.0, &organiser, ROOM * 0.7);
        let style = Type(SENDER_LINE.0, 8.0, 11.0, Ink::Soft);
        self.sheets
            .line(None, &style, (LEFT, y), short.into_iter().next().unwrap_or_default());
        let reference = Type(REFERENCE.0, 8.0, 11.0, Ink::Soft);
        let width = self.faces.width(reference.0, reference.1, &self.notice.reference);
        self.sheets
            .line(None, &reference, (RIGHT - width, y), self.notice.reference.clone());
    }
}
