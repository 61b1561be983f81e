//! Preparation of a consultation: the rolls in figures, and the gates that stand before anything is set up.

use isoloir_domain::roll_gates::{Gate, Waiver};
use isoloir_domain::staff::StaffMember;
use isoloir_domain::{Consultation, Phase};
use isoloir_service::review_roll::{MAX_REASON, RollReview};
use maud::{Markup, html};

use super::{Area, Outcome, Tab, area, at, frame};
use crate::error::language;
use crate::layout::Chrome;
use isoloir_theme::args;
use isoloir_theme::components::{Tone, notice, table_box};
use isoloir_theme::i18n::Lang;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct PreparationView {
    /// The consultation.
    pub consultation: Consultation,
    /// Where it stands.
    pub phase: Phase,
    /// Its rolls.
    pub review: RollReview,
    /// The gate whose decision was refused, with the reason that was typed.
    pub typed: Option<(String, String)>,
    /// What was just done.
    pub outcome: Outcome,
}

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, member: &StaffMember, view: &PreparationView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("preparation-title");
    let standing = view.review.standing().count();
    frame(
        chrome,
        member,
        Tab::Preparation,
        &title,
        html! {
            div.page-head { p.overline { (view.consultation.title) } h1 { (title) } p.lede { (lang.text("preparation-lede")) } }
            (view.outcome.draw(lang))
            @if standing > 0 {
                (notice(Tone::Warning, lang.with("preparation-standing", args![n = standing]), html! { p { (lang.text("preparation-standing-text")) } }))
            } @else {
                (notice(Tone::Success, lang.text("preparation-clear"), html! { p { (lang.text("preparation-clear-text")) } }))
            }
            section.section aria-labelledby="t-listes" {
                h2 #t-listes { (lang.text("preparation-rolls")) }
                (rolls(lang, view))
                p.soft { (lang.with("preparation-voters", args![voters = view.review.figures.voters, without = view.review.figures.without_mailbox])) }
            }
            @if !view.review.gates.is_empty() {
                section.section aria-labelledby="t-controles" {
                    h2 #t-controles { (lang.text("preparation-gates")) }
                    @for (rank, (gate, waiver)) in view.review.gates.iter().enumerate() { (one(lang, view, rank, gate, waiver.as_ref())) }
                }
            }
        },
    )
}

fn rolls(lang: Lang, view: &PreparationView) -> Markup {
    let expected = &view.consultation.policy.roll.gates.expected;
    table_box(
        &lang.text("preparation-rolls"),
        html! {
            table {
                caption.vh { (lang.text("preparation-rolls")) }
                thead { tr {
                    th scope="col" { (lang.text("preparation-election")) }
                    th.num scope="col" { (lang.text("preparation-registered")) }
                    th.num scope="col" { (lang.text("preparation-expected")) }
                    th.num scope="col" { (lang.text("preparation-without")) }
                } }
                tbody {
                    @for roll in &view.review.figures.elections {
                        tr {
                            th scope="row" { (roll.title) }
                            td.num { (lang.number(roll.registered)) }
                            td.num { @match expected.get(&roll.key) { Some(n) => (lang.number(u64::from(*n))), None => "–" } }
                            td.num { (lang.number(roll.without_mailbox)) }
                        }
                    }
                }
            }
        },
    )
}

fn one(lang: Lang, view: &PreparationView, rank: usize, gate: &Gate, waiver: Option<&Waiver>) -> Markup {
    let key = gate.key();
    let message = gate.message();
    let typed = view.typed.as_ref().filter(|(of, _)| *of == key);
    // The one to be corrected has the name that the notice at the top leads to.
    let id = if typed.is_some() {
        "raison".to_owned()
    } else {
        format!("raison-{rank}")
    };
    let error = typed.and_then(|_| view.outcome.error_of("raison", lang));
    html! {
        article.panel aria-labelledby={ "controle-" (rank) } {
            h3 id={ "controle-" (rank) } { (message.text(language(lang))) }
            @match waiver {
                Some(waiver) => {
                    dl.facts {
                        div { dt { (lang.text("preparation-passed-by")) } dd { (waiver.by) } }
                        div { dt { (lang.text("preparation-reason")) } dd.typed { (waiver.reason) } }
                        div { dt { (lang.text("preparation-when")) } dd { (at(lang, waiver.at)) } }
                    }
                }
                None if gate.can_be_waived() => {
                    form.form method="post" action="/gestion/preparation" novalidate data-once {
                        input type="hidden" name="controle" value=(key);
                        (area(&Area {
                            id: &id,
                            name: "raison",
                            label: &lang.text("preparation-reason"),
                            hint: Some(&lang.text("preparation-reason-hint")),
                            value: typed.map_or("", |(_, reason)| reason.as_str()),
                            rows: 3,
                            longest: MAX_REASON,
                            required: true,
                            error,
                        }))
                        div.actions { button.btn.btn--secondary type="submit" { (lang.text("preparation-pass")) } }
                    }
                }
                None => p { (lang.text("preparation-never")) },
            }
        }
    }
}
