//! The registrar's counter (*guichet*), where codes are asked for: its own origin, its own carriers, its own randomness.

use std::sync::{Mutex, MutexGuard, PoisonError};

use isoloir_carriers::mail::MailError;
use isoloir_carriers::{Depot, MailMode};
use isoloir_domain::Origin;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// What it takes to reissue codes, beside credentials and keys.
pub(crate) struct Desk {
    pub(crate) origin: Origin,
    /// `None` in a demonstration: messages stay in the outbox, for everyone to read.
    pub(crate) depot: Option<Depot>,
    rng: Mutex<StdRng>,
}

impl Desk {
    pub(crate) fn new(origin: Origin, mail: MailMode, rng: StdRng) -> Result<Desk, MailError> {
        let depot = match mail {
            MailMode::Demonstration => None,
            MailMode::Carriers(carriers) => Some(Depot::new(*carriers)?),
        };
        Ok(Desk {
            origin,
            depot,
            rng: Mutex::new(rng),
        })
    }

    /// A generator of one's own, so that none is held while something is waited for.
    pub(crate) fn rng(&self) -> StdRng {
        StdRng::from_rng(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, StdRng> {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
