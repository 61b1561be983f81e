//! A forgotten password (*mot de passe oublié*, S10): asking for the link, and the page that the link opens.

use maud::{Markup, html};

use crate::captcha::{CaptchaProblem, CaptchaView};
use crate::layout::{Chrome, page};
use crate::pages::captcha::{captcha_field, captcha_notice};
use crate::pages::franceconnect::{IdentityButton, identity_button, or_else};
use crate::pages::password::{PasswordProblem, password_fields, problem_notice};
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, back, field, notice, required_note};
use isoloir_theme::i18n::Lang;

/// What the page where one asks for the link shows.
#[derive(Debug, Clone, Default)]
pub struct AskView {
    /// What was typed before.
    pub identifier: String,
    /// Whether nothing was typed.
    pub empty: bool,
    /// The captcha to answer, when one is due.
    pub captcha: Option<CaptchaView>,
    /// The provider of identities, where it may stand for the mailbox.
    pub provider: Option<IdentityButton>,
    /// Set when it is the captcha that stopped the form: not answered yet, or not right.
    pub captcha_problem: Option<Option<CaptchaProblem>>,
}

/// Draws the page where one asks for the link.
#[must_use]
pub fn render_ask(chrome: &Chrome, view: &AskView) -> Markup {
    let (lang, empty) = (chrome.lang, view.empty);
    let (label, hint, error) = (
        lang.text("sign-in-identifier"),
        lang.text("forgotten-hint"),
        lang.text("sign-in-identifier-empty"),
    );
    let identifier = Field {
        hint: Some(&hint),
        error: empty.then_some(error.as_str()),
        value: &view.identifier,
        autocomplete: if chrome.kiosk { "off" } else { "username" },
        max_length: Some(500),
        ..Field::text("identifiant", &label)
    };
    page(
        chrome,
        &lang.text("forgotten-title"),
        html! {
            (back("/connexion", lang.text("forgotten-back")))
            div.page-head {
                h1 { (lang.text("forgotten-title")) }
                @if let Some(problem) = view.captcha_problem {
                    (captcha_notice(lang, problem))
                } @else if empty {
                    (notice(Tone::Error, lang.text("sign-in-incomplete-title"), html! {
                        p { a href="#identifiant" { (lang.text("sign-in-incomplete-link")) } }
                    }))
                } @else { p.lede { (lang.text("forgotten-lede")) } }
            }
            div.split {
                div.stack {
                    @if let Some(provider) = &view.provider { (by_provider(lang, provider)) }
                    form.form method="post" action="/mot-de-passe-oublie" novalidate {
                        @if view.provider.is_some() { h2 { (lang.text("identity-forgotten-mailbox")) } }
                        (required_note(lang))
                        (field(&identifier, ""))
                        @if let Some(captcha) = &view.captcha { (captcha_field(lang, captcha)) }
                        div.actions { button.btn.btn--primary type="submit" { (lang.text("forgotten-action")) } }
                    }
                }
                (no_mailbox(chrome))
            }
        },
    )
}

/// The provider comes first, as FranceConnect asks public services, and apart from the other way.
fn by_provider(lang: Lang, provider: &IdentityButton) -> Markup {
    let name = provider.name.as_str();
    html! {
        section.stack aria-labelledby="t-identite" {
            h2 #t-identite { (lang.with("identity-forgotten-title", args![name = name])) }
            p { (lang.with("identity-forgotten-text", args![name = name])) }
            (identity_button(lang, provider, "/franceconnect/mot-de-passe"))
        }
        (or_else(lang))
    }
}

fn no_mailbox(chrome: &Chrome) -> Markup {
    let lang = chrome.lang;
    html! {
        aside.panel.panel--sunken aria-labelledby="t-sans" {
            h2 #t-sans { (lang.text("forgotten-aside-title")) }
            p.small { (lang.text("forgotten-aside-text")) }
            p { a href="/assistance" { (lang.text("home-assistance")) } }
        }
    }
}

/// Draws the page that everyone sees after asking, whoever asked for what.
#[must_use]
pub fn render_asked(chrome: &Chrome, minutes: u16) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("forgotten-title"),
        html! {
            div.page-head { h1 { (lang.text("forgotten-asked-heading")) } }
            (notice(Tone::Info, lang.text("forgotten-asked-title"), html! {
                p { (lang.with("forgotten-asked-text", args![minutes = i64::from(minutes)])) }
                p { (lang.text("forgotten-asked-none")) }
            }))
            div.split {
                div.actions { a.btn.btn--secondary href="/connexion" { (lang.text("forgotten-back")) } }
                (no_mailbox(chrome))
            }
        },
    )
}

/// What the page of the link shows.
#[derive(Debug, Clone)]
pub struct NewPasswordView {
    /// The one-use token of the link.
    pub token: String,
    /// The person that the link is for.
    pub name: String,
    /// The challenge question, when its answer is asked.
    pub question: Option<String>,
    /// What was wrong with the password.
    pub problem: Option<PasswordProblem>,
    /// What was wrong with the answer, in words.
    pub answer_error: Option<String>,
}

/// Draws the page of the link.
#[must_use]
pub fn render_new(chrome: &Chrome, view: &NewPasswordView) -> Markup {
    let lang = chrome.lang;
    let label = view.question.clone().unwrap_or_default();
    let hint = lang.text("forgotten-answer-hint");
    let answer = Field {
        hint: Some(&hint),
        error: view.answer_error.as_deref(),
        max_length: Some(200),
        ..Field::text("reponse", &label)
    };
    page(
        chrome,
        &lang.text("new-password-title"),
        html! {
            div.page-head {
                h1 { (lang.text("new-password-title")) }
                @if let Some(problem) = &view.problem {
                    (problem_notice(lang, problem, &lang.text("password-nothing-stored")))
                } @else if view.answer_error.is_some() {
                    (notice(Tone::Error, lang.text("new-password-answer-title"), html! {
                        p { (lang.text("password-nothing-stored")) " " a href="#reponse" { (lang.text("password-fix-link")) } }
                    }))
                } @else {
                    p.lede { (lang.with("new-password-lede", args![name = view.name.as_str()])) }
                }
            }
            form.form method="post" action="/mot-de-passe" novalidate {
                (required_note(lang))
                input type="hidden" name="token" value=(view.token);
                @if view.question.is_some() { (field(&answer, "")) }
                (password_fields(lang, view.problem.as_ref(), chrome.kiosk))
                div.actions { button.btn.btn--primary type="submit" { (lang.text("new-password-action")) } }
            }
        },
    )
}

/// Draws the page that says that the password has changed.
#[must_use]
pub fn render_changed(chrome: &Chrome) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("new-password-done-title"),
        html! {
            div.page-head { h1 { (lang.text("new-password-done-title")) } }
            (notice(Tone::Success, lang.text("new-password-done-notice"), html! { p { (lang.text("new-password-done-text")) } }))
            div.actions { a.btn.btn--primary href="/connexion" { (lang.text("sign-in-action")) } }
        },
    )
}
