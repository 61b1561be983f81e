//! Activation (*activation du compte*, S11): from the one-use link of the first mail to a password.

use maud::{Markup, html};

use crate::components::{Field, Tone, activation_stepper, field, notice, required_note};
use crate::i18n::{Lang, key};
use crate::icons::{Icon, icon};
use crate::layout::{Chrome, page};

/// The rules of the seed, in its order, and the one that it lacked.
pub const RULES: [(Rule, &str); 6] = [
    (Rule::Length, key("rule-length")),
    (Rule::Lower, key("rule-lower")),
    (Rule::Upper, key("rule-upper")),
    (Rule::Digit, key("rule-digit")),
    (Rule::Special, key("rule-special")),
    (Rule::Known, key("rule-known")),
];

/// One rule of the password (*règle du mot de passe*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// 12 to 256 characters.
    Length,
    /// A lower-case letter without accent.
    Lower,
    /// An upper-case letter without accent.
    Upper,
    /// A digit.
    Digit,
    /// A special character.
    Special,
    /// Not among known-bad passwords.
    Known,
}

/// What the activation page shows.
#[derive(Debug, Clone)]
pub struct ActivationView {
    /// The one-use token of the link.
    pub token: String,
    /// The person that the link is for.
    pub name: String,
    /// What was wrong with the last try.
    pub problem: Option<PasswordProblem>,
}

/// Why the password is not set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordProblem {
    /// Nothing was typed.
    Empty,
    /// These rules are not met.
    Broken(Vec<Rule>),
    /// The confirmation is another text.
    Different,
}

/// Draws the activation page.
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
                    Some(problem) => (problem_notice(lang, problem)),
                    None => { p.lede { (lang.with("activation-lede", crate::args![name = view.name.as_str()])) } }
                }
            }
            div.split {
                (form(lang, view))
                aside.panel.panel--sunken aria-labelledby="t-code" {
                    h2 #t-code { (lang.text("activation-aside-title")) }
                    p.small { (lang.text("activation-aside-text")) }
                }
            }
        },
    )
}

fn problem_notice(lang: Lang, problem: &PasswordProblem) -> Markup {
    let (title, target) = match problem {
        PasswordProblem::Empty => (key("password-empty-title"), "#password"),
        PasswordProblem::Broken(_) => (key("password-broken-title"), "#password"),
        PasswordProblem::Different => (key("password-different-title"), "#confirmation"),
    };
    let body =
        html! { p { (lang.text("password-nothing-stored")) " " a href=(target) { (lang.text("password-fix-link")) } } };
    notice(Tone::Error, lang.text(title), body)
}

fn form(lang: Lang, view: &ActivationView) -> Markup {
    let (label, hint, confirm_label) = (
        lang.text("activation-password"),
        lang.text("activation-password-hint"),
        lang.text("activation-confirmation"),
    );
    let (password_error, confirm_error) = match &view.problem {
        Some(PasswordProblem::Empty) => (Some(lang.text("password-empty")), None),
        Some(PasswordProblem::Broken(rules)) => (Some(broken_sentence(lang, rules)), None),
        Some(PasswordProblem::Different) => (None, Some(lang.text("password-different"))),
        None => (None, None),
    };
    let password = Field {
        hint: Some(&hint),
        error: password_error.as_deref(),
        kind: "password",
        autocomplete: "new-password",
        described_by: Some("password-regles"),
        ..Field::text("password", &label)
    };
    let confirmation = Field {
        error: confirm_error.as_deref(),
        kind: "password",
        autocomplete: "new-password",
        ..Field::text("confirmation", &confirm_label)
    };
    html! {
        form.form method="post" action="/activation" novalidate {
            (required_note(lang))
            input type="hidden" name="token" value=(view.token);
            (field(&password, rules(lang, view.problem.as_ref())))
            (field(&confirmation, ""))
            div.actions { button.btn.btn--primary type="submit" { (lang.text("activation-action")) } }
        }
    }
}

/// The list of rules: after a refusal, those met carry a tick and those missing say so in words.
fn rules(lang: Lang, problem: Option<&PasswordProblem>) -> Markup {
    let broken = match problem {
        Some(PasswordProblem::Broken(rules)) => Some(rules),
        _ => None,
    };
    html! {
        ul.rules #password-regles {
            @for (rule, words) in RULES {
                @match broken {
                    Some(broken) if !broken.contains(&rule) => {
                        li.rule.rule--ok { (icon(Icon::Success)) span { (lang.text(words)) span.vh { (lang.text("rule-met")) } } }
                    }
                    Some(_) => { li.rule { (icon(Icon::Empty)) span { (lang.text(words)) span.vh { (lang.text("rule-missing")) } } } }
                    None => { li.rule { (icon(Icon::Empty)) span { (lang.text(words)) } } }
                }
            }
        }
    }
}

fn broken_sentence(lang: Lang, broken: &[Rule]) -> String {
    let missing: Vec<String> = broken
        .iter()
        .map(|rule| {
            lang.text(match rule {
                Rule::Length => key("missing-length"),
                Rule::Lower => key("missing-lower"),
                Rule::Upper => key("missing-upper"),
                Rule::Digit => key("missing-digit"),
                Rule::Special => key("missing-special"),
                Rule::Known => key("missing-known"),
            })
        })
        .collect();
    lang.with(
        "password-broken",
        crate::args![missing = missing.join(&lang.text("list-separator"))],
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
            (activation_stepper(lang, 1))
            div.page-head {
                h1 { (lang.text("activated-title")) }
                @if let Some(opens) = opening { p.lede { (lang.with("activated-opening", crate::args![opens = opens])) } }
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
