//! Mail leaves after the commit that asked for it, from the outbox. Its failure cannot undo a vote.

use std::time::Duration;

use jiff::Timestamp;

use crate::{Fault, VotingServer};

/// Where mails go.
pub enum MailMode {
    /// Nowhere: they stay in the outbox, for everyone to read on a page that says so. Demonstration and rehearsal only.
    Demonstration,
    /// To an SMTP server.
    Smtp {
        /// For instance `smtps://user:password@mail.example.fr` (lettre's form).
        url: String,
        /// Sender, for instance `Élections <elections@example.fr>`.
        from: String,
    },
}

/// A mail that the demonstration shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMessage {
    /// Address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
    /// The minute in which it was queued.
    pub at: Timestamp,
}

impl VotingServer {
    /// Sends what is due once; returns how many mails left.
    ///
    /// # Errors
    /// [`Fault`]; a mail that a server refuses is tried again later, and is not an error here.
    pub async fn deliver_due_mail(&self) -> Result<u64, Fault> {
        todo!()
    }

    /// Delivers for ever, every `period`. To be spawned by the binary.
    pub async fn run_mail_worker(self, period: Duration) {
        todo!()
    }

    /// The latest mails, for the demonstration's inbox; empty unless the mode is [`MailMode::Demonstration`].
    /// `to` restricts to one address.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn demonstration_inbox(&self, to: Option<&str>, limit: u32) -> Result<Vec<InboxMessage>, Fault> {
        todo!()
    }
}
