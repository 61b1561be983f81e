//! A visit to the provider: departure with a state and a nonce, return with a code, sign-out.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::claims::{self, Claims};
use crate::discovery::{Cache, Provider};
use crate::error::IdentityError;
use crate::jws::Jws;
use crate::settings::{ProviderSettings, SettingsError};
use crate::wire::{Answer, Client};

/// This service, as the provider knows it.
pub struct RelyingParty {
    settings: ProviderSettings,
    client: Client,
    cache: Cache,
}

/// What must be remembered of a departure until the return, and shown to nobody.
pub struct Secrets {
    nonce: Zeroizing<String>,
    verifier: Zeroizing<String>,
}

impl Secrets {
    /// As one text, to be sealed.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{}.{}", *self.nonce, *self.verifier))
    }

    /// The reverse.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (nonce, verifier) = text.split_once('.')?;
        Some(Self {
            nonce: Zeroizing::new(nonce.to_owned()),
            verifier: Zeroizing::new(verifier.to_owned()),
        })
    }
}

/// A departure.
pub struct Departure {
    /// Where to send the person.
    pub address: String,
    /// What comes back with them, and tells which visit it is: 32 random bytes, in 43 characters.
    pub state: Zeroizing<String>,
    /// What is needed at the return.
    pub secrets: Secrets,
}

/// A person whom the provider vouches for.
pub struct Identified {
    /// Who they are to this service only (*sub*).
    pub subject: Zeroizing<String>,
    /// What is said of them.
    pub claims: Claims,
    id_token: Zeroizing<String>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(deserialize_with = "secret")]
    access_token: Zeroizing<String>,
    #[serde(deserialize_with = "secret")]
    id_token: Zeroizing<String>,
}

fn secret<'de, D: Deserializer<'de>>(reader: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(reader).map(Zeroizing::new)
}

#[derive(Deserialize)]
struct TokenRefusal {
    error: String,
}

impl RelyingParty {
    /// A relying party of the provider of `settings`. Asks the provider nothing yet.
    ///
    /// # Errors
    /// [`SettingsError`].
    pub fn new(settings: ProviderSettings) -> Result<Self, SettingsError> {
        settings.check()?;
        Ok(Self {
            client: Client::new(settings.authority.as_deref())?,
            settings,
            cache: Cache::default(),
        })
    }

    /// Origin of the provider's pages.
    #[must_use]
    pub fn origin(&self) -> String {
        self.settings.issuer.origin()
    }

    /// Whether the `iss` of an answer, where there is one, is the provider's (RFC 9207).
    #[must_use]
    pub fn is_issuer(&self, iss: Option<&str>) -> bool {
        iss.is_none_or(|iss| iss == self.settings.issuer.as_str())
    }

    async fn provider(&self, now: Timestamp) -> Result<Arc<Provider>, IdentityError> {
        self.cache.provider(&self.client, &self.settings.issuer, now).await
    }

    /// Begins a visit.
    ///
    /// # Errors
    /// [`IdentityError::Unreachable`], or what is wrong with what the provider publishes.
    pub async fn depart<R: CryptoRng + ?Sized>(&self, rng: &mut R, now: Timestamp) -> Result<Departure, IdentityError> {
        let (state, nonce, verifier) = (token(rng), token(rng), token(rng));
        let provider = self.provider(now).await?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let mut scope = "openid".to_owned();
        for more in &self.settings.scopes {
            scope.push(' ');
            scope.push_str(more);
        }
        let mut address = provider.endpoints.authorization_endpoint.to_url();
        {
            let mut query = address.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", &self.settings.client_id)
                .append_pair("redirect_uri", &self.settings.redirect_uri)
                .append_pair("scope", &scope)
                .append_pair("state", &state)
                .append_pair("nonce", &nonce)
                .append_pair("code_challenge", &challenge)
                .append_pair("code_challenge_method", "S256");
            if !self.settings.acr_values.is_empty() {
                query.append_pair("acr_values", &self.settings.acr_values.join(" "));
            }
        }
        Ok(Departure {
            address: address.into(),
            state,
            secrets: Secrets { nonce, verifier },
        })
    }

    /// Who came back with this code: tokens and user info are fetched at once, since both live a minute at most, and verified.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub async fn identify(&self, code: &str, secrets: &Secrets, now: Timestamp) -> Result<Identified, IdentityError> {
        let provider = self.provider(now).await?;
        let tokens = self.redeem(&provider, code, &secrets.verifier).await?;
        let said = self.verified(&provider, &tokens.id_token, now).await?;
        let subject = claims::check_id_token(&self.settings, &said, &secrets.nonce, now)?;
        let said = self.userinfo(&provider, &tokens.access_token, &subject, now).await?;
        Ok(Identified {
            subject: Zeroizing::new(subject),
            claims: Claims::read(&self.settings.claims, &said),
            id_token: tokens.id_token,
        })
    }

    /// Where to send a person to end the visit, so that nobody finds it open; `None` where the provider has no such page.
    ///
    /// # Errors
    /// As [`RelyingParty::depart`].
    pub async fn sign_out<R: CryptoRng + ?Sized>(
        &self,
        identified: &Identified,
        rng: &mut R,
        now: Timestamp,
    ) -> Result<Option<String>, IdentityError> {
        let provider = self.provider(now).await?;
        Ok(provider.endpoints.end_session_endpoint.as_ref().map(|endpoint| {
            let mut address = endpoint.to_url();
            address
                .query_pairs_mut()
                .append_pair("id_token_hint", &identified.id_token)
                .append_pair("state", &token(rng))
                .append_pair("post_logout_redirect_uri", &self.settings.signed_out_uri);
            address.into()
        }))
    }

    async fn redeem(&self, provider: &Provider, code: &str, verifier: &str) -> Result<Tokens, IdentityError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.settings.redirect_uri),
            ("client_id", &self.settings.client_id),
            ("client_secret", &self.settings.client_secret),
            ("code_verifier", verifier),
        ];
        let answer = self
            .client
            .post(provider.endpoints.token_endpoint.as_str(), &form)
            .await?;
        if answer.status.is_success() {
            return serde_json::from_slice(&answer.body).map_err(|_| IdentityError::Nonsense("the tokens"));
        }
        match serde_json::from_slice::<TokenRefusal>(&answer.body) {
            Ok(refusal) if refusal.error == "invalid_grant" => Err(IdentityError::CodeRefused),
            _ => Err(IdentityError::Nonsense("the token endpoint refuses us")),
        }
    }

    async fn userinfo(
        &self,
        provider: &Arc<Provider>,
        access: &str,
        subject: &str,
        now: Timestamp,
    ) -> Result<Map<String, Value>, IdentityError> {
        let address = provider.endpoints.userinfo_endpoint.as_str();
        let answer = self.client.read(address, Some(access)).await?;
        if !answer.status.is_success() {
            return Err(IdentityError::Nonsense("no user info"));
        }
        if answer.media_type == "application/jwt" {
            let token = std::str::from_utf8(&answer.body).map_err(|_| IdentityError::Nonsense("the user info"))?;
            let said = self.verified(provider, token, now).await?;
            claims::check_signed_userinfo(&self.settings, &said, subject, now)?;
            return Ok(said);
        }
        self.plain_userinfo(&answer, subject)
    }

    /// Plain JSON, where the operator says that this provider signs none: it came over TLS from the provider.
    fn plain_userinfo(&self, answer: &Answer, subject: &str) -> Result<Map<String, Value>, IdentityError> {
        if self.settings.signed_userinfo {
            return Err(IdentityError::Unsigned);
        }
        let said = serde_json::from_slice(&answer.body).map_err(|_| IdentityError::Nonsense("the user info"))?;
        claims::check_subject(&said, subject)?;
        Ok(said)
    }

    /// The claims of a token signed by the provider. Where it names a key that we do not know, the keys are read again, once.
    async fn verified(
        &self,
        provider: &Arc<Provider>,
        token: &str,
        now: Timestamp,
    ) -> Result<Map<String, Value>, IdentityError> {
        let jws = Jws::read(token, &self.settings.algorithms)?;
        match jws.verify(&provider.keys) {
            Err(IdentityError::UnknownKey) => {
                let newer = self
                    .cache
                    .newer(&self.client, &self.settings.issuer, provider, now)
                    .await?;
                jws.verify(&newer.keys)
            }
            outcome => outcome,
        }
    }
}

/// 32 random bytes in 43 characters.
fn token<R: CryptoRng + ?Sized>(rng: &mut R) -> Zeroizing<String> {
    let mut random = Zeroizing::new([0; 32]);
    rng.fill_bytes(random.as_mut_slice());
    Zeroizing::new(URL_SAFE_NO_PAD.encode(random.as_slice()))
}
