//! A file of contests is read or refused, never worse; what was read, written and read again gives the same allocation.
#![no_main]

use isoloir_seats::json::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(contests) = parse(text) else { return };
    for counted in contests.iter().filter(|counted| counted.file().seats <= 500) {
        let Ok(allocation) = counted.allocate() else { continue };
        let published = counted.publish(&allocation);
        let written = serde_json::to_string(counted.file()).expect("what was read can be written");
        let again = parse(&written).expect("what was written can be read").remove(0);
        assert_eq!(again.allocate().map(|allocation| again.publish(&allocation)), Ok(published));
    }
});
