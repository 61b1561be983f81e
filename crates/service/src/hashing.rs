//! Threads that hash passwords: few, of low priority, behind a bounded queue, so that a rush of sign-ins takes only what casts leave.
//!
//! Before each password a thread waits until no cast is under way, though never longer than [`PATIENCE`]: where casts never pause, sign-ins go
//! on at a slow pace, and voters who are casting keep most of the machine (docs/benchmarks.md says how much). Priority alone does not do that: a hash that has begun
//! holds a core, and its caches, for all of its 20 ms.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use rayon::ThreadPool;
use tokio::sync::Semaphore;

use crate::Fault;

/// Work that may be under way or wait; what comes beyond is told at once to come back. At 20 ms each, the last waits five seconds on one
/// free core, and half a minute on two where casts never pause.
pub(crate) const PLACES: usize = 256;

/// How long a thread waits for a pause of the casts: ten times what it then takes.
const PATIENCE: Duration = Duration::from_millis(200);

pub(crate) struct Hashing {
    threads: ThreadPool,
    places: Arc<Semaphore>,
    casts: Arc<Casts>,
}

/// Casts between their arrival and their answer.
#[derive(Default)]
struct Casts {
    under_way: Mutex<usize>,
    none: Condvar,
}

impl Casts {
    fn change(&self, by: impl FnOnce(usize) -> usize) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        *under_way = by(*under_way);
        if *under_way == 0 {
            self.none.notify_all();
        }
    }

    /// Until there is none, or [`PATIENCE`] is over.
    fn wait_for_a_pause(&self) {
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.none.wait_timeout_while(under_way, PATIENCE, |casts| *casts > 0));
    }
}

/// A cast is under way until this is dropped.
pub(crate) struct CastUnderWay(Arc<Casts>);

impl Drop for CastUnderWay {
    fn drop(&mut self) {
        self.0.change(|casts| casts.saturating_sub(1));
    }
}

impl Hashing {
    pub(crate) fn new(threads: usize) -> Result<Self, rayon::ThreadPoolBuildError> {
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.max(1))
            .thread_name(|i| format!("hash-{i}"))
            .start_handler(|_| give_way())
            .build()?;
        Ok(Self {
            threads,
            places: Arc::new(Semaphore::new(PLACES)),
            casts: Arc::default(),
        })
    }

    /// Says that a cast is under way: passwords wait.
    pub(crate) fn cast_under_way(&self) -> CastUnderWay {
        self.casts.change(|casts| casts.saturating_add(1));
        CastUnderWay(Arc::clone(&self.casts))
    }

    /// Runs `work` in its turn. [`Fault::Crowded`] when the queue is full.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, Fault> + Send + 'static,
    {
        // The place is given back when the work is done, not when the request that wanted it is gone.
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Fault::Crowded)?;
        let (send, receive) = tokio::sync::oneshot::channel();
        let casts = Arc::clone(&self.casts);
        self.threads.spawn(move || {
            let _place = place;
            casts.wait_for_a_pause();
            if !send.is_closed() {
                // Nobody waits any more when the request was dropped: the outcome is of no use then.
                let _ = send.send(work());
            }
        });
        receive.await.map_err(|_| Fault::Stopping)?
    }

    #[cfg(test)]
    pub(crate) fn free_places(&self) -> usize {
        self.places.available_permits()
    }
}

/// A tenth of the share of an ordinary thread on a busy machine. The lowest, 19, would leave a seventieth: beside other programs that never
/// rest, nobody could sign in.
const NICE: i32 = 10;

/// Asks for a low priority for this thread alone, which only Linux knows how to do; elsewhere the number of threads is the limit.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::warn!(%error, "a hashing thread keeps the ordinary priority");
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_frees_its_places() {
        let hashing = Arc::new(Hashing::new(1).unwrap());
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let blocked = {
            let hashing = Arc::clone(&hashing);
            tokio::spawn(async move {
                let wait = move || {
                    let _ = gate.recv();
                    Ok(())
                };
                hashing.run(wait).await
            })
        };
        while hashing.free_places() == PLACES {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let waiting: Vec<_> = (1..PLACES)
            .map(|_| {
                let hashing = Arc::clone(&hashing);
                tokio::spawn(async move { hashing.run(|| Ok(())).await })
            })
            .collect();
        while hashing.free_places() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(matches!(hashing.run(|| Ok(())).await, Err(Fault::Crowded)));
        open.send(()).unwrap();
        assert!(blocked.await.unwrap().is_ok());
        for task in waiting {
            assert!(task.await.unwrap().is_ok());
        }
        assert_eq!(hashing.run(|| Ok(3)).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_password_waits_for_a_pause_of_the_casts_but_not_for_ever() {
        let hashing = Hashing::new(1).unwrap();
        let timed = async || {
            let begun = std::time::Instant::now();
            hashing.run(|| Ok(())).await.unwrap();
            begun.elapsed()
        };
        let two = (hashing.cast_under_way(), hashing.cast_under_way());
        assert!(timed().await >= PATIENCE, "casts never pause");
        drop(two.0);
        assert!(timed().await >= PATIENCE, "one is still under way");
        // The last one ends while a password waits.
        let (waited, ()) = tokio::join!(timed(), async {
            tokio::time::sleep(PATIENCE / 20).await;
            drop(two.1);
        });
        assert!(waited >= PATIENCE / 20);
        assert_eq!(*hashing.casts.under_way.lock().unwrap(), 0);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn hashing_threads_have_a_low_priority_and_others_keep_theirs() {
        let hashing = Hashing::new(1).unwrap();
        let priority = || rustix::process::getpriority_process(None).map_err(|_| Fault::Stopping);
        let before = priority().unwrap();
        assert_eq!(hashing.run(priority).await.unwrap(), NICE);
        assert_eq!(priority().unwrap(), before);
    }
}
