//! Requests to the provider: TLS by the same library as everywhere else here, no redirection, a short patience, short answers.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use zeroize::Zeroizing;

use crate::error::IdentityError;
use crate::settings::SettingsError;

/// A person waits behind every request.
const PATIENCE: Duration = Duration::from_secs(8);
/// Longest answer read, in bytes. A user info is a hundredth of it.
const LONGEST: usize = 256 * 1024;

/// Asks the provider.
pub(crate) struct Client(legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Without parameters, in lower case.
    pub(crate) media_type: String,
    pub(crate) body: Bytes,
}

impl Client {
    /// Trusts the public authorities and the one of `authority` (PEM).
    pub(crate) fn new(authority: Option<&[u8]>) -> Result<Self, SettingsError> {
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(SettingsError::Tls)?
            .with_root_certificates(roots(authority)?)
            .with_no_client_auth();
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self(legacy::Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// `GET`, with a bearer token where there is one.
    pub(crate) async fn read(&self, address: &str, bearer: Option<&str>) -> Result<Answer, IdentityError> {
        let mut request = Request::get(address).header(ACCEPT, "application/json, application/jwt");
        if let Some(bearer) = bearer {
            let bearer = Zeroizing::new(format!("Bearer {bearer}"));
            let mut bearer = HeaderValue::from_str(&bearer).map_err(|_| IdentityError::Nonsense("the access token"))?;
            bearer.set_sensitive(true);
            request = request.header(AUTHORIZATION, bearer);
        }
        self.ask(request.body(Full::default())).await
    }

    /// `POST` of a form.
    pub(crate) async fn post(&self, address: &str, form: &[(&str, &str)]) -> Result<Answer, IdentityError> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = Request::post(address)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Full::from(body))).await
    }

    async fn ask(&self, request: Result<Request<Full<Bytes>>, hyper::http::Error>) -> Result<Answer, IdentityError> {
        let request = request.map_err(|_| IdentityError::Nonsense("an address"))?;
        tokio::time::timeout(PATIENCE, self.answer(request))
            .await
            .map_err(|_| IdentityError::Unreachable)?
    }

    /// An answer of the 500s is none.
    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Answer, IdentityError> {
        let response = self.0.request(request).await.map_err(|_| IdentityError::Unreachable)?;
        let status = response.status();
        if status.is_server_error() {
            return Err(IdentityError::Unreachable);
        }
        let media_type = media_type(response.headers());
        let body = Limited::new(response.into_body(), LONGEST).collect().await;
        Ok(Answer {
            status,
            media_type,
            body: body.map_err(|_| IdentityError::Unreachable)?.to_bytes(),
        })
    }
}

fn roots(authority: Option<&[u8]>) -> Result<RootCertStore, SettingsError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let Some(pem) = authority else { return Ok(roots) };
    let public = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| SettingsError::Authority)?;
        roots.add(certificate).map_err(|_| SettingsError::Authority)?;
    }
    if roots.len() == public {
        return Err(SettingsError::Authority);
    }
    Ok(roots)
}

fn media_type(headers: &HeaderMap) -> String {
    let header = headers.get(CONTENT_TYPE);
    let text = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
