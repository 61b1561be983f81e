//! A voter asks for a new code (*demande de réassort*): the voting server vouches for what it checked, this file checks the rest.
//!
//! The order must be ours, fresh and new; the path open, now, for this voter; every factor of the registrar's own copy of the policy shown, the
//! identifier compared here. Then a one-use link is queued, in the transaction that records it. A repeated request sends the *same* link: the last
//! message that arrives is never a dead one (CE, 26 January 2021, n° 437989, was about codes that came too late).

use std::collections::BTreeSet;

use isoloir_carriers::phone::Phone;
use isoloir_domain::VoterId;
use isoloir_domain::contact::Mailbox;
use isoloir_domain::delivery::{Channel, Status};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::reissue::{
    Destination, Factor, LinkState, ORDER_SECONDS, PathRule, ReissueOrder, ReissueRequest, SKEW_SECONDS,
};
use isoloir_domain::token::TokenError;
use jiff::Timestamp;
use rand::rngs::StdRng;

use crate::attempts::{locked_after, wait};
use crate::desk::Desk;
use crate::identifier::Kind;
use crate::journal::{Entry, Event};
use crate::link_token::LinkToken;
use crate::store::StoreError;
use crate::store::outbox::NewMessage;
use crate::store::reissue::{Asked, KnownConsultation, NewLink, Pending, Standing};
use crate::{Registrar, letters, path_name};

/// Times that one link is sent at most: an SMS costs money, and the fifth finds no other telephone.
const SENDINGS: i64 = 5;

/// Why no link was sent.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The order is malformed, forged, for another registrar, or not of this time.
    #[error("the order is not valid: {0}")]
    Order(TokenError),
    /// The order was taken before.
    #[error("the order was taken before")]
    Replayed,
    /// Not by this path, or not now, or not for this voter.
    #[error("the path is closed")]
    Closed,
    /// Not every factor of the path was shown.
    #[error("factors are missing")]
    FactorsMissing,
    /// The path does not lead there, or the address is the one that identifies the account.
    #[error("the contact is that of the account")]
    ContactIsPortal,
    /// No telephone number or address that we write to.
    #[error("the contact is malformed")]
    ContactMalformed,
    /// The identifier is not the voter's.
    #[error("the identifier is wrong")]
    IdentifierWrong,
    /// Too many wrong identifiers: nothing was compared.
    #[error("too many wrong identifiers, again in {retry_after} s")]
    Locked {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// As many codes, or as many messages of one link, as the rules allow.
    #[error("too often")]
    TooOften,
    /// Nothing is pending that could be sent again.
    #[error("no link is pending")]
    NoLink,
    /// A value of the database is not what it should be.
    #[error("the registrar's records are damaged")]
    Damaged,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refusal for AskError {
    fn code(&self) -> &'static str {
        match self {
            Self::Order(_) => "order_invalid",
            Self::Replayed => "order_replayed",
            Self::Closed => "path_closed",
            Self::FactorsMissing => "factors_missing",
            Self::ContactIsPortal => "contact_is_portal",
            Self::ContactMalformed => "contact_malformed",
            Self::IdentifierWrong => "identifier_wrong",
            Self::Locked { .. } => "locked",
            Self::TooOften => "too_often",
            Self::NoLink => "no_link",
            Self::Damaged => "fault",
            Self::Store(_) => "store_unavailable",
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Order(_) | Self::Replayed => Message::new(
                "L’ordre du serveur de vote n’est pas valable, ou a déjà servi.",
                "The voting server’s order is not valid, or was used before.",
            ),
            Self::Closed => Message::new(
                "Cette voie de réassort est fermée.",
                "This path to a new code is closed.",
            ),
            Self::FactorsMissing => Message::new(
                "Il manque une preuve d’identité pour cette voie.",
                "A proof of identity is missing for this path.",
            ),
            Self::ContactIsPortal => Message::new(
                "Le lien ne peut pas être envoyé à la messagerie qui identifie le compte.",
                "The link cannot be sent to the mailbox that identifies the account.",
            ),
            Self::ContactMalformed => Message::new(
                "Ce n’est ni un numéro de téléphone portable ni une adresse électronique.",
                "This is neither a mobile telephone number nor an e-mail address.",
            ),
            Self::IdentifierWrong => Message::new(
                "Cet identifiant n’est pas celui qui est connu.",
                "This identifier is not the one that is known.",
            ),
            Self::Locked { .. } => Message::new(
                "Trop d’identifiants erronés. Patientez avant de réessayer.",
                "Too many wrong identifiers. Wait before trying again.",
            ),
            Self::TooOften => Message::new(
                "Les règles ne permettent pas d’autre envoi.",
                "The rules allow no further sending.",
            ),
            Self::NoLink => Message::new("Aucun lien n’est en attente.", "No link is pending."),
            Self::Damaged | Self::Store(_) => Message::new(
                "L’autorité des codes est momentanément indisponible. Réessayez dans un instant.",
                "The registrar is unavailable for the moment. Try again shortly.",
            ),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Order(_) => Class::Unauthenticated,
            Self::Replayed => Class::Conflict,
            Self::Closed | Self::FactorsMissing => Class::Forbidden,
            Self::ContactIsPortal | Self::ContactMalformed | Self::IdentifierWrong => Class::Unprocessable,
            Self::Locked { .. } | Self::TooOften => Class::TooMany,
            Self::NoLink => Class::NotFound,
            Self::Damaged => Class::Fault,
            Self::Store(_) => Class::Unavailable,
        }
    }
}

/// Where a link goes, read.
enum Contact {
    Phone(Phone),
    Mail(Mailbox),
}

/// A request with everything that was read of it before the voter's row is locked.
struct Request<'a> {
    order: &'a ReissueOrder,
    rule: &'a PathRule,
    consultation: &'a KnownConsultation,
    contact: Option<Contact>,
    asked: &'a ReissueRequest,
    now: Timestamp,
}

impl Registrar {
    /// Sends a one-use link to a new code, or the pending one again.
    ///
    /// # Errors
    /// See [`AskError`].
    pub async fn ask_reissue(&self, request: &ReissueRequest) -> Result<LinkState, AskError> {
        let desk = self.desk().ok_or(AskError::Closed)?;
        let now = self.clock.now();
        let order = self.read_order(desk, &request.order, now)?;
        let second = now.as_second();
        let until = second.saturating_add(ORDER_SECONDS + SKEW_SECONDS);
        if !self.store.take_order(order.id.as_bytes(), second, until).await? {
            return Err(AskError::Replayed);
        }
        let consultation = self.store.consultation().await?.ok_or(AskError::Closed)?;
        let rule = open_rule(&consultation, &order, second)?;
        let read = Request {
            order: &order,
            rule,
            consultation: &consultation,
            contact: request
                .contact
                .as_deref()
                .map(|typed| read_contact(rule, request.destination, typed))
                .transpose()?,
            asked: request,
            now,
        };
        let mut rng = desk.rng();
        let path = path_name(order.path);
        self.store
            .ask(order.voter, path, second, |standing| {
                self.decide(desk, &read, standing, &mut rng)
            })
            .await?
    }

    /// An order of our voting server, for us, of this time.
    pub(crate) fn read_order(&self, desk: &Desk, text: &str, now: Timestamp) -> Result<ReissueOrder, AskError> {
        ReissueOrder::verify(text, &self.tickets, desk.origin.as_str(), now).map_err(AskError::Order)
    }

    /// What becomes of the request, while nothing else about this voter happens.
    fn decide(
        &self,
        desk: &Desk,
        request: &Request<'_>,
        standing: Standing,
        rng: &mut StdRng,
    ) -> (Asked, Result<LinkState, AskError>) {
        let refused = |why| (Asked::Refused, Err(why));
        let Some(known) = &standing.known else {
            return refused(AskError::Closed);
        };
        if standing.blocked {
            return refused(AskError::Closed);
        }
        let Some(contact) = &request.contact else {
            return self.send_again_there(request, standing.pending, rng);
        };
        if standing.made >= i64::from(request.consultation.reissue.per_voter) {
            return refused(AskError::TooOften);
        }
        match (contact, self.mailbox(request.order.voter, known.mailbox.as_deref())) {
            (_, Err(why)) => return refused(why),
            (Contact::Mail(typed), Ok(Some(account))) if typed.reaches(&account) => {
                return refused(AskError::ContactIsPortal);
            }
            _ => {}
        }
        let factors = match self.factors(request, &standing) {
            Ok(factors) => factors,
            Err(AskError::IdentifierWrong) => return self.wrong(request, &standing),
            Err(why) => return refused(why),
        };
        let made = match standing.pending {
            Some(pending) => self.send_again(desk, request, &pending, contact, rng),
            None => self.send_first(desk, request, &factors, contact, rng),
        };
        made.map_or_else(refused, |(asked, state)| (asked, Ok(state)))
    }

    /// What the voting server checked and what is checked here, if that satisfies the path.
    fn factors(&self, request: &Request<'_>, standing: &Standing) -> Result<BTreeSet<Factor>, AskError> {
        let (order, rule) = (request.order, request.rule);
        let theirs = [Factor::Session, Factor::Challenge, Factor::FranceConnect];
        let mut shown: BTreeSet<Factor> = order.proven.iter().copied().filter(|f| theirs.contains(f)).collect();
        let asked = |kind: &Kind| rule.factors.iter().flatten().any(|factor| *factor == kind.factor());
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(asked).collect();
        let at_best: BTreeSet<Factor> = shown
            .iter()
            .copied()
            .chain(kinds.iter().map(|kind| kind.factor()))
            .collect();
        if !rule.satisfied_by(&at_best) {
            return Err(AskError::FactorsMissing);
        }
        if rule.satisfied_by(&shown) {
            return Ok(shown);
        }
        let waiting = wait(standing.locked_until, request.now.as_second());
        if waiting > 0 {
            return Err(AskError::Locked { retry_after: waiting });
        }
        let typed = request.asked.identifier.as_deref().ok_or(AskError::FactorsMissing)?;
        for kind in kinds {
            // Every kind is compared, whichever was typed: the work tells nothing.
            if kind.is_right(&self.keys, order.voter, typed, &standing.marks) {
                shown.insert(kind.factor());
            }
        }
        if rule.satisfied_by(&shown) {
            Ok(shown)
        } else {
            Err(AskError::IdentifierWrong)
        }
    }

    fn wrong(&self, request: &Request<'_>, standing: &Standing) -> (Asked, Result<LinkState, AskError>) {
        let failures = standing.failures.saturating_add(1);
        let path = request.order.path;
        let asked = Asked::Wrong {
            failures,
            locked_until: locked_after(failures, request.now.as_second()),
            entry: self.entry(Some(request.order.voter), Event::IdentifierWrong { path }),
        };
        (asked, Err(AskError::IdentifierWrong))
    }

    fn send_first(
        &self,
        desk: &Desk,
        request: &Request<'_>,
        factors: &BTreeSet<Factor>,
        contact: &Contact,
        rng: &mut StdRng,
    ) -> Result<(Asked, LinkState), AskError> {
        let (order, second) = (request.order, request.now.as_second());
        let hours = i64::from(request.consultation.reissue.link_hours.max(1));
        let expires = second.saturating_add(hours.saturating_mul(3600));
        let token = LinkToken::generate(rng);
        let id = order.id.as_bytes().to_vec();
        let message = self.link_message(desk, request, &token, contact, expires, rng)?;
        let sealed = self
            .keys
            .seal(&token_place(&id), token.bytes(), rng)
            .ok_or(AskError::Damaged)?;
        let state = state_of(message.channel, Status::Queued, expires, false);
        let link = NewLink {
            id,
            path: path_name(order.path),
            factors: serde_json::to_string(factors).map_err(|_| AskError::Damaged)?,
            token_hash: token.hash(),
            token: sealed,
            created: second,
            expires,
        };
        let what = Event::ReissueAsked {
            path: order.path,
            factors: factors.clone(),
            channel: message.channel,
        };
        let entry = self.entry(Some(order.voter), what);
        Ok((Asked::New { link, message, entry }, state))
    }

    /// The pending link once more, perhaps elsewhere: every factor was shown again.
    fn send_again(
        &self,
        desk: &Desk,
        request: &Request<'_>,
        pending: &Pending,
        contact: &Contact,
        rng: &mut StdRng,
    ) -> Result<(Asked, LinkState), AskError> {
        if pending.sendings >= SENDINGS {
            return Err(AskError::TooOften);
        }
        let sealed = pending.token.as_deref().ok_or(AskError::Damaged)?;
        let token = self
            .keys
            .open(&token_place(&pending.id), sealed)
            .ok_or(AskError::Damaged)?;
        let token = LinkToken::from_bytes(&token).ok_or(AskError::Damaged)?;
        let message = self.link_message(desk, request, &token, contact, pending.expires, rng)?;
        Ok(self.again(request.order.voter, pending, message))
    }

    /// The pending message once more to where it went, which it still knows: nothing new is learned or shown.
    fn send_again_there(
        &self,
        request: &Request<'_>,
        pending: Option<Pending>,
        rng: &mut StdRng,
    ) -> (Asked, Result<LinkState, AskError>) {
        let Some(pending) = pending else {
            return (Asked::Refused, Err(AskError::NoLink));
        };
        let made = link_state(&pending, true).and_then(|state| {
            if state.status.waits() {
                return Ok((Asked::Waiting, state));
            }
            if pending.sendings >= SENDINGS {
                return Err(AskError::TooOften);
            }
            let letter = pending.letter.as_deref().ok_or(AskError::NoLink)?;
            let content = self.unsealed(&pending.message, letter).ok_or(AskError::Damaged)?;
            let operator = operator_of(state.channel, &content.to);
            let about = (request.order.voter, letters::LINK);
            let message = self
                .message(about, (state.channel, operator), &content, pending.expires, rng)
                .ok_or(AskError::Damaged)?;
            Ok(self.again(request.order.voter, &pending, message))
        });
        made.map_or_else(|why| (Asked::Refused, Err(why)), |(asked, state)| (asked, Ok(state)))
    }

    fn again(&self, voter: VoterId, pending: &Pending, message: NewMessage) -> (Asked, LinkState) {
        let channel = message.channel;
        let state = state_of(channel, Status::Queued, pending.expires, true);
        let asked = Asked::Again {
            link: pending.id.clone(),
            message,
            entry: self.entry(Some(voter), Event::LinkSentAgain { channel }),
        };
        (asked, state)
    }

    fn link_message(
        &self,
        desk: &Desk,
        request: &Request<'_>,
        token: &LinkToken,
        contact: &Contact,
        expires: i64,
        rng: &mut StdRng,
    ) -> Result<NewMessage, AskError> {
        let language = request.asked.language();
        let link = format!("{}/reassort/{}", desk.origin, token.text().as_str());
        let at = Timestamp::from_second(expires).map_err(|_| AskError::Damaged)?;
        let organiser = &request.consultation.organiser;
        let (channel, operator, content) = match contact {
            Contact::Phone(phone) => (
                Channel::Sms,
                phone.region(),
                letters::link_sms(language, phone.as_str(), &link, at),
            ),
            Contact::Mail(mailbox) => (
                Channel::Mail,
                mailbox.domain().to_owned(),
                letters::link_mail(language, &mailbox.to_string(), organiser, &link, at),
            ),
        };
        let about = (request.order.voter, letters::LINK);
        self.message(about, (channel, operator), &content, expires, rng)
            .ok_or(AskError::Damaged)
    }

    /// The address that identifies the account, opened.
    pub(crate) fn mailbox(&self, voter: VoterId, sealed: Option<&[u8]>) -> Result<Option<String>, AskError> {
        let Some(sealed) = sealed else { return Ok(None) };
        let opened = self.keys.open(&mailbox_place(voter), sealed).ok_or(AskError::Damaged)?;
        String::from_utf8(opened.to_vec())
            .map(Some)
            .map_err(|_| AskError::Damaged)
    }

    pub(crate) fn entry(&self, voter: Option<VoterId>, what: Event) -> Entry {
        Entry {
            at: self.clock.now(),
            voter,
            what,
        }
    }
}

/// The rule of the order's path, if it is open now.
fn open_rule<'a>(
    consultation: &'a KnownConsultation,
    order: &ReissueOrder,
    now: i64,
) -> Result<&'a PathRule, AskError> {
    if !consultation.reissues_at(now) {
        return Err(AskError::Closed);
    }
    consultation.reissue.rule(order.path).ok_or(AskError::Closed)
}

fn read_contact(rule: &PathRule, destination: Destination, typed: &str) -> Result<Contact, AskError> {
    match destination {
        // No policy opens this one here, whatever its file says.
        Destination::PortalMail => Err(AskError::ContactIsPortal),
        _ if !rule.destinations.contains(&destination) => Err(AskError::Closed),
        Destination::PersonalPhone => typed
            .parse()
            .map(Contact::Phone)
            .map_err(|_| AskError::ContactMalformed),
        Destination::PersonalMail | Destination::FranceConnectMail => {
            typed.parse().map(Contact::Mail).map_err(|_| AskError::ContactMalformed)
        }
    }
}

/// Where the pending link stands.
pub(crate) fn link_state(pending: &Pending, again: bool) -> Result<LinkState, AskError> {
    let channel = pending.channel.parse().map_err(|_| AskError::Damaged)?;
    let status = pending.status.parse().map_err(|_| AskError::Damaged)?;
    Ok(state_of(channel, status, pending.expires, again))
}

fn state_of(channel: Channel, status: Status, expires: i64, again: bool) -> LinkState {
    LinkState {
        channel,
        status,
        expires,
        again,
    }
}

fn operator_of(channel: Channel, to: &str) -> String {
    match channel {
        Channel::Mail => to.rsplit_once('@').map_or("?", |(_, domain)| domain).to_owned(),
        Channel::Sms => to
            .parse::<Phone>()
            .map_or_else(|_| "?".to_owned(), |phone| phone.region()),
    }
}

pub(crate) fn token_place(link: &[u8]) -> String {
    format!("link|token|{}", hex::encode(link))
}

pub(crate) fn mailbox_place(voter: VoterId) -> String {
    format!("voter|mailbox|{voter}")
}
