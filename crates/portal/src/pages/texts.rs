//! What the organiser writes: the foreword (*édito*), and questions with their answers (*aide en ligne, foire aux questions*).

use isoloir_domain::message::Language;
use isoloir_domain::names::words;
use isoloir_domain::texts::{Attachment, Bilingual, Faq, FaqEntry, Text};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::layout::{Chrome, page};
use crate::pages::candidates::kilobytes;
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, notice};
use isoloir_theme::i18n::Lang;
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::markdown::markdown;
use isoloir_theme::when;

/// The text for the reader: in the reader's language when there is one, in French otherwise.
#[must_use]
pub fn for_reader(texts: &[Text], lang: Lang) -> Option<&Text> {
    let wanted = lang.language();
    texts
        .iter()
        .find(|text| text.language == wanted)
        .or_else(|| texts.first())
}

/// The `lang` attribute of a text in another language than its page.
#[must_use]
pub fn lang_attribute(of: Language, page: Lang) -> Option<&'static str> {
    (of != page.language()).then_some(match of {
        Language::French => "fr",
        Language::English => "en",
    })
}

/// A text of the organiser, marked with its language; the PDF beside it; since when it says this.
#[must_use]
pub fn organiser_text(chrome: &Chrome, text: &Text) -> Markup {
    let lang = chrome.lang;
    html! {
        div.prose lang=[lang_attribute(text.language, lang)] { (markdown(&text.body, 1)) }
        @if let Some(attachment) = &text.attachment { (attached(chrome, attachment)) }
        (updated(lang, text.since))
    }
}

fn attached(chrome: &Chrome, attachment: &Attachment) -> Markup {
    let lang = chrome.lang;
    html! {
        p {
            @if chrome.kiosk {
                (lang.text("text-attachment")) " " span.soft.small { (lang.text("text-attachment-kiosk")) }
            } @else {
                a href={ "/fichiers/" (hex::encode(attachment.digest)) } download {
                    (icon(Icon::Download)) " " (lang.text("text-attachment"))
                }
                span.soft.small { " " (lang.with("manifesto-size", args![pages = attachment.pages, size = kilobytes(attachment.size)])) }
            }
        }
    }
}

/// Since when a text says what it says.
fn updated(lang: Lang, since: Option<Timestamp>) -> Markup {
    html! {
        @if let Some(since) = since {
            p.small.soft { (lang.with("text-updated", args![when = when::date_time(lang, since)])) }
        }
    }
}

/// Draws the foreword.
#[must_use]
pub fn render_foreword(chrome: &Chrome, text: &Text) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("foreword-title"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head {
                h1 { (lang.text("foreword-title")) }
                p.lede { (chrome.site.organiser) }
            }
            (organiser_text(chrome, text))
        },
    )
}

/// Draws the questions; with words to look for, only those whose question or answer has them all.
#[must_use]
pub fn render_questions(chrome: &Chrome, faq: &Faq, since: Option<Timestamp>, search: &str) -> Markup {
    let lang = chrome.lang;
    let wanted = words(search);
    let found: Vec<&FaqEntry> = faq
        .entries
        .iter()
        .filter(|entry| has_all(entry, &wanted, lang.language()))
        .collect();
    page(
        chrome,
        &lang.text("faq-title"),
        html! {
            (back("/aide", lang.text("help-title")))
            div.page-head { h1 { (lang.text("faq-title")) } p.lede { (lang.text("faq-lede")) } (updated(lang, since)) }
            form.form.search method="get" action="/aide/questions" role="search" {
                label.field__label for="q" { (lang.text("faq-search")) }
                div.input-row {
                    input.input #q name="q" type="search" maxlength="100" autocomplete="off" value=(search);
                    button.btn.btn--secondary type="submit" { (icon(Icon::Search)) " " (lang.text("search-action")) }
                }
            }
            @if !wanted.is_empty() {
                p.search__count role="status" {
                    (lang.with("faq-found", args![n = found.len()])) " "
                    a href="/aide/questions" { (lang.text("faq-all")) }
                }
            }
            @if found.is_empty() {
                (notice(Tone::Info, lang.text("faq-none-title"), html! {
                    p { (lang.rich("faq-none-text")) }
                }))
            }
            @for (theme, entries) in by_theme(&found) {
                section.section {
                    (themed(lang, theme))
                    @for entry in entries { (question(lang, entry, !wanted.is_empty())) }
                }
            }
        },
    )
}

fn themed(lang: Lang, theme: &Bilingual) -> Markup {
    let (words, of) = theme.for_reader(lang.language());
    html! { h2 lang=[lang_attribute(of, lang)] { (words) } }
}

/// Folded, so that the questions are read at a glance; open when looked for. The anchor is on the frame: a browser unfolds it.
fn question(lang: Lang, entry: &FaqEntry, open: bool) -> Markup {
    let (asked, of) = entry.question.for_reader(lang.language());
    let (answer, answer_of) = entry.answer.for_reader(lang.language());
    html! {
        details.question id=(entry.id) open[open] {
            summary lang=[lang_attribute(of, lang)] { (asked) }
            div.question__answer {
                div lang=[lang_attribute(answer_of, lang)] { (markdown(answer, 3)) }
                p.small { a href={ "#" (entry.id) } { (lang.text("faq-link")) span.vh { " – " (asked) } } }
            }
        }
    }
}

/// Neighbours of the same theme together, in the order of the file.
fn by_theme<'a>(entries: &[&'a FaqEntry]) -> Vec<(&'a Bilingual, Vec<&'a FaqEntry>)> {
    let mut themes: Vec<(&Bilingual, Vec<&FaqEntry>)> = Vec::new();
    for entry in entries {
        match themes.iter_mut().find(|(theme, _)| **theme == entry.theme) {
            Some((_, same)) => same.push(entry),
            None => themes.push((&entry.theme, vec![entry])),
        }
    }
    themes
}

/// Whether each word looked for begins a word of the entry, in the language shown.
fn has_all(entry: &FaqEntry, wanted: &[String], of: Language) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let texts = [&entry.theme, &entry.question, &entry.answer];
    let all: Vec<String> = texts.iter().flat_map(|text| words(text.for_reader(of).0)).collect();
    wanted
        .iter()
        .all(|word| all.iter().any(|one| one.starts_with(word.as_str())))
}
