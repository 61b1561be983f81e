//! Rules of reissue that are ready to be taken (*modèles de règles*), by name.

use std::fmt;
use std::str::FromStr;

use crate::reissue::{Destination, Factor, PathRule, ReissuePath, ReissuePolicy};

/// A policy with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// As the Education ministries had it in December 2022: challenge answer, then NUMEN or ten digits. It holds only where the NUMEN opens no
    /// mailbox, and the linter warns of the digits.
    Seed,
    /// Recommended: session and answer, which the voting server checks, and the NUMEN, which the registrar checks.
    TwoDomains,
    /// As `two_domains`, with FranceConnect in place of the answer as a second path.
    FranceConnect,
}

/// There is no preset of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the presets are seed, two_domains and franceconnect")]
pub struct UnknownPreset;

impl Preset {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Seed, Self::TwoDomains, Self::FranceConnect];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seed => "seed",
            Self::TwoDomains => "two_domains",
            Self::FranceConnect => "franceconnect",
        }
    }

    /// The policy. Each says that the NUMEN opens no mailbox: where it does, the linter refuses them all.
    #[must_use]
    pub fn policy(self) -> ReissuePolicy {
        let personal = || vec![Destination::PersonalPhone, Destination::PersonalMail];
        let challenge = |identifier: Vec<Factor>| PathRule {
            path: ReissuePath::Challenge,
            factors: vec![vec![Factor::Session], vec![Factor::Challenge], identifier],
            destinations: personal(),
        };
        let france_connect = || PathRule {
            path: ReissuePath::FranceConnect,
            factors: vec![vec![Factor::Session], vec![Factor::FranceConnect], vec![Factor::Numen]],
            destinations: vec![Destination::FranceConnectMail],
        };
        let paths = match self {
            Self::Seed => vec![challenge(vec![Factor::Numen, Factor::NirDigits])],
            Self::TwoDomains => vec![challenge(vec![Factor::Numen])],
            Self::FranceConnect => vec![challenge(vec![Factor::Numen]), france_connect()],
        };
        ReissuePolicy {
            paths,
            numen_opens_mailbox: false,
            ..ReissuePolicy::default()
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(text: &str) -> Result<Self, UnknownPreset> {
        Self::ALL
            .into_iter()
            .find(|preset| preset.as_str() == text)
            .ok_or(UnknownPreset)
    }
}
