//! The ten digits as strokes in a unit box, y downwards. Ours, so that no font's licence and no missing "0" come with them.

use std::f32::consts::PI;

/// A point of the unit box.
pub type Point = (f32, f32);

/// A stroke: points joined by segments short enough to be bent.
pub type Stroke = Vec<Point>;

/// The strokes of a digit; none for what is not a digit.
#[must_use]
pub fn strokes(digit: u8) -> Vec<Stroke> {
    match digit {
        0 => vec![arc((0.5, 0.5), (0.38, 0.48), 0.0, 360.0)],
        // With its foot, and the seven with its bar: neither is taken for the other.
        1 => vec![
            line(&[(0.2, 0.27), (0.54, 0.02), (0.54, 0.98)]),
            line(&[(0.22, 0.98), (0.86, 0.98)]),
        ],
        2 => vec![joined(
            arc((0.49, 0.29), (0.36, 0.27), 190.0, 385.0),
            line(&[(0.815, 0.405), (0.12, 0.98), (0.9, 0.98)]),
        )],
        3 => vec![joined(
            arc((0.46, 0.26), (0.34, 0.24), 205.0, 450.0),
            arc((0.46, 0.745), (0.4, 0.245), 270.0, 515.0),
        )],
        4 => vec![line(&[(0.7, 0.98), (0.7, 0.02), (0.07, 0.68), (0.95, 0.68)])],
        5 => vec![joined(
            line(&[(0.84, 0.02), (0.25, 0.02), (0.19, 0.46)]),
            arc((0.47, 0.68), (0.39, 0.3), 222.0, 510.0),
        )],
        6 => vec![
            curve((0.74, 0.02), (0.16, 0.22), (0.13, 0.68)),
            arc((0.5, 0.69), (0.37, 0.29), 0.0, 360.0),
        ],
        7 => vec![
            line(&[(0.1, 0.02), (0.9, 0.02), (0.36, 0.98)]),
            line(&[(0.34, 0.5), (0.86, 0.5)]),
        ],
        8 => vec![
            arc((0.5, 0.255), (0.3, 0.235), 0.0, 360.0),
            arc((0.5, 0.735), (0.39, 0.245), 0.0, 360.0),
        ],
        9 => strokes(6)
            .into_iter()
            .map(|stroke| stroke.into_iter().map(|(x, y)| (1.0 - x, 1.0 - y)).collect())
            .collect(),
        _ => Vec::new(),
    }
}

/// Steps into which each line and curve is cut, so that a bend shows.
const STEPS: u8 = 10;

fn steps() -> impl Iterator<Item = f32> {
    (0..=STEPS).map(|step| f32::from(step) / f32::from(STEPS))
}

/// An arc of an ellipse, degrees clockwise from the right.
fn arc(centre: Point, radii: Point, from: f32, to: f32) -> Stroke {
    (0..=STEPS * 3)
        .map(|step| {
            let angle = (from + (to - from) * f32::from(step) / f32::from(STEPS * 3)) * PI / 180.0;
            (centre.0 + radii.0 * angle.cos(), centre.1 + radii.1 * angle.sin())
        })
        .collect()
}

fn line(corners: &[Point]) -> Stroke {
    corners
        .iter()
        .zip(corners.iter().skip(1))
        .flat_map(|(a, b)| steps().map(|t| (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)))
        .collect()
}

/// A quadratic curve.
fn curve(a: Point, b: Point, c: Point) -> Stroke {
    let blend = |a: f32, b: f32, c: f32, t: f32| a * (1.0 - t) * (1.0 - t) + 2.0 * b * t * (1.0 - t) + c * t * t;
    steps()
        .map(|t| (blend(a.0, b.0, c.0, t), blend(a.1, b.1, c.1, t)))
        .collect()
}

fn joined(mut first: Stroke, second: Stroke) -> Stroke {
    first.extend(second);
    first
}
