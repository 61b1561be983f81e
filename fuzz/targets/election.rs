//! An election that is read is exactly what we would write.
#![no_main]

use isoloir_protocol::any::AnyElection;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(election) = AnyElection::parse(bytes) {
        assert_eq!(election.bytes(), bytes);
        assert_eq!(election.params().to_bytes(), bytes);
    }
});
