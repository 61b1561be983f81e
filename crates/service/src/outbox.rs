//! The outbox (*boîte d'envoi*): a message is queued by the transaction that causes it and leaves after the commit. Its failure cannot undo a vote.
//!
//! Whom it goes to and what it says is sealed at rest and wiped as soon as it has left: a personal address or number given for one message is not
//! stored. [`Letter`]s and [`TextMessage`]s are in [`crate::letters`]; [`crate::deliver`] carries them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isoloir_carriers::Content;
use isoloir_carriers::phone::Phone;
use isoloir_domain::delivery::{Channel, Status};
use isoloir_domain::{Language, Voter, VoterId};
use isoloir_store::outbox::{NewMessage, Tracked};
use jiff::{SignedDuration, Timestamp};
use rand_core::Rng as _;
use zeroize::Zeroizing;

use crate::letters::{Letter, TextMessage, one_line};
use crate::{Fault, VotingServer};

/// Whom a mail goes to.
#[derive(Clone)]
pub struct Recipient {
    address: String,
    name: Option<String>,
    voter: Option<VoterId>,
    language: Option<Language>,
}

impl Recipient {
    /// A voter, at the address of the roll, in the language that they chose; `None` for those who have no mailbox.
    #[must_use]
    pub fn voter(voter: &Voter) -> Option<Self> {
        Some(Self {
            address: voter.email.clone()?,
            name: Some(voter.full_name()),
            voter: Some(voter.id),
            language: voter.language,
        })
    }

    /// Somebody of whom only the address is known.
    #[must_use]
    pub fn address(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            name: None,
            voter: None,
            language: None,
        }
    }

    /// The same person at another address.
    #[must_use]
    pub fn at(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// With this name in the greeting.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// In one language instead of both.
    #[must_use]
    pub fn in_language(mut self, language: Language) -> Self {
        self.language = Some(language);
        self
    }
}

/// A message that the demonstration shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMessage {
    /// By which channel.
    pub channel: Channel,
    /// Address or number.
    pub to: String,
    /// Subject; empty for an SMS.
    pub subject: String,
    /// Text.
    pub body: String,
    /// The minute in which it was queued.
    pub at: Timestamp,
}

/// Where a message stands, for the person who waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The message.
    pub id: String,
    /// By which channel.
    pub channel: Channel,
    /// Stable name of the letter.
    pub kind: String,
    /// Where it stands.
    pub status: Status,
    /// The minute in which it was asked for.
    pub queued: Timestamp,
    /// The minute in which it left, arrived or failed.
    pub settled: Option<Timestamp>,
}

impl From<Tracked> for Delivery {
    fn from(tracked: Tracked) -> Self {
        Self {
            id: tracked.id,
            channel: tracked.channel,
            kind: tracked.kind,
            status: tracked.status,
            queued: tracked.queued,
            settled: tracked.settled,
        }
    }
}

/// How long the organiser's name is remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(10);
/// Messages of one voter that are shown.
const OF_ONE_VOTER: u32 = 50;

impl VotingServer {
    /// A mail to be queued in the transaction that causes it. Asked for twice, it is two mails; see [`VotingServer::letter_once`].
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn letter(&self, to: &Recipient, letter: &Letter) -> Result<NewMessage, Fault> {
        let organiser = self.organiser().await?;
        self.letter_signed(&organiser, to, letter, None)
    }

    /// The same, queued once whatever happens for one `cause` (for instance `ticket|123|opened`), also by two servers or after a crash.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn letter_once(&self, to: &Recipient, letter: &Letter, cause: &str) -> Result<NewMessage, Fault> {
        let organiser = self.organiser().await?;
        self.letter_signed(&organiser, to, letter, Some(cause))
    }

    /// The same, when the organiser is known already.
    pub(crate) fn letter_signed(
        &self,
        organiser: &str,
        to: &Recipient,
        letter: &Letter,
        cause: Option<&str>,
    ) -> Result<NewMessage, Fault> {
        let words = letter.words(to.language, to.name.as_deref(), organiser);
        let content = Content {
            to: to.address.clone(),
            from: one_line(organiser),
            subject: words.subject,
            body: words.body,
        };
        let operator = to
            .address
            .rsplit_once('@')
            .map_or("?", |(_, domain)| domain)
            .to_lowercase();
        let voter = to.voter.filter(|_| !letter.tells_of_a_vote());
        self.message(
            Channel::Mail,
            letter.kind(),
            voter,
            operator,
            letter.validity(),
            &content,
            cause,
        )
    }

    /// An SMS to be queued in the transaction that causes it.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn text_message(
        &self,
        to: &Phone,
        voter: Option<VoterId>,
        language: Option<Language>,
        text: &TextMessage,
        cause: Option<&str>,
    ) -> Result<NewMessage, Fault> {
        let content = Content {
            to: to.as_str().to_owned(),
            from: String::new(),
            subject: String::new(),
            body: text.words(language),
        };
        self.message(
            Channel::Sms,
            text.kind(),
            voter,
            to.region(),
            text.validity(),
            &content,
            cause,
        )
    }

    #[allow(clippy::too_many_arguments, reason = "the columns of one row")]
    fn message(
        &self,
        channel: Channel,
        kind: &'static str,
        voter: Option<VoterId>,
        operator: String,
        valid: SignedDuration,
        content: &Content,
        cause: Option<&str>,
    ) -> Result<NewMessage, Fault> {
        let mut rng = self.rng();
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        let id = uuid::Builder::from_random_bytes(random).into_uuid().to_string();
        let plain = Zeroizing::new(serde_json::to_vec(content).map_err(|_| Fault::Damaged("a letter"))?);
        let letter = self.inner.vault.seal(&place(&id), &plain, &mut rng);
        Ok(NewMessage {
            cause: self.inner.vault.mark("cause", cause.unwrap_or(&id)),
            channel,
            kind,
            voter,
            operator,
            letter: letter.ok_or(Fault::Damaged("a letter"))?,
            queued: self.inner.clock.now(),
            expires: self.after(valid),
            mailing: None,
            id,
        })
    }

    /// What a sealed letter says.
    pub(crate) fn unsealed(&self, id: &str, letter: &[u8]) -> Result<Content, Fault> {
        let plain = self.inner.vault.open(&place(id), letter);
        let plain = plain.ok_or(Fault::Damaged("a sealed letter"))?;
        serde_json::from_slice(&plain).map_err(|_| Fault::Damaged("a letter"))
    }

    /// Who signs letters: the organiser of the consultation that opens last.
    pub(crate) async fn organiser(&self) -> Result<String, Fault> {
        let now = self.inner.clock.now();
        let known = self
            .inner
            .organiser
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone();
        if let Some((name, at)) = known
            && now.duration_since(at) < REMEMBERED
        {
            return Ok(name);
        }
        let consultations = self.consultations().await?;
        let latest = consultations.into_iter().max_by_key(|known| known.calendar.opens());
        let Some(latest) = latest else { return Ok(String::new()) };
        *self
            .inner
            .organiser
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = Some((latest.organiser.clone(), now));
        Ok(latest.organiser)
    }

    /// Queues a message by itself, when nothing else is to be committed with it.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn queue(&self, message: &NewMessage) -> Result<(), Fault> {
        Ok(self.inner.store.queue(message).await?)
    }

    /// Where a message stands.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn delivery_status(&self, message: &str) -> Result<Option<Delivery>, Fault> {
        Ok(self.inner.store.tracked_message(message).await?.map(Delivery::from))
    }

    /// The latest messages about a voter, for the help desk: never one that tells whether they have voted.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn deliveries_to(&self, voter: VoterId) -> Result<Vec<Delivery>, Fault> {
        let found = self.inner.store.messages_of(voter, OF_ONE_VOTER).await?;
        Ok(found.into_iter().map(Delivery::from).collect())
    }

    /// The latest messages, for the demonstration's inbox; empty unless the mode is [`Demonstration`](isoloir_carriers::MailMode::Demonstration).
    /// `to` restricts to one address or number.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn demonstration_inbox(&self, to: Option<&str>, limit: u32) -> Result<Vec<InboxMessage>, Fault> {
        if !self.is_demonstration() {
            return Ok(Vec::new());
        }
        // Addresses are sealed: one address is found by reading all.
        let read = if to.is_some() { u32::MAX } else { limit };
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut messages = Vec::new();
        for shown in self.inner.store.inbox(read).await? {
            let content = self.unsealed(&shown.id, &shown.letter)?;
            if to.is_none_or(|to| to == content.to) && messages.len() < most {
                messages.push(InboxMessage {
                    channel: shown.channel,
                    to: content.to.clone(),
                    subject: content.subject.clone(),
                    body: content.body.clone(),
                    at: shown.queued,
                });
            }
        }
        Ok(messages)
    }

    /// What a gateway must show to report on this message: nobody can make it who does not have the server's key, and it is the same at
    /// every attempt.
    pub(crate) fn report_token(&self, id: &str) -> String {
        let mark = self.inner.vault.mark("report", id);
        format!("{id}.{}", URL_SAFE_NO_PAD.encode(mark))
    }

    /// The message that a token reports on.
    pub(crate) fn reported<'t>(&self, token: &'t str) -> Option<&'t str> {
        let (id, mark) = token.split_once('.')?;
        let mark = URL_SAFE_NO_PAD.decode(mark).ok()?;
        self.inner.vault.is_mark("report", id, &mark).then_some(id)
    }
}

fn place(id: &str) -> String {
    format!("outbox|letter|{id}")
}
