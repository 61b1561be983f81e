//! A delegate's pages: the lists of the union, the form of one of them with its findings and files, the acknowledgement to print.
//!
//! Everything works by keyboard and without a script: the order of candidates is a number in each row.

use isoloir_domain::candidacy::{Actor, FilingPhase, Finding, Piece, State, Weight, complete};
use isoloir_domain::count_rules::{BallotKind, Tie};
use isoloir_domain::message::Message;
use isoloir_domain::staff::StaffMember;
use isoloir_service::candidacies::{Candidacy, CandidacyFile, OwnCandidacies, WholeCandidacy};
use isoloir_service::edit_candidacy::{MAX_UNIONS, TypedCandidate, TypedList};
use isoloir_service::name_delegate::{MAX_ACRONYM, MAX_UNION};
use jiff::Timestamp;
use maud::{Markup, html};

use super::{Outcome, Tab, at, frame};
use crate::layout::Chrome;
use isoloir_theme::args;
use isoloir_theme::components::{
    Field, Tone, back, badge, field, field_error, notice, required_mark, required_note, table_box,
};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};

/// Most rows of candidates that the form draws.
const MAX_ROWS: usize = 200;

/// Where a candidacy stands, in words with a sign.
#[must_use]
pub fn state_badge(lang: Lang, state: State) -> Markup {
    match state {
        State::Draft => badge(Tone::Info, Icon::Empty, lang.text("candidacy-draft")),
        State::Filed => badge(Tone::Info, Icon::Clock, lang.text("candidacy-filed")),
        State::Asked => badge(Tone::Warning, Icon::Warning, lang.text("candidacy-asked")),
        State::Accepted => badge(Tone::Success, Icon::Success, lang.text("candidacy-accepted")),
        State::Refused => badge(Tone::Error, Icon::Error, lang.text("candidacy-refused")),
        State::Withdrawn => badge(Tone::Info, Icon::Back, lang.text("candidacy-withdrawn")),
    }
}

/// The words of a file's kind.
#[must_use]
pub const fn piece_words(piece: Piece) -> &'static str {
    match piece {
        Piece::Logo => key("candidacy-logo"),
        Piece::Manifesto => key("candidacy-manifesto"),
        Piece::Declaration => key("candidacy-declaration"),
    }
}

/// Draws the findings, the heaviest first: what, about whom, who must act.
#[must_use]
pub fn findings(lang: Lang, findings: &[Finding]) -> Markup {
    html! {
        @if findings.is_empty() { p { (lang.text("candidacy-no-finding")) } }
        @else {
            ul.plain {
                @for finding in findings {
                    li {
                        @match finding.weight {
                            Weight::Filing => (badge(Tone::Error, Icon::Error, lang.text("candidacy-stops-filing"))),
                            Weight::Acceptance => (badge(Tone::Warning, Icon::Warning, lang.text("candidacy-stops-acceptance"))),
                            Weight::Remark => (badge(Tone::Info, Icon::Info, lang.text("candidacy-remark"))),
                        }
                        " "
                        @if let Some(rank) = finding.rank { (lang.with("candidacy-at-rank", args![n = rank])) " " }
                        (finding.problem.message().text(lang.language()))
                        @if finding.weight != Weight::Remark {
                            " " span.soft { @match finding.problem.actor() {
                                Actor::Delegate => (lang.text("candidacy-delegate-acts")),
                                Actor::Organiser => (lang.text("candidacy-organiser-acts")),
                            } }
                        }
                    }
                }
            }
        }
    }
}

/// Draws the lists of a delegate's union, or says that the person files for none.
#[must_use]
pub fn render(
    chrome: &Chrome,
    member: &StaffMember,
    own: Option<&OwnCandidacies>,
    now: Timestamp,
    outcome: &Outcome,
) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("candidacies-title");
    frame(
        chrome,
        member,
        Tab::Own,
        &title,
        html! {
            div.page-head {
                @if let Some(own) = own { p.overline { (own.delegate.union_name) " (" (own.delegate.acronym) ")" } }
                h1 { (title) }
                p.lede { (lang.text("candidacies-lede")) }
            }
            (outcome.draw(lang))
            @match own {
                None => (notice(Tone::Warning, lang.text("candidacies-no-union"), html! { p { (lang.text("candidacies-no-union-text")) } })),
                Some(own) => {
                    (dates(lang, own))
                    section.section aria-labelledby="t-scrutins" {
                        h2 #t-scrutins { (lang.text("candidacies-elections")) }
                        ol.polls {
                            @for (election, filed, sealed) in &own.elections {
                                li.poll {
                                    span.poll__n { (icon(Icon::People)) }
                                    div {
                                        h3 { (election.title) }
                                        p.small.soft { (lang.with("candidacies-seats", args![n = election.seats])) }
                                        @for one in filed { (line(lang, one)) }
                                    }
                                    @if !*sealed && filed.iter().all(|one| !one.state.is_live()) && own.dates.phase(now) == FilingPhase::Filing {
                                        form method="post" action="/depot" data-once {
                                            input type="hidden" name="scrutin" value=(election.id);
                                            button.btn.btn--primary type="submit" { (lang.text("candidacies-open")) span.vh { " " (election.title) } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn line(lang: Lang, one: &Candidacy) -> Markup {
    html! {
        p {
            a href={ "/depot/" (one.id) } {
                @match one.number { Some(number) => (number), None => (lang.text("candidacy-draft-name")) }
                " – " (one.list.acronym)
            }
            " " (state_badge(lang, one.state))
        }
    }
}

fn dates(lang: Lang, own: &OwnCandidacies) -> Markup {
    html! {
        dl.facts {
            div { dt { (lang.text("candidacies-filed-until")) } dd { (at(lang, own.dates.filed_until)) } }
            div { dt { (lang.text("candidacies-told-until")) } dd { (at(lang, own.dates.told_until)) } }
            div { dt { (lang.text("candidacies-corrected-until")) } dd { (at(lang, own.dates.corrected_until)) } }
        }
    }
}

/// What the page of one list shows.
#[derive(Debug, Clone)]
pub struct OwnView {
    /// The candidacy.
    pub whole: WholeCandidacy,
    /// The moment.
    pub now: Timestamp,
    /// What was typed and not kept, to be shown again.
    pub typed: Option<TypedList>,
    /// What is wrong, with the id of the field when it is one.
    pub problem: Option<(Message, Option<String>)>,
    /// What was just done.
    pub outcome: Outcome,
}

impl OwnView {
    fn error_of(&self, id: &str, lang: Lang) -> Option<&str> {
        match &self.problem {
            Some((message, Some(field))) if field == id => Some(message.text(lang.language())),
            _ => None,
        }
    }

    fn may_change(&self) -> bool {
        !self.whole.sealed && self.whole.dates.may_file(self.whole.candidacy.state, self.now)
    }

    fn may_withdraw(&self) -> bool {
        !self.whole.sealed && self.whole.dates.may_withdraw(self.whole.candidacy.state, self.now)
    }
}

/// Draws one list of the union.
#[must_use]
pub fn render_one(chrome: &Chrome, member: &StaffMember, view: &OwnView) -> Markup {
    let lang = chrome.lang;
    let candidacy = &view.whole.candidacy;
    let title = match candidacy.number {
        Some(number) => lang.with("candidacy-title", args![number = number.to_string()]),
        None => lang.text("candidacy-draft-name"),
    };
    frame(
        chrome,
        member,
        Tab::Own,
        &title,
        html! {
            (back("/depot", lang.text("candidacies-title")))
            div.page-head { p.overline { (view.whole.election.title) } h1 { (title) } p { (state_badge(lang, candidacy.state)) } }
            (view.outcome.draw(lang))
            @if let Some((message, field)) = &view.problem { (problem(lang, message, field.as_deref())) }
            (standing(lang, view))
            section.section aria-labelledby="t-constats" {
                h2 #t-constats { (lang.text("candidacy-findings")) }
                (findings(lang, &view.whole.findings))
            }
            @if view.may_change() { (form(lang, view)) } @else { (written(lang, &view.whole)) }
            (files(lang, view))
            @if view.may_withdraw() { (withdrawal(lang, view)) }
        },
    )
}

fn problem(lang: Lang, message: &Message, field: Option<&str>) -> Markup {
    let words = message.text(lang.language());
    notice(
        Tone::Error,
        lang.text("console-not-done"),
        html! { p { @match field { Some(field) => { a href={ "#" (field) } { (words) } }, None => (words) } } },
    )
}

/// What the union has to know of where its list stands.
fn standing(lang: Lang, view: &OwnView) -> Markup {
    let (candidacy, dates) = (&view.whole.candidacy, &view.whole.dates);
    html! {
        @if view.whole.sealed { (notice(Tone::Info, lang.text("candidacy-sealed"), html! {})) }
        @match candidacy.state {
            State::Asked => (notice(Tone::Warning, lang.with("candidacy-correct-until", args![when = at(lang, dates.corrected_until)]), html! {
                p.typed { (candidacy.reasons) }
                p { (asked(lang, candidacy)) }
            })),
            State::Refused => (notice(Tone::Error, lang.text("candidacy-refused"), html! { p.typed { (candidacy.reasons) } })),
            State::Draft => p { (lang.with("candidacy-file-until", args![when = at(lang, dates.filed_until)])) },
            _ => {},
        }
        @if candidacy.number.is_some() {
            p { a href={ "/depot/" (candidacy.id) "/accuse" } { (icon(Icon::Printer)) " " (lang.text("candidacy-receipt")) } }
        }
    }
}

/// The ranks that the organiser asks to correct, in words.
#[must_use]
pub fn asked(lang: Lang, candidacy: &Candidacy) -> String {
    let ranks = candidacy.asked.iter().map(|rank| match rank {
        0 => lang.text("candidacy-asked-files"),
        rank => lang.with("candidacy-asked-rank", args![n = rank.to_string()]),
    });
    ranks.collect::<Vec<_>>().join(&lang.text("list-separator"))
}

/// A list as it would be typed.
fn as_typed(view: &OwnView) -> TypedList {
    let list = &view.whole.candidacy.list;
    TypedList {
        name: list.name.clone(),
        acronym: list.acronym.clone(),
        unions: list
            .unions
            .iter()
            .map(|union| {
                (
                    union.name.clone(),
                    union.part.map_or_else(String::new, |part| part.to_string()),
                )
            })
            .collect(),
        candidates: (1..)
            .zip(&list.candidates)
            .map(|(rank, one): (u32, _)| TypedCandidate {
                rank: rank.to_string(),
                number: one.number.clone(),
                last_name: one.last_name.clone(),
                first_name: one.first_name.clone(),
                sex: one.sex.map_or("", |sex| sex.letter()).to_owned(),
                born: one.born.map_or_else(String::new, |born| born.to_string()),
            })
            .collect(),
    }
}

fn form(lang: Lang, view: &OwnView) -> Markup {
    let typed = view.typed.clone().unwrap_or_else(|| as_typed(view));
    let labels = [lang.text("candidacy-name"), lang.text("candidacy-acronym")];
    let [name_label, acronym_label] = &labels;
    let name = Field {
        value: &typed.name,
        error: view.error_of("liste", lang),
        max_length: u32::try_from(MAX_UNION).ok(),
        ..Field::text("liste", name_label)
    };
    let acronym = Field {
        value: &typed.acronym,
        error: view.error_of("sigle", lang),
        max_length: u32::try_from(MAX_ACRONYM).ok(),
        ..Field::text("sigle", acronym_label)
    };
    html! {
        section.section aria-labelledby="t-liste" {
            h2 #t-liste { (lang.text("candidacy-list")) }
            form.form method="post" action={ "/depot/" (view.whole.candidacy.id) } novalidate data-once {
                (required_note(lang))
                input type="hidden" name="revision" value=(view.whole.candidacy.revision);
                (field(&name, html! {}))
                (field(&acronym, html! {}))
                (unions(lang, view, &typed))
                @if view.whole.election.count.ballot == BallotKind::List { (rows(lang, view, &typed)) }
                @else { p { (lang.text("candidacy-sigle-note")) } }
                div.actions {
                    button.btn.btn--secondary type="submit" name="geste" value="enregistrer" { (lang.text("candidacy-save")) }
                    button.btn.btn--primary type="submit" name="geste" value="deposer" { (lang.text("candidacy-file")) }
                }
            }
        }
    }
}

fn unions(lang: Lang, view: &OwnView, typed: &TypedList) -> Markup {
    let is_open = typed.unions.iter().any(|(name, _)| !name.is_empty());
    html! {
        details open[is_open] {
            summary { (lang.text("candidacy-common")) }
            p.field__hint { (lang.text("candidacy-common-hint")) }
            @for row in 1..=MAX_UNIONS {
                @let (name, part) = typed.unions.get(row.saturating_sub(1)).cloned().unwrap_or_default();
                @let (name_id, part_id) = (format!("union-{row}"), format!("part-{row}"));
                @let (name_label, part_label) = (lang.with("candidacy-union", args![n = row]), lang.with("candidacy-part", args![n = row]));
                (field(&Field { value: &name, required: false, error: view.error_of(&name_id, lang), max_length: u32::try_from(MAX_UNION).ok(), ..Field::text(&name_id, &name_label) }, html! {}))
                (field(&Field { value: &part, required: false, error: view.error_of(&part_id, lang), max_length: Some(9), ..Field::text(&part_id, &part_label) }, html! {}))
            }
        }
    }
}

/// A column of the rows: name, words, width in characters.
type Column = (&'static str, &'static str, u32);

fn rows(lang: Lang, view: &OwnView, typed: &TypedList) -> Markup {
    let whole = &view.whole;
    let most = complete(
        whole.consultation.profile,
        &whole.consultation.policy,
        whole.election.seats,
    );
    let count = usize::try_from(most)
        .unwrap_or(MAX_ROWS)
        .max(typed.candidates.len())
        .min(MAX_ROWS);
    let elder = whole
        .election
        .count
        .chain(whole.consultation.profile)
        .contains(&Tie::Elder);
    let mut columns: Vec<Column> = vec![
        ("rang", key("candidacy-rank"), 3),
        ("matricule", key("candidacy-number"), 10),
        ("nom", key("candidacy-last-name"), 14),
        ("prenom", key("candidacy-first-name"), 12),
    ];
    if elder {
        columns.push(("naissance", key("candidacy-born"), 10));
    }
    html! {
        fieldset.field {
            legend.field__label { (lang.text("candidacy-candidates")) " " (required_mark()) }
            p.field__hint { (lang.with("candidacy-candidates-hint", args![n = most])) }
            (table_box(&lang.text("candidacy-candidates"), html! {
                table {
                    caption.vh { (lang.text("candidacy-candidates")) }
                    thead { tr {
                        @for (_, words, _) in &columns { th scope="col" { (lang.text(words)) } }
                        th scope="col" { (lang.text("candidacy-sex")) }
                    } }
                    tbody {
                        @for row in 1..=count {
                            @let one = typed.candidates.get(row.saturating_sub(1)).cloned().unwrap_or_default();
                            tr {
                                @for column in &columns { td { (cell(lang, view, column, row, &one)) } }
                                td { (sex(lang, view, row, &one.sex)) }
                            }
                        }
                    }
                }
            }))
        }
    }
}

fn cell(lang: Lang, view: &OwnView, column: &Column, row: usize, one: &TypedCandidate) -> Markup {
    let (name, words, width) = *column;
    let id = format!("{name}-{row}");
    let rank = row.to_string();
    let value = match name {
        "rang" if one.rank.is_empty() => &rank,
        "rang" => &one.rank,
        "matricule" => &one.number,
        "nom" => &one.last_name,
        "prenom" => &one.first_name,
        _ => &one.born,
    };
    let error = view.error_of(&id, lang);
    html! {
        input.input id=(id) name=(id) type="text" value=(value) size=(width) maxlength="120" autocomplete="off" spellcheck="false"
            aria-label=(lang.with("candidacy-cell", args![what = lang.text(words), n = row]))
            aria-describedby=[error.map(|_| format!("{id}-err"))] aria-invalid=[error.map(|_| "true")];
        @if let Some(error) = error { (field_error(&id, error)) }
    }
}

fn sex(lang: Lang, view: &OwnView, row: usize, value: &str) -> Markup {
    let id = format!("sexe-{row}");
    let error = view.error_of(&id, lang);
    html! {
        select.input id=(id) name=(id) aria-label=(lang.with("candidacy-cell", args![what = lang.text("candidacy-sex"), n = row]))
            aria-describedby=[error.map(|_| format!("{id}-err"))] aria-invalid=[error.map(|_| "true")] {
            option value="" { "–" }
            option value="F" selected[value == "F"] { (lang.text("candidacy-woman")) }
            option value="H" selected[value == "H"] { (lang.text("candidacy-man")) }
        }
        @if let Some(error) = error { (field_error(&id, error)) }
    }
}

/// The list as it stands, to read.
#[must_use]
pub fn written(lang: Lang, whole: &WholeCandidacy) -> Markup {
    let list = &whole.candidacy.list;
    html! {
        section.section aria-labelledby="t-liste" {
            h2 #t-liste { (lang.text("candidacy-list")) }
            dl.facts {
                div { dt { (lang.text("candidacy-name")) } dd { (list.name) } }
                div { dt { (lang.text("candidacy-acronym")) } dd { (list.acronym) } }
                @for union in &list.unions {
                    div { dt { (lang.text("candidacy-common")) } dd { (union.name) @if let Some(part) = union.part { " (" (part) ")" } } }
                }
            }
            @if !list.candidates.is_empty() {
                (table_box(&lang.text("candidacy-candidates"), html! {
                    table {
                        caption.vh { (lang.text("candidacy-candidates")) }
                        thead { tr {
                            th.num scope="col" { (lang.text("candidacy-rank")) }
                            th scope="col" { (lang.text("candidacy-candidate")) }
                            th scope="col" { (lang.text("candidacy-number")) }
                            th scope="col" { (lang.text("candidacy-sex")) }
                        } }
                        tbody {
                            @for (rank, one) in (1_u32..).zip(&list.candidates) {
                                tr {
                                    td.num { (rank) }
                                    th scope="row" { (one.last_name) " " (one.first_name) }
                                    td { (one.number) }
                                    td { @match one.sex { Some(sex) => (sex.letter()), None => "–" } }
                                }
                            }
                        }
                    }
                }))
            }
        }
    }
}

/// Whose declaration a file is, in words; nothing for a logo or a manifesto.
fn whose(whole: &WholeCandidacy, file: &CandidacyFile) -> String {
    let candidates = &whole.candidacy.list.candidates;
    let found = candidates
        .iter()
        .find(|one| !file.number.is_empty() && one.number == file.number);
    found.map_or_else(
        || file.number.clone(),
        |one| format!("{} {}", one.last_name, one.first_name),
    )
}

/// The files, each offered to be kept from `place`; `removal` adds what takes one away.
#[must_use]
pub fn file_table(
    lang: Lang,
    whole: &WholeCandidacy,
    place: &str,
    removal: Option<&dyn Fn(&CandidacyFile) -> Markup>,
) -> Markup {
    html! {
        @if whole.files.is_empty() { p { (lang.text("candidacy-no-file")) } }
        @else {
            (table_box(&lang.text("candidacy-files"), html! {
                table {
                    caption.vh { (lang.text("candidacy-files")) }
                    thead { tr {
                        th scope="col" { (lang.text("candidacy-file-kind")) }
                        th scope="col" { (lang.text("candidacy-file-name")) }
                        @if removal.is_some() { th scope="col" { (lang.text("candidacy-file-remove")) } }
                    } }
                    tbody {
                        @for (rank, file) in (1_u32..).zip(&whole.files) {
                            tr {
                                th scope="row" { (lang.text(piece_words(file.piece))) @let of = whose(whole, file); @if !of.is_empty() { " – " (of) } }
                                td { a href={ (place) (rank) } download { (file.name) } " (" (lang.with("console-file-size", args![n = file.size.div_ceil(1024)])) ")" }
                                @if let Some(removal) = removal { td { (removal(file)) } }
                            }
                        }
                    }
                }
            }))
        }
    }
}

fn files(lang: Lang, view: &OwnView) -> Markup {
    let whole = &view.whole;
    let id = whole.candidacy.id;
    let action = format!("/depot/{id}/pieces");
    let removal = |file: &CandidacyFile| {
        html! {
            form method="post" action=(action) enctype="multipart/form-data" data-once {
                input type="hidden" name="revision" value=(whole.candidacy.revision);
                input type="hidden" name="geste" value="retirer";
                input type="hidden" name="piece" value={ (file.piece.as_str()) ":" (file.number) };
                button.link-button type="submit" { (lang.text("candidacy-file-remove")) span.vh { " " (file.name) } }
            }
        }
    };
    html! {
        section.section aria-labelledby="t-pieces" {
            h2 #t-pieces { (lang.text("candidacy-files")) }
            (file_table(lang, whole, &format!("/depot/{id}/pieces/"), view.may_change().then_some(&removal)))
            @if view.may_change() { (upload(lang, view, &action)) }
        }
    }
}

fn upload(lang: Lang, view: &OwnView, action: &str) -> Markup {
    let whole = &view.whole;
    let (piece_error, file_error) = (view.error_of("piece", lang), view.error_of("fichier", lang));
    html! {
        form.form method="post" action=(action) enctype="multipart/form-data" novalidate data-once {
            input type="hidden" name="revision" value=(whole.candidacy.revision);
            div.field.field--error[piece_error.is_some()] {
                label.field__label for="piece" { (lang.text("candidacy-file-kind")) " " (required_mark()) }
                select.input #piece name="piece" required aria-describedby=[piece_error.map(|_| "piece-err")] aria-invalid=[piece_error.map(|_| "true")] {
                    option value="" { (lang.text("candidacy-file-choose")) }
                    option value="logo:" { (lang.text("candidacy-logo")) }
                    option value="manifesto:" { (lang.text("candidacy-manifesto")) }
                    @for one in whole.candidacy.list.candidates.iter().filter(|one| !one.number.is_empty()) {
                        option value={ "declaration:" (one.number) } { (lang.text("candidacy-declaration")) " – " (one.last_name) " " (one.first_name) }
                    }
                }
                @if let Some(error) = piece_error { (field_error("piece", error)) }
            }
            div.field.field--error[file_error.is_some()] {
                label.field__label for="fichier" { (lang.text("candidacy-file-name")) " " (required_mark()) }
                p.field__hint #fichier-aide { (lang.text("candidacy-file-hint")) }
                input.input #fichier name="fichier" type="file" required accept="application/pdf,image/png,image/jpeg"
                    aria-describedby=(if file_error.is_some() { "fichier-aide fichier-err" } else { "fichier-aide" })
                    aria-invalid=[file_error.map(|_| "true")];
                @if let Some(error) = file_error { (field_error("fichier", error)) }
            }
            div.actions { button.btn.btn--secondary type="submit" { (lang.text("candidacy-attach")) } }
        }
    }
}

fn withdrawal(lang: Lang, view: &OwnView) -> Markup {
    html! {
        section.section aria-labelledby="t-retrait" {
            h2 #t-retrait { (lang.text("candidacy-withdraw-title")) }
            p { (lang.text("candidacy-withdraw-text")) }
            form method="post" action={ "/depot/" (view.whole.candidacy.id) } data-once {
                input type="hidden" name="revision" value=(view.whole.candidacy.revision);
                button.btn.btn--secondary type="submit" name="geste" value="retirer" { (lang.text("candidacy-withdraw")) }
            }
        }
    }
}

/// Draws the acknowledgement of a filed list, to print.
#[must_use]
pub fn render_receipt(chrome: &Chrome, member: &StaffMember, whole: &WholeCandidacy) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("candidacy-receipt");
    frame(
        chrome,
        member,
        Tab::Own,
        &title,
        html! {
            (back(&format!("/depot/{}", whole.candidacy.id), lang.text("candidacy-back")))
            div.page-head { p.overline { (whole.consultation.title) } h1 { (title) } p { (state_badge(lang, whole.candidacy.state)) } }
            section.panel aria-labelledby="t-accuse" {
                h2 #t-accuse { @if let Some(number) = whole.candidacy.number { (lang.with("candidacy-title", args![number = number.to_string()])) } }
                dl.facts {
                    div { dt { (lang.text("candidacy-organiser")) } dd { (whole.consultation.organiser) } }
                    div { dt { (lang.text("complaint-election")) } dd { (whole.election.title) } }
                    div { dt { (lang.text("candidacy-list")) } dd { (whole.candidacy.list.name) " (" (whole.candidacy.list.acronym) ")" } }
                }
                (table_box(&lang.text("candidacy-steps"), html! {
                    table {
                        caption { (lang.text("candidacy-steps")) }
                        thead { tr {
                            th scope="col" { (lang.text("candidacy-step")) }
                            th scope="col" { (lang.text("preparation-when")) }
                            th scope="col" { (lang.text("candidacy-digest")) }
                        } }
                        tbody {
                            @for step in &whole.steps {
                                tr {
                                    th scope="row" { (state_badge(lang, step.state)) }
                                    td { (at(lang, step.at)) }
                                    td { code { (step.digest) } }
                                }
                            }
                        }
                    }
                }))
            }
            (written(lang, whole))
            div.actions { button.btn.btn--secondary type="button" data-print hidden { (icon(Icon::Printer)) " " (lang.text("receipt-print")) } }
        },
    )
}
