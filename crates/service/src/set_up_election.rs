//! Sets up a box: the board's keys, the registrar's public credentials and the lists become the Belenios setup.
//!
//! One homomorphic question: the answers are the names of the lists in the drawn order, with a blank, exactly one choice.

use isoloir_domain::ElectionId;

use crate::{Fault, VotingServer};

/// What board and registrar bring.
pub struct SetUp<'a> {
    /// The trustees, as the protocol writes them (canonical JSON).
    pub trustees: &'a [u8],
    /// Public credentials from the registrar, one per voter of the roll, in an order that says nothing of the voters.
    pub credentials: &'a [String],
    /// Name of the credential authority, for the election's description.
    pub credential_authority: &'a str,
}

/// Why the box was not set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// No such election.
    #[error("there is no election {0}")]
    UnknownElection(ElectionId),
    /// Set up already.
    #[error("election {0} is set up already")]
    Already(ElectionId),
    /// No candidate list.
    #[error("election {0} has no candidate list")]
    NoList(ElectionId),
    /// Credentials and voters differ in number.
    #[error("the roll has {voters} voters and there are {credentials} credentials")]
    CredentialCount {
        /// On the roll.
        voters: usize,
        /// Given.
        credentials: usize,
    },
    /// A credential is not a member of the group, or occurs twice.
    #[error("credential {0} (from 1) is malformed or occurs twice")]
    Credential(usize),
    /// The trustees are malformed or a proof of theirs is wrong.
    #[error("the trustees' keys are refused: {0}")]
    Trustees(String),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VotingServer {
    /// Stores the setup of the election: from here on lists and roll are sealed, and the box exists and is empty.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub async fn set_up_election(&self, election: &ElectionId, set_up: SetUp<'_>) -> Result<(), SetUpError> {
        todo!()
    }
}
