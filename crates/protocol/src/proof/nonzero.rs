//! Proofs that a ciphertext does not encrypt zero (specification, "Lists questions").
