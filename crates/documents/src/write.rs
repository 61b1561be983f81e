//! The file: every line tagged with the part it says, a figure with its words, an outline of the headings.

use std::num::NonZeroU16;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind,
    TagTree,
};
use krilla::text::TextDirection;
use krilla::{Document, SerializeSettings};

use crate::PaperError;
use crate::measure::Faces;
use crate::sheet::{Ink, Kind, PAGE, Part, Placed, Sheets};

/// What the file says of itself.
pub(crate) struct Properties<'a> {
    pub(crate) title: &'a str,
    pub(crate) author: &'a str,
    pub(crate) language: &'static str,
    pub(crate) recorded: Option<Timestamp>,
}

pub(crate) fn file(properties: &Properties<'_>, sheets: &Sheets, faces: &Faces) -> Result<Vec<u8>, PaperError> {
    let mut rules = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1);
    let mut metadata = Metadata::new()
        .title(properties.title.to_owned())
        .authors(vec![properties.author.to_owned()])
        .language(properties.language.to_owned())
        .creator("Isoloir".to_owned());
    if let Some(at) = properties.recorded {
        rules = rules.with_archival_validator(Archival::A2_A);
        metadata = metadata.creation_date(date(at)?);
    }
    let configuration = rules
        .finish()
        .map_err(|error| PaperError::Export(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    let mut said: Vec<Vec<Identifier>> = sheets.parts.iter().map(|_| Vec::new()).collect();
    let mut outline = Outline::new();
    for (number, page) in sheets.pages.iter().enumerate() {
        let settings =
            PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| PaperError::Export("page size".to_owned()))?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        for placed in page {
            let Some((part, identifier)) = draw(&mut surface, placed, faces) else {
                continue;
            };
            let Some(seen) = said.get_mut(part) else { continue };
            if let Some(heading) = heading(sheets, part).filter(|_| seen.is_empty()) {
                let destination = XyzDestination::new(number, Point::from_xy(0.0, top(placed)));
                outline.push_child(OutlineNode::new(heading.to_owned(), destination));
            }
            seen.push(identifier);
        }
        surface.finish();
        sheet.finish();
    }
    document.set_outline(outline);
    document.set_tag_tree(tree(sheets, said));
    document.set_metadata(metadata);
    document
        .finish()
        .map_err(|error| PaperError::Export(format!("{error:?}")))
}

/// An instant as the file writes it, in universal time.
fn date(at: Timestamp) -> Result<DateTime, PaperError> {
    let civil = TimeZone::UTC.to_datetime(at);
    let narrow = |field: i8| u8::try_from(field).map_err(|_| PaperError::Date(at));
    Ok(
        DateTime::new(u16::try_from(civil.year()).map_err(|_| PaperError::Date(at))?)
            .month(narrow(civil.month())?)
            .day(narrow(civil.day())?)
            .hour(narrow(civil.hour())?)
            .minute(narrow(civil.minute())?)
            .second(narrow(civil.second())?)
            .utc_offset_hour(0),
    )
}

/// The words of a part that is a title or a heading.
fn heading(sheets: &Sheets, part: Part) -> Option<&str> {
    match &sheets.parts.get(part)?.kind {
        Kind::Title(text) | Kind::Heading(text) => Some(text),
        _ => None,
    }
}

fn top(placed: &Placed) -> f32 {
    match placed {
        Placed::Line { y, size, .. } => y - size,
        Placed::Squares { runs, .. } => runs.first().map_or(0.0, |run| run.1),
        Placed::Box { corner, .. } => corner.1,
    }
}

/// Draws a thing; gives its part, unless it is decoration.
fn draw(surface: &mut Surface<'_>, placed: &Placed, faces: &Faces) -> Option<(Part, Identifier)> {
    match placed {
        Placed::Line {
            part,
            face,
            size,
            ink,
            y,
            pieces,
            whole,
        } => {
            let span = SpanTag::empty().with_actual_text(whole.as_deref());
            let identifier = surface.start_tagged(match part {
                Some(_) => ContentTag::Span(span),
                None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Other)),
            });
            surface.set_fill(Some(paint(*ink)));
            for (x, text) in pieces {
                let at = Point::from_xy(*x, *y);
                surface.draw_text(at, faces.font(*face), *size, text, false, TextDirection::LeftToRight);
            }
            surface.end_tagged();
            part.map(|part| (part, identifier))
        }
        Placed::Squares { part, side, runs } => {
            let identifier = surface.start_tagged(ContentTag::Other);
            let mut path = PathBuilder::new();
            for (x, y, width) in runs {
                if let Some(run) = Rect::from_xywh(*x, *y, *width, *side) {
                    path.push_rect(run);
                }
            }
            surface.set_fill(Some(paint(Ink::Black)));
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
            surface.end_tagged();
            Some((*part, identifier))
        }
        Placed::Box {
            corner,
            size,
            ink,
            line,
        } => {
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Other)));
            let mut path = PathBuilder::new();
            if let Some(shape) = Rect::from_xywh(corner.0, corner.1, size.0, size.1) {
                path.push_rect(shape);
            }
            let stroke = line.map(|width| Stroke {
                paint: color(*ink).into(),
                width,
                ..Stroke::default()
            });
            surface.set_fill(line.is_none().then(|| paint(*ink)));
            surface.set_stroke(stroke);
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
            surface.set_stroke(None);
            surface.end_tagged();
            None
        }
    }
}

fn paint(ink: Ink) -> Fill {
    Fill {
        paint: color(ink).into(),
        ..Fill::default()
    }
}

fn color(ink: Ink) -> rgb::Color {
    match ink {
        Ink::Black => rgb::Color::new(0x12, 0x18, 0x1a),
        Ink::Soft => rgb::Color::new(0x49, 0x55, 0x5a),
        Ink::Petrol => rgb::Color::new(0x0f, 0x4e, 0x4f),
        Ink::Tint => rgb::Color::new(0xee, 0xf4, 0xf3),
        Ink::Hair => rgb::Color::new(0x9a, 0xa5, 0xa6),
    }
}

fn tree(sheets: &Sheets, said: Vec<Vec<Identifier>>) -> TagTree {
    let mut groups: Vec<TagGroup> = Vec::with_capacity(said.len());
    let silent: Vec<bool> = said.iter().map(Vec::is_empty).collect();
    for (tagged, identifiers) in sheets.parts.iter().zip(said) {
        let mut group = TagGroup::new(kind(&tagged.kind));
        for identifier in identifiers {
            group.push(identifier);
        }
        groups.push(group);
    }
    // A part comes after the part that it belongs to: from the last to the first, each is complete before it is taken in.
    let mut inner: Vec<Vec<TagGroup>> = groups.iter().map(|_| Vec::new()).collect();
    let mut outer = Vec::new();
    for (part, mut group) in groups.into_iter().enumerate().rev() {
        let children = inner.get_mut(part).map(std::mem::take).unwrap_or_default();
        // A part without a word has no place in the structure, a heading least of all.
        if children.is_empty() && silent.get(part) == Some(&true) {
            continue;
        }
        for child in children.into_iter().rev() {
            group.push(child);
        }
        match sheets.parts.get(part).and_then(|tagged| tagged.within) {
            Some(within) => {
                if let Some(siblings) = inner.get_mut(within) {
                    siblings.push(group);
                }
            }
            None => outer.push(group),
        }
    }
    let mut tree = TagTree::new();
    for group in outer.into_iter().rev() {
        tree.push(group);
    }
    tree
}

fn kind(kind: &Kind) -> TagKind {
    const FIRST: NonZeroU16 = NonZeroU16::MIN;
    match kind {
        Kind::Title(text) => Tag::Hn(FIRST, Some(text.clone())).into(),
        Kind::Heading(text) => Tag::Hn(FIRST.saturating_add(1), Some(text.clone())).into(),
        Kind::Figure(words) => Tag::Figure(Some(words.clone())).into(),
        Kind::Section(language) => Tag::Section.with_lang(Some((*language).to_owned())).into(),
        Kind::List => Tag::L(ListNumbering::Decimal).into(),
        Kind::Item => Tag::LI.into(),
        Kind::Label => Tag::Lbl.into(),
        Kind::Body => Tag::LBody.into(),
        Kind::Table => Tag::Table.into(),
        Kind::Row => Tag::TR.into(),
        Kind::Head => Tag::TH(TableHeaderScope::Column).into(),
        Kind::Cell => Tag::TD.into(),
        Kind::Paragraph => Tag::P.into(),
    }
}
