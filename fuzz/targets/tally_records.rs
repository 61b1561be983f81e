//! Encrypted tallies, partial decryptions and results that are read are what we would write.
#![no_main]

use isoloir_protocol::{
    group::Ed25519,
    tally::{ElectionResult, EncryptedTally, PartialDecryption},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(tally) = EncryptedTally::<Ed25519>::parse(bytes) {
        assert_eq!(tally.to_bytes(), bytes);
    }
    if let Ok(part) = PartialDecryption::<Ed25519>::parse(bytes) {
        assert_eq!(part.to_bytes(), bytes);
    }
    if let Ok(result) = ElectionResult::parse(bytes) {
        assert_eq!(result.to_bytes(), bytes);
    }
});
