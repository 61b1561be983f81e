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
}
