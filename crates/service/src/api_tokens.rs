//! Tokens of the API (*jetons*): made with a name, scopes and an end, shown once, kept as a hash, revoked.
//!
//! A token that a member of the staff makes acts in their place and never beyond: it is void as soon as they may no longer sign in or no longer have
//! a role that makes tokens. One that the operator makes by a command acts under its own name. A token that is unknown, too old, revoked or ill-formed
//! gets one answer, which says nothing of which it was.

use isoloir_domain::api_token::{ApiToken, Scope, Scopes};
use isoloir_domain::journal::{Event, Subject};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{ConsultationId, Role, StaffMember, TokenId};
use isoloir_store::api_token::TokenRecord;
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq as _;

use crate::activate_account::{new_token, token_hash};
use crate::free_text::line;
use crate::review_roll::Decider;
use crate::{Fault, VotingServer};

/// What a token begins with, so that one that leaked is found by those who look for secrets.
pub const PREFIX: &str = "isoloir_";
/// Most characters of a name.
pub const LONGEST_NAME: usize = 80;
/// Most days for which a token is good.
pub const MAX_DAYS: u16 = 366;
/// Tokens listed at most, the latest first.
pub const LISTED: u32 = 200;
/// Roles that make tokens.
pub const MAKES_TOKENS: &[Role] = &[Role::Organiser, Role::ConsultationManager];
/// Use is noted at most this often, to spare writes.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// What to make.
#[derive(Debug, Clone)]
pub struct TokenPlan {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The only consultation that it works on, if there is a limit.
    pub consultation: Option<ConsultationId>,
    /// For how many days, from 1 to [`MAX_DAYS`].
    pub days: u16,
}

/// A token just made.
pub struct NewToken {
    /// What one may know of it.
    pub token: ApiToken,
    /// The whole of it, as programs send it. Shown once.
    pub secret: String,
}

/// Whoever called by a token: what it may do, and in whose place.
#[derive(Debug, Clone)]
pub struct ApiCaller {
    token: ApiToken,
    owner: Option<StaffMember>,
    name: String,
}

impl ApiCaller {
    /// The token.
    #[must_use]
    pub fn token(&self) -> &ApiToken {
        &self.token
    }

    /// In whose place it acts; nobody's for a token of the operator.
    #[must_use]
    pub fn owner(&self) -> Option<&StaffMember> {
        self.owner.as_ref()
    }

    /// Who decides what it does.
    #[must_use]
    pub fn decider(&self) -> Decider<'_> {
        match &self.owner {
            Some(member) => Decider::Staff(member),
            None => Decider::Named(&self.name),
        }
    }

    /// The only consultation that it works on, when there is a limit: its own, else its owner's. Where both differ it works on none, which
    /// [`ApiCaller::works_on`] says.
    #[must_use]
    pub fn consultation(&self) -> Option<&ConsultationId> {
        let owners = self.owner.as_ref().and_then(|owner| owner.consultation.as_ref());
        self.token.consultation.as_ref().or(owners)
    }

    /// Whether it works on this consultation: within its own limit and its owner's.
    #[must_use]
    pub fn works_on(&self, consultation: &ConsultationId) -> bool {
        let owners = self.owner.as_ref().and_then(|owner| owner.consultation.as_ref());
        [self.token.consultation.as_ref(), owners]
            .into_iter()
            .flatten()
            .all(|limit| limit == consultation)
    }

    /// Whether it works on one consultation only.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        let owners = self.owner.as_ref().and_then(|owner| owner.consultation.as_ref());
        self.token.consultation.is_some() || owners.is_some()
    }
}

/// Why no token is made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// No name, or one that is too long.
    #[error("a token has a name of {LONGEST_NAME} characters at most")]
    Name,
    /// No scope.
    #[error("a token has at least one scope")]
    Scopes,
    /// Too short or too long.
    #[error("a token is good for 1 to {MAX_DAYS} days")]
    Days,
    /// No such consultation, or not the one that its maker works on.
    #[error("there is no such consultation")]
    Consultation,
    /// Journal and ledger are of the whole server: whoever works on one consultation does not read them.
    #[error("journal and deliveries are not of one consultation")]
    OfTheServer,
    /// Unknown, somebody else's, or void already.
    #[error("there is no such token, or it is void already")]
    Unknown,
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for TokenError {
    fn code(&self) -> &'static str {
        match self {
            Self::Name => "token_name",
            Self::Scopes => "token_scopes",
            Self::Days => "token_days",
            Self::Consultation => "consultation_unknown",
            Self::OfTheServer => "token_of_the_server",
            Self::Unknown => "token_unknown",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Name => Message::new(
                format!("Écrivez à quoi sert ce jeton, en {LONGEST_NAME} caractères au plus."),
                format!("Write what this token is for, in {LONGEST_NAME} characters at most."),
            ),
            Self::Scopes => Message::new("Cochez au moins une portée.", "Tick at least one scope."),
            Self::Days => Message::new(
                format!("Un jeton vaut de 1 à {MAX_DAYS} jours."),
                format!("A token is good for 1 to {MAX_DAYS} days."),
            ),
            Self::Consultation => Message::new("Cette consultation n’existe pas.", "There is no such consultation."),
            Self::OfTheServer => Message::new(
                "Le journal et les envois sont ceux de tout le serveur\u{a0}: un jeton limité à une consultation ne les lit pas.",
                "Journal and deliveries are of the whole server: a token limited to one consultation does not read them.",
            ),
            Self::Unknown => Message::new(
                "Ce jeton n’existe pas, ou il est déjà révoqué.",
                "There is no such token, or it is revoked already.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Name | Self::Scopes | Self::Days | Self::Consultation | Self::OfTheServer => Class::Unprocessable,
            Self::Unknown => Class::NotFound,
            Self::Fault(fault) => fault.class(),
        }
    }
}

/// Identifier and secret of a token as programs send it.
fn parts(sent: &str) -> Option<(TokenId, &str)> {
    let (id, secret) = sent.strip_prefix(PREFIX)?.split_once('_')?;
    Some((id.parse().ok()?, secret))
}

impl VotingServer {
    /// Makes a token, for a member of the staff or, without one, for the operator.
    ///
    /// # Errors
    /// [`TokenError`].
    pub async fn create_token(&self, by: Option<&StaffMember>, plan: &TokenPlan) -> Result<NewToken, TokenError> {
        let name = line(&plan.name, LONGEST_NAME, true).map_err(|_| TokenError::Name)?;
        let scopes = Scopes::new(plan.scopes.iter().copied()).map_err(|_| TokenError::Scopes)?;
        if !(1..=MAX_DAYS).contains(&plan.days) {
            return Err(TokenError::Days);
        }
        let limit = by.and_then(|member| member.consultation.clone());
        let consultation = plan.consultation.clone().or_else(|| limit.clone());
        if let Some(id) = &consultation {
            let foreign = limit.as_ref().is_some_and(|limit| limit != id);
            if foreign || self.consultation(id).await?.is_none() {
                return Err(TokenError::Consultation);
            }
            if scopes.iter().any(Scope::is_of_the_server) {
                return Err(TokenError::OfTheServer);
            }
        }
        let (id, (secret, hash)) = {
            let mut rng = self.rng();
            (TokenId::generate(&mut rng), new_token(&mut rng))
        };
        let now = self.inner.clock.now();
        let record = TokenRecord {
            hash,
            token: ApiToken {
                id,
                name,
                scopes,
                consultation,
                owner: by.map(|member| member.id),
                created: now,
                expires: self.after(SignedDuration::from_hours(24_i64.saturating_mul(i64::from(plan.days)))),
                last_used: None,
                revoked: None,
            },
        };
        let what = Event::TokenCreated {
            name: record.token.name.clone(),
            scopes: record.token.scopes.clone(),
            expires: record.token.expires,
        };
        let entry = self.token_entry(by, id, what);
        let stored = self.inner.store.insert_token(&record, &entry).await;
        stored.map_err(Fault::from)?;
        Ok(NewToken {
            token: record.token,
            secret: format!("{PREFIX}{id}_{secret}"),
        })
    }

    /// The tokens that somebody may see, the latest first: those of one's consultation when there is a limit.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn tokens(&self, by: Option<&StaffMember>) -> Result<Vec<ApiToken>, Fault> {
        let mut tokens = self.inner.store.tokens(LISTED).await?;
        tokens.retain(|token| may_revoke(by, token));
        Ok(tokens)
    }

    /// Voids a token.
    ///
    /// # Errors
    /// [`TokenError::Unknown`], [`TokenError::Fault`].
    pub async fn revoke_token(&self, by: Option<&StaffMember>, id: TokenId) -> Result<(), TokenError> {
        let found = self.inner.store.token(id).await.map_err(Fault::from)?;
        let found = found.filter(|found| may_revoke(by, &found.record.token));
        if found.is_none() {
            return Err(TokenError::Unknown);
        }
        let entry = self.token_entry(by, id, Event::TokenRevoked);
        let revoked = self.inner.store.revoke_token(id, entry.at, &entry).await;
        if revoked.map_err(Fault::from)? {
            Ok(())
        } else {
            Err(TokenError::Unknown)
        }
    }

    /// Who calls by this token; `None` when it is ill-formed, unknown, too old, revoked, or its owner may no longer make tokens.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn api_caller(&self, sent: &str) -> Result<Option<ApiCaller>, Fault> {
        let Some((id, secret)) = parts(sent) else {
            return Ok(None);
        };
        let found = self.inner.store.token(id).await?;
        // Without a token of this name something is compared all the same.
        let kept = found.as_ref().map_or([0; 32], |found| found.record.hash);
        let same: bool = kept.ct_eq(&token_hash(secret)).into();
        let now = self.inner.clock.now();
        let Some(found) = found.filter(|found| same && is_good(&found.record.token, now)) else {
            return Ok(None);
        };
        let may = |owner: &StaffMember| !owner.disabled && owner.roles.any_of(MAKES_TOKENS);
        if !found.owner.as_ref().is_none_or(may) {
            return Ok(None);
        }
        let token = found.record.token;
        if token.last_used.is_none_or(|used| now.duration_since(used) >= NOTED) {
            self.inner.store.token_used(id, now).await?;
        }
        Ok(Some(ApiCaller {
            name: format!("jeton {}", token.name),
            owner: found.owner,
            token,
        }))
    }

    /// Notes in the journal that a program asks for something that may change the system, before it is done.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn note_token_use(&self, caller: &ApiCaller, route: &str) -> Result<(), Fault> {
        let route = route.to_owned();
        let entry = self.token_entry(caller.owner(), caller.token.id, Event::TokenUsed { route });
        Ok(self.inner.store.append_journal(&entry).await?)
    }

    fn token_entry(&self, by: Option<&StaffMember>, id: TokenId, what: Event) -> isoloir_domain::journal::Entry {
        match by {
            Some(member) => self.entry_by(member.id, Subject::Token(id), what),
            None => self.entry(Subject::Token(id), what),
        }
    }
}

/// Whoever works on one consultation sees and revokes the tokens that are limited to it.
fn may_revoke(by: Option<&StaffMember>, token: &ApiToken) -> bool {
    by.and_then(|member| member.consultation.as_ref())
        .is_none_or(|limit| token.consultation.as_ref() == Some(limit))
}

/// Whether a token is neither revoked nor too old.
#[must_use]
pub fn is_good(token: &ApiToken, now: Timestamp) -> bool {
    token.revoked.is_none() && token.expires > now
}
