//! The engines that this processor can run, for an audit to borrow.

use std::sync::{Arc, Mutex};

use isoloir_protocol::audit::Accelerator;
use rand_core::CryptoRng;

use crate::sidecar::{Reader, Recorder};

/// A random generator that threads share.
pub type SharedRng = Arc<Mutex<dyn CryptoRng + Send>>;

/// Engine 2: exact, without hints. `None` where the processor lacks AVX-512 IFMA. It records a sidecar if there is a recorder.
#[must_use]
pub fn exact(recorder: Option<Arc<Recorder>>) -> Option<Box<dyn Accelerator>> {
    #[cfg(target_arch = "x86_64")]
    {
        let exact = crate::engine::ExactLanes::detect()?;
        Some(Box::new(match recorder {
            Some(recorder) => exact.recording(recorder),
            None => exact,
        }))
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        drop(recorder);
        None
    }
}

/// Engine 3: with a sidecar. `None` where the processor lacks AVX-512 IFMA. The generator draws the coefficients, each time after what
/// they are for was read: whoever made the sidecar must not know what it gives.
#[must_use]
pub fn with_sidecar(sidecar: Reader, rng: SharedRng) -> Option<Box<dyn Accelerator>> {
    #[cfg(target_arch = "x86_64")]
    {
        Some(Box::new(crate::engine::SidecarLanes::detect(sidecar, rng)?))
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        drop((sidecar, rng));
        None
    }
}
