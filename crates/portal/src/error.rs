//! How a route ends when it cannot answer: a page for a reader, JSON for the booth, both from the same refusal.
//!
//! A handler returns a [`PageError`] or an [`ApiError`]. The first knows neither language nor frame: it leaves its words in the response's
//! extensions, and [`draw_errors`] draws the page on the way out, as it does for every refusal of the framework itself (404, 405, 413).

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_service::Fault;
use serde::Serialize;

use crate::layout::Chrome;
use crate::limits::Wait;
use crate::pages::error::{self, ErrorKind};
use crate::request::{KioskMode, chrome, is_api, is_rest};
use crate::rest::problem::{Problem, accepted_language};
use crate::state::PortalState;
use isoloir_theme::i18n::Lang;
use isoloir_theme::language::lang_of;

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// No such page, election or link.
    #[error("not found")]
    NotFound,
    /// Refused, in the words of the use case.
    #[error("refused: {code}")]
    Refused {
        /// Stable code.
        code: &'static str,
        /// Words of the refusal.
        message: Message,
        /// How it is classed.
        class: Class,
    },
    /// Too many attempts from the reader's network.
    #[error("the network has to wait")]
    Limited(Wait),
    /// Our own fault.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// A route asked for a voter without declaring so in the table.
    #[error("the route is not declared for voters")]
    Undeclared,
}

impl PageError {
    /// A refusal of a use case.
    pub fn refused(refusal: &impl Refusal) -> PageError {
        PageError::Refused {
            code: refusal.code(),
            message: refusal.message(),
            class: refusal.class(),
        }
    }
}

/// The status of a class of refusals.
#[must_use]
pub const fn status_of(class: Class) -> StatusCode {
    match class {
        Class::Malformed => StatusCode::BAD_REQUEST,
        Class::Unauthenticated => StatusCode::UNAUTHORIZED,
        Class::Forbidden => StatusCode::FORBIDDEN,
        Class::NotFound => StatusCode::NOT_FOUND,
        Class::Conflict => StatusCode::CONFLICT,
        Class::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Class::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        Class::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Class::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Class::Fault => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The words that the error page repeats.
#[derive(Clone)]
struct Said(Message);

/// Marks a response that already has the body it should have.
#[derive(Clone)]
struct Drawn;

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            PageError::NotFound => StatusCode::NOT_FOUND.into_response(),
            PageError::Undeclared => {
                tracing::error!("a route asks for a voter without declaring so");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            PageError::Limited(Wait(seconds)) => {
                let words = |lang: Lang| lang.with("limit-wait", isoloir_theme::args![seconds = seconds.to_string()]);
                let mut response = StatusCode::TOO_MANY_REQUESTS.into_response();
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                response
                    .extensions_mut()
                    .insert(Said(Message::new(words(Lang::Fr), words(Lang::En))));
                response
            }
            PageError::Refused { message, class, .. } => {
                let mut response = status_of(class).into_response();
                response.extensions_mut().insert(Said(message));
                response
            }
            PageError::Fault(fault) => {
                log_fault(&fault);
                status_of(fault.class()).into_response()
            }
        }
    }
}

/// Logs the cause of a fault; refusals are not logged, they are somebody's typing error.
pub(crate) fn log_fault(fault: &dyn std::error::Error) {
    let mut causes = Vec::new();
    let mut cause = fault.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    tracing::error!(error = %fault, causes = causes.join(": "), "fault");
}

/// The body of a JSON error.
#[derive(Debug, Clone, Serialize)]
struct Body {
    code: &'static str,
    message: Message,
}

/// Why a route of the API does not answer.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    body: Body,
}

impl ApiError {
    /// An error with the general words of `kind`.
    #[must_use]
    pub fn general(kind: ErrorKind) -> ApiError {
        let (_, text) = kind.words();
        ApiError {
            status: StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            body: Body {
                code: kind.code(),
                message: Message::new(Lang::Fr.text(text), Lang::En.text(text)),
            },
        }
    }

    /// One must sign in first.
    #[must_use]
    pub fn session_required() -> ApiError {
        let words = |lang: Lang| {
            format!(
                "{}. {}",
                lang.text("sign-in-ended-title"),
                lang.text("sign-in-ended-text")
            )
        };
        ApiError {
            status: StatusCode::UNAUTHORIZED,
            body: Body {
                code: "session_required",
                message: Message::new(words(Lang::Fr), words(Lang::En)),
            },
        }
    }
}

impl ApiError {
    /// Its stable code and its words.
    pub(crate) fn into_parts(self) -> (&'static str, Message) {
        (self.body.code, self.body.message)
    }
}

impl<R: Refusal> From<R> for ApiError {
    fn from(refusal: R) -> ApiError {
        let class = refusal.class();
        if matches!(class, Class::Fault | Class::Unavailable) {
            log_fault(&refusal);
        }
        ApiError {
            status: status_of(class),
            body: Body {
                code: refusal.code(),
                message: refusal.message(),
            },
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        response.extensions_mut().insert(Drawn);
        response
    }
}

/// Marks a page that a handler drew itself with an error's status (a form to correct).
pub(crate) fn drawn(status: StatusCode, body: impl IntoResponse) -> Response {
    let mut response = (status, body).into_response();
    response.extensions_mut().insert(Drawn);
    response
}

/// Gives every error the body it should have: a page in the reader's language, or JSON under `/api`.
pub(crate) async fn draw_errors(State(state): State<PortalState>, request: Request, next: Next) -> Response {
    let lang = lang_of(request.uri(), request.headers());
    let KioskMode(kiosk) = KioskMode::of(request.headers());
    let path = request.uri().path().to_owned();
    let here = if request.method() == Method::GET {
        path.clone()
    } else {
        "/".to_owned()
    };
    let rest = is_rest(&path).then(|| accepted_language(request.headers()));
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return problem.draw(rest.unwrap_or(lang));
    }
    let status = response.status();
    if status.as_u16() < 400 || response.extensions().get::<Drawn>().is_some() {
        return response;
    }
    if let Some(lang) = rest {
        return Problem::of_status(status).draw_after(lang, response);
    }
    let kind = ErrorKind::of_status(status.as_u16());
    let (mut parts, _) = response.into_parts();
    let said = parts.extensions.remove::<Said>();
    parts.headers.remove(header::CONTENT_LENGTH);
    let body = if is_api(&path) {
        parts
            .headers
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let general = ApiError::general(kind).body;
        serde_json::to_string(&general).unwrap_or_default()
    } else {
        parts.headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        let words = said.as_ref().map(|Said(message)| message.text(lang.language()));
        let chrome = Chrome {
            kiosk,
            ..chrome(&state, lang, &here, None)
        };
        error::render(&chrome, kind, words).into_string()
    };
    Response::from_parts(parts, body.into())
}
