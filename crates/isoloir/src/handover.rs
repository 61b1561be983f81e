//! Files that pass from one domain of trust to another, by hand: small JSON documents that a person can read.
//!
//! Voting server → registrar: [`Entitlements`], who may vote where. Registrar → voting server: [`PublicCredentials`], one list per
//! election, in an order that says nothing of the voters.

use std::path::Path;

use anyhow::Context;
use isoloir_domain::{ElectionId, VoterId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Who may vote where (*droits de vote*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entitlements {
    /// The protocol's group of all elections of this file.
    pub group: String,
    /// The elections.
    pub elections: Vec<EntitledElection>,
    /// The voters, each in one election at least.
    pub voters: Vec<EntitledVoter>,
}

/// One election.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitledElection {
    /// Identifier.
    pub id: ElectionId,
    /// Title, for the people who compare the files.
    pub title: String,
}

/// One voter. Number and name are for the notice only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitledVoter {
    /// Identifier.
    pub id: VoterId,
    /// Staff number (*matricule*).
    pub number: String,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Elections on whose roll the voter is.
    pub elections: Vec<ElectionId>,
}

/// The public credentials of one election, one per voter of its roll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicCredentials {
    /// Election.
    pub election: ElectionId,
    /// The protocol's text of each, sorted.
    pub credentials: Vec<String>,
}

/// Reads a handed-over file.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is not the file expected here", path.display()))
}
