//! Seal and watch: what is sealed, the last check, counters of each election, the acts of the board and what may be proposed.

use isoloir_domain::board_deed::{Act, LONGEST_REASON};
use isoloir_domain::{Election, Phase};
use isoloir_service::board::{Ended, Incident, RehearsalState, SelfCheck, Sitting};
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, badge, field, link_row, notice, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::Icon;
use isoloir_theme::when;
use jiff::Timestamp;
use maud::{Markup, html};

use super::act::act_words;
use super::{Refused, Tab, fingerprint, frame, overline, wrong};
use crate::layout::Chrome;

/// An election as the board follows it.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The election.
    pub election: Election,
    /// Where it stands.
    pub phase: Phase,
    /// Whether the board has suspended it.
    pub suspended: bool,
    /// Closing, as the board may have moved it.
    pub closes: Timestamp,
}

/// What the page shows besides the board itself.
#[derive(Debug, Clone)]
pub struct WatchView {
    /// The elections.
    pub elections: Vec<Followed>,
    /// The last check, if there was one.
    pub check: Option<SelfCheck>,
    /// Whether a rehearsal has passed on what is there now.
    pub rehearsed: bool,
    /// What happened, in order.
    pub incidents: Vec<Incident>,
    /// Whether an act may close early: in a test only.
    pub may_close: bool,
    /// Whether the boxes are set up with the board's keys.
    pub set_up: bool,
    /// Why the last wish was refused.
    pub refused: Refused,
}

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, sitting: &Sitting, view: &WatchView) -> Markup {
    let lang = chrome.lang;
    let state = &sitting.state;
    let title = lang.text("board-watch-title");
    frame(
        chrome,
        sitting,
        Tab::Acts,
        &title,
        &view.refused,
        html! {
            div.page-head { (overline(lang, state, sitting.seat)) h1 { (title) } p.lede { (lang.text("board-watch-lede")) } }
            (seal(lang, sitting, view))
            @if view.set_up { (rehearsal(lang, sitting, view)) }
            (check(lang, sitting, view))
            (elections(lang, view))
            section.section aria-labelledby="t-incidents" {
                h2 #t-incidents { (lang.text("board-incidents")) }
                @if view.incidents.is_empty() { p { (lang.text("board-incidents-none")) } }
                @else {
                    dl.facts {
                        @for one in view.incidents.iter().rev() {
                            div { dt { (when::short_date_time(lang, one.at)) } dd { (one.what.text(lang.language())) } }
                        }
                    }
                }
            }
            section.section aria-labelledby="t-actes" {
                h2 #t-actes { (lang.text("board-acts")) }
                @if state.acts.is_empty() { p { (lang.text("board-acts-none")) } }
                @else {
                    ul.links {
                        @for act in state.acts.iter().rev() {
                            @let stands = lang.text(if act.done.is_some() { key("board-act-is-done") } else { key("board-act-is-open") });
                            (link_row(&format!("/bureau/{}/actes/{}", state.board.key, act.number),
                                format!("{}. {} – {stands}", act.number, lang.text(act_words(&act.act)))))
                        }
                    }
                }
            }
            @if sitting.seat.is_of_authority() && state.keys.is_some() { (wishes(lang, sitting, view)) }
        },
    )
}

fn seal(lang: Lang, sitting: &Sitting, view: &WatchView) -> Markup {
    let state = &sitting.state;
    let waiting = state
        .acts
        .iter()
        .any(|act| matches!(act.act, Act::Seal { .. }) && act.done.is_none());
    match state.seal() {
        Some(seal) => html! {
            section.section aria-labelledby="t-sceau" {
                h2 #t-sceau { (lang.text("board-seal-words")) }
                p { (lang.with("board-sealed-since", args![when = when::date_time(lang, seal.at)])) }
                (fingerprint(lang, &lang.text("board-seal-words"), &seal.digest))
            }
        },
        None => notice(
            Tone::Warning,
            lang.text("board-not-sealed"),
            html! {
                p { (lang.text(if view.set_up { key("board-not-sealed-text") } else { key("board-not-set-up-text") })) }
                @if waiting { p { (lang.text("board-seal-waits")) } }
            },
        ),
    }
}

/// The rehearsal: where it stands, and the button that begins one.
fn rehearsal(lang: Lang, sitting: &Sitting, view: &WatchView) -> Markup {
    let state = &sitting.state;
    let may_begin = sitting.seat.is_of_authority() && state.seal().is_none();
    html! {
        section.section aria-labelledby="t-blanche" {
            h2 #t-blanche { (lang.text("board-rehearsal")) }
            p { (lang.text("board-rehearsal-text")) }
            @if let Some(last) = state.rehearsal() { (stands(lang, sitting, last, view.rehearsed)) }
            @else { p { (lang.text("board-rehearsal-none")) } }
            @if may_begin {
                form method="post" action={ "/bureau/" (state.board.key) "/blanche" } {
                    div.actions { button.btn.btn--secondary type="submit" { (lang.text("board-rehearsal-go")) } }
                }
            }
        }
    }
}

fn stands(lang: Lang, sitting: &Sitting, last: &RehearsalState, fits: bool) -> Markup {
    let key_of = &sitting.state.board.key;
    let at = |at: Timestamp| html! { p { (when::date_time(lang, at)) } };
    match (&last.ended, last.voted) {
        (Some((when, Ended::Passed { digest, .. })), _) if fits => notice(
            Tone::Success,
            lang.text("board-rehearsal-passed"),
            html! {
                (at(*when))
                p { (lang.text("board-rehearsal-wiped")) }
                (fingerprint(lang, &lang.text("board-rehearsal"), digest))
            },
        ),
        (Some((when, Ended::Passed { .. })), _) => notice(
            Tone::Warning,
            lang.text("board-rehearsal-void"),
            html! { (at(*when)) p { (lang.text("board-rehearsal-void-text")) } },
        ),
        (Some((when, Ended::Failed(parts))), _) => notice(
            Tone::Error,
            lang.text("board-rehearsal-failed"),
            html! { (at(*when)) ul { @for part in parts { li { code.break { (part) } } } } },
        ),
        (None, Some(when)) => notice(
            Tone::Info,
            lang.text("board-rehearsal-voted"),
            html! {
                (at(when))
                p { a href={ "/bureau/" (key_of) "/depouillement" } { (lang.text("board-next-count-go")) } }
            },
        ),
        (None, None) => notice(
            Tone::Info,
            lang.text("board-rehearsal-begun"),
            html! { (at(last.at)) p { (lang.text("board-rehearsal-begun-text")) } },
        ),
    }
}

fn check(lang: Lang, sitting: &Sitting, view: &WatchView) -> Markup {
    html! {
        section.section aria-labelledby="t-controle" {
            h2 #t-controle { (lang.text("board-check")) }
            @match &view.check {
                None => { p { (lang.text("board-check-none")) } }
                Some(check) => {
                    @let when = when::date_time(lang, check.at);
                    @if check.holds() { (notice(Tone::Success, lang.text("board-check-holds"), html! { p { (when) } })) }
                    @else {
                        (notice(Tone::Error, lang.text("board-check-broken"), html! {
                            p { (when) }
                            ul { @for alarm in check.alarms() { li { code.break { (alarm) } } } }
                            p { (lang.text("board-check-broken-text")) }
                        }))
                    }
                    (counts(lang, check))
                }
            }
            form method="post" action={ "/bureau/" (sitting.state.board.key) "/controle" } {
                div.actions { button.btn.btn--secondary type="submit" { (lang.text("board-check-now")) } }
            }
            p.small.soft { (lang.text("board-check-note")) }
        }
    }
}

/// Box and poll book, for the board only (R. 211-542).
fn counts(lang: Lang, check: &SelfCheck) -> Markup {
    let yes_no = |holds: bool| {
        if holds {
            badge(Tone::Success, Icon::Success, lang.text("board-holds"))
        } else {
            badge(Tone::Error, Icon::Error, lang.text("board-broken"))
        }
    };
    table_box(
        &lang.text("board-counts"),
        html! {
            table {
                caption.vh { (lang.text("board-counts")) }
                thead { tr {
                    th scope="col" { (lang.text("board-counts-election")) }
                    th.num scope="col" { (lang.text("board-counts-registered")) }
                    th.num scope="col" { (lang.text("board-counts-marked")) }
                    th.num scope="col" { (lang.text("board-counts-ballots")) }
                    th scope="col" { (lang.text("board-counts-chain")) }
                } }
                tbody {
                    @for (election, counts) in &check.counts {
                        tr {
                            th scope="row" { (election.title) }
                            @if let Some(counts) = counts {
                                td.num { (counts.registered) } td.num { (counts.marked) } td.num { (counts.ballots) }
                                td { (yes_no(counts.chain_holds && counts.journal_holds)) }
                            } @else { td colspan="4" { (lang.text("board-count-not-set-up")) } }
                        }
                    }
                }
            }
        },
    )
}

fn elections(lang: Lang, view: &WatchView) -> Markup {
    html! {
        section.section aria-labelledby="t-scrutins" {
            h2 #t-scrutins { (lang.text("board-elections")) }
            dl.facts {
                @for one in &view.elections {
                    div {
                        dt { (one.election.title) }
                        dd {
                            @if one.suspended && one.phase == Phase::Open { (badge(Tone::Warning, Icon::Warning, lang.text("board-suspended"))) }
                            @else { (lang.text(phase_words(one.phase))) }
                            " – " (lang.with("board-closes", args![when = when::date_time(lang, one.closes)]))
                        }
                    }
                }
            }
        }
    }
}

fn phase_words(phase: Phase) -> &'static str {
    match phase {
        Phase::Preparation => key("board-phase-preparation"),
        Phase::Open => key("board-phase-open"),
        Phase::Grace => key("board-phase-grace"),
        Phase::Closed => key("board-phase-closed"),
        Phase::Tallied => key("board-phase-tallied"),
    }
}

/// What president and secretary may propose now.
fn wishes(lang: Lang, sitting: &Sitting, view: &WatchView) -> Markup {
    let state = &sitting.state;
    let action = format!("/bureau/{}/actes", state.board.key);
    let label = lang.text("board-reason");
    let (why_error, why_typed) = wrong(&view.refused, "motif", lang);
    let why = Field {
        max_length: u32::try_from(LONGEST_REASON).ok(),
        error: why_error,
        value: why_typed,
        ..Field::text("motif", &label)
    };
    let (closes_label, closes_hint) = (lang.text("board-wish-closes"), lang.text("board-wish-closes-hint"));
    let (closes_error, closes_typed) = wrong(&view.refused, "cloture", lang);
    let closes = Field {
        hint: Some(&closes_hint),
        required: false,
        error: closes_error,
        value: closes_typed,
        ..Field::text("cloture", &closes_label)
    };
    let open = view
        .elections
        .iter()
        .any(|one| matches!(one.phase, Phase::Open | Phase::Grace));
    html! {
        section.section aria-labelledby="t-proposer" {
            h2 #t-proposer { (lang.text("board-wishes")) }
            p { (lang.text("board-wishes-text")) }
            @if state.seal().is_none() && view.set_up {
                form method="post" action=(action) {
                    div.actions { button.btn.btn--primary type="submit" name="acte" value="seal" { (lang.text("board-wish-seal")) } }
                }
            }
            @if open {
                details open[why_error.or(closes_error).is_some()] {
                    summary { (lang.text("board-wish-open")) }
                    form.form method="post" action=(action) {
                        div.field {
                            label.field__label for="acte" { (lang.text("board-wish-what")) }
                            select.input #acte name="acte" {
                                option value="suspend" { (lang.text("board-act-suspend")) }
                                option value="resume" { (lang.text("board-act-resume")) }
                                option value="extend" { (lang.text("board-act-extend")) }
                                @if view.may_close { option value="close" { (lang.text("board-act-close")) } }
                            }
                        }
                        div.field {
                            label.field__label for="scrutin" { (lang.text("board-counts-election")) }
                            select.input #scrutin name="scrutin" {
                                @for one in &view.elections { option value=(one.election.id) { (one.election.title) } }
                            }
                        }
                        (field(&closes, ""))
                        (field(&why, ""))
                        div.actions { button.btn.btn--primary type="submit" { (lang.text("board-wish-do")) } }
                    }
                }
            }
        }
    }
}
