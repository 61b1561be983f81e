//! Pages that depend on nothing but the configuration.

use axum::extract::State;
use maud::Markup;

use crate::pages::{about, help as help_page};
use crate::request::PageChrome;
use crate::state::PortalState;

/// `GET /aide`.
pub(super) async fn help(PageChrome(chrome): PageChrome) -> Markup {
    help_page::render(&chrome)
}

/// `GET /accessibilite`.
pub(super) async fn accessibility(State(state): State<PortalState>, PageChrome(chrome): PageChrome) -> Markup {
    about::render_accessibility(&chrome, state.config().accessibility.as_ref())
}

/// `GET /donnees-personnelles`.
pub(super) async fn privacy(PageChrome(chrome): PageChrome) -> Markup {
    about::render_privacy(&chrome)
}

/// `GET /mentions-legales`.
pub(super) async fn legal(State(state): State<PortalState>, PageChrome(chrome): PageChrome) -> Markup {
    about::render_legal(&chrome, state.config().host.as_deref())
}
