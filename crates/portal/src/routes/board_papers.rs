//! Minutes and poll book of a board, on its members' pages.

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use isoloir_documents::{Block, Column, Paper};
use isoloir_domain::{Election, ElectionId};
use isoloir_service::board::Sitting;
use jiff::Timestamp;
use maud::Markup;
use serde::Deserialize;

use super::board::{refused, sit};
use super::papers::typeset;
use crate::access::{Access, Declared, declare};
use crate::error::PageError;
use crate::minutes::{Kind, Minutes};
use crate::pages::board::MEMBERS;
use crate::pages::board::papers::{self as page, LINES, PollBookView};
use crate::request::{PageChrome, StaffSession};
use crate::state::PortalState;
use isoloir_theme::args;
use isoloir_theme::i18n::Lang;
use isoloir_theme::when;

pub(super) fn table() -> Vec<Declared> {
    let members = Access::Staff(MEMBERS);
    vec![
        declare("GET", "/bureau/{board}/documents", members, get(papers)),
        declare("GET", "/bureau/{board}/pv/{paper}", members, get(minutes)).file("/bureau"),
        declare("GET", "/bureau/{board}/emargement/{election}", members, get(poll_book)),
        declare(
            "GET",
            "/bureau/{board}/emargement/{election}/liste.pdf",
            members,
            get(poll_book_file),
        )
        .file("/bureau"),
    ]
}

/// `GET /bureau/{board}/documents`.
async fn papers(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(board): Path<String>,
    session: StaffSession,
) -> Result<Markup, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    Ok(page::render(&chrome, &sitting))
}

/// `GET /bureau/{board}/pv/{kind}.pdf` and `.json`.
async fn minutes(
    State(state): State<PortalState>,
    Path((board, paper)): Path<(String, String)>,
    session: StaffSession,
) -> Result<Response, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let (slug, ending) = paper.rsplit_once('.').ok_or(PageError::NotFound)?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.slug() == slug);
    let kind = kind.ok_or(PageError::NotFound)?;
    let server = state.server();
    let check = server.check_seal(&sitting.state).await.map_err(refused)?;
    let mut results = Vec::new();
    for election in &sitting.state.elections {
        results.extend(server.results(&election.id).await?);
    }
    let minutes = Minutes::of(kind, &sitting.state, &check, &results);
    let name = format!("pv-{board}-{slug}.{ending}");
    match ending {
        "pdf" => typeset(minutes.paper(&sitting.state), &name).await,
        "json" => {
            let text = serde_json::to_string_pretty(&minutes).unwrap_or_default();
            let headers = [
                (header::CONTENT_TYPE, "application/json".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
            ];
            Ok((headers, text).into_response())
        }
        _ => Err(PageError::NotFound),
    }
}

/// A voter's name, and the minute of the mark.
type Line = (String, Option<Timestamp>);

/// The poll book of one of the board's elections: everybody on the roll, by name.
async fn lines(state: &PortalState, sitting: &Sitting, election: &str) -> Result<(Election, Vec<Line>), PageError> {
    let id: ElectionId = election.parse().map_err(|_| PageError::NotFound)?;
    let mut elections = sitting.state.elections.iter();
    let election = elections.find(|one| one.id == id).cloned();
    let election = election.ok_or(PageError::NotFound)?;
    let server = state.server();
    let marks: std::collections::HashMap<_, _> = server.poll_book(&id).await?.marks.into_iter().collect();
    let roll = server.electoral_roll(&id).await?.voters;
    let mut lines: Vec<_> = roll
        .into_iter()
        .map(|voter| {
            (
                format!("{} {}", voter.last_name, voter.first_name),
                marks.get(&voter.id).copied(),
            )
        })
        .collect();
    lines.sort_by_cached_key(|(name, _)| isoloir_domain::names::normal(name));
    Ok((election, lines))
}

#[derive(Deserialize)]
struct PageQuery {
    page: Option<usize>,
}

/// `GET /bureau/{board}/emargement/{election}`.
async fn poll_book(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path((board, election)): Path<(String, String)>,
    Query(query): Query<PageQuery>,
    session: StaffSession,
) -> Result<Markup, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let (election, lines) = lines(&state, &sitting, &election).await?;
    let marked = lines.iter().filter(|(_, mark)| mark.is_some()).count();
    let registered = lines.len();
    let pages = registered.div_ceil(LINES).max(1);
    let current = query.page.unwrap_or(1).clamp(1, pages);
    let view = PollBookView {
        election: election.id.to_string(),
        title: election.title,
        lines: lines.into_iter().skip((current - 1) * LINES).take(LINES).collect(),
        counts: (marked, registered),
        page: (current, pages),
    };
    Ok(page::render_poll_book(&chrome, &sitting, &view))
}

/// `GET /bureau/{board}/emargement/{election}/liste.pdf`.
async fn poll_book_file(
    State(state): State<PortalState>,
    Path((board, election)): Path<(String, String)>,
    session: StaffSession,
) -> Result<Response, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let (election, lines) = lines(&state, &sitting, &election).await?;
    let lang = Lang::Fr;
    let marked = lines.iter().filter(|(_, mark)| mark.is_some()).count();
    let counts = lang.with(
        "board-poll-book-counts",
        args![marked = marked, registered = lines.len()],
    );
    let row = |(name, mark): (String, Option<Timestamp>)| {
        let mark = mark.map_or_else(
            || lang.text("board-poll-book-none"),
            |at| when::short_date_time(lang, at),
        );
        vec![name, mark]
    };
    let title = lang.text("board-poll-book");
    let paper = Paper {
        language: lang.code(),
        title: title.clone(),
        author: sitting.state.consultation.organiser.clone(),
        blocks: vec![
            Block::Fact(lang.text("minutes-election"), election.title),
            Block::Text(counts),
            Block::Table {
                columns: vec![
                    Column::new(&lang.text("board-member-name"), 5.0),
                    Column::new(&lang.text("board-poll-book-mark"), 3.0),
                ],
                rows: lines.into_iter().map(row).collect(),
                height: 0.0,
            },
        ],
        foot: Some(title),
    };
    typeset(paper, &format!("emargement-{}.pdf", election.id)).await
}
