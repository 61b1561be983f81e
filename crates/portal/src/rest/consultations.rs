//! Consultations, their elections, calendar and preparation; their folder, planned, applied, exported.

use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use isoloir_domain::api_token::Scope;
use isoloir_domain::message::Message;
use isoloir_domain::timetable::Milestone;
use isoloir_domain::{Consultation, Election, Phase};
use isoloir_service::api_tokens::ApiCaller;
use isoloir_service::consultation_file::apply::ApplyError;
use isoloir_service::consultation_file::pack::{self, MAX_PACKED};
use isoloir_service::consultation_file::plan::{Change, Plan, PlanError};
use isoloir_service::consultation_file::{Files, ROLL};
use isoloir_service::import_roll::ImportError;
use isoloir_service::review_preparation::Readiness;
use isoloir_service::{Fault, VotingServer};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{Problem, WrongBody};
use super::rolls::GateBody;
use super::{IfMatch, Operation, PageQuery, Paged, Raw, Words, consultation_of, election_of, file, operation, tagged};
use crate::request::Caller;
use crate::state::PortalState;

/// The media type of a folder that is sent or received.
const ZIP: &str = "application/zip";

pub(super) fn operations() -> Vec<Operation> {
    let reads = &[Scope::ConsultationRead];
    let packed = || DefaultBodyLimit::max(MAX_PACKED);
    vec![
        operation("GET", "/api/v1/consultations", reads, &[400], get(list)),
        operation("GET", "/api/v1/consultations/{consultation}", reads, &[404], get(one)),
        operation(
            "GET",
            "/api/v1/consultations/{consultation}/elections",
            reads,
            &[400, 404],
            get(elections),
        ),
        operation("GET", "/api/v1/elections/{election}", reads, &[404], get(election)),
        operation(
            "GET",
            "/api/v1/consultations/{consultation}/calendar",
            reads,
            &[404],
            get(calendar),
        ),
        operation(
            "GET",
            "/api/v1/consultations/{consultation}/preparation",
            reads,
            &[404],
            get(preparation),
        ),
        operation(
            "GET",
            "/api/v1/consultations/{consultation}/folder",
            &[Scope::ConsultationRead, Scope::RollRead],
            &[404],
            get(export),
        ),
        operation(
            "POST",
            "/api/v1/folder/plan",
            &[Scope::ConsultationWrite],
            &[400, 404, 413, 422],
            post(plan).layer(packed()),
        ),
        operation(
            "POST",
            "/api/v1/folder/apply",
            &[Scope::ConsultationWrite, Scope::RollWrite],
            &[400, 404, 409, 412, 413, 422, 428],
            post(apply).layer(packed()),
        ),
    ]
}

/// A consultation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consultation)]
pub(super) struct ConsultationBody {
    /// Its identifier.
    id: String,
    /// Title, in French.
    title: String,
    /// Who organises.
    organiser: String,
    /// The legal profile.
    profile: String,
    /// The group of the protocol.
    group: String,
    /// When the vote opens.
    #[schema(format = DateTime)]
    opens: String,
    /// When it closes.
    #[schema(format = DateTime)]
    closes: String,
    /// When the grace is over.
    #[schema(format = DateTime)]
    freezes: String,
    /// Where it stands by the clock: `preparation`, `open`, `grace` or `closed`.
    phase: String,
    /// Whether the whole box is public during the vote.
    live_box: bool,
}

impl ConsultationBody {
    fn of(known: &Consultation, server: &VotingServer) -> ConsultationBody {
        ConsultationBody {
            id: known.id.to_string(),
            title: known.title.clone(),
            organiser: known.organiser.clone(),
            profile: known.profile.to_string(),
            group: known.group.clone(),
            opens: known.calendar.opens().to_string(),
            closes: known.calendar.closes().to_string(),
            freezes: known.calendar.freezes().to_string(),
            phase: known.calendar.phase(server.clock().now()).as_str().to_owned(),
            live_box: known.live_box,
        }
    }
}

/// An election.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Election)]
pub(super) struct ElectionBody {
    /// Its identifier.
    id: String,
    /// The consultation.
    consultation: String,
    /// Its key in the folder.
    key: String,
    /// Title, in French.
    title: String,
    /// Seats to fill.
    seats: u32,
    /// Where it stands: `preparation`, `open`, `grace`, `closed` or `tallied`.
    phase: String,
}

impl ElectionBody {
    fn of(election: Election, phase: Phase) -> ElectionBody {
        ElectionBody {
            id: election.id.to_string(),
            consultation: election.consultation.to_string(),
            key: election.key,
            title: election.title,
            seats: election.seats,
            phase: phase.as_str().to_owned(),
        }
    }
}

/// Lists consultations
///
/// Those that the token works on, by opening.
#[utoipa::path(get, path = "/api/v1/consultations", operation_id = "consultations", tag = "Consultations", params(PageQuery),
    responses((status = 200, description = "A page of them", body = Paged<ConsultationBody>)))]
pub(super) async fn list(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Paged<ConsultationBody>>, Problem> {
    let server = state.server();
    let known = server.consultations().await?;
    let known = known.iter().filter(|known| caller.works_on(&known.id));
    let bodies = known.map(|known| ConsultationBody::of(known, server));
    Ok(Json(Paged::cut(bodies, &query)?))
}

/// Reads a consultation
#[utoipa::path(get, path = "/api/v1/consultations/{consultation}", operation_id = "consultation", tag = "Consultations",
    params(("consultation" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "The consultation", body = ConsultationBody,
        headers(("ETag" = String, description = "The revision of its description")))))]
pub(super) async fn one(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let known = consultation_of(&state, &caller, &id).await?;
    let revision = state.server().consultation_revision(&known.id).await?;
    let body = ConsultationBody::of(&known, state.server());
    Ok(tagged(&revision.to_string(), Json(body)))
}

/// Lists the elections of a consultation
#[utoipa::path(get, path = "/api/v1/consultations/{consultation}/elections", operation_id = "elections", tag = "Consultations",
    params(("consultation" = String, Path, description = "Its identifier"), PageQuery),
    responses((status = 200, description = "A page of them, in display order", body = Paged<ElectionBody>)))]
pub(super) async fn elections(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Paged<ElectionBody>>, Problem> {
    let known = consultation_of(&state, &caller, &id).await?;
    let elections = state.server().elections_with_phase(&known).await?.into_iter();
    let bodies = elections.map(|(election, phase)| ElectionBody::of(election, phase));
    Ok(Json(Paged::cut(bodies, &query)?))
}

/// Reads an election
#[utoipa::path(get, path = "/api/v1/elections/{election}", operation_id = "election", tag = "Consultations",
    params(("election" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "The election", body = ElectionBody)))]
pub(super) async fn election(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<ElectionBody>, Problem> {
    let (election, _) = election_of(&state, &caller, &id).await?;
    let phase = state.server().phase(&election.id).await?.unwrap_or(Phase::Preparation);
    Ok(Json(ElectionBody::of(election, phase)))
}

/// A calendar, with the dates of the law.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Calendar)]
pub(super) struct CalendarBody {
    /// When the vote opens.
    #[schema(format = DateTime)]
    opens: String,
    /// When it closes.
    #[schema(format = DateTime)]
    closes: String,
    /// When the grace is over.
    #[schema(format = DateTime)]
    freezes: String,
    /// The dates that the law lays around the vote.
    dates: Vec<DateBody>,
}

/// A date of the law.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LegalDate)]
pub(super) struct DateBody {
    /// A stable name.
    step: String,
    /// What is due.
    what: Words,
    /// The day in Paris.
    #[schema(format = Date)]
    day: String,
    /// From this instant on it is late, or over.
    #[schema(format = DateTime)]
    due: String,
    /// Where the law says so; empty where the organiser alone decided.
    article: String,
    /// When the organiser plans it.
    #[schema(format = DateTime)]
    planned: Option<String>,
    /// Whether what is planned is later than the law allows.
    too_late: bool,
}

impl From<&Milestone> for DateBody {
    fn from(date: &Milestone) -> DateBody {
        DateBody {
            step: date.step.code().to_owned(),
            what: date.step.message().into(),
            day: date.day.to_string(),
            due: date.due.to_string(),
            article: date.article.to_owned(),
            planned: date.planned.map(|planned| planned.to_string()),
            too_late: date.breaks_the_law(),
        }
    }
}

/// Reads the calendar of a consultation
#[utoipa::path(get, path = "/api/v1/consultations/{consultation}/calendar", operation_id = "calendar", tag = "Consultations",
    params(("consultation" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "The calendar", body = CalendarBody)))]
pub(super) async fn calendar(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<CalendarBody>, Problem> {
    let known = consultation_of(&state, &caller, &id).await?;
    let preparation = state.server().preparation(&known).await?;
    Ok(Json(CalendarBody {
        opens: known.calendar.opens().to_string(),
        closes: known.calendar.closes().to_string(),
        freezes: known.calendar.freezes().to_string(),
        dates: preparation.timetable.iter().map(DateBody::from).collect(),
    }))
}

/// How far the preparation of a consultation is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Preparation)]
pub(super) struct PreparationBody {
    /// Each election, in display order.
    elections: Vec<ReadinessBody>,
    /// Voters of all rolls, each once.
    voters: u64,
    /// Of these, those without a mailbox.
    without_mailbox: u64,
    /// The gates of the rolls that are not passed by themselves.
    gates: Vec<GateBody>,
}

/// How far the preparation of an election is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Readiness)]
pub(super) struct ReadinessBody {
    /// Its identifier.
    id: String,
    /// Its key in the folder.
    key: String,
    /// Title, in French.
    title: String,
    /// Voters on its roll.
    registered: u64,
    /// Candidate lists.
    lists: u64,
    /// Lists with a logo.
    logos: u64,
    /// Lists with a manifesto.
    manifestos: u64,
    /// Key of its board.
    board: Option<String>,
    /// Whether the board has made its keys.
    has_keys: bool,
    /// Whether its box is set up: rolls and lists are fixed.
    sealed: bool,
    /// What blocks its opening, in the order in which it is done.
    blocks: Vec<BlockBody>,
}

/// What blocks the opening of an election.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Block)]
pub(super) struct BlockBody {
    /// A stable name: `roll`, `gate`, `lists`, `keys`, `box`.
    task: String,
    /// What is missing, and who brings it.
    message: Words,
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

impl From<Readiness> for ReadinessBody {
    fn from(one: Readiness) -> ReadinessBody {
        let blocks = one.tasks.iter().map(|task| BlockBody {
            task: task.code().to_owned(),
            message: task.message().into(),
        });
        ReadinessBody {
            blocks: blocks.collect(),
            id: one.election.id.to_string(),
            key: one.election.key,
            title: one.election.title,
            registered: one.registered,
            lists: count(one.lists.len()),
            logos: count(one.logos),
            manifestos: count(one.manifestos),
            board: one.board.map(|board| board.key),
            has_keys: one.has_keys,
            sealed: one.sealed,
        }
    }
}

/// Reads how far the preparation is
///
/// What is ready, what is missing and who must act, and the gates of the rolls.
#[utoipa::path(get, path = "/api/v1/consultations/{consultation}/preparation", operation_id = "preparation", tag = "Consultations",
    params(("consultation" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "How far it is", body = PreparationBody)))]
pub(super) async fn preparation(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<PreparationBody>, Problem> {
    let known = consultation_of(&state, &caller, &id).await?;
    let preparation = state.server().preparation(&known).await?;
    Ok(Json(PreparationBody {
        voters: preparation.review.figures.voters,
        without_mailbox: preparation.review.figures.without_mailbox,
        gates: preparation.review.gates.iter().map(GateBody::from).collect(),
        elections: preparation.elections.into_iter().map(ReadinessBody::from).collect(),
    }))
}

/// Exports the folder of a consultation
///
/// All of it, rolls included, as a zip file. The same state yields the same files; applied again, they change nothing.
#[utoipa::path(get, path = "/api/v1/consultations/{consultation}/folder", operation_id = "exportFolder", tag = "Folder",
    params(("consultation" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "The folder", body = Vec<u8>, content_type = "application/zip")))]
pub(super) async fn export(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let known = consultation_of(&state, &caller, &id).await?;
    let files = state.server().export_folder(&known.id).await?;
    let files = files.ok_or_else(Problem::not_found)?;
    let packed = tokio::task::spawn_blocking(move || pack::pack(&files)).await;
    let packed = packed.map_err(|_| Fault::Stopping)??;
    Ok(file(&format!("{}.zip", known.id), ZIP, packed))
}

/// What would change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Plan)]
pub(super) struct PlanBody {
    /// The consultation that the folder is about.
    consultation: String,
    /// Whether the server does not know it yet.
    is_new: bool,
    /// Every change, section by section.
    changes: Vec<ChangeBody>,
    /// Digest of the plan: what `If-Match` names to apply it.
    digest: String,
    /// Whether it can be applied: nothing of it is forbidden.
    applicable: bool,
}

/// One thing that changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change)]
pub(super) struct ChangeBody {
    /// The section.
    section: String,
    /// Key of the election or of the board, where it is one's.
    of: String,
    /// What changes.
    name: String,
    /// What it is; nothing when it is new.
    before: Option<String>,
    /// What it becomes; nothing when it goes.
    after: Option<String>,
    /// Why it cannot change any more.
    forbidden: Option<Words>,
}

impl From<&Change> for ChangeBody {
    fn from(change: &Change) -> ChangeBody {
        ChangeBody {
            section: format!("{:?}", change.section).to_lowercase(),
            of: change.of.clone(),
            name: change.name.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
            forbidden: change.forbidden.clone().map(Words::from),
        }
    }
}

impl From<Plan> for PlanBody {
    fn from(plan: Plan) -> PlanBody {
        let applicable = plan.forbidden().next().is_none();
        PlanBody {
            applicable,
            changes: plan.changes.iter().map(ChangeBody::from).collect(),
            consultation: plan.consultation.to_string(),
            is_new: plan.is_new,
            digest: plan.digest,
        }
    }
}

fn refused_folder(problems: Vec<WrongBody>) -> Problem {
    let words = Message::new(
        "Ce dossier est refusé. Rien n’a été appliqué.",
        "This folder is refused. Nothing was applied.",
    );
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "folder_refused", words).with_problems(problems)
}

fn wrong(problems: Vec<isoloir_service::consultation_file::Problem>) -> Problem {
    refused_folder(problems.into_iter().map(WrongBody::from).collect())
}

/// The files of a zip that was sent, if the caller works on the consultation that they describe.
async fn unpacked(caller: &ApiCaller, bytes: axum::body::Bytes) -> Result<Files, Problem> {
    let files = tokio::task::spawn_blocking(move || pack::unpack(&bytes)).await;
    let files = files.map_err(|_| Fault::Stopping)??;
    if caller.is_limited() {
        let id = pack::consultation_of(&files);
        if !id.is_some_and(|id| caller.works_on(&id)) {
            return Err(Problem::not_found());
        }
    }
    Ok(files)
}

/// Plans a folder
///
/// Says what would change if the folder were applied, and what the state of the vote forbids of it. Changes nothing. The folder is sent as a zip file:
/// `consultation.toml` at its root.
#[utoipa::path(post, path = "/api/v1/folder/plan", operation_id = "planFolder", tag = "Folder",
    request_body(content = Vec<u8>, description = "The folder", content_type = "application/zip"),
    responses((status = 200, description = "The plan", body = PlanBody, headers(("ETag" = String, description = "Digest of the plan")))))]
pub(super) async fn plan(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Raw(bytes): Raw,
) -> Result<Response, Problem> {
    let files = unpacked(&caller, bytes).await?;
    let planned = state.server().plan_folder_apart(&files).await;
    let plan = planned.map_err(|error| match error {
        PlanError::Refused(problems) => wrong(problems),
        PlanError::Fault(fault) => fault.into(),
    })?;
    let digest = plan.digest.clone();
    Ok(tagged(&digest, Json(PlanBody::from(plan))))
}

/// Applies a folder
///
/// All of it or nothing, and only as it was planned: `If-Match` names the digest of the plan that was read. The roll comes after the rest, whole.
#[utoipa::path(post, path = "/api/v1/folder/apply", operation_id = "applyFolder", tag = "Folder",
    params(("If-Match" = Option<String>, Header, description = "Digest of the plan, between quotation marks")),
    request_body(content = Vec<u8>, description = "The folder", content_type = "application/zip"),
    responses((status = 200, description = "What was changed", body = PlanBody)))]
pub(super) async fn apply(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    tag: IfMatch,
    Raw(bytes): Raw,
) -> Result<Json<PlanBody>, Problem> {
    let read = tag.required()?;
    let files = unpacked(&caller, bytes).await?;
    let server = state.server().clone();
    // Whatever becomes of the caller, what was begun is ended.
    let done = tokio::spawn(async move { server.apply_folder_apart(&files, &read).await }).await;
    let applied = done.map_err(|_| Fault::Stopping)?;
    applied.map(|plan| Json(plan.into())).map_err(not_applied)
}

fn not_applied(error: ApplyError) -> Problem {
    match error {
        ApplyError::Refused(problems) => wrong(problems),
        ApplyError::Forbidden(changes) => {
            let forbidden = changes.into_iter().filter_map(|change| {
                Some(WrongBody {
                    file: format!("{} {}", change.of, change.name).trim().to_owned(),
                    line: None,
                    severity: "refused".to_owned(),
                    code: "forbidden".to_owned(),
                    message: change.forbidden?.into(),
                })
            });
            let words = Message::new(
                "L’état du vote interdit une partie de ces changements. Rien n’a été appliqué.",
                "The state of the vote forbids some of these changes. Nothing was applied.",
            );
            Problem::new(StatusCode::CONFLICT, "folder_forbidden", words).with_problems(forbidden.collect())
        }
        ApplyError::AnotherPlan(now) => {
            let words = Message::new(
                "Le plan n’est plus celui que vous avez lu\u{a0}: le dossier ou le serveur a changé.",
                "The plan is no longer the one that you read: folder or server have changed.",
            );
            Problem::new(StatusCode::PRECONDITION_FAILED, "plan_changed", words).with_plan(now)
        }
        ApplyError::Moved => {
            let words = Message::new(
                "Le serveur a changé entre-temps, ou une autre consultation a un bureau de même clé. Rien n’a été appliqué.",
                "The server has changed meanwhile, or another consultation has a board of the same key. Nothing was applied.",
            );
            Problem::new(StatusCode::CONFLICT, "consultation_moved", words)
        }
        ApplyError::Unsigned => {
            let words = Message::new(
                "Ici les dossiers sont signés par l’organisateur\u{a0}: seule la commande «\u{a0}isoloir consultation apply\u{a0}» les applique.",
                "Here folders are signed by the organiser: only the command “isoloir consultation apply” applies them.",
            );
            Problem::new(StatusCode::FORBIDDEN, "folder_unsigned", words)
        }
        ApplyError::Roll(error) => roll_not_applied(error),
        ApplyError::Fault(fault) => fault.into(),
    }
}

fn roll_not_applied(error: ImportError) -> Problem {
    let words = Message::new(
        "Tout est appliqué sauf la liste électorale. Corrigez-la et appliquez à nouveau.",
        "All is applied but the roll. Mend it and apply again.",
    );
    let problem = Problem::new(StatusCode::CONFLICT, "roll_not_applied", words);
    match error {
        ImportError::Fault(fault) => fault.into(),
        ImportError::Anomalies(anomalies) => {
            let lines = anomalies.into_iter().map(|anomaly| WrongBody {
                file: ROLL.to_owned(),
                line: Some(anomaly.line),
                severity: "refused".to_owned(),
                code: anomaly.what.code().to_owned(),
                message: anomaly.what.message().into(),
            });
            problem.with_problems(lines.collect())
        }
        _ => problem,
    }
}
