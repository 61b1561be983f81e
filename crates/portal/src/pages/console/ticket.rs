//! One request for help, on the side of those who answer.

use isoloir_domain::staff::StaffMember;
use isoloir_domain::ticket::{Author, TicketStatus};
use isoloir_service::answer_ticket::{Ticket, TicketMessage};
use isoloir_service::open_ticket::MAX_BODY;
use isoloir_service::ticket_conversation::Conversation;
use maud::{Markup, html};

use super::{Area, Names, Outcome, Tab, area, at, frame, name_of};
use crate::layout::Chrome;
use crate::pages::assistance::topic_words;
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, badge};
use isoloir_theme::i18n::Lang;
use isoloir_theme::icons::Icon;
use isoloir_theme::when;

/// Where a request stands, as the help desk says it.
#[must_use]
pub fn state(lang: Lang, status: TicketStatus) -> Markup {
    match status {
        TicketStatus::New => badge(Tone::Warning, Icon::Clock, lang.text("console-ticket-new")),
        TicketStatus::Open => badge(Tone::Info, Icon::Clock, lang.text("console-ticket-open")),
        TicketStatus::Waiting => badge(Tone::Info, Icon::Speech, lang.text("console-ticket-waiting")),
        TicketStatus::Closed => badge(Tone::Success, Icon::Tick, lang.text("console-ticket-closed")),
    }
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct TicketView {
    /// The request with everything written in it.
    pub conversation: Conversation,
    /// Who is who.
    pub names: Names,
    /// Tokens of the forms of an answer and of a note.
    pub tokens: [String; 2],
    /// Texts typed in them.
    pub typed: [String; 2],
    /// What was just done.
    pub outcome: Outcome,
}

/// Draws a request.
#[must_use]
pub fn render(chrome: &Chrome, member: &StaffMember, view: &TicketView) -> Markup {
    let lang = chrome.lang;
    let ticket = &view.conversation.ticket;
    let title = lang.with("ticket-title", args![number = ticket.number.to_string()]);
    let closed = ticket.status == TicketStatus::Closed;
    frame(
        chrome,
        member,
        Tab::Desk,
        &title,
        html! {
            (back("/gestion/assistance", lang.text("console-desk-title")))
            div.page-head { h1 { (title) } p { (state(lang, ticket.status)) } }
            (view.outcome.draw(lang))
            div.split {
                div {
                    section aria-labelledby="t-messages" {
                        h2 #t-messages { (lang.text("ticket-messages")) }
                        ol.thread { @for message in &view.conversation.messages { (one(lang, view, message)) } }
                    }
                    @if !closed { (write(lang, view, Author::Agent)) }
                    (write(lang, view, Author::Note))
                }
                (facts(lang, member, view))
            }
        },
    )
}

fn one(lang: Lang, view: &TicketView, message: &TicketMessage) -> Markup {
    let by = message.agent.map(|agent| agent.to_string());
    html! {
        li.message.message--person[message.author == Author::Person].message--note[message.author == Author::Note] {
            p.message__head {
                strong {
                    @match &by {
                        Some(by) => (name_of(&view.names, by)),
                        None => (view.conversation.ticket.name),
                    }
                    @if message.author == Author::Note { " – " (lang.text("console-note-mark")) }
                }
                span.soft { (when::time_element(lang, message.at)) }
            }
            p.message__text { (message.body) }
        }
    }
}

fn write(lang: Lang, view: &TicketView, author: Author) -> Markup {
    let note = author == Author::Note;
    let ([answer_token, note_token], [answer_typed, note_typed]) = (&view.tokens, &view.typed);
    let (id, path, title, hint, button, token, typed) = if note {
        (
            "note",
            "note",
            lang.text("console-note"),
            lang.text("console-note-hint"),
            lang.text("console-note-send"),
            note_token,
            note_typed,
        )
    } else {
        (
            "reponse",
            "reponse",
            lang.text("console-answer"),
            lang.text("console-answer-hint"),
            lang.text("console-answer-send"),
            answer_token,
            answer_typed,
        )
    };
    let body = Area {
        id,
        name: id,
        label: &title,
        hint: Some(&hint),
        value: typed,
        rows: if note { 4 } else { 8 },
        longest: MAX_BODY,
        required: true,
        error: view.outcome.error_of(id, lang),
    };
    html! {
        form.form.section method="post" action={ "/gestion/assistance/" (view.conversation.ticket.number) "/" (path) } data-once {
            input type="hidden" name="jeton" value=(token);
            (area(&body))
            div.actions {
                @if note { button.btn.btn--secondary type="submit" { (button) } }
                @else { button.btn.btn--primary type="submit" { (button) } }
            }
        }
    }
}

fn facts(lang: Lang, member: &StaffMember, view: &TicketView) -> Markup {
    let ticket: &Ticket = &view.conversation.ticket;
    let mine = ticket.agent == Some(member.id);
    let closed = ticket.status == TicketStatus::Closed;
    let path = format!("/gestion/assistance/{}", ticket.number);
    html! {
        aside.panel.panel--sunken aria-labelledby="t-demande" {
            h2 #t-demande { (lang.text("ticket-facts")) }
            dl.facts {
                div { dt { (lang.text("ticket-topic")) } dd { (lang.text(topic_words(ticket.topic))) } }
                div { dt { (lang.text("console-col-person")) } dd {
                    @match ticket.voter {
                        Some(voter) => a href={ "/gestion/electeurs/" (voter) } { (ticket.name) },
                        None => { (ticket.name) " (" (lang.text("console-not-signed-in")) ")" },
                    }
                } }
                @if !ticket.staff_number.is_empty() { div { dt { (lang.text("account-number")) } dd { (ticket.staff_number) } } }
                @if !ticket.contact.is_empty() { div { dt { (lang.text("ticket-contact")) } dd { (ticket.contact) } } }
                div { dt { (lang.text("ticket-opened")) } dd { (at(lang, ticket.opened)) } }
                div { dt { (lang.text("console-col-agent")) } dd {
                    @match ticket.agent {
                        Some(agent) => (name_of(&view.names, &agent.to_string())),
                        None => (lang.text("console-nobody")),
                    }
                } }
            }
            div.actions {
                @if !closed && !mine { (button(&path, "prise", &lang.text("console-assign"))) }
                @if closed { (button(&path, "reouverture", &lang.text("console-reopen"))) }
                @else { (button(&path, "cloture", &lang.text("console-close"))) }
            }
            p.small { (lang.text("console-never")) }
        }
    }
}

fn button(path: &str, act: &str, words: &str) -> Markup {
    html! { form method="post" action={ (path) "/" (act) } { button.btn.btn--secondary type="submit" { (words) } } }
}
