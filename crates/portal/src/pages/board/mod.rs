//! The election board's pages: seats and sessions, key ceremony, count, what to do about a lost key. For the members of the board only.

pub mod act;
pub mod acts;
pub mod ceremony;
pub mod count;
pub mod home;
pub mod lost;
pub mod papers;
mod words;

use isoloir_domain::message::Message;
use isoloir_domain::{Board, Role, Seat};
use isoloir_service::board::{BoardState, Sitting};
use isoloir_theme::args;
use isoloir_theme::components::{Tone, link_row, notice};
use isoloir_theme::i18n::{Lang, key};
use maud::{Markup, Render, html};

use crate::layout::{Chrome, document, page};

/// The role that opens these pages.
pub const MEMBERS: &[Role] = &[Role::Board];

/// The pages of a board that the tabs lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Seats, sessions, what comes next.
    Home,
    /// Key ceremony.
    Keys,
    /// Seal, watch, acts.
    Acts,
    /// Count.
    Count,
    /// Minutes, poll book.
    Papers,
}

/// What was just asked for, and was refused.
pub type Refused = Option<Wish>;

/// A wish that was refused.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Why.
    pub message: Message,
    /// The field to correct, and what was typed in it.
    pub field: Option<(&'static str, String)>,
}

/// What is wrong with the field `id`, and what was typed in it.
fn wrong<'a>(refused: &'a Refused, id: &str, lang: Lang) -> (Option<&'a str>, &'a str) {
    let wish = refused.as_ref();
    let typed = wish.and_then(|wish| wish.field.as_ref().filter(|(field, _)| *field == id));
    match (wish, typed) {
        (Some(wish), Some((_, typed))) => (Some(wish.message.text(lang.language())), typed),
        _ => (None, ""),
    }
}

/// Draws a page of the board under its tabs; one that no script needs.
fn frame(chrome: &Chrome, sitting: &Sitting, tab: Tab, title: &str, refused: &Refused, body: impl Render) -> Markup {
    let lang = chrome.lang;
    page(chrome, title, html! { (head(lang, sitting, tab, refused)) (body) })
}

/// Draws a page that a script brings to life: `kind` and the addresses of the interface in docs/protocol/board.md.
fn scripted(
    chrome: &Chrome,
    sitting: &Sitting,
    tab: Tab,
    title: &str,
    script: &Script<'_>,
    refused: &Refused,
    body: impl Render,
) -> Markup {
    use isoloir_theme::assets::Assets;
    let lang = chrome.lang;
    let main = html! {
        main.main #contenu tabindex="-1" data-board=(script.kind) data-lang=(lang.code()) data-api=(script.api)
            data-key=(format!("{}|{}", sitting.state.board.key, sitting.seat)) data-worker=(Assets::path("board-worker.js"))
            data-version=(sitting.state.version) data-waits[script.waits] {
            div.wrap {
                (head(lang, sitting, tab, refused))
                noscript { (notice(Tone::Warning, lang.text("noscript-title"), html! { p { (lang.text("board-noscript")) } })) }
                (body)
                (words::templates(lang))
            }
        }
    };
    document(chrome, title, Assets::module("board.js"), main)
}

/// What the script of a page is told.
struct Script<'a> {
    kind: &'a str,
    api: String,
    waits: bool,
}

fn head(lang: Lang, sitting: &Sitting, tab: Tab, refused: &Refused) -> Markup {
    let key_of = &sitting.state.board.key;
    let tabs = [
        (Tab::Home, "", key("board-tab-home")),
        (Tab::Keys, "/cles", key("board-tab-keys")),
        (Tab::Acts, "/suivi", key("board-tab-watch")),
        (Tab::Count, "/depouillement", key("board-tab-count")),
        (Tab::Papers, "/documents", key("board-tab-papers")),
    ];
    html! {
        nav.tabs aria-label=(lang.text("board-tabs")) {
            ul {
                @for (one, path, words) in tabs {
                    li { a href={ "/bureau/" (key_of) (path) } aria-current=[(one == tab).then_some("page")] { (lang.text(words)) } }
                }
            }
        }
        @if let Some(wish) = refused {
            @let words = wish.message.text(lang.language());
            (notice(Tone::Error, lang.text("board-refused"), html! {
                p { @match &wish.field { Some((id, _)) => { a href={ "#" (id) } { (words) } }, None => (words) } }
            }))
        }
    }
}

/// Draws the boards of a person who sits on several, or on none.
#[must_use]
pub fn render_list(chrome: &Chrome, boards: &[(Board, Seat)]) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("board-list-title");
    page(
        chrome,
        &title,
        html! {
            div.page-head { h1 { (title) } p.lede { (lang.text("board-list-lede")) } }
            @if boards.is_empty() { p { (lang.text("board-list-none")) } }
            @else {
                ul.links {
                    @for (board, seat) in boards {
                        (link_row(&format!("/bureau/{}", board.key), format!("{} – {}", board.title, seat_words(lang, board, *seat))))
                    }
                }
            }
        },
    )
}

/// The seat in words: `présidence`, `délégation SLE`.
#[must_use]
pub fn seat_words(lang: Lang, board: &Board, seat: Seat) -> String {
    let list = board
        .member(seat)
        .and_then(|member| member.list)
        .unwrap_or("-")
        .to_owned();
    match seat {
        Seat::President => lang.text("board-seat-president"),
        Seat::Secretary => lang.text("board-seat-secretary"),
        Seat::Delegate(_) => lang.with("board-seat-delegate", args![list = list]),
        Seat::Substitute(_) => lang.with("board-seat-substitute", args![list = list]),
    }
}

/// A fingerprint: twelve words to read out, and all digits.
fn fingerprint(lang: Lang, label: &str, digest: &[u8; 32]) -> Markup {
    html! {
        ol.fingerprint aria-label=(label) lang="fr" {
            @for word in isoloir_domain::fingerprint::words(digest) { li { (word) } }
        }
        p.small.soft { (lang.text("board-hex")) " " code.break { (hex::encode(digest)) } }
    }
}

/// The line under the title: board and one's own seat.
fn overline(lang: Lang, state: &BoardState, seat: Seat) -> Markup {
    html! { p.overline { (state.board.title) " – " (seat_words(lang, &state.board, seat)) } }
}
