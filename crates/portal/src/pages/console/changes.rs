//! Changes of address that wait for another person, and those decided before.

use isoloir_domain::Voter;
use isoloir_domain::staff::StaffMember;
use isoloir_service::support_actions::{AddressChange, ChangeStatus};
use maud::{Markup, html};

use super::voter::change_badge;
use super::{Names, Outcome, Tab, at, frame, name_of};
use crate::layout::Chrome;
use isoloir_theme::args;
use isoloir_theme::i18n::Lang;
use isoloir_theme::when;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct ChangesView {
    /// Changes with their voters, those that wait first.
    pub changes: Vec<(AddressChange, Voter)>,
    /// Who is who.
    pub names: Names,
    /// What was just done.
    pub outcome: Outcome,
}

/// Draws the changes.
#[must_use]
pub fn render(chrome: &Chrome, member: &StaffMember, view: &ChangesView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("console-changes-title");
    let (waiting, decided): (Vec<_>, Vec<_>) = view
        .changes
        .iter()
        .partition(|(change, _)| change.status == ChangeStatus::Pending);
    frame(
        chrome,
        member,
        Tab::Changes,
        &title,
        html! {
            div.page-head { h1 { (title) } p.lede { (lang.text("console-changes-lede")) } }
            (view.outcome.draw(lang))
            section.section aria-labelledby="t-attente" {
                h2 #t-attente { (lang.text("console-changes-waiting")) }
                @if waiting.is_empty() { p { (lang.text("console-changes-none")) } }
                @for (change, voter) in waiting { (one(lang, member, view, change, voter)) }
            }
            @if !decided.is_empty() {
                section.section aria-labelledby="t-decides" {
                    h2 #t-decides { (lang.text("console-changes-decided")) }
                    @for (change, voter) in decided { (one(lang, member, view, change, voter)) }
                }
            }
        },
    )
}

fn one(lang: Lang, member: &StaffMember, view: &ChangesView, change: &AddressChange, voter: &Voter) -> Markup {
    let mine = change.proposed_by == member.id;
    let path = format!("/gestion/changements/{}", change.id);
    html! {
        article.panel {
            div.panel__head {
                h3 { a href={ "/gestion/electeurs/" (voter.id) } { (voter.full_name()) } " – " (voter.number) }
                (change_badge(lang, change.status))
            }
            dl.facts {
                div { dt { (lang.text("console-address")) } dd {
                    @match &change.old { Some(old) => (old), None => (lang.text("console-no-address")) }
                } }
                div { dt { (lang.text("console-new-address")) } dd { (change.new) } }
                div { dt { (lang.text("console-reason")) } dd.typed { (change.reason) } }
                div { dt { (lang.text("console-proposed")) } dd {
                    (lang.with("console-by-on", args![
                        name = name_of(&view.names, &change.proposed_by.to_string()),
                        when = when::date_time(lang, change.proposed),
                    ]))
                } }
                @if let Some((when, by)) = change.decision {
                    div { dt { (lang.text("console-decided")) } dd {
                        (lang.with("console-by-on", args![name = name_of(&view.names, &by.to_string()), when = when::date_time(lang, when)]))
                    } }
                } @else {
                    div { dt { (lang.text("console-expires")) } dd { (at(lang, change.expires)) } }
                }
            }
            @if change.status == ChangeStatus::Pending {
                div.actions {
                    @if mine {
                        p { (lang.text("console-change-mine")) }
                    } @else {
                        form method="post" action={ (path) "/approbation" } data-once {
                            button.btn.btn--primary type="submit" { (lang.text("console-approve")) }
                        }
                    }
                    form method="post" action={ (path) "/refus" } {
                        button.btn.btn--secondary type="submit" {
                            @if mine { (lang.text("console-withdraw")) } @else { (lang.text("console-refuse")) }
                        }
                    }
                }
            }
        }
    }
}
