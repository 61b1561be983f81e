//! The counting session as the public follows it (*séance de dépouillement*, R. 211-573): what is frozen, who has decrypted, what is verified.

use isoloir_service::board::CountState;
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, badge};
use isoloir_theme::i18n::Lang;
use isoloir_theme::icons::Icon;
use maud::{Markup, html};

use crate::layout::{Chrome, page};

/// The count of one election, as anybody may see it.
#[derive(Debug, Clone)]
pub struct SessionElection {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// Where it stands.
    pub state: CountState,
    /// Since when it is frozen, in words, and the digest of what was.
    pub frozen: Option<(String, String)>,
    /// Names of those who have decrypted.
    pub decrypted: Vec<String>,
    /// Whether those who have decrypted suffice.
    pub quorum: bool,
    /// The audit before the proclamation: when, in words, and how many checks passed.
    pub verified: Option<(String, u64)>,
}

/// A board and its elections.
#[derive(Debug, Clone)]
pub struct SessionBoard {
    /// Title.
    pub title: String,
    /// Who is there for the count, with when they signed.
    pub present: Vec<(String, String)>,
    /// Its elections.
    pub elections: Vec<SessionElection>,
}

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, boards: &[SessionBoard]) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("session-title");
    page(
        chrome,
        &title,
        html! {
            (back("/resultats", lang.text("results-all")))
            div.page-head { h1 { (title) } p.lede { (lang.text("session-lede")) } }
            @if boards.is_empty() { p { (lang.text("session-none")) } }
            @for (rank, board) in boards.iter().enumerate() {
                @let id = format!("t-bureau-{rank}");
                section.section aria-labelledby=(id) {
                    h2 id=(id) { (board.title) }
                    @if !board.present.is_empty() {
                        h3 { (lang.text("session-present")) }
                        ul { @for (name, when) in &board.present { li { (name) " – " (when) } } }
                    }
                    @for one in &board.elections { (election(lang, one)) }
                }
            }
            @if !boards.is_empty() { div.actions { a.btn.btn--secondary href="/depouillement" { (lang.text("session-reload")) } } }
        },
    )
}

fn election(lang: Lang, one: &SessionElection) -> Markup {
    html! {
        div.panel.section {
            div.panel__head { h3 { (one.title) } (stands(lang, one.state)) }
            dl.facts {
                @if let Some((when, digest)) = &one.frozen {
                    div { dt { (lang.text("session-frozen")) } dd { (when) br; code.break { (digest) } } }
                }
                @if one.state.is_frozen() {
                    div { dt { (lang.text("board-count-decrypted")) } dd {
                        @if one.decrypted.is_empty() { "–" } @else { (one.decrypted.join(&lang.text("list-separator"))) }
                        @if !one.quorum { br; (lang.text("board-count-needs")) }
                    } }
                }
                @if let Some((when, checks)) = &one.verified {
                    div { dt { (lang.text("session-verified")) } dd { (lang.with("session-checks", args![n = *checks, when = when.as_str()])) } }
                }
            }
            @if one.state == CountState::Counted {
                div.actions { a.btn.btn--primary href={ "/resultats/" (one.id) } { (lang.text("board-count-result")) span.vh { " – " (one.title) } } }
            }
        }
    }
}

fn stands(lang: Lang, state: CountState) -> Markup {
    match state {
        CountState::NotSetUp | CountState::Open => badge(Tone::Info, Icon::Clock, lang.text("board-count-open")),
        CountState::Decrypt => badge(Tone::Warning, Icon::Key, lang.text("board-count-frozen")),
        CountState::Counted => badge(Tone::Success, Icon::Success, lang.text("board-count-counted")),
    }
}
