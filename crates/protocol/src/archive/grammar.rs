//! Which event may follow which:
//! `Setup Ballot* EndBallots EncryptedTally [Shuffle* EndShuffles] PartialDecryption* Result`.

use super::event::EventKind;

/// How far an election is, told by the events of its archive so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Nothing yet.
    #[default]
    Empty,
    /// Set up: ballots come in, or may still come in.
    Open,
    /// No more ballots.
    Closed,
    /// The encrypted tally is there.
    Tallied,
    /// Trustees are mixing.
    Shuffling,
    /// Mixing is over.
    Shuffled,
    /// Trustees are decrypting.
    Decrypting,
    /// The result is there: nothing may follow.
    Complete,
}

impl Phase {
    /// The phase after an event of this kind; `None` when it may not come now.
    #[must_use]
    pub const fn after(self, kind: EventKind) -> Option<Self> {
        use EventKind as E;
        Some(match (self, kind) {
            (Self::Empty, E::Setup) | (Self::Open, E::Ballot) => Self::Open,
            (Self::Open, E::EndBallots) => Self::Closed,
            (Self::Closed, E::EncryptedTally) => Self::Tallied,
            (Self::Tallied | Self::Shuffling, E::Shuffle) => Self::Shuffling,
            (Self::Tallied | Self::Shuffling, E::EndShuffles) => Self::Shuffled,
            (Self::Tallied | Self::Shuffled | Self::Decrypting, E::PartialDecryption) => Self::Decrypting,
            (Self::Tallied | Self::Shuffled | Self::Decrypting, E::Result) => Self::Complete,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{EventKind as E, Phase};

    fn run(kinds: &[E]) -> Option<Phase> {
        kinds.iter().try_fold(Phase::Empty, |phase, kind| phase.after(*kind))
    }

    #[test]
    fn the_whole_life_of_an_election_is_accepted() {
        let life = [
            E::Setup,
            E::Ballot,
            E::EndBallots,
            E::EncryptedTally,
            E::PartialDecryption,
            E::Result,
        ];
        assert_eq!(run(&life), Some(Phase::Complete));
        let mixed = [
            E::Setup,
            E::EndBallots,
            E::EncryptedTally,
            E::Shuffle,
            E::EndShuffles,
            E::Result,
        ];
        assert_eq!(run(&mixed), Some(Phase::Complete));
    }

    #[test]
    fn events_out_of_their_place_are_refused() {
        for wrong in [
            &[E::Ballot][..],
            &[E::Setup, E::Setup],
            &[E::Setup, E::EndBallots, E::Ballot],
            &[E::Setup, E::EndBallots, E::EndBallots],
            &[E::Setup, E::EncryptedTally],
            &[E::Setup, E::EndBallots, E::Result],
            &[E::Setup, E::EndBallots, E::EncryptedTally, E::EncryptedTally],
            &[
                E::Setup,
                E::EndBallots,
                E::EncryptedTally,
                E::Shuffle,
                E::PartialDecryption,
            ],
            &[
                E::Setup,
                E::EndBallots,
                E::EncryptedTally,
                E::PartialDecryption,
                E::Shuffle,
            ],
            &[E::Setup, E::EndBallots, E::EncryptedTally, E::Result, E::Result],
        ] {
            assert_eq!(run(wrong), None, "{wrong:?}");
        }
    }
}
