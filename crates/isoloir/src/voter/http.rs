//! HTTP as a browser does it: cookies of one session, same-origin requests, redirections seen and not followed.

use std::time::Duration;

use isoloir_carriers::tls::{self, TlsError};
use reqwest::header::{COOKIE, HeaderValue, ORIGIN, SET_COOKIE};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;

use super::{CodeError, ReceiptError};

/// What a voter can meet.
#[derive(Debug, thiserror::Error)]
pub enum VoterError {
    /// No answer, or a broken one: nothing is known of what the server did.
    #[error("no answer from the server: {0}")]
    Transport(#[from] reqwest::Error),
    /// No connection could be prepared.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A refusal with its stable code.
    #[error("{code} ({status}): {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Stable code.
        code: String,
        /// English message.
        message: String,
    },
    /// An answer that the interface does not foresee.
    #[error("{step}: unexpected answer {status}")]
    Unexpected {
        /// What was being done.
        step: &'static str,
        /// HTTP status.
        status: u16,
    },
    /// An answer that does not parse.
    #[error("{step}: the answer cannot be read")]
    Malformed {
        /// What was being done.
        step: &'static str,
    },
    /// The code does not open the credential.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// The receipt proves nothing.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// The ballot cannot be made.
    #[error("cannot make the ballot: {0}")]
    Ballot(String),
}

impl VoterError {
    /// Whether the server said that too many ask at once: asked again a moment later, it may answer.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(
            self,
            Self::Unexpected { status: 429 | 503, .. } | Self::Refused { status: 429 | 503, .. }
        )
    }

    /// The stable code of a refusal.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }
}

/// A portal as seen from outside. Cheap to clone: sessions share its connections, never their cookies.
#[derive(Clone)]
pub struct Portal {
    http: reqwest::Client,
    origin: String,
    timeout: Duration,
}

impl Portal {
    /// A portal at this origin, e.g. `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// When the HTTP client cannot start.
    pub fn at(origin: &str) -> Result<Self, VoterError> {
        let http = tls::http(None)?.tcp_nodelay(true).pool_max_idle_per_host(256).build()?;
        Ok(Self {
            http,
            origin: origin.trim_end_matches('/').to_owned(),
            timeout: Duration::from_secs(60),
        })
    }

    /// The same portal, giving up sooner or later.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// A request to the portal, as its own pages send it.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.origin))
            .timeout(self.timeout)
            .header(ORIGIN, &self.origin)
            .header("sec-fetch-site", "same-origin")
    }

    /// A cross-origin request of the portal's pages to the registrar.
    pub(crate) fn request_to(&self, registrar: &str, path: &str) -> RequestBuilder {
        self.http
            .request(Method::POST, format!("{}{path}", registrar.trim_end_matches('/')))
            .timeout(self.timeout)
            .header(ORIGIN, &self.origin)
            .header("sec-fetch-site", "same-site")
    }

    /// A public document of the portal.
    ///
    /// # Errors
    /// When there is no answer or a refusal.
    pub async fn fetch(&self, path: &str) -> Result<Vec<u8>, VoterError> {
        let answer = accepted(self.request(Method::GET, path).send().await?).await?;
        Ok(answer.bytes().await?.to_vec())
    }

    /// Whether the public box answers for this tracker.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn has_tracker(&self, election: &str, tracker: &str) -> Result<bool, VoterError> {
        #[derive(Deserialize)]
        struct Answer {
            stored: bool,
        }
        let path = format!("/api/elections/{election}/box?tracker={}", encode(tracker));
        Ok(self.fetch_json::<Answer>(&path).await?.stored)
    }

    /// A public JSON document of the portal.
    ///
    /// # Errors
    /// When there is no answer, a refusal, or something else than expected.
    pub async fn fetch_json<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T, VoterError> {
        let bytes = self.fetch(path).await?;
        serde_json::from_slice(&bytes).map_err(|_| VoterError::Malformed {
            step: "reading a public document",
        })
    }
}

/// The session cookie of one voter.
#[derive(Default)]
pub(crate) struct Cookies(Vec<(String, String)>);

impl Cookies {
    pub(crate) fn remember(&mut self, answer: &Response) {
        for header in answer.headers().get_all(SET_COOKIE) {
            let Some((name, value)) = header
                .to_str()
                .ok()
                .and_then(|text| text.split(';').next())
                .and_then(|pair| pair.trim().split_once('='))
            else {
                continue;
            };
            self.0.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    pub(crate) fn send(&self, request: RequestBuilder) -> RequestBuilder {
        let text = self
            .0
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ");
        match HeaderValue::from_str(&text) {
            Ok(value) if !text.is_empty() => request.header(COOKIE, value),
            _ => request,
        }
    }
}

/// Encodes form fields as browsers do.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    Url::parse_with_params("http://form.invalid/", fields)
        .ok()
        .and_then(|url| url.query().map(ToOwned::to_owned))
        .unwrap_or_default()
}

/// Percent-encodes one path segment or query value (trackers hold `+` and `/`).
#[must_use]
pub(crate) fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

#[derive(Deserialize)]
struct Refusal {
    code: String,
    #[serde(default)]
    message: Message,
}

#[derive(Deserialize, Default)]
struct Message {
    #[serde(default)]
    en: String,
}

/// The answer when it is a success, its refusal otherwise.
pub(crate) async fn accepted(answer: Response) -> Result<Response, VoterError> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    Err(refusal(status, &answer.bytes().await?))
}

fn refusal(status: StatusCode, body: &[u8]) -> VoterError {
    match serde_json::from_slice::<Refusal>(body) {
        Ok(refusal) => VoterError::Refused {
            status: status.as_u16(),
            code: refusal.code,
            message: refusal.message.en,
        },
        Err(_) => VoterError::Unexpected {
            step: "request",
            status: status.as_u16(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_segments_are_encoded() {
        assert_eq!(form(&[("a", "é +&")]), "a=%C3%A9+%2B%26");
        assert_eq!(encode("a+b/c"), "a%2Bb%2Fc");
    }
}
