//! Complaints: the queue, one of them, its attachments, the decision, the export.

use axum::Form;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::complaint::{ComplaintNumber, Status};
use isoloir_domain::message::Refusal as _;
use isoloir_domain::staff::StaffMember;
use isoloir_service::decide_complaint::{Deadline, DecideError, NewDecision, WholeComplaint};
use maud::Markup;
use serde::Deserialize;

use super::{ListQuery, MAX_FORM, PER_PAGE, cut, works_on};
use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::pages::console::complaints::{self as page, ComplaintView, QueueView};
use crate::pages::console::{COMPLAINTS, DECIDES, Outcome};
use crate::request::{PageChrome, StaffSession};
use crate::routes::complaints::attachment;
use crate::state::PortalState;

pub(super) fn table() -> Vec<Declared> {
    let reads = Access::Staff(COMPLAINTS);
    vec![
        declare("GET", "/gestion/reclamations", reads, get(queue)),
        declare("GET", "/gestion/reclamations.csv", reads, get(export)),
        declare("GET", "/gestion/reclamations/{number}", reads, get(read)),
        declare(
            "GET",
            "/gestion/reclamations/{number}/pieces/{piece}",
            reads,
            get(piece),
        ),
        declare(
            "POST",
            "/gestion/reclamations/{number}",
            Access::Staff(DECIDES),
            post(decide).layer(DefaultBodyLimit::max(MAX_FORM)),
        ),
    ]
}

/// Complaints whose deadline is counted on the first page; beyond, there are at least as many.
const COUNTED: u32 = 1_000;

/// `GET /gestion/reclamations`.
async fn queue(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let server = state.server();
    let status = query.etat.as_deref().and_then(|name| name.parse().ok());
    let status = status.unwrap_or(Status::Open);
    let mut complaints = server
        .complaints_by_status(status, PER_PAGE.saturating_add(1), query.offset())
        .await?;
    let more = cut(&mut complaints);
    complaints.retain(|(complaint, _)| works_on(member, &complaint.consultation));
    let open = server.complaints_by_status(Status::Open, COUNTED, 0).await?;
    let overdue = open
        .iter()
        .filter(|(complaint, deadline)| *deadline == Deadline::Past && works_on(member, &complaint.consultation))
        .count();
    let view = QueueView {
        status,
        counts: [
            server.complaint_counts(Status::Open).await?,
            server.complaint_counts(Status::Accepted).await?,
            server.complaint_counts(Status::Rejected).await?,
        ],
        overdue: u64::try_from(overdue).unwrap_or(u64::MAX),
        complaints,
        page: query.page(),
        more,
    };
    Ok(page::render(&chrome, member, &view))
}

/// `GET /gestion/reclamations.csv`.
async fn export(State(state): State<PortalState>, StaffSession(session): StaffSession) -> Result<Response, PageError> {
    let consultation = match &session.member().consultation {
        Some(limit) => limit.clone(),
        None => state.consultation().await?.ok_or(PageError::NotFound)?.consultation.id,
    };
    let csv = state.server().export_complaints(&consultation).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"reclamations.csv\""),
    ];
    Ok((headers, csv).into_response())
}

fn number_of(text: &str) -> Result<ComplaintNumber, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

async fn complaint_of(state: &PortalState, member: &StaffMember, number: &str) -> Result<WholeComplaint, PageError> {
    let found = state.server().complaint(number_of(number)?).await?;
    found
        .filter(|found| works_on(member, &found.complaint.consultation))
        .ok_or(PageError::NotFound)
}

async fn complaint_page(
    state: &PortalState,
    chrome: &Chrome,
    member: &StaffMember,
    whole: WholeComplaint,
    typed: (Option<bool>, String, String),
    outcome: Outcome,
) -> Result<Markup, PageError> {
    let server = state.server();
    let election = match &whole.complaint.election {
        Some(id) => server.election(id).await?.map(|(election, _)| election.title),
        None => None,
    };
    let view = ComplaintView {
        deadline: Deadline::of(&whole.complaint, server.clock().now()),
        whole,
        election,
        names: server.staff_names().await?,
        typed,
        outcome,
    };
    Ok(page::render_one(chrome, member, &view))
}

/// `GET /gestion/reclamations/{number}`.
async fn read(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(number): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let whole = complaint_of(&state, member, &number).await?;
    let outcome = Outcome::of(query.fait.as_deref());
    complaint_page(&state, &chrome, member, whole, Default::default(), outcome).await
}

/// `GET /gestion/reclamations/{number}/pieces/{piece}`: offered to be kept, never shown in place.
async fn piece(
    State(state): State<PortalState>,
    StaffSession(session): StaffSession,
    Path((number, piece)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let whole = complaint_of(&state, session.member(), &number).await?;
    let position: u32 = piece.parse().map_err(|_| PageError::NotFound)?;
    let found = state.server().complaint_file(whole.complaint.number, position).await?;
    let (file, bytes) = found.ok_or(PageError::NotFound)?;
    Ok(attachment(&file.name, &file.media_type, bytes))
}

#[derive(Deserialize)]
struct DecisionForm {
    #[serde(default)]
    sens: String,
    #[serde(default)]
    motifs: String,
    #[serde(default)]
    effet: String,
}

/// `POST /gestion/reclamations/{number}`.
async fn decide(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(number): Path<String>,
    Form(form): Form<DecisionForm>,
) -> Result<Response, PageError> {
    let member = session.member();
    let whole = complaint_of(&state, member, &number).await?;
    let number = whole.complaint.number;
    let accepted = match form.sens.as_str() {
        "oui" => Some(true),
        "non" => Some(false),
        _ => None,
    };
    let decided = match accepted {
        Some(accepted) => {
            let decision = NewDecision {
                accepted,
                reasons: form.motifs.clone(),
                effect: form.effet.clone(),
                files: Vec::new(),
                by: member.id.to_string(),
            };
            state.server().decide_complaint(number, decision).await
        }
        None => Err(DecideError::Reasons),
    };
    match decided {
        Ok(()) => Ok(Redirect::to(&format!("/gestion/reclamations/{number}?fait=decision")).into_response()),
        Err(DecideError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refused) => {
            chrome.here = format!("/gestion/reclamations/{number}");
            // Somebody else may have decided meanwhile: what is shown is what stands now.
            let now = complaint_of(&state, member, &number.to_string()).await?;
            let outcome = Outcome::Refused(
                refused.message(),
                matches!(refused, DecideError::Reasons).then_some("motifs"),
            );
            let typed = (accepted, form.motifs, form.effet);
            let page = complaint_page(&state, &chrome, member, now, typed, outcome).await?;
            Ok(drawn(status_of(refused.class()), page))
        }
    }
}
