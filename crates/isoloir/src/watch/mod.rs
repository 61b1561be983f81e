//! A union's watcher (*guetteur*): it follows ballot boxes and the scripts that portals serve, remembers what it saw, and raises alarms
//! that name what changed.
//!
//! - [`source`]: what a portal answers; [`memory`]: what was seen before
//! - [`round`]: one look at one portal, compared with the memory
//! - [`statement`]: what watchers tell each other, signed
//! - [`alarm`]: every alarm by its name, in two languages
//!
//! A watcher trusts nobody: it pins the server's key at the first look, verifies every signature and every increment of a box
//! with the auditor, and keeps copies. While a box is not public it keeps signed heads, which the published box must contain.

pub mod alarm;
pub mod memory;
pub mod round;
pub mod source;
pub mod statement;

pub use alarm::{Alarm, AlarmKind};
pub use memory::Memory;
pub use round::{Round, look};
pub use source::Source;
pub use statement::{Statement, Watcher};
