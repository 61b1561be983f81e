//! The rehearsal (*élection blanche*, M4): the board's elections played once on the set-up that will be sealed – this build, these rolls and lists,
//! these keys – with synthetic voters, down to the count by the board, then the proof that nothing of it is in the real boxes.
//!
//! Each election gets a twin: the same lists, keys and number of voters, a box and a poll book of its own, in a consultation that no page and no
//! command lists. What was voted is written down before it is cast, so that the count is compared with it. Nothing is deleted: the twin's archive
//! stays as evidence, and the statement that ends the rehearsal shows the real boxes and poll books empty.

use std::collections::BTreeMap;

use ed25519_dalek::Signer as _;
use isoloir_domain::board_deed::Deed;
use isoloir_domain::{Calendar, Consultation, ConsultationId, Election, ElectionId, Policy, Seat, StaffId, VoterId};
use isoloir_protocol::ballot::{Choice, VerifiedBallot, Vote};
use isoloir_protocol::credential::{ElectionUuid, SecretCredential};
use isoloir_store::board::Effect;
use isoloir_store::record::{NewCast, Outcome};
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::seal::Statement;
use super::state::BoardState;
use super::{BoardError, Sitting};
use crate::boxes::OpenBox;
use crate::import_consultation::{ConsultationPlan, ElectionPlan};
use crate::set_up_election::SetUp;
use crate::{Fault, VotingServer};

/// Ballots made and recorded at a time.
const CHUNK: u32 = 256;
/// What the server's signature of a statement begins with.
const SIGNED: &[u8] = b"isoloir/rehearsal/v1|";

/// What is played, written down before the first ballot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The set-up: what would be sealed.
    pub(super) on: Statement,
    /// The twin of each election.
    pub twins: BTreeMap<ElectionId, Twin>,
}

/// The twin of an election, and what its synthetic voters will vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Twin {
    /// Its identifier.
    pub election: ElectionId,
    /// Who vote: everybody on a roll as long as the real one, or as many of them as the consultation's policy says.
    pub voters: u64,
    /// Blank ballots.
    pub blank: u64,
    /// Votes of each list, in display order.
    pub votes: Vec<u64>,
}

/// What a rehearsal that passed has shown; its SHA-256 goes into the seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rehearsed {
    /// `isoloir/rehearsal/v1`.
    form: String,
    /// The board's key.
    board: String,
    /// Number of the rehearsal.
    number: u32,
    /// What was played, on what.
    plan: Plan,
    /// Of each election: how the twin ended, and the real box after it.
    pub elections: BTreeMap<ElectionId, Wiped>,
}

/// One election after its rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wiped {
    /// SHA-256 of the twin's archive, in hexadecimal.
    pub archive: String,
    /// Last event of the twin's box.
    pub head: String,
    /// Checks that its audit made; all passed.
    pub checks: u64,
    /// Places that decrypted.
    pub decrypted: Vec<u32>,
    /// Ballots in the real box: 0.
    pub ballots: u64,
    /// Marks in the real poll book: 0.
    pub marked: u64,
}

/// The record that ends a rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedStatement {
    statement: String,
    /// Ed25519 by the server's key, in hexadecimal.
    signature: String,
}

/// A rehearsal and how far it is.
#[derive(Debug, Clone)]
pub struct RehearsalState {
    /// Number, from 1.
    pub number: u32,
    /// Who began it; nobody when a command did.
    pub by: Option<Seat>,
    /// Since when.
    pub at: Timestamp,
    /// What is played.
    pub plan: Option<Plan>,
    /// Since when every synthetic voter has voted.
    pub voted: Option<Timestamp>,
    /// How it ended.
    pub ended: Option<(Timestamp, Ended)>,
}

/// How a rehearsal ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It passed.
    Passed {
        /// What it has shown.
        rehearsed: Box<Rehearsed>,
        /// SHA-256 of the statement that says so.
        digest: [u8; 32],
        /// The server's signature of it, in hexadecimal.
        signature: String,
    },
    /// It did not: what differs.
    Failed(Vec<String>),
}

impl RehearsalState {
    pub(super) fn begun(number: u32, by: Option<Seat>, at: Timestamp, plan: Option<&str>) -> Self {
        Self {
            number,
            by,
            at,
            plan: plan.and_then(|plan| serde_json::from_str(plan).ok()),
            voted: None,
            ended: None,
        }
    }

    pub(super) fn end(&mut self, at: Timestamp, passed: bool, body: &str) {
        let ended = if passed {
            Ended::read(body)
        } else {
            serde_json::from_str(body).ok().map(Ended::Failed)
        };
        // A record that cannot be read has shown nothing.
        self.ended = Some((at, ended.unwrap_or_else(|| Ended::Failed(vec!["record".to_owned()]))));
    }
}

impl Ended {
    fn read(body: &str) -> Option<Self> {
        let signed: SignedStatement = serde_json::from_str(body).ok()?;
        Some(Self::Passed {
            rehearsed: Box::new(serde_json::from_str(&signed.statement).ok()?),
            digest: Sha256::digest(signed.statement.as_bytes()).into(),
            signature: signed.signature,
        })
    }
}

impl BoardState {
    /// The last rehearsal.
    #[must_use]
    pub fn rehearsal(&self) -> Option<&RehearsalState> {
        self.rehearsals.last()
    }

    /// The twins of the last rehearsal, in the order of their elections.
    #[must_use]
    pub fn twins(&self) -> &[Election] {
        &self.twins
    }

    /// The twins that the board counts now.
    pub fn twins_to_count(&self) -> impl Iterator<Item = &Election> {
        let counting = self
            .rehearsal()
            .is_some_and(|last| last.voted.is_some() && last.ended.is_none());
        self.twins.iter().filter(move |_| counting)
    }

    /// What the last rehearsal has shown, and the digest that goes into the seal; `None` unless it passed.
    #[must_use]
    pub fn rehearsed(&self) -> Option<(&Rehearsed, [u8; 32])> {
        match self.rehearsal()?.ended.as_ref()? {
            (_, Ended::Passed { rehearsed, digest, .. }) => Some((rehearsed, *digest)),
            (_, Ended::Failed(_)) => None,
        }
    }
}

impl Rehearsed {
    /// Whether it was played on this very set-up.
    pub(super) fn is_of(&self, now: &Statement) -> bool {
        self.plan.on == *now
    }
}

/// A rehearsal whose boxes are ready, with the secrets of its synthetic voters.
pub struct ReadyRehearsal {
    board: String,
    number: u32,
    plan: Plan,
    secrets: BTreeMap<ElectionId, Vec<SecretCredential>>,
}

impl ReadyRehearsal {
    /// Number of the rehearsal.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// Ballots that will be cast, in all twins.
    #[must_use]
    pub fn voters(&self) -> u64 {
        self.plan.twins.values().map(|twin| twin.voters).sum()
    }
}

impl VotingServer {
    /// The twins of the last rehearsal, in the order of their elections.
    pub(super) async fn twins_of(&self, state: &BoardState) -> Result<Vec<Election>, Fault> {
        let plan = state.rehearsal().and_then(|last| last.plan.as_ref());
        let mut twins = Vec::new();
        for election in &state.elections {
            let Some(twin) = plan.and_then(|plan| plan.twins.get(&election.id)) else {
                continue;
            };
            twins.extend(self.inner.store.election(&twin.election).await?);
        }
        Ok(twins)
    }

    /// Whether the last rehearsal passed, on what would be sealed now: for a page, the rolls being as they were last read where they have not moved since.
    /// Nothing is sealed otherwise; what differs afterwards the check tells.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn is_rehearsed(&self, state: &BoardState) -> Result<bool, Fault> {
        let Some((rehearsed, _)) = state.rehearsed() else {
            return Ok(false);
        };
        if state.seal().is_some() {
            return Ok(true);
        }
        let now = self.statement_for_page(state).await?;
        Ok(now.is_some_and(|now| rehearsed.is_of(&now)))
    }

    /// Prepares a rehearsal asked for by president or secretary.
    ///
    /// # Errors
    /// As [`Self::prepare_rehearsal`]; [`BoardError::NotYours`].
    pub async fn begin_rehearsal(&self, sitting: &Sitting) -> Result<ReadyRehearsal, BoardError> {
        if !sitting.seat.is_of_authority() {
            return Err(BoardError::NotYours);
        }
        self.prepare_rehearsal(&sitting.state.board.key, Some((sitting.seat, sitting.staff)))
            .await
    }

    /// Makes the twins of a board's elections and writes down what will be voted.
    ///
    /// # Errors
    /// [`BoardError::NotOpen`] before the boxes are set up with the board's keys, and once they are sealed; [`BoardError::NotEmpty`].
    pub async fn prepare_rehearsal(
        &self,
        board: &str,
        who: Option<(Seat, StaffId)>,
    ) -> Result<ReadyRehearsal, BoardError> {
        let state = self.board_state(board).await?;
        if state.seal().is_some() {
            return Err(BoardError::NotOpen);
        }
        let on = self.statement_of_empty_boxes(&state).await?;
        let (keys, _) = state.keys.as_ref().ok_or(BoardError::NoKeys)?;
        let mut twins = BTreeMap::new();
        let mut secrets = BTreeMap::new();
        for (real, twin) in self.make_twins(&state).await? {
            let group = state.group()?;
            let uuid: ElectionUuid = twin.id.as_str().parse().map_err(|_| Fault::Damaged("a twin"))?;
            let registered = self
                .inner
                .store
                .roll_counts(&twin.id)
                .await
                .map_err(Fault::from)?
                .registered;
            let registered = usize::try_from(registered).map_err(|_| Fault::Damaged("a count"))?;
            let voting = state.consultation.policy.rehearsal.voting(registered);
            let mut rng = self.rng();
            let (made, public) = self
                .compute(move || {
                    let mut made: Vec<_> = (0..registered).map(|_| SecretCredential::generate(&mut rng)).collect();
                    let mut public: Vec<String> = SecretCredential::public_of_all(&made, &uuid, group)
                        .iter()
                        .map(ToString::to_string)
                        .collect();
                    public.sort_unstable();
                    made.truncate(voting);
                    made.shrink_to_fit();
                    (made, public)
                })
                .await?;
            let set_up = SetUp {
                trustees: keys.as_bytes(),
                credentials: &public,
                credential_authority: "Élection blanche",
            };
            let ready = self.set_up_election(&twin.id, set_up).await;
            ready.map_err(|error| BoardError::Wrong(error.to_string()))?;
            let lists = self.lists(&twin.id).await?.len();
            twins.insert(real, self.vote_of(&twin.id, voting, lists));
            secrets.insert(twin.id, made);
        }
        let plan = Plan { on, twins };
        let number = state.rehearsals.last().map_or(1, |last| last.number.saturating_add(1));
        let body = serde_json::to_string(&plan).map_err(|_| Fault::Damaged("a rehearsal"))?;
        self.board_did(board, who, Deed::RehearsalBegun { number }, Some(body))
            .await?;
        Ok(ReadyRehearsal {
            board: board.to_owned(),
            number,
            plan,
            secrets,
        })
    }

    /// Draws what those who vote choose.
    fn vote_of(&self, twin: &ElectionId, voters: usize, lists: usize) -> Twin {
        let mut rng = self.rng();
        let mut chosen = vec![0_u64; lists.saturating_add(1)];
        for _ in 0..voters {
            let choice = rng.random_range(0..=lists);
            if let Some(count) = chosen.get_mut(choice) {
                *count = count.saturating_add(1);
            }
        }
        Twin {
            election: twin.clone(),
            voters: u64::try_from(voters).unwrap_or(u64::MAX),
            blank: chosen.first().copied().unwrap_or(0),
            votes: chosen.into_iter().skip(1).collect(),
        }
    }

    /// Casts every planned ballot, closes the twins and freezes their boxes: the board counts next.
    ///
    /// # Errors
    /// [`BoardError`]; then the rehearsal stays where it is, and another one is begun.
    pub async fn play_rehearsal(&self, mut ready: ReadyRehearsal) -> Result<(), BoardError> {
        let mut closings = Vec::new();
        for twin in ready.plan.twins.values() {
            let secrets = ready.secrets.remove(&twin.election).unwrap_or_default();
            self.cast_synthetic(twin, secrets).await?;
            let (_, consultation) = self.election(&twin.election).await?.ok_or(BoardError::Unknown)?;
            let closed = Calendar::new(
                consultation.calendar.opens(),
                self.inner.clock.now(),
                SignedDuration::ZERO,
            );
            closings.push((twin.election.clone(), closed.map_err(|_| Fault::Damaged("a calendar"))?));
        }
        let voted = Deed::RehearsalVoted { number: ready.number };
        self.board_did_with(&ready.board, None, voted, None, Effect::Closing(closings))
            .await?;
        for twin in ready.plan.twins.values() {
            let closed = self.close_polls(&twin.election).await;
            closed.map_err(|error| BoardError::Wrong(error.to_string()))?;
        }
        Ok(())
    }

    async fn cast_synthetic(&self, twin: &Twin, secrets: Vec<SecretCredential>) -> Result<(), BoardError> {
        let open = self.open_box(&twin.election).await?.ok_or(BoardError::Unknown)?;
        let mut last = None;
        let mut sheets = choices(twin).into_iter().zip(secrets);
        loop {
            let sheets: Vec<_> = sheets.by_ref().take(CHUNK as usize).collect();
            if sheets.is_empty() {
                return Ok(());
            }
            let (opened, mut rng) = (std::sync::Arc::clone(&open), self.rng());
            let made = self
                .compute(move || {
                    let seeded = sheets.into_iter().map(|sheet| (sheet, StdRng::from_rng(&mut rng)));
                    let seeded: Vec<_> = seeded.collect();
                    let made = seeded.into_par_iter();
                    let made = made.map(|((choice, secret), rng)| ballot(&opened, &secret, choice, rng));
                    made.collect::<Result<Vec<_>, Fault>>()
                })
                .await??;
            let part = self
                .inner
                .store
                .roll_after(&twin.election, last, CHUNK)
                .await
                .map_err(Fault::from)?;
            last = part.last().map(|voter| voter.id);
            let voters = part.into_iter().map(|voter| voter.id);
            self.record_synthetic(&twin.election, voters.zip(made)).await?;
        }
    }

    async fn record_synthetic(
        &self,
        twin: &ElectionId,
        made: impl Iterator<Item = (VoterId, VerifiedBallot)>,
    ) -> Result<(), Fault> {
        let now = self.inner.clock.now();
        let casts: Vec<NewCast> = made
            .map(|(voter, ballot)| NewCast {
                election: twin.clone(),
                ballot,
                voter,
                authenticated: now,
                mail: None,
            })
            .collect();
        let outcomes = self.inner.store.record_ballots(&casts, now).await?;
        let recorded = outcomes.iter().all(|one| matches!(one, Outcome::Recorded(_)));
        recorded.then_some(()).ok_or(Fault::Damaged("a rehearsal"))
    }

    /// Ends the rehearsal under way once all its twins are counted: it passes when the count is what was voted, the set-up is still the same,
    /// and the real boxes and poll books are empty.
    pub(super) async fn end_rehearsal_when_counted(&self, board: &str) -> Result<(), BoardError> {
        let state = self.board_state(board).await?;
        let Some(last) = state
            .rehearsal()
            .filter(|last| last.voted.is_some() && last.ended.is_none())
        else {
            return Ok(());
        };
        let plan = last.plan.clone().ok_or(Fault::Damaged("a rehearsal"))?;
        let mut wrong = Vec::new();
        let mut elections = BTreeMap::new();
        for (real, twin) in &plan.twins {
            let Some(wiped) = self.wiped(real, twin, &mut wrong).await? else {
                return Ok(());
            };
            elections.insert(real.clone(), wiped);
        }
        match self.statement(&state).await? {
            Some(now) => wrong.extend(plan.on.differences(&now)),
            None => wrong.push("keys".to_owned()),
        }
        let (number, passed) = (last.number, wrong.is_empty());
        let body = if passed {
            self.sign_rehearsed(&Rehearsed {
                form: "isoloir/rehearsal/v1".to_owned(),
                board: board.to_owned(),
                number,
                plan,
                elections,
            })?
        } else {
            serde_json::to_string(&wrong).map_err(|_| Fault::Damaged("a rehearsal"))?
        };
        self.board_did(board, None, Deed::RehearsalEnded { number, passed }, Some(body))
            .await
    }

    fn sign_rehearsed(&self, rehearsed: &Rehearsed) -> Result<String, Fault> {
        let text = |error: serde_json::Error| {
            tracing::error!(%error, "a rehearsal cannot be written");
            Fault::Damaged("a rehearsal")
        };
        let statement = serde_json::to_string(rehearsed).map_err(text)?;
        let digest = Sha256::digest(statement.as_bytes());
        let signature = self.inner.server_key.sign(&[SIGNED, digest.as_slice()].concat());
        let signature = hex::encode(signature.to_bytes());
        serde_json::to_string(&SignedStatement { statement, signature }).map_err(text)
    }

    /// How a twin ended, and its election after it; `None` while it is not counted. What is not as it should be is added to `wrong`.
    async fn wiped(&self, real: &ElectionId, twin: &Twin, wrong: &mut Vec<String>) -> Result<Option<Wiped>, Fault> {
        let store = &self.inner.store;
        let Some(verified) = store.verification(&twin.election).await? else {
            return Ok(None);
        };
        let counted = self.results(&twin.election).await?;
        let as_voted = counted.is_some_and(|counted| {
            counted.voters == twin.voters
                && counted.blank == twin.blank
                && counted
                    .lists
                    .iter()
                    .map(|list| list.votes)
                    .eq(twin.votes.iter().copied())
        });
        let of_twin = store.roll_counts(&twin.election).await?;
        let of_real = store.roll_counts(real).await?;
        let records = store.records(&twin.election).await?;
        let checks = [
            ("count", as_voted),
            (
                "rehearsal_poll_book",
                of_twin.marked == twin.voters && of_twin.marked_off_roll == 0,
            ),
            ("box_not_empty", of_real.ballots == 0),
            ("poll_book_not_empty", of_real.marked == 0),
        ];
        let broken = checks.into_iter().filter(|(_, holds)| !holds);
        wrong.extend(broken.map(|(what, _)| format!("{real}/{what}")));
        let decryptions = records
            .iter()
            .filter(|record| record.kind == isoloir_protocol::archive::EventKind::PartialDecryption);
        Ok(Some(Wiped {
            archive: hex::encode(verified.archive),
            head: verified.head.to_string(),
            checks: verified.checks,
            decrypted: decryptions.map(|record| record.owner).collect(),
            ballots: of_real.ballots,
            marked: of_real.marked,
        }))
    }

    /// The consultation of twins, with rolls and lists. Pairs of the real election's identifier and its twin.
    async fn make_twins(&self, state: &BoardState) -> Result<Vec<(ElectionId, Election)>, BoardError> {
        let refused = |error: &dyn std::fmt::Display| BoardError::Wrong(error.to_string());
        let mark = self.random_uuid();
        let id: ConsultationId = format!("blanche-{mark}")
            .parse()
            .map_err(|_| Fault::Damaged("a twin"))?;
        // Marked before it is there: nobody ever sees it in a list.
        self.inner
            .store
            .mark_rehearsal(&id, &state.board.key)
            .await
            .map_err(Fault::from)?;
        let plan = self.twin_plan(id.clone(), &state.consultation, &state.elections)?;
        let twins = self.import_consultation(&plan).await.map_err(|error| refused(&error))?;
        let mut lists = Vec::new();
        for (election, twin) in state.elections.iter().zip(&twins) {
            let voters = self.inner.store.roll_counts(&election.id).await.map_err(Fault::from)?;
            // One roll after the other: there may be a million voters on each.
            let mut roll = String::from("matricule;nom;prenom;courriel;scrutin\n");
            for number in 1..=voters.registered {
                let line = format!("BLANCHE-{mark}-{number:07};Électeur {number};Fictif;;{}\n", twin.key);
                roll.push_str(&line);
            }
            self.import_roll(&id, roll.as_bytes())
                .await
                .map_err(|error| refused(&error))?;
            lists.push((twin.id.clone(), self.lists(&election.id).await?));
        }
        lists.sort_by(|one, other| one.0.cmp(&other.0));
        self.copy_lists(&id, &lists).await?;
        Ok(state.elections.iter().map(|one| one.id.clone()).zip(twins).collect())
    }

    async fn copy_lists(
        &self,
        twin: &ConsultationId,
        lists: &[(ElectionId, Vec<isoloir_domain::CandidateList>)],
    ) -> Result<(), Fault> {
        use isoloir_domain::journal::{Event, Subject};
        let count = lists.iter().map(|(_, lists)| lists.len()).sum::<usize>();
        let what = Event::ListsImported {
            rows: u64::try_from(count).unwrap_or(u64::MAX),
            file: "élection blanche".to_owned(),
        };
        let entry = self.entry(Subject::Consultation(twin.clone()), what);
        self.inner.store.replace_lists(lists, &entry).await?;
        Ok(())
    }

    /// Open since a minute ago, for as long as the real vote.
    fn twin_plan(
        &self,
        id: ConsultationId,
        known: &Consultation,
        elections: &[Election],
    ) -> Result<ConsultationPlan, Fault> {
        let calendar = known.calendar;
        let opens = self.inner.clock.now() - SignedDuration::from_mins(1);
        let mut policy: Policy = known.policy.clone();
        // What is expected of the real roll was judged on the real roll.
        policy.roll.gates = isoloir_domain::roll_gates::RollGates::default();
        // Its voters are invented, and so are their numbers.
        policy.roll.keys = isoloir_domain::roll_keys::RollKeys::default();
        let plan = |election: &Election| {
            let mut count = election.count.clone();
            let titular = |key: &String| elections.iter().any(|one| one.key == *key);
            count.substitutes_of = count.substitutes_of.filter(titular);
            ElectionPlan {
                key: election.key.clone(),
                title: format!("Élection blanche – {}", election.title),
                seats: election.seats,
                count,
            }
        };
        Ok(ConsultationPlan {
            id,
            title: format!("Élection blanche – {}", known.title),
            organiser: known.organiser.clone(),
            profile: known.profile,
            group: known.group.clone(),
            opens,
            closes: opens + calendar.closes().duration_since(calendar.opens()),
            grace: None,
            live_box: Some(false),
            policy,
            elections: elections.iter().map(plan).collect(),
            boards: Vec::new(),
        })
    }
}

/// What each synthetic voter chooses: nothing for a blank, or the place of a list.
fn choices(twin: &Twin) -> Vec<Option<usize>> {
    let times = |count: &u64| usize::try_from(*count).unwrap_or(0);
    let mut choices = vec![None; times(&twin.blank)];
    for (place, votes) in twin.votes.iter().enumerate() {
        choices.extend(std::iter::repeat_n(Some(place), times(votes)));
    }
    choices
}

/// A synthetic voter's ballot, judged as the server judges any other.
fn ballot(
    open: &OpenBox,
    secret: &SecretCredential,
    choice: Option<usize>,
    mut rng: StdRng,
) -> Result<VerifiedBallot, Fault> {
    let choice = choice.map_or(Choice::Blank, |list| Choice::Answers(vec![list]));
    let wrong = Fault::Damaged("a synthetic ballot");
    let made = open.election.create_ballot(secret, &Vote::new(vec![choice]), &mut rng);
    let Ok(bytes) = made else { return Err(wrong) };
    let Ok(parsed) = open.election.parse_ballot(bytes) else {
        return Err(wrong);
    };
    if !open.knows(parsed.credential().as_str()) {
        return Err(wrong);
    }
    parsed.verify(&open.election).map_err(|_| wrong)
}
