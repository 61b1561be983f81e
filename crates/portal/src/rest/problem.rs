//! How the API of the back office refuses: RFC 9457, with the stable code of the refusal, in the language that the caller accepts.

use axum::http::header::{self, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_service::consultation_file::Problem as Wrong;
use isoloir_theme::i18n::Lang;
use serde::Serialize;
use utoipa::ToSchema;

use super::Words;
use crate::error::{ApiError, log_fault, status_of};
use crate::limits::Wait;
use crate::pages::error::ErrorKind;

/// The media type.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// What is wrong, as the caller reads it (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// `urn:isoloir:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// What is wrong, in the language of the answer.
    title: String,
    /// The status of the answer.
    status: u16,
    /// Stable code of the refusal.
    code: String,
    /// For `scope_missing`: the scopes that the token lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    missing: Option<Vec<String>>,
    /// For a folder or file that is refused: what is wrong in it, line by line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    problems: Option<Vec<WrongBody>>,
    /// For `plan_changed`: the digest of the plan as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    plan: Option<String>,
}

/// One thing wrong, or to be known, in a folder or a file.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FileProblem)]
pub(crate) struct WrongBody {
    /// The file.
    pub(super) file: String,
    /// The line, from 1, where there is one.
    pub(super) line: Option<u64>,
    /// `refused` or `warning`.
    pub(super) severity: String,
    /// A stable name.
    pub(super) code: String,
    /// What is wrong.
    pub(super) message: Words,
}

impl From<Wrong> for WrongBody {
    fn from(wrong: Wrong) -> WrongBody {
        use isoloir_service::consultation_file::Severity;
        WrongBody {
            file: wrong.file,
            line: wrong.line,
            severity: match wrong.severity {
                Severity::Refused => "refused".to_owned(),
                Severity::Warning => "warning".to_owned(),
            },
            code: wrong.code.to_owned(),
            message: wrong.message.into(),
        }
    }
}

/// Why a route of the API does not answer. Its words are drawn on the way out, when the caller's language is known.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Said>);

#[derive(Debug, Clone)]
struct Said {
    status: StatusCode,
    code: &'static str,
    message: Message,
    missing: Option<Vec<String>>,
    problems: Option<Vec<WrongBody>>,
    plan: Option<String>,
    retry_after: Option<u64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: Message) -> Problem {
        Problem(Box::new(Said {
            status,
            code,
            message,
            missing: None,
            problems: None,
            plan: None,
            retry_after: None,
        }))
    }

    /// The general words of a status.
    pub(crate) fn of_status(status: StatusCode) -> Problem {
        let (code, message) = ApiError::general(ErrorKind::of_status(status.as_u16())).into_parts();
        Problem::new(status, code, message)
    }

    pub(crate) fn not_found() -> Problem {
        Problem::of_status(StatusCode::NOT_FOUND)
    }

    /// What was sent cannot be read.
    pub(crate) fn malformed() -> Problem {
        Problem::of_status(StatusCode::BAD_REQUEST)
    }

    /// No token, or none that is good: one answer for unknown, too old, revoked and ill-formed.
    pub(crate) fn token_required() -> Problem {
        let words = Message::new(
            "Cette adresse demande un jeton valable\u{a0}: en-tête «\u{a0}Authorization: Bearer …\u{a0}».",
            "This address takes a valid token: header “Authorization: Bearer …”.",
        );
        Problem::new(StatusCode::UNAUTHORIZED, "token_required", words)
    }

    /// The token is good and may not do this.
    pub(crate) fn scope_missing(missing: Vec<String>) -> Problem {
        let list = missing.join(", ");
        let words = Message::new(
            format!("Il manque à ce jeton la portée {list}."),
            format!("This token lacks the scope {list}."),
        );
        let mut problem = Problem::new(StatusCode::FORBIDDEN, "scope_missing", words);
        problem.0.missing = Some(missing);
        problem
    }

    /// Too many tokens that were none, from this network.
    pub(crate) fn limited(Wait(seconds): Wait) -> Problem {
        let words = |lang: Lang| lang.with("limit-wait", isoloir_theme::args![seconds = seconds.to_string()]);
        let words = Message::new(words(Lang::Fr), words(Lang::En));
        let mut problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", words);
        problem.0.retry_after = Some(seconds);
        problem
    }

    /// With what is wrong, line by line.
    pub(crate) fn with_problems(mut self, problems: Vec<WrongBody>) -> Problem {
        self.0.problems = Some(problems);
        self
    }

    /// With the plan as it is now.
    pub(crate) fn with_plan(mut self, plan: String) -> Problem {
        self.0.plan = Some(plan);
        self
    }

    /// Draws the answer in the caller's language.
    pub(crate) fn draw(self, lang: Lang) -> Response {
        let said = *self.0;
        let body = ProblemBody {
            kind: format!("urn:isoloir:problem:{}", said.code),
            title: said.message.text(lang.language()).to_owned(),
            status: said.status.as_u16(),
            code: said.code.to_owned(),
            missing: said.missing,
            problems: said.problems,
            plan: said.plan,
        };
        let text = serde_json::to_string(&body).unwrap_or_default();
        let mut response = (said.status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(lang.code()));
        if said.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = said.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    /// As [`Problem::draw`], for an answer of the framework whose headers say something: which methods there are, for one.
    pub(crate) fn draw_after(self, lang: Lang, refused: Response) -> Response {
        let mut drawn = self.draw(lang);
        if let Some(allowed) = refused.headers().get(header::ALLOW) {
            drawn.headers_mut().insert(header::ALLOW, allowed.clone());
        }
        drawn
    }
}

impl<R: Refusal> From<R> for Problem {
    fn from(refusal: R) -> Problem {
        let class = refusal.class();
        if matches!(class, Class::Fault | Class::Unavailable) {
            log_fault(&refusal);
        }
        Problem::new(status_of(class), refusal.code(), refusal.message())
    }
}

/// The words follow on the way out.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The language that the caller accepts best, French without one that we have. No cookie is read.
pub(crate) fn accepted_language(headers: &HeaderMap) -> Lang {
    let Some(accepted) = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
    else {
        return Lang::default();
    };
    let mut best: Option<(u32, Lang)> = None;
    for range in accepted.split(',') {
        let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
        let weight = thousandths(weight.trim());
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        if let Some(lang) = Lang::parse(&primary)
            && weight > best.map_or(0, |(weight, _)| weight)
        {
            best = Some((weight, lang));
        }
    }
    best.map_or_else(Lang::default, |(_, lang)| lang)
}

/// A weight of the header in thousandths: `1`, `0.5`, `0.875`; none for what is no weight.
fn thousandths(weight: &str) -> u32 {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return 0;
    }
    match whole {
        "1" => 1000,
        "0" => format!("{decimals:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_is_answered_in_the_language_it_accepts_best() {
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, text.parse().unwrap());
            accepted_language(&headers)
        };
        assert_eq!(asked("en"), Lang::En);
        assert_eq!(asked("fr;q=0.5, en-GB;q=0.9"), Lang::En);
        assert_eq!(asked("de, en;q=0.1"), Lang::En);
        for french in ["de", "*", "en;q=0", "en;q=x", "fr, en", ""] {
            assert_eq!(asked(french), Lang::Fr, "{french}");
        }
        assert_eq!(accepted_language(&HeaderMap::new()), Lang::Fr);
    }
}
