//! The waiting room (*salle d'attente*, L35): how many come first, how long it may take, what is kept, and how to leave.
//!
//! The page needs no script: the browser looks again by itself, and a link stops that (WCAG 2.2.1, 2.2.2). The number of those before stands in the title, so that it is
//! the first thing read out.

use maud::{Markup, html};

use crate::layout::{Chrome, page};
use isoloir_theme::args;
use isoloir_theme::components::{Tone, notice};
use isoloir_theme::i18n::Lang;
use isoloir_theme::when;
use jiff::Timestamp;

/// What somebody who waits is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitView {
    /// How many people come first.
    pub before: usize,
    /// When the page looks again by itself, in seconds; `None` when the reader has stopped that.
    pub refresh: Option<u32>,
    /// In how many seconds it may be their turn, if that is known.
    pub estimate: Option<u64>,
    /// When they arrived.
    pub arrived: Timestamp,
    /// Until when the place is worth something.
    pub until: Timestamp,
}

/// Draws the page of somebody who waits.
#[must_use]
pub fn render(chrome: &Chrome, view: &WaitView) -> Markup {
    let lang = chrome.lang;
    let before = before(lang, view.before);
    page(
        chrome,
        &lang.with("room-title", args![before = before.as_str()]),
        html! {
            div.page-head {
                h1 { (lang.text("room-heading")) }
                p.lede { (lang.text("room-lede")) }
            }
            div.panel.section {
                p role="status" { strong { (before) } "." }
                dl.facts {
                    div { dt { (lang.text("room-estimate")) } dd { (estimate(lang, view.estimate)) } }
                    div { dt { (lang.text("room-arrived")) } dd { (when::time_element(lang, view.arrived)) } }
                }
                p.small.soft { (lang.text("room-estimate-note")) }
            }
            (refreshes(lang, view.refresh))
            section.section aria-labelledby="t-place" {
                h2 #t-place { (lang.text("room-kept-title")) }
                ul {
                    li { (lang.text("room-order")) }
                    li { (lang.text("room-present")) }
                    li { (lang.with("room-until", args![until = when::hour(lang, view.until)])) }
                    @if chrome.kiosk { li { (lang.text("room-kiosk")) } }
                }
            }
            form method="post" action="/connexion/quitter" {
                div.actions { button.btn.btn--secondary type="submit" { (lang.text("room-leave")) } }
            }
        },
    )
}

/// How the page learns that the turn has come, and the other way.
fn refreshes(lang: Lang, refresh: Option<u32>) -> Markup {
    html! {
        @match refresh {
            Some(seconds) => {
                p {
                    (lang.with("room-refreshes", args![seconds = seconds.to_string()])) " "
                    a href="/connexion?actualiser=non" { (lang.text("room-stop")) }
                }
            }
            None => {
                p { (lang.text("room-stopped")) }
                div.actions {
                    a.btn.btn--primary href="/connexion?actualiser=non" { (lang.text("room-look")) }
                    a.btn.btn--secondary href="/connexion" { (lang.text("room-resume")) }
                }
            }
        }
    }
}

/// `12 personnes avant vous`.
fn before(lang: Lang, before: usize) -> String {
    match u64::try_from(before).unwrap_or(u64::MAX) {
        0 => lang.text("room-next"),
        1 => lang.text("room-before-one"),
        n => lang.with("room-before", args![n = lang.number(n)]),
    }
}

/// Rounded up to minutes: nobody is told less than what is likely.
fn estimate(lang: Lang, seconds: Option<u64>) -> String {
    match seconds.map(|seconds| seconds.div_ceil(60)) {
        None => lang.text("room-estimate-unknown"),
        Some(0 | 1) => lang.text("room-estimate-minute"),
        Some(minutes @ 2..=59) => lang.with("room-estimate-minutes", args![n = lang.number(minutes)]),
        Some(_) => lang.text("room-estimate-hour"),
    }
}

/// Draws the page of a browser that keeps no cookies: it cannot have a place, nor a session.
#[must_use]
pub fn render_no_cookies(chrome: &Chrome) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("room-heading"),
        html! {
            div.page-head { h1 { (lang.text("room-heading")) } }
            (notice(Tone::Warning, lang.text("room-cookies-title"), html! { p { (lang.text("room-cookies-text")) } }))
            div.actions {
                a.btn.btn--primary href="/connexion" { (lang.text("room-again")) }
                a.btn.btn--secondary href="/assistance" { (lang.text("home-assistance")) }
            }
        },
    )
}
