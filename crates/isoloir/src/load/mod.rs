//! Load (*montée en charge*): real voters against any deployment, at a stated curve of arrivals.
//!
//! Each voter signs in, unlocks with the code, makes and proves a ballot, casts it, and checks the receipt; nobody waits for another, so a server that
//! is slow meets the same arrivals as one that is fast. What a voter feels is measured from the moment of arrival.
//!
//! - [`arrivals`]: when voters arrive
//! - `visit`: what each does, step by step, and what it met
//! - [`report`]: latencies by step, errors, ballots a second; as JSON and as a page with its plots
//! - [`run`]: all of them

pub mod arrivals;
pub mod report;
mod run;
mod visit;

pub use arrivals::Curve;
pub use report::Report;
pub use run::{Options, Voter, read_voters, run};
