//! Canonical JSON of Belenios: compact, fields in the specified order, raw UTF-8.
//!
//! Hashes are computed over these bytes, so reading is strict: a text is accepted only when
//! writing what was read gives the same bytes again.

use std::io;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::ser::{CharEscape, Formatter, Serializer};

/// Why bytes are not canonical JSON of the expected form.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// Not JSON, a missing or unknown field, or a value out of its domain.
    #[error("not the expected JSON: {0}")]
    Form(#[source] serde_json::Error),
    /// The same value has a canonical text, and it is another one.
    #[error("JSON is not canonical from byte {0} on")]
    NotCanonical(usize),
}

/// Reads `bytes`, refusing every text other than the canonical one.
///
/// # Errors
/// [`JsonError`].
pub fn parse<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    let value: T = serde_json::from_slice(bytes).map_err(JsonError::Form)?;
    check(&value, bytes)?;
    Ok(value)
}

/// Checks that `bytes`, from which `value` was read, are its canonical text.
///
/// # Errors
/// [`JsonError::NotCanonical`].
pub fn check<T: Serialize>(value: &T, bytes: &[u8]) -> Result<(), JsonError> {
    let again = to_bytes(value);
    if again == bytes {
        return Ok(());
    }
    let at = again.iter().zip(bytes).take_while(|(a, b)| a == b).count();
    Err(JsonError::NotCanonical(at))
}

/// Writes the canonical text.
///
/// # Panics
/// Never for the types of this crate: they contain no map with keys that are not strings.
#[must_use]
pub fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    let written = value.serialize(&mut Serializer::with_formatter(&mut out, Canonical));
    debug_assert!(written.is_ok(), "types of the protocol always serialize");
    out
}

/// Differs from the compact formatter of `serde_json` in one point: DEL is escaped.
struct Canonical;

impl Formatter for Canonical {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        for (i, part) in fragment.split('\u{7f}').enumerate() {
            if i > 0 {
                out.write_all(b"\\u007f")?;
            }
            out.write_all(part.as_bytes())?;
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + io::Write>(&mut self, out: &mut W, escape: CharEscape) -> io::Result<()> {
        serde_json::ser::CompactFormatter.write_char_escape(out, escape)
    }
}
