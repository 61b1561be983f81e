//! The engines that this processor can run, for an audit to borrow.

use std::sync::{Arc, Mutex};

use isoloir_protocol::{
    archive::PayloadHash,
    audit::{Accelerator, engine::Cast, engine::Engine},
    election::ElectionParams,
};
use rand_core::CryptoRng;

use crate::sidecar::{Buffer, Reader, Recorder};

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

/// Makes a sidecar page by page, for a server that keeps it beside the box.
pub struct Maker {
    engine: Box<dyn Engine>,
    written: Buffer,
    ballots: u64,
}

impl Maker {
    /// `None` where the processor lacks AVX-512 IFMA, and for elections without sidecar.
    #[must_use]
    pub fn new(election: &ElectionParams, fingerprint: &str) -> Option<Self> {
        let written = Buffer::default();
        let recorder = Arc::new(Recorder::new(Box::new(written.clone())));
        let engine = exact(Some(recorder))?.engine(election, fingerprint)?;
        Some(Self {
            engine,
            written,
            ballots: 0,
        })
    }

    /// What comes next in the file: the entries of these ballots, the next ones of the archive; before the first page, the header.
    pub fn page<B: AsRef<[u8]>>(&mut self, ballots: &[B]) -> Vec<u8> {
        let casts: Vec<Cast<'_>> = ballots
            .iter()
            .zip(self.ballots..)
            .map(|(bytes, ordinal)| Cast {
                ordinal,
                hash: PayloadHash::of(bytes.as_ref()),
                bytes: bytes.as_ref(),
            })
            .collect();
        // What the engine accepts is of no interest here: an entry proves nothing.
        let _ = self.engine.accept(&casts);
        self.ballots += casts.len() as u64;
        self.written.take()
    }
}
