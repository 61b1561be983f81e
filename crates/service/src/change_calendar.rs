//! Moves opening and closing: until opening under any profile; at any time under the profile `test` (demonstration, rehearsal).

use isoloir_domain::consultation::CalendarError;
use isoloir_domain::{Calendar, ConsultationId};

use crate::{Fault, VotingServer};

/// Why the calendar stays.
#[derive(Debug, thiserror::Error)]
pub enum ChangeCalendarError {
    /// No such consultation.
    #[error("there is no consultation {0}")]
    UnknownConsultation(ConsultationId),
    /// The vote has begun, in law.
    #[error("the vote has begun: the calendar is fixed")]
    Begun,
    /// A box of the consultation is frozen.
    #[error("the polls are closed")]
    Frozen,
    /// The new one does not fit.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// Replaces the calendar.
    ///
    /// # Errors
    /// [`ChangeCalendarError`].
    pub async fn change_calendar(
        &self,
        consultation: &ConsultationId,
        calendar: Calendar,
    ) -> Result<(), ChangeCalendarError> {
        todo!()
    }

    /// Profile `test` only: the vote closes now, with no grace, so that it can be counted at once.
    ///
    /// # Errors
    /// [`ChangeCalendarError`].
    pub async fn close_now(&self, consultation: &ConsultationId) -> Result<(), ChangeCalendarError> {
        todo!()
    }
}
