//! A voter asks for a new voting code (*demande de réassort*): what this server checks, the order that it signs, and what the registrar answers.
//!
//! Neither identifier nor contact is stored or logged here: both go on to the registrar, which alone may keep the contact, sealed, until the
//! message has arrived. The voter's own mailbox is told that a code was asked for, and how to contest it.

use std::collections::BTreeSet;

use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Language, Message, Refusal};
use isoloir_domain::reissue::{
    Destination, Factor, LinkState, PathRule, ReissueOrder, ReissuePath, ReissuePolicy, ReissueRequest,
};
use isoloir_domain::token;
use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::challenge::ChallengeError;
use crate::letters::Letter;
use crate::outbox::Recipient;
use crate::registrar_link::{RegistrarAddress, RegistrarAddressError, RegistrarLink, Unanswered};
use crate::reissue_form::{ContactProblem, IdentifierAsked, IdentifierProblem, check_contact};
use crate::{Fault, Session, VotingServer};

/// What the voter gives, beside what was proven.
pub struct ReissueAsk {
    /// NUMEN or digits, as typed, when the path asks for one.
    pub identifier: Option<Zeroizing<String>>,
    /// Where the link goes.
    pub destination: Destination,
    /// Telephone number or address, as typed or as FranceConnect gave it.
    pub contact: Zeroizing<String>,
    /// Language of the message.
    pub language: Language,
}

/// Whether codes are reissued now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReissueWindow {
    /// Not yet.
    Before {
        /// From when.
        opens: Timestamp,
    },
    /// Now.
    Open {
        /// Until when.
        closes: Timestamp,
    },
    /// No longer.
    Over {
        /// Since when.
        closed: Timestamp,
    },
    /// Never online: no path is open.
    NoPath,
}

/// What the portal's consultation says of reissues.
#[derive(Debug, Clone)]
pub struct ReissueRules {
    /// The policy.
    pub policy: ReissuePolicy,
    /// Where the clock stands.
    pub window: ReissueWindow,
}

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub enum AskReissueError {
    /// Codes are not reissued now, or not by this path.
    #[error("the path is closed")]
    Closed,
    /// Not every factor of the path was shown.
    #[error("factors are missing")]
    FactorsMissing,
    /// The identifier has not the form of one.
    #[error(transparent)]
    Identifier(#[from] IdentifierProblem),
    /// The contact cannot be used.
    #[error(transparent)]
    Contact(#[from] ContactProblem),
    /// The secret answer is wrong, or was tried too often.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    /// The registrar knows another identifier for this voter.
    #[error("the identifier is wrong")]
    IdentifierWrong,
    /// As many codes as one voter may have were made.
    #[error("too many codes were asked for")]
    TooOften,
    /// Too many wrong identifiers.
    #[error("too many failures; again in {retry_after} s")]
    Locked {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// No link is pending, so none can be sent again.
    #[error("no link is pending")]
    NoLink,
    /// The registrar does not answer; whether it sent a link is unknown, and asking again does no harm.
    #[error("the registrar does not answer")]
    RegistrarDown,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for AskReissueError {
    fn code(&self) -> &'static str {
        match self {
            Self::Closed => "path_closed",
            Self::FactorsMissing => "factors_missing",
            Self::Identifier(_) => "identifier_malformed",
            Self::Contact(ContactProblem::IsPortal) => "contact_is_portal",
            Self::Contact(_) => "contact_malformed",
            Self::Challenge(error) => error.code(),
            Self::IdentifierWrong => "identifier_wrong",
            Self::TooOften => "too_often",
            Self::Locked { .. } => "locked",
            Self::NoLink => "no_link",
            Self::RegistrarDown => "registrar_down",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Closed => Message::new(
                "Cette voie de réassort est fermée.",
                "This path to a new code is closed.",
            ),
            Self::FactorsMissing => Message::new(
                "Il manque une preuve de votre identité pour cette voie.",
                "A proof of your identity is missing for this path.",
            ),
            Self::Identifier(problem) => problem.message(),
            Self::Contact(problem) => problem.message(),
            Self::Challenge(error) => error.message(),
            Self::IdentifierWrong => Message::new(
                "Cet identifiant n’est pas celui que l’autorité des codes connaît pour vous. Vérifiez-le sur un arrêté ou un bulletin de paye.",
                "This identifier is not the one that the registrar knows for you. Check it on an official document or a payslip.",
            ),
            Self::TooOften => Message::new(
                "Vous avez déjà demandé autant de codes ou d’envois que les règles le permettent. La cellule d’assistance peut vous orienter.",
                "You have asked for as many codes or sendings as the rules allow. The help desk can tell you what to do.",
            ),
            Self::Locked { retry_after } => {
                let minutes = retry_after.div_ceil(60).max(1);
                Message::new(
                    format!(
                        "Trop d’essais infructueux. Réessayez dans {minutes}\u{a0}min. Vos réponses n’ont pas été comparées."
                    ),
                    format!("Too many failed attempts. Try again in {minutes} min. Your answers were not compared."),
                )
            }
            Self::NoLink => Message::new(
                "Aucun lien n’est en attente. Faites une nouvelle demande.",
                "No link is pending. Make a new request.",
            ),
            Self::RegistrarDown => Message::new(
                "L’autorité des codes ne répond pas. Rien n’est perdu\u{a0}: votre code actuel reste valable, et vous pouvez redemander le lien dans un instant. Une demande répétée renvoie le même lien.",
                "The registrar does not answer. Nothing is lost: your present code stays valid, and you can ask for the link again shortly. Asking again sends the same link.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Closed => Class::Conflict,
            Self::FactorsMissing => Class::Forbidden,
            Self::Identifier(_) | Self::Contact(_) | Self::IdentifierWrong => Class::Unprocessable,
            Self::Challenge(error) => error.class(),
            Self::TooOften | Self::Locked { .. } => Class::TooMany,
            Self::NoLink => Class::NotFound,
            Self::RegistrarDown => Class::Unavailable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Says where the registrar is. Without it no code is asked for.
    ///
    /// # Errors
    /// [`RegistrarAddressError`].
    pub fn reach_registrar(&self, address: &RegistrarAddress) -> Result<(), RegistrarAddressError> {
        let link = RegistrarLink::new(address)?;
        if self.inner.registrar.set(link).is_err() {
            tracing::warn!("the registrar's address was given already; the first one is kept");
        }
        Ok(())
    }

    /// What the portal's consultation says of reissues, and whether they are open now.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn reissue_rules(&self) -> Result<ReissueRules, Fault> {
        let rules = self.portal_rules().await?;
        let policy = rules.policy.reissue.clone();
        let now = self.inner.clock.now();
        let window = match rules.calendar {
            Some(calendar) if !policy.paths.is_empty() => match policy.window(&calendar) {
                (opens, _) if now < opens => ReissueWindow::Before { opens },
                (_, closes) if now < closes => ReissueWindow::Open { closes },
                (_, closed) => ReissueWindow::Over { closed },
            },
            _ => ReissueWindow::NoPath,
        };
        Ok(ReissueRules { policy, window })
    }

    /// Asks by the challenge question: session and secret answer are checked here, the identifier by the registrar.
    ///
    /// What can be seen to be wrong by its form is told before the answer is compared, so that a slip of the pen costs no attempt.
    ///
    /// # Errors
    /// [`AskReissueError`].
    pub async fn ask_reissue_by_challenge(
        &self,
        session: &Session,
        answer: &str,
        ask: ReissueAsk,
    ) -> Result<LinkState, AskReissueError> {
        let path = ReissuePath::Challenge;
        let rule = self.open_rule(path).await?;
        read_ask(&rule, session, &ask)?;
        if let Err(error) = self.check_challenge(session.voter.id, answer).await {
            if matches!(error, ChallengeError::Wrong) {
                self.journal_refusal(session, path, error.code()).await?;
            }
            return Err(error.into());
        }
        self.ask_reissue(session, path, [Factor::Session, Factor::Challenge].into(), ask)
            .await
    }

    /// Signs an order for the factors `proven`, which the caller has just checked, and carries it to the registrar with the rest.
    ///
    /// # Errors
    /// [`AskReissueError`].
    pub async fn ask_reissue(
        &self,
        session: &Session,
        path: ReissuePath,
        proven: BTreeSet<Factor>,
        ask: ReissueAsk,
    ) -> Result<LinkState, AskReissueError> {
        let rule = self.open_rule(path).await?;
        let identifier = read_ask(&rule, session, &ask)?;
        let checked_here = [Factor::Session, Factor::Challenge, Factor::FranceConnect];
        let proven: BTreeSet<Factor> = proven
            .into_iter()
            .filter(|factor| checked_here.contains(factor))
            .collect();
        let shown: BTreeSet<Factor> = proven.iter().copied().chain(identifier).collect();
        if !rule.satisfied_by(&shown) {
            return Err(AskReissueError::FactorsMissing);
        }
        let request = ReissueRequest {
            order: self.reissue_order(session, path, proven)?,
            identifier: ask.identifier.as_deref().cloned(),
            destination: ask.destination,
            contact: Some(ask.contact.trim().to_owned()),
            language: ask.language.code().to_owned(),
        };
        self.carry_order(session, path, request, shown).await
    }

    /// Has the pending link sent again to where it went. Whoever holds the session alone gains nothing by it.
    ///
    /// # Errors
    /// [`AskReissueError`]; [`AskReissueError::NoLink`] when none is pending.
    pub async fn resend_reissue_link(
        &self,
        session: &Session,
        path: ReissuePath,
        language: Language,
    ) -> Result<LinkState, AskReissueError> {
        let rule = self.open_rule(path).await?;
        let proven = BTreeSet::from([Factor::Session]);
        let request = ReissueRequest {
            order: self.reissue_order(session, path, proven.clone())?,
            identifier: None,
            // The registrar looks at where the pending link went, not at this.
            destination: rule.destinations.first().copied().unwrap_or(Destination::PersonalPhone),
            contact: None,
            language: language.code().to_owned(),
        };
        self.carry_order(session, path, request, proven).await
    }

    /// What has become of the voter's link; `None` when none is pending.
    ///
    /// # Errors
    /// [`AskReissueError::RegistrarDown`], [`AskReissueError::Fault`].
    pub async fn reissue_state(&self, session: &Session) -> Result<Option<LinkState>, AskReissueError> {
        let order = self.reissue_order(session, ReissuePath::Challenge, [Factor::Session].into())?;
        let answer = self.registrar_link()?.state(&order).await;
        answer.map_err(|unanswered| refusal_of(&unanswered, Destination::PersonalMail))
    }

    /// The rule of a path that is open now.
    async fn open_rule(&self, path: ReissuePath) -> Result<PathRule, AskReissueError> {
        let rules = self.reissue_rules().await?;
        match rules.window {
            ReissueWindow::Open { .. } => rules.policy.rule(path).cloned().ok_or(AskReissueError::Closed),
            _ => Err(AskReissueError::Closed),
        }
    }

    fn registrar_link(&self) -> Result<&RegistrarLink, AskReissueError> {
        self.inner.registrar.get().ok_or_else(|| {
            tracing::error!("nobody said where the registrar is");
            AskReissueError::RegistrarDown
        })
    }

    fn reissue_order(
        &self,
        session: &Session,
        path: ReissuePath,
        proven: BTreeSet<Factor>,
    ) -> Result<String, AskReissueError> {
        let id: Uuid = self
            .random_uuid()
            .parse()
            .map_err(|_| Fault::Damaged("an identifier"))?;
        let who = (session.id(), session.voter.id);
        let audience = self.registrar_link()?.origin();
        let order = ReissueOrder::new(id, audience, who, path, proven, self.inner.clock.now());
        let signed = token::sign(&order, &self.inner.server_key);
        Ok(signed.map_err(|_| Fault::Damaged("an order"))?)
    }

    /// Calls the registrar, journals the outcome, and tells the voter's own mailbox of a new link, once.
    async fn carry_order(
        &self,
        session: &Session,
        path: ReissuePath,
        mut request: ReissueRequest,
        factors: BTreeSet<Factor>,
    ) -> Result<LinkState, AskReissueError> {
        let to = request.destination;
        let answer = self.registrar_link()?.ask(&request).await;
        wipe(&mut request);
        let state = match answer {
            Ok(state) => state,
            Err(unanswered) => {
                let refusal = refusal_of(&unanswered, to);
                if !matches!(refusal, AskReissueError::RegistrarDown | AskReissueError::Locked { .. }) {
                    self.journal_refusal(session, path, refusal.code()).await?;
                }
                return Err(refusal);
            }
        };
        let what = Event::ReissueAsked {
            path,
            factors,
            channel: state.channel,
            again: state.again,
        };
        let entry = self.entry(Subject::Voter(session.voter.id), what);
        let notice = match Recipient::voter(&session.voter) {
            None => None,
            Some(mailbox) => {
                let letter = Letter::ReissueAsked {
                    link: format!("{}/assistance", self.inner.public_url),
                };
                // One notice for one link, however often it is asked for, and also when its first answer was lost on the way.
                let cause = format!("reissue|{}|{}", session.voter.id, state.expires);
                Some(self.letter_once(&mailbox, &letter, &cause).await?)
            }
        };
        let recorded = self.inner.store.record_reissue(&entry, notice.as_ref()).await;
        recorded.map_err(Fault::from)?;
        Ok(state)
    }

    async fn journal_refusal(&self, session: &Session, path: ReissuePath, why: &str) -> Result<(), Fault> {
        let what = Event::ReissueRefused {
            path,
            why: why.to_owned(),
        };
        let entry = self.entry(Subject::Voter(session.voter.id), what);
        Ok(self.inner.store.append_journal(&entry).await?)
    }
}

/// What the form of the request tells: the kind of the identifier, when one is asked for.
fn read_ask(rule: &PathRule, session: &Session, ask: &ReissueAsk) -> Result<Option<Factor>, AskReissueError> {
    let identifier = match IdentifierAsked::by(rule) {
        None => None,
        Some(asked) => {
            let typed = ask.identifier.as_deref().map_or("", String::as_str);
            Some(asked.read(typed)?)
        }
    };
    if !rule.destinations.contains(&ask.destination) {
        return Err(ContactProblem::NoChannel.into());
    }
    check_contact(ask.destination, &ask.contact, session.voter.email.as_deref())?;
    Ok(identifier)
}

/// Our refusal for the registrar's, of a request whose link was to go `to` there.
fn refusal_of(unanswered: &Unanswered, to: Destination) -> AskReissueError {
    let (code, retry_after) = match unanswered {
        Unanswered::Down(why) => {
            tracing::error!(why, "the registrar did not answer a request for a new code");
            return AskReissueError::RegistrarDown;
        }
        Unanswered::Refused { code, retry_after } => (code.as_str(), *retry_after),
    };
    match code {
        "identifier_wrong" => AskReissueError::IdentifierWrong,
        "contact_is_portal" => ContactProblem::IsPortal.into(),
        "contact_malformed" if to == Destination::PersonalPhone => ContactProblem::Phone.into(),
        "contact_malformed" => ContactProblem::Mail.into(),
        "path_closed" => AskReissueError::Closed,
        "factors_missing" => AskReissueError::FactorsMissing,
        "too_often" => AskReissueError::TooOften,
        "no_link" => AskReissueError::NoLink,
        "locked" => AskReissueError::Locked {
            retry_after: retry_after.unwrap_or(60),
        },
        other => {
            // Keys, clocks or versions differ: the operator's matter, and nothing that the voter could mend.
            tracing::error!(code = other, "the registrar refuses our order");
            AskReissueError::RegistrarDown
        }
    }
}

/// Leaves nothing of identifier and contact in memory.
fn wipe(request: &mut ReissueRequest) {
    use zeroize::Zeroize as _;
    request.identifier.zeroize();
    request.contact.zeroize();
    request.order.zeroize();
}
