//! What the operator decides about the portal.

use std::fmt;
use std::str::FromStr;

use crate::limits::LimitsConfig;
use serde::Deserialize;

/// How voters reach the help desk (*cellule d'assistance*). What is absent is not shown, and never invented.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// A non-surcharged number, as printed: `01 23 45 67 89`.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
}

/// Scheme, host and port of a server: `https://vote.example.fr`. No path, no credentials, lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// Why a text is not an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an origin is http:// or https://, a host in lower case, optionally a port, and nothing after it")]
pub struct NotAnOrigin;

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Origin, NotAnOrigin> {
        let authority = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .ok_or(NotAnOrigin)?;
        let allowed =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if authority.is_empty() || !authority.chars().all(allowed) {
            return Err(NotAnOrigin);
        }
        Ok(Origin(text.to_owned()))
    }
}

impl Origin {
    /// The origin as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the browser reaches us over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Result of an accessibility audit (*audit de conformité RGAA*), shown as it is: the portal never declares itself conforming.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessibilityAudit {
    /// Who audited.
    pub auditor: String,
    /// When, in the words to be shown.
    pub date: String,
    /// Browsers, assistive technologies and tools, one per line of the statement.
    pub tools: Vec<String>,
    /// Pages of the sample.
    pub pages: Vec<String>,
    /// Every criterion of the reference that was judged.
    pub criteria: Vec<Criterion>,
}

/// One criterion of the RGAA as the auditor judged it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Its number: `3.2`.
    pub number: String,
    /// The judgement.
    pub result: Judgement,
    /// What fails, or why it is exempt, in the organiser's words.
    #[serde(default)]
    pub note: String,
}

/// What an auditor finds of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// *Conforme.*
    Met,
    /// *Non conforme.*
    NotMet,
    /// *Dérogation pour charge disproportionnée.*
    Exempt,
    /// *Non applicable.*
    NotApplicable,
}

impl AccessibilityAudit {
    /// How many criteria were judged so.
    #[must_use]
    pub fn count(&self, result: Judgement) -> usize {
        self.criteria
            .iter()
            .filter(|criterion| criterion.result == result)
            .count()
    }

    /// Criteria that apply.
    #[must_use]
    pub fn applicable(&self) -> usize {
        self.count(Judgement::Met) + self.count(Judgement::NotMet)
    }
}

/// State of conformity, as the law wants it said on every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conformity {
    /// Every applicable criterion is met.
    Full,
    /// At least half of them.
    Partial,
    /// Less, or nobody has audited yet.
    None,
}

impl Conformity {
    /// What an audit establishes; without one, nothing can be claimed.
    #[must_use]
    pub fn of(audit: Option<&AccessibilityAudit>) -> Conformity {
        match audit {
            Some(audit) if audit.applicable() > 0 => {
                let (met, failed) = (audit.count(Judgement::Met), audit.count(Judgement::NotMet));
                match failed {
                    0 => Conformity::Full,
                    _ if met >= failed => Conformity::Partial,
                    _ => Conformity::None,
                }
            }
            _ => Conformity::None,
        }
    }
}

/// What the demonstration shows at `/demonstration`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demonstration {
    /// Invented people one may vote as.
    pub accounts: Vec<SampleAccount>,
    /// Invented people of the staff.
    pub staff: Vec<SampleStaff>,
    /// Commands to type next, in order: what it does (in both languages) and the command.
    pub commands: Vec<SampleCommand>,
}

/// An invented voter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleAccount {
    /// Given name and family name.
    pub name: String,
    /// Address to sign in with.
    pub email: String,
    /// Password, when the account is already activated.
    pub password: Option<String>,
    /// What the paper notice would carry; a real portal never knows it.
    pub code: Option<String>,
}

/// An invented member of the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleStaff {
    /// Given name and family name.
    pub name: String,
    /// What they may do.
    pub roles: isoloir_domain::Roles,
    /// Address to sign in with.
    pub email: String,
    /// Password.
    pub password: String,
    /// Secret of the authenticator in base32: the page makes the codes from it, which no real portal does.
    pub secret: String,
}

/// A command of the demonstration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleCommand {
    /// What it does, in French.
    pub fr: String,
    /// What it does, in English.
    pub en: String,
    /// What to type.
    pub command: String,
}

/// Everything the operator decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalConfig {
    /// Where browsers reach this portal.
    pub origin: Origin,
    /// Where browsers reach the registrar.
    pub registrar_origin: Origin,
    /// The registrar's Ed25519 public key, by which the booth checks admissions.
    pub registrar_key: [u8; 32],
    /// Set in the demonstration only: banner on every page, sample accounts, inbox.
    pub demonstration: Option<Demonstration>,
    /// Help desk.
    pub contact: Contact,
    /// Where the source code is published.
    pub source_url: Option<String>,
    /// Last accessibility audit, if one took place.
    pub accessibility: Option<AccessibilityAudit>,
    /// Who hosts the service, for the legal notice.
    pub host: Option<String>,
    /// How often a network may try, and which proxies tell the truth about it.
    pub limits: LimitsConfig,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conformity_is_never_claimed_without_an_audit() {
        let audit = |met: usize, applicable: usize| {
            let criterion = |rank: usize| Criterion {
                number: format!("1.{rank}"),
                result: if rank < met { Judgement::Met } else { Judgement::NotMet },
                note: String::new(),
            };
            let exempt = Criterion {
                result: Judgement::NotApplicable,
                ..criterion(applicable)
            };
            AccessibilityAudit {
                auditor: "A".into(),
                date: "2\u{a0}novembre 2026".into(),
                tools: Vec::new(),
                pages: Vec::new(),
                criteria: (0..applicable).map(criterion).chain([exempt]).collect(),
            }
        };
        assert_eq!(Conformity::of(None), Conformity::None);
        assert_eq!(Conformity::of(Some(&audit(0, 0))), Conformity::None);
        assert_eq!(Conformity::of(Some(&audit(98, 98))), Conformity::Full);
        assert_eq!(Conformity::of(Some(&audit(49, 98))), Conformity::Partial);
        assert_eq!(Conformity::of(Some(&audit(48, 98))), Conformity::None);
    }

    #[test]
    fn an_origin_cannot_smuggle_anything_into_a_header() {
        assert!("https://vote.example.fr".parse::<Origin>().is_ok());
        assert!("http://127.0.0.1:8081".parse::<Origin>().is_ok());
        for wrong in [
            "ftp://x",
            "https://",
            "https://a/",
            "https://a b",
            "https://a; script-src *",
            "https://user@a",
            "a.fr",
        ] {
            assert_eq!(wrong.parse::<Origin>(), Err(NotAnOrigin), "{wrong}");
        }
    }
}
