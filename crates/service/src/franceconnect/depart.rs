//! A visit to the provider begins.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isoloir_domain::Language;
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_identity::IdentityError;
use isoloir_store::identity::Visit;
use jiff::SignedDuration;

use super::{IdentityProvider, Purpose};
use crate::activate_account::{new_token, token_hash};
use crate::reissue_form::IdentifierProblem;
use crate::{Fault, Session, VotingServer};

/// How long one may stay at the provider: choosing an account there, finding its password again.
pub(super) const VISIT: SignedDuration = SignedDuration::from_mins(15);

/// A visit that begins.
pub struct Departed {
    /// Where to send the browser.
    pub address: String,
    /// For the browser's cookie: only the browser that left may come back.
    pub cookie: String,
}

/// Why a visit does not begin.
#[derive(Debug, thiserror::Error)]
pub enum DepartError {
    /// No provider, or the organiser's rules do not open this way now.
    #[error("this way is closed")]
    Closed,
    /// The identifier that the registrar asks for has not the form of one.
    #[error(transparent)]
    Identifier(#[from] IdentifierProblem),
    /// The provider is down, or does not say what it must.
    #[error("the provider cannot be reached")]
    Provider(#[from] IdentityError),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Refusal for DepartError {
    fn code(&self) -> &'static str {
        match self {
            Self::Closed => "identity_closed",
            Self::Identifier(_) => "identifier_malformed",
            Self::Provider(_) => "identity_provider_unreachable",
            Self::Fault(fault) => fault.code(),
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Closed => Message::new(
                "Cette façon de s’identifier n’est pas ouverte.",
                "This way of identifying oneself is not open.",
            ),
            Self::Identifier(problem) => problem.message(),
            Self::Provider(_) => Message::new(
                "Le service d’identification ne répond pas. Rien n’est perdu\u{a0}: réessayez dans un instant.",
                "The identification service does not answer. Nothing is lost: try again shortly.",
            ),
            Self::Fault(fault) => fault.message(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Closed => Class::NotFound,
            Self::Identifier(_) => Class::Unprocessable,
            Self::Provider(_) => Class::Unavailable,
            Self::Fault(fault) => fault.class(),
        }
    }
}

impl VotingServer {
    /// Begins a visit of the voter of `session`, for a new voting code. The `identifier` that the registrar will check is not kept here: it
    /// travels in the browser's cookie, sealed, and comes back with it.
    ///
    /// # Errors
    /// [`DepartError`].
    pub async fn depart_for_reissue(
        &self,
        session: &Session,
        identifier: &str,
        language: Language,
    ) -> Result<Departed, DepartError> {
        let (provider, asked) = self.reissue_by_identity().await?.ok_or(DepartError::Closed)?;
        if let Some(asked) = asked {
            asked.read(identifier)?;
        }
        let mut departed = self.depart(provider, Purpose::Reissue, Some(session), language).await?;
        if asked.is_some() {
            let place = cookie_place(&token_hash(&departed.cookie));
            let sealed = self.inner.vault.seal(&place, identifier.as_bytes(), &mut self.rng());
            let sealed = sealed.ok_or(Fault::Damaged("the identifier of a visit"))?;
            departed.cookie = format!("{}.{}", departed.cookie, URL_SAFE_NO_PAD.encode(sealed));
        }
        Ok(departed)
    }

    /// Begins a visit of somebody who cannot sign in, for a new password.
    ///
    /// # Errors
    /// [`DepartError`].
    pub async fn depart_for_password(&self, language: Language) -> Result<Departed, DepartError> {
        let provider = self.password_by_identity().await?.ok_or(DepartError::Closed)?;
        self.depart(provider, Purpose::Password, None, language).await
    }

    async fn depart(
        &self,
        provider: &IdentityProvider,
        purpose: Purpose,
        session: Option<&Session>,
        language: Language,
    ) -> Result<Departed, DepartError> {
        let (mut rng, now) = (self.rng(), self.inner.clock.now());
        let departure = provider.party.depart(&mut rng, now).await.inspect_err(|error| {
            tracing::warn!(code = error.code(), %error, "no visit to the provider of identities");
        })?;
        let (cookie, browser) = new_token(&mut rng);
        let state = token_hash(&departure.state);
        let secrets = departure.secrets.to_text();
        let sealed = self.inner.vault.seal(&place(&state), secrets.as_bytes(), &mut rng);
        let visit = Visit {
            browser: browser.to_vec(),
            purpose: purpose.code().to_owned(),
            session: session.map(|session| session.id().to_string()),
            secrets: sealed.ok_or(Fault::Damaged("the secrets of a visit"))?,
            language: language.code().to_owned(),
            expires: self.after(VISIT),
        };
        let stored = self.inner.store.insert_visit(&state, &visit, now).await;
        stored.map_err(Fault::from)?;
        Ok(Departed {
            address: departure.address,
            cookie,
        })
    }
}

/// The browser's token in its cookie, and what is sealed beside it.
pub(super) fn read_cookie(cookie: &str) -> (&str, Option<&str>) {
    cookie
        .split_once('.')
        .map_or((cookie, None), |(token, sealed)| (token, Some(sealed)))
}

/// Where what the cookie carries is sealed: in another browser's it does not open.
pub(super) fn cookie_place(browser: &[u8; 32]) -> String {
    format!("identity_visit|cookie|{}", hex::encode(browser))
}

/// Where the secrets of a visit are sealed: under another state they do not open.
pub(super) fn place(state: &[u8; 32]) -> String {
    format!("identity_visit|secrets|{}", hex::encode(state))
}
