//! Mails to the organisers before each deadline of the calendar for which somebody still has to act (*alertes d’échéance*).
//!
//! On which days before is the organiser's rule. A server that was down on that day warns when it is up again, once, unless the deadline is over or a later
//! warning has been sent. What nobody has to do any more is not warned of.

use std::time::Duration;

use isoloir_domain::Consultation;
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::Message;
use isoloir_domain::staff::{Role, StaffMember};
use isoloir_domain::timetable::{Milestone, Step, timetable};
use isoloir_store::warning::Warning;

use crate::letters::{Letter, NearDeadline};
use crate::outbox::Recipient;
use crate::review_preparation::{Preparation, Task};
use crate::{Fault, VotingServer};

/// What must be done by a step of the calendar; nothing that this server could see for some of them.
fn due_by(step: Step) -> &'static [Task] {
    match step {
        Step::Candidacies | Step::Lists => &[Task::Lists],
        Step::Notices | Step::Rolls => &[Task::Roll, Task::Gate],
        Step::Sealing => &[Task::Roll, Task::Gate, Task::Lists, Task::Keys, Task::Box],
        Step::Expertise | Step::Opening | Step::Closing | Step::Freeze | Step::Retention => &[],
    }
}

impl VotingServer {
    /// Warns for ever, looking every `period`. To be spawned by the binary.
    pub async fn run_deadline_warnings(self, period: Duration) {
        let mut ticks = tokio::time::interval(period);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match self.warn_of_deadlines().await {
                Ok(0) => {}
                Ok(sent) => tracing::info!(sent, "organisers were warned of deadlines"),
                Err(error) => tracing::error!(%error, "deadlines could not be looked at"),
            }
        }
    }

    /// Sends the warnings that are due; returns how many deadlines organisers were warned of.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn warn_of_deadlines(&self) -> Result<u64, Fault> {
        let now = self.inner.clock.now();
        let mut warned = 0_u64;
        for consultation in self.consultations().await? {
            let rules = &consultation.policy.warnings;
            let dates = timetable(consultation.profile, &consultation.calendar, &consultation.policy);
            let mut preparation = None;
            for date in &dates {
                let left = date.days_left(now);
                let Some(days) = left.and_then(|left| rules.reached(left)) else {
                    continue;
                };
                let warning = Warning {
                    consultation: &consultation.id,
                    step: date.step.code(),
                    due: date.deadline(),
                    days,
                };
                if due_by(date.step).is_empty() || self.inner.store.is_warned(&warning).await? {
                    continue;
                }
                // Looked at once, and only when a warning may be due: it counts every entry of the rolls.
                if preparation.is_none() {
                    preparation = Some(self.preparation(&consultation).await?);
                }
                let tasks = preparation
                    .as_ref()
                    .map(|known| standing(known, date.step))
                    .unwrap_or_default();
                if !tasks.is_empty() && self.warn(&consultation, date, &warning, tasks).await? {
                    warned = warned.saturating_add(1);
                }
            }
        }
        Ok(warned)
    }

    async fn warn(
        &self,
        consultation: &Consultation,
        date: &Milestone,
        warning: &Warning<'_>,
        tasks: Vec<(String, Message)>,
    ) -> Result<bool, Fault> {
        let what = Event::DeadlineWarned {
            step: warning.step.to_owned(),
            days: warning.days,
            tasks: u64::try_from(tasks.len()).unwrap_or(u64::MAX),
        };
        let letter = Letter::DeadlineNear(NearDeadline {
            consultation: consultation.title.clone(),
            what: date.step.message(),
            day: date.last_day(),
            days: date.days_left(self.inner.clock.now()).unwrap_or(0),
            tasks,
            link: format!("{}/gestion/preparation", self.inner.public_url),
        });
        let mut messages = Vec::new();
        for member in self.organisers_of(consultation).await? {
            let to = Recipient::address(member.email.clone()).named(member.name.clone());
            messages.push(self.letter_signed(&consultation.organiser, &to, &letter, None)?);
        }
        // With nobody to be told, it is told to whoever is invited later.
        if messages.is_empty() {
            return Ok(false);
        }
        let entry = self.entry(Subject::Consultation(consultation.id.clone()), what);
        Ok(self.inner.store.warn(warning, &messages, &entry).await?)
    }

    /// Organisers who may sign in and work on this consultation.
    async fn organisers_of(&self, consultation: &Consultation) -> Result<Vec<StaffMember>, Fault> {
        let staff = self.staff().await?.into_iter();
        let works = |member: &StaffMember| {
            member
                .consultation
                .as_ref()
                .is_none_or(|limit| *limit == consultation.id)
        };
        let organisers =
            staff.filter(|one| one.activated && !one.member.disabled && one.member.roles.has(Role::Organiser));
        Ok(organisers.map(|one| one.member).filter(works).collect())
    }
}

/// What somebody still has to do by a step: title of the election, and what.
fn standing(preparation: &Preparation, step: Step) -> Vec<(String, Message)> {
    let mut all = Vec::new();
    for one in &preparation.elections {
        let tasks = one.tasks.iter().filter(|task| due_by(step).contains(task));
        all.extend(tasks.map(|task| (one.election.title.clone(), task.message())));
    }
    all
}
