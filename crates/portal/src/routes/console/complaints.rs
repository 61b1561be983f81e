//! Complaints: the queue, one of them, its attachments, the decision, the export.

use axum::Form;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::ConsultationId;
use isoloir_domain::complaint::{ComplaintNumber, Correction, CorrectionKind, Status};
use isoloir_domain::critical::CriticalAct;
use isoloir_domain::message::Refusal as _;
use isoloir_domain::staff::StaffMember;
use isoloir_service::correct_roll::CorrectionError;
use isoloir_service::decide_complaint::{ComplaintScope, Deadline, DecideError, WholeComplaint};
use isoloir_service::review_roll::Decider;
use isoloir_service::two_people::{ActError, Done};
use maud::Markup;
use serde::Deserialize;

use super::{ListQuery, MAX_FORM, PER_PAGE, cut};
use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::pages::console::complaints::{self as page, ComplaintView, QueueView, Typed};
use crate::pages::console::{COMPLAINTS, DECIDES, EXPORTS_COMPLAINTS, Outcome};
use crate::request::{PageChrome, StaffSession};
use crate::routes::complaints::attachment;
use crate::state::PortalState;

pub(super) fn table() -> Vec<Declared> {
    let reads = Access::Staff(COMPLAINTS);
    vec![
        declare("GET", "/gestion/reclamations", reads, get(queue)),
        declare(
            "GET",
            "/gestion/reclamations.csv",
            Access::Staff(EXPORTS_COMPLAINTS),
            get(export),
        )
        .file("/gestion/reclamations"),
        declare("GET", "/gestion/reclamations/{number}", reads, get(read)),
        declare(
            "GET",
            "/gestion/reclamations/{number}/pieces/{piece}",
            reads,
            get(piece),
        )
        .file("/gestion/reclamations"),
        declare(
            "POST",
            "/gestion/reclamations/{number}",
            Access::Staff(DECIDES),
            post(decide).layer(DefaultBodyLimit::max(MAX_FORM)),
        ),
    ]
}

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
    let scope = ComplaintScope::of(member);
    let mut complaints = server
        .complaints_by_status(&scope, status, PER_PAGE.saturating_add(1), query.offset())
        .await?;
    let more = cut(&mut complaints);
    let statistics = server
        .complaint_statistics(&consultation_of(&state, member).await?, &scope)
        .await?;
    let view = QueueView {
        status,
        counts: [
            server.complaint_counts(&scope, Status::Open).await?,
            server.complaint_counts(&scope, Status::Accepted).await?,
            server.complaint_counts(&scope, Status::Rejected).await?,
        ],
        statistics,
        complaints,
        page: query.page(),
        more,
    };
    Ok(page::render(&chrome, member, &view))
}

/// The consultation that a person works on.
async fn consultation_of(state: &PortalState, member: &StaffMember) -> Result<ConsultationId, PageError> {
    Ok(match &member.consultation {
        Some(limit) => limit.clone(),
        None => state.consultation().await?.ok_or(PageError::NotFound)?.consultation.id,
    })
}

/// `GET /gestion/reclamations.csv`.
async fn export(State(state): State<PortalState>, StaffSession(session): StaffSession) -> Result<Response, PageError> {
    let consultation = consultation_of(&state, session.member()).await?;
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
        .filter(|found| ComplaintScope::of(member).has(&found.complaint))
        .ok_or(PageError::NotFound)
}

async fn complaint_page(
    state: &PortalState,
    chrome: &Chrome,
    member: &StaffMember,
    whole: WholeComplaint,
    typed: Typed,
    outcome: Outcome,
) -> Result<Markup, PageError> {
    let server = state.server();
    let election = match &whole.complaint.election {
        Some(id) => server.election(id).await?.map(|(election, _)| election.title),
        None => None,
    };
    let elections = server.elections(&whole.complaint.consultation).await?;
    let history = match whole.complaint.voter {
        Some(voter) => server.roll_history(voter).await?,
        None => Vec::new(),
    };
    let view = ComplaintView {
        elections: elections
            .into_iter()
            .map(|one| (one.id.to_string(), one.title))
            .collect(),
        history,
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
    complaint_page(&state, &chrome, member, whole, Typed::default(), outcome).await
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
    #[serde(default)]
    correction: String,
    #[serde(default)]
    matricule: String,
    #[serde(default)]
    scrutin: String,
    #[serde(default)]
    nom: String,
    #[serde(default)]
    prenom: String,
    #[serde(default)]
    courriel: String,
}

impl DecisionForm {
    /// What the decision changes on the roll, if anything.
    fn correction(&self) -> Result<Option<Correction>, DecideError> {
        let election = || self.scrutin.parse().map_err(|_| CorrectionError::UnknownElection);
        let what = match self.correction.as_str() {
            "joined" => CorrectionKind::Join(election()?),
            "left" => CorrectionKind::Leave(election()?),
            "renamed" => CorrectionKind::Rename {
                last_name: self.nom.clone(),
                first_name: self.prenom.clone(),
            },
            "mail" => CorrectionKind::Mail(self.courriel.clone()),
            _ => return Ok(None),
        };
        Ok(Some(Correction {
            number: self.matricule.clone(),
            what,
        }))
    }

    fn typed(self, accepted: Option<bool>) -> Typed {
        Typed {
            accepted,
            reasons: self.motifs,
            effect: self.effet,
            change: self.correction,
            number: self.matricule,
            election: self.scrutin,
            last_name: self.nom,
            first_name: self.prenom,
            email: self.courriel,
        }
    }
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
    let asked = form.correction();
    let decided = match (accepted, asked) {
        (Some(accepted), Ok(correction)) => {
            if let Some(election) = correction.as_ref().and_then(|correction| correction.what.election())
                && !member.sees(Some(election))
            {
                return Err(PageError::NotFound);
            }
            let act = CriticalAct::DecideComplaint {
                number,
                accepted,
                reasons: form.motifs.clone(),
                effect: form.effet.clone(),
                correction,
            };
            let known = state.server().consultation(&whole.complaint.consultation).await?;
            let known = known.ok_or(PageError::NotFound)?;
            state.server().act(Decider::Staff(member), &known, &act).await
        }
        (Some(_), Err(refused)) => Err(refused.into()),
        (None, _) => Err(DecideError::Reasons.into()),
    };
    match decided {
        Ok(Done::Now) => Ok(Redirect::to(&format!("/gestion/reclamations/{number}?fait=decision")).into_response()),
        Ok(Done::Proposed(_)) => Ok(Redirect::to("/gestion/decisions?fait=acte-propose").into_response()),
        Err(ActError::Fault(fault) | ActError::Decide(DecideError::Fault(fault))) => Err(PageError::Fault(fault)),
        Err(refused) => {
            chrome.here = format!("/gestion/reclamations/{number}");
            // Somebody else may have decided meanwhile: what is shown is what stands now.
            let now = complaint_of(&state, member, &number.to_string()).await?;
            let field = match &refused {
                ActError::Decide(DecideError::Reasons) => Some("motifs"),
                ActError::Decide(DecideError::Correction(_)) => Some("correction"),
                _ => None,
            };
            let outcome = Outcome::Refused(refused.message(), field);
            let typed = form.typed(accepted);
            let page = complaint_page(&state, &chrome, member, now, typed, outcome).await?;
            Ok(drawn(status_of(refused.class()), page))
        }
    }
}
