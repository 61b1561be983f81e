//! Opens a request to the help desk (*demande d’assistance*): by a voter in session, or by a person who is not signed in.
//!
//! The form carries a token drawn when it was shown: the same form sent twice is one request. A person who is not signed in follows the
//! request by a secret link; it is computed from the form and from the server's key each time a mail needs it, and the database holds its
//! hash alone. No text may hold a voting code or an activation code: see [`TicketError::Code`].

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use isoloir_carriers::mail::is_writable;
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::ticket::{TicketNumber, Topic};
use isoloir_domain::{ConsultationId, Language, VoterId};
use isoloir_store::outbox::NewMessage;
use isoloir_store::ticket::{NewTicket, Opened, Ticket};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::free_text::{self, TextProblem, form_token_hash, holds_code, year_in_paris};
use crate::letters::Letter;
use crate::outbox::Recipient;
use crate::{Fault, Session, VotingServer};

/// Longest text, in characters.
pub const MAX_BODY: usize = 4_000;
/// Longest other field, in characters.
pub const MAX_FIELD: usize = 200;
/// Requests that one voter may have running.
const MAX_RUNNING: u64 = 10;
/// Acknowledgements that one address may be sent for requests that run: beyond, the page alone tells the number, so that nobody's mailbox is
/// filled by somebody else.
const MAX_ACKNOWLEDGED: u64 = 3;

/// What the person asks.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it is about, `None` when nothing was chosen.
    pub topic: Option<Topic>,
    /// The question.
    pub body: String,
    /// Language in which the person reads.
    pub language: Language,
}

/// Who a person who is not signed in says to be.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Name.
    pub name: String,
    /// E-mail address or telephone number at which the help desk answers.
    pub contact: String,
    /// Staff number, if known.
    pub number: String,
}

/// A request that a secret link follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// Its number.
    pub number: TicketNumber,
    /// What the link ends with: `/assistance/suivi/{token}`.
    pub token: String,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketField {
    /// What it is about.
    Topic,
    /// The text.
    Body,
    /// Name.
    Name,
    /// Address or telephone number.
    Contact,
    /// Staff number.
    Number,
}

/// Why a request was not opened, or not written in.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// A field that must be filled is empty.
    #[error("{0:?} is empty")]
    Empty(TicketField),
    /// A field is too long, or holds control characters.
    #[error("{0:?} is too long or holds control characters")]
    BadText(TicketField),
    /// Neither an address nor a telephone number.
    #[error("neither an address nor a telephone number")]
    BadContact,
    /// A field holds what looks like a voting code or an activation code.
    #[error("{0:?} holds what looks like a code")]
    Code(TicketField),
    /// The form's token is malformed, or that of somebody else's form.
    #[error("the form's token is not one of ours")]
    Token,
    /// Too many run already.
    #[error("too many requests run already")]
    TooMany,
    /// The person has written too many messages in one request.
    #[error("too many messages in one request")]
    TooManyMessages,
    /// There is no such request, or it is somebody else's.
    #[error("unknown request")]
    Unknown,
    /// The request is closed.
    #[error("the request is closed")]
    Closed,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl TicketError {
    /// The field that the message belongs to, if it is one.
    #[must_use]
    pub fn field(&self) -> Option<TicketField> {
        match self {
            Self::Empty(field) | Self::BadText(field) | Self::Code(field) => Some(*field),
            Self::BadContact => Some(TicketField::Contact),
            Self::Token | Self::TooMany | Self::TooManyMessages | Self::Unknown | Self::Closed | Self::Fault(_) => None,
        }
    }
}

impl Refusal for TicketError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty(_) => "field_empty",
            Self::BadText(_) => "field_wrong",
            Self::BadContact => "contact_wrong",
            Self::Code(_) => "code_in_text",
            Self::Token => "form_token_invalid",
            Self::TooMany => "tickets_too_many",
            Self::TooManyMessages => "messages_too_many",
            Self::Unknown => "ticket_unknown",
            Self::Closed => "ticket_closed",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Empty(TicketField::Topic) => Message::new(
                "Choisissez l’objet de votre demande.",
                "Choose what your request is about.",
            ),
            Self::Empty(TicketField::Body) => Message::new("Écrivez votre demande.", "Write your request."),
            Self::Empty(TicketField::Name) => Message::new("Écrivez votre nom.", "Write your name."),
            Self::Empty(TicketField::Contact) => Message::new(
                "Indiquez une adresse de courriel ou un numéro de téléphone, pour que nous puissions vous répondre.",
                "Give an e-mail address or a telephone number, so that we can answer you.",
            ),
            Self::Empty(TicketField::Number) => Message::new("Écrivez votre matricule.", "Write your staff number."),
            Self::BadText(TicketField::Body) => Message::new(
                format!("Le texte ne peut dépasser {MAX_BODY}\u{a0}caractères, ni contenir de caractère invisible."),
                format!("The text cannot be longer than {MAX_BODY} characters, nor hold invisible characters."),
            ),
            Self::BadText(_) => Message::new(
                format!("Ce champ ne peut dépasser {MAX_FIELD}\u{a0}caractères, ni contenir de caractère invisible."),
                format!("This field cannot be longer than {MAX_FIELD} characters, nor hold invisible characters."),
            ),
            Self::BadContact => Message::new(
                "Ce n’est ni une adresse de courriel, ni un numéro de téléphone. Exemples\u{a0}: prenom.nom@exemple.fr, 06 12 34 56 78.",
                "This is neither an e-mail address nor a telephone number. Examples: first.last@example.fr, 06 12 34 56 78.",
            ),
            Self::Code(_) => Message::new(
                "Ce texte contient ce qui ressemble à un code de vote ou d’activation. Retirez-le\u{a0}: personne d’autre que vous ne doit le \
                 connaître, pas même la cellule d’assistance. Rien n’a été envoyé.",
                "This text holds what looks like a voting code or an activation code. Take it out: nobody but you should know it, not even the \
                 help desk. Nothing was sent.",
            ),
            Self::Token => Message::new(
                "Ce formulaire a été ouvert dans une autre session. Ouvrez-le à nouveau\u{a0}: rien n’a été envoyé.",
                "This form was opened in another session. Open it again: nothing was sent.",
            ),
            Self::TooMany => Message::new(
                format!("Vous avez déjà {MAX_RUNNING}\u{a0}demandes en cours. Écrivez dans l’une d’elles."),
                format!("You have {MAX_RUNNING} requests running already. Write in one of them."),
            ),
            Self::TooManyMessages => Message::new(
                "Vous avez beaucoup écrit dans cette demande. Téléphonez à la cellule d’assistance, ou attendez sa réponse.",
                "You have written a lot in this request. Call the help desk, or wait for its answer.",
            ),
            Self::Unknown => Message::new("Cette demande n’existe pas.", "There is no such request."),
            Self::Closed => Message::new(
                "Cette demande est close. Si votre difficulté demeure, faites une nouvelle demande.",
                "This request is closed. If the difficulty remains, make a new request.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Token | Self::Closed => Class::Conflict,
            Self::TooMany | Self::TooManyMessages => Class::TooMany,
            Self::Unknown => Class::NotFound,
            Self::Fault(fault) => fault.class(),
            _ => Class::Unprocessable,
        }
    }
}

/// Checks one line of text; `""` when it may be left empty.
fn line(field: TicketField, text: &str, required: bool) -> Result<String, TicketError> {
    let text = free_text::line(text, MAX_FIELD, required).map_err(|problem| text_error(field, problem))?;
    without_code(field, text)
}

/// Checks the text of a request or of a reply.
pub(crate) fn body(text: &str) -> Result<String, TicketError> {
    let field = TicketField::Body;
    let text = free_text::paragraphs(text, MAX_BODY).map_err(|problem| text_error(field, problem))?;
    without_code(field, text)
}

const fn text_error(field: TicketField, problem: TextProblem) -> TicketError {
    match problem {
        TextProblem::Empty => TicketError::Empty(field),
        TextProblem::Bad => TicketError::BadText(field),
    }
}

fn without_code(field: TicketField, text: String) -> Result<String, TicketError> {
    if holds_code(&text) {
        Err(TicketError::Code(field))
    } else {
        Ok(text)
    }
}

/// What is wrong with a request before it is opened, in the order of the form; `who` is needed of a person who is not signed in.
#[must_use]
pub fn problems(who: Option<&Asker>, request: &Request) -> Vec<TicketError> {
    let of_asker = |who: &Asker| {
        [
            line(TicketField::Name, &who.name, true).err(),
            contact(&who.contact).err(),
            line(TicketField::Number, &who.number, false).err(),
        ]
    };
    let asker = who.map(of_asker).into_iter().flatten().flatten();
    let asked = [topic(request).err(), body(&request.body).err()];
    asker.chain(asked.into_iter().flatten()).collect()
}

fn topic(request: &Request) -> Result<Topic, TicketError> {
    request.topic.ok_or(TicketError::Empty(TicketField::Topic))
}

fn contact(text: &str) -> Result<String, TicketError> {
    let text = line(TicketField::Contact, text, true)?;
    if is_address(&text) || is_phone(&text) {
        Ok(text)
    } else {
        Err(TicketError::BadContact)
    }
}

/// Whether a mail can be written to it.
pub(crate) fn is_address(contact: &str) -> bool {
    is_writable(contact)
}

/// Whether it can be called: six to fifteen digits with the signs that stand between them.
fn is_phone(contact: &str) -> bool {
    let digits = contact.bytes().filter(u8::is_ascii_digit).count();
    let known = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+.-()/".contains(c);
    (6..=15).contains(&digits) && contact.chars().all(known)
}

const FOLLOW_CONTEXT: &[u8] = b"isoloir/ticket-follow/v1|";

impl VotingServer {
    /// Opens a voter's request; the same form again gives the same number.
    ///
    /// # Errors
    /// [`TicketError`].
    pub async fn open_ticket(
        &self,
        session: &Session,
        consultation: &ConsultationId,
        token: &str,
        request: Request,
    ) -> Result<TicketNumber, TicketError> {
        let voter = session.voter();
        let form = form_token_hash(token).ok_or(TicketError::Token)?;
        if let Some(number) = self.opened_already(&form, Some(voter.id)).await? {
            return Ok(number);
        }
        let running = self
            .inner
            .store
            .running_tickets_of(voter.id)
            .await
            .map_err(Fault::from)?;
        if running >= MAX_RUNNING {
            return Err(TicketError::TooMany);
        }
        let new = NewTicket {
            year: year_in_paris(self.clock())?,
            consultation: consultation.clone(),
            form,
            follow: None,
            voter: Some(voter.id),
            name: voter.full_name(),
            contact: voter.email.clone().unwrap_or_default(),
            number: voter.number.clone(),
            language: voter.language.unwrap_or(request.language),
            topic: topic(&request)?,
            body: body(&request.body)?,
            opened: self.inner.clock.now(),
        };
        self.store_ticket(new).await
    }

    /// Opens the request of a person who is not signed in. The caller has limited how often, and asked for a proof of being a person.
    ///
    /// # Errors
    /// [`TicketError`].
    pub async fn open_ticket_of_stranger(
        &self,
        who: Asker,
        consultation: &ConsultationId,
        token: &str,
        request: Request,
    ) -> Result<Followed, TicketError> {
        let form = form_token_hash(token).ok_or(TicketError::Token)?;
        if let Some(known) = self.ticket_of_form(token).await? {
            return Ok(known);
        }
        let follow = self.follow_token(&form)?;
        let new = NewTicket {
            year: year_in_paris(self.clock())?,
            consultation: consultation.clone(),
            form,
            follow: Some(Sha256::digest(follow.as_bytes()).into()),
            voter: None,
            name: line(TicketField::Name, &who.name, true)?,
            contact: contact(&who.contact)?,
            number: line(TicketField::Number, &who.number, false)?,
            language: request.language,
            topic: topic(&request)?,
            body: body(&request.body)?,
            opened: self.inner.clock.now(),
        };
        let number = self.store_ticket(new).await?;
        Ok(Followed { number, token: follow })
    }

    /// The request that a form sent without signing in has opened already: to be asked before anything that may be answered once.
    ///
    /// # Errors
    /// [`TicketError::Token`] for a form of somebody else, [`TicketError::Fault`].
    pub async fn ticket_of_form(&self, token: &str) -> Result<Option<Followed>, TicketError> {
        let form = form_token_hash(token).ok_or(TicketError::Token)?;
        let Some(number) = self.opened_already(&form, None).await? else {
            return Ok(None);
        };
        let token = self.follow_token(&form)?;
        Ok(Some(Followed { number, token }))
    }

    async fn opened_already(&self, form: &[u8; 32], by: Option<VoterId>) -> Result<Option<TicketNumber>, TicketError> {
        match self.inner.store.ticket_by_form(form).await.map_err(Fault::from)? {
            Some((number, owner)) if owner == by => Ok(Some(number)),
            Some(_) => Err(TicketError::Token),
            None => Ok(None),
        }
    }

    async fn store_ticket(&self, new: NewTicket) -> Result<TicketNumber, TicketError> {
        let told = self
            .inner
            .store
            .running_tickets_at(&new.contact)
            .await
            .map_err(Fault::from)?;
        let mailable = is_address(&new.contact) && (new.voter.is_some() || told < MAX_ACKNOWLEDGED);
        let organiser = self.organiser().await?;
        let acknowledge = |number| {
            // Fails only for texts of gigabytes; the request is on record all the same.
            let mail = mailable.then(|| self.ticket_opened_mail(&new, number, &organiser));
            mail.and_then(Result::ok)
        };
        let opened = self.inner.store.open_ticket(&new, acknowledge).await;
        match opened.map_err(Fault::from)? {
            Opened::New(number) | Opened::Again(number) => Ok(number),
            Opened::Foreign => Err(TicketError::Token),
        }
    }

    /// The token of the secret link of the request that this form opened.
    pub(crate) fn follow_token(&self, form: &[u8; 32]) -> Result<String, Fault> {
        let secret = Zeroizing::new(self.inner.server_key.to_bytes());
        let mut token = [0; 32];
        Hkdf::<Sha256>::new(None, secret.as_slice())
            .expand_multi_info(&[FOLLOW_CONTEXT, form], &mut token)
            .map_err(|_| Fault::Damaged("a key"))?;
        Ok(URL_SAFE_NO_PAD.encode(token))
    }

    /// Where the person reads the request.
    fn ticket_page(&self, voter: bool, number: TicketNumber, form: &[u8; 32]) -> Result<String, Fault> {
        let url = &self.inner.public_url;
        Ok(if voter {
            format!("{url}/assistance/{number}")
        } else {
            format!("{url}/assistance/suivi/{}", self.follow_token(form)?)
        })
    }

    fn ticket_opened_mail(
        &self,
        ticket: &NewTicket,
        number: TicketNumber,
        organiser: &str,
    ) -> Result<NewMessage, Fault> {
        let letter = Letter::TicketOpened {
            number: number.to_string(),
            link: self.ticket_page(ticket.voter.is_some(), number, &ticket.form)?,
        };
        let to = Recipient::address(ticket.contact.clone())
            .named(ticket.name.clone())
            .in_language(ticket.language);
        self.letter_signed(organiser, &to, &letter, None)
    }

    /// The mail that tells the person what the help desk did, `letter` being written with number and link; none without an address.
    pub(crate) async fn ticket_mail(
        &self,
        ticket: &Ticket,
        letter: impl FnOnce(String, String) -> Letter,
    ) -> Result<Option<NewMessage>, Fault> {
        if !is_address(&ticket.contact) {
            return Ok(None);
        }
        let link = self.ticket_page(ticket.voter.is_some(), ticket.number, &ticket.form)?;
        let to = Recipient::address(ticket.contact.clone())
            .named(ticket.name.clone())
            .in_language(ticket.language);
        let letter = letter(ticket.number.to_string(), link);
        Ok(Some(self.letter(&to, &letter).await?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_may_be_called_or_written_to() {
        for phone in ["06 12 34 56 78", "+687 12.34.56", "(0033) 6 12 34 56 78"] {
            assert!(is_phone(phone), "{phone}");
        }
        for neither in ["", "12 34", "0612345678901234", "06 12 34 56 78 le soir", "camille"] {
            assert!(!is_phone(neither) && !is_address(neither), "{neither}");
        }
        assert!(is_address("camille@valbrune.example") && !is_address("camille@localhost"));
    }
}
