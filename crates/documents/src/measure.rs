//! Fonts, widths of texts, and where lines break.

use krilla::text::Font;
use skrifa::MetadataProvider as _;
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;

use crate::PaperError;

/// A face of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Regular,
    Bold,
    Mono,
}

static REGULAR: &[u8] = include_bytes!("../fonts/LiberationSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../fonts/LiberationSans-Bold.ttf");
static MONO: &[u8] = include_bytes!("../fonts/LiberationMono-Regular.ttf");

/// The three faces, for measuring and for writing.
pub(crate) struct Faces {
    regular: Loaded,
    bold: Loaded,
    mono: Loaded,
}

struct Loaded {
    font: Font,
    charmap: Charmap<'static>,
    /// Advances at size 1000.
    advances: GlyphMetrics<'static>,
}

impl Loaded {
    fn new(bytes: &'static [u8]) -> Option<Loaded> {
        let read = skrifa::FontRef::new(bytes).ok()?;
        Some(Loaded {
            font: Font::new(bytes.into(), 0)?,
            charmap: read.charmap(),
            advances: read.glyph_metrics(Size::new(1000.0), LocationRef::default()),
        })
    }
}

impl Faces {
    pub(crate) fn load() -> Result<Faces, PaperError> {
        let load = |bytes| Loaded::new(bytes).ok_or(PaperError::Font);
        Ok(Faces {
            regular: load(REGULAR)?,
            bold: load(BOLD)?,
            mono: load(MONO)?,
        })
    }

    fn loaded(&self, face: Face) -> &Loaded {
        match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
            Face::Mono => &self.mono,
        }
    }

    pub(crate) fn font(&self, face: Face) -> Font {
        self.loaded(face).font.clone()
    }

    /// The text as the face can show it. A character that it lacks becomes a visible sign, never a silent hole.
    pub(crate) fn showable(&self, face: Face, text: &str) -> String {
        let charmap = &self.loaded(face).charmap;
        let has = |c: char| charmap.map(c).is_some_and(|glyph| glyph.to_u32() != 0);
        text.chars()
            .map(|c| match c {
                c if c.is_control() => ' ',
                c if has(c) => c,
                '\u{202f}' | '\u{2009}' => '\u{a0}',
                '\u{2011}' => '-',
                _ if has('\u{fffd}') => '\u{fffd}',
                _ => '?',
            })
            .collect()
    }

    /// Width of a text in points, kerning left out: never too small by more than a hair.
    pub(crate) fn width(&self, face: Face, size: f32, text: &str) -> f32 {
        let loaded = self.loaded(face);
        let advance = |c| {
            let glyph = loaded.charmap.map(c).unwrap_or_default();
            loaded.advances.advance_width(glyph).unwrap_or(0.0)
        };
        text.chars().map(advance).sum::<f32>() * size / 1000.0
    }

    /// Breaks a text at its spaces, and inside a word that is wider than the line.
    pub(crate) fn lines(&self, face: Face, size: f32, text: &str, room: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let longer = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if self.width(face, size, &longer) <= room {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for c in word.chars() {
                line.push(c);
                if self.width(face, size, &line) > room {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, c.to_string()));
                }
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }
}
