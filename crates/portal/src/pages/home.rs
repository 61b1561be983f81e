//! Home (*accueil*, S01 to S03): may I vote, until when, and the five menus.

use isoloir_domain::{Calendar, Phase};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::layout::{Chrome, page};
use crate::pages::tutorials::Tutorial;
use isoloir_theme::args;
use isoloir_theme::components::{link_row, tile};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::when::{self, TimeLeft};

/// What the home page shows.
#[derive(Debug, Clone)]
pub struct HomeView {
    /// When one can vote.
    pub calendar: Calendar,
    /// Where the vote stands; `Tallied` once results are published.
    pub phase: Phase,
    /// The moment the page is made for.
    pub now: Timestamp,
    /// The voter's own count, when someone is signed in.
    pub ballots: Option<BallotsOfVoter>,
    /// Whether the organiser wrote a foreword.
    pub foreword: bool,
    /// Days that the organiser has to decide a complaint.
    pub answer_days: u8,
}

/// How far the voter is (*avancement de l'électeur*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BallotsOfVoter {
    /// Elections in which the voter is on the roll.
    pub elections: u64,
    /// Of these, those where the ballot is stored.
    pub cast: u64,
}

impl BallotsOfVoter {
    const fn left(self) -> u64 {
        self.elections.saturating_sub(self.cast)
    }
}

/// Draws the home page.
#[must_use]
pub fn render(chrome: &Chrome, view: &HomeView) -> Markup {
    let lang = chrome.lang;
    let signed_in = chrome.who.is_some();
    page(
        chrome,
        &lang.text("home-title"),
        html! {
            div.page-head { h1 { (lang.text("home-heading")) } }
            (booth(lang, view))
            section.section aria-labelledby="t-scrutins" {
                h2 #t-scrutins { (lang.text("home-elections")) }
                ul.tiles {
                    (tile("/mes-scrutins/listes", Icon::People, lang.text("rolls-title"), lang.text("home-rolls-text")))
                    (tile(candidates_path(signed_in), Icon::Sheet, lang.text("home-candidates-title"), candidates_text(lang, view)))
                    (tile("/reclamations", Icon::Flag, lang.text("home-complaint-title"),
                        lang.with("home-complaint-text", args![days = view.answer_days])))
                }
            }
            section.section aria-labelledby="t-infos" {
                h2 #t-infos { (lang.text("home-practical")) }
                div.grid.grid--wide {
                    div.panel {
                        h3 { (lang.text("home-tutorials")) }
                        ul.links {
                            @for tutorial in Tutorial::ALL { (link_row(tutorial.path(), lang.text(tutorial.title()))) }
                        }
                    }
                    div.panel {
                        h3 { (lang.text("home-help")) }
                        ul.links {
                            @if view.foreword { (link_row("/edito", lang.text("foreword-title"))) }
                            (link_row("/aide/questions", lang.text("home-faq")))
                            (link_row("/assistance", lang.text("home-assistance")))
                            (link_row("/aide#verifier", lang.text("home-verify")))
                        }
                    }
                }
            }
            section.section aria-labelledby="t-compte" {
                h2 #t-compte { (lang.text("home-account")) }
                ul.tiles {
                    @if signed_in {
                        (tile("/mon-compte/informations", Icon::Person, lang.text("home-me-title"), lang.text("home-me-text")))
                        (tile("/mon-compte/securite", Icon::Lock, lang.text("security-title"), lang.text("security-lede")))
                    } @else {
                        (tile("/connexion", Icon::Person, lang.text("home-sign-in-title"), lang.text("home-sign-in-text")))
                    }
                    (tile("/urne", Icon::BallotBox, lang.text("nav-box"), lang.text("home-box-text")))
                    (tile("/resultats", Icon::Chart, lang.text("nav-results"), lang.text("home-results-text")))
                }
            }
        },
    )
}

/// Lists of one's own elections, or those that anyone may read.
const fn candidates_path(signed_in: bool) -> &'static str {
    if signed_in { "/mes-scrutins" } else { "/candidatures" }
}

fn candidates_text(lang: Lang, view: &HomeView) -> String {
    match view.ballots {
        Some(ballots) => lang.with(
            "home-candidates-text-count",
            args![n = ballots.elections, count = lang.spelled(ballots.elections)],
        ),
        None => lang.text("home-candidates-text"),
    }
}

/// What the panel of the vote says and proposes, by phase.
struct Say {
    title: &'static str,
    text: String,
    href: &'static str,
    action: &'static str,
}

fn say(lang: Lang, view: &HomeView) -> Say {
    let (title, text, href, action) = match (view.phase, view.ballots) {
        (Phase::Preparation, _) => (
            key("booth-before-title"),
            lang.text("booth-before-text"),
            candidates_path(view.ballots.is_some()),
            key("booth-before-action"),
        ),
        (Phase::Open, Some(ballots)) if ballots.left() == 0 => (
            key("booth-all-cast-title"),
            lang.text("booth-all-cast-text"),
            "/urne",
            key("booth-all-cast-action"),
        ),
        (Phase::Open, Some(ballots)) if ballots.cast == 0 => (
            key("booth-open-title"),
            lang.with(
                "booth-open-text",
                args![n = ballots.left(), count = lang.spelled_first(ballots.left())],
            ),
            "/je-vote",
            key("booth-open-action"),
        ),
        (Phase::Open, Some(ballots)) => (
            key("booth-open-title"),
            lang.with(
                "booth-open-text-left",
                args![n = ballots.left(), count = lang.spelled(ballots.left())],
            ),
            "/je-vote",
            key("booth-open-action"),
        ),
        (Phase::Open, None) => (
            key("booth-open-title"),
            lang.text("booth-open-text-anonymous"),
            "/je-vote",
            key("booth-open-action"),
        ),
        (Phase::Grace, _) => (
            key("booth-grace-title"),
            lang.with(
                "booth-grace-text",
                args![until = when::hour(lang, view.calendar.freezes())],
            ),
            "/je-vote",
            key("booth-grace-action"),
        ),
        (Phase::Closed, _) => (
            key("booth-closed-title"),
            lang.text("booth-closed-text"),
            "/resultats",
            key("booth-closed-action"),
        ),
        (Phase::Tallied, _) => (
            key("booth-tallied-title"),
            lang.text("booth-tallied-text"),
            "/resultats",
            key("booth-tallied-action"),
        ),
    };
    Say {
        title,
        text,
        href,
        action,
    }
}

fn booth(lang: Lang, view: &HomeView) -> Markup {
    let say = say(lang, view);
    html! {
        section.booth aria-label=(lang.text("booth-label")) {
            div.booth__say {
                h2 { (lang.text(say.title)) }
                p { (say.text) }
                a.btn.btn--curtain.btn--large href=(say.href) { (lang.text(say.action)) " " (icon(Icon::Next)) }
            }
            div.booth__curtain { (countdown_card(lang, view)) }
        }
    }
}

fn countdown_card(lang: Lang, view: &HomeView) -> Markup {
    let calendar = &view.calendar;
    let (title, until) = match view.phase {
        Phase::Preparation => (key("countdown-opening"), Some(calendar.opens())),
        Phase::Open => (key("countdown-closing"), Some(calendar.closes())),
        Phase::Grace | Phase::Closed | Phase::Tallied => (key("countdown-closed"), None),
    };
    html! {
        div.countdown-card {
            p.countdown-card__title { (lang.text(title)) }
            @if let Some(until) = until { (countdown(lang, &lang.text(title), view.now, until)) }
            p.small.countdown-card__dates { (opening_sentence(lang, calendar)) }
            @match until {
                Some(until) => (overseas(lang, until)),
                None => (grace_sentence(lang, view)),
            }
        }
    }
}

/// As on the portal that voters know. Written for readers without a script; a script keeps the numbers true while the page stays open.
fn countdown(lang: Lang, label: &str, now: Timestamp, until: Timestamp) -> Markup {
    let left = TimeLeft::between(now, until);
    let cells = [
        (key("unit-days"), "days", left.days),
        (key("unit-hours"), "hours", left.hours),
        (key("unit-minutes"), "minutes", left.minutes),
    ];
    html! {
        div.countdown role="timer" aria-label=(label) data-countdown data-now=(now) data-until=(until) {
            @for (unit, name, number) in cells {
                span.countdown__cell data-unit=(name) {
                    span.countdown__n data-n { (format!("{number:02}")) }
                    " "
                    span.countdown__u { (lang.text(unit)) }
                }
            }
        }
    }
}

/// "Ouvert du … au … (Heure de Paris)", to the letter the sentence of the seed: before, during and after the vote.
fn opening_sentence(lang: Lang, calendar: &Calendar) -> Markup {
    lang.rich_with(
        "opening-sentence",
        args![
            opens = when::padded_date_time(lang, calendar.opens()),
            closes = when::padded_date_time(lang, calendar.closes())
        ],
    )
}

/// Until when those who were signed in may finish, or could; nothing where nobody could.
fn grace_sentence(lang: Lang, view: &HomeView) -> Markup {
    let calendar = &view.calendar;
    if calendar.freezes() == calendar.closes() {
        return html! {};
    }
    let freezes = if when::is_same_day(calendar.closes(), calendar.freezes()) {
        when::hour(lang, calendar.freezes())
    } else {
        when::date_time(lang, calendar.freezes())
    };
    let words = match view.phase {
        Phase::Grace => key("closing-grace"),
        _ => key("closing-sentence"),
    };
    html! { p.small.soft { (lang.with(words, args![freezes = freezes])) } }
}

fn overseas(lang: Lang, until: Timestamp) -> Markup {
    html! {
        details.zones {
            summary { (lang.text("overseas-title")) }
            dl.zones__list {
                @for (place, time) in when::overseas(lang, until) { div { dt { (place) } dd { (time) } } }
            }
        }
    }
}
