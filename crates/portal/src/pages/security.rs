//! Sign-in and security (*connexion et sécurité*), a part of Mon compte: password, challenge question, language, sign-ins, sign-out everywhere.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::layout::{Chrome, page};
use crate::pages::activation::challenge_notice;
use crate::pages::challenge::{ChallengeFields, challenge_fields};
use crate::pages::password::{PasswordProblem, password_fields, problem_notice};
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, back, field, notice, required_note, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::when;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct SecurityView {
    /// Question now in force, in the language of the page.
    pub question: Option<String>,
    /// Language of mails and texts, if one was chosen.
    pub language: Option<Lang>,
    /// The latest sign-ins: when, and from which kind of browser.
    pub connections: Vec<(Timestamp, String)>,
    /// What has just been done, as the address says.
    pub done: Option<Done>,
}

/// What has just been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Another password.
    Password,
    /// Another question or answer.
    Challenge,
    /// Another language.
    Language,
}

impl Done {
    /// Reads the name in the address.
    #[must_use]
    pub fn parse(name: &str) -> Option<Done> {
        match name {
            "mot-de-passe" => Some(Done::Password),
            "question" => Some(Done::Challenge),
            "langue" => Some(Done::Language),
            _ => None,
        }
    }
}

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, view: &SecurityView) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("security-title"),
        html! {
            (back("/mon-compte", lang.text("security-back")))
            div.page-head {
                h1 { (lang.text("security-title")) }
                @if let Some(done) = view.done {
                    @let (title, words) = match done {
                        Done::Password => (key("security-password-done"), key("security-password-done-text")),
                        Done::Challenge => (key("security-challenge-done"), key("security-challenge-done-text")),
                        Done::Language => (key("security-language-done"), key("security-language-done-text")),
                    };
                    (notice(Tone::Success, lang.text(title), html! { p { (lang.text(words)) } }))
                } @else { p.lede { (lang.text("security-lede")) } }
            }
            div.grid.grid--wide {
                section.panel aria-labelledby="t-mdp" {
                    h2 #t-mdp { (lang.text("security-password")) }
                    p { (lang.text("security-password-text")) }
                    p { a href="/mon-compte/mot-de-passe" { (lang.text("security-password-link")) } }
                }
                section.panel aria-labelledby="t-defi" {
                    h2 #t-defi { (lang.text("security-challenge")) }
                    p { @match &view.question { Some(question) => (question), None => (lang.text("security-challenge-none")) } }
                    p { a href="/mon-compte/question" { (lang.text("security-challenge-link")) } }
                }
                (language(lang, view.language))
                section.panel aria-labelledby="t-partout" {
                    h2 #t-partout { (lang.text("security-everywhere")) }
                    p { (lang.text("security-everywhere-text")) }
                    form method="post" action="/deconnexion/partout" {
                        button.btn.btn--secondary type="submit" { (lang.text("security-everywhere-action")) }
                    }
                }
            }
            (connections(lang, &view.connections))
        },
    )
}

fn language(lang: Lang, chosen: Option<Lang>) -> Markup {
    html! {
        section.panel aria-labelledby="t-langue" {
            h2 #t-langue { (lang.text("security-language")) }
            form.form method="post" action="/mon-compte/langue" {
                fieldset.plain-set {
                    legend { (lang.text("security-language-text")) }
                    @for other in Lang::ALL {
                        label.radio-row {
                            input type="radio" name="langue" value=(other.code()) required checked[chosen == Some(other)];
                            span lang=(other.code()) { (other.text("lang-name")) }
                        }
                    }
                }
                div.actions { button.btn.btn--secondary type="submit" { (lang.text("security-language-action")) } }
            }
        }
    }
}

fn connections(lang: Lang, connections: &[(Timestamp, String)]) -> Markup {
    html! {
        section.section aria-labelledby="t-connexions" {
            h2 #t-connexions { (lang.text("security-connections")) }
            p { (lang.text("security-connections-text")) }
            (table_box(&lang.text("security-connections"), html! {
                table {
                    thead { tr { th scope="col" { (lang.text("security-when")) } th scope="col" { (lang.text("security-browser")) } } }
                    tbody {
                        @for (at, browser) in connections {
                            tr {
                                td { (lang.with("paris-time", args![when = when::date_time(lang, *at)])) }
                                td { @if browser.is_empty() { (lang.text("security-browser-unknown")) } @else { (browser) } }
                            }
                        }
                    }
                }
            }))
        }
    }
}

/// Draws the field of the password in force.
fn current(chrome: &Chrome, error: Option<&str>) -> Markup {
    let label = chrome.lang.text("security-current");
    let current = Field {
        error,
        kind: "password",
        autocomplete: if chrome.kiosk { "off" } else { "current-password" },
        max_length: Some(256),
        ..Field::text("actuel", &label)
    };
    field(&current, "")
}

fn current_notice(chrome: &Chrome) -> Markup {
    let lang = chrome.lang;
    notice(
        Tone::Error,
        lang.text("security-current-title"),
        html! { p { (lang.text("security-unchanged")) " " a href="#actuel" { (lang.text("password-fix-link")) } } },
    )
}

/// What the page that changes the password shows.
#[derive(Debug, Clone, Default)]
pub struct ChangePasswordView {
    /// What is wrong with the password in force, in words.
    pub current_error: Option<String>,
    /// What is wrong with the new one.
    pub problem: Option<PasswordProblem>,
}

/// Draws the page that changes the password.
#[must_use]
pub fn render_password(chrome: &Chrome, view: &ChangePasswordView) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("security-password-link"),
        html! {
            (back("/mon-compte/securite", lang.text("security-title")))
            div.page-head {
                h1 { (lang.text("security-password-link")) }
                @if view.current_error.is_some() {
                    (current_notice(chrome))
                } @else if let Some(problem) = &view.problem {
                    (problem_notice(lang, problem, &lang.text("security-unchanged")))
                } @else { p.lede { (lang.text("security-password-lede")) } }
            }
            form.form method="post" action="/mon-compte/mot-de-passe" novalidate {
                (required_note(lang))
                (current(chrome, view.current_error.as_deref()))
                (password_fields(lang, view.problem.as_ref(), chrome.kiosk))
                div.actions { button.btn.btn--primary type="submit" { (lang.text("security-password-link")) } }
            }
        },
    )
}

/// What the page that changes the challenge shows.
#[derive(Debug, Clone, Default)]
pub struct ChangeChallengeView {
    /// What is wrong with the password in force, in words.
    pub current_error: Option<String>,
    /// Question and answer.
    pub fields: ChallengeFields,
}

/// Draws the page that changes the challenge.
#[must_use]
pub fn render_challenge(chrome: &Chrome, view: &ChangeChallengeView) -> Markup {
    let lang = chrome.lang;
    let wrong = view.fields.question_error.is_some() || view.fields.answer_error.is_some();
    page(
        chrome,
        &lang.text("security-challenge-link"),
        html! {
            (back("/mon-compte/securite", lang.text("security-title")))
            div.page-head {
                h1 { (lang.text("security-challenge-link")) }
                @if view.current_error.is_some() {
                    (current_notice(chrome))
                } @else if wrong {
                    (challenge_notice(chrome, &view.fields))
                } @else { p.lede { (lang.text("challenge-lede")) } }
            }
            form.form method="post" action="/mon-compte/question" novalidate {
                (required_note(lang))
                (current(chrome, view.current_error.as_deref()))
                (challenge_fields(lang, &view.fields))
                div.actions { button.btn.btn--primary type="submit" { (lang.text("security-challenge-link")) } }
            }
        },
    )
}
