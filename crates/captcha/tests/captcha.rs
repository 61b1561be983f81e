//! What people and programs get: every digit, a picture that says the answer, sounds that differ, in both languages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use std::collections::{BTreeSet, HashSet};

use isoloir_captcha::{Challenge, HEIGHT, SAMPLE_RATE, Tongue, WIDTH, picture};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

const W: usize = WIDTH as usize;
const H: usize = HEIGHT as usize;

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

fn pixels(png: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut out = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut out).unwrap();
    assert_eq!((info.width, info.height), (u32::from(WIDTH), u32::from(HEIGHT)));
    assert_eq!(out.len(), W * H);
    out
}

/// Relative luminance of a grey, by WCAG 2.
fn luminance(grey: u8) -> f64 {
    let c = f64::from(grey) / 255.0;
    if c <= 0.040_45 {
        c / 12.92
    } else {
        ((c + 0.055) / 1.055).powf(2.4)
    }
}

#[test]
fn all_ten_digits_are_drawn_in_every_place() {
    let mut seen: [BTreeSet<char>; 5] = Default::default();
    for seed in 0..500 {
        for (place, digit) in Challenge::draw(&mut rng(seed)).answer().chars().enumerate() {
            seen[place].insert(digit);
        }
    }
    assert!(seen.iter().all(|digits| digits.len() == 10), "{seen:?}");
}

#[test]
fn digits_alone_answer() {
    let challenge = Challenge::of("40817").unwrap();
    for right in ["40817", " 40817 ", "4 0 8 1 7", "408\u{a0}17"] {
        assert!(challenge.is_answered_by(right), "{right}");
    }
    for wrong in [
        "",
        "4081",
        "408170",
        "40818",
        "4081a",
        "４０８１７",
        "+40817",
        "40817\0",
    ] {
        assert!(!challenge.is_answered_by(wrong), "{wrong}");
    }
    assert!(Challenge::of("12x45").is_none() && Challenge::of("123456").is_none());
}

/// The ink of one place of a picture without distortion.
fn cell(picture: &[u8], place: usize) -> Vec<bool> {
    let (left, right) = (5 + 46 * place, 5 + 46 * (place + 1));
    (0..H)
        .flat_map(|y| (left..right).map(move |x| picture[y * W + x] < 128))
        .collect()
}

#[test]
fn the_picture_shows_the_answer() {
    // Ten shapes, known from places that hold one digit only; then every place of other pictures is told by the nearest shape.
    let shape = |digit: u8| cell(&pixels(&picture::plain(&[digit; 5]).unwrap()), 0);
    let shapes: Vec<Vec<bool>> = (0..10).map(shape).collect();
    for (a, one) in shapes.iter().enumerate() {
        assert!(one.iter().any(|ink| *ink), "{a} is not drawn");
        for other in &shapes[a + 1..] {
            let differ = one.iter().zip(other).filter(|(x, y)| x != y).count();
            assert!(differ > 60, "two digits look alike: {differ} pixels");
        }
    }
    for digits in [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], [9, 0, 9, 0, 6]] {
        let drawn = pixels(&picture::plain(&digits).unwrap());
        for (place, digit) in digits.iter().enumerate() {
            let seen = cell(&drawn, place);
            let read = (0..10).min_by_key(|n| shapes[*n].iter().zip(&seen).filter(|(x, y)| x != y).count());
            assert_eq!(read, Some(usize::from(*digit)), "place {place}");
        }
    }
}

#[test]
fn the_picture_decodes_is_small_and_dark_on_light() {
    for seed in 0..60 {
        let challenge = Challenge::draw(&mut rng(seed));
        let png = challenge.picture(&mut rng(seed + 1000)).unwrap();
        assert!((2_000..12_000).contains(&png.len()), "{} bytes", png.len());
        let mut greys = pixels(&png);
        greys.sort_unstable();
        // More than nine tenths is not digit, and a twentieth at least is.
        let (ink, paper) = (greys[greys.len() / 20], greys[greys.len() / 2]);
        let contrast = (luminance(paper) + 0.05) / (luminance(ink) + 0.05);
        assert!(contrast >= 4.5, "seed {seed}: {contrast:.1}");
    }
}

#[test]
fn the_same_seed_gives_the_same_picture_and_another_gives_another() {
    let challenge = Challenge::of("03689").unwrap();
    let draw = |seed| challenge.picture(&mut rng(seed)).unwrap();
    assert_eq!(draw(1), draw(1));
    assert_eq!((0..20).map(draw).collect::<HashSet<_>>().len(), 20);
}

#[test]
fn sounds_are_whole_files_that_differ() {
    let challenge = Challenge::of("01234").unwrap();
    let mut all = HashSet::new();
    for tongue in [Tongue::French, Tongue::English] {
        for seed in 0..20 {
            let sound = challenge.sound(tongue, &mut rng(seed));
            assert_eq!((&sound[..4], &sound[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
            let number = |at: usize| u32::from_le_bytes(sound[at..at + 4].try_into().unwrap());
            assert_eq!(number(4) as usize, sound.len() - 8);
            assert_eq!(number(24), SAMPLE_RATE);
            assert_eq!(number(40) as usize, sound.len() - 44);
            let seconds = f64::from(number(40)) / f64::from(SAMPLE_RATE);
            assert!((3.0..9.0).contains(&seconds), "{seconds:.1} s");
            assert!(all.insert(sound), "two clips of one number are the same");
        }
    }
}

#[test]
fn the_ten_digits_of_a_voice_differ() {
    for tongue in [Tongue::French, Tongue::English] {
        let spoken: HashSet<Vec<u8>> = (0..10)
            .map(|d| {
                Challenge::of(&d.to_string().repeat(5))
                    .unwrap()
                    .sound(tongue, &mut rng(3))
            })
            .collect();
        assert_eq!(spoken.len(), 10);
    }
}
