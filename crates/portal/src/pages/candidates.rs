//! Candidate lists of one election (*candidatures*): logos and manifestos in boxes of one size, in the order drawn by lot.

use isoloir_domain::CandidateList;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::layout::{Chrome, page};
use crate::pages::elections::seats_and_lists;
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, list_logo, notice};
use isoloir_theme::i18n::Lang;
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::when;

/// A list with what it published.
#[derive(Debug, Clone)]
pub struct ListView {
    /// The list.
    pub list: CandidateList,
    /// Address of its logo; given for all lists of an election or for none.
    pub logo: Option<String>,
    /// Its manifesto.
    pub manifesto: Option<Manifesto>,
}

/// A manifesto to download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifesto {
    /// Address.
    pub href: String,
    /// Pages.
    pub pages: u32,
    /// Size, in bytes.
    pub size: u64,
}

/// How the display order was drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draw {
    /// On which day.
    pub on: Option<Date>,
    /// How, in the organiser's words, in French.
    pub how: Option<String>,
}

/// One election with its lists.
#[derive(Debug, Clone)]
pub struct CandidatesView {
    /// Title.
    pub title: String,
    /// Seats to fill.
    pub seats: u32,
    /// Lists in the drawn order.
    pub lists: Vec<ListView>,
    /// How that order was drawn.
    pub draw: Draw,
    /// Whether this is the voter's own page.
    pub own: bool,
}

/// The logo of a list in its box: the real one, or the one drawn from its sigle.
#[must_use]
pub fn logo(acronym: &str, path: Option<&str>) -> Markup {
    match path {
        Some(path) => html! { span.choice__logo { img src=(path) width="240" height="240" alt="" decoding="async"; } },
        None => list_logo(acronym),
    }
}

/// Draws the page of one election's lists.
#[must_use]
pub fn render(chrome: &Chrome, view: &CandidatesView) -> Markup {
    let lang = chrome.lang;
    let (up, up_words) = if view.own {
        ("/mes-scrutins", lang.text("elections-title"))
    } else {
        ("/candidatures", lang.text("candidates-title"))
    };
    page(
        chrome,
        &view.title,
        html! {
            (back(up, up_words))
            div.page-head {
                p.overline { (lang.text("candidates-title")) }
                h1 { (view.title) }
                p.lede { (seats_and_lists(lang, view.seats, view.lists.len())) }
            }
            (drawn(lang, &view.draw))
            @if view.lists.is_empty() {
                (notice(Tone::Info, lang.text("candidates-none-title"), html! { p { (lang.text("candidates-none-text")) } }))
            }
            @if chrome.kiosk { p.note { (lang.text("manifesto-kiosk")) } }
            ol.lists { @for view in &view.lists { (list(chrome, view)) } }
        },
    )
}

fn drawn(lang: Lang, draw: &Draw) -> Markup {
    html! {
        p.note {
            @match draw.on {
                Some(on) => (lang.with("draw-on", args![when = when::day(lang, on)])),
                None => (lang.text("draw-plain")),
            }
            @if let Some(how) = &draw.how { " " span lang=[(lang != Lang::Fr).then_some("fr")] { (how) } "." }
        }
    }
}

fn list(chrome: &Chrome, view: &ListView) -> Markup {
    let lang = chrome.lang;
    let list = &view.list;
    let id = format!("liste-{}", list.position);
    html! {
        li.list id=(id) {
            div.list__head {
                (logo(&list.acronym, view.logo.as_deref()))
                div {
                    h2 { (list.name) }
                    p.soft.small { (list.acronym) " · " (lang.with("n-candidates", args![n = list.candidates.len()])) }
                }
            }
            p.list__manifesto {
                @match &view.manifesto {
                    Some(_) if chrome.kiosk => (lang.text("manifesto")),
                    Some(manifesto) => {
                        a href=(manifesto.href) download {
                            (icon(Icon::Download)) " " (lang.text("manifesto")) span.vh { " – " (list.name) }
                        }
                        span.soft.small { " " (lang.with("manifesto-size", args![pages = manifesto.pages, size = kilobytes(manifesto.size)])) }
                    },
                    None => { (icon(Icon::Empty)) " " span.soft { (lang.text("manifesto-none")) } },
                }
            }
            details.candidates {
                summary { span { (lang.text("list-candidates")) span.vh { " – " (list.name) } } }
                ol { @for candidate in &list.candidates { li { (candidate.first_name) " " (candidate.last_name) } } }
            }
        }
    }
}

/// Kilobytes, rounded up, so that nothing weighs nothing.
pub(crate) fn kilobytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000)
}

/// One election of the public list.
#[derive(Debug, Clone)]
pub struct PublicElection {
    /// Identifier, in links.
    pub id: String,
    /// Title.
    pub title: String,
    /// Seats to fill.
    pub seats: u32,
    /// How many lists.
    pub lists: usize,
}

/// Draws the elections whose lists anyone may read.
#[must_use]
pub fn render_public(chrome: &Chrome, elections: &[PublicElection]) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("candidates-title"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text("candidates-title")) } p.lede { (lang.text("candidates-lede")) } }
            @if elections.is_empty() {
                (notice(Tone::Info, lang.text("candidates-hidden-title"), html! { p { (lang.text("candidates-hidden-text")) } }))
            }
            ol.polls {
                @for (rank, election) in (1..).zip(elections) {
                    li.poll {
                        span.poll__n aria-hidden="true" { (rank) }
                        div {
                            h2 { (election.title) }
                            p { (seats_and_lists(lang, election.seats, election.lists)) }
                        }
                        a.btn.btn--secondary href={ "/candidatures/" (election.id) } {
                            (lang.text("candidates-open")) span.vh { " – " (election.title) }
                        }
                    }
                }
            }
        },
    )
}
