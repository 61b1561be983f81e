//! What to do when a member's key, passphrase or browser is lost: a page, not a surprise.

use isoloir_service::board::Sitting;
use isoloir_theme::components::{Tone, back, notice};
use maud::{Markup, html};

use super::{Tab, frame, overline};
use crate::layout::Chrome;

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, sitting: &Sitting, in_use: bool) -> Markup {
    let lang = chrome.lang;
    let state = &sitting.state;
    let title = lang.text("board-lost-title");
    frame(
        chrome,
        sitting,
        Tab::Keys,
        &title,
        &None,
        html! {
            (back(&format!("/bureau/{}/cles", state.board.key), lang.text("board-tab-keys")))
            div.page-head { (overline(lang, state, sitting.seat)) h1 { (title) } }
            @if in_use { (notice(Tone::Warning, lang.text("board-lost-in-use"), html! { p { (lang.text("board-lost-in-use-text")) } })) }
            section.section { h2 { (lang.text("board-lost-browser")) } p { (lang.text("board-lost-browser-text")) } }
            section.section { h2 { (lang.text("board-lost-passphrase")) } p { (lang.text("board-lost-passphrase-text")) } }
            section.section { h2 { (lang.text("board-lost-before")) } p { (lang.text("board-lost-before-text")) } }
            section.section {
                h2 { (lang.text("board-lost-after")) }
                p { (lang.text("board-lost-after-text")) }
                ul {
                    li { (lang.text("board-lost-after-one")) }
                    li { (lang.text("board-lost-after-delegate")) }
                    li { (lang.text("board-lost-after-too-many")) }
                }
            }
            section.section { h2 { (lang.text("board-lost-stolen")) } p { (lang.text("board-lost-stolen-text")) } }
        },
    )
}
