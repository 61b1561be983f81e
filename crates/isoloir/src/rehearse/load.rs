//! Pages under many readers, and casts during a rush of sign-ins.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde::Serialize;
use tokio::task::{JoinHandle, JoinSet};

use super::bench::{CastBench, PASSWORD, Ready, cast_all, first_election, prepare, set_up};
use super::electorate::{Ballots, patiently};
use super::figures::Latencies;
use super::scenario::email;
use crate::voter::{Line, Portal, Session, VoterError, overtaken};

/// The pages that are read, all by voters who are signed in except the first two.
const PAGES: [(&str, bool); 5] = [
    ("/", false),
    ("/connexion", false),
    ("/", true),
    ("/mes-scrutins", true),
    ("/urne", true),
];

/// Latencies of one page.
#[derive(Debug, Serialize)]
pub struct PageFigures {
    /// Its path.
    pub page: &'static str,
    /// Whether the reader was signed in.
    pub signed_in: bool,
    /// Pages per second.
    pub per_second: f64,
    /// Latencies.
    pub latencies: Latencies,
}

/// Casts alone and during a rush, in turns.
#[derive(Debug, Serialize)]
pub struct RushFigures {
    /// Casts per second with nothing beside them.
    pub alone: Vec<f64>,
    /// Casts per second while people sign in.
    pub rushed: Vec<f64>,
    /// People who came to sign in, per second, while casts were measured; those who came before them counted in.
    pub arrivals_per_second: f64,
    /// Sign-ins per second during the rush.
    pub sign_ins_per_second: f64,
    /// People who stood in the waiting room.
    pub waited: usize,
    /// Of them, those who were overtaken: told to wait after somebody who arrived later had been called.
    pub overtaken: usize,
    /// People who did not come to sign in at last, by what they were told.
    pub refused: BTreeMap<String, u32>,
    /// Mean rate during the rush over mean rate alone.
    pub ratio: f64,
}

/// `readers` at the same time read each page `reads` times.
///
/// # Errors
/// When a page is not served.
pub async fn pages(bench: &CastBench, readers: u32, reads: u32) -> anyhow::Result<Vec<PageFigures>> {
    let site = set_up(bench).await?;
    let running = site.start().await?;
    let portal = Portal::at(&site.portal())?;
    let mut visits = Vec::new();
    for number in 1..=readers {
        let email = email(number);
        visits.push(patiently(|| Session::sign_in(&portal, &email, PASSWORD)).await?);
    }
    let mut figures = Vec::new();
    for (page, signed_in) in PAGES {
        let mut reading = JoinSet::new();
        let begun = Instant::now();
        for visit in visits.drain(..) {
            let portal = portal.clone();
            reading.spawn(async move { read(visit, &portal, page, signed_in, reads).await });
        }
        let mut samples = Vec::new();
        while let Some(read) = reading.join_next().await {
            let (visit, times) = read??;
            visits.push(visit);
            samples.extend(times);
        }
        figures.push(PageFigures {
            page,
            signed_in,
            per_second: rate(samples.len(), begun),
            latencies: Latencies::of(samples),
        });
    }
    running.stop().await?;
    Ok(figures)
}

async fn read(
    mut visit: Session,
    portal: &Portal,
    page: &'static str,
    signed_in: bool,
    reads: u32,
) -> Result<(Session, Vec<Duration>), VoterError> {
    let mut nobody = Session::anonymous(portal);
    let reader = if signed_in { &mut visit } else { &mut nobody };
    let mut times = Vec::new();
    for _ in 0..reads {
        let begun = Instant::now();
        reader.page(page).await?;
        times.push(begun.elapsed());
    }
    Ok((visit, times))
}

/// Turns: one alone, one in the rush, on their own ballots.
const TURNS: usize = 6;

/// Casts `bench.ballots` ballots, in turns alone and while a crowd wants to sign in: `people` at once, then `arrivals` a second.
///
/// # Errors
/// When a ballot is refused.
pub async fn rush(bench: &CastBench, people: u32, arrivals: f64) -> anyhow::Result<RushFigures> {
    let site = set_up(bench).await?;
    let running = site.start().await?;
    let portal = Portal::at(&site.portal())?;
    let id = first_election(&site).await?;
    let election = Ballots::fetch(&portal, [id.clone()]).await?.election(&id)?;
    eprintln!("signing in and encrypting…");
    let mut ready: Vec<Ready> = prepare(bench, &site, &portal, &election).await?;
    let share = ready.len().div_ceil(TURNS);
    let (mut alone, mut rushed) = (Vec::new(), Vec::new());
    let (mut during, mut met) = (Counts::default(), Met::default());
    for turn in 0..TURNS {
        let rest = ready.split_off(share.min(ready.len()));
        if ready.is_empty() {
            break;
        }
        if turn % 2 == 0 {
            alone.push(cast_all(ready, bench.jobs).await?);
        } else {
            let crowd = Crowd::gather(&portal, people, arrivals, bench.ballots);
            // The rush is at its height when the casts begin.
            tokio::time::sleep(Duration::from_secs(2)).await;
            let (begun, before) = (Instant::now(), crowd.signed_in.load(Ordering::Relaxed));
            rushed.push(cast_all(ready, bench.jobs).await?);
            during.seconds += begun.elapsed().as_secs_f64();
            during.arrived += crowd.arrived.load(Ordering::Relaxed);
            during.signed_in += crowd.signed_in.load(Ordering::Relaxed) - before;
            let one = crowd.disperse().await?;
            met.waited += one.lines.iter().filter(|line| line.stood.is_some()).count();
            met.overtaken += overtaken(&one.lines);
            for (told, people) in one.refused {
                *met.refused.entry(told).or_default() += people;
            }
        }
        ready = rest;
    }
    ensure!(!alone.is_empty() && !rushed.is_empty(), "too few ballots");
    running.stop().await?;
    let seconds = during.seconds.max(0.001);
    Ok(RushFigures {
        ratio: mean(&rushed) / mean(&alone),
        alone,
        rushed,
        arrivals_per_second: f64::from(during.arrived) / seconds,
        sign_ins_per_second: f64::from(during.signed_in) / seconds,
        waited: met.waited,
        overtaken: met.overtaken,
        refused: met.refused,
    })
}

/// While casts were measured.
#[derive(Default)]
struct Counts {
    seconds: f64,
    arrived: u32,
    signed_in: u32,
}

/// What all crowds met.
#[derive(Default)]
struct Met {
    waited: usize,
    overtaken: usize,
    refused: BTreeMap<String, u32>,
}

/// What one crowd met.
#[derive(Default)]
struct CrowdMet {
    lines: Vec<Line>,
    refused: BTreeMap<String, u32>,
}

/// How long somebody of the crowd stays in line: everybody comes in at last, so that all can be asked whether they were overtaken.
const STAYS: Duration = Duration::from_secs(3600);

/// People who come to sign in.
struct Crowd {
    over: Arc<AtomicBool>,
    arrived: Arc<AtomicU32>,
    signed_in: Arc<AtomicU32>,
    coming: JoinHandle<CrowdMet>,
}

impl Crowd {
    fn gather(portal: &Portal, people: u32, arrivals: f64, voters: u32) -> Self {
        let (over, arrived, signed_in) = (Arc::default(), Arc::default(), Arc::default());
        let crowd = Coming {
            portal: portal.clone(),
            people,
            pause: Duration::from_secs_f64(1.0 / arrivals.max(0.001)),
            voters,
            over: Arc::clone(&over),
            arrived: Arc::clone(&arrived),
            signed_in: Arc::clone(&signed_in),
        };
        Self {
            over,
            arrived,
            signed_in,
            coming: tokio::spawn(crowd.come()),
        }
    }

    /// Nobody comes any more; those who have come sign in.
    async fn disperse(self) -> anyhow::Result<CrowdMet> {
        self.over.store(true, Ordering::Relaxed);
        Ok(self.coming.await?)
    }
}

struct Coming {
    portal: Portal,
    people: u32,
    pause: Duration,
    voters: u32,
    over: Arc<AtomicBool>,
    arrived: Arc<AtomicU32>,
    signed_in: Arc<AtomicU32>,
}

impl Coming {
    async fn come(self) -> CrowdMet {
        let mut crowd = JoinSet::new();
        let mut next = tokio::time::Instant::now();
        for person in 0.. {
            if person >= self.people {
                next += self.pause;
                tokio::time::sleep_until(next).await;
                if self.over.load(Ordering::Relaxed) {
                    break;
                }
            }
            self.arrived.fetch_add(1, Ordering::Relaxed);
            let (portal, signed_in) = (self.portal.clone(), Arc::clone(&self.signed_in));
            let email = email(person % self.voters + 1);
            crowd.spawn(async move {
                let mut session = Session::anonymous(&portal);
                let line = session.arrive(STAYS).await?;
                session.send_sign_in(&email, PASSWORD, STAYS).await?;
                signed_in.fetch_add(1, Ordering::Relaxed);
                Ok::<Line, VoterError>(line)
            });
        }
        let mut met = CrowdMet::default();
        while let Some(one) = crowd.join_next().await {
            match one {
                Ok(Ok(line)) => met.lines.push(line),
                Ok(Err(error)) => *met.refused.entry(error.to_string()).or_default() += 1,
                Err(error) => *met.refused.entry(error.to_string()).or_default() += 1,
            }
        }
        met
    }
}

pub(super) fn mean(rates: &[f64]) -> f64 {
    rates.iter().sum::<f64>() / f64::from(u32::try_from(rates.len().max(1)).unwrap_or(1))
}

fn rate(count: usize, begun: Instant) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / begun.elapsed().as_secs_f64().max(0.001)
}
