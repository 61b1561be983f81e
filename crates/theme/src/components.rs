//! The pieces pages are made of: field, notice, badge, stepper, tracker in groups, table box. Plain functions from values to markup.
//!
//! Markup and class names are those of the visual reference. A sign, then words, then colour carry a state, in that order of importance.

use maud::{Markup, PreEscaped, Render, html};

use crate::i18n::Lang;
use crate::icons::{Icon, icon};

/// The kind of a notice or of a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Neutral information.
    Info,
    /// It is done, it is true.
    Success,
    /// To watch.
    Warning,
    /// Refused or failed.
    Error,
}

impl Tone {
    const fn suffix(self) -> &'static str {
        match self {
            Tone::Info => "info",
            Tone::Success => "success",
            Tone::Warning => "warning",
            Tone::Error => "error",
        }
    }

    const fn icon(self) -> Icon {
        match self {
            Tone::Info => Icon::Info,
            Tone::Success => Icon::Success,
            Tone::Warning => Icon::Warning,
            Tone::Error => Icon::Error,
        }
    }

    /// Errors interrupt a screen reader, successes wait for their turn, the rest is ordinary content.
    const fn role(self) -> Option<&'static str> {
        match self {
            Tone::Error => Some("alert"),
            Tone::Success => Some("status"),
            Tone::Info | Tone::Warning => None,
        }
    }
}

/// A notice under a title of level 2.
pub fn notice(tone: Tone, title: impl Render, body: impl Render) -> Markup {
    html! {
        div class={ "notice notice--" (tone.suffix()) } role=[tone.role()] {
            (icon(tone.icon()))
            div { h2.notice__title { (title) } (body) }
        }
    }
}

/// A notice inside a panel that already has a title of level 2.
pub fn notice_within(tone: Tone, title: impl Render, body: impl Render) -> Markup {
    html! {
        div class={ "notice notice--" (tone.suffix()) } role=[tone.role()] {
            (icon(tone.icon()))
            div { h3.notice__title { (title) } (body) }
        }
    }
}

/// A state in words with a drawn sign.
pub fn badge(tone: Tone, sign: Icon, words: impl Render) -> Markup {
    html! { span class={ "badge badge--" (tone.suffix()) } { (icon(sign)) " " (words) } }
}

/// Where one is in a walk of several pages: `current` is counted from zero, `steps` are keys of messages.
#[must_use]
pub fn stepper(lang: Lang, label: &str, steps: &[&str], current: usize) -> Markup {
    html! {
        ol.stepper aria-label=(label) {
            @for (index, step) in steps.iter().enumerate() {
                @if index < current {
                    li.step.step--done { span.step__label { (lang.text(step)) } span.vh { " " (lang.text("step-done")) } }
                } @else if index == current {
                    li.step aria-current="step" { span.step__label { (lang.text(step)) } }
                } @else {
                    li.step { span.step__label { (lang.text(step)) } }
                }
            }
        }
    }
}

/// One text field: label above, hint under it, error under the field, all tied to the input.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// The `id` and, unless [`Field::nameless`], the `name`.
    pub id: &'a str,
    /// Visible label.
    pub label: &'a str,
    /// One sentence of help, if any.
    pub hint: Option<&'a str>,
    /// What is wrong, in words, if anything.
    pub error: Option<&'a str>,
    /// Value to show again.
    pub value: &'a str,
    /// `text`, `email`, `password`.
    pub kind: &'a str,
    /// The `autocomplete` token.
    pub autocomplete: &'a str,
    /// Ids of more describing elements (a list of rules).
    pub described_by: Option<&'a str>,
    /// Whether the field may not be left empty.
    pub required: bool,
    /// Longest value accepted, in UTF-16 units.
    pub max_length: Option<u32>,
}

impl<'a> Field<'a> {
    /// A required text field without hint, error or value.
    #[must_use]
    pub const fn text(id: &'a str, label: &'a str) -> Field<'a> {
        Field {
            id,
            label,
            hint: None,
            error: None,
            value: "",
            kind: "text",
            autocomplete: "off",
            described_by: None,
            required: true,
            max_length: None,
        }
    }

    fn describing_ids(&self) -> Option<String> {
        let mut ids = Vec::new();
        if self.hint.is_some() {
            ids.push(format!("{}-aide", self.id));
        }
        ids.extend(self.described_by.map(str::to_owned));
        if self.error.is_some() {
            ids.push(format!("{}-err", self.id));
        }
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// Draws the field, with `under` between the input and the error (a list of rules, or nothing).
pub fn field(field: &Field<'_>, under: impl Render) -> Markup {
    html! {
        div.field.field--error[field.error.is_some()] {
            label.field__label for=(field.id) { (field.label) @if field.required { " " (required_mark()) } }
            @if let Some(hint) = field.hint { p.field__hint id={ (field.id) "-aide" } { (hint) } }
            input.input id=(field.id) name=(field.id) type=(field.kind) autocomplete=(field.autocomplete)
                required[field.required] maxlength=[field.max_length] aria-describedby=[field.describing_ids()]
                aria-invalid=[field.error.map(|_| "true")] value=[(!field.value.is_empty()).then_some(field.value)]
                spellcheck="false" autocapitalize="none";
            (under)
            @if let Some(error) = field.error { (field_error(field.id, error)) }
        }
    }
}

/// The words of an error under its field.
pub fn field_error(id: &str, error: impl Render) -> Markup {
    html! { p.field__error id={ (id) "-err" } { (icon(Icon::Error)) span { (error) } } }
}

/// The star of a required field; explained once per form by [`required_note`].
#[must_use]
pub fn required_mark() -> Markup {
    html! { span.field__req aria-hidden="true" { "*" } }
}

/// What the star means.
#[must_use]
pub fn required_note(lang: Lang) -> Markup {
    html! { p.form__note { (required_mark()) (lang.text("field-required")) } }
}

/// A tracker in groups of eight, drawn apart by spacing: a copy of it carries no space.
#[must_use]
pub fn tracker(tracker: &str) -> Markup {
    let mut groups = Vec::new();
    let mut rest = tracker;
    while !rest.is_empty() {
        let cut = rest.char_indices().nth(8).map_or(rest.len(), |(at, _)| at);
        let (group, tail) = rest.split_at(cut);
        groups.push(group);
        rest = tail;
    }
    html! { p.tracker { @for group in groups { span { (group) } } } }
}

/// A table that scrolls inside a frame one can reach with the keyboard.
pub fn table_box(label: &str, table: impl Render) -> Markup {
    html! { div.table-box role="group" aria-label=(label) tabindex="0" { (table) } }
}

/// A link of the navigation kind: sign, title, one sentence; the whole card is the target.
pub fn tile(href: &str, sign: Icon, title: impl Render, text: impl Render) -> Markup {
    html! {
        li {
            a.tile href=(href) {
                span.tile__icon { (icon(sign)) }
                span.tile__title { (title) }
                span.tile__text { (text) }
            }
        }
    }
}

/// One full-width entry of a link list.
pub fn link_row(href: &str, words: impl Render) -> Markup {
    html! { li { a href=(href) { span { (words) } " " (icon(Icon::Next)) } } }
}

/// The link above the title that goes one step back.
pub fn back(href: &str, words: impl Render) -> Markup {
    html! { a.back href=(href) { (icon(Icon::Back)) " " (words) } }
}

/// A list's logo, drawn from its sigle alone: the same box, face and ink for every list.
#[must_use]
pub fn list_logo(acronym: &str) -> Markup {
    let length = acronym.chars().count();
    // Sixty units wide: long sigles shrink so that none leaves the box, short ones do not grow.
    let size = match length {
        0..=3 => 24,
        4 => 19,
        5 => 16,
        6 => 13,
        _ => 10,
    };
    html! {
        span.choice__logo {
            svg viewBox="0 0 60 60" aria-hidden="true" {
                (PreEscaped(r#"<path d="M8 12h44M8 48h44" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"/>"#))
                text x="30" y="30" text-anchor="middle" dominant-baseline="central" font-family="Arial, sans-serif" font-weight="700"
                    font-size=(size) fill="currentColor" { (acronym) }
            }
        }
    }
}

/// The blank ballot's drawing: an empty sheet.
#[must_use]
pub fn blank_logo() -> Markup {
    html! {
        span.choice__logo {
            svg viewBox="0 0 60 60" aria-hidden="true" {
                (PreEscaped(r#"<rect x="10" y="6" width="40" height="48" rx="2" fill="none" stroke="currentColor" stroke-width="2.5" stroke-dasharray="5 4"/>"#))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tracker_is_cut_in_groups_and_stays_whole() {
        let drawn = tracker("q7Zr2mXo0Hn5v1TfYkS8dLwPbE3uJcA9xGiRtUoV4Nk").into_string();
        assert_eq!(drawn.matches("<span>").count(), 6);
        assert!(drawn.ends_with("<span>4Nk</span></p>"));
        assert!(!drawn.contains("> <"), "a space between groups would be copied");
    }

    #[test]
    fn a_field_names_what_describes_it() {
        let mut f = Field::text("courriel", "Adresse");
        f.hint = Some("Aide");
        f.error = Some("Vide");
        let drawn = field(&f, "").into_string();
        assert!(drawn.contains(r#"aria-describedby="courriel-aide courriel-err""#));
        assert!(drawn.contains(r#"aria-invalid="true""#));
    }

    #[test]
    fn values_are_escaped() {
        let mut f = Field::text("x", "x");
        f.value = "\"><script>";
        assert!(!field(&f, "").into_string().contains("<script>"));
    }
}
