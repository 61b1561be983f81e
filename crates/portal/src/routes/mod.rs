//! The table of routes: every address of the portal, who may call it, and who answers.

pub(crate) mod account;
mod activation;
mod assistance;
mod board;
mod board_papers;
mod booth;
mod captcha;
mod complaints;
mod console;
mod content;
mod delivery;
mod demonstration;
mod elections;
mod franceconnect;
mod information;
mod kiosk;
mod papers;
mod password;
mod public;
mod reissue;
mod staff;
mod tutorials;

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use isoloir_service::VotingServer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument as _;

use crate::access::Declared;
use crate::config::PortalConfig;
use crate::state::PortalState;
pub(crate) use console::{Bounded, MAX_UPLOAD};
use isoloir_theme::assets;
pub(crate) use public::{download, piped, stream_archive};

use crate::{api, error, headers, rest};

/// A form has no reason to be larger; the ballot's route sets its own limit.
const MAX_FORM_BYTES: usize = 16 * 1024;
/// An answer that takes longer is no answer; downloads stream after it has begun.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every route with who may call it.
#[must_use]
pub fn table() -> Vec<Declared> {
    [
        public::table(),
        account::table(),
        activation::table(),
        password::table(),
        franceconnect::table(),
        kiosk::table(),
        assistance::table(),
        booth::table(),
        reissue::table(),
        captcha::table(),
        papers::table(),
        information::table(),
        tutorials::table(),
        console::table(),
        delivery::table(),
        content::table(),
        elections::table(),
        complaints::table(),
        demonstration::table(),
        staff::table(),
        board::table(),
        board_papers::table(),
        api::table(),
        rest::table(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The whole portal over `server`.
pub fn router(server: VotingServer, config: PortalConfig) -> Router {
    let state = PortalState::new(server, config);
    let mut router = Router::new();
    for declared in table() {
        let (path, handler) = declared.guarded(&state);
        router = router.route(path, handler);
    }
    let assets = Router::new().route("/assets/{hash}/{name}", get(assets::serve));
    router
        .merge(assets)
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(from_fn(end_what_was_begun))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            PATIENCE,
        ))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a request panicked");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }))
        .layer(from_fn_with_state(state.clone(), error::draw_errors))
        .layer(from_fn_with_state(state.clone(), headers::secure))
        .with_state(state)
}

/// What somebody sent is worked on to its end, also when the browser has given up or the time is over. Otherwise whoever sends a form again and again while
/// the server is slow would leave attempts behind that count as failed, and be locked out with the right password.
async fn end_what_was_begun(request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let span = tracing::Span::current();
    match tokio::spawn(next.run(request).instrument(span)).await {
        Ok(response) => response,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The server is ending.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
