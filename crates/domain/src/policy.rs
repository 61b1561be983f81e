//! What the organiser decides about the portal (*règles du portail*): `[policy]` in `consultation.toml`, one section per subject.

use serde::{Deserialize, Serialize};

use crate::publication::{CandidatesPolicy, ComplaintsPolicy, PrivacyPolicy, RollPolicy};

/// The organiser's decisions. Every section may be left out; what is then true stands at its type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Publication of the rolls.
    pub roll: RollPolicy,
    /// Publication of the candidate lists.
    pub candidates: CandidatesPolicy,
    /// Complaints.
    pub complaints: ComplaintsPolicy,
    /// Personal data.
    pub privacy: PrivacyPolicy,
    /// When a captcha stands before a form.
    pub captcha: CaptchaPolicy,
}

/// When a captcha is asked for (*captcha*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptchaWhen {
    /// Never: the limits per account and per network stand alone.
    Never,
    /// After failures for the same account, or when the network has many of them.
    AfterFailures,
    /// Each time.
    Always,
}

/// Where a captcha stands, form by form: `[policy.captcha]`. A voter who is signed in never meets one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaptchaPolicy {
    /// Sign-in.
    pub sign_in: CaptchaWhen,
    /// Activation by the code of a letter. A link of 256 random bits needs none.
    pub activation: CaptchaWhen,
    /// Forgotten password.
    pub password_reset: CaptchaWhen,
    /// A request to the help desk by somebody who is not signed in.
    pub assistance: CaptchaWhen,
    /// A complaint by somebody whom the roll does not name.
    pub complaint: CaptchaWhen,
}

impl Default for CaptchaPolicy {
    fn default() -> CaptchaPolicy {
        CaptchaPolicy {
            sign_in: CaptchaWhen::AfterFailures,
            activation: CaptchaWhen::AfterFailures,
            password_reset: CaptchaWhen::Always,
            assistance: CaptchaWhen::Always,
            complaint: CaptchaWhen::Always,
        }
    }
}
