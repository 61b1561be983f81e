//! Arithmetic in lanes, at the limits that the types state, against integers of any size and against curve25519-dalek.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    unsafe_code,
    reason = "helpers of tests fail as tests do; each test enters code for AVX-512 after asking the processor"
)]
#![cfg(target_arch = "x86_64")]

use crypto_bigint::{NonZero, U256, U512};
use curve25519_dalek::{
    EdwardsPoint, Scalar as DalekScalar, constants, edwards::CompressedEdwardsY, traits::Identity as _,
};
use isoloir_lanes::{
    cpu::Lanes,
    field::{FE_MAX, Fe, LANES, Limbs, Words, mul, product as raw, square, squared},
    fixed::{Base, Multiples},
    pippenger::{Terms, long_digits, short_digits},
    point::{Affine, GENERATOR, Point, normalized},
    scalar::{Products, Scalar},
    sha::Texts,
    variable::{Comb, eightfold},
};
use isoloir_protocol::group::{Ed25519, Group as _};
use proptest::prelude::*;

const P: U256 = U256::from_be_hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");

fn can_run() -> bool {
    let can = Lanes::detect().is_some();
    if !can {
        println!("skipped: this processor lacks AVX-512 IFMA");
    }
    can
}

fn modulo(x: &U512) -> U256 {
    x.rem_vartime(&NonZero::new(P).unwrap())
}

/// What limbs mean, modulo p.
fn number(limbs: &Limbs) -> U256 {
    let sum = limbs.iter().rev().fold(U512::ZERO, |sum, limb| {
        sum.shl_vartime(51).wrapping_add(&U512::from(*limb))
    });
    modulo(&sum)
}

fn product(a: &U256, b: &U256) -> U256 {
    let product: U512 = a.concatenating_mul(b);
    modulo(&product)
}

fn sum(a: &U256, b: &U256) -> U256 {
    a.add_mod(b, &NonZero::new(P).unwrap())
}

fn difference(a: &U256, b: &U256) -> U256 {
    a.sub_mod(b, &NonZero::new(P).unwrap())
}

/// A limb, at the limits more often than not.
fn limb() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1),
        Just((1 << 51) - 20),
        Just((1 << 51) - 19),
        Just((1 << 51) - 1),
        Just(1 << 51),
        Just(FE_MAX - 1),
        Just(FE_MAX),
        0..=FE_MAX
    ]
}

fn eight() -> impl Strategy<Value = [Limbs; LANES]> {
    prop::array::uniform8(prop::array::uniform5(limb()))
}

fn by_limb(lanes: &[Limbs; LANES]) -> [[u64; LANES]; 5] {
    std::array::from_fn(|k| std::array::from_fn(|lane| lanes[lane][k]))
}

fn numbers(words: &[[u64; LANES]; 4]) -> [U256; LANES] {
    std::array::from_fn(|lane| U256::from_words([words[0][lane], words[1][lane], words[2][lane], words[3][lane]]))
}

/// Eight results of each operation.
struct Results {
    limbs: Vec<[[u64; LANES]; 5]>,
    numbers: Vec<[U256; LANES]>,
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn operations(a: &[Limbs; LANES], b: &[Limbs; LANES]) -> Results {
    let (a, b) = (Fe::from_limbs(&by_limb(a)), Fe::from_limbs(&by_limb(b)));
    let mut long = a.minus(&b);
    for _ in 0..7 {
        long = long.minus(&b).plus(&a);
    }
    let all = [
        mul(&a, &b),
        square(&a),
        a.plus(&b).carry(),
        a.minus(&b).carry(),
        mul(&a.negative(), &b.negative()),
        square(&a.negative()),
        long.carry(),
        a.inverse(),
        Fe::select(&a, &b, 0b1010_0101),
        mul(&Fe::small(0).negative(), &a.negative()),
        raw(&a, &b)
            .minus(&squared(&a))
            .minus(&squared(&b))
            .plus(&raw(&b, &a))
            .carry(),
        raw(&a.negative(), &b.negative())
            .plus(&squared(&a.negative()))
            .minus(&b)
            .carry(),
    ];
    Results {
        limbs: all.iter().map(|x| x.to_limbs()).collect(),
        numbers: all.iter().map(|x| numbers(&x.to_words())).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn field_operations_are_those_of_integers(a in eight(), b in eight()) {
        if !can_run() { return Ok(()); }
        // SAFETY: the processor was asked.
        let results = unsafe { operations(&a, &b) };
        for limbs in &results.limbs {
            prop_assert!(limbs.iter().flatten().all(|limb| *limb <= FE_MAX), "a limb is too large: {limbs:?}");
        }
        for lane in 0..LANES {
            let (x, y) = (number(&a[lane]), number(&b[lane]));
            let eight = |z: &U256| (0..3).fold(*z, |z, _| sum(&z, &z));
            let is = |at: usize| results.numbers[at][lane];
            prop_assert_eq!(is(0), product(&x, &y));
            prop_assert_eq!(is(1), product(&x, &x));
            prop_assert_eq!(is(2), sum(&x, &y));
            prop_assert_eq!(is(3), difference(&x, &y));
            prop_assert_eq!(is(4), product(&x, &y));
            prop_assert_eq!(is(5), product(&x, &x));
            prop_assert_eq!(is(6), eight(&difference(&x, &y)));
            prop_assert_eq!(product(&is(7), &x), if x == U256::ZERO { U256::ZERO } else { U256::ONE });
            prop_assert_eq!(is(8), if 0b1010_0101 >> lane & 1 == 1 { y } else { x });
            prop_assert_eq!(is(9), U256::ZERO);
            let apart = difference(&x, &y);
            prop_assert_eq!(sum(&is(10), &product(&apart, &apart)), U256::ZERO);
            prop_assert_eq!(sum(&is(11), &y), product(&x, &sum(&x, &y)));
        }
    }

    #[test]
    fn scalars_are_those_of_the_library(a: [u8; 64], b: [u8; 64], hash: [u8; 32], small: u32, factor: u128) {
        let (x, y) = (DalekScalar::from_bytes_mod_order_wide(&a), DalekScalar::from_bytes_mod_order_wide(&b));
        let (a, b) = (ours(&x), ours(&y));
        prop_assert_eq!(a.add(&b), ours(&(x + y)));
        prop_assert_eq!(a.mul(&b), ours(&(x * y)));
        prop_assert_eq!(a.negative(), ours(&-x));
        prop_assert_eq!(a.times(small), ours(&(x * DalekScalar::from(small))));
        let mut reversed = hash;
        reversed.reverse();
        prop_assert_eq!(Scalar::from_hash(&hash), ours(&DalekScalar::from_bytes_mod_order(reversed)));
        prop_assert_eq!(Scalar::EIGHTH.mul(&ours(&(x * DalekScalar::from(8_u8)))), a);
        let mut products = Products::default();
        products.add(factor, &a);
        products.add(u128::MAX, &b);
        let mut twice = products;
        twice.add_all(&products);
        let expected = x * DalekScalar::from(factor) + y * DalekScalar::from(u128::MAX);
        prop_assert_eq!(products.reduced(), ours(&expected));
        prop_assert_eq!(twice.reduced(), ours(&(expected + expected)));
    }

    #[test]
    fn products_with_scalars_are_those_of_the_library(seeds in prop::array::uniform8(any::<[u8; 32]>())) {
        if !can_run() { return Ok(()); }
        let points: [EdwardsPoint; LANES] = std::array::from_fn(|lane| {
            EdwardsPoint::mul_base(&DalekScalar::from_bytes_mod_order(seeds[lane]))
        });
        let special = [DalekScalar::ZERO, DalekScalar::ONE, -DalekScalar::ONE, DalekScalar::from(128_u8), DalekScalar::from(129_u8)];
        let scalars: [DalekScalar; LANES] = std::array::from_fn(|lane| {
            let drawn = DalekScalar::from_bytes_mod_order(seeds[(lane + 1) % LANES]);
            special.get(lane).copied().unwrap_or(drawn)
        });
        // SAFETY: the processor was asked.
        let results = unsafe { products(&points, &scalars) };
        for lane in 0..LANES {
            prop_assert_eq!(results.variable[lane], points[lane] * scalars[lane]);
            prop_assert_eq!(results.generator[lane], EdwardsPoint::mul_base(&scalars[lane]));
            prop_assert_eq!(results.key[lane], points[0] * scalars[lane] + points[lane]);
        }
    }
}

fn ours(x: &DalekScalar) -> Scalar {
    let mut big_endian = x.to_bytes();
    big_endian.reverse();
    let text = serde_json::to_string(&Ed25519::scalar_from_hash(&big_endian)).unwrap();
    Scalar::parse(text.trim_matches('"').as_bytes()).unwrap()
}

struct Multiplied {
    variable: [EdwardsPoint; LANES],
    generator: [EdwardsPoint; LANES],
    key: [EdwardsPoint; LANES],
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn products(points: &[EdwardsPoint; LANES], scalars: &[DalekScalar; LANES]) -> Multiplied {
    let affine = affine(points);
    let multiples = Multiples::new(&GENERATOR, &affine.lane(0));
    let words: [Words; LANES] = std::array::from_fn(|lane| *ours(&scalars[lane]).words());
    let odd: [Words; LANES] = std::array::from_fn(|lane| ours(&scalars[lane]).odd());
    let registers = isoloir_lanes::field::by_word(&words);
    Multiplied {
        variable: dalek(&Comb::new(&affine.point()).mul(&odd)),
        generator: dalek(&multiples.add(Point::neutral(), Base::Generator, &registers)),
        key: dalek(&multiples.add(affine.point(), Base::Key, &registers)),
    }
}

#[test]
fn sums_are_those_of_the_library() {
    if !can_run() {
        return;
    }
    // Blocks of three, each with 5 long and 9 short scalars: rows that are not full, a last block that is not either; many points for one
    // bucket (scalars that repeat, the largest ones), and none.
    let scalar = |at: usize| match at % 7 {
        0 => DalekScalar::ZERO,
        1 => -DalekScalar::ONE,
        2 => DalekScalar::from(512_u64),
        3 => DalekScalar::from_bytes_mod_order([at as u8; 32]),
        _ => DalekScalar::from_bytes_mod_order(std::array::from_fn(|k| (at * 37 + k * k * 11) as u8)),
    };
    let short = |at: usize| match at % 5 {
        0 => (1 << 126) - 1,
        1 => 511,
        2 => 512,
        _ => u128::from_le_bytes(std::array::from_fn(|k| (at * 53 + k * 29) as u8)) >> 2,
    };
    let mut terms = Terms::default();
    for ballots in [1, 7, 40] {
        let (long, short_count) = (5 * ballots, 9 * ballots);
        let points: Vec<EdwardsPoint> = (0..long + short_count)
            .map(|at| EdwardsPoint::mul_base(&DalekScalar::from(at as u64 / 2 + 1)))
            .collect();
        let expected = points
            .iter()
            .enumerate()
            .fold(EdwardsPoint::identity(), |sum, (at, point)| {
                let scalar = if at < long {
                    scalar(at)
                } else {
                    DalekScalar::from(short(at - long))
                };
                sum + point * scalar
            });
        terms.begin(ballots, 3, [5, 9]);
        for (at, mut block) in terms.blocks().enumerate() {
            // SAFETY: the processor was asked.
            unsafe {
                for (row, points) in points[15 * at..long.min(15 * at + 15)].chunks(LANES).enumerate() {
                    block.long.put(row * LANES, &lined_up(points).niels());
                }
                let (first, last) = (long + 27 * at, (long + 27 * at + 27).min(points.len()));
                for (row, points) in points[first..last].chunks(LANES).enumerate() {
                    block.short.put(row * LANES, &lined_up(points).niels());
                }
            }
            for place in 15 * at..long.min(15 * at + 15) {
                block
                    .long
                    .set(place - 15 * at, &long_digits(ours(&scalar(place)).words()));
            }
            for place in 27 * at..short_count.min(27 * at + 27) {
                block.short.set(place - 27 * at, &short_digits(short(place)));
            }
        }
        // SAFETY: the processor was asked.
        let total = unsafe { dalek(&terms.total()) };
        assert_eq!(total, [expected; LANES], "of {ballots} ballots");
    }
}

/// Up to eight points; the first one fills the lanes left over.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn lined_up(points: &[EdwardsPoint]) -> Affine {
    affine(&std::array::from_fn(|lane| *points.get(lane).unwrap_or(&points[0])))
}

/// Points of the library in lanes.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn affine(points: &[EdwardsPoint; LANES]) -> Affine {
    let (mut y, mut odd) = ([[0; 4]; LANES], 0);
    for (lane, point) in points.iter().enumerate() {
        let mut bytes = point.compress().to_bytes();
        odd |= (bytes[31] >> 7) << lane;
        bytes[31] &= 0x7f;
        y[lane] = std::array::from_fn(|w| u64::from_le_bytes(bytes[8 * w..8 * w + 8].try_into().unwrap()));
    }
    let (affine, is_point) = Affine::decompress(&Fe::from_lanes(&y), odd);
    assert_eq!(is_point, 0xff);
    affine
}

/// Points in lanes as points of the library, by their encodings.
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn dalek(points: &Point) -> [EdwardsPoint; LANES] {
    let affine = normalized(&[points.projective()])[0];
    assert_eq!(affine.is_on_curve(), 0xff);
    let lanes = affine.to_lanes();
    std::array::from_fn(|lane| {
        let mut bytes = [0; 32];
        for (chunk, word) in bytes.chunks_mut(8).zip(&lanes[lane][4..]) {
            chunk.copy_from_slice(&word.to_le_bytes());
        }
        bytes[31] |= u8::from(lanes[lane][0] & 1 == 1) << 7;
        CompressedEdwardsY(bytes).decompress().unwrap()
    })
}

#[test]
fn only_members_are_eight_times_their_eighth() {
    if !can_run() {
        return;
    }
    for (at, torsion) in constants::EIGHT_TORSION.iter().enumerate() {
        let g = constants::ED25519_BASEPOINT_POINT;
        let points = [
            g + torsion,
            g + g + torsion,
            *torsion,
            g,
            EdwardsPoint::identity(),
            -g,
            torsion - g,
            *torsion,
        ];
        // SAFETY: the processor was asked.
        let mask = unsafe { members(&points) };
        let expected = if at == 0 { 0xff } else { 0b0011_1000 };
        assert_eq!(mask, expected, "with the torsion point {at}");
    }
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn members(points: &[EdwardsPoint; LANES]) -> u8 {
    let affine = affine(points);
    let eighth = Comb::new(&affine.point()).mul(&[*Scalar::EIGHTH.words(); LANES]);
    eightfold(&eighth.projective()).equals(&affine)
}

#[test]
fn what_is_no_point_is_not_decompressed() {
    if !can_run() {
        return;
    }
    // 2 is the y of no point, 1 and -1 of one each (x = 0, never odd), 0 of two.
    let minus_one = P.wrapping_sub(&U256::ONE).to_words();
    let y = [
        [2, 0, 0, 0],
        [1, 0, 0, 0],
        [1, 0, 0, 0],
        minus_one,
        minus_one,
        [0; 4],
        [0; 4],
        [2, 0, 0, 0],
    ];
    // SAFETY: the processor was asked.
    let is_point = unsafe { decompress(&y, 0b1101_0100) };
    assert_eq!(is_point, 0b0110_1010);
}

#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx512ifma")]
fn decompress(y: &[Words; LANES], odd: u8) -> u8 {
    let (points, is_point) = Affine::decompress(&Fe::from_lanes(y), odd);
    assert_eq!(points.or_neutral(is_point).is_on_curve(), 0xff);
    is_point
}

#[test]
fn only_canonical_scalars_are_read() {
    let order = "7237005577332262213973186563042994240857116359379907606001950938285454250989";
    let below = "7237005577332262213973186563042994240857116359379907606001950938285454250988";
    for text in ["0", "7", "12345678901234567890", below] {
        assert!(Scalar::parse(text.as_bytes()).is_some(), "{text}");
    }
    let long = "9".repeat(76);
    let longer = "1".repeat(77);
    for text in [
        "", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "0x1", "1:", "1/", "é", order, &long, &longer,
    ] {
        assert_eq!(Scalar::parse(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn hashes_are_those_of_the_library() {
    let Some(lanes) = Lanes::detect() else {
        println!("skipped: this processor lacks AVX-512 IFMA");
        return;
    };
    // Every length about the ends of blocks, long ones and short ones mixed.
    let text: Vec<u8> = (0..6000_u32).map(|at| (at * 7 + at / 251) as u8).collect();
    let lengths: Vec<usize> = (0..=260).chain([5858, 6000, 1, 447, 448]).collect();
    for count in [0, 1, 2, 15, 16, 17, lengths.len()] {
        let mut texts = Texts::default();
        for length in &lengths[..count] {
            match length.checked_sub(1) {
                Some(last) if length % 3 == 0 => texts.lend(&text[..last], text[last]),
                _ => {
                    texts.extend(&text[..length / 3]);
                    texts.extend(&text[length / 3..*length]);
                    texts.end();
                }
            }
        }
        let expected: Vec<[u8; 32]> = lengths[..count]
            .iter()
            .map(|length| isoloir_protocol::hash::sha256(&text[..*length]))
            .collect();
        assert_eq!(texts.hashes(lanes), expected);
    }
}
