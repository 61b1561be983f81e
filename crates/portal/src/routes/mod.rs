//! The table of routes: every address of the portal, who may call it, and who answers.

mod account;
mod booth;
mod demonstration;
mod information;
mod public;

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use isoloir_service::VotingServer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::access::{Access, Declared, declare};
use crate::config::PortalConfig;
use crate::state::PortalState;
use crate::{api, assets, error, headers};

/// A form has no reason to be larger; the ballot's route sets its own limit.
const MAX_FORM_BYTES: usize = 16 * 1024;
/// An answer that takes longer is no answer; downloads stream after it has begun.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every route with who may call it.
#[must_use]
pub fn table() -> Vec<Declared> {
    use Access::{Demonstration, Public, Voter};
    vec![
        declare("GET", "/", Public, get(public::home)),
        declare("GET", "/connexion", Public, get(account::sign_in_form)),
        declare("POST", "/connexion", Public, post(account::sign_in)),
        declare("POST", "/deconnexion", Public, post(account::sign_out)),
        declare("GET", "/activation", Public, get(account::activated)),
        declare("POST", "/activation", Public, post(account::activate)),
        declare("GET", "/activation/{token}", Public, get(account::activation_form)),
        declare("GET", "/mon-compte", Voter, get(account::account)),
        declare("GET", "/mes-scrutins", Voter, get(booth::elections)),
        declare("GET", "/je-vote", Voter, get(booth::booth)),
        declare("GET", "/urne", Public, get(public::boxes)),
        declare("GET", "/urne/{election}", Public, get(public::ballot_box)),
        declare("GET", "/urne/{election}/archive.bel", Public, get(public::archive)),
        declare("GET", "/resultats", Public, get(public::all_results)),
        declare("GET", "/resultats/{election}", Public, get(public::results)),
        declare("GET", "/aide", Public, get(information::help)),
        declare("GET", "/accessibilite", Public, get(information::accessibility)),
        declare("GET", "/donnees-personnelles", Public, get(information::privacy)),
        declare("GET", "/mentions-legales", Public, get(information::legal)),
        declare("GET", "/demonstration", Demonstration, get(demonstration::page)),
        declare("GET", "/demonstration/boite", Demonstration, get(demonstration::inbox)),
        declare("POST", "/api/ticket", Voter, post(api::ticket)),
        declare("POST", "/api/elections/{election}/ballots", Voter, post(api::cast)),
        declare("GET", "/api/elections/{election}", Public, get(api::election)),
        declare("GET", "/api/elections/{election}/box", Public, get(api::stored)),
        declare("GET", "/api/elections/{election}/head", Public, get(api::head)),
        declare("GET", "/api/keys", Public, get(api::keys)),
        declare("GET", "/healthz", Public, get(api::health)),
    ]
}

/// The whole portal over `server`.
pub fn router(server: VotingServer, config: PortalConfig) -> Router {
    let state = PortalState::new(server, config);
    let mut router = Router::new();
    for declared in table() {
        let (path, handler) = declared.guarded(&state);
        router = router.route(path, handler);
    }
    // Assets depend on nobody and hold nothing secret, so they may be compressed without a thought for what compression leaks.
    let assets = Router::new()
        .route("/assets/{hash}/{name}", get(assets::serve))
        .layer(CompressionLayer::new());
    router
        .merge(assets)
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            PATIENCE,
        ))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a request panicked");
            axum::response::IntoResponse::into_response(StatusCode::INTERNAL_SERVER_ERROR)
        }))
        .layer(from_fn_with_state(state.clone(), error::draw_errors))
        .layer(from_fn_with_state(state.clone(), headers::secure))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .with_state(state)
}

/// A log line names the route and never the address: tokens and trackers are in addresses.
fn span(request: &Request) -> tracing::Span {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("-", MatchedPath::as_str);
    tracing::info_span!("request", method = %request.method(), route)
}
