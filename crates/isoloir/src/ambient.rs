//! The two ambient things of the process, taken here and nowhere else: randomness from the operating system and the wall clock.
//! Every other module receives them as arguments.

use rand::rngs::ThreadRng;

/// The operating system's randomness, through a generator of this thread.
#[allow(clippy::disallowed_methods)]
#[must_use]
pub fn rng() -> ThreadRng {
    rand::rng()
}
