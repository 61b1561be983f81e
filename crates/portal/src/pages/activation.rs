//! Activation (*activation du compte*, S11, S12): from the one-use link of the first mail, or the code of a letter, to a password and a
//! challenge question.

use maud::{Markup, html};

use crate::captcha::{CaptchaProblem, CaptchaView};
use crate::layout::{Chrome, page};
use crate::pages::captcha::{captcha_field, captcha_notice};
use crate::pages::challenge::{ChallengeFields, challenge_fields};
pub use crate::pages::password::{PasswordProblem, RULES, Rule};
use crate::pages::password::{password_fields, problem_notice};
use crate::pages::steps::activation_stepper;
use isoloir_theme::components::{Field, Tone, field, notice, required_note};

/// What the first step shows.
#[derive(Debug, Clone)]
pub struct ActivationView {
    /// The one-use token of the link.
    pub token: String,
    /// The person that the link is for.
    pub name: String,
    /// What was wrong with the last try.
    pub problem: Option<PasswordProblem>,
}

/// Draws the first step: the password.
#[must_use]
pub fn render(chrome: &Chrome, view: &ActivationView) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("activation-title"),
        html! {
            (activation_stepper(lang, 0))
            div.page-head {
                h1 { (lang.text("activation-heading")) }
                @match &view.problem {
                    Some(problem) => (problem_notice(lang, problem, &lang.text("password-nothing-stored"))),
                    None => { p.lede { (lang.with("activation-lede", isoloir_theme::args![name = view.name.as_str()])) } }
                }
            }
            div.split {
                form.form method="post" action="/activation" novalidate {
                    (required_note(lang))
                    input type="hidden" name="token" value=(view.token);
                    (password_fields(lang, view.problem.as_ref(), chrome.kiosk))
                    div.actions { button.btn.btn--primary type="submit" { (lang.text("activation-continue")) } }
                }
                aside.panel.panel--sunken aria-labelledby="t-code" {
                    h2 #t-code { (lang.text("activation-aside-title")) }
                    p.small { (lang.text("activation-aside-text")) }
                }
            }
        },
    )
}

/// What the second step shows.
#[derive(Debug, Clone)]
pub struct QuestionView {
    /// The one-use token of the link.
    pub token: String,
    /// Names the password of the first step.
    pub step: String,
    /// Question and answer.
    pub fields: ChallengeFields,
}

/// Draws the second step: the challenge question.
#[must_use]
pub fn render_question(chrome: &Chrome, view: &QuestionView) -> Markup {
    let lang = chrome.lang;
    let wrong = view.fields.question_error.is_some() || view.fields.answer_error.is_some();
    page(
        chrome,
        &lang.text("challenge-title"),
        html! {
            (activation_stepper(lang, 1))
            div.page-head {
                h1 { (lang.text("challenge-heading")) }
                @if wrong {
                    (challenge_notice(chrome, &view.fields))
                } @else { p.lede { (lang.text("challenge-lede")) } }
            }
            form.form method="post" action="/activation/question" novalidate {
                (required_note(lang))
                input type="hidden" name="token" value=(view.token);
                input type="hidden" name="etape" value=(view.step);
                (challenge_fields(lang, &view.fields))
                div.actions {
                    button.btn.btn--primary type="submit" { (lang.text("activation-action")) }
                    a.btn.btn--secondary href={ "/activation/" (view.token) } { (lang.text("challenge-back")) }
                }
            }
        },
    )
}

/// What stands at the top after a refused question or answer.
pub(crate) fn challenge_notice(chrome: &Chrome, fields: &ChallengeFields) -> Markup {
    let lang = chrome.lang;
    let target = if fields.question_error.is_some() {
        "#question"
    } else {
        "#reponse"
    };
    notice(
        Tone::Error,
        lang.text("challenge-problem-title"),
        html! { p { a href=(target) { (lang.text("password-fix-link")) } } },
    )
}

/// Draws the page that says the account is active.
#[must_use]
pub fn render_done(chrome: &Chrome, opening: Option<String>) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("activated-title"),
        html! {
            (activation_stepper(lang, 2))
            div.page-head {
                h1 { (lang.text("activated-title")) }
                @if let Some(opens) = opening { p.lede { (lang.with("activated-opening", isoloir_theme::args![opens = opens])) } }
            }
            (notice(Tone::Success, lang.text("activated-notice-title"), html! { p { (lang.text("activated-notice-text")) } }))
            div.actions { a.btn.btn--primary href="/connexion" { (lang.text("sign-in-action")) } }
        },
    )
}

/// Draws the answer to a link that no longer works.
#[must_use]
pub fn render_dead_link(chrome: &Chrome, words: &str) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("dead-link-title"),
        html! {
            div.page-head { h1 { (lang.text("dead-link-title")) } }
            (notice(Tone::Warning, lang.text("dead-link-notice"), html! { p { (words) } }))
            div.actions {
                a.btn.btn--primary href="/connexion" { (lang.text("sign-in-action")) }
                a.btn.btn--secondary href="/assistance" { (lang.text("home-assistance")) }
            }
        },
    )
}

/// What the page of a letter's code shows.
#[derive(Debug, Clone, Default)]
pub struct CodeView {
    /// The staff number typed before, never the code.
    pub number: String,
    /// What is wrong with the number, in words.
    pub number_error: Option<String>,
    /// What is wrong with the code, in words.
    pub code_error: Option<String>,
    /// Why number and code together were refused, in words.
    pub refused: Option<String>,
    /// The captcha to answer, when one is due.
    pub captcha: Option<CaptchaView>,
    /// Set when it is the captcha that stopped the form: not answered yet, or not right.
    pub captcha_problem: Option<Option<CaptchaProblem>>,
}

/// Draws the page at the short address of activation letters.
#[must_use]
pub fn render_code(chrome: &Chrome, view: &CodeView) -> Markup {
    let lang = chrome.lang;
    let (number_label, number_hint) = (lang.text("account-number"), lang.text("letter-number-hint"));
    let (code_label, code_hint) = (lang.text("letter-code"), lang.text("letter-code-hint"));
    let number = Field {
        hint: Some(&number_hint),
        error: view.number_error.as_deref(),
        value: &view.number,
        autocomplete: if chrome.kiosk { "off" } else { "username" },
        max_length: Some(500),
        ..Field::text("matricule", &number_label)
    };
    let code = Field {
        hint: Some(&code_hint),
        error: view.code_error.as_deref(),
        autocomplete: "one-time-code",
        max_length: Some(60),
        ..Field::text("code", &code_label)
    };
    let problem = match (&view.refused, &view.number_error, &view.code_error) {
        (Some(words), _, _) => Some((lang.text("letter-refused-title"), Some(words), "#matricule")),
        (None, Some(_), _) => Some((lang.text("letter-problem-title"), None, "#matricule")),
        (None, None, Some(_)) => Some((lang.text("letter-problem-title"), None, "#code")),
        (None, None, None) => None,
    };
    page(
        chrome,
        &lang.text("activation-title"),
        html! {
            div.page-head {
                h1 { (lang.text("letter-heading")) }
                @if let Some(problem) = view.captcha_problem {
                    (captcha_notice(lang, problem))
                } @else { @match problem {
                    Some((title, words, target)) => (notice(Tone::Error, title, html! {
                        p { @if let Some(words) = words { (words) " " } a href=(target) { (lang.text("password-fix-link")) } }
                    })),
                    None => { p.lede { (lang.text("letter-lede")) } }
                } }
            }
            div.split {
                form.form method="post" action="/a" novalidate {
                    (required_note(lang))
                    (field(&number, ""))
                    (field(&code, ""))
                    @if let Some(captcha) = &view.captcha { (captcha_field(lang, captcha)) }
                    div.actions { button.btn.btn--primary type="submit" { (lang.text("activation-continue")) } }
                }
                aside.panel.panel--sunken aria-labelledby="t-code" {
                    h2 #t-code { (lang.text("activation-aside-title")) }
                    p.small { (lang.text("activation-aside-text")) }
                }
            }
        },
    )
}
