//! What the whole server costs over bare verification: the same ballots, the same cores.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use isoloir_protocol::any::AnyElection;
use rayon::prelude::*;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::electorate::Ballots;
use super::process::own_cpu_ticks;
use super::run::{open, read_codes};
use super::scenario::{CORSE_2022, Scenario, email};
use super::site::Site;
use crate::ambient;
use crate::cli::election_ids;
use crate::voter::{Admission, Ballot, Portal, Session};

const ROUNDS: usize = 3;
const DELEGATES: u32 = 3;
pub(super) const PASSWORD: &str = "Bateau-lavande-27";

/// What to measure.
pub struct CastBench {
    /// Ballots in all.
    pub ballots: u32,
    /// Requests at the same time.
    pub jobs: usize,
    /// Empty or missing folder.
    pub folder: PathBuf,
    /// The protocol's group.
    pub group: String,
    /// Database of the voting server.
    pub database: Option<String>,
}

/// Figures of all rounds.
#[derive(Debug, Serialize)]
pub struct CastFigures {
    /// The protocol's group.
    pub group: String,
    /// Cores.
    pub cores: usize,
    /// Requests at the same time.
    pub jobs: usize,
    /// The rounds.
    pub rounds: Vec<Round>,
}

/// One round, on its own ballots.
#[derive(Debug, Serialize)]
pub struct Round {
    /// Ballots parsed and verified per second, all cores, nothing else.
    pub verified_per_second: f64,
    /// Ballots cast per second through the whole server, client on the same cores.
    pub cast_per_second: f64,
    /// CPU time of bare verification over CPU time of the casts, client and server together: what the ratio of the rates would be if
    /// nothing else ran on the machine and nothing waited.
    pub cpu_ratio: Option<f64>,
    /// The same, the server's CPU time alone.
    pub server_cpu_ratio: Option<f64>,
}

impl Round {
    /// Cast over bare verification.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.cast_per_second / self.verified_per_second
    }
}

/// A ballot with the session that may cast it.
pub(super) struct Ready {
    session: Session,
    admission: Admission,
    election: String,
    ballot: Ballot,
}

impl Ready {
    /// Casts the ballot: there must be a receipt for it.
    pub(super) async fn cast(self) -> anyhow::Result<()> {
        let receipt = self
            .session
            .cast(&self.election, &self.admission, self.ballot.bytes)
            .await?;
        ensure!(receipt.tracker == self.ballot.tracker, "a receipt for another ballot");
        Ok(())
    }
}

/// Prepares, then measures.
///
/// # Errors
/// When the server refuses a ballot, or cannot be set up.
pub async fn run(bench: &CastBench) -> anyhow::Result<CastFigures> {
    let site = set_up(bench).await?;
    let running = site.start().await?;
    let portal = Portal::at(&site.portal())?;
    let id = first_election(&site).await?;
    let election = Ballots::fetch(&portal, [id.clone()]).await?.election(&id)?;
    eprintln!("signing in and encrypting…");
    let mut ready = prepare(bench, &site, &portal, &election).await?;
    let mut rounds = Vec::new();
    let share = ready.len().div_ceil(ROUNDS);
    while !ready.is_empty() {
        let rest = ready.split_off(share.min(ready.len()));
        let before = own_cpu_ticks();
        let verified_per_second = verify_all(&election, &ready)?;
        let (verified, server) = (own_cpu_ticks(), running.server.cpu_ticks());
        let cast_per_second = cast_all(ready, bench.jobs).await?;
        let bare = spent(before, verified);
        let (client, server) = (
            spent(verified, own_cpu_ticks()),
            spent(server, running.server.cpu_ticks()),
        );
        rounds.push(Round {
            verified_per_second,
            cast_per_second,
            cpu_ratio: quotient(bare, client.zip(server).map(|(client, server)| client + server)),
            server_cpu_ratio: quotient(bare, server),
        });
        ready = rest;
    }
    running.stop().await?;
    Ok(CastFigures {
        group: bench.group.clone(),
        cores: rayon::current_num_threads(),
        jobs: bench.jobs,
        rounds,
    })
}

/// The identifier of the only election.
pub(super) async fn first_election(site: &Site) -> anyhow::Result<String> {
    let ids = election_ids(&open(site).await?).await?;
    Ok(ids.first().context("no election")?.to_string())
}

pub(super) async fn set_up(bench: &CastBench) -> anyhow::Result<Site> {
    let scenario = Scenario {
        registered: bench.ballots,
        ..Scenario::whole(CORSE_2022)
    };
    let site = Site::prepare(&bench.folder, None, bench.database.as_deref(), None).await?;
    site.write_consultation(&scenario, &bench.group)?;
    site.set_up(DELEGATES, &bench.group).await?;
    let server = open(&site).await?;
    for consultation in server.consultations().await? {
        server.activate_all_for_rehearsal(&consultation.id, PASSWORD).await?;
    }
    Ok(site)
}

pub(super) async fn prepare(
    bench: &CastBench,
    site: &Site,
    portal: &Portal,
    election: &Arc<AnyElection>,
) -> anyhow::Result<Vec<Ready>> {
    let codes = Arc::new(read_codes(&std::fs::read_to_string(site.folder.join("codes.csv"))?)?);
    let gate = Arc::new(Semaphore::new(4));
    let mut tasks = JoinSet::new();
    for number in 1..=bench.ballots {
        let permit = Arc::clone(&gate).acquire_owned().await?;
        let (portal, election, codes) = (portal.clone(), Arc::clone(election), Arc::clone(&codes));
        tasks.spawn(async move {
            let ready = one(&portal, &election, &codes, number).await;
            drop(permit);
            ready
        });
    }
    let mut ready = Vec::new();
    while let Some(one) = tasks.join_next().await {
        ready.push(one??);
    }
    Ok(ready)
}

async fn one(
    portal: &Portal,
    election: &AnyElection,
    codes: &BTreeMap<String, String>,
    number: u32,
) -> anyhow::Result<Ready> {
    let code = codes.get(&format!("E{number:06}")).context("a voter without code")?;
    let email = email(number);
    let session = super::electorate::patiently(|| Session::sign_in(portal, &email, PASSWORD)).await?;
    let entitlement = session
        .unlock(code)
        .await?
        .into_iter()
        .next()
        .context("nothing unlocked")?;
    let ballot = Ballot::choose(election, &entitlement.credential, number % 8, &mut ambient::rng())?;
    Ok(Ready {
        session,
        admission: entitlement.admission,
        election: entitlement.election,
        ballot,
    })
}

fn verify_all(election: &AnyElection, ready: &[Ready]) -> anyhow::Result<f64> {
    let begun = Instant::now();
    ready.par_iter().try_for_each(|one| {
        let ballot = election.parse_ballot(one.ballot.bytes.clone())?;
        ballot.verify(election).map(|_| ())
    })?;
    Ok(per_second(ready.len(), begun))
}

pub(super) async fn cast_all(ready: Vec<Ready>, jobs: usize) -> anyhow::Result<f64> {
    let count = ready.len();
    let gate = Arc::new(Semaphore::new(jobs));
    let mut tasks = JoinSet::new();
    let begun = Instant::now();
    for one in ready {
        let permit = Arc::clone(&gate).acquire_owned().await?;
        tasks.spawn(async move {
            let stored = one.cast().await;
            drop(permit);
            stored
        });
    }
    while let Some(stored) = tasks.join_next().await {
        stored??;
    }
    Ok(per_second(count, begun))
}

fn spent(before: Option<u64>, after: Option<u64>) -> Option<u32> {
    after
        .zip(before)
        .and_then(|(after, before)| u32::try_from(after.checked_sub(before)?).ok())
}

fn quotient(part: Option<u32>, whole: Option<u32>) -> Option<f64> {
    part.zip(whole)
        .filter(|(_, whole)| *whole > 0)
        .map(|(part, whole)| f64::from(part) / f64::from(whole))
}

fn per_second(count: usize, begun: Instant) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / begun.elapsed().as_secs_f64().max(0.001)
}
