//! What two nodes over one database hold: casts a second, how long a voter waits at a part of that, and the memory of a node while many are signed in.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Serialize;
use tokio::task::JoinSet;

use super::bench::{CastBench, Ready, cast_all, first_election, prepare, set_up};
use super::electorate::Ballots;
use super::figures::Latencies;
use super::front;
use super::load::mean;
use super::process::{Server, free_port};

/// Nodes of the portal.
const NODES: [&str; 2] = ["node-1", "node-2"];
/// Rounds in which as much is cast as goes.
const ROUNDS: usize = 3;
/// Of what was cast a second, this is then asked for, whether it is answered or not.
const SHARE: f64 = 0.7;

/// Figures of two nodes.
#[derive(Debug, Serialize)]
pub struct NodesFigures {
    /// Sessions that were open while memory was read: everybody signed in, and nobody has cast.
    pub sessions: u32,
    /// Memory of each node then, in MB (10^6 bytes): resident.
    pub memory_mb: Vec<f64>,
    /// Casts a second, in each round, until the receipt, every proof verified.
    pub cast_per_second: Vec<f64>,
    /// Casts a second that were then asked for.
    pub offered_per_second: f64,
    /// How long they took, from when they were due.
    pub latencies: Latencies,
    /// The most memory that each node ever had, in MB.
    pub peak_mb: Vec<f64>,
}

/// Signs everybody in, reads the nodes' memory, casts half of the ballots as fast as goes and the rest at a part of that.
///
/// # Errors
/// When a ballot is refused, or something cannot be started: HAProxy is needed.
pub async fn nodes(bench: &CastBench) -> anyhow::Result<NodesFigures> {
    ensure!(
        bench.database.as_ref().is_some_and(|url| url.starts_with("postgres")),
        "two nodes share a PostgreSQL database: --database postgres://…"
    );
    let site = set_up(bench).await?;
    let registrar = site.start_registrar().await?;
    let mut servers = Vec::new();
    let mut origins = Vec::new();
    for name in NODES {
        let (file, origin) = site.write_node(name, free_port()?)?;
        let arguments = ["serve", "--config", &file];
        servers.push(site.program.start(name, &origin, &arguments).await?);
        origins.push(origin);
    }
    let nodes: Vec<_> = NODES.into_iter().zip(origins.iter().map(String::as_str)).collect();
    let mut proxy = front::start(&site, &nodes)?;
    let portal = front::reached(&site).await?;
    let id = first_election(&site).await?;
    let election = Ballots::fetch(&portal, [id.clone()]).await?.election(&id)?;
    eprintln!("signing in and encrypting…");
    let mut ready = prepare(bench, &site, &portal, &election).await?;
    let memory_mb = memory(&servers, "VmRSS")?;
    let mut cast_per_second = Vec::new();
    let share = ready.len().div_ceil(2 * ROUNDS);
    for _ in 0..ROUNDS {
        let rest = ready.split_off(share.min(ready.len()));
        cast_per_second.push(cast_all(std::mem::replace(&mut ready, rest), bench.jobs).await?);
    }
    let offered_per_second = SHARE * mean(&cast_per_second);
    let latencies = Latencies::of(cast_at(ready, offered_per_second).await?);
    let peak_mb = memory(&servers, "VmHWM")?;
    for server in servers {
        server.stop().await?;
    }
    registrar.stop().await?;
    proxy.kill().await?;
    Ok(NodesFigures {
        sessions: bench.ballots,
        memory_mb,
        cast_per_second,
        offered_per_second,
        latencies,
        peak_mb,
    })
}

/// Casts so many a second, whether those before have been answered or not.
async fn cast_at(ready: Vec<Ready>, per_second: f64) -> anyhow::Result<Vec<Duration>> {
    let begun = tokio::time::Instant::now();
    let mut casts = JoinSet::new();
    for (number, one) in (0_u32..).zip(ready) {
        let due = begun + Duration::from_secs_f64(f64::from(number) / per_second);
        tokio::time::sleep_until(due).await;
        casts.spawn(async move { one.cast().await.map(|()| due.elapsed()) });
    }
    let mut times = Vec::new();
    while let Some(time) = casts.join_next().await {
        times.push(time??);
    }
    Ok(times)
}

fn memory(servers: &[Server], field: &str) -> anyhow::Result<Vec<f64>> {
    servers
        .iter()
        .map(|server| {
            server
                .memory_mb(field)
                .context("the system does not tell a node's memory")
        })
        .collect()
}
