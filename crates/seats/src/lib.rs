//! Allocation of seats (*attribution des sièges*): exact electoral quotient, then highest average, as French
//! professional elections have it.
//!
//! No floating point, no rounding, no dependency (the optional feature `json` has serde). Nothing is decided silently: when the law
//! ends in a drawing of lots, the result says so and waits for the recorded draw. Every seat keeps what explains it: the quotient
//! line, or all the averages of the step and the rule that settled a tie, each with its source.
//!
//! - [`Contest`]: lists, ballots, candidates, seats, and the rules that the election's text chose
//! - [`allocate`]: quotient, highest averages, and every [`Step`] with what settled it
//! - [`Draw`], [`allocate_with_draw`]: the recorded draw, taken only if it answers the tie of the count
//! - [`Standing`]: order of the candidates, strikes of a CSE; [`Quorum`] of its first round
//! - [`CommonList`]: audience of the organisations behind a common list
//! - [`Basis`], [`Citation`]: the rule behind a figure, and its source
//! - [`Fraction`], [`Date`]: exact rationals, days
//! - `json`: contests and allocations as published (feature `json`)
//!
//! ```
//! use isoloir_seats::{Contest, List, Outcome, Rule, TieBreak, allocate};
//!
//! let ties = vec![TieBreak::Votes, TieBreak::Candidates, TieBreak::Lot];
//! let lists = vec![List::new("A", 400), List::new("B", 200)];
//! let result = allocate(&Contest::new(Rule::PublicService, 2, ties, lists)?);
//! assert_eq!(result.outcome, Outcome::Complete);
//! assert_eq!(result.seats_of("A"), Some(2)); // equal averages, more votes
//! # Ok::<(), isoloir_seats::ContestError>(())
//! ```

mod allocation;
mod common;
mod contest;
mod cse;
mod date;
mod draw;
mod fraction;
#[cfg(feature = "json")]
pub mod json;
mod law;
mod quorum;
mod ties;

pub use allocation::{Allocation, Average, ListResult, Outcome, Quotient, Step, allocate};
pub use common::{Audience, CommonList, KeyError};
pub use contest::{Candidate, Contest, ContestError, List, Rule, TieBreak};
pub use cse::Standing;
pub use date::{Date, NotADate};
pub use draw::{Draw, DrawError, DrawRecord, allocate_with_draw};
pub use fraction::Fraction;
pub use law::{Basis, Citation};
pub use quorum::Quorum;
pub use ties::Settled;
