//! Requests to the help desk and what is written in them.

use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::ticket::{Author, TicketNumber, TicketStatus, Topic};
use isoloir_domain::{ConsultationId, Language, StaffId, VoterId};
use jiff::Timestamp;

use crate::outbox::NewMessage;
use crate::value::{hash, instant, millis, parse, small, unsigned};
use crate::{Store, StoreError};

statements! {
    BY_FORM = "SELECT year, rank, voter FROM ticket WHERE form = $1";
    NEXT = "INSERT INTO ticket_counter (year, latest) VALUES ($1, 1)
        ON CONFLICT (year) DO UPDATE SET latest = ticket_counter.latest + 1 RETURNING latest";
    INSERT = "INSERT INTO ticket (year, rank, consultation, form, follow, voter, name, contact, number, language, topic, status, opened, updated)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'new', $12, $12)";
    ONE = "SELECT year, rank, consultation, form, voter, name, contact, number, language, topic, status, opened, updated, agent
        FROM ticket WHERE year = $1 AND rank = $2";
    BY_FOLLOW = "SELECT year, rank, consultation, form, voter, name, contact, number, language, topic, status, opened, updated, agent
        FROM ticket WHERE follow = $1";
    OF_VOTER = "SELECT year, rank, consultation, form, voter, name, contact, number, language, topic, status, opened, updated, agent
        FROM ticket WHERE voter = $1 ORDER BY year DESC, rank DESC";
    QUEUE = "SELECT year, rank, consultation, form, voter, name, contact, number, language, topic, status, opened, updated, agent
        FROM ticket WHERE status <> 'closed' AND ($1 = '' OR status = $1) AND ($2 = '' OR agent = $2) AND ($3 = '' OR consultation = $3)
        ORDER BY updated, year, rank LIMIT $4 OFFSET $5";
    CLOSED = "SELECT year, rank, consultation, form, voter, name, contact, number, language, topic, status, opened, updated, agent
        FROM ticket WHERE status = 'closed' AND ($1 = '' OR agent = $1) AND ($2 = '' OR consultation = $2)
        ORDER BY updated DESC, year DESC, rank DESC LIMIT $3 OFFSET $4";
    COUNTS = "SELECT status, COUNT(*) FROM ticket WHERE $1 = '' OR consultation = $1 GROUP BY status";
    RUNNING_OF_VOTER = "SELECT COUNT(*) FROM ticket WHERE voter = $1 AND status <> 'closed'";
    RUNNING_AT = "SELECT COUNT(*) FROM ticket WHERE contact = $1 AND status <> 'closed'";
    KNOWN_MESSAGE = "SELECT year, rank FROM ticket_message WHERE form = $1";
    FROM_PERSON = "SELECT COUNT(*) FROM ticket_message WHERE year = $1 AND rank = $2 AND author = 'person'";
    TOUCH = "UPDATE ticket SET updated = $3, agent = COALESCE(agent, $5),
        status = CASE WHEN $4 = '' THEN status WHEN $4 = 'open' AND status = 'new' THEN status ELSE $4 END
        WHERE year = $1 AND rank = $2 AND (status <> 'closed' OR $4 = '')";
    NEXT_POSITION = "SELECT COALESCE(MAX(position), 0) + 1 FROM ticket_message WHERE year = $1 AND rank = $2";
    INSERT_MESSAGE = "INSERT INTO ticket_message (year, rank, position, form, author, agent, body, written)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    MESSAGES = "SELECT position, author, agent, body, written FROM ticket_message WHERE year = $1 AND rank = $2 ORDER BY position";
    ASSIGN = "UPDATE ticket SET agent = $3, status = CASE WHEN status = 'new' THEN 'open' ELSE status END
        WHERE year = $1 AND rank = $2 AND status <> 'closed' AND (agent IS NULL OR agent <> $3)";
    CLOSE = "UPDATE ticket SET status = 'closed', updated = $3 WHERE year = $1 AND rank = $2 AND status <> 'closed'";
    REOPEN = "UPDATE ticket SET status = 'open', updated = $3 WHERE year = $1 AND rank = $2 AND status = 'closed'";
}

/// A request to open.
pub struct NewTicket {
    /// The year, in Paris, that its number names.
    pub year: u16,
    /// The consultation.
    pub consultation: ConsultationId,
    /// SHA-256 of the form's token.
    pub form: [u8; 32],
    /// SHA-256 of the secret link, for a person who is not signed in.
    pub follow: Option<[u8; 32]>,
    /// The voter who asks, when signed in.
    pub voter: Option<VoterId>,
    /// Name, as the roll or the person says it.
    pub name: String,
    /// Address or telephone number; empty when there is none.
    pub contact: String,
    /// Staff number, if given.
    pub number: String,
    /// Language in which the person read the form.
    pub language: Language,
    /// What it is about.
    pub topic: Topic,
    /// What the person says.
    pub body: String,
    /// When.
    pub opened: Timestamp,
}

/// A request to the help desk (*demande d’assistance*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its number.
    pub number: TicketNumber,
    /// The consultation.
    pub consultation: ConsultationId,
    /// SHA-256 of the token of the form that opened it.
    pub form: [u8; 32],
    /// The voter who asks; none for a person who was not signed in.
    pub voter: Option<VoterId>,
    /// Name, as the roll or the person says it.
    pub name: String,
    /// Address or telephone number; empty when there is none.
    pub contact: String,
    /// Staff number, if given.
    pub staff_number: String,
    /// Language in which the person read the form.
    pub language: Language,
    /// What it is about.
    pub topic: Topic,
    /// Where it stands.
    pub status: TicketStatus,
    /// When it was opened.
    pub opened: Timestamp,
    /// When somebody last wrote in it, closed or reopened it.
    pub updated: Timestamp,
    /// Who of the help desk has it.
    pub agent: Option<StaffId>,
}

/// A message to write in a request.
pub struct NewTicketMessage {
    /// SHA-256 of the form's token.
    pub form: [u8; 32],
    /// Who writes.
    pub author: Author,
    /// Who of the help desk writes; none for the person.
    pub agent: Option<StaffId>,
    /// The text.
    pub body: String,
    /// When.
    pub at: Timestamp,
}

/// A message of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketMessage {
    /// Rank in the request, from 1.
    pub position: u32,
    /// Who wrote it.
    pub author: Author,
    /// Who of the help desk wrote it.
    pub agent: Option<StaffId>,
    /// The text.
    pub body: String,
    /// When.
    pub at: Timestamp,
}

/// What came of opening a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// Opened under this number.
    New(TicketNumber),
    /// The same form had been sent before.
    Again(TicketNumber),
    /// The token belongs to somebody else's form.
    Foreign,
}

/// What came of writing in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is written.
    New,
    /// The same form had been sent before.
    Again,
    /// The request is closed, or there is none of this number.
    Closed,
    /// The token belongs to the form of another request.
    Foreign,
}

/// Which requests to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueueFilter {
    /// In this status only; all but closed ones without.
    pub status: Option<TicketStatus>,
    /// Those that this agent has only.
    pub agent: Option<StaffId>,
    /// Those of this consultation only.
    pub consultation: Option<ConsultationId>,
}

#[derive(sqlx::FromRow)]
struct Row {
    year: i64,
    rank: i64,
    consultation: String,
    form: Vec<u8>,
    voter: Option<String>,
    name: String,
    contact: String,
    number: String,
    language: String,
    topic: String,
    status: String,
    opened: i64,
    updated: i64,
    agent: Option<String>,
}

fn number(year: i64, rank: i64) -> Result<TicketNumber, StoreError> {
    let year = u16::try_from(year).map_err(|_| StoreError::Damaged("a year"))?;
    Ok(TicketNumber::new(year, small(rank, "a rank")?))
}

fn agent(text: Option<String>) -> Result<Option<StaffId>, StoreError> {
    text.map(|id| parse(&id, "a staff identifier")).transpose()
}

fn key(number: TicketNumber) -> (i64, i64) {
    (i64::from(number.year()), i64::from(number.rank()))
}

impl Row {
    fn read(self) -> Result<Ticket, StoreError> {
        Ok(Ticket {
            number: number(self.year, self.rank)?,
            consultation: parse(&self.consultation, "a consultation's identifier")?,
            form: hash(&self.form, "a form's digest")?,
            voter: self.voter.map(|id| parse(&id, "a voter's identifier")).transpose()?,
            name: self.name,
            contact: self.contact,
            staff_number: self.number,
            language: Language::from_code(&self.language).ok_or(StoreError::Damaged("a language"))?,
            topic: parse(&self.topic, "a topic")?,
            status: parse(&self.status, "a ticket's status")?,
            opened: instant(self.opened)?,
            updated: instant(self.updated)?,
            agent: agent(self.agent)?,
        })
    }
}

impl Store {
    /// The request of a form's token, and whose it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ticket_by_form(&self, form: &[u8; 32]) -> Result<Option<(TicketNumber, Option<VoterId>)>, StoreError> {
        let row: Option<(i64, i64, Option<String>)> = on!(read &self.db, pool =>
            sqlx::query_as(BY_FORM).bind(form.as_slice()).fetch_optional(pool).await?);
        row.map(|(year, rank, voter)| {
            let voter = voter.map(|id| parse(&id, "a voter's identifier")).transpose()?;
            Ok((number(year, rank)?, voter))
        })
        .transpose()
    }

    /// Opens a request with its first message and its acknowledgement; `mail` writes it for the number that was given. The same token
    /// again opens nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_ticket(
        &self,
        new: &NewTicket,
        mail: impl FnOnce(TicketNumber) -> Option<NewMessage> + Send,
    ) -> Result<Opened, StoreError> {
        let voter = new.voter.map(|id| id.to_string());
        on!(tx &self.db, tx => {
            // The counter's row is the lock: of two copies of one form, the second waits here and then finds the first.
            let rank: i64 = sqlx::query_scalar(NEXT).bind(i64::from(new.year)).fetch_one(&mut *tx).await?;
            let known: Option<(i64, i64, Option<String>)> =
                sqlx::query_as(BY_FORM).bind(new.form.as_slice()).fetch_optional(&mut *tx).await?;
            if let Some((year, rank, owner)) = known {
                // Dropped without commit, so that no number is lost.
                return Ok(if owner == voter { Opened::Again(number(year, rank)?) } else { Opened::Foreign });
            }
            let reply: Option<(i64, i64)> =
                sqlx::query_as(KNOWN_MESSAGE).bind(new.form.as_slice()).fetch_optional(&mut *tx).await?;
            if reply.is_some() {
                return Ok(Opened::Foreign);
            }
            let given = number(i64::from(new.year), rank)?;
            sqlx::query(INSERT)
                .bind(i64::from(new.year))
                .bind(rank)
                .bind(new.consultation.as_str())
                .bind(new.form.as_slice())
                .bind(new.follow.as_ref().map(<[u8; 32]>::as_slice))
                .bind(&voter)
                .bind(&new.name)
                .bind(&new.contact)
                .bind(&new.number)
                .bind(new.language.code())
                .bind(new.topic.as_str())
                .bind(millis(new.opened))
                .execute(&mut *tx)
                .await?;
            sqlx::query(INSERT_MESSAGE)
                .bind(i64::from(new.year))
                .bind(rank)
                .bind(1_i64)
                .bind(new.form.as_slice())
                .bind(Author::Person.as_str())
                .bind(None::<&str>)
                .bind(&new.body)
                .bind(millis(new.opened))
                .execute(&mut *tx)
                .await?;
            if let Some(mail) = mail(given) {
                queue_message!(tx, &mail);
            }
            let entry = Entry {
                actor: None,
                at: new.opened,
                subject: subject(new.voter, &new.consultation),
                what: Event::TicketOpened { number: given },
            };
            append_journal!(tx, &entry);
            Ok(Opened::New(given))
        })
    }

    /// One request.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ticket(&self, number: TicketNumber) -> Result<Option<Ticket>, StoreError> {
        let (year, rank) = key(number);
        let row: Option<Row> =
            on!(read &self.db, pool => sqlx::query_as(ONE).bind(year).bind(rank).fetch_optional(pool).await?);
        row.map(Row::read).transpose()
    }

    /// The request that a secret link follows.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ticket_by_follow(&self, follow: &[u8; 32]) -> Result<Option<Ticket>, StoreError> {
        let row: Option<Row> = on!(read &self.db, pool =>
            sqlx::query_as(BY_FOLLOW).bind(follow.as_slice()).fetch_optional(pool).await?);
        row.map(Row::read).transpose()
    }

    /// A voter's requests, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tickets_of_voter(&self, voter: VoterId) -> Result<Vec<Ticket>, StoreError> {
        let rows: Vec<Row> =
            on!(read &self.db, pool => sqlx::query_as(OF_VOTER).bind(voter.to_string()).fetch_all(pool).await?);
        rows.into_iter().map(Row::read).collect()
    }

    /// Requests that have waited longest first; closed ones, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tickets(&self, filter: &QueueFilter, limit: u32, offset: u64) -> Result<Vec<Ticket>, StoreError> {
        let status = filter.status.map_or("", TicketStatus::as_str);
        let agent = filter.agent.map_or_else(String::new, |agent| agent.to_string());
        let consultation = filter.consultation.as_ref().map_or("", ConsultationId::as_str);
        let (limit, offset) = (i64::from(limit), i64::try_from(offset).unwrap_or(i64::MAX));
        let rows: Vec<Row> = on!(read &self.db, pool => if filter.status == Some(TicketStatus::Closed) {
            sqlx::query_as(CLOSED).bind(&agent).bind(consultation).bind(limit).bind(offset).fetch_all(pool).await?
        } else {
            sqlx::query_as(QUEUE).bind(status).bind(&agent).bind(consultation).bind(limit).bind(offset).fetch_all(pool).await?
        });
        rows.into_iter().map(Row::read).collect()
    }

    /// How many requests stand in each status, of one consultation or of all; a status without any is left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ticket_counts(
        &self,
        consultation: Option<&ConsultationId>,
    ) -> Result<Vec<(TicketStatus, u64)>, StoreError> {
        let consultation = consultation.map_or("", ConsultationId::as_str);
        let rows: Vec<(String, i64)> =
            on!(read &self.db, pool => sqlx::query_as(COUNTS).bind(consultation).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(status, count)| Ok((parse(&status, "a ticket's status")?, unsigned(count, "a count")?)))
            .collect()
    }

    /// How many requests of a voter are not closed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn running_tickets_of(&self, voter: VoterId) -> Result<u64, StoreError> {
        let count: i64 = on!(read &self.db, pool =>
            sqlx::query_scalar(RUNNING_OF_VOTER).bind(voter.to_string()).fetch_one(pool).await?);
        unsigned(count, "a count")
    }

    /// How many requests that give this address or number are not closed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn running_tickets_at(&self, contact: &str) -> Result<u64, StoreError> {
        let count: i64 = on!(read &self.db, pool =>
            sqlx::query_scalar(RUNNING_AT).bind(contact).fetch_one(pool).await?);
        unsigned(count, "a count")
    }

    /// How many messages the person wrote in a request, the first included.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ticket_messages_from_person(&self, number: TicketNumber) -> Result<u64, StoreError> {
        let (year, rank) = key(number);
        let count: i64 = on!(read &self.db, pool =>
            sqlx::query_scalar(FROM_PERSON).bind(year).bind(rank).fetch_one(pool).await?);
        unsigned(count, "a count")
    }

    /// What was written in a request, internal notes included, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ticket_messages(&self, number: TicketNumber) -> Result<Vec<TicketMessage>, StoreError> {
        let (year, rank) = key(number);
        let rows: Vec<(i64, String, Option<String>, String, i64)> =
            on!(read &self.db, pool => sqlx::query_as(MESSAGES).bind(year).bind(rank).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(position, author, writer, body, at)| {
                Ok(TicketMessage {
                    position: small(position, "a rank")?,
                    author: parse(&author, "an author")?,
                    agent: agent(writer)?,
                    body,
                    at: instant(at)?,
                })
            })
            .collect()
    }

    /// Writes in a request. What the person writes gives it back to the help desk, what an agent answers gives it to the person (and
    /// to the agent, when nobody had it), a note changes nothing and may be written in a closed one. The same token again writes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn write_in_ticket(
        &self,
        number: TicketNumber,
        message: &NewTicketMessage,
        mail: Option<&NewMessage>,
        entry: &Entry,
    ) -> Result<Written, StoreError> {
        let (year, rank) = key(number);
        let writer = message.agent.map(|agent| agent.to_string());
        let (status, taken_by) = match message.author {
            Author::Person => (TicketStatus::Open.as_str(), None),
            Author::Agent => (TicketStatus::Waiting.as_str(), writer.as_deref()),
            Author::Note => ("", None),
        };
        on!(tx &self.db, tx => {
            // The ticket's row is the lock: of two copies of one form, the second waits here and then finds the first.
            let touched = sqlx::query(TOUCH)
                .bind(year)
                .bind(rank)
                .bind(millis(message.at))
                .bind(status)
                .bind(taken_by)
                .execute(&mut *tx)
                .await?;
            let known: Option<(i64, i64)> =
                sqlx::query_as(KNOWN_MESSAGE).bind(message.form.as_slice()).fetch_optional(&mut *tx).await?;
            if let Some(known) = known {
                // Dropped without commit: the row stays as it was.
                return Ok(if known == (year, rank) { Written::Again } else { Written::Foreign });
            }
            if touched.rows_affected() == 0 {
                return Ok(Written::Closed);
            }
            let position: i64 = sqlx::query_scalar(NEXT_POSITION).bind(year).bind(rank).fetch_one(&mut *tx).await?;
            sqlx::query(INSERT_MESSAGE)
                .bind(year)
                .bind(rank)
                .bind(position)
                .bind(message.form.as_slice())
                .bind(message.author.as_str())
                .bind(writer.as_deref())
                .bind(&message.body)
                .bind(millis(message.at))
                .execute(&mut *tx)
                .await?;
            if let Some(mail) = mail {
                queue_message!(tx, mail);
            }
            append_journal!(tx, entry);
        });
        Ok(Written::New)
    }

    /// Gives a request that is not closed to an agent; false when it was theirs already, or is closed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn assign_ticket(&self, number: TicketNumber, agent: StaffId, entry: &Entry) -> Result<bool, StoreError> {
        let (year, rank) = key(number);
        on!(tx &self.db, tx => {
            let made = sqlx::query(ASSIGN).bind(year).bind(rank).bind(agent.to_string()).execute(&mut *tx).await?;
            if made.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Closes a request; false when it is closed already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn close_ticket(
        &self,
        number: TicketNumber,
        mail: Option<&NewMessage>,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let (year, rank) = key(number);
        on!(tx &self.db, tx => {
            let made = sqlx::query(CLOSE).bind(year).bind(rank).bind(millis(entry.at)).execute(&mut *tx).await?;
            if made.rows_affected() == 0 {
                return Ok(false);
            }
            if let Some(mail) = mail {
                queue_message!(tx, mail);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }

    /// Opens a closed request again; false when it is not closed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reopen_ticket(&self, number: TicketNumber, entry: &Entry) -> Result<bool, StoreError> {
        let (year, rank) = key(number);
        on!(tx &self.db, tx => {
            let made = sqlx::query(REOPEN).bind(year).bind(rank).bind(millis(entry.at)).execute(&mut *tx).await?;
            if made.rows_affected() == 0 {
                return Ok(false);
            }
            append_journal!(tx, entry);
        });
        Ok(true)
    }
}

/// What the journal's entries about a request are about: the voter, or nobody that we know.
fn subject(voter: Option<VoterId>, consultation: &ConsultationId) -> Subject {
    match voter {
        Some(voter) => Subject::Voter(voter),
        None => Subject::Consultation(consultation.clone()),
    }
}
