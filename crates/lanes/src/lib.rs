//! Eight lanes: ballots verified eight group elements at a time, with AVX-512 IFMA.
//!
//! What is found right here is right exactly; what is not found right is left to the direct verification of
//! `isoloir-protocol`, which alone refuses (`docs/protocol/engines.md`).
//!
//! - [`lend`]: the engines that this processor can run; [`sidecar`]: the file of eighths; elsewhere than on x86-64 there is nothing else;
//! - [`cpu`]: whether this processor can; `memory`: loads and stores, the project's only `unsafe` beside the entries into
//!   code compiled for AVX-512;
//! - [`field`], [`point`], [`scalar`]: arithmetic, with the bounds of limbs in the types;
//! - [`fixed`], [`variable`], [`members`]: multiples of bases and of points, membership, sums; [`table`]: points in memory;
//! - [`text`], [`parse`]: strict reading of points and of ballots;
//! - [`plan`]: what there is to verify in every ballot of an election; [`transcript`]: what is hashed; [`sha`]: the hashes;
//! - [`exact`]: engine 2; [`combined`]: engine 3, with [`pippenger`]'s sum; [`engine`]: both as an audit uses them.
#![allow(
    clippy::missing_safety_doc,
    reason = "functions for AVX-512 have no condition but the one in their attribute"
)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

pub mod lend;
pub mod sidecar;

#[cfg(target_arch = "x86_64")]
pub mod combined;
#[cfg(target_arch = "x86_64")]
pub mod cpu;
#[cfg(target_arch = "x86_64")]
pub mod engine;
#[cfg(target_arch = "x86_64")]
pub mod exact;
#[cfg(target_arch = "x86_64")]
pub mod field;
#[cfg(target_arch = "x86_64")]
pub mod fixed;
#[cfg(target_arch = "x86_64")]
pub mod members;
#[cfg(target_arch = "x86_64")]
mod memory;
#[cfg(target_arch = "x86_64")]
pub mod parse;
#[cfg(target_arch = "x86_64")]
pub mod pippenger;
#[cfg(target_arch = "x86_64")]
pub mod plan;
#[cfg(target_arch = "x86_64")]
pub mod point;
#[cfg(target_arch = "x86_64")]
pub mod scalar;
#[cfg(target_arch = "x86_64")]
pub mod sha;
#[cfg(target_arch = "x86_64")]
pub mod table;
#[cfg(target_arch = "x86_64")]
pub mod text;
#[cfg(target_arch = "x86_64")]
pub mod transcript;
#[cfg(target_arch = "x86_64")]
pub mod variable;
