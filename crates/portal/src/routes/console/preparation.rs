//! Preparation of a consultation.

use axum::Form;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::critical::CriticalAct;
use isoloir_domain::message::Refusal as _;
use isoloir_domain::roll_gates::Gate;
use isoloir_domain::staff::StaffMember;
use isoloir_service::review_preparation::{Preparation, concerns};
use isoloir_service::review_roll::{Decider, WaiveError};
use isoloir_service::two_people::{ActError, Done};
use maud::Markup;
use serde::Deserialize;

use super::{ListQuery, MAX_FORM, works_on};
use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::pages::console::preparation::{PreparationView, render, render_election};
use crate::pages::console::{Outcome, PREPARES, READS_PREPARATION};
use crate::request::{PageChrome, StaffSession};
use crate::state::{PortalState, Shown};

pub(super) fn table() -> Vec<Declared> {
    let reads = Access::Staff(READS_PREPARATION);
    vec![
        declare("GET", "/gestion/preparation", reads, get(read)),
        declare("GET", "/gestion/preparation/scrutins/{election}", reads, get(election)),
        declare(
            "POST",
            "/gestion/preparation",
            Access::Staff(PREPARES),
            post(waive).layer(DefaultBodyLimit::max(MAX_FORM)),
        ),
    ]
}

pub(super) async fn shown(state: &PortalState, member: &StaffMember) -> Result<Shown, PageError> {
    let shown = state.consultation().await?;
    shown
        .filter(|shown| works_on(member, &shown.consultation.id))
        .ok_or(PageError::NotFound)
}

/// Leaves what an election manager sees: own elections, their rolls, and the gates that stop them.
fn only_own(member: &StaffMember, preparation: &mut Preparation) {
    preparation.elections.retain(|one| member.sees(Some(&one.election.id)));
    let own: Vec<String> = preparation
        .elections
        .iter()
        .map(|one| one.election.key.clone())
        .collect();
    preparation
        .review
        .figures
        .elections
        .retain(|roll| own.contains(&roll.key));
    let stops = |gate: &Gate| own.iter().any(|key| concerns(gate, key));
    preparation.review.gates.retain(|(gate, _)| stops(gate));
}

async fn view(
    state: &PortalState,
    member: &StaffMember,
    shown: Shown,
    typed: Option<(String, String)>,
    outcome: Outcome,
) -> Result<PreparationView, PageError> {
    let mut preparation = state.server().preparation(&shown.consultation).await?;
    if member.only_elections().is_some() {
        only_own(member, &mut preparation);
    }
    Ok(PreparationView {
        preparation,
        now: state.server().clock().now(),
        consultation: shown.consultation,
        phase: shown.phase,
        decides: member.roles.any_of(PREPARES),
        typed,
        outcome,
    })
}

/// `GET /gestion/preparation`.
async fn read(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let shown = shown(&state, member).await?;
    let outcome = Outcome::of(query.fait.as_deref());
    Ok(render(
        &chrome,
        member,
        &view(&state, member, shown, None, outcome).await?,
    ))
}

/// `GET /gestion/preparation/scrutins/{election}`.
async fn election(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let shown = shown(&state, member).await?;
    let preparation = state.server().preparation(&shown.consultation).await?;
    let mut elections = preparation.elections.iter();
    let one = elections
        .find(|one| one.election.id.as_str() == id && member.sees(Some(&one.election.id)))
        .ok_or(PageError::NotFound)?;
    Ok(render_election(&chrome, member, &shown.consultation, one))
}

#[derive(Deserialize)]
struct WaiveForm {
    #[serde(default)]
    controle: String,
    #[serde(default)]
    raison: String,
}

/// `POST /gestion/preparation`: passes a gate by the decision of who is signed in.
async fn waive(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Form(form): Form<WaiveForm>,
) -> Result<Response, PageError> {
    let member = session.member();
    let shown = shown(&state, member).await?;
    let act = CriticalAct::WaiveGate {
        gate: form.controle.clone(),
        reason: form.raison.clone(),
    };
    let decided = state
        .server()
        .act(Decider::Staff(member), &shown.consultation, &act)
        .await;
    match decided {
        Ok(Done::Now) => Ok(Redirect::to("/gestion/preparation?fait=controle").into_response()),
        Ok(Done::Proposed(_)) => Ok(Redirect::to("/gestion/decisions?fait=acte-propose").into_response()),
        Err(ActError::Fault(fault) | ActError::Waive(WaiveError::Fault(fault))) => Err(PageError::Fault(fault)),
        Err(refused) => {
            chrome.here = "/gestion/preparation".to_owned();
            let field = matches!(refused, ActError::Waive(WaiveError::Words)).then_some("raison");
            let outcome = Outcome::Refused(refused.message(), field);
            let status = status_of(refused.class());
            let view = view(&state, member, shown, Some((form.controle, form.raison)), outcome).await?;
            Ok(drawn(status, render(&chrome, member, &view)))
        }
    }
}
