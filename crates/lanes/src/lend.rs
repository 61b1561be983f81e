//! The engines that this processor can run, for an audit to borrow.

use isoloir_protocol::audit::Accelerator;

/// Engine 2: exact, without hints. `None` where the processor lacks AVX-512 IFMA.
#[must_use]
pub fn exact() -> Option<Box<dyn Accelerator>> {
    #[cfg(target_arch = "x86_64")]
    let lent = crate::engine::ExactLanes::detect().map(|lanes| Box::new(lanes) as Box<dyn Accelerator>);
    #[cfg(not(target_arch = "x86_64"))]
    let lent = None;
    lent
}
