//! Minutes that were signed, as programs read them: the very text that the signatures are of.
//!
//! They are the board's, for all its elections: nobody but its members sees a count while people vote (R. 211-542), so they wait for the last
//! freeze among these. Drafts bind nobody and are not given.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use isoloir_domain::api_token::Scope;
use isoloir_domain::board_deed::MinutesKind;
use isoloir_domain::message::Message;
use isoloir_service::api_tokens::ApiCaller;
use isoloir_service::board::{ActState, BoardState};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::problem::Problem;
use super::{Operation, election_of, operation, tagged};
use crate::request::Caller;
use crate::state::PortalState;

pub(super) fn operations() -> Vec<Operation> {
    let reads = &[Scope::MinutesRead];
    vec![
        operation(
            "GET",
            "/api/v1/elections/{election}/minutes",
            reads,
            &[404, 409],
            get(list),
        ),
        operation(
            "GET",
            "/api/v1/elections/{election}/minutes/{kind}",
            reads,
            &[404, 409],
            get(one),
        ),
    ]
}

/// Minutes that were signed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignedMinutes)]
pub(super) struct MinutesBody {
    /// `rehearsal`, `sealing`, `opening`, `incidents`, `closing` or `count`.
    kind: String,
    /// The board.
    board: String,
    /// Number of the act by which they were signed.
    act: u32,
    /// SHA-256 of their text, in hexadecimal: what the signatures are of.
    digest: String,
    /// Since when they are signed by all whom the law asks for.
    #[schema(format = DateTime)]
    signed: String,
    /// How many members signed.
    signatures: u64,
}

/// All minutes of an election that were signed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MinutesOfElection)]
pub(super) struct AllMinutesBody {
    /// In the order of an election.
    items: Vec<MinutesBody>,
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

impl MinutesBody {
    fn of(kind: MinutesKind, board: &BoardState) -> Option<Self> {
        let (act, text) = signed(kind, board)?;
        Some(Self {
            kind: kind.as_str().to_owned(),
            board: board.board.key.clone(),
            act: act.number,
            digest: digest(text),
            signed: act.done?.to_string(),
            signatures: u64::try_from(act.signed.len()).unwrap_or(u64::MAX),
        })
    }
}

/// The act and the text of minutes that were signed.
fn signed(kind: MinutesKind, board: &BoardState) -> Option<(&ActState, &str)> {
    let act = board.signed_minutes(kind)?;
    Some((act, act.statement.as_deref()?))
}

/// The board of an election, once nobody votes any more in any of its elections.
async fn board_of(state: &PortalState, caller: &ApiCaller, id: &str) -> Result<BoardState, Problem> {
    let (election, consultation) = election_of(state, caller, id).await?;
    let server = state.server();
    let boards = server.boards().await?.into_iter();
    let board = boards
        .filter(|(of, _)| *of == consultation.id)
        .find(|(_, board)| board.elections.contains(&election.key));
    let (_, board) = board.ok_or_else(Problem::not_found)?;
    let board = server.board_state(&board.key).await?;
    for election in &board.elections {
        if server.closing_seal(&election.id).await?.is_none() {
            let words = Message::new(
                "Le vote n’est pas clos dans tous les scrutins de ce bureau.",
                "The polls are not closed in all the elections of this board.",
            );
            return Err(Problem::new(StatusCode::CONFLICT, "polls_open", words));
        }
    }
    Ok(board)
}

/// Lists the signed minutes of an election
///
/// Once the polls are closed in all the elections of its board.
#[utoipa::path(get, path = "/api/v1/elections/{election}/minutes", operation_id = "minutes", tag = "Results",
    params(("election" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "Those that were signed", body = AllMinutesBody)))]
pub(super) async fn list(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<AllMinutesBody>, Problem> {
    let board = board_of(&state, &caller, &id).await?;
    let items = MinutesKind::ALL
        .into_iter()
        .filter_map(|kind| MinutesBody::of(kind, &board));
    Ok(Json(AllMinutesBody { items: items.collect() }))
}

/// Reads signed minutes of an election
///
/// The text that was signed, byte for byte: its SHA-256 is the digest that the signatures are of. The board's, for all its elections.
#[utoipa::path(get, path = "/api/v1/elections/{election}/minutes/{kind}", operation_id = "minutesOfKind", tag = "Results",
    params(("election" = String, Path, description = "Its identifier"),
        ("kind" = String, Path, description = "`rehearsal`, `sealing`, `opening`, `incidents`, `closing` or `count`")),
    responses((status = 200, description = "The minutes", body = Object,
        headers(("ETag" = String, description = "SHA-256 of the text")))))]
pub(super) async fn one(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path((id, kind)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let board = board_of(&state, &caller, &id).await?;
    let kind = MinutesKind::ALL.into_iter().find(|one| one.as_str() == kind);
    let (_, text) = kind
        .and_then(|kind| signed(kind, &board))
        .ok_or_else(Problem::not_found)?;
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok(tagged(&digest(text), (json, text.to_owned()).into_response()))
}
