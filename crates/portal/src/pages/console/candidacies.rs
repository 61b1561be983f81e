//! Candidacies on the organiser's side: how far each election is, one election with its lists, its shares and the lot of its order, one list with what
//! stops it and the decision, and the unions' delegates.

use isoloir_domain::candidacy::{FilingDates, FilingPhase, State, Weight};
use isoloir_domain::display_order::OrderRecord;
use isoloir_domain::staff::StaffMember;
use isoloir_domain::{Consultation, Election, Sex};
use isoloir_service::candidacies::{ElectionQueue, UnionDelegate, WholeCandidacy};
use isoloir_service::draw_order::{MAX_FIELD, OrderState};
use isoloir_service::file_complaint::MAX_BODY;
use isoloir_service::name_delegate::{MAX_ACRONYM, MAX_UNION};
use jiff::Timestamp;
use maud::{Markup, html};

use super::own_candidacies::{asked, file_table, findings, state_badge, written};
use super::{Area, Names, Outcome, Tab, area, at, frame, name_of};
use crate::layout::Chrome;
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, back, badge, field, field_error, notice, required_note, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};

/// What the queue shows.
#[derive(Debug, Clone)]
pub struct QueueView {
    /// The consultation.
    pub consultation: Consultation,
    /// Until when lists are filed and corrected.
    pub dates: FilingDates,
    /// How far each election is.
    pub queue: Vec<ElectionQueue>,
    /// The moment.
    pub now: Timestamp,
}

/// Draws how far every election is.
#[must_use]
pub fn render(chrome: &Chrome, member: &StaffMember, view: &QueueView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("candidacies-console-title");
    let shown = [
        State::Filed,
        State::Asked,
        State::Accepted,
        State::Refused,
        State::Withdrawn,
    ];
    frame(
        chrome,
        member,
        Tab::Candidacies,
        &title,
        html! {
            div.page-head { p.overline { (view.consultation.title) } h1 { (title) } p.lede { (lang.text("candidacies-console-lede")) } }
            (dates(lang, &view.dates, view.now))
            section.section aria-labelledby="t-scrutins" {
                h2 #t-scrutins { (lang.text("preparation-elections")) }
                (table_box(&lang.text("preparation-elections"), html! {
                    table {
                        caption.vh { (lang.text("preparation-elections")) }
                        thead { tr {
                            th scope="col" { (lang.text("preparation-election")) }
                            @for state in shown { th.num scope="col" { (lang.text(state_words(state))) } }
                            th scope="col" { (lang.text("candidacies-order")) }
                        } }
                        tbody {
                            @for one in &view.queue {
                                tr {
                                    th scope="row" { a href={ "/gestion/candidatures/scrutins/" (one.election.id) } { (one.election.title) } }
                                    @for state in shown { td.num { (lang.number(one.counts.get(&state).copied().unwrap_or(0))) } }
                                    td {
                                        @if one.sealed { (lang.text("candidacies-fixed")) }
                                        @else if one.drawn { (lang.text("candidacies-drawn")) }
                                        @else { (lang.text("candidacies-not-drawn")) }
                                    }
                                }
                            }
                        }
                    }
                }))
            }
            div.actions { a.btn.btn--secondary href="/gestion/candidatures/delegues" { (icon(Icon::People)) " " (lang.text("delegates-title")) } }
        },
    )
}

const fn state_words(state: State) -> &'static str {
    match state {
        State::Draft => key("candidacy-draft"),
        State::Filed => key("candidacy-filed"),
        State::Asked => key("candidacy-asked"),
        State::Accepted => key("candidacy-accepted"),
        State::Refused => key("candidacy-refused"),
        State::Withdrawn => key("candidacy-withdrawn"),
    }
}

fn dates(lang: Lang, dates: &FilingDates, now: Timestamp) -> Markup {
    let phase = match dates.phase(now) {
        FilingPhase::Filing => key("candidacies-phase-filing"),
        FilingPhase::Telling => key("candidacies-phase-telling"),
        FilingPhase::Correcting => key("candidacies-phase-correcting"),
        FilingPhase::Over => key("candidacies-phase-over"),
    };
    html! {
        p { (badge(Tone::Info, Icon::Clock, lang.text(phase))) }
        dl.facts {
            div { dt { (lang.text("candidacies-filed-until")) } dd { (at(lang, dates.filed_until)) } }
            div { dt { (lang.text("candidacies-told-until")) } dd { (at(lang, dates.told_until)) } }
            div { dt { (lang.text("candidacies-corrected-until")) } dd { (at(lang, dates.corrected_until)) } }
        }
    }
}

/// What the page of one election shows.
#[derive(Debug, Clone)]
pub struct ElectionView {
    /// The election.
    pub election: Election,
    /// Until when lists are filed and corrected.
    pub dates: FilingDates,
    /// Its filed lists.
    pub filed: Vec<WholeCandidacy>,
    /// How far its lot is.
    pub order: OrderState,
    /// Sigles of the lists that the election has now, in display order.
    pub published: Vec<String>,
    /// Whether it is sealed.
    pub sealed: bool,
    /// The moment.
    pub now: Timestamp,
    /// What was typed of a draw: what came out, place, persons.
    pub typed: [String; 3],
    /// What was just done.
    pub outcome: Outcome,
}

/// Draws the lists of an election, its shares, and the lot of its order.
#[must_use]
pub fn render_election(chrome: &Chrome, member: &StaffMember, view: &ElectionView) -> Markup {
    let lang = chrome.lang;
    let title = view.election.title.clone();
    frame(
        chrome,
        member,
        Tab::Candidacies,
        &title,
        html! {
            (back("/gestion/candidatures", lang.text("candidacies-console-title")))
            div.page-head { h1 { (title) } p { (lang.with("candidacies-seats", args![n = view.election.seats])) } }
            (view.outcome.draw(lang))
            @if view.sealed { (notice(Tone::Info, lang.text("candidacy-sealed"), html! {})) }
            (dates(lang, &view.dates, view.now))
            section.section aria-labelledby="t-listes" {
                h2 #t-listes { (lang.text("candidacies-lists")) }
                @if view.filed.is_empty() { p { (lang.text("candidacies-none")) } } @else { (lists(lang, &view.filed)) }
                @match view.election.count.shares {
                    Some(shares) => p.soft { (lang.with("candidacies-shares", args![women = shares.women, men = shares.men, day = shares.dated.to_string()])) },
                    None => p.soft { (lang.text("candidacies-no-shares")) },
                }
            }
            (order(lang, view))
            (publication(lang, view))
        },
    )
}

/// Women among the candidates, and candidates.
fn women(whole: &WholeCandidacy) -> (u64, u64) {
    let candidates = &whole.candidacy.list.candidates;
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let women = candidates.iter().filter(|one| one.sex == Some(Sex::Female)).count();
    (count(women), count(candidates.len()))
}

fn lists(lang: Lang, filed: &[WholeCandidacy]) -> Markup {
    table_box(
        &lang.text("candidacies-lists"),
        html! {
            table {
                caption.vh { (lang.text("candidacies-lists")) }
                thead { tr {
                    th scope="col" { (lang.text("console-col-number")) }
                    th scope="col" { (lang.text("candidacy-list")) }
                    th.num scope="col" { (lang.text("preparation-candidates")) }
                    th.num scope="col" { (lang.text("candidacies-women")) }
                    th.num scope="col" { (lang.text("candidacies-stopping")) }
                    th scope="col" { (lang.text("console-col-state")) }
                } }
                tbody {
                    @for whole in filed {
                        @let (women, candidates) = women(whole);
                        tr {
                            th scope="row" { a href={ "/gestion/candidatures/" (whole.candidacy.id) } {
                                @if let Some(number) = whole.candidacy.number { (number) }
                            } }
                            td { (whole.candidacy.list.name) " (" (whole.candidacy.list.acronym) ")" }
                            td.num { (lang.number(candidates)) }
                            td.num { (lang.number(women)) }
                            td.num { (lang.number(u64::try_from(whole.stopping(Weight::Acceptance).len()).unwrap_or(u64::MAX))) }
                            td { (state_badge(lang, whole.candidacy.state)) }
                        }
                    }
                }
            }
        },
    )
}

fn order(lang: Lang, view: &ElectionView) -> Markup {
    let action = format!("/gestion/candidatures/scrutins/{}", view.election.id);
    html! {
        section.section aria-labelledby="t-ordre" {
            h2 #t-ordre { (lang.text("candidacies-order-title")) }
            p { (lang.text("candidacies-order-text")) }
            @match &view.order {
                OrderState::Drawn(record) => (drawn(lang, view, record)),
                _ if view.sealed => p { (lang.text("candidacies-not-drawn")) },
                OrderState::None => {
                    form method="post" action=(action) data-once {
                        button.btn.btn--secondary type="submit" name="geste" value="engager" { (lang.text("candidacies-commit")) }
                    }
                }
                OrderState::Committed(commitment, since) => {
                    p { (lang.with("candidacies-committed", args![when = at(lang, *since)])) br; code { (commitment) } }
                    (draw_form(lang, view, &action))
                }
            }
        }
    }
}

fn draw_form(lang: Lang, view: &ElectionView, action: &str) -> Markup {
    let [words, place, present] = &view.typed;
    let fields = [
        ("tire", lang.text("candidacies-draw-words"), words),
        ("lieu", lang.text("candidacies-draw-place"), place),
        ("presents", lang.text("candidacies-draw-present"), present),
    ];
    html! {
        form.form method="post" action=(action) novalidate data-once {
            (required_note(lang))
            input type="hidden" name="geste" value="tirer";
            @for (id, label, value) in &fields {
                (field(&Field { value, error: view.outcome.error_of(id, lang), max_length: u32::try_from(MAX_FIELD).ok(), ..Field::text(id, label) }, html! {}))
            }
            div.actions { button.btn.btn--primary type="submit" { (lang.text("candidacies-draw")) } }
        }
    }
}

fn drawn(lang: Lang, view: &ElectionView, record: &OrderRecord) -> Markup {
    html! {
        ol { @for name in &record.order { li { (name) } } }
        dl.facts {
            div { dt { (lang.text("preparation-when")) } dd { (at(lang, record.drawn)) } }
            div { dt { (lang.text("candidacies-draw-words")) } dd.typed { (record.words) } }
            div { dt { (lang.text("candidacies-draw-place")) } dd.typed { (record.place) } }
            div { dt { (lang.text("candidacies-draw-present")) } dd.typed { (record.present) } }
        }
        p {
            a href={ "/gestion/candidatures/scrutins/" (view.election.id) "/tirage.json" } download { (icon(Icon::Download)) " " (lang.text("candidacies-record")) }
            br; span.soft { (lang.text("candidacies-record-text")) }
        }
    }
}

fn publication(lang: Lang, view: &ElectionView) -> Markup {
    html! {
        section.section aria-labelledby="t-publication" {
            h2 #t-publication { (lang.text("candidacies-publish-title")) }
            @if view.published.is_empty() { p { (lang.text("preparation-no-list")) } }
            @else { ol { @for name in &view.published { li { (name) } } } }
            @if matches!(view.order, OrderState::Drawn(_)) && !view.sealed {
                p { (lang.text("candidacies-publish-text")) }
                form method="post" action={ "/gestion/candidatures/scrutins/" (view.election.id) } data-once {
                    button.btn.btn--primary type="submit" name="geste" value="publier" { (lang.text("candidacies-publish")) }
                }
            }
        }
    }
}

/// What the page of one list shows.
#[derive(Debug, Clone)]
pub struct CandidacyView {
    /// The list.
    pub whole: WholeCandidacy,
    /// Who is who.
    pub names: Names,
    /// The moment.
    pub now: Timestamp,
    /// What was chosen, and the ranks.
    pub chosen: (String, Vec<u32>),
    /// The reasons typed.
    pub reasons: String,
    /// What was just done.
    pub outcome: Outcome,
}

/// Draws one list with the decision.
#[must_use]
pub fn render_one(chrome: &Chrome, member: &StaffMember, view: &CandidacyView) -> Markup {
    let lang = chrome.lang;
    let candidacy = &view.whole.candidacy;
    let number = candidacy.number.map_or_else(String::new, |number| number.to_string());
    let title = lang.with("candidacy-title", args![number = number]);
    let up = format!("/gestion/candidatures/scrutins/{}", view.whole.election.id);
    frame(
        chrome,
        member,
        Tab::Candidacies,
        &title,
        html! {
            (back(&up, &view.whole.election.title))
            div.page-head { p.overline { (candidacy.list.name) " (" (candidacy.list.acronym) ")" } h1 { (title) } p { (state_badge(lang, candidacy.state)) } }
            (view.outcome.draw(lang))
            (dates(lang, &view.whole.dates, view.now))
            section.section aria-labelledby="t-constats" {
                h2 #t-constats { (lang.text("candidacy-findings")) }
                (findings(lang, &view.whole.findings))
            }
            (decision(lang, view))
            (written(lang, &view.whole))
            section.section aria-labelledby="t-pieces" {
                h2 #t-pieces { (lang.text("candidacy-files")) }
                (file_table(lang, &view.whole, &format!("/gestion/candidatures/{}/pieces/", candidacy.id), None))
            }
            (steps(lang, view))
        },
    )
}

fn steps(lang: Lang, view: &CandidacyView) -> Markup {
    html! {
        section.section aria-labelledby="t-etapes" {
            h2 #t-etapes { (lang.text("candidacy-steps")) }
            ul.plain {
                @for step in &view.whole.steps {
                    li {
                        (state_badge(lang, step.state)) " "
                        (lang.with("console-by-on", args![name = name_of(&view.names, &step.by), when = at(lang, step.at)]))
                        @if !step.reasons.is_empty() { p.typed { (step.reasons) } }
                    }
                }
            }
        }
    }
}

fn decision(lang: Lang, view: &CandidacyView) -> Markup {
    let candidacy = &view.whole.candidacy;
    let phase = view.whole.dates.phase(view.now);
    html! {
        section.section aria-labelledby="t-decision" {
            h2 #t-decision { (lang.text("console-decision")) }
            @match candidacy.state {
                _ if view.whole.sealed => p { (lang.text("candidacy-sealed")) },
                State::Filed => (decision_form(lang, view, true)),
                State::Asked => {
                    p { (lang.with("candidacy-correct-until", args![when = at(lang, view.whole.dates.corrected_until)])) " " (asked(lang, candidacy)) }
                    p.typed { (candidacy.reasons) }
                    @if phase == FilingPhase::Over { (decision_form(lang, view, false)) }
                }
                _ => {
                    p { (state_badge(lang, candidacy.state)) }
                    @if !candidacy.reasons.is_empty() { p.typed { (candidacy.reasons) } }
                }
            }
        }
    }
}

/// The decision: all three of a list that was filed, the refusal of one that was not corrected in time.
fn decision_form(lang: Lang, view: &CandidacyView, all: bool) -> Markup {
    let (chosen, _) = &view.chosen;
    let tells = matches!(
        view.whole.dates.phase(view.now),
        FilingPhase::Filing | FilingPhase::Telling
    );
    let choice = |value: &str, words: String| {
        html! {
            div.choice-line {
                input type="radio" name="sens" id={ "sens-" (value) } value=(value) required checked[chosen.as_str() == value];
                label for={ "sens-" (value) } { (words) }
            }
        }
    };
    let error = view.outcome.error_of("sens", lang);
    let (why, hint) = (lang.text("complaint-reasons"), lang.text("candidacy-reasons-hint"));
    html! {
        form.form method="post" action={ "/gestion/candidatures/" (view.whole.candidacy.id) } novalidate data-once {
            input type="hidden" name="revision" value=(view.whole.candidacy.revision);
            fieldset.field.field--error[error.is_some()] #sens tabindex="-1" aria-describedby=[error.map(|_| "sens-err")] {
                legend.field__label { (lang.text("console-decision-legend")) }
                @if all { (choice("accepter", lang.text("candidacy-accept"))) }
                @if all && tells { (choice("corriger", lang.text("candidacy-ask"))) }
                (choice("refuser", lang.text("candidacy-refuse")))
                @if let Some(error) = error { (field_error("sens", error)) }
            }
            @if all && tells { (ranks(lang, view)) }
            (area(&Area { id: "motifs", name: "motifs", label: &why, hint: Some(&hint), value: &view.reasons, rows: 5, longest: MAX_BODY, required: false, error: view.outcome.error_of("motifs", lang) }))
            div.actions { button.btn.btn--primary type="submit" { (lang.text("console-decide")) } }
        }
    }
}

/// What is to be corrected; what stops the acceptance is chosen at first.
fn ranks(lang: Lang, view: &CandidacyView) -> Markup {
    let (sens, typed) = &view.chosen;
    let stopping = view.whole.stopping(Weight::Acceptance);
    let error = view.outcome.error_of("rangs", lang);
    let is_chosen = |rank: u32| {
        if sens.is_empty() {
            stopping.iter().any(|finding| finding.rank == Some(rank))
        } else {
            typed.contains(&rank)
        }
    };
    html! {
        fieldset.field.field--error[error.is_some()] #rangs tabindex="-1" aria-describedby=[error.map(|_| "rangs-err")] {
            legend.field__label { (lang.text("candidacy-to-correct")) }
            @for (rank, one) in (1_u32..).zip(&view.whole.candidacy.list.candidates) {
                div.choice-line {
                    input type="checkbox" name="rang" id={ "rang-" (rank) } value=(rank) checked[is_chosen(rank)];
                    label for={ "rang-" (rank) } { (rank) ". " (one.last_name) " " (one.first_name) }
                }
            }
            div.choice-line {
                input type="checkbox" name="rang" id="rang-0" value="0" checked[is_chosen(0)];
                label for="rang-0" { (lang.text("candidacy-asked-files")) }
            }
            @if let Some(error) = error { (field_error("rangs", error)) }
        }
    }
}

/// What the page of delegates shows.
#[derive(Debug, Clone)]
pub struct DelegatesView {
    /// The consultation.
    pub consultation: Consultation,
    /// Its elections.
    pub elections: Vec<Election>,
    /// Its delegates, each with name and address.
    pub delegates: Vec<(UnionDelegate, String, String)>,
    /// What was typed: name, address, union, sigle.
    pub typed: [String; 4],
    /// Keys of the elections that were chosen.
    pub chosen: Vec<String>,
    /// What was just done.
    pub outcome: Outcome,
}

/// Draws the unions' delegates and the form that names one.
#[must_use]
pub fn render_delegates(chrome: &Chrome, member: &StaffMember, view: &DelegatesView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("delegates-title");
    frame(
        chrome,
        member,
        Tab::Candidacies,
        &title,
        html! {
            (back("/gestion/candidatures", lang.text("candidacies-console-title")))
            div.page-head { p.overline { (view.consultation.title) } h1 { (title) } p.lede { (lang.text("delegates-lede")) } }
            (view.outcome.draw(lang))
            section.section aria-labelledby="t-delegues" {
                h2 #t-delegues { (lang.text("delegates-known")) }
                @if view.delegates.is_empty() { p { (lang.text("delegates-none")) } } @else { (delegates(lang, view)) }
            }
            section.section aria-labelledby="t-nommer" {
                h2 #t-nommer { (lang.text("delegates-name-one")) }
                (delegate_form(lang, view))
            }
        },
    )
}

fn delegates(lang: Lang, view: &DelegatesView) -> Markup {
    table_box(
        &lang.text("delegates-known"),
        html! {
            table {
                caption.vh { (lang.text("delegates-known")) }
                thead { tr {
                    th scope="col" { (lang.text("delegates-union")) }
                    th scope="col" { (lang.text("console-col-person")) }
                    th scope="col" { (lang.text("candidacies-elections")) }
                } }
                tbody {
                    @for (delegate, name, email) in &view.delegates {
                        tr {
                            th scope="row" { (delegate.union_name) " (" (delegate.acronym) ")" }
                            td { (name) br; span.soft { (email) } }
                            td {
                                @if delegate.elections.is_empty() { (lang.text("delegates-all")) }
                                @else { (delegate.elections.join(&lang.text("list-separator"))) }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn delegate_form(lang: Lang, view: &DelegatesView) -> Markup {
    let [name, email, union, acronym] = &view.typed;
    let fields = [
        ("nom", lang.text("delegates-person"), name, "text", 120),
        ("courriel", lang.text("staff-email"), email, "email", 254),
        ("organisation", lang.text("delegates-union"), union, "text", MAX_UNION),
        ("sigle", lang.text("candidacy-acronym"), acronym, "text", MAX_ACRONYM),
    ];
    html! {
        form.form method="post" action="/gestion/candidatures/delegues" novalidate data-once {
            (required_note(lang))
            @for (id, label, value, kind, longest) in &fields {
                (field(&Field { value, kind, error: view.outcome.error_of(id, lang), max_length: u32::try_from(*longest).ok(), ..Field::text(id, label) }, html! {}))
            }
            fieldset.field {
                legend.field__label { (lang.text("candidacies-elections")) }
                p.field__hint { (lang.text("delegates-elections-hint")) }
                @for election in &view.elections {
                    div.choice-line {
                        input type="checkbox" name="scrutin" id={ "scrutin-" (election.key) } value=(election.key) checked[view.chosen.contains(&election.key)];
                        label for={ "scrutin-" (election.key) } { (election.title) }
                    }
                }
            }
            div.actions { button.btn.btn--primary type="submit" { (lang.text("delegates-invite")) } }
        }
    }
}
