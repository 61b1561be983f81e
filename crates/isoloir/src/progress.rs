//! How far a long command is, on a terminal; nothing where there is none.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar of so many things.
    pub(crate) fn of(size: u64, things: &str) -> Progress {
        let bar = ProgressBar::new(size);
        let template = format!("{{bar:30}} {{pos}} / {{len}} {things}, {{per_sec}}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Progress(bar)
    }

    /// So many more are done.
    pub(crate) fn add(&self, done: usize) {
        self.0.inc(count(done));
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// A number as counters take it.
pub(crate) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
