//! The tally (dépouillement): from verified ballots to the result, without opening any ballot.
//!
//! - [`encrypted`]: ballots are multiplied into the encrypted tally;
//! - [`shuffle`]: answers that cannot be added up lose their order;
//! - [`decryption`]: each trustee decrypts its part and proves it; [`binding`]: a second proof, that it is not made to fit the first;
//! - [`result`]: the parts are combined and the counts found.

pub mod binding;
pub mod decryption;
pub mod encrypted;
pub mod result;
pub mod shape;
pub mod shuffle;
pub mod weight;

pub use binding::BoundDecryption;
pub use decryption::{DecryptionError, PartialDecryption};
pub use encrypted::{AccumulateError, Accumulator, EncryptedTally, Figures};
pub use result::{CombineError, Decrypted, ElectionResult};
pub use shape::Shape;
pub use shuffle::{Shuffle, ShuffleError, ToShuffle};
pub use weight::Weight;
