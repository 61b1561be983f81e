//! Sign-in (*connexion au portail*): professional e-mail address or staff number, and password.

use maud::{Markup, html};

use crate::captcha::{CaptchaProblem, CaptchaView};
use crate::layout::{Chrome, page};
use crate::pages::captcha::{captcha_field, captcha_notice};
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, field, notice, required_note};
use isoloir_theme::i18n::{Lang, key};

/// What the sign-in page shows.
#[derive(Debug, Clone, Default)]
pub struct SignInView {
    /// What was typed before, never the password.
    pub identifier: String,
    /// Where to go afterwards: a path of this portal.
    pub next: String,
    /// What went wrong, if this is a second try.
    pub problem: Option<SignInProblem>,
    /// The captcha to answer, when one is due.
    pub captcha: Option<CaptchaView>,
    /// The waiting room has called: until when the form is kept, in words.
    pub kept_until: Option<String>,
}

/// Why one is not signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInProblem {
    /// A field was left empty.
    Incomplete {
        /// The identifier is missing.
        identifier: bool,
        /// The password is missing.
        password: bool,
    },
    /// A captcha is to be answered first, or was not answered right.
    Captcha(Option<CaptchaProblem>),
    /// The service refused, in its own words.
    Refused(String),
    /// A page asked for a signed-in voter.
    Needed,
    /// One was signed in, and the session is over.
    Ended,
    /// One has just signed out.
    SignedOut,
}

/// Draws the sign-in page.
#[must_use]
pub fn render(chrome: &Chrome, view: &SignInView) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("sign-in-title"),
        html! {
            div.page-head {
                h1 { (lang.text("sign-in-heading")) }
                @match &view.problem {
                    Some(problem) => (problem_notice(lang, problem)),
                    None => { p.lede { (lang.text("sign-in-lede")) } }
                }
                @if let Some(until) = &view.kept_until {
                    (notice(Tone::Success, lang.text("room-called-title"), html! {
                        p { (lang.with("room-called-text", args![until = until.as_str()])) }
                    }))
                }
            }
            div.split {
                (form(chrome, view))
                aside.panel.panel--sunken aria-labelledby="t-activer" {
                    h2 #t-activer { (lang.text("sign-in-new-title")) }
                    p.small { (lang.text("sign-in-new-text")) }
                    p { a href="/aide#activer" { (lang.text("sign-in-new-link")) } }
                    p { a href="/a" { (lang.text("sign-in-letter-link")) } }
                }
            }
        },
    )
}

fn problem_notice(lang: Lang, problem: &SignInProblem) -> Markup {
    let (tone, title, body) = match problem {
        SignInProblem::Incomplete { identifier, .. } => (
            Tone::Error,
            key("sign-in-incomplete-title"),
            html! { p { a href=(if *identifier { "#identifiant" } else { "#password" }) { (lang.text("sign-in-incomplete-link")) } } },
        ),
        SignInProblem::Captcha(problem) => return captcha_notice(lang, *problem),
        SignInProblem::Refused(words) => (
            Tone::Error,
            key("sign-in-refused-title"),
            html! { p { (words) " " a href="#identifiant" { (lang.text("sign-in-refused-link")) } } },
        ),
        SignInProblem::Needed => (
            Tone::Info,
            key("sign-in-needed-title"),
            html! { p { (lang.text("sign-in-needed-text")) } },
        ),
        SignInProblem::Ended => (
            Tone::Info,
            key("sign-in-ended-title"),
            html! { p { (lang.text("sign-in-ended-text")) } },
        ),
        SignInProblem::SignedOut => (
            Tone::Success,
            key("signed-out-title"),
            html! { p { (lang.text("signed-out-text")) } },
        ),
    };
    notice(tone, lang.text(title), body)
}

fn form(chrome: &Chrome, view: &SignInView) -> Markup {
    let lang = chrome.lang;
    // On a shared machine the browser is asked to propose and keep nothing.
    let completed = |token| if chrome.kiosk { "off" } else { token };
    let (no_identifier, no_password) = match &view.problem {
        Some(SignInProblem::Incomplete { identifier, password }) => (*identifier, *password),
        _ => (false, false),
    };
    let (identifier_label, identifier_hint, identifier_error) = (
        lang.text("sign-in-identifier"),
        lang.text("sign-in-identifier-hint"),
        lang.text("sign-in-identifier-empty"),
    );
    let (password_label, password_error) = (lang.text("sign-in-password"), lang.text("sign-in-password-empty"));
    let identifier = Field {
        hint: Some(&identifier_hint),
        error: no_identifier.then_some(identifier_error.as_str()),
        value: &view.identifier,
        kind: "text",
        autocomplete: completed("username"),
        max_length: Some(254),
        ..Field::text("identifiant", &identifier_label)
    };
    let password = Field {
        error: no_password.then_some(password_error.as_str()),
        kind: "password",
        autocomplete: completed("current-password"),
        max_length: Some(256),
        ..Field::text("password", &password_label)
    };
    html! {
        form.form method="post" action="/connexion" novalidate {
            (required_note(lang))
            @if !view.next.is_empty() { input type="hidden" name="suite" value=(view.next); }
            (field(&identifier, ""))
            (field(&password, ""))
            @if let Some(captcha) = &view.captcha { (captcha_field(lang, captcha)) }
            div.actions {
                button.btn.btn--primary type="submit" { (lang.text("sign-in-action")) }
                a.btn.btn--secondary href="/" { (lang.text("back-home-short")) }
            }
            p { a href="/mot-de-passe-oublie" { (lang.text("sign-in-forgotten")) } }
        }
    }
}
