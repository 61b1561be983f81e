//! The three illustrated guides.

use axum::extract::State;
use axum::routing::get;
use maud::Markup;

use super::content::text_of;
use crate::access::{Access, Declared, declare};
use crate::error::PageError;
use crate::pages::tutorials::{Tutorial, render};
use crate::request::PageChrome;
use crate::state::PortalState;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    let guide = |tutorial: Tutorial| {
        let answer = move |State(state): State<PortalState>, PageChrome(chrome): PageChrome| async move {
            let note = text_of(&state, tutorial.note(), chrome.lang).await?;
            Ok::<Markup, PageError>(render(&chrome, tutorial, note.as_ref()))
        };
        declare("GET", tutorial.path(), Access::Public, get(answer))
    };
    Tutorial::ALL.into_iter().map(guide).collect()
}
