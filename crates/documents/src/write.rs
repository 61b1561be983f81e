//! The file: every line tagged with the block it says, a figure with its words, an outline of the headings.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::tagging::{ContentTag, Identifier, SpanTag, Tag, TagGroup, TagKind, TagTree};
use krilla::text::TextDirection;
use krilla::{Document, SerializeSettings};

use crate::measure::Faces;
use crate::place::{PAGE, Page, Placed, TITLE};
use crate::{Block, Paper, PaperError};

pub(crate) fn file(paper: &Paper, pages: &[Page], faces: &Faces) -> Result<Vec<u8>, PaperError> {
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| PaperError::Export(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    let mut said: BTreeMap<usize, Vec<Identifier>> = BTreeMap::new();
    let mut outline = Outline::new();
    for (number, page) in pages.iter().enumerate() {
        let settings =
            PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| PaperError::Export("page size".to_owned()))?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        for placed in page {
            let (block, identifier) = draw(&mut surface, placed, faces);
            let seen = said.entry(block).or_default();
            if let Some(heading) = heading(paper, block).filter(|_| seen.is_empty()) {
                let destination = XyzDestination::new(number, Point::from_xy(0.0, top(placed)));
                outline.push_child(OutlineNode::new(heading.to_owned(), destination));
            }
            seen.push(identifier);
        }
        surface.finish();
        sheet.finish();
    }
    document.set_outline(outline);
    document.set_tag_tree(tree(paper, said));
    document.set_metadata(
        Metadata::new()
            .title(paper.title.clone())
            .authors(vec![paper.author.clone()])
            .language(paper.language.to_owned())
            .creator("Isoloir".to_owned()),
    );
    document
        .finish()
        .map_err(|error| PaperError::Export(format!("{error:?}")))
}

/// The words of a block that is a title or a heading.
fn heading(paper: &Paper, block: usize) -> Option<&str> {
    if block == TITLE {
        return Some(&paper.title);
    }
    match paper.blocks.get(block - 1)? {
        Block::Heading(text) => Some(text),
        _ => None,
    }
}

fn top(placed: &Placed) -> f32 {
    match placed {
        Placed::Line { y, size, .. } => y - size,
        Placed::Squares { corners, .. } => corners.first().map_or(0.0, |corner| corner.1),
    }
}

fn draw(surface: &mut Surface<'_>, placed: &Placed, faces: &Faces) -> (usize, Identifier) {
    match placed {
        Placed::Line {
            block,
            face,
            size,
            y,
            pieces,
            whole,
        } => {
            let span = SpanTag::empty().with_actual_text(whole.as_deref());
            let identifier = surface.start_tagged(ContentTag::Span(span));
            for (x, text) in pieces {
                let at = Point::from_xy(*x, *y);
                surface.draw_text(at, faces.font(*face), *size, text, false, TextDirection::LeftToRight);
            }
            surface.end_tagged();
            (*block, identifier)
        }
        Placed::Squares { block, side, corners } => {
            let identifier = surface.start_tagged(ContentTag::Other);
            let mut path = PathBuilder::new();
            for (x, y) in corners {
                if let Some(square) = Rect::from_xywh(*x, *y, *side, *side) {
                    path.push_rect(square);
                }
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
            surface.end_tagged();
            (*block, identifier)
        }
    }
}

fn tree(paper: &Paper, said: BTreeMap<usize, Vec<Identifier>>) -> TagTree {
    let mut tree = TagTree::new();
    for (block, identifiers) in said {
        let mut group = TagGroup::new(kind(paper, block));
        for identifier in identifiers {
            group.push(identifier);
        }
        tree.push(group);
    }
    tree
}

fn kind(paper: &Paper, block: usize) -> TagKind {
    const FIRST: NonZeroU16 = NonZeroU16::MIN;
    if block == TITLE {
        return Tag::Hn(FIRST, Some(paper.title.clone())).into();
    }
    match paper.blocks.get(block - 1) {
        Some(Block::Heading(text)) => Tag::Hn(FIRST.saturating_add(1), Some(text.clone())).into(),
        Some(Block::Square { words, .. }) => Tag::Figure(Some(words.clone())).into(),
        _ => Tag::P.into(),
    }
}
