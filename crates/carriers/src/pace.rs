//! How fast each operator takes messages, so that a slow one holds up nobody else.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// How fast an operator takes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Messages under way at the same time.
    pub at_once: u32,
    /// Messages in a minute from this server; unlimited when `None`.
    pub per_minute: Option<u32>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            at_once: 16,
            per_minute: None,
        }
    }
}

/// One gate per operator.
pub(crate) struct Gates {
    pace: Pace,
    paces: HashMap<String, Pace>,
    open: Mutex<HashMap<String, Arc<Gate>>>,
}

/// How many messages go to one operator now, and when the next may.
pub(crate) struct Gate {
    pace: Pace,
    inside: AtomicU32,
    places: Semaphore,
    next: Mutex<Instant>,
}

impl Gates {
    pub(crate) fn new(pace: Pace, paces: HashMap<String, Pace>) -> Gates {
        Gates {
            pace,
            paces,
            open: Mutex::default(),
        }
    }

    pub(crate) fn of(&self, operator: &str) -> Arc<Gate> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = open.get(operator) {
            return Arc::clone(gate);
        }
        let pace = self.paces.get(operator).copied().unwrap_or(self.pace);
        let gate = Arc::new(Gate {
            pace,
            inside: AtomicU32::new(0),
            places: Semaphore::new(usize::try_from(pace.at_once.max(1)).unwrap_or(1)),
            next: Mutex::new(Instant::now()),
        });
        open.insert(operator.to_owned(), Arc::clone(&gate));
        gate
    }

    /// Operators that nothing more is to be taken for now.
    pub(crate) fn busy(&self, now: Instant) -> Vec<String> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let full = open.iter().filter(|(_, gate)| gate.is_full(now));
        full.map(|(operator, _)| operator.clone()).collect()
    }
}

/// A message waits in a worker's hands no longer than this for its operator's pace.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(30);

impl Gate {
    pub(crate) fn entered(&self) {
        self.inside.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn left(&self) {
        self.inside.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) async fn place(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.places.acquire().await
    }

    fn is_full(&self, now: Instant) -> bool {
        let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        self.inside.load(Ordering::Relaxed) >= self.pace.at_once.max(1)
            || next.saturating_duration_since(now) > LONGEST_WAIT
    }

    /// How long to wait for the operator's pace; `None` when that is too long to be waited for.
    pub(crate) fn slot(&self, now: Instant) -> Option<Duration> {
        let Some(per_minute) = self.pace.per_minute else {
            return Some(Duration::ZERO);
        };
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = (*next).max(now);
        let wait = at.saturating_duration_since(now);
        if wait > LONGEST_WAIT {
            return None;
        }
        *next = at + Duration::from_secs(60) / per_minute.max(1);
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_is_not_hurried_and_others_do_not_wait_for_it() {
        let slow = Pace {
            at_once: 2,
            per_minute: Some(60),
        };
        let gates = Gates::new(Pace::default(), HashMap::from([("ac-slow.fr".to_owned(), slow)]));
        let gate = gates.of("ac-slow.fr");
        let now = Instant::now();
        let waits: Vec<_> = (0..31).map(|_| gate.slot(now).unwrap().as_secs()).collect();
        assert!(
            waits.is_sorted() && waits[0] <= 1 && (29..=31).contains(&waits[30]),
            "{waits:?}"
        );
        assert_eq!(gate.slot(now), None);
        assert_eq!(gates.busy(now), ["ac-slow.fr"]);
        assert_eq!(gates.of("gmail.com").slot(now), Some(Duration::ZERO));
        let later = now + Duration::from_secs(5);
        assert!(gates.busy(later).is_empty() && gate.slot(later).is_some());
        gate.inside.store(2, Ordering::Relaxed);
        assert_eq!(gates.busy(later + Duration::from_secs(60)), ["ac-slow.fr"]);
    }
}
