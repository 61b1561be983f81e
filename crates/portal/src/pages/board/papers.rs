//! Minutes to sign and their twin to read by program; the poll book, for the board alone (R. 211-542, R. 211-570).

use isoloir_domain::board_deed::MinutesKind;
use isoloir_service::board::{Count, Sitting};
use isoloir_theme::args;
use isoloir_theme::components::{back, table_box};
use isoloir_theme::i18n::Lang;
use isoloir_theme::when;
use jiff::Timestamp;
use maud::{Markup, html};

use super::{Tab, frame, overline};
use crate::layout::Chrome;
use crate::minutes::{slug, title as title_of};

/// Lines of a poll book on one page.
pub const LINES: usize = 200;

/// Draws the list of papers.
#[must_use]
pub fn render(chrome: &Chrome, sitting: &Sitting, counts: &[Count]) -> Markup {
    let lang = chrome.lang;
    let state = &sitting.state;
    let title = lang.text("board-papers-title");
    frame(
        chrome,
        sitting,
        Tab::Papers,
        &title,
        &None,
        html! {
            div.page-head { (overline(lang, state, sitting.seat)) h1 { (title) } p.lede { (lang.text("board-papers-lede")) } }
            section.section aria-labelledby="t-pv" {
                h2 #t-pv { (lang.text("board-minutes")) }
                dl.facts {
                    @for kind in MinutesKind::ALL { (minutes(lang, sitting, kind)) }
                }
                p.small.soft { (lang.text("board-minutes-note")) }
            }
            section.section aria-labelledby="t-emargement" {
                h2 #t-emargement { (lang.text("board-poll-book")) }
                p { (lang.text("board-poll-book-text")) }
                ul {
                    @for election in &state.elections {
                        li {
                            a href={ "/bureau/" (state.board.key) "/emargement/" (election.id) } { (election.title) }
                            @if counts.iter().any(|count| count.election == election.id && count.state.is_frozen()) {
                                " – " a href={ "/bureau/" (state.board.key) "/emargement/" (election.id) "/liste.pdf" } { "PDF" }
                            }
                        }
                    }
                }
            }
        },
    )
}

/// One kind of minutes: to read, of all elections or of one, and to put to signature.
fn minutes(lang: Lang, sitting: &Sitting, kind: MinutesKind) -> Markup {
    let state = &sitting.state;
    let address = format!("/bureau/{}/pv/{}", state.board.key, slug(kind));
    let name = lang.text(title_of(kind));
    let signed = state.signed_minutes(kind).and_then(|act| act.done);
    let of_each = state.elections.len() > 1 && matches!(kind, MinutesKind::Closing | MinutesKind::Count);
    html! {
        div {
            dt { (name) }
            dd {
                p {
                    a href={ (address) ".pdf" } { "PDF" span.vh { " – " (name) } }
                    " – " a href={ (address) ".json" } { "JSON" span.vh { " – " (name) } }
                }
                @if of_each {
                    ul {
                        @for election in &state.elections {
                            li { a href={ (address) ".pdf?scrutin=" (election.id) } { (election.title) " (PDF)" span.vh { " – " (name) } } }
                        }
                    }
                }
                @match signed {
                    Some(at) => { p.small.soft { (lang.with("board-minutes-signed", args![when = when::date_time(lang, at)])) } }
                    None => { p.small.soft { (lang.text("board-minutes-draft")) } }
                }
                @if sitting.seat.is_of_authority() && state.keys.is_some() {
                    form method="post" action=(address) {
                        button.btn.btn--secondary type="submit" { (lang.text("board-minutes-propose")) span.vh { " – " (name) } }
                    }
                }
            }
        }
    }
}

/// A page of a poll book.
#[derive(Debug, Clone)]
pub struct PollBookView {
    /// Identifier of the election.
    pub election: String,
    /// Its title.
    pub title: String,
    /// Names and marks, in the order of names.
    pub lines: Vec<(String, Option<Timestamp>)>,
    /// Marked, of registered.
    pub counts: (usize, usize),
    /// This page, from 1, of how many.
    pub page: (usize, usize),
}

/// Draws a page of a poll book.
#[must_use]
pub fn render_poll_book(chrome: &Chrome, sitting: &Sitting, view: &PollBookView) -> Markup {
    let lang = chrome.lang;
    let key_of = &sitting.state.board.key;
    let title = lang.text("board-poll-book");
    let path = format!("/bureau/{key_of}/emargement/{}", view.election);
    let (page, pages) = view.page;
    frame(
        chrome,
        sitting,
        Tab::Papers,
        &title,
        &None,
        html! {
            (back(&format!("/bureau/{key_of}/documents"), lang.text("board-papers-title")))
            div.page-head {
                p.overline { (view.title) }
                h1 { (title) }
                p.lede { (lang.with("board-poll-book-counts", args![marked = view.counts.0, registered = view.counts.1])) }
            }
            (table_box(&title, html! {
                table {
                    caption.vh { (title) }
                    thead { tr { th scope="col" { (lang.text("board-member-name")) } th scope="col" { (lang.text("board-poll-book-mark")) } } }
                    tbody {
                        @for (name, mark) in &view.lines {
                            tr { th scope="row" { (name) } td { @match mark {
                                Some(at) => { (when::short_date_time(lang, *at)) }
                                None => { span aria-hidden="true" { "–" } span.vh { (lang.text("board-poll-book-none")) } }
                            } } }
                        }
                    }
                }
            }))
            @if pages > 1 {
                nav.pager aria-label=(lang.text("console-pages")) {
                    @if page > 1 { a.btn.btn--secondary href={ (path) "?page=" (page - 1) } { (lang.text("console-previous")) } }
                    span.soft { (lang.with("console-page", args![n = page])) }
                    @if page < pages { a.btn.btn--secondary href={ (path) "?page=" (page + 1) } { (lang.text("console-next")) } }
                }
            }
        },
    )
}
