//! Pages that depend on nothing but the configuration and the organiser's texts.

use crate::access::{Access, Declared, declare};
use axum::extract::State;
use axum::routing::get;
use isoloir_domain::texts::TextName;
use maud::Markup;

use super::content::text_of;
use crate::error::PageError;
use crate::pages::{about, help as help_page};
use crate::request::PageChrome;
use crate::state::PortalState;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::Public;
    vec![
        declare("GET", "/aide", Public, get(help)),
        declare("GET", "/accessibilite", Public, get(accessibility)),
        declare("GET", "/donnees-personnelles", Public, get(privacy)),
        declare("GET", "/mentions-legales", Public, get(legal)),
    ]
}

/// `GET /aide`.
pub(super) async fn help(PageChrome(chrome): PageChrome) -> Markup {
    help_page::render(&chrome)
}

/// `GET /accessibilite`.
pub(super) async fn accessibility(State(state): State<PortalState>, PageChrome(chrome): PageChrome) -> Markup {
    about::render_accessibility(&chrome, state.config().accessibility.as_ref())
}

/// `GET /donnees-personnelles`.
pub(super) async fn privacy(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
) -> Result<Markup, PageError> {
    let text = text_of(&state, TextName::Privacy, chrome.lang).await?;
    Ok(about::render_privacy(&chrome, text.as_ref()))
}

/// `GET /mentions-legales`.
pub(super) async fn legal(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
) -> Result<Markup, PageError> {
    let text = text_of(&state, TextName::Legal, chrome.lang).await?;
    let host = state.config().host.as_deref();
    Ok(about::render_legal(&chrome, host, text.as_ref()))
}
