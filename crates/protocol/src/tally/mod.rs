//! The tally (dépouillement): from verified ballots to the result, without opening any ballot.

pub mod shape;
pub mod weight;

pub use shape::Shape;
pub use weight::Weight;
