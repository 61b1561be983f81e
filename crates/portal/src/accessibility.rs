//! The last automatic check of every page (*contrôle automatique*), written down by the end-to-end test in a browser.
//!
//! `./run audit` makes the file again; the accessibility statement shows it as it is.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

/// What the check looked at and what it found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutomatedAudit {
    /// The day it ran.
    pub date: Date,
    /// The engine and its version: `axe-core 4.14.1`.
    pub engine: String,
    /// The browser and its version.
    pub browser: String,
    /// Rules run.
    pub rules: u32,
    /// Of these, those that belong to a criterion of the RGAA.
    pub rgaa_rules: u32,
    /// Defects found, on all pages.
    pub violations: u32,
    /// Pages and states looked at, in both themes.
    pub pages: Vec<String>,
}

static LATEST: LazyLock<Option<AutomatedAudit>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../accessibility/automated.json")).ok());

impl AutomatedAudit {
    /// The last one.
    #[must_use]
    pub fn latest() -> Option<&'static AutomatedAudit> {
        LATEST.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_check_reads() {
        let audit = AutomatedAudit::latest().unwrap();
        assert!(audit.rules > 50 && audit.rgaa_rules > 30 && audit.pages.len() > 15);
    }
}
