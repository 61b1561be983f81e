//! What a delivery place sees.

use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, badge, field, notice, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::Icon;
use isoloir_theme::layout::Site;
use isoloir_theme::when;
use maud::{Markup, html};

use super::{Around, PagesConfig};
use crate::Reference;
use crate::follow_notices::{DeliveryPlace, Notice, NoticeStatus, Scan};
use crate::reference::ReferenceError;

/// What surrounds a page.
pub(crate) struct Frame<'a> {
    pub(crate) lang: Lang,
    pub(crate) config: &'a PagesConfig,
    /// Where the language switch leads.
    pub(crate) here: &'a str,
    /// Who organises the vote, once a place's session has begun.
    pub(crate) organiser: Option<&'a str>,
}

/// What was just done.
pub(crate) enum Said {
    Scanned(Reference, Scan),
    Mistyped(String, ReferenceError),
    TakenBack(Reference),
    /// Two different names are needed; what was typed.
    WitnessesMissing(Vec<String>),
}

/// A place's desk.
pub(crate) struct Desk<'a> {
    pub(crate) place: &'a DeliveryPlace,
    pub(crate) waiting: Vec<Notice>,
    pub(crate) handed: usize,
    pub(crate) undelivered: Vec<Notice>,
    pub(crate) destroyed: usize,
    pub(crate) said: Option<Said>,
}

fn page(frame: &Frame<'_>, title: &str, body: Markup) -> Markup {
    let lang = frame.lang;
    let site = Site {
        title: lang.text("remise-title"),
        organiser: frame
            .organiser
            .map_or_else(|| lang.text("remise-authority"), str::to_owned),
    };
    let around = Around {
        lang,
        config: frame.config,
        site: &site,
        here: frame.here,
    };
    super::page(&around, title, html! {}, body)
}

/// A heading, a sentence, and what follows.
fn plain(frame: &Frame<'_>, title: &str, text: &str, more: Markup) -> Markup {
    page(
        frame,
        title,
        html! {
            div.page-head { h1 { (title) } p.lede { (text) } }
            (more)
        },
    )
}

/// The link, looked at: one button opens it.
pub(crate) fn link(frame: &Frame<'_>) -> Markup {
    let lang = frame.lang;
    let button = html! {
        form.form method="post" action=(frame.here) {
            div.actions { button.btn.btn--primary type="submit" { (lang.text("remise-link-action")) } }
        }
    };
    plain(
        frame,
        &lang.text("remise-link-title"),
        &lang.text("remise-link-text"),
        button,
    )
}

pub(crate) fn link_gone(frame: &Frame<'_>) -> Markup {
    let lang = frame.lang;
    plain(
        frame,
        &lang.text("remise-gone-title"),
        &lang.text("remise-gone-text"),
        html! {},
    )
}

pub(crate) fn no_session(frame: &Frame<'_>) -> Markup {
    let lang = frame.lang;
    plain(
        frame,
        &lang.text("remise-session-title"),
        &lang.text("remise-session-text"),
        html! {},
    )
}

pub(crate) fn left(frame: &Frame<'_>) -> Markup {
    let lang = frame.lang;
    plain(
        frame,
        &lang.text("remise-left-title"),
        &lang.text("remise-left-text"),
        html! {},
    )
}

pub(crate) fn ask_to_close(frame: &Frame<'_>, left: usize) -> Markup {
    let lang = frame.lang;
    let buttons = html! {
        form.form method="post" action="/remise/cloture" {
            div.actions {
                button.btn.btn--danger type="submit" { (lang.text("remise-close-confirm")) }
                a.btn.btn--secondary href="/remise" { (lang.text("remise-close-back")) }
            }
        }
    };
    let text = lang.with("remise-close-text", args![count = count(left)]);
    plain(frame, &lang.text("remise-close-title"), &text, buttons)
}

/// The desk: what was just done, the field to scan into, what is left.
pub(crate) fn desk(frame: &Frame<'_>, desk: &Desk<'_>) -> Markup {
    let lang = frame.lang;
    page(
        frame,
        &desk.place.place.name,
        html! {
            div.page-head {
                h1 { (desk.place.place.name) }
                p.lede { (lang.with("remise-counts", args![waiting = count(waiting(desk)), handed = count(desk.handed)])) }
            }
            div.stack {
                @if let Some(said) = &desk.said { (told(lang, said)) }
                @match desk.place.closed {
                    None => { (scanner(lang, desk)) (remaining(lang, &desk.waiting)) (closing(lang)) }
                    Some(at) => {
                        p { (lang.with("remise-closed", args![at = when::date_time(lang, at)])) }
                        (destruction(lang, desk))
                    }
                }
            }
            form method="post" action="/remise/sortie" {
                div.actions { button.btn.btn--link type="submit" { (lang.text("remise-leave")) } }
            }
        },
    )
}

fn waiting(desk: &Desk<'_>) -> usize {
    desk.waiting.iter().filter(|notice| !notice.void).count()
}

/// The outcome of the last act: sign, words, name.
fn told(lang: Lang, said: &Said) -> Markup {
    let say = |tone, title: &str, body: String| notice(tone, lang.text(title), html! { p { (body) } });
    match said {
        Said::Scanned(reference, Scan::Handed(found)) => notice(
            Tone::Success,
            lang.text("remise-handed-title"),
            html! {
                p { strong { (found.name) } " – " (reference) }
                p { (lang.text("remise-handed-text")) }
                form method="post" action="/remise/annulation" {
                    input type="hidden" name="reference" value=(reference);
                    button.btn.btn--secondary type="submit" { (lang.text("remise-take-back")) }
                }
            },
        ),
        Said::Scanned(_, Scan::Void(found)) => say(
            Tone::Error,
            key("remise-void-title"),
            lang.with("remise-void-text", args![name = found.name.as_str()]),
        ),
        Said::Scanned(_, Scan::Already(found)) => say(
            Tone::Warning,
            key("remise-already-title"),
            lang.with(
                "remise-already-text",
                args![name = found.name.as_str(), at = when::date_time(lang, found.since)],
            ),
        ),
        Said::Scanned(_, Scan::Elsewhere) => say(
            Tone::Error,
            key("remise-elsewhere-title"),
            lang.text("remise-elsewhere-text"),
        ),
        Said::Scanned(reference, Scan::Unknown) => say(
            Tone::Error,
            key("remise-unknown-title"),
            lang.with("remise-unknown-text", args![reference = reference.to_string()]),
        ),
        Said::Scanned(_, Scan::Over(found)) => say(
            Tone::Error,
            key("remise-over-title"),
            if found.status == NoticeStatus::Destroyed {
                lang.text("remise-over-destroyed")
            } else {
                lang.text("remise-over-undelivered")
            },
        ),
        Said::Mistyped(typed, ReferenceError::Check) => say(
            Tone::Error,
            key("remise-mistyped-title"),
            lang.with("remise-mistyped-text", args![typed = typed.as_str()]),
        ),
        // Not shown again: someone may have typed a voting code.
        Said::Mistyped(_, ReferenceError::Form) => {
            say(Tone::Error, key("remise-form-title"), lang.text("remise-form-text"))
        }
        Said::TakenBack(reference) => say(
            Tone::Info,
            key("remise-taken-back-title"),
            lang.with("remise-taken-back-text", args![reference = reference.to_string()]),
        ),
        Said::WitnessesMissing(_) => say(
            Tone::Error,
            key("remise-witnesses-title"),
            lang.text("remise-witnesses-text"),
        ),
    }
}

/// The field that a scanner fills and sends: it has the focus, since nothing else is done here all day.
fn scanner(lang: Lang, desk: &Desk<'_>) -> Markup {
    let wrong = matches!(desk.said, Some(Said::Mistyped(..)));
    html! {
        form.form method="post" action="/remise/scan" novalidate {
            div.field {
                label.field__label for="reference" { (lang.text("remise-reference")) }
                p.field__hint #reference-aide { (lang.text("remise-reference-hint")) }
                div.input-row {
                    input.input.code #reference name="reference" type="text" autocomplete="off" autocapitalize="characters"
                        spellcheck="false" maxlength="40" autofocus aria-describedby="reference-aide" aria-invalid=[wrong.then_some("true")];
                    button.btn.btn--primary type="submit" { (lang.text("remise-scan")) }
                }
            }
        }
    }
}

fn remaining(lang: Lang, left: &[Notice]) -> Markup {
    html! {
        section aria-labelledby="t-reste" {
            h2 #t-reste { (lang.text("remise-remaining")) }
            @if left.is_empty() { p { (lang.text("remise-none")) } } @else { (list(lang, key("remise-remaining"), left)) }
        }
    }
}

fn list(lang: Lang, title: &str, notices: &[Notice]) -> Markup {
    table_box(
        &lang.text(title),
        html! {
            table {
                caption.vh { (lang.text(title)) }
                thead { tr {
                    th scope="col" { (lang.text("remise-name")) }
                    th scope="col" { (lang.text("remise-reference-short")) }
                } }
                tbody {
                    @for one in notices {
                        tr {
                            th scope="row" { (one.name) }
                            td {
                                span.nowrap { (one.reference) }
                                @if one.void { " " (badge(Tone::Error, Icon::Error, lang.text("remise-void"))) }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn closing(lang: Lang) -> Markup {
    html! {
        section aria-labelledby="t-fin" {
            h2 #t-fin { (lang.text("remise-end")) }
            p { (lang.text("remise-end-text")) }
            p { a.btn.btn--secondary href="/remise/cloture" { (lang.text("remise-close-title")) } }
        }
    }
}

/// After the end: what is to be destroyed, who saw it, the certificate.
fn destruction(lang: Lang, desk: &Desk<'_>) -> Markup {
    let typed = match &desk.said {
        Some(Said::WitnessesMissing(typed)) => typed.as_slice(),
        _ => &[],
    };
    let (first, second) = (lang.text("remise-witness-1"), lang.text("remise-witness-2"));
    let hint = lang.text("remise-witness-hint");
    let witness = |id, label, at: usize| Field {
        hint: Some(&hint),
        value: typed.get(at).map_or("", String::as_str),
        max_length: Some(120),
        ..Field::text(id, label)
    };
    html! {
        @if !desk.undelivered.is_empty() {
            section aria-labelledby="t-detruire" {
                h2 #t-detruire { (lang.text("remise-destroy-title")) }
                p { (lang.with("remise-destroy-text", args![count = count(desk.undelivered.len())])) }
                (list(lang, key("remise-undelivered"), &desk.undelivered))
                form.form method="post" action="/remise/destruction" novalidate {
                    (field(&witness("first", &first, 0), ""))
                    (field(&witness("second", &second, 1), ""))
                    div.actions { button.btn.btn--danger type="submit" { (lang.text("remise-destroy")) } }
                }
            }
        }
        @if desk.destroyed > 0 {
            section aria-labelledby="t-certificat" {
                h2 #t-certificat { (lang.text("remise-certificate-title")) }
                p { (lang.with("remise-certificate-text", args![count = count(desk.destroyed)])) }
                p { a.btn.btn--primary href="/remise/certificat.pdf" { (lang.text("remise-certificate")) } }
            }
        }
    }
}

/// A count as messages take it.
fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
