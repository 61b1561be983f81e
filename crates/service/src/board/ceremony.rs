//! The key ceremony (*fabrication des clés*): messages between the members' devices, carried and checked by a server that can read no secret.
//! docs/protocol/board.md has the steps.

use isoloir_domain::Seat;
use isoloir_domain::board::Item;
use isoloir_domain::board_deed::{Deed, Step};
use serde::Serialize;

use super::exchange;
use super::{BoardError, BoardState, Sitting};
use crate::VotingServer;

/// What a member does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// This step.
    Do(Step),
    /// Others are not done.
    Wait,
    /// One's own part is over.
    Done,
}

impl Task {
    /// Its name for scripts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Do(step) => step.as_str(),
            Self::Wait => "wait",
            Self::Done => "done",
        }
    }
}

/// The ceremony as a member's script reads it.
#[derive(Debug, Clone, Serialize)]
pub struct CeremonyView {
    board: String,
    title: String,
    group: String,
    round: u32,
    version: u64,
    me: Me,
    items: Vec<ItemView>,
    substitutes: Vec<SubstituteView>,
    task: &'static str,
    trustees: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Me {
    seat: Seat,
    name: String,
    item: Item,
    index: u32,
    owner: u32,
    substitute: bool,
}

/// The messages of one part of the key.
#[derive(Debug, Clone, Serialize)]
pub struct ItemView {
    item: Item,
    members: u32,
    threshold: u32,
    first: u32,
    names: Vec<String>,
    certificate: Vec<Option<String>>,
    commitment: Vec<Option<String>>,
    polynomial: Vec<Option<String>>,
    output: Vec<Option<String>>,
    test: Vec<Option<String>>,
}

/// The messages of one substitute.
#[derive(Debug, Clone, Serialize)]
pub struct SubstituteView {
    seat: Seat,
    name: String,
    item: Item,
    index: u32,
    enrol: Option<String>,
    handover: Option<String>,
    received: Option<String>,
}

impl BoardState {
    /// What this seat does now in the ceremony.
    #[must_use]
    pub fn task(&self, seat: Seat) -> Task {
        if seat.is_substitute() {
            return self.task_of_substitute(seat);
        }
        let Some(step) = self.next_step(seat) else {
            return Task::Done;
        };
        if self.is_open(seat, step) {
            Task::Do(step)
        } else {
            Task::Wait
        }
    }

    /// The first step that a holder of a place has not done.
    fn next_step(&self, seat: Seat) -> Option<Step> {
        let mut steps = vec![Step::Certificate, Step::Commitment, Step::Polynomial, Step::Output];
        if self.substitute_of(seat).is_some() {
            steps.push(Step::Handover);
        }
        steps.push(Step::Test);
        steps.into_iter().find(|step| self.message(*step, seat).is_none())
    }

    fn task_of_substitute(&self, seat: Seat) -> Task {
        for step in [Step::Enrol, Step::Received] {
            if self.message(step, seat).is_none() {
                return if self.is_open(seat, step) {
                    Task::Do(step)
                } else {
                    Task::Wait
                };
            }
        }
        Task::Done
    }

    /// Whether others have done what this step builds on.
    fn is_open(&self, seat: Seat, step: Step) -> bool {
        let item = seat.item();
        match step {
            Step::Certificate | Step::Enrol => true,
            Step::Commitment => self.all_did(Step::Certificate, item),
            Step::Polynomial => self.all_did(Step::Commitment, item),
            Step::Output => self.all_did(Step::Polynomial, item),
            Step::Handover => {
                let enrolled = |substitute| self.message(Step::Enrol, substitute).is_some();
                self.message(Step::Output, seat).is_some() && self.substitute_of(seat).is_some_and(enrolled)
            }
            Step::Test => {
                let handed = |_| self.message(Step::Handover, seat).is_some();
                self.all_did(Step::Output, item) && self.substitute_of(seat).is_none_or(handed)
            }
            Step::Received => {
                let delegate = Seat::Delegate(seat.index());
                self.message(Step::Handover, delegate).is_some() && self.message(Step::Output, delegate).is_some()
            }
        }
    }

    /// Whether `step` is one of this seat's.
    fn is_step_of(&self, seat: Seat, step: Step) -> bool {
        match step {
            Step::Enrol | Step::Received => seat.is_substitute(),
            Step::Handover => self.substitute_of(seat).is_some(),
            _ => !seat.is_substitute(),
        }
    }

    /// Whether everybody has done everything.
    fn ceremony_is_over(&self) -> bool {
        let members = self.board.members();
        members.iter().all(|member| self.task(member.seat) == Task::Done)
    }

    fn item_view(&self, item: Item) -> ItemView {
        let texts = |step| -> Vec<Option<String>> {
            let messages = self.messages(step, item).into_iter();
            messages.map(|message| message.map(str::to_owned)).collect()
        };
        ItemView {
            item,
            members: self.board.size(item),
            threshold: item.threshold(),
            first: item.first_owner(),
            names: self
                .board
                .places(item)
                .into_iter()
                .map(|seat| self.name(seat))
                .collect(),
            certificate: texts(Step::Certificate),
            commitment: texts(Step::Commitment),
            polynomial: texts(Step::Polynomial),
            output: texts(Step::Output),
            test: texts(Step::Test),
        }
    }

    fn substitute_view(&self, seat: Seat) -> SubstituteView {
        let text = |step, seat| self.message(step, seat).map(str::to_owned);
        SubstituteView {
            seat,
            name: self.name(seat),
            item: seat.item(),
            index: seat.index(),
            enrol: text(Step::Enrol, seat),
            handover: text(Step::Handover, Seat::Delegate(seat.index())),
            received: text(Step::Received, seat),
        }
    }
}

impl Sitting {
    /// The ceremony, for the member's script.
    #[must_use]
    pub fn ceremony(&self) -> CeremonyView {
        let (state, seat) = (&self.state, self.seat);
        let substitutes = state.board.members().into_iter().map(|member| member.seat);
        let substitutes = substitutes.filter(|seat| seat.is_substitute());
        CeremonyView {
            board: state.board.key.clone(),
            title: state.board.title.clone(),
            group: state.consultation.group.clone(),
            round: state.round,
            version: state.version,
            me: Me {
                seat,
                name: state.name(seat),
                item: seat.item(),
                index: seat.index(),
                owner: seat.owner(),
                substitute: seat.is_substitute(),
            },
            items: Item::ALL.map(|item| state.item_view(item)).into(),
            substitutes: substitutes.map(|seat| state.substitute_view(seat)).collect(),
            task: state.task(seat).as_str(),
            trustees: state.keys.as_ref().map(|(keys, _)| keys.clone()),
        }
    }
}

impl VotingServer {
    /// Takes a member's message: checked, then kept, then the key is put together once all is there.
    ///
    /// # Errors
    /// [`BoardError`]; nothing is kept then.
    pub async fn board_message(
        &self,
        sitting: &Sitting,
        round: u32,
        step: Step,
        body: String,
    ) -> Result<(), BoardError> {
        let (state, seat) = (&sitting.state, sitting.seat);
        let board = state.board.key.clone();
        if round != state.round {
            return Err(BoardError::OtherRound);
        }
        if !state.is_step_of(seat, step) {
            return Err(BoardError::NotYours);
        }
        match state.message(step, seat) {
            Some(there) if there == body => return Ok(()),
            Some(_) => return Err(BoardError::Taken),
            None if state.task(seat) != Task::Do(step) => return Err(BoardError::NotOpen),
            None => {}
        }
        let (group, checked, text) = (state.group()?, state.clone(), body.clone());
        let verdict = self
            .compute(move || exchange::check(group, &checked, seat, step, &text))
            .await?;
        verdict.map_err(|wrong| BoardError::Wrong(wrong.to_string()))?;
        let who = Some((seat, sitting.staff));
        self.board_did(&board, who, Deed::Message { round, step }, Some(body))
            .await?;
        self.finish_ceremony(&board).await
    }

    /// Puts the key together once everybody has done everything.
    async fn finish_ceremony(&self, board: &str) -> Result<(), BoardError> {
        let state = self.board_state(board).await?;
        if state.keys.is_some() || !state.ceremony_is_over() {
            return Ok(());
        }
        let (group, round) = (state.group()?, state.round);
        let trustees = self.compute(move || exchange::trustees(group, &state)).await?;
        let trustees = trustees.map_err(|wrong| BoardError::Wrong(wrong.to_string()))?;
        let text = String::from_utf8(trustees).map_err(|_| crate::Fault::Damaged("trustees"))?;
        self.board_did(board, None, Deed::KeysMade { round }, Some(text)).await
    }
}
