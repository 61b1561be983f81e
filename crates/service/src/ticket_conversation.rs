//! What a person reads of a request to the help desk, and writes again in it: a voter in session, or whoever has the secret link.
//!
//! Reading changes nothing, since mail scanners open links. Internal notes never leave the help desk.

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::ticket::{Author, TicketNumber};
use isoloir_store::ticket::{NewTicketMessage, Written};
use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};

pub use isoloir_store::ticket::{Ticket, TicketMessage};

use crate::free_text::form_token_hash;
use crate::open_ticket::{TicketError, body};
use crate::{Fault, Session, VotingServer};

/// How long the secret link of a request is good after the last message.
const LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(60 * 24);
/// Messages that a person may write in one request.
const MAX_MESSAGES: u64 = 50;

/// A request with what was written in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// The request.
    pub ticket: Ticket,
    /// What was written, in order; without internal notes where the person reads it.
    pub messages: Vec<TicketMessage>,
}

impl VotingServer {
    /// The voter's requests, the latest first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn tickets_of(&self, session: &Session) -> Result<Vec<Ticket>, Fault> {
        Ok(self.inner.store.tickets_of_voter(session.voter().id).await?)
    }

    /// One of the voter's requests; `None` when there is none of this number, or it is somebody else's.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn conversation_of(
        &self,
        session: &Session,
        number: TicketNumber,
    ) -> Result<Option<Conversation>, Fault> {
        match self.ticket_of(session, number).await? {
            Some(ticket) => Ok(Some(self.without_notes(ticket).await?)),
            None => Ok(None),
        }
    }

    /// The request that a secret link follows; `None` when there is none, or the link is too old.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn conversation_by_link(&self, token: &str) -> Result<Option<Conversation>, Fault> {
        match self.ticket_by_link(token).await? {
            Some(ticket) => Ok(Some(self.without_notes(ticket).await?)),
            None => Ok(None),
        }
    }

    /// Writes again in one of the voter's requests; the same form again writes nothing.
    ///
    /// # Errors
    /// [`TicketError`].
    pub async fn reply_to_ticket(
        &self,
        session: &Session,
        number: TicketNumber,
        token: &str,
        text: &str,
    ) -> Result<(), TicketError> {
        let ticket = self.ticket_of(session, number).await?.ok_or(TicketError::Unknown)?;
        self.reply(&ticket, token, text).await
    }

    /// Writes again in the request that a secret link follows; likewise.
    ///
    /// # Errors
    /// [`TicketError`].
    pub async fn reply_by_link(&self, link: &str, token: &str, text: &str) -> Result<(), TicketError> {
        let ticket = self.ticket_by_link(link).await?.ok_or(TicketError::Unknown)?;
        self.reply(&ticket, token, text).await
    }

    async fn ticket_of(&self, session: &Session, number: TicketNumber) -> Result<Option<Ticket>, Fault> {
        let found = self.inner.store.ticket(number).await?;
        Ok(found.filter(|ticket| ticket.voter == Some(session.voter().id)))
    }

    async fn ticket_by_link(&self, token: &str) -> Result<Option<Ticket>, Fault> {
        if form_token_hash(token).is_none() {
            return Ok(None);
        }
        let found = self
            .inner
            .store
            .ticket_by_follow(&Sha256::digest(token.as_bytes()).into())
            .await?;
        let now = self.inner.clock.now();
        Ok(found.filter(|ticket| ticket.voter.is_none() && now.duration_since(ticket.updated) <= LINK_LIFETIME))
    }

    async fn without_notes(&self, ticket: Ticket) -> Result<Conversation, Fault> {
        let mut messages = self.inner.store.ticket_messages(ticket.number).await?;
        messages.retain(|message| message.author != Author::Note);
        // Who answers is the help desk: a name of the staff is no business of the page.
        for message in &mut messages {
            message.agent = None;
        }
        Ok(Conversation { ticket, messages })
    }

    async fn reply(&self, ticket: &Ticket, token: &str, text: &str) -> Result<(), TicketError> {
        let form = form_token_hash(token).ok_or(TicketError::Token)?;
        let body = body(text)?;
        let written = self
            .inner
            .store
            .ticket_messages_from_person(ticket.number)
            .await
            .map_err(Fault::from)?;
        if written >= MAX_MESSAGES {
            return Err(TicketError::TooManyMessages);
        }
        let message = NewTicketMessage {
            form,
            author: Author::Person,
            agent: None,
            body,
            at: self.inner.clock.now(),
        };
        let entry = self.entry(ticket_subject(ticket), Event::TicketReplied { number: ticket.number });
        let outcome = self
            .inner
            .store
            .write_in_ticket(ticket.number, &message, None, &entry)
            .await;
        match outcome.map_err(Fault::from)? {
            Written::New | Written::Again => Ok(()),
            Written::Closed => Err(TicketError::Closed),
            Written::Foreign => Err(TicketError::Token),
        }
    }
}

/// What the journal's entries about a request are about: the voter, or nobody that we know.
pub(crate) fn ticket_subject(ticket: &Ticket) -> Subject {
    match ticket.voter {
        Some(voter) => Subject::Voter(voter),
        None => Subject::Consultation(ticket.consultation.clone()),
    }
}
