//! The word of the voting server for the registrar: this session is this voter's, for five minutes.

use crate::{Fault, Session, VotingServer};

impl VotingServer {
    /// A signed ticket for `session`, to be carried to the registrar by the browser.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn issue_ticket(&self, session: &Session) -> Result<String, Fault> {
        todo!()
    }
}
