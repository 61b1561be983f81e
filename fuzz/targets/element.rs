//! A text that is read as a group element or a scalar is the text that we would write for it.
#![no_main]

use isoloir_protocol::group::{Belenios2048, Ed25519, Group, Rfc3526};
use libfuzzer_sys::fuzz_target;

fn check<G: Group>(text: &str) {
    if let Ok(element) = G::parse(text) {
        let mut again = String::new();
        G::write(&element, &mut again);
        assert_eq!(again, text, "one element, one text");
    }
    let quoted = format!("\"{text}\"");
    if let Ok(scalar) = serde_json::from_str::<G::Scalar>(&quoted) {
        assert_eq!(serde_json::to_string(&scalar).expect("a scalar has a text"), quoted, "one scalar, one text");
    }
}

fuzz_target!(|text: &str| {
    if text.contains(['"', '\\']) || text.chars().any(char::is_control) {
        return;
    }
    check::<Ed25519>(text);
    check::<Belenios2048>(text);
    check::<Rfc3526>(text);
});
