//! Points of edwards25519, `-x² + y² = 1 + d·x²·y²`, eight at once.
//!
//! Formulas: RFC 8032, section 5.1.4 (Hisil, Wong, Carter, Dawson). As `-1` is a square and `d` is none, they hold for all
//! points of the curve, the neutral one and those of small order included.

#![allow(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "indices are loop counters below the length in the array's type; the compiler removes the checks"
)]

use std::arch::x86_64::{__m512i, __mmask8, _mm512_slli_epi64};

use crate::{
    field::{Factor, Fe, LANES, Limbs, Sum, Words, mul, product, square, squared},
    memory::{gather, load, load_bytes, store_to, transposed},
};

const D: Limbs = [
    0x0003_4dca_1359_78a3,
    0x0001_a828_3b15_6ebd,
    0x0005_e7a2_6001_c029,
    0x0007_39c6_63a0_3cbb,
    0x0005_2036_cee2_b6ff,
];
const TWICE_D: Limbs = [
    0x0006_9b94_26b2_f159,
    0x0003_5050_762a_dd7a,
    0x0003_cf44_c003_8052,
    0x0006_738c_c740_7977,
    0x0002_406d_9dc5_6dff,
];
const ROOT_OF_MINUS_ONE: Limbs = [
    0x0006_1b27_4a0e_a0b0,
    0x0000_d5a5_fc8f_189d,
    0x0007_ef5e_9cbd_0c60,
    0x0007_8595_a680_4c9e,
    0x0002_b832_4804_fc1d,
];
/// The generator `g`.
pub const GENERATOR: [Words; 2] = [
    [
        0xc956_2d60_8f25_d51a,
        0x692c_c760_9525_a7b2,
        0xc0a4_e231_fdd6_dc5c,
        0x2169_36d3_cd6e_53fe,
    ],
    [
        0x6666_6666_6666_6658,
        0x6666_6666_6666_6666,
        0x6666_6666_6666_6666,
        0x6666_6666_6666_6666,
    ],
];

/// The coordinates of the neutral element.
const NEUTRAL: [u64; 8] = [0, 0, 0, 0, 1, 0, 0, 0];

/// `Y+X`, `Y-X`, `Z`, `T`, where `x = X/Z`, `y = Y/Z`, `T = XY/Z`: as additions want it.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    pub(crate) plus: Fe,
    pub(crate) minus: Fe,
    pub(crate) z: Fe,
    pub(crate) t: Fe,
}

/// `X`, `Y`, `Z`: enough to double and to write.
#[derive(Debug, Clone, Copy)]
pub struct Projective {
    pub(crate) x: Fe,
    pub(crate) y: Fe,
    pub(crate) z: Fe,
}

/// `x` and `y`.
#[derive(Debug, Clone, Copy)]
pub struct Affine {
    pub(crate) x: Fe,
    pub(crate) y: Fe,
}

/// A point to be added often: `Y+X`, `Y-X`, `2Z`, `2d·T`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Cached {
    pub(crate) plus: Factor,
    pub(crate) minus: Factor,
    pub(crate) twice_z: Factor,
    pub(crate) t2d: Factor,
}

/// The same of a point with `Z = 1`: `y+x`, `y-x`, `2d·x·y`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Niels {
    pub(crate) plus: Factor,
    pub(crate) minus: Factor,
    pub(crate) xy2d: Factor,
}

/// The four sums from which both formulas end: `x = E·F`, `y = G·H`, `z = F·G`, `t = E·H`.
struct Completed {
    e: Fe,
    f: Fe,
    g: Fe,
    h: Fe,
}

impl Completed {
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    fn point(&self) -> Point {
        let (x, y) = (product(&self.e, &self.f), product(&self.g, &self.h));
        Point {
            plus: y.plus(&x).carry(),
            minus: y.minus(&x).carry(),
            z: mul(&self.f, &self.g),
            t: mul(&self.e, &self.h),
        }
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    fn projective(&self) -> Projective {
        Projective {
            x: mul(&self.e, &self.f),
            y: mul(&self.g, &self.h),
            z: mul(&self.f, &self.g),
        }
    }
}

impl Projective {
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    fn doubling(&self) -> Completed {
        let (a, b, zz) = (squared(&self.x), squared(&self.y), squared(&self.z));
        let squared_sum = squared(&self.x.plus(&self.y).carry());
        let h = a.plus(&b);
        let g = a.minus(&b);
        Completed {
            e: h.minus(&squared_sum).carry(),
            f: g.plus(&zz).plus(&zz).carry(),
            g: g.carry(),
            h: h.carry(),
        }
    }

    /// `2·self`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn double(&self) -> Self {
        self.doubling().projective()
    }

    /// `2·self` with `T`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn double_to_point(&self) -> Point {
        self.doubling().point()
    }

    /// `2^n·self` with `T`, for `n` above 0.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn doubled(&self, n: u32) -> Point {
        let mut point = *self;
        for _ in 1..n {
            point = point.double();
        }
        point.double_to_point()
    }

    /// Which lanes hold the same points as `b`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn equals(&self, b: &Affine) -> __mmask8 {
        mul(&b.x, &self.z).equals(&self.x) & mul(&b.y, &self.z).equals(&self.y)
    }
}

impl Point {
    /// The neutral element in every lane.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn neutral() -> Self {
        let (zero, one) = (Fe::small(0), Fe::small(1));
        Self {
            plus: one,
            minus: one,
            z: one,
            t: zero,
        }
    }

    /// Forgets `T`. All three coordinates are twice what they were.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn projective(&self) -> Projective {
        Projective {
            x: self.plus.minus(&self.minus).carry(),
            y: self.plus.plus(&self.minus).carry(),
            z: self.z.plus(&self.z).carry(),
        }
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    fn adding(&self, b: &Cached) -> Completed {
        let d = product(&self.z, &b.twice_z);
        self.ending(&b.minus, &b.plus, &b.t2d, &d.into())
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    fn ending(&self, minus: &Factor, plus: &Factor, t2d: &Factor, d: &Sum) -> Completed {
        let a = product(&self.minus, minus);
        let b = product(&self.plus, plus);
        let c = product(&self.t, t2d);
        Completed {
            e: b.minus(&a).carry(),
            f: d.minus(&c).carry(),
            g: d.plus(&c).carry(),
            h: b.plus(&a).carry(),
        }
    }

    /// `self + b`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn add(&self, b: &Cached) -> Self {
        self.adding(b).point()
    }

    /// `self + b`, to be doubled next.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn add_to_projective(&self, b: &Cached) -> Projective {
        self.adding(b).projective()
    }

    /// `self + b`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn add_niels(&self, b: &Niels) -> Self {
        let d = self.z.plus(&self.z);
        self.ending(&b.minus, &b.plus, &b.xy2d, &d).point()
    }

    /// For adding often.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn cached(&self) -> Cached {
        Cached {
            plus: self.plus.into(),
            minus: self.minus.into(),
            twice_z: self.z.plus(&self.z).carry().into(),
            t2d: mul(&self.t, &Fe::splat(&TWICE_D)).into(),
        }
    }

    /// The point of one lane, in every lane.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub(crate) fn lane(&self, lane: usize) -> Self {
        Self {
            plus: self.plus.lane(lane),
            minus: self.minus.lane(lane),
            z: self.z.lane(lane),
            t: self.t.lane(lane),
        }
    }

    /// Which lanes hold the neutral element.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn is_neutral(&self) -> __mmask8 {
        self.plus.equals(&self.minus) & self.plus.equals(&self.z)
    }
}

impl Cached {
    /// `-self` where the mask has a bit. Limbs stay below `2^52`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn negative_where(&self, mask: __mmask8) -> Self {
        Self {
            plus: Factor::select(&self.plus, &self.minus, mask),
            minus: Factor::select(&self.minus, &self.plus, mask),
            twice_z: self.twice_z,
            t2d: self.t2d.negative_where(mask),
        }
    }
}

impl Niels {
    /// The point, of which `X`, `Y` and `Z` are four times `x`, `y` and 1.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn point(&self) -> Point {
        let (plus, minus) = (self.plus.carry(), self.minus.carry());
        let quadruple = |x: &Fe| x.plus(x).plus(x).plus(x).carry();
        Point {
            plus: quadruple(&plus),
            minus: quadruple(&minus),
            z: Fe::small(4),
            // (y+x)² - (y-x)² = 4xy.
            t: squared(&plus).minus(&squared(&minus)).carry(),
        }
    }

    /// `-self` where the mask has a bit. Limbs stay below `2^52`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub fn negative_where(&self, mask: __mmask8) -> Self {
        Self {
            plus: Factor::select(&self.plus, &self.minus, mask),
            minus: Factor::select(&self.minus, &self.plus, mask),
            xy2d: self.xy2d.negative_where(mask),
        }
    }
}

impl Affine {
    /// The same point in every lane.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn splat([x, y]: &[Words; 2]) -> Self {
        let spread = |words: &Words| words.map(|word| [word; LANES]);
        Self {
            x: Fe::from_words(&spread(x)),
            y: Fe::from_words(&spread(y)),
        }
    }

    /// Points by their canonical coordinates, one for each lane; lanes left over hold the neutral element.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn from_lanes(points: &[[Words; 2]]) -> Self {
        let mut x = [[0; LANES]; 4];
        let mut y = [[1; LANES], [0; LANES], [0; LANES], [0; LANES]];
        for (lane, [px, py]) in points.iter().enumerate() {
            for w in 0..4 {
                x[w][lane] = px[w];
                y[w][lane] = py[w];
            }
        }
        Self {
            x: Fe::from_words(&x),
            y: Fe::from_words(&y),
        }
    }

    /// The same, of rows of eight words: `x`, then `y`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn from_coordinates(points: &[[u64; 8]]) -> Self {
        let mut rows = [load(&NEUTRAL); LANES];
        for (row, point) in rows.iter_mut().zip(points) {
            *row = load(point);
        }
        Self::from_rows(&rows)
    }

    /// The same, of rows of 64 bytes, each word least significant byte first.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn from_bytes(points: &[&[u8; 64]]) -> Self {
        let mut rows = [load(&NEUTRAL); LANES];
        for (row, point) in rows.iter_mut().zip(points) {
            *row = load_bytes(point);
        }
        Self::from_rows(&rows)
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    fn from_rows(rows: &[__m512i; LANES]) -> Self {
        let [x0, x1, x2, x3, y0, y1, y2, y3] = transposed(rows);
        Self {
            x: Fe::from_registers(&[x0, x1, x2, x3]),
            y: Fe::from_registers(&[y0, y1, y2, y3]),
        }
    }

    /// Points of a table of canonical coordinates: `x`, then `y`, four words each, from `index[lane]` on.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    #[inline]
    pub(crate) fn gather(table: &[[u64; 8]], index: &[u64; LANES]) -> Self {
        let index = _mm512_slli_epi64::<3>(load(index));
        let [x0, x1, x2, x3, y0, y1, y2, y3] = gather::<8, 1>(table.as_flattened(), index);
        Self {
            x: Fe::from_registers(&[x0, x1, x2, x3]),
            y: Fe::from_registers(&[y0, y1, y2, y3]),
        }
    }

    /// The canonical coordinates of one lane.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn lane(&self, lane: usize) -> [Words; 2] {
        let (x, y) = (self.x.to_words(), self.y.to_words());
        [x.map(|words| words[lane]), y.map(|words| words[lane])]
    }

    /// The canonical coordinates of each lane: `x`, then `y`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn to_lanes(&self) -> [[u64; 8]; LANES] {
        let ([x0, x1, x2, x3], [y0, y1, y2, y3]) = (self.x.by_words(), self.y.by_words());
        let mut lanes = [[0; 8]; LANES];
        for (lane, row) in lanes.iter_mut().zip(transposed(&[x0, x1, x2, x3, y0, y1, y2, y3])) {
            store_to(lane, row);
        }
        lanes
    }

    /// The points where the mask has a bit, the neutral element elsewhere.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn or_neutral(&self, mask: __mmask8) -> Self {
        Self {
            x: Fe::select(&Fe::small(0), &self.x, mask),
            y: Fe::select(&Fe::small(1), &self.y, mask),
        }
    }

    /// With `Z = 1`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn point(&self) -> Point {
        Point {
            plus: self.y.plus(&self.x).carry(),
            minus: self.y.minus(&self.x).carry(),
            z: Fe::small(1),
            t: mul(&self.x, &self.y),
        }
    }

    /// With `Z = 1`, to be doubled.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn projective(&self) -> Projective {
        Projective {
            x: self.x,
            y: self.y,
            z: Fe::small(1),
        }
    }

    /// For adding often.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn niels(&self) -> Niels {
        Niels {
            plus: self.y.plus(&self.x).carry().into(),
            minus: self.y.minus(&self.x).carry().into(),
            xy2d: mul(&mul(&self.x, &self.y), &Fe::splat(&TWICE_D)).into(),
        }
    }

    /// Which lanes hold points of the curve.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn is_on_curve(&self) -> __mmask8 {
        let (xx, yy) = (square(&self.x), square(&self.y));
        let product = mul(&mul(&xx, &yy), &Fe::splat(&D));
        let right = Fe::small(1).plus(&product).carry();
        yy.minus(&xx).carry().equals(&right)
    }

    /// The points with this `y`, below `p`, and with an odd `x` where `odd` has a bit. The mask has no bit for a `y` of no
    /// point, and for `x = 0` asked to be odd.
    ///
    /// RFC 8032, 5.1.3: with `u = y² - 1` and `v = d·y² + 1`, a root of `u/v` is `u·v³·(u·v⁷)^((p-5)/8)`, or that
    /// times the root of `-1`.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
    pub fn decompress(y: &Fe, odd: __mmask8) -> (Self, __mmask8) {
        let one = Fe::small(1);
        let yy = square(y);
        let u = yy.minus(&one).carry();
        let v = mul(&yy, &Fe::splat(&D)).plus(&one).carry();
        let v3 = mul(&square(&v), &v);
        let uv7 = mul(&mul(&square(&v3), &v), &u);
        let root = mul(&mul(&uv7.power_for_root(), &v3), &u);
        let square_of_root = mul(&square(&root), &v);
        let is_root = square_of_root.equals(&u);
        let is_root_of_minus = square_of_root.plus(&u).carry().is_zero();
        let other = mul(&root, &Fe::splat(&ROOT_OF_MINUS_ONE));
        let x = Fe::select(&other, &root, is_root);
        let negative = Fe::small(0).minus(&x).carry();
        let x = Fe::select(&x, &negative, x.is_odd() ^ odd);
        let is_point = (is_root | is_root_of_minus) & !(x.is_odd() ^ odd);
        (Self { x, y: *y }, is_point)
    }
}

/// Divides by `Z`: one inversion for each lane, however many points there are (Montgomery's trick). No `Z` may be zero;
/// that of a point never is.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
pub fn normalized(points: &[Projective]) -> Vec<Affine> {
    let mut products = Vec::with_capacity(points.len());
    let mut product = Fe::small(1);
    for point in points {
        products.push(product);
        product = mul(&product, &point.z);
    }
    let mut inverse = product.inverse();
    let mut affine: Vec<Affine> = Vec::with_capacity(points.len());
    for (point, before) in points.iter().zip(&products).rev() {
        let z = mul(&inverse, before);
        inverse = mul(&inverse, &point.z);
        affine.push(Affine {
            x: mul(&point.x, &z),
            y: mul(&point.y, &z),
        });
    }
    affine.reverse();
    affine
}
