//! All visits: each begins at its moment, whatever became of the others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use isoloir_domain::{Clock as _, SystemClock};
use serde::Deserialize;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::arrivals::Curve;
use super::report::{Load, Report};
use super::visit::Polls;
use crate::rehearse::Ballots;
use crate::voter::Portal;

/// A voter of the load: what a voter has in hand.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voter {
    /// Address, or whatever one signs in with.
    pub identifier: String,
    /// Password.
    pub password: Zeroizing<String>,
    /// Voting code.
    pub code: Zeroizing<String>,
}

/// What to do.
pub struct Options {
    /// Origin of the portal.
    pub portal: String,
    /// Who votes, in order of arrival.
    pub voters: Vec<Voter>,
    /// When they arrive.
    pub curve: Curve,
    /// The elections, by identifier.
    pub elections: Vec<String>,
    /// How long a voter comes back when told to wait.
    pub patience: Duration,
}

/// Reads voters from CSV: `identifier;password;code`, one a line.
///
/// # Errors
/// The line that is not one.
pub fn read_voters(text: &str) -> anyhow::Result<Vec<Voter>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let voters: Vec<Voter> = reader
        .deserialize()
        .collect::<Result<_, _>>()
        .context("the voters' file")?;
    ensure!(!voters.is_empty(), "the voters' file holds nobody");
    Ok(voters)
}

/// Lets voters arrive, and tells what they met.
///
/// # Errors
/// When the portal does not answer before anybody has arrived, or the curve asks for more voters than there are.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let moments = options.curve.moments();
    ensure!(!moments.is_empty(), "the curve lets nobody arrive");
    ensure!(
        moments.len() <= options.voters.len(),
        "the curve lets {} voters arrive, the file holds {}: a ballot is final, nobody votes twice",
        moments.len(),
        options.voters.len()
    );
    let portal = Portal::at(&options.portal)?;
    let ballots = Ballots::fetch(&portal, options.elections.clone()).await?;
    let mut elections = BTreeMap::new();
    for id in &options.elections {
        elections.insert(id.clone(), ballots.election(id)?);
    }
    let polls = Arc::new(Polls {
        keys: portal.fetch_json("/api/keys").await?,
        elections,
        begun: Instant::now(),
        patience: options.patience,
        portal,
    });
    let began = SystemClock.now();
    let mut visits = JoinSet::new();
    let mut late = Duration::ZERO;
    for (moment, voter) in moments.iter().zip(&options.voters) {
        let begins = polls.begun + *moment;
        tokio::time::sleep_until(begins.into()).await;
        late = late.max(begins.elapsed());
        let (polls, voter) = (Arc::clone(&polls), voter.clone());
        visits.spawn(async move { polls.visit(&voter).await });
    }
    let mut met = Vec::new();
    while let Some(visit) = visits.join_next().await {
        met.push(visit?);
    }
    let load = Load {
        portal: &options.portal,
        server_key: &polls.keys.receipt,
        began,
        curve: &options.curve,
    };
    Ok(Report::of(&load, &moments, met, polls.begun.elapsed(), late))
}
