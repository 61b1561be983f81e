//! The frame of every page: header with the curtain, session bar, footer, and nothing loaded from elsewhere.

use isoloir_domain::{Role, Roles};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, Render, html};

use crate::args;
use crate::assets::Assets;
use crate::config::{Conformity, Contact};
use crate::i18n::{Lang, key};
use crate::icons::{Icon, brand_mark, icon};
use crate::when;

/// Name and organiser of the consultation, as the header and the footer say them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// `Élections professionnelles 2026`.
    pub title: String,
    /// The authority that organises (*autorité organisatrice*).
    pub organiser: String,
}

/// The person signed in, as the session bar says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Given name and family name.
    pub name: String,
    /// The sign-in before this one, if there was one.
    pub last_sign_in: Option<Timestamp>,
    /// When the session ends, for the page's script; `None` where nothing ends.
    pub ends: Option<SessionEnds>,
}

/// When a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionEnds {
    /// Unless it is used before.
    pub idle: Timestamp,
    /// In any case.
    pub absolute: Timestamp,
    /// The moment the page is made for.
    pub now: Timestamp,
    /// Seconds before an end at which the voter is warned.
    pub warning: i64,
}

/// The member of the staff signed in, as the staff's bar says it. Never together with a voter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Given name and family name.
    pub name: String,
    /// What they may do.
    pub roles: Roles,
    /// The sign-in before this one, if there was one.
    pub last_sign_in: Option<Timestamp>,
}

/// What surrounds a page.
#[derive(Debug, Clone)]
pub struct Chrome {
    /// Language of the page.
    pub lang: Lang,
    /// Names of the consultation.
    pub site: Site,
    /// The person signed in, if any.
    pub who: Option<Who>,
    /// The member of the staff signed in, on the staff's pages.
    pub agent: Option<Agent>,
    /// Path that shows this page again by GET, for the language switch.
    pub here: String,
    /// Whether this browser is a shared machine (*borne*): nothing is offered there to download.
    pub kiosk: bool,
    /// Whether this is the demonstration: said on every page.
    pub demonstration: bool,
    /// How to reach the help desk.
    pub contact: Contact,
    /// Where the source code is published, if anywhere.
    pub source_url: Option<String>,
    /// State of accessibility, said on every page.
    pub conformity: Conformity,
}

/// A page whose `<main>` holds `body` in the usual column.
pub fn page(chrome: &Chrome, title: &str, body: impl Render) -> Markup {
    let main = html! { main.main #contenu tabindex="-1" { div.wrap { (body) } } };
    document(chrome, title, html! {}, main)
}

/// A page that brings its own `<main>` and more in `<head>`: the booth.
pub fn document(chrome: &Chrome, title: &str, head: impl Render, main: impl Render) -> Markup {
    let lang = chrome.lang;
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – " (chrome.site.title) }
                (Assets::stylesheet("theme.css"))
                (Assets::favicon("favicon.svg"))
                (Assets::module("portal.js"))
                @if chrome.kiosk { (kiosk_refresh(chrome)) }
                (head)
            }
            body data-kiosk[chrome.kiosk] {
                a.skip-link href="#contenu" { (lang.text("skip-link")) }
                @if chrome.demonstration { (demonstration_banner(lang)) }
                (header(chrome))
                @if let Some(ends) = chrome.who.as_ref().and_then(|who| who.ends) { (session_dialog(chrome, ends)) }
                (main)
                (footer(chrome))
            }
        }
    }
}

fn demonstration_banner(lang: Lang) -> Markup {
    html! {
        aside.demo aria-label=(lang.text("demo-banner-label")) {
            div.wrap.demo__row {
                p { strong { (lang.text("demo-banner-title")) } " " (lang.text("demo-banner-text")) }
                a href="/demonstration" { (lang.text("demo-banner-link")) }
            }
        }
    }
}

fn header(chrome: &Chrome) -> Markup {
    let lang = chrome.lang;
    html! {
        header.site-header {
            div.wrap.site-header__row {
                a.brand href="/" {
                    (brand_mark())
                    span {
                        span.brand__name { (chrome.site.title) }
                        " "
                        span.brand__org { (chrome.site.organiser) }
                    }
                }
                nav.lang aria-label=(lang.text("lang-label")) {
                    ul {
                        @for other in Lang::ALL {
                            li {
                                a href={ (chrome.here) "?lang=" (other.code()) } lang=(other.code()) hreflang=(other.code())
                                    aria-current=[(other == lang).then_some("true")] {
                                    (other.code().to_uppercase()) span.vh { " – " (other.text("lang-name")) }
                                }
                            }
                        }
                    }
                }
            }
            @if let Some(who) = &chrome.who { (session_bar(chrome, who)) }
            @if let Some(agent) = &chrome.agent { (staff_bar(lang, agent)) }
        }
    }
}

/// On a shared machine a page left alone goes home a few seconds after its session is over. With scripts, the session's own does it.
fn kiosk_refresh(chrome: &Chrome) -> Markup {
    let ends = chrome.who.as_ref().and_then(|who| who.ends);
    let seconds = ends.map(|ends| ends.idle.duration_since(ends.now).as_secs().saturating_add(5));
    html! {
        @if let Some(seconds) = seconds {
            noscript { meta http-equiv="refresh" content={ (seconds) ";url=/borne/expiration" }; }
        }
    }
}

/// The warning before a session ends, which a script opens in time.
fn session_dialog(chrome: &Chrome, ends: SessionEnds) -> Markup {
    let lang = chrome.lang;
    let over = if chrome.kiosk {
        "/borne/expiration"
    } else {
        "/connexion?motif=fin"
    };
    html! {
        div data-session data-idle=(ends.idle) data-absolute=(ends.absolute) data-now=(ends.now) data-warning=(ends.warning)
            data-over=(over) {
            dialog.dialog aria-labelledby="t-session" {
                h2 #t-session { (lang.text("session-warning-title")) }
                p data-session-left data-one=(lang.text("session-left-one")) data-other=(lang.text("session-left-other")) {}
                p { (lang.text("session-warning-text")) }
                div.actions {
                    form method="post" action="/session/prolonger" {
                        input type="hidden" name="suite" value=(chrome.here);
                        button.btn.btn--primary type="submit" data-extend { (lang.text("session-stay")) }
                    }
                    form method="post" action="/deconnexion" {
                        button.btn.btn--secondary type="submit" { (lang.text("sign-out")) }
                    }
                }
            }
        }
    }
}

fn session_bar(chrome: &Chrome, who: &Who) -> Markup {
    let lang = chrome.lang;
    html! {
        div.session {
            div.wrap.session__row {
                p.session__who { a href="/mon-compte" { (who.name) } }
                form.session__out method="post" action="/deconnexion" {
                    @if chrome.kiosk {
                        button.btn.btn--primary type="submit" { (icon(Icon::SignOut)) " " (lang.text("kiosk-finished")) }
                    } @else {
                        button.link-button type="submit" { (icon(Icon::SignOut)) " " (lang.text("sign-out")) }
                    }
                }
                p.session__last {
                    @match who.last_sign_in {
                        Some(at) => (lang.with("last-sign-in", args![when = when::date_time(lang, at)])),
                        None => (lang.text("first-sign-in")),
                    }
                }
            }
        }
    }
}

fn staff_bar(lang: Lang, agent: &Agent) -> Markup {
    html! {
        div.session.session--staff {
            div.wrap.session__row {
                p.session__who { a href="/gestion" { (lang.text("staff-bar")) } " – " (agent.name) " – " (roles_in_words(lang, &agent.roles)) }
                form.session__out method="post" action="/gestion/deconnexion" {
                    button.link-button type="submit" { (icon(Icon::SignOut)) " " (lang.text("sign-out")) }
                }
                p.session__last {
                    @match agent.last_sign_in {
                        Some(at) => (lang.with("last-sign-in", args![when = when::date_time(lang, at)])),
                        None => (lang.text("first-sign-in")),
                    }
                }
            }
        }
    }
}

/// The roles of a member of the staff: `agent d’assistance, gestionnaire`.
#[must_use]
pub fn roles_in_words(lang: Lang, roles: &Roles) -> String {
    let words = roles.iter().map(|role| {
        lang.text(match role {
            Role::Support => key("staff-role-support"),
            Role::Supervisor => key("staff-role-supervisor"),
            Role::Organiser => key("staff-role-organiser"),
        })
    });
    words.collect::<Vec<_>>().join(&lang.text("list-separator"))
}

fn footer(chrome: &Chrome) -> Markup {
    let lang = chrome.lang;
    html! {
        footer.site-footer {
            div.wrap.site-footer__row {
                section {
                    h2 { (lang.text("footer-help-title")) }
                    p { (lang.text("footer-help-text")) }
                    (contact_lines(lang, &chrome.contact))
                }
                nav aria-label=(lang.text("footer-check-label")) {
                    h2 { (lang.text("footer-check-title")) }
                    ul {
                        li { a href="/urne" { (lang.text("nav-box")) } }
                        li { a href="/resultats" { (lang.text("nav-results")) } }
                        @if let Some(url) = &chrome.source_url { li { a href=(url) rel="external" { (lang.text("nav-source")) } } }
                    }
                }
                nav aria-label=(lang.text("footer-about-label")) {
                    h2 { (lang.text("footer-about-title")) }
                    ul {
                        li { a href="/accessibilite" { (lang.text(conformity_words(chrome.conformity))) } }
                        li { a href="/donnees-personnelles" { (lang.text("nav-privacy")) } }
                        li { a href="/mentions-legales" { (lang.text("nav-legal")) } }
                    }
                }
            }
            div.site-footer__legal {
                div.wrap { p { (lang.with("footer-legal", args![organiser = chrome.site.organiser.as_str()])) } }
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
