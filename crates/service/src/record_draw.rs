//! Records the drawing of lots that settles the last seats: only the one that the count waits for, once.

use isoloir_domain::ElectionId;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_seats::json::{DrawFile, JsonError};
use isoloir_seats::{DrawError, allocate_with_draw};
use sha2::{Digest as _, Sha256};

use crate::{Fault, VotingServer};

/// Why the draw is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordDrawError {
    /// No such election, or it is not counted.
    #[error("there is no result yet")]
    NotCounted,
    /// One is recorded.
    #[error("a draw is recorded already")]
    Already,
    /// The record is not complete, or answers another tie.
    #[error(transparent)]
    Record(#[from] JsonError),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for RecordDrawError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotCounted => "draw_before_count",
            Self::Already => "draw_recorded_already",
            Self::Record(JsonError::Draw(DrawError::NotRequired)) => "draw_not_required",
            Self::Record(JsonError::Draw(DrawError::OtherLists { .. } | DrawError::OtherSeats { .. })) => {
                "draw_of_another_tie"
            }
            Self::Record(_) => "draw_incomplete",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::NotCounted => Message::new(
                "Ce scrutin n’est pas dépouillé\u{a0}: il n’y a rien à tirer au sort.",
                "This election is not counted: there is nothing to draw.",
            ),
            Self::Already => Message::new(
                "Le tirage au sort de ce scrutin est déjà consigné. Il ne change plus.",
                "The draw of this election is recorded already. It no longer changes.",
            ),
            Self::Record(JsonError::Draw(DrawError::NotRequired)) => Message::new(
                "Ce dépouillement n’appelle aucun tirage au sort.",
                "This count calls for no draw.",
            ),
            Self::Record(JsonError::Draw(DrawError::OtherLists { required })) => Message::new(
                format!("Le tirage au sort doit se faire entre : {}.", required.join(", ")),
                format!("Lots must be drawn between: {}.", required.join(", ")),
            ),
            Self::Record(JsonError::Draw(DrawError::OtherSeats { required, recorded })) => Message::new(
                format!("{required} siège(s) sont à tirer au sort\u{202f}; le relevé en attribue {recorded}."),
                format!("{required} seat(s) are to be drawn; the record gives {recorded}."),
            ),
            Self::Record(error) => Message::new(
                format!("Le relevé du tirage au sort est incomplet ou contradictoire ({error})."),
                format!("The record of the draw is incomplete or contradicts itself ({error})."),
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::NotCounted => Class::NotFound,
            Self::Already | Self::Record(_) => Class::Conflict,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Records the draw of an election: date, place, persons present, method, lists and winners. Results follow from it from now on.
    ///
    /// # Errors
    /// [`RecordDrawError`].
    pub async fn record_draw(&self, election: &ElectionId, record: &DrawFile) -> Result<(), RecordDrawError> {
        let results = self.results(election).await?.ok_or(RecordDrawError::NotCounted)?;
        let count = results.count.ok_or(RecordDrawError::NotCounted)?;
        if count.counted.file().draw.is_some() {
            return Err(RecordDrawError::Already);
        }
        let draw = record.check()?;
        allocate_with_draw(count.counted.contest(), &draw).map_err(JsonError::from)?;
        let text = serde_json::to_string(record).map_err(|_| Fault::Damaged("a draw"))?;
        let what = Event::DrawRecorded {
            between: record.between.clone(),
            winners: record.winners.clone(),
            record: hex::encode(Sha256::digest(text.as_bytes())),
        };
        let entry = self.entry(Subject::Election(election.clone()), what);
        let recorded = self.inner.store.record_draw(election, &text, &entry).await;
        if recorded.map_err(Fault::from)? {
            Ok(())
        } else {
            Err(RecordDrawError::Already)
        }
    }
}
