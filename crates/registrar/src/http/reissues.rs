//! `POST /reissues` and `POST /reissues/state`: from server to server, on signed orders.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use isoloir_domain::message::{Class, Refusal as _};
use isoloir_domain::reissue::{LinkState, ReissueRequest};
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroize as _;

use super::{Refused, Shared, json_response};
use crate::ask_reissue::AskError;
use crate::measured;

pub(super) fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/reissues", post(ask))
        .route("/reissues/state", post(state))
        .with_state(shared)
}

/// Asks for a one-use link, or for the pending one again.
async fn ask(State(shared): State<Shared>, body: Bytes) -> Response {
    let Ok(mut request) = serde_json::from_slice::<ReissueRequest>(&body) else {
        return Refused::MALFORMED.into_response();
    };
    let outcome = shared.registrar.ask_reissue(&request).await;
    measured::asked(&outcome);
    request.identifier.zeroize();
    request.contact.zeroize();
    answer(outcome)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateRequest {
    order: String,
}

/// What has become of the pending link.
async fn state(State(shared): State<Shared>, body: Bytes) -> Response {
    match serde_json::from_slice::<StateRequest>(&body) {
        Ok(request) => answer(shared.registrar.reissue_state(&request.order).await),
        Err(_) => Refused::MALFORMED.into_response(),
    }
}

fn answer(outcome: Result<LinkState, AskError>) -> Response {
    let error = match outcome {
        Ok(state) => {
            tracing::info!(channel = %state.channel, status = %state.status, again = state.again, "link");
            return json_response(StatusCode::OK, &state);
        }
        Err(error) => error,
    };
    let status = match error.class() {
        Class::Fault | Class::Unavailable => {
            tracing::error!(%error, "reissue");
            return if matches!(error.class(), Class::Fault) {
                Refused::FAULT
            } else {
                Refused::UNAVAILABLE
            }
            .into_response();
        }
        Class::Malformed => StatusCode::BAD_REQUEST,
        Class::Unauthenticated => StatusCode::UNAUTHORIZED,
        Class::Forbidden => StatusCode::FORBIDDEN,
        Class::NotFound => StatusCode::NOT_FOUND,
        Class::Conflict => StatusCode::CONFLICT,
        Class::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Class::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        Class::TooMany => StatusCode::TOO_MANY_REQUESTS,
    };
    tracing::info!(code = error.code(), "no link");
    let mut body = json!({ "code": error.code(), "message": error.message() });
    match error {
        AskError::Locked { retry_after } => {
            if let Some(body) = body.as_object_mut() {
                body.insert("retry_after".to_owned(), retry_after.into());
            }
            let mut response = json_response(status, &body);
            response.headers_mut().insert(RETRY_AFTER, retry_after.into());
            response
        }
        _ => json_response(status, &body),
    }
}
