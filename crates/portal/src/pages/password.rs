//! The two fields of a new password (*nouveau mot de passe*) and its rules, the same wherever one is chosen.

use maud::{Markup, html};

use isoloir_theme::components::{Field, Tone, field, notice};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};

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

impl Rule {
    /// The name that the page's script knows.
    const fn name(self) -> &'static str {
        match self {
            Rule::Length => "length",
            Rule::Lower => "lower",
            Rule::Upper => "upper",
            Rule::Digit => "digit",
            Rule::Special => "special",
            Rule::Known => "known",
        }
    }

    const fn missing(self) -> &'static str {
        match self {
            Rule::Length => key("missing-length"),
            Rule::Lower => key("missing-lower"),
            Rule::Upper => key("missing-upper"),
            Rule::Digit => key("missing-digit"),
            Rule::Special => key("missing-special"),
            Rule::Known => key("missing-known"),
        }
    }
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

/// What stands at the top of the page after a refusal.
pub(crate) fn problem_notice(lang: Lang, problem: &PasswordProblem, nothing_stored: &str) -> Markup {
    let (title, target) = match problem {
        PasswordProblem::Empty => (key("password-empty-title"), "#password"),
        PasswordProblem::Broken(_) => (key("password-broken-title"), "#password"),
        PasswordProblem::Different => (key("password-different-title"), "#confirmation"),
    };
    let body = html! { p { (nothing_stored) " " a href=(target) { (lang.text("password-fix-link")) } } };
    notice(Tone::Error, lang.text(title), body)
}

/// Password, rules and confirmation.
pub(crate) fn password_fields(lang: Lang, problem: Option<&PasswordProblem>, kiosk: bool) -> Markup {
    let (label, hint, confirm_label) = (
        lang.text("activation-password"),
        lang.text("activation-password-hint"),
        lang.text("activation-confirmation"),
    );
    let (password_error, confirm_error) = match problem {
        Some(PasswordProblem::Empty) => (Some(lang.text("password-empty")), None),
        Some(PasswordProblem::Broken(rules)) => (Some(broken_sentence(lang, rules)), None),
        Some(PasswordProblem::Different) => (None, Some(lang.text("password-different"))),
        None => (None, None),
    };
    let autocomplete = if kiosk { "off" } else { "new-password" };
    let password = Field {
        hint: Some(&hint),
        error: password_error.as_deref(),
        kind: "password",
        autocomplete,
        described_by: Some("password-regles"),
        ..Field::text("password", &label)
    };
    let confirmation = Field {
        error: confirm_error.as_deref(),
        kind: "password",
        autocomplete,
        ..Field::text("confirmation", &confirm_label)
    };
    html! {
        (field(&password, rules(lang, problem)))
        (field(&confirmation, ""))
    }
}

/// The list of rules: after a refusal, those met carry a tick and those missing say so in words; a script does the same while one types.
fn rules(lang: Lang, problem: Option<&PasswordProblem>) -> Markup {
    let broken = match problem {
        Some(PasswordProblem::Broken(rules)) => Some(rules),
        _ => None,
    };
    let (met, missing) = (lang.text("rule-met"), lang.text("rule-missing"));
    html! {
        ul.rules #password-regles data-rules data-for="password" data-met=(met) data-missing=(missing)
            data-said=(lang.text("rules-said")) data-all-met=(lang.text("rules-all-met")) {
            @for (rule, words) in RULES {
                @let state = broken.map(|broken| !broken.contains(&rule));
                li.rule.rule--ok[state == Some(true)] data-rule=(rule.name()) {
                    span.rule__met { (icon(Icon::Success)) }
                    span.rule__open { (icon(Icon::Empty)) }
                    span {
                        span data-words { (lang.text(words)) }
                        span.vh data-state {
                            @match state { Some(true) => (met), Some(false) => (missing), None => {} }
                        }
                    }
                }
            }
        }
        p.vh role="status" data-rules-said {}
    }
}

fn broken_sentence(lang: Lang, broken: &[Rule]) -> String {
    let missing: Vec<String> = broken.iter().map(|rule| lang.text(rule.missing())).collect();
    lang.with(
        "password-broken",
        isoloir_theme::args![missing = missing.join(&lang.text("list-separator"))],
    )
}
