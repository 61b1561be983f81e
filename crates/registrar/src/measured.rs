//! What is counted of the registrar while it works, for who watches it (docs/adr/0026). A label is a word of this program, never of anybody's.

use isoloir_domain::message::Refusal as _;
use isoloir_domain::reissue::LinkState;
use metrics::counter;

use crate::ask_reissue::AskError;
use crate::unlock::{UnlockError, UnlockedCredential};

/// Voting codes that were brought, by outcome.
pub const UNLOCKS: &str = "isoloir_unlocks_total";
/// Links to a new code that the voting server asked for, by outcome.
pub const REISSUES: &str = "isoloir_reissues_total";
/// Codes made by such links.
pub const CODES_REISSUED: &str = "isoloir_codes_reissued_total";
/// Reissued codes that their voter contested.
pub const CODES_CONTESTED: &str = "isoloir_codes_contested_total";
/// The outcome that is no refusal.
pub const ACCEPTED: &str = "accepted";

pub(crate) fn unlocked(outcome: &Result<Vec<UnlockedCredential>, UnlockError>) {
    let outcome = outcome.as_ref().map_or_else(UnlockError::code, |_| ACCEPTED);
    counter!(UNLOCKS, "outcome" => outcome).increment(1);
}

pub(crate) fn asked(outcome: &Result<LinkState, AskError>) {
    let outcome = outcome.as_ref().map_or_else(|error| error.code(), |_| ACCEPTED);
    counter!(REISSUES, "outcome" => outcome).increment(1);
}

pub(crate) fn code_reissued() {
    counter!(CODES_REISSUED).increment(1);
}

pub(crate) fn code_contested() {
    counter!(CODES_CONTESTED).increment(1);
}
