//! Tokens of the API: those that there are, a form for another, and the secret of the one that was just made, shown once.

use isoloir_domain::api_token::{ApiToken, Scope};
use isoloir_domain::staff::StaffMember;
use isoloir_service::api_tokens::{LONGEST_NAME, MAX_DAYS, is_good};
use jiff::Timestamp;
use maud::{Markup, html};

use super::{Names, Outcome, Tab, at, frame, name_of};
use crate::layout::Chrome;
use crate::rest;
use isoloir_theme::args;
use isoloir_theme::components::{Tone, field_error, notice, required_mark, required_note};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::when;

/// Where the page is.
pub const PATH: &str = "/gestion/jetons";

/// What the page shows.
#[derive(Debug, Clone)]
pub struct TokensView {
    /// Tokens, the latest first.
    pub tokens: Vec<ApiToken>,
    /// The consultation to which a token may be limited: identifier and title.
    pub consultation: Option<(String, String)>,
    /// Whether every token of this person is limited to it.
    pub limited: bool,
    /// The secret of the token just made.
    pub secret: Option<String>,
    /// What was typed, when it was refused.
    pub typed: TypedToken,
    /// Who is who.
    pub names: Names,
    /// The moment, from which tokens are too old.
    pub now: Timestamp,
    /// What was just done.
    pub outcome: Outcome,
}

/// What was typed in the form.
#[derive(Debug, Clone)]
pub struct TypedToken {
    /// What the token is for.
    pub name: String,
    /// Scopes that were ticked.
    pub scopes: Vec<Scope>,
    /// Days.
    pub days: String,
    /// Whether it is limited to the consultation.
    pub limited: bool,
}

impl Default for TypedToken {
    fn default() -> TypedToken {
        TypedToken {
            name: String::new(),
            scopes: Vec::new(),
            days: "90".to_owned(),
            limited: true,
        }
    }
}

fn scope_words(scope: Scope) -> &'static str {
    match scope {
        Scope::ConsultationRead => key("token-scope-consultation-read"),
        Scope::ConsultationWrite => key("token-scope-consultation-write"),
        Scope::RollRead => key("token-scope-roll-read"),
        Scope::RollWrite => key("token-scope-roll-write"),
        Scope::ComplaintRead => key("token-scope-complaint-read"),
        Scope::ComplaintDecide => key("token-scope-complaint-decide"),
        Scope::JournalRead => key("token-scope-journal-read"),
        Scope::DeliveryRead => key("token-scope-delivery-read"),
        Scope::ResultsRead => key("token-scope-results-read"),
        Scope::MinutesRead => key("token-scope-minutes-read"),
    }
}

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, member: &StaffMember, view: &TokensView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("token-title");
    frame(
        chrome,
        member,
        Tab::Tokens,
        &title,
        html! {
            div.page-head { h1 { (title) } p.lede { (lang.text("token-lede")) } p { a href=(rest::PAGE) { (lang.text("token-document")) } } }
            (view.outcome.draw(lang))
            @if let Some(secret) = &view.secret {
                (notice(Tone::Success, lang.text("token-made"), html! {
                    p { (lang.text("token-made-text")) }
                    p.typed #secret { (secret) }
                }))
            }
            section.section aria-labelledby="t-nouveau" {
                h2 #t-nouveau { (lang.text("token-new")) }
                (form(lang, view))
            }
            section.section aria-labelledby="t-jetons" {
                h2 #t-jetons { (lang.text("token-list")) }
                @if view.tokens.is_empty() { p { (lang.text("token-none")) } }
                @for token in &view.tokens { (one(lang, view, token)) }
            }
        },
    )
}

fn form(lang: Lang, view: &TokensView) -> Markup {
    let error = |id: &'static str| view.outcome.error_of(id, lang);
    let described = |id: &'static str| error(id).map(|_| format!("{id}-err"));
    html! {
        form.form method="post" action=(PATH) novalidate data-once {
            (required_note(lang))
            div.field.field--error[error("nom").is_some()] {
                label.field__label for="nom" { (lang.text("token-name")) " " (required_mark()) }
                p.field__hint #nom-aide { (lang.text("token-name-hint")) }
                input.input #nom name="nom" type="text" value=(view.typed.name) maxlength=(LONGEST_NAME) required autocomplete="off"
                    aria-describedby=(described("nom").map_or_else(|| "nom-aide".to_owned(), |id| format!("nom-aide {id}")))
                    aria-invalid=[error("nom").map(|_| "true")];
                @if let Some(words) = error("nom") { (field_error("nom", words)) }
            }
            fieldset.field #portees aria-describedby=[described("portees")] {
                legend.field__label { (lang.text("token-scopes")) " " (required_mark()) }
                @for scope in Scope::ALL {
                    @let id = format!("portee-{}", scope.as_str().replace(':', "-"));
                    label.option for=(id) {
                        input id=(id) type="checkbox" name="portee" value=(scope) checked[view.typed.scopes.contains(&scope)];
                        span { (lang.text(scope_words(scope))) br; code.small.soft { (scope) } }
                    }
                }
                @if let Some(words) = error("portees") { (field_error("portees", words)) }
            }
            div.field.field--error[error("jours").is_some()] {
                label.field__label for="jours" { (lang.text("token-days")) " " (required_mark()) }
                p.field__hint #jours-aide { (lang.with("token-days-hint", args![most = u64::from(MAX_DAYS)])) }
                input.input #jours name="jours" type="text" inputmode="numeric" value=(view.typed.days) required
                    aria-describedby=(described("jours").map_or_else(|| "jours-aide".to_owned(), |id| format!("jours-aide {id}")))
                    aria-invalid=[error("jours").map(|_| "true")];
                @if let Some(words) = error("jours") { (field_error("jours", words)) }
            }
            @if let Some((_, title)) = view.consultation.as_ref().filter(|_| !view.limited) {
                label.option for="limite" {
                    input #limite type="checkbox" name="limite" value="oui" checked[view.typed.limited];
                    span { (lang.with("token-limited", args![title = title.as_str()])) }
                }
            }
            div.actions { button.btn.btn--primary type="submit" { (lang.text("token-make")) } }
        }
    }
}

fn one(lang: Lang, view: &TokensView, token: &ApiToken) -> Markup {
    let good = is_good(token, view.now);
    let title_id = format!("t-{}", token.id);
    html! {
        article.panel aria-labelledby=(title_id) {
            div.panel__head {
                h3 id=(title_id) { (token.name) }
                span.soft { @if token.revoked.is_some() { (lang.text("token-revoked")) } @else if good { (lang.text("token-good")) } @else { (lang.text("token-old")) } }
            }
            dl.facts {
                div { dt { (lang.text("token-scopes")) } dd { @for (rank, scope) in token.scopes.iter().enumerate() { @if rank > 0 { ", " } code { (scope) } } } }
                @if let Some(consultation) = &token.consultation { div { dt { (lang.text("token-only")) } dd { (consultation) } } }
                div { dt { (lang.text("token-by")) } dd {
                    (lang.with("console-by-on", args![
                        name = match token.owner {
                            Some(owner) => name_of(&view.names, &owner.to_string()).to_owned(),
                            None => lang.text("token-operator"),
                        },
                        when = when::date_time(lang, token.created),
                    ]))
                } }
                div { dt { (lang.text("token-until")) } dd { (at(lang, token.expires)) } }
                div { dt { (lang.text("token-used")) } dd { @match token.last_used { Some(used) => (at(lang, used)), None => (lang.text("token-never")) } } }
                div { dt { (lang.text("token-id")) } dd.typed { (token.id) } }
            }
            @if good {
                form method="post" action={ (PATH) "/" (token.id) "/revocation" } {
                    button.btn.btn--secondary type="submit" aria-describedby=(title_id) { (lang.text("token-revoke")) }
                }
            }
        }
    }
}
