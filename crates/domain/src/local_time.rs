//! Times as an organiser writes them (*heures légales*): a local time with its zone, `2026-12-03T08:00:00[Europe/Paris]`.
//!
//! A clock on a wall skips an hour in March and shows one twice in October. What it never shows is refused; what it shows twice is refused
//! unless the offset says which of the two is meant.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use crate::message::Message;

/// The zone of the law: legal delays are counted in its days.
pub const PARIS: &str = "Europe/Paris";

/// Why a text is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocalTimeError {
    /// Not a date and time with a zone in brackets.
    #[error("not a local time with its zone")]
    Malformed,
    /// No such zone.
    #[error("there is no time zone {0:?}")]
    UnknownZone(String),
    /// Clocks skip this time.
    #[error("clocks skip {0}")]
    Skipped(DateTime),
    /// Clocks show this time twice.
    #[error("clocks show {at} twice: {first} and {second}")]
    Twice {
        /// The time.
        at: DateTime,
        /// Offset of the first.
        first: Offset,
        /// Offset of the second.
        second: Offset,
    },
    /// The zone has another offset at this time.
    #[error("the offset is {is}, not {written}")]
    WrongOffset {
        /// As written.
        written: Offset,
        /// As it is.
        is: Offset,
    },
}

impl LocalTimeError {
    /// What the organiser reads.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::Malformed => Message::new(
                "écrivez une heure locale avec son fuseau\u{a0}: 2026-12-03T08:00:00[Europe/Paris]",
                "write a local time with its zone: 2026-12-03T08:00:00[Europe/Paris]",
            ),
            Self::UnknownZone(name) => Message::new(
                format!("aucun fuseau horaire ne s’appelle «\u{a0}{name}\u{a0}»"),
                format!("there is no time zone “{name}”"),
            ),
            Self::Skipped(at) => Message::new(
                format!("l’heure {at} n’existe pas\u{a0}: ce jour-là, les horloges avancent et la sautent"),
                format!("the time {at} does not exist: on that day clocks go forward and skip it"),
            ),
            Self::Twice { at, first, second } => Message::new(
                format!(
                    "l’heure {at} existe deux fois\u{a0}: ce jour-là, les horloges reculent\u{202f}; écrivez {at}{first} pour la première, {at}{second} pour la seconde"
                ),
                format!(
                    "the time {at} exists twice: on that day clocks go back; write {at}{first} for the first, {at}{second} for the second"
                ),
            ),
            Self::WrongOffset { written, is } => Message::new(
                format!("le décalage de ce fuseau est alors de {is}, non de {written}"),
                format!("the offset of this zone is then {is}, not {written}"),
            ),
        }
    }
}

/// Reads `2026-12-03T08:00:00[Europe/Paris]`; an offset may stand before the zone, and must where clocks show the time twice.
///
/// # Errors
/// [`LocalTimeError`].
pub fn parse(text: &str) -> Result<Timestamp, LocalTimeError> {
    let zoned = text.trim().strip_suffix(']').and_then(|text| text.rsplit_once('['));
    let (written, name) = zoned.ok_or(LocalTimeError::Malformed)?;
    let zone = TimeZone::get(name).map_err(|_| LocalTimeError::UnknownZone(name.to_owned()))?;
    let (at, offset) = split(written)?;
    let has_time = at.contains(['T', 't', ' ']);
    let at: DateTime = at.parse().map_err(|_| LocalTimeError::Malformed)?;
    if !has_time {
        return Err(LocalTimeError::Malformed);
    }
    let is = match (zone.to_ambiguous_zoned_datetime(at).offset(), offset) {
        (AmbiguousOffset::Gap { .. }, _) => return Err(LocalTimeError::Skipped(at)),
        (AmbiguousOffset::Unambiguous { offset }, None) => offset,
        (AmbiguousOffset::Unambiguous { offset }, Some(written)) if offset == written => offset,
        (AmbiguousOffset::Unambiguous { offset }, Some(written)) => {
            return Err(LocalTimeError::WrongOffset { written, is: offset });
        }
        (AmbiguousOffset::Fold { before, after }, Some(written)) if written == before || written == after => written,
        (AmbiguousOffset::Fold { before, after }, _) => {
            return Err(LocalTimeError::Twice {
                at,
                first: before,
                second: after,
            });
        }
    };
    is.to_timestamp(at).map_err(|_| LocalTimeError::Malformed)
}

/// The time, and the offset when one is written.
fn split(text: &str) -> Result<(&str, Option<Offset>), LocalTimeError> {
    let time = text.find(['T', 't', ' ']).ok_or(LocalTimeError::Malformed)?;
    let sign = text
        .char_indices()
        .find(|&(i, c)| i > time && matches!(c, '+' | '-' | 'Z'));
    let Some((at, _)) = sign else { return Ok((text, None)) };
    let (text, offset) = text.split_at(at);
    let seconds = match offset {
        "Z" => 0,
        other => seconds(other).ok_or(LocalTimeError::Malformed)?,
    };
    let offset = Offset::from_seconds(seconds).map_err(|_| LocalTimeError::Malformed)?;
    Ok((text, Some(offset)))
}

/// `+01:00` or `+01`, in seconds.
fn seconds(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "00"));
    let two = |text: &str| -> Option<i32> {
        let plain = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|_| plain)
    };
    let minutes = two(minutes).filter(|minutes| *minutes < 60)?;
    Some(sign * (two(hours)? * 3600 + minutes * 60))
}

/// The time of Paris.
#[must_use]
pub fn paris() -> TimeZone {
    TimeZone::get(PARIS).unwrap_or(TimeZone::UTC)
}

/// An instant as [`parse`] reads it, in the time of Paris, with its offset.
#[must_use]
pub fn write(at: Timestamp) -> String {
    at.to_zoned_datetime(paris()).to_string()
}
