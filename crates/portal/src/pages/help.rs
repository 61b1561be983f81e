//! Help (*aide en ligne*): short and real. One page, reached by anchors from where the doubt arises.

use maud::{Markup, html};

use crate::layout::{Chrome, page};
use isoloir_theme::components::back;
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::layout::contact_lines;

/// Anchor, title and paragraphs of one section.
struct Topic {
    anchor: &'static str,
    title: &'static str,
    steps: &'static [&'static str],
    note: Option<&'static str>,
}

const TOPICS: [Topic; 5] = [
    Topic {
        anchor: "activer",
        title: key("help-activate-title"),
        steps: &[key("help-activate-1"), key("help-activate-2"), key("help-activate-3")],
        note: Some(key("help-activate-note")),
    },
    Topic {
        anchor: "voter",
        title: key("help-vote-title"),
        steps: &[
            key("help-vote-1"),
            key("help-vote-2"),
            key("help-vote-3"),
            key("help-vote-4"),
            key("help-vote-5"),
        ],
        note: Some(key("help-vote-note")),
    },
    Topic {
        anchor: "sans-code",
        title: key("help-code-title"),
        steps: &[key("help-code-1"), key("help-code-2"), key("help-code-3")],
        note: Some(key("help-code-note")),
    },
    Topic {
        anchor: "verifier",
        title: key("help-verify-title"),
        steps: &[key("help-verify-1"), key("help-verify-2"), key("help-verify-3")],
        note: Some(key("help-verify-note")),
    },
    Topic {
        anchor: "reclamation",
        title: key("help-complaint-title"),
        steps: &[key("help-complaint-1"), key("help-complaint-2")],
        note: None,
    },
];

const QUESTIONS: [(&str, &str, &str); 6] = [
    ("blanc", key("faq-blank-q"), key("faq-blank-a")),
    ("definitif", key("faq-final-q"), key("faq-final-a")),
    ("secret", key("faq-secret-q"), key("faq-secret-a")),
    ("coupure", key("faq-lost-q"), key("faq-lost-a")),
    ("fermeture", key("faq-closing-q"), key("faq-closing-a")),
    ("telephone", key("faq-device-q"), key("faq-device-a")),
];

/// Draws the help page.
#[must_use]
pub fn render(chrome: &Chrome) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("help-title"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text("help-title")) } p.lede { (lang.text("help-lede")) } }
            div.split {
                div.prose {
                    @for topic in &TOPICS { (section(lang, topic)) }
                    (questions(lang))
                }
                (contact(chrome))
            }
        },
    )
}

fn section(lang: Lang, topic: &Topic) -> Markup {
    html! {
        section id=(topic.anchor) aria-labelledby={ "t-" (topic.anchor) } {
            h2 id={ "t-" (topic.anchor) } { (lang.text(topic.title)) }
            ol { @for step in topic.steps { li { (lang.rich(step)) } } }
            @if let Some(note) = topic.note { p.soft { (lang.rich(note)) } }
        }
    }
}

fn questions(lang: Lang) -> Markup {
    html! {
        section #questions aria-labelledby="t-questions" {
            h2 #t-questions { (lang.text("faq-title")) }
            @for (anchor, question, answer) in QUESTIONS {
                h3 id=(anchor) { (lang.text(question)) }
                p { (lang.rich(answer)) }
            }
        }
    }
}

fn contact(chrome: &Chrome) -> Markup {
    let lang = chrome.lang;
    html! {
        aside.panel.panel--sunken #assistance aria-labelledby="t-assistance" {
            h2 #t-assistance { (lang.text("home-assistance")) }
            p { (lang.text("help-contact-text")) }
            (contact_lines(lang, &chrome.contact))
            p { a href="/assistance" { (lang.text("help-contact-form")) } }
            p.small { (lang.rich("help-contact-never")) }
        }
    }
}
