//! Whether this processor can run the eight lanes.

/// Proof that the processor has AVX-512 F, VL, DQ, BW and IFMA: the only way to get one is to ask the processor. Whoever
/// holds one may call the functions of this crate that are compiled for these instructions.
#[derive(Debug, Clone, Copy)]
pub struct Lanes(());

impl Lanes {
    /// Asks the processor.
    #[must_use]
    pub fn detect() -> Option<Self> {
        let has_all = std::is_x86_feature_detected!("avx512f")
            && std::is_x86_feature_detected!("avx512vl")
            && std::is_x86_feature_detected!("avx512dq")
            && std::is_x86_feature_detected!("avx512bw")
            && std::is_x86_feature_detected!("avx512ifma");
        has_all.then_some(Self(()))
    }
}
