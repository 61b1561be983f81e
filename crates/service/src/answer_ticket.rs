//! The help desk's side of a request (*cellule d’assistance*): queue, answers, internal notes, closing and reopening.
//!
//! For the console:
//! - [`VotingServer::tickets`]: a page of the queue, those that have waited longest first; [`VotingServer::ticket_count`]: how many in a status
//! - [`VotingServer::whole_ticket`]: one request with everything written in it, internal notes included
//! - [`VotingServer::assign_ticket`], [`VotingServer::answer_ticket`], [`VotingServer::note_in_ticket`], [`VotingServer::close_ticket`],
//!   [`VotingServer::reopen_ticket`]: each names the agent, and the journal keeps the name
//!
//! Who may call them, and for which consultation, is the caller's business: [`QueueFilter::consultation`] and [`Ticket::consultation`] tell.

use isoloir_domain::journal::Event;
use isoloir_domain::ticket::{Author, TicketNumber, TicketStatus};
use isoloir_domain::{ConsultationId, StaffId, VoterId};
use isoloir_store::ticket::{NewTicketMessage, Written};

pub use isoloir_store::ticket::{QueueFilter, Ticket, TicketMessage};

use crate::free_text::form_token_hash;
use crate::letters::Letter;
use crate::open_ticket::{TicketError, body};
use crate::ticket_conversation::{Conversation, ticket_subject};
use crate::{Fault, VotingServer};

impl VotingServer {
    /// A page of the queue: those that have waited longest first; closed ones, the latest first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn tickets(&self, filter: &QueueFilter, limit: u32, offset: u64) -> Result<Vec<Ticket>, Fault> {
        Ok(self.inner.store.tickets(filter, limit, offset).await?)
    }

    /// How many requests stand in `status`, of one consultation or of all.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn ticket_count(
        &self,
        status: TicketStatus,
        consultation: Option<&ConsultationId>,
    ) -> Result<u64, Fault> {
        let counts = self.inner.store.ticket_counts(consultation).await?;
        let found = counts.into_iter().find(|(one, _)| *one == status);
        Ok(found.map_or(0, |(_, count)| count))
    }

    /// The requests of a voter, the latest first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn tickets_of_voter(&self, voter: VoterId) -> Result<Vec<Ticket>, Fault> {
        Ok(self.inner.store.tickets_of_voter(voter).await?)
    }

    /// One request with everything written in it, internal notes included.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn whole_ticket(&self, number: TicketNumber) -> Result<Option<Conversation>, Fault> {
        let Some(ticket) = self.inner.store.ticket(number).await? else {
            return Ok(None);
        };
        let messages = self.inner.store.ticket_messages(number).await?;
        Ok(Some(Conversation { ticket, messages }))
    }

    /// Gives a request to `agent`, also when another had it; nothing happens when it is theirs already.
    ///
    /// # Errors
    /// [`TicketError::Unknown`], [`TicketError::Closed`], [`TicketError::Fault`].
    pub async fn assign_ticket(&self, agent: StaffId, number: TicketNumber) -> Result<(), TicketError> {
        let ticket = self.known_ticket(number).await?;
        if ticket.status == TicketStatus::Closed {
            return Err(TicketError::Closed);
        }
        let entry = self.entry_by(agent, ticket_subject(&ticket), Event::TicketAssigned { number });
        let assigned = self.inner.store.assign_ticket(number, agent, &entry).await;
        assigned.map_err(Fault::from)?;
        Ok(())
    }

    /// Answers the person, who is told by mail when there is an address; the request is the agent's when it was nobody's. The same form
    /// again answers nothing.
    ///
    /// # Errors
    /// [`TicketError`].
    pub async fn answer_ticket(
        &self,
        agent: StaffId,
        number: TicketNumber,
        token: &str,
        text: &str,
    ) -> Result<(), TicketError> {
        self.write_as_agent(agent, number, token, text, Author::Agent).await
    }

    /// Writes a note that the person never sees, also in a closed request. The same form again writes nothing.
    ///
    /// # Errors
    /// [`TicketError`].
    pub async fn note_in_ticket(
        &self,
        agent: StaffId,
        number: TicketNumber,
        token: &str,
        text: &str,
    ) -> Result<(), TicketError> {
        self.write_as_agent(agent, number, token, text, Author::Note).await
    }

    async fn write_as_agent(
        &self,
        agent: StaffId,
        number: TicketNumber,
        token: &str,
        text: &str,
        author: Author,
    ) -> Result<(), TicketError> {
        let ticket = self.known_ticket(number).await?;
        let message = NewTicketMessage {
            form: form_token_hash(token).ok_or(TicketError::Token)?,
            author,
            agent: Some(agent),
            body: body(text)?,
            at: self.inner.clock.now(),
        };
        let (what, mail) = if author == Author::Agent {
            let mail = self.ticket_mail(&ticket, |number, link| Letter::TicketReply { number, link });
            (Event::TicketAnswered { number }, mail.await?)
        } else {
            (Event::TicketNoted { number }, None)
        };
        let entry = self.entry_by(agent, ticket_subject(&ticket), what);
        let written = self
            .inner
            .store
            .write_in_ticket(number, &message, mail.as_ref(), &entry)
            .await;
        match written.map_err(Fault::from)? {
            Written::New | Written::Again => Ok(()),
            Written::Closed => Err(TicketError::Closed),
            Written::Foreign => Err(TicketError::Token),
        }
    }

    /// Closes a request and tells the person; nothing happens when it is closed already.
    ///
    /// # Errors
    /// [`TicketError::Unknown`], [`TicketError::Fault`].
    pub async fn close_ticket(&self, agent: StaffId, number: TicketNumber) -> Result<(), TicketError> {
        let ticket = self.known_ticket(number).await?;
        let entry = self.entry_by(agent, ticket_subject(&ticket), Event::TicketClosed { number });
        let mail = self
            .ticket_mail(&ticket, |number, _| Letter::TicketClosed { number })
            .await?;
        let closed = self.inner.store.close_ticket(number, mail.as_ref(), &entry).await;
        closed.map_err(Fault::from)?;
        Ok(())
    }

    /// Opens a closed request again; nothing happens when it is not closed.
    ///
    /// # Errors
    /// [`TicketError::Unknown`], [`TicketError::Fault`].
    pub async fn reopen_ticket(&self, agent: StaffId, number: TicketNumber) -> Result<(), TicketError> {
        let ticket = self.known_ticket(number).await?;
        let entry = self.entry_by(agent, ticket_subject(&ticket), Event::TicketReopened { number });
        let reopened = self.inner.store.reopen_ticket(number, &entry).await;
        reopened.map_err(Fault::from)?;
        Ok(())
    }

    async fn known_ticket(&self, number: TicketNumber) -> Result<Ticket, TicketError> {
        let found = self.inner.store.ticket(number).await.map_err(Fault::from)?;
        found.ok_or(TicketError::Unknown)
    }
}
