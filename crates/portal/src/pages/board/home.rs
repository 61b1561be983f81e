//! The board at a glance: what comes next, who sits and who was there, replacements, observations for the minutes.

use isoloir_domain::Seat;
use isoloir_domain::board_deed::{LONGEST_REASON, Occasion};
use isoloir_service::board::Sitting;
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, field, field_error, notice, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::when;
use maud::{Markup, html};

use super::{Refused, Tab, fingerprint, frame, overline, seat_words, wrong};
use crate::layout::Chrome;

/// What the page shows besides the board itself.
#[derive(Debug, Clone)]
pub struct HomeView {
    /// Seats whose browser asked for something in the last moments.
    pub online: Vec<Seat>,
    /// Seats without an account yet.
    pub without_account: Vec<Seat>,
    /// Whether the elections are set up with the board's keys.
    pub set_up: bool,
    /// Whether a box waits for decryptions.
    pub to_decrypt: bool,
    /// Whether a rehearsal has passed on what is there now.
    pub rehearsed: bool,
    /// Why the last wish was refused.
    pub refused: Refused,
}

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, sitting: &Sitting, view: &HomeView) -> Markup {
    let lang = chrome.lang;
    let state = &sitting.state;
    let title = state.board.title.clone();
    frame(
        chrome,
        sitting,
        Tab::Home,
        &title,
        &view.refused,
        html! {
            div.page-head {
                (overline(lang, state, sitting.seat))
                h1 { (title) }
                p.lede { (lang.with("board-home-lede", args![n = state.elections.len()])) }
                ul { @for election in &state.elections { li { (election.title) } } }
            }
            (next(lang, sitting, view))
            @if let Some(digest) = state.keys_digest() {
                section.section aria-labelledby="t-empreinte" {
                    h2 #t-empreinte { (lang.text("board-keys-fingerprint")) }
                    (fingerprint(lang, &lang.text("board-keys-fingerprint"), &digest))
                }
            }
            (members(lang, sitting, view))
            (presence(lang, sitting))
            @if sitting.seat.is_of_authority() { (replacement(lang, sitting, &view.refused)) }
            (observations(lang, sitting, &view.refused))
        },
    )
}

/// The one thing to do now, first.
fn next(lang: Lang, sitting: &Sitting, view: &HomeView) -> Markup {
    let key_of = &sitting.state.board.key;
    let step = |title: &'static str, text: &'static str, link: Option<(&str, &'static str)>| {
        let body = html! {
            p { (lang.text(text)) }
            @if let Some((path, words)) = link {
                div.actions { a.btn.btn--primary href={ "/bureau/" (key_of) (path) } { (lang.text(words)) " " (icon(Icon::Next)) } }
            }
        };
        notice(Tone::Info, lang.text(title), body)
    };
    if sitting.state.keys.is_none() {
        step(
            key("board-next-keys"),
            key("board-next-keys-text"),
            Some(("/cles", key("board-next-keys-go"))),
        )
    } else if view.to_decrypt {
        step(
            key("board-next-count"),
            key("board-next-count-text"),
            Some(("/depouillement", key("board-next-count-go"))),
        )
    } else if view.set_up && sitting.state.seal().is_none() && !view.rehearsed {
        let go = Some(("/suivi#t-blanche", key("board-next-rehearsal-go")));
        step(key("board-next-rehearsal"), key("board-next-rehearsal-text"), go)
    } else if view.set_up && sitting.state.seal().is_none() {
        let go = Some(("/suivi#t-proposer", key("board-next-seal-go")));
        step(key("board-next-seal"), key("board-next-seal-text"), go)
    } else if view.set_up {
        step(key("board-next-vote"), key("board-next-vote-text"), None)
    } else {
        step(key("board-next-set-up"), key("board-next-set-up-text"), None)
    }
}

fn members(lang: Lang, sitting: &Sitting, view: &HomeView) -> Markup {
    let state = &sitting.state;
    html! {
        section.section aria-labelledby="t-membres" {
            h2 #t-membres { (lang.text("board-members")) }
            (table_box(&lang.text("board-members"), html! {
                table {
                    caption.vh { (lang.text("board-members")) }
                    thead { tr {
                        th scope="col" { (lang.text("board-member-name")) }
                        th scope="col" { (lang.text("board-member-seat")) }
                        @for occasion in Occasion::ALL { th scope="col" { (lang.text(occasion_words(occasion))) } }
                    } }
                    tbody {
                        @for member in state.board.members() {
                            tr {
                                th scope="row" {
                                    (member.name)
                                    @if view.online.contains(&member.seat) { br; span.small.soft { (lang.text("board-online")) } }
                                    @if view.without_account.contains(&member.seat) { br; span.small.soft { (lang.text("board-no-account")) } }
                                }
                                td {
                                    (seat_words(lang, &state.board, member.seat))
                                    @if let Some((at, why)) = state.replaced.get(&member.seat) {
                                        br; span.small { (lang.with("board-replaces", args![when = when::short_date_time(lang, *at), why = why.clone()])) }
                                    }
                                }
                                @for occasion in Occasion::ALL {
                                    td { @match state.present_at(occasion).iter().find(|one| one.seat == member.seat) {
                                        Some(one) => { (when::short_date_time(lang, one.at)) }
                                        None => { span aria-hidden="true" { "–" } span.vh { (lang.text("board-absent")) } }
                                    } }
                                }
                            }
                        }
                    }
                }
            }))
        }
    }
}

fn occasion_words(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::Ceremony => key("board-occasion-ceremony"),
        Occasion::Rehearsal => key("board-occasion-rehearsal"),
        Occasion::Sealing => key("board-occasion-sealing"),
        Occasion::Count => key("board-occasion-count"),
    }
}

/// A button for each session that the member has not signed yet.
fn presence(lang: Lang, sitting: &Sitting) -> Markup {
    let state = &sitting.state;
    let missing: Vec<Occasion> = Occasion::ALL
        .into_iter()
        .filter(|occasion| state.present_at(*occasion).iter().all(|one| one.seat != sitting.seat))
        .collect();
    html! {
        @if !missing.is_empty() {
            section.section aria-labelledby="t-presence" {
                h2 #t-presence { (lang.text("board-presence")) }
                p { (lang.text("board-presence-text")) }
                form method="post" action={ "/bureau/" (state.board.key) "/presence" } {
                    div.actions {
                        @for occasion in missing {
                            button.btn.btn--secondary type="submit" name="seance" value=(occasion.as_str()) {
                                (lang.with("board-present-at", args![occasion = lang.text(occasion_words(occasion))]))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn replacement(lang: Lang, sitting: &Sitting, refused: &Refused) -> Markup {
    let (error, typed) = wrong(refused, "motif", lang);
    let state = &sitting.state;
    let members = state.board.members().into_iter();
    let idle: Vec<_> = members
        .filter(|member| member.seat.is_substitute() && !state.replaced.contains_key(&member.seat))
        .collect();
    let label = lang.text("board-reason");
    let why = Field {
        max_length: u32::try_from(LONGEST_REASON).ok(),
        error,
        value: typed,
        ..Field::text("motif", &label)
    };
    html! {
        @if !idle.is_empty() {
            section.section aria-labelledby="t-remplacement" {
                h2 #t-remplacement { (lang.text("board-replacement")) }
                p { (lang.text("board-replacement-text")) }
                details open[error.is_some()] {
                    summary { (lang.text("board-replacement-open")) }
                    form.form method="post" action={ "/bureau/" (state.board.key) "/remplacement" } {
                        div.field {
                            label.field__label for="suppleant" { (lang.text("board-replacement-who")) }
                            select.input #suppleant name="suppleant" {
                                @for member in idle { option value=(member.seat) { (member.name) " (" (member.list.unwrap_or_default()) ")" } }
                            }
                        }
                        (field(&why, ""))
                        div.actions { button.btn.btn--primary type="submit" { (lang.text("board-replacement-do")) } }
                    }
                }
            }
        }
    }
}

fn observations(lang: Lang, sitting: &Sitting, refused: &Refused) -> Markup {
    let state = &sitting.state;
    let (error, typed) = wrong(refused, "texte", lang);
    html! {
        section.section aria-labelledby="t-observations" {
            h2 #t-observations { (lang.text("board-observations")) }
            p { (lang.text("board-observations-text")) }
            @for one in &state.observations {
                div.panel {
                    p.small.soft { (state.name(one.seat)) " – " (when::short_date_time(lang, one.at)) }
                    @for line in one.text.lines().filter(|line| !line.trim().is_empty()) { p { (line) } }
                }
            }
            form.form method="post" action={ "/bureau/" (state.board.key) "/observations" } {
                div.field.field--error[error.is_some()] {
                    label.field__label for="texte" { (lang.text("board-observation")) }
                    textarea.input #texte name="texte" rows="4" maxlength="4000" required
                        aria-describedby=[error.map(|_| "texte-err")] aria-invalid=[error.map(|_| "true")] { (typed) }
                    @if let Some(error) = error { (field_error("texte", error)) }
                }
                div.actions { button.btn.btn--secondary type="submit" { (lang.text("board-observation-add")) } }
            }
        }
    }
}
