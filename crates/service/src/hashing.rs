//! Threads that hash passwords: few, of low priority, behind a bounded queue, so that a rush of sign-ins takes only what casts leave.
//!
//! Before each password a thread waits until no cast has been under way for [`CALM`], though never longer than its patience, which is [`PATIENCE`] where so many are
//! under way as fill the machine and less where there are fewer: so sign-ins go on at a slow pace in a rush of casts, where voters who are casting keep most of the
//! machine (docs/benchmarks.md says how much), and as fast as it can otherwise. Priority alone does not do that: a hash that has begun holds a core, and its caches,
//! for all of its 20 ms.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rayon::ThreadPool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Fault, measured};

/// Work that may be under way or wait; what comes beyond is told at once to come back. At 20 ms each, the last waits under three seconds on
/// one free core, and half a minute on two where casts never pause.
pub(crate) const PLACES: usize = 128;

/// How long a thread waits for a pause of the casts when they fill the machine: twelve times what it then takes.
const PATIENCE: Duration = Duration::from_millis(250);

/// Casts under way, for each thread that hashes, which fill the machine. Of the 42 casts a second of an ordinary election one or two are under way: two cores must then
/// let as many people sign in, which leaves a thread 27 ms to wait before each.
const FULL: f64 = 8.0;

/// How long there has been no cast when that is a pause: those recorded together are answered together, and the next are on their way.
const CALM: Duration = Duration::from_millis(50);

/// How long whoever was called by the waiting room waits for one of the [`PLACES`]. With the half minute that they may take, the answer comes before a
/// proxy gives up, which is after a minute.
const SOON: Duration = Duration::from_secs(30);

/// What a hash takes before the first was measured, in microseconds.
const USUAL: u64 = 20_000;

pub(crate) struct Hashing {
    threads: ThreadPool,
    places: Arc<Semaphore>,
    casts: Arc<Casts>,
    /// What a hash takes of a thread lately, pauses of the casts included, in microseconds.
    takes: Arc<AtomicU64>,
}

/// Casts between their arrival and their answer.
struct Casts {
    now: Mutex<CastsNow>,
    changed: Condvar,
    /// So many under way fill the machine.
    full: f64,
}

#[derive(Default)]
struct CastsNow {
    under_way: usize,
    /// How many were under way lately, as each arrival saw it.
    usual: f64,
    /// When the last of them was answered.
    answered: Option<Instant>,
}

impl Casts {
    fn new(threads: usize) -> Self {
        let threads = u32::try_from(threads).unwrap_or(u32::MAX);
        Self {
            now: Mutex::default(),
            changed: Condvar::new(),
            full: FULL * f64::from(threads),
        }
    }

    fn arrived(&self) {
        let mut now = self.lock();
        now.under_way = now.under_way.saturating_add(1);
        let under_way = u32::try_from(now.under_way).unwrap_or(u32::MAX);
        now.usual += (f64::from(under_way) - now.usual) / 16.0;
    }

    fn patience(&self, now: &CastsNow) -> Duration {
        PATIENCE.mul_f64((now.usual / self.full).min(1.0))
    }

    fn answered(&self) {
        let mut now = self.lock();
        now.under_way = now.under_way.saturating_sub(1);
        now.answered = Some(Instant::now());
        if now.under_way == 0 {
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, CastsNow> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until there has been none for [`CALM`], or patience is over.
    fn wait_for_a_pause(&self) {
        let begun = Instant::now();
        let mut now = self.lock();
        loop {
            let calm = match now.answered {
                _ if now.under_way > 0 => None,
                None => return,
                Some(answered) => Some(CALM.saturating_sub(answered.elapsed())),
            };
            let left = self.patience(&now).saturating_sub(begun.elapsed());
            let wait = calm.map_or(left, |calm| calm.min(left));
            if wait.is_zero() {
                return;
            }
            let waited = self.changed.wait_timeout(now, wait);
            now = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// A cast is under way until this is dropped.
pub(crate) struct CastUnderWay(Arc<Casts>);

impl Drop for CastUnderWay {
    fn drop(&mut self) {
        self.0.answered();
    }
}

/// One of the [`PLACES`] in the queue, until this is dropped.
pub(crate) struct Turn(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Hashing {
    pub(crate) fn new(threads: usize) -> Result<Self, rayon::ThreadPoolBuildError> {
        let threads = threads.max(1);
        let casts = Arc::new(Casts::new(threads));
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|i| format!("hash-{i}"))
            .start_handler(|_| give_way())
            .build()?;
        Ok(Self {
            threads,
            places: Arc::new(Semaphore::new(PLACES)),
            casts,
            takes: Arc::new(AtomicU64::new(USUAL)),
        })
    }

    /// How many passwords could be hashed in `seconds`, at the pace of the last ones.
    pub(crate) fn served_in(&self, seconds: u64) -> usize {
        let threads = u64::try_from(self.threads.current_num_threads()).unwrap_or(1);
        let takes = self.takes.load(Ordering::Relaxed).max(1);
        usize::try_from(threads.saturating_mul(seconds).saturating_mul(1_000_000) / takes).unwrap_or(usize::MAX)
    }

    /// Passwords that are being hashed or wait for it.
    pub(crate) fn queued(&self) -> usize {
        PLACES.saturating_sub(self.places.available_permits())
    }

    /// Says that a cast is under way: passwords wait.
    pub(crate) fn cast_under_way(&self) -> CastUnderWay {
        self.casts.arrived();
        CastUnderWay(Arc::clone(&self.casts))
    }

    /// A place in the queue. [`Fault::Crowded`] when it is full: known before an attempt is counted, since whoever is told to come back has not failed.
    pub(crate) fn turn(&self) -> Result<Turn, Fault> {
        let turn = Arc::clone(&self.places).try_acquire_owned();
        turn.map(Turn).map_err(|_| Fault::Crowded)
    }

    /// The same for whoever need not be told to come back: waits a while for a place, in order. [`Fault::Crowded`] when there was none.
    pub(crate) async fn turn_soon(&self) -> Result<Turn, Fault> {
        let turn = tokio::time::timeout(SOON, Arc::clone(&self.places).acquire_owned()).await;
        match turn {
            Ok(turn) => turn.map(Turn).map_err(|_| Fault::Stopping),
            Err(_) => Err(Fault::Crowded),
        }
    }

    /// Runs `work` in its turn.
    pub(crate) async fn run<T, F>(&self, turn: Turn, work: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, Fault> + Send + 'static,
    {
        let (send, receive) = tokio::sync::oneshot::channel();
        let (casts, takes) = (Arc::clone(&self.casts), Arc::clone(&self.takes));
        self.threads.spawn(move || {
            // Given back when the work is done, not when the request that wanted it is gone.
            let _turn = turn;
            let begun = Instant::now();
            casts.wait_for_a_pause();
            if !send.is_closed() {
                // Nobody waits any more when the request was dropped: the outcome is of no use then.
                let _ = send.send(work());
                let took = begun.elapsed();
                note(&takes, took);
                measured::password_hashed(took);
            }
        });
        receive.await.map_err(|_| Fault::Stopping)?
    }

    #[cfg(test)]
    pub(crate) fn free_places(&self) -> usize {
        self.places.available_permits()
    }
}

/// A sixteenth of what is known of the pace is that of this hash. Two threads at once may lose one of them, which does no harm.
fn note(takes: &AtomicU64, took: Duration) {
    let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX / 16);
    let before = takes.load(Ordering::Relaxed);
    takes.store((before.saturating_mul(15).saturating_add(took)) / 16, Ordering::Relaxed);
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
                hashing.run(hashing.turn()?, wait).await
            })
        };
        while hashing.free_places() == PLACES {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let waiting: Vec<_> = (1..PLACES)
            .map(|_| {
                let hashing = Arc::clone(&hashing);
                tokio::spawn(async move { hashing.run(hashing.turn()?, || Ok(())).await })
            })
            .collect();
        while hashing.free_places() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(matches!(hashing.turn(), Err(Fault::Crowded)));
        open.send(()).unwrap();
        assert!(blocked.await.unwrap().is_ok());
        for task in waiting {
            assert!(task.await.unwrap().is_ok());
        }
        assert_eq!(hashing.run(hashing.turn().unwrap(), || Ok(3)).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_password_waits_for_a_pause_of_the_casts_but_not_for_ever() {
        let hashing = Hashing::new(1).unwrap();
        let timed = async || {
            let begun = std::time::Instant::now();
            hashing.run(hashing.turn().unwrap(), || Ok(())).await.unwrap();
            begun.elapsed()
        };
        // As in a rush: many under way, and each arrival sees many.
        let mut many: Vec<_> = (0..64).map(|_| hashing.cast_under_way()).collect();
        assert!(timed().await >= PATIENCE, "casts never pause");
        let last = many.pop().unwrap();
        drop(many);
        assert!(timed().await >= PATIENCE, "one is still under way");
        // The last one ends while a password waits, and another begins at once: that is no pause.
        let (waited, another) = tokio::join!(timed(), async {
            tokio::time::sleep(PATIENCE / 20).await;
            drop(last);
            hashing.cast_under_way()
        });
        assert!(waited >= PATIENCE, "casts follow one another");
        let (waited, ()) = tokio::join!(timed(), async {
            tokio::time::sleep(PATIENCE / 20).await;
            drop(another);
        });
        assert!(waited >= PATIENCE / 20 + CALM);
        assert_eq!(hashing.casts.lock().under_way, 0);
    }

    #[test]
    fn passwords_wait_less_where_fewer_casts_are_under_way() {
        let casts = Casts::new(2);
        let patience = || casts.patience(&casts.lock());
        assert_eq!(patience(), Duration::ZERO);
        // One after another, as where 42 are cast a second and each takes 20 ms.
        for _ in 0..100 {
            casts.arrived();
            casts.answered();
        }
        let ordinary = patience();
        assert!(ordinary > PATIENCE / 20 && ordinary < PATIENCE / 14, "{ordinary:?}");
        for _ in 0..64 {
            casts.arrived();
        }
        assert_eq!(patience(), PATIENCE);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn hashing_threads_have_a_low_priority_and_others_keep_theirs() {
        let hashing = Hashing::new(1).unwrap();
        let priority = || rustix::process::getpriority_process(None).map_err(|_| Fault::Stopping);
        let before = priority().unwrap();
        assert_eq!(hashing.run(hashing.turn().unwrap(), priority).await.unwrap(), NICE);
        assert_eq!(priority().unwrap(), before);
    }
}
