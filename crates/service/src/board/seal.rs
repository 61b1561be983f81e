//! The seal (*scellement*): one digest over everything that must not change any more, and the check that it still says what is there.
//!
//! A statement names each part with its own digest, so that a difference says where it lies. docs/protocol/board.md has its form.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use isoloir_domain::board_deed::Act;
use isoloir_domain::{Election, ElectionId, Voter, VoterId};
use isoloir_protocol::archive::{EventKind, PayloadHash, event};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::state::{ActState, BoardState};
use super::{BoardError, Sitting};
use crate::board_counts::BoardCounts;
use crate::{Fault, VotingServer};

/// The running program, as the binary measured itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Version.
    pub version: String,
    /// SHA-256 of the executable file, in hexadecimal.
    pub program: String,
    /// SHA-256 of the list of the scripts and styles that it serves, with their integrity hashes.
    pub assets: String,
}

/// What is sealed, part by part: SHA-256 in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// `isoloir/seal/v1`.
    form: String,
    /// The board's key.
    board: String,
    /// Program and assets.
    build: Build,
    /// Consultation, elections and composition of the board.
    configuration: String,
    /// The board's public keys.
    keys: String,
    /// Of each election: roll, lists, credentials, setup, empty box.
    elections: BTreeMap<ElectionId, SealedElection>,
    /// What the rehearsal has shown; absent from the statement that a rehearsal is played on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rehearsal: Option<String>,
}

/// What is sealed of one election.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealedElection {
    roll: String,
    lists: String,
    credentials: String,
    setup: String,
    /// Head of the box that holds nothing but the setup.
    empty_box: String,
}

/// Whether the database is read for a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Anew,
    /// Not again where no roll has moved since: of a ministry this takes longer than anybody waits for a page. Whoever changes the database by another way
    /// than this program's is found by the check and by the act, which read anew.
    AsKept,
}

/// What was last read of an election whose box is set up; lists and setup do not change any more.
pub(crate) struct KeptPart {
    /// How often the rolls had moved.
    rolls: u64,
    /// The board's keys, by digest.
    keys: String,
    part: SealedElection,
}

impl SealedElection {
    fn parts(&self) -> [(&'static str, &str); 5] {
        [
            ("roll", &self.roll),
            ("lists", &self.lists),
            ("credentials", &self.credentials),
            ("setup", &self.setup),
            ("empty_box", &self.empty_box),
        ]
    }
}

impl Statement {
    /// Its text.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// SHA-256 of the text, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(self.text().as_bytes()))
    }

    /// The parts in which another statement differs.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let mut parts = Vec::new();
        let mut compare = |part: String, same: bool| {
            if !same {
                parts.push(part);
            }
        };
        compare("program".to_owned(), self.build.program == other.build.program);
        compare("assets".to_owned(), self.build.assets == other.build.assets);
        compare("version".to_owned(), self.build.version == other.build.version);
        compare("configuration".to_owned(), self.configuration == other.configuration);
        compare("keys".to_owned(), self.keys == other.keys);
        compare("rehearsal".to_owned(), self.rehearsal == other.rehearsal);
        for (election, sealed) in &self.elections {
            let found = other.elections.get(election);
            for (name, value) in sealed.parts() {
                let same = found.is_some_and(|found| found.parts().contains(&(name, value)));
                compare(format!("{election}/{name}"), same);
            }
        }
        parts
    }
}

/// The seal of a board.
#[derive(Debug, Clone)]
pub struct Seal {
    /// Number of the act.
    pub number: u32,
    /// Since when.
    pub at: Timestamp,
    /// The digest.
    pub digest: [u8; 32],
}

/// What a check found.
#[derive(Debug, Clone)]
pub struct SelfCheck {
    /// When.
    pub at: Timestamp,
    /// Parts that are no longer what was sealed; empty before the seal.
    pub differences: Vec<String>,
    /// Whether there is a seal.
    pub sealed: bool,
    /// Of each election: title, then poll book against box, and the chains.
    pub counts: Vec<(Election, Option<BoardCounts>)>,
}

impl SelfCheck {
    /// Whether everything is as it should.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.differences.is_empty()
            && self
                .counts
                .iter()
                .all(|(_, counts)| counts.as_ref().is_none_or(BoardCounts::agree))
    }
}

impl BoardState {
    /// The seal, once it is there.
    #[must_use]
    pub fn seal(&self) -> Option<Seal> {
        let act = self.sealing()?;
        let Act::Seal { digest } = &act.act else { return None };
        let mut bytes = [0; 32];
        hex::decode_to_slice(digest, &mut bytes).ok()?;
        Some(Seal {
            number: act.number,
            at: act.done?,
            digest: bytes,
        })
    }

    fn sealing(&self) -> Option<&ActState> {
        let mut acts = self.acts.iter();
        acts.find(|act| matches!(act.act, Act::Seal { .. }) && act.done.is_some())
    }
}

impl VotingServer {
    /// Says what program is running; the binary measures itself at its start and before every check.
    pub fn set_build(&self, build: Build) {
        *self.inner.build.lock().unwrap_or_else(PoisonError::into_inner) = Some(build);
    }

    pub(crate) fn build(&self) -> Build {
        let known = self.inner.build.lock().unwrap_or_else(PoisonError::into_inner).clone();
        known.unwrap_or_else(|| Build {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            program: "unknown".to_owned(),
            assets: "unknown".to_owned(),
        })
    }

    /// What would be sealed now.
    ///
    /// # Errors
    /// As [`Self::statement_of_empty_boxes`]; [`BoardError::NotOpen`] when there is a seal; [`BoardError::NotRehearsed`].
    pub(super) async fn seal_statement(&self, state: &BoardState) -> Result<Statement, BoardError> {
        if state.seal().is_some() {
            return Err(BoardError::NotOpen);
        }
        let statement = self.statement_of_empty_boxes(state).await?;
        let (rehearsed, digest) = state.rehearsed().ok_or(BoardError::NotRehearsed)?;
        if !rehearsed.is_of(&statement) {
            return Err(BoardError::NotRehearsed);
        }
        Ok(Statement {
            rehearsal: Some(hex::encode(digest)),
            ..statement
        })
    }

    /// What is set up now, with nothing in it.
    ///
    /// # Errors
    /// [`BoardError::NotOpen`] when an election is not set up with the board's keys; [`BoardError::NotEmpty`].
    pub(super) async fn statement_of_empty_boxes(&self, state: &BoardState) -> Result<Statement, BoardError> {
        let statement = self.statement(state).await?.ok_or(BoardError::NotOpen)?;
        for election in &state.elections {
            let counts = self.inner.store.roll_counts(&election.id).await.map_err(Fault::from)?;
            if counts.ballots > 0 || counts.marked > 0 {
                return Err(BoardError::NotEmpty);
            }
        }
        Ok(statement)
    }

    /// The statement of what is there now, read anew; `None` when a box is not set up with the board's keys.
    pub(super) async fn statement(&self, state: &BoardState) -> Result<Option<Statement>, Fault> {
        self.statement_of(state, Reading::Anew).await
    }

    /// The same, for what a page says: nobody signs it.
    pub(super) async fn statement_for_page(&self, state: &BoardState) -> Result<Option<Statement>, Fault> {
        self.statement_of(state, Reading::AsKept).await
    }

    async fn statement_of(&self, state: &BoardState, reading: Reading) -> Result<Option<Statement>, Fault> {
        let Some((keys, _)) = &state.keys else { return Ok(None) };
        let known = self.consultation(&state.consultation.id).await?;
        let known = known.ok_or(Fault::Damaged("a consultation"))?;
        let mut sealed = BTreeMap::new();
        let mut configuration = Sha256::new();
        configuration.update(describe(&known)?);
        configuration.update(json(&state.board)?);
        for election in &state.elections {
            configuration.update(json(&(
                &election.id,
                &election.key,
                &election.title,
                election.seats,
                &election.count,
            ))?);
            let Some(part) = self.sealed_election(&election.id, keys, reading).await? else {
                return Ok(None);
            };
            sealed.insert(election.id.clone(), part);
        }
        Ok(Some(Statement {
            form: "isoloir/seal/v1".to_owned(),
            board: state.board.key.clone(),
            build: self.build(),
            configuration: hex::encode(configuration.finalize()),
            keys: digest(keys.as_bytes()),
            elections: sealed,
            rehearsal: None,
        }))
    }

    /// The part of one election; `None` when its box is not set up with these keys.
    async fn sealed_election(
        &self,
        election: &ElectionId,
        keys: &str,
        reading: Reading,
    ) -> Result<Option<SealedElection>, Fault> {
        let store = &self.inner.store;
        // Before the roll is: what moves meanwhile is read again next time.
        let (rolls, keys_digest) = (store.roll_version().await?, digest(keys.as_bytes()));
        if reading == Reading::AsKept {
            let kept = self.inner.sealed_parts.lock().unwrap_or_else(PoisonError::into_inner);
            let kept = kept
                .get(election)
                .filter(|kept| kept.rolls == rolls && kept.keys == keys_digest);
            if let Some(kept) = kept {
                return Ok(Some(kept.part.clone()));
            }
        }
        let Some(setup) = store.box_setup(election).await? else {
            return Ok(None);
        };
        if setup.trustees != keys.as_bytes() {
            return Ok(None);
        }
        let (_, empty) = event(None, 0, EventKind::Setup, Some(PayloadHash::of(&setup.setup)));
        let part = SealedElection {
            roll: self.digest_of_roll(election).await?,
            lists: digest(&json(&listed(&store.lists(election).await?))?),
            credentials: digest(&setup.credentials),
            setup: digest(&setup.setup),
            empty_box: empty.to_string(),
        };
        let kept = KeptPart {
            rolls,
            keys: keys_digest,
            part: part.clone(),
        };
        let mut parts = self.inner.sealed_parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.insert(election.clone(), kept);
        Ok(Some(part))
    }

    /// Read voter by voter, since it may be the roll of a ministry and this is done every few minutes.
    async fn digest_of_roll(&self, election: &ElectionId) -> Result<String, Fault> {
        let mut digest = RollDigest::default();
        let store = &self.inner.store;
        store.each_on_roll(election, |voter| digest.add(voter)).await?;
        Ok(digest.finish())
    }

    /// Compares what is there with what was sealed, counts poll books against boxes, follows the chains. Reads whole boxes.
    ///
    /// # Errors
    /// [`BoardError::Fault`].
    pub async fn check_seal(&self, state: &BoardState) -> Result<SelfCheck, BoardError> {
        let mut differences = match state.sealing() {
            None => Vec::new(),
            Some(act) => {
                let sealed = act.statement.as_deref().unwrap_or_default();
                let rehearsal = state.rehearsed().map(|(_, digest)| hex::encode(digest));
                match (serde_json::from_str::<Statement>(sealed), self.statement(state).await?) {
                    (Ok(sealed), Some(now)) => sealed.differences(&Statement { rehearsal, ..now }),
                    (Ok(_), None) => vec!["keys".to_owned()],
                    (Err(_), _) => vec!["seal".to_owned()],
                }
            }
        };
        let mut counts = Vec::new();
        for election in &state.elections {
            let counted = match self.board_counts(&election.id).await {
                Ok(counted) => Some(counted),
                Err(crate::ballot_box::BoxError::Fault(fault)) => return Err(fault.into()),
                Err(_) => None,
            };
            counts.push((election.clone(), counted));
            if !self.closing_seal_holds(&election.id).await? {
                differences.push(format!("{}/closing", election.id));
            }
        }
        let check = SelfCheck {
            at: self.inner.clock.now(),
            sealed: state.sealing().is_some(),
            differences,
            counts,
        };
        self.remember(state, &check).await?;
        Ok(check)
    }

    /// The last check, by whomever; of this process.
    #[must_use]
    pub fn last_check(&self, sitting: &Sitting) -> Option<SelfCheck> {
        let checks = self.inner.checks.lock().unwrap_or_else(PoisonError::into_inner);
        checks.get(&sitting.state.board.key).cloned()
    }
}

/// SHA-256 of a roll: a line for each voter, in the order of their identifiers.
#[derive(Default)]
struct RollDigest {
    lines: Sha256,
    last: Option<VoterId>,
}

impl RollDigest {
    /// The seal must not depend on how a database orders texts: an error when `voter` is not after the last.
    fn add(&mut self, voter: &Voter) -> Result<(), Fault> {
        if self.last >= Some(voter.id) {
            return Err(Fault::Damaged("the order of a roll"));
        }
        if self.last.replace(voter.id).is_some() {
            self.lines.update("\n");
        }
        let (number, last, first) = (&voter.number, &voter.last_name, &voter.first_name);
        self.lines.update(format!("{}|{number}|{last}|{first}", voter.id));
        Ok(())
    }

    fn finish(self) -> String {
        hex::encode(self.lines.finalize())
    }
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(value).map_err(|_| Fault::Damaged("what is sealed"))
}

/// What of a consultation is fixed.
fn describe(known: &isoloir_domain::Consultation) -> Result<Vec<u8>, Fault> {
    let calendar = known.calendar;
    json(&(
        (
            &known.id,
            &known.title,
            &known.organiser,
            known.profile,
            &known.group,
            known.live_box,
        ),
        (
            calendar.opens().to_string(),
            calendar.closes().to_string(),
            calendar.grace().as_millis().to_string(),
        ),
        &known.policy,
    ))
}

/// Lists and candidates, in order.
fn listed(lists: &[isoloir_domain::CandidateList]) -> Vec<(String, String, Vec<String>)> {
    let candidate = |one: &isoloir_domain::Candidate| {
        let born = one.born.map_or_else(String::new, |born| born.to_string());
        format!(
            "{}|{}|{}|{}|{born}",
            one.rank,
            one.last_name,
            one.first_name,
            one.sex.letter()
        )
    };
    lists
        .iter()
        .map(|list| {
            (
                list.name.clone(),
                list.acronym.clone(),
                list.candidates.iter().map(candidate).collect(),
            )
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a failure is a failed test")]
mod tests {
    use super::*;

    fn voter(id: u8, name: &str) -> Voter {
        Voter {
            id: format!("{id:02x}000000-0000-4000-8000-000000000000").parse().unwrap(),
            number: "7".to_owned(),
            last_name: name.to_owned(),
            first_name: "Anne".to_owned(),
            email: None,
            language: None,
        }
    }

    #[test]
    fn a_roll_is_sealed_as_sorted_lines() {
        let (one, two) = (voter(0x9f, "Roy"), voter(0xa0, "Petit"));
        let mut roll = RollDigest::default();
        roll.add(&one).unwrap();
        roll.add(&two).unwrap();
        let lines = format!("{}|7|Roy|Anne\n{}|7|Petit|Anne", one.id, two.id);
        assert_eq!(roll.finish(), digest(lines.as_bytes()));
        let mut roll = RollDigest::default();
        roll.add(&two).unwrap();
        assert!(roll.add(&one).is_err(), "another order");
        assert!(roll.add(&two).is_err(), "twice");
    }
}
