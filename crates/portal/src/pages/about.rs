//! What must be published: accessibility, personal data, legal notice. Honest and made from data: the portal never declares itself conforming.

use maud::{Markup, html};

use crate::args;
use crate::components::{Tone, back, notice};
use crate::config::{AccessibilityAudit, Conformity};
use crate::i18n::{Lang, key};
use crate::layout::{Chrome, conformity_words, contact_lines, page};

/// Draws the accessibility statement (*déclaration d'accessibilité*).
#[must_use]
pub fn render_accessibility(chrome: &Chrome, audit: Option<&AccessibilityAudit>) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("a11y-title"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text("a11y-title")) } p.lede { (lang.with("a11y-lede", args![organiser = chrome.site.organiser.as_str()])) } }
            div.prose {
                (conformity(lang, audit))
                h2 { (lang.text("a11y-done-title")) }
                ul { @for words in [key("a11y-done-1"), key("a11y-done-2"), key("a11y-done-3"), key("a11y-done-4")] { li { (lang.rich(words)) } } }
                h2 { (lang.text("a11y-known-title")) }
                ul { @for words in [key("a11y-known-1"), key("a11y-known-2")] { li { (lang.rich(words)) } } }
                h2 { (lang.text("a11y-contact-title")) }
                p { (lang.text("a11y-contact-text")) }
                (contact_lines(lang, &chrome.contact))
                h2 { (lang.text("a11y-appeal-title")) }
                p { (lang.rich("a11y-appeal-text")) }
            }
        },
    )
}

fn conformity(lang: Lang, audit: Option<&AccessibilityAudit>) -> Markup {
    let state = Conformity::of(audit);
    let tone = match state {
        Conformity::Full => Tone::Success,
        Conformity::Partial => Tone::Info,
        Conformity::None => Tone::Warning,
    };
    let words = match audit {
        Some(audit) => lang.with(
            "a11y-audit-text",
            args![
                auditor = audit.auditor.as_str(),
                date = audit.date.as_str(),
                met = audit.met,
                applicable = audit.applicable
            ],
        ),
        None => lang.text("a11y-no-audit-text"),
    };
    notice(tone, lang.text(conformity_words(state)), html! { p { (words) } })
}

/// Draws the page on personal data.
#[must_use]
pub fn render_privacy(chrome: &Chrome) -> Markup {
    let lang = chrome.lang;
    let organiser = chrome.site.organiser.as_str();
    page(
        chrome,
        &lang.text("nav-privacy"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text("nav-privacy")) } p.lede { (lang.with("privacy-lede", args![organiser = organiser])) } }
            div.prose {
                @for (title, text) in [
                    (key("privacy-what-title"), key("privacy-what-text")),
                    (key("privacy-apart-title"), key("privacy-apart-text")),
                    (key("privacy-cookies-title"), key("privacy-cookies-text")),
                    (key("privacy-long-title"), key("privacy-long-text")),
                    (key("privacy-rights-title"), key("privacy-rights-text")),
                ] {
                    h2 { (lang.text(title)) }
                    p { (lang.rich(text)) }
                }
                (contact_lines(lang, &chrome.contact))
            }
        },
    )
}

/// Draws the legal notice (*mentions légales*).
#[must_use]
pub fn render_legal(chrome: &Chrome, host: Option<&str>) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("nav-legal"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text("nav-legal")) } }
            div.prose {
                h2 { (lang.text("legal-publisher-title")) }
                p { (chrome.site.organiser) }
                h2 { (lang.text("legal-host-title")) }
                p { @match host { Some(host) => (host), None => (lang.text("legal-host-none")) } }
                h2 { (lang.text("legal-software-title")) }
                p {
                    (lang.text("legal-software-text"))
                    @if let Some(url) = &chrome.source_url { " " a href=(url) rel="external" { (lang.text("nav-source")) } }
                }
                h2 { (lang.text("home-assistance")) }
                (contact_lines(lang, &chrome.contact))
            }
        },
    )
}
