//! What is ready for the vote, what is not, and who must act (*tableau de bord de la préparation*).

use isoloir_domain::candidacy::State;
use isoloir_domain::message::Message;
use isoloir_domain::roll_gates::Gate;
use isoloir_domain::timetable::{Milestone, timetable};
use isoloir_domain::{Board, CandidateList, Consultation, Election};

use crate::board::BoardError;
use crate::candidacies::ElectionQueue;
use crate::capacity::Capacity;
use crate::import_list_files::Role;
use crate::review_roll::RollReview;
use crate::{Fault, VotingServer};

/// What is to be done before an election can open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// A roll.
    Roll,
    /// A gate of the roll to mend or to pass.
    Gate,
    /// Candidate lists.
    Lists,
    /// Filed lists wait for a decision.
    Decisions,
    /// Unions correct their lists.
    Corrections,
    /// The lot of the display order.
    Order,
    /// Accepted lists are to be published.
    Publication,
    /// Keys of the board.
    Keys,
    /// The box.
    Box,
}

impl Task {
    /// A stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Roll => "roll",
            Self::Gate => "gate",
            Self::Lists => "lists",
            Self::Decisions => "candidacy_decisions",
            Self::Corrections => "candidacy_corrections",
            Self::Order => "display_order",
            Self::Publication => "publication",
            Self::Keys => "keys",
            Self::Box => "box",
        }
    }

    /// What is missing, and who brings it.
    #[must_use]
    pub fn message(self) -> Message {
        let (fr, en) = match self {
            Self::Roll => (
                "Organisateur\u{a0}: la liste électorale est à importer.",
                "Organiser: the roll is to be imported.",
            ),
            Self::Gate => (
                "Organisateur\u{a0}: un contrôle de la liste électorale est à lever ou à corriger.",
                "Organiser: a gate of the roll is to be mended or passed.",
            ),
            Self::Lists => (
                "Organisateur\u{a0}: les listes de candidats sont à importer.",
                "Organiser: the candidate lists are to be imported.",
            ),
            Self::Decisions => (
                "Organisateur\u{a0}: des candidatures attendent une décision.",
                "Organiser: candidacies wait for a decision.",
            ),
            Self::Corrections => (
                "Délégués de liste\u{a0}: des candidatures sont à corriger.",
                "Unions’ delegates: candidacies are to be corrected.",
            ),
            Self::Order => (
                "Organisateur\u{a0}: l’ordre d’affichage des listes est à tirer au sort.",
                "Organiser: the display order of the lists is to be drawn.",
            ),
            Self::Publication => (
                "Organisateur\u{a0}: les candidatures acceptées sont à publier.",
                "Organiser: accepted candidacies are to be published.",
            ),
            Self::Keys => (
                "Bureau de vote\u{a0}: les clés sont à fabriquer.",
                "Election board: the keys are to be made.",
            ),
            Self::Box => (
                "Exploitant\u{a0}: l’urne est à préparer, avec les clés du bureau et les codes.",
                "Operator: the box is to be set up, with the board’s keys and the codes.",
            ),
        };
        Message::new(fr, en)
    }
}

/// How ready an election is.
#[derive(Debug, Clone)]
pub struct Readiness {
    /// The election.
    pub election: Election,
    /// Voters on its roll.
    pub registered: u64,
    /// Its lists, in display order.
    pub lists: Vec<CandidateList>,
    /// Lists that have a logo.
    pub logos: usize,
    /// Lists that have a manifesto.
    pub manifestos: usize,
    /// Its board, where the consultation names one.
    pub board: Option<Board>,
    /// Whether that board has made its keys on its pages.
    pub has_keys: bool,
    /// Whether its box is set up: rolls and lists are fixed.
    pub sealed: bool,
    /// What is missing, in the order in which it is done.
    pub tasks: Vec<Task>,
}

/// How ready a consultation is.
#[derive(Debug, Clone)]
pub struct Preparation {
    /// The rolls against what they should be.
    pub review: RollReview,
    /// Each election, in display order.
    pub elections: Vec<Readiness>,
    /// The calendar of the law.
    pub timetable: Vec<Milestone>,
    /// What the deployment was measured to hold.
    pub capacity: Capacity,
}

impl VotingServer {
    /// Looks at everything that a vote needs.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn preparation(&self, consultation: &Consultation) -> Result<Preparation, Fault> {
        let review = self.review_roll(consultation).await?;
        let boards = self.boards().await?;
        let queue = self.candidacy_queue(&consultation.id).await?;
        let mut elections = Vec::new();
        for election in self.elections(&consultation.id).await? {
            let board = boards
                .iter()
                .find(|(of, board)| *of == consultation.id && board.elections.contains(&election.key))
                .map(|(_, board)| board.clone());
            let queue = queue.iter().find(|one| one.election.id == election.id);
            elections.push(self.readiness(election, board, &review, queue).await?);
        }
        Ok(Preparation {
            timetable: timetable(consultation.profile, &consultation.calendar, &consultation.policy),
            review,
            elections,
            capacity: self.capacity(consultation).await?,
        })
    }

    async fn readiness(
        &self,
        election: Election,
        board: Option<Board>,
        review: &RollReview,
        queue: Option<&ElectionQueue>,
    ) -> Result<Readiness, Fault> {
        let roll = review.figures.elections.iter().find(|roll| roll.key == election.key);
        let registered = roll.map_or(0, |roll| roll.registered);
        let lists = self.lists(&election.id).await?;
        let files = self.list_files(&election.id).await?;
        let sealed = self.inner.store.is_sealed(&election.id).await?;
        let has_keys = match &board {
            Some(board) => match self.board_state(&board.key).await {
                Ok(state) => state.keys_digest().is_some(),
                Err(BoardError::Fault(fault)) => return Err(fault),
                Err(_) => false,
            },
            None => false,
        };
        let gated = review.standing().any(|gate| concerns(gate, &election.key));
        let count = |state| queue.and_then(|queue| queue.counts.get(&state)).copied().unwrap_or(0);
        let (accepted, drawn) = (count(State::Accepted), queue.is_some_and(|queue| queue.drawn));
        let missing = [
            (Task::Roll, registered == 0),
            (Task::Gate, gated && registered > 0),
            (
                Task::Lists,
                lists.is_empty() && queue.is_none_or(|queue| queue.counts.is_empty()),
            ),
            (Task::Decisions, count(State::Filed) > 0),
            (Task::Corrections, count(State::Asked) > 0),
            (Task::Order, accepted > 0 && !drawn),
            (
                Task::Publication,
                drawn && usize::try_from(accepted).is_ok_and(|accepted| accepted != lists.len()),
            ),
            (Task::Keys, !has_keys),
            (Task::Box, true),
        ];
        let tasks = missing
            .into_iter()
            .filter(|(_, missing)| *missing && !sealed)
            .map(|(task, _)| task);
        let with = |role| files.iter().filter(|file| file.role == role).count();
        Ok(Readiness {
            tasks: tasks.collect(),
            logos: with(Role::Logo),
            manifestos: with(Role::Manifesto),
            election,
            registered,
            lists,
            board,
            has_keys,
            sealed,
        })
    }
}

/// Whether a gate stops this election: its own, and those of all.
#[must_use]
pub fn concerns(gate: &Gate, key: &str) -> bool {
    match gate {
        Gate::Empty { election } | Gate::HeadCount { election, .. } | Gate::Moved { election, .. } => election == key,
        Gate::UnknownElection { .. }
        | Gate::TooManyElections { .. }
        | Gate::Mailboxes { .. }
        | Gate::Orphans { .. }
        | Gate::Duplicates { .. } => true,
    }
}
