//! The voter's elections and the booth.

use crate::access::{Access, Declared, declare};
use axum::extract::State;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use isoloir_domain::{Calendar, Phase};
use isoloir_service::Fault;
use isoloir_service::ballot_box::BoxError;
use isoloir_service::voter_elections::VoterElection;
use maud::Markup;
use sha2::{Digest as _, Sha256};

use super::elections::logos_of;
use crate::error::PageError;
use crate::pages::booth::{self as booth_page, BoothElection, BoothView, Shut};
use crate::pages::elections::{self as elections_page, ElectionView, ElectionsView};
use crate::request::{PageChrome, VoterSession};
use crate::state::PortalState;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::Voter;
    vec![
        declare("GET", "/mes-scrutins", Voter, get(elections)),
        declare("GET", "/je-vote", Voter, get(booth)),
    ]
}

/// `GET /mes-scrutins`.
pub(super) async fn elections(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
) -> Result<Markup, PageError> {
    let elections = state.server().voter_elections(&session).await?;
    let (calendar, phase) = where_it_stands(&state, &elections).await?;
    let elections = elections
        .into_iter()
        .map(|entry| ElectionView {
            id: entry.election.id.to_string(),
            title: entry.election.title,
            seats: entry.election.seats,
            lists: entry.lists,
            voted: entry.marked,
            can_vote: entry.can_vote,
        })
        .collect();
    Ok(elections_page::render(
        &chrome,
        &ElectionsView {
            elections,
            phase,
            calendar,
        },
    ))
}

/// `GET /je-vote`: the booth when there is something to vote for now, and the reason when there is not.
pub(super) async fn booth(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
) -> Result<Markup, PageError> {
    let all = state.server().voter_elections(&session).await?;
    let (calendar, phase) = where_it_stands(&state, &all).await?;
    if !all.iter().any(|entry| entry.can_vote) {
        let why = if all.is_empty() {
            Shut::NoElection
        } else if all.iter().all(|entry| entry.marked) {
            Shut::AllCast
        } else {
            Shut::Phase(phase)
        };
        return Ok(booth_page::render_shut(&chrome, why, &calendar));
    }
    let shown: Vec<VoterElection> = all.into_iter().filter(|entry| entry.can_vote || entry.marked).collect();
    let mut elections = Vec::with_capacity(shown.len());
    for entry in shown {
        elections.push(booth_election(&state, entry).await?);
    }
    let view = BoothView {
        voter: session.voter().id.to_string(),
        receipt_key: hex::encode(state.server().server_key().as_bytes()),
        registrar_key: hex::encode(state.config().registrar_key),
        elections,
        calendar,
    };
    Ok(booth_page::render(&chrome, &view))
}

async fn booth_election(state: &PortalState, entry: VoterElection) -> Result<BoothElection, PageError> {
    let bytes = state
        .server()
        .election_bytes(&entry.election.id)
        .await
        .map_err(box_error)?;
    let logos = logos_of(state, &entry.election.id, &entry.lists).await?;
    Ok(BoothElection {
        logos,
        id: entry.election.id.to_string(),
        fingerprint: STANDARD_NO_PAD.encode(Sha256::digest(&bytes)),
        title: entry.election.title,
        seats: entry.election.seats,
        lists: entry.lists,
        voted: entry.marked,
    })
}

/// A box error as a page: a fault stays a fault, the rest says its own words.
pub(super) fn box_error(error: BoxError) -> PageError {
    match error {
        BoxError::UnknownElection => PageError::NotFound,
        BoxError::Fault(fault) => PageError::Fault(fault),
        refusal @ (BoxError::NotYetPublic | BoxError::FewBallots | BoxError::NoSidecar) => PageError::refused(&refusal),
    }
}

/// The calendar of the voter's own consultation, else that of the portal, else an empty past.
async fn where_it_stands(state: &PortalState, elections: &[VoterElection]) -> Result<(Calendar, Phase), PageError> {
    let own = elections
        .iter()
        .find(|entry| entry.can_vote)
        .or_else(|| elections.first());
    if let Some(entry) = own {
        return Ok((entry.consultation.calendar, entry.phase));
    }
    let shown = state.consultation().await?;
    shown
        .map(|shown| (shown.calendar, shown.phase))
        .ok_or(PageError::Fault(Fault::Damaged("no consultation")))
}
