//! What watchers tell each other (*déclarations*): the heads and scripts that each has seen, signed with its own key.
//!
//! A statement is a small JSON file, to be mailed, published on a union's site or read out. Two honest watchers of an honest server
//! agree; a server that shows different boxes or scripts to different people is found when their statements meet.

use std::collections::BTreeMap;

use anyhow::Context as _;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use isoloir_domain::ElectionId;
use isoloir_domain::ballot_box::SignedHead;
use serde::{Deserialize, Serialize};

use super::alarm::{Alarm, AlarmKind};
use super::memory::Seen;
use super::source::is_signed;

/// A watcher's own key.
pub struct Watcher(SigningKey);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    /// Public key of the watcher, in hexadecimal.
    watcher: String,
    /// The portal.
    portal: String,
    /// When, in seconds since 1970.
    at: i64,
    /// The server's key as this watcher knows it.
    key: Option<String>,
    /// The latest signed head of each box.
    heads: BTreeMap<ElectionId, SignedHead>,
    /// SHA-256 of each file that pages load.
    assets: BTreeMap<String, String>,
}

/// A signed statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    statement: Content,
    /// Ed25519 over `isoloir/watch/v1|` and the canonical JSON of the content.
    signature: String,
}

impl Watcher {
    /// With this key.
    #[must_use]
    pub fn new(key: SigningKey) -> Self {
        Self(key)
    }

    /// States what was seen of a portal.
    ///
    /// # Errors
    /// None that occurs.
    pub fn state(&self, portal: &str, seen: &Seen, at: i64) -> anyhow::Result<Statement> {
        let heads = seen.elections.iter();
        let statement = Content {
            watcher: hex::encode(self.0.verifying_key().as_bytes()),
            portal: portal.to_owned(),
            at,
            key: seen.key.clone(),
            heads: heads
                .filter_map(|(id, seen)| Some((id.clone(), seen.head.clone()?)))
                .collect(),
            assets: seen.assets.clone(),
        };
        let signature = hex::encode(self.0.sign(&signed_text(&statement)?).to_bytes());
        Ok(Statement { statement, signature })
    }
}

fn signed_text(content: &Content) -> anyhow::Result<Vec<u8>> {
    let mut text = b"isoloir/watch/v1|".to_vec();
    text.extend(serde_json::to_vec(content)?);
    Ok(text)
}

impl Statement {
    /// Reads a statement.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        serde_json::from_slice(bytes).context("not the statement of a watcher")
    }

    /// The signed heads it tells of.
    pub fn heads(&self) -> impl Iterator<Item = &SignedHead> {
        self.statement.heads.values()
    }

    /// The portal it is about.
    #[must_use]
    pub fn portal(&self) -> &str {
        &self.statement.portal
    }

    /// Whether the watcher that it names signed it.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        let key = hex::decode(&self.statement.watcher)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .and_then(|bytes: [u8; 32]| VerifyingKey::from_bytes(&bytes).ok());
        let signature = hex::decode(&self.signature)
            .ok()
            .and_then(|bytes| Signature::from_slice(&bytes).ok());
        match (key, signature, signed_text(&self.statement)) {
            (Some(key), Some(signature), Ok(text)) => key.verify_strict(&text, &signature).is_ok(),
            _ => false,
        }
    }

    /// Compares with what was seen here. Heads that the server really signed are taken into the memory: the box, once public, must hold them
    /// too, whoever they were shown to.
    pub fn compare(&self, seen: &mut Seen) -> Vec<Alarm> {
        let Content {
            watcher,
            portal,
            key,
            heads,
            assets,
            ..
        } = &self.statement;
        if !self.is_signed() {
            return vec![Alarm::new(AlarmKind::StatementForged, portal, watcher, "signature")];
        }
        let mut alarms = Vec::new();
        if let (Some(theirs), Some(ours)) = (key, &seen.key)
            && theirs != ours
        {
            alarms.push(Alarm::new(AlarmKind::KeyChanged, portal, watcher, theirs));
        }
        for (name, theirs) in assets {
            if let Some(ours) = seen.assets.get(name)
                && ours != theirs
            {
                let detail = format!("watcher {watcher} was served sha256 {theirs}, we {ours}");
                alarms.push(Alarm::new(AlarmKind::ScriptChanged, portal, name, detail));
            }
        }
        let server = seen
            .key
            .as_ref()
            .and_then(|key| hex::decode(key).ok())
            .and_then(|bytes| bytes.try_into().ok())
            .and_then(|bytes: [u8; 32]| VerifyingKey::from_bytes(&bytes).ok());
        for (id, head) in heads {
            match server {
                Some(server) if is_signed(head, id, &server) => {
                    let seen = seen.elections.entry(id.clone()).or_default();
                    seen.unconfirmed
                        .entry(head.event.clone())
                        .or_insert_with(|| head.clone());
                }
                // Without the server's key nothing can be said of its signatures yet.
                None => {}
                Some(_) => alarms.push(Alarm::new(AlarmKind::HeadForged, portal, id, &head.event)),
            }
        }
        alarms
    }
}
