//! The booth (*Je vote*, S04 and S14): every step of the vote in one page, drawn here and animated by the booth's script.
//!
//! The code is typed, the credential unlocked and the ballot encrypted on the voter's own device; this page only brings the words. So
//! the field of the code has no `name`: no form can ever send it. Steps other than the first are `hidden` until the script shows them, and
//! what the script says is in `<template>` elements, in the language of the page.

use std::sync::Arc;

use isoloir_domain::{Calendar, CandidateList, Phase};
use maud::{Markup, PreEscaped, html};

use crate::layout::{Chrome, document, page};
use crate::pages::candidates::logo;
use crate::pages::elections::{count, seats_and_lists};
use crate::pages::script;
use crate::pages::steps::vote_stepper;
use isoloir_theme::args;
use isoloir_theme::assets::Assets;
use isoloir_theme::components::{Tone, back, badge, blank_logo, notice, required_mark, required_note};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::when;

/// One election of the booth.
#[derive(Debug, Clone)]
pub struct BoothElection {
    /// Identifier.
    pub id: String,
    /// Fingerprint of the exact election JSON that the ballot must carry: unpadded base64 of its SHA-256.
    pub fingerprint: String,
    /// Title.
    pub title: String,
    /// Seats to fill.
    pub seats: u32,
    /// Lists in the drawn order: the answers of the ballot.
    pub lists: Arc<[CandidateList]>,
    /// Addresses of their logos: one for each list, or none at all.
    pub logos: Vec<String>,
    /// Whether the ballot is stored.
    pub voted: bool,
}

/// What the booth shows.
#[derive(Debug, Clone)]
pub struct BoothView {
    /// The voter, as the registrar knows the voter.
    pub voter: String,
    /// The server's key for receipts, hexadecimal.
    pub receipt_key: String,
    /// The registrar's key, hexadecimal.
    pub registrar_key: String,
    /// Elections of the voter in which one can vote, or has voted.
    pub elections: Vec<BoothElection>,
    /// When one can vote.
    pub calendar: Calendar,
}

/// Every message of the script, by its name in the contract. Places in braces are filled by the script.
const MESSAGES: [(&str, &str); 25] = [
    ("code-empty", key("msg-code-empty")),
    ("code-short", key("msg-code-short")),
    ("code-long", key("msg-code-long")),
    ("code-symbol", key("msg-code-symbol")),
    ("code-checksum", key("msg-code-checksum")),
    ("code-wrong", key("msg-code-wrong")),
    ("code-locked", key("msg-code-locked")),
    ("ticket-failed", key("msg-ticket-failed")),
    ("registrar-down", key("msg-registrar-down")),
    ("session-ended", key("msg-session-ended")),
    ("receipt-invalid", key("msg-receipt-invalid")),
    ("stored", key("msg-stored")),
    ("not-stored", key("msg-not-stored")),
    ("unknown", key("msg-unknown")),
    ("encrypting", key("msg-encrypting")),
    ("choice-missing", key("msg-choice-missing")),
    ("cast-count", key("msg-cast-count")),
    ("ready", key("msg-ready")),
    ("unlocking", key("msg-unlocking")),
    ("device-unsupported", key("msg-device-unsupported")),
    ("unlock-invalid", key("msg-unlock-invalid")),
    ("election-mismatch", key("msg-election-mismatch")),
    ("election-unavailable", key("msg-election-unavailable")),
    ("credential-missing", key("msg-credential-missing")),
    ("receipt-unverified-title", key("msg-receipt-unverified-title")),
];

/// Draws the booth.
#[must_use]
pub fn render(chrome: &Chrome, view: &BoothView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("booth-open-title");
    let main = html! {
        main.main #contenu tabindex="-1" data-booth data-voter=(view.voter) data-receipt-key=(view.receipt_key)
            data-registrar-key=(view.registrar_key) data-lang=(lang.code()) data-worker=(Assets::path("booth-worker.js")) {
            div.wrap {
                (without_script(lang))
                (code_step(lang, view))
                (elections_step(lang, view))
                @for (index, election) in view.elections.iter().enumerate() {
                    @if !election.voted { (choice_step(lang, view, index, election)) }
                }
                (confirm_step(lang))
                (sending_step(lang))
                (receipt_step(lang))
                (interrupted_step(lang))
                (templates(lang))
            }
        }
    };
    document(chrome, &title, Assets::module("booth.js"), main)
}

/// Why the booth is shut for this voter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// On no roll.
    NoElection,
    /// A ballot is stored in every election.
    AllCast,
    /// The vote does not stand where this voter may cast.
    Phase(Phase),
}

/// Draws the page that stands in place of the booth when one cannot vote now.
#[must_use]
pub fn render_shut(chrome: &Chrome, why: Shut, calendar: &Calendar) -> Markup {
    let lang = chrome.lang;
    let opens = || when::date_time(lang, calendar.opens());
    let closes = || when::date_time(lang, calendar.closes());
    let (title, text) = match why {
        Shut::NoElection => (key("shut-none-title"), lang.text("shut-none-text")),
        Shut::AllCast => (key("booth-all-cast-title"), lang.text("booth-all-cast-text")),
        Shut::Phase(Phase::Preparation) => (
            key("shut-before-title"),
            lang.with("shut-before-text", args![opens = opens()]),
        ),
        Shut::Phase(Phase::Open) => (key("shut-not-ready-title"), lang.text("shut-not-ready-text")),
        Shut::Phase(Phase::Grace) => (
            key("shut-grace-title"),
            lang.with("shut-grace-text", args![closes = closes()]),
        ),
        Shut::Phase(Phase::Closed | Phase::Tallied) => (
            key("shut-closed-title"),
            lang.with("shut-closed-text", args![closes = closes()]),
        ),
    };
    let (tone, notice_title, href, action) = match why {
        Shut::AllCast => (
            Tone::Success,
            key("shut-cast-notice"),
            "/urne",
            key("booth-all-cast-action"),
        ),
        _ => (
            Tone::Info,
            key("shut-notice-title"),
            "/mes-scrutins",
            key("booth-before-action"),
        ),
    };
    page(
        chrome,
        &lang.text(title),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text(title)) } }
            (notice(tone, lang.text(notice_title), html! { p { (text) } }))
            div.actions { a.btn.btn--primary href=(href) { (lang.text(action)) } }
        },
    )
}

fn without_script(lang: Lang) -> Markup {
    html! {
        noscript { (notice(Tone::Warning, lang.text("noscript-title"), html! { p { (lang.text("noscript-text")) } })) }
    }
}

fn code_step(lang: Lang, view: &BoothView) -> Markup {
    let left = view.elections.iter().filter(|e| !e.voted).count();
    html! {
        section data-step="code" data-title=(lang.text("code-title")) aria-labelledby="t-code" {
            (back("/", lang.text("back-home")))
            (vote_stepper(lang, 0))
            div.page-head {
                h1 #t-code tabindex="-1" { (lang.text("code-title")) }
                p.lede { (lang.with("code-lede", args![n = left, count = lang.spelled(count(left))])) }
                div.notice.notice--error data-error-summary role="alert" tabindex="-1" hidden {
                    (icon(Icon::Error))
                    div {
                        h2.notice__title { (lang.text("code-error-title")) }
                        p { span data-error-text {} " " a href="#code" { (lang.text("code-error-link")) } }
                    }
                }
            }
            div.split { (code_form(lang)) (code_aside(lang)) }
        }
    }
}

fn code_form(lang: Lang) -> Markup {
    html! {
        form.form data-code-form novalidate {
            (required_note(lang))
            div.field {
                label.field__label for="code" { (lang.text("code-label")) " " (required_mark()) }
                p.field__hint #code-aide { (lang.text("code-hint")) }
                input.input.code-input #code data-code type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="32"
                    required aria-describedby="code-aide code-error";
                p.field__error #code-error { (icon(Icon::Error)) span data-code-error {} }
            }
            p { a href="/reassort" { (lang.text("code-lost")) } }
            p.soft.small data-progress="unlock" role="status" {}
            div.actions {
                button.btn.btn--primary type="submit" { (lang.text("code-action")) }
                a.btn.btn--secondary href="/" { (lang.text("back-home-short")) }
            }
        }
    }
}

fn code_aside(lang: Lang) -> Markup {
    html! {
        aside.panel.panel--sunken aria-labelledby="t-ou" {
            h2 #t-ou { (lang.text("code-where-title")) }
            svg.figure viewBox="0 0 280 190" role="img" aria-label=(lang.text("code-where-figure")) {
                (PreEscaped(concat!(
                    r##"<rect x="6" y="6" width="268" height="178" rx="6" fill="#ffffff" stroke="#cfc8bb" stroke-width="1.5"/>"##,
                    r##"<path d="M24 30h92M24 44h64" stroke="#a6c8c5" stroke-width="6" stroke-linecap="round"/>"##,
                    r##"<path d="M24 150h232M24 166h170" stroke="#e4dccf" stroke-width="6" stroke-linecap="round"/>"##,
                    r##"<rect x="20" y="68" width="240" height="56" rx="5" fill="#f8e8c8" stroke="#b9791a" stroke-width="2" stroke-dasharray="6 4"/>"##,
                    r##"<text x="140" y="103" text-anchor="middle" font-family="monospace" font-weight="700" font-size="19" fill="#1a2224" "##,
                    r##"textLength="214" xml:space="preserve">K7QM 2RTD 9XHF 4CAD</text>"##,
                )))
            }
            p.small { (lang.text("code-where-text")) }
            p.small { (lang.text("code-stays")) }
        }
    }
}

fn elections_step(lang: Lang, view: &BoothView) -> Markup {
    let total = view.elections.len();
    let cast = view.elections.iter().filter(|e| e.voted).count();
    html! {
        section data-step="elections" data-title=(lang.text("elections-title")) aria-labelledby="t-scrutins" hidden {
            div.page-head {
                h1 #t-scrutins tabindex="-1" { (lang.text("elections-title")) }
                p.lede { (lang.with("booth-elections-lede", args![n = total, count = lang.spelled(count(total))])) }
            }
            div.progress {
                div.progress__row {
                    label for="avance" data-cast-words { (lang.with("n-cast-of", args![cast = cast, total = total])) }
                    span.soft { (lang.with("until", args![when = when::date_time(lang, view.calendar.closes())])) }
                }
                progress #avance data-cast-progress value=(cast) max=(total) { (cast) " / " (total) }
            }
            ol.polls {
                @for (index, election) in view.elections.iter().enumerate() { (booth_poll(lang, index, election)) }
            }
            section.section {
                (notice(Tone::Info, lang.text("pause-title"), html! {
                    p { (lang.with("pause-text", args![when = when::date_time(lang, view.calendar.closes())])) }
                }))
            }
        }
    }
}

fn booth_poll(lang: Lang, index: usize, election: &BoothElection) -> Markup {
    html! {
        li.poll.poll--done[election.voted] data-election=(election.id) data-fingerprint=(election.fingerprint)
            data-voted=(if election.voted { "true" } else { "false" }) {
            span.poll__n aria-hidden="true" data-rank { @if election.voted { (icon(Icon::Tick)) } @else { (index + 1) } }
            div {
                h2 data-election-title { (election.title) }
                p { (seats_and_lists(lang, election.seats, election.lists.len())) }
                span data-status { @if election.voted { (cast_badge(lang)) } @else { (to_vote_badge(lang)) } }
            }
            @if !election.voted {
                button.btn.btn--secondary type="button" data-open-election=(election.id) {
                    (lang.text("poll-vote")) span.vh { " – " (election.title) } " " (icon(Icon::Next))
                }
            }
        }
    }
}

fn cast_badge(lang: Lang) -> Markup {
    badge(Tone::Success, Icon::Success, lang.text("poll-cast"))
}

fn to_vote_badge(lang: Lang) -> Markup {
    badge(Tone::Info, Icon::BallotBox, lang.text("poll-to-vote"))
}

fn choice_step(lang: Lang, view: &BoothView, index: usize, election: &BoothElection) -> Markup {
    let heading = format!("t-{}", election.id);
    html! {
        section data-step="choice" data-for=(election.id) data-title=(election.title) aria-labelledby=(heading) hidden {
            button.back.link-button type="button" data-action="elections" { (icon(Icon::Back)) " " (lang.text("back-elections")) }
            (vote_stepper(lang, 1))
            div.page-head {
                p.overline { (lang.with("election-rank", args![n = index + 1, total = view.elections.len()])) }
                h1 id=(heading) tabindex="-1" { (election.title) }
                p.lede { (lang.with("choice-lede", args![n = election.seats])) }
            }
            form data-ballot=(election.id) novalidate {
                fieldset {
                    legend.ballot__legend { (lang.text("choice-legend")) }
                    div.ballot__grid {
                        @for (answer, list) in election.lists.iter().enumerate() { (choice_card(lang, election, answer, list)) }
                        (blank_card(lang, election))
                    }
                }
                p.field__error data-choice-error id={ "err-" (election.id) } role="alert" { (icon(Icon::Error)) span {} }
                p.small.soft.note { (lang.text("lists-order-note")) }
                div.actions {
                    button.btn.btn--primary.btn--large type="submit" { (lang.text("choice-action")) " " (icon(Icon::Next)) }
                    button.btn.btn--link type="button" data-action="elections" { (lang.text("choice-leave")) }
                }
                p.small.soft { (lang.text("choice-nothing-stored")) }
            }
        }
    }
}

fn choice_card(lang: Lang, election: &BoothElection, answer: usize, list: &CandidateList) -> Markup {
    let id = format!("c-{}-{answer}", election.id);
    html! {
        div.choice {
            input.choice__input type="radio" name={ "choice-" (election.id) } id=(id) value=(answer) required data-label=(list.name);
            label.choice__label for=(id) {
                (logo(&list.acronym, election.logos.get(answer).map(String::as_str)))
                span.choice__name { (list.name) small { (list.acronym) " · " (lang.with("n-candidates", args![n = list.candidates.len()])) } }
                span.choice__mark { (icon(Icon::Tick)) }
            }
            p.choice__more {
                a href={ "/mes-scrutins/" (election.id) "#liste-" (list.position) } target="_blank" rel="noopener" {
                    (lang.text("choice-candidates")) span.vh { " – " (list.name) " " (lang.text("new-tab")) } " " (icon(Icon::Next))
                }
            }
        }
    }
}

fn blank_card(lang: Lang, election: &BoothElection) -> Markup {
    let id = format!("c-{}-blank", election.id);
    html! {
        div.choice {
            input.choice__input type="radio" name={ "choice-" (election.id) } id=(id) value="blank" required data-label=(lang.text("blank-name"));
            label.choice__label for=(id) {
                (blank_logo())
                span.choice__name { (lang.text("blank-name")) small { (lang.text("blank-text")) } }
                span.choice__mark { (icon(Icon::Tick)) }
            }
            p.choice__more {
                a href="/aide#blanc" target="_blank" rel="noopener" {
                    (lang.text("blank-help")) span.vh { " " (lang.text("new-tab")) } " " (icon(Icon::Next))
                }
            }
        }
    }
}

fn confirm_step(lang: Lang) -> Markup {
    html! {
        section data-step="confirm" data-title=(lang.text("confirm-title")) aria-labelledby="t-confirm" hidden {
            button.back.link-button type="button" data-action="change" { (icon(Icon::Back)) " " (lang.text("confirm-change")) }
            (vote_stepper(lang, 2))
            div.page-head { h1 #t-confirm tabindex="-1" { (lang.text("confirm-title")) } }
            div.split {
                div {
                    section.summary aria-label=(lang.text("confirm-summary-label")) {
                        p.summary__head data-confirm-election {}
                        div.summary__body {
                            div.summary__choice {
                                span data-confirm-logo {}
                                div {
                                    p.overline { (lang.text("confirm-overline")) }
                                    h2 data-confirm-choice {}
                                }
                            }
                            p { (lang.rich("confirm-final")) }
                        }
                    }
                    p.soft.small.note data-progress role="status" {}
                    div.actions {
                        button.btn.btn--primary.btn--large type="button" data-action="cast" { (icon(Icon::BallotBox)) " " (lang.text("confirm-action")) }
                        button.btn.btn--secondary type="button" data-action="change" { (lang.text("confirm-change")) }
                    }
                }
                aside.panel.panel--sunken aria-labelledby="t-suivi-avant" {
                    h2 #t-suivi-avant { (lang.text("confirm-aside-title")) }
                    p.small { (lang.text("confirm-aside-text")) }
                    p.tracker data-tracker {}
                    p.small.soft { (lang.text("confirm-aside-note")) }
                }
            }
        }
    }
}

fn sending_step(lang: Lang) -> Markup {
    html! {
        section data-step="sending" data-title=(lang.text("sending-title")) aria-labelledby="t-envoi" hidden {
            (vote_stepper(lang, 2))
            div.page-head {
                h1 #t-envoi tabindex="-1" { (lang.text("sending-title")) }
                p.lede role="status" { (lang.text("sending-text")) }
            }
            progress aria-labelledby="t-envoi" {}
        }
    }
}

fn receipt_step(lang: Lang) -> Markup {
    html! {
        section data-step="receipt" data-title=(lang.text("receipt-heading")) aria-labelledby="t-depose" hidden {
            (vote_stepper(lang, 3))
            div.page-head {
                h1 #t-depose tabindex="-1" { (lang.text("receipt-heading")) }
                p.lede { (lang.text("receipt-lede")) }
            }
            div.split { (receipt_slip(lang)) (receipt_next(lang)) }
        }
    }
}

fn receipt_slip(lang: Lang) -> Markup {
    html! {
        section.receipt aria-labelledby="t-recu" {
            h2.receipt__title #t-recu { (icon(Icon::Success)) " " (lang.text("receipt-title")) }
            dl.facts {
                div { dt { (lang.text("receipt-election")) } dd data-receipt-election {} }
                div { dt { (lang.text("receipt-mark")) } dd { (lang.text("receipt-mark-value")) } }
                div {
                    dt { (lang.text("receipt-signature")) }
                    dd { (badge(Tone::Success, Icon::Success, lang.text("receipt-signature-value"))) }
                }
            }
            h3 { (lang.text("tracker-title")) }
            p.tracker data-receipt-tracker {}
            p.small.soft { (lang.text("receipt-note")) }
            details.proof {
                summary { (lang.text("receipt-proof")) }
                dl.facts {
                    div { dt { (lang.text("receipt-event")) } dd { code.break data-receipt-event {} } }
                    div { dt { (lang.text("receipt-signature-bytes")) } dd { code.break data-receipt-signature {} } }
                }
            }
            form.actions method="post" action="/recu.pdf" data-receipt-pdf data-download hidden {
                input type="hidden" name="recus" value="";
                button.btn.btn--secondary type="submit" { (icon(Icon::Download)) " " (lang.text("receipt-pdf")) }
            }
            div.actions {
                button.btn.btn--secondary type="button" data-action="save-receipt" { (icon(Icon::Download)) " " (lang.text("receipt-save")) }
                button.btn.btn--secondary type="button" data-action="print" { (icon(Icon::Printer)) " " (lang.text("receipt-print")) }
                a.btn.btn--link data-receipt-box href="/urne" target="_blank" rel="noopener" {
                    (icon(Icon::Search)) " " (lang.text("receipt-find")) span.vh { " " (lang.text("new-tab")) }
                }
            }
        }
    }
}

fn receipt_next(lang: Lang) -> Markup {
    html! {
        section.panel.panel--sunken aria-labelledby="t-suite" {
            h2 #t-suite { (lang.text("next-title")) }
            div data-next {
                div data-next-more { p { (lang.text("next-more-text")) } button.btn.btn--primary type="button" data-action="elections" { (lang.text("next-more-action")) } }
                div data-next-done hidden {
                    p { (lang.text("next-done-text")) }
                    form method="post" action="/deconnexion" { button.btn.btn--primary type="submit" { (lang.text("sign-out")) } }
                }
            }
        }
    }
}

fn interrupted_step(lang: Lang) -> Markup {
    html! {
        section data-step="interrupted" data-title=(lang.text("interrupted-title")) aria-labelledby="t-coupe" hidden {
            (vote_stepper(lang, 2))
            div.page-head { h1 #t-coupe tabindex="-1" { (lang.text("interrupted-title")) } }
            div.stack {
                div.notice.notice--error role="alert" {
                    (icon(Icon::Error))
                    div { h2.notice__title { (lang.text("interrupted-notice")) } p data-interrupted-message {} }
                }
                div.actions {
                    button.btn.btn--primary type="button" data-action="retry" { (icon(Icon::Again)) " " (lang.text("interrupted-retry")) }
                    button.btn.btn--secondary type="button" data-action="elections" { (lang.text("interrupted-later")) }
                }
            }
        }
    }
}

/// What the script says and draws.
fn templates(lang: Lang) -> Markup {
    let places = ["missing", "symbol", "group", "left", "seconds", "cast", "total"];
    html! {
        (script::messages(lang, &MESSAGES, &places))
        template data-badge="voted" { (cast_badge(lang)) }
        template data-icon="tick" { (icon(Icon::Tick)) }
        template data-logo="blank" { (blank_logo()) }
    }
}
