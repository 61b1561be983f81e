//! The journal, to read.

use axum::extract::{Query, State};
use axum::routing::get;
use isoloir_service::read_journal::ENTRIES_PER_PAGE;
use maud::Markup;
use serde::Deserialize;

use crate::access::{Access, Declared, declare};
use crate::error::PageError;
use crate::pages::console::READS_JOURNAL;
use crate::pages::console::journal::{self as page, JournalView, KINDS};
use crate::request::{PageChrome, StaffSession};
use crate::state::PortalState;

pub(super) fn table() -> Vec<Declared> {
    vec![declare(
        "GET",
        "/gestion/journal",
        Access::Staff(READS_JOURNAL),
        get(read),
    )]
}

#[derive(Deserialize)]
struct JournalQuery {
    avant: Option<u64>,
    nature: Option<String>,
    controle: Option<String>,
}

/// `GET /gestion/journal`.
async fn read(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Query(query): Query<JournalQuery>,
) -> Result<Markup, PageError> {
    let server = state.server();
    let kind = query.nature.filter(|kind| KINDS.contains(&kind.as_str()));
    let entries = server.journal_page(query.avant, kind.as_deref()).await?;
    let full = entries.len() >= usize::try_from(ENTRIES_PER_PAGE).unwrap_or(usize::MAX);
    let view = JournalView {
        next: entries.last().map(|(rank, _)| *rank).filter(|_| full),
        entries,
        kind,
        holds: match query.controle {
            Some(_) => Some(server.journal_chain_holds().await?),
            None => None,
        },
        names: server.staff_names().await?,
    };
    Ok(page::render(&chrome, session.member(), &view))
}
