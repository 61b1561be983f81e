//! Many casts, one commit: a task collects what arrives for as long as the last commit took, at most 256 ballots, and records them in one set-based transaction. The
//! disk is then not the limit; and where several nodes write to one box, in turns, each gathers its ballots while another writes.

use std::sync::Arc;
use std::time::Duration;

use isoloir_domain::Clock;
use isoloir_store::record::{NewCast, Outcome};
use isoloir_store::{Store, StoreError};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::{Fault, measured};

const BATCH: usize = 256;
/// The least and the most for which ballots are collected.
const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(50);
/// Verified ballots that may wait for a commit; more wait before entering.
const QUEUE: usize = 4096;

type Answer = oneshot::Sender<Result<Outcome, Fault>>;

enum Order {
    Record(Box<NewCast>, Answer),
    Stop(oneshot::Sender<()>),
}

/// Hands casts to the writer task.
pub(crate) struct Writer {
    orders: mpsc::Sender<Order>,
}

impl Writer {
    pub(crate) fn start(store: Store, clock: Arc<dyn Clock>) -> Self {
        let (orders, inbox) = mpsc::channel(QUEUE);
        tokio::spawn(run(inbox, store, clock));
        Self { orders }
    }

    /// Waits for the commit that holds this cast.
    pub(crate) async fn record(&self, cast: NewCast) -> Result<Outcome, Fault> {
        let (answer, outcome) = oneshot::channel();
        self.orders
            .send(Order::Record(Box::new(cast), answer))
            .await
            .map_err(|_| Fault::Stopping)?;
        outcome.await.map_err(|_| Fault::Stopping)?
    }

    /// Ends the task after what is queued.
    pub(crate) async fn stop(&self) {
        let (done, ended) = oneshot::channel();
        if self.orders.send(Order::Stop(done)).await.is_ok() {
            // An error means that the task has ended: what was wanted.
            let _ = ended.await;
        }
    }
}

async fn run(mut inbox: mpsc::Receiver<Order>, store: Store, clock: Arc<dyn Clock>) {
    let mut window = SHORTEST;
    while let Some(first) = inbox.recv().await {
        let (casts, answers, stop) = collect(first, window, &mut inbox).await;
        if !casts.is_empty() {
            let took = commit(&store, clock.as_ref(), &casts, answers).await;
            window = took.clamp(SHORTEST, LONGEST);
        }
        if let Some(done) = stop {
            inbox.close();
            // Dropped orders tell their senders that the server is stopping.
            let _ = done.send(());
            return;
        }
    }
}

type Batch = (Vec<NewCast>, Vec<Answer>, Option<oneshot::Sender<()>>);

async fn collect(first: Order, window: Duration, inbox: &mut mpsc::Receiver<Order>) -> Batch {
    let (mut casts, mut answers) = (Vec::new(), Vec::new());
    let deadline = Instant::now() + window;
    let mut order = Some(first);
    while let Some(next) = order {
        match next {
            Order::Record(cast, answer) => {
                casts.push(*cast);
                answers.push(answer);
            }
            Order::Stop(done) => return (casts, answers, Some(done)),
        }
        if casts.len() >= BATCH {
            break;
        }
        order = timeout_at(deadline, inbox.recv()).await.ok().flatten();
    }
    (casts, answers, None)
}

/// Records the casts and answers each; returns how long the store took.
async fn commit(store: &Store, clock: &dyn Clock, casts: &[NewCast], answers: Vec<Answer>) -> Duration {
    let begun = Instant::now();
    let recorded = store.record_ballots(casts, clock.now()).await;
    let took = begun.elapsed();
    let outcomes = match recorded {
        Ok(outcomes) => {
            measured::committed(casts.len(), took);
            outcomes.into_iter().map(Ok).collect::<Vec<_>>()
        }
        Err(error) => {
            measured::commit_failed();
            tracing::error!(%error, source = ?std::error::Error::source(&error), casts = casts.len(), "a commit of ballots failed");
            casts.iter().map(|_| Err(unavailable())).collect()
        }
    };
    for (answer, outcome) in answers.into_iter().zip(outcomes) {
        // Whoever cast may be gone; the ballot is stored nonetheless, and a retry gets the receipt.
        let _ = answer.send(outcome);
    }
    took
}

/// The commit's error is logged once; each caller learns only that a retry will tell.
fn unavailable() -> Fault {
    Fault::Store(StoreError::Unknown)
}
