//! Roll files: those that were brought, and one of them with its report, its difference, and the decision to apply it.

use isoloir_domain::staff::StaffMember;
use isoloir_domain::{Consultation, Election};
use isoloir_service::roll_draft::RefusedRow;
use isoloir_service::stage_roll::{Mode, Remark, RollReport, StagedRoll, Status};
use maud::{Markup, html};

use super::{Outcome, Tab, at, frame};
use crate::layout::Chrome;
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, field_error, notice, required_mark, required_note, table_box};
use isoloir_theme::i18n::{Lang, key};

/// Rows told on the page; the file has them all.
pub const LINES: usize = 100;

/// What the list shows.
#[derive(Debug, Clone)]
pub struct ListView {
    /// The consultation.
    pub consultation: Consultation,
    /// Elections, with how many files there are to post of each.
    pub parts: Vec<(Election, u64)>,
    /// Files brought, the latest first.
    pub staged: Vec<StagedRoll>,
    /// Largest file, in bytes.
    pub most: usize,
    /// What was just done.
    pub outcome: Outcome,
}

/// What the page of one file shows.
#[derive(Debug, Clone)]
pub struct StageView {
    /// The file.
    pub staged: StagedRoll,
    /// The first rows put aside.
    pub refused: Vec<RefusedRow>,
    /// The first remarks.
    pub remarks: Vec<Remark>,
    /// What was just done.
    pub outcome: Outcome,
}

fn status_words(status: Status) -> &'static str {
    match status {
        Status::Staged => key("listing-status-staged"),
        Status::Approved => key("listing-status-approved"),
        Status::Applied => key("listing-status-applied"),
        Status::Abandoned => key("listing-status-abandoned"),
    }
}

fn mode_words(mode: Mode) -> &'static str {
    match mode {
        Mode::Complete => key("listing-mode-complete"),
        Mode::Supplement => key("listing-mode-supplement"),
    }
}

/// Draws the files and the form.
#[must_use]
pub fn render(chrome: &Chrome, member: &StaffMember, view: &ListView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("listing-title");
    frame(
        chrome,
        member,
        Tab::Rolls,
        &title,
        html! {
            div.page-head { p.overline { (view.consultation.title) } h1 { (title) } p.lede { (lang.text("listing-lede")) } }
            (view.outcome.draw(lang))
            section.section aria-labelledby="t-apporter" {
                h2 #t-apporter { (lang.text("listing-bring")) }
                (form(lang, view))
            }
            section.section aria-labelledby="t-fichiers" {
                h2 #t-fichiers { (lang.text("listing-files")) }
                @if view.staged.is_empty() { p { (lang.text("listing-none")) } } @else { (files(lang, view)) }
            }
            (posting(lang, view))
        },
    )
}

fn form(lang: Lang, view: &ListView) -> Markup {
    let error = view.outcome.error_of("fichier", lang);
    let mib = u64::try_from(view.most.div_euclid(1024 * 1024)).unwrap_or(u64::MAX);
    let described = if error.is_some() {
        "fichier-aide fichier-err"
    } else {
        "fichier-aide"
    };
    html! {
        form.form method="post" action="/gestion/listes" enctype="multipart/form-data" novalidate data-once {
            (required_note(lang))
            div.field.field--error[error.is_some()] {
                label.field__label for="fichier" { (lang.text("listing-file")) " " (required_mark()) }
                p.field__hint #fichier-aide { (lang.with("listing-file-hint", args![most = mib])) }
                input.input #fichier name="fichier" type="file" accept=".csv,.txt,.xlsx" required aria-describedby=(described)
                    aria-invalid=[error.map(|_| "true")];
                @if let Some(error) = error { (field_error("fichier", error)) }
            }
            fieldset.field {
                legend.field__label { (lang.text("listing-mode")) }
                label.option for="portee-complete" {
                    input #portee-complete type="radio" name="portee" value=(Mode::Complete.as_str()) checked;
                    span { (lang.text("listing-mode-complete-long")) }
                }
                label.option for="portee-supplement" {
                    input #portee-supplement type="radio" name="portee" value=(Mode::Supplement.as_str());
                    span { (lang.text("listing-mode-supplement-long")) }
                }
            }
            div.actions { button.btn.btn--primary type="submit" { (lang.text("listing-check")) } }
        }
    }
}

/// Papers to post on premises.
fn posting(lang: Lang, view: &ListView) -> Markup {
    html! {
        section.section aria-labelledby="t-affichage" {
            h2 #t-affichage { (lang.text("listing-posting")) }
            p { (lang.text("listing-posting-text")) }
            ul {
                @for (election, parts) in &view.parts {
                    @for part in 1..=*parts {
                        li {
                            a href={ "/gestion/affichage/" (election.id) "/liste.pdf?partie=" (part) } {
                                (lang.with("listing-posting-part", args![election = election.title.as_str(), part = part, parts = *parts]))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn files(lang: Lang, view: &ListView) -> Markup {
    table_box(
        &lang.text("listing-files"),
        html! {
            table {
                caption.vh { (lang.text("listing-files")) }
                thead { tr {
                    th scope="col" { (lang.text("listing-brought")) }
                    th scope="col" { (lang.text("listing-by")) }
                    th scope="col" { (lang.text("listing-status")) }
                    th.num scope="col" { (lang.text("listing-rows")) }
                    th.num scope="col" { (lang.text("listing-refused")) }
                    th.num scope="col" { (lang.text("listing-joined")) }
                    th.num scope="col" { (lang.text("listing-gone")) }
                } }
                tbody {
                    @for StagedRoll { stage, report } in &view.staged {
                        tr {
                            th scope="row" { a href={ "/gestion/listes/" (stage.id) } { (at(lang, stage.staged.0)) } }
                            td { (stage.staged.1) }
                            td { (lang.text(status_words(stage.status))) }
                            td.num { (lang.number(report.rows)) }
                            td.num { (lang.number(report.refused)) }
                            td.num { (lang.number(report.joined())) }
                            td.num { (lang.number(report.gone())) }
                        }
                    }
                }
            }
        },
    )
}

/// Draws one file.
#[must_use]
pub fn render_one(chrome: &Chrome, member: &StaffMember, view: &StageView) -> Markup {
    let lang = chrome.lang;
    let (stage, report) = (&view.staged.stage, &view.staged.report);
    let title = lang.with("listing-one-title", args![when = at(lang, stage.staged.0)]);
    frame(
        chrome,
        member,
        Tab::Rolls,
        &title,
        html! {
            (back("/gestion/listes", lang.text("listing-title")))
            div.page-head { h1 { (title) } p.lede { (lang.text(mode_words(stage.mode))) } }
            (view.outcome.draw(lang))
            (facts(lang, view))
            section.section aria-labelledby="t-difference" {
                h2 #t-difference { (lang.text("listing-difference")) }
                (difference(lang, report))
                p.soft { (lang.with("listing-persons", args![new = report.new, corrected = report.corrected, leaving = report.leaving])) }
                p { a href={ "/gestion/listes/" (stage.id) "/difference.csv" } { (lang.text("listing-difference-file")) } }
            }
            @if report.refused > 0 { (refused(lang, view)) }
            @if report.remarks > 0 { (remarks(lang, view)) }
            @if !report.gates.is_empty() { (gates(lang, report)) }
            (decision(lang, view))
        },
    )
}

fn facts(lang: Lang, view: &StageView) -> Markup {
    let (stage, report) = (&view.staged.stage, &view.staged.report);
    html! {
        dl.facts {
            div { dt { (lang.text("listing-status")) } dd { (lang.text(status_words(stage.status))) } }
            div { dt { (lang.text("listing-by")) } dd { (stage.staged.1) } }
            @if let Some((when, by)) = &stage.approved {
                div { dt { (lang.text("listing-approved-by")) } dd { (by) ", " (at(lang, *when)) } }
            }
            @if let Some((when, by)) = &stage.applied {
                div { dt { (lang.text("listing-applied-by")) } dd { (by) ", " (at(lang, *when)) } }
            }
            div { dt { (lang.text("listing-rows")) } dd { (lang.number(report.rows)) " (" (report.encoding) ")" } }
            div { dt { (lang.text("listing-refused")) } dd { (lang.number(report.refused)) } }
            div { dt { (lang.text("listing-voters")) } dd { (lang.number(report.voters)) } }
            div { dt { (lang.text("listing-without")) } dd { (lang.number(report.without_email)) } }
            div { dt { (lang.text("listing-homonyms")) } dd { (lang.number(report.homonyms)) } }
            div { dt { "SHA-256" } dd.typed { (stage.file) } }
        }
    }
}

fn difference(lang: Lang, report: &RollReport) -> Markup {
    table_box(
        &lang.text("listing-difference"),
        html! {
            table {
                caption.vh { (lang.text("listing-difference")) }
                thead { tr {
                    th scope="col" { (lang.text("preparation-election")) }
                    th.num scope="col" { (lang.text("listing-before")) }
                    th.num scope="col" { (lang.text("listing-joined")) }
                    th.num scope="col" { (lang.text("listing-gone")) }
                    th.num scope="col" { (lang.text("listing-corrected")) }
                    th.num scope="col" { (lang.text("listing-after")) }
                } }
                tbody {
                    @for one in report.elections.iter().filter(|one| one.named) {
                        tr {
                            th scope="row" { (one.title) }
                            td.num { (lang.number(one.before)) }
                            td.num { (lang.number(one.joined)) }
                            td.num { (lang.number(one.gone)) }
                            td.num { (lang.number(one.corrected)) }
                            td.num { (lang.number(one.after)) }
                        }
                    }
                }
            }
        },
    )
}

fn refused(lang: Lang, view: &StageView) -> Markup {
    let report = &view.staged.report;
    html! {
        section.section aria-labelledby="t-ecartees" {
            h2 #t-ecartees { (lang.text("listing-refused")) }
            p { (lang.text("listing-refused-text")) }
            (table_box(&lang.text("listing-refused"), html! {
                table {
                    caption.vh { (lang.text("listing-refused")) }
                    thead { tr { th.num scope="col" { (lang.text("listing-line")) } th scope="col" { (lang.text("listing-reasons")) } } }
                    tbody {
                        @for row in &view.refused {
                            tr {
                                th.num scope="row" { (row.line) }
                                td { @for reason in &row.reasons { p { (reason.text(lang.language())) } } }
                            }
                        }
                    }
                }
            }))
            @if report.refused > u64::try_from(view.refused.len()).unwrap_or(u64::MAX) { p.soft { (lang.with("listing-first", args![n = view.refused.len()])) } }
            p { a href={ "/gestion/listes/" (view.staged.stage.id) "/ecartees.csv" } { (lang.text("listing-template")) } }
        }
    }
}

fn remarks(lang: Lang, view: &StageView) -> Markup {
    html! {
        section.section aria-labelledby="t-remarques" {
            h2 #t-remarques { (lang.text("listing-remarks")) }
            (table_box(&lang.text("listing-remarks"), html! {
                table {
                    caption.vh { (lang.text("listing-remarks")) }
                    thead { tr { th.num scope="col" { (lang.text("listing-line")) } th scope="col" { (lang.text("listing-reasons")) } } }
                    tbody {
                        @for remark in &view.remarks {
                            tr { th.num scope="row" { (remark.line) } td { (remark.message.text(lang.language())) } }
                        }
                    }
                }
            }))
        }
    }
}

fn gates(lang: Lang, report: &RollReport) -> Markup {
    let body = html! {
        ul { @for gate in &report.gates { li { (gate.message.text(lang.language())) } } }
    };
    html! { (notice(Tone::Warning, lang.text("listing-gates"), body)) }
}

fn decision(lang: Lang, view: &StageView) -> Markup {
    let stage = &view.staged.stage;
    let (geste, words, text) = match stage.status {
        Status::Staged => ("approuver", key("listing-approve"), key("listing-approve-text")),
        Status::Approved => ("appliquer", key("listing-apply"), key("listing-apply-text")),
        Status::Applied | Status::Abandoned => return html! {},
    };
    html! {
        section.section aria-labelledby="t-decision" {
            h2 #t-decision { (lang.text("listing-decision")) }
            p { (lang.text(text)) }
            form.form method="post" action={ "/gestion/listes/" (stage.id) } data-once {
                div.actions {
                    button.btn.btn--primary type="submit" name="geste" value=(geste) { (lang.text(words)) }
                    button.btn.btn--secondary type="submit" name="geste" value="abandonner" { (lang.text("listing-abandon")) }
                }
            }
        }
    }
}
