//! A shuffle that is read is what we would write, and proves nothing about ciphertexts other than its own: those that the
//! fuzzer was not given a proof for. Integers embedded in an element are those that come out of it.
#![no_main]

use std::sync::LazyLock;

use isoloir_protocol::{
    elgamal::Ciphertext,
    election::Election,
    group::{Ed25519, Group, embedding},
    tally::{Shuffle, ToShuffle},
};
use libfuzzer_sys::fuzz_target;

/// An election with one non-homomorphic question; its text is that of the reference archive.
static ELECTION: LazyLock<Election<Ed25519>> = LazyLock::new(|| {
    Election::parse(include_bytes!("../known/election-ranks.json")).expect("the election of the reference archive")
});

/// Four equal ciphertexts of nothing: no seed is a shuffle of them.
static BEFORE: LazyLock<ToShuffle<Ed25519>> = LazyLock::new(|| {
    let g = Ed25519::generator();
    vec![vec![Ciphertext { alpha: g.clone(), beta: g }; 4]]
});

fuzz_target!(|bytes: &[u8]| {
    if let Ok(shuffle) = Shuffle::<Ed25519>::parse(bytes) {
        assert_eq!(shuffle.to_bytes(), bytes);
        assert!(shuffle.verify(&ELECTION, &BEFORE).is_err());
    }
    if bytes.len() <= 30 {
        let element = embedding::embed::<Ed25519>(bytes).expect("thirty integers fit");
        let expected: Vec<u64> = bytes.iter().copied().map(u64::from).collect();
        assert_eq!(embedding::extract::<Ed25519>(&element, bytes.len()), Some(expected));
    }
});
