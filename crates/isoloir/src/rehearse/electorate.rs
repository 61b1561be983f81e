//! The electorate: every voter activates the account, signs in, unlocks, encrypts, casts, checks the receipt.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use indicatif::ProgressBar;
use isoloir_protocol::any::AnyElection;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::figures::Latencies;
use crate::ambient;
use crate::voter::{Ballot, Portal, Receipt, ServerKeys, Session, VoterError};

/// What one voter has in hand.
#[derive(Clone)]
pub struct VoterSheet {
    /// Address.
    pub email: String,
    /// Token of the activation mail, when the account is not activated yet.
    pub activation: Option<String>,
    /// Password, chosen or to be chosen.
    pub password: String,
    /// Voting code from the paper notice.
    pub code: String,
    /// Choice in each election, by identifier: 0 is blank, `n` the n-th list.
    pub choices: BTreeMap<String, u32>,
}

/// A ballot with its receipt.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Whose.
    pub email: String,
    /// The receipt, checked.
    pub receipt: Receipt,
}

/// The elections, fetched and parsed once; every voter still fetches the bytes and compares.
pub struct Ballots {
    elections: BTreeMap<String, Arc<AnyElection>>,
}

impl Ballots {
    /// Reads the elections from the portal.
    ///
    /// # Errors
    /// When one cannot be read.
    pub async fn fetch(portal: &Portal, ids: impl IntoIterator<Item = String>) -> anyhow::Result<Self> {
        let mut elections = BTreeMap::new();
        for id in ids {
            let bytes = portal.fetch(&format!("/api/elections/{id}")).await?;
            let election = AnyElection::parse(&bytes).with_context(|| format!("election {id}"))?;
            elections.insert(id, Arc::new(election));
        }
        Ok(Self { elections })
    }

    /// One election.
    ///
    /// # Errors
    /// When it was not fetched.
    pub fn election(&self, id: &str) -> anyhow::Result<Arc<AnyElection>> {
        self.elections
            .get(id)
            .cloned()
            .with_context(|| format!("election {id} was not fetched"))
    }
}

/// Everyone who votes.
pub struct Electorate {
    portal: Portal,
    keys: ServerKeys,
    ballots: Ballots,
    times: Mutex<Times>,
}

#[derive(Default)]
struct Times {
    activate: Vec<Duration>,
    sign_in: Vec<Duration>,
    unlock: Vec<Duration>,
    encrypt: Vec<Duration>,
    cast: Vec<Duration>,
}

impl Electorate {
    /// An electorate of this portal for these elections.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub async fn new(portal: &Portal, elections: impl IntoIterator<Item = String>) -> anyhow::Result<Self> {
        Ok(Self {
            portal: portal.clone(),
            keys: portal.fetch_json("/api/keys").await?,
            ballots: Ballots::fetch(portal, elections).await?,
            times: Mutex::default(),
        })
    }

    /// The elections.
    #[must_use]
    pub fn ballots(&self) -> &Ballots {
        &self.ballots
    }

    /// Everyone votes, in the order given, at most `jobs` at the same time.
    ///
    /// # Errors
    /// The first voter who could not vote, by address.
    pub async fn vote(
        self: &Arc<Self>,
        voters: Vec<VoterSheet>,
        jobs: usize,
        progress: &ProgressBar,
    ) -> anyhow::Result<Vec<Outcome>> {
        let gate = Arc::new(Semaphore::new(jobs));
        let mut tasks = JoinSet::new();
        for voter in voters {
            let permit = Arc::clone(&gate).acquire_owned().await?;
            let (electorate, progress) = (Arc::clone(self), progress.clone());
            tasks.spawn(async move {
                let outcome = electorate.visit(&voter).await.with_context(|| voter.email.clone());
                progress.inc(1);
                drop(permit);
                outcome
            });
        }
        let mut outcomes = Vec::new();
        while let Some(outcome) = tasks.join_next().await {
            outcomes.extend(outcome??);
        }
        Ok(outcomes)
    }

    /// One voter's whole visit.
    async fn visit(&self, voter: &VoterSheet) -> anyhow::Result<Vec<Outcome>> {
        if let Some(token) = &voter.activation {
            let begun = Instant::now();
            patiently(|| Session::activate(&self.portal, token, &voter.password))
                .await
                .context("activation")?;
            self.record(|times| &mut times.activate, begun);
        }
        let begun = Instant::now();
        let session = patiently(|| Session::sign_in(&self.portal, &voter.email, &voter.password))
            .await
            .context("sign-in")?;
        self.record(|times| &mut times.sign_in, begun);
        let begun = Instant::now();
        let entitlements = session.unlock(&voter.code).await.context("unlock")?;
        self.record(|times| &mut times.unlock, begun);
        let mut outcomes = Vec::new();
        for entitlement in &entitlements {
            let Some(choice) = voter.choices.get(&entitlement.election) else {
                continue;
            };
            let ballot = self
                .encrypt(&entitlement.election, entitlement.credential.as_str(), *choice)
                .await?;
            let begun = Instant::now();
            let receipt = session
                .cast(&entitlement.election, &entitlement.admission, ballot.bytes.clone())
                .await
                .context("cast")?;
            self.record(|times| &mut times.cast, begun);
            receipt.check(&self.keys, &entitlement.election, &ballot.tracker)?;
            outcomes.push(Outcome {
                email: voter.email.clone(),
                receipt,
            });
        }
        ensure!(
            outcomes.len() == voter.choices.len(),
            "the code unlocked {} elections",
            entitlements.len()
        );
        Ok(outcomes)
    }

    /// Encrypts one ballot, on a thread where that may take its time.
    async fn encrypt(&self, id: &str, credential: &str, choice: u32) -> anyhow::Result<Ballot> {
        let election = self.ballots.election(id)?;
        let fetched = self.portal.fetch(&format!("/api/elections/{id}")).await?;
        ensure!(
            fetched == election.bytes(),
            "the portal shows different elections to different voters"
        );
        let credential = credential.to_owned();
        let (ballot, spent) = tokio::task::spawn_blocking(move || {
            let begun = Instant::now();
            let ballot = Ballot::choose(&election, &credential, choice, &mut ambient::rng());
            (ballot, begun.elapsed())
        })
        .await?;
        self.times
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .encrypt
            .push(spent);
        Ok(ballot?)
    }

    fn record(&self, which: impl Fn(&mut Times) -> &mut Vec<Duration>, begun: Instant) {
        which(&mut self.times.lock().unwrap_or_else(PoisonError::into_inner)).push(begun.elapsed());
    }

    /// Latencies so far, by step.
    #[must_use]
    pub fn latencies(&self) -> BTreeMap<&'static str, Latencies> {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let times = std::mem::take(&mut *times);
        [
            ("activate", times.activate),
            ("sign_in", times.sign_in),
            ("unlock", times.unlock),
            ("encrypt", times.encrypt),
            ("cast", times.cast),
        ]
        .into_iter()
        .map(|(name, samples)| (name, Latencies::of(samples)))
        .collect()
    }
}

/// A portal that is busy hashing passwords says so (503); a person would try again.
pub(super) async fn patiently<T, F>(attempt: impl Fn() -> F) -> Result<T, VoterError>
where
    F: Future<Output = Result<T, VoterError>>,
{
    let mut pause = Duration::from_millis(50);
    loop {
        match attempt().await {
            Err(error) if error.is_busy() && pause < Duration::from_secs(10) => {
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2);
            }
            outcome => return outcome,
        }
    }
}
