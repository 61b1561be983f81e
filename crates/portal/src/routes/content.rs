//! The organiser's texts: foreword, questions and answers.

use crate::access::{Access, Declared, declare};
use axum::extract::{Query, State};
use axum::routing::get;
use isoloir_domain::texts::TextName;
use isoloir_service::replace_texts::default_faq;
use maud::Markup;
use serde::Deserialize;

use crate::error::PageError;
use crate::pages::texts;
use crate::request::PageChrome;
use crate::state::PortalState;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::Public;
    vec![
        declare("GET", "/edito", Public, get(foreword)),
        declare("GET", "/aide/questions", Public, get(questions)),
    ]
}

/// `GET /edito`.
pub(super) async fn foreword(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
) -> Result<Markup, PageError> {
    let shown = state.consultation().await?.ok_or(PageError::NotFound)?;
    chrome.site = state.site();
    let found = state.server().text(&shown.consultation.id, TextName::Foreword).await?;
    let text = texts::for_reader(&found, chrome.lang).ok_or(PageError::NotFound)?;
    Ok(texts::render_foreword(&chrome, text))
}

#[derive(Deserialize)]
pub(super) struct SearchQuery {
    #[serde(default)]
    q: String,
}

/// `GET /aide/questions`.
pub(super) async fn questions(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Query(query): Query<SearchQuery>,
) -> Result<Markup, PageError> {
    let faq = match state.consultation().await? {
        Some(shown) => state.server().faq(&shown.consultation.id).await?,
        None => default_faq()?,
    };
    let search: String = query.q.trim().chars().take(100).collect();
    Ok(texts::render_questions(&chrome, &faq, &search))
}
