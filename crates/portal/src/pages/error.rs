//! Error pages: what happened, what is safe, what to do next.

use maud::{Markup, html};

use crate::layout::{Chrome, page};
use isoloir_theme::components::{Tone, notice};
use isoloir_theme::i18n::key;

/// An error a page can end in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// 400.
    Malformed,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 405, shown as 404 would be of no help.
    WrongMethod,
    /// 409.
    Conflict,
    /// 413.
    TooLarge,
    /// 429.
    TooMany,
    /// 500.
    Fault,
    /// 503.
    Unavailable,
}

impl ErrorKind {
    /// All of them.
    pub const ALL: [ErrorKind; 9] = [
        ErrorKind::Malformed,
        ErrorKind::Forbidden,
        ErrorKind::NotFound,
        ErrorKind::WrongMethod,
        ErrorKind::Conflict,
        ErrorKind::TooLarge,
        ErrorKind::TooMany,
        ErrorKind::Fault,
        ErrorKind::Unavailable,
    ];

    /// The status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            ErrorKind::Malformed => 400,
            ErrorKind::Forbidden => 403,
            ErrorKind::NotFound => 404,
            ErrorKind::WrongMethod => 405,
            ErrorKind::Conflict => 409,
            ErrorKind::TooLarge => 413,
            ErrorKind::TooMany => 429,
            ErrorKind::Fault => 500,
            ErrorKind::Unavailable => 503,
        }
    }

    /// The kind that stands for a status.
    #[must_use]
    pub fn of_status(status: u16) -> ErrorKind {
        match status {
            401 => ErrorKind::Forbidden,
            408 | 502 | 504 => ErrorKind::Unavailable,
            _ => ErrorKind::ALL
                .into_iter()
                .find(|kind| kind.status() == status)
                .unwrap_or(if status >= 500 {
                    ErrorKind::Fault
                } else {
                    ErrorKind::Malformed
                }),
        }
    }

    /// Stable code of the JSON answer.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            ErrorKind::Malformed => "request_malformed",
            ErrorKind::Forbidden => "forbidden",
            ErrorKind::NotFound => "not_found",
            ErrorKind::WrongMethod => "method_not_allowed",
            ErrorKind::Conflict => "conflict",
            ErrorKind::TooLarge => "request_too_large",
            ErrorKind::TooMany => "too_many_requests",
            ErrorKind::Fault => "internal_error",
            ErrorKind::Unavailable => "store_unavailable",
        }
    }

    /// Keys of the title and of the text.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            ErrorKind::Malformed => (key("error-400-title"), key("error-400-text")),
            ErrorKind::Forbidden => (key("error-403-title"), key("error-403-text")),
            ErrorKind::NotFound => (key("error-404-title"), key("error-404-text")),
            ErrorKind::WrongMethod => (key("error-405-title"), key("error-405-text")),
            ErrorKind::Conflict => (key("error-409-title"), key("error-409-text")),
            ErrorKind::TooLarge => (key("error-413-title"), key("error-413-text")),
            ErrorKind::TooMany => (key("error-429-title"), key("error-429-text")),
            ErrorKind::Fault => (key("error-500-title"), key("error-500-text")),
            ErrorKind::Unavailable => (key("error-503-title"), key("error-503-text")),
        }
    }
}

/// Draws the error page; `said` replaces the general text when the refusal has words of its own.
#[must_use]
pub fn render(chrome: &Chrome, kind: ErrorKind, said: Option<&str>) -> Markup {
    let lang = chrome.lang;
    let (title, text) = kind.words();
    let text = said.map_or_else(|| lang.text(text), str::to_owned);
    let tone = if kind.status() >= 500 {
        Tone::Error
    } else {
        Tone::Warning
    };
    page(
        chrome,
        &lang.text(title),
        html! {
            div.page-head { h1 { (lang.text(title)) } }
            (notice(tone, lang.text("error-what"), html! { p { (text) } p { (lang.text("error-safe")) } }))
            div.actions {
                a.btn.btn--primary href="/" { (lang.text("back-home")) }
                a.btn.btn--secondary href="/assistance" { (lang.text("home-assistance")) }
            }
            p.small.soft { (lang.with("error-number", isoloir_theme::args![number = kind.status().to_string()])) }
        },
    )
}
