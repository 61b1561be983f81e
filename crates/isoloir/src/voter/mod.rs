//! A voter's client (*électrice, électeur*): what the browser does, done natively, for rehearsals, load and tests.
//!
//! It speaks HTTP only, to the portal and to the registrar, and holds what a voter holds: address, password, voting code. It trusts
//! neither server: the tracker is computed here before the ballot leaves, and the receipt is checked against the server's key.

mod ballot;
mod code;
mod http;
mod line;
mod receipt;
mod session;

pub use ballot::Ballot;
pub use code::{CodeError, UnlockKeys};
pub use http::{Portal, VoterError};
pub use line::{Line, overtaken};
pub use receipt::{Receipt, ReceiptError, ServerKeys};
pub use session::{Admission, Entitlement, Session, Ticket};
