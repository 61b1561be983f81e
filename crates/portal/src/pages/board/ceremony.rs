//! The key ceremony: who has done what, the one step that is yours now, and the fingerprint to read out at the end.

use isoloir_domain::Seat;
use isoloir_domain::board_deed::{LONGEST_REASON, Step};
use isoloir_service::board::{BoardState, Sitting, Task};
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, field, notice, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::when;
use maud::{Markup, html};

use super::{Refused, Script, Tab, fingerprint, overline, scripted, seat_words, wrong};
use crate::layout::Chrome;

/// What the page shows besides the board itself.
#[derive(Debug, Clone)]
pub struct CeremonyPage {
    /// Seats whose browser asked for something in the last moments.
    pub online: Vec<Seat>,
    /// Whether elections are set up with these keys.
    pub in_use: bool,
    /// Why the last wish was refused.
    pub refused: Refused,
}

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, sitting: &Sitting, view: &CeremonyPage) -> Markup {
    let lang = chrome.lang;
    let state = &sitting.state;
    let task = state.task(sitting.seat);
    let title = lang.text("board-ceremony-title");
    let script = Script {
        kind: "ceremony",
        api: format!("/api/bureau/{}/ceremonie", state.board.key),
        waits: state.keys.is_none() && !matches!(task, Task::Do(_)),
    };
    let body = html! {
        div.page-head {
            (overline(lang, state, sitting.seat))
            h1 { (title) }
            p.lede { (lang.text("board-ceremony-lede")) }
        }
        @if let Some((at, why)) = &state.begun {
            (notice(Tone::Info, lang.with("board-round", args![n = state.round]), html! {
                p { (lang.with("board-round-text", args![when = when::short_date_time(lang, *at), why = why.clone()])) }
            }))
        }
        (mine(lang, sitting, task))
        (progress(lang, state, view))
        section.section aria-labelledby="t-perdue" {
            h2 #t-perdue { (lang.text("board-lost-title")) }
            p { a href={ "/bureau/" (state.board.key) "/cle-perdue" } { (lang.text("board-lost-link")) } }
        }
        @if sitting.seat.is_of_authority() && !view.in_use { (again(lang, state, &view.refused)) }
    };
    scripted(chrome, sitting, Tab::Keys, &title, &script, &view.refused, body)
}

/// One's own step, or what one waits for, or the fingerprint.
fn mine(lang: Lang, sitting: &Sitting, task: Task) -> Markup {
    let state = &sitting.state;
    if let Some(digest) = state.keys_digest() {
        let body = html! {
            p { (lang.text("board-keys-made-text")) }
            (fingerprint(lang, &lang.text("board-keys-fingerprint"), &digest))
        };
        return notice(Tone::Success, lang.text("board-keys-made"), body);
    }
    match task {
        Task::Do(step) => form(lang, step),
        Task::Wait | Task::Done => notice(
            Tone::Info,
            lang.text("board-wait"),
            html! {
                p { (lang.with("board-wait-text", args![names = awaited(state)])) }
                p.small aria-live="polite" data-status {}
            },
        ),
    }
}

/// Who has something to do now.
fn awaited(state: &BoardState) -> String {
    let members = state.board.members().into_iter();
    let busy = members.filter(|member| matches!(state.task(member.seat), Task::Do(_)));
    let names: Vec<&str> = busy.map(|member| member.name).collect();
    if names.is_empty() {
        "–".to_owned()
    } else {
        names.join(", ")
    }
}

/// Title, text and button of a step.
fn step_words(step: Step) -> (&'static str, &'static str, &'static str) {
    match step {
        Step::Certificate => (
            key("board-do-certificate"),
            key("board-do-certificate-text"),
            key("board-do-certificate-go"),
        ),
        Step::Enrol => (
            key("board-do-enrol"),
            key("board-do-enrol-text"),
            key("board-do-enrol-go"),
        ),
        Step::Commitment => (
            key("board-do-commitment"),
            key("board-do-commitment-text"),
            key("board-do-commitment-go"),
        ),
        Step::Polynomial => (
            key("board-do-polynomial"),
            key("board-do-polynomial-text"),
            key("board-do-polynomial-go"),
        ),
        Step::Output => (
            key("board-do-output"),
            key("board-do-output-text"),
            key("board-do-output-go"),
        ),
        Step::Handover => (
            key("board-do-handover"),
            key("board-do-handover-text"),
            key("board-do-handover-go"),
        ),
        Step::Test => (key("board-do-test"), key("board-do-test-text"), key("board-do-test-go")),
        Step::Received => (
            key("board-do-received"),
            key("board-do-received-text"),
            key("board-do-received-go"),
        ),
    }
}

fn form(lang: Lang, step: Step) -> Markup {
    let (title, text, go) = step_words(step);
    let chooses = matches!(step, Step::Certificate | Step::Enrol);
    html! {
        section.panel aria-labelledby="t-etape" {
            h2 #t-etape { (lang.text(title)) }
            p { (lang.text(text)) }
            form.form data-task=(step.as_str()) novalidate {
                @if step == Step::Test { (key_file(lang, "fichier")) }
                @else if !chooses { div hidden data-when-lost { (key_file(lang, "fichier")) } }
                (passphrase(lang, chooses, "phrase"))
                (under(lang, go))
            }
        }
    }
}

/// The file of one's key.
pub(super) fn key_file(lang: Lang, id: &str) -> Markup {
    html! {
        div.field {
            label.field__label for=(id) { (lang.text("board-key-file")) }
            p.field__hint id={ (id) "-aide" } { (lang.text("board-key-file-hint")) }
            input.input id=(id) type="file" name="key" aria-describedby={ (id) "-aide" };
        }
    }
}

/// The passphrase, once, or twice when it is chosen.
pub(super) fn passphrase(lang: Lang, chooses: bool, id: &str) -> Markup {
    html! {
        div.field {
            label.field__label for=(id) { (lang.text("board-passphrase")) }
            @if chooses { p.field__hint id={ (id) "-aide" } { (lang.text("board-passphrase-hint")) } }
            input.input id=(id) type="password" name="passphrase" autocomplete=(if chooses { "new-password" } else { "current-password" })
                spellcheck="false" autocapitalize="none" aria-describedby=[chooses.then(|| format!("{id}-aide"))];
        }
        @if chooses {
            div.field {
                label.field__label for={ (id) "-encore" } { (lang.text("board-passphrase-again")) }
                input.input id={ (id) "-encore" } type="password" name="again" autocomplete="new-password" spellcheck="false" autocapitalize="none";
            }
        }
    }
}

/// Button, progress, and where the script says what happens.
pub(super) fn under(lang: Lang, go: &'static str) -> Markup {
    html! {
        div hidden role="alert" data-refusal { p.field__error { (icon(Icon::Error)) span data-refusal-text {} } }
        p.small aria-live="polite" data-status {}
        progress hidden data-progress max="1" aria-label=(lang.text("board-progress")) {}
        div.actions {
            button.btn.btn--primary type="submit" { (lang.text(go)) }
            a.btn.btn--secondary hidden data-save { (icon(Icon::Download)) " " (lang.text("board-save-key")) }
        }
    }
}

/// Who has done what. Everybody sees the same.
fn progress(lang: Lang, state: &BoardState, view: &CeremonyPage) -> Markup {
    let columns = [
        (key("board-step-certificate"), [Step::Certificate, Step::Enrol]),
        (key("board-step-commitment"), [Step::Commitment; 2]),
        (key("board-step-polynomial"), [Step::Polynomial; 2]),
        (key("board-step-output"), [Step::Output; 2]),
        (key("board-step-test"), [Step::Test, Step::Received]),
    ];
    html! {
        section.section aria-labelledby="t-avancement" {
            h2 #t-avancement { (lang.text("board-progress")) }
            (table_box(&lang.text("board-progress"), html! {
                table {
                    caption.vh { (lang.text("board-progress")) }
                    thead { tr {
                        th scope="col" { (lang.text("board-member-name")) }
                        @for (words, _) in columns { th scope="col" { (lang.text(words)) } }
                    } }
                    tbody {
                        @for member in state.board.members() {
                            tr {
                                th scope="row" {
                                    (member.name) br;
                                    span.small.soft {
                                        (seat_words(lang, &state.board, member.seat))
                                        @if view.online.contains(&member.seat) { " – " (lang.text("board-online")) }
                                    }
                                }
                                @for (_, [of_member, of_substitute]) in columns {
                                    td { (done(lang, state, member.seat, of_member, of_substitute)) }
                                }
                            }
                        }
                    }
                }
            }))
            p.small.soft { (lang.text("board-progress-note")) }
        }
    }
}

fn done(lang: Lang, state: &BoardState, seat: Seat, of_member: Step, of_substitute: Step) -> Markup {
    // A substitute makes no part of its own: only enrolment and test are its.
    let step = match seat {
        Seat::Substitute(_) if of_member == of_substitute => {
            return html! { span aria-hidden="true" { "–" } span.vh { (lang.text("board-not-yours")) } };
        }
        Seat::Substitute(_) => of_substitute,
        _ => of_member,
    };
    html! {
        @if state.message(step, seat).is_some() { (icon(Icon::Tick)) span.vh { (lang.text("board-done")) } }
        @else if state.task(seat) == Task::Do(step) { (icon(Icon::Clock)) span.vh { (lang.text("board-doing")) } }
        @else { (icon(Icon::Empty)) span.vh { (lang.text("board-not-yet")) } }
    }
}

/// Everything anew, with a reason.
fn again(lang: Lang, state: &BoardState, refused: &Refused) -> Markup {
    let (error, typed) = wrong(refused, "motif", lang);
    let label = lang.text("board-reason");
    let why = Field {
        max_length: u32::try_from(LONGEST_REASON).ok(),
        error,
        value: typed,
        ..Field::text("motif", &label)
    };
    html! {
        section.section aria-labelledby="t-recommencer" {
            h2 #t-recommencer { (lang.text("board-again")) }
            p { (lang.text("board-again-text")) }
            details open[error.is_some()] {
                summary { (lang.text("board-again-open")) }
                form.form method="post" action={ "/bureau/" (state.board.key) "/cles/recommencer" } {
                    (field(&why, ""))
                    div.actions { button.btn.btn--danger type="submit" { (lang.text("board-again-do")) } }
                }
            }
        }
    }
}
