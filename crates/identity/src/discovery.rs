//! What the provider publishes about itself (OpenID Connect Discovery 1.0): read when it is needed, kept for an hour.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::error::IdentityError;
use crate::keys::KeySet;
use crate::settings::{Issuer, is_confidential};
use crate::wire::Client;

/// How long it is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// After a failure nobody else waits for the same silence for so long: a crowd would queue up behind it.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);

/// Where the provider does what.
#[derive(Deserialize)]
pub(crate) struct Endpoints {
    issuer: String,
    pub(crate) authorization_endpoint: Endpoint,
    pub(crate) token_endpoint: Endpoint,
    pub(crate) userinfo_endpoint: Endpoint,
    jwks_uri: Endpoint,
    pub(crate) end_session_endpoint: Option<Endpoint>,
}

/// An address of the provider on the way to which nobody listens.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Endpoint(Url);

impl TryFrom<String> for Endpoint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let url: Url = text.parse().map_err(|_| "not an address")?;
        is_confidential(&url)
            .then_some(Self(url))
            .ok_or("an endpoint without TLS")
    }
}

impl Endpoint {
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn to_url(&self) -> Url {
        self.0.clone()
    }
}

/// The provider as it was when last read.
pub(crate) struct Provider {
    pub(crate) endpoints: Endpoints,
    pub(crate) keys: KeySet,
    read: Timestamp,
}

/// The latest reading. One request at a time reads again; the others wait for it, and share its failure.
#[derive(Default)]
pub(crate) struct Cache(Mutex<Kept>);

#[derive(Default)]
enum Kept {
    #[default]
    Nothing,
    Read(Arc<Provider>),
    Failed(Timestamp, IdentityError),
}

impl Cache {
    /// The provider, read again when the last reading is too old.
    pub(crate) async fn provider(
        &self,
        client: &Client,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<Arc<Provider>, IdentityError> {
        let mut kept = self.0.lock().await;
        match &*kept {
            Kept::Read(provider) if now.duration_since(provider.read).abs() < KEPT => return Ok(Arc::clone(provider)),
            Kept::Failed(at, error) if now.duration_since(*at).abs() < PAUSE => return Err(*error),
            _ => {}
        }
        let read = Provider::read(client, issuer, now).await.map(Arc::new);
        *kept = match &read {
            Ok(provider) => Kept::Read(Arc::clone(provider)),
            Err(error) => Kept::Failed(now, *error),
        };
        read
    }

    /// The provider with the keys that it has now: it may have changed them since `stale` was read.
    pub(crate) async fn newer(
        &self,
        client: &Client,
        issuer: &Issuer,
        stale: &Arc<Provider>,
        now: Timestamp,
    ) -> Result<Arc<Provider>, IdentityError> {
        {
            let mut kept = self.0.lock().await;
            // Unless somebody else has read them in the meantime.
            if matches!(&*kept, Kept::Read(provider) if Arc::ptr_eq(provider, stale)) {
                *kept = Kept::Nothing;
            }
        }
        self.provider(client, issuer, now).await
    }
}

impl Provider {
    async fn read(client: &Client, issuer: &Issuer, now: Timestamp) -> Result<Self, IdentityError> {
        let endpoints = read_endpoints(client, issuer).await?;
        let keys = read_keys(client, &endpoints).await?;
        Ok(Self {
            endpoints,
            keys,
            read: now,
        })
    }
}

async fn read_endpoints(client: &Client, issuer: &Issuer) -> Result<Endpoints, IdentityError> {
    let answer = client.read(&issuer.discovery(), None).await?;
    if !answer.status.is_success() {
        return Err(IdentityError::Nonsense("no discovery document"));
    }
    let endpoints: Endpoints =
        serde_json::from_slice(&answer.body).map_err(|_| IdentityError::Nonsense("the discovery document"))?;
    if endpoints.issuer != issuer.as_str() {
        return Err(IdentityError::Issuer);
    }
    // The pages' policy lets people be sent to the issuer's origin only.
    if endpoints.authorization_endpoint.0.origin().ascii_serialization() != issuer.origin() {
        return Err(IdentityError::Nonsense("the authorization endpoint is elsewhere"));
    }
    Ok(endpoints)
}

async fn read_keys(client: &Client, endpoints: &Endpoints) -> Result<KeySet, IdentityError> {
    let answer = client.read(endpoints.jwks_uri.as_str(), None).await?;
    if !answer.status.is_success() {
        return Err(IdentityError::Nonsense("no keys"));
    }
    KeySet::read(&answer.body).ok_or(IdentityError::Nonsense("the keys"))
}
