//! Deliberate defects around the product. A simulation that lets one of them pass would find nothing of the kind in the product either.

use crate::oracle::Invariant;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// A front end answers "stored" for a node that it could not reach.
    FrontInvents,
    /// A node hands out the receipt, rightly foretold, before the commit.
    AnswersBeforeCommit,
    /// A watcher is shown the box without its last ballot.
    BoxShownShort,
    /// A scheduler writes a second time that the polls are closed.
    ClosesTwice,
    /// A scheduler closes when the polls close, and not at the end of the grace.
    ForgetsTheGrace,
    /// Any ballot of a voter who has voted is taken for a retry, and answered with the receipt of the first.
    AnyBallotIsARetry,
    /// A retry is told that the voter has voted, as if it were another ballot.
    RetryIsRefused,
    /// The clock of a node stands still, and the node does not know.
    ClockStandsStill,
    /// The store loses its last ballot.
    StoreLosesABallot,
    /// The store loses a mark alone.
    StoreLosesAMark,
    /// Somebody who holds a voter's session and credential votes in that voter's place.
    BallotOfAnother,
    /// A front end tells a voter that the polls are closed when a node is slow.
    SlowIsClosed,
    /// The count gives a vote to another list.
    CountsAside,
    /// An entry of the journal is rewritten.
    RewritesTheJournal,
}

impl Defect {
    /// All of them, each with the invariants that may tell of it.
    pub const ALL: [(Self, &'static [Invariant]); 14] = [
        (Self::FrontInvents, &[Invariant::ReceiptKept]),
        (Self::AnswersBeforeCommit, &[Invariant::ReceiptKept]),
        (Self::BoxShownShort, &[Invariant::OnlyGrows, Invariant::ReceiptKept]),
        (Self::ClosesTwice, &[Invariant::ClosedOnce]),
        (Self::ForgetsTheGrace, &[Invariant::ClosedOnce]),
        (Self::AnyBallotIsARetry, &[Invariant::ReceiptTrue]),
        (Self::RetryIsRefused, &[Invariant::NeverWithdrawn]),
        (
            Self::ClockStandsStill,
            &[Invariant::Law, Invariant::NoWrongRefusal, Invariant::ClosedOnce],
        ),
        (
            Self::StoreLosesABallot,
            &[
                Invariant::ReceiptKept,
                Invariant::OnlyGrows,
                Invariant::NeverWithdrawn,
                Invariant::PollBook,
            ],
        ),
        (
            Self::StoreLosesAMark,
            &[
                Invariant::PollBook,
                Invariant::NoWrongRefusal,
                Invariant::NeverWithdrawn,
            ],
        ),
        (
            Self::BallotOfAnother,
            &[
                Invariant::RefusedStaysOut,
                Invariant::NoWrongRefusal,
                Invariant::OneBallot,
            ],
        ),
        (
            Self::SlowIsClosed,
            &[Invariant::NoWrongRefusal, Invariant::NeverWithdrawn],
        ),
        (Self::CountsAside, &[Invariant::Count]),
        (Self::RewritesTheJournal, &[Invariant::Journal]),
    ];
}
