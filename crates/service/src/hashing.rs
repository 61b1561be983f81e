//! Threads that hash passwords: few, of the lowest priority, behind a bounded queue, so that a rush of sign-ins takes only what casts
//! leave. A ballot's proofs are verified on other threads, at the ordinary priority: on a busy machine the system gives those about
//! seventy times the share of these.

use std::sync::Arc;

use rayon::ThreadPool;
use tokio::sync::Semaphore;

use crate::Fault;

/// Work that may be under way or wait; what comes beyond is told at once to come back. At 20 ms each, the last waits ten seconds on one
/// free core.
pub(crate) const PLACES: usize = 512;

pub(crate) struct Hashing {
    threads: ThreadPool,
    places: Arc<Semaphore>,
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
        })
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
        self.threads.spawn(move || {
            let _place = place;
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

/// Asks for the lowest priority for this thread alone, which only Linux knows how to do; elsewhere the number of threads is the limit.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 19) {
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

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn hashing_threads_have_the_lowest_priority_and_others_keep_theirs() {
        let hashing = Hashing::new(1).unwrap();
        let priority = || rustix::process::getpriority_process(None).map_err(|_| Fault::Stopping);
        let before = priority().unwrap();
        assert_eq!(hashing.run(priority).await.unwrap(), 19);
        assert_eq!(priority().unwrap(), before);
    }
}
