//! The word of the voting server for the registrar: this session is this voter's, for five minutes.

use isoloir_domain::token::Ticket;
use jiff::SignedDuration;

use crate::{Fault, Session, VotingServer};

/// Long enough to type a voting code twice.
const LIFETIME: SignedDuration = SignedDuration::from_mins(5);

impl VotingServer {
    /// A signed ticket for `session`, to be carried to the registrar by the browser.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn issue_ticket(&self, session: &Session) -> Result<String, Fault> {
        let now = self.inner.clock.now();
        let expires = now.saturating_add(LIFETIME).unwrap_or(now);
        let ticket = Ticket::new(session.id(), session.voter().id, expires);
        ticket
            .sign(&self.inner.server_key)
            .map_err(|_| Fault::Damaged("a ticket"))
    }
}
