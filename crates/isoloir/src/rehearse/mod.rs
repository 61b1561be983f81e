//! The rehearsal (*vote à blanc*): a published election replayed voter by voter against real processes.

mod figures;
mod process;
mod scenario;

pub use figures::{Check, Latencies, PhaseFigure};
pub use process::{Program, Server, free_port};
pub use scenario::{CORSE_2022, Published, RealList, SampleError, Scenario, email};
