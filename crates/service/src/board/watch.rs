//! The check that repeats by itself, and the alarm when it finds what should not be.

use std::sync::PoisonError;

use isoloir_domain::ElectionId;
use isoloir_domain::board_deed::{Act, Deed};
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::message::Message;
use jiff::Timestamp;

use super::BoardError;
use super::seal::SelfCheck;
use super::state::BoardState;
use crate::board_counts::BoardCounts;
use crate::letters::{Letter, TextMessage};
use crate::outbox::Recipient;
use crate::read_journal::Wanted;
use crate::{Fault, VotingServer};

impl SelfCheck {
    /// What is wrong, in short names: `csa/roll`, `poll_book`, `chain`, `journal`.
    #[must_use]
    pub fn alarms(&self) -> Vec<String> {
        let mut alarms = self.differences.clone();
        for (election, counts) in &self.counts {
            let Some(counts) = counts else { continue };
            alarms.extend(wrong(counts).into_iter().map(|what| format!("{}/{what}", election.id)));
        }
        alarms
    }
}

/// Something that the minutes tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Message,
}

fn incident(state: &BoardState, entry: &Entry) -> Option<Incident> {
    let key = &state.board.key;
    let what = match &entry.what {
        Event::IntegrityAlarm { board, parts } if board == key => {
            let parts = parts.join(", ");
            Message::new(
                format!("Le contrôle a trouvé un écart\u{a0}: {parts}"),
                format!("The check found a difference: {parts}"),
            )
        }
        Event::ArchiveRefused { finding } if is_of(state, &entry.subject) => Message::new(
            format!("L’archive n’a pas été vérifiée, rien n’est proclamé\u{a0}: {finding}"),
            format!("The archive does not verify, nothing is proclaimed: {finding}"),
        ),
        Event::Board { board, deed, .. } if board == key => told(state, deed)?,
        _ => return None,
    };
    Some(Incident { at: entry.at, what })
}

/// What a deed says to the members, when it is an incident.
fn told(state: &BoardState, deed: &Deed) -> Option<Message> {
    let title = |election: &ElectionId| {
        let mut elections = state.elections.iter();
        let known = elections.find(|one| one.id == *election);
        known.map_or_else(|| election.to_string(), |one| one.title.clone())
    };
    let (fr, en) = match deed {
        Deed::RoundBegun { reason, .. } => (
            format!("La fabrication des clés est recommencée\u{a0}: {reason}"),
            format!("The keys are made again: {reason}"),
        ),
        Deed::Replaced { substitute, reason } => {
            let name = state.name(*substitute);
            (
                format!("{name} remplace un délégué\u{a0}: {reason}"),
                format!("{name} replaces a delegate: {reason}"),
            )
        }
        Deed::Done { number } => match &state.acts.iter().find(|act| act.number == *number)?.act {
            Act::Suspend { election, reason } => (
                format!("{} est suspendu\u{a0}: {reason}", title(election)),
                format!("{} is suspended: {reason}", title(election)),
            ),
            Act::Resume { election, reason } => (
                format!("{} reprend\u{a0}: {reason}", title(election)),
                format!("{} is resumed: {reason}", title(election)),
            ),
            Act::Extend { election, reason, .. } => (
                format!("{} est prolongé\u{a0}: {reason}", title(election)),
                format!("{} is extended: {reason}", title(election)),
            ),
            Act::Close { election, reason } => (
                format!("{} est clos\u{a0}: {reason}", title(election)),
                format!("{} is closed: {reason}", title(election)),
            ),
            Act::Seal { .. } | Act::Minutes { .. } => return None,
        },
        _ => return None,
    };
    Some(Message::new(fr, en))
}

fn is_of(state: &BoardState, subject: &Subject) -> bool {
    matches!(subject, Subject::Election(election) if state.elections.iter().any(|one| one.id == *election))
}

fn wrong(counts: &BoardCounts) -> Vec<&'static str> {
    let checks = [
        (
            "poll_book",
            counts.marked == counts.ballots && counts.marked_off_roll == 0,
        ),
        ("chain", counts.chain_holds),
        ("journal", counts.journal_holds),
    ];
    let broken = checks.into_iter().filter(|(_, holds)| !holds);
    broken.map(|(what, _)| what).collect()
}

impl VotingServer {
    /// Keeps a check; an alarm that is new goes to the journal, to the log and by mail to every member of the board.
    pub(super) async fn remember(&self, state: &BoardState, check: &SelfCheck) -> Result<(), Fault> {
        let alarms = check.alarms();
        let before = {
            let mut checks = self.inner.checks.lock().unwrap_or_else(PoisonError::into_inner);
            checks.insert(state.board.key.clone(), check.clone())
        };
        let known = before.map(|before| before.alarms()).unwrap_or_default();
        if alarms.is_empty() || alarms == known {
            return Ok(());
        }
        self.alarm(state, alarms).await
    }

    /// Says to the log, to the journal and to every member of the board what is not as it should be.
    pub(super) async fn alarm(&self, state: &BoardState, alarms: Vec<String>) -> Result<(), Fault> {
        tracing::error!(
            board = state.board.key,
            alarms = alarms.join(", "),
            "the seal or a count does not hold"
        );
        let what = Event::IntegrityAlarm {
            board: state.board.key.clone(),
            parts: alarms.clone(),
        };
        let entry = self.entry(Subject::Consultation(state.consultation.id.clone()), what);
        self.inner.store.append_journal(&entry).await?;
        let letter = Letter::IntegrityAlarm {
            board: state.board.title.clone(),
            parts: alarms.join(", "),
            link: self.page_of(state),
        };
        self.tell_members(state, &letter).await
    }

    fn page_of(&self, state: &BoardState) -> String {
        format!("{}/bureau/{}", self.inner.public_url, state.board.key)
    }

    /// Writes to every member of the board, and sends an SMS to those whose number is known.
    async fn tell_members(&self, state: &BoardState, letter: &Letter) -> Result<(), Fault> {
        let alert = TextMessage::BoardAlert {
            link: self.page_of(state),
        };
        for member in state.board.members() {
            let to = Recipient::address(member.email.to_owned()).named(member.name.to_owned());
            let message = self.letter(&to, letter).await?;
            self.queue(&message).await?;
            // Numbers were read when the board was imported.
            if let Some(phone) = member.phone.and_then(|phone| phone.parse().ok()) {
                let message = self.text_message(&phone, None, None, &alert, None)?;
                self.queue(&message).await?;
            }
        }
        Ok(())
    }

    /// Tells the members of an incident that was just recorded; of anything else, nothing.
    pub(super) async fn tell_incident(&self, state: &BoardState, deed: &Deed) -> Result<(), Fault> {
        let Some(what) = told(state, deed) else { return Ok(()) };
        let letter = Letter::BoardIncident {
            board: state.board.title.clone(),
            what,
            link: self.page_of(state),
        };
        self.tell_members(state, &letter).await
    }

    /// What happened to a board besides its acts, from the journal: alarms, archives refused, keys made again.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn incidents(&self, state: &BoardState) -> Result<Vec<Incident>, Fault> {
        let mut incidents = Vec::new();
        for kind in ["integrity_alarm", "archive_refused", "board"] {
            let mut before = None;
            loop {
                let page = self.journal_page(before, &Wanted::of_kind(kind)).await?;
                let Some((rank, _)) = page.last() else { break };
                before = Some(*rank);
                incidents.extend(page.into_iter().filter_map(|(_, entry)| incident(state, &entry)));
            }
        }
        incidents.sort_by_key(|one| one.at);
        Ok(incidents)
    }

    /// Checks every sealed board.
    ///
    /// # Errors
    /// [`BoardError::Fault`].
    pub async fn check_seals(&self) -> Result<(), BoardError> {
        for (_, board) in self.boards().await? {
            let state = self.board_state(&board.key).await?;
            if state.seal().is_some() {
                self.check_seal(&state).await?;
            }
        }
        Ok(())
    }
}
