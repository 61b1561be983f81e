//! Acts that take two people: what waits for another person, and what was decided before.

use isoloir_domain::critical::CriticalAct;
use isoloir_domain::staff::StaffMember;
use isoloir_service::two_people::{Proposal, ProposalStatus};
use maud::{Markup, html};

use super::{Names, Outcome, Tab, at, frame, name_of};
use crate::layout::Chrome;
use isoloir_theme::args;
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::when;

/// Where the page is.
pub const PATH: &str = "/gestion/decisions";

/// What the page shows.
#[derive(Debug, Clone)]
pub struct DecisionsView {
    /// Proposals, those that wait first.
    pub proposals: Vec<Proposal>,
    /// Who is who.
    pub names: Names,
    /// What was just done.
    pub outcome: Outcome,
}

fn act_words(act: &CriticalAct) -> &'static str {
    match act {
        CriticalAct::WaiveGate { .. } => key("decision-waive-gate"),
        CriticalAct::ApproveRoll { .. } => key("decision-approve-roll"),
        CriticalAct::DecideComplaint { .. } => key("decision-complaint"),
        CriticalAct::MoveCalendar { .. } => key("decision-calendar"),
    }
}

fn status_words(status: ProposalStatus) -> &'static str {
    match status {
        ProposalStatus::Pending => key("decision-pending"),
        ProposalStatus::Confirmed => key("decision-confirmed"),
        ProposalStatus::Refused => key("decision-refused"),
        ProposalStatus::Expired => key("decision-expired"),
    }
}

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, member: &StaffMember, view: &DecisionsView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("decision-title");
    let (waiting, decided): (Vec<_>, Vec<_>) = view
        .proposals
        .iter()
        .partition(|one| one.status == ProposalStatus::Pending);
    frame(
        chrome,
        member,
        Tab::Decisions,
        &title,
        html! {
            div.page-head { h1 { (title) } p.lede { (lang.text("decision-lede")) } }
            (view.outcome.draw(lang))
            section.section aria-labelledby="t-attente" {
                h2 #t-attente { (lang.text("decision-waiting")) }
                @if waiting.is_empty() { p { (lang.text("decision-none")) } }
                @for one in waiting { (proposal(lang, member, view, one)) }
            }
            @if !decided.is_empty() {
                section.section aria-labelledby="t-decides" {
                    h2 #t-decides { (lang.text("decision-decided")) }
                    @for one in decided { (proposal(lang, member, view, one)) }
                }
            }
        },
    )
}

fn proposal(lang: Lang, member: &StaffMember, view: &DecisionsView, one: &Proposal) -> Markup {
    let mine = one.proposed_by == Some(member.id);
    let path = format!("{PATH}/{}", one.id);
    let title_id = format!("t-{}", one.id);
    html! {
        article.panel aria-labelledby=(title_id) {
            div.panel__head {
                h3 id=(title_id) { (lang.text(act_words(&one.act))) }
                span.soft { (lang.text(status_words(one.status))) }
            }
            dl.facts {
                (what(lang, &one.act))
                div { dt { (lang.text("decision-proposed")) } dd {
                    (lang.with("console-by-on", args![name = one.proposer.as_str(), when = when::date_time(lang, one.proposed)]))
                } }
                @if let Some((when, by)) = one.decision {
                    div { dt { (lang.text("decision-by")) } dd {
                        (lang.with("console-by-on", args![name = name_of(&view.names, &by.to_string()), when = when::date_time(lang, when)]))
                    } }
                } @else {
                    div { dt { (lang.text("decision-until")) } dd { (at(lang, one.expires)) } }
                }
            }
            @if one.status == ProposalStatus::Pending {
                div.actions {
                    @if mine {
                        p { (lang.text("decision-mine")) }
                    } @else {
                        form method="post" action={ (path) "/confirmation" } data-once {
                            button.btn.btn--primary type="submit" aria-describedby=(title_id) { (lang.text("decision-confirm")) }
                        }
                    }
                    form method="post" action={ (path) "/refus" } {
                        button.btn.btn--secondary type="submit" aria-describedby=(title_id) {
                            @if mine { (lang.text("decision-withdraw")) } @else { (lang.text("decision-refuse")) }
                        }
                    }
                }
            }
        }
    }
}

/// What is to be looked at before one confirms.
fn what(lang: Lang, act: &CriticalAct) -> Markup {
    let fact = |label: &'static str, value: Markup| html! { div { dt { (lang.text(label)) } dd.typed { (value) } } };
    match act {
        CriticalAct::WaiveGate { gate, reason } => html! {
            (fact(key("decision-gate"), html! { code { (gate) } }))
            (fact(key("decision-reason"), html! { (reason) }))
        },
        CriticalAct::ApproveRoll { stage } => fact(
            key("decision-file"),
            html! { a href={ "/gestion/listes/" (stage) } { (stage) } },
        ),
        CriticalAct::DecideComplaint {
            number,
            accepted,
            reasons,
            effect,
            ..
        } => html! {
            (fact(key("decision-complaint-number"), html! { a href={ "/gestion/reclamations/" (number) } { (number) } }))
            (fact(key("decision-sense"), html! { @if *accepted { (lang.text("console-accept")) } @else { (lang.text("console-reject")) } }))
            (fact(key("decision-reason"), html! { (reasons) }))
            @if !effect.is_empty() { (fact(key("decision-effect"), html! { (effect) })) }
        },
        CriticalAct::MoveCalendar { opens, closes } => html! {
            (fact(key("decision-opens"), html! { (at(lang, *opens)) }))
            (fact(key("decision-closes"), html! { (at(lang, *closes)) }))
        },
    }
}
