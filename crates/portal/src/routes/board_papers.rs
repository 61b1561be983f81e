//! Minutes and poll book of a board, on its members' pages.

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use isoloir_documents::{Block, Column, Paper};
use isoloir_domain::board_deed::MinutesKind;
use isoloir_domain::{Election, ElectionId};
use isoloir_service::board::{BoardError, Proposal, Sitting};
use jiff::Timestamp;
use maud::Markup;
use serde::Deserialize;

use super::board::{refused, sit};
use super::papers::typeset;
use crate::access::{Access, Declared, declare};
use crate::error::PageError;
use crate::minutes::{self, Minutes, Sources};
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
        declare("POST", "/bureau/{board}/pv/{paper}", members, post(propose)),
        declare("GET", "/bureau/{board}/actes/{number}/pv.pdf", members, get(proposed)).file("/bureau"),
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
    let counts = state.server().board_count(&sitting).await?;
    Ok(page::render(&chrome, &sitting, &counts))
}

#[derive(Deserialize)]
struct OneElection {
    scrutin: Option<String>,
}

fn kind_of(slug: &str) -> Result<MinutesKind, PageError> {
    let mut kinds = MinutesKind::ALL.into_iter();
    kinds
        .find(|kind| minutes::slug(*kind) == slug)
        .ok_or(PageError::NotFound)
}

/// Draws minutes up from what is recorded now.
async fn draw_up(state: &PortalState, sitting: &Sitting, kind: MinutesKind) -> Result<Minutes, PageError> {
    let server = state.server();
    let board = &sitting.state;
    let mut sources = Sources {
        check: server.check_seal(board).await.map_err(refused)?,
        closings: Vec::new(),
        results: Vec::new(),
        incidents: server.incidents(board).await?,
        decisions: Vec::new(),
        takeovers: Vec::new(),
    };
    for election in &board.elections {
        let decisions = server.roll_decisions(&board.consultation, &election.id).await?;
        sources.decisions.push((election.id.clone(), decisions));
        let takeovers = server.takeovers(&election.id).await?;
        sources.takeovers.push((election.id.clone(), takeovers));
        sources.closings.extend(server.closing_seal(&election.id).await?);
    }
    let counted = match kind {
        MinutesKind::Rehearsal => board.twins(),
        _ => &board.elections,
    };
    for election in counted {
        if let Some(results) = server.results(&election.id).await? {
            let verified = server.verification(&election.id).await?;
            sources.results.push((results, verified));
        }
    }
    Ok(Minutes::of(kind, board, &sources))
}

/// `GET /bureau/{board}/pv/{kind}.pdf` and `.json`: what was signed, or else a draft; of one election with `?scrutin=`.
async fn minutes(
    State(state): State<PortalState>,
    Path((board, paper)): Path<(String, String)>,
    Query(query): Query<OneElection>,
    session: StaffSession,
) -> Result<Response, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let (slug, ending) = paper.rsplit_once('.').ok_or(PageError::NotFound)?;
    let kind = kind_of(slug)?;
    let signed = sitting.state.signed_minutes(kind);
    let kept = signed.and_then(|act| Minutes::read(act.statement.as_deref()?));
    let record = match kept {
        Some(kept) => kept,
        None => draw_up(&state, &sitting, kind).await?,
    };
    let record = match &query.scrutin {
        Some(election) => record.only(election),
        None => record,
    };
    let name = format!("pv-{board}-{slug}.{ending}");
    match ending {
        "pdf" => typeset(record.paper(&sitting.state, signed), &name).await,
        "json" => {
            let headers = [
                (header::CONTENT_TYPE, "application/json".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
            ];
            Ok((headers, record.text()).into_response())
        }
        _ => Err(PageError::NotFound),
    }
}

/// `GET /bureau/{board}/actes/{number}/pv.pdf`: the very minutes that are put to signature.
async fn proposed(
    State(state): State<PortalState>,
    Path((board, number)): Path<(String, String)>,
    session: StaffSession,
) -> Result<Response, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let number: u32 = number.parse().map_err(|_| PageError::NotFound)?;
    let act = sitting.state.acts.iter().find(|act| act.number == number);
    let act = act.ok_or(PageError::NotFound)?;
    let record = act.statement.as_deref().and_then(Minutes::read);
    let record = record.ok_or(PageError::NotFound)?;
    typeset(
        record.paper(&sitting.state, Some(act)),
        &format!("pv-{board}-{number}.pdf"),
    )
    .await
}

/// `POST /bureau/{board}/pv/{kind}`: these minutes, as they are now, are put to signature.
async fn propose(
    State(state): State<PortalState>,
    Path((board, slug)): Path<(String, String)>,
    session: StaffSession,
) -> Result<Redirect, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let kind = kind_of(&slug)?;
    let text = draw_up(&state, &sitting, kind).await?.text();
    let proposed = state.server().propose_act(&sitting, Proposal::Minutes(kind, text));
    let number = proposed.await.map_err(refused)?;
    Ok(Redirect::to(&format!("/bureau/{board}/actes/{number}")))
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
    // On paper once nobody votes any more: until then it is for looking at, not for taking away (R. 211-570).
    let counts = state.server().board_count(&sitting).await?;
    if !counts
        .iter()
        .any(|count| count.election.as_str() == election && count.state.is_frozen())
    {
        return Err(refused(BoardError::NotOpen));
    }
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
        recorded: None,
    };
    typeset(paper, &format!("emargement-{}.pdf", election.id)).await
}
