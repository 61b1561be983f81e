//! What a page's script says, in the language of the page.

use isoloir_theme::i18n::{Arg, FluentValue, Lang};
use maud::{Markup, html};

/// A `<template>` for each message, by the name that the script knows. A message keeps its places in braces, `{missing}`, for the
/// script to fill.
pub fn messages(lang: Lang, messages: &[(&str, &str)], places: &[&'static str]) -> Markup {
    let kept: Vec<Arg<'_>> = places
        .iter()
        .map(|place| (*place, FluentValue::from(format!("{{{place}}}"))))
        .collect();
    html! {
        @for (name, words) in messages { template data-msg=(name) { (lang.with(words, &kept)) } }
    }
}
