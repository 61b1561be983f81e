//! Kiosk mode (*borne de vote*, L16): a shared machine keeps no trace of who used it.

use maud::{Markup, html};

use crate::layout::{Chrome, page};
use isoloir_theme::components::{Tone, back, notice};

/// Draws the page that explains the mode and switches it.
#[must_use]
pub fn render(chrome: &Chrome, idle_minutes: u16) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("kiosk-title"),
        html! {
            div.page-head {
                h1 { (lang.text("kiosk-title")) }
                p.lede { (lang.text("kiosk-lede")) }
            }
            @if chrome.kiosk { (notice(Tone::Success, lang.text("kiosk-on-title"), html! { p { (lang.text("kiosk-on-text")) } })) }
            ul {
                li { (lang.with("kiosk-idle", isoloir_theme::args![minutes = i64::from(idle_minutes)])) }
                li { (lang.text("kiosk-clear")) }
                li { (lang.text("kiosk-print")) }
                li { (lang.text("kiosk-keyboard")) }
            }
            p { (lang.text("kiosk-machine")) }
            @if chrome.kiosk {
                form method="post" action="/borne/fin" { div.actions { button.btn.btn--secondary type="submit" { (lang.text("kiosk-leave")) } } }
            } @else {
                form method="post" action="/borne" { div.actions { button.btn.btn--primary type="submit" { (lang.text("kiosk-enter")) } } }
            }
        },
    )
}

/// Draws the answer to a download on a shared machine. `from`: the page that offered it.
#[must_use]
pub fn render_print_instead(chrome: &Chrome, from: &str) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("kiosk-no-download-title"),
        html! {
            (back(from, lang.text("kiosk-no-download-back")))
            div.page-head { h1 { (lang.text("kiosk-no-download-title")) } }
            (notice(Tone::Info, lang.text("kiosk-no-download-notice"), html! { p { (lang.text("kiosk-no-download-text")) } }))
        },
    )
}
