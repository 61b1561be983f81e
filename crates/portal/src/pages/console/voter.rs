//! A voter's journey, and what the help desk may do for them.

use isoloir_domain::delivery::{Channel, Status};
use isoloir_domain::policy::AddressChange as AddressRule;
use isoloir_domain::staff::StaffMember;
use isoloir_service::outbox::Delivery;
use isoloir_service::support_actions::{AddressChange, ChangeStatus, LONGEST_REASON};
use isoloir_service::voter_journey::Journey;
use maud::{Markup, html};

use super::{Area, Names, Outcome, Tab, area, at, frame, name_of};
use crate::layout::Chrome;
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, back, badge, field, notice, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::Icon;
use isoloir_theme::when;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct VoterView {
    /// The journey.
    pub journey: Journey,
    /// Who is who.
    pub names: Names,
    /// Address and reason typed for a change that was refused.
    pub typed: [String; 2],
    /// What was just done.
    pub outcome: Outcome,
}

/// Draws a journey.
#[must_use]
pub fn render(chrome: &Chrome, member: &StaffMember, view: &VoterView) -> Markup {
    let lang = chrome.lang;
    let journey = &view.journey;
    let voter = &journey.voter;
    let title = voter.full_name();
    frame(
        chrome,
        member,
        Tab::Desk,
        &title,
        html! {
            (back("/gestion/assistance", lang.text("console-desk-title")))
            div.page-head { h1 { (title) } p { (account_badge(lang, journey)) } }
            (view.outcome.draw(lang))
            div.split {
                div {
                    section.panel aria-labelledby="t-parcours" {
                        h2 #t-parcours { (lang.text("console-journey")) }
                        dl.facts {
                            div { dt { (lang.text("account-number")) } dd { (voter.number) } }
                            div { dt { (lang.text("console-address")) } dd {
                                @match &voter.email { Some(email) => (email), None => (lang.text("console-no-address")) }
                            } }
                            div { dt { (lang.text("console-account")) } dd {
                                @match &journey.account {
                                    Some(account) => (lang.with("console-activated-on", args![when = when::date_time(lang, account.activated)])),
                                    None => (lang.text("console-not-activated")),
                                }
                            } }
                            @if journey.account.is_none() {
                                div { dt { (lang.text("console-link")) } dd {
                                    @match journey.link_until {
                                        Some(until) => (lang.with("console-link-until", args![when = when::date_time(lang, until)])),
                                        None => (lang.text("console-no-link")),
                                    }
                                } }
                            }
                            div { dt { (lang.text("console-last-sign-in")) } dd {
                                @match journey.account.and_then(|account| account.last_sign_in) {
                                    Some(last) => (at(lang, last)),
                                    None => (lang.text("console-never-signed-in")),
                                }
                            } }
                            div { dt { (lang.text("console-notice")) } dd { (lang.text("console-notice-elsewhere")) } }
                        }
                    }
                    section.section aria-labelledby="t-scrutins" {
                        h2 #t-scrutins { (lang.text("console-elections")) }
                        ul { @for election in &journey.elections { li { (election) } } }
                    }
                    section.section aria-labelledby="t-envois" {
                        h2 #t-envois { (lang.text("console-messages")) }
                        @if journey.messages.is_empty() { p { (lang.text("console-messages-none")) } }
                        @else { (messages(lang, &journey.messages)) }
                    }
                    @if !journey.changes.is_empty() {
                        section.section aria-labelledby="t-changements" {
                            h2 #t-changements { (lang.text("console-changes-title")) }
                            ul.todo { @for change in &journey.changes { (change_line(lang, change, &view.names)) } }
                        }
                    }
                }
                (actions(lang, view))
            }
            p.small { (lang.text("console-never")) }
        },
    )
}

fn account_badge(lang: Lang, journey: &Journey) -> Markup {
    if journey.account.is_some() {
        badge(Tone::Success, Icon::Success, lang.text("console-activated"))
    } else {
        badge(Tone::Warning, Icon::Clock, lang.text("console-not-activated"))
    }
}

fn messages(lang: Lang, messages: &[Delivery]) -> Markup {
    table_box(
        &lang.text("console-messages"),
        html! {
            table {
                caption.vh { (lang.text("console-messages")) }
                thead { tr {
                    th scope="col" { (lang.text("console-message-kind")) }
                    th scope="col" { (lang.text("console-message-channel")) }
                    th scope="col" { (lang.text("console-message-asked")) }
                    th scope="col" { (lang.text("console-col-state")) }
                } }
                tbody {
                    @for message in messages {
                        tr {
                            th scope="row" { (kind(lang, &message.kind)) }
                            td { (lang.text(match message.channel { Channel::Mail => key("console-mail"), Channel::Sms => key("console-sms") })) }
                            td { (when::time_element(lang, message.queued)) }
                            td { (delivery(lang, message.status)) }
                        }
                    }
                }
            }
        },
    )
}

/// What a letter is about; a name that has no words yet is shown as it is.
fn kind(lang: Lang, name: &str) -> String {
    let words = match name {
        "activation" => key("console-kind-activation"),
        "account_activated" => key("console-kind-activated"),
        "password_reset" | "identity_password_reset" | "identity_password_reset_asked" => key("console-kind-reset"),
        "password_changed" => key("console-kind-password"),
        "challenge_changed" => key("console-kind-challenge"),
        "address_changed" => key("console-kind-address"),
        "ticket_opened" | "ticket_reply" | "ticket_closed" => key("console-kind-ticket"),
        "complaint_received" | "complaint_decided" => key("console-kind-complaint"),
        other => return other.to_owned(),
    };
    lang.text(words)
}

fn delivery(lang: Lang, status: Status) -> Markup {
    match status {
        Status::Queued | Status::Held => badge(Tone::Info, Icon::Clock, lang.text("console-sent-queued")),
        Status::Sent => badge(Tone::Success, Icon::Tick, lang.text("console-sent-sent")),
        Status::Delivered => badge(Tone::Success, Icon::Success, lang.text("console-sent-delivered")),
        Status::Failed => badge(Tone::Error, Icon::Error, lang.text("console-sent-failed")),
        Status::Expired => badge(Tone::Warning, Icon::Warning, lang.text("console-sent-expired")),
    }
}

/// Where a change of address stands.
#[must_use]
pub fn change_badge(lang: Lang, status: ChangeStatus) -> Markup {
    match status {
        ChangeStatus::Pending => badge(Tone::Warning, Icon::Clock, lang.text("console-change-pending")),
        ChangeStatus::Approved => badge(Tone::Success, Icon::Success, lang.text("console-change-approved")),
        ChangeStatus::Refused => badge(Tone::Error, Icon::Error, lang.text("console-change-refused")),
        ChangeStatus::Expired => badge(Tone::Info, Icon::Clock, lang.text("console-change-expired")),
    }
}

fn change_line(lang: Lang, change: &AddressChange, names: &Names) -> Markup {
    html! {
        li {
            div { (change_badge(lang, change.status)) }
            div {
                h3 { (change.new) }
                p { (lang.with("console-proposed-by", args![
                    name = name_of(names, &change.proposed_by.to_string()),
                    when = when::date_time(lang, change.proposed),
                ])) }
            }
        }
    }
}

fn actions(lang: Lang, view: &VoterView) -> Markup {
    let journey = &view.journey;
    let rules = &journey.consultation.policy.support;
    let path = format!("/gestion/electeurs/{}", journey.voter.id);
    let pending = journey
        .changes
        .iter()
        .any(|change| change.status == ChangeStatus::Pending);
    html! {
        aside.panel aria-labelledby="t-actes" {
            h2 #t-actes { (lang.text("console-actions")) }
            h3 { (lang.text("console-activation")) }
            @if journey.account.is_some() { p { (lang.text("console-activation-done")) } }
            @else if !rules.resend { p { (lang.text("console-not-allowed")) } }
            @else if journey.sendings_left == 0 { p { (lang.text("console-no-sendings")) } }
            @else {
                p.small { (lang.with("console-sendings-left", args![n = journey.sendings_left])) }
                @if journey.voter.email.is_some() {
                    form method="post" action={ (path) "/activation" } data-once {
                        button.btn.btn--primary type="submit" { (lang.text("console-resend")) }
                    }
                } @else {
                    form method="post" action={ (path) "/courrier" } {
                        button.btn.btn--primary type="submit" { (lang.text("console-letter")) }
                    }
                    p.small { (lang.text("console-letter-text")) }
                }
            }
            hr;
            h3 { (lang.text("console-change")) }
            @if rules.change_address == AddressRule::Never { p { (lang.text("console-not-allowed")) } }
            @else if pending { p { (lang.rich("console-change-waits")) } }
            @else { (change_form(lang, &path, view)) }
        }
    }
}

fn change_form(lang: Lang, path: &str, view: &VoterView) -> Markup {
    let [address, reason] = &view.typed;
    let wrong = |id| view.outcome.error_of(id, lang);
    let (label, why, hint) = (
        lang.text("console-new-address"),
        lang.text("console-reason"),
        lang.text("console-reason-hint"),
    );
    html! {
        p.small { (lang.text("console-change-text")) }
        form.form method="post" action={ (path) "/adresse" } data-once {
            (field(&Field { kind: "email", value: address, max_length: Some(254), error: wrong("adresse"), ..Field::text("adresse", &label) }, ""))
            (area(&Area { id: "motif", name: "motif", label: &why, hint: Some(&hint), value: reason, rows: 3, longest: LONGEST_REASON, required: true, error: wrong("motif") }))
            button.btn.btn--secondary type="submit" { (lang.text("console-propose")) }
        }
    }
}

/// Draws an activation letter's code, once, for a voter who stands at the counter.
#[must_use]
pub fn render_letter(chrome: &Chrome, member: &StaffMember, letter: &LetterView<'_>) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("console-letter-title");
    frame(
        chrome,
        member,
        Tab::Desk,
        &title,
        html! {
            (back(letter.up, letter.name))
            div.page-head { h1 { (title) } }
            (notice(Tone::Warning, lang.text("console-letter-warning"), html! { p { (lang.text("console-letter-check")) } }))
            section.panel {
                dl.facts {
                    div { dt { (lang.text("console-letter-for")) } dd { (letter.name) } }
                    div { dt { (lang.text("console-letter-address")) } dd { (letter.address) } }
                    div { dt { (lang.text("account-number")) } dd { (letter.number) } }
                    div { dt { (lang.text("console-letter-code")) } dd { (letter.code) } }
                    div { dt { (lang.text("console-letter-until")) } dd { (letter.until) } }
                }
            }
        },
    )
}

/// What a letter says.
#[derive(Debug, Clone, Copy)]
pub struct LetterView<'a> {
    /// The voter's page.
    pub up: &'a str,
    /// Whom it is for.
    pub name: &'a str,
    /// Where the code is typed.
    pub address: &'a str,
    /// Staff number.
    pub number: &'a str,
    /// The code.
    pub code: &'a str,
    /// Until when it is good.
    pub until: &'a str,
}
