//! Files that pass from one domain of trust to another, by hand: JSON that a person can read.
//!
//! Voting server → registrar: [`Entitlements`], who may vote where: a line on the elections, then a line per voter, place by place, so that
//! a million of them need not be held at once. Registrar → voting server: [`PublicCredentials`], one list per election, in an order that
//! says nothing of the voters.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Lines, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use isoloir_domain::reissue::ReissuePolicy;
use isoloir_domain::{Delivery, ElectionId, Language, VoterId};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Who may vote where (*droits de vote*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entitlements {
    /// The protocol's group of all elections of this file.
    pub group: String,
    /// The consultation, for the registrar's pages and messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consultation: Option<EntitledConsultation>,
    /// The elections.
    pub elections: Vec<EntitledElection>,
    /// The voters, each in one election at least: lines of their own in a file.
    #[serde(skip)]
    pub voters: Vec<EntitledVoter>,
}

impl Entitlements {
    /// Reads the first line of a file; the voters follow, one by one.
    pub(crate) fn open(path: &Path) -> anyhow::Result<(Self, EntitledVoters)> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut lines = BufReader::new(file).lines();
        let first = lines
            .next()
            .with_context(|| format!("{} is empty", path.display()))?
            .with_context(|| format!("cannot read {}", path.display()))?;
        let head = serde_json::from_str(&first)
            .with_context(|| format!("{} is not a file of entitlements", path.display()))?;
        let path = path.to_path_buf();
        Ok((head, EntitledVoters { lines, line: 1, path }))
    }

    /// Writes the first line of a file.
    pub(crate) fn write_head(&self, file: &mut impl Write) -> anyhow::Result<()> {
        serde_json::to_writer(&mut *file, self)?;
        Ok(file.write_all(b"\n")?)
    }
}

/// The voters of a file of entitlements, in its order.
pub(crate) struct EntitledVoters {
    lines: Lines<BufReader<File>>,
    line: u64,
    path: PathBuf,
}

impl Iterator for EntitledVoters {
    type Item = anyhow::Result<EntitledVoter>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        self.line = self.line.saturating_add(1);
        let read = line.map_err(anyhow::Error::from).and_then(|line| {
            let voter = serde_json::from_str(&line)?;
            Ok(voter)
        });
        Some(read.with_context(|| format!("{}, line {}", self.path.display(), self.line)))
    }
}

/// The consultation that voters see in the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitledConsultation {
    /// Title.
    pub title: String,
    /// Who organises it.
    pub organiser: String,
    /// When the vote opens.
    pub opens: Timestamp,
    /// When it closes.
    pub closes: Timestamp,
    /// How a lost code is replaced.
    #[serde(default)]
    pub reissue: ReissuePolicy,
}

/// One election.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitledElection {
    /// Identifier.
    pub id: ElectionId,
    /// Title, for the notice and for the people who compare the files.
    pub title: String,
    /// Title of its consultation.
    pub consultation: String,
    /// Who organises it.
    pub organiser: String,
    /// When the vote opens.
    pub opens: Timestamp,
    /// When it closes.
    pub closes: Timestamp,
}

/// One voter. Name and delivery are for the notice only; number, address and language are for the reissue too.
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
    /// The address that identifies the account: told of a new code, and never sent a link to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Code of the language that the voter chose, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where the notice goes.
    #[serde(default)]
    pub delivery: Delivery,
}

impl EntitledVoter {
    /// As the voting server knows the voter.
    pub(crate) fn new(known: isoloir_service::EntitledVoter) -> Self {
        let voter = known.voter;
        Self {
            id: voter.id,
            number: voter.number,
            last_name: voter.last_name,
            first_name: voter.first_name,
            elections: known.elections,
            email: voter.email,
            language: voter.language.map(|language| language.code().to_owned()),
            delivery: known.delivery,
        }
    }

    /// Language of the notice; French unless the voter chose another.
    pub(crate) fn language(&self) -> Language {
        let chosen = self.language.as_deref().and_then(Language::from_code);
        chosen.unwrap_or_default()
    }

    /// Writes the voter's line.
    pub(crate) fn write(&self, file: &mut impl Write) -> anyhow::Result<()> {
        serde_json::to_writer(&mut *file, self)?;
        Ok(file.write_all(b"\n")?)
    }
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
