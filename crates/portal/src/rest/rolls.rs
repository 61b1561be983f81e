//! Roll files: staged, looked at, approved, applied or given up; the gates of the rolls and the decisions to pass them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use isoloir_domain::api_token::Scope;
use isoloir_domain::critical::CriticalAct;
use isoloir_domain::roll_gates::{Gate, Waiver};
use isoloir_service::Fault;
use isoloir_service::api_tokens::ApiCaller;
use isoloir_service::hr_file::GivenRoll;
use isoloir_service::stage_roll::{Mode, RollReport, StageError, StagedRoll};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::decisions::{ProposalBody, act};
use super::problem::{Problem, WrongBody};
use super::{Given, Operation, PageQuery, Paged, Raw, Words, consultation_of, file, limit_json, operation};
use crate::request::Caller;
use crate::routes::{Bounded, MAX_UPLOAD};
use crate::state::PortalState;

pub(super) fn operations() -> Vec<Operation> {
    let reads = &[Scope::RollRead];
    let writes = &[Scope::RollWrite];
    vec![
        operation(
            "GET",
            "/api/v1/consultations/{consultation}/rolls",
            reads,
            &[400, 404],
            get(list),
        ),
        operation(
            "POST",
            "/api/v1/consultations/{consultation}/rolls",
            writes,
            &[400, 404, 409, 413, 422],
            post(stage).layer(DefaultBodyLimit::max(MAX_UPLOAD)),
        ),
        operation("GET", "/api/v1/rolls/{stage}", reads, &[404], get(one)),
        operation(
            "GET",
            "/api/v1/rolls/{stage}/difference",
            reads,
            &[404, 413, 422],
            get(difference),
        ),
        operation(
            "GET",
            "/api/v1/rolls/{stage}/refused",
            reads,
            &[404, 413, 422],
            get(refused),
        ),
        operation(
            "POST",
            "/api/v1/rolls/{stage}/approve",
            writes,
            &[404, 409, 422],
            post(approve),
        ),
        operation(
            "POST",
            "/api/v1/rolls/{stage}/apply",
            writes,
            &[404, 409, 422],
            post(apply),
        ),
        operation(
            "POST",
            "/api/v1/rolls/{stage}/abandon",
            writes,
            &[404, 409, 422],
            post(abandon),
        ),
        operation(
            "GET",
            "/api/v1/consultations/{consultation}/gates",
            reads,
            &[404],
            get(gates),
        ),
        operation(
            "POST",
            "/api/v1/consultations/{consultation}/gates",
            writes,
            &[400, 404, 409, 413, 422],
            post(waive).layer(limit_json()),
        ),
    ]
}

/// A staged roll file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StagedRoll)]
pub(super) struct StagedBody {
    /// Its identifier.
    id: String,
    /// The consultation.
    consultation: String,
    /// `complete`: the file is the whole roll of the elections that it names; `supplement`: it adds and corrects.
    mode: String,
    /// `staged`, `approved`, `applied` or `abandoned`.
    status: String,
    /// SHA-256 of the file, in hexadecimal.
    file: String,
    /// When it was staged, and by whom.
    staged: DecisionBody,
    /// When it was approved, and by whom.
    approved: Option<DecisionBody>,
    /// When it was applied, and by whom.
    applied: Option<DecisionBody>,
    /// What was found in it.
    report: ReportBody,
}

/// When, and by whom.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Decision)]
pub(super) struct DecisionBody {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// By whom.
    by: String,
}

impl From<(Timestamp, String)> for DecisionBody {
    fn from((at, by): (Timestamp, String)) -> DecisionBody {
        DecisionBody { at: at.to_string(), by }
    }
}

/// What was found in a file, in figures.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RollReport)]
pub(super) struct ReportBody {
    /// How the file is encoded.
    encoding: String,
    /// Rows read.
    rows: u64,
    /// Rows put aside.
    refused: u64,
    /// Things set right, or to look at.
    remarks: u64,
    /// Persons in the rows that are kept.
    voters: u64,
    /// Of these, persons not known before.
    new: u64,
    /// Known voters whose name or mailbox changes.
    corrected: u64,
    /// Persons without a mailbox.
    without_email: u64,
    /// Voters who would be on no roll any more.
    leaving: u64,
    /// The difference, election by election.
    elections: Vec<DifferenceBody>,
    /// The gates that would stand once it is applied.
    gates: Vec<ExpectedGateBody>,
}

/// What moves in the roll of an election.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RollDifference)]
pub(super) struct DifferenceBody {
    /// Key of the election.
    key: String,
    /// Whether the file names it.
    named: bool,
    /// On the roll so far.
    before: u64,
    /// Who join.
    joined: u64,
    /// Who leave.
    gone: u64,
    /// Who stay, under another name or mailbox.
    corrected: u64,
    /// On the roll afterwards.
    after: u64,
}

/// A gate that would stand.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExpectedGate)]
pub(super) struct ExpectedGateBody {
    /// Its key.
    key: String,
    /// What is wrong.
    message: Words,
}

impl From<RollReport> for ReportBody {
    fn from(report: RollReport) -> ReportBody {
        let elections = report.elections.into_iter().map(|one| DifferenceBody {
            key: one.key,
            named: one.named,
            before: one.before,
            joined: one.joined,
            gone: one.gone,
            corrected: one.corrected,
            after: one.after,
        });
        let gates = report.gates.into_iter().map(|gate| ExpectedGateBody {
            key: gate.key,
            message: gate.message.into(),
        });
        ReportBody {
            encoding: report.encoding,
            rows: report.rows,
            refused: report.refused,
            remarks: report.remarks,
            voters: report.voters,
            new: report.new,
            corrected: report.corrected,
            without_email: report.without_email,
            leaving: report.leaving,
            elections: elections.collect(),
            gates: gates.collect(),
        }
    }
}

impl From<StagedRoll> for StagedBody {
    fn from(staged: StagedRoll) -> StagedBody {
        let stage = staged.stage;
        StagedBody {
            id: stage.id,
            consultation: stage.consultation.to_string(),
            mode: stage.mode.as_str().to_owned(),
            status: stage.status.as_str().to_owned(),
            file: stage.file,
            staged: stage.staged.into(),
            approved: stage.approved.map(DecisionBody::from),
            applied: stage.applied.map(DecisionBody::from),
            report: staged.report.into(),
        }
    }
}

/// Lists the roll files of a consultation
///
/// The latest first.
#[utoipa::path(get, path = "/api/v1/consultations/{consultation}/rolls", operation_id = "stagedRolls", tag = "Rolls",
    params(("consultation" = String, Path, description = "Its identifier"), PageQuery),
    responses((status = 200, description = "A page of them", body = Paged<StagedBody>)))]
pub(super) async fn list(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Paged<StagedBody>>, Problem> {
    let known = consultation_of(&state, &caller, &id).await?;
    let staged = state.server().staged_rolls(&known.id).await?;
    Ok(Json(Paged::cut(staged.into_iter().map(StagedBody::from), &query)?))
}

/// What a file is to the rolls.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ModeName {
    /// The whole roll of the elections that it names.
    Complete,
    /// It adds and corrects.
    Supplement,
}

/// How a file is staged.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StageQuery {
    /// What the file is to the rolls; `complete` unless said otherwise.
    #[param(inline)]
    mode: Option<ModeName>,
}

/// Stages a roll file
///
/// Reads it, checks it and compares it with the rolls in force; nothing of them changes. CSV or xlsx, as `isoloir roll stage` takes it.
#[utoipa::path(post, path = "/api/v1/consultations/{consultation}/rolls", operation_id = "stageRoll", tag = "Rolls",
    params(("consultation" = String, Path, description = "Its identifier"), StageQuery),
    request_body(content = Vec<u8>, description = "The file", content_type = "application/octet-stream"),
    responses((status = 201, description = "What was found in it", body = StagedBody)))]
pub(super) async fn stage(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    Query(query): Query<StageQuery>,
    Raw(bytes): Raw,
) -> Result<(StatusCode, Json<StagedBody>), Problem> {
    let known = consultation_of(&state, &caller, &id).await?;
    let mode = match query.mode {
        None | Some(ModeName::Complete) => Mode::Complete,
        Some(ModeName::Supplement) => Mode::Supplement,
    };
    let given = GivenRoll::Bytes(Arc::from(bytes.as_ref()));
    let staged = state
        .server()
        .stage_roll(&known.id, given, mode, caller.decider())
        .await;
    let staged = staged.map_err(not_staged)?;
    Ok((StatusCode::CREATED, Json(staged.into())))
}

fn not_staged(error: StageError) -> Problem {
    let lines = match &error {
        StageError::NotARoll(anomaly) => std::slice::from_ref(anomaly),
        StageError::TooManyWrong(first) => first.as_slice(),
        _ => return error.into(),
    };
    let lines = lines.iter().map(|anomaly| WrongBody {
        file: String::new(),
        line: Some(anomaly.line),
        severity: "refused".to_owned(),
        code: anomaly.what.code().to_owned(),
        message: anomaly.what.message().into(),
    });
    let lines = lines.collect();
    Problem::from(error).with_problems(lines)
}

/// A staged file that the caller may see.
async fn staged_of(state: &PortalState, caller: &ApiCaller, id: &str) -> Result<StagedRoll, Problem> {
    let found = state.server().staged_roll(id).await?;
    found
        .filter(|found| caller.works_on(&found.stage.consultation))
        .ok_or_else(Problem::not_found)
}

/// Reads a staged roll file
#[utoipa::path(get, path = "/api/v1/rolls/{stage}", operation_id = "stagedRoll", tag = "Rolls",
    params(("stage" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "Where it stands, and its report", body = StagedBody)))]
pub(super) async fn one(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<StagedBody>, Problem> {
    Ok(Json(staged_of(&state, &caller, &id).await?.into()))
}

/// What the writing of a file of CSV came to.
fn csv(out: Bounded, written: Result<(), StageError>, name: &str) -> Result<Response, Problem> {
    match written {
        Ok(()) => Ok(file(name, "text/csv; charset=utf-8", out.into_bytes())),
        Err(_) if out.is_over() => Err(Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE)),
        Err(error) => Err(error.into()),
    }
}

/// Reads what a file would change
///
/// Voter by voter, as CSV.
#[utoipa::path(get, path = "/api/v1/rolls/{stage}/difference", operation_id = "rollDifference", tag = "Rolls",
    params(("stage" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "The difference", body = String, content_type = "text/csv")))]
pub(super) async fn difference(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let staged = staged_of(&state, &caller, &id).await?;
    let mut out = Bounded::default();
    let written = state.server().write_difference(&staged.stage.id, &mut out).await;
    csv(out, written, "difference.csv")
}

/// Reads the rows that were put aside
///
/// With their lines and reasons, as CSV ready to be corrected and staged as a supplement.
#[utoipa::path(get, path = "/api/v1/rolls/{stage}/refused", operation_id = "refusedRows", tag = "Rolls",
    params(("stage" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "The rows", body = String, content_type = "text/csv")))]
pub(super) async fn refused(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let staged = staged_of(&state, &caller, &id).await?;
    let mut out = Bounded::default();
    let written = state.server().write_template(&staged.stage.id, &mut out).await;
    csv(out, written, "refused.csv")
}

/// What is done with a staged file.
#[derive(Debug, Clone, Copy)]
enum Step {
    Apply,
    Abandon,
}

/// Does it to its end, whatever becomes of the caller.
async fn step(state: &PortalState, caller: ApiCaller, id: &str, step: Step) -> Result<Json<StagedBody>, Problem> {
    let id = staged_of(state, &caller, id).await?.stage.id;
    let (server, of, by) = (state.server().clone(), id.clone(), caller.clone());
    let done = tokio::spawn(async move {
        match step {
            Step::Apply => server.apply_roll(&of, by.decider()).await.map(|_| ()),
            Step::Abandon => server.abandon_roll(&of, by.decider()).await,
        }
    });
    done.await.map_err(|_| Fault::Stopping)??;
    Ok(Json(staged_of(state, &caller, &id).await?.into()))
}

/// Approves a staged roll file
#[utoipa::path(post, path = "/api/v1/rolls/{stage}/approve", operation_id = "approveRoll", tag = "Rolls",
    params(("stage" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "It is approved", body = StagedBody),
        (status = 202, description = "It waits for another person", body = ProposalBody)))]
pub(super) async fn approve(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let stage = staged_of(&state, &caller, &id).await?.stage;
    let known = state.server().consultation(&stage.consultation).await?;
    let known = known.ok_or_else(Problem::not_found)?;
    let asked = CriticalAct::ApproveRoll { stage: stage.id };
    match act(&state, &caller, &known, asked).await? {
        Some(proposed) => Ok(proposed),
        None => Ok(Json(StagedBody::from(staged_of(&state, &caller, &id).await?)).into_response()),
    }
}

/// Applies an approved roll file
#[utoipa::path(post, path = "/api/v1/rolls/{stage}/apply", operation_id = "applyRoll", tag = "Rolls",
    params(("stage" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "The rolls are changed", body = StagedBody)))]
pub(super) async fn apply(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<StagedBody>, Problem> {
    step(&state, caller, &id, Step::Apply).await
}

/// Gives a staged roll file up
#[utoipa::path(post, path = "/api/v1/rolls/{stage}/abandon", operation_id = "abandonRoll", tag = "Rolls",
    params(("stage" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "It is given up", body = StagedBody)))]
pub(super) async fn abandon(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<StagedBody>, Problem> {
    step(&state, caller, &id, Step::Abandon).await
}

/// A gate of the rolls that is not passed by itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Gate)]
pub(super) struct GateBody {
    /// Its key, with the figures: another roll is another decision.
    key: String,
    /// What is wrong.
    message: Words,
    /// Whether somebody may decide to pass it.
    can_be_waived: bool,
    /// The decision to pass it all the same.
    waived: Option<WaiverBody>,
}

/// A decision to pass a gate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Waiver)]
pub(super) struct WaiverBody {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// By whom.
    by: String,
    /// Why.
    reason: String,
}

impl From<&(Gate, Option<Waiver>)> for GateBody {
    fn from((gate, waiver): &(Gate, Option<Waiver>)) -> GateBody {
        GateBody {
            key: gate.key(),
            message: gate.message().into(),
            can_be_waived: gate.can_be_waived(),
            waived: waiver.as_ref().map(|waiver| WaiverBody {
                at: waiver.at.to_string(),
                by: waiver.by.clone(),
                reason: waiver.reason.clone(),
            }),
        }
    }
}

/// The gates of the rolls.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Gates)]
pub(super) struct GatesBody {
    /// Those that are not passed by themselves.
    gates: Vec<GateBody>,
}

/// Reads the gates of the rolls
#[utoipa::path(get, path = "/api/v1/consultations/{consultation}/gates", operation_id = "gates", tag = "Rolls",
    params(("consultation" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "The gates", body = GatesBody)))]
pub(super) async fn gates(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<GatesBody>, Problem> {
    let known = consultation_of(&state, &caller, &id).await?;
    let review = state.server().review_roll(&known).await?;
    Ok(Json(GatesBody {
        gates: review.gates.iter().map(GateBody::from).collect(),
    }))
}

/// A gate to pass.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWaiver)]
pub(super) struct NewWaiverBody {
    /// Its key.
    gate: String,
    /// Why.
    reason: String,
}

/// Passes a gate by decision
#[utoipa::path(post, path = "/api/v1/consultations/{consultation}/gates", operation_id = "waiveGate", tag = "Rolls",
    params(("consultation" = String, Path, description = "Its identifier")),
    request_body = NewWaiverBody,
    responses((status = 200, description = "The gates, with the decision", body = GatesBody),
        (status = 202, description = "It waits for another person", body = ProposalBody)))]
pub(super) async fn waive(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    Given(given): Given<NewWaiverBody>,
) -> Result<Response, Problem> {
    let known = consultation_of(&state, &caller, &id).await?;
    let asked = CriticalAct::WaiveGate {
        gate: given.gate,
        reason: given.reason,
    };
    if let Some(proposed) = act(&state, &caller, &known, asked).await? {
        return Ok(proposed);
    }
    let review = state.server().review_roll(&known).await?;
    let gates = review.gates.iter().map(GateBody::from).collect();
    Ok(Json(GatesBody { gates }).into_response())
}
