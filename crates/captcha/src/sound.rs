//! The sound: five digits spoken one after the other, each at its own speed and loudness, with gaps and a noise of their own.
//!
//! The voices were recorded once by `voices/record.py` with espeak-ng, whose output carries no licence of its own.

use rand::{Rng, RngExt as _};

use crate::DIGITS;

/// Samples in a second.
pub const SAMPLE_RATE: u32 = 11_025;

/// The language in which digits are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tongue {
    /// French.
    French,
    /// English.
    English,
}

/// One speaker's ten digits: unsigned 8-bit samples.
type Voice = [&'static [u8]; 10];

macro_rules! voice {
    ($name:literal) => {
        [
            include_bytes!(concat!("../voices/", $name, "/0.u8")),
            include_bytes!(concat!("../voices/", $name, "/1.u8")),
            include_bytes!(concat!("../voices/", $name, "/2.u8")),
            include_bytes!(concat!("../voices/", $name, "/3.u8")),
            include_bytes!(concat!("../voices/", $name, "/4.u8")),
            include_bytes!(concat!("../voices/", $name, "/5.u8")),
            include_bytes!(concat!("../voices/", $name, "/6.u8")),
            include_bytes!(concat!("../voices/", $name, "/7.u8")),
            include_bytes!(concat!("../voices/", $name, "/8.u8")),
            include_bytes!(concat!("../voices/", $name, "/9.u8")),
        ]
    };
}

const FRENCH: [Voice; 2] = [voice!("fr-1"), voice!("fr-2")];
const ENGLISH: [Voice; 2] = [voice!("en-1"), voice!("en-2")];

/// Speaks `digits`: one speaker for all of them, since a change of speaker would only hinder people.
pub(crate) fn speak(digits: &[u8; DIGITS], tongue: Tongue, rng: &mut impl Rng) -> Vec<u8> {
    let voices = match tongue {
        Tongue::French => FRENCH,
        Tongue::English => ENGLISH,
    };
    let [first, second] = voices;
    let voice = if rng.random_bool(0.5) { first } else { second };
    let mut samples = silence(30..60, rng);
    for digit in digits {
        let recorded = voice.get(usize::from(*digit)).copied().unwrap_or_default();
        samples.extend(spoken(
            recorded,
            rng.random_range(0.9..1.1),
            rng.random_range(0.75..1.0),
        ));
        samples.extend(silence(35..80, rng));
    }
    let loudness = rng.random_range(0.02..0.045);
    wav(&samples
        .into_iter()
        .map(|s| level(s + rng.random_range(-loudness..loudness)))
        .collect::<Vec<u8>>())
}

/// A recording at another speed, hence at another pitch: samples between samples are on the line that joins them.
fn spoken(recorded: &[u8], speed: f32, loudness: f32) -> Vec<f32> {
    let mut out = Vec::with_capacity(recorded.len());
    let mut passed = 0.0_f32;
    for (a, b) in recorded.iter().zip(recorded.iter().skip(1)) {
        let (a, b) = (f32::from(*a) - 128.0, f32::from(*b) - 128.0);
        while passed < 1.0 {
            out.push((a + (b - a) * passed) / 128.0 * loudness);
            passed += speed;
        }
        passed -= 1.0;
    }
    out
}

/// Between so many and so many hundredths of a second without a word.
fn silence(hundredths: std::ops::Range<usize>, rng: &mut impl Rng) -> Vec<f32> {
    vec![0.0; rng.random_range(hundredths) * 110]
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
fn level(sample: f32) -> u8 {
    (sample * 127.0 + 128.0).round().clamp(0.0, 255.0) as u8
}

/// A WAV file: RIFF header, PCM, one channel, 8 bits.
fn wav(samples: &[u8]) -> Vec<u8> {
    let length = u32::try_from(samples.len()).unwrap_or(u32::MAX - 36);
    let mut out = Vec::with_capacity(samples.len().saturating_add(44));
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&length.saturating_add(36).to_le_bytes());
    out.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    out.extend_from_slice(&SAMPLE_RATE.to_le_bytes());
    out.extend_from_slice(&SAMPLE_RATE.to_le_bytes());
    out.extend_from_slice(b"\x01\0\x08\0data");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(samples);
    out
}
