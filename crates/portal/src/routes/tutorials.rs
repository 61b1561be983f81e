//! The three illustrated guides.

use axum::routing::get;
use maud::Markup;

use crate::access::{Access, Declared, declare};
use crate::pages::tutorials::{Tutorial, render};
use crate::request::PageChrome;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    let guide = |tutorial: Tutorial| {
        let answer = move |PageChrome(chrome): PageChrome| async move { render(&chrome, tutorial) as Markup };
        declare("GET", tutorial.path(), Access::Public, get(answer))
    };
    Tutorial::ALL.into_iter().map(guide).collect()
}
