//! Points without proofs: which texts are those of members of the group, and sums of points already known.

use crate::{
    cpu::Lanes,
    exact::{Coordinates, encoding},
    field::{Fe, LANES},
    point::{Affine, Cached, Point, normalized},
    scalar::Scalar,
    text::{self, DIGITS, Encoding},
    variable::{Comb, eightfold},
};

/// Which texts are the canonical texts of members of the prime-order subgroup, other than the neutral one.
#[must_use]
#[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
pub fn are_members(lanes: Lanes, texts: &[&str]) -> Vec<bool> {
    let Lanes { .. } = lanes;
    let encodings: Vec<Option<Encoding>> = texts.iter().map(|text| text::read(text.as_bytes())).collect();
    // SAFETY: `lanes` proves that the processor has the instructions.
    let chunks = encodings.chunks(LANES).map(|chunk| (chunk, unsafe { members(chunk) }));
    chunks
        .flat_map(|(chunk, mask)| {
            let is_member = move |lane: usize| mask >> lane & 1 == 1;
            chunk
                .iter()
                .enumerate()
                .map(move |(lane, text)| text.is_some_and(|text| !is_neutral(&text)) && is_member(lane))
        })
        .collect()
}

/// Whether an encoding is that of the neutral element.
#[must_use]
pub fn is_neutral(encoding: &Encoding) -> bool {
    encoding.y == [1, 0, 0, 0]
}

/// The coordinates of a point that is known to be in the group; `None` when the text is that of no point.
#[must_use]
#[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
pub fn coordinates(lanes: Lanes, text: &str) -> Option<Coordinates> {
    let Lanes { .. } = lanes;
    let encoding = text::read(text.as_bytes())?;
    // SAFETY: `lanes` proves that the processor has the instructions.
    let (points, is_point) = unsafe { decompressed(&[Some(encoding)]) };
    let [first, ..] = points;
    (is_point & 1 == 1).then_some(first)
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn read(encodings: &[Option<Encoding>]) -> (Affine, u8) {
    let (mut y, mut odd) = ([[1, 0, 0, 0]; LANES], 0);
    for ((lane, place), encoding) in y.iter_mut().enumerate().zip(encodings) {
        if let Some(encoding) = encoding {
            *place = encoding.y;
            odd |= u8::from(encoding.is_odd) << lane;
        }
    }
    let (points, is_point) = Affine::decompress(&Fe::from_lanes(&y), odd);
    (points.or_neutral(is_point), is_point)
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn decompressed(encodings: &[Option<Encoding>]) -> ([Coordinates; LANES], u8) {
    let (points, is_point) = read(encodings);
    (points.to_lanes(), is_point)
}

/// A bit for each encoding of a member of the subgroup.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn members(encodings: &[Option<Encoding>]) -> u8 {
    let (points, is_point) = read(encodings);
    let eighth = Comb::new(&points.point())
        .mul(&[*Scalar::EIGHTH.words(); LANES])
        .projective();
    is_point & eightfold(&eighth).equals(&points)
}

/// The sum of rows of points, column by column, each row times its weight: the texts. All rows must be as long.
#[must_use]
#[allow(unsafe_code, reason = "enters the code compiled for AVX-512")]
pub fn weighted_sum(lanes: Lanes, rows: &[(&[Coordinates], i128)]) -> Vec<String> {
    let Lanes { .. } = lanes;
    // SAFETY: `lanes` proves that the processor has the instructions.
    let sums = unsafe { sums(rows) };
    let write = |coordinates: &Coordinates| {
        let mut digits = [0; DIGITS];
        text::write(&encoding(coordinates), &mut digits);
        digits.iter().copied().map(char::from).collect()
    };
    sums.iter().map(write).collect()
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn sums(rows: &[(&[Coordinates], i128)]) -> Vec<Coordinates> {
    let columns = rows.first().map_or(0, |(row, _)| row.len());
    let mut sums = vec![Point::neutral(); columns.div_ceil(LANES)];
    for (row, weight) in rows {
        for (sum, points) in sums.iter_mut().zip(row.chunks(LANES)) {
            let points = Affine::from_coordinates(points);
            let is_negative = if *weight < 0 { 0xff } else { 0 };
            *sum = match weight.unsigned_abs() {
                1 => sum.add_niels(&points.niels().negative_where(is_negative)),
                size => sum.add(&times(&points, size).negative_where(is_negative)),
            };
        }
    }
    let projective: Vec<_> = sums.iter().map(|sum| sum.projective()).collect();
    let mut all = Vec::with_capacity(columns);
    for points in normalized(&projective) {
        all.extend(points.to_lanes().iter().take(columns - all.len()));
    }
    all
}

/// `factor·points`, digit after binary digit.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn times(points: &Affine, factor: u128) -> Cached {
    let niels = points.niels();
    let mut product = Point::neutral();
    for bit in (0..u128::BITS - factor.leading_zeros()).rev() {
        product = product.projective().double_to_point();
        if factor >> bit & 1 == 1 {
            product = product.add_niels(&niels);
        }
    }
    product.cached()
}
