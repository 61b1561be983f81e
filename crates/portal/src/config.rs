//! What the operator decides about the portal.

use isoloir_domain::Origin;
use isoloir_theme::layout::{Conformity, Contact};
use serde::Deserialize;

use crate::limits::LimitsConfig;

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

/// State of conformity that an audit establishes; without one, nothing can be claimed.
#[must_use]
pub fn conformity(audit: Option<&AccessibilityAudit>) -> Conformity {
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

/// What the demonstration shows at `/demonstration`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demonstration {
    /// Invented people one may vote as.
    pub accounts: Vec<SampleAccount>,
    /// Invented people of the staff.
    pub staff: Vec<SampleStaff>,
    /// Key files of the board's members, which nobody but them has in a real election.
    pub keys: Vec<SampleKey>,
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
    /// The NUMEN that the registrar knows of; empty when none is.
    pub numen: String,
}

/// The key file of an invented member of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleKey {
    /// Given name and family name.
    pub name: String,
    /// Name of the file.
    pub file: String,
    /// What it holds.
    pub contents: Vec<u8>,
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
        assert_eq!(conformity(None), Conformity::None);
        assert_eq!(conformity(Some(&audit(0, 0))), Conformity::None);
        assert_eq!(conformity(Some(&audit(98, 98))), Conformity::Full);
        assert_eq!(conformity(Some(&audit(49, 98))), Conformity::Partial);
        assert_eq!(conformity(Some(&audit(48, 98))), Conformity::None);
    }
}
