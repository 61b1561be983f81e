//! Five digits to copy (*captcha*), as a picture and as a sound of equal rank.
//!
//! A [`Challenge`] is drawn from a generator; the same generator state gives the same picture and the same sound, so that loading the
//! picture again teaches nothing more. Digits are our own strokes ([`glyph`]), bent and crossed by [`picture`]; they are spoken by
//! voices recorded once (`voices/record.py`) and put together by [`sound`] with gaps, speed and noise of their own.
//!
//! A machine that tries will read them: the limits per network and per account are what protects, this only makes trying dear.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

pub mod glyph;
pub mod picture;
pub mod sound;

use rand::{Rng, RngExt as _};

pub use picture::{HEIGHT, PictureError, WIDTH};
pub use sound::{SAMPLE_RATE, Tongue};

/// How many digits one copies.
pub const DIGITS: usize = 5;

/// Five digits to copy. Has no `Debug`: it is the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    digits: [u8; DIGITS],
}

impl Challenge {
    /// Draws one of the hundred thousand challenges, each as likely as the others.
    pub fn draw(rng: &mut impl Rng) -> Challenge {
        let mut digits = [0; DIGITS];
        for digit in &mut digits {
            *digit = rng.random_range(0..10);
        }
        Challenge { digits }
    }

    /// The challenge of these digits, `None` when they are not five decimal digits.
    #[must_use]
    pub fn of(digits: &str) -> Option<Challenge> {
        let read: Vec<u8> = digits.chars().map(value).collect::<Option<_>>()?;
        read.try_into().ok().map(|digits| Challenge { digits })
    }

    /// Whether `typed` is the answer. Spaces between digits do not count, for one who copies by ear.
    #[must_use]
    pub fn is_answered_by(&self, typed: &str) -> bool {
        let plain: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        Challenge::of(&plain) == Some(*self)
    }

    /// The answer in words of digits.
    #[must_use]
    pub fn answer(&self) -> String {
        self.digits.iter().map(|digit| char::from(b'0' + digit)).collect()
    }

    /// The picture, in PNG: [`WIDTH`] by [`HEIGHT`], dark on light, with its own background.
    ///
    /// # Errors
    /// [`PictureError`] when the encoder fails, which it does not in memory.
    pub fn picture(&self, rng: &mut impl Rng) -> Result<Vec<u8>, PictureError> {
        picture::draw(&self.digits, rng)
    }

    /// The sound, in WAV: [`SAMPLE_RATE`], 8 bits, one channel.
    pub fn sound(&self, tongue: Tongue, rng: &mut impl Rng) -> Vec<u8> {
        sound::speak(&self.digits, tongue, rng)
    }
}

fn value(c: char) -> Option<u8> {
    c.to_digit(10).and_then(|digit| u8::try_from(digit).ok())
}
