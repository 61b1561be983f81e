//! The JSON side, called by the booth, by verifiers and by watchers.

use crate::access::{Access, Declared, declare};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use isoloir_domain::{ElectionId, Phase};
use isoloir_service::Receipt;
use isoloir_service::ballot_box::BoxError;
use isoloir_service::cast_ballot::{CastError, MAX_BALLOT_BYTES};
use isoloir_theme::assets::Assets;
use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::pages::error::ErrorKind;
use crate::request::VoterSession;
use crate::state::PortalState;

/// Who may call what here.
pub(crate) fn table() -> Vec<Declared> {
    use Access::{Public, Voter};
    vec![
        declare("POST", "/api/ticket", Voter, post(ticket)),
        declare("POST", "/api/elections/{election}/ballots", Voter, post(cast)),
        declare("GET", "/api/elections", Public, get(elections)),
        declare("GET", "/api/elections/{election}", Public, get(election)),
        declare("GET", "/api/elections/{election}/box", Public, get(stored)),
        declare("GET", "/api/elections/{election}/head", Public, get(head)),
        declare("GET", "/api/keys", Public, get(keys)),
        declare("GET", "/api/assets", Public, get(assets)),
        declare("GET", "/healthz", Public, get(health)),
    ]
}

/// The election named in the path; an ill-formed name is an election that does not exist.
pub(crate) struct ElectionPath(pub ElectionId);

impl FromRequestParts<PortalState> for ElectionPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &PortalState) -> Result<ElectionPath, ApiError> {
        let not_found = || ApiError::general(ErrorKind::NotFound);
        let Path(id) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| not_found())?;
        id.parse().map(ElectionPath).map_err(|_| not_found())
    }
}

/// The registrar's word that this session unlocked this credential, from its header.
pub(crate) struct Admission(String);

impl FromRequestParts<PortalState> for Admission {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &PortalState) -> Result<Admission, ApiError> {
        let value = parts
            .headers
            .get("isoloir-admission")
            .and_then(|value| value.to_str().ok());
        value
            .map(|value| Admission(value.to_owned()))
            .ok_or_else(|| CastError::AdmissionInvalid.into())
    }
}

/// The bytes of a ballot, at most [`MAX_BALLOT_BYTES`], whatever their declared length and type.
pub(crate) struct BallotBytes(Vec<u8>);

impl FromRequest<PortalState> for BallotBytes {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &PortalState) -> Result<BallotBytes, ApiError> {
        match axum::body::to_bytes(request.into_body(), MAX_BALLOT_BYTES).await {
            Ok(bytes) => Ok(BallotBytes(bytes.into())),
            Err(_) => Err(CastError::TooLarge.into()),
        }
    }
}

/// `POST /api/elections/{election}/ballots`: the walk of one ballot enters here.
pub(crate) async fn cast(
    State(state): State<PortalState>,
    VoterSession(session): VoterSession,
    ElectionPath(election): ElectionPath,
    Admission(admission): Admission,
    BallotBytes(bytes): BallotBytes,
) -> Result<(StatusCode, Json<Receipt>), ApiError> {
    let cast = state
        .server()
        .cast_ballot(&session, &election, &admission, bytes)
        .await?;
    let status = if cast.fresh {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(cast.receipt)))
}

#[derive(Serialize)]
pub(crate) struct TicketAnswer {
    ticket: String,
    registrar: String,
}

/// `POST /api/ticket`: who I am, for the registrar.
pub(crate) async fn ticket(
    State(state): State<PortalState>,
    VoterSession(session): VoterSession,
) -> Result<Json<TicketAnswer>, ApiError> {
    let ticket = state.server().issue_ticket(&session)?;
    Ok(Json(TicketAnswer {
        ticket,
        registrar: state.config().registrar_origin.to_string(),
    }))
}

#[derive(Serialize)]
pub(crate) struct ListedElection {
    id: ElectionId,
    title: String,
    open: bool,
    public: bool,
}

/// `GET /api/elections`: the boxes in service, for watchers.
pub(crate) async fn elections(State(state): State<PortalState>) -> Result<Json<Vec<ListedElection>>, ApiError> {
    let server = state.server();
    let mut listed = Vec::new();
    for consultation in server.consultations().await? {
        for (election, phase) in server.elections_with_phase(&consultation).await? {
            match server.box_is_public(&election.id).await {
                Ok(public) => listed.push(ListedElection {
                    id: election.id,
                    title: election.title,
                    open: matches!(phase, Phase::Open | Phase::Grace),
                    public,
                }),
                // Not in service yet.
                Err(BoxError::UnknownElection) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(Json(listed))
}

#[derive(Serialize)]
pub(crate) struct ListedAsset {
    name: &'static str,
    path: &'static str,
}

/// `GET /api/assets`: every file that pages may load, for watchers who compare what is served.
pub(crate) async fn assets() -> Json<Vec<ListedAsset>> {
    Json(Assets::all().map(|(name, path)| ListedAsset { name, path }).collect())
}

/// `GET /api/elections/{election}`: the exact bytes that ballots are bound to.
pub(crate) async fn election(
    State(state): State<PortalState>,
    ElectionPath(election): ElectionPath,
) -> Result<Response, ApiError> {
    let bytes = state.server().election_bytes(&election).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], Bytes::from_owner(bytes)).into_response())
}

#[derive(Deserialize)]
pub(crate) struct TrackerQuery {
    tracker: String,
}

#[derive(Serialize)]
pub(crate) struct StoredAnswer {
    stored: bool,
}

/// `GET /api/elections/{election}/box?tracker=`: is it in the box?
pub(crate) async fn stored(
    State(state): State<PortalState>,
    ElectionPath(election): ElectionPath,
    query: Result<Query<TrackerQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<StoredAnswer>, ApiError> {
    let Query(TrackerQuery { tracker }) = query.map_err(|_| ApiError::general(ErrorKind::Malformed))?;
    let stored = state.server().find_tracker(&election, &tracker).await?;
    Ok(Json(StoredAnswer { stored }))
}

/// `GET /api/elections/{election}/head`: the signed head of the box.
pub(crate) async fn head(
    State(state): State<PortalState>,
    ElectionPath(election): ElectionPath,
) -> Result<Response, ApiError> {
    Ok(Json(state.server().signed_head(&election).await?).into_response())
}

#[derive(Serialize)]
pub(crate) struct KeysAnswer {
    receipt: String,
    registrar: String,
}

/// `GET /api/keys`: by what to check receipts, heads and admissions.
pub(crate) async fn keys(State(state): State<PortalState>) -> Json<KeysAnswer> {
    Json(KeysAnswer {
        receipt: hex::encode(state.server().server_key().as_bytes()),
        registrar: hex::encode(state.config().registrar_key),
    })
}

/// `GET /healthz`: for the load balancer.
pub(crate) async fn health(State(state): State<PortalState>) -> Result<&'static str, ApiError> {
    state.server().health().await?;
    Ok("ok\n")
}
