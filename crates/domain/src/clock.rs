//! Where the time comes from. Nothing else in the product asks the system for it.

use jiff::Timestamp;

/// Tells the time. Passed as an argument everywhere, so that tests and rehearsals decide it.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the system's clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

#[cfg(feature = "settable-clock")]
pub use settable::SettableClock;

#[cfg(feature = "settable-clock")]
mod settable {
    use std::sync::{Arc, RwLock};

    use jiff::{SignedDuration, Timestamp};

    use super::Clock;

    /// A clock that stands still until it is set. Clones share one hand.
    #[derive(Debug, Clone)]
    pub struct SettableClock(Arc<RwLock<Timestamp>>);

    impl SettableClock {
        /// A clock that shows `at`.
        #[must_use]
        pub fn new(at: Timestamp) -> Self {
            Self(Arc::new(RwLock::new(at)))
        }

        /// Shows `at` from now on.
        pub fn set(&self, at: Timestamp) {
            let mut hand = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            *hand = at;
        }

        /// Moves on by `by`; an overflow of the calendar leaves the hand where it was.
        pub fn advance(&self, by: SignedDuration) {
            if let Ok(later) = self.now().checked_add(by) {
                self.set(later);
            }
        }
    }

    impl Clock for SettableClock {
        fn now(&self) -> Timestamp {
            *self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner)
        }
    }
}
