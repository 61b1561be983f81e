//! The frame of every page of both servers: header with the curtain, footer, and nothing loaded from elsewhere.
//!
//! The portal puts its session bar into the frame; the registrar, which is another origin, puts none, and its frame leads to the portal.

use maud::{DOCTYPE, Markup, Render, html};

use crate::args;
use crate::assets::Assets;
use crate::i18n::{Lang, key};
use crate::icons::brand_mark;

/// Name and organiser of the consultation, as the header and the footer say them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// `Élections professionnelles 2026`.
    pub title: String,
    /// The authority that organises (*autorité organisatrice*).
    pub organiser: String,
}

/// How voters reach the help desk (*cellule d'assistance*). What is absent is not shown, and never invented.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// A non-surcharged number, as printed: `01 23 45 67 89`.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
}

/// State of conformity, as the law wants it said on every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conformity {
    /// Every applicable criterion is met.
    Full,
    /// At least half of them.
    Partial,
    /// Less, or nobody has audited yet.
    None,
}

/// What surrounds a page, whoever serves it.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Language of the page.
    pub lang: Lang,
    /// Names of the consultation.
    pub site: &'a Site,
    /// What the addresses of the portal begin with: nothing on the portal itself, its origin on the registrar.
    pub portal: &'a str,
    /// Path that shows this page again by GET, for the language switch; empty where nothing does, and then there is no switch.
    pub here: &'a str,
    /// Whether this browser is a shared machine (*borne*).
    pub kiosk: bool,
    /// Whether this is the demonstration: said on every page.
    pub demonstration: bool,
    /// How to reach the help desk.
    pub contact: &'a Contact,
    /// Where the source code is published, if anywhere.
    pub source_url: Option<&'a str>,
    /// State of accessibility, said on every page; not said when `None`, by a server that does not know it.
    pub conformity: Option<Conformity>,
}

/// What a server puts into the frame.
pub struct Content {
    /// More in `<head>`.
    pub head: Markup,
    /// Under the header's row: who is signed in.
    pub bar: Markup,
    /// Between header and main: a dialog.
    pub dialog: Markup,
    /// The `<main>` element.
    pub main: Markup,
}

impl Content {
    /// A page that has nothing but its text.
    #[must_use]
    pub fn plain(body: impl Render) -> Content {
        Content {
            head: html! {},
            bar: html! {},
            dialog: html! {},
            main: column(body),
        }
    }
}

/// `<main>` with `body` in the usual column.
pub fn column(body: impl Render) -> Markup {
    html! { main.main #contenu tabindex="-1" { div.wrap { (body) } } }
}

/// The whole document.
#[must_use]
pub fn document(frame: &Frame<'_>, title: &str, content: &Content) -> Markup {
    let lang = frame.lang;
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – " (frame.site.title) }
                (Assets::stylesheet("theme.css"))
                (Assets::favicon("favicon.svg"))
                (content.head)
            }
            body data-kiosk[frame.kiosk] {
                a.skip-link href="#contenu" { (lang.text("skip-link")) }
                @if frame.demonstration { (demonstration_banner(frame)) }
                (header(frame, &content.bar))
                (content.dialog)
                (content.main)
                (footer(frame))
            }
        }
    }
}

fn demonstration_banner(frame: &Frame<'_>) -> Markup {
    let lang = frame.lang;
    html! {
        aside.demo aria-label=(lang.text("demo-banner-label")) {
            div.wrap.demo__row {
                p { strong { (lang.text("demo-banner-title")) } " " (lang.text("demo-banner-text")) }
                a href={ (frame.portal) "/demonstration" } { (lang.text("demo-banner-link")) }
            }
        }
    }
}

fn header(frame: &Frame<'_>, bar: &Markup) -> Markup {
    html! {
        header.site-header {
            div.wrap.site-header__row {
                a.brand href={ (frame.portal) "/" } {
                    (brand_mark())
                    span {
                        span.brand__name { (frame.site.title) }
                        " "
                        span.brand__org { (frame.site.organiser) }
                    }
                }
                @if !frame.here.is_empty() { (lang_switch(frame)) }
            }
            (bar)
        }
    }
}

fn lang_switch(frame: &Frame<'_>) -> Markup {
    let lang = frame.lang;
    html! {
        nav.lang aria-label=(lang.text("lang-label")) {
            ul {
                @for other in Lang::ALL {
                    li {
                        a href={ (frame.here) "?lang=" (other.code()) } lang=(other.code()) hreflang=(other.code())
                            aria-current=[(other == lang).then_some("true")] {
                            (other.code().to_uppercase()) span.vh { " – " (other.text("lang-name")) }
                        }
                    }
                }
            }
        }
    }
}

fn footer(frame: &Frame<'_>) -> Markup {
    let lang = frame.lang;
    html! {
        footer.site-footer {
            div.wrap.site-footer__row {
                section {
                    h2 { (lang.text("footer-help-title")) }
                    p { (lang.text("footer-help-text")) }
                    (contact_lines(lang, frame.contact))
                }
                nav aria-label=(lang.text("footer-check-label")) {
                    h2 { (lang.text("footer-check-title")) }
                    ul {
                        li { a href={ (frame.portal) "/urne" } { (lang.text("nav-box")) } }
                        li { a href={ (frame.portal) "/resultats" } { (lang.text("nav-results")) } }
                        @if let Some(url) = frame.source_url { li { a href=(url) rel="external" { (lang.text("nav-source")) } } }
                    }
                }
                nav aria-label=(lang.text("footer-about-label")) {
                    h2 { (lang.text("footer-about-title")) }
                    ul {
                        @if let Some(state) = frame.conformity {
                            li { a href={ (frame.portal) "/accessibilite" } { (lang.text(conformity_words(state))) } }
                        }
                        li { a href={ (frame.portal) "/donnees-personnelles" } { (lang.text("nav-privacy")) } }
                        li { a href={ (frame.portal) "/mentions-legales" } { (lang.text("nav-legal")) } }
                    }
                }
            }
            div.site-footer__legal {
                div.wrap { p { (lang.with("footer-legal", args![organiser = frame.site.organiser.as_str()])) } }
            }
        }
    }
}

/// The state of accessibility, in the words of the law.
#[must_use]
pub const fn conformity_words(conformity: Conformity) -> &'static str {
    match conformity {
        Conformity::Full => key("a11y-full"),
        Conformity::Partial => key("a11y-partial"),
        Conformity::None => key("a11y-none"),
    }
}

/// Telephone and address of the help desk, or the honest absence of both.
#[must_use]
pub fn contact_lines(lang: Lang, contact: &Contact) -> Markup {
    html! {
        @if let Some(phone) = &contact.phone {
            p { a href={ "tel:" (digits(phone)) } { (phone) } " " (lang.text("contact-free-call")) }
        }
        @if let Some(email) = &contact.email { p { a href={ "mailto:" (email) } { (email) } } }
        @if contact.phone.is_none() && contact.email.is_none() { p { (lang.text("contact-none")) } }
    }
}

fn digits(phone: &str) -> String {
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}
