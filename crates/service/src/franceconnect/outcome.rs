//! How a visit ended, for the page that follows. It is kept for a few minutes under the browser's cookie, and names nobody.

use isoloir_domain::Message;
use isoloir_identity::IdentityError;
use serde::{Deserialize, Serialize};

use super::Purpose;
use super::depart::read_cookie;
use crate::activate_account::token_hash;
use crate::{Fault, VotingServer};

/// How a visit ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Identified, and the link is on its way to the provider's address.
    Sent {
        /// For how many minutes it is good.
        minutes: i64,
        /// Whether the browser is led to the provider's sign-out.
        signed_out: bool,
    },
    /// The person did not want to, at the provider.
    Declined,
    /// No voter, several, or another than the one of the session: one answer for all.
    NotRecognised,
    /// The provider knows no mail address of the person.
    NoMailbox,
    /// The session in which the visit began is over.
    SessionEnded,
    /// The provider does not answer any more.
    ProviderSilent,
    /// The person came back too late: the provider's code is no longer good.
    TooLate,
    /// Identified less surely than is asked.
    LevelTooLow,
    /// What the provider says cannot be believed, or makes no sense.
    NotBelieved,
    /// The rules of the reissue refuse, in their own words.
    Refused(Message),
    /// This browser has no visit, or it is too old, or its state serves a second time.
    Lost,
}

impl From<IdentityError> for Outcome {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Unreachable => Self::ProviderSilent,
            IdentityError::CodeRefused => Self::TooLate,
            IdentityError::Level => Self::LevelTooLow,
            _ => Self::NotBelieved,
        }
    }
}

/// A visit that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// What it was for; unknown for one that is lost.
    pub purpose: Option<Purpose>,
    /// How.
    pub outcome: Outcome,
}

impl VotingServer {
    /// How the latest visit of the browser with this cookie ended.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn visit_ended(&self, cookie: Option<&str>) -> Result<Ended, Fault> {
        let lost = Ended {
            purpose: None,
            outcome: Outcome::Lost,
        };
        let Some(cookie) = cookie else { return Ok(lost) };
        let now = self.inner.clock.now();
        let Some((purpose, outcome)) = self
            .inner
            .store
            .outcome(&token_hash(read_cookie(cookie).0), now)
            .await?
        else {
            return Ok(lost);
        };
        let outcome = serde_json::from_str(&outcome).map_err(|_| Fault::Damaged("the outcome of a visit"))?;
        Ok(Ended {
            purpose: Purpose::from_code(&purpose),
            outcome,
        })
    }
}
