//! The three illustrated guides of the seed (*tutoriels*): parcours électeur, parcours de vote, réassorts.
//!
//! Their pictures are screenshots of this very software: `./run tutorials` takes them again. A caption says all that its picture shows, so that
//! nobody needs the picture.

use std::collections::HashMap;
use std::sync::LazyLock;

use isoloir_domain::texts::{Text, TextName};
use maud::{Markup, html};
use serde::Deserialize;

use crate::layout::{Chrome, page};
use crate::pages::texts::organiser_text;
use isoloir_theme::assets::Assets;
use isoloir_theme::components::{back, link_row};
use isoloir_theme::i18n::{Lang, key};

/// One guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tutorial {
    /// *Parcours électeur*: activating one's account, signing in, looking around.
    Account,
    /// *Parcours de vote*: from the code to the receipt.
    Vote,
    /// *Réassorts*: what to do without a voting code.
    Code,
}

/// One step: a name, which is also the picture's, a title, what to do, and what the picture shows.
struct Step {
    name: &'static str,
    title: &'static str,
    text: &'static str,
    shows: &'static str,
}

const fn step(name: &'static str, title: &'static str, text: &'static str, shows: &'static str) -> Step {
    Step {
        name,
        title,
        text,
        shows,
    }
}

const ACCOUNT: [Step; 6] = [
    step(
        "mail",
        key("guide-mail-title"),
        key("guide-mail-text"),
        key("guide-mail-shows"),
    ),
    step(
        "password",
        key("guide-password-title"),
        key("guide-password-text"),
        key("guide-password-shows"),
    ),
    step(
        "question",
        key("guide-question-title"),
        key("guide-question-text"),
        key("guide-question-shows"),
    ),
    step(
        "sign-in",
        key("guide-sign-in-title"),
        key("guide-sign-in-text"),
        key("guide-sign-in-shows"),
    ),
    step(
        "home",
        key("guide-home-title"),
        key("guide-home-text"),
        key("guide-home-shows"),
    ),
    step(
        "account",
        key("guide-account-title"),
        key("guide-account-text"),
        key("guide-account-shows"),
    ),
];

const VOTE: [Step; 7] = [
    step(
        "begin",
        key("guide-begin-title"),
        key("guide-begin-text"),
        key("guide-begin-shows"),
    ),
    step(
        "code",
        key("guide-code-title"),
        key("guide-code-text"),
        key("guide-code-shows"),
    ),
    step(
        "elections",
        key("guide-elections-title"),
        key("guide-elections-text"),
        key("guide-elections-shows"),
    ),
    step(
        "choice",
        key("guide-choice-title"),
        key("guide-choice-text"),
        key("guide-choice-shows"),
    ),
    step(
        "check",
        key("guide-check-title"),
        key("guide-check-text"),
        key("guide-check-shows"),
    ),
    step(
        "receipt",
        key("guide-receipt-title"),
        key("guide-receipt-text"),
        key("guide-receipt-shows"),
    ),
    step(
        "box",
        key("guide-box-title"),
        key("guide-box-text"),
        key("guide-box-shows"),
    ),
];

const CODE: [Step; 8] = [
    step(
        "mistake",
        key("guide-mistake-title"),
        key("guide-mistake-text"),
        key("guide-mistake-shows"),
    ),
    step(
        "path",
        key("guide-path-title"),
        key("guide-path-text"),
        key("guide-path-shows"),
    ),
    step(
        "challenge",
        key("guide-challenge-title"),
        key("guide-challenge-text"),
        key("guide-challenge-shows"),
    ),
    step(
        "sent",
        key("guide-sent-title"),
        key("guide-sent-text"),
        key("guide-sent-shows"),
    ),
    step(
        "link",
        key("guide-link-title"),
        key("guide-link-text"),
        key("guide-link-shows"),
    ),
    step(
        "new-code",
        key("guide-new-code-title"),
        key("guide-new-code-text"),
        key("guide-new-code-shows"),
    ),
    step(
        "lost",
        key("guide-lost-title"),
        key("guide-lost-text"),
        key("guide-lost-shows"),
    ),
    step(
        "ticket",
        key("guide-ticket-title"),
        key("guide-ticket-text"),
        key("guide-ticket-shows"),
    ),
];

impl Tutorial {
    /// All three, in the order of the home page.
    pub const ALL: [Tutorial; 3] = [Tutorial::Account, Tutorial::Vote, Tutorial::Code];

    /// The address.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Tutorial::Account => "/tutoriels/electeur",
            Tutorial::Vote => "/tutoriels/vote",
            Tutorial::Code => "/tutoriels/reassorts",
        }
    }

    /// The title's key.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Tutorial::Account => key("home-tutorial-account"),
            Tutorial::Vote => key("home-tutorial-vote"),
            Tutorial::Code => key("home-tutorial-code"),
        }
    }

    /// The organiser's note above it.
    #[must_use]
    pub const fn note(self) -> TextName {
        match self {
            Tutorial::Account => TextName::AccountGuide,
            Tutorial::Vote => TextName::VoteGuide,
            Tutorial::Code => TextName::CodeGuide,
        }
    }

    const fn lede(self) -> &'static str {
        match self {
            Tutorial::Account => key("guide-account-lede"),
            Tutorial::Vote => key("guide-vote-lede"),
            Tutorial::Code => key("guide-code-lede"),
        }
    }

    const fn steps(self) -> &'static [Step] {
        match self {
            Tutorial::Account => &ACCOUNT,
            Tutorial::Vote => &VOTE,
            Tutorial::Code => &CODE,
        }
    }
}

/// Size of a picture, as the command that took it wrote it down, so that the page does not jump while it loads.
#[derive(Clone, Copy, Deserialize)]
struct Size {
    width: u32,
    height: u32,
}

static SIZES: LazyLock<HashMap<String, Size>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../tutorials.json")).unwrap_or_default());

/// Draws a guide, under the organiser's note when there is one.
#[must_use]
pub fn render(chrome: &Chrome, tutorial: Tutorial, note: Option<&Text>) -> Markup {
    let lang = chrome.lang;
    let others = Tutorial::ALL.into_iter().filter(|other| *other != tutorial);
    page(
        chrome,
        &lang.text(tutorial.title()),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text(tutorial.title())) } p.lede { (lang.rich(tutorial.lede())) } }
            @if let Some(note) = note { div.panel.panel--sunken { (organiser_text(chrome, note)) } }
            ol.guide {
                @for (rank, step) in tutorial.steps().iter().enumerate() { (guide_step(lang, rank + 1, step)) }
            }
            section.section aria-labelledby="t-suite" {
                h2 #t-suite { (lang.text("guide-others")) }
                ul.links {
                    @for other in others { (link_row(other.path(), lang.text(other.title()))) }
                    (link_row("/assistance", lang.text("home-assistance")))
                }
            }
        },
    )
}

fn guide_step(lang: Lang, rank: usize, step: &Step) -> Markup {
    html! {
        li.guide__step {
            div.guide__say {
                span.guide__n aria-hidden="true" { (rank) }
                h2 { (lang.text(step.title)) }
                p { (lang.rich(step.text)) }
            }
            (picture(lang, step))
        }
    }
}

fn picture(lang: Lang, step: &Step) -> Markup {
    let file = format!("tutoriel-{}.webp", step.name);
    html! {
        @if let Some(size) = SIZES.get(step.name).filter(|_| Assets::has(&file)) {
            figure.guide__picture {
                img src=(Assets::path(&file)) width=(size.width) height=(size.height) loading="lazy" alt=(lang.text(step.shows));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_its_picture_and_every_picture_its_step() {
        let steps: Vec<&str> = Tutorial::ALL
            .into_iter()
            .flat_map(Tutorial::steps)
            .map(|step| step.name)
            .collect();
        for name in &steps {
            assert!(
                Assets::has(&format!("tutoriel-{name}.webp")),
                "{name}: run `./run tutorials`"
            );
        }
        let mut pictured: Vec<&str> = SIZES.keys().map(String::as_str).collect();
        pictured.sort_unstable();
        let mut named = steps;
        named.sort_unstable();
        assert_eq!(pictured, named);
    }
}
