//! The check that repeats by itself, and the alarm when it finds what should not be.

use std::sync::PoisonError;

use isoloir_domain::journal::{Event, Subject};

use super::BoardError;
use super::seal::SelfCheck;
use super::state::BoardState;
use crate::board_counts::BoardCounts;
use crate::letters::Letter;
use crate::outbox::Recipient;
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
        for member in state.board.members() {
            let letter = Letter::IntegrityAlarm {
                board: state.board.title.clone(),
                parts: alarms.join(", "),
                link: format!("{}/bureau/{}", self.inner.public_url, state.board.key),
            };
            let to = Recipient::address(member.email.to_owned()).named(member.name.to_owned());
            let message = self.letter(&to, &letter).await?;
            self.queue(&message).await?;
        }
        Ok(())
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
