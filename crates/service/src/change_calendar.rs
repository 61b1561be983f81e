//! Moves opening and closing: until opening under any profile; at any time under the profile `test` (demonstration, rehearsal).

use isoloir_domain::consultation::{CalendarError, Profile};
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::policy_lint;
use isoloir_domain::{Calendar, ConsultationId};
use jiff::SignedDuration;

use crate::board::BoardError;
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
    /// A board has sealed the consultation: only its signatures move a closing.
    #[error("the consultation is sealed: its board alone moves a closing, on its pages")]
    Sealed,
    /// The window of reissues would no longer fit the vote.
    #[error("the rules of the reissue would be refused with this calendar: see `isoloir consultation lint`")]
    Reissue,
    /// The consultation is no longer what was read.
    #[error("the consultation has changed since it was read")]
    Moved,
    /// The new one does not fit.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for ChangeCalendarError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownConsultation(_) => "unknown_consultation",
            Self::Begun => "vote_begun",
            Self::Frozen => "polls_closed",
            Self::Sealed => "consultation_sealed",
            Self::Reissue => "reissue_refused",
            Self::Moved => "consultation_changed",
            Self::Calendar(_) => "calendar_wrong",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        let (fr, en) = match self {
            Self::UnknownConsultation(_) => ("Cette consultation n’existe pas.", "This consultation does not exist."),
            Self::Begun => (
                "Le vote a commencé\u{a0}: le calendrier ne change plus.",
                "The vote has begun: the calendar does not change any more.",
            ),
            Self::Frozen => ("Le vote est clos.", "The polls are closed."),
            Self::Sealed => (
                "La consultation est scellée\u{a0}: seul son bureau de vote déplace une clôture.",
                "The consultation is sealed: its board alone moves a closing.",
            ),
            Self::Reissue => (
                "Avec ce calendrier, les règles du réassort seraient refusées.",
                "With this calendar the rules of the reissue would be refused.",
            ),
            Self::Moved => (
                "La consultation a changé depuis que vous l’avez lue.",
                "The consultation has changed since you read it.",
            ),
            Self::Calendar(_) => (
                "Ce calendrier n’en est pas un\u{a0}: le vote ferme après son ouverture.",
                "This is no calendar: the vote closes after it opens.",
            ),
            Self::Fault(fault) => return fault.message(),
        };
        Message::new(fr, en)
    }

    fn class(&self) -> Class {
        match self {
            Self::UnknownConsultation(_) => Class::NotFound,
            Self::Begun | Self::Frozen | Self::Sealed | Self::Moved => Class::Conflict,
            Self::Reissue | Self::Calendar(_) => Class::Unprocessable,
            Self::Fault(fault) => fault.class(),
        }
    }
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
        self.change_calendar_from(consultation, calendar, None).await
    }

    /// As [`VotingServer::change_calendar`]; with a revision, only while the consultation is still of it, which the write itself asks.
    ///
    /// # Errors
    /// [`ChangeCalendarError`].
    pub async fn change_calendar_from(
        &self,
        consultation: &ConsultationId,
        calendar: Calendar,
        read: Option<i64>,
    ) -> Result<(), ChangeCalendarError> {
        self.check_calendar(consultation, calendar).await?;
        let what = Event::CalendarChanged {
            opens: calendar.opens(),
            closes: calendar.closes(),
        };
        let entry = self.entry(Subject::Consultation(consultation.clone()), what);
        let store = &self.inner.store;
        let set = store.set_calendar(consultation, &calendar, read, &entry).await;
        if set.map_err(Fault::from)? {
            Ok(())
        } else {
            Err(ChangeCalendarError::Moved)
        }
    }

    /// Whether the calendar may be moved so.
    pub(crate) async fn check_calendar(
        &self,
        consultation: &ConsultationId,
        calendar: Calendar,
    ) -> Result<(), ChangeCalendarError> {
        let known = self.consultation(consultation).await?;
        let known = known.ok_or_else(|| ChangeCalendarError::UnknownConsultation(consultation.clone()))?;
        let begun = self.inner.clock.now() >= known.calendar.opens();
        if begun && known.profile != Profile::Test {
            return Err(ChangeCalendarError::Begun);
        }
        if calendar.grace() != known.calendar.grace() && known.profile != Profile::Test {
            return Err(ChangeCalendarError::Begun);
        }
        for (of, board) in self.boards().await? {
            if of != *consultation {
                continue;
            }
            let state = self.board_state(&board.key).await;
            let state = state.map_err(|error| match error {
                BoardError::Fault(fault) => fault,
                _ => Fault::Damaged("a board"),
            })?;
            if state.seal().is_some() {
                return Err(ChangeCalendarError::Sealed);
            }
        }
        for election in self.elections(consultation).await? {
            let state = self.inner.store.box_state(&election.id).await.map_err(Fault::from)?;
            if state.is_some_and(|state| state.ended) {
                return Err(ChangeCalendarError::Frozen);
            }
        }
        // Moved against a fixed window of reissues, a calendar may deprive the last voters of a code.
        let findings = policy_lint::lint(&known.policy.reissue, &calendar);
        if known.profile != Profile::Test && !policy_lint::accepted(&findings) {
            return Err(ChangeCalendarError::Reissue);
        }
        Ok(())
    }

    /// Profile `test` only: the vote closes now, with no grace, so that it can be counted at once.
    ///
    /// # Errors
    /// [`ChangeCalendarError`].
    pub async fn close_now(&self, consultation: &ConsultationId) -> Result<(), ChangeCalendarError> {
        let known = self.consultation(consultation).await?;
        let known = known.ok_or_else(|| ChangeCalendarError::UnknownConsultation(consultation.clone()))?;
        if known.profile != Profile::Test {
            return Err(ChangeCalendarError::Begun);
        }
        let now = self.inner.clock.now();
        let opens = known
            .calendar
            .opens()
            .min(now.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(now));
        self.change_calendar(consultation, Calendar::new(opens, now, SignedDuration::ZERO)?)
            .await
    }
}
