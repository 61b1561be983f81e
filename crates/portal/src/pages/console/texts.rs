//! The organiser's texts: each with its versions, what changed from one to the next, and a preview before anything is put on line.

use isoloir_domain::message::Language;
use isoloir_domain::staff::StaffMember;
use isoloir_domain::texts::{TextKey, TextName, TextSource, TextVersion};
use isoloir_service::publish_text::MAX_TEXT;
use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

use super::{Area, Outcome, Tab, area, at, frame};
use crate::layout::Chrome;
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, badge, notice, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::Icon;

/// Where the list is.
pub const PATH: &str = "/gestion/textes";
/// Longest questions and answers in the form, in characters.
pub const MAX_QUESTIONS: usize = 200_000;
/// Lines kept around what changed.
const AROUND: usize = 2;

/// The page of a text.
#[must_use]
pub fn path_of(text: TextKey) -> String {
    format!("{PATH}/{text}")
}

/// The title of a text, its language with it.
fn title_of(lang: Lang, text: TextKey) -> String {
    let (name, language) = match text {
        TextKey::Faq => return lang.text("faq-title"),
        TextKey::Words(name, language) => (name, language),
    };
    let name = lang.text(match name {
        TextName::Foreword => key("foreword-title"),
        TextName::Complaints => key("texts-complaints"),
        TextName::Legal => key("nav-legal"),
        TextName::Privacy => key("nav-privacy"),
        TextName::AccountGuide => key("texts-guide-account"),
        TextName::VoteGuide => key("texts-guide-vote"),
        TextName::CodeGuide => key("texts-guide-code"),
    });
    let language = lang.text(match language {
        Language::French => key("texts-french"),
        Language::English => key("texts-english"),
    });
    lang.with("texts-named", args![name = name, language = language])
}

/// Draws the list; each text with its latest version, if it was ever written.
#[must_use]
pub fn render(
    chrome: &Chrome,
    member: &StaffMember,
    consultation: &str,
    texts: &[(TextKey, Option<TextVersion>)],
) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("texts-title");
    frame(
        chrome,
        member,
        Tab::Texts,
        &title,
        html! {
            div.page-head { p.overline { (consultation) } h1 { (title) } p.lede { (lang.text("texts-lede")) } }
            (table_box(&title, html! {
                table {
                    caption.vh { (title) }
                    thead { tr {
                        th scope="col" { (lang.text("texts-text")) }
                        th scope="col" { (lang.text("texts-state")) }
                        th.num scope="col" { (lang.text("texts-versions")) }
                    } }
                    tbody {
                        @for (text, latest) in texts {
                            tr {
                                th scope="row" { a href=(path_of(*text)) { (title_of(lang, *text)) } }
                                td { (state(lang, latest.as_ref())) }
                                td.num { (lang.number(u64::from(latest.as_ref().map_or(0, |version| version.number)))) }
                            }
                        }
                    }
                }
            }))
            p.soft { (lang.text("texts-folder")) }
        },
    )
}

fn state(lang: Lang, latest: Option<&TextVersion>) -> Markup {
    match latest {
        None => html! { span.soft { (lang.text("texts-unwritten")) } },
        Some(TextVersion { content: None, .. }) => badge(Tone::Warning, Icon::Empty, lang.text("texts-off")),
        Some(TextVersion { since, .. }) => html! {
            (badge(Tone::Success, Icon::Success, lang.text("texts-on")))
            @if let Some(since) = since { " " (lang.with("texts-on-since", args![when = at(lang, *since)])) }
        },
    }
}

/// A version, as the page tells it.
#[derive(Debug, Clone)]
pub struct VersionView {
    /// The version.
    pub version: TextVersion,
    /// What it says, as it was written; empty when the text was taken off line.
    pub written: String,
}

/// One text.
#[derive(Debug, Clone)]
pub struct TextView {
    /// Title of the consultation.
    pub consultation: String,
    /// Which text.
    pub text: TextKey,
    /// Its versions, the latest first.
    pub versions: Vec<VersionView>,
    /// What stands in the form.
    pub typed: String,
    /// What was just done.
    pub outcome: Outcome,
}

impl TextView {
    fn latest(&self) -> u32 {
        self.versions.first().map_or(0, |one| one.version.number)
    }
}

/// Draws the page of a text: the form, then the versions.
#[must_use]
pub fn render_one(chrome: &Chrome, member: &StaffMember, view: &TextView) -> Markup {
    let lang = chrome.lang;
    let title = title_of(lang, view.text);
    let on_line = view
        .versions
        .first()
        .is_some_and(|latest| latest.version.content.is_some());
    frame(
        chrome,
        member,
        Tab::Texts,
        &title,
        html! {
            (back(PATH, lang.text("texts-title")))
            div.page-head {
                p.overline { (view.consultation) }
                h1 { (title) }
                p.lede { (state(lang, view.versions.first().map(|latest| &latest.version))) }
            }
            (view.outcome.draw(lang))
            section.section aria-labelledby="t-ecrire" {
                h2 #t-ecrire { (lang.text("texts-write")) }
                (form(lang, view))
                @if on_line {
                    form.form method="post" action=(path_of(view.text)) data-once {
                        input type="hidden" name="depuis" value=(view.latest());
                        button.btn.btn--secondary type="submit" name="geste" value="retirer" { (lang.text("texts-remove")) }
                        p.soft.small { (lang.text("texts-remove-text")) }
                    }
                }
            }
            section.section aria-labelledby="t-versions" {
                h2 #t-versions { (lang.text("texts-versions")) }
                @if view.versions.is_empty() { p.soft { (lang.text("texts-no-version")) } }
                @for (rank, one) in view.versions.iter().enumerate() {
                    (version(lang, view, one, view.versions.get(rank + 1)))
                }
            }
        },
    )
}

fn form(lang: Lang, view: &TextView) -> Markup {
    let (hint, longest) = match view.text {
        TextKey::Faq => (lang.text("texts-hint-faq"), MAX_QUESTIONS),
        TextKey::Words(..) => (lang.text("texts-hint"), MAX_TEXT),
    };
    html! {
        form.form method="post" action={ (path_of(view.text)) "/apercu" } novalidate {
            input type="hidden" name="depuis" value=(view.latest());
            (area(&Area {
                id: "texte",
                name: "texte",
                label: &lang.text("texts-body"),
                hint: Some(&hint),
                value: &view.typed,
                rows: 16,
                longest,
                required: true,
                error: view.outcome.error_of("texte", lang),
            }))
            div.actions { button.btn.btn--primary type="submit" { (lang.text("texts-preview")) } }
        }
    }
}

fn version(lang: Lang, view: &TextView, one: &VersionView, before: Option<&VersionView>) -> Markup {
    let TextVersion {
        number,
        content,
        since,
        source,
        by,
    } = &one.version;
    let from = match source {
        TextSource::Folder(plan) => lang.with("texts-from-folder", args![plan = plan.get(..12).unwrap_or(plan)]),
        TextSource::Written => lang.text("texts-from-page"),
        TextSource::Again(number) => lang.with("texts-from-again", args![n = number.to_string()]),
        TextSource::Earlier => lang.text("texts-from-earlier"),
    };
    let title = format!("version-{number}");
    let is_latest = view.latest() == *number;
    html! {
        article.panel aria-labelledby=(title) {
            h3 id=(title) { (lang.with("texts-version", args![n = number.to_string()])) }
            dl.facts {
                @if let Some(since) = since { div { dt { (lang.text("texts-when")) } dd { (at(lang, *since)) } } }
                @if !by.is_empty() { div { dt { (lang.text("texts-by")) } dd { (by) } } }
                div { dt { (lang.text("texts-from")) } dd { (from) } }
                @if content.as_ref().is_some_and(|content| content.attachment.is_some()) {
                    div { dt { (lang.text("texts-attached")) } dd { (lang.text("texts-attached-yes")) } }
                }
            }
            @if content.is_none() { p { (lang.text("texts-off")) } }
            details {
                summary { (lang.text("texts-difference")) span.vh { " – " (lang.with("texts-version", args![n = number.to_string()])) } }
                (difference(lang, before.map_or("", |before| &before.written), &one.written))
            }
            @if !is_latest && content.is_some() {
                form.form method="post" action={ (path_of(view.text)) "/apercu" } {
                    input type="hidden" name="depuis" value=(view.latest());
                    button.btn.btn--secondary type="submit" name="version" value=(number) {
                        (lang.text("texts-again")) span.vh { " – " (lang.with("texts-version", args![n = number.to_string()])) }
                    }
                }
            }
        }
    }
}

/// Line by line, what goes and what comes; a sign and words for a screen reader say which, before any colour.
fn difference(lang: Lang, before: &str, after: &str) -> Markup {
    let diff = TextDiff::from_lines(before, after);
    let groups = diff.grouped_ops(AROUND);
    html! {
        @if groups.is_empty() { p.soft { (lang.text("texts-same")) } }
        @for group in &groups {
            div.difference {
                @for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                    @match change.tag() {
                        ChangeTag::Equal => p { (change.value()) },
                        ChangeTag::Delete => p { del { span.vh { (lang.text("texts-deleted")) " " } (change.value()) } },
                        ChangeTag::Insert => p { ins { span.vh { (lang.text("texts-inserted")) " " } (change.value()) } },
                    }
                }
            }
        }
    }
}

/// What is put on line from a preview.
#[derive(Debug, Clone, Copy)]
pub enum Previewed<'a> {
    /// What was typed.
    Written(&'a str),
    /// An older version.
    Again(u32),
}

/// What stands over a preview: that it is one, and the two ways out of it.
#[must_use]
pub fn banner(lang: Lang, text: TextKey, latest: u32, previewed: Previewed<'_>) -> Markup {
    let title = title_of(lang, text);
    let body = html! {
        p { (lang.with("texts-preview-text", args![name = title])) }
        form method="post" action=(path_of(text)) data-once {
            input type="hidden" name="depuis" value=(latest);
            @match previewed {
                Previewed::Written(typed) => textarea hidden name="texte" aria-label=(lang.text("texts-body")) { (typed) },
                Previewed::Again(number) => input type="hidden" name="version" value=(number);,
            }
            div.actions {
                button.btn.btn--primary type="submit" name="geste" value="publier" { (lang.text("texts-publish")) }
                @if matches!(previewed, Previewed::Written(_)) {
                    button.btn.btn--secondary type="submit" name="geste" value="corriger" { (lang.text("texts-correct")) }
                }
                a href=(path_of(text)) { (lang.text("texts-cancel")) }
            }
        }
    };
    notice(Tone::Warning, lang.text("texts-preview-title"), body)
}
