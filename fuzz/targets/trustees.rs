//! Trustees that are read are what we would write; verification of hostile ones ends without a panic.
#![no_main]

use isoloir_protocol::{
    group::{Belenios2048, Ed25519, Group},
    trustee::Trustees,
};
use libfuzzer_sys::fuzz_target;

fn check<G: Group>(bytes: &[u8]) {
    if let Ok(trustees) = Trustees::<G>::parse(bytes) {
        assert_eq!(trustees.to_bytes(), bytes);
        let _ = trustees.verify();
    }
}

fuzz_target!(|bytes: &[u8]| {
    check::<Ed25519>(bytes);
    check::<Belenios2048>(bytes);
});
