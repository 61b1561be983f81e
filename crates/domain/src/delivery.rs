//! Messages on their way (*acheminement*): by which channel, and what has become of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Channel (*canal*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Electronic mail (*courriel*).
    Mail,
    /// Text message (*SMS*).
    Sms,
}

/// What has become of a message (*état d'acheminement*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// With us: not tried yet, or to be tried again.
    Queued,
    /// With the SMS gateway, which could not reach the operator yet.
    Held,
    /// Accepted by the mail relay, or by the telephone operator. For a mail, all that is known unless it bounces.
    Sent,
    /// Reached the telephone.
    Delivered,
    /// Refused for good.
    Failed,
    /// Too old to be of use: it was not sent any more.
    Expired,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Mail, Self::Sms];

    /// Its stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
        }
    }
}

impl Status {
    /// All of them, in the order of a message's life.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Held,
        Self::Sent,
        Self::Delivered,
        Self::Failed,
        Self::Expired,
    ];

    /// Its stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Held => "held",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// Whether the message still waits, here or at the gateway.
    #[must_use]
    pub fn waits(self) -> bool {
        matches!(self, Self::Queued | Self::Held)
    }
}

/// The text names no channel or status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such channel or status")]
pub struct UnknownName;

impl FromStr for Channel {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|c| c.as_str() == text).ok_or(UnknownName)
    }
}

impl FromStr for Status {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(UnknownName)
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
