//! Acts that take two people: what waits, confirmed or refused by another person; and the calendar, whose moving is one of them.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use isoloir_domain::api_token::Scope;
use isoloir_domain::critical::CriticalAct;
use isoloir_domain::message::Refusal as _;
use isoloir_domain::{ChangeId, Consultation};
use isoloir_service::Fault;
use isoloir_service::api_tokens::ApiCaller;
use isoloir_service::change_calendar::ChangeCalendarError;
use isoloir_service::two_people::{ActError, Done, Proposal};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Problem;
use super::{Given, IfMatch, Operation, PageQuery, Paged, consultation_of, limit_json, operation};
use crate::request::Caller;
use crate::state::PortalState;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        operation(
            "GET",
            "/api/v1/consultations/{consultation}/proposals",
            &[Scope::ConsultationRead, Scope::RollRead, Scope::ComplaintRead],
            &[400, 404],
            get(list),
        ),
        operation(
            "POST",
            "/api/v1/proposals/{proposal}/confirm",
            &[],
            &[404, 409, 422],
            post(confirm),
        ),
        operation(
            "POST",
            "/api/v1/proposals/{proposal}/refuse",
            &[],
            &[404, 409, 422],
            post(refuse),
        ),
        operation(
            "POST",
            "/api/v1/consultations/{consultation}/calendar",
            &[Scope::ConsultationWrite],
            &[400, 404, 409, 412, 413, 422, 428],
            post(move_calendar).layer(limit_json()),
        ),
    ]
}

/// An act that takes two people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Proposal)]
pub(super) struct ProposalBody {
    /// Its identifier.
    id: String,
    /// The consultation.
    consultation: String,
    /// `waive_gate`, `approve_roll`, `decide_complaint` or `move_calendar`.
    act: String,
    /// What it is about: a gate, a staged file, a complaint.
    about: String,
    /// `pending`, `confirmed`, `refused` or `expired`.
    status: String,
    /// When it was proposed.
    #[schema(format = DateTime)]
    proposed: String,
    /// By whom.
    proposer: String,
    /// Until when it may be confirmed.
    #[schema(format = DateTime)]
    expires: String,
}

impl From<Proposal> for ProposalBody {
    fn from(proposal: Proposal) -> ProposalBody {
        ProposalBody {
            id: proposal.id.to_string(),
            consultation: proposal.consultation.to_string(),
            act: proposal.act.as_str().to_owned(),
            about: proposal.act.of(),
            status: proposal.status.as_str().to_owned(),
            proposed: proposal.proposed.to_string(),
            proposer: proposal.proposer,
            expires: proposal.expires.to_string(),
        }
    }
}

/// Does an act to its end, whatever becomes of the caller; where the legal profile wants two people, the answer is the proposal (`202`).
pub(super) async fn act(
    state: &PortalState,
    caller: &ApiCaller,
    known: &Consultation,
    act: CriticalAct,
) -> Result<Option<Response>, Problem> {
    act_from(state, caller, known, act, None).await
}

/// As [`act`], on the consultation as it was read: with a revision, a calendar is moved only while this is its latest.
async fn act_from(
    state: &PortalState,
    caller: &ApiCaller,
    known: &Consultation,
    act: CriticalAct,
    read: Option<i64>,
) -> Result<Option<Response>, Problem> {
    let (server, by, known) = (state.server().clone(), caller.clone(), known.clone());
    let done = tokio::spawn(async move { server.act_from(by.decider(), &known, &act, read).await });
    let done = done.await.map_err(|_| Fault::Stopping)?;
    if let Err(ActError::Calendar(moved @ ChangeCalendarError::Moved)) = &done {
        return Err(Problem::new(
            StatusCode::PRECONDITION_FAILED,
            moved.code(),
            moved.message(),
        ));
    }
    match done? {
        Done::Now => Ok(None),
        Done::Proposed(id) => {
            let proposal = state.server().proposal(id).await?.ok_or_else(Problem::not_found)?;
            Ok(Some(
                (StatusCode::ACCEPTED, Json(ProposalBody::from(proposal))).into_response(),
            ))
        }
    }
}

/// Lists the acts that take two people
///
/// What waits first, then the latest.
#[utoipa::path(get, path = "/api/v1/consultations/{consultation}/proposals", operation_id = "proposals", tag = "Decisions",
    params(("consultation" = String, Path, description = "Its identifier"), PageQuery),
    responses((status = 200, description = "A page of them", body = Paged<ProposalBody>)))]
pub(super) async fn list(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Paged<ProposalBody>>, Problem> {
    let known = consultation_of(&state, &caller, &id).await?;
    let proposals = state.server().proposals(&known.id).await?;
    Ok(Json(Paged::cut(proposals.into_iter().map(ProposalBody::from), &query)?))
}

/// The scope that the act of a proposal takes.
const fn scope_of(act: &CriticalAct) -> Scope {
    match act {
        CriticalAct::WaiveGate { .. } | CriticalAct::ApproveRoll { .. } => Scope::RollWrite,
        CriticalAct::DecideComplaint { .. } => Scope::ComplaintDecide,
        CriticalAct::MoveCalendar { .. } => Scope::ConsultationWrite,
    }
}

/// A proposal that the caller may decide: the scope is the one that the act itself takes.
async fn proposal_of(state: &PortalState, caller: &ApiCaller, id: &str) -> Result<Proposal, Problem> {
    let id: ChangeId = id.parse().map_err(|_| Problem::not_found())?;
    let found = state.server().proposal(id).await?;
    let found = found
        .filter(|found| caller.works_on(&found.consultation))
        .ok_or_else(Problem::not_found)?;
    let scope = scope_of(&found.act);
    if caller.token().scopes.has(scope) {
        Ok(found)
    } else {
        Err(Problem::scope_missing(vec![scope.to_string()]))
    }
}

/// Confirms what another person proposed
///
/// It is done then. The token must be a person’s, other than the one who proposed, and have the scope that the act takes.
#[utoipa::path(post, path = "/api/v1/proposals/{proposal}/confirm", operation_id = "confirmProposal", tag = "Decisions",
    params(("proposal" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "It is done", body = ProposalBody)))]
pub(super) async fn confirm(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<ProposalBody>, Problem> {
    let id = proposal_of(&state, &caller, &id).await?.id;
    let by = caller.owner().cloned().ok_or(ActError::Nobody)?;
    let server = state.server().clone();
    let done = tokio::spawn(async move { server.confirm_act(&by, id).await });
    done.await.map_err(|_| Fault::Stopping)??;
    let proposal = state.server().proposal(id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(proposal.into()))
}

/// Refuses a proposal, or withdraws one’s own
#[utoipa::path(post, path = "/api/v1/proposals/{proposal}/refuse", operation_id = "refuseProposal", tag = "Decisions",
    params(("proposal" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "It is refused", body = ProposalBody)))]
pub(super) async fn refuse(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<ProposalBody>, Problem> {
    let id = proposal_of(&state, &caller, &id).await?.id;
    let by = caller.owner().ok_or(ActError::Nobody)?;
    state.server().refuse_act(by, id).await?;
    let proposal = state.server().proposal(id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(proposal.into()))
}

/// A calendar to move to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCalendar)]
pub(super) struct NewCalendarBody {
    /// When the vote opens.
    #[schema(value_type = String, format = DateTime)]
    opens: Timestamp,
    /// When it closes.
    #[schema(value_type = String, format = DateTime)]
    closes: Timestamp,
}

/// Moves the calendar of a consultation
///
/// `If-Match` names the revision of the consultation that was read. After the seal, the board alone moves a closing.
#[utoipa::path(post, path = "/api/v1/consultations/{consultation}/calendar", operation_id = "moveCalendar", tag = "Decisions",
    params(("consultation" = String, Path, description = "Its identifier"),
        ("If-Match" = Option<String>, Header, description = "Revision of the consultation, between quotation marks")),
    request_body = NewCalendarBody,
    responses((status = 204, description = "It is moved"), (status = 202, description = "It waits for another person", body = ProposalBody)))]
pub(super) async fn move_calendar(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    tag: IfMatch,
    Given(given): Given<NewCalendarBody>,
) -> Result<Response, Problem> {
    let read = tag.required()?;
    let known = consultation_of(&state, &caller, &id).await?;
    // What is no revision is none that a consultation ever had.
    let read = read.parse().unwrap_or(-1);
    let asked = CriticalAct::MoveCalendar {
        opens: given.opens,
        closes: given.closes,
    };
    let proposed = act_from(&state, &caller, &known, asked, Some(read)).await?;
    Ok(proposed.unwrap_or_else(|| StatusCode::NO_CONTENT.into_response()))
}
