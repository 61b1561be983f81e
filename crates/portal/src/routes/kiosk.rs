//! Kiosk mode: switched on and off by the person who runs the machine.

use crate::access::{Access, Declared, declare};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::CookieJar;
use maud::Markup;

use crate::error::PageError;
use crate::pages::kiosk;
use crate::request::{KioskMode, PageChrome, VoterSession, kiosk_cookie};
use crate::routes::account::gone;
use crate::state::PortalState;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::Public;
    vec![
        declare("GET", "/borne", Public, get(explain)),
        declare("POST", "/borne", Public, post(enter)),
        declare("POST", "/borne/fin", Public, post(leave)),
        declare("GET", "/borne/expiration", Public, get(expire)),
    ]
}

/// `GET /borne`.
pub(super) async fn explain(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
) -> Result<Markup, PageError> {
    let rules = state.server().portal_rules().await?;
    Ok(kiosk::render(&chrome, rules.policy.session.kiosk_idle_minutes))
}

/// `POST /borne`: the session of this browser ends, since it was begun under other limits.
pub(super) async fn enter(
    State(state): State<PortalState>,
    session: Result<VoterSession, PageError>,
    jar: CookieJar,
) -> Result<Response, PageError> {
    if let Ok(VoterSession(session)) = session {
        state.server().sign_out(&session).await?;
    }
    let jar = jar.add(kiosk_cookie(state.config(), true));
    Ok(gone(&state, KioskMode(true), jar, "/borne"))
}

/// `POST /borne/fin`.
pub(super) async fn leave(
    State(state): State<PortalState>,
    session: Result<VoterSession, PageError>,
    jar: CookieJar,
) -> Result<Response, PageError> {
    if let Ok(VoterSession(session)) = session {
        state.server().sign_out(&session).await?;
    }
    let jar = jar.add(kiosk_cookie(state.config(), false));
    Ok(gone(&state, KioskMode(true), jar, "/borne"))
}

/// `GET /borne/expiration`: where a page left alone goes once its session is over; clears the machine and shows the home page. It is never
/// reached by another site's link with the session's cookie, which is strict. A session that still lives is left alone: its page goes on
/// elsewhere.
pub(super) async fn expire(
    State(state): State<PortalState>,
    session: Result<VoterSession, PageError>,
    kiosk: KioskMode,
    jar: CookieJar,
) -> Response {
    if session.is_ok() {
        return Redirect::to("/").into_response();
    }
    gone(&state, kiosk, jar, "/")
}
