//! Figures in Prometheus's form, at `/metrics` of an address of their own.
//!
//! What happens is counted where it happens. What stands (connections, people in line, messages that wait) is looked at when somebody asks; what costs the
//! database a look is asked of it once in [`COUNTED`] at most, however often they ask.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use isoloir_domain::delivery::Channel;
use isoloir_domain::{Clock as _, SystemClock};
use isoloir_registrar::Registrar;
use isoloir_service::VotingServer;
use isoloir_service::measured::{Busy, Counted};
use metrics::{counter, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::names;
use crate::config::MetricsConfig;
use crate::rehearse::memory_kib;

/// The database is asked to count at most this often.
const COUNTED: Duration = Duration::from_secs(15);
/// A database that does not answer within this is not there.
const PATIENCE: Duration = Duration::from_secs(2);
/// Durations that were noted are put into their steps this often, also when nobody asks for figures.
const UPKEEP: Duration = Duration::from_secs(5);

/// The server that is watched.
#[derive(Clone)]
pub(crate) enum Watched {
    /// The voting server.
    Server(VotingServer),
    /// The registrar.
    Registrar(Arc<Registrar>),
}

/// Keeps figures, and an address that will give them.
pub(crate) struct Exporter {
    kept: PrometheusHandle,
    listener: TcpListener,
}

#[derive(Clone)]
struct Shared {
    kept: PrometheusHandle,
    watched: Watched,
    /// When the database last counted.
    counted: Arc<Mutex<Option<Instant>>>,
}

/// Serves; figures are given as long, where somebody wants them.
pub(crate) async fn beside<T>(figures: Option<Exporter>, watched: Watched, served: impl Future<Output = T>) -> T {
    let figures = figures.map(|figures| tokio::spawn(figures.serve(watched)));
    let outcome = served.await;
    if let Some(figures) = figures {
        figures.abort();
    }
    outcome
}

impl Exporter {
    /// Takes the address, and keeps figures from now on; nothing without `[metrics]`. `public` is where the server itself listens.
    pub(crate) async fn open(config: Option<MetricsConfig>, public: SocketAddr) -> anyhow::Result<Option<Exporter>> {
        let Some(config) = config else { return Ok(None) };
        let listener = TcpListener::bind(config.beside(public)?)
            .await
            .context("metrics.listen")?;
        let mut builder = PrometheusBuilder::new()
            .set_buckets_for_metric(full(isoloir_service::measured::COMMIT_BALLOTS), &names::BALLOTS)?;
        for name in names::DURATIONS {
            builder = builder.set_buckets_for_metric(full(name), &names::SECONDS)?;
        }
        let recorder = builder.build_recorder();
        let kept = recorder.handle();
        metrics::set_global_recorder(recorder).context("figures are kept already")?;
        gauge!(names::STARTED).set(SystemClock.now().as_duration().as_secs_f64());
        println!("metrics on http://{}/metrics", listener.local_addr()?);
        Ok(Some(Exporter { kept, listener }))
    }

    /// Gives figures for ever.
    async fn serve(self, watched: Watched) {
        names::describe();
        let server = match &watched {
            Watched::Server(_) => {
                names::describe_server();
                "portal"
            }
            Watched::Registrar(_) => {
                names::describe_registrar();
                "registrar"
            }
        };
        gauge!(names::BUILD, "version" => env!("CARGO_PKG_VERSION"), "server" => server).set(1.0);
        let kept = self.kept.clone();
        let router = Router::new().route("/metrics", get(figures)).with_state(Shared {
            kept: self.kept,
            watched,
            counted: Arc::default(),
        });
        let upkeep = async {
            let mut ticks = tokio::time::interval(UPKEEP);
            loop {
                ticks.tick().await;
                kept.run_upkeep();
            }
        };
        tokio::select! {
            served = axum::serve(self.listener, router) => {
                if let Err(error) = served {
                    tracing::error!(%error, "figures are given no more");
                }
            }
            () = upkeep => {}
        }
    }
}

fn full(name: &str) -> Matcher {
    Matcher::Full(name.to_owned())
}

async fn figures(State(shared): State<Shared>) -> impl IntoResponse {
    shared.look().await;
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        shared.kept.render(),
    )
}

impl Shared {
    /// Looks at everything that stands.
    async fn look(&self) {
        if let Some(kib) = memory_kib("self", "VmRSS") {
            gauge!(names::MEMORY).set(number(kib) * 1024.0);
        }
        let up = match &self.watched {
            Watched::Server(server) => {
                busy(server.busy());
                tokio::time::timeout(PATIENCE, server.health())
                    .await
                    .is_ok_and(|it| it.is_ok())
            }
            Watched::Registrar(registrar) => {
                let (in_use, idle) = registrar.store().pool();
                connections(in_use, idle);
                let ping = registrar.store().ping();
                tokio::time::timeout(PATIENCE, ping).await.is_ok_and(|it| it.is_ok())
            }
        };
        gauge!(names::DATABASE_UP).set(if up { 1.0 } else { 0.0 });
        // What does not answer is not asked more.
        if up {
            self.count().await;
        }
    }

    /// Lets the database count, unless it did just now. A count that fails leaves the figures as they were.
    async fn count(&self) {
        let mut counted = self.counted.lock().await;
        if counted.is_some_and(|at| at.elapsed() < COUNTED) {
            return;
        }
        *counted = Some(Instant::now());
        let done = tokio::time::timeout(PATIENCE, async {
            match &self.watched {
                Watched::Server(server) => {
                    stands(&server.counted().await?, server.clock().now().as_second());
                    anyhow::Ok(())
                }
                Watched::Registrar(registrar) => {
                    let waiting = registrar.store().messages_waiting().await?;
                    let now = SystemClock.now().as_second();
                    for channel in Channel::ALL {
                        let line = waiting.iter().find(|(of, ..)| *of == channel);
                        let (count, oldest) = line.map_or((0, None), |(_, count, oldest)| (*count, Some(*oldest)));
                        waits(channel, count, oldest, now);
                    }
                    Ok(())
                }
            }
        });
        match done.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = format!("{error:#}"), "figures could not be counted"),
            Err(_) => tracing::warn!("figures could not be counted in time"),
        }
    }
}

fn busy(busy: Busy) {
    gauge!(names::PASSWORDS_WAITING).set(number(count(busy.passwords)));
    gauge!(names::ROOM_OPEN).set(if busy.room_open { 1.0 } else { 0.0 });
    gauge!(names::ROOM_PEOPLE).set(number(count(busy.standing)));
    counter!(names::ROOM_CALLED).absolute(busy.called);
    connections(busy.connections.in_use, busy.connections.idle);
}

fn connections(in_use: u32, idle: u32) {
    gauge!(names::DATABASE_CONNECTIONS, "state" => "in_use").set(in_use);
    gauge!(names::DATABASE_CONNECTIONS, "state" => "idle").set(idle);
}

fn stands(counted: &Counted, now: i64) {
    gauge!(names::SESSIONS).set(number(counted.sessions));
    for (phase, elections) in &counted.elections {
        gauge!(names::ELECTIONS, "phase" => phase.as_str()).set(number(*elections));
    }
    for waiting in &counted.waiting {
        let oldest = waiting.oldest.map(|at| at.as_second());
        waits(waiting.channel, waiting.count, oldest, now);
    }
}

/// Messages of a channel that wait, and the second in which the oldest was queued.
fn waits(channel: Channel, count: u64, oldest: Option<i64>, now: i64) {
    let channel = channel.as_str();
    let age = oldest.map_or(0, |oldest| u64::try_from(now.saturating_sub(oldest)).unwrap_or(0));
    gauge!(names::MESSAGES_WAITING, "channel" => channel).set(number(count));
    gauge!(names::MESSAGES_OLDEST, "channel" => channel).set(number(age));
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Exact up to four thousand million, which none of these reaches.
fn number(whole: u64) -> f64 {
    u32::try_from(whole).map_or(f64::INFINITY, f64::from)
}
