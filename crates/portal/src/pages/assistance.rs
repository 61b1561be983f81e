//! The help desk (*assistance*), on the side of those who ask: form, requests of the voter, conversation.

use isoloir_domain::ticket::{Author, TicketStatus, Topic};
use isoloir_service::open_ticket::{MAX_BODY, MAX_FIELD, TicketField};
use isoloir_service::ticket_conversation::{Conversation, Ticket, TicketMessage};
use maud::{Markup, html};

use crate::captcha::CaptchaView;
use crate::layout::{Chrome, page};
use crate::pages::captcha::{captcha_field, captcha_notice};
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, back, badge, field, field_error, notice, required_mark, required_note};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::layout::contact_lines;
use isoloir_theme::when;

/// The words of a topic, as the person would say them.
#[must_use]
pub const fn topic_words(topic: Topic) -> &'static str {
    match topic {
        Topic::Activation => key("ticket-topic-activation"),
        Topic::SignIn => key("ticket-topic-sign-in"),
        Topic::VotingCode => key("ticket-topic-code"),
        Topic::Vote => key("ticket-topic-vote"),
        Topic::Accessibility => key("ticket-topic-accessibility"),
        Topic::Other => key("ticket-topic-other"),
    }
}

/// Where a request stands, in words with a sign, as the person reads it.
#[must_use]
pub fn ticket_badge(lang: Lang, status: TicketStatus) -> Markup {
    match status {
        TicketStatus::New => badge(Tone::Info, Icon::Clock, lang.text("ticket-new")),
        TicketStatus::Open => badge(Tone::Info, Icon::Clock, lang.text("ticket-open")),
        TicketStatus::Waiting => badge(Tone::Success, Icon::Speech, lang.text("ticket-waiting")),
        TicketStatus::Closed => badge(Tone::Info, Icon::Tick, lang.text("ticket-closed")),
    }
}

/// What is wrong with a form, in words, with the field that it belongs to, if it does.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The field.
    pub field: Option<TicketField>,
    /// What is wrong.
    pub words: String,
}

/// What was typed in the form of a new request, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct FormView {
    /// The form's token.
    pub token: String,
    /// Topic chosen.
    pub topic: Option<Topic>,
    /// Text typed.
    pub body: String,
    /// Name typed.
    pub name: String,
    /// Address or telephone number typed.
    pub contact: String,
    /// Staff number typed.
    pub number: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The captcha to answer, when one is due.
    pub captcha: Option<CaptchaView>,
}

impl FormView {
    fn error(&self, of: TicketField) -> Option<&str> {
        error_of(&self.problems, of)
    }
}

fn error_of(problems: &[Problem], of: TicketField) -> Option<&str> {
    problems
        .iter()
        .find(|problem| problem.field == Some(of))
        .map(|problem| problem.words.as_str())
}

/// The `id` and `name` of a field.
const fn field_id(field: TicketField) -> &'static str {
    match field {
        TicketField::Topic => "objet",
        TicketField::Body => "texte",
        TicketField::Name => "nom",
        TicketField::Contact => "contact",
        TicketField::Number => "matricule",
    }
}

/// Where one signs in and comes back from.
const SIGN_IN: &str = "/connexion?suite=/assistance";

/// Draws the page of the help desk: requests of the voter signed in, form, telephone and address. No form while there is no consultation.
#[must_use]
pub fn render(chrome: &Chrome, tickets: &[Ticket], form: Option<&FormView>) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("assistance-title"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text("assistance-title")) } p.lede { (lang.text("assistance-lede")) } }
            @if let Some(view) = form { (form_problems(lang, view)) }
            @if !tickets.is_empty() { (mine(lang, tickets)) }
            div.split {
                @if let Some(view) = form {
                    section aria-labelledby="t-nouvelle" {
                        h2 #t-nouvelle { (lang.text("assistance-new")) }
                        @if chrome.who.is_none() { p { (lang.rich_with("assistance-signed-out", args![link = SIGN_IN])) } }
                        (request_form(chrome, view))
                    }
                }
                (people(chrome))
            }
        },
    )
}

fn mine(lang: Lang, tickets: &[Ticket]) -> Markup {
    html! {
        section.section aria-labelledby="t-miennes" {
            h2 #t-miennes { (lang.text("assistance-mine")) }
            ol.polls {
                @for ticket in tickets {
                    li.poll {
                        span.poll__n { (icon(Icon::Speech)) }
                        div {
                            h3 { (ticket.number) }
                            p { (lang.text(topic_words(ticket.topic))) }
                            p.small.soft { (lang.with("ticket-opened-on", args![when = when::date_time(lang, ticket.opened)])) }
                            (ticket_badge(lang, ticket.status))
                        }
                        a.btn.btn--secondary href={ "/assistance/" (ticket.number) } {
                            (lang.text("ticket-read")) span.vh { " " (ticket.number) }
                        }
                    }
                }
            }
        }
    }
}

fn form_problems(lang: Lang, view: &FormView) -> Markup {
    if view.problems.is_empty() {
        return match &view.captcha {
            Some(captcha) if captcha.problem.is_some() => captcha_notice(lang, captcha.problem),
            _ => html! {},
        };
    }
    problems(lang, &view.problems)
}

fn problems(lang: Lang, problems: &[Problem]) -> Markup {
    notice(
        Tone::Error,
        lang.text("ticket-not-sent"),
        html! {
            ul.plain {
                @for problem in problems {
                    li {
                        @match problem.field {
                            Some(at) => a href={ "#" (field_id(at)) } { (problem.words) },
                            None => (problem.words),
                        }
                    }
                }
            }
        },
    )
}

fn request_form(chrome: &Chrome, view: &FormView) -> Markup {
    let lang = chrome.lang;
    html! {
        form.form method="post" action="/assistance" novalidate data-once {
            (required_note(lang))
            input type="hidden" name="jeton" value=(view.token);
            (topic(lang, view))
            (text_area(lang, &lang.text("ticket-body"), &view.body, view.error(TicketField::Body)))
            @if chrome.who.is_none() { (identity(lang, view)) }
            @if let Some(captcha) = &view.captcha { (captcha_field(lang, captcha)) }
            div.actions {
                button.btn.btn--primary type="submit" { (lang.text("ticket-send")) }
                a.btn.btn--secondary href="/" { (lang.text("back-home-short")) }
            }
        }
    }
}

/// The advice about a topic stands in the page; the style sheet shows it when the topic is chosen.
fn topic(lang: Lang, view: &FormView) -> Markup {
    let error = view.error(TicketField::Topic);
    html! {
        div.field.field--error[error.is_some()] {
            label.field__label for="objet" { (lang.text("ticket-topic")) " " (required_mark()) }
            select.input #objet name="objet" required aria-describedby=[error.map(|_| "objet-err")] aria-invalid=[error.map(|_| "true")] {
                option value="" { (lang.text("ticket-topic-none")) }
                @for topic in Topic::ALL {
                    option value=(topic.as_str()) selected[view.topic == Some(*topic)] { (lang.text(topic_words(*topic))) }
                }
            }
            @if let Some(error) = error { (field_error("objet", error)) }
        }
        div.advice aria-live="polite" { div.advice__code { (code_advice(lang)) } }
    }
}

/// What to do about a voting code that never came or is lost.
fn code_advice(lang: Lang) -> Markup {
    html! {
        div.notice.notice--info {
            (icon(Icon::Info))
            div {
                p.notice__title { (lang.text("ticket-code-title")) }
                p { (lang.text("ticket-code-text")) " " a href="/tutoriels/reassorts" { (lang.text("ticket-code-link")) } }
            }
        }
    }
}

fn text_area(lang: Lang, label: &str, value: &str, error: Option<&str>) -> Markup {
    html! {
        div.field.field--error[error.is_some()] {
            label.field__label for="texte" { (label) " " (required_mark()) }
            p.field__hint #texte-aide { (lang.rich_with("ticket-body-hint", args![n = MAX_BODY])) }
            textarea.input #texte name="texte" rows="8" maxlength=(MAX_BODY) required
                aria-describedby=(if error.is_some() { "texte-aide texte-err" } else { "texte-aide" })
                aria-invalid=[error.map(|_| "true")] { (value) }
            @if let Some(error) = error { (field_error("texte", error)) }
        }
    }
}

fn identity(lang: Lang, view: &FormView) -> Markup {
    let hint = lang.text("ticket-contact-hint");
    let (name, contact, number) = (
        lang.text("ticket-name"),
        lang.text("ticket-contact"),
        lang.text("account-number"),
    );
    let fields = [
        Field {
            value: &view.name,
            error: view.error(TicketField::Name),
            autocomplete: "name",
            ..Field::text("nom", &name)
        },
        Field {
            value: &view.contact,
            error: view.error(TicketField::Contact),
            hint: Some(&hint),
            ..Field::text("contact", &contact)
        },
        Field {
            value: &view.number,
            error: view.error(TicketField::Number),
            required: false,
            ..Field::text("matricule", &number)
        },
    ];
    html! {
        @for one in fields { (field(&Field { max_length: u32::try_from(MAX_FIELD).ok(), ..one }, "")) }
    }
}

/// Telephone and address: for those whom no form suits.
fn people(chrome: &Chrome) -> Markup {
    let lang = chrome.lang;
    html! {
        aside.panel.panel--sunken aria-labelledby="t-contact" {
            h2 #t-contact { (lang.text("assistance-people")) }
            p { (lang.text("assistance-people-text")) }
            (contact_lines(lang, &chrome.contact))
            p.small { (lang.rich("assistance-never")) }
        }
    }
}

/// What has just been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// A new request.
    Request,
    /// A message in it.
    Reply,
}

/// A conversation, as the person reads it.
#[derive(Debug, Clone)]
pub struct ConversationView {
    /// Request and messages, without internal notes.
    pub conversation: Conversation,
    /// Where a reply is posted: the address of this page.
    pub action: String,
    /// What has just been sent, if anything.
    pub sent: Option<Sent>,
    /// Token of the form of a reply.
    pub token: String,
    /// Reply typed.
    pub body: String,
    /// What is wrong with the reply.
    pub problems: Vec<Problem>,
}

/// Draws a conversation.
#[must_use]
pub fn render_conversation(chrome: &Chrome, view: &ConversationView) -> Markup {
    let lang = chrome.lang;
    let ticket = &view.conversation.ticket;
    let title = lang.with("ticket-title", args![number = ticket.number.to_string()]);
    page(
        chrome,
        &title,
        html! {
            (back("/assistance", lang.text("assistance-title")))
            div.page-head { h1 { (title) } p { (ticket_badge(lang, ticket.status)) } }
            @if !view.problems.is_empty() { (problems(lang, &view.problems)) }
            @else if let Some(sent) = view.sent { (sent_notice(lang, view, sent)) }
            @if view.sent == Some(Sent::Request) && ticket.topic == Topic::VotingCode { (code_advice(lang)) }
            div.split {
                div {
                    section aria-labelledby="t-messages" {
                        h2 #t-messages { (lang.text("ticket-messages")) }
                        ol.thread { @for message in &view.conversation.messages { (one_message(lang, ticket, message)) } }
                    }
                    (reply(lang, view))
                }
                aside.panel.panel--sunken aria-labelledby="t-demande" {
                    h2 #t-demande { (lang.text("ticket-facts")) }
                    dl.facts {
                        div { dt { (lang.text("ticket-number")) } dd { (ticket.number) } }
                        div { dt { (lang.text("ticket-topic")) } dd { (lang.text(topic_words(ticket.topic))) } }
                        div { dt { (lang.text("ticket-opened")) } dd { (lang.with("paris-time", args![when = when::date_time(lang, ticket.opened)])) } }
                    }
                    h3 { (lang.text("assistance-people")) }
                    (contact_lines(lang, &chrome.contact))
                    p.small { (lang.rich("assistance-never")) }
                }
            }
        },
    )
}

fn sent_notice(lang: Lang, view: &ConversationView, sent: Sent) -> Markup {
    let ticket = &view.conversation.ticket;
    let number = ticket.number.to_string();
    match sent {
        Sent::Reply => notice(
            Tone::Success,
            lang.text("ticket-reply-sent"),
            html! { p { (lang.text("ticket-reply-sent-text")) } },
        ),
        Sent::Request => notice(
            Tone::Success,
            lang.with("ticket-sent", args![number = number]),
            html! {
                p { (lang.text(if ticket.contact.contains('@') { key("ticket-sent-mail") } else { key("ticket-sent-page") })) }
                @if ticket.voter.is_none() { p { (lang.text("ticket-sent-keep")) } }
            },
        ),
    }
}

fn one_message(lang: Lang, ticket: &Ticket, message: &TicketMessage) -> Markup {
    let by_person = message.author == Author::Person;
    html! {
        li.message.message--person[by_person] {
            p.message__head {
                strong { @if by_person { (ticket.name) } @else { (lang.text("ticket-desk")) } }
                span.soft { (when::time_element(lang, message.at)) }
            }
            p.message__text { (message.body) }
        }
    }
}

fn reply(lang: Lang, view: &ConversationView) -> Markup {
    html! {
        section.section aria-labelledby="t-reponse" {
            h2 #t-reponse { (lang.text("ticket-reply")) }
            @if view.conversation.ticket.status == TicketStatus::Closed {
                p { (lang.rich("ticket-closed-text")) }
            } @else {
                form.form method="post" action=(view.action) novalidate data-once {
                    input type="hidden" name="jeton" value=(view.token);
                    (text_area(lang, &lang.text("ticket-reply-body"), &view.body, error_of(&view.problems, TicketField::Body)))
                    div.actions { button.btn.btn--primary type="submit" { (lang.text("ticket-reply-send")) } }
                }
            }
        }
    }
}
