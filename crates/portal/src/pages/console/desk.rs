//! The queue of requests for help, and the search of a voter.

use isoloir_domain::message::Message;
use isoloir_domain::staff::StaffMember;
use isoloir_domain::ticket::TicketStatus;
use isoloir_service::answer_ticket::Ticket;
use isoloir_service::voter_journey::{FOUND_AT_MOST, Found};
use maud::{Markup, html};

use super::{Names, Tab, frame, name_of, pager};
use crate::layout::Chrome;
use crate::pages::assistance::topic_words;
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, back, field, notice, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::when;

/// Which requests are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// All that are not closed.
    Running,
    /// Those that nobody has taken.
    New,
    /// Mine.
    Mine,
    /// Those that wait for the person.
    Waiting,
    /// Closed ones.
    Closed,
}

impl Queue {
    /// All, in the order of the page.
    pub const ALL: [Queue; 5] = [Queue::Running, Queue::New, Queue::Mine, Queue::Waiting, Queue::Closed];

    /// The name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Queue::Running => "en-cours",
            Queue::New => "nouvelles",
            Queue::Mine => "miennes",
            Queue::Waiting => "repondues",
            Queue::Closed => "closes",
        }
    }

    /// Reads a name; what is no name shows all that are not closed.
    #[must_use]
    pub fn named(name: Option<&str>) -> Queue {
        Queue::ALL
            .into_iter()
            .find(|queue| Some(queue.name()) == name)
            .unwrap_or(Queue::Running)
    }

    const fn words(self) -> &'static str {
        match self {
            Queue::Running => key("console-queue-running"),
            Queue::New => key("console-queue-new"),
            Queue::Mine => key("console-queue-mine"),
            Queue::Waiting => key("console-queue-waiting"),
            Queue::Closed => key("console-queue-closed"),
        }
    }
}

/// What the queue shows.
#[derive(Debug, Clone)]
pub struct DeskView {
    /// Which requests.
    pub queue: Queue,
    /// How many there are: new, in progress, answered.
    pub counts: [u64; 3],
    /// The requests of this page.
    pub tickets: Vec<Ticket>,
    /// Page, from 1.
    pub page: u64,
    /// Whether there is another page.
    pub more: bool,
    /// Who is who.
    pub names: Names,
}

/// Draws the queue.
#[must_use]
pub fn render(chrome: &Chrome, member: &StaffMember, view: &DeskView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("console-desk-title");
    let [new, open, waiting] = view.counts;
    frame(
        chrome,
        member,
        Tab::Desk,
        &title,
        html! {
            div.page-head { h1 { (title) } p.lede { (lang.text("console-desk-lede")) } }
            dl.stats.stats--3 {
                div.stat.stat--main { dt { (lang.text("console-count-new")) } dd { (lang.number(new)) } }
                div.stat { dt { (lang.text("console-count-open")) } dd { (lang.number(open)) } }
                div.stat { dt { (lang.text("console-count-waiting")) } dd { (lang.number(waiting)) } }
            }
            div.section.split {
                section aria-labelledby="t-file" {
                    h2 #t-file { (lang.text("console-queue")) }
                    nav.filters aria-label=(lang.text("console-queue-label")) {
                        ul {
                            @for queue in Queue::ALL {
                                li {
                                    a href={ "/gestion/assistance?file=" (queue.name()) } aria-current=[(queue == view.queue).then_some("true")] {
                                        (lang.text(queue.words()))
                                    }
                                }
                            }
                        }
                    }
                    @if view.tickets.is_empty() { p { (lang.text("console-queue-empty")) } }
                    @else { (table(lang, view)) }
                    (pager(lang, "/gestion/assistance", &format!("file={}&", view.queue.name()), view.page, view.more))
                }
                aside.panel aria-labelledby="t-chercher" {
                    h2 #t-chercher { (lang.text("console-search-title")) }
                    (search_form(lang, "", None))
                    hr;
                    h2 { (lang.text("console-captcha-title")) }
                    p.small { (lang.text("console-captcha-text")) }
                    form method="post" action="/gestion/code-captcha" {
                        button.btn.btn--secondary type="submit" { (lang.text("console-captcha-give")) }
                    }
                }
            }
        },
    )
}

fn table(lang: Lang, view: &DeskView) -> Markup {
    table_box(
        &lang.text("console-queue"),
        html! {
            table {
                caption.vh { (lang.text("console-queue")) }
                thead { tr {
                    th scope="col" { (lang.text("console-col-number")) }
                    th scope="col" { (lang.text("console-col-topic")) }
                    th scope="col" { (lang.text("console-col-person")) }
                    th scope="col" { (lang.text("console-col-agent")) }
                    th scope="col" { (lang.text("console-col-updated")) }
                    th scope="col" { (lang.text("console-col-state")) }
                } }
                tbody {
                    @for ticket in &view.tickets {
                        tr {
                            th scope="row" { a href={ "/gestion/assistance/" (ticket.number) } { (ticket.number) } }
                            td { (lang.text(topic_words(ticket.topic))) }
                            td { (ticket.name) }
                            td {
                                @match ticket.agent {
                                    Some(agent) => (name_of(&view.names, &agent.to_string())),
                                    None => (lang.text("console-nobody")),
                                }
                            }
                            td { (when::time_element(lang, ticket.updated)) }
                            td { (super::ticket::state(lang, ticket.status)) }
                        }
                    }
                }
            }
        },
    )
}

/// The status that a queue asks the store for.
#[must_use]
pub const fn status_of(queue: Queue) -> Option<TicketStatus> {
    match queue {
        Queue::Running | Queue::Mine => None,
        Queue::New => Some(TicketStatus::New),
        Queue::Waiting => Some(TicketStatus::Waiting),
        Queue::Closed => Some(TicketStatus::Closed),
    }
}

fn search_form(lang: Lang, typed: &str, error: Option<&str>) -> Markup {
    let (label, hint) = (lang.text("console-search-label"), lang.text("console-search-hint"));
    html! {
        form.form method="post" action="/gestion/electeurs" novalidate {
            (field(&Field { hint: Some(&hint), value: typed, error, max_length: Some(120), ..Field::text("recherche", &label) }, ""))
            button.btn.btn--primary type="submit" { (icon(Icon::Search)) " " (lang.text("console-search-go")) }
        }
    }
}

/// Draws what a search found, or why it was not made.
#[must_use]
pub fn render_found(chrome: &Chrome, member: &StaffMember, typed: &str, found: Result<&Found, &Message>) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("console-search-title");
    let error = found.err().map(|message| message.text(lang.language()).to_owned());
    frame(
        chrome,
        member,
        Tab::Desk,
        &title,
        html! {
            (back("/gestion/assistance", lang.text("console-desk-title")))
            div.page-head { h1 { (title) } p { (lang.text("console-search-journaled")) } }
            @if let Some(error) = &error {
                (notice(Tone::Error, lang.text("console-not-done"), html! { p { a href="#recherche" { (error) } } }))
            }
            (search_form(lang, typed, error.as_deref()))
            @if let Ok(found) = found {
                section.section aria-labelledby="t-trouves" {
                    h2 #t-trouves { (lang.with("console-found", args![n = found.voters.len()])) }
                    @if found.more { p { (lang.with("console-found-more", args![n = FOUND_AT_MOST])) } }
                    ul.links {
                        @for voter in &found.voters {
                            (isoloir_theme::components::link_row(
                                &format!("/gestion/electeurs/{}", voter.id),
                                html! { strong { (voter.last_name) " " (voter.first_name) } " – " (voter.number) },
                            ))
                        }
                    }
                }
            }
        },
    )
}

/// Draws a code past a captcha, once.
#[must_use]
pub fn render_captcha_code(chrome: &Chrome, member: &StaffMember, code: &str) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("console-captcha-title");
    let (left, right) = code.split_at_checked(4).unwrap_or((code, ""));
    frame(
        chrome,
        member,
        Tab::Desk,
        &title,
        html! {
            (back("/gestion/assistance", lang.text("console-desk-title")))
            div.page-head { h1 { (title) } }
            section.panel {
                p.tracker { span { (left) } span { (right) } }
                p { (lang.text("console-captcha-say")) }
                p.small { (lang.text("console-captcha-once")) }
            }
        },
    )
}
