//! Pages that depend on nothing but the configuration.

use crate::access::{Access, Declared, declare};
use axum::extract::State;
use axum::routing::get;
use maud::Markup;

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
pub(super) async fn privacy(PageChrome(chrome): PageChrome) -> Markup {
    about::render_privacy(&chrome)
}

/// `GET /mentions-legales`.
pub(super) async fn legal(State(state): State<PortalState>, PageChrome(chrome): PageChrome) -> Markup {
    about::render_legal(&chrome, state.config().host.as_deref())
}
