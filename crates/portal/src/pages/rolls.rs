//! Published rolls (*listes électorales*): the voter's own line first, then names and nothing else.

use isoloir_domain::publication::{Place, Window};
use maud::{Markup, html};

use crate::layout::{Chrome, page};
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, badge, notice, table_box};
use isoloir_theme::i18n::Lang;
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::when;

/// One election of the voter, with the publication of its roll.
#[derive(Debug, Clone)]
pub struct RollEntry {
    /// Identifier, in links.
    pub id: String,
    /// Title.
    pub title: String,
    /// On the roll.
    pub registered: u64,
    /// When it is published.
    pub window: Window,
    /// Where this instant falls.
    pub place: Place,
}

/// Draws the list of the voter's rolls.
#[must_use]
pub fn render_list(chrome: &Chrome, entries: &[RollEntry]) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("rolls-title"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text("rolls-title")) } p.lede { (lang.text("rolls-lede")) } }
            @if entries.is_empty() {
                (notice(Tone::Warning, lang.text("elections-none-title"), html! {
                    p { (lang.text("elections-none-text")) " " a href="/reclamations" { (lang.text("home-complaint-title")) } }
                }))
            }
            ol.polls {
                @for (rank, entry) in (1..).zip(entries) {
                    li.poll {
                        span.poll__n aria-hidden="true" { (rank) }
                        div {
                            h2 { (entry.title) }
                            p { (lang.with("n-registered", args![n = entry.registered])) }
                            (badge(Tone::Success, Icon::Success, lang.text("roll-you-are-on")))
                            @if entry.place != Place::Inside { p.small { (window_words(lang, entry.place, &entry.window)) } }
                        }
                        @if entry.place == Place::Inside {
                            a.btn.btn--secondary href={ "/mes-scrutins/" (entry.id) "/liste" } {
                                (lang.text("roll-open")) span.vh { " – " (entry.title) }
                            }
                        }
                    }
                }
            }
            (wrong(lang))
        },
    )
}

fn window_words(lang: Lang, place: Place, window: &Window) -> String {
    match (place, window.from) {
        (Place::Before, Some(from)) => lang.with("roll-before", args![when = when::date_time(lang, from)]),
        _ => lang.with("roll-after", args![when = when::date_time(lang, window.until)]),
    }
}

fn wrong(lang: Lang) -> Markup {
    html! {
        section.section aria-labelledby="t-faux" {
            h2 #t-faux { (lang.text("account-wrong-title")) }
            p { (lang.text("roll-wrong-text")) " " a href="/reclamations" { (lang.text("home-complaint-title")) } }
        }
    }
}

/// One page of a roll.
#[derive(Debug, Clone)]
pub struct RollView {
    /// Identifier of the election.
    pub id: String,
    /// Its title.
    pub title: String,
    /// On the roll.
    pub registered: u64,
    /// The voter's own name, as the roll has it.
    pub own: (String, String),
    /// What was looked for.
    pub search: String,
    /// Family name and given name.
    pub lines: Vec<(String, String)>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// Whether this is a later page.
    pub later: bool,
}

/// Draws a page of a roll.
#[must_use]
pub fn render(chrome: &Chrome, view: &RollView) -> Markup {
    let lang = chrome.lang;
    let here = format!("/mes-scrutins/{}/liste", view.id);
    page(
        chrome,
        &lang.text("roll-title"),
        html! {
            (back("/mes-scrutins/listes", lang.text("rolls-title")))
            div.page-head {
                p.overline { (lang.text("roll-title")) }
                h1 { (view.title) }
                p.lede { (lang.with("n-registered", args![n = view.registered])) }
            }
            (notice(Tone::Success, lang.text("roll-you-are-on"), html! {
                p { strong { (view.own.0) } " " (view.own.1) }
            }))
            form.form.search method="get" action=(here) role="search" {
                label.field__label for="q" { (lang.text("roll-search")) }
                p.field__hint #q-aide { (lang.text("roll-search-hint")) }
                div.input-row {
                    input.input #q name="q" type="search" maxlength="100" autocomplete="off" aria-describedby="q-aide" value=(view.search);
                    button.btn.btn--secondary type="submit" { (icon(Icon::Search)) " " (lang.text("search-action")) }
                }
            }
            @if view.lines.is_empty() {
                (notice(Tone::Info, lang.text("roll-none-title"), html! { p { (lang.text("roll-none-text")) } }))
            } @else {
                @if !view.search.is_empty() || view.later {
                    p { a href=(here) { (lang.text("roll-from-start")) } }
                }
                (names(lang, view))
                @if let Some(next) = &view.next {
                    nav.actions aria-label=(lang.text("roll-pages")) {
                        a.btn.btn--secondary rel="next" href={ (here) "?apres=" (next) "&q=" (encoded(&view.search)) } {
                            (lang.text("roll-next")) " " (icon(Icon::Next))
                        }
                    }
                }
            }
            (wrong(lang))
        },
    )
}

fn names(lang: Lang, view: &RollView) -> Markup {
    table_box(
        &lang.text("roll-title"),
        html! {
            table {
                caption.vh { (lang.text("roll-title")) }
                thead { tr { th scope="col" { (lang.text("roll-last-name")) } th scope="col" { (lang.text("roll-first-name")) } } }
                tbody { @for (last, first) in &view.lines { tr { td { (last) } td { (first) } } } }
            }
        },
    )
}

/// A search in an address.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
