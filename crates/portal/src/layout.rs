//! What the portal puts into the frame of its pages: the session bar, the warning before a session ends, what a shared machine needs.

use isoloir_domain::{Role, Roles};
use isoloir_theme::args;
use isoloir_theme::assets::Assets;
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::layout::{self, Conformity, Contact, Content, Frame, Site};
use isoloir_theme::when;
use jiff::Timestamp;
use maud::{Markup, Render, html};

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
    /// Over a page that is only looked at, as voters would see it: what it is, and what may be done with it.
    pub preview: Option<Markup>,
}

impl Chrome {
    /// The frame that both servers share, as the portal fills it.
    fn frame(&self) -> Frame<'_> {
        Frame {
            lang: self.lang,
            site: &self.site,
            portal: "",
            here: &self.here,
            kiosk: self.kiosk,
            demonstration: self.demonstration,
            contact: &self.contact,
            source_url: self.source_url.as_deref(),
            conformity: Some(self.conformity),
        }
    }
}

/// A page whose `<main>` holds `body` in the usual column.
pub fn page(chrome: &Chrome, title: &str, body: impl Render) -> Markup {
    let main = html! { @if let Some(preview) = &chrome.preview { (preview) } (body) };
    document(chrome, title, html! {}, layout::column(main))
}

/// A page that brings its own `<main>` and more in `<head>`: the booth.
pub fn document(chrome: &Chrome, title: &str, head: impl Render, main: impl Render) -> Markup {
    let ends = chrome.who.as_ref().and_then(|who| who.ends);
    let content = Content {
        head: html! {
            (Assets::module("portal.js"))
            @if chrome.kiosk { (kiosk_refresh(chrome)) }
            (head)
        },
        bar: html! {
            @if let Some(who) = &chrome.who { (session_bar(chrome, who)) }
            @if let Some(agent) = &chrome.agent { (staff_bar(chrome.lang, agent)) }
        },
        dialog: html! { @if let Some(ends) = ends { (session_dialog(chrome, ends)) } },
        main: html! { (main) },
    };
    layout::document(&chrome.frame(), title, &content)
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
                        Some(at) => (lang.with("last-sign-in", args![when = when::short_date_time(lang, at)])),
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
                        Some(at) => (lang.with("last-sign-in", args![when = when::short_date_time(lang, at)])),
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
            Role::ConsultationManager => key("staff-role-consultation-manager"),
            Role::ElectionManager => key("staff-role-election-manager"),
            Role::Board => key("staff-role-board"),
            Role::Expert => key("staff-role-expert"),
            Role::Observer => key("staff-role-observer"),
            Role::Delegate => key("staff-role-delegate"),
        })
    });
    words.collect::<Vec<_>>().join(&lang.text("list-separator"))
}
