//! Between columns and our types. A value that does not read back is damage, never guessed at.

use std::str::FromStr;

use jiff::Timestamp;

use crate::StoreError;

/// An instant as stored: milliseconds since 1970.
pub(crate) fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

pub(crate) fn instant(millis: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis).map_err(|_| StoreError::Damaged("an instant"))
}

/// An instant with its seconds cut off: enough for the record, too coarse to lay beside the order of the box.
pub(crate) fn minute(at: Timestamp) -> i64 {
    millis(at).div_euclid(60_000).saturating_mul(60_000)
}

pub(crate) fn parse<T: FromStr>(text: &str, what: &'static str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Damaged(what))
}

pub(crate) fn unsigned(value: i64, what: &'static str) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::Damaged(what))
}

pub(crate) fn small(value: i64, what: &'static str) -> Result<u32, StoreError> {
    u32::try_from(value).map_err(|_| StoreError::Damaged(what))
}

pub(crate) fn signed(value: u64, what: &'static str) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Damaged(what))
}

pub(crate) fn hash(bytes: &[u8], what: &'static str) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Damaged(what))
}
