//! Preparation of a consultation: what is ready, what is not and who must act, the calendar of the law, the rolls in figures, and the gates that
//! stand before anything is set up.

use isoloir_domain::capacity::{Expected, Standing, Statement};
use isoloir_domain::holidays::DayOff;
use isoloir_domain::roll_gates::{Gate, Waiver};
use isoloir_domain::staff::StaffMember;
use isoloir_domain::timetable::{Milestone, Nearness, Step};
use isoloir_domain::{Consultation, Phase};
use isoloir_service::capacity::Capacity;
use isoloir_service::review_preparation::{Preparation, Readiness};
use isoloir_service::review_roll::MAX_REASON;
use jiff::Timestamp;
use maud::{Markup, html};

use super::{Area, Outcome, Tab, area, at, frame};
use crate::layout::Chrome;
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, badge, notice, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::Icon;
use isoloir_theme::when;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct PreparationView {
    /// The consultation.
    pub consultation: Consultation,
    /// Where it stands.
    pub phase: Phase,
    /// How ready it is.
    pub preparation: Preparation,
    /// The moment, from which dates are near or past.
    pub now: Timestamp,
    /// Whether who reads may decide to pass a gate.
    pub decides: bool,
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
    let standing = view.preparation.review.standing().count();
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
            section.section aria-labelledby="t-scrutins" {
                h2 #t-scrutins { (lang.text("preparation-elections")) }
                (elections(lang, &view.preparation.elections))
            }
            section.section aria-labelledby="t-calendrier" {
                h2 #t-calendrier { (lang.text("preparation-calendar")) }
                (calendar(lang, &view.preparation.timetable, view.now, view.phase))
                p.soft { (lang.text("preparation-calendar-note")) }
            }
            section.section aria-labelledby="t-listes" {
                h2 #t-listes { (lang.text("preparation-rolls")) }
                (rolls(lang, view))
                p.soft { (lang.with("preparation-voters", args![voters = view.preparation.review.figures.voters, without = view.preparation.review.figures.without_mailbox])) }
            }
            section.section aria-labelledby="t-capacite" {
                h2 #t-capacite { (lang.text("capacity-title")) }
                (capacity(lang, &view.preparation.capacity))
            }
            @if !view.preparation.review.gates.is_empty() {
                section.section aria-labelledby="t-controles" {
                    h2 #t-controles { (lang.text("preparation-gates")) }
                    @for (rank, (gate, waiver)) in view.preparation.review.gates.iter().enumerate() { (one(lang, view, rank, gate, waiver.as_ref())) }
                }
            }
        },
    )
}

/// What the deployment was measured to hold, against what is expected: a warning, never a gate.
fn capacity(lang: Lang, capacity: &Capacity) -> Markup {
    let (tone, title, text) = match capacity.standing {
        Standing::Missing => (Tone::Warning, key("capacity-missing"), key("capacity-missing-text")),
        Standing::OtherBuild => (Tone::Warning, key("capacity-build"), key("capacity-build-text")),
        Standing::OtherMachine => (Tone::Warning, key("capacity-machine"), key("capacity-machine-text")),
        Standing::Insufficient => (
            Tone::Warning,
            key("capacity-insufficient"),
            key("capacity-insufficient-text"),
        ),
        Standing::Good => (Tone::Success, key("capacity-good"), key("capacity-good-text")),
    };
    let expected = &capacity.expected;
    let peak = lang.with(
        "capacity-peak",
        args![
            peak = expected.peak_per_minute,
            ballots = expected.ballots,
            hours = lang.number(expected.minutes / 60)
        ],
    );
    html! {
        (notice(tone, lang.text(title), html! { p { (lang.text(text)) } }))
        dl.facts {
            div { dt { (lang.text("capacity-expected")) } dd { (peak) } }
            @if let Some(certificate) = &capacity.certificate { (measured(lang, &certificate.statement, expected)) }
        }
        p.soft { (lang.text("capacity-note")) }
    }
}

fn measured(lang: Lang, said: &Statement, expected: &Expected) -> Markup {
    let measured = &said.measured;
    let held = lang.with("capacity-per-minute", args![n = lang.number(measured.held_per_minute)]);
    let times = measured.held_per_minute / expected.peak_per_minute.max(1);
    let margin = if times >= 2 {
        Some(lang.with("capacity-margin-times", args![n = lang.number(times)]))
    } else {
        let percent = lang.percent(measured.held_per_minute, expected.peak_per_minute);
        percent.map(|percent| lang.with("capacity-margin", args![percent = percent]))
    };
    let machine = lang.with(
        "capacity-machine-is",
        args![
            nodes = said.nodes.to_string(),
            cores = said.machine.cores.to_string(),
            processor = said.machine.processor.as_str(),
            memory = said.machine.memory_gib.to_string(),
            database = said.machine.database.as_str()
        ],
    );
    let cast = measured.latencies.iter().find(|one| one.step == "cast");
    html! {
        div { dt { (lang.text("capacity-held")) } dd {
            (held)
            @if let Some(margin) = margin { br; (margin) }
        } }
        div { dt { (lang.text("capacity-sign-ins")) } dd { (lang.with("capacity-sign-ins-are", args![n = lang.number(measured.sign_ins_per_minute), waited = lang.number(measured.waited), overtaken = lang.number(measured.overtaken)])) } }
        @if let Some(cast) = cast {
            div { dt { (lang.text("capacity-cast")) } dd { (lang.with("capacity-latency", args![p50 = lang.number(cast.p50_ms), p95 = lang.number(cast.p95_ms), p99 = lang.number(cast.p99_ms)])) } }
        }
        div { dt { (lang.text("capacity-when")) } dd { (when::time_element(lang, measured.began)) } }
        div { dt { (lang.text("capacity-where")) } dd { (machine) } }
        div { dt { (lang.text("capacity-program")) } dd { (said.version) br; code.break { (said.program) } } }
    }
}

/// What is missing of an election, or that nothing is.
fn tasks(lang: Lang, readiness: &Readiness) -> Markup {
    html! {
        @if readiness.sealed {
            (badge(Tone::Success, Icon::Success, lang.text("preparation-sealed")))
        } @else {
            ul.plain { @for task in &readiness.tasks { li { (task.message().text(lang.language())) } } }
        }
    }
}

fn elections(lang: Lang, elections: &[Readiness]) -> Markup {
    table_box(
        &lang.text("preparation-elections"),
        html! {
            table {
                caption.vh { (lang.text("preparation-elections")) }
                thead { tr {
                    th scope="col" { (lang.text("preparation-election")) }
                    th.num scope="col" { (lang.text("preparation-registered")) }
                    th.num scope="col" { (lang.text("preparation-lists")) }
                    th scope="col" { (lang.text("preparation-to-do")) }
                } }
                tbody {
                    @for one in elections {
                        tr {
                            th scope="row" { a href={ "/gestion/preparation/scrutins/" (one.election.id) } { (one.election.title) } }
                            td.num { (lang.number(one.registered)) }
                            td.num { (count(lang, one.lists.len())) }
                            td { (tasks(lang, one)) }
                        }
                    }
                }
            }
        },
    )
}

fn count(lang: Lang, n: usize) -> String {
    lang.number(u64::try_from(n).unwrap_or(u64::MAX))
}

/// Every date of the law, whether it is near, and what the organiser plans.
fn calendar(lang: Lang, dates: &[Milestone], now: Timestamp, phase: Phase) -> Markup {
    table_box(
        &lang.text("preparation-calendar"),
        html! {
            table {
                caption.vh { (lang.text("preparation-calendar")) }
                thead { tr {
                    th scope="col" { (lang.text("preparation-date")) }
                    th scope="col" { (lang.text("preparation-what")) }
                    th scope="col" { (lang.text("preparation-state")) }
                } }
                tbody {
                    @for date in dates {
                        tr {
                            th scope="row" {
                                @if date.whole_day { (when::day(lang, date.day)) } @else { (at(lang, date.due)) }
                                // The date itself names a Saturday or a Sunday.
                                @if let Some(off @ DayOff::Holiday(..)) = date.off { br; span.soft { (off.message().text(lang.language())) } }
                            }
                            td {
                                (date.step.message().text(lang.language()))
                                @if !date.article.is_empty() { br; span.soft { (date.article) } }
                                @if let Some(planned) = date.planned {
                                    br; (lang.with("preparation-planned", args![when = at(lang, planned)]))
                                }
                            }
                            td { (state(lang, date, now, phase)) }
                        }
                    }
                }
            }
        },
    )
}

fn state(lang: Lang, date: &Milestone, now: Timestamp, phase: Phase) -> Markup {
    if date.breaks_the_law() {
        return badge(Tone::Error, Icon::Error, lang.text("preparation-too-late"));
    }
    match date.nearness(now) {
        Nearness::Past if date.step == Step::Sealing && phase == Phase::Preparation => html! {},
        Nearness::Past => html! { (lang.text("preparation-past")) },
        Nearness::Soon(0) => badge(Tone::Warning, Icon::Clock, lang.text("preparation-today")),
        Nearness::Soon(days) => badge(
            Tone::Warning,
            Icon::Clock,
            lang.with("preparation-soon", args![n = days]),
        ),
        Nearness::Later(days) => html! { (lang.with("preparation-later", args![n = days])) },
    }
}

/// Draws the page of one election.
#[must_use]
pub fn render_election(chrome: &Chrome, member: &StaffMember, consultation: &Consultation, one: &Readiness) -> Markup {
    let lang = chrome.lang;
    let title = one.election.title.clone();
    frame(
        chrome,
        member,
        Tab::Preparation,
        &title,
        html! {
            (back("/gestion/preparation", lang.text("preparation-title")))
            div.page-head { p.overline { (consultation.title) } h1 { (title) } }
            section.section aria-labelledby="t-faire" {
                h2 #t-faire { (lang.text("preparation-to-do")) }
                (tasks(lang, one))
            }
            section.section aria-labelledby="t-etat" {
                h2 #t-etat { (lang.text("preparation-facts")) }
                dl.facts {
                    div { dt { (lang.text("preparation-registered")) } dd { (lang.number(one.registered)) } }
                    div { dt { (lang.text("preparation-seats")) } dd { (lang.number(u64::from(one.election.seats))) } }
                    div { dt { (lang.text("preparation-logos")) } dd { (count(lang, one.logos)) " / " (count(lang, one.lists.len())) } }
                    div { dt { (lang.text("preparation-manifestos")) } dd { (count(lang, one.manifestos)) " / " (count(lang, one.lists.len())) } }
                    div { dt { (lang.text("preparation-board")) } dd {
                        @match &one.board { Some(board) => (board.title), None => (lang.text("preparation-no-board")) }
                    } }
                    div { dt { (lang.text("preparation-keys")) } dd {
                        @if one.has_keys { (lang.text("preparation-made")) } @else { (lang.text("preparation-not-made")) }
                    } }
                }
            }
            section.section aria-labelledby="t-candidatures" {
                h2 #t-candidatures { (lang.text("preparation-lists")) }
                @if one.lists.is_empty() { p { (lang.text("preparation-no-list")) } } @else { (lists(lang, one)) }
            }
        },
    )
}

fn lists(lang: Lang, one: &Readiness) -> Markup {
    table_box(
        &lang.text("preparation-lists"),
        html! {
            table {
                caption.vh { (lang.text("preparation-lists")) }
                thead { tr {
                    th scope="col" { (lang.text("preparation-list")) }
                    th.num scope="col" { (lang.text("preparation-candidates")) }
                    th scope="col" { (lang.text("preparation-filed")) }
                } }
                tbody {
                    @for list in &one.lists {
                        tr {
                            th scope="row" { (list.name) " (" (list.acronym) ")" }
                            td.num { (count(lang, list.candidates.len())) }
                            td { @match list.filed { Some(filed) => (at(lang, filed)), None => "–" } }
                        }
                    }
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
                    @for roll in &view.preparation.review.figures.elections {
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
            h3 id={ "controle-" (rank) } { (message.text(lang.language())) }
            @match waiver {
                Some(waiver) => {
                    dl.facts {
                        div { dt { (lang.text("preparation-passed-by")) } dd { (waiver.by) } }
                        div { dt { (lang.text("preparation-reason")) } dd.typed { (waiver.reason) } }
                        div { dt { (lang.text("preparation-when")) } dd { (at(lang, waiver.at)) } }
                    }
                }
                None if gate.can_be_waived() && view.decides => {
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
                None if gate.can_be_waived() => p.soft { (lang.text("console-decision-others")) },
                None => p { (lang.text("preparation-never")) },
            }
        }
    }
}
