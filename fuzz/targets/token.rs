//! The fuzzer has no signing key: no token verifies.
#![no_main]

use ed25519_dalek::SigningKey;
use isoloir_domain::token::{Admission, Ticket, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|token: &str| {
    let key = SigningKey::from_bytes(&[7; 32]).verifying_key();
    assert!(verify::<Ticket>(token, &key).is_err());
    assert!(verify::<Admission>(token, &key).is_err());
});
