//! Complaints about the roll, on the side of those who decide.

use isoloir_domain::complaint::Status;
use isoloir_domain::staff::StaffMember;
use isoloir_service::decide_complaint::{Complaint, ComplaintFile, ComplaintStatistics, Deadline, WholeComplaint};
use isoloir_service::file_complaint::MAX_BODY;
use isoloir_service::stage_roll::HistoryLine;
use maud::{Markup, html};

use super::{Area, DECIDES, Names, Outcome, Tab, area, at, frame, name_of, pager};
use crate::layout::Chrome;
use crate::pages::complaints::{object_words, status_badge};
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, back, badge, field, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::when;

/// What the queue shows.
#[derive(Debug, Clone)]
pub struct QueueView {
    /// Which status.
    pub status: Status,
    /// How many are open, accepted, rejected.
    pub counts: [u64; 3],
    /// In figures.
    pub statistics: ComplaintStatistics,
    /// The complaints of this page.
    pub complaints: Vec<(Complaint, Deadline)>,
    /// Page, from 1.
    pub page: u64,
    /// Whether there is another page.
    pub more: bool,
}

/// Draws the queue.
#[must_use]
pub fn render(chrome: &Chrome, member: &StaffMember, view: &QueueView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("console-complaints-title");
    let [open, accepted, rejected] = view.counts;
    let received = open.saturating_add(accepted).saturating_add(rejected);
    frame(
        chrome,
        member,
        Tab::Complaints,
        &title,
        html! {
            div.page-head { h1 { (title) } p.lede { (lang.text("console-complaints-lede")) } }
            dl.stats {
                div.stat.stat--main { dt { (lang.text("console-complaints-open")) } dd { (lang.number(open)) } }
                div.stat { dt { (lang.text("console-complaints-overdue")) } dd { (lang.number(view.statistics.overdue)) } }
                div.stat { dt { (lang.text("console-complaints-received")) } dd { (lang.number(received)) } }
                div.stat { dt { (lang.text("console-complaints-accepted")) } dd { (lang.number(accepted)) } }
                div.stat { dt { (lang.text("console-complaints-rejected")) } dd { (lang.number(rejected)) } }
            }
            section.section aria-labelledby="t-file" {
                h2 #t-file { (lang.text("console-complaints-queue")) }
                nav.filters aria-label=(lang.text("console-queue-label")) {
                    ul {
                        @for status in Status::ALL {
                            li {
                                a href={ "/gestion/reclamations?etat=" (status.as_str()) } aria-current=[(status == view.status).then_some("true")] {
                                    (status_badge(lang, status))
                                }
                            }
                        }
                    }
                }
                @if view.complaints.is_empty() { p { (lang.text("console-complaints-none")) } }
                @else { (table(lang, &view.complaints)) }
                (pager(lang, "/gestion/reclamations", &format!("etat={}&", view.status.as_str()), view.page, view.more))
            }
            @if !view.statistics.by_object.is_empty() { (statistics(lang, &view.statistics)) }
            div.actions {
                a.btn.btn--secondary href="/gestion/reclamations.csv" { (icon(Icon::Download)) " " (lang.text("console-complaints-export")) }
            }
        },
    )
}

fn table(lang: Lang, complaints: &[(Complaint, Deadline)]) -> Markup {
    table_box(
        &lang.text("console-complaints-queue"),
        html! {
            table {
                caption.vh { (lang.text("console-complaints-queue")) }
                thead { tr {
                    th scope="col" { (lang.text("console-col-number")) }
                    th scope="col" { (lang.text("complaint-object")) }
                    th scope="col" { (lang.text("console-col-person")) }
                    th scope="col" { (lang.text("complaint-due")) }
                    th scope="col" { (lang.text("console-col-state")) }
                } }
                tbody {
                    @for (complaint, deadline) in complaints {
                        tr {
                            th scope="row" { a href={ "/gestion/reclamations/" (complaint.number) } { (complaint.number) } }
                            td { (lang.text(object_words(complaint.object))) }
                            td { (complaint.last_name) " " (complaint.first_name) }
                            td { (when::time_element(lang, complaint.due)) }
                            td { (deadline_badge(lang, *deadline)) }
                        }
                    }
                }
            }
        },
    )
}

fn deadline_badge(lang: Lang, deadline: Deadline) -> Markup {
    match deadline {
        Deadline::Past => badge(Tone::Error, Icon::Error, lang.text("console-deadline-past")),
        Deadline::Near => badge(Tone::Warning, Icon::Warning, lang.text("console-deadline-near")),
        Deadline::Ahead => badge(Tone::Info, Icon::Clock, lang.text("console-deadline-ahead")),
        Deadline::Met => badge(Tone::Success, Icon::Success, lang.text("console-deadline-met")),
        Deadline::Missed => badge(Tone::Warning, Icon::Warning, lang.text("console-deadline-missed")),
    }
}

/// What the page of one complaint shows.
#[derive(Debug, Clone)]
pub struct ComplaintView {
    /// The complaint with its attachments.
    pub whole: WholeComplaint,
    /// How its deadline stands.
    pub deadline: Deadline,
    /// Title of the election concerned, if one is.
    pub election: Option<String>,
    /// Who is who.
    pub names: Names,
    /// What was typed, to be shown again.
    pub typed: Typed,
    /// Elections of the consultation: identifier and title.
    pub elections: Vec<(String, String)>,
    /// What happened to the entries of the person since the first import.
    pub history: Vec<HistoryLine>,
    /// What was just done.
    pub outcome: Outcome,
}

/// What was typed in the form of the decision.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Whether accepted was chosen, if anything was.
    pub accepted: Option<bool>,
    /// Reasons.
    pub reasons: String,
    /// Effect, in words.
    pub effect: String,
    /// What changes on the roll: `joined`, `left`, `renamed`, `mail`, or nothing.
    pub change: String,
    /// Staff number of the person concerned.
    pub number: String,
    /// Identifier of the election concerned.
    pub election: String,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Mailbox.
    pub email: String,
}

/// Draws one complaint.
#[must_use]
pub fn render_one(chrome: &Chrome, member: &StaffMember, view: &ComplaintView) -> Markup {
    let lang = chrome.lang;
    let complaint = &view.whole.complaint;
    let title = lang.with("complaint-title", args![number = complaint.number.to_string()]);
    frame(
        chrome,
        member,
        Tab::Complaints,
        &title,
        html! {
            (back("/gestion/reclamations", lang.text("console-complaints-title")))
            div.page-head { h1 { (title) } p { (status_badge(lang, complaint.status)) " " (deadline_badge(lang, view.deadline)) } }
            (view.outcome.draw(lang))
            div.split {
                div {
                    section aria-labelledby="t-texte" {
                        h2 #t-texte { (lang.text("console-complaint-text")) }
                        p.typed { (complaint.body) }
                        (files(lang, view, false))
                    }
                    (decision(lang, member, view))
                    @if !view.history.is_empty() { (history(lang, view)) }
                }
                aside.panel.panel--sunken aria-labelledby="t-faits" {
                    h2 #t-faits { (lang.text("console-complaint-facts")) }
                    dl.facts {
                        div { dt { (lang.text("complaint-object")) } dd { (lang.text(object_words(complaint.object))) } }
                        div { dt { (lang.text("console-col-person")) } dd { (complaint.last_name) " " (complaint.first_name) } }
                        @if !complaint.staff_number.is_empty() { div { dt { (lang.text("account-number")) } dd { (complaint.staff_number) } } }
                        div { dt { (lang.text("complaint-contact")) } dd { (complaint.contact) } }
                        @if complaint.voter.is_none() { div { dt { (lang.text("console-account")) } dd { (lang.text("console-on-no-roll")) } } }
                        @if let Some(election) = &view.election { div { dt { (lang.text("complaint-election")) } dd { (election) } } }
                        @if !complaint.other_person.is_empty() { div { dt { (lang.text("complaint-person")) } dd { (complaint.other_person) } } }
                        div { dt { (lang.text("complaint-filed")) } dd { (at(lang, complaint.filed)) } }
                        div { dt { (lang.text("complaint-due")) } dd { (at(lang, complaint.due)) } }
                    }
                }
            }
        },
    )
}

fn files(lang: Lang, view: &ComplaintView, by_organiser: bool) -> Markup {
    let files: Vec<&ComplaintFile> = view
        .whole
        .files
        .iter()
        .filter(|file| file.by_organiser == by_organiser)
        .collect();
    html! {
        @if !files.is_empty() {
            h3 { (lang.text("complaint-files")) }
            ul.links {
                @for file in files {
                    (isoloir_theme::components::link_row(
                        &format!("/gestion/reclamations/{}/pieces/{}", view.whole.complaint.number, file.position),
                        html! { (file.name) " (" (lang.with("console-file-size", args![n = file.size.div_ceil(1024)])) ")" },
                    ))
                }
            }
        }
    }
}

fn decision(lang: Lang, member: &StaffMember, view: &ComplaintView) -> Markup {
    html! {
        section.section aria-labelledby="t-decision" {
            h2 #t-decision { (lang.text("console-decision")) }
            @match &view.whole.complaint.decision {
                Some(made) => {
                    p { (lang.with("console-by-on", args![name = name_of(&view.names, &made.by), when = when::date_time(lang, made.at)])) }
                    h3 { (lang.text("complaint-reasons")) }
                    p.typed { (made.reasons) }
                    @if !made.effect.is_empty() { h3 { (lang.text("console-effect")) } p.typed { (made.effect) } }
                    (files(lang, view, true))
                }
                None if member.roles.any_of(DECIDES) => (decision_form(lang, view)),
                None => p { (lang.text("console-decision-others")) },
            }
        }
    }
}

fn decision_form(lang: Lang, view: &ComplaintView) -> Markup {
    let Typed {
        accepted,
        reasons,
        effect,
        ..
    } = &view.typed;
    let (why, why_hint) = (lang.text("complaint-reasons"), lang.text("console-reasons-hint"));
    let (what, what_hint) = (lang.text("console-effect"), lang.text("console-effect-hint"));
    let choice = |value: &str, id: &str, words: String, chosen: bool| {
        html! {
            div.choice-line {
                input type="radio" name="sens" id=(id) value=(value) required checked[chosen];
                label for=(id) { (words) }
            }
        }
    };
    html! {
        form.form method="post" action={ "/gestion/reclamations/" (view.whole.complaint.number) } data-once {
            fieldset.field {
                legend.field__label { (lang.text("console-decision-legend")) }
                (choice("oui", "sens-oui", lang.text("console-accept"), *accepted == Some(true)))
                (choice("non", "sens-non", lang.text("console-reject"), *accepted == Some(false)))
            }
            (area(&Area { id: "motifs", name: "motifs", label: &why, hint: Some(&why_hint), value: reasons, rows: 6, longest: MAX_BODY, required: true, error: view.outcome.error_of("motifs", lang) }))
            (area(&Area { id: "effet", name: "effet", label: &what, hint: Some(&what_hint), value: effect, rows: 3, longest: MAX_BODY, required: false, error: None }))
            (correction_fields(lang, view))
            div.actions { button.btn.btn--primary type="submit" { (lang.text("console-decide")) } }
        }
    }
}

/// What the decision changes on the roll, made with it.
fn correction_fields(lang: Lang, view: &ComplaintView) -> Markup {
    let (typed, complaint) = (&view.typed, &view.whole.complaint);
    let changes = [
        ("", key("console-correct-none")),
        ("joined", key("console-correct-joined")),
        ("left", key("console-correct-left")),
        ("renamed", key("console-correct-renamed")),
        ("mail", key("console-correct-mail")),
    ];
    let or = |typed: &str, known: &str| {
        if typed.is_empty() {
            known.to_owned()
        } else {
            typed.to_owned()
        }
    };
    let election = complaint.election.as_ref().map_or("", |election| election.as_str());
    let election = or(&typed.election, election);
    let number = or(&typed.number, &complaint.staff_number);
    let labels = [
        lang.text("account-number"),
        lang.text("console-correct-last"),
        lang.text("console-correct-first"),
        lang.text("console-correct-email"),
    ];
    let [number_label, last_label, first_label, email_label] = &labels;
    let optional = |id: &'static str, label, value| Field {
        required: false,
        value,
        ..Field::text(id, label)
    };
    html! {
        fieldset.field {
            legend.field__label { (lang.text("console-correct")) }
            p.field__hint { (lang.text("console-correct-hint")) }
            div.field {
                label.field__label for="correction" { (lang.text("console-correct-what")) }
                select.input #correction name="correction" {
                    @for (value, words) in changes { option value=(value) selected[typed.change == value] { (lang.text(words)) } }
                }
            }
            (field(&optional("matricule", number_label, &number), html! {}))
            div.field {
                label.field__label for="scrutin" { (lang.text("complaint-election")) }
                select.input #scrutin name="scrutin" {
                    option value="" { "–" }
                    @for (id, title) in &view.elections { option value=(id) selected[*id == election] { (title) } }
                }
            }
            (field(&optional("nom", last_label, &typed.last_name), html! {}))
            (field(&optional("prenom", first_label, &typed.first_name), html! {}))
            (field(&optional("courriel", email_label, &typed.email), html! {}))
        }
    }
}

fn history(lang: Lang, view: &ComplaintView) -> Markup {
    let words = |what: &str| match what {
        "joined" => key("console-history-joined"),
        "left" => key("console-history-left"),
        "renamed" => key("console-history-renamed"),
        _ => key("console-history-mail"),
    };
    let title = |id: &str| {
        let known = view.elections.iter().find(|(known, _)| known == id);
        known.map_or_else(String::new, |(_, title)| title.clone())
    };
    html! {
        section.section aria-labelledby="t-historique" {
            h2 #t-historique { (lang.text("console-history")) }
            ul {
                @for line in &view.history {
                    li {
                        (lang.text(words(&line.what)))
                        @if let Some(election) = &line.election { " " (title(election.as_str())) }
                        @if !line.before.is_empty() { " (" (line.before) ")" }
                        br;
                        span.soft { (lang.with("console-by-on", args![name = name_of(&view.names, &line.by), when = when::date_time(lang, line.at)])) " " (line.source) }
                    }
                }
            }
        }
    }
}

/// The complaints in figures.
fn statistics(lang: Lang, figures: &ComplaintStatistics) -> Markup {
    html! {
        section.section aria-labelledby="t-chiffres" {
            h2 #t-chiffres { (lang.text("console-statistics")) }
            (table_box(&lang.text("console-statistics"), html! {
                table {
                    caption.vh { (lang.text("console-statistics")) }
                    thead { tr {
                        th scope="col" { (lang.text("complaint-object")) }
                        th.num scope="col" { (lang.text("console-complaints-open")) }
                        th.num scope="col" { (lang.text("console-complaints-accepted")) }
                        th.num scope="col" { (lang.text("console-complaints-rejected")) }
                    } }
                    tbody {
                        @for (object, counts) in &figures.by_object {
                            tr {
                                th scope="row" { @match object.parse() { Ok(object) => (lang.text(object_words(object))), Err(_) => (object) } }
                                td.num { (lang.number(counts.open)) }
                                td.num { (lang.number(counts.accepted)) }
                                td.num { (lang.number(counts.rejected)) }
                            }
                        }
                    }
                }
            }))
            @if let Some(hours) = figures.mean_hours {
                p { (lang.with("console-statistics-delay", args![hours = hours, late = figures.late, decided = figures.decided])) }
            }
        }
    }
}
