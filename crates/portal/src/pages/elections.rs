//! The voter's elections with their candidate lists, and the voter's account (*mes scrutins*, *mon compte*).

use std::sync::Arc;

use isoloir_domain::{Calendar, CandidateList, Phase};
use maud::{Markup, html};

use crate::layout::{Chrome, page};
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, badge, notice};
use isoloir_theme::i18n::Lang;
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::when;

/// One election of the voter.
#[derive(Debug, Clone)]
pub struct ElectionView {
    /// Identifier, in links.
    pub id: String,
    /// Title.
    pub title: String,
    /// Seats to fill.
    pub seats: u32,
    /// Lists in the drawn order.
    pub lists: Arc<[CandidateList]>,
    /// Whether the ballot is stored.
    pub voted: bool,
    /// Whether one can vote in it now.
    pub can_vote: bool,
}

/// What the page of the voter's elections shows.
#[derive(Debug, Clone)]
pub struct ElectionsView {
    /// In display order.
    pub elections: Vec<ElectionView>,
    /// Where the vote stands.
    pub phase: Phase,
    /// When one can vote.
    pub calendar: Calendar,
}

/// A length as a count.
pub(crate) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// "10 sièges · 4 listes".
#[must_use]
pub fn seats_and_lists(lang: Lang, seats: u32, lists: usize) -> String {
    format!(
        "{} · {}",
        lang.with("n-seats", args![n = seats]),
        lang.with("n-lists", args![n = lists])
    )
}

/// Draws the page of the voter's elections.
#[must_use]
pub fn render(chrome: &Chrome, view: &ElectionsView) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("elections-title"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head {
                h1 { (lang.text("elections-title")) }
                p.lede { (lang.with("elections-lede", args![n = view.elections.len(), count = lang.spelled(count(view.elections.len()))])) }
            }
            @if view.elections.is_empty() {
                (notice(Tone::Info, lang.text("elections-none-title"), html! {
                    p { (lang.text("elections-none-text")) " " a href="/reclamations" { (lang.text("home-complaint-title")) } }
                }))
            } @else {
                @if view.elections.iter().any(|e| e.can_vote) {
                    div.actions.actions--top {
                        a.btn.btn--primary href="/je-vote" { (lang.text("booth-open-action")) " " (icon(Icon::Next)) }
                    }
                }
                ol.polls {
                    @for (index, election) in view.elections.iter().enumerate() {
                        (poll(lang, index + 1, election, view))
                    }
                }
                p.small.soft.note { (lang.text("lists-order-note")) }
            }
        },
    )
}

fn poll(lang: Lang, rank: usize, election: &ElectionView, view: &ElectionsView) -> Markup {
    html! {
        li.poll.poll--wide.poll--done[election.voted] id={ "scrutin-" (election.id) } {
            span.poll__n aria-hidden="true" { @if election.voted { (icon(Icon::Tick)) } @else { (rank) } }
            div {
                h2 { (election.title) }
                p { (seats_and_lists(lang, election.seats, election.lists.len())) }
                (state_badge(lang, election, view.phase))
                @if election.voted {
                    p { a href={ "/mes-scrutins/" (election.id) "/preuve" } { (lang.text("proof-link")) span.vh { " – " (election.title) } } }
                }
                @for list in election.lists.iter() { (list_details(lang, list)) }
                p.poll__links {
                    a.btn.btn--secondary href={ "/mes-scrutins/" (election.id) } { (lang.text("candidates-open")) span.vh { " – " (election.title) } }
                    a.btn.btn--link href={ "/mes-scrutins/" (election.id) "/liste" } { (lang.text("rolls-title")) span.vh { " – " (election.title) } }
                }
            }
        }
    }
}

fn state_badge(lang: Lang, election: &ElectionView, phase: Phase) -> Markup {
    if election.voted {
        badge(Tone::Success, Icon::Success, lang.text("poll-cast"))
    } else if phase == Phase::Preparation {
        badge(Tone::Info, Icon::Clock, lang.text("poll-not-open"))
    } else if phase.is_over() || !election.can_vote {
        badge(Tone::Info, Icon::Clock, lang.text("poll-closed"))
    } else {
        badge(Tone::Info, Icon::BallotBox, lang.text("poll-to-vote"))
    }
}

/// One list and its candidates, folded: names only, in list order.
fn list_details(lang: Lang, list: &CandidateList) -> Markup {
    html! {
        details.candidates {
            summary {
                span.candidates__name { (list.name) }
                span.soft.small { (list.acronym) " · " (lang.with("n-candidates", args![n = list.candidates.len()])) }
            }
            ol {
                @for candidate in &list.candidates { li { (candidate.first_name) " " (candidate.last_name) } }
            }
        }
    }
}

/// What the account page shows.
#[derive(Debug, Clone)]
pub struct AccountView {
    /// Given name and family name.
    pub name: String,
    /// Staff number.
    pub number: String,
    /// Address with which one signs in.
    pub email: Option<String>,
    /// Titles of the voter's elections.
    pub elections: Vec<String>,
}

/// Draws the account page.
#[must_use]
pub fn render_account(chrome: &Chrome, view: &AccountView) -> Markup {
    let lang = chrome.lang;
    let last = chrome.who.as_ref().and_then(|who| who.last_sign_in);
    page(
        chrome,
        &lang.text("home-account"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text("home-account")) } p.lede { (lang.text("account-lede")) } }
            div.panel {
                dl.facts {
                    div { dt { (lang.text("account-name")) } dd { (view.name) } }
                    div { dt { (lang.text("account-number")) } dd { (view.number) } }
                    div { dt { (lang.text("account-email")) } dd { @match &view.email { Some(email) => (email), None => (lang.text("account-no-email")) } } }
                    div {
                        dt { (lang.text("account-last")) }
                        dd { @match last { Some(at) => (lang.with("paris-time", args![when = when::date_time(lang, at)])), None => (lang.text("first-sign-in")) } }
                    }
                    div { dt { (lang.text("elections-title")) } dd { ul.plain { @for title in &view.elections { li { (title) } } } } }
                }
            }
            p { a href="/mon-compte/informations" { (lang.text("home-me-title")) } }
            section.section aria-labelledby="t-securite" {
                h2 #t-securite { (lang.text("security-title")) }
                p { (lang.text("security-lede")) " " a href="/mon-compte/securite" { (lang.text("security-open")) } }
            }
            section.section aria-labelledby="t-faux" {
                h2 #t-faux { (lang.text("account-wrong-title")) }
                p { (lang.text("account-wrong-text")) " " a href="/reclamations" { (lang.text("home-complaint-title")) } }
            }
        },
    )
}
