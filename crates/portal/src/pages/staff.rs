//! The staff's own pages: sign-in, invitation, dashboard, and what is said to whoever has another role.

use isoloir_service::password::PasswordRule;
use maud::{Markup, html};
use qrcode::{Color, QrCode};

use crate::layout::{Chrome, page, roles_in_words};
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, field, notice, required_note, tile};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};

/// What the sign-in page of the staff shows.
#[derive(Debug, Clone, Default)]
pub struct StaffSignInView {
    /// The address typed before.
    pub email: String,
    /// Where to go afterwards: a path under `/gestion`.
    pub next: String,
    /// What went wrong, or was done.
    pub problem: Option<StaffSignInProblem>,
}

/// Why the sign-in page is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaffSignInProblem {
    /// Fields were left empty.
    Incomplete {
        /// The address is missing.
        email: bool,
        /// The password is missing.
        password: bool,
        /// The code is missing.
        code: bool,
    },
    /// The service refused, in its own words.
    Refused(String),
    /// A page asked for a member of the staff.
    Needed,
    /// The session is over.
    Ended,
    /// One has just signed out.
    SignedOut,
    /// One has just enrolled.
    Enrolled,
}

/// Draws the sign-in page of the staff.
#[must_use]
pub fn render_sign_in(chrome: &Chrome, view: &StaffSignInView) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("staff-sign-in-title"),
        html! {
            div.page-head {
                h1 { (lang.text("staff-sign-in-title")) }
                @match &view.problem {
                    Some(problem) => (sign_in_notice(lang, problem)),
                    None => { p.lede { (lang.text("staff-sign-in-lede")) } }
                }
            }
            div.split {
                (sign_in_form(lang, view))
                aside.panel.panel--sunken aria-labelledby="t-electeur" {
                    h2 #t-electeur { (lang.text("staff-voter-title")) }
                    p.small { (lang.text("staff-voter-text")) }
                    p { a href="/connexion" { (lang.text("staff-voter-link")) } }
                }
            }
        },
    )
}

fn sign_in_notice(lang: Lang, problem: &StaffSignInProblem) -> Markup {
    let (tone, title, body) = match problem {
        StaffSignInProblem::Incomplete { email, password, code } => {
            let missing = [
                (*email, "#courriel", key("staff-email")),
                (*password, "#password", key("staff-password")),
                (*code, "#code", key("staff-code")),
            ];
            let links = html! {
                ul { @for (_, target, label) in missing.iter().filter(|(missing, _, _)| *missing) { li { a href=(target) { (lang.text(label)) } } } }
            };
            (Tone::Error, key("staff-incomplete-title"), links)
        }
        StaffSignInProblem::Refused(words) => (
            Tone::Error,
            key("staff-refused-title"),
            html! { p { a href="#courriel" { (words) } } },
        ),
        StaffSignInProblem::Needed => (
            Tone::Info,
            key("staff-needed-title"),
            html! { p { (lang.text("staff-needed-text")) } },
        ),
        StaffSignInProblem::Ended => (
            Tone::Info,
            key("staff-ended-title"),
            html! { p { (lang.text("staff-ended-text")) } },
        ),
        StaffSignInProblem::SignedOut => (
            Tone::Success,
            key("staff-signed-out-title"),
            html! { p { (lang.text("staff-signed-out-text")) } },
        ),
        StaffSignInProblem::Enrolled => (
            Tone::Success,
            key("staff-enrolled-title"),
            html! { p { (lang.text("staff-enrolled-text")) } },
        ),
    };
    notice(tone, lang.text(title), body)
}

fn sign_in_form(lang: Lang, view: &StaffSignInView) -> Markup {
    let (no_email, no_password, no_code) = match view.problem {
        Some(StaffSignInProblem::Incomplete { email, password, code }) => (email, password, code),
        _ => (false, false, false),
    };
    let empty = lang.text("staff-field-empty");
    let (email_label, password_label) = (lang.text("staff-email"), lang.text("staff-password"));
    let email = Field {
        error: no_email.then_some(empty.as_str()),
        value: &view.email,
        kind: "email",
        autocomplete: "username",
        max_length: Some(254),
        ..Field::text("courriel", &email_label)
    };
    let password = Field {
        error: no_password.then_some(empty.as_str()),
        kind: "password",
        autocomplete: "current-password",
        max_length: Some(256),
        ..Field::text("password", &password_label)
    };
    html! {
        form.form method="post" action="/gestion/connexion" novalidate {
            (required_note(lang))
            @if !view.next.is_empty() { input type="hidden" name="suite" value=(view.next); }
            (field(&email, ""))
            (field(&password, ""))
            (code_field(lang, no_code.then_some(empty.as_str())))
            div.actions { button.btn.btn--primary type="submit" { (lang.text("sign-in-action")) } }
        }
    }
}

fn code_field(lang: Lang, error: Option<&str>) -> Markup {
    let (label, hint) = (lang.text("staff-code"), lang.text("staff-code-hint"));
    let code = Field {
        hint: Some(&hint),
        error,
        autocomplete: "one-time-code",
        max_length: Some(12),
        ..Field::text("code", &label)
    };
    field(&code, "")
}

/// What the page of an invitation shows.
#[derive(Debug, Clone)]
pub struct InvitationView {
    /// The one-use token of the link.
    pub token: String,
    /// The person that it is for.
    pub name: String,
    /// The address with which they will sign in.
    pub email: String,
    /// Their roles.
    pub roles: isoloir_domain::Roles,
    /// The secret for an authenticator, in base32.
    pub secret: String,
    /// The same as the address that a QR code holds.
    pub address: String,
    /// What was wrong with the last try.
    pub problem: Option<InvitationProblem>,
}

/// Why the person is not enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvitationProblem {
    /// These rules are not met.
    Password(Vec<PasswordRule>),
    /// The confirmation is another text.
    Different,
    /// The code is not that of the authenticator.
    Code,
}

/// Draws the page of an invitation.
#[must_use]
pub fn render_invitation(chrome: &Chrome, view: &InvitationView) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("staff-invitation-title"),
        html! {
            div.page-head {
                h1 { (lang.text("staff-invitation-title")) }
                @match &view.problem {
                    Some(problem) => (invitation_notice(lang, problem)),
                    None => {
                        p.lede {
                            (lang.with("staff-invitation-lede", args![name = view.name.as_str(), roles = roles_in_words(lang, &view.roles)]))
                        }
                    }
                }
            }
            form.form method="post" action="/gestion/invitation" novalidate {
                (required_note(lang))
                input type="hidden" name="token" value=(view.token);
                // Where password managers look for the account's name.
                input type="text" name="compte" value=(view.email) autocomplete="username" readonly hidden;
                section.section aria-labelledby="t-passe" {
                    h2 #t-passe { (lang.text("staff-step-password")) }
                    (password_fields(lang, view.problem.as_ref()))
                }
                section.section aria-labelledby="t-second" {
                    h2 #t-second { (lang.text("staff-step-factor")) }
                    p { (lang.text("staff-factor-text")) }
                    (qr(lang, &view.address))
                    p { (lang.text("staff-factor-secret")) " " code.staff-secret { (in_fours(&view.secret)) } }
                    @let wrong = lang.text("staff-code-wrong");
                    (code_field(lang, (view.problem == Some(InvitationProblem::Code)).then_some(wrong.as_str())))
                }
                div.actions { button.btn.btn--primary type="submit" { (lang.text("staff-invitation-action")) } }
            }
        },
    )
}

fn invitation_notice(lang: Lang, problem: &InvitationProblem) -> Markup {
    let (title, target, link) = match problem {
        InvitationProblem::Password(_) => (
            key("staff-password-broken"),
            "#password",
            key("staff-password-broken-link"),
        ),
        InvitationProblem::Different => (
            key("staff-password-different"),
            "#confirmation",
            key("staff-password-different-link"),
        ),
        InvitationProblem::Code => (key("staff-code-wrong-title"), "#code", key("staff-code-wrong")),
    };
    let body = html! { p { a href=(target) { (lang.text(link)) } } p { (lang.text("staff-type-again")) } };
    notice(Tone::Error, lang.text(title), body)
}

fn password_fields(lang: Lang, problem: Option<&InvitationProblem>) -> Markup {
    let (label, confirmation_label) = (lang.text("staff-password"), lang.text("staff-confirmation"));
    let (broken_words, different_words) = (
        lang.text("staff-password-broken-link"),
        lang.text("staff-password-different-link"),
    );
    let broken = match problem {
        Some(InvitationProblem::Password(rules)) => Some(rules.as_slice()),
        _ => None,
    };
    let password = Field {
        error: broken.map(|_| broken_words.as_str()),
        kind: "password",
        autocomplete: "new-password",
        described_by: Some("password-regles"),
        max_length: Some(256),
        ..Field::text("password", &label)
    };
    let confirmation = Field {
        error: (problem == Some(&InvitationProblem::Different)).then_some(different_words.as_str()),
        kind: "password",
        autocomplete: "new-password",
        max_length: Some(256),
        ..Field::text("confirmation", &confirmation_label)
    };
    html! { (field(&password, rules(lang, broken))) (field(&confirmation, "")) }
}

/// The list of rules: after a refusal, those met carry a tick and those missing say so in words.
fn rules(lang: Lang, broken: Option<&[PasswordRule]>) -> Markup {
    html! {
        ul.rules #password-regles {
            @for rule in PasswordRule::ALL {
                @let message = rule.message();
                @let words = message.text(lang.language());
                @match broken {
                    Some(broken) if !broken.contains(&rule) => {
                        li.rule.rule--ok { (icon(Icon::Success)) span { (words) span.vh { (lang.text("rule-met")) } } }
                    }
                    Some(_) => { li.rule { (icon(Icon::Empty)) span { (words) span.vh { (lang.text("rule-missing")) } } } }
                    None => { li.rule { (icon(Icon::Empty)) span { (words) } } }
                }
            }
        }
    }
}

/// Light modules around the code, which readers need.
const QUIET: usize = 4;

/// The QR code of an address: dark on light in every theme, since some readers know no other. Nothing when it does not fit.
fn qr(lang: Lang, address: &str) -> Markup {
    let Ok(code) = QrCode::new(address) else {
        return html! {};
    };
    let width = code.width();
    let mut path = String::new();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (index % width + QUIET, index / width + QUIET);
            path.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    let side = width + 2 * QUIET;
    html! {
        svg.staff-qr viewBox={ "0 0 " (side) " " (side) } role="img" aria-label=(lang.text("staff-qr")) shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}

/// `GEZD GNBV …`: easier to type, and a copy of it works as well, since authenticators ignore spaces.
fn in_fours(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join(" ")
}

/// Draws the answer to an invitation that no longer works.
#[must_use]
pub fn render_dead_invitation(chrome: &Chrome, words: &str) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("staff-invitation-title"),
        html! {
            div.page-head { h1 { (lang.text("staff-invitation-title")) } }
            (notice(Tone::Warning, lang.text("staff-dead-title"), html! { p { (words) } p { (lang.text("staff-dead-text")) } }))
            div.actions { a.btn.btn--secondary href="/gestion/connexion" { (lang.text("sign-in-action")) } }
        },
    )
}

/// Pages that the dashboard leads to, when they exist and are for this person: address, sign, title, text.
pub const PLACES: [(&str, Icon, &str, &str); 8] = [
    (
        "/gestion/preparation",
        Icon::Tick,
        key("staff-tile-preparation"),
        key("staff-tile-preparation-text"),
    ),
    ("/depot", Icon::Sheet, key("staff-tile-own"), key("staff-tile-own-text")),
    (
        "/gestion/candidatures",
        Icon::People,
        key("staff-tile-candidacies"),
        key("staff-tile-candidacies-text"),
    ),
    (
        "/gestion/assistance",
        Icon::Speech,
        key("staff-tile-assistance"),
        key("staff-tile-assistance-text"),
    ),
    (
        "/gestion/reclamations",
        Icon::Flag,
        key("staff-tile-complaints"),
        key("staff-tile-complaints-text"),
    ),
    (
        "/gestion/journal",
        Icon::Sheet,
        key("staff-tile-journal"),
        key("staff-tile-journal-text"),
    ),
    (
        "/gestion/envois",
        Icon::Chart,
        key("staff-tile-deliveries"),
        key("staff-tile-deliveries-text"),
    ),
    (
        "/bureau",
        Icon::Key,
        key("staff-tile-board"),
        key("staff-tile-board-text"),
    ),
];

/// Draws the dashboard, with those of [`PLACES`] whose addresses are given.
#[must_use]
pub fn render_dashboard(chrome: &Chrome, open: &[&str], consultation: Option<&str>) -> Markup {
    let lang = chrome.lang;
    let places: Vec<_> = PLACES.iter().filter(|(path, ..)| open.contains(path)).collect();
    page(
        chrome,
        &lang.text("staff-dashboard-title"),
        html! {
            div.page-head {
                h1 { (lang.text("staff-dashboard-title")) }
                p.lede { (lang.text("staff-dashboard-lede")) }
                @if let Some(title) = consultation { p { (lang.with("staff-dashboard-limit", args![title = title])) } }
            }
            @if places.is_empty() { p { (lang.text("staff-dashboard-empty")) } }
            @else {
                ul.tiles { @for (path, sign, title, text) in places { (tile(path, *sign, lang.text(title), lang.text(text))) } }
            }
        },
    )
}

/// Draws what is said to a member of the staff whose roles do not include the page.
#[must_use]
pub fn render_forbidden(chrome: &Chrome) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("staff-forbidden-title"),
        html! {
            div.page-head { h1 { (lang.text("staff-forbidden-title")) } }
            (notice(Tone::Warning, lang.text("staff-forbidden-notice"), html! { p { (lang.text("staff-forbidden-text")) } }))
            div.actions { a.btn.btn--primary href="/gestion" { (lang.text("staff-dashboard-title")) } }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_shown_in_groups_and_the_qr_code_is_a_picture() {
        assert_eq!(in_fours("GEZDGNBVGY"), "GEZD GNBV GY");
        let drawn = qr(Lang::Fr, "otpauth://totp/a:b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").into_string();
        assert!(drawn.contains("viewBox=\"0 0 ") && drawn.matches("h1v1h-1z").count() > 200);
        assert_eq!(qr(Lang::Fr, &"x".repeat(5000)).into_string(), "");
    }
}
