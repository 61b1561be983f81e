//! The picture: digits of varying size, lean and height, bent by two waves, crossed by thin lines; dark on light whatever the page's theme.

use std::f32::consts::TAU;

use rand::{Rng, RngExt as _};

use crate::DIGITS;
use crate::glyph::{Point, strokes};

/// Width of the picture, in pixels.
pub const WIDTH: u16 = 240;
/// Height of the picture, in pixels.
pub const HEIGHT: u16 = 80;

/// The lightest ink of a digit and the darkest paper, in sRGB grey: 9.6:1, well above the 4.5:1 that is asked for.
const INK: std::ops::RangeInclusive<u8> = 24..=52;
const PAPER: std::ops::RangeInclusive<u8> = 226..=250;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[error("the picture could not be encoded")]
pub struct PictureError(#[from] png::EncodingError);

/// Draws `digits`, distorted by `rng`.
pub(crate) fn draw(digits: &[u8; DIGITS], rng: &mut impl Rng) -> Result<Vec<u8>, PictureError> {
    let mut sheet = Sheet::paper(rng);
    let bend = Bend::draw(rng);
    for _ in 0..3 {
        let half_width = rng.random_range(0.5..0.8);
        let grey = rng.random_range(60..110);
        sheet.ink(&scribble(rng), half_width, grey);
    }
    for (place, digit) in (0_u8..).zip(digits) {
        let pose = Pose::draw(place, rng);
        let half_width = rng.random_range(2.0..2.9);
        let grey = rng.random_range(INK);
        for stroke in strokes(*digit) {
            let bent: Vec<Point> = stroke.into_iter().map(|p| bend.of(pose.of(p))).collect();
            sheet.ink(&bent, half_width, grey);
        }
    }
    // Lines in the colour of the paper cut through the digits too: a program can no longer tell line from digit by colour.
    for _ in 0..2 {
        sheet.ink(&scribble(rng), 0.55, *PAPER.end());
    }
    sheet.encode()
}

/// The same drawing without chance: upright digits of one size, nothing bent and nothing crossed. What a picture must be read against.
///
/// # Errors
/// [`PictureError`].
pub fn plain(digits: &[u8; DIGITS]) -> Result<Vec<u8>, PictureError> {
    let mut sheet = Sheet::blank();
    for (place, digit) in (0_u8..).zip(digits) {
        for stroke in strokes(*digit) {
            let upright: Vec<Point> = stroke.into_iter().map(|p| Pose::upright(place).of(p)).collect();
            sheet.ink(&upright, 2.4, *INK.start());
        }
    }
    sheet.encode()
}

/// Where and how one digit stands.
struct Pose {
    centre: Point,
    size: Point,
    turn: f32,
    lean: f32,
}

impl Pose {
    fn upright(place: u8) -> Pose {
        Pose {
            centre: (28.0 + 46.0 * f32::from(place), 40.0),
            size: (29.0, 46.0),
            turn: 0.0,
            lean: 0.0,
        }
    }

    fn draw(place: u8, rng: &mut impl Rng) -> Pose {
        let Pose { centre, size, .. } = Pose::upright(place);
        Pose {
            centre: (
                centre.0 + rng.random_range(-4.0..4.0),
                centre.1 + rng.random_range(-5.0..5.0),
            ),
            size: (
                size.0 * rng.random_range(0.9..1.2),
                size.1 * rng.random_range(0.88..1.12),
            ),
            turn: rng.random_range(-0.26..0.26),
            lean: rng.random_range(-0.22..0.22),
        }
    }

    fn of(&self, (x, y): Point) -> Point {
        let (x, y) = ((x - 0.5) * self.size.0, (y - 0.5) * self.size.1);
        let x = x - y * self.lean;
        let (sin, cos) = self.turn.sin_cos();
        (self.centre.0 + x * cos - y * sin, self.centre.1 + x * sin + y * cos)
    }
}

/// Two waves that bend the whole sheet.
struct Bend {
    along: (f32, f32, f32),
    across: (f32, f32, f32),
}

impl Bend {
    fn draw(rng: &mut impl Rng) -> Bend {
        let mut wave = |height: std::ops::Range<f32>, length: std::ops::Range<f32>| {
            (
                rng.random_range(height),
                TAU / rng.random_range(length),
                rng.random_range(0.0..TAU),
            )
        };
        Bend {
            along: wave(1.5..3.0, 34.0..60.0),
            across: wave(2.0..4.5, 70.0..130.0),
        }
    }

    fn of(&self, (x, y): Point) -> Point {
        let wave = |(height, pace, start): (f32, f32, f32), at: f32| height * (pace * at + start).sin();
        (x + wave(self.along, y), y + wave(self.across, x))
    }
}

/// A thin wavy line from one side to the other.
fn scribble(rng: &mut impl Rng) -> Vec<Point> {
    let (from, to) = (rng.random_range(12.0..68.0), rng.random_range(12.0..68.0));
    let (height, pace, start) = (
        rng.random_range(4.0..12.0),
        TAU / rng.random_range(60.0..140.0),
        rng.random_range(0.0..TAU),
    );
    (0..=60_u8)
        .map(|step| {
            let t = f32::from(step) / 60.0;
            let x = t * f32::from(WIDTH);
            (x, from + (to - from) * t + height * (pace * x + start).sin())
        })
        .collect()
}

/// The sheet one draws on: grey levels, 0 dark.
struct Sheet(Vec<u8>);

impl Sheet {
    fn blank() -> Sheet {
        Sheet(vec![*PAPER.end(); usize::from(WIDTH) * usize::from(HEIGHT)])
    }

    /// Paper with a slow shade and a fine grain.
    fn paper(rng: &mut impl Rng) -> Sheet {
        let (pace, start) = (TAU / rng.random_range(90.0..260.0), rng.random_range(0.0..TAU));
        let slope: f32 = rng.random_range(-0.8..0.8);
        let mut sheet = Sheet::blank();
        for (y, row) in (0..HEIGHT).zip(sheet.0.chunks_exact_mut(usize::from(WIDTH))) {
            for (x, pixel) in (0..WIDTH).zip(row) {
                let shade = (pace * (f32::from(x) + slope * f32::from(y)) + start).sin();
                let grain = f32::from(rng.random_range(0_u8..2));
                *pixel = grey(238.0 + 7.0 * shade + grain).clamp(*PAPER.start(), *PAPER.end());
            }
        }
        sheet
    }

    /// Draws a line through `points`, smooth at its edges.
    fn ink(&mut self, points: &[Point], half_width: f32, ink: u8) {
        // How much of each pixel the line covers, over the line as a whole: joints are not inked twice.
        let mut cover = vec![0.0_f32; self.0.len()];
        for (a, b) in points.iter().zip(points.iter().skip(1)) {
            let reach = half_width + 1.0;
            let (top, bottom) = (pixel(a.1.min(b.1) - reach), pixel(a.1.max(b.1) + reach + 1.0));
            let (left, right) = (pixel(a.0.min(b.0) - reach), pixel(a.0.max(b.0) + reach + 1.0));
            let rows = (0..HEIGHT).zip(cover.chunks_exact_mut(usize::from(WIDTH)));
            for (y, row) in rows.skip(top).take(bottom.saturating_sub(top)) {
                let pixels = (0..WIDTH).zip(row.iter_mut());
                for (x, covered) in pixels.skip(left).take(right.saturating_sub(left)) {
                    let far = distance((f32::from(x) + 0.5, f32::from(y) + 0.5), *a, *b);
                    *covered = covered.max((half_width + 0.5 - far).clamp(0.0, 1.0));
                }
            }
        }
        for (pixel, covered) in self.0.iter_mut().zip(cover) {
            *pixel = grey(f32::from(*pixel) * (1.0 - covered) + f32::from(ink) * covered);
        }
    }

    fn encode(&self) -> Result<Vec<u8>, PictureError> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, u32::from(WIDTH), u32::from(HEIGHT));
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Balanced);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.0)?;
        writer.finish()?;
        Ok(out)
    }
}

/// How far `p` is from the segment.
fn distance(p: Point, a: Point, b: Point) -> f32 {
    let (run, rise) = (b.0 - a.0, b.1 - a.1);
    let length = run * run + rise * rise;
    let t = if length > 0.0 {
        (((p.0 - a.0) * run + (p.1 - a.1) * rise) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (p.0 - a.0 - t * run).hypot(p.1 - a.1 - t * rise)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
fn grey(level: f32) -> u8 {
    level.round().clamp(0.0, 255.0) as u8
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the sheet"
)]
fn pixel(at: f32) -> usize {
    at.floor().clamp(0.0, f32::from(WIDTH)) as usize
}
