//! Proofs that one of several claims "this ciphertext encrypts that number" is true, without
//! telling which: interval membership, possibly-blank votes, lists.
//!
//! (Specification, "Proofs of interval membership", "Proofs of possibly-blank votes".)
