//! What must be published: accessibility, personal data, legal notice. Honest and made from data: the portal never declares itself conforming.

use isoloir_domain::texts::Text;
use maud::{Markup, html};

use crate::accessibility::AutomatedAudit;
use crate::config::{AccessibilityAudit, Judgement, conformity as established};
use crate::layout::{Chrome, page};
use crate::pages::texts::organiser_text;
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, notice};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::layout::{Conformity, conformity_words, contact_lines};
use isoloir_theme::when;

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
                @if let Some(audit) = audit { (findings(lang, audit)) }
                @if let Some(automated) = AutomatedAudit::latest() { (automatic(lang, automated)) }
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
    let state = established(audit);
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
                met = audit.count(Judgement::Met),
                applicable = audit.applicable()
            ],
        ),
        None => lang.text("a11y-no-audit-text"),
    };
    notice(tone, lang.text(conformity_words(state)), html! { p { (words) } })
}

/// What the auditor found, in the order of the reference; the organiser's words are French.
fn findings(lang: Lang, audit: &AccessibilityAudit) -> Markup {
    let list = |result: Judgement| {
        html! {
            ul lang="fr" {
                @for criterion in audit.criteria.iter().filter(|criterion| criterion.result == result) {
                    li { (lang.with("a11y-criterion", args![number = criterion.number.as_str(), note = criterion.note.as_str()])) }
                }
            }
        }
    };
    html! {
        @if audit.count(Judgement::NotMet) > 0 { h2 { (lang.text("a11y-not-met-title")) } (list(Judgement::NotMet)) }
        @if audit.count(Judgement::Exempt) > 0 { h2 { (lang.text("a11y-exempt-title")) } (list(Judgement::Exempt)) }
        h2 { (lang.text("a11y-method-title")) }
        ul lang="fr" { @for tool in &audit.tools { li { (tool) } } }
        p { (lang.text("a11y-sample")) }
        ul lang="fr" { @for page in &audit.pages { li { (page) } } }
    }
}

/// The last automatic check of every page: what it looked at and what it found.
fn automatic(lang: Lang, audit: &AutomatedAudit) -> Markup {
    html! {
        h2 { (lang.text("a11y-automatic-title")) }
        p {
            (lang.with("a11y-automatic-text", args![
                date = when::day(lang, audit.date), engine = audit.engine.as_str(), browser = audit.browser.as_str(), rules = audit.rules,
                rgaa = audit.rgaa_rules, pages = audit.pages.len(), violations = audit.violations
            ]))
        }
        details {
            summary { (lang.text("a11y-automatic-pages")) }
            ul { @for page in &audit.pages { li { (page) } } }
        }
    }
}

/// Draws the page on personal data: the organiser's notice first, when there is one, then what this software does.
#[must_use]
pub fn render_privacy(chrome: &Chrome, text: Option<&Text>) -> Markup {
    let lang = chrome.lang;
    let organiser = chrome.site.organiser.as_str();
    page(
        chrome,
        &lang.text("nav-privacy"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text("nav-privacy")) } p.lede { (lang.with("privacy-lede", args![organiser = organiser])) } }
            @if let Some(text) = text { (organiser_text(chrome, text)) }
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

/// Draws the legal notice (*mentions légales*): what the organiser writes first, when there is anything, then what is known of itself.
#[must_use]
pub fn render_legal(chrome: &Chrome, host: Option<&str>, text: Option<&Text>) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("nav-legal"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text("nav-legal")) } }
            @if let Some(text) = text { (organiser_text(chrome, text)) }
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
