//! The registrar's routes: `POST /unlock` for the portal's pages, `POST /reissues` for the voting server, pages for voters, those of the delivery
//! places, `GET /healthz`.
//!
//! No cookie but a delivery place's, no cache. The portal's pages and no others may call `/unlock`; the pages here are posted to by
//! themselves alone; bodies are small. What is logged is the outcome, never a ticket, an authenticator, a credential, a link or a contact.

mod place;
mod reissues;
mod voters;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ORIGIN, REFERRER_POLICY, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isoloir_domain::Origin;
use isoloir_domain::message::Message;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use zeroize::Zeroizing;

use crate::derivation::Authenticator;
use crate::unlock::{UnlockError, UnlockedCredential};
use crate::{PagesConfig, Registrar};

const BODY_LIMIT: usize = 8 * 1024;
const TIME_LIMIT: Duration = Duration::from_secs(30);
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);

const HEADERS: [(HeaderName, &str); 5] = [
    (CACHE_CONTROL, "no-store"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (REFERRER_POLICY, "no-referrer"),
    (STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// What every route shares. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) registrar: Arc<Registrar>,
    pub(crate) pages: Arc<PagesConfig>,
}

/// All routes, ready to be served.
pub fn router(registrar: Arc<Registrar>, pages: PagesConfig) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::list(HeaderValue::from_str(pages.portal.as_str())))
        .allow_methods([Method::POST])
        .allow_headers([CONTENT_TYPE])
        .expose_headers([RETRY_AFTER])
        .max_age(PREFLIGHT_AGE);
    let portal = pages.portal.clone();
    let shared = Shared {
        registrar: Arc::clone(&registrar),
        pages: Arc::new(pages),
    };
    let calls = Router::new()
        .route("/unlock", post(unlock))
        .route("/healthz", get(healthz))
        .with_state(registrar)
        .merge(reissues::routes(shared.clone()))
        // Before the layers: what a browser asks before it calls is answered by them.
        .method_not_allowed_fallback(|| async { Refused::METHOD_NOT_ALLOWED })
        .layer(middleware::from_fn_with_state(portal, refuse_other_origins))
        .layer(cors);
    calls
        .merge(place::routes(shared.clone()))
        .merge(voters::routes(shared))
        .fallback(|| async { Refused::NOT_FOUND })
        .method_not_allowed_fallback(|| async { Refused::METHOD_NOT_ALLOWED })
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIME_LIMIT,
        ))
        .layer(CatchPanicLayer::new())
        .layer(middleware::map_response(add_headers))
}

async fn healthz(State(registrar): State<Arc<Registrar>>) -> Response {
    match registrar.store().ping().await {
        Ok(()) => json_response(StatusCode::OK, &json!({ "status": "ok" })),
        Err(error) => {
            tracing::error!(%error, "the registrar's database does not answer");
            Refused::UNAVAILABLE.into_response()
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnlockRequest {
    ticket: String,
    authenticator: String,
}

#[derive(Serialize)]
struct Unlocked {
    credentials: Vec<WrappedCredential>,
}

#[derive(Serialize)]
struct WrappedCredential {
    election: String,
    wrapped: String,
    admission: String,
}

async fn unlock(
    State(registrar): State<Arc<Registrar>>,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Refused::TOO_LARGE.into_response();
        }
        Err(_) => return Refused::MALFORMED.into_response(),
    };
    let Some((ticket, authenticator)) = read(&body) else {
        return Refused::MALFORMED.into_response();
    };
    match registrar.unlock(&ticket, &authenticator).await {
        Ok(credentials) => {
            tracing::info!(credentials = credentials.len(), "unlocked");
            let credentials = credentials.into_iter().map(written).collect();
            json_response(StatusCode::OK, &Unlocked { credentials })
        }
        Err(error) => refuse(&error),
    }
}

fn read(body: &[u8]) -> Option<(String, Authenticator)> {
    let request: UnlockRequest = serde_json::from_slice(body).ok()?;
    let text = Zeroizing::new(request.authenticator);
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.as_bytes(), &mut *bytes).ok()?;
    Some((request.ticket, Authenticator::new(*bytes)))
}

fn written(credential: UnlockedCredential) -> WrappedCredential {
    WrappedCredential {
        election: credential.election.to_string(),
        wrapped: URL_SAFE_NO_PAD.encode(credential.wrapped),
        admission: credential.admission,
    }
}

/// The answer to a refused unlocking. Faults are logged and say nothing outside.
fn refuse(error: &UnlockError) -> Response {
    match error {
        UnlockError::TicketInvalid(reason) => {
            tracing::info!(%reason, "ticket refused");
            Refused::TICKET_INVALID.into_response()
        }
        UnlockError::CodeWrong {
            attempts_left,
            retry_after,
        } => {
            tracing::info!(attempts_left, "wrong code");
            let answer = Refused::CODE_WRONG.with("attempts_left", u64::from(*attempts_left));
            if *retry_after > 0 {
                answer.with("retry_after", *retry_after).into_response()
            } else {
                answer.into_response()
            }
        }
        UnlockError::CodeLocked { retry_after } => {
            tracing::info!(retry_after, "locked");
            let mut response = Refused::CODE_LOCKED.with("retry_after", *retry_after).into_response();
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(*retry_after));
            response
        }
        UnlockError::Store(error) => {
            tracing::error!(%error, "unlock");
            Refused::UNAVAILABLE.into_response()
        }
        UnlockError::Damaged => {
            tracing::error!("unlock: the registrar's records are damaged");
            Refused::FAULT.into_response()
        }
    }
}

/// A browser on another origin cannot read our answers; it need not make us work either.
async fn refuse_other_origins(
    State(portal): State<Origin>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    match headers.get(ORIGIN) {
        Some(origin) if origin != portal.as_str() => Refused::OTHER_ORIGIN.into_response(),
        _ => next.run(request).await,
    }
}

async fn add_headers(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        // A page brings its own policy, an asset its own age.
        let headers = response.headers_mut();
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A refusal: status, stable code, message in both languages.
#[derive(Clone)]
struct Refused {
    status: StatusCode,
    code: &'static str,
    fr: &'static str,
    en: &'static str,
}

impl Refused {
    const fn new(status: StatusCode, code: &'static str, fr: &'static str, en: &'static str) -> Refused {
        Refused { status, code, fr, en }
    }

    const TICKET_INVALID: Refused = Refused::new(
        StatusCode::UNAUTHORIZED,
        "ticket_invalid",
        "Votre session n’est plus reconnue. Reconnectez-vous, puis saisissez de nouveau votre code de vote.",
        "Your session is no longer recognised. Sign in again, then type your voting code again.",
    );
    const CODE_WRONG: Refused = Refused::new(
        StatusCode::FORBIDDEN,
        "code_wrong",
        "Ce code de vote n’est pas le vôtre. Vérifiez-le sur votre notice\u{202f}; si vous en avez reçu plusieurs, seul le dernier est valable.",
        "This is not your voting code. Check it on your notice; if you received several, only the last one is valid.",
    );
    const CODE_LOCKED: Refused = Refused::new(
        StatusCode::TOO_MANY_REQUESTS,
        "code_locked",
        "Trop de codes erronés ont été saisis. Patientez avant de réessayer\u{a0}: votre droit de vote est intact.",
        "Too many wrong codes were typed. Wait before trying again: your right to vote is intact.",
    );
    const MALFORMED: Refused = Refused::new(
        StatusCode::BAD_REQUEST,
        "request_malformed",
        "La demande n’a pas la forme attendue.",
        "The request does not have the expected form.",
    );
    const TOO_LARGE: Refused = Refused::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "request_too_large",
        "La demande est trop volumineuse.",
        "The request is too large.",
    );
    const OTHER_ORIGIN: Refused = Refused::new(
        StatusCode::FORBIDDEN,
        "origin_refused",
        "Cette page n’est pas autorisée à appeler l’autorité des codes.",
        "This page may not call the registrar.",
    );
    const NOT_FOUND: Refused = Refused::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "Cette adresse n’existe pas.",
        "There is no such address.",
    );
    const METHOD_NOT_ALLOWED: Refused = Refused::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "Cette adresse n’accepte pas cette méthode.",
        "This address does not accept this method.",
    );
    const UNAVAILABLE: Refused = Refused::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "store_unavailable",
        "L’autorité des codes est momentanément indisponible. Réessayez dans un instant.",
        "The registrar is unavailable for the moment. Try again shortly.",
    );
    const FAULT: Refused = Refused::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "fault",
        "Une erreur est survenue de notre côté. Elle a été consignée.",
        "An error occurred on our side. It has been recorded.",
    );

    fn with(self, name: &'static str, value: u64) -> RefusedWith {
        RefusedWith {
            refused: self,
            figures: vec![(name, value)],
        }
    }

    fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("code".into(), self.code.into());
        body.insert("message".into(), json!(Message::new(self.fr, self.en)));
        body
    }
}

/// A refusal with figures, such as the attempts left.
struct RefusedWith {
    refused: Refused,
    figures: Vec<(&'static str, u64)>,
}

impl RefusedWith {
    fn with(mut self, name: &'static str, value: u64) -> RefusedWith {
        self.figures.push((name, value));
        self
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        json_response(self.status, &self.body())
    }
}

impl IntoResponse for RefusedWith {
    fn into_response(self) -> Response {
        let mut body = self.refused.body();
        body.extend(
            self.figures
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into())),
        );
        json_response(self.refused.status, &body)
    }
}

fn json_response(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => (status, [(CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
