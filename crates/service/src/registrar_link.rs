//! The voting server's line to the registrar (*autorité des codes*), for reissues alone: while people vote, the two never call each other.
//!
//! A call has five seconds. A connection that could not be made is tried once more, since nothing was sent; whatever else fails may have
//! arrived, and asking again does no harm: the registrar sends the same pending link. What is sent is never logged.

use std::time::Duration;

use isoloir_domain::reissue::{LinkState, ReissueRequest};
use reqwest::{Client, Response, StatusCode, Url};
use serde::{Deserialize, Serialize};

/// How long the registrar may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a connection may take, so that a second one fits.
const TO_CONNECT: Duration = Duration::from_secs(2);
/// Longest answer read, in bytes.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Where the registrar is. One address for browsers, which orders are made out to; one for this server, which may be a private one.
#[derive(Debug, Clone)]
pub struct RegistrarAddress {
    /// Origin under which browsers reach it, for instance `https://codes.example.fr`. No final slash.
    pub origin: String,
    /// Origin under which this server reaches it.
    pub url: String,
}

/// The address of the registrar makes no sense, or no client could be made.
#[derive(Debug, thiserror::Error)]
#[error("the registrar's address {url} cannot be used")]
pub struct RegistrarAddressError {
    url: String,
}

/// A line, ready to be used.
pub(crate) struct RegistrarLink {
    client: Client,
    origin: String,
    reissues: Url,
    state: Url,
}

/// Why there is no state of a link.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// The registrar refuses, with this code and, for a delay, these seconds.
    Refused { code: String, retry_after: Option<u64> },
    /// It cannot be reached, is too slow, or says something else.
    Down(&'static str),
}

/// The body of a refusal.
#[derive(Deserialize)]
struct Refused {
    code: String,
    retry_after: Option<u64>,
}

/// Body of `POST /reissues/state`.
#[derive(Serialize)]
struct StateRequest<'a> {
    order: &'a str,
}

impl RegistrarLink {
    pub(crate) fn new(address: &RegistrarAddress) -> Result<Self, RegistrarAddressError> {
        let wrong = || RegistrarAddressError {
            url: address.url.clone(),
        };
        let at = |path: &str| Url::parse(&format!("{}{path}", address.url)).map_err(|_| wrong());
        let client = Client::builder()
            .timeout(PATIENCE)
            .connect_timeout(TO_CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|_| wrong())?;
        Ok(Self {
            client,
            origin: address.origin.clone(),
            reissues: at("/reissues")?,
            state: at("/reissues/state")?,
        })
    }

    /// Whom orders are made out to.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Asks for a link, or for the pending one again.
    pub(crate) async fn ask(&self, request: &ReissueRequest) -> Result<LinkState, Unanswered> {
        read(self.post(&self.reissues, request).await?).await
    }

    /// What has become of the voter's link; `None` when none is pending.
    pub(crate) async fn state(&self, order: &str) -> Result<Option<LinkState>, Unanswered> {
        match read(self.post(&self.state, &StateRequest { order }).await?).await {
            Ok(state) => Ok(Some(state)),
            Err(Unanswered::Refused { code, .. }) if code == "no_link" => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn post<B: Serialize + Sync>(&self, url: &Url, body: &B) -> Result<Response, Unanswered> {
        let send = || self.client.post(url.clone()).json(body).send();
        let first = send().await;
        let answered = match first {
            Err(error) if error.is_connect() => send().await,
            other => other,
        };
        answered.map_err(|error| {
            Unanswered::Down(if error.is_timeout() {
                "no answer in time"
            } else if error.is_connect() {
                "no connection"
            } else {
                "the connection broke"
            })
        })
    }
}

/// Reads a state, or a refusal.
async fn read(mut response: Response) -> Result<LinkState, Unanswered> {
    let status = response.status();
    let told = response
        .headers()
        .get(reqwest::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let mut body = Vec::new();
    while let Some(piece) = response
        .chunk()
        .await
        .map_err(|_| Unanswered::Down("the answer broke off"))?
    {
        body.extend_from_slice(&piece);
        if body.len() > LONGEST_ANSWER {
            return Err(Unanswered::Down("the answer is too long"));
        }
    }
    if status == StatusCode::OK {
        return serde_json::from_slice(&body).map_err(|_| Unanswered::Down("the answer is not the state of a link"));
    }
    if !status.is_client_error() {
        return Err(Unanswered::Down("the registrar has a fault"));
    }
    let refused: Refused =
        serde_json::from_slice(&body).map_err(|_| Unanswered::Down("the answer is no refusal either"))?;
    Err(Unanswered::Refused {
        code: refused.code,
        retry_after: refused.retry_after.or(told),
    })
}
