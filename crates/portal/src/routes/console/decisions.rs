//! Acts that take two people: listed, confirmed, refused.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::ChangeId;
use isoloir_domain::critical::CriticalAct;
use isoloir_domain::message::Refusal as _;
use isoloir_domain::staff::StaffMember;
use isoloir_service::Fault;
use isoloir_service::two_people::{ActError, Proposal};
use maud::Markup;

use super::preparation::shown;
use super::{ListQuery, works_on};
use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::pages::console::decisions::{self as page, DecisionsView, PATH};
use crate::pages::console::{BRINGS_ROLLS, DECIDES, Outcome, PREPARES};
use crate::request::{PageChrome, StaffSession};
use crate::state::PortalState;

pub(super) fn table() -> Vec<Declared> {
    // Which acts a person may decide is asked for each, below.
    let decides = Access::Staff(BRINGS_ROLLS);
    vec![
        declare("GET", PATH, decides, get(list)),
        declare(
            "POST",
            "/gestion/decisions/{proposal}/confirmation",
            decides,
            post(confirm),
        ),
        declare("POST", "/gestion/decisions/{proposal}/refus", decides, post(refuse)),
    ]
}

/// Whether a person has the right that the act takes: who may confirm is who might have proposed.
pub(crate) async fn may_decide(state: &PortalState, member: &StaffMember, proposal: &Proposal) -> Result<bool, Fault> {
    let server = state.server();
    if !works_on(member, &proposal.consultation) {
        return Ok(false);
    }
    Ok(match &proposal.act {
        CriticalAct::WaiveGate { .. } | CriticalAct::MoveCalendar { .. } => member.roles.any_of(PREPARES),
        CriticalAct::ApproveRoll { stage } => {
            let staged = server.staged_roll(stage).await?;
            let seen = staged.is_some_and(|staged| staged.named().all(|election| member.sees(Some(election))));
            member.roles.any_of(BRINGS_ROLLS) && seen
        }
        CriticalAct::DecideComplaint { number, .. } => {
            let found = server.complaint(*number).await?;
            let seen = found.is_some_and(|found| member.sees(found.complaint.election.as_ref()));
            member.roles.any_of(DECIDES) && seen
        }
    })
}

async fn view(state: &PortalState, member: &StaffMember, outcome: Outcome) -> Result<DecisionsView, PageError> {
    let consultation = shown(state, member).await?.consultation.id;
    let mut proposals = Vec::new();
    for proposal in state.server().proposals(&consultation).await? {
        if may_decide(state, member, &proposal).await? {
            proposals.push(proposal);
        }
    }
    Ok(DecisionsView {
        proposals,
        names: state.server().staff_names().await?,
        outcome,
    })
}

/// `GET /gestion/decisions`.
async fn list(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let outcome = Outcome::of(query.fait.as_deref());
    let view = view(&state, session.member(), outcome).await?;
    Ok(page::render(&chrome, session.member(), &view))
}

/// A proposal that this person may decide.
async fn proposal_of(state: &PortalState, member: &StaffMember, id: &str) -> Result<Proposal, PageError> {
    let id: ChangeId = id.parse().map_err(|_| PageError::NotFound)?;
    let found = state.server().proposal(id).await?.ok_or(PageError::NotFound)?;
    if may_decide(state, member, &found).await? {
        Ok(found)
    } else {
        Err(PageError::NotFound)
    }
}

/// `POST /gestion/decisions/{proposal}/confirmation`.
async fn confirm(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let member = session.member().clone();
    let id = proposal_of(&state, &member, &id).await?.id;
    let (server, by) = (state.server().clone(), member.clone());
    // Whatever becomes of the browser, what was confirmed is done.
    let done = tokio::spawn(async move { server.confirm_act(&by, id).await });
    let stopped = |_| Err(ActError::Fault(isoloir_service::Fault::Stopping));
    let done = done.await.unwrap_or_else(stopped);
    after(&state, chrome, &member, done, "acte-confirme").await
}

/// `POST /gestion/decisions/{proposal}/refus`.
async fn refuse(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let member = session.member();
    let id = proposal_of(&state, member, &id).await?.id;
    let done = state.server().refuse_act(member, id).await;
    after(&state, chrome, member, done, "acte-refuse").await
}

async fn after(
    state: &PortalState,
    mut chrome: Chrome,
    member: &StaffMember,
    done: Result<(), ActError>,
    fait: &str,
) -> Result<Response, PageError> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{PATH}?fait={fait}")).into_response()),
        Err(ActError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refused) => {
            chrome.here = PATH.to_owned();
            let outcome = Outcome::Refused(refused.message(), None);
            let view = view(state, member, outcome).await?;
            Ok(drawn(status_of(refused.class()), page::render(&chrome, member, &view)))
        }
    }
}
