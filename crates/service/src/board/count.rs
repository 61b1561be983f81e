//! The board's part of the count: each member's partial decryption, taken under the member's own place, and the result once the quorum is there.

use std::io::Write;

use isoloir_domain::{ElectionId, Seat};
use isoloir_protocol::archive::EventKind;

use super::{BoardError, BoardState, Sitting};
use crate::ballot_box::ExportError;
use crate::finish_tally::FinishTallyError;
use crate::record_partial_decryption::PartialDecryptionError;
use crate::{Fault, VotingServer};

/// Where the count of an election stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountState {
    /// The box is not set up.
    NotSetUp,
    /// Somebody may still vote, or the box is being frozen.
    Open,
    /// Frozen: decryptions are awaited.
    Decrypt,
    /// The result is in the box.
    Counted,
}

impl CountState {
    /// Whether nobody votes any more.
    #[must_use]
    pub const fn is_frozen(self) -> bool {
        matches!(self, Self::Decrypt | Self::Counted)
    }

    /// Its name for scripts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSetUp | Self::Open => "open",
            Self::Decrypt => "decrypt",
            Self::Counted => "counted",
        }
    }
}

/// The count of one election.
#[derive(Debug, Clone)]
pub struct Count {
    /// Identifier.
    pub election: ElectionId,
    /// Title.
    pub title: String,
    /// Where it stands.
    pub state: CountState,
    /// Ballots in the box, for the board (R. 211-542).
    pub ballots: u64,
    /// Numbers of the places that have decrypted.
    pub decrypted: Vec<u32>,
    /// Whether those who have decrypted suffice.
    pub quorum: bool,
    /// Whether its keys are those of this board's ceremony.
    pub keys_of_board: bool,
    /// Whether it is played: the twin of an election, in a rehearsal.
    pub rehearsal: bool,
}

impl VotingServer {
    /// Where the counts of the board's elections stand.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn board_count(&self, sitting: &Sitting) -> Result<Vec<Count>, Fault> {
        self.counts_of(&sitting.state).await
    }

    /// The same, of a board where one does not sit.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn counts_of(&self, state: &BoardState) -> Result<Vec<Count>, Fault> {
        let mut counts = Vec::new();
        let played: Vec<_> = state.twins_to_count().collect();
        for election in state.elections.iter().chain(played.iter().copied()) {
            let trustees = self.inner.store.box_trustees(&election.id).await?;
            let records = self.inner.store.records(&election.id).await?;
            let has = |kind| records.iter().any(|record| record.kind == kind);
            let stands = match () {
                () if trustees.is_none() => CountState::NotSetUp,
                () if has(EventKind::Result) => CountState::Counted,
                () if has(EventKind::EncryptedTally) => CountState::Decrypt,
                () => CountState::Open,
            };
            let decryptions = records.iter().filter(|one| one.kind == EventKind::PartialDecryption);
            let decrypted: Vec<u32> = decryptions.map(|record| record.owner).collect();
            let seats = decrypted.iter().filter_map(|owner| state.seat_of_owner(*owner));
            let keys = state.keys.as_ref().map(|(keys, _)| keys.as_bytes());
            counts.push(Count {
                rehearsal: played.iter().any(|twin| twin.id == election.id),
                election: election.id.clone(),
                title: election.title.clone(),
                state: stands,
                ballots: self.inner.store.ballot_count(&election.id).await?,
                quorum: state.suffice(seats, false),
                decrypted,
                keys_of_board: trustees.is_some_and(|trustees| Some(trustees.as_slice()) == keys),
            });
        }
        Ok(counts)
    }

    /// Takes a member's partial decryption. Wrong ones are refused by name; the others count. Gives the result once the quorum is there.
    ///
    /// # Errors
    /// [`BoardError::NotYours`] for another place, a substitute who replaces nobody, a delegate who is replaced; [`BoardError::Wrong`].
    pub async fn board_decryption(
        &self,
        sitting: &Sitting,
        election: &ElectionId,
        owner: u32,
        body: &str,
    ) -> Result<(), BoardError> {
        let state = &sitting.state;
        let twins = state.twins_to_count();
        if !state.elections.iter().chain(twins).any(|one| one.id == *election) {
            return Err(BoardError::Unknown);
        }
        if state.owner(sitting.seat) != Some(owner) {
            return Err(BoardError::NotYours);
        }
        let recorded = self.record_partial_decryption(election, owner, body.as_bytes()).await;
        match recorded {
            Ok(()) | Err(PartialDecryptionError::Already(_)) => {}
            Err(PartialDecryptionError::UnknownElection | PartialDecryptionError::NotFrozen) => {
                return Err(BoardError::NotOpen);
            }
            Err(PartialDecryptionError::Finished) => return Ok(()),
            Err(PartialDecryptionError::Fault(fault)) => return Err(fault.into()),
            Err(PartialDecryptionError::Refused { reason, .. }) => {
                let name = state.name(sitting.seat);
                return Err(BoardError::Wrong(format!("{name}: {reason}")));
            }
            Err(other) => return Err(BoardError::Wrong(other.to_string())),
        }
        // The audit of a large box takes minutes: it goes on when the member's browser gives up.
        let (server, sitting, election) = (self.clone(), sitting.clone(), election.clone());
        let counted = tokio::spawn(async move { server.count_when_due(&sitting, &election).await });
        counted.await.map_err(|_| Fault::Stopping)?
    }

    /// Computes the result when the decryptions in the box suffice.
    async fn count_when_due(&self, sitting: &Sitting, election: &ElectionId) -> Result<(), BoardError> {
        let counts = self.board_count(sitting).await?;
        let due = counts
            .iter()
            .any(|count| count.election == *election && count.quorum && count.state == CountState::Decrypt);
        if !due {
            return Ok(());
        }
        match self.finish_tally(election).await {
            Ok(()) => self.end_rehearsal_when_counted(&sitting.state.board.key).await,
            Err(FinishTallyError::Fault(fault)) => Err(fault.into()),
            Err(FinishTallyError::NotVerified(finding)) => {
                self.alarm(&sitting.state, vec![format!("{election}/archive")]).await?;
                Err(BoardError::Wrong(finding))
            }
            Err(other) => Err(BoardError::Wrong(other.to_string())),
        }
    }

    /// The archive of a frozen box, for a member of its board: also when so few voted that the public has none.
    ///
    /// # Errors
    /// [`ExportError`]; [`BoardError::Unknown`] is told as an unknown election.
    pub async fn board_archive<W: Write + Send + 'static>(
        &self,
        sitting: &Sitting,
        election: &ElectionId,
        out: W,
    ) -> Result<W, ExportError> {
        if sitting.state.elections.iter().any(|one| one.id == *election) {
            self.export_archive(election, out).await
        } else {
            Err(crate::ballot_box::BoxError::UnknownElection.into())
        }
    }

    /// Names of those who have decrypted, for the page.
    #[must_use]
    pub fn names_of(&self, sitting: &Sitting, owners: &[u32]) -> Vec<String> {
        let seats = owners.iter().filter_map(|owner| sitting.state.seat_of_owner(*owner));
        seats.map(|seat: Seat| sitting.state.name(seat)).collect()
    }
}
