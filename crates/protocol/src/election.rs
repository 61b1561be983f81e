//! The election (scrutin): its public description, on whose exact bytes every proof depends.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    credential::ElectionUuid,
    group::{ElementError, Group, GroupName},
    hash,
    json::{self, JsonError},
    question::Question,
};

/// An election's public description, field by field (specification, "Elections").
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElectionParams {
    version: Version,
    /// Description.
    pub description: String,
    /// Title.
    pub name: String,
    /// The group of ballots and keys.
    pub group: GroupName,
    /// The trustees' common public key, as the group writes elements.
    pub public_key: String,
    /// Questions.
    pub questions: Vec<Question>,
    /// Identifier.
    pub uuid: ElectionUuid,
    /// Who set the election up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub administrator: Option<String>,
    /// Who made the credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_authority: Option<String>,
}

/// Crypto v1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl TryFrom<u32> for Version {
    type Error = &'static str;

    fn try_from(version: u32) -> Result<Self, &'static str> {
        if version == 1 {
            Ok(Self)
        } else {
            Err("unknown version of the protocol")
        }
    }
}

impl From<Version> for u32 {
    fn from(_: Version) -> Self {
        1
    }
}

impl ElectionParams {
    /// The description of an election without title and texts, which the caller fills in.
    #[must_use]
    pub const fn new(uuid: ElectionUuid, group: GroupName, public_key: String, questions: Vec<Question>) -> Self {
        Self {
            version: Version,
            description: String::new(),
            name: String::new(),
            group,
            public_key,
            questions,
            uuid,
            administrator: None,
            credential_authority: None,
        }
    }

    /// The canonical JSON: what [`Election::parse`] reads.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self)
    }
}

/// An election (scrutin) in the group `G`. Cheap to clone.
#[derive(Clone)]
pub struct Election<G: Group>(Arc<Inner<G>>);

struct Inner<G: Group> {
    bytes: Vec<u8>,
    fingerprint: String,
    params: ElectionParams,
    public_key: G::Element,
    key_table: G::Table,
}

impl<G: Group> Election<G> {
    /// Reads the canonical JSON.
    ///
    /// # Errors
    /// [`ElectionError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ElectionError> {
        Self::from_params(json::parse(bytes)?, bytes)
    }

    /// `bytes` must be the text that `params` were read from.
    pub(crate) fn from_params(params: ElectionParams, bytes: &[u8]) -> Result<Self, ElectionError> {
        if params.group != G::NAME {
            return Err(ElectionError::OtherGroup(params.group));
        }
        if params.questions.is_empty() {
            return Err(ElectionError::NoQuestion);
        }
        let public_key = G::parse(&params.public_key)?;
        if public_key == G::identity() {
            return Err(ElectionError::TrivialKey);
        }
        let key_table = G::table(&public_key);
        let fingerprint = hash::sha256_base64(bytes);
        Ok(Self(Arc::new(Inner {
            bytes: bytes.to_vec(),
            fingerprint,
            params,
            public_key,
            key_table,
        })))
    }

    /// The exact text.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// Unpadded base64 of the SHA-256 of the text.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.0.fingerprint
    }

    /// Identifier.
    #[must_use]
    pub fn uuid(&self) -> &ElectionUuid {
        &self.0.params.uuid
    }

    /// Every field.
    #[must_use]
    pub fn params(&self) -> &ElectionParams {
        &self.0.params
    }

    /// Questions.
    #[must_use]
    pub fn questions(&self) -> &[Question] {
        &self.0.params.questions
    }

    /// `y`, the trustees' common public key.
    #[must_use]
    pub fn public_key(&self) -> &G::Element {
        &self.0.public_key
    }

    /// Powers of `y`.
    #[must_use]
    pub fn key_table(&self) -> &G::Table {
        &self.0.key_table
    }
}

/// Why bytes are not an election.
#[derive(Debug, thiserror::Error)]
pub enum ElectionError {
    /// Not canonical JSON of an election of crypto v1.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// An election in another group than the one expected.
    #[error("the election is in the group {0}")]
    OtherGroup(GroupName),
    /// Nothing to vote on.
    #[error("the election has no question")]
    NoQuestion,
    /// The public key is not in the group.
    #[error("the election's public key: {0}")]
    PublicKey(#[from] ElementError),
    /// Under the neutral element as a key, ballots would be readable by all.
    #[error("the election's public key is the neutral element")]
    TrivialKey,
}
