//! One run from its seed, and many in a row on one cluster.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;

use super::cluster::Cluster;
use super::crowd::Crowd;
use super::deployment::Deployment;
use super::fault::Fault;
use super::forgetful::Forgetful;
use super::{tool, verdict};

/// Voters of a run: enough to go on casting while a failover lasts.
const VOTERS: u32 = 200;
/// Voters besides who have lost their code: enough to go on asking.
const FORGETFUL: u32 = 60;
/// Voters still cast for so long after the last fault is over.
const AFTERWARDS: Duration = Duration::from_secs(3);

/// What to do.
pub struct Options {
    /// Empty or missing folder.
    pub folder: PathBuf,
    /// Seed of the first run; the next ones follow.
    pub seed: u64,
    /// How many runs.
    pub runs: u64,
    /// The faults to choose from; all when empty.
    pub faults: Vec<Fault>,
    /// The program whose commands are run: the one that is running, unless a test says otherwise.
    pub executable: Option<PathBuf>,
}

/// One fault as it happened.
#[derive(Debug, Clone, Serialize)]
pub struct Outage {
    /// Which.
    pub fault: Fault,
    /// Seconds that it lasted, once done.
    pub lasted: f64,
}

/// One run.
#[derive(Debug, Clone, Serialize)]
pub struct RunReport {
    /// Its seed: the same seed does the same.
    pub seed: u64,
    /// What happened, in order.
    pub outages: Vec<Outage>,
    /// Receipts, each of another voter.
    pub receipts: usize,
    /// Links to a new code that were promised by SMS, each to another voter.
    pub links: usize,
    /// Requests that had no answer, or were told to come back, and were sent again.
    pub retries: u32,
    /// The longest time in which nobody had a receipt, in seconds.
    pub longest_gap: f64,
    /// What did not hold, if anything.
    pub violation: Option<String>,
}

/// Runs one after the other; `told` after each. A violation does not stop the rest. `report.json` keeps all.
///
/// # Errors
/// When the cluster or a deployment cannot be set up: that says nothing of the vote.
pub async fn run(options: &Options, told: &mut dyn FnMut(&RunReport)) -> anyhow::Result<Vec<RunReport>> {
    tool::all_there().await?;
    std::fs::create_dir_all(&options.folder)?;
    let folder = options.folder.canonicalize()?;
    anyhow::ensure!(
        std::fs::read_dir(&folder)?.next().is_none(),
        "{} is not empty",
        folder.display()
    );
    tool::database_server_may_enter(&folder).await?;
    let mut cluster = Cluster::start(&folder.join("cluster")).await.context("the cluster")?;
    let mut reports = Vec::new();
    let outcome = async {
        cluster.make_ready().await.context("the cluster")?;
        for seed in (options.seed..).take(usize::try_from(options.runs)?) {
            cluster.wait_until_whole().await?;
            let report = one(&mut cluster, &folder.join(format!("run-{seed}")), seed, options).await?;
            told(&report);
            reports.push(report);
            std::fs::write(folder.join("report.json"), serde_json::to_vec_pretty(&reports)?)?;
        }
        anyhow::Ok(())
    }
    .await;
    let stopped = cluster.stop().await;
    outcome?;
    stopped?;
    Ok(reports)
}

async fn one(cluster: &mut Cluster, folder: &Path, seed: u64, options: &Options) -> anyhow::Result<RunReport> {
    let mut rng = StdRng::seed_from_u64(seed);
    let database = format!("drill_{seed}");
    cluster.create_database(&database).await?;
    let mut vote = Deployment::open(
        folder,
        cluster,
        &database,
        VOTERS + FORGETFUL,
        options.executable.as_deref(),
    )
    .await?;
    let crowd = Arc::new(Crowd::gather(&vote.site, VOTERS).await?);
    let ready = crowd.make_ready().await.context("before the trouble")?;
    let forgetful = Forgetful::gather(&vote.site, VOTERS + 1)?;
    let over = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let voting = tokio::spawn(Arc::clone(&crowd).vote(ready, Arc::clone(&over)));
    let asking = {
        let over = Arc::clone(&over);
        tokio::spawn(async move { forgetful.ask(&over).await })
    };
    let outages = trouble(cluster, &mut vote, &options.faults, &mut rng).await;
    tokio::time::sleep(AFTERWARDS).await;
    over.store(true, Ordering::Relaxed);
    let mut report = RunReport {
        seed,
        outages: outages?,
        receipts: 0,
        links: 0,
        retries: 0,
        longest_gap: 0.0,
        violation: None,
    };
    let voted = voting.await?;
    let promised = asking.await?;
    match voted.and_then(|voted| Ok((voted, promised?))) {
        Err(error) => report.violation = Some(format!("{error:#}")),
        Ok((voted, promised)) => {
            report.links = promised.len();
            report.receipts = voted.len();
            report.retries = voted.iter().map(|one| one.retries).sum();
            report.longest_gap = verdict::longest_gap(begun, &voted).as_secs_f64();
            cluster.wait_until_whole().await?;
            let found = verdict::check(&vote, crowd.election(), &voted, &promised).await;
            report.violation = found.err().map(|error| format!("{error:#}"));
        }
    }
    vote.stop().await?;
    // What a violation leaves is for whoever looks for its cause.
    if report.violation.is_none() {
        cluster.drop_database(&database).await?;
        std::fs::remove_dir_all(folder)?;
    }
    Ok(report)
}

/// One to three faults, each after the cluster is whole again: what nobody survives, two hosts lost at once, is not asked for.
async fn trouble(
    cluster: &mut Cluster,
    vote: &mut Deployment,
    faults: &[Fault],
    rng: &mut StdRng,
) -> anyhow::Result<Vec<Outage>> {
    let faults = if faults.is_empty() { Fault::all() } else { faults };
    let count = rng.random_range(1..=3_usize);
    let mut outages = Vec::new();
    for _ in 0..count {
        tokio::time::sleep(Duration::from_millis(rng.random_range(300..2_500))).await;
        let fault = faults
            .get(rng.random_range(0..faults.len()))
            .copied()
            .context("no fault")?;
        let lasts = fault.lasts(rng);
        let begun = Instant::now();
        let injected = fault
            .inject(cluster, vote, rng)
            .await
            .with_context(|| fault.to_string())?;
        tokio::time::sleep(lasts).await;
        injected
            .end(cluster, vote)
            .await
            .with_context(|| format!("the end of {fault}"))?;
        outages.push(Outage {
            fault,
            lasted: begun.elapsed().as_secs_f64(),
        });
        cluster
            .wait_until_whole()
            .await
            .with_context(|| format!("after {fault}"))?;
    }
    Ok(outages)
}

/// The longest gap of the runs in which only this fault happened, and how many these are.
#[must_use]
pub fn gaps(reports: &[RunReport]) -> BTreeMap<Fault, (usize, f64)> {
    let mut gaps = BTreeMap::new();
    for report in reports {
        let Some(first) = report.outages.first().map(|one| one.fault) else {
            continue;
        };
        if report.outages.iter().all(|one| one.fault == first) {
            let (runs, longest) = gaps.entry(first).or_insert((0, 0.0_f64));
            *runs += 1;
            *longest = longest.max(report.longest_gap);
        }
    }
    gaps
}
