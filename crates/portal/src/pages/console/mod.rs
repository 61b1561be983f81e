//! The staff's console: requests for help, a voter's journey, changes of address, complaints to decide, the journal.
//!
//! These pages never hold a code, a challenge, a ballot, a tracker, or whether a voter has voted: nothing that they are given says so.

pub mod candidacies;
pub mod changes;
pub mod complaints;
pub mod decisions;
pub mod desk;
pub mod journal;
pub mod journal_kinds;
pub mod mailings;
pub mod own_candidacies;
pub mod preparation;
pub mod rolls;
pub mod texts;
pub mod ticket;
pub mod tokens;
pub mod voter;

use std::collections::BTreeMap;

use isoloir_domain::message::Message;
use isoloir_domain::staff::{Role, StaffMember};
use isoloir_service::api_tokens::MAKES_TOKENS;
use jiff::Timestamp;
use maud::{Markup, Render, html};

use crate::layout::{Chrome, page};
use isoloir_theme::args;
use isoloir_theme::components::{Tone, notice};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::when;

/// Roles that answer requests and see a voter's journey.
pub const DESK: &[Role] = &[Role::Support, Role::Supervisor];
/// Roles that read complaints.
pub const COMPLAINTS: &[Role] = &[
    Role::Supervisor,
    Role::Organiser,
    Role::ConsultationManager,
    Role::ElectionManager,
];
/// Roles that export the complaints of a whole consultation.
pub const EXPORTS_COMPLAINTS: &[Role] = &[Role::Supervisor, Role::Organiser, Role::ConsultationManager];
/// Roles that decide complaints.
pub const DECIDES: &[Role] = &[Role::Organiser, Role::ConsultationManager, Role::ElectionManager];
/// Roles that prepare a consultation.
pub const PREPARES: &[Role] = &[Role::Organiser, Role::ConsultationManager];
/// Roles that bring roll files.
pub const BRINGS_ROLLS: &[Role] = &[Role::Organiser, Role::ConsultationManager, Role::ElectionManager];
/// Roles that file the lists of a union.
pub const FILES_LISTS: &[Role] = &[Role::Delegate];
/// Roles that read how far the preparation is.
pub const READS_PREPARATION: &[Role] = &[
    Role::Organiser,
    Role::ConsultationManager,
    Role::ElectionManager,
    Role::Expert,
    Role::Observer,
];
/// Roles that read the journal.
pub const READS_JOURNAL: &[Role] = &[Role::Organiser, Role::Expert];

/// Names of the staff by identifier.
pub type Names = BTreeMap<String, String>;

/// The pages of the console that the tabs lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Requests for help, and voters.
    Desk,
    /// Changes of address.
    Changes,
    /// Complaints.
    Complaints,
    /// Candidacies, on the organiser's side.
    Candidacies,
    /// A union's own lists.
    Own,
    /// Roll files.
    Rolls,
    /// Mailings.
    Mailings,
    /// The organiser's texts.
    Texts,
    /// Preparation of the consultation.
    Preparation,
    /// Acts that take two people.
    Decisions,
    /// Journal.
    Journal,
    /// Tokens of the API.
    Tokens,
}

/// Draws a page of the console under the tabs that this person may open.
pub fn frame(chrome: &Chrome, member: &StaffMember, tab: Tab, title: &str, body: impl Render) -> Markup {
    let lang = chrome.lang;
    let tabs = [
        (Tab::Desk, DESK, "/gestion/assistance", key("console-tab-desk")),
        (Tab::Changes, DESK, "/gestion/changements", key("console-tab-changes")),
        (
            Tab::Complaints,
            COMPLAINTS,
            "/gestion/reclamations",
            key("console-tab-complaints"),
        ),
        (Tab::Own, FILES_LISTS, "/depot", key("console-tab-own")),
        (
            Tab::Candidacies,
            PREPARES,
            "/gestion/candidatures",
            key("console-tab-candidacies"),
        ),
        (Tab::Rolls, BRINGS_ROLLS, "/gestion/listes", key("console-tab-rolls")),
        (Tab::Mailings, PREPARES, "/gestion/envois", key("console-tab-mailings")),
        (Tab::Texts, PREPARES, texts::PATH, key("console-tab-texts")),
        (
            Tab::Preparation,
            READS_PREPARATION,
            "/gestion/preparation",
            key("console-tab-preparation"),
        ),
        (
            Tab::Decisions,
            BRINGS_ROLLS,
            decisions::PATH,
            key("console-tab-decisions"),
        ),
        (
            Tab::Journal,
            READS_JOURNAL,
            "/gestion/journal",
            key("console-tab-journal"),
        ),
        (Tab::Tokens, MAKES_TOKENS, tokens::PATH, key("console-tab-tokens")),
    ];
    page(
        chrome,
        title,
        html! {
            nav.tabs aria-label=(lang.text("console-tabs")) {
                ul {
                    @for (one, roles, href, words) in tabs {
                        @if member.roles.any_of(roles) {
                            li { a href=(href) aria-current=[(one == tab).then_some("page")] { (lang.text(words)) } }
                        }
                    }
                }
            }
            (body)
        },
    )
}

/// What was just done, or why it was not.
#[derive(Debug, Clone, Default)]
pub enum Outcome {
    /// Nothing was asked for.
    #[default]
    None,
    /// It is done: the key of the words that say what.
    Done(&'static str),
    /// Refused, and the field to correct when it is one.
    Refused(Message, Option<&'static str>),
}

impl Outcome {
    /// The name of what was done, as addresses carry it, in words.
    #[must_use]
    pub fn of(name: Option<&str>) -> Outcome {
        match name {
            Some("prise") => Outcome::Done(key("console-done-assigned")),
            Some("reponse") => Outcome::Done(key("console-done-answered")),
            Some("note") => Outcome::Done(key("console-done-noted")),
            Some("close") => Outcome::Done(key("console-done-closed")),
            Some("rouverte") => Outcome::Done(key("console-done-reopened")),
            Some("lien") => Outcome::Done(key("console-done-resent")),
            Some("proposition") => Outcome::Done(key("console-done-proposed")),
            Some("approuve") => Outcome::Done(key("console-done-approved")),
            Some("refuse") => Outcome::Done(key("console-done-refused")),
            Some("controle") => Outcome::Done(key("console-done-gate")),
            Some("liste-approuvee") => Outcome::Done(key("console-done-roll-approved")),
            Some("liste-appliquee") => Outcome::Done(key("console-done-roll-applied")),
            Some("liste-abandonnee") => Outcome::Done(key("console-done-roll-abandoned")),
            Some("acte-propose") => Outcome::Done(key("console-done-act-proposed")),
            Some("acte-confirme") => Outcome::Done(key("console-done-act-confirmed")),
            Some("acte-refuse") => Outcome::Done(key("console-done-act-refused")),
            Some("jeton-revoque") => Outcome::Done(key("console-done-token-revoked")),
            Some("envoi-cree") => Outcome::Done(key("mailing-done-planned")),
            Some("envoi-corrige") => Outcome::Done(key("mailing-done-corrected")),
            Some("envoi-essai") => Outcome::Done(key("mailing-done-tried")),
            Some("envoi-lance") => Outcome::Done(key("mailing-done-started")),
            Some("envoi-suspendu") => Outcome::Done(key("mailing-done-paused")),
            Some("envoi-repris") => Outcome::Done(key("mailing-done-resumed")),
            Some("envoi-arrete") => Outcome::Done(key("mailing-done-stopped")),
            Some("texte-en-ligne") => Outcome::Done(key("texts-done-published")),
            Some("texte-retire") => Outcome::Done(key("texts-done-removed")),
            Some("liste-enregistree") => Outcome::Done(key("candidacy-done-saved")),
            Some("liste-retiree") => Outcome::Done(key("candidacy-done-withdrawn")),
            Some("piece-jointe") => Outcome::Done(key("candidacy-done-attached")),
            Some("piece-retiree") => Outcome::Done(key("candidacy-done-detached")),
            Some("candidature-decidee") => Outcome::Done(key("candidacy-done-decided")),
            Some("delegue-nomme") => Outcome::Done(key("candidacy-done-named")),
            Some("ordre-engage") => Outcome::Done(key("candidacy-done-committed")),
            Some("ordre-tire") => Outcome::Done(key("candidacy-done-drawn")),
            Some("listes-publiees") => Outcome::Done(key("candidacy-done-published")),
            Some("decision") => Outcome::Done(key("console-done-decided")),
            _ => Outcome::None,
        }
    }

    fn draw(&self, lang: Lang) -> Markup {
        match self {
            Outcome::None => html! {},
            Outcome::Done(words) => notice(Tone::Success, lang.text(words), html! {}),
            Outcome::Refused(message, field) => {
                let words = message.text(lang.language());
                let body = html! {
                    p { @match field { Some(field) => { a href={ "#" (field) } { (words) } }, None => (words) } }
                };
                notice(Tone::Error, lang.text("console-not-done"), body)
            }
        }
    }

    /// What is wrong with a field, to be said under it again.
    fn error_of(&self, id: &str, lang: Lang) -> Option<&str> {
        match self {
            Outcome::Refused(message, Some(field)) if *field == id => Some(message.text(lang.language())),
            _ => None,
        }
    }
}

/// An instant with the time zone named.
fn at(lang: Lang, instant: Timestamp) -> String {
    lang.with("paris-time", args![when = when::date_time(lang, instant)])
}

/// Who did something; a person who is no longer known by their identifier.
fn name_of<'a>(names: &'a Names, id: &'a str) -> &'a str {
    names.get(id).map_or(id, String::as_str)
}

/// Previous and next pages of a list.
fn pager(lang: Lang, path: &str, query: &str, current: u64, more: bool) -> Markup {
    let link = |number: u64| format!("{path}?{query}page={number}");
    html! {
        @if current > 1 || more {
            nav.pager aria-label=(lang.text("console-pages")) {
                @if current > 1 { a.btn.btn--secondary href=(link(current.saturating_sub(1))) { (lang.text("console-previous")) } }
                span.soft { (lang.with("console-page", args![n = current])) }
                @if more { a.btn.btn--secondary href=(link(current.saturating_add(1))) { (lang.text("console-next")) } }
            }
        }
    }
}

/// A field of several lines.
struct Area<'a> {
    id: &'a str,
    name: &'a str,
    label: &'a str,
    hint: Option<&'a str>,
    value: &'a str,
    rows: u32,
    longest: usize,
    required: bool,
    error: Option<&'a str>,
}

fn area(field: &Area<'_>) -> Markup {
    use isoloir_theme::components::{field_error, required_mark};
    html! {
        @let described = [field.hint.map(|_| "-aide"), field.error.map(|_| "-err")]
            .into_iter().flatten().map(|end| format!("{}{end}", field.id)).collect::<Vec<_>>().join(" ");
        div.field.field--error[field.error.is_some()] {
            label.field__label for=(field.id) { (field.label) @if field.required { " " (required_mark()) } }
            @if let Some(hint) = field.hint { p.field__hint id={ (field.id) "-aide" } { (hint) } }
            textarea.input id=(field.id) name=(field.name) rows=(field.rows) maxlength=(field.longest) required[field.required]
                aria-describedby=[(!described.is_empty()).then_some(described)] aria-invalid=[field.error.map(|_| "true")] { (field.value) }
            @if let Some(error) = field.error { (field_error(field.id, error)) }
        }
    }
}
