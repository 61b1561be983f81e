//! The public ballot box (*urne publique*): find one ballot, read the signed head, take the whole box once it is public.

use isoloir_domain::Phase;
use isoloir_domain::ballot_box::SignedHead;
use maud::{Markup, html};

use crate::layout::{Chrome, page};
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, badge, notice, notice_within, table_box, tracker};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};

/// One box of the list.
#[derive(Debug, Clone)]
pub struct BoxEntry {
    /// Identifier of the election.
    pub id: String,
    /// Title of the election.
    pub title: String,
    /// Where the vote stands.
    pub phase: Phase,
}

/// Draws the list of boxes.
#[must_use]
pub fn render_list(chrome: &Chrome, boxes: &[BoxEntry]) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("nav-box"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head {
                h1 { (lang.text("nav-box")) }
                p.lede { (lang.text("box-list-lede")) }
            }
            @if boxes.is_empty() { p { (lang.text("box-list-empty")) } }
            @else {
                ul.polls {
                    @for entry in boxes {
                        li.poll {
                            span.poll__n aria-hidden="true" { (icon(Icon::BallotBox)) }
                            div { h2 { (entry.title) } (phase_badge(lang, entry.phase)) }
                            a.btn.btn--secondary href={ "/urne/" (entry.id) } { (lang.text("box-open")) span.vh { " – " (entry.title) } }
                        }
                    }
                }
            }
        },
    )
}

/// Where a vote stands, in words.
#[must_use]
pub fn phase_words(phase: Phase) -> &'static str {
    match phase {
        Phase::Preparation => key("phase-preparation"),
        Phase::Open => key("phase-open"),
        Phase::Grace => key("phase-grace"),
        Phase::Closed => key("phase-closed"),
        Phase::Tallied => key("phase-tallied"),
    }
}

/// The badge of a phase.
#[must_use]
pub fn phase_badge(lang: Lang, phase: Phase) -> Markup {
    let (tone, sign) = match phase {
        Phase::Preparation | Phase::Closed => (Tone::Info, Icon::Clock),
        Phase::Open => (Tone::Success, Icon::BallotBox),
        Phase::Grace => (Tone::Warning, Icon::Clock),
        Phase::Tallied => (Tone::Success, Icon::Success),
    };
    badge(tone, sign, lang.text(phase_words(phase)))
}

/// Outcome of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// In the box.
    Found {
        /// The tracker searched.
        tracker: String,
        /// Rank in the box, when the box is public.
        rank: Option<u64>,
    },
    /// Not in the box.
    Absent {
        /// The tracker searched.
        tracker: String,
    },
    /// Not a tracker at all: nothing was searched.
    NotATracker {
        /// What was typed.
        typed: String,
    },
}

impl Search {
    fn typed(&self) -> &str {
        match self {
            Search::Found { tracker, .. } | Search::Absent { tracker } => tracker,
            Search::NotATracker { typed } => typed,
        }
    }
}

/// The public list, when it is public.
#[derive(Debug, Clone)]
pub struct PublicBox {
    /// Ballots in the box.
    pub total: u64,
    /// Heights and trackers of one page of the box.
    pub trackers: Vec<(u64, String)>,
    /// Height after which the next page begins, if there is one.
    pub next: Option<u64>,
    /// Whether the archive has a sidecar.
    pub sidecar: bool,
}

/// What the page of one box shows.
#[derive(Debug, Clone)]
pub struct BoxView {
    /// Identifier of the election.
    pub id: String,
    /// Title of the election.
    pub title: String,
    /// Where the vote stands.
    pub phase: Phase,
    /// Signed head of the chain; `None` before the board has put the box into service.
    pub head: Option<SignedHead>,
    /// Outcome of the search, if there was one.
    pub search: Option<Search>,
    /// The whole box, when it is public.
    pub whole: Option<PublicBox>,
}

/// Draws the page of one box.
#[must_use]
pub fn render(chrome: &Chrome, view: &BoxView) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.with("box-title", args![title = view.title.as_str()]),
        html! {
            (back("/urne", lang.text("box-all")))
            div.page-head {
                p.overline { (view.title) " · " (lang.text(phase_words(view.phase))) }
                h1 { (lang.text("nav-box")) }
                p.lede { (lang.text("box-lede")) }
            }
            @if let Some(head) = &view.head {
                div.split.split--even { (search_panel(lang, view)) (verify_panel(chrome, view)) }
                (head_section(lang, view, head))
            } @else {
                (notice(Tone::Info, lang.text("shut-not-ready-title"), html! { p { (lang.text("shut-not-ready-text")) } }))
            }
            @if let Some(whole) = &view.whole { (trackers_section(lang, view, whole)) }
        },
    )
}

fn search_panel(lang: Lang, view: &BoxView) -> Markup {
    html! {
        form.panel role="search" aria-label=(lang.text("box-search-label")) method="get" action={ "/urne/" (view.id) } {
            h2 { (lang.text("box-search-title")) }
            div.field {
                label.field__label for="suivi" { (lang.text("tracker-title")) }
                p.field__hint #suivi-aide { (lang.text("box-search-hint")) }
                div.input-row {
                    input.input.code #suivi name="suivi" type="text" autocomplete="off" spellcheck="false" autocapitalize="none" maxlength="64"
                        aria-describedby="suivi-aide" value=[view.search.as_ref().map(Search::typed)];
                    button.btn.btn--primary type="submit" { (icon(Icon::Search)) " " (lang.text("box-search-action")) }
                }
            }
            @match &view.search {
                Some(search) => (search_outcome(lang, search)),
                None => { p.small.soft { (lang.text(if view.whole.is_some() { key("box-search-note-public") } else { key("box-search-note") })) } }
            }
        }
    }
}

fn search_outcome(lang: Lang, search: &Search) -> Markup {
    match search {
        Search::Found { tracker: found, rank } => {
            let title = match rank {
                Some(rank) => lang.with("box-found-rank", args![rank = *rank]),
                None => lang.text("box-found"),
            };
            notice_within(
                Tone::Success,
                title,
                html! { p { (lang.text("box-found-text")) } (tracker(found)) },
            )
        }
        Search::Absent { .. } => notice_within(
            Tone::Error,
            lang.text("box-absent"),
            html! { p { (lang.text("box-absent-text")) " " a href="/assistance" { (lang.text("box-absent-link")) } } },
        ),
        Search::NotATracker { typed } => notice_within(
            Tone::Error,
            lang.text("box-not-a-tracker"),
            html! { p { (lang.with("box-not-a-tracker-text", args![n = typed.chars().count()])) } },
        ),
    }
}

fn verify_panel(chrome: &Chrome, view: &BoxView) -> Markup {
    let lang = chrome.lang;
    html! {
        section.panel aria-labelledby="t-verif" {
            h2 #t-verif { (lang.text("box-verify-title")) }
            @match &view.whole {
                Some(whole) => {
                    p { (lang.with("box-verify-text", args![n = whole.total])) }
                    @if !chrome.kiosk {
                        div.actions {
                            a.btn.btn--secondary href={ "/urne/" (view.id) "/archive.bel" } download {
                                (icon(Icon::Download)) " " (lang.text("box-download"))
                            }
                        }
                    }
                    p { a href={ "/urne/" (view.id) "/verifier" } { (lang.text("box-verify-here")) } }
                    p.small { (lang.text("box-verify-how")) }
                    pre.command tabindex="0" { code { "isoloir-verify " (view.id) ".bel" } }
                    pre.command tabindex="0" { code { "belenios-tool election verify --dir ." } }
                    @if whole.sidecar {
                        p.small { (lang.text("box-sidecar-text")) }
                        @if !chrome.kiosk {
                            p.small { a href={ "/urne/" (view.id) "/archive.sidecar" } download { (lang.text("box-sidecar")) } }
                        }
                        pre.command tabindex="0" {
                            code { "isoloir-verify " (view.id) ".bel --sidecar " (view.id) ".sidecar" }
                        }
                    }
                    p.small.soft { (lang.text("box-verify-independent")) " " a href="/aide#verifier" { (lang.text("box-verify-link")) } }
                }
                None => {
                    p { (lang.text("box-not-public")) }
                    p.small.soft { (lang.text("box-not-public-why")) }
                    p { a href={ "/urne/" (view.id) "/verifier" } { (lang.text("box-verify-here")) } }
                }
            }
        }
    }
}

fn head_section(lang: Lang, view: &BoxView, head: &SignedHead) -> Markup {
    html! {
        section.section aria-labelledby="t-tete" {
            h2 #t-tete { (lang.text("head-title")) }
            p { (lang.text("head-text")) }
            div.panel {
                dl.facts {
                    div { dt { (lang.text("head-election")) } dd { code.break { (view.id) } } }
                    div { dt { (lang.text("head-event")) } dd { code.break { (head.event) } } }
                    div { dt { (lang.text("head-signature")) } dd { code.break { (head.signature) } } }
                }
            }
        }
    }
}

fn trackers_section(lang: Lang, view: &BoxView, whole: &PublicBox) -> Markup {
    html! {
        section.section aria-labelledby="t-bulletins" {
            h2 #t-bulletins { (lang.with("box-trackers-title", args![n = whole.total])) }
            @if whole.trackers.is_empty() { p { (lang.text("box-empty")) } }
            @else {
                (table_box(&lang.text("box-trackers-label"), html! {
                    table {
                        caption.vh { (lang.text("box-trackers-label")) }
                        thead { tr { th.num scope="col" { (lang.text("box-rank")) } th scope="col" { (lang.text("tracker-title")) } } }
                        tbody {
                            @for (rank, tracker) in &whole.trackers {
                                tr { th.num scope="row" { (lang.number(*rank)) } td { code { (tracker) } } }
                            }
                        }
                    }
                }))
                @if let Some(after) = whole.next {
                    p { a.btn.btn--secondary href={ "/urne/" (view.id) "?apres=" (after) "#t-bulletins" } { (lang.text("box-next-page")) " " (icon(Icon::Next)) } }
                }
            }
        }
    }
}
