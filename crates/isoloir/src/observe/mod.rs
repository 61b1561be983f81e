//! What an operator sees of a server at work (docs/adr/0026, docs/guides/operations.md).
//!
//! - `requests`: every request, measured and, when asked for, logged: its route's pattern, never its path
//! - `exporter`: figures in Prometheus's form, on an address of their own; `names`: which there are
//!
//! Nothing here names a person, an election, a session or an address.

mod exporter;
mod names;
mod requests;

pub(crate) use exporter::{Exporter, Watched, beside};
pub(crate) use requests::observed;
