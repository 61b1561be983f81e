//! Complaints about the rolls: read, decided.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use isoloir_domain::api_token::Scope;
use isoloir_domain::complaint::{Correction, CorrectionKind, Status};
use isoloir_domain::critical::CriticalAct;
use isoloir_service::api_tokens::ApiCaller;
use isoloir_service::correct_roll::CorrectionError;
use isoloir_service::decide_complaint::{Complaint, ComplaintScope, DecideError, WholeComplaint};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::decisions::{ProposalBody, act};
use super::problem::Problem;
use super::{Given, Operation, PER_PAGE, PageQuery, Paged, limit_json, operation};
use crate::request::Caller;
use crate::state::PortalState;

pub(super) fn operations() -> Vec<Operation> {
    let reads = &[Scope::ComplaintRead];
    vec![
        operation("GET", "/api/v1/complaints", reads, &[400], get(list)),
        operation("GET", "/api/v1/complaints/{number}", reads, &[404], get(one)),
        operation(
            "POST",
            "/api/v1/complaints/{number}/decision",
            &[Scope::ComplaintDecide],
            &[400, 404, 409, 413, 422],
            post(decide).layer(limit_json()),
        ),
    ]
}

/// A complaint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Complaint)]
pub(super) struct ComplaintBody {
    /// Its number.
    number: String,
    /// The consultation.
    consultation: String,
    /// `open`, `accepted` or `rejected`.
    status: String,
    /// What it is about.
    object: String,
    /// The election concerned.
    election: Option<String>,
    /// Family name of who filed it.
    last_name: String,
    /// Given name.
    first_name: String,
    /// Staff number; empty when none was given.
    staff_number: String,
    /// The other person concerned; empty when none is.
    other_person: String,
    /// What the person says.
    body: String,
    /// When it was filed.
    #[schema(format = DateTime)]
    filed: String,
    /// Until when it must be decided.
    #[schema(format = DateTime)]
    due: String,
    /// The decision, once there is one.
    decision: Option<RulingBody>,
}

/// What was decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ruling)]
pub(super) struct RulingBody {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Why, as the person reads it.
    reasons: String,
    /// What changes on the roll; empty when nothing does.
    effect: String,
}

impl From<Complaint> for ComplaintBody {
    fn from(complaint: Complaint) -> ComplaintBody {
        ComplaintBody {
            number: complaint.number.to_string(),
            consultation: complaint.consultation.to_string(),
            status: complaint.status.as_str().to_owned(),
            object: complaint.object.as_str().to_owned(),
            election: complaint.election.map(|id| id.to_string()),
            last_name: complaint.last_name,
            first_name: complaint.first_name,
            staff_number: complaint.staff_number,
            other_person: complaint.other_person,
            body: complaint.body,
            filed: complaint.filed.to_string(),
            due: complaint.due.to_string(),
            decision: complaint.decision.map(|decision| RulingBody {
                at: decision.at.to_string(),
                reasons: decision.reasons,
                effect: decision.effect,
            }),
        }
    }
}

/// Where a complaint stands.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StatusName {
    /// Not decided.
    Open,
    /// Accepted.
    Accepted,
    /// Rejected.
    Rejected,
}

/// Which complaints.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ComplaintQuery {
    /// Where they stand; `open` unless said otherwise.
    #[param(inline)]
    status: Option<StatusName>,
    /// The page, from 1.
    #[param(minimum = 1, maximum = 1_000_000)]
    page: Option<u32>,
}

/// Lists complaints
///
/// The most urgent first.
#[utoipa::path(get, path = "/api/v1/complaints", operation_id = "complaints", tag = "Complaints", params(ComplaintQuery),
    responses((status = 200, description = "A page of them", body = Paged<ComplaintBody>)))]
pub(super) async fn list(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Query(query): Query<ComplaintQuery>,
) -> Result<Json<Paged<ComplaintBody>>, Problem> {
    let status = match query.status {
        None | Some(StatusName::Open) => Status::Open,
        Some(StatusName::Accepted) => Status::Accepted,
        Some(StatusName::Rejected) => Status::Rejected,
    };
    let page = PageQuery { page: query.page };
    let offset = u64::try_from(page.offset()?).unwrap_or(u64::MAX);
    let one_more = u32::try_from(PER_PAGE.saturating_add(1)).unwrap_or(u32::MAX);
    let scope = ComplaintScope {
        consultation: caller.consultation().cloned(),
        elections: None,
    };
    let mut found = state
        .server()
        .complaints_by_status(&scope, status, one_more, offset)
        .await?;
    let more = found.len() > PER_PAGE;
    found.truncate(PER_PAGE);
    found.retain(|(complaint, _)| caller.works_on(&complaint.consultation));
    let items = found.into_iter().map(|(complaint, _)| ComplaintBody::from(complaint));
    Ok(Json(Paged::of(items.collect(), more, &page)?))
}

/// A complaint that the caller may see.
async fn complaint_of(state: &PortalState, caller: &ApiCaller, number: &str) -> Result<WholeComplaint, Problem> {
    let number = number.parse().map_err(|_| Problem::not_found())?;
    let found = state.server().complaint(number).await?;
    found
        .filter(|found| caller.works_on(&found.complaint.consultation))
        .ok_or_else(Problem::not_found)
}

/// Reads a complaint
#[utoipa::path(get, path = "/api/v1/complaints/{number}", operation_id = "complaint", tag = "Complaints",
    params(("number" = String, Path, description = "Its number, for instance R-2026-000001")),
    responses((status = 200, description = "The complaint", body = ComplaintBody)))]
pub(super) async fn one(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(number): Path<String>,
) -> Result<Json<ComplaintBody>, Problem> {
    Ok(Json(complaint_of(&state, &caller, &number).await?.complaint.into()))
}

/// What is decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRuling)]
pub(super) struct NewRulingBody {
    /// Accepted, or rejected.
    accepted: bool,
    /// Why, as the person reads it: 20 to 4,000 characters.
    reasons: String,
    /// What changes on the roll, as the person reads it.
    #[serde(default)]
    effect: String,
    /// What changes on the roll, made with the decision.
    correction: Option<CorrectionBody>,
}

/// What changes for one person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Correction)]
pub(super) struct CorrectionBody {
    /// Staff number.
    number: String,
    /// What changes.
    change: ChangeName,
    /// For `joined` and `left`: the election.
    election: Option<String>,
    /// For `renamed`: family name.
    last_name: Option<String>,
    /// For `renamed`: given name.
    first_name: Option<String>,
    /// For `mail`: the mailbox.
    email: Option<String>,
}

/// What changes on a roll.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChangeName {
    /// The person joins the roll of the election.
    Joined,
    /// The person leaves it.
    Left,
    /// The person is called otherwise.
    Renamed,
    /// The person has another mailbox.
    Mail,
}

impl CorrectionBody {
    fn parse(self) -> Result<Correction, DecideError> {
        let election = || {
            let id = self.election.as_deref().unwrap_or_default();
            id.parse().map_err(|_| CorrectionError::UnknownElection)
        };
        let what = match self.change {
            ChangeName::Joined => CorrectionKind::Join(election()?),
            ChangeName::Left => CorrectionKind::Leave(election()?),
            ChangeName::Renamed => CorrectionKind::Rename {
                last_name: self.last_name.unwrap_or_default(),
                first_name: self.first_name.unwrap_or_default(),
            },
            ChangeName::Mail => CorrectionKind::Mail(self.email.unwrap_or_default()),
        };
        Ok(Correction {
            number: self.number,
            what,
        })
    }
}

/// Decides a complaint
///
/// Once; the person is told. What it changes on the roll is made with it, all or nothing.
#[utoipa::path(post, path = "/api/v1/complaints/{number}/decision", operation_id = "decideComplaint", tag = "Complaints",
    params(("number" = String, Path, description = "Its number, for instance R-2026-000001")),
    request_body = NewRulingBody,
    responses((status = 200, description = "The complaint, decided", body = ComplaintBody),
        (status = 202, description = "It waits for another person", body = ProposalBody)))]
pub(super) async fn decide(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(number): Path<String>,
    Given(given): Given<NewRulingBody>,
) -> Result<Response, Problem> {
    let complaint = complaint_of(&state, &caller, &number).await?.complaint;
    let known = state.server().consultation(&complaint.consultation).await?;
    let known = known.ok_or_else(Problem::not_found)?;
    let asked = CriticalAct::DecideComplaint {
        number: complaint.number,
        accepted: given.accepted,
        reasons: given.reasons,
        effect: given.effect,
        correction: given.correction.map(CorrectionBody::parse).transpose()?,
    };
    if let Some(proposed) = act(&state, &caller, &known, asked).await? {
        return Ok(proposed);
    }
    let decided = complaint_of(&state, &caller, &number).await?;
    Ok(Json(ComplaintBody::from(decided.complaint)).into_response())
}
