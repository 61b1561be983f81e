//! FranceConnect (S09, S10), or the provider in its place: its button, the way back, and how a visit ended.

use isoloir_domain::Message;
use isoloir_service::reissue_form::IdentifierAsked;
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, notice};
use isoloir_theme::i18n::{Lang, key};
use maud::{DOCTYPE, Markup, html};

use crate::layout::{Chrome, page};
use crate::pages::reissue::identifier_field;

/// The provider's button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityButton {
    /// Name of the provider.
    pub name: String,
    /// Where one reads what it is.
    pub help: Option<String>,
    /// Whether the operator has supplied the provider's own button.
    pub picture: bool,
    /// Whether there is another one for the pointer.
    pub hover: bool,
}

/// Draws the button, whose form leads to `action`, and under it the link that says what the provider is.
#[must_use]
pub fn identity_button(lang: Lang, button: &IdentityButton, action: &str) -> Markup {
    html! {
        form.identity method="post" action=(action) { (press(lang, button)) }
        (what_is_it(lang, button))
    }
}

fn press(lang: Lang, button: &IdentityButton) -> Markup {
    let words = lang.with("identity-button", args![name = button.name.as_str()]);
    html! {
        @if button.picture {
            button.identity__button type="submit" {
                img.identity__plain src="/franceconnect/bouton" alt=(words);
                @if button.hover { img.identity__hover src="/franceconnect/bouton-survol" alt=""; }
            }
        } @else {
            button.btn.btn--secondary type="submit" { (words) }
        }
    }
}

fn what_is_it(lang: Lang, button: &IdentityButton) -> Markup {
    html! {
        @if let Some(help) = &button.help {
            p.small.link-alone { a href=(help) rel="noreferrer" { (lang.with("identity-what", args![name = button.name.as_str()])) } }
        }
    }
}

/// The way to a new voting code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReissueEntry {
    /// The provider's button.
    pub button: IdentityButton,
    /// What the registrar asks for beside the identity.
    pub identifier: Option<IdentifierAsked>,
    /// What is wrong with what was typed, in words.
    pub problem: Option<String>,
}

/// Draws the form that begins a visit for a new code: the identifier where one is asked for, then the button.
#[must_use]
pub fn reissue_form(lang: Lang, entry: &ReissueEntry) -> Markup {
    html! {
        form.form.identity method="post" action="/franceconnect/depart" novalidate {
            @if let Some(asked) = entry.identifier { (identifier_field(lang, asked, entry.problem.as_deref())) }
            (press(lang, &entry.button))
        }
        (what_is_it(lang, &entry.button))
    }
}

/// Draws the same form alone, when the identifier was not one.
#[must_use]
pub fn render_reissue(chrome: &Chrome, entry: &ReissueEntry) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("identity-title-reissue"),
        html! {
            (back("/reassort", lang.text("identity-again-reissue")))
            div.page-head {
                h1 { (lang.text("identity-title-reissue")) }
                @if let Some(problem) = &entry.problem {
                    (notice(Tone::Error, lang.text("identity-not-gone"), html! { p { a href="#identifiant" { (problem) } } }))
                }
            }
            (reissue_form(lang, entry))
        },
    )
}

/// The separator that stands between the provider and another way.
#[must_use]
pub fn or_else(lang: Lang) -> Markup {
    html! { p.identity-or { span { (lang.text("identity-or")) } } }
}

/// Draws the page on which a browser lands when it comes back from elsewhere. It leads on at once: only a visit that begins on one of our own pages brings the
/// session along.
#[must_use]
pub fn render_landing(lang: Lang, next: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="refresh" content={ "0;url=" (next) };
                title { (lang.text("identity-landing-title")) }
            }
            body {
                main {
                    h1 { (lang.text("identity-landing-title")) }
                    p { a href=(next) { (lang.text("identity-landing-link")) } }
                }
            }
        }
    }
}

/// What a visit was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitFor {
    /// A new voting code.
    Reissue,
    /// A new password.
    Password,
    /// Nobody can tell any more.
    Unknown,
}

impl VisitFor {
    const fn title(self) -> &'static str {
        match self {
            Self::Reissue => key("identity-title-reissue"),
            Self::Password => key("identity-title-password"),
            Self::Unknown => key("identity-title"),
        }
    }

    /// Where one begins again.
    const fn start(self) -> (&'static str, &'static str) {
        match self {
            Self::Reissue => ("/reassort", key("identity-again-reissue")),
            Self::Password => ("/mot-de-passe-oublie", key("identity-again-password")),
            Self::Unknown => ("/", key("identity-again-home")),
        }
    }
}

/// How a visit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisitEnd {
    /// The link is on its way.
    Sent {
        /// For how many minutes it is good.
        minutes: i64,
        /// Whether the visit at the provider was ended.
        signed_out: bool,
    },
    /// The person did not want to.
    Declined,
    /// Nobody is recognised.
    NotRecognised,
    /// No address.
    NoMailbox,
    /// The session is over.
    SessionEnded,
    /// The provider does not answer.
    ProviderSilent,
    /// Too late.
    TooLate,
    /// Not surely enough.
    LevelTooLow,
    /// Not to be believed.
    NotBelieved,
    /// Refused by the rules.
    Refused(Message),
    /// No such visit.
    Lost,
}

/// Title and text of an end that led nowhere, and whether the visit at the provider may still be open.
type Words = (&'static str, &'static str, bool);

impl VisitEnd {
    const fn words(&self) -> Option<Words> {
        Some(match self {
            Self::Sent { .. } | Self::Refused(_) => return None,
            Self::Declined => (key("identity-declined"), key("identity-declined-text"), false),
            Self::NotRecognised => (key("identity-unrecognised"), key("identity-unrecognised-text"), false),
            Self::NoMailbox => (key("identity-no-mailbox"), key("identity-no-mailbox-text"), false),
            Self::SessionEnded => (key("identity-session-ended"), key("identity-session-ended-text"), false),
            Self::ProviderSilent => (key("identity-silent"), key("identity-silent-text"), true),
            Self::TooLate => (key("identity-late"), key("identity-late-text"), true),
            Self::LevelTooLow => (key("identity-level"), key("identity-level-text"), true),
            Self::NotBelieved => (key("identity-not-believed"), key("identity-not-believed-text"), true),
            Self::Lost => (key("identity-lost"), key("identity-lost-text"), true),
        })
    }
}

/// What the page that follows a visit shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedView {
    /// Name of the provider.
    pub name: String,
    /// What it was for.
    pub purpose: VisitFor,
    /// How it ended.
    pub end: VisitEnd,
}

/// Draws the page that follows a visit.
#[must_use]
pub fn render_ended(chrome: &Chrome, view: &EndedView) -> Markup {
    let lang = chrome.lang;
    let title = lang.with(view.purpose.title(), args![name = view.name.as_str()]);
    page(
        chrome,
        &title,
        html! {
            div.page-head { h1 { (title) } }
            @match &view.end {
                VisitEnd::Sent { minutes, signed_out } => { (sent(lang, view, *minutes, *signed_out)) }
                VisitEnd::Refused(message) => {
                    (notice(Tone::Error, lang.text("identity-refused"), html! { p { (message.text(lang.language())) } }))
                    (ways_on(lang, view.purpose))
                }
                end => @if let Some(words) = end.words() { (nowhere(lang, view, words)) }
            }
        },
    )
}

fn sent(lang: Lang, view: &EndedView, minutes: i64, signed_out: bool) -> Markup {
    let name = view.name.as_str();
    let text = match view.purpose {
        VisitFor::Reissue => key("identity-sent-reissue"),
        VisitFor::Password | VisitFor::Unknown => key("identity-sent-password"),
    };
    let valid = match minutes {
        180.. => lang.with("identity-sent-hours", args![hours = minutes / 60]),
        _ => lang.with("identity-sent-minutes", args![minutes = minutes]),
    };
    html! {
        (notice(Tone::Success, lang.with("identity-sent-title", args![name = name]), html! {
            p { (lang.with(text, args![name = name])) }
        }))
        div.stack {
            p { (valid) }
            p { (lang.text("identity-sent-told")) }
            @let closed = if signed_out { key("identity-signed-out") } else { key("identity-still-open") };
            p { (lang.with(closed, args![name = name])) }
        }
        div.actions {
            @if view.purpose == VisitFor::Reissue {
                a.btn.btn--secondary href="/je-vote" { (lang.text("identity-to-code")) }
            } @else {
                a.btn.btn--secondary href="/connexion" { (lang.text("forgotten-back")) }
            }
        }
    }
}

fn nowhere(lang: Lang, view: &EndedView, (title, text, open): Words) -> Markup {
    let name = view.name.as_str();
    let tone = if view.end == VisitEnd::Declined {
        Tone::Info
    } else {
        Tone::Error
    };
    html! {
        (notice(tone, lang.with(title, args![name = name]), html! {
            p { (lang.with(text, args![name = name])) }
            @if open { p { (lang.with("identity-still-open", args![name = name])) } }
        }))
        (ways_on(lang, view.purpose))
    }
}

fn ways_on(lang: Lang, purpose: VisitFor) -> Markup {
    let (href, words) = purpose.start();
    html! {
        div.actions {
            a.btn.btn--secondary href=(href) { (lang.text(words)) }
            a href="/assistance" { (lang.text("identity-help-desk")) }
        }
    }
}
