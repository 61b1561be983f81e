//! The drawing of lots (*tirage au sort*), when nothing else separates the lists: held by the board, recorded, and taken
//! only if it answers exactly the tie of the count.

use std::collections::HashSet;
use std::fmt;

use crate::allocation::{Allocation, Outcome, allocate, allocate_as_drawn};
use crate::contest::Contest;
use crate::date::Date;

/// The record of a drawing of lots, as it goes into the minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    held_on: Date,
    place: String,
    present: Vec<String>,
    method: String,
    between: Vec<String>,
    winners: Vec<String>,
}

/// What a record says, before it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawRecord {
    /// The day on which lots were drawn.
    pub held_on: Date,
    /// Where.
    pub place: String,
    /// Who was there: names with their quality.
    pub present: Vec<String>,
    /// How lots were drawn, for instance `Deux papiers identiques dans une urne, tirés par la présidente`.
    pub method: String,
    /// Names of the lists between which lots were drawn.
    pub between: Vec<String>,
    /// Names of the lists that receive a seat each.
    pub winners: Vec<String>,
}

/// Why a record is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DrawError {
    /// Place, method or the persons present are missing: such a draw proves nothing.
    Incomplete(&'static str),
    /// A list is named twice.
    Twice(String),
    /// A winner took no part in the draw.
    WinnerOutside(String),
    /// The count needs no draw.
    NotRequired,
    /// Lots were drawn between other lists than those that are tied.
    OtherLists {
        /// The lists that are tied.
        required: Vec<String>,
    },
    /// Another number of seats was drawn than waits.
    OtherSeats {
        /// How many wait.
        required: u16,
        /// How many were drawn.
        recorded: usize,
    },
}

impl Draw {
    /// A record that is complete in itself.
    ///
    /// # Errors
    /// [`DrawError::Incomplete`], [`DrawError::Twice`], [`DrawError::WinnerOutside`].
    pub fn new(record: DrawRecord) -> Result<Draw, DrawError> {
        let blank = |text: &String| text.trim().is_empty();
        if blank(&record.place) {
            return Err(DrawError::Incomplete("place"));
        }
        if blank(&record.method) {
            return Err(DrawError::Incomplete("method"));
        }
        if record.present.is_empty() || record.present.iter().any(blank) {
            return Err(DrawError::Incomplete("present"));
        }
        once(&record.between)?;
        once(&record.winners)?;
        if let Some(outside) = record.winners.iter().find(|name| !record.between.contains(name)) {
            return Err(DrawError::WinnerOutside(outside.clone()));
        }
        Ok(Draw {
            held_on: record.held_on,
            place: record.place,
            present: record.present,
            method: record.method,
            between: record.between,
            winners: record.winners,
        })
    }

    /// The day on which lots were drawn.
    #[must_use]
    pub fn held_on(&self) -> Date {
        self.held_on
    }

    /// Where.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Who was there.
    #[must_use]
    pub fn present(&self) -> &[String] {
        &self.present
    }

    /// How lots were drawn.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The lists between which lots were drawn.
    #[must_use]
    pub fn between(&self) -> &[String] {
        &self.between
    }

    /// The lists that receive a seat each.
    #[must_use]
    pub fn winners(&self) -> &[String] {
        &self.winners
    }
}

fn once(names: &[String]) -> Result<(), DrawError> {
    let mut seen = HashSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        Some(twice) => Err(DrawError::Twice(twice.clone())),
        None => Ok(()),
    }
}

/// Allocates the seats of a contest whose tie was settled by the recorded draw. The same contest and record give the same
/// allocation for ever.
///
/// # Errors
/// [`DrawError`] when the record does not answer the tie of this count: nothing is allocated by it then.
pub fn allocate_with_draw(contest: &Contest, draw: &Draw) -> Result<Allocation, DrawError> {
    let Outcome::DrawRequired { seats, between } = allocate(contest).outcome else {
        return Err(DrawError::NotRequired);
    };
    let drawn: HashSet<&String> = draw.between.iter().collect();
    if drawn != between.iter().collect() {
        return Err(DrawError::OtherLists { required: between });
    }
    if draw.winners.len() != usize::from(seats) {
        return Err(DrawError::OtherSeats {
            required: seats,
            recorded: draw.winners.len(),
        });
    }
    Ok(allocate_as_drawn(contest, draw))
}

impl fmt::Display for DrawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DrawError::Incomplete(what) => write!(f, "the record of the draw does not say: {what}"),
            DrawError::Twice(name) => write!(f, "the record of the draw names {name} twice"),
            DrawError::WinnerOutside(name) => write!(f, "{name} won a draw in which it took no part"),
            DrawError::NotRequired => write!(f, "this count needs no draw"),
            DrawError::OtherLists { required } => {
                write!(f, "lots are to be drawn between {}", required.join(", "))
            }
            DrawError::OtherSeats { required, recorded } => {
                write!(f, "{required} seat(s) are to be drawn, {recorded} are recorded")
            }
        }
    }
}

impl std::error::Error for DrawError {}
