//! The organiser's texts: foreword, questions and answers.

use crate::access::{Access, Declared, declare};
use axum::extract::{Query, State};
use axum::routing::get;
use isoloir_domain::texts::{Text, TextName};
use isoloir_service::publish_text::default_faq;
use maud::Markup;
use serde::Deserialize;

use crate::error::PageError;
use crate::pages::texts;
use crate::request::PageChrome;
use crate::state::PortalState;
use isoloir_theme::i18n::Lang;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::Public;
    vec![
        declare("GET", "/edito", Public, get(foreword)),
        declare("GET", "/aide/questions", Public, get(questions)),
    ]
}

/// A text of the consultation that is shown, for a reader of this language; `None` when the organiser wrote none.
pub(super) async fn text_of(state: &PortalState, name: TextName, lang: Lang) -> Result<Option<Text>, PageError> {
    let Some(shown) = state.consultation().await? else {
        return Ok(None);
    };
    let found = state.server().text(&shown.consultation.id, name).await?;
    Ok(texts::for_reader(&found, lang).cloned())
}

/// `GET /edito`.
pub(super) async fn foreword(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
) -> Result<Markup, PageError> {
    let text = text_of(&state, TextName::Foreword, chrome.lang).await?;
    let text = text.ok_or(PageError::NotFound)?;
    chrome.site = state.site();
    Ok(texts::render_foreword(&chrome, &text))
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
    let (faq, since) = match state.consultation().await? {
        Some(shown) => state.server().faq(&shown.consultation.id).await?,
        None => (default_faq()?, None),
    };
    let search: String = query.q.trim().chars().take(100).collect();
    Ok(texts::render_questions(&chrome, &faq, since, &search))
}
