//! Pages under many readers, and casts during a rush of sign-ins.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde::Serialize;
use tokio::task::JoinSet;

use super::bench::{CastBench, PASSWORD, Ready, cast_all, first_election, prepare, set_up};
use super::electorate::{Ballots, patiently};
use super::figures::Latencies;
use super::scenario::email;
use crate::voter::{Portal, Session, VoterError};

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
    /// Sign-ins per second during the rush.
    pub sign_ins_per_second: f64,
    /// Sign-ins that were told to come back.
    pub told_to_wait: u32,
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

/// Casts `bench.ballots` ballots, in turns alone and while `people` sign in again and again.
///
/// # Errors
/// When a ballot is refused.
pub async fn rush(bench: &CastBench, people: u32) -> anyhow::Result<RushFigures> {
    let site = set_up(bench).await?;
    let running = site.start().await?;
    let portal = Portal::at(&site.portal())?;
    let id = first_election(&site).await?;
    let election = Ballots::fetch(&portal, [id.clone()]).await?.election(&id)?;
    eprintln!("signing in and encrypting…");
    let mut ready: Vec<Ready> = prepare(bench, &site, &portal, &election).await?;
    let share = ready.len().div_ceil(TURNS);
    let (mut alone, mut rushed) = (Vec::new(), Vec::new());
    let counted = Counted::default();
    let mut rush_seconds = 0.0;
    for turn in 0..TURNS {
        let rest = ready.split_off(share.min(ready.len()));
        if ready.is_empty() {
            break;
        }
        if turn % 2 == 0 {
            alone.push(cast_all(ready, bench.jobs).await?);
        } else {
            let crowd = Crowd::gather(&portal, people, bench.ballots, &counted);
            // The rush is at its height when the casts begin.
            tokio::time::sleep(Duration::from_millis(500)).await;
            let begun = Instant::now();
            let before = counted.signed_in.load(Ordering::Relaxed);
            rushed.push(cast_all(ready, bench.jobs).await?);
            rush_seconds += begun.elapsed().as_secs_f64();
            counted
                .during
                .fetch_add(counted.signed_in.load(Ordering::Relaxed) - before, Ordering::Relaxed);
            crowd.disperse().await;
        }
        ready = rest;
    }
    ensure!(!alone.is_empty() && !rushed.is_empty(), "too few ballots");
    running.stop().await?;
    Ok(RushFigures {
        ratio: mean(&rushed) / mean(&alone),
        alone,
        rushed,
        sign_ins_per_second: f64::from(counted.during.load(Ordering::Relaxed)) / rush_seconds.max(0.001),
        told_to_wait: counted.told_to_wait.load(Ordering::Relaxed),
    })
}

/// What the crowd met.
#[derive(Default, Clone)]
struct Counted {
    signed_in: Arc<AtomicU32>,
    during: Arc<AtomicU32>,
    told_to_wait: Arc<AtomicU32>,
}

/// When somebody who was told to come back shortly does.
const COMES_BACK: Duration = Duration::from_secs(2);

/// People who sign in, and then again.
struct Crowd {
    over: Arc<AtomicBool>,
    people: JoinSet<()>,
}

impl Crowd {
    fn gather(portal: &Portal, people: u32, voters: u32, counted: &Counted) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let mut crowd = JoinSet::new();
        for person in 0..people {
            let (portal, counted) = (portal.clone(), counted.clone());
            let over = Arc::clone(&over);
            crowd.spawn(async move {
                let email = email(person % voters + 1);
                while !over.load(Ordering::Relaxed) {
                    match Session::sign_in(&portal, &email, PASSWORD).await {
                        Ok(_) => counted.signed_in.fetch_add(1, Ordering::Relaxed),
                        Err(_) => {
                            tokio::time::sleep(COMES_BACK).await;
                            counted.told_to_wait.fetch_add(1, Ordering::Relaxed)
                        }
                    };
                }
            });
        }
        Self { over, people: crowd }
    }

    /// Those who have begun finish.
    async fn disperse(mut self) {
        self.over.store(true, Ordering::Relaxed);
        while self.people.join_next().await.is_some() {}
    }
}

fn mean(rates: &[f64]) -> f64 {
    rates.iter().sum::<f64>() / f64::from(u32::try_from(rates.len().max(1)).unwrap_or(1))
}

fn rate(count: usize, begun: Instant) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / begun.elapsed().as_secs_f64().max(0.001)
}
