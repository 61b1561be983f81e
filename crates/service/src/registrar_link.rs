//! The voting server's line to the registrar (*autorité des codes*), for reissues alone: while people vote, the two never call each other.
//!
//! A call has five seconds. A connection that could not be made is tried once more, since nothing was sent; whatever else fails may have
//! arrived, and asking again does no harm: the registrar sends the same pending link. What is sent is never logged.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use isoloir_carriers::tls::{TlsError, client_config};
use isoloir_domain::reissue::{LinkState, ReissueRequest};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

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

impl RegistrarAddress {
    /// Whether a line could be laid; nothing is asked of anybody.
    ///
    /// # Errors
    /// [`RegistrarAddressError`].
    pub fn check(&self) -> Result<(), RegistrarAddressError> {
        RegistrarLink::new(self).map(|_| ())
    }
}

/// Why there is no line.
#[derive(Debug, thiserror::Error)]
pub enum RegistrarAddressError {
    /// Neither `http://…` nor `https://…`.
    #[error("the registrar's address {0} is no origin")]
    Address(String),
    /// TLS could not be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

type Connector = HttpsConnector<HttpConnector>;

/// A line, ready to be used.
pub(crate) struct RegistrarLink {
    client: legacy::Client<Connector, Full<Bytes>>,
    origin: String,
    reissues: Uri,
    state: Uri,
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
        let at = |path: &str| {
            let uri: Option<Uri> = format!("{}{path}", address.url).parse().ok();
            uri.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some())
                .ok_or_else(|| RegistrarAddressError::Address(address.url.clone()))
        };
        Ok(Self {
            client: legacy::Client::builder(TokioExecutor::new()).build(connector()?),
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
        self.post(&self.reissues, request).await
    }

    /// What has become of the voter's link; `None` when none is pending.
    pub(crate) async fn state(&self, order: &str) -> Result<Option<LinkState>, Unanswered> {
        match self.post(&self.state, &StateRequest { order }).await {
            Ok(state) => Ok(Some(state)),
            Err(Unanswered::Refused { code, .. }) if code == "no_link" => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn post<B: Serialize + Sync>(&self, to: &Uri, body: &B) -> Result<LinkState, Unanswered> {
        let body = serde_json::to_vec(body).map_err(|_| Unanswered::Down("the request has no JSON form"))?;
        let body = Zeroizing::new(body);
        let answered = async {
            let response = match self.send(to, &body).await {
                Err(error) if error.is_connect() => self.send(to, &body).await,
                other => other,
            };
            read(response.map_err(|error| down(&error))?).await
        };
        tokio::time::timeout(PATIENCE, answered)
            .await
            .map_err(|_| Unanswered::Down("no answer in time"))?
    }

    async fn send(&self, to: &Uri, body: &[u8]) -> Result<Response<Incoming>, legacy::Error> {
        let mut request = Request::new(Full::from(Bytes::copy_from_slice(body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = to.clone();
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json);
        self.client.request(request).await
    }
}

/// TLS to the public authorities, or plain HTTP on a private network.
fn connector() -> Result<Connector, RegistrarAddressError> {
    let tls = client_config(None)?;
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_connect_timeout(Some(TO_CONNECT));
    http.set_nodelay(true);
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(http))
}

fn down(error: &legacy::Error) -> Unanswered {
    Unanswered::Down(if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    })
}

/// Reads a state, or a refusal.
async fn read(response: Response<Incoming>) -> Result<LinkState, Unanswered> {
    let status = response.status();
    let told = response.headers().get(RETRY_AFTER);
    let told = told.and_then(|value| value.to_str().ok()?.parse().ok());
    let body = Limited::new(response.into_body(), LONGEST_ANSWER).collect().await;
    let body = body.map_err(|_| Unanswered::Down("the answer broke off or is too long"))?;
    let body = body.to_bytes();
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
