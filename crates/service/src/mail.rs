//! Mail leaves after the commit that asked for it, from the outbox. Its failure cannot undo a vote.

use std::time::Duration;

use isoloir_store::outbox::{Mail, QueuedMail};
use jiff::{SignedDuration, Timestamp};
use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use rand_core::Rng as _;

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

/// What is wrong with the mail settings.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server's URL.
    #[error("the SMTP URL is wrong")]
    Url(#[source] lettre::transport::smtp::Error),
    /// The sender.
    #[error("the sender's address is wrong")]
    From(#[source] lettre::address::AddressError),
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

pub(crate) enum Mailer {
    Demonstration,
    Smtp {
        transport: AsyncSmtpTransport<Tokio1Executor>,
        from: Mailbox,
    },
}

impl Mailer {
    pub(crate) fn new(mode: MailMode) -> Result<Self, MailError> {
        match mode {
            MailMode::Demonstration => Ok(Self::Demonstration),
            MailMode::Smtp { url, from } => {
                let from = from.parse().map_err(MailError::From)?;
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
                    .map_err(MailError::Url)?
                    .build();
                Ok(Self::Smtp { transport, from })
            }
        }
    }
}

/// How long a claimed mail is left to the worker that took it.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
const AT_ONCE: u32 = 50;

impl VotingServer {
    /// Sends what is due once; returns how many mails left.
    ///
    /// # Errors
    /// [`Fault`]; a mail that a server refuses is tried again later, and is not an error here.
    pub async fn deliver_due_mail(&self) -> Result<u64, Fault> {
        let Mailer::Smtp { transport, from } = &self.inner.mailer else {
            return Ok(0);
        };
        let now = self.inner.clock.now();
        let lease = now.saturating_add(LEASE).unwrap_or(now);
        let mut left = 0;
        for mail in self.inner.store.claim_mail(now, lease, AT_ONCE).await? {
            if send(transport, from, &mail).await {
                self.inner.store.mail_sent(&mail.id, self.inner.clock.now()).await?;
                left += 1;
            } else {
                let wait = SignedDuration::from_secs(30 << mail.attempts.min(7));
                let due = now.saturating_add(wait).unwrap_or(now);
                self.inner.store.postpone_mail(&mail.id, due).await?;
            }
        }
        Ok(left)
    }

    /// Delivers for ever, every `period`. To be spawned by the binary.
    pub async fn run_mail_worker(self, period: Duration) {
        let mut ticks = tokio::time::interval(period);
        loop {
            ticks.tick().await;
            if let Err(error) = self.deliver_due_mail().await {
                tracing::error!(%error, "the outbox could not be read");
            }
        }
    }

    /// The latest mails, for the demonstration's inbox; empty unless the mode is [`MailMode::Demonstration`].
    /// `to` restricts to one address.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn demonstration_inbox(&self, to: Option<&str>, limit: u32) -> Result<Vec<InboxMessage>, Fault> {
        if !matches!(self.inner.mailer, Mailer::Demonstration) {
            return Ok(Vec::new());
        }
        let mails = self.inner.store.inbox(to, limit).await?;
        let read = |mail: QueuedMail| InboxMessage {
            to: mail.recipient,
            subject: mail.subject,
            body: mail.body,
            at: mail.queued,
        };
        Ok(mails.into_iter().map(read).collect())
    }

    /// A mail to be queued in the transaction that causes it.
    pub(crate) fn new_mail(&self, recipient: String, subject: String, body: String) -> Mail {
        let mut random = [0; 16];
        self.rng().fill_bytes(&mut random);
        let id = uuid::Builder::from_random_bytes(random).into_uuid().to_string();
        Mail {
            id,
            recipient,
            subject,
            body,
            queued: self.inner.clock.now(),
        }
    }
}

/// Whether the mail left. Neither address nor text goes to the log.
async fn send(transport: &AsyncSmtpTransport<Tokio1Executor>, from: &Mailbox, mail: &QueuedMail) -> bool {
    let Ok(to) = mail.recipient.parse::<Mailbox>() else {
        tracing::warn!(mail = mail.id, "an address cannot be written to");
        return false;
    };
    let message = Message::builder()
        .from(from.clone())
        .to(to)
        .subject(&mail.subject)
        .body(mail.body.clone());
    let message = match message {
        Ok(message) => message,
        Err(error) => {
            tracing::warn!(mail = mail.id, %error, "a mail could not be written");
            return false;
        }
    };
    match transport.send(message).await {
        Ok(_) => true,
        Err(error) => {
            tracing::warn!(mail = mail.id, attempts = mail.attempts, %error, "a mail did not leave");
            false
        }
    }
}
