//! What an SMS gateway reports.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use serde::Deserialize;

use crate::access::{Access, Declared, declare};
use crate::error::ApiError;
use crate::state::PortalState;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    vec![declare(
        "GET",
        "/api/livraison/sms/{token}",
        Access::Public,
        get(sms_report),
    )]
}

#[derive(Deserialize)]
pub(super) struct Report {
    etat: u32,
}

/// `GET /api/livraison/sms/{token}?etat=N`: a GET that changes something, since that is how Kannel reports. The token is a secret of one
/// message, and a repeated report changes nothing.
pub(super) async fn sms_report(
    State(state): State<PortalState>,
    Path(token): Path<String>,
    Query(report): Query<Report>,
) -> Result<StatusCode, ApiError> {
    let known = state.server().record_sms_report(&token, report.etat).await?;
    Ok(if known {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    })
}
