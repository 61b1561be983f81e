//! What happened, line by line: the same seed gives the same lines, to the byte.

use sha2::{Digest as _, Sha256};

/// The lines of one election.
#[derive(Default)]
pub struct Trace {
    lines: Vec<String>,
}

impl Trace {
    /// Adds a line, with the instant in milliseconds after the opening.
    pub fn say(&mut self, at: i64, what: &str) {
        let (sign, ms) = (if at < 0 { '-' } else { '+' }, at.abs());
        let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
        self.lines.push(format!(
            "{sign}{hours}:{minutes:02}:{seconds:02}.{:03}  {what}",
            ms % 1000
        ));
    }

    /// SHA-256 of all lines, in hexadecimal.
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.lines.join("\n")))
    }

    /// The last `count` lines.
    pub fn tail(&self, count: usize) -> String {
        self.lines[self.lines.len().saturating_sub(count)..].join("\n  ")
    }

    /// Everything.
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
}
