//! Reissue of a voting code (*réassort*): what the organiser's policy asks, and what the voting server and the registrar tell each other.
//!
//! The voting server checks the factors that it knows (session, challenge answer, FranceConnect) and says so in a signed [`ReissueOrder`]. The
//! registrar has its own copy of the policy, checks the factors that only it knows (NUMEN, digits of the social-security number), and
//! alone sends the link and makes the code: no order, however signed, obtains a code by itself.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::consultation::Calendar;
use crate::delivery::{Channel, Status};
use crate::ids::{SessionId, VoterId};
use crate::message::Language;
use crate::token::{self, Payload, TokenError};

/// A way to ask for a new code (*mode de récupération*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReissuePath {
    /// The challenge question (*question défi*).
    Challenge,
    /// FranceConnect, or another identity provider configured like it.
    FranceConnect,
}

/// What can be shown to prove who asks (*facteur*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A session of the portal: the password. Known to the voting server.
    Session,
    /// The secret answer to the challenge question. Known to the voting server.
    Challenge,
    /// The NUMEN, 13 characters given by the administration. Known to the registrar.
    Numen,
    /// The first ten digits of the social-security number. Known to the registrar.
    NirDigits,
    /// An identity vouched for by FranceConnect, equal to that of exactly one voter. Known to the voting server.
    FranceConnect,
    /// Names, date and place of birth. Never enough: CE, 26 January 2021, n° 437989.
    CivilStatus,
}

/// Where the link of a reissue may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// A personal telephone that the voter types.
    PersonalPhone,
    /// A personal mailbox that the voter types, other than the one that identifies the account.
    PersonalMail,
    /// The mailbox that FranceConnect vouches for.
    FranceConnectMail,
    /// The mailbox that identifies the account. A linter refuses it.
    PortalMail,
}

impl Destination {
    /// The channel that leads there.
    #[must_use]
    pub fn channel(self) -> Channel {
        match self {
            Self::PersonalPhone => Channel::Sms,
            Self::PersonalMail | Self::FranceConnectMail | Self::PortalMail => Channel::Mail,
        }
    }
}

/// One open path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathRule {
    /// Which.
    pub path: ReissuePath,
    /// All of these are asked; of each, any one will do: `[["session"], ["challenge"], ["numen", "nir_digits"]]`.
    pub factors: Vec<Vec<Factor>>,
    /// Where the link may go, in the order shown.
    pub destinations: Vec<Destination>,
}

impl PathRule {
    /// Whether `proven` satisfies every line.
    #[must_use]
    pub fn satisfied_by(&self, proven: &BTreeSet<Factor>) -> bool {
        !self.factors.is_empty()
            && self
                .factors
                .iter()
                .all(|line| line.iter().any(|factor| proven.contains(factor)))
    }
}

/// `[policy.reissue]`: how a voter who lost the code gets another (*règles du réassort*). Closed unless a path is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReissuePolicy {
    /// The open paths, in the order shown. None: codes are reissued by the registrar's own command only.
    pub paths: Vec<PathRule>,
    /// From when; the opening of the vote unless said otherwise.
    pub opens: Option<Timestamp>,
    /// Until when; the closing of the vote unless said otherwise.
    pub closes: Option<Timestamp>,
    /// Codes that one voter may have made at most.
    pub per_voter: u16,
    /// Hours for which a link is good.
    pub link_hours: u16,
    /// Whether the NUMEN opens the professional mailbox (it is its first password in places), so that the two are one factor.
    pub numen_opens_mailbox: bool,
}

impl Default for ReissuePolicy {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            opens: None,
            closes: None,
            per_voter: 3,
            link_hours: 24,
            numen_opens_mailbox: true,
        }
    }
}

impl ReissuePolicy {
    /// From when until when codes are reissued: the vote's own opening and closing, unless the policy says otherwise.
    #[must_use]
    pub fn window(&self, calendar: &Calendar) -> (Timestamp, Timestamp) {
        (
            self.opens.unwrap_or(calendar.opens()),
            self.closes.unwrap_or(calendar.closes()),
        )
    }

    /// The rule of an open path.
    #[must_use]
    pub fn rule(&self, path: ReissuePath) -> Option<&PathRule> {
        self.paths.iter().find(|rule| rule.path == path)
    }
}

/// How long an order is good: it passes from server to server at once, and clocks may differ a little.
pub const ORDER_SECONDS: i64 = 120;
/// By how much the clock of the voting server may be ahead of the registrar's.
pub const SKEW_SECONDS: i64 = 60;

/// The voting server vouches: this session's voter showed these factors and asks for a new code (*demande de réassort*).
///
/// It goes from server to server, never through a browser. It names the registrar that it is for, and serves once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReissueOrder {
    v: u8,
    /// Drawn for this request; the registrar takes each once.
    pub id: Uuid,
    /// Origin of the registrar, for instance `https://codes.example.fr`.
    pub audience: String,
    /// The session that asks.
    pub session: SessionId,
    /// Its voter.
    pub voter: VoterId,
    /// By which path.
    pub path: ReissuePath,
    /// What the voting server has checked.
    pub proven: BTreeSet<Factor>,
    issued: i64,
}

impl Payload for ReissueOrder {
    const PREFIX: &'static str = "isoloir/reissue/v1|";
}

impl ReissueOrder {
    /// An order made now.
    #[must_use]
    pub fn new(
        id: Uuid,
        audience: &str,
        (session, voter): (SessionId, VoterId),
        path: ReissuePath,
        proven: BTreeSet<Factor>,
        now: Timestamp,
    ) -> Self {
        Self {
            v: 1,
            id,
            audience: audience.to_owned(),
            session,
            voter,
            path,
            proven,
            issued: now.as_second(),
        }
    }

    /// Reads an order made for `audience` by the voting server that owns `key`, good at `now`.
    ///
    /// # Errors
    /// As [`token::verify`]; [`TokenError::Forged`] for another registrar's; [`TokenError::Expired`] before or after its time.
    pub fn verify(
        text: &str,
        key: &ed25519_dalek::VerifyingKey,
        audience: &str,
        now: Timestamp,
    ) -> Result<Self, TokenError> {
        let order: Self = token::verify(text, key)?;
        if order.v != 1 {
            return Err(TokenError::Malformed);
        }
        if order.audience != audience {
            return Err(TokenError::Forged);
        }
        let age = now.as_second().saturating_sub(order.issued);
        if (-SKEW_SECONDS..=ORDER_SECONDS).contains(&age) {
            Ok(order)
        } else {
            Err(TokenError::Expired)
        }
    }
}

/// `POST {registrar}/reissues`: an order, and what only the registrar may check or keep.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReissueRequest {
    /// The signed [`ReissueOrder`].
    pub order: String,
    /// NUMEN or first ten digits of the social-security number, as typed, when the path asks for one.
    pub identifier: Option<String>,
    /// Where the link goes.
    pub destination: Destination,
    /// Telephone number or address, as typed. `None` where the pending link is to be sent again to where it went.
    pub contact: Option<String>,
    /// Language of the message: `fr` or `en`.
    pub language: String,
}

impl ReissueRequest {
    /// Language of the message; French unless it is one we know.
    #[must_use]
    pub fn language(&self) -> Language {
        Language::from_code(&self.language).unwrap_or_default()
    }
}

/// What the registrar says of a voter's link, and the page shows: never the link, never the contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkState {
    /// By which channel.
    pub channel: Channel,
    /// What has become of the message.
    pub status: Status,
    /// Until when the link is good, in seconds since 1970.
    pub expires: i64,
    /// Whether the link was pending already, and this is the same one sent again.
    pub again: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;

    const REGISTRAR: &str = "https://codes.example.fr";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn order(now: Timestamp) -> ReissueOrder {
        let who = (
            "00000000-0000-0000-0000-000000000001".parse().unwrap(),
            "00000000-0000-0000-0000-000000000002".parse().unwrap(),
        );
        let proven = [Factor::Session, Factor::Challenge].into();
        ReissueOrder::new(Uuid::nil(), REGISTRAR, who, ReissuePath::Challenge, proven, now)
    }

    #[test]
    fn an_order_is_for_one_registrar_and_for_two_minutes() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let text = token::sign(&order(at(1_000)), &key).unwrap();
        let read = |audience, second| ReissueOrder::verify(&text, &key.verifying_key(), audience, at(second));
        assert_eq!(read(REGISTRAR, 1_000).unwrap(), order(at(1_000)));
        assert_eq!(read("https://other.example.fr", 1_000), Err(TokenError::Forged));
        assert!(read(REGISTRAR, 1_000 + ORDER_SECONDS).is_ok());
        assert_eq!(read(REGISTRAR, 1_001 + ORDER_SECONDS), Err(TokenError::Expired));
        assert!(read(REGISTRAR, 1_000 - SKEW_SECONDS).is_ok(), "clocks differ");
        assert_eq!(read(REGISTRAR, 999 - SKEW_SECONDS), Err(TokenError::Expired));
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert_eq!(
            ReissueOrder::verify(&text, &other, REGISTRAR, at(1_000)),
            Err(TokenError::Forged)
        );
    }

    #[test]
    fn a_path_needs_one_factor_of_every_line() {
        let rule = PathRule {
            path: ReissuePath::Challenge,
            factors: vec![
                vec![Factor::Session],
                vec![Factor::Challenge],
                vec![Factor::Numen, Factor::NirDigits],
            ],
            destinations: vec![Destination::PersonalPhone],
        };
        let with = |factors: &[Factor]| rule.satisfied_by(&factors.iter().copied().collect());
        assert!(with(&[Factor::Session, Factor::Challenge, Factor::NirDigits]));
        assert!(!with(&[Factor::Session, Factor::Numen, Factor::NirDigits]));
        let nothing = PathRule {
            factors: Vec::new(),
            ..rule.clone()
        };
        assert!(
            !nothing.satisfied_by(&BTreeSet::new()),
            "a path without factors opens to nobody"
        );
    }
}
