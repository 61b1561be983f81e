//! Allocation of seats (*attribution des sièges*): exact electoral quotient, then highest average, as French
//! professional elections have it.
//!
//! No floating point, no rounding, no dependency. Nothing is decided silently: when the law ends in a drawing of lots,
//! the result says so and waits for the recorded draw. Every seat keeps what explains it: the quotient line, or all
//! the averages of the step and the rule that settled a tie, each with its article.
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
mod contest;
mod cse;
mod fraction;
mod law;
mod ties;

pub use allocation::{Allocation, Average, ListResult, Outcome, Quotient, Step, allocate};
pub use contest::{BirthDate, Candidate, Contest, ContestError, Draw, List, Rule, TieBreak};
pub use cse::Standing;
pub use fraction::Fraction;
pub use law::{Basis, Citation};
pub use ties::Settled;
