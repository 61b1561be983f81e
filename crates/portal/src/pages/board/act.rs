//! One act of the board: its text, who has signed, and one's own signature, made on one's own device.

use isoloir_domain::board_deed::Act;
use isoloir_service::board::{ActState, Sitting};
use isoloir_theme::components::{Tone, notice};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::when;
use maud::{Markup, html};

use super::ceremony::{key_file, passphrase, under};
use super::{Script, Tab, fingerprint, overline, scripted};
use crate::layout::Chrome;

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, sitting: &Sitting, act: &ActState) -> Markup {
    let lang = chrome.lang;
    let state = &sitting.state;
    let title = lang.text(act_words(&act.act));
    let mine = state.owner(sitting.seat);
    let signed = act.signed.iter().any(|(seat, ..)| Some(seat.owner()) == mine);
    let script = Script {
        kind: "sign",
        api: format!("/api/bureau/{}/actes/{}", state.board.key, act.number),
        waits: act.done.is_none(),
    };
    let body = html! {
        div.page-head { (overline(lang, state, sitting.seat)) h1 { (title) } p.lede { (lang.text("board-act-lede")) } }
        @if let Some(at) = act.done {
            (notice(Tone::Success, lang.text("board-act-done"), html! { p { (when::date_time(lang, at)) } }))
        }
        @if let Act::Seal { digest } = &act.act { (seal_words(lang, digest)) }
        @if let Act::Minutes { .. } = &act.act {
            p { a href={ "/bureau/" (state.board.key) "/actes/" (act.number) "/pv.pdf" } { (icon(Icon::Download)) " " (lang.text("board-act-read")) } }
        }
        section.section aria-labelledby="t-texte" {
            h2 #t-texte { (lang.text("board-act-text")) }
            pre.command tabindex="0" data-text { (act.act.text(&state.board.key, act.number)) }
        }
        (signatures(lang, sitting, act))
        @if act.done.is_none() && mine.is_some() && !signed { (form(lang)) }
        @else if act.done.is_none() {
            (notice(Tone::Info, lang.text("board-wait"), html! {
                p { (lang.text(if act.needs_the_president() { key("board-act-needs-president") } else { key("board-act-needs") })) }
            }))
        }
    };
    scripted(chrome, sitting, Tab::Acts, &title, &script, &None, body)
}

/// The act in words.
#[must_use]
pub(super) fn act_words(act: &Act) -> &'static str {
    match act {
        Act::Seal { .. } => key("board-act-seal"),
        Act::Suspend { .. } => key("board-act-suspend"),
        Act::Resume { .. } => key("board-act-resume"),
        Act::Extend { .. } => key("board-act-extend"),
        Act::Close { .. } => key("board-act-close"),
        Act::Minutes { minutes, .. } => crate::minutes::title(*minutes),
    }
}

fn seal_words(lang: Lang, digest: &str) -> Markup {
    let mut bytes = [0; 32];
    html! {
        @if hex::decode_to_slice(digest, &mut bytes).is_ok() {
            section.section aria-labelledby="t-sceau" {
                h2 #t-sceau { (lang.text("board-seal-words")) }
                p { (lang.text("board-seal-words-text")) }
                (fingerprint(lang, &lang.text("board-seal-words"), &bytes))
            }
        }
    }
}

fn signatures(lang: Lang, sitting: &Sitting, act: &ActState) -> Markup {
    html! {
        section.section aria-labelledby="t-signatures" {
            h2 #t-signatures { (lang.text("board-act-signatures")) }
            @if act.signed.is_empty() { p { (lang.text("board-act-unsigned")) } }
            @else {
                dl.facts {
                    @for (seat, at, _) in &act.signed { div { dt { (when::short_date_time(lang, *at)) } dd { (sitting.state.name(*seat)) } } }
                }
            }
        }
    }
}

fn form(lang: Lang) -> Markup {
    html! {
        section.panel aria-labelledby="t-signer" {
            h2 #t-signer { (lang.text("board-act-sign")) }
            p { (lang.text("board-act-sign-text")) }
            form.form data-task="sign" novalidate {
                (key_file(lang, "fichier"))
                (passphrase(lang, false, "phrase"))
                (under(lang, key("board-act-sign-go")))
            }
        }
    }
}
