//! "Vérifier toute l’urne": the whole archive audited on the reader's own device. The script computes; this page only brings the words.

use isoloir_protocol::audit::CheckId;
use maud::{Markup, html};

use crate::layout::{Chrome, document};
use crate::pages::script;
use isoloir_theme::args;
use isoloir_theme::assets::Assets;
use isoloir_theme::components::{Tone, back, notice, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};

/// What the page is about.
#[derive(Debug, Clone)]
pub struct VerifyBoxView {
    /// Identifier of the election.
    pub id: String,
    /// Title of the election.
    pub title: String,
    /// Whether the whole box is public by now; a file can be verified in any case.
    pub public: bool,
}

/// What the script says. Places in braces are filled by the script.
const MESSAGES: [(&str, &str); 24] = [
    ("downloading", key("verify-downloading")),
    ("downloaded", key("verify-downloaded")),
    ("download-failed", key("verify-download-failed")),
    ("verifying", key("verify-verifying")),
    ("progress", key("verify-progress")),
    ("stopped", key("verify-stopped")),
    ("fault", key("verify-fault")),
    ("script-damaged", key("verify-script-damaged")),
    ("blank", key("blank-name")),
    ("outcome-waiting", key("verify-outcome-waiting")),
    ("outcome-passed", key("verify-outcome-passed")),
    ("outcome-failed", key("verify-outcome-failed")),
    ("outcome-unsupported", key("verify-outcome-unsupported")),
    ("outcome-not_applicable", key("verify-outcome-not-applicable")),
    ("outcome-not_reached", key("verify-outcome-not-reached")),
    ("culprit-archive", key("verify-culprit-archive")),
    ("culprit-record", key("verify-culprit-record")),
    ("culprit-event", key("verify-culprit-event")),
    ("culprit-election", key("verify-culprit-election")),
    ("culprit-trustees", key("verify-culprit-trustees")),
    ("culprit-trustee", key("verify-culprit-trustee")),
    ("culprit-credential", key("verify-culprit-credential")),
    ("culprit-ballot", key("verify-culprit-ballot")),
    ("culprit-tally", key("verify-culprit-tally")),
];

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, view: &VerifyBoxView) -> Markup {
    let lang = chrome.lang;
    let address = format!("/urne/{}", view.id);
    let main = html! {
        main.main #contenu tabindex="-1" data-check-box data-lang=(lang.code()) data-worker=(Assets::path("check-worker.js"))
            data-archive={ (address) "/archive.bel" } {
            div.wrap {
                (back(&address, lang.text("nav-box")))
                div.page-head {
                    p.overline { (view.title) }
                    h1 { (lang.text("box-verify-title")) }
                    p.lede { (lang.text("verify-lede")) }
                }
                noscript { (notice(Tone::Warning, lang.text("noscript-title"), html! { p { (lang.text("verify-noscript")) } })) }
                (verdicts(lang))
                div.split.split--even { (source_panel(chrome, view)) (what_panel(lang)) }
                (counts(lang))
                (checks(lang))
                (templates(lang))
            }
        }
    };
    document(chrome, &lang.text("box-verify-title"), Assets::module("check.js"), main)
}

/// Where the archive comes from, and how far the work is.
fn source_panel(chrome: &Chrome, view: &VerifyBoxView) -> Markup {
    let lang = chrome.lang;
    html! {
        section.panel aria-labelledby="t-source" {
            h2 #t-source { (lang.text("verify-source-title")) }
            @if chrome.kiosk {
                p { (lang.text("verify-kiosk")) }
            } @else if view.public {
                div.actions { button.btn.btn--primary type="button" data-download { (icon(Icon::Download)) " " (lang.text("verify-start")) } }
            } @else {
                p { (lang.text("verify-not-public")) }
            }
            div.field {
                label.field__label for="fichier" { (lang.text("verify-file")) }
                p.field__hint #fichier-aide { (lang.text("verify-file-hint")) }
                input.input #fichier type="file" accept=".bel" aria-describedby="fichier-aide";
            }
            p.small aria-live="polite" data-status {}
            div.progress hidden data-working {
                progress aria-label=(lang.text("verify-progress-label")) max="1" {}
                div.actions { button.btn.btn--secondary type="button" data-stop { (lang.text("verify-stop")) } }
            }
        }
    }
}

fn what_panel(lang: Lang) -> Markup {
    html! {
        section.panel aria-labelledby="t-quoi" {
            h2 #t-quoi { (lang.text("verify-what-title")) }
            p { (lang.text("verify-what-text")) }
            p { (lang.text("verify-trust")) }
            p.small.soft { (lang.text("verify-duration")) }
        }
    }
}

/// The four things that an audit can say; the script shows one.
fn verdicts(lang: Lang) -> Markup {
    let head = html! { p.small { (lang.text("verify-head")) " " code.break data-head {} } };
    let invalid = html! { p data-blame {} p { (lang.text("verify-invalid-text")) } };
    let unsupported = html! { p data-blame {} p { (lang.text("verify-unsupported-text")) } };
    html! {
        (verdict(lang, "valid", Tone::Success, html! { p { (lang.rich("verify-valid-text")) } (head) }))
        (verdict(lang, "beginning", Tone::Info, html! { p { (lang.rich("verify-beginning-text")) } (head) }))
        (verdict(lang, "invalid", Tone::Error, invalid))
        (verdict(lang, "unsupported", Tone::Warning, unsupported))
    }
}

fn verdict(lang: Lang, name: &str, tone: Tone, body: Markup) -> Markup {
    let title = match name {
        "valid" => key("verify-valid-title"),
        "beginning" => key("verify-beginning-title"),
        "invalid" => key("verify-invalid-title"),
        _ => key("verify-unsupported-title"),
    };
    html! { div hidden tabindex="-1" data-verdict=(name) { (notice(tone, lang.text(title), body)) } }
}

/// The numbers that the audit found, to compare with those proclaimed.
fn counts(lang: Lang) -> Markup {
    html! {
        section.section hidden data-counts aria-labelledby="t-voix" {
            h2 #t-voix { (lang.text("verify-counts-title")) }
            p { (lang.text("verify-counts-text")) }
            (table_box(&lang.text("verify-counts-title"), html! {
                table {
                    caption.vh { (lang.text("verify-counts-title")) }
                    thead { tr { th scope="col" { (lang.text("verify-counts-line")) } th.num scope="col" { (lang.text("verify-counts-votes")) } } }
                    tbody {}
                }
            }))
        }
    }
}

/// Every check, in the words of the protocol crate: the same as those of the other verifiers.
fn checks(lang: Lang) -> Markup {
    html! {
        section.section aria-labelledby="t-controles" {
            h2 #t-controles { (lang.with("verify-checks-title", args![n = CheckId::ALL.len()])) }
            (table_box(&lang.text("verify-checks-label"), html! {
                table {
                    caption.vh { (lang.text("verify-checks-label")) }
                    thead { tr {
                        th scope="col" { (lang.text("verify-checks-statement")) }
                        th scope="col" { (lang.text("verify-checks-id")) }
                        th scope="col" { (lang.text("verify-checks-outcome")) }
                    } }
                    tbody {
                        @for check in CheckId::ALL {
                            tr data-check=(check.id()) {
                                th scope="row" data-statement { (statement(lang, *check)) }
                                td { code { (check.id()) } }
                                td { span.outcome data-outcome-words { (lang.text("verify-outcome-waiting")) } }
                            }
                        }
                    }
                }
            }))
        }
    }
}

fn statement(lang: Lang, check: CheckId) -> &'static str {
    let statement = check.statement();
    match lang {
        Lang::Fr => statement.fr,
        Lang::En => statement.en,
    }
}

fn templates(lang: Lang) -> Markup {
    let places = [
        "megabytes",
        "percent",
        "ballots",
        "offset",
        "height",
        "owner",
        "place",
        "tracker",
    ];
    html! {
        (script::messages(lang, &MESSAGES, &places))
        template data-msg="culprit-result" { (lang.text("verify-culprit-result")) }
    }
}
