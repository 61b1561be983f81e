//! The journal, to read: entries by page and by kind, and whether the chain holds.

use isoloir_domain::journal::{Entry, Subject};
use isoloir_domain::journal_file::SignedDay;
use isoloir_domain::staff::StaffMember;
use jiff::civil::Date;
use maud::{Markup, html};
use serde_json::Value;

use super::journal_kinds::{KINDS, words_of};
use super::{Names, Tab, frame, name_of};
use crate::layout::Chrome;
use isoloir_theme::components::{Tone, notice, table_box};
use isoloir_theme::i18n::Lang;
use isoloir_theme::when;

/// Where the page is.
pub const PATH: &str = "/gestion/journal";
/// Where the file is.
pub const FILE: &str = "/gestion/journal/fichier";

/// Which entries were asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The kind, among [`KINDS`].
    pub kind: Option<String>,
    /// An identifier that the entry holds.
    pub about: Option<String>,
    /// From the beginning of this day in Paris.
    pub from: Option<Date>,
    /// Until the end of this day in Paris.
    pub until: Option<Date>,
    /// Whether a day was typed that is none.
    pub unreadable_day: bool,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct JournalView {
    /// Entries with their ranks, the latest first.
    pub entries: Vec<(u64, Entry)>,
    /// Which were asked for.
    pub filter: Filter,
    /// Where the next page begins, if there is one.
    pub next: Option<u64>,
    /// Whether the chain holds, when it was checked.
    pub holds: Option<bool>,
    /// Days that the server signed, the first first.
    pub days: Vec<SignedDay>,
    /// Who is who.
    pub names: Names,
}

/// Draws the journal.
#[must_use]
pub fn render(chrome: &Chrome, member: &StaffMember, view: &JournalView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("console-journal-title");
    frame(
        chrome,
        member,
        Tab::Journal,
        &title,
        html! {
            div.page-head { h1 { (title) } p.lede { (lang.text("console-journal-lede")) } }
            @match view.holds {
                Some(true) => (notice(Tone::Success, lang.text("console-chain-holds"), html! {})),
                Some(false) => (notice(Tone::Error, lang.text("console-chain-broken"), html! { p { (lang.text("console-chain-broken-text")) } })),
                None => {},
            }
            @if view.filter.unreadable_day { (notice(Tone::Error, lang.text("console-journal-bad-day"), html! {})) }
            (filter_form(lang, &view.filter))
            @if view.entries.is_empty() { p { (lang.text("console-journal-none")) } }
            @else { (table(lang, view)) }
            @if let Some(next) = view.next {
                (older(lang, &view.filter, next))
            }
            (signed_days(lang, &view.days))
        },
    )
}

fn filter_form(lang: Lang, filter: &Filter) -> Markup {
    let day = |id: &str, label: String, value: Option<Date>| {
        html! {
            div.field {
                label.field__label for=(id) { (label) }
                input.input type="date" id=(id) name=(id) value=[value];
            }
        }
    };
    html! {
        form.form.form--row method="get" action=(PATH) {
            div.field {
                label.field__label for="nature" { (lang.text("console-journal-kind")) }
                select.input #nature name="nature" {
                    option value="" { (lang.text("console-journal-all")) }
                    @for (name, words) in KINDS { option value=(name) selected[filter.kind.as_deref() == Some(*name)] { (lang.text(words)) } }
                }
            }
            div.field {
                label.field__label for="objet" { (lang.text("console-journal-named")) }
                input.input #objet name="objet" maxlength="64" autocomplete="off" spellcheck="false" value=[filter.about.as_deref()];
            }
            (day("du", lang.text("console-journal-from"), filter.from))
            (day("au", lang.text("console-journal-until"), filter.until))
            div.actions {
                button.btn.btn--primary type="submit" { (lang.text("console-journal-show")) }
                button.btn.btn--secondary type="submit" name="controle" value="oui" { (lang.text("console-chain-check")) }
            }
        }
    }
}

/// The way to the entries before `next`, with the same filter.
fn older(lang: Lang, filter: &Filter, next: u64) -> Markup {
    html! {
        form.actions method="get" action=(PATH) {
            input type="hidden" name="avant" value=(next);
            @if let Some(kind) = &filter.kind { input type="hidden" name="nature" value=(kind); }
            @if let Some(about) = &filter.about { input type="hidden" name="objet" value=(about); }
            @if let Some(day) = filter.from { input type="hidden" name="du" value=(day); }
            @if let Some(day) = filter.until { input type="hidden" name="au" value=(day); }
            button.btn.btn--secondary type="submit" { (lang.text("console-journal-older")) }
        }
    }
}

/// What the server signed, and the file with which others check it.
fn signed_days(lang: Lang, days: &[SignedDay]) -> Markup {
    html! {
        section.section aria-labelledby="t-signe" {
            h2 #t-signe { (lang.text("console-journal-signed")) }
            p { (lang.text("console-journal-signed-text")) }
            @if let Some(last) = days.last() {
                dl.facts {
                    dt { (lang.text("console-journal-last-day")) } dd { (when::day(lang, last.day)) }
                    dt { (lang.text("console-journal-rank")) } dd { (last.head.rank) }
                    dt { (lang.text("console-journal-hash")) } dd.typed { (hex::encode(last.head.hash)) }
                }
            } @else { p.soft { (lang.text("console-journal-no-day")) } }
            p { a.btn.btn--secondary href=(FILE) download { (lang.text("console-journal-file")) } }
            p.small { (lang.text("console-journal-verify")) " " code { "isoloir journal verify journal.jsonl --key server.pub" } }
        }
    }
}

fn table(lang: Lang, view: &JournalView) -> Markup {
    table_box(
        &lang.text("console-journal-title"),
        html! {
            table {
                caption.vh { (lang.text("console-journal-title")) }
                thead { tr {
                    th.num scope="col" { (lang.text("console-journal-rank")) }
                    th scope="col" { (lang.text("console-journal-when")) }
                    th scope="col" { (lang.text("console-journal-who")) }
                    th scope="col" { (lang.text("console-journal-what")) }
                    th scope="col" { (lang.text("console-journal-about")) }
                } }
                tbody {
                    @for (rank, entry) in &view.entries {
                        tr {
                            th.num scope="row" { (rank) }
                            td { (when::time_element(lang, entry.at)) }
                            td {
                                @match entry.actor {
                                    Some(actor) => (name_of(&view.names, &actor.to_string())),
                                    None => (lang.text("console-journal-system")),
                                }
                            }
                            td { (what(lang, entry)) }
                            td { (about(lang, view, &entry.subject)) }
                        }
                    }
                }
            }
        },
    )
}

/// What happened, in words, then as the journal has it: its own name and its details, which are what the chain is made over.
fn what(lang: Lang, entry: &Entry) -> Markup {
    let value = serde_json::to_value(&entry.what).unwrap_or_default();
    let name = value.get("event").and_then(Value::as_str).unwrap_or_default();
    let fields = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(field, _)| *field != "event");
    html! {
        (lang.text(words_of(&entry.what)))
        br; span.small.soft { code { (name) } }
        @for (field, value) in fields {
            br; span.small.soft.typed { (field) " = " @if let Value::String(text) = value { (text) } @else { (value) } }
        }
    }
}

fn about(lang: Lang, view: &JournalView, subject: &Subject) -> Markup {
    let (words, id) = match subject {
        Subject::Consultation(id) => (lang.text("console-about-consultation"), id.to_string()),
        Subject::Election(id) => (lang.text("console-about-election"), id.as_str().to_owned()),
        Subject::Voter(id) => (lang.text("console-about-voter"), id.to_string()),
        Subject::Tracker(tracker) => (lang.text("console-about-tracker"), tracker.clone()),
        Subject::Token(id) => (lang.text("console-about-token"), id.to_string()),
        Subject::Staff(id) => (
            lang.text("console-about-staff"),
            name_of(&view.names, &id.to_string()).to_owned(),
        ),
    };
    html! { (words) br; span.small.soft.typed { (id) } }
}
